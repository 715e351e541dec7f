#include <tamis/iterative/precond/ict.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Ict : public ::testing::Test {};
TYPED_TEST_SUITE(Ict, AllScalarsAndIndices, TypeName);

TYPED_TEST(Ict, IsTheInverseWhenNothingIsDropped) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto problem = hermitian_definite<T, I>(40);
    const tamis::Ict M(problem.A, {.drop_tolerance = 0, .fill_factor = infinity});
    static_assert(std::same_as<decltype(M), const tamis::Ict<T, I>>);
    EXPECT_EQ(M.shift(), 0);
    EXPECT_TRUE(near(preconditioned_matrix(M), dense(problem.A), 1e4 * static_cast<double>(epsilon_v<T>)));
    expect_preconditioner_laws(M);
    EXPECT_TRUE(positive_definite(tamis::Ict(problem.A, {.drop_tolerance = 0.1})));
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Ict(B); });
    expect_only_hermitian_definite<T, I>([](const auto& B) { return tamis::Ict(B); });
}

TYPED_TEST(Ict, DropsWhatIsSmallAndBoundsWhatItKeeps) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = poisson_2d<T, I>(20, 20);
    const std::int64_t n = A.rows();
    const auto stored = [&](const IctOptions& options) { return tamis::Ict(A, options).nonzeros(); };
    EXPECT_EQ(stored({.drop_tolerance = 1e10}), n);
    EXPECT_GT(stored({.drop_tolerance = 1e-2}), A.nnz());
    EXPECT_GT(stored({.drop_tolerance = 1e-3}), stored({.drop_tolerance = 1e-2}));
    EXPECT_LE(stored({.drop_tolerance = 0, .fill_factor = 2}), n + 2 * 4 * n);
    const Vector<T> b = Vector<T>::Ones(n);
    const auto iterations = [&](double tolerance) {
        return cg(A, b, {.preconditioner = tamis::Ict(A, {.drop_tolerance = tolerance})}).require().iterations;
    };
    EXPECT_LT(iterations(1e-2), iterations(1e9));
    EXPECT_LT(iterations(1e-3), iterations(1e-2));
}

TEST(Ict, DoesNotDependOnASymmetricScaling) {
    const auto A = poisson_2d<double>(12, 12);
    Assembly<double> scaled(144, 144);
    for_each_entry(A, [&](std::int64_t i, std::int64_t j, double v) {
        scaled.set(i, j, std::ldexp(v, static_cast<int>(7 * i % 21 + 7 * j % 21) - 20));
    });
    EXPECT_EQ(tamis::Ict(A).nonzeros(), tamis::Ict(scaled.csr()).nonzeros());
}

TEST(Ict, ShiftsWhatBreaksDown) {
    const auto indefinite = indefinite_with_positive_diagonal<double>(30);
    const tamis::Ict M(indefinite.A, {.drop_tolerance = 0, .fill_factor = infinity});
    ASSERT_GT(M.shift(), 0);
    EXPECT_TRUE(positive_definite(M));
    Matrix<double> shifted = dense(indefinite.A);
    shifted.diagonal() *= 1 + M.shift();
    EXPECT_TRUE(near(preconditioned_matrix(M), shifted, 1e-10));
    // Kershaw's matrix: without fill a pivot is negative, with it none.
    Assembly<double> A(4, 4);
    const double entries[4][4] = {{3, -2, 0, 2}, {-2, 3, -2, 0}, {0, -2, 3, -2}, {2, 0, -2, 3}};
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j)
            if (entries[i][j] != 0) A.set(i, j, entries[i][j]);
    EXPECT_EQ(tamis::Ict(A.csr()).shift(), 0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ict(A.csr(), {.drop_tolerance = -1}); }, ".drop_tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ict(A.csr(), {.fill_factor = 0}); }, ".fill_factor"));
}

}  // namespace
}  // namespace tamis::test
