// Private: what a cycle of gmres is made of, for the methods that add to it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/iterative/options.hpp>

#include "iterative/monitor.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// The Arnoldi process of A M or M A, V[0] being the residual when a cycle begins, and its least-squares problem. Refers to
/// all that it is given; z is scratch.
template <class T>
class PreconditionedArnoldi {
  public:
    enum class Step { taken, nothing_new, stopped };

    PreconditionedArnoldi(Monitor<T>& monitor, std::int64_t n, Side side, VectorBlock<T> V, T* z,
                          HessenbergLeastSquares<T>& least_squares) noexcept
        : monitor_(monitor),
          n_(n),
          left_(monitor.preconditioned() && side == Side::left),
          right_(monitor.preconditioned() && side == Side::right),
          V_(V),
          z_(z),
          least_squares_(least_squares) {}

    [[nodiscard]] bool left() const noexcept { return left_; }
    [[nodiscard]] bool right() const noexcept { return right_; }

    /// Before the first cycle after each settle: M on the left minimizes another norm than the residual's, and where that
    /// proved too rosy a picture, estimates grow.
    void compare() noexcept {
        if (left_ && estimate_ > 0) caution_ *= std::max(1.0, 2 * monitor_.residual_norm() / estimate_);
    }

    /// V[0] = r / β, or M r / β. False where the monitor was told to stop.
    bool begin() {
        double beta = monitor_.residual_norm();
        scale_ = 1;
        if (left_) {
            monitor_.precondition(V_[0], z_);
            vec::copy(n_, z_, V_[0]);
            const double preconditioned = vec::norm(n_, z_);
            scale_ = caution_ * beta / preconditioned;
            beta = preconditioned;
            if (!std::isfinite(beta)) {
                monitor_.stop(Status::not_finite, "M r is not finite, M being the preconditioner");
                return false;
            }
            if (!(beta > 0)) {
                monitor_.stop(Status::breakdown, "the preconditioner M is singular: M r = 0");
                return false;
            }
        }
        vec::scale(n_, Sum<T>(1 / beta), V_[0]);
        least_squares_.begin(beta);
        return true;
    }

    /// w = A v, A M v or M A v.
    void product(const T* v, T* w) {
        if (right_) monitor_.precondition(v, z_);
        monitor_.apply(right_ ? z_ : v, left_ ? z_ : w);
        if (left_) monitor_.precondition(z_, w);
    }

    /// Takes w = V[j + 1], j the columns so far, for the next vector: makes it orthogonal to those before and of length 1.
    /// `optional`: where w depends on them it is left out instead of ending the cycle.
    Step extend(bool optional = false) {
        const double epsilon = static_cast<double>(epsilon_v<T>);
        const std::int64_t j = least_squares_.columns();
        T* const w = V_[j + 1];
        const auto size = orthogonalize(n_, V_, j + 1, w, least_squares_.column());
        if (!std::isfinite(size.before)) {
            monitor_.stop(Status::not_finite, "A v is not finite");
            return Step::stopped;
        }
        const bool exhausted = !(size.norm > epsilon * size.before);
        if (exhausted && optional) return Step::nothing_new;
        if (!least_squares_.accept(exhausted ? 0 : size.norm, epsilon)) {
            monitor_.stop(Status::breakdown,
                          "A is singular to working precision: the Krylov space of %lld vectors has no better solution",
                          static_cast<long long>(j + 1));
            return Step::stopped;
        }
        estimate_ = scale_ * least_squares_.residual();
        if (!monitor_.step(estimate_)) return Step::stopped;
        vec::scale(n_, Sum<T>(1 / size.norm), w);
        return Step::taken;
    }

  private:
    Monitor<T>& monitor_;
    std::int64_t n_;
    bool left_;
    bool right_;
    VectorBlock<T> V_;
    T* z_;
    HessenbergLeastSquares<T>& least_squares_;
    double scale_ = 1;  // from the norm that is minimized to the residual's
    double estimate_ = 0;
    double caution_ = 1;
};

}  // namespace tamis::detail
