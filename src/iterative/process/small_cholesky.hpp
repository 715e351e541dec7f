// Private: the Cholesky factor of the small matrices that block methods project A to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/core/scalar.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

/// Γ = L Lᴴ, leaving out directions along which A is 0 to working precision.
template <class T>
class SmallCholesky {
  public:
    using S = Sum<T>;
    SmallCholesky(std::int64_t k, S* memory) noexcept : k_(k), L_(memory) {}
    S& at(std::int64_t i, std::int64_t j) noexcept { return L_[i * k_ + j]; }
    enum class Outcome { good, zero, indefinite, not_finite };
    /// Factors the leading s×s part, of which the lower triangle is read.
    Outcome factor(std::int64_t s, double epsilon, double& worst) noexcept {
        double largest = 0;
        for (std::int64_t i = 0; i < s; ++i) largest = std::max(largest, std::abs(at(i, i)));
        if (!std::isfinite(largest)) return Outcome::not_finite;
        bool any = false;
        for (std::int64_t j = 0; j < s; ++j) {
            const S diagonal = at(j, j);
            double d = real_part(diagonal);
            for (std::int64_t k = 0; k < j; ++k) d -= std::norm(at(j, k));
            if (!std::isfinite(d)) return Outcome::not_finite;
            worst = d;
            if (d < -64 * epsilon * largest || std::abs(imag_part(diagonal)) > std::sqrt(epsilon) * largest)
                return Outcome::indefinite;
            const bool zero = !(d > 4 * epsilon * largest);
            const double pivot = zero ? 0 : std::sqrt(d);
            at(j, j) = pivot;
            any = any || !zero;
            for (std::int64_t i = j + 1; i < s; ++i) {
                S sum = at(i, j);
                for (std::int64_t k = 0; k < j; ++k) sum -= at(i, k) * conjugate(at(j, k));
                at(i, j) = zero ? S(0) : sum / pivot;
            }
        }
        return any ? Outcome::good : Outcome::zero;
    }
    /// c ← Γ⁻¹ c, with 0 along directions left out.
    void solve(std::int64_t s, S* c) noexcept {
        for (std::int64_t i = 0; i < s; ++i) {
            S sum = c[i];
            for (std::int64_t k = 0; k < i; ++k) sum -= at(i, k) * c[k];
            c[i] = at(i, i) == S(0) ? S(0) : sum / at(i, i);
        }
        for (std::int64_t i = s - 1; i >= 0; --i) {
            S sum = c[i];
            for (std::int64_t k = i + 1; k < s; ++k) sum -= conjugate(at(k, i)) * c[k];
            c[i] = at(i, i) == S(0) ? S(0) : sum / at(i, i);
        }
    }

  private:
    std::int64_t k_;
    S* L_;
};

}  // namespace tamis::detail
