// What iterative methods return.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/status.hpp>

namespace tamis {

/// A sentence in place, so that a result without a history allocates nothing; longer ones are cut.
class Sentence {
  public:
    Sentence() noexcept = default;
    Sentence(std::string_view text) noexcept;
    [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }
    [[nodiscard]] std::string str() const { return std::string(view()); }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    operator std::string_view() const noexcept { return view(); }
    friend std::ostream& operator<<(std::ostream& out, const Sentence& s);

  private:
    static constexpr std::size_t most = 320;
    std::size_t size_ = 0;
    std::array<char, most> text_{};
};

namespace detail {
/// Throws NotConverged.
[[noreturn]] void throw_not_converged(std::string_view message, Status status, double residual_norm,
                                      std::int64_t iterations);

/// The same with the largest of several residual norms, unless the status is `converged`.
inline void require_all(std::span<const double> residual_norms, Status status, std::string_view message,
                        std::int64_t iterations) {
    if (status == Status::converged) return;
    double largest = 0;
    for (const double norm : residual_norms) largest = norm <= largest ? largest : norm;  // keeps NaN
    throw_not_converged(message, status, largest, iterations);
}
}  // namespace detail

/// How an iteration went, where the solution lies in the caller's memory (the overloads with a workspace). The fields mean
/// what those of IterativeResult do.
struct [[nodiscard]] IterationReport {
    Status status = Status::converged;
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    double residual_norm = 0;
    std::vector<double> residual_history{};
    double seconds = 0;
    Sentence message{};
    double operator_norm = 0;
    double condition_estimate = 0;

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The report itself, or NotConverged with the message.
    const IterationReport& require() const {
        if (!converged()) detail::throw_not_converged(message, status, residual_norm, iterations);
        return *this;
    }
};

/// What an iterative method returns: the best iterate that it met (by residual norm), and how it went. Not to converge is a
/// result and no exception; `require()` makes one of it.
template <class T>
struct [[nodiscard]] IterativeResult {
    Vector<T> x;
    Status status = Status::converged;     ///< why it stopped; `converged` only if the recomputed residual is small enough
    std::int64_t iterations = 0;           ///< of the method; what one is stands with each
    std::int64_t matvecs = 0;              ///< products with A or Aᴴ, those for the residual included
    double residual_norm = 0;              ///< ‖b − A x‖₂ of this x, recomputed at the end
    std::vector<double> residual_history;  ///< [0] is the start, [k] after iteration k, by the method's own recurrence
    double seconds = 0;
    std::string message;  ///< a sentence with the numbers behind the status
    /// By lsqr, lsmr and cgls: estimates of ‖A‖ and of the condition number of A, as stands with each; 0 by others.
    double operator_norm = 0;
    double condition_estimate = 0;

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message.
    const IterativeResult& require() const& {
        if (!converged()) detail::throw_not_converged(message, status, residual_norm, iterations);
        return *this;
    }
    IterativeResult require() && {
        if (!converged()) detail::throw_not_converged(message, status, residual_norm, iterations);
        return std::move(*this);
    }
};

namespace detail {

template <class T>
IterativeResult<T> with_solution(Vector<T>&& x, IterationReport&& r) {
    return {
        std::move(x), r.status,        r.iterations,    r.matvecs,           r.residual_norm, std::move(r.residual_history),
        r.seconds,    r.message.str(), r.operator_norm, r.condition_estimate};
}

}  // namespace detail

}  // namespace tamis
