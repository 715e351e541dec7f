#include <tamis/sparse/lu.hpp>

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "conformance/factorization.hpp"
#include "support/dense_oracle.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct LuTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::lu;
    template <class A>
    static SparseLu<T, I> factor(const A& a) {
        return lu(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = T(0);
        return bad;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Lu, FactorizationLaws, ForAllScalarsAndIndices<LuTraits>, TraitsName);

template <class P>
class Lu : public ::testing::Test {};
TYPED_TEST_SUITE(Lu, AllScalarsAndIndices, TypeName);

// L·U = (R·A)(p, q) with the parts of F.
template <class T, class I>
void expect_the_parts_to_multiply_to(const Csr<T, I>& A, const SparseLu<T, I>& F) {
    const Matrix<T> L = dense(F.matrix_l());
    const Matrix<T> U = dense(F.matrix_u());
    EXPECT_TRUE(canonical(F.matrix_l()));
    EXPECT_TRUE(canonical(F.matrix_u()));
    const Matrix<T> zero = Matrix<T>::Zero(A.rows(), A.cols());
    EXPECT_TRUE(equal(Matrix<T>(L.template triangularView<Eigen::StrictlyUpper>()), zero));
    EXPECT_TRUE(equal(Matrix<T>(U.template triangularView<Eigen::StrictlyLower>()), zero));
    for (std::int64_t j = 0; j < A.cols(); ++j) EXPECT_EQ(L(j, j), T(1));
    Matrix<T> RA = dense(A);
    const auto r = F.row_scaling();
    for (std::int64_t i = 0; i < A.rows(); ++i) RA.row(i) *= T(r[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(near(Matrix<T>(L * U), permuted(RA, F.row_permutation(), F.col_permutation()),
                     1e3 * static_cast<double>(epsilon_v<T>)));
}

TYPED_TEST(Lu, HasTrianglesWhoseProductIsThePermutedScaledMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto ordering : {Ordering::automatic, Ordering::natural}) {
        for (const auto& p : {unsymmetric_well_conditioned<T, I>(60), permuted_triangular<T, I>(40),
                              saddle_point<T, I>(20, 8), power_law<T, I>(60)}) {
            SCOPED_TRACE(p.name);
            expect_the_parts_to_multiply_to(p.A, lu(p.A, {.ordering = ordering}));
        }
    }
}

TYPED_TEST(Lu, FollowsBlocksAboveTheDiagonal) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Three irreducible blocks with couplings above them: what KLU keeps apart from its factors.
    Assembly<T, I> A(9, 9);
    for (std::int64_t b = 0; b < 3; ++b) {
        for (std::int64_t i = 0; i < 3; ++i) {
            A.set(3 * b + i, 3 * b + i, T(4));
            A.set(3 * b + i, 3 * b + (i + 1) % 3, T(1));
            for (std::int64_t c = b + 1; c < 3; ++c) A.set(3 * b + i, 3 * c + (2 * i) % 3, scalar<T>(0.5, 0.25));
        }
    }
    const auto p = Random(3).permutation(9);
    const auto q = Random(4).permutation(9);
    const auto M = A.permuted(p, q).csr();
    const auto F = lu(M);
    expect_the_parts_to_multiply_to(M, F);
    EXPECT_TRUE(near(F.reconstruct(), M, 100 * static_cast<double>(epsilon_v<T>)));
    const Vector<T> b = Vector<T>::Ones(9);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_TRUE(solves(Matrix<T>(dense(M).transpose()), F.solve_transposed(b), b));
    EXPECT_TRUE(solves(Matrix<T>(dense(M).adjoint()), F.solve_adjoint(b), b));
}

TYPED_TEST(Lu, SaysWhichRowMakesAMatrixSingularAndWhether) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto ordering : {Ordering::automatic, Ordering::natural}) {
        const auto p = diagonally_dominant<T, I>(30);
        // An empty row by its numbers: the stored entries are zeros.
        auto A = p.A;
        for (auto k = A.row_offsets()[11]; k < A.row_offsets()[12]; ++k) A.values()[static_cast<std::size_t>(k)] = T(0);
        auto e = thrown<SingularMatrix>([&] { (void)lu(A, {.ordering = ordering}); });
        ASSERT_TRUE(e);
        EXPECT_TRUE(e->structural());
        EXPECT_EQ(e->index(), 11);
        EXPECT_TRUE(throws<SingularMatrix>([&] { (void)lu(A, {.ordering = ordering}); }, "row 11", "least_squares"));

        e = thrown<SingularMatrix>([&] { (void)lu(structurally_singular<T, I>(25).A, {.ordering = ordering}); });
        ASSERT_TRUE(e);
        EXPECT_TRUE(e->structural());
        EXPECT_GE(e->index(), 0);

        // Rows 2 and 5 are equal: one of them is left without a pivot.
        Assembly<T, I> twins(8, 8);
        for (std::int64_t i = 0; i < 8; ++i) twins.set(i, i, T(4));
        for (const std::int64_t i : {2, 5}) {
            twins.set(i, 2, T(2));
            twins.set(i, 5, T(2));
        }
        e = thrown<SingularMatrix>([&] { (void)lu(twins.csr(), {.ordering = ordering}); });
        ASSERT_TRUE(e);
        EXPECT_FALSE(e->structural());
        EXPECT_TRUE(e->index() == 2 || e->index() == 5) << e->index();
    }
}

