#include <tamis/iterative/precond/ssor.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class Ssor : public ::testing::Test {};
TYPED_TEST_SUITE(Ssor, AllScalarsAndIndices, TypeName);

/// (D + ωL) D⁻¹ (D + ωU) / (ω(2 − ω)).
template <class T>
Matrix<T> formula(const Matrix<T>& A, double omega) {
    const auto n = A.rows();
    Matrix<T> lower = Matrix<T>::Zero(n, n), upper = lower;
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            if (j < i) lower(i, j) = static_cast<Real<T>>(omega) * A(i, j);
            if (j > i) upper(i, j) = static_cast<Real<T>>(omega) * A(i, j) / A(i, i);
        }
        lower(i, i) = A(i, i);
        upper(i, i) = 1;
    }
    return lower * upper / static_cast<Real<T>>(omega * (2 - omega));
}

TYPED_TEST(Ssor, IsTheFormulaAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto tolerance = 1000 * static_cast<double>(epsilon_v<T>);
    const auto problem = diagonally_dominant<T, I>(30);
    for (const double omega : {1.0, 0.7, 1.4}) {
        const tamis::Ssor M(problem.A, {.omega = omega});
        EXPECT_TRUE(near(preconditioned_matrix(M), formula(in_double<T>(dense(problem.A)), omega), tolerance));
    }
    expect_preconditioner_laws(tamis::Ssor(problem.A));
    const auto definite = hermitian_definite<T, I>(30);
    const tamis::Ssor S(definite.A, {.omega = 1.2});
    EXPECT_TRUE(near(preconditioned_matrix(S), formula(in_double<T>(dense(definite.A)), 1.2), tolerance));
    EXPECT_TRUE(positive_definite(S));
    expect_preconditioner_laws(S);
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Ssor(B); });
    for (const double omega : {0.0, 2.0, -1.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ssor(problem.A, {.omega = omega}); }, ".omega"));
}

TYPED_TEST(Ssor, ByColoursIsTheFormulaInTheirOrder) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Of a grid, greedy colours in the order of the rows are those of a chessboard.
    const auto problem = grid_laplacian<T, I>(5, 6);
    std::vector<std::int64_t> order;
    for (std::int64_t colour = 0; colour < 2; ++colour)
        for (std::int64_t k = 0; k < 30; ++k)
            if ((k / 6 + k % 6) % 2 == colour) order.push_back(k);
    const auto A = in_double<T>(dense(problem.A));
    Matrix<InDouble<T>> P = Matrix<InDouble<T>>::Zero(30, 30);
    for (std::int64_t k = 0; k < 30; ++k) P(k, order[static_cast<std::size_t>(k)]) = 1;
    const Matrix<InDouble<T>> expected = P.transpose() * formula(Matrix<InDouble<T>>(P * A * P.transpose()), 1) * P;
    const tamis::Ssor M(problem.A, {.multicolour = true});
    EXPECT_TRUE(near(preconditioned_matrix(M), expected, 1000 * static_cast<double>(epsilon_v<T>)));
    expect_preconditioner_laws(M);
    expect_preconditioner_laws(tamis::Ssor(diagonally_dominant<T, I>(30).A, {.multicolour = true}));
}

TEST(Ssor, SavesIterationsOfCg) {
    const auto A = poisson_2d<double>(40, 40);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const auto plain = cg(A, b).iterations;
    EXPECT_LT(3 * cg(A, b, {.preconditioner = tamis::Ssor(A)}).require().iterations, 2 * plain);
    EXPECT_LT(cg(A, b, {.preconditioner = tamis::Ssor(A, {.multicolour = true})}).require().iterations, plain);
}

}  // namespace
}  // namespace tamis::test
