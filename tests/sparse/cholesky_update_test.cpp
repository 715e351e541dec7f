// links: tamis_allocation_counter
#include <tamis/sparse/cholesky.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <Eigen/LU>

#include <tamis/sparse/model_problems.hpp>

#include "sparse/supernodal_problem.hpp"
#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

/// A few entries in each of k columns, which reach beyond the pattern of most matrices.
template <class T, class I>
Assembly<T, I> sparse_columns(std::int64_t n, std::int64_t k, std::uint64_t seed = 7) {
    Random random(seed);
    Assembly<T, I> W(n, k);
    for (std::int64_t c = 0; c < k; ++c)
        for (int e = 0; e < 3; ++e) W.set(random.below(n), c, random.nonzero_eighths<T>());
    return W;
}

/// F is the factorization of the dense A, in every verb.
template <class T, class I>
void expect_factor_of(const SparseCholesky<T, I>& F, const Matrix<T>& A, double loss = 1) {
    const auto n = A.rows();
    const double limit = 1e3 * loss * static_cast<double>(epsilon_v<T>);
    EXPECT_TRUE(near(F.reconstruct(), A, limit));
    EXPECT_TRUE(canonical(F.matrix_l()));
    EXPECT_EQ(F.info().factor_nonzeros, F.matrix_l().nnz());
    const Matrix<T> B = Random(3).matrix<T>(n, 5);
    EXPECT_TRUE(solves(A, F.solve(B), B, limit));
    EXPECT_TRUE(solves(Matrix<T>(A.transpose()), F.solve_transposed(B), B, limit));
    EXPECT_TRUE(near(F.solve_lt(F.solve_l(B)), F.solve(B), limit));
    EXPECT_TRUE(near(F.solve_l(F.multiply_l(B)), B, limit));
    EXPECT_TRUE(near(F.multiply_l(Vector<T>(B.col(1))), Vector<T>(F.multiply_l(B).col(1)), limit));
    const Matrix<T> M = F.multiply_l(Matrix<T>(Matrix<T>::Identity(n, n)));
    EXPECT_TRUE(near(Matrix<T>(M * M.adjoint()), A, limit));
    EXPECT_TRUE(near(F.diagonal_l(), Vector<Real<T>>(dense(F.matrix_l()).diagonal().real()), 0));

    using E = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    const Matrix<E> wide = A.template cast<E>();
    const auto lu = wide.partialPivLu();
    const double logdet = lu.matrixLU().diagonal().cwiseAbs().array().log().sum();
    EXPECT_NEAR(static_cast<double>(F.logdet()), logdet, limit * (1 + std::abs(logdet)));
    const Matrix<E> inverse = lu.inverse();
    EXPECT_TRUE(near(F.inverse_diagonal(), Vector<E>(inverse.diagonal()), limit));
    const auto norm = [](const Matrix<E>& X) { return X.cwiseAbs().colwise().sum().maxCoeff(); };
    const double rcond = 1 / (norm(wide) * norm(inverse));
    EXPECT_LT(static_cast<double>(F.rcond()), 9 * rcond);
    EXPECT_GT(static_cast<double>(F.rcond()), rcond / 3);
}

template <class T, class I>
void expect_same_factor(const SparseCholesky<T, I>& F, const Csr<T, I>& L, const Vector<T>& x, const Vector<T>& b) {
    EXPECT_TRUE(same_bits(F.matrix_l(), L));
    EXPECT_TRUE(same_bits(F.solve(b), x));
}

template <class P>
class CholeskyUpdate : public ::testing::Test {};
TYPED_TEST_SUITE(CholeskyUpdate, AllScalarsAndIndices, TypeName);

TYPED_TEST(CholeskyUpdate, IsTheFactorOfTheUpdatedMatrixInEveryVerb) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& A : {hermitian_definite<T, I>(40).A, bordered_blocks<T, I>(2, 50, 30)}) {
        const auto n = A.rows();
        const auto sparse = sparse_columns<T, I>(n, 3);
        const Matrix<T> S = dense(sparse.csr());
        const Matrix<T> D = Random(5).matrix<T>(n, 40);  // wider than one block of columns
        auto F = cholesky(A);
        F.update(sparse.csr());
        Matrix<T> M = dense(A) + S * S.adjoint();
        expect_factor_of(F, M);
        EXPECT_NE(F.info().backend.find("updated"), std::string::npos);
        F.update(D);
        M += D * D.adjoint();
        expect_factor_of(F, M, 10);
        F.downdate(sparse.csc());
        M -= S * S.adjoint();
        expect_factor_of(F, M, 100);
        F.downdate(D);
        expect_factor_of(F, dense(A), 1000);
    }
}

