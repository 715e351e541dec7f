#include <tamis/iterative/eigen/eigs.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/eigen/eigs_operator.hpp"
#include "iterative/eigen/krylov_schur.hpp"
#include "iterative/eigen/stored_operand.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

template <class T>
struct GeneralPairs {
    std::vector<std::complex<double>> values;
    Array<std::complex<Real<T>>> vectors;
};

double general_preference(Which which, std::complex<double> sigma, std::complex<double> lambda) {
    switch (which) {
        case Which::smallest_magnitude: return -std::abs(lambda);
        case Which::largest_real: return lambda.real();
        case Which::smallest_real: return -lambda.real();
        case Which::largest_imaginary: return std::abs(lambda.imag());
        case Which::nearest: return -std::abs(lambda - sigma);
        default: return std::abs(lambda);
    }
}

template <class T>
void check_general(const EigenOperand<T>& A, const EigsOptions<T>& options) {
    const std::int64_t n = A.rows();
    switch (options.which) {
        case Which::largest_algebraic:
        case Which::smallest_algebraic:
        case Which::both_ends:
            throw InvalidArgument("eigs: " + std::string(to_string(options.which)) +
                                  " is for Hermitian problems (eigsh); use largest_real or smallest_real");
        default: break;
    }
    if (options.which == Which::nearest && !(std::isfinite(options.sigma.real()) && std::isfinite(options.sigma.imag())))
        throw InvalidArgument("eigs: nearest needs a finite sigma");
    if (!(options.tolerance >= 0))
        throw InvalidArgument("eigs: tolerance must be at least 0, got " + std::to_string(options.tolerance));
    if (options.max_iterations < 0 || options.subspace < 0)
        throw InvalidArgument("eigs: max_iterations and subspace must be at least 0");
    check_stored_finite("eigs", A);
    if (options.mass) {
        check_size("eigs", "mass", n, options.mass.rows());
        check_size("eigs", "mass", n, options.mass.cols());
        check_stored_finite("eigs", options.mass);
    }
    if (options.initial) {
        check_size("eigs", "initial", n, options.initial.view().rows());
        for (std::int64_t j = 0; j < options.initial.view().cols(); ++j)
            for (std::int64_t i = 0; i < n; ++i)
                if (!is_finite(options.initial.view()(i, j))) throw InvalidArgument("eigs: initial is not finite");
    }
}

/// The right (or left) pairs by iteration over S; values as the problem has them (of Aᴴ for the left ones).
template <class S, class T>
bool iterate_general(const GeneralOperators<S>& operators, bool left, const EigenOperand<T>& A, std::int64_t k,
                     const EigsOptions<T>& options, EigenMonitor<T>& monitor, GeneralPairs<T>& found) {
    const std::int64_t n = A.rows();
    const bool inverse = operators.inverse;
    // One monitor over S an iteration, whose counts the problem's adds up.
    HermitianProblem<S> frame;
    frame.name = "eigs";
    frame.k = k;
    frame.tolerance = options.tolerance;
    frame.max_iterations = options.max_iterations > 0 ? options.max_iterations : 1000;
    frame.time_limit = options.time_limit.count() > 0 ? std::max(options.time_limit.count() - monitor.seconds(), 1e-9) : 0;
    frame.callback = &options.callback;
    frame.stop = options.stop;
    EigenMonitor<S> own(frame);
    SchurSearch<S> search;
    search.n = n;
    search.k = k;
    constexpr std::int64_t small = 40;
    search.subspace = std::max(options.subspace > 0 ? options.subspace : std::max<std::int64_t>(2 * k + 10, 24), k + 4);
    if (n <= small || search.subspace + 1 > n) search.subspace = n;
    search.relative = inverse;
    // Half of what is asked for: the search for missed copies drops residuals of that size.
    search.tolerance = 0.5 * options.tolerance;
    search.seed = options.seed + (left ? 1 : 0);
    const auto sigma = left ? std::conj(operators.sigma) : operators.sigma;
    const auto aim = left ? std::conj(options.sigma) : options.sigma;
    // A shift that was moved is not where distances are measured from.
    search.wanted = [&](std::complex<double> theta) {
        if (inverse && theta == 0.0) return -std::numeric_limits<double>::infinity();
        return general_preference(options.which, aim, inverse ? sigma + 1.0 / theta : theta);
    };
    std::vector<S> start;
    if (options.initial && options.initial.view().cols() > 0) {
        start.assign(static_cast<std::size_t>(n), S(0));
        for (std::int64_t j = 0; j < options.initial.view().cols(); ++j)
            for (std::int64_t i = 0; i < n; ++i) start[static_cast<std::size_t>(i)] += S(options.initial.view()(i, j));
        search.start = start.data();
    }
    SchurPairs<S> pairs;
    const bool ok = krylov_schur(left ? operators.left : operators.right, search, own, pairs);
    monitor.count_products(own.matvecs());
    monitor.count_iterations(own.iterations());
    if (!inverse && !options.mass) monitor.raise_norm(own.norm());
    if (own.has_ended()) monitor.end(own.status(), own.why());
    if (!ok) return false;
    found.values.resize(pairs.theta.size());
    for (std::size_t i = 0; i < found.values.size(); ++i)
        found.values[i] = inverse ? sigma + 1.0 / pairs.theta[i] : pairs.theta[i];
    found.vectors = std::move(pairs.vectors);
    return true;
}

