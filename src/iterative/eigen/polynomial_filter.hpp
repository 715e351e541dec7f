// Private: polynomials of A as the operator that Lanczos iterates with, where wanted eigenvalues lie close together.
#pragma once

#include <cstdint>
#include <optional>

#include <tamis/core/array.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// ρ(λ) = T_d((λ − c) / e), the Chebyshev polynomial of an odd degree d on [low, high], c its centre and e half its width:
/// |ρ| ≤ 1 inside, and outside it grows by cosh(d acosh(|λ − c| / e)), increases everywhere, and so keeps the order of
/// eigenvalues there: to −∞ on the left. H. Fang, Y. Saad, A filtered Lanczos procedure for extreme and interior eigenvalue
/// problems, SIAM J. Sci. Comput. 34 (2012); Y. Zhou, Y. Saad, A Chebyshev–Davidson algorithm for large symmetric
/// eigenproblems, SIAM J. Matrix Anal. Appl. 29 (2007).
class PolynomialFilter {
  public:
    PolynomialFilter(double low, double high, int degree) noexcept;

    [[nodiscard]] double low() const noexcept { return centre_ - half_; }
    [[nodiscard]] double high() const noexcept { return centre_ + half_; }
    [[nodiscard]] int degree() const noexcept { return degree_; }
    /// acosh(|λ − c| / e), by which one degree lets λ grow; 0 inside.
    [[nodiscard]] double growth(double lambda) const noexcept;
    /// The λ outside with ρ(λ) = θ; where |θ| ≤ 1, which tells nothing, a point inside, ascending with θ.
    [[nodiscard]] double value(double theta) const noexcept;
    /// ‖A v − λ v‖ is at most that times ‖ρ(A) v − θ v‖ for a θ = ρ(λ): the flattest chord of ρ from λ to an eigenvalue is
    /// the one to the far end of the interval. Infinite inside.
    [[nodiscard]] double residual_factor(double theta) const noexcept;

    /// Y = ρ(A) X of m columns, by the three-term recurrence, d products each.
    template <class T>
    void apply(EigenMonitor<T>& monitor, std::int64_t n, const T* X, T* Y, std::int64_t m);

  private:
    double centre_;
    double half_;
    int degree_;
};

/// What a filter is chosen by: Ritz values of A, ascending, which lie inside of the eigenvalues that they stand for, so that
/// none of the first eigenvalues is filtered out.
struct FilterChoice {
    Which which = Which::largest_algebraic;
    const double* ritz = nullptr;
    std::int64_t count = 0;
    std::int64_t k = 0;       ///< wanted ones
    std::int64_t beyond = 0;  ///< the position, in the order of `which`, of the value at which the interval begins; > k
    double lower = 0;         ///< bounds of the spectrum
    double upper = 0;
    double spread = 0;  ///< the most that ρ may differ by, as a factor, among wanted values, or rounding shows
    int highest_degree = 0;
};

/// The filter that lifts the k-th value to about 6, and with it the order in which its θ are wanted; none where that takes
/// less than degree 3.
struct ChosenFilter {
    PolynomialFilter filter;
    Which order;
};
[[nodiscard]] std::optional<ChosenFilter> choose_filter(const FilterChoice& given);

}  // namespace tamis::detail
