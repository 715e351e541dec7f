#include "iterative/graph/laplacian_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>

#include "core/memory.hpp"
#include "iterative/eigen/davidson.hpp"
#include "iterative/eigen/default_preconditioner.hpp"
#include "iterative/eigen/lanczos.hpp"
#include "iterative/eigen/spectral_transform.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// Of the vertices of a component before it is scaled: the entries of its null vector.
template <class I>
Array<double> null_sizes(const Adjacency<I>& graph, bool scaled) {
    Array<double> size(graph.weights.rows(), uninitialized);
    for (std::int64_t i = 0; i < size.size(); ++i) size[i] = scaled ? std::sqrt(graph.degrees[i]) : 1.0;
    return size;
}

double largest_of(const Array<double>& x) {
    return x.empty() ? 1.0 : *std::max_element(x.begin(), x.end());
}

/// A factor that costs no more is quicker than the iterations that it saves.
constexpr double cheap_factor_flops = 4e9;
/// ‖L‖₂ is at least the largest diagonal entry, and at most twice it; N Nᵀ goes beyond that.
constexpr double beyond_spectrum = 2.1;

}  // namespace

void check_spectrum_request(const SpectrumRequest& request) {
    const auto refuse = [&](const char* what, double value) {
        throw InvalidArgument(std::string(request.name) + ": ." + what + " is " + std::to_string(value) +
                              ", but has to be finite and at least 0");
    };
    if (!(request.tolerance >= 0) || !std::isfinite(request.tolerance)) refuse("tolerance", request.tolerance);
    if (!(request.time_limit >= 0)) refuse("time_limit", request.time_limit);
    if (request.max_iterations < 0) refuse("max_iterations", static_cast<double>(request.max_iterations));
}

template <class I>
LaplacianSpectrum<I>::LaplacianSpectrum(const Adjacency<I>& graph, const SpectrumRequest& request)
    : graph_(graph),
      request_(request),
      L_(graph_laplacian<double, I>(graph.weights.view(), {is_scaled() ? LaplacianKind::normalized : request.kind})),
      null_space_(graph.labels, graph.count, null_sizes(graph, is_scaled())),
      largest_diagonal_(is_scaled() ? 1.0 : largest_of(graph.degrees)),
      alpha_(beyond_spectrum * largest_diagonal_),
      deflated_(L_.view(), null_space_, alpha_) {}

template <class I>
bool LaplacianSpectrum<I>::factor() {
    const EigenOperand<double> stored(L_);
    const PencilPrediction predicted = predict_pencil(stored, EigenOperand<double>());
    if (!(predicted.flops <= cheap_factor_flops) || predicted.expander ||
        !(predicted.bytes <= 0.7 * static_cast<double>(available_memory())))
        return false;
    try {
        inverse_.emplace(grounded_inverse<I>(L_.view(), graph_.labels, graph_.count, graph_.degrees.span()), Array<double>(),
                         null_space_, alpha_);
    } catch (const NotPositiveDefinite&) {  // by rounding: weights of many orders of magnitude
        return false;
    } catch (const MemoryLimitExceeded&) {
        return false;
    }
    how_ = "L⁻¹ outside its null space, by a Cholesky factor of L without a vertex of each component, since that is cheap";
    return true;
}

template <class I>
void LaplacianSpectrum<I>::prepare() {
    if (prepared_) return;
    prepared_ = true;
    factored_ = factor();
    if (factored_) return;
    // D^(1/2) M D^(1/2) is for the normalized Laplacian what M is for the combinatorial one.
    const Csr<double, I> combinatorial =
        is_scaled() ? graph_laplacian<double, I>(graph_.weights.view(), LaplacianOptions{}) : Csr<double, I>();
    // Of L slightly shifted, since the singular last level of multigrid would be solved by a QR factorization, which takes
    // much longer.
    DefaultPreconditioner<double> M =
        default_preconditioner(EigenOperand<double>(is_scaled() ? combinatorial.view() : L_.view()));
    how_ = M.how;
    if (!M.M) return;
    inverse_.emplace(std::move(M.M), is_scaled() ? null_sizes(graph_, true) : Array<double>(), null_space_, alpha_);
}

template <class I>
EigenReport LaplacianSpectrum<I>::search_densely(const HermitianProblem<double>& problem, EigenPairs<double>& pairs) const {
    EigshOptions<double> options;
    options.which = problem.which;
    options.tolerance = problem.tolerance;
    if (problem.callback != nullptr) options.callback = *problem.callback;
    options.max_iterations = problem.max_iterations;
    options.stop = problem.stop;
    const std::int64_t n = problem.n(), k = problem.k;
    pairs.values = Array<double>(k, uninitialized);
    pairs.vectors = Array<double>(n * k, uninitialized);
    return eigsh<double>(EigenOperand<double>(deflated_), k, options, VectorView<double>(pairs.values.data(), k),
                         MatrixView<double>(pairs.vectors.data(), n, k));
}

template <class I>
EigenReport LaplacianSpectrum<I>::search(const HermitianProblem<double>& given, EigenPairs<double>& pairs) {
    constexpr std::int64_t small = 200;
    if (given.n() <= small || 4 * given.k >= given.n() || given.k + 40 >= given.n()) return search_densely(given, pairs);
    prepare();
    HermitianProblem<double> problem = given;
    EigenReport report;
    if (factored_) {
        SpectralOperator<double> op;
        op.kind = SpectralTransform::shift_invert;
        op.inverse = Operator<double>(*inverse_);
        op.order = Which::largest_algebraic;
        op.how = how_;
        return lanczos(problem, op, pairs);
    }
    if (inverse_) problem.preconditioner = OperatorRef<double>(*inverse_);
    report = davidson(problem, pairs);
    report.message.append("; ").append(how_);
    return report;
}