TYPED_TEST(Lu, PivotsAfreshWhereOldPivotsWouldBeUnstable) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto ordering : {Ordering::automatic, Ordering::natural}) {
        // First the diagonal is large; then, on the same pattern, a cyclic shift, and the diagonal all but vanishes.
        const auto matrix = [](double diagonal, double shift) {
            Assembly<T, I> A(60, 60);
            for (std::int64_t i = 0; i < 60; ++i) {
                A.set(i, i, scalar<T>(diagonal));
                A.set(i, (i + 1) % 60, scalar<T>(shift, shift / 2));
                A.set(i, (i + 7) % 60, scalar<T>(0.5));
            }
            return A.csr();
        };
        auto F = lu(matrix(4, 1), {.ordering = ordering});
        const auto A = matrix(1e-6, 4);
        F.refactor(A);
        const Vector<T> b = Vector<T>::Ones(60);
        EXPECT_TRUE(solves(A, F.solve(b), b));
        EXPECT_TRUE(solves(Matrix<T>(dense(A).transpose()), F.solve_transposed(b), b));
    }
}

TYPED_TEST(Lu, TakesEveryOrdering) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = grid_laplacian<T, I>(9, 8);
    for (const auto ordering :
         {Ordering::automatic, Ordering::natural, Ordering::amd, Ordering::colamd, Ordering::nested_dissection}) {
        if (!TAMIS_WITH_GPL && ordering == Ordering::nested_dissection) {
            EXPECT_TRUE(throws<Unsupported>([&] { (void)lu(p.A, {.ordering = ordering}); }, "UMFPACK"));
            continue;
        }
        const auto F = lu(p.A, {.ordering = ordering});
        EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
        if (ordering != Ordering::automatic) {
            EXPECT_EQ(F.info().ordering, ordering);
        }
    }
    const auto F = lu(p.A, {.ordering = Ordering::given, .permutation = Random(5).permutation(72)});
    EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b));
}

TEST(LuBackends, AreChosenByFill) {
    EXPECT_NE(lu(permuted_triangular<double>(100).A).info().backend.find("KLU"), std::string::npos);
    // A full matrix of order 100 is all dense kernel.
    Assembly<double> full(100, 100);
    Random random(1);
    for (std::int64_t i = 0; i < 100; ++i)
        for (std::int64_t j = 0; j < 100; ++j) full.set(i, j, random.value<double>());
    const auto F = lu(full.csr());
    EXPECT_NE(F.info().backend.find(TAMIS_WITH_GPL ? "UMFPACK" : "KLU"), std::string::npos) << F.info().backend;
    const Vector<double> b = random.vector<double>(100);
    EXPECT_TRUE(solves(full.csr(), F.solve(b), b));
}

TEST(LuOptions, AShiftInsertsTheDiagonalThatIsMissing) {
    Assembly<double> A(3, 3);
    A.set(0, 1, 2);
    A.set(1, 1, 1);
    A.set(2, 0, 1);
    auto F = lu(A.csr(), {.shift = 5});
    Matrix<double> M = dense(A.csr());
    M.diagonal().array() += 5;
    const Vector<double> b = Vector<double>::Ones(3);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_TRUE(near(F.reconstruct(), M, 1e-14));
    F.refactor(A.csc());
    EXPECT_TRUE(solves(M, F.solve(b), b));
}

TEST(LuOptions, AreChecked) {
    const auto p = grid_laplacian<double>(4, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu(p.A, {.pivot_tolerance = 1.5}); }, "pivot_tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)lu(p.A, {.memory_limit = -5}); }, "memory_limit"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lu(Csr<double>(3, 4)); }, "3 rows", "4 columns"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)lu(Csc<double>(3, 4)); }, "3 rows", "4 columns"));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)lu(p.A, {.stop = source.get_token()}); }));
    EXPECT_TRUE(solves(p.A, lu(p.A, {.pivot_tolerance = 1.0}).solve(p.b), p.b));
}

TEST(LuRcond, IsInfiniteForTheEmptyMatrixAndTinyNearSingularity) {
    EXPECT_EQ(lu(Csr<double>(0, 0)).rcond(), std::numeric_limits<double>::infinity());
    const auto p = graded<double>(30, 12);
    const auto F = lu(p.A);
    const Matrix<double> A = dense(p.A);
    const double truth =
        1 / (A.cwiseAbs().colwise().sum().maxCoeff() * dense_inverse(A).cwiseAbs().colwise().sum().maxCoeff());
    EXPECT_GE(F.rcond(), truth / 2);
    EXPECT_LE(F.rcond(), truth * 10);
    EXPECT_LT(F.rcond(), 1e-8);
}

}  // namespace
}  // namespace tamis::test
