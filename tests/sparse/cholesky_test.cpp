#include <tamis/sparse/cholesky.hpp>

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "conformance/factorization.hpp"
#include "sparse/supernodal_problem.hpp"
#include "support/dense_oracle.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct CholeskyTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::cholesky;
    template <class A>
    static SparseCholesky<T, I> factor(const A& a) {
        return cholesky(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_definite<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = -v;
        return bad;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Cholesky, FactorizationLaws, ForAllScalarsAndIndices<CholeskyTraits>, TraitsName);

template <class P>
class Cholesky : public ::testing::Test {};
TYPED_TEST_SUITE(Cholesky, AllScalarsAndIndices, TypeName);

TYPED_TEST(Cholesky, HasALowerTriangleWhoseProductIsThePermutedMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // One that fills little and one whose kernels are dense (where supernodes are allowed).
    for (const auto& p : {hermitian_definite<T, I>(80), grid_laplacian<T, I>(12, 9)}) {
        const auto F = cholesky(p.A);
        const Matrix<T> L = dense(F.matrix_l());
        EXPECT_TRUE(canonical(F.matrix_l()));
        EXPECT_TRUE(equal(Matrix<T>(L.template triangularView<Eigen::StrictlyUpper>()), Matrix<T>(L * T(0))));
        for (std::int64_t j = 0; j < L.cols(); ++j) EXPECT_GT(detail::real_part(L(j, j)), 0);
        EXPECT_TRUE(near(Matrix<T>(L * L.adjoint()), permuted(dense(p.A), F.permutation(), F.permutation()),
                         100 * static_cast<double>(epsilon_v<T>)));
        EXPECT_GE(F.info().factor_nonzeros, F.matrix_l().nnz() - L.cols());
    }
}

TYPED_TEST(Cholesky, SolvesAndMultipliesWithItsHalves) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = hermitian_definite<T, I>(50);
    const auto F = cholesky(p.A);
    const Matrix<T> B = Random(3).matrix<T>(50, 4);
    const double limit = 1e3 * static_cast<double>(epsilon_v<T>);
    EXPECT_TRUE(near(F.solve_lt(F.solve_l(B)), F.solve(B), limit));
    EXPECT_TRUE(near(F.solve_l(F.multiply_l(B)), B, limit));
    // M Mᴴ = A in the caller's order.
    const Matrix<T> M = F.multiply_l(Matrix<T>(Matrix<T>::Identity(50, 50)));
    EXPECT_TRUE(near(Matrix<T>(M * M.adjoint()), dense(p.A), limit));
}

TYPED_TEST(Cholesky, MultipliesWithTheStoredFactorWhateverItsStorage) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& A : {hermitian_definite<T, I>(50).A, bordered_blocks<T, I>()}) {
        const auto F = cholesky(A);
        const Matrix<T> L = dense(F.matrix_l());
        const Matrix<T> Z = Random(3).matrix<T>(A.rows(), 35);  // more than one block
        const Matrix<T> LZ = L * Z;
        Matrix<T> expected(LZ.rows(), LZ.cols());  // row j of L Z is the caller's row p_j
        const auto p = F.permutation();
        for (std::int64_t j = 0; j < A.rows(); ++j) expected.row(p[static_cast<std::size_t>(j)]) = LZ.row(j);
        const double limit = 100 * static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(near(F.multiply_l(Z), expected, limit));
        EXPECT_TRUE(near(F.multiply_l(Z.col(7)), Vector<T>(expected.col(7)), limit));
        EXPECT_TRUE(same_bits(F.multiply_l(Z), F.multiply_l(Z)));
        EXPECT_TRUE(equal(F.diagonal_l(), Vector<Real<T>>(L.diagonal().real())));
    }
}

TYPED_TEST(Cholesky, RefusesAMatrixThatIsNotHermitianBeyondRounding) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto p = hermitian_definite<T, I>(30);
    auto& A = p.A;
    // The first entry off the diagonal.
    std::size_t k = 0;
    std::int64_t row = 0;
    while (A.col_indices()[k] == static_cast<I>(row))
        row += ++k == static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(row) + 1]);
    const T good = A.values()[k];
    A.values()[k] = good * (1 + 4 * epsilon_v<T>);
    EXPECT_TRUE(solves(A, cholesky(A).solve(p.b), p.b));
    A.values()[k] = good * (1 + 40 * epsilon_v<T>);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(A); }, "Hermitian"));
    Assembly<T, I> one_sided(3, 3);
    for (int i = 0; i < 3; ++i) one_sided.set(i, i, T(4));
    one_sided.set(2, 0, T(1));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(one_sided.csr()); }, "(2, 0)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(one_sided.transposed().csr()); }, "(0, 2)"));
    one_sided.set(2, 0, T(0));  // a stored zero has a mirror image that is not stored
    EXPECT_NO_THROW((void)cholesky(one_sided.csr()));
    if constexpr (is_complex_v<T>) {
        Assembly<T, I> imaginary(1, 1);
        imaginary.set(0, 0, T(1, 1));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(imaginary.csr()); }, "(0, 0)"));
    }
}

