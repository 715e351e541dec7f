// Private: the Lanczos process of a Hermitian operator, and the QR factorization of its tridiagonal matrix.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "iterative/monitor.hpp"
#include "iterative/process/hermitian.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// β_{k+1} z_{k+1} = A v_k − α_k z_k − β_k z_{k−1} with v = M z, zᴴv = 1; z = v where there is no preconditioner. The memory
/// is the caller's. Names are those of Paige and Saunders' minres.m: r1 and r2 are β z, one behind the other.
template <class T>
class HermitianLanczos {
  public:
    HermitianLanczos(Monitor<T>& monitor, std::int64_t n, T* v, T* r1, T* r2, T* y) noexcept
        : monitor_(monitor),
          n_(n),
          v_(v),
          r1_(r1),
          r2_(r2),
          y_(y) {}

    /// v_1 from r, of the given norm. False where the monitor was told to stop.
    bool begin(const T* r, double norm) {
        k_ = 0;
        oldb_ = norm_A_ = norm2_A_ = 0;
        vec::copy(n_, r, r2_);
        euclidean_ = norm;
        if (!take_r2(0)) return false;
        advance();
        return true;
    }
    /// α_k and β_{k+1}. `scale` times `first` is v_1 in the second call, where A is found to be Hermitian or not.
    bool next(const T* first, double scale) {
        ++k_;
        monitor_.apply(v_, y_);
        if (k_ == 2) {
            const Sum<T> s = scale * vec::dot(n_, first, y_);  // v₁ᴴAv₂ is β₂
            if (std::abs(s - beta_) > std::sqrt(epsilon) * std::max(std::abs(s), norm_A_)) {
                monitor_.stop(Status::breakdown, "A is not Hermitian: v₁ᴴAv₂ = %.3g, v₂ᴴAv₁ = %.3g",
                              static_cast<double>(real_part(s)), beta_);
                return false;
            }
        }
        const double norm_Av = k_ > 1 ? vec::axpy_norm(n_, Sum<T>(-beta_ / oldb_), r1_, y_) : 0;
        const auto vAv = vec::dot_and_square(n_, v_, y_);
        alfa_ = real_part(vAv.dot);
        if (is_complex_beyond_rounding<T>(vAv.dot, std::max({std::abs(vAv.dot), norm_A_, beta_}))) {
            monitor_.stop(Status::breakdown, "A is not Hermitian: Im vᴴAv = %.3g", static_cast<double>(imag_part(vAv.dot)));
            return false;
        }
        euclidean_ = vec::axpy_norm(n_, Sum<T>(-alfa_ / beta_), r2_, y_);
        std::swap(r1_, r2_);
        std::swap(r2_, y_);
        norm2_A_ = std::max(norm2_A_, std::max(norm_Av, euclidean_) / std::sqrt(vAv.square));
        norm_A_ = std::max(norm_A_, std::hypot(alfa_, k_ > 1 ? beta_ : 0.0));
        oldb_ = beta_;
        if (!take_r2(monitor_.preconditioned() ? 0 : epsilon * norm_A_)) return false;
        norm_A_ = std::max(norm_A_, std::hypot(alfa_, beta_));
        if (std::isfinite(alfa_) && std::isfinite(beta_)) return true;
        monitor_.stop(Status::not_finite, "A v is not finite");
        return false;
    }
    /// v_{k+1} takes the place of v_k; β_{k+1} ≠ 0.
    void advance() { vec::scaled(n_, Sum<T>(1 / beta_), monitor_.preconditioned() ? y_ : r2_, v_); }

    [[nodiscard]] const T* v() const noexcept { return v_; }
    [[nodiscard]] double alfa() const noexcept { return alfa_; }
    /// β_{k+1}; β_1 after begin. What rounding leaves of 0 is 0.
    [[nodiscard]] double beta() const noexcept { return beta_; }
    /// β_k.
    [[nodiscard]] double oldb() const noexcept { return oldb_; }
    /// β_{k+1} z_{k+1}, and its 2-norm.
    [[nodiscard]] const T* r2() const noexcept { return r2_; }
    [[nodiscard]] double r2_norm() const noexcept { return euclidean_; }
    /// Lower bounds of the norm of A, between the spaces with M's norms, and of ‖A‖₂.
    [[nodiscard]] double norm_A() const noexcept { return norm_A_; }
    [[nodiscard]] double norm2_A() const noexcept { return norm2_A_; }

    static constexpr double epsilon = static_cast<double>(epsilon_v<T>);

  private:
    /// y = M r2, β = √(r2ᴴ y).
    bool take_r2(double negligible) {
        if (!monitor_.preconditioned() || !(euclidean_ > negligible)) {
            beta_ = euclidean_ > negligible || !(euclidean_ == euclidean_) ? euclidean_ : 0;
            return true;
        }
        monitor_.precondition(r2_, y_);
        const Sum<T> square = vec::dot(n_, r2_, y_);
        if (!accept_preconditioned_square(monitor_, square)) return false;
        beta_ = std::sqrt(real_part(square));
        return true;
    }

    Monitor<T>& monitor_;
    std::int64_t n_;
    T* v_;
    T* r1_;
    T* r2_;
    T* y_;
    std::int64_t k_ = 0;
    double alfa_ = 0;
    double beta_ = 0;
    double oldb_ = 0;
    double euclidean_ = 0;
    double norm_A_ = 0;
    double norm2_A_ = 0;
};

/// The scalars of the QR factorization of the tridiagonal matrix by reflections, and of the residual that it leaves.
struct Reflections {
    explicit Reflections(double beta) : phibar(beta) {}

    /// Column k of the tridiagonal matrix: alfa on the diagonal, beta below it.
    void next(double alfa, double beta) {
        oldeps = epsln;
        delta = cs * dbar + sn * alfa;
        gbar = sn * dbar - cs * alfa;
        epsln = sn * beta;
        dbar = -cs * beta;
        root = std::hypot(gbar, dbar);
        gamma = std::hypot(gbar, beta);
        cs = gbar / gamma;
        sn = beta / gamma;
        phi = cs * phibar;
        previous = phibar;
        phibar = sn * phibar;
    }

    double oldeps = 0, delta = 0, gbar = 0, epsln = 0, dbar = 0, gamma = 0;
    double cs = -1, sn = 0;
    double phi = 0;
    double phibar;        // ‖r_k‖ in the norm of M
    double previous = 0;  // ‖r_{k−1}‖
    double root = 0;      // ‖A r_{k−1}‖ / ‖r_{k−1}‖
};

/// Looks for A r = 0. For an inconsistent system ‖A r‖ / (‖A‖‖r‖) falls to about √ε and no further, as x takes up ever more
/// of the null space; the residual norm stands still then to the last bits, which it does not do on its way to 0.
class InconsistencyTest {
  public:
    explicit InconsistencyTest(double epsilon) : epsilon_(epsilon) {}
    bool reached(const Reflections& q, double norm_A) {
        if (!(q.root > 10 * epsilon_ * norm_A)) return true;
        if (q.root > 4 * std::sqrt(epsilon_) * norm_A) {
            since_ = 0;
            return false;
        }
        if (since_++ == 0) start_ = q.previous;
        if (since_ <= patience) return false;
        since_ = 0;
        return !(q.previous < (1 - 100 * epsilon_) * start_);
    }

  private:
    static constexpr int patience = 5;
    double epsilon_;
    double start_ = 0;
    int since_ = 0;
};

}  // namespace tamis::detail
