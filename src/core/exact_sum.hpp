// Private: sums that decide comparisons.
#pragma once

namespace tamis::detail {

/// A sum of numbers of one sign in twice the precision of double (Knuth's TwoSum), for comparisons that the rounding of a
/// plain sum would spoil, such as the weak dominance of a diagonal.
class ExactSum {
  public:
    void add(double x) noexcept {
        const double s = high_ + x;
        const double t = s - high_;
        low_ += (high_ - (s - t)) + (x - t);
        high_ = s;
    }
    /// sum ≤ x; false where either is NaN.
    [[nodiscard]] bool at_most(double x) const noexcept {
        if (!(high_ - high_ == 0)) return x >= high_;  // infinite or NaN: low_ means nothing
        return (x - high_) >= low_;
    }
    /// The sum, rounded.
    [[nodiscard]] double value() const noexcept { return high_ - high_ == 0 ? high_ + low_ : high_; }

  private:
    double high_ = 0;
    double low_ = 0;
};

}  // namespace tamis::detail