template <class I>
double LaplacianSpectrum<I>::rayleigh_quotient(const double* v) const {
    // Σ w_ij (y_i − y_j)² over the edges, y = v or D^(−1/2) v: no digits cancel but those of y itself.
    const auto y = [&](std::int64_t i) { return is_scaled() ? v[i] / std::sqrt(graph_.degrees[i]) : v[i]; };
    const auto offsets = graph_.weights.row_offsets();
    const auto indices = graph_.weights.col_indices();
    const auto weights = graph_.weights.values();
    double sum = 0;
    for (std::int64_t i = 0; i < vertices(); ++i) {
        const double yi = y(i);
        for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k) {
            const auto j = static_cast<std::int64_t>(indices[k]);
            if (j >= i) break;
            const double difference = yi - y(j);
            sum += weights[k] * difference * difference;
        }
    }
    const double norm = vec::norm(vertices(), v);
    return sum / (norm * norm);
}

template <class I>
void LaplacianSpectrum<I>::improve_values(EigenPairs<double>& pairs) const {
    const std::int64_t n = vertices(), k = pairs.values.size();
    for (std::int64_t j = 0; j < k; ++j) pairs.values[j] = rayleigh_quotient(pairs.vectors.data() + j * n);
    if (std::is_sorted(pairs.values.begin(), pairs.values.end())) return;
    std::vector<std::int64_t> order(static_cast<std::size_t>(k));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return pairs.values[a] < pairs.values[b]; });
    EigenPairs<double> sorted{Array<double>(k, uninitialized), Array<double>(n * k, uninitialized)};
    for (std::int64_t j = 0; j < k; ++j) {
        sorted.values[j] = pairs.values[order[static_cast<std::size_t>(j)]];
        vec::copy(n, pairs.vectors.data() + order[static_cast<std::size_t>(j)] * n, sorted.vectors.data() + j * n);
    }
    pairs = std::move(sorted);
}

template <class I>
double LaplacianSpectrum<I>::turn(double value, double* v) const {
    const std::int64_t n = vertices();
    Array<double> r(n, uninitialized);
    const OperatorRef<double> L(L_);
    L.apply(VectorView<const double>(v, n), VectorView<double>(r.data(), n));
    vec::axpy(n, -value / unit(), v, r.data());
    if (request_.kind != LaplacianKind::random_walk) return vec::norm(n, r.data()) * unit();
    for (std::int64_t i = 0; i < n; ++i) {
        const double s = std::sqrt(graph_.degrees[i]);
        v[i] /= s;
        r[i] /= s;
    }
    const double norm = vec::norm(n, v);
    vec::scale(n, 1 / norm, v);
    return vec::norm(n, r.data()) / norm;
}

template <class I>
EigenReport LaplacianSpectrum<I>::find(std::int64_t p, EigenPairs<double>& pairs) {
    HermitianProblem<double> problem;
    problem.name = request_.name;
    problem.A = OperatorRef<double>(deflated_);
    problem.k = p;
    problem.which = Which::smallest_algebraic;
    // Searches measure against an estimate of α, and L is smaller.
    problem.tolerance = request_.tolerance / beyond_spectrum;
    problem.max_iterations = request_.max_iterations;
    problem.time_limit = request_.time_limit;
    problem.callback = request_.callback;
    problem.stop = request_.stop;
    problem.seed = request_.seed;
    EigenReport report = search(problem, pairs);
    improve_values(pairs);
    // Where the values are far below ‖L‖ a residual that is small against it says little of the vectors.
    constexpr double of_value = 1e-4;
    const auto needed = [&] {
        double tolerance = problem.tolerance;
        for (std::int64_t j = 0; j < p; ++j)
            if (report.residual_norms[static_cast<std::size_t>(j)] > of_value * pairs.values[j])
                tolerance = std::min(tolerance, of_value * pairs.values[j] / alpha_);
        return std::max(tolerance, 10 * std::numeric_limits<double>::epsilon());
    };
    const double tolerance = needed();
    if (report.converged() && tolerance < problem.tolerance) {
        const Array<double> start(pairs.vectors);
        problem.tolerance = tolerance;
        problem.initial = MatrixView<const double>(start.data(), vertices(), p);
        EigenPairs<double> better;
        EigenReport again = search(problem, better);
        // What does not become as small was good enough by the tolerance that was asked for.
        if (again.converged() || again.status == Status::stagnated || again.status == Status::max_iterations) {
            pairs = std::move(better);
            improve_values(pairs);
            again.status = report.status;
        } else {
            again.residual_norms = report.residual_norms;
            again.status = again.status == Status::not_finite ? Status::not_finite : report.status;
        }
        again.iterations += report.iterations;
        again.matvecs += report.matvecs;
        again.seconds += report.seconds;
        report = std::move(again);
    }
    report.scale = largest_diagonal_ * unit();
    for (std::int64_t j = 0; j < p; ++j) pairs.values[j] *= unit();
    for (double& r : report.residual_norms) r *= unit();
    return report;
}

template class LaplacianSpectrum<std::int32_t>;
template class LaplacianSpectrum<std::int64_t>;

}  // namespace tamis::detail
