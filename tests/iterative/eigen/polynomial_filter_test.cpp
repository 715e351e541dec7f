// Polynomials of A in Lanczos: what they are, and that eigsh with them finds all copies at every end.
#include "iterative/eigen/polynomial_filter.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/eigen/eigsh.hpp>

#include "support/assertions.hpp"
#include "support/known_spectra.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using tamis::detail::FilterChoice;
using tamis::detail::PolynomialFilter;

template <class P>
class FilteredLanczos : public ::testing::Test {};
TYPED_TEST_SUITE(FilteredLanczos, AllScalars, TypeName);

TYPED_TEST(FilteredLanczos, MultipliesByAChebyshevPolynomial) {
    using T = typename TypeParam::T;
    constexpr std::int64_t n = 40;
    const auto lambda = [](std::int64_t i) { return -3.0 + 0.2 * static_cast<double>(i); };
    const auto A = make_operator<T>(n, n, [&](auto x, auto y) {
        for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<Real<T>>(lambda(i)) * x[i];
    });
    tamis::detail::HermitianProblem<T> problem;
    problem.A = A.ref();
    problem.k = 1;
    for (const int degree : {1, 3, 5, 9}) {
        tamis::detail::EigenMonitor<T> monitor(problem);
        PolynomialFilter filter(-2.5, 3.5, degree);
        Array<T> X(2 * n), Y(2 * n);
        for (T& x : X) x = T(1);
        filter.apply(monitor, n, X.data(), Y.data(), 2);
        EXPECT_EQ(monitor.matvecs(), 2 * degree);
        double before = -std::numeric_limits<double>::infinity();
        for (std::int64_t i = 0; i < n; ++i) {
            const double x = (lambda(i) - 0.5) / 3;
            const double rho = std::abs(x) <= 1 ? std::cos(degree * std::acos(x))
                                                : std::copysign(std::cosh(degree * std::acosh(std::abs(x))), x);
            const double tolerance = 200 * std::numeric_limits<Real<T>>::epsilon() * std::max(1.0, std::abs(rho));
            EXPECT_NEAR(std::real(Y[i]), rho, tolerance) << degree << " at " << lambda(i);
            EXPECT_NEAR(std::real(Y[n + i]), rho, tolerance);
            if (std::abs(x) > 1.001) {
                EXPECT_NEAR(filter.value(rho), lambda(i), 1e-12);
                EXPECT_NEAR(filter.growth(lambda(i)), std::acosh(std::abs(x)), 1e-12);
                EXPECT_GT(filter.value(rho), before);
                before = filter.value(rho);
            } else if (std::abs(x) < 0.999) {
                EXPECT_LE(std::abs(filter.value(rho) - 0.5), 3);
                EXPECT_EQ(filter.growth(lambda(i)), 0);
            }
        }
    }
}

TEST(PolynomialFilterResiduals, AreBounded) {
    // v = cos(t) e_λ + sin(t) e_μ: with θ = ρ(λ), ‖(A − λ) v‖ = sin(t) |μ − λ|, ‖(ρ(A) − θ) v‖ = sin(t) |ρ(μ) − θ|.
    for (const int degree : {3, 11}) {
        const PolynomialFilter filter(0, 4, degree);
        const auto rho = [&](double x) {
            const double y = (x - 2) / 2;
            return std::abs(y) <= 1 ? std::cos(degree * std::acos(y))
                                    : std::copysign(std::cosh(degree * std::acosh(std::abs(y))), y);
        };
        for (const double value : {-0.3, -0.01, 4.02, 4.1, 5.0}) {
            const double factor = filter.residual_factor(rho(value));
            double most = 0;
            for (double mu = value > 0 ? 0 : -0.5; mu < (value > 0 ? 5.5 : 4); mu += 0.013)
                if (std::abs(mu - value) > 1e-6)
                    most = std::max(most, std::abs(mu - value) / std::abs(rho(mu) - rho(value)));
            EXPECT_LE(most, factor) << degree << " at " << value;
            EXPECT_GE(most, 0.2 * factor) << degree << " at " << value;
        }
    }
    EXPECT_TRUE(std::isinf(PolynomialFilter(0, 1, 3).residual_factor(0.5)));
}