/// ‖A v − λ B v‖, or of the adjoints.
template <class T>
std::vector<double> general_residuals(const EigenOperand<T>& A, const EigenOperand<T>& B, bool adjoint,
                                      const GeneralPairs<T>& pairs, EigenMonitor<T>& monitor) {
    using C = std::complex<Real<T>>;
    const std::int64_t n = A.rows();
    std::vector<double> norms(pairs.values.size());
    Array<C> y(n, uninitialized), z(n, uninitialized);
    for (std::size_t j = 0; j < norms.size(); ++j) {
        const C* const v = pairs.vectors.data() + static_cast<std::int64_t>(j) * n;
        apply_to_complex(A.ref(), adjoint, v, y.data());
        if (B) apply_to_complex(B.ref(), adjoint, v, z.data());
        norms[j] = vec::axpy_norm(n, Sum<C>(-pairs.values[j]), B ? z.data() : v, y.data());
    }
    monitor.count_products(static_cast<std::int64_t>(norms.size()));
    return norms;
}

/// The left pair of each right one: of nearest value, each once. Those of a real iteration may be conjugated.
template <class T>
GeneralPairs<T> match_left(std::int64_t n, const GeneralPairs<T>& right, const GeneralPairs<T>& left, bool real) {
    const std::size_t k = right.values.size();
    GeneralPairs<T> matched;
    matched.vectors = Array<std::complex<Real<T>>>(n * static_cast<std::int64_t>(k), uninitialized);
    std::vector<bool> used(k, false);
    for (std::size_t i = 0; i < k; ++i) {
        const std::complex<double> value = std::conj(right.values[i]);
        std::size_t best = k;
        double least = std::numeric_limits<double>::infinity();
        bool conjugated = false;
        for (std::size_t j = 0; j < k; ++j) {
            if (used[j]) continue;
            for (const bool other : {false, true}) {
                if (other && !real) continue;
                const double distance = std::abs(value - (other ? std::conj(left.values[j]) : left.values[j]));
                if (best < k && !(distance < least)) continue;
                best = j;
                least = distance;
                conjugated = other;
            }
        }
        used[best] = true;
        matched.values.push_back(value);
        const auto* const from = left.vectors.data() + static_cast<std::int64_t>(best) * n;
        auto* const to = matched.vectors.data() + static_cast<std::int64_t>(i) * n;
        for (std::int64_t l = 0; l < n; ++l) to[l] = conjugated ? std::conj(from[l]) : from[l];
    }
    return matched;
}

template <class S, class T>
bool solve_general(const EigenOperand<T>& A, std::int64_t k, const EigsOptions<T>& options, bool inverse,
                   EigenMonitor<T>& monitor, GeneralPairs<T>& right, GeneralPairs<T>& left, std::string& how) {
    const auto sigma = options.which == Which::nearest ? options.sigma : std::complex<double>(0);
    const auto operators =
        inverse ? inverse_operators<S, T>(A, options.mass, sigma) : product_operators<S, T>(A, options.mass);
    how = "Krylov-Schur with " + operators.how;
    if (options.left_vectors && !operators.left) throw Unsupported(std::string("eigs") + no_adjoint);
    if (!iterate_general(operators, false, A, k, options, monitor, right)) return false;
    if (!options.left_vectors) return true;
    GeneralPairs<T> unsorted;
    if (!iterate_general(operators, true, A, k, options, monitor, unsorted)) return false;
    left = match_left(A.rows(), right, unsorted, !is_complex_v<S>);
    return true;
}

}  // namespace