TYPED_TEST(CholeskyUpdate, TakesEveryFormOfW) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = hermitian_definite<T, I>(30).A;
    const auto assembly = sparse_columns<T, I>(30, 4);
    const auto csr = assembly.csr();
    const auto csc = assembly.csc();
    const Matrix<T> W = dense(csr);
    auto F = cholesky(A);
    F.update(W);
    const auto L = F.matrix_l();
    const auto check = [&](const auto& w) {
        auto G = cholesky(A);
        G.update(w);
        EXPECT_TRUE(same_bits(G.matrix_l(), L));
    };
    check(csr);
    check(csc);
    check(csr.view());
    check(csc.view());
    check(Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>(W));
    check(W + T(0) * W);
    check(MatrixView<const T>(W));
    Matrix<T> larger = Matrix<T>::Constant(64, 6, std::numeric_limits<Real<T>>::quiet_NaN());
    Eigen::Map<Matrix<T>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> strided(
        larger.data() + 1, 30, 4, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(64, 2));
    strided = W;
    check(strided);
    // Vectors are columns.
    auto G = cholesky(A);
    G.update(Vector<T>(W.col(0)));
    G.update(W.col(1));
    const Vector<T> w = W.col(2);
    G.update(std::vector<T>(w.data(), w.data() + 30));
    const Vector<T> last = W.col(3);
    G.update(VectorView<const T>(last));
    EXPECT_TRUE(near(G.reconstruct(), F.reconstruct(), 100 * static_cast<double>(epsilon_v<T>)));
}

TYPED_TEST(CholeskyUpdate, OfNothingIsNothing) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = hermitian_definite<T, I>(20);
    auto F = cholesky(p.A);
    const auto L = F.matrix_l();
    const auto x = F.solve(p.b);
    F.update(Matrix<T>(20, 0));
    F.update(Matrix<T>(Matrix<T>::Zero(20, 3)));
    F.downdate(Csr<T, I>(20, 2));
    expect_same_factor(F, L, Vector<T>(x), p.b);
    EXPECT_EQ(F.info().backend.find("updated"), std::string::npos);
    auto none = cholesky(Csr<T, I>(0, 0));
    none.update(Matrix<T>(0, 2));
    none.downdate(Csr<T, I>(0, 0));
    EXPECT_EQ(none.solve(Vector<T>(0)).size(), 0);
    Assembly<T, I> one(1, 1);
    one.set(0, 0, T(9));
    auto single = cholesky(one.csr());
    single.update(Vector<T>::Constant(1, T(4)));
    EXPECT_NEAR(detail::real_part(single.solve(Vector<T>::Constant(1, T(50)))[0]), 2, 1e-5);
    single.downdate(Vector<T>::Constant(1, T(3)));
    EXPECT_NEAR(detail::real_part(single.solve(Vector<T>::Constant(1, T(32)))[0]), 2, 1e-5);
}

