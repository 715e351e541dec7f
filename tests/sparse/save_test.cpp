#include <tamis/sparse/save.hpp>

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <Eigen/LU>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/saved_bytes.hpp"
#include "support/threads.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

/// Same pattern, other numbers, and for Hermitian ones still definite or indefinite.
template <class T, class I>
Csr<T, I> scaled(Csr<T, I> A) {
    for (T& v : A.values()) v *= T(3);
    return A;
}

/// All that a loaded factorization has in common with the one that was saved.
template <class F, class A>
void expect_kept(const F& f, const F& g, const A& a) {
    using T = typename F::scalar_type;
    EXPECT_EQ(g.rows(), f.rows());
    EXPECT_EQ(g.cols(), f.cols());
    const auto& was = f.info();
    const auto& is = g.info();
    EXPECT_EQ(is.method, was.method);
    EXPECT_EQ(is.backend, "tamis (loaded from " + was.backend + ")");
    EXPECT_EQ(is.ordering, was.ordering);
    EXPECT_EQ(is.factor_nonzeros, was.factor_nonzeros);
    EXPECT_EQ(is.fill, was.fill);
    EXPECT_EQ(is.flops, was.flops);
    EXPECT_EQ(is.precision, was.precision);
    EXPECT_GT(is.bytes, 0);
    EXPECT_EQ(is.seconds.analyze, 0);
    EXPECT_GT(is.seconds.factor, 0);
    EXPECT_EQ(g.analysis().permutation(), f.analysis().permutation());
    EXPECT_EQ(g.analysis().backend(), f.analysis().backend());

    const Matrix<T> dense_a = dense(a);
    const Matrix<T> b = Random(3).matrix<T>(a.rows(), 3);
    const Vector<T> c = Random(4).vector<T>(a.cols());
    if constexpr (HasDeterminant<F>) {
        const Matrix<T> x = g.solve(b);
        for (int j = 0; j < 3; ++j) EXPECT_TRUE(solves(dense_a, Vector<T>(x.col(j)), Vector<T>(b.col(j))));
        EXPECT_TRUE(solves(Matrix<T>(dense_a.transpose()), g.solve_transposed(c), c));
        EXPECT_TRUE(solves(Matrix<T>(dense_a.adjoint()), g.solve_adjoint(c), c));
        const double rounding = 1000 * static_cast<double>(epsilon_v<T>);
        EXPECT_LE(std::abs(g.slogdet().sign - f.slogdet().sign), rounding);
        EXPECT_LE(std::abs(g.slogdet().logabs - f.slogdet().logabs),
                  rounding * std::max<double>(1, std::abs(f.slogdet().logabs)));
        EXPECT_NEAR(g.rcond() / f.rcond(), 1, rounding);
        EXPECT_TRUE(same_bits(g.reconstruct(), f.reconstruct()));
    } else {
        // The same numbers by other loops.
        const double rounding = 1e5 * static_cast<double>(epsilon_v<T>);
        EXPECT_TRUE(near(g.solve(b), f.solve(b), rounding));
        EXPECT_TRUE(near(g.solve_transposed(c), f.solve_transposed(c), rounding));
        EXPECT_TRUE(near(g.solve_adjoint(c), f.solve_adjoint(c), rounding));
        EXPECT_EQ(g.rank(), f.rank());
        EXPECT_TRUE(same_bits(g.matrix_r(), f.matrix_r()));
        EXPECT_EQ(g.permutation(), f.permutation());
        EXPECT_TRUE(near(g.multiply_q(b), f.multiply_q(b), rounding));
        EXPECT_TRUE(near(g.multiply_qt(b), f.multiply_qt(b), rounding));
    }
}

/// Saves, loads, compares; then saves what was loaded, refactors it, and makes others by its analysis.
template <class F, class A>
void expect_round_trip(F f, const A& a) {
    using T = typename F::scalar_type;
    const auto file = bytes_of(f);
    EXPECT_EQ(bytes_of(f), file);
    auto g = from_bytes<F>(file);
    expect_kept(f, g, a);
    EXPECT_TRUE(bytes_of(g) == file) << "a loaded factor is saved as another file";
    const Vector<T> b = Random(5).vector<T>(a.rows());
    EXPECT_TRUE(same_bits(from_bytes<F>(bytes_of(g)).solve(b), g.solve(b)));

    const A other = scaled(a);
    const F by_analysis(g.analysis(), other);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { g.refactor(A(a.rows() + 1, a.cols() + 1)); }));
    EXPECT_TRUE(throws<PatternMismatch>([&] { g.refactor(A(a.rows(), a.cols())); }));
    EXPECT_TRUE(same_bits(from_bytes<F>(file).solve(b), g.solve(b)));  // as it was
    f.refactor(other);
    for (int again = 0; again < 2; ++again) {
        g.refactor(other);
        EXPECT_EQ(g.info().backend, f.info().backend);
        EXPECT_EQ(g.info().ordering, f.info().ordering);
        if constexpr (HasDeterminant<F>) {
            EXPECT_TRUE(solves(other, g.solve(b), b));
            EXPECT_TRUE(solves(other, by_analysis.solve(b), b));
        } else {
            EXPECT_TRUE(same_bits(g.solve(b), f.solve(b)));
            EXPECT_TRUE(same_bits(by_analysis.solve(b), f.solve(b)));
        }
    }
}

