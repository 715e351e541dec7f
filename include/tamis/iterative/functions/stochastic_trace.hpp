// stochastic_trace, logdet_estimate: the trace of A or f(A) from products with random vectors, with an error bar.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <stop_token>

#include <tamis/iterative/eigen/operand.hpp>

namespace tamis {

/// How the trace is sampled.
enum class TraceMethod {
    automatic,          ///< hutch_plus_plus for the trace of A, lanczos_quadrature for that of f(A)
    hutchinson,         ///< the mean of zᴴ A z over random signs z (trace of A only)
    hutch_plus_plus,    ///< exact on a space found by a third of the samples, Hutchinson on the rest
    lanczos_quadrature  ///< the mean of zᴴ f(A) z by Gauss quadrature from Lanczos' process (needs f)
};

/// Options of stochastic_trace and logdet_estimate.
struct StochasticTraceOptions {
    std::int64_t samples = 40;  ///< random vectors; of hutch_plus_plus all products with A (f(A)) together. At least 2 (6)
    std::uint64_t seed = 0;
    TraceMethod method = TraceMethod::automatic;
    double tolerance = 1e-8;           ///< of a quadrature, relative to that of |f|: when Lanczos' process ends
    std::int64_t lanczos_steps = 300;  ///< most steps for one vector
    std::stop_token stop{};            ///< looked at before each product; a request throws Cancelled
};

/// A random estimate. The truth lies within two standard errors most times, within four nearly always.
struct TraceEstimate {
    double value = 0;
    /// From the scatter of the samples; what the quadratures still changed in their last steps, and rounding, are added.
    double standard_error = 0;
    std::int64_t matvecs = 0;  ///< products with one vector
};

namespace detail {
template <class T>
TraceEstimate stochastic_trace(const EigenOperand<T>& A, const StochasticTraceOptions& options);
template <class T>
TraceEstimate stochastic_trace(const EigenOperand<T>& A, const std::function<double(double)>& f,
                               const StochasticTraceOptions& options);
template <class T>
TraceEstimate logdet_estimate(const EigenOperand<T>& A, const StochasticTraceOptions& options);
}  // namespace detail

/// An estimate of tr f(A) for a Hermitian matrix or operator and a real function f on its spectrum, by stochastic Lanczos
/// quadrature: the mean of zᴴ f(A) z over vectors z of random signs, each by Gauss quadrature at the Ritz values of up to
/// `lanczos_steps` steps, fewer once it has settled. S. Ubaru, J. Chen, Y. Saad, Fast estimation of tr(f(A)) via stochastic
/// Lanczos quadrature, SIAM J. Matrix Anal. Appl. 38(4), 2017.
///
/// `hutch_plus_plus` serves an f(A) that few eigenvalues rule, as those of a decaying f: a third of the samples find a space
/// (by what Lanczos' process makes of f(A) times them), in which the trace is exact, and the rest is sampled orthogonally
/// to it, all by quadrature. Holds samples / 3 vectors, and up to 100 while the space is found. For an f(A) without such
/// decay its error bar is the larger one, as only a third of the samples average. Meyer and others, below.
///
/// The standard error falls with the root of the samples; with samples ≥ n the unit vectors take the place of random ones
/// and only quadrature and rounding are left of it. One product a sample and step, up to eight vectors at a time; holds 24
/// vectors. The same numbers for a seed whatever the threads, where the products are.
///
/// DimensionMismatch for a rectangle; InvalidArgument for a stored A that is not Hermitian or not finite, for options out of
/// range, methods without f, and an f that is not finite where it was asked (the message says where); Error for products
/// that are not finite.
template <OperatorArgument A, class F>
    requires std::invocable<const F&, double>
[[nodiscard]] TraceEstimate stochastic_trace(const A& a, const F& f, const StochasticTraceOptions& options = {}) {
    using T = operator_scalar_t<A>;
    const std::function<double(double)> function = [&f](double x) { return static_cast<double>(f(x)); };
    return detail::stochastic_trace<T>(EigenOperand<T>(a), function, options);
}

/// An estimate of tr A (of its real part where A is complex and not Hermitian), of an operator that can only be applied.
/// Hutch++ is exact for a rank of up to a third of `samples`, and better than Hutchinson's mean where few eigenvalues rule;
/// with samples ≥ n the trace is summed from unit vectors. Holds 2 samples / 3 vectors (Hutchinson: 2).
///
/// M. F. Hutchinson, Commun. Stat. Simul. Comput. 19(2), 1990; R. A. Meyer, C. Musco, C. Musco, D. P. Woodruff, Hutch++:
/// optimal stochastic trace estimation, SOSA 2021, Algorithm 1.
template <OperatorArgument A>
[[nodiscard]] TraceEstimate stochastic_trace(const A& a, const StochasticTraceOptions& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::stochastic_trace<T>(EigenOperand<T>(a), options);
}

/// An estimate of log det A = tr log A for a Hermitian positive definite matrix or operator: stochastic_trace of log. Steps
/// grow with the root of the condition number; beyond `lanczos_steps` the error bar grows instead. (`cholesky(A).logdet()`
/// is exact.) NotPositiveDefinite where a Ritz value is not positive (to working precision): a certain proof, but one that
/// may stay unfound. Otherwise as stochastic_trace.
template <OperatorArgument A>
[[nodiscard]] TraceEstimate logdet_estimate(const A& a, const StochasticTraceOptions& options = {}) {
    using T = operator_scalar_t<A>;
    return detail::logdet_estimate<T>(EigenOperand<T>(a), options);
}

}  // namespace tamis
