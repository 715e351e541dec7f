#include <tamis/iterative/eigen/eigsh_interval.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>

#include "core/memory.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/full_problem.hpp"
#include "iterative/eigen/interval_search.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr const char* interval_name = "eigsh_interval";

[[noreturn]] void refuse_interval(const std::string& why) {
    throw InvalidArgument(std::string(interval_name) + ": " + why);
}

template <class T>
void check_interval(const EigenOperand<T>& A, double lower, double upper, const EigshIntervalOptions<T>& options) {
    check_pairs(interval_name, A.rows(), A.cols(), 0);
    if (std::isnan(lower) || std::isnan(upper)) refuse_interval("a bound is NaN");
    if (!(options.tolerance >= 0) || !std::isfinite(options.tolerance))
        refuse_interval(".tolerance is " + std::to_string(options.tolerance) + "; it must be finite and at least 0");
    if (options.max_iterations < 0 || options.subspace < 0 || options.block_size < 0 || options.pairs_per_shift < 0 ||
        options.memory_limit < 0)
        refuse_interval(".max_iterations, .subspace, .memory_limit, .block_size and .pairs_per_shift must be at least 0");
    if (!(options.time_limit.count() >= 0)) refuse_interval(".time_limit must be at least 0");
    if (!A.is_stored() || (options.mass && !options.mass.is_stored()))
        refuse_interval("an operator cannot be factored, by which eigenvalues are counted; give a sparse or dense matrix");
    check_hermitian_operand(interval_name, "A", A);
    if (options.mass) check_hermitian_operand(interval_name, ".mass", options.mass, A.rows());
}

/// The pairs of LAPACK's that lie in the interval.
template <class T>
EigenReport solve_interval_densely(const EigenOperand<T>& A, HermitianProblem<T>& problem,
                                   const EigshIntervalOptions<T>& options, double lower, double upper,
                                   const std::string& reason, EigenPairs<T>& pairs) {
    const std::int64_t n = A.rows();
    EigenMonitor<T> monitor(problem);
    const EigenPairs<T> all = finite_eigenpairs(problem.name, A, options.mass);
    const double *const begin = all.values.data(), *const end = begin + all.values.size();
    const double largest = begin == end ? 0 : std::max(std::abs(*begin), std::abs(*(end - 1)));
    const double rounding = 10.0 * static_cast<double>(n) * std::numeric_limits<Real<T>>::epsilon() * largest;
    bool proved = true;
    std::string moved;
    // An eigenvalue that is the bound, up to rounding, is not below it.
    const auto apart = [&](double bound, const char* which) {
        if (std::isinf(bound)) return bound;
        for (const double steps : {0.0, 3.0, 7.0, 15.0}) {
            const double at = bound - steps * rounding;
            if (std::any_of(begin, end, [&](double v) { return std::abs(v - at) <= rounding; })) continue;
            if (steps > 0) moved.append("; the ").append(which).append(" bound was moved to the left, off an eigenvalue");
            return at;
        }
        proved = false;
        moved.append("; eigenvalues lie within rounding of the ").append(which).append(" bound");
        return bound;
    };
    lower = apart(lower, "lower");
    upper = apart(upper, "upper");
    const std::int64_t first = std::lower_bound(begin, end, lower) - begin;
    const std::int64_t k = std::max<std::int64_t>(std::lower_bound(begin, end, upper) - begin - first, 0);
    problem.k = k;
    pairs.values = Array<double>(k, uninitialized);
    std::copy_n(begin + first, k, pairs.values.data());
    pairs.vectors = Array<T>(n * k, uninitialized);
    vec::copy(n * k, all.vectors.data() + n * first, pairs.vectors.data());
    if (problem.generalized()) monitor.estimate_norms();
    else monitor.raise_norm(largest);
    EigenReport report = monitor.finish(pairs, "all eigenvalues by LAPACK, since " + reason);
    report.message += moved;
    report.certified = report.converged() && proved;
    return report;
}

template <class T>
bool is_sparse_operand(const EigenOperand<T>& A) {
    return std::visit([]<class S>(const S&) { return !std::same_as<S, MatrixView<const T>>; }, A.stored());
}

/// Where LAPACK is as quick as slices are.
template <class T>
bool is_large_share(std::int64_t n, std::int64_t k, const EigshIntervalOptions<T>& options) {
    constexpr std::int64_t most = 8192;
    const double bytes = 4.0 * static_cast<double>(n) * static_cast<double>(n) * sizeof(T);
    const double room =
        options.memory_limit > 0 ? static_cast<double>(options.memory_limit) : 0.5 * static_cast<double>(available_memory());
    return 4 * k >= n && n <= most && bytes <= room;
}

}  // namespace

template <class T>
IntervalPairs<T> eigsh_interval(const EigenOperand<T>& A, double lower, double upper,
                                const EigshIntervalOptions<T>& options) {
    const std::int64_t n = A.rows();
    check_interval(A, lower, upper, options);
    IntervalPairs<T> result;
    if (n == 0 || !(lower < upper)) {
        result.report.certified = true;
        result.report.message =
            std::string(interval_name) + (n == 0 ? ": the matrix has no rows" : ": the interval is empty");
        return result;
    }
    HermitianProblem<T> problem;
    problem.name = interval_name;
    problem.A = A.ref();
    if (options.mass) problem.B = options.mass.ref();
    problem.which = Which::nearest;
    problem.tolerance = options.tolerance;
    problem.max_iterations = options.max_iterations;
    problem.subspace = options.subspace;
    problem.block_size = options.block_size;
    problem.time_limit = options.time_limit.count();
    problem.callback = &options.callback;
    problem.stop = options.stop;
    problem.seed = options.seed;

    EigenPairs<T> pairs;
    constexpr std::int64_t small = 200;
    std::string reason;
    if (n <= small) reason = "n is only " + std::to_string(n);
    else if (!is_sparse_operand(A) || (options.mass && !is_sparse_operand(options.mass))) reason = "the matrix is dense";
    if (!reason.empty()) {
        result.report = solve_interval_densely(A, problem, options, lower, upper, reason, pairs);
    } else {
        IntervalSearch<T> search(A, problem, options);
        problem.k = search.count(lower, upper);
        require_memory("the vectors of all eigenvalues in the interval",
                       2.0 * static_cast<double>(n) * static_cast<double>(problem.k) * sizeof(T), options.memory_limit);
        if (problem.k == 0) {
            result.report = search.find_nothing();
        } else if (is_large_share(n, problem.k, options)) {
            reason = std::to_string(problem.k) + " of " + std::to_string(n) + " pairs lie in the interval";
            result.report = solve_interval_densely(A, problem, options, lower, upper, reason, pairs);
        } else {
            result.report = search.find(pairs);
        }
    }
    result.values = Array<Real<T>>(pairs.values.size(), uninitialized);
    for (std::int64_t j = 0; j < pairs.values.size(); ++j) result.values[j] = static_cast<Real<T>>(pairs.values[j]);
    if (options.vectors) result.vectors = std::move(pairs.vectors);
    return result;
}

#define TAMIS_INSTANTIATE(T) \
    template IntervalPairs<T> eigsh_interval<T>(const EigenOperand<T>&, double, double, const EigshIntervalOptions<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
