// Private: the bidiagonalization of Golub and Kahan, for damped and preconditioned least-squares problems.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// Products with Ā = [A; d I], d the damping: vectors u have m numbers, and n more if d ≠ 0.
template <class T>
class DampedOperator {
  public:
    DampedOperator(Monitor<T>& monitor, std::int64_t m, std::int64_t n, double d) noexcept
        : monitor_(monitor),
          m_(m),
          n_(n),
          d_(d) {}
    /// Numbers of u.
    [[nodiscard]] std::int64_t length() const noexcept { return d_ == 0 ? m_ : m_ + n_; }
    /// u = Ā v.
    void apply(const T* v, T* u) const {
        monitor_.apply(v, u);
        if (d_ != 0) vec::scaled(n_, Sum<T>(d_), v, u + m_);
    }
    /// v = Āᴴ u.
    void apply_adjoint(const T* u, T* v) const {
        monitor_.apply_adjoint(u, v);
        if (d_ != 0) vec::axpy(n_, Sum<T>(d_), u + m_, v);
    }
    /// Completes r = b − A x to the residual of the damped problem; returns its norm.
    double complete_residual(const T* x, T* r) const {
        if (d_ == 0) return monitor_.residual_norm();
        vec::scaled(n_, Sum<T>(-d_), x, r + m_);
        return vec::norm(length(), r);
    }

  private:
    Monitor<T>& monitor_;
    std::int64_t m_;
    std::int64_t n_;
    double d_;
};

/// β_{k+1} u_{k+1} = Ā v_k − α_k u_k, α_{k+1} p_{k+1} = Āᴴ u_{k+1} − β_{k+1} p_k, v = M p, with uᴴu = 1 and pᴴMp = 1: the
/// process "Bidiag 1" of Paige and Saunders (ACM TOMS 8, 1982) for Ā M^½ (M. Arioli, D. Orban, SIAM 2017, generalized LSQR).
template <class T>
class Bidiagonalization {
  public:
    /// u and p have the memory of u_k and p_k, other_u and other_p that of what they are computed from; v is p where there
    /// is no preconditioner.
    Bidiagonalization(Monitor<T>& monitor, const DampedOperator<T>& A, std::int64_t n, T* u, T* other_u, T* p, T* other_p,
                      T* v) noexcept
        : monitor_(monitor),
          A_(A),
          n_(n),
          u_(u),
          other_u_(other_u),
          p_(p),
          other_p_(other_p),
          v_(v) {}

    /// From the residual in u, of norm `norm`. False where the monitor was told to stop.
    bool begin(double norm) {
        beta_ = norm;
        vec::scale(A_.length(), Sum<T>(1 / beta_), u_);
        A_.apply_adjoint(u_, p_);
        norm_B_ = 0;
        return take_p();
    }
    bool next() {
        A_.apply(v(), other_u_);
        beta_ = vec::axpy_norm(A_.length(), Sum<T>(-alpha_), u_, other_u_);
        if (!finite(beta_)) return false;
        std::swap(u_, other_u_);
        norm_B_ = std::max(norm_B_, std::hypot(alpha_, beta_));
        if (!monitor_.preconditioned()) monitor_.raise_operator_norm(norm_B_);
        if (beta_ == 0) {
            alpha_ = 0;
            return true;
        }
        vec::scale(A_.length(), Sum<T>(1 / beta_), u_);
        A_.apply_adjoint(u_, other_p_);
        if (monitor_.preconditioned()) monitor_.raise_operator_norm(vec::norm(n_, other_p_));
        vec::axpy(n_, Sum<T>(-beta_), p_, other_p_);
        std::swap(p_, other_p_);
        return take_p();
    }
    [[nodiscard]] double alpha() const noexcept { return alpha_; }
    [[nodiscard]] double beta() const noexcept { return beta_; }
    [[nodiscard]] const T* v() const noexcept { return monitor_.preconditioned() ? v_ : p_; }
    /// ‖Ā M^½‖ from below.
    [[nodiscard]] double norm() const noexcept { return norm_B_; }

  private:
    bool finite(double value) {
        if (std::isfinite(value)) return true;
        monitor_.stop(Status::not_finite, "a product with A or its adjoint is not finite");
        return false;
    }
    /// α = √(pᴴMp), by which p and v are divided.
    bool take_p() {
        const double size = vec::norm(n_, p_);
        if (!finite(size)) return false;
        // What rounding leaves of a vector that is 0 counts as 0.
        if (!(size > static_cast<double>(epsilon_v<T>) * 1e-2 * norm_B_) && !monitor_.preconditioned()) {
            alpha_ = 0;
            return true;
        }
        alpha_ = size;
        if (size == 0) return true;
        if (monitor_.preconditioned()) {
            monitor_.raise_operator_norm(norm_B_ == 0 ? size : 0);
            monitor_.precondition(p_, v_);
            const Sum<T> square = vec::dot(n_, p_, v_);
            if (!accept_preconditioned_square(monitor_, square)) return false;
            alpha_ = std::sqrt(real_part(square));
            vec::scale(n_, Sum<T>(1 / alpha_), v_);
        } else {
            monitor_.raise_operator_norm(alpha_);
        }
        vec::scale(n_, Sum<T>(1 / alpha_), p_);
        norm_B_ = std::max(norm_B_, alpha_);
        return true;
    }

    Monitor<T>& monitor_;
    const DampedOperator<T>& A_;
    std::int64_t n_;
    T* u_;
    T* other_u_;
    T* p_;
    T* other_p_;
    T* v_;
    double alpha_ = 0;
    double beta_ = 0;
    double norm_B_ = 0;
};

}  // namespace tamis::detail