template <class P>
class SaveAndLoad : public ::testing::Test {};
TYPED_TEST_SUITE(SaveAndLoad, AllScalarsAndIndices, TypeName);

TYPED_TEST(SaveAndLoad, KeepsACholeskyFactorization) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = hermitian_definite<T, I>(30).A;
    const auto f = cholesky(A);
    const auto g = from_bytes<SparseCholesky<T, I>>(bytes_of(f));
    EXPECT_TRUE(same_bits(g.matrix_l(), f.matrix_l()));
    EXPECT_EQ(g.permutation(), f.permutation());
    EXPECT_TRUE(same_bits(g.diagonal_l(), f.diagonal_l()));
    expect_round_trip(cholesky(A), A);
}

TYPED_TEST(SaveAndLoad, KeepsAnIndefiniteFactorization) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = hermitian_indefinite<T, I>(30).A;
    const auto f = ldlt(A, {.shift = 0.25});
    const auto g = from_bytes<SparseLdlt<T, I>>(bytes_of(f));
    EXPECT_EQ(g.inertia(), f.inertia());
    EXPECT_EQ(g.permutation(), f.permutation());
    expect_round_trip(ldlt(A), A);
}

TYPED_TEST(SaveAndLoad, KeepsAnLuFactorization) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Blocks of one for KLU, an order that UMFPACK alone takes.
    for (const bool natural : {false, true}) {
        const auto A = natural ? unsymmetric_well_conditioned<T, I>(40).A : permuted_triangular<T, I>(30).A;
        const FactorOptions options{.ordering = natural ? Ordering::natural : Ordering::automatic};
        const auto f = lu(A, options);
        EXPECT_TRUE(f.info().backend.starts_with(natural && TAMIS_WITH_GPL ? "UMFPACK" : "KLU")) << f.info().backend;
        const auto g = from_bytes<SparseLu<T, I>>(bytes_of(f));
        EXPECT_TRUE(same_bits(g.matrix_l(), f.matrix_l()));
        EXPECT_TRUE(same_bits(g.matrix_u(), f.matrix_u()));
        EXPECT_EQ(g.row_permutation(), f.row_permutation());
        EXPECT_EQ(g.col_permutation(), f.col_permutation());
        EXPECT_EQ(g.row_scaling(), f.row_scaling());
        expect_round_trip(lu(A, options), A);
    }
}

#if TAMIS_WITH_GPL
TYPED_TEST(SaveAndLoad, KeepsAQrFactorizationOfAnyShapeAndRank) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto expect = [](const Csr<T, I>& A) { expect_round_trip(qr(A), A); };
    expect(tall_full_rank<T, I>(20, 8).A);
    expect(wide_full_rank<T, I>(8, 20).A);
    expect(singular_consistent<T, I>(20).A);
}
#endif

template <class F>
class SaveAndLoadEmpty : public ::testing::Test {};
using ClassesSavedEmpty =
    ::testing::Types<SparseCholesky<double>, SparseLdlt<std::complex<float>>, SparseLu<double, std::int64_t>
#if TAMIS_WITH_GPL
                     ,
                     SparseQr<float>
#endif
                     >;
TYPED_TEST_SUITE(SaveAndLoadEmpty, ClassesSavedEmpty);

TYPED_TEST(SaveAndLoadEmpty, KeepsAMatrixWithoutRows) {
    using T = typename TypeParam::scalar_type;
    const Csr<T, typename TypeParam::index_type> A(0, 0);
    auto g = from_bytes<TypeParam>(bytes_of(TypeParam(A)));
    EXPECT_EQ(g.rows(), 0);
    EXPECT_EQ(g.solve(Vector<T>(0)).size(), 0);
    g.refactor(A);
    EXPECT_EQ(g.reconstruct().rows(), 0);
}

#if TAMIS_WITH_GPL
TEST(SaveAndLoadQr, KeepsMatricesWithoutEntriesAndOfRankZero) {
    Csr<double> zeros(unchecked, 2, 3, Array<std::int32_t>(std::vector<std::int32_t>{0, 1, 2}),
                      Array<std::int32_t>(std::vector<std::int32_t>{0, 2}), Array<double>(2));
    for (const auto& A : {Csr<double>(3, 2), Csr<double>(0, 4), Csr<double>(4, 0), zeros}) {
        const auto g = from_bytes<SparseQr<double>>(bytes_of(qr(A)));
        EXPECT_EQ(g.rows(), A.rows());
        EXPECT_EQ(g.cols(), A.cols());
        EXPECT_EQ(g.rank(), 0);
        EXPECT_TRUE(equal(g.solve(Vector<double>::Ones(A.rows()).eval()), Vector<double>::Zero(A.cols()).eval()));
    }
}
#endif

