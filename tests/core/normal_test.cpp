#include "core/normal.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

TEST(Normal, TheQuantileInvertsTheDistribution) {
    // Φ(−|x|) = erfc(|x|/√2)/2 in extended precision; its relative derivative is at most |x| + 1/|x|.
    Random random(1);
    double worst = 0;
    for (int k = 0; k < 4000; ++k) {
        // All magnitudes of the tail, from ½ to 2⁻⁶⁴, both signs.
        std::uint64_t bits = random.bits() >> (1 + k % 63);
        const auto p = (static_cast<long double>(bits) + 0.5L) * 0x1p-64L;
        const double x = detail::normal_quantile(bits);
        ASSERT_LT(x, 0);
        const long double back = std::erfc(-static_cast<long double>(x) / std::sqrt(2.0L)) / 2;
        const double slope = std::abs(x) < 1 ? 1 : std::abs(x) * std::abs(x);
        worst = std::max(worst, static_cast<double>(std::abs(back - p) / p) / slope);
        EXPECT_EQ(detail::normal_quantile(~bits), -x);
    }
    EXPECT_LE(worst, 8 * 0x1p-53);
    EXPECT_LT(detail::normal_quantile(0), -9);
    EXPECT_GT(detail::normal_quantile(~std::uint64_t{0}), 9);
    EXPECT_LT(std::abs(detail::normal_quantile(std::uint64_t{1} << 63)), 1e-15);
}

TEST(Normal, MomentsAreThoseOfTheDistribution) {
    const std::int64_t n = 200000;
    std::vector<double> x(static_cast<std::size_t>(n));
    detail::fill_normal<double>(n, 7, 0, x.data());
    double moment[5] = {};
    double neighbours = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        double power = 1;
        for (double& m : moment) {
            m += power / static_cast<double>(n);
            power *= x[i];
        }
        neighbours += x[i] * x[(i + 1) % x.size()] / static_cast<double>(n);
    }
    // Five standard errors of the k-th moment, √((μ₂ₖ − μₖ²)/n).
    const double error = 5 / std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(moment[1], 0, error);
    EXPECT_NEAR(moment[2], 1, error * std::sqrt(2.0));
    EXPECT_NEAR(moment[3], 0, error * std::sqrt(15.0));
    EXPECT_NEAR(moment[4], 3, error * std::sqrt(96.0));
    EXPECT_NEAR(neighbours, 0, error);
}

TEST(Normal, ComplexNumbersAreCircularWithVarianceOne) {
    const std::int64_t n = 100000;
    std::vector<std::complex<double>> z(static_cast<std::size_t>(n));
    detail::fill_normal<std::complex<double>>(n, 3, 0, z.data());
    double square = 0;
    std::complex<double> pseudo = 0;
    for (const auto& v : z) {
        square += std::norm(v) / static_cast<double>(n);
        pseudo += v * v / static_cast<double>(n);
    }
    const double error = 5 / std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(square, 1, error);
    EXPECT_NEAR(pseudo.real(), 0, error);
    EXPECT_NEAR(pseudo.imag(), 0, error);
}

TEST(Normal, EachNumberBelongsToItsCounterWhateverTheThreads) {
    const std::int64_t n = 300000;
    std::vector<float> x(static_cast<std::size_t>(n)), y(x.size());
    {
        const ThreadBudget one(1);
        detail::fill_normal<float>(n, 11, 5, x.data());
    }
    const ThreadBudget many(4);
    detail::fill_normal<float>(n, 11, 5, y.data());
    EXPECT_EQ(x, y);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(x[i], detail::normal<float>(11, 5 + i));
    EXPECT_NE(detail::normal<double>(1, 0), detail::normal<double>(2, 0));
}

}  // namespace
}  // namespace tamis::test
