// Private: the extreme eigenvalues of the tridiagonal matrix of a Lanczos process.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tamis::detail {

/// The symmetric tridiagonal matrix with diagonal α₁ … α_k and off-diagonals β₁ … β_{k−1}. Eigenvalues are found by
/// bisection with Sturm counts (Wilkinson, The Algebraic Eigenvalue Problem, ch. 5, §39), to some rounding of the norm.
class Tridiagonal {
  public:
    void append(double alpha, double beta) {
        alpha_.push_back(alpha);
        beta_.push_back(beta);
    }
    [[nodiscard]] double smallest() const { return eigenvalue(1); }
    [[nodiscard]] double largest() const { return eigenvalue(static_cast<std::int64_t>(alpha_.size())); }

  private:
    [[nodiscard]] double off(std::size_t i) const noexcept { return i + 1 < alpha_.size() ? beta_[i] : 0; }
    /// Eigenvalues below x.
    [[nodiscard]] std::int64_t count_below(double x) const {
        std::int64_t count = 0;
        double q = 1;
        for (std::size_t i = 0; i < alpha_.size(); ++i) {
            const double b = i > 0 ? off(i - 1) : 0;
            q = alpha_[i] - x - (i > 0 ? b * b / q : 0);
            if (q == 0) q = -1e-300;
            if (q < 0) ++count;
        }
        return count;
    }
    /// The k-th smallest.
    [[nodiscard]] double eigenvalue(std::int64_t k) const {
        double low = 0;
        double high = 0;
        for (std::size_t i = 0; i < alpha_.size(); ++i) {
            const double radius = off(i) + (i > 0 ? off(i - 1) : 0);
            low = i == 0 ? alpha_[i] - radius : std::min(low, alpha_[i] - radius);
            high = i == 0 ? alpha_[i] + radius : std::max(high, alpha_[i] + radius);
        }
        for (int step = 0; step < 200 && low < high; ++step) {
            const double middle = low + (high - low) / 2;
            if (middle == low || middle == high) break;
            if (count_below(middle) >= k) high = middle;
            else low = middle;
        }
        return high;
    }

    std::vector<double> alpha_;
    std::vector<double> beta_;
};

}  // namespace tamis::detail
