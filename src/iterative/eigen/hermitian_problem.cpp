#include "iterative/eigen/hermitian_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <vector>

#include "iterative/eigen/block.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
EigenMonitor<T>::EigenMonitor(const HermitianProblem<T>& problem)
    : problem_(problem),
      A_(problem.A),
      max_iterations_(problem.max_iterations > 0 ? problem.max_iterations : std::numeric_limits<std::int64_t>::max()) {
    if (!problem.generalized()) norm_B_ = 1;
}

template <class T>
void EigenMonitor<T>::apply(const T* X, T* Y, std::int64_t m) {
    const std::int64_t n = problem_.n();
    A_.apply(MatrixView<const T>(X, n, m), MatrixView<T>(Y, n, m));
    matvecs_ += m;
}

template <class T>
void EigenMonitor<T>::expect_many_products() {
    if (tuned_ || !problem_.tuned) return;
    tuned_ = true;
    A_ = problem_.tuned();
}

template <class T>
void EigenMonitor<T>::apply_mass(const T* X, T* Y, std::int64_t m) {
    const std::int64_t n = problem_.n();
    if (problem_.generalized()) problem_.B.apply(MatrixView<const T>(X, n, m), MatrixView<T>(Y, n, m));
    else vec::copy(n * m, X, Y);
}

template <class T>
void EigenMonitor<T>::precondition(const T* X, T* Y, std::int64_t m) {
    const std::int64_t n = problem_.n();
    if (problem_.preconditioner) problem_.preconditioner.apply(MatrixView<const T>(X, n, m), MatrixView<T>(Y, n, m));
    else vec::copy(n * m, X, Y);
}

template <class T>
void EigenMonitor<T>::estimate_norms() {
    constexpr int steps = 8;
    const std::int64_t n = problem_.n();
    Array<T> x(n, uninitialized), y(n, uninitialized);
    const auto estimate = [&](const OperatorRef<T>& op) {
        double largest = 0;
        vec::fill_random(n, problem_.seed + 17, x.data());
        for (int k = 0; k < steps; ++k) {
            const double norm = vec::norm(n, x.data());
            if (!(norm > 0) || !std::isfinite(norm)) break;
            vec::scale(n, Sum<T>(1 / norm), x.data());
            op.apply(VectorView<const T>(x.data(), n), VectorView<T>(y.data(), n));
            const double product = vec::norm(n, y.data());
            if (std::isfinite(product)) largest = std::max(largest, product);
            std::swap(x, y);
        }
        return largest;
    };
    raise_norm(estimate(problem_.A));
    matvecs_ += steps;
    if (problem_.generalized()) raise_mass_norm(estimate(problem_.B));
}

template <class T>
double EigenMonitor<T>::target(double lambda, double norm_v) const noexcept {
    // Below that, rounding in the products is all there is.
    const double share = problem_.singular && norm_A_ > 0 ? std::sqrt(std::clamp(lambda / norm_A_, 0.0, 1.0)) : 1.0;
    const double tolerance = std::max(problem_.tolerance * share, 10.0 * std::numeric_limits<Real<T>>::epsilon());
    const double mass = problem_.generalized() ? std::abs(lambda) * norm_B_ : 0.0;
    return tolerance * (norm_A_ + mass) * norm_v;
}

template <class T>
double EigenMonitor<T>::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

template <class T>
void EigenMonitor<T>::end(Status status, std::string why) {
    if (ended_) return;
    ended_ = true;
    status_ = status;
    why_ = std::move(why);
}

template <class T>
bool EigenMonitor<T>::step(std::int64_t converged, double largest_residual_norm) {
    ++iterations_;
    if (std::isnan(largest_residual_norm)) {
        end(Status::not_finite, "a product was not finite");
        return false;
    }
    if (problem_.callback != nullptr && *problem_.callback) {
        EigenIterationInfo info;
        info.iteration = iterations_;
        info.residual_norm = largest_residual_norm;
        info.seconds = seconds();
        info.converged = converged;
        info.wanted = problem_.k;
        if (!(*problem_.callback)(info)) end(Status::cancelled, "the callback said to stop");
    }
    if (converged >= problem_.k || !may_go_on()) return !ended_;
    if (iterations_ >= max_iterations_) end(Status::max_iterations, "the most iterations were done");
    return !ended_;
}

template <class T>
bool EigenMonitor<T>::may_go_on() {
    if (problem_.stop.stop_requested()) end(Status::cancelled, "a stop was requested");
    if (problem_.time_limit > 0 && seconds() >= problem_.time_limit) end(Status::time_limit, "the time limit was reached");
    return !ended_;
}

