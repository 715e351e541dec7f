#include <tamis/sparse/qr.hpp>

#include <algorithm>
#include <cstdint>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "conformance/factorization.hpp"
#include "support/dense_oracle.hpp"
#include "tamis_backends.hpp"

#if !TAMIS_WITH_GPL
namespace tamis::test {
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FactorizationLaws);
}
#endif

namespace tamis::test {
namespace {

#if TAMIS_WITH_GPL

template <class T_, class I_>
struct QrTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::qr;
    template <class A>
    static SparseQr<T, I> factor(const A& a) {
        return qr(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return unsymmetric_well_conditioned<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return Csr<T, I>(0, 0); }  // every finite matrix has a QR
};
INSTANTIATE_TYPED_TEST_SUITE_P(Qr, FactorizationLaws, ForAllScalarsAndIndices<QrTraits>, TraitsName);

template <class P>
class Qr : public ::testing::Test {};
TYPED_TEST_SUITE(Qr, AllScalarsAndIndices, TypeName);

template <class T, class I>
std::vector<Problem<T, I>> all_shapes() {
    return {tall_full_rank<T, I>(), wide_full_rank<T, I>(), rank_deficient<T, I>(), rank_deficient<T, I>(40, 60, 25),
            square_inconsistent<T, I>()};
}

// A⁺ b in double precision, by the singular values that are not rounding.
template <class T>
Vector<std::complex<double>> minimum_norm(const Matrix<T>& A, const Vector<T>& b, std::int64_t rank) {
    using C = std::complex<double>;
    return dense_svd<C>(A.template cast<C>()).solve(b.template cast<C>(), rank);
}

TYPED_TEST(Qr, GivesTheMinimumNormLeastSquaresSolutionOfEveryShapeAndRank) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const double limit = 1e3 * static_cast<double>(epsilon_v<T>);
    for (const auto& p : all_shapes<T, I>()) {
        SCOPED_TRACE(p.name);
        const auto F = qr(p.A);
        EXPECT_EQ(F.rank(), p.rank);
        EXPECT_TRUE(near(F.solve(p.b), p.x, limit));
        // And with Aᴴ and Aᵀ, against the singular values.
        const Matrix<T> A = dense(p.A);
        const Vector<T> c = Random(2).vector<T>(A.cols());
        EXPECT_TRUE(near(F.solve_adjoint(c), minimum_norm<T>(A.adjoint(), c, p.rank), limit));
        EXPECT_TRUE(near(F.solve_transposed(c), minimum_norm<T>(A.transpose(), c, p.rank), limit));
    }
}

TYPED_TEST(Qr, HasAnOrthogonalAndATrapezoidalPartWhoseProductIsThePermutedMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const double limit = 300 * static_cast<double>(epsilon_v<T>);
    for (const auto& p : all_shapes<T, I>()) {
        SCOPED_TRACE(p.name);
        const auto F = qr(p.A);
        const Matrix<T> A = dense(p.A);
        const std::int64_t m = A.rows();
        const Matrix<T> R = dense(F.matrix_r());
        ASSERT_EQ(R.rows(), std::min(A.rows(), A.cols()));
        ASSERT_EQ(R.cols(), A.cols());
        EXPECT_TRUE(equal(Matrix<T>(R.template triangularView<Eigen::StrictlyLower>()), Matrix<T>(R * T(0))));
        EXPECT_TRUE(
            equal(Matrix<T>(R.bottomRows(R.rows() - F.rank())), Matrix<T>(Matrix<T>::Zero(R.rows() - F.rank(), R.cols()))));
        const Matrix<T> Q = F.multiply_q(Matrix<T>(Matrix<T>::Identity(m, m)));
        EXPECT_TRUE(orthonormal(Q));
        std::vector<std::int64_t> rows(static_cast<std::size_t>(m));
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
        const Matrix<T> AP = permuted(A, rows, F.permutation());
        EXPECT_TRUE(near(Matrix<T>(Q.leftCols(R.rows()) * R), AP, limit));
        EXPECT_TRUE(near(F.multiply_q(R), AP, limit));
        EXPECT_TRUE(near(F.multiply_qt(Matrix<T>(Matrix<T>::Identity(m, m))), Matrix<T>(Q.adjoint()), limit));
        EXPECT_TRUE(near(F.reconstruct(), A, limit));
    }
}

TYPED_TEST(Qr, RefactorsRectanglesAndSeesANewRank) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const double limit = 1e3 * static_cast<double>(epsilon_v<T>);
    for (const auto& p : all_shapes<T, I>()) {
        SCOPED_TRACE(p.name);
        auto F = qr(p.A);
        auto zero = p.A;
        for (T& v : zero.values()) v = T(0);
        F.refactor(zero);
        EXPECT_EQ(F.rank(), 0);
        EXPECT_TRUE(equal(F.solve(p.b), Vector<T>(Vector<T>::Zero(p.A.cols()))));
        F.refactor(p.A);
        EXPECT_EQ(F.rank(), p.rank);
        EXPECT_TRUE(near(F.solve(p.b), p.x, limit));
    }
}

