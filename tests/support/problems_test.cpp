#include "support/problems.hpp"
#include "support/dense_oracle.hpp"

#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Problems : public ::testing::Test {};
TYPED_TEST_SUITE(Problems, AllScalarsAndIndices, TypeName);

template <class A>
std::int64_t numerical_rank(const A& a) {
    return dense_svd(in_double(dense(a))).rank(1e-10);
}

template <class A>
std::int64_t negative_eigenvalues(const A& a) {
    return (hermitian_eigenvalues(in_double(dense(a))).array() < 0).count();
}

template <class A>
bool hermitian(const A& a) {
    return dense(a) == dense(a).adjoint();
}

/// Size of a maximum matching, by augmenting paths in the plainest form.
template <class A>
std::int64_t matching(const A& a) {
    const auto m = dense(a);
    std::vector<std::int64_t> row_of(static_cast<std::size_t>(m.cols()), -1);
    std::vector<bool> seen;
    const std::function<bool(std::int64_t)> augment = [&](std::int64_t i) {
        for (std::int64_t j = 0; j < m.cols(); ++j) {
            const auto c = static_cast<std::size_t>(j);
            if (m(i, j) == typename decltype(m)::Scalar(0) || seen[c]) continue;
            seen[c] = true;
            if (row_of[c] < 0 || augment(row_of[c])) {
                row_of[c] = i;
                return true;
            }
        }
        return false;
    };
    std::int64_t size = 0;
    for (std::int64_t i = 0; i < m.rows(); ++i) {
        seen.assign(static_cast<std::size_t>(m.cols()), false);
        if (augment(i)) ++size;
    }
    return size;
}

template <class P>
void expect_exact_solution(const P& p) {
    EXPECT_TRUE(canonical(p.A)) << p.name;
    EXPECT_EQ(wide_residual(p.A, p.x, p.b).norm(), 0) << p.name;
    EXPECT_GT(p.x.norm(), 0) << p.name;
}

TYPED_TEST(Problems, RegularOnesHaveTheirSolutionToTheLastBit) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& p : {symmetric_definite<T, I>(), hermitian_definite<T, I>(), symmetric_indefinite<T, I>(),
                          hermitian_indefinite<T, I>(), indefinite_with_positive_diagonal<T, I>(), saddle_point<T, I>(),
                          diagonally_dominant<T, I>(), unsymmetric_well_conditioned<T, I>(), permuted_triangular<T, I>(),
                          triangular<T, I>(), grid_laplacian<T, I>(), power_law<T, I>(60)}) {
        expect_exact_solution(p);
        EXPECT_EQ(p.rank, p.A.rows()) << p.name;
        EXPECT_EQ(numerical_rank(p.A), p.A.rows()) << p.name;
    }
}

TYPED_TEST(Problems, DefiniteOnesAreHermitianWithPositiveEigenvalues) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& p :
         {symmetric_definite<T, I>(), hermitian_definite<T, I>(), grid_laplacian<T, I>(), graded<T, I>(30, 4)}) {
        EXPECT_TRUE(hermitian(p.A)) << p.name;
        EXPECT_EQ(negative_eigenvalues(p.A), 0) << p.name;
    }
    EXPECT_EQ(dense(symmetric_definite<T, I>().A), dense(symmetric_definite<T, I>().A).transpose());
    if constexpr (is_complex_v<T>) {
        EXPECT_NE(dense(hermitian_definite<T, I>().A), dense(hermitian_definite<T, I>().A).transpose());
    }
}

TYPED_TEST(Problems, IndefiniteOnesHaveThePromisedInertia) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_EQ(negative_eigenvalues((symmetric_indefinite<T, I>(21).A)), 10);
    EXPECT_EQ(negative_eigenvalues((hermitian_indefinite<T, I>(22).A)), 11);
    EXPECT_EQ(negative_eigenvalues((saddle_point<T, I>(20, 7).A)), 7);
    const auto p = indefinite_with_positive_diagonal<T, I>(20);
    EXPECT_TRUE(hermitian(p.A));
    EXPECT_EQ(negative_eigenvalues(p.A), 1);
    for (std::int64_t i = 0; i < 20; ++i) EXPECT_GT(tamis::detail::real_part(dense(p.A)(i, i)), 0);
}

TYPED_TEST(Problems, WellConditionedOnesAreBoundedAndNeedPivoting) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = unsymmetric_well_conditioned<T, I>();
    const auto inverse = dense_inverse(in_double(dense(p.A)));
    EXPECT_LE(inverse.cwiseAbs().rowwise().sum().maxCoeff(), 1 + 1e-12);
    std::int64_t zeros = 0;
    for (std::int64_t i = 0; i < p.A.rows(); ++i) zeros += dense(p.A)(i, i) == T(0) ? 1 : 0;
    EXPECT_GT(zeros, p.A.rows() / 2);
}