TYPED_TEST(Cholesky, NamesTheCallersColumnWhoseLeadingMinorFails) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Diagonal but for one negative entry: whatever the order, that column's pivot is the one.
    Assembly<T, I> A(40, 40);
    for (int i = 0; i < 40; ++i) A.set(i, i, T(i == 17 ? -2 : 2));
    for (const auto ordering : {Ordering::automatic, Ordering::natural, Ordering::amd, Ordering::nested_dissection}) {
        const auto e = thrown<NotPositiveDefinite>([&] { (void)cholesky(A.csr(), {.ordering = ordering}); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->column(), 17);
    }
    A.set(17, 17, T(0));
    const auto e = thrown<NotPositiveDefinite>([&] { (void)cholesky(A.csr()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 17);
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)cholesky(indefinite_with_positive_diagonal<T, I>().A); }));
}

TYPED_TEST(Cholesky, TakesEveryOrdering) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = grid_laplacian<T, I>(9, 8);
    for (const auto ordering : {Ordering::automatic, Ordering::natural, Ordering::amd, Ordering::nested_dissection}) {
        const auto F = cholesky(p.A, {.ordering = ordering});
        EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
        if (ordering != Ordering::automatic) {
            EXPECT_EQ(F.info().ordering, ordering);
        }
        auto sorted = F.permutation();
        if (ordering == Ordering::natural) {
            for (std::size_t k = 0; k < sorted.size(); ++k) EXPECT_EQ(sorted[k], static_cast<I>(k));
        }
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t k = 0; k < sorted.size(); ++k) EXPECT_EQ(sorted[k], static_cast<I>(k));
    }
    const auto order = Random(5).permutation(72);
    const auto F = cholesky(p.A, {.ordering = Ordering::given, .permutation = order});
    EXPECT_TRUE(std::equal(order.begin(), order.end(), F.permutation().begin()));
    EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.ordering = Ordering::colamd}); }));
}

TEST(CholeskyOptions, AreChecked) {
    const auto p = grid_laplacian<double>(4, 3);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.memory_limit = -1}); }, "memory_limit"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.shift = nan}); }, "shift"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.pivot_tolerance = nan}); }, "pivot_tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.pivot_tolerance = -0.1}); }, "pivot_tolerance"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] {
        (void)cholesky(p.A, {.ordering = Ordering::given, .permutation = {1, 0}});
    }));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)cholesky(p.A, {.ordering = Ordering::given, .permutation = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}});
        },
        "permutation"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cholesky(Csr<double>(3, 4)); }, "3 rows", "4 columns"));
}

TEST(CholeskyOptions, AShiftIsAddedToTheDiagonal) {
    Assembly<double> A(3, 3);  // no diagonal stored in the last row
    A.set(0, 0, 1);
    A.set(0, 1, 2);
    A.set(1, 0, 2);
    A.set(1, 1, 1);
    auto F = cholesky(A.csr(), {.shift = 5});
    const Vector<double> b = Vector<double>::Ones(3);
    Matrix<double> M = dense(A.csr());
    M.diagonal().array() += 5;
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_TRUE(near(F.reconstruct(), M, 1e-14));
    EXPECT_NEAR(F.logdet(), std::log(dense_determinant(M)), 1e-12);
    F.refactor(A.csr());
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_NEAR(F.rcond(),
                1 / (M.cwiseAbs().colwise().sum().maxCoeff() * dense_inverse(M).cwiseAbs().colwise().sum().maxCoeff()),
                1e-12);
}

TEST(CholeskyOptions, AStopRequestedBeforehandCancels) {
    std::stop_source source;
    source.request_stop();
    const auto p = grid_laplacian<double>(4, 3);
    EXPECT_TRUE(throws<Cancelled>([&] { (void)cholesky(p.A, {.stop = source.get_token()}); }));
}

TEST(CholeskyOptions, APermutationWithoutGivenOrderingIsRefused) {
    const auto p = grid_laplacian<double>(2, 1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(p.A, {.permutation = {1, 0}}); }, "Ordering::given"));
}

TEST(CholeskySupernodal, FactorsAMatrixWithDenseKernels) {
    // 17³ grid: enough flops for supernodes.
    Assembly<double> A(4913, 4913);
    const auto at = [](int i, int j, int k) { return (i * 17 + j) * 17 + k; };
    for (int i = 0; i < 17; ++i) {
        for (int j = 0; j < 17; ++j) {
            for (int k = 0; k < 17; ++k) {
                A.set(at(i, j, k), at(i, j, k), 6);
                const auto edge = [&](int b) {
                    A.set(at(i, j, k), b, -1);
                    A.set(b, at(i, j, k), -1);
                };
                if (i > 0) edge(at(i - 1, j, k));
                if (j > 0) edge(at(i, j - 1, k));
                if (k > 0) edge(at(i, j, k - 1));
            }
        }
    }
    const auto M = A.csr();
    auto F = cholesky(M);
#if TAMIS_WITH_GPL
    EXPECT_NE(F.info().backend.find("supernodal"), std::string::npos) << F.info().backend;
#else
    EXPECT_NE(F.info().backend.find("simplicial"), std::string::npos) << F.info().backend;
#endif
    const Matrix<double> B = Random(2).matrix<double>(4913, 3);
    EXPECT_TRUE(solves(M, F.solve(B), B));
    EXPECT_TRUE(near(F.multiply_l(Matrix<double>(F.solve_l(B))), B, 1e-12));
    EXPECT_TRUE(near(F.solve_lt(F.solve_l(B)), F.solve(B), 1e-12));
    auto bad = M;
    for (double& v : bad.values()) v = -v;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.refactor(bad); }));
    F.refactor(M);
    EXPECT_TRUE(solves(M, F.solve(B), B));
    EXPECT_GT(F.info().flops, 1e6);
}

}  // namespace
}  // namespace tamis::test
