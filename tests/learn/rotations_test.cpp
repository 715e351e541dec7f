#include <tamis/learn/rotations.hpp>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Rotations : public ::testing::Test {};
TYPED_TEST_SUITE(Rotations, AllScalars, TypeName);

TYPED_TEST(Rotations, AreOrthonormalWithDeterminantOne) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 3, 8, 25})
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            const Matrix<T> Q = learn::random_orthogonal<T>(n, seed), R = learn::random_rotation<T>(n, seed);
            EXPECT_TRUE(orthonormal(Q));
            EXPECT_TRUE(orthonormal(R));
            const double rounding = 10 * static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
            EXPECT_NEAR(std::abs(dense_determinant(in_double(Q))), 1, rounding);
            EXPECT_LE(std::abs(dense_determinant(in_double(R)) - InDouble<T>(1)), rounding) << n << ", seed " << seed;
        }
    EXPECT_EQ(learn::random_orthogonal<T>(0).size(), 0);
    EXPECT_EQ(learn::random_rotation<T>(0).size(), 0);
    EXPECT_EQ(learn::random_rotation<T>(1, 5)(0, 0), T(1));
}

TYPED_TEST(Rotations, DependOnTheSeedAlone) {
    using T = typename TypeParam::T;
    EXPECT_TRUE(same_bits(learn::random_orthogonal<T>(12, 3), learn::random_orthogonal<T>(12, 3)));
    EXPECT_TRUE(same_bits(learn::random_rotation<T>(12, 3), learn::random_rotation<T>(12, 3)));
    EXPECT_GT(max_difference<T>(learn::random_orthogonal<T>(12, 3), learn::random_orthogonal<T>(12, 4)), 0.1);
}

/// Means of the trace, of |trace|² and of |q₁₁|⁴ over many seeds.
struct HaarMoments {
    std::complex<double> trace = 0;
    double trace_square = 0;
    double corner_fourth = 0;
};
template <class Make>
HaarMoments haar_moments(int count, const Make& make) {
    HaarMoments m;
    for (int k = 0; k < count; ++k) {
        const auto Q = make(static_cast<std::uint64_t>(k));
        std::complex<double> trace = 0;
        for (std::int64_t i = 0; i < Q.rows(); ++i) trace += Q(i, i);
        m.trace += trace / static_cast<double>(count);
        m.trace_square += std::norm(trace) / count;
        m.corner_fourth += std::norm(Q(0, 0)) * std::norm(Q(0, 0)) / count;
    }
    return m;
}

// Exact moments of Haar's measure: E tr = 0, E |tr|² = 1 for O(n), n ≥ 2, SO(n), n ≥ 3, and U(n); E q⁴ = 3 / (n (n + 2))
// for real, 2 / (n (n + 1)) for complex entries (Diaconis, Evans, Trans. AMS 353, 2001). Without the phases of R both traces
// are far off.
constexpr int haar_samples = 3000;
const double haar_error = 5 / std::sqrt(static_cast<double>(haar_samples));

TEST(HaarMeasure, OrthogonalMatricesHaveItsMomentsAndBothSigns) {
    int positive = 0;
    const auto m = haar_moments(haar_samples, [&](std::uint64_t seed) {
        const Matrix<double> Q = learn::random_orthogonal<double>(4, seed);
        positive += dense_determinant(Q) > 0 ? 1 : 0;
        return Q;
    });
    EXPECT_NEAR(m.trace.real(), 0, haar_error);
    EXPECT_NEAR(m.trace_square, 1, haar_error * std::sqrt(2.0));
    EXPECT_NEAR(m.corner_fourth, 3.0 / 24, haar_error * 0.25);
    EXPECT_NEAR(static_cast<double>(positive) / haar_samples, 0.5, haar_error / 2);
}

TEST(HaarMeasure, RotationsHaveItsMoments) {
    const auto m = haar_moments(haar_samples, [](std::uint64_t seed) { return learn::random_rotation<double>(3, seed); });
    EXPECT_NEAR(m.trace.real(), 0, haar_error);
    EXPECT_NEAR(m.trace_square, 1, haar_error * std::sqrt(2.0));
    EXPECT_NEAR(m.corner_fourth, 3.0 / 15, haar_error * 0.3);
    // Of the plane: the angle is uniform.
    const auto plane =
        haar_moments(haar_samples, [](std::uint64_t seed) { return learn::random_rotation<double>(2, seed); });
    EXPECT_NEAR(plane.trace.real(), 0, haar_error * std::sqrt(2.0));
    EXPECT_NEAR(plane.trace_square, 2, haar_error * std::sqrt(2.0));
    EXPECT_NEAR(plane.corner_fourth, 3.0 / 8, haar_error * 0.4);
}

TEST(HaarMeasure, UnitaryMatricesHaveItsMoments) {
    using C = std::complex<double>;
    const auto m = haar_moments(haar_samples, [](std::uint64_t seed) { return learn::random_orthogonal<C>(3, seed); });
    EXPECT_LE(std::abs(m.trace), haar_error * 1.5);
    EXPECT_NEAR(m.trace_square, 1, haar_error);
    EXPECT_NEAR(m.corner_fourth, 2.0 / 12, haar_error * 0.25);
    // Of SU(2): the trace is real, with E tr² = 1.
    const auto special = haar_moments(haar_samples, [](std::uint64_t seed) { return learn::random_rotation<C>(2, seed); });
    EXPECT_LE(std::abs(special.trace), haar_error);
    EXPECT_NEAR(special.trace_square, 1, haar_error);
}

TEST(Rotation2d, TurnsCounterclockwise) {
    const Matrix<double> Q = learn::rotation_2d<double>(std::numbers::pi / 6);
    EXPECT_NEAR(Q(0, 0), std::sqrt(3.0) / 2, 1e-15);
    EXPECT_NEAR(Q(1, 0), 0.5, 1e-15);
    EXPECT_EQ(Q(0, 1), -Q(1, 0));
    EXPECT_EQ(Q(1, 1), Q(0, 0));
    EXPECT_TRUE(near(product<double>(Q, Q), learn::rotation_2d<double>(std::numbers::pi / 3), 1e-15));
    EXPECT_EQ(learn::rotation_2d<std::complex<float>>(0.5f)(1, 0), std::complex<float>(std::sin(0.5f)));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)learn::rotation_2d<double>(infinity); }, "rotation_2d", "finite"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)learn::rotation_2d<float>(std::numeric_limits<float>::quiet_NaN()); },
                                        "rotation_2d"));
}

TEST(Rotation2d, OrdersBelowZeroAreRefused) {
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)learn::random_orthogonal<double>(-1); }, "random_orthogonal", "-1"));
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)learn::random_rotation<float>(-3); }, "random_rotation", "-3"));
    EXPECT_TRUE(throws<IndexOverflow>([] { (void)learn::random_rotation<float>(std::int64_t{1} << 40); }));
}

}  // namespace
}  // namespace tamis::test