TYPED_TEST(CholeskyUpdate, ThatFailsLeavesTheFactorAsItWas) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& A : {hermitian_definite<T, I>(30).A, bordered_blocks<T, I>(2, 50, 30)}) {
        const auto n = A.rows();
        const Vector<T> b = Random(8).vector<T>(n);
        auto F = cholesky(A);
        for (const bool updated : {false, true}) {
            if (updated) F.update(sparse_columns<T, I>(n, 2).csr());
            const auto L = F.matrix_l();
            const Vector<T> x = F.solve(b);
            const auto backend = F.info().backend;
            const auto rcond = F.rcond();
            // A − WWᴴ with a negative diagonal entry: a direction of its own, and one that is mixed with others.
            Assembly<T, I> large(n, 2);
            large.set(3, 0, scalar<T>(0.5, 0.5));
            large.set(n / 2, 1, T(1000));
            const auto e = thrown<NotPositiveDefinite>([&] { F.downdate(large.csr()); });
            ASSERT_TRUE(e);
            EXPECT_GE(e->column(), 0);
            EXPECT_LT(e->column(), n);
            expect_same_factor(F, L, x, b);
            EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.downdate(Matrix<T>(T(100) * Random(2).matrix<T>(n, 3))); },
                                                    "downdate", "left as it was"));
            // All of the matrix and a little more.
            Matrix<T> root = F.multiply_l(Matrix<T>(Matrix<T>::Identity(n, n)));
            EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.downdate(Matrix<T>(scalar<T>(1.001) * root)); }));

            Matrix<T> bad = Random(4).matrix<T>(n, 3);
            bad(7, 2) = T(std::numeric_limits<Real<T>>::quiet_NaN());
            EXPECT_TRUE(throws<InvalidArgument>([&] { F.update(bad); }, "row 7, column 2"));
            bad(7, 2) = T(std::numeric_limits<Real<T>>::infinity());
            EXPECT_TRUE(throws<InvalidArgument>([&] { F.downdate(bad); }, "row 7, column 2"));
            Assembly<T, I> nan(n, 3);
            nan.set(4, 1, T(std::numeric_limits<Real<T>>::quiet_NaN()));
            EXPECT_TRUE(throws<InvalidArgument>([&] { F.update(nan.csr()); }, "row 4, column 1"));
            EXPECT_TRUE(throws<InvalidArgument>([&] { F.update(nan.csc()); }, "row 4, column 1"));
            EXPECT_TRUE(throws<DimensionMismatch>([&] { F.update(Matrix<T>(n + 1, 2)); }, std::to_string(n + 1)));
            EXPECT_TRUE(throws<DimensionMismatch>([&] { F.update(Csr<T, I>(2, n)); }));
            EXPECT_TRUE(throws<DimensionMismatch>([&] { F.downdate(Csc<T, I>(2, n)); }));
            EXPECT_TRUE(throws<DimensionMismatch>([&] { F.downdate(Vector<T>(n - 1)); }));
            expect_same_factor(F, L, x, b);
            EXPECT_EQ(F.info().backend, backend);
            EXPECT_EQ(F.rcond(), rcond);
        }
    }
}

TYPED_TEST(CholeskyUpdate, IsForgottenByARefactor) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto p = grid_laplacian<T, I>(8, 7);
    auto F = cholesky(p.A);
    const auto backend = F.info().backend;
    const Matrix<T> W = Random(4).matrix<T>(56, 2);
    F.update(W);
    // The pattern that was analysed counts, not the one that has grown.
    const auto L = F.matrix_l();
    EXPECT_GT(L.nnz(), cholesky(p.A).matrix_l().nnz());
    Assembly<T, I> full(56, 56);
    for (int i = 0; i < 56; ++i)
        for (int j = 0; j < 56; ++j) full.set(i, j, T(i == j ? 60 : -1));
    EXPECT_TRUE(throws<PatternMismatch>([&] { F.refactor(full.csr()); }));
    EXPECT_TRUE(same_bits(F.matrix_l(), L));
    for (T& v : p.A.values()) v *= T(2);
    F.refactor(p.A);
    EXPECT_EQ(F.info().backend, backend);
    EXPECT_TRUE(same_bits(F.matrix_l(), cholesky(p.A).matrix_l()));
    EXPECT_EQ(F.rcond(), cholesky(p.A).rcond());
    EXPECT_EQ(F.info().factor_nonzeros, cholesky(p.A).info().factor_nonzeros);
    F.update(W);
    expect_factor_of(F, Matrix<T>(dense(p.A) + W * W.adjoint()));
}

TEST(CholeskyUpdateInSequence, KeepsItsAccuracyAndItsMemory) {
    // A sliding window of rank-one changes, more than enough for the pool to be packed several times.
    const std::int64_t n = 400;
    const auto A = poisson_2d<double>(20, 20);
    auto F = cholesky(A);
    Matrix<double> M = dense(A);
    std::vector<Vector<double>> window;
    Random random(11);
    std::int64_t largest = 0;
    // Entry by entry: w has three nonzeros, and an unoptimized outer product of 400 numbers takes a tenth of a second.
    const auto add_outer_product = [&M](const Vector<double>& w, double sign) {
        for (std::int64_t j = 0; j < w.size(); ++j)
            for (std::int64_t i = 0; w[j] != 0 && i < w.size(); ++i) M(i, j) += sign * w[i] * w[j];
    };
    for (int step = 0; step < 300; ++step) {
        Vector<double> w = Vector<double>::Zero(n);
        for (int e = 0; e < 3; ++e) w[random.below(n)] = random.uniform(-2, 2);
        F.update(w);
        add_outer_product(w, 1);
        window.push_back(w);
        if (window.size() > 10) {
            F.downdate(window.front());
            add_outer_product(window.front(), -1);
            window.erase(window.begin());
        }
        largest = std::max(largest, F.info().bytes);
    }
    EXPECT_TRUE(near(F.reconstruct(), M, 1e-12));
    const Vector<double> b = random.vector<double>(n);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_LT(largest, 8 * (16 * n * n / 2));
}