template <class T>
EigenReport eigs(const EigenOperand<T>& A, std::int64_t k, const EigsOptions<T>& options,
                 VectorView<std::complex<Real<T>>> values, MatrixView<std::complex<Real<T>>> vectors,
                 MatrixView<std::complex<Real<T>>> left_vectors, std::vector<double>& left_residual_norms) {
    using C = std::complex<Real<T>>;
    check_general(A, options);
    const std::int64_t n = A.rows();
    HermitianProblem<T> frame;
    frame.name = "eigs";
    frame.A = A.ref();
    frame.B = options.mass.ref();
    frame.k = k;
    frame.tolerance = options.tolerance;
    frame.seed = options.seed;
    EigenMonitor<T> monitor(frame);
    EigenReport report;
    if (k == 0) {
        report.message = "eigs: none were asked for";
        return report;
    }
    const bool inverse = (options.which == Which::smallest_magnitude || options.which == Which::nearest) && A.is_stored();
    const bool complex_shift = options.which == Which::nearest && options.sigma.imag() != 0;
    if (inverse || options.mass) monitor.estimate_norms();

    GeneralPairs<T> right, left;
    std::string how;
    bool found = false;
    if constexpr (is_complex_v<T>) {
        found = solve_general<T, T>(A, k, options, inverse, monitor, right, left, how);
    } else {
        found = complex_shift ? solve_general<C, T>(A, k, options, inverse, monitor, right, left, how)
                              : solve_general<T, T>(A, k, options, inverse, monitor, right, left, how);
    }
    double worst = 0;
    const auto within = [&](const GeneralPairs<T>& pairs, const std::vector<double>& norms) {
        std::int64_t good = 0;
        for (std::size_t i = 0; i < norms.size(); ++i) {
            if (norms[i] <= 1.01 * monitor.target(std::abs(pairs.values[i]))) ++good;
            worst = norms[i] <= worst ? worst : norms[i];
        }
        return good;
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    if (found) {
        report.residual_norms = general_residuals(A, options.mass, false, right, monitor);
        report.converged_pairs = within(right, report.residual_norms);
        std::int64_t good = k;
        if (options.left_vectors) {
            left_residual_norms = general_residuals(A, options.mass, true, left, monitor);
            good = within(left, left_residual_norms);
        }
        if (!monitor.has_ended() && std::min(good, report.converged_pairs) < k)
            monitor.end(Status::stagnated, "residuals computed afresh are larger than the method's own");
    } else {
        report.residual_norms.assign(static_cast<std::size_t>(k), nan);
        if (options.left_vectors) left_residual_norms = report.residual_norms;
        worst = nan;
    }
    for (std::int64_t j = 0; j < k; ++j) {
        const auto at = static_cast<std::size_t>(j);
        values[j] = found ? C(static_cast<Real<T>>(right.values[at].real()), static_cast<Real<T>>(right.values[at].imag()))
                          : C(static_cast<Real<T>>(nan), 0);
        if (vectors.cols() > 0)
            for (std::int64_t i = 0; i < n; ++i) vectors(i, j) = found ? right.vectors[j * n + i] : C(0);
        if (left_vectors.cols() > 0)
            for (std::int64_t i = 0; i < n; ++i) left_vectors(i, j) = found ? left.vectors[j * n + i] : C(0);
    }
    report.status = monitor.has_ended() ? monitor.status() : Status::converged;
    report.iterations = monitor.iterations();
    report.matvecs = monitor.matvecs();
    report.scale = monitor.norm();
    report.seconds = monitor.seconds();
    char numbers[200];
    std::snprintf(numbers, sizeof numbers,
                  "%lld of %lld pairs after %lld iterations and %lld products, residuals up to %.1e",
                  static_cast<long long>(report.converged_pairs), static_cast<long long>(k),
                  static_cast<long long>(report.iterations), static_cast<long long>(report.matvecs), worst);
    report.message = "eigs: " + how + "; " + numbers;
    if (monitor.has_ended()) report.message += "; " + monitor.why();
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                           \
    template EigenReport eigs<T>(const EigenOperand<T>&, std::int64_t, const EigsOptions<T>&,          \
                                 VectorView<std::complex<Real<T>>>, MatrixView<std::complex<Real<T>>>, \
                                 MatrixView<std::complex<Real<T>>>, std::vector<double>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
