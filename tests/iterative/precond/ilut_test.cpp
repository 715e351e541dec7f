#include <tamis/iterative/precond/ilut.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/precond/ilu0.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Ilut : public ::testing::Test {};
TYPED_TEST_SUITE(Ilut, AllScalarsAndIndices, TypeName);

TYPED_TEST(Ilut, IsTheInverseWhenNothingIsDropped) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto tolerance = 1e4 * static_cast<double>(epsilon_v<T>);
    const IlutOptions complete{.drop_tolerance = 0, .fill_factor = infinity};
    const auto problem = diagonally_dominant<T, I>(40);
    const tamis::Ilut M(problem.A, complete);
    static_assert(std::same_as<decltype(M), const tamis::Ilut<T, I>>);
    EXPECT_TRUE(near(preconditioned_matrix(M), dense(problem.A), tolerance));
    EXPECT_GT(M.nonzeros(), problem.A.nnz());
    expect_preconditioner_laws(M);
    // Rows in random order: zeros on the diagonal, which pivoting takes in its stride.
    const auto hard = unsymmetric_well_conditioned<T, I>(40);
    EXPECT_TRUE(throws<SingularMatrix>([&] { tamis::Ilut(hard.A, complete); }, "diagonal"));
    for (const double pivot_tolerance : {0.1, 1.0}) {
        const tamis::Ilut P(hard.A, {.drop_tolerance = 0, .fill_factor = infinity, .pivot_tolerance = pivot_tolerance});
        EXPECT_TRUE(near(preconditioned_matrix(P), dense(hard.A), tolerance));
        expect_preconditioner_laws(P);
    }
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::Ilut(B); });
}

TYPED_TEST(Ilut, DropsWhatIsSmallAndBoundsWhatItKeeps) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = convection_diffusion_2d<T, I>(20, 20, {.diffusion = 0.05});
    const std::int64_t n = A.rows();
    const auto stored = [&](const IlutOptions& options) { return tamis::Ilut(A, options).nonzeros(); };
    EXPECT_EQ(stored({.drop_tolerance = 1e10}), n);
    const auto coarse = stored({.drop_tolerance = 0.1});
    const auto middle = stored({.drop_tolerance = 1e-2});
    const auto fine = stored({.drop_tolerance = 1e-3});
    EXPECT_GT(coarse, n);
    EXPECT_GT(middle, coarse);
    EXPECT_GT(fine, middle);
    EXPECT_LE(stored({.drop_tolerance = 0, .fill_factor = 2}), n + 2 * 5 * n);
    EXPECT_GT(stored({.drop_tolerance = 0, .fill_factor = 2}), A.nnz());
    const Vector<T> b = Vector<T>::Ones(n);
    const auto iterations = [&](const IlutOptions& options) {
        return gmres(A, b, {.preconditioner = tamis::Ilut(A, options)}).require().iterations;
    };
    const auto by_ilu0 = gmres(A, b, {.preconditioner = tamis::Ilu0(A)}).require().iterations;
    EXPECT_LT(iterations({.drop_tolerance = 1e-3}), by_ilu0);
    EXPECT_LT(iterations({.drop_tolerance = 1e-5, .fill_factor = 20}), iterations({.drop_tolerance = 1e-2}));
}

TEST(Ilut, DoesNotDependOnTheScaleOfRows) {
    const auto A = convection_diffusion_2d<double>(15, 15);
    auto scaled = A;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (std::int64_t q = A.row_offsets()[static_cast<std::size_t>(i)];
             q < A.row_offsets()[static_cast<std::size_t>(i) + 1]; ++q)
            scaled.values()[static_cast<std::size_t>(q)] *= std::ldexp(1.0, static_cast<int>(7 * i % 41) - 20);
    EXPECT_EQ(tamis::Ilut(A).nonzeros(), tamis::Ilut(scaled).nonzeros());
}

TEST(Ilut, RefusesFactorsThatSinglePrecisionCannotHold) {
    // The elimination is fine in double; an entry of L is not a float.
    Assembly<float> A(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) A.set(i, i, i == 0 ? 1e-20F : 1e20F);
    A.set(2, 0, 1e20F);
    const auto e = thrown<SingularMatrix>([&] { tamis::Ilut(A.csr()); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 2);
}

TEST(Ilut, SaysWhichPivotWasLostAndRefusesOptionsOutsideTheirRange) {
    Assembly<double> A(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) A.set(i, i, 1);
    A.set(0, 2, 2);
    A.set(2, 0, 0.5);
    const auto e = thrown<SingularMatrix>([&] { tamis::Ilut(A.csr(), {.drop_tolerance = 0}); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 2);
    const auto B = poisson_1d<double>(3);
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    for (const double tolerance : {-1.0, nan, infinity})
        EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ilut(B, {.drop_tolerance = tolerance}); }, ".drop_tolerance"));
    for (const double factor : {0.0, nan})
        EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ilut(B, {.fill_factor = factor}); }, ".fill_factor"));
    for (const double tolerance : {-0.1, 1.1, nan})
        EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::Ilut(B, {.pivot_tolerance = tolerance}); }, ".pivot_tolerance"));
}

}  // namespace
}  // namespace tamis::test