TYPED_TEST(Qr, TakesShapesWithoutEntriesOrWithoutRowsOrColumns) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [m, n] : {std::pair{0, 4}, std::pair{4, 0}, std::pair{3, 5}, std::pair{5, 3}, std::pair{4, 4}}) {
        const Csr<T, I> A(m, n);
        const auto F = qr(A);
        EXPECT_EQ(F.rank(), 0);
        EXPECT_TRUE(equal(F.solve(Vector<T>(Vector<T>::Ones(m))), Vector<T>(Vector<T>::Zero(n))));
        EXPECT_TRUE(equal(F.solve_adjoint(Vector<T>(Vector<T>::Ones(n))), Vector<T>(Vector<T>::Zero(m))));
        EXPECT_EQ(F.matrix_r().rows(), std::min(m, n));
        EXPECT_EQ(F.matrix_r().cols(), n);
        EXPECT_EQ(std::ssize(F.permutation()), n);
        EXPECT_EQ(F.reconstruct().cols(), n);
    }
}

TEST(QrRank, IsThatOfTheSingularValues) {
    // Random sparse matrices of a rank that is made: products B·C of sparse factors.
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Random random(seed);
        const std::int64_t m = 20 + random.below(60);
        const std::int64_t n = 20 + random.below(60);
        const std::int64_t r = 5 + random.below(std::min(m, n) - 5);
        Assembly<double> A(m, n);
        for (std::int64_t k = 0; k < r; ++k) {
            // A rank-one piece on a few rows and columns.
            for (int a = 0; a < 3; ++a) {
                const std::int64_t i = random.below(m);
                const double u = random.nonzero_eighths<double>();
                for (int b = 0; b < 3; ++b) A.add(i, (k * 7 + 5 * b) % n, u * (1 + b));
            }
        }
        const auto M = A.csr();
        const std::int64_t rank = dense_svd(dense(M)).rank(1e-10);
        EXPECT_EQ(qr(M).rank(), rank) << m << "×" << n << ", seed " << seed;
        for (const auto ordering : {Ordering::natural, Ordering::amd, Ordering::colamd, Ordering::nested_dissection})
            EXPECT_EQ(qr(M, {.ordering = ordering}).rank(), rank) << to_string(ordering) << ", seed " << seed;
    }
}

TEST(QrRank, FollowsTheTolerance) {
    Assembly<double> A(3, 3);
    A.set(0, 0, 1);
    A.set(1, 1, 1e-6);
    A.set(2, 2, 1e-20);
    EXPECT_EQ(qr(A.csr()).rank(), 2);
    EXPECT_EQ(qr(A.csr(), {.pivot_tolerance = 1e-3}).rank(), 1);
    EXPECT_EQ(qr(A.csr(), {.pivot_tolerance = 1e-25}).rank(), 3);
}

TEST(QrOptions, TakesEveryOrdering) {
    const auto p = tall_full_rank<double>(80, 40);
    const auto w = wide_full_rank<double>(40, 80);
    for (const auto ordering :
         {Ordering::automatic, Ordering::natural, Ordering::amd, Ordering::colamd, Ordering::nested_dissection}) {
        const auto F = qr(p.A, {.ordering = ordering});
        EXPECT_TRUE(near(F.solve(p.b), p.x, 1e-12));
        if (ordering != Ordering::automatic) {
            EXPECT_EQ(F.info().ordering, ordering);
        }
        EXPECT_TRUE(near(qr(w.A, {.ordering = ordering}).solve(w.b), w.x, 1e-12));
    }
    const auto order = Random(5).permutation(40);
    EXPECT_TRUE(near(qr(p.A, {.ordering = Ordering::given, .permutation = order}).solve(p.b), p.x, 1e-12));
}

TEST(QrOptions, AreChecked) {
    const auto p = tall_full_rank<double>(10, 4);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr(p.A, {.shift = 1}); }, "shift", "10 rows"));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)qr(p.A, {.stop = source.get_token()}); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr(p.A).solve(Vector<double>(Vector<double>::Ones(4))); }));
}

#else

TEST(Qr, SaysThatThisBuildLeavesItOut) {
    EXPECT_TRUE(throws<Unsupported>([] { (void)qr(tall_full_rank<double>(10, 4).A); }, "SPQR", "TAMIS_WITH_GPL"));
    EXPECT_TRUE(throws<Unsupported>([] { (void)qr(Csr<double>(0, 0)); }, "SPQR"));
}

#endif

}  // namespace
}  // namespace tamis::test