TEST(CholeskyUpdateInSequence, TouchesOnlyThePathOfTheChange) {
    const auto A = poisson_2d<double>(60, 60);
    auto F = cholesky(A);
    const auto before = F.matrix_l();
    const auto p = F.permutation();
    Vector<double> w = Vector<double>::Zero(3600);
    w[p[100]] = 1;  // early in the order: its path leads through a small part of the columns
    F.update(w);
    const auto after = F.matrix_l();
    ASSERT_EQ(before.nnz(), after.nnz());
    std::vector<char> changed(3600, 0);
    for_each_entry(after, [&](std::int64_t i, std::int64_t j, double v) {
        const auto row = before.row(i);
        const auto old = std::find_if(row.begin(), row.end(), [j](const auto& e) { return e.index == j; });
        ASSERT_NE(old, row.end());
        if ((*old).value != v) changed[static_cast<std::size_t>(j)] = 1;
    });
    EXPECT_EQ(changed[100], 1);
    EXPECT_LT(std::count(changed.begin(), changed.end(), 1), 600);
    EXPECT_EQ(std::count(changed.begin(), changed.begin() + 100, 1), 0);
}

TEST(CholeskyUpdateLimits, HoldTheMemoryLimit) {
    // A dense W fills the factor of a tridiagonal matrix completely.
    const auto A = poisson_1d<double>(2000);
    auto F = cholesky(A, {.memory_limit = 2'000'000});
    const auto L = F.matrix_l();
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { F.update(Vector<double>(Vector<double>::Ones(2000))); }, "update"));
    EXPECT_TRUE(same_bits(F.matrix_l(), L));
    Vector<double> w = Vector<double>::Zero(2000);
    w[1000] = 1;
    F.update(w);
    EXPECT_EQ(F.matrix_l().nnz(), L.nnz());
}

TEST(CholeskyUpdateLimits, LeaveTheFactorAsItWasWhenMemoryRunsOut) {
    for (const auto& A : {grid_laplacian<double>(6, 5).A, bordered_blocks<double>(2, 50, 30)}) {
        auto F = cholesky(A);
        const Matrix<double> W = Random(4).matrix<double>(A.rows(), 2);
        const auto expected = [&] {
            auto G = cholesky(A);
            G.update(W);
            return G.matrix_l();
        }();
        const Csr<double> L = F.matrix_l();
        bool done = false;
        std::int64_t failures = 0;
        for (std::int64_t n = 1; !done; ++n) {
            {
                const FailingAllocation failing(n);  // some, of a stream that reads what memory there is, are survived
                try {
                    F.update(W);
                    done = true;
                } catch (const std::bad_alloc&) {
                }
            }
            const Csr<double> now = F.matrix_l();
            if (done) {
                EXPECT_TRUE(same_bits(now, expected));
            } else if (now.nnz() != L.nnz() || !std::equal(now.values().begin(), now.values().end(), L.values().begin())) {
                FAIL() << "allocation " << n;
            } else {
                ++failures;
            }
        }
        EXPECT_GT(failures, 5);
    }
}

TEST(CholeskyUpdateLimits, AreThoseOfAFactorThatIsNotThere) {
    auto A = grid_laplacian<double>(5, 4).A;
    auto F = cholesky(A);
    for (double& v : A.values()) v = -v;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.refactor(A); }));
    const Vector<double> w = Vector<double>::Ones(20);
    EXPECT_TRUE(throws<Error>([&] { F.update(w); }, "update"));
    auto G = std::move(F);
    EXPECT_TRUE(throws<Error>([&] { F.downdate(w); }, "downdate"));
}

TEST(CholeskyUpdateThreads, AgreeBitForBit) {
    const auto A = poisson_3d<double>(9, 9, 9);
    auto F = cholesky(A);
    F.update(Matrix<double>(Random(4).matrix<double>(729, 2)));
    const Matrix<double> B = Random(6).matrix<double>(729, 3);
    const auto x = F.solve(B);
    const auto y = F.multiply_l(B);
    const auto z = F.solve_l(B);
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        if (F.solve(B) != x || F.multiply_l(B) != y || F.solve_l(B) != z) throw std::runtime_error("other values");
    }));
}

}  // namespace
}  // namespace tamis::test