TEST(SaveAndLoadCholesky, KeepsAnUpdatedFactorAndUpdatesALoadedOne) {
    const auto A = hermitian_definite<double>(30).A;
    const Vector<double> w = Random(8).vector<double>(30);
    auto f = cholesky(A);
    f.update(w);
    auto g = from_bytes<SparseCholesky<double>>(bytes_of(f));
    const Vector<double> b = Random(9).vector<double>(30);
    EXPECT_TRUE(same_bits(g.solve(b), f.solve(b)));
    EXPECT_EQ(g.rcond(), f.rcond());
    Matrix<double> changed = dense(A) + w * w.transpose();
    EXPECT_TRUE(solves(changed, g.solve(b), b));
    g.update(w);
    changed += w * w.transpose();
    EXPECT_TRUE(solves(changed, g.solve(b), b));
    EXPECT_TRUE(near(g.inverse_diagonal(), Vector<double>(changed.inverse().diagonal()), 1e-12));
    g.refactor(A);
    EXPECT_TRUE(solves(A, g.solve(b), b));
}

TEST(SaveAndLoadCholesky, RefactorsToTheSameBits) {
    // A full matrix is one supernode.
    Assembly<double> full(60, 60);
    for (int i = 0; i < 60; ++i)
        for (int j = 0; j < 60; ++j) full.set(i, j, i == j ? 60 : 1.0 / (1 + std::abs(i - j)));
    for (const auto& A : {full.csr(), grid_laplacian<double>(12, 12).A}) {
        for (const auto ordering : {Ordering::automatic, Ordering::natural}) {
            auto f = cholesky(A, {.ordering = ordering});
            if (A.rows() == 60 && TAMIS_WITH_GPL) {
                ASSERT_NE(f.info().backend.find("supernodal"), std::string::npos);
            }
            auto g = from_bytes<SparseCholesky<double>>(bytes_of(f));
            f.refactor(scaled(A));
            g.refactor(scaled(A));
            EXPECT_TRUE(same_bits(g.matrix_l(), f.matrix_l()));
            EXPECT_EQ(g.info().ordering, f.info().ordering);
            EXPECT_EQ(g.info().backend, f.info().backend);
        }
    }
}

TEST(SaveAndLoadLdlt, KeepsTheInertiaOfASingularMatrix) {
    Assembly<double> assembly(3, 3);
    for (int i = 0; i < 3; ++i) assembly.set(i, i, i == 1 ? -2 : 1);
    assembly.set(0, 2, 1);
    assembly.set(2, 0, 1);
    const auto A = assembly.csr();
    const auto f = ldlt(A);
    ASSERT_EQ(f.inertia(), (Inertia{1, 1, 1}));
    ASSERT_NE(f.info().backend.find("diagonal pivots"), std::string::npos);
    const auto g = from_bytes<SparseLdlt<double>>(bytes_of(f));
    EXPECT_EQ(g.inertia(), f.inertia());
    EXPECT_EQ(g.slogdet().sign, 0);
    EXPECT_EQ(g.rcond(), 0);
    const auto before = thrown<SingularMatrix>([&] { (void)f.solve(Vector<double>::Ones(3).eval()); });
    const auto after = thrown<SingularMatrix>([&] { (void)g.solve(Vector<double>::Ones(3).eval()); });
    ASSERT_TRUE(before && after);
    EXPECT_EQ(after->index(), before->index());
    EXPECT_EQ(std::string(after->what()), before->what());
}

TEST(SaveAndLoadLu, KeepsTheOptionsOfTheFactorization) {
    const auto A = unsymmetric_well_conditioned<double>(30).A;
    const FactorOptions options{.ordering = Ordering::natural, .memory_limit = 1 << 26, .shift = 0.5, .pivot_tolerance = 1};
    auto f = lu(A, options);
    auto g = from_bytes<SparseLu<double>>(bytes_of(f));
    const auto kept = g.analysis().options();
    EXPECT_EQ(kept.ordering, options.ordering);
    EXPECT_EQ(kept.memory_limit, options.memory_limit);
    EXPECT_EQ(kept.shift, options.shift);
    EXPECT_EQ(kept.pivot_tolerance, options.pivot_tolerance);
    g.refactor(A);
    Matrix<double> shifted = dense(A);
    shifted.diagonal().array() += 0.5;
    const Vector<double> b = Random(2).vector<double>(30);
    EXPECT_TRUE(solves(shifted, g.solve(b), b));
}

TEST(SaveAndLoadLu, ServesManyThreadsAtOnce) {
    const auto A = unsymmetric_well_conditioned<double>(40).A;
    const auto g = from_bytes<SparseLu<double>>(bytes_of(lu(A)));
    const Vector<double> b = Random(2).vector<double>(40);
    const Vector<double> x = g.solve(b);
    const auto analysis = g.analysis();
    EXPECT_TRUE(succeeds_on_threads(4, [&](int i) {
        if (!same_bits(g.solve(b), x)) throw Error("other bits");
        auto other = A;
        for (double& v : other.values()) v *= i + 1;
        if (!solves(other, lu(analysis, other).solve(b), b)) throw Error("a wrong solution");
        if (analysis.backend().empty() || analysis.bytes() <= 0) throw Error("no prediction");
    }));
}

}  // namespace
}  // namespace tamis::test
