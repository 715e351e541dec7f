#include <tamis/iterative/precond/fsai.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Fsai : public ::testing::Test {};
TYPED_TEST_SUITE(Fsai, AllScalarsAndIndices, TypeName);

/// The lower triangular G of the given pattern by its defining equations, in dense arithmetic.
template <class W>
Matrix<W> by_definition(const Matrix<W>& A, const Matrix<W>& pattern) {
    const auto n = A.rows();
    Matrix<W> G = Matrix<W>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        std::vector<std::int64_t> J;
        for (std::int64_t j = 0; j <= i; ++j)
            if (i == j || pattern(i, j) != W(0)) J.push_back(j);
        const auto m = std::ssize(J);
        Matrix<W> S(m, m);
        for (std::int64_t r = 0; r < m; ++r)
            for (std::int64_t c = 0; c < m; ++c) S(r, c) = A(J[static_cast<std::size_t>(r)], J[static_cast<std::size_t>(c)]);
        // g S = c eᵀ: g is the last row of S⁻¹, scaled so that g S gᴴ = 1.
        const Matrix<W> inverse = dense_inverse(S);
        const double scale = std::sqrt(std::real(inverse(m - 1, m - 1)));
        for (std::int64_t c = 0; c < m; ++c) G(i, J[static_cast<std::size_t>(c)]) = inverse(m - 1, c) / scale;
    }
    return G;
}

TYPED_TEST(Fsai, SatisfiesItsDefiningEquationsAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using W = InDouble<T>;
    const auto tolerance = 1000 * static_cast<double>(epsilon_v<T>);
    const auto problem = hermitian_definite<T, I>(40);
    const Matrix<W> A = in_double<T>(dense(problem.A));
    Matrix<W> pattern = A.cwiseAbs().template cast<W>();
    const Matrix<W> once = pattern;
    for (int power = 1; power <= 2; ++power) {
        const Matrix<W> G = by_definition(A, pattern);
        const tamis::Fsai M(problem.A, {.power = power});
        EXPECT_TRUE(near(dense_preconditioner(M), Matrix<W>(G.adjoint() * G), tolerance)) << power;
        EXPECT_TRUE(
            near(dense_preconditioner(tamis::Fsai(to_csc(problem.A), {.power = power})), dense_preconditioner(M), 0));
        EXPECT_TRUE(positive_definite(M));
        expect_preconditioner_laws(M);
        pattern = pattern * once;
    }
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Fsai(B); });
    expect_only_hermitian_definite<T, I>([](const auto& B) { return tamis::Fsai(B); });
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Fsai(problem.A, {.power = 0}); }, ".power"));
}

TEST(Fsai, SavesIterationsOfCgTheMoreTheHigherItsPower) {
    const auto A = poisson_2d<double>(40, 40);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const auto plain = cg(A, b).iterations;
    const auto first = cg(A, b, {.preconditioner = tamis::Fsai(A)}).require().iterations;
    const auto third = cg(A, b, {.preconditioner = tamis::Fsai(A, {.power = 3})}).require().iterations;
    EXPECT_LT(5 * first, 4 * plain);
    EXPECT_LT(5 * third, 4 * first);
}

TEST(Fsai, SaysWhereAMatrixIsNotPositiveDefinite) {
    const auto indefinite = indefinite_with_positive_diagonal<double>(30);
    const auto e = thrown<NotPositiveDefinite>([&] { tamis::Fsai M(indefinite.A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->column(), 1);
}

TEST(Fsai, GivesTheSameBitsOnAnyNumberOfThreads) {
    const auto A = poisson_3d<double>(20, 20, 20);
    const Vector<double> x = Random(7).vector<double>(A.rows());
    Vector<double> expected(A.rows()), y(A.rows());
    {
        const ThreadBudget one(1);
        tamis::Fsai(A, {.power = 2}).apply(x, expected);
    }
    const ThreadBudget three(3);
    tamis::Fsai(A, {.power = 2}).apply(x, y);
    EXPECT_TRUE(same_bits(y, expected));
}

}  // namespace
}  // namespace tamis::test