TEST(PolynomialFilterChoice, KeepsTheOrderAndTheLimits) {
    std::vector<double> ritz;
    for (int i = 0; i < 100; ++i) ritz.push_back(0.01 * i * i);
    FilterChoice choice;
    choice.ritz = ritz.data();
    choice.count = 100;
    choice.k = 4;
    choice.beyond = 6;
    choice.lower = -1;
    choice.upper = 99;
    choice.spread = 1e5;
    choice.highest_degree = 101;
    const auto right = choose_filter(choice);
    ASSERT_TRUE(right);
    EXPECT_EQ(right->filter.degree() % 2, 1);
    EXPECT_DOUBLE_EQ(right->filter.low(), -1);
    EXPECT_DOUBLE_EQ(right->filter.high(), ritz[94]);
    // All are of one sign.
    choice.which = Which::largest_magnitude;
    const auto magnitude = choose_filter(choice);
    ASSERT_TRUE(magnitude);
    EXPECT_EQ(magnitude->order, Which::largest_algebraic);
    choice.lower = -120;
    const auto both = choose_filter(choice);
    ASSERT_TRUE(both);
    EXPECT_EQ(both->order, Which::largest_magnitude);
    EXPECT_DOUBLE_EQ(both->filter.low(), -ritz[94]);
    choice.which = Which::both_ends;
    const auto ends = choose_filter(choice);
    ASSERT_TRUE(ends);
    EXPECT_NEAR(ends->filter.low(), ritz[2], 1e-12);
    EXPECT_NEAR(ends->filter.high(), ritz[97], 1e-12);
    choice.which = Which::largest_algebraic;
    choice.lower = -1;
    choice.highest_degree = 8;
    ASSERT_TRUE(choose_filter(choice));
    EXPECT_EQ(choose_filter(choice)->filter.degree(), 7);
    choice.spread = 1;  // no room for rounding
    EXPECT_FALSE(choose_filter(choice));
    choice.spread = 1e5;
    choice.beyond = 100;
    EXPECT_FALSE(choose_filter(choice));
}

TEST(FilteredLanczosOnGrids, FindsEveryCopyAtEveryEnd) {
    const auto grid = grid_spectrum<double>({16, 16, 16});  // whose lines begin where every 16th row is
    for (const Which which : {Which::largest_algebraic, Which::smallest_algebraic, Which::largest_magnitude}) {
        const auto r = eigsh(
            grid.A, 10,
            EigshOptions<double>{
                .which = which, .method = EigshMethod::lanczos, .tolerance = 1e-9, .transform = SpectralTransform::none});
        const bool left = which == Which::smallest_algebraic;
        EXPECT_TRUE(are_pairs(grid.A, r, left ? grid.smallest(10) : grid.largest(10), 1e-9)) << to_string(which);
        EXPECT_NE(r.message.find("polynomials of A"), std::string::npos) << r.message;
    }
    const auto r =
        eigsh(grid.A, 8,
              EigshOptions<double>{
                  .which = Which::both_ends, .method = EigshMethod::lanczos, .transform = SpectralTransform::none});
    Vector<double> ends(8);
    ends << grid.smallest(4), grid.largest(4);
    EXPECT_TRUE(are_pairs(grid.A, r, ends, default_eigen_tolerance<double>));
}

TEST(FilteredLanczosOnGrids, FindsMoreCopiesThanABlockHasVectors) {
    const auto grid = grid_spectrum<double>({17, 17, 17});
    for (const std::int64_t block : {1, 2}) {
        const auto r = eigsh(grid.A, 10,
                             EigshOptions<double>{.which = Which::largest_algebraic,
                                                  .method = EigshMethod::lanczos,
                                                  .tolerance = 1e-8,
                                                  .transform = SpectralTransform::none,
                                                  .block_size = block});
        EXPECT_TRUE(are_pairs(grid.A, r, grid.largest(10), 1e-8)) << block;
        EXPECT_NE(r.message.find("a search among vectors orthogonal"), std::string::npos) << r.message;
    }
}

}  // namespace
}  // namespace tamis::test
