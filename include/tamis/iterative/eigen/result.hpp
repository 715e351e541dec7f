// What the solvers of eigenvalue problems have in common: which eigenvalues, what the callback is told, what they return.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/status.hpp>
#include <tamis/iterative/callback.hpp>
#include <tamis/iterative/result.hpp>

namespace tamis {

/// Which eigenvalues: the k …
enum class Which {
    largest_magnitude,   ///< largest in modulus
    smallest_magnitude,  ///< smallest in modulus
    largest_algebraic,   ///< rightmost on the real line (Hermitian problems)
    smallest_algebraic,  ///< leftmost on the real line (Hermitian problems)
    both_ends,           ///< half from each end, the odd one from the right (Hermitian problems)
    nearest,             ///< nearest to `.sigma`
    largest_real,        ///< of largest real part (general problems)
    smallest_real,       ///< of smallest real part (general problems)
    largest_imaginary    ///< of largest modulus of the imaginary part (general problems)
};

/// The enumerator's own name, e.g. "largest_magnitude".
std::string_view to_string(Which which) noexcept;

/// What a `.callback` is told after each iteration (restart cycle, block step, as stands with the method). `residual_norm`
/// is the largest among the wanted pairs that have not converged yet, 0 if all have.
struct EigenIterationInfo : IterationInfo {
    std::int64_t converged = 0;  ///< pairs so far
    std::int64_t wanted = 0;
};

/// Returns whether to go on. A callable that takes the plain IterationInfo does as well.
using EigenCallback = std::function<bool(const EigenIterationInfo&)>;

/// Default of `.tolerance`: ‖A v − λ B v‖₂ ≤ tolerance · ‖A‖.
template <class T>
inline constexpr double default_eigen_tolerance = std::same_as<Real<T>, float> ? 2e-5 : 1e-10;

/// How it went, where values and vectors lie in the caller's memory; the fields mean what those of EigenResult do.
struct [[nodiscard]] EigenReport {
    Status status = Status::converged;
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    std::int64_t converged_pairs = 0;
    std::vector<double> residual_norms{};
    double scale = 0;
    double seconds = 0;
    bool certified = false;
    std::string message{};

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
};

/// k eigenpairs, and how they were found. Not to converge is a result and no exception: values and vectors are then the best
/// that there were, `residual_norms` tells which of them are good, and `require()` makes an exception of it. V is real for
/// Hermitian problems.
template <class T, class V = Real<T>>
struct [[nodiscard]] EigenResult {
    Vector<V> values;                    ///< sorted as the solver says
    Matrix<T> vectors;                   ///< n×k; of Hermitian problems B-orthonormal, others have columns of norm 1
    std::vector<double> residual_norms;  ///< ‖A v − λ B v‖₂ by a fresh product, v as returned
    Status status = Status::converged;   ///< `converged` only if all pairs have
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;          ///< products of A (or of its inverse, where that is iterated with) with one column
    std::int64_t converged_pairs = 0;  ///< with residual_norms ≤ tolerance · scale
    double scale = 0;                  ///< what residuals are measured against: an estimate of ‖A‖₂ from below
    double seconds = 0;
    bool certified = false;  ///< inertia proved that no eigenvalue is missing
    std::string message;     ///< a sentence: the method and why, and the numbers behind the status

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message.
    const EigenResult& require() const& {
        check();
        return *this;
    }
    EigenResult require() && {
        check();
        return std::move(*this);
    }

  private:
    void check() const { detail::require_all(residual_norms, status, message, iterations); }
};

namespace detail {

/// Throws DimensionMismatch unless A is square, InvalidArgument unless 0 ≤ k ≤ n.
void check_pairs(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t k);

template <class T, class V>
EigenResult<T, V> with_pairs(Vector<V>&& values, Matrix<T>&& vectors, EigenReport&& r) {
    EigenResult<T, V> result;
    result.values = std::move(values);
    result.vectors = std::move(vectors);
    result.residual_norms = std::move(r.residual_norms);
    result.status = r.status;
    result.iterations = r.iterations;
    result.matvecs = r.matvecs;
    result.converged_pairs = r.converged_pairs;
    result.scale = r.scale;
    result.seconds = r.seconds;
    result.certified = r.certified;
    result.message = std::move(r.message);
    return result;
}

}  // namespace detail

}  // namespace tamis
