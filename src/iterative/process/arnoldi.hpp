// Private: the Arnoldi process, and the least-squares problem of its Hessenberg matrix by Givens rotations.
#pragma once

#include <cmath>
#include <cstdint>

#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// w ← w − V h with h = Vᴴ w for the first j vectors of V, by modified Gram–Schmidt (each projection is taken in the pass
/// that subtracts the one before). Where that leaves less than 1/√2 of ‖w‖, once more: twice is enough (Daniel, Gragg,
/// Kaufman, Stewart, Math. Comp. 30, 1976; Giraud, Langou, Rozložník, van den Eshof, Numer. Math. 101, 2005).
template <class T>
struct Orthogonalized {
    double norm;    ///< ‖w‖ afterwards
    double before;  ///< ‖w‖ before
};
template <class T>
Orthogonalized<T> orthogonalize(std::int64_t n, VectorBlock<T> V, std::int64_t j, T* w, Sum<T>* h) {
    double norm = 0;
    double before = 0;
    for (int pass = 0; pass < 2; ++pass) {
        Sum<T> projection = vec::dot(n, V[0], w);
        double squares = 0;
        for (std::int64_t i = 0; i < j; ++i) {
            h[i] = pass == 0 ? projection : h[i] + projection;
            squares += std::norm(projection);
            if (i + 1 < j) projection = vec::axpy_dot(n, -projection, V[i], w, V[i + 1]);
            else norm = vec::axpy_norm(n, -projection, V[i], w);
        }
        const double of_this_pass = std::sqrt(squares + norm * norm);
        if (pass == 0) before = of_this_pass;
        if (!(norm < 0.7071 * of_this_pass)) break;
    }
    return {norm, before};
}

/// min ‖β e₁ − H y‖ for a Hessenberg matrix H that grows by columns, with H = Q R by rotations (Saad, Iterative Methods for
/// Sparse Linear Systems, §6.5.3). Memory for up to m columns is the caller's.
template <class T>
class HessenbergLeastSquares {
  public:
    using S = Sum<T>;
    static constexpr std::int64_t scalars(std::int64_t m) noexcept { return m * (m + 1) + 4 * (m + 1); }

    HessenbergLeastSquares(std::int64_t m, S* memory) noexcept
        : m_(m),
          R_(memory),
          c_(R_ + m * (m + 1)),
          s_(c_ + m + 1),
          g_(s_ + m + 1),
          y_(g_ + m + 1) {}

    void begin(double beta) noexcept {
        j_ = 0;
        g_[0] = beta;
    }
    /// Where the next column of H belongs, down to its diagonal.
    [[nodiscard]] S* column() noexcept { return R_ + j_ * (m_ + 1); }
    /// Takes that column, with `below` ≥ 0 under the diagonal; 0: there are no more. False if H is singular to working
    /// precision with that: then the column is left out.
    bool accept(double below, double epsilon) noexcept {
        S* const h = column();
        double square = 0;
        for (std::int64_t i = 0; i <= j_; ++i) square += std::norm(h[i]);
        for (std::int64_t i = 0; i < j_; ++i) {
            const S upper = h[i];
            h[i] = c_[i] * upper + s_[i] * h[i + 1];
            h[i + 1] = -conjugate(s_[i]) * upper + c_[i] * h[i + 1];
        }
        const double a = std::abs(h[j_]);
        const double r = std::hypot(a, below);
        if (below == 0 && !(a > epsilon * std::sqrt(square))) return false;
        const S sign = a > 0 ? h[j_] / a : S(1);
        c_[j_] = a / r;
        s_[j_] = sign * (below / r);
        h[j_] = sign * r;
        g_[j_ + 1] = -conjugate(s_[j_]) * g_[j_];
        g_[j_] = c_[j_] * g_[j_];
        ++j_;
        return true;
    }
    [[nodiscard]] std::int64_t columns() const noexcept { return j_; }
    /// ‖β e₁ − H y‖ of the minimiser.
    [[nodiscard]] double residual() const noexcept { return std::abs(g_[j_]); }
    /// The minimiser y.
    [[nodiscard]] const S* solve() noexcept {
        for (std::int64_t i = j_ - 1; i >= 0; --i) {
            S sum = g_[i];
            for (std::int64_t k = i + 1; k < j_; ++k) sum -= R_[k * (m_ + 1) + i] * y_[k];
            y_[i] = sum / R_[i * (m_ + 1) + i];
        }
        return y_;
    }

  private:
    std::int64_t m_;
    S* R_;
    S* c_;
    S* s_;
    S* g_;
    S* y_;
    std::int64_t j_ = 0;
};

}  // namespace tamis::detail
