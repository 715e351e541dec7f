// The kernels of distances and exponentials, on every instruction set: against extended precision, and bit by bit against
// each other.
#include "learn/kernels/entrywise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/isa.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::learn::detail {
namespace {

template <class P>
class EntrywiseKernel : public ::testing::Test {};
using Reals = ::testing::Types<test::Types<float>, test::Types<double>>;
TYPED_TEST_SUITE(EntrywiseKernel, Reals, test::TypeName);

/// |value − truth| in units of the last place of the truth.
template <class R>
double ulps(R value, long double truth) {
    int e = 0;
    (void)std::frexp(truth, &e);
    constexpr int digits = std::numeric_limits<R>::digits;
    const int last = std::max(e - digits, std::numeric_limits<R>::min_exponent - digits);
    return static_cast<double>(std::abs(static_cast<long double>(value) - truth) / std::ldexp(1.0L, last));
}

TYPED_TEST(EntrywiseKernel, ExponentialIsWithinOneAndAHalfUlps) {
    using R = typename TypeParam::T;
    const R least = sizeof(R) == 8 ? static_cast<R>(-746) : static_cast<R>(-105);
    std::vector<R> x;
    for (int i = 0; i < 20000; ++i) {
        const double u = (i + 0.37) / 20000;
        x.push_back(static_cast<R>(static_cast<double>(least) * u));
        x.push_back(static_cast<R>(-u * 1.5));
        x.push_back(static_cast<R>(-u * u * u * 1e-3));
    }
    for (const auto isa : test::supported_isas()) {
        std::vector<R> y(x.size());
        tamis::detail::kernels<EntrywiseKernels<R>>(isa).exponential(static_cast<std::int64_t>(x.size()), x.data(),
                                                                     y.data());
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            worst = std::max(worst, ulps(y[i], std::exp(static_cast<long double>(x[i]))));
        EXPECT_LE(worst, 1.5);
    }
}

TYPED_TEST(EntrywiseKernel, ExponentialOfTheEnds) {
    using R = typename TypeParam::T;
    const R infinite = std::numeric_limits<R>::infinity();
    const R nan = std::numeric_limits<R>::quiet_NaN();
    for (const auto isa : test::supported_isas())
        for (std::int64_t n = 1; n < 70; ++n) {  // in whole registers and in the rest behind them
            std::vector<R> x(static_cast<std::size_t>(n), R(0)), y(x.size(), R(9));
            x[0] = -infinite;
            x[x.size() / 2] = nan;
            x[x.size() - 1] = std::numeric_limits<R>::lowest();
            tamis::detail::kernels<EntrywiseKernels<R>>(isa).exponential(n, x.data(), y.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                EXPECT_EQ(std::isnan(y[i]), std::isnan(x[i]));
                if (std::isnan(x[i])) continue;
                EXPECT_EQ(y[i], x[i] == 0 ? R(1) : R(0));
            }
        }
}

TYPED_TEST(EntrywiseKernel, AllTargetsGiveTheSameBits) {
    using R = typename TypeParam::T;
    const std::int64_t n = 77, m = 13, p = 21, pad = EntrywiseKernels<R>::lanes;
    test::Random random(3);
    std::vector<R> X(static_cast<std::size_t>((n + pad) * p)), Y(static_cast<std::size_t>(m * p));
    for (R& v : X) v = random.value<R>();
    for (R& v : Y) v = random.value<R>();
    std::vector<R> before;
    for (const auto isa : test::supported_isas()) {
        const auto& k = tamis::detail::kernels<EntrywiseKernels<R>>(isa);
        std::vector<R> all(static_cast<std::size_t>(n * m + 4 * n + m * n + 2), R(7));
        R* const D = all.data();
        k.distance_tile(n, m, p, X.data(), n + pad, Y.data(), p, D, n);
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t i = 0; i < n; ++i) {
                R plain = 0;
                for (std::int64_t f = 0; f < p; ++f) {
                    const R d = X[static_cast<std::size_t>(f * (n + pad) + i)] - Y[static_cast<std::size_t>(j * p + f)];
                    plain += d * d;
                }
                ASSERT_EQ(D[j * n + i], plain);
            }
        R* rest = D + n * m;
        k.root(n, D, rest);
        for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(rest[i], std::sqrt(D[i]));
        rest += n;
        k.gaussian(n, D, R(0.3), rest);
        rest += n;
        const std::vector<R> shift(static_cast<std::size_t>(n), R(1));
        k.shifted_exponential(n, X.data(), shift.data(), rest, rest + n);
        rest += 2 * n;
        k.transpose(n, m, D, n, rest, m);
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(rest[i * m + j], D[j * n + i]);
        rest += m * n;
        rest[0] = k.squared_distance(p * m - 1, Y.data(), X.data());
        rest[1] = k.squared_norm(p * m - 1, Y.data());
        if (before.empty()) before = all;
        else EXPECT_EQ(std::memcmp(before.data(), all.data(), all.size() * sizeof(R)), 0);
    }
}

TYPED_TEST(EntrywiseKernel, WhatCancelledIsFoundWhereverItStands) {
    using R = typename TypeParam::T;
    const std::int64_t n = 45;
    for (const auto isa : test::supported_isas()) {
        const auto& k = tamis::detail::kernels<EntrywiseKernels<R>>(isa);
        const std::vector<R> a(static_cast<std::size_t>(n), R(1));
        std::vector<R> d(a.size());
        const R share = R(1) / 8;
        k.add(n, a.data(), R(3), d.data());
        EXPECT_EQ(d, std::vector<R>(a.size(), R(4)));
        EXPECT_FALSE(k.any_cancelled(n, a.data(), R(3), share, R(0), d.data()));
        EXPECT_TRUE(k.any_cancelled(n, a.data(), R(3), share, R(100), d.data()));
        for (std::size_t at = 0; at < a.size(); ++at)
            for (const R bad : {R(0.1), std::numeric_limits<R>::quiet_NaN()}) {
                d.assign(a.size(), R(1));
                EXPECT_FALSE(k.any_cancelled(n, a.data(), R(3), share, R(0), d.data()));
                d[at] = bad;
                EXPECT_TRUE(k.any_cancelled(n, a.data(), R(3), share, R(0), d.data()));
                d.assign(a.size(), R(1));
                EXPECT_FALSE(k.any_below(n, d.data(), R(0.5)));
                d[at] = bad;
                EXPECT_TRUE(k.any_below(n, d.data(), R(0.5)));
            }
    }
}

}  // namespace
}  // namespace tamis::learn::detail