template <class T>
EigenReport EigenMonitor<T>::finish(EigenPairs<T>& pairs, const std::string& how) {
    const std::int64_t n = problem_.n(), k = pairs.values.size();
    EigenReport report;
    // Sorted ascending; NaN last.
    std::vector<std::int64_t> order(static_cast<std::size_t>(k));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return pairs.values[a] < pairs.values[b] || (std::isnan(pairs.values[b]) && !std::isnan(pairs.values[a]));
    });
    if (!std::is_sorted(order.begin(), order.end())) {
        EigenPairs<T> sorted{Array<double>(k, uninitialized), Array<T>(n * k, uninitialized)};
        for (std::int64_t j = 0; j < k; ++j) {
            const std::int64_t from = order[static_cast<std::size_t>(j)];
            sorted.values[j] = pairs.values[from];
            vec::copy(n, pairs.vectors.data() + from * n, sorted.vectors.data() + j * n);
        }
        pairs = std::move(sorted);
    }

    report.residual_norms.resize(static_cast<std::size_t>(k));
    // Those of triplets are measured in their own way, by their own function.
    if (problem_.singular && !ended_) report.converged_pairs = k;
    constexpr std::int64_t at_once = 8;
    Array<T> AV(n * std::min(k, at_once), uninitialized), BV(problem_.generalized() ? AV.size() : 0, uninitialized);
    for (std::int64_t first = 0; first < k && !problem_.singular; first += at_once) {
        const std::int64_t m = std::min(at_once, k - first);
        const T* const V = pairs.vectors.data() + first * n;
        apply(V, AV.data(), m);
        if (problem_.generalized()) apply_mass(V, BV.data(), m);
        tall::residuals(n, m, AV.data(), problem_.generalized() ? BV.data() : V, pairs.values.data() + first, AV.data(),
                        report.residual_norms.data() + first);
        for (std::int64_t j = 0; j < m; ++j) {
            const double norm_v = problem_.generalized() ? vec::norm(n, V + j * n) : 1.0;
            const double residual = report.residual_norms[static_cast<std::size_t>(first + j)];
            if (!problem_.generalized()) raise_norm(std::abs(pairs.values[first + j]));
            // What the recurrences of a method did not see may differ in the last digits of the target.
            if (residual <= 1.01 * target(pairs.values[first + j], norm_v)) ++report.converged_pairs;
        }
    }
    const double largest =
        report.residual_norms.empty() ? 0 : *std::max_element(report.residual_norms.begin(), report.residual_norms.end());
    if (!ended_ && report.converged_pairs < k)
        end(Status::stagnated, "residuals computed afresh are larger than the method's own");
    report.status = report.converged_pairs == k && (!ended_ || status_ == Status::stagnated) ? Status::converged : status_;
    if (ended_ && report.status == Status::converged) ended_ = false;
    report.iterations = iterations_;
    report.matvecs = matvecs_;
    report.scale = norm_A_;
    report.seconds = seconds();
    char numbers[200];
    std::snprintf(numbers, sizeof numbers,
                  "%lld of %lld pairs after %lld iterations and %lld products, residuals up to %.1e",
                  static_cast<long long>(report.converged_pairs), static_cast<long long>(k),
                  static_cast<long long>(iterations_), static_cast<long long>(matvecs_), largest);
    report.message = std::string(problem_.name) + ": " + how + "; " + numbers;
    if (ended_) report.message += "; " + why_;
    return report;
}

bool comes_first(Which which, double sigma, double a, double b) noexcept {
    switch (which) {
        case Which::largest_magnitude: return std::abs(a) > std::abs(b);
        case Which::smallest_magnitude: return std::abs(a) < std::abs(b);
        case Which::smallest_algebraic: return a < b;
        case Which::nearest: return std::abs(a - sigma) < std::abs(b - sigma);
        default: return a > b;
    }
}

Array<std::int64_t> wanted_positions(Which which, double sigma, const double* values, std::int64_t m, std::int64_t k) {
    k = std::min(k, m);
    Array<std::int64_t> wanted(k, uninitialized);
    if (which == Which::both_ends) {
        for (std::int64_t j = 0; j < k; ++j) wanted[j] = j % 2 == 0 ? m - 1 - j / 2 : j / 2;
        return wanted;
    }
    std::vector<std::int64_t> order(static_cast<std::size_t>(m));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return comes_first(which, sigma, values[a], values[b]); });
    std::copy_n(order.begin(), k, wanted.data());
    return wanted;
}

template class EigenMonitor<float>;
template class EigenMonitor<double>;
template class EigenMonitor<std::complex<float>>;
template class EigenMonitor<std::complex<double>>;

}  // namespace tamis::detail
