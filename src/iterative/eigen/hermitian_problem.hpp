// Private: A v = λ B v as the methods behind eigsh take it, and what each of them does beside its own algorithm: counting,
// stopping, and the last word on convergence.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>
#include <tamis/iterative/eigen/result.hpp>
#include <tamis/iterative/operator.hpp>

namespace tamis::detail {

/// The k wanted pairs, and by which means; sizes, options and entries have been checked. 1 ≤ k < n.
template <class T>
struct HermitianProblem {
    const char* name = "eigsh";  ///< of the public function, for messages
    OperatorRef<T> A;
    /// A again, laid out so that a product costs no more than a few passes over its vectors; none: there is no such layout.
    std::function<OperatorRef<T>()> tuned{};
    OperatorRef<T> B;               ///< empty: the identity
    OperatorRef<T> preconditioner;  ///< empty: none
    std::int64_t k = 0;
    Which which = Which::largest_magnitude;
    double sigma = 0;
    double tolerance = 0;
    std::int64_t max_iterations = 0;  ///< 0: automatic
    std::int64_t subspace = 0;        ///< 0: automatic
    std::int64_t block_size = 0;      ///< 0: automatic
    MatrixView<const T> initial;      ///< no columns: random
    MatrixView<const T> constraints;  ///< directions to stay B-orthogonal to; no columns: none
    double time_limit = 0;
    const EigenCallback* callback = nullptr;
    std::stop_token stop{};
    std::uint64_t seed = 0;
    /// A is CᴴC, and its pairs are on the way to triplets of C: with σ = √λ, ‖A v − λ v‖ ≤ tolerance σ ‖C‖ is what makes
    /// ‖Cᴴu − σ v‖ ≤ tolerance ‖C‖ for u = C v / σ.
    bool singular = false;

    [[nodiscard]] std::int64_t n() const { return A.rows(); }
    [[nodiscard]] bool generalized() const noexcept { return static_cast<bool>(B); }
};

/// Pairs as a method leaves them: values (k) in any order and vectors (n×k, contiguous), B-orthonormal.
template <class T>
struct EigenPairs {
    Array<double> values;
    Array<T> vectors;
};

/// Use: count products through it; raise_norm with what is known of ‖A‖ from below; after each iteration
/// `if (!monitor.step(...)) break;`, or monitor.end(status, why) and break; at the end finish.
template <class T>
class EigenMonitor {
  public:
    explicit EigenMonitor(const HermitianProblem<T>& problem);

    /// Y = A X, B X, M R of m contiguous columns; products with A are counted and raise the norms.
    void apply(const T* X, T* Y, std::int64_t m);
    /// Many products follow: A is laid out for them, where it can be.
    void expect_many_products();
    void apply_mass(const T* X, T* Y, std::int64_t m);
    void precondition(const T* X, T* Y, std::int64_t m);
    /// Products with A that were done elsewhere (with its inverse, say).
    void count_products(std::int64_t m) noexcept { matvecs_ += m; }
    void count_iterations(std::int64_t m) noexcept { iterations_ += m; }

    void raise_norm(double norm) noexcept { norm_A_ = norm > norm_A_ ? norm : norm_A_; }
    void raise_mass_norm(double norm) noexcept { norm_B_ = norm > norm_B_ ? norm : norm_B_; }
    /// A few power steps from a random vector, for ‖A‖ and ‖B‖ from below: where an iteration does not see the large end.
    void estimate_norms();
    [[nodiscard]] double norm() const noexcept { return norm_A_; }
    [[nodiscard]] double mass_norm() const noexcept { return norm_B_; }
    /// The largest residual norm ‖A v − λ B v‖₂ that counts as converged, for a v of this Euclidean norm.
    [[nodiscard]] double target(double lambda, double norm_v = 1) const noexcept;

    /// An iteration was done: so many of the wanted pairs have converged, and the largest residual norm of the others.
    /// False where it is time to stop: cancelled, time limit, most iterations, or not finite.
    [[nodiscard]] bool step(std::int64_t converged, double largest_residual_norm);
    /// False where it is time to stop although no iteration was done: cancelled, time limit. For long work between
    /// iterations.
    [[nodiscard]] bool may_go_on();
    /// Ends the iteration for a reason of the method's own.
    void end(Status status, std::string why);
    [[nodiscard]] bool has_ended() const noexcept { return ended_; }
    /// Why it has, for methods with a finish of their own.
    [[nodiscard]] Status status() const noexcept { return status_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }
    [[nodiscard]] std::int64_t iterations() const noexcept { return iterations_; }
    void set_max_iterations(std::int64_t n) noexcept { max_iterations_ = n; }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }
    [[nodiscard]] double seconds() const;

    /// Sorts the pairs ascending, computes their residuals afresh, and reports: converged only if every one is within its
    /// target. `how` is the sentence of the message that names the method.
    [[nodiscard]] EigenReport finish(EigenPairs<T>& pairs, const std::string& how);

  private:
    const HermitianProblem<T>& problem_;
    OperatorRef<T> A_;
    bool tuned_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double norm_A_ = 0;
    double norm_B_ = 0;
    std::int64_t iterations_ = 0;
    std::int64_t matvecs_ = 0;
    std::int64_t max_iterations_ = 0;
    bool ended_ = false;
    Status status_ = Status::converged;
    std::string why_;
};

/// Whether the value a comes before b in the order of `which` (nearest: by distance to sigma); both_ends has no such order.
[[nodiscard]] bool comes_first(Which which, double sigma, double a, double b) noexcept;

/// The positions, in `values` (ascending, m of them), of the k wanted ones, most wanted first.
[[nodiscard]] Array<std::int64_t> wanted_positions(Which which, double sigma, const double* values, std::int64_t m,
                                                   std::int64_t k);

}  // namespace tamis::detail
