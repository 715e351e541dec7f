#include "iterative/eigen/polynomial_filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "instantiate.hpp"
#include "iterative/chunks.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

PolynomialFilter::PolynomialFilter(double low, double high, int degree) noexcept
    : centre_((low + high) / 2),
      half_((high - low) / 2),
      degree_(degree) {}

double PolynomialFilter::growth(double lambda) const noexcept {
    return std::acosh(std::max(std::abs(lambda - centre_) / half_, 1.0));
}

double PolynomialFilter::value(double theta) const noexcept {
    const double size = std::abs(theta);
    if (!(size > 1)) return centre_ + half_ * theta;
    return centre_ + std::copysign(half_ * std::cosh(std::acosh(size) / degree_), theta);
}

double PolynomialFilter::residual_factor(double theta) const noexcept {
    const double size = std::abs(theta);
    if (!(size > 1)) return std::numeric_limits<double>::infinity();
    return half_ * (std::cosh(std::acosh(size) / degree_) + 1) / (size - 1);
}

template <class T>
void PolynomialFilter::apply(EigenMonitor<T>& monitor, std::int64_t n, const T* X, T* Y, std::int64_t m) {
    const auto a = static_cast<Real<T>>(1 / half_), c = static_cast<Real<T>>(centre_);
    const std::int64_t size = n * m;
    Array<T> product(size, uninitialized), other(size, uninitialized);
    // Y_1 = (A − c) / e X; Y_{i+1} = 2 (A − c) / e Y_i − Y_{i−1}. The last one must land in Y.
    T* before = other.data();
    T* current = Y;
    monitor.apply(X, product.data(), m);
    vec::for_parts(size, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) current[i] = a * (product[i] - c * X[i]);
    });
    const T* last = X;
    for (int i = 2; i <= degree_; ++i) {
        monitor.apply(current, product.data(), m);
        vec::for_parts(size, [&](std::int64_t begin, std::int64_t end) {
            const T* const p = product.data();
            for (std::int64_t j = begin; j < end; ++j) before[j] = Real<T>(2) * a * (p[j] - c * current[j]) - last[j];
        });
        std::swap(before, current);
        last = before;
    }
    if (current != Y) vec::copy(size, current, Y);
}

std::optional<ChosenFilter> choose_filter(const FilterChoice& given) {
    const std::int64_t h = given.count, k = given.k, p = given.beyond;
    if (p <= k || p >= h) return std::nullopt;
    const double* const ritz = given.ritz;
    Which order = given.which;
    double low = given.lower, high = given.upper;
    const auto wanted = wanted_positions(order, 0, ritz, h, p);
    switch (order) {
        case Which::largest_algebraic: high = ritz[wanted[p - 1]]; break;
        case Which::smallest_algebraic: low = ritz[wanted[p - 1]]; break;
        case Which::both_ends:
            high = ritz[h - (p + 1) / 2];
            low = ritz[p / 2 - 1];
            break;
        default: {  // largest_magnitude
            const double size = std::abs(ritz[wanted[p - 1]]);
            const bool right = std::all_of(wanted.begin(), wanted.end(), [&](std::int64_t i) { return ritz[i] > 0; });
            const bool left = std::all_of(wanted.begin(), wanted.end(), [&](std::int64_t i) { return ritz[i] < 0; });
            if (right && given.lower > -size) {
                order = Which::largest_algebraic;
                high = size;
            } else if (left && given.upper < size) {
                order = Which::smallest_algebraic;
                low = -size;
            } else {
                high = size;
                low = -size;
            }
        }
    }
    if (!(high > low)) return std::nullopt;
    const PolynomialFilter interval(low, high, 1);
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (std::int64_t j = 0; j < k; ++j) {
        const double growth = interval.growth(ritz[wanted[j]]);
        least = std::min(least, growth);
        most = std::max(most, growth);
    }
    if (!(least > 0)) return std::nullopt;
    constexpr double lift = 2.5;
    const double degree = std::min({std::ceil(lift / least), std::log(given.spread) / (most - least + 1e-300),
                                    static_cast<double>(given.highest_degree)});
    if (!(degree >= 3)) return std::nullopt;
    const int odd = static_cast<int>(degree - 1) / 2 * 2 + 1;
    return ChosenFilter{PolynomialFilter(low, high, odd), order};
}

#define TAMIS_INSTANTIATE(T) \
    template void PolynomialFilter::apply<T>(EigenMonitor<T>&, std::int64_t, const T*, T*, std::int64_t);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
