// Private: the smallest eigenvalues above 0 of the Laplacian of a graph.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/sparse/csr.hpp>
#include <tamis/sparse/graph/laplacian.hpp>

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/graph/adjacency.hpp"
#include "iterative/graph/deflation.hpp"

namespace tamis::detail {

/// What the public functions ask for.
struct SpectrumRequest {
    const char* name = "";
    LaplacianKind kind = LaplacianKind::combinatorial;
    double tolerance = 0;
    std::int64_t max_iterations = 0;
    double time_limit = 0;
    const EigenCallback* callback = nullptr;
    std::stop_token stop{};
    std::uint64_t seed = 0;
};
template <class Options>
[[nodiscard]] SpectrumRequest spectrum_request(const char* name, const Options& options) {
    return {
        name,         options.kind, options.tolerance, options.max_iterations, options.time_limit.count(), &options.callback,
        options.stop, options.seed};
}
/// InvalidArgument for tolerances, limits and counts that are negative or NaN.
void check_spectrum_request(const SpectrumRequest& request);

/// Vectors lie over graph.vertices. For random_walk all is that of the normalized Laplacian, up to `turn`.
template <class I>
class LaplacianSpectrum {
  public:
    /// Refers to both.
    LaplacianSpectrum(const Adjacency<I>& graph, const SpectrumRequest& request);

    /// The p smallest positive eigenvalues, ascending, p ≤ vertices − components, and their vectors. Residual norms and
    /// values are those of the weights as they are in the graph: times graph.unit where the kind is combinatorial.
    [[nodiscard]] EigenReport find(std::int64_t p, EigenPairs<double>& pairs);
    /// The vectors of the null space are entry(i) on each component.
    [[nodiscard]] const NullSpaceOfLaplacian& null_space() const noexcept { return null_space_; }
    /// From normalized to random_walk: v ← D^(−1/2) v / ‖ ‖; nothing for other kinds. Returns ‖L v − λ v‖₂ of the kind.
    double turn(double value, double* v) const;

  private:
    [[nodiscard]] bool is_scaled() const noexcept { return request_.kind != LaplacianKind::combinatorial; }
    [[nodiscard]] double unit() const noexcept { return is_scaled() ? 1.0 : graph_.unit; }
    [[nodiscard]] std::int64_t vertices() const noexcept { return L_.rows(); }
    /// Once, with tolerance and start vectors as in `problem`.
    EigenReport search(const HermitianProblem<double>& problem, EigenPairs<double>& pairs);
    EigenReport search_densely(const HermitianProblem<double>& problem, EigenPairs<double>& pairs) const;
    /// What searches need, chosen and set up at the first one.
    void prepare();
    [[nodiscard]] bool factor();
    [[nodiscard]] double rayleigh_quotient(const double* v) const;
    /// Rayleigh quotients, ascending.
    void improve_values(EigenPairs<double>& pairs) const;

    const Adjacency<I>& graph_;
    const SpectrumRequest& request_;
    Csr<double, I> L_;
    NullSpaceOfLaplacian null_space_;
    double largest_diagonal_ = 0;
    double alpha_ = 0;
    DeflatedLaplacian<I> deflated_;
    bool prepared_ = false;
    bool factored_ = false;
    std::optional<DeflatedInverse> inverse_;  ///< by a factor, or a preconditioner, or none
    std::string how_;
};

}  // namespace tamis::detail