TYPED_TEST(Problems, SingularOnesHaveThePromisedRankAndNullVector) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = singular_consistent<T, I>(30);
    EXPECT_EQ(numerical_rank(p.A), 29);
    EXPECT_EQ(matching(p.A), 30);
    EXPECT_EQ((dense(p.A) * p.null_vector).norm(), 0);
    EXPECT_EQ(p.b.sum(), T(0));
    EXPECT_LE(backward_error(p.A, p.x, p.b), backward_error_limit<T>(30));
    const auto q = singular_inconsistent<T, I>(30);
    EXPECT_NE(q.b.sum(), T(0));
    EXPECT_LE(normal_equations_residual(q.A, q.x, q.b), backward_error_limit<T>(30));
}

TYPED_TEST(Problems, RectangularOnesHaveTheMinimumNormLeastSquaresSolution) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& p : {tall_full_rank<T, I>(), wide_full_rank<T, I>(), rank_deficient<T, I>(),
                          rank_deficient<T, I>(20, 50, 12), square_inconsistent<T, I>(30)}) {
        EXPECT_TRUE(canonical(p.A)) << p.name;
        EXPECT_EQ(numerical_rank(p.A), p.rank) << p.name;
        EXPECT_LE(normal_equations_residual(p.A, p.x, p.b), backward_error_limit<T>(p.A.rows())) << p.name;
        const Vector<InDouble<T>> x = dense_svd(in_double(dense(p.A))).solve(p.b.template cast<InDouble<T>>(), p.rank);
        EXPECT_TRUE(near(p.x, x, 1e-10)) << p.name;
    }
    EXPECT_GT(wide_residual(tall_full_rank<T, I>().A, tall_full_rank<T, I>().x, tall_full_rank<T, I>().b).norm(), 1);
    EXPECT_EQ(wide_residual(wide_full_rank<T, I>().A, wide_full_rank<T, I>().x, wide_full_rank<T, I>().b).norm(), 0);
}

TYPED_TEST(Problems, StructurallySingularOnesHaveNoPerfectMatching) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const std::int64_t n : {2, 3, 20}) {
        const auto p = structurally_singular<T, I>(n);
        EXPECT_EQ(matching(p.A), n - 1) << n;
        EXPECT_EQ(numerical_rank(p.A), n - 1) << n;
        if (n > 2) {
            EXPECT_GT(dense(p.A).cwiseAbs().rowwise().sum().minCoeff(), 0);
            EXPECT_GT(dense(p.A).cwiseAbs().colwise().sum().minCoeff(), 0);
        }
    }
}

TYPED_TEST(Problems, AreTheSameEveryTime) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_TRUE(same_bits(rank_deficient<T, I>().A, rank_deficient<T, I>().A));
    EXPECT_NE(dense(hermitian_definite<T, I>(50, 1).A), dense(hermitian_definite<T, I>(50, 2).A));
}

TEST(Problems, GradedIsAsIllConditionedAsAsked) {
    const Vector<double> singular_values = dense_svd(dense(graded<double>(40, 10).A)).singular_values;
    const double condition = singular_values[0] / singular_values[39];
    EXPECT_GT(condition, 1e9);
    EXPECT_LT(condition, 1e12);
}

TEST(Problems, PermutedTriangularIsNotTriangularAsItStands) {
    const auto m = dense(permuted_triangular<double>().A);
    EXPECT_FALSE(m.isLowerTriangular());
    EXPECT_FALSE(m.isUpperTriangular());
    EXPECT_TRUE(dense(triangular<double>(30, true).A).isLowerTriangular());
    EXPECT_TRUE(dense(triangular<double>(30, false).A).isUpperTriangular());
}

TEST(Assembly, SumsWhatIsAddedTwiceAndPermutes) {
    Assembly<double> a(2, 3);
    a.add(0, 2, 1.5);
    a.add(0, 2, 1);
    a.add(1, 0, -1);
    Matrix<double> expected(2, 3);
    expected << 0, 0, 2.5, -1, 0, 0;
    EXPECT_TRUE(equal(a.csr(), expected));
    EXPECT_TRUE(equal(a.csc(), expected));
    EXPECT_TRUE(canonical(a.csc()));
    Matrix<double> shuffled(2, 3);
    shuffled << -1, 0, 0, 0, 2.5, 0;
    EXPECT_TRUE(equal(a.permuted({1, 0}, {0, 2, 1}).csr(), shuffled));
}

}  // namespace
}  // namespace tamis::test
