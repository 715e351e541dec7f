#include "iterative/eigen/thick_restart.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "core/backend_threads.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

template <class T>
ThickRestart<T>::ThickRestart(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                              std::int64_t most_locked, std::int64_t subspace, std::int64_t block)
    : problem_(problem),
      op_(op),
      monitor_(monitor),
      inner_(op.kind == SpectralTransform::buckling ? problem.A : problem.B),
      n_(problem.n()),
      capacity_(subspace + block),
      ld_(capacity_),
      V_(n_ * (most_locked + capacity_ + block), uninitialized),
      MW_(inner_ ? n_ * block : 0, uninitialized),
      F_(problem.generalized() || op.inverts() ? n_ * block : 0, uninitialized),
      Y_(F_.size(), uninitialized),
      Z_(F_.size(), uninitialized),
      T_(static_cast<std::size_t>(ld_ * ld_)) {}

template <class T>
void ThickRestart<T>::apply_inner(const T* X, T* Y, std::int64_t m) {
    inner_.apply(MatrixView<const T>(X, n_, m), MatrixView<T>(Y, n_, m));
}

template <class T>
void ThickRestart<T>::apply(const T* X, const T* MX, T* Y, std::int64_t m) {
    const auto solve = [&](const T* right) {
        op_.inverse.ref().apply(MatrixView<const T>(right, n_, m), MatrixView<T>(Y, n_, m));
    };
    if (!op_.inverts()) {
        if (filter_ != nullptr) return filter_->apply(monitor_, n_, X, Y, m);
        if (!op_.inverse) return monitor_.apply(X, Y, m);
        monitor_.apply(X, Z_.data(), m);
        return solve(Z_.data());
    }
    solve(MX);
    monitor_.count_products(m);
    if (op_.kind != SpectralTransform::cayley) return;
    for (std::int64_t j = 0; j < m; ++j) vec::axpby(n_, Sum<T>(1), X + j * n_, Sum<T>(2 * op_.sigma), Y + j * n_);
}

template <class T>
double ThickRestart<T>::project_out(T* W, T* MW, std::int64_t before, std::int64_t count) {
    if (has_inner()) apply_inner(W, MW, count);
    C_.resize(static_cast<std::size_t>(std::max<std::int64_t>(before * count, 1)));
    tall::gram(n_, V_.data(), before, has_inner() ? MW : W, count, C_.data(), std::max<std::int64_t>(before, 1));
    tall::multiply(n_, T(-1), V_.data(), before, C_.data(), before, count, T(1), W);
    if (has_inner()) apply_inner(W, MW, count);
    R_.resize(static_cast<std::size_t>(count * count));
    tall::gram(n_, W, count, has_inner() ? MW : W, count, R_.data(), count);
    double most = 0;
    for (std::int64_t j = 0; j < count; ++j) {
        double removed = 0;
        for (std::int64_t i = 0; i < before; ++i)
            removed += std::norm(std::complex<double>(C_[static_cast<std::size_t>(i + j * before)]));
        const double left = std::real(R_[static_cast<std::size_t>(j * (count + 1))]);
        const double ratio = removed > 0 ? removed / left : 0;
        most = ratio <= most ? most : ratio;  // keeps NaN
    }
    return most;
}

template <class T>
std::int64_t ThickRestart<T>::settle(T* W, T* MW, std::int64_t count, double negligible, bool keep_residual) {
    const std::int64_t before = (W - V_.data()) / n_;
    const double cancelled = project_out(W, MW, before, count);
    if (keep_residual) {
        G_ = R_;
        if (F_.size() > 0) vec::copy(n_ * count, W, F_.data());
    }
    for (const T& r : R_)
        if (!is_finite(r)) return 0;
    // Where columns are independent, and little was taken off, Cholesky QR twice does.
    bool independent = cancelled <= 1;
    for (std::int64_t j = 0; j < count && independent; ++j)
        independent =
            std::sqrt(static_cast<double>(std::real(R_[static_cast<std::size_t>(j * (count + 1))]))) > 1e3 * negligible;
    for (int pass = 0; pass < 2 && independent; ++pass) {
        if (pass > 0) tall::gram(n_, W, count, has_inner() ? MW : W, count, R_.data(), count);
        std::vector<Real<T>> d(static_cast<std::size_t>(count));
        for (std::int64_t j = 0; j < count; ++j)
            d[static_cast<std::size_t>(j)] =
                Real<T>(1) / std::sqrt(std::real(R_[static_cast<std::size_t>(j * (count + 1))]));
        for (std::int64_t j = 0; j < count; ++j)
            for (std::int64_t i = 0; i < count; ++i)
                R_[static_cast<std::size_t>(i + j * count)] *=
                    d[static_cast<std::size_t>(i)] * d[static_cast<std::size_t>(j)];
        independent = lapack::potrf(count, R_.data(), count) == 0;
        for (std::int64_t j = 0; j < count && independent; ++j)
            independent = pass > 0 || std::real(R_[static_cast<std::size_t>(j * (count + 1))]) > Real<T>(0.03);
        if (!independent) break;
        for (std::int64_t j = 0; j < count; ++j)
            for (std::int64_t i = j; i < count; ++i)
                R_[static_cast<std::size_t>(i + j * count)] /= d[static_cast<std::size_t>(i)];
        tall::divide_by_adjoint_lower(n_, W, count, R_.data(), count);
        if (has_inner()) tall::divide_by_adjoint_lower(n_, MW, count, R_.data(), count);
    }
    if (independent) return count;
    // Otherwise column by column: what is more than rounding stays, and nothing else.
    std::int64_t rank = 0;
    for (std::int64_t j = 0; j < count; ++j) {
        T* const w = W + rank * n_;
        T* const Mw = has_inner() ? MW + rank * n_ : nullptr;
        if (rank != j) vec::copy(n_, W + j * n_, w);
        constexpr int most_passes = 5;
        bool kept = false;
        for (int pass = 0; pass < most_passes; ++pass) {
            const double ratio = project_out(w, Mw, before + rank, 1);
            const double norm = std::sqrt(std::max(0.0, static_cast<double>(std::real(R_[0]))));
            kept = pass > 0 ? norm > 0.1 : norm > negligible;
            if (!kept || !std::isfinite(norm)) break;
            vec::scale(n_, Sum<T>(1 / norm), w);
            if (has_inner()) vec::scale(n_, Sum<T>(1 / norm), Mw);
            if (pass > 0 && ratio < 1e-2) break;
            kept = false;
        }
        if (kept) ++rank;
    }
    return rank;
}

template <class T>
void ThickRestart<T>::fill_up(std::int64_t b) {
    const std::int64_t room = std::min(b, n_ - locked_ - h_) - b_;
    if (room <= 0) return;
    T* const W = active(h_ + b_);
    T* const MW = has_inner() ? MW_.data() + b_ * n_ : nullptr;
    for (std::int64_t j = 0; j < room; ++j) vec::fill_random(n_, seed_++, W + j * n_);
    if (op_.inverts() && has_inner()) {  // into the range of OP, free of what B does not see
        apply_inner(W, MW, room);
        apply(W, MW, Y_.data(), room);
        vec::copy(n_ * room, Y_.data(), W);
    }
    b_ += settle(W, MW, room, 0, false);
}

template <class T>
void ThickRestart<T>::start(std::int64_t locked, MatrixView<const T> initial, std::int64_t b, std::uint64_t seed) {
    locked_ = locked;
    h_ = 0;
    b_ = 0;
    last_ = 0;
    local_ = 0;
    seed_ = seed;
    std::fill(T_.begin(), T_.end(), T(0));
    const std::int64_t given = std::min(initial.cols(), b);
    if (given > 0) {
        for (std::int64_t j = 0; j < given; ++j) vec::copy(initial.col(j), active(j));
        if (op_.inverts() && has_inner()) {
            apply_inner(active(0), MW_.data(), given);
            apply(active(0), MW_.data(), Y_.data(), given);
            vec::copy(n_ * given, Y_.data(), active(0));
        }
        b_ = settle(active(0), has_inner() ? MW_.data() : nullptr, given, 0, false);
    }
    fill_up(b);
    G_.clear();
}

template <class T>
bool ThickRestart<T>::extend() {
    const std::int64_t b = b_, p = h_, d = h_ + b_;
    T* const X = active(p);
    T* const W = active(d);
    apply(X, has_inner() ? MW_.data() : X, W, b);
    // The recurrence: T is zero above row local_.
    const std::int64_t rows = d - local_;
    double largest = 0;  // ‖OP x‖² of the columns
    if (has_inner()) apply_inner(W, MW_.data(), b);
    C_.resize(static_cast<std::size_t>(rows * b));
    tall::gram(n_, active(local_), rows, has_inner() ? MW_.data() : W, b, C_.data(), rows);
    tall::multiply(n_, T(-1), active(local_), rows, C_.data(), rows, b, T(1), W);
    for (std::int64_t j = 0; j < b; ++j)
        for (std::int64_t i = 0; i < rows; ++i) {
            const T c = C_[static_cast<std::size_t>(i + j * rows)];
            if (!is_finite(c)) return false;
            largest = std::max(largest, std::norm(std::complex<double>(c)));
            projected(local_ + i, p + j) = c;
            if (local_ + i >= p) continue;
            if constexpr (is_complex_v<T>) projected(p + j, local_ + i) = std::conj(c);
            else projected(p + j, local_ + i) = c;
        }
    h_ = d;
    last_ = b;
    local_ = p;
    b_ = 0;
    // Against rounding: all of V once more.
    T* const MW = has_inner() ? MW_.data() : nullptr;
    scale_ = std::max(scale_, std::sqrt(largest));
    b_ = settle(W, MW, b, 10.0 * std::numeric_limits<Real<T>>::epsilon() * scale_, true);
    for (const T& g : G_)
        if (!is_finite(g)) return false;
    if (b_ < b) fill_up(b);
    b_ = std::min(b_, n_ - locked_ - h_);
    return true;
}

template <class T>
void ThickRestart<T>::solve_projected() {
    const auto h = static_cast<std::size_t>(h_);
    S_.resize(h * h);
    theta_in_T_.resize(h);
    theta_.resize(h);
    for (std::int64_t j = 0; j < h_; ++j) std::copy_n(T_.data() + j * ld_, h_, S_.data() + j * h_);
    const auto size = static_cast<double>(h_);
    on_backend_threads(9 * size * size * size, [&] { lapack::heevd(h_, S_.data(), h_, theta_in_T_.data()); });
    std::copy(theta_in_T_.begin(), theta_in_T_.end(), theta_.begin());
}

template <class T>
double ThickRestart<T>::residual_by(const std::vector<T>& G, std::int64_t i) const {
    if (G.empty()) return 0;
    const T* const s = S_.data() + i * h_ + (h_ - last_);
    double sum = 0;
    for (std::int64_t k = 0; k < last_; ++k) {
        T g = 0;
        for (std::int64_t j = 0; j < last_; ++j) g += G[static_cast<std::size_t>(k + j * last_)] * s[j];
        if constexpr (is_complex_v<T>) sum += std::real(std::conj(s[k]) * g);
        else sum += s[k] * g;
    }
    return std::sqrt(std::max(sum, 0.0));
}

template <class T>
void ThickRestart<T>::prepare_residuals() {
    if (F_.size() == 0) {
        GY_ = G_;
        return;
    }
    const std::int64_t m = last_;
    if (op_.inverts()) {
        monitor_.apply(F_.data(), Y_.data(), m);
        monitor_.apply_mass(F_.data(), Z_.data(), m);
        for (std::int64_t j = 0; j < m; ++j) vec::axpy(n_, Sum<T>(-op_.sigma), Z_.data() + j * n_, Y_.data() + j * n_);
    } else {
        monitor_.apply_mass(F_.data(), Y_.data(), m);
    }
    GY_.resize(static_cast<std::size_t>(m * m));
    tall::gram(n_, Y_.data(), m, Y_.data(), m, GY_.data(), m);
}

template <class T>
double ThickRestart<T>::residual(std::int64_t i) const {
    const double theta = theta_[static_cast<std::size_t>(i)];
    return (filter_ != nullptr ? filter_->residual_factor(theta) : op_.residual_factor(theta)) * residual_by(GY_, i);
}

template <class T>
void ThickRestart<T>::restart(const std::int64_t* positions, std::int64_t count) {
    C_.resize(static_cast<std::size_t>(h_ * count));
    for (std::int64_t j = 0; j < count; ++j) std::copy_n(S_.data() + positions[j] * h_, h_, C_.data() + j * h_);
    tall::rotate(n_, active(0), h_, C_.data(), h_, count);
    for (std::int64_t j = 0; j < b_; ++j) vec::copy(n_, active(h_ + j), active(count + j));
    std::fill(T_.begin(), T_.end(), T(0));
    for (std::int64_t j = 0; j < count; ++j)
        projected(j, j) = static_cast<Real<T>>(theta_[static_cast<std::size_t>(positions[j])]);
    h_ = count;
    last_ = 0;
    local_ = 0;
}

template <class T>
void ThickRestart<T>::lock(std::int64_t j, std::int64_t to) {
    vec::copy(n_, active(j), column(to));
    for (std::int64_t i = j; i + 1 < h_ + b_; ++i) vec::copy(n_, active(i + 1), active(i));
    for (std::int64_t i = j; i + 1 < h_; ++i) projected(i, i) = projected(i + 1, i + 1);
    projected(h_ - 1, h_ - 1) = 0;
    --h_;
}

template <class T>
void ThickRestart<T>::lock_next(std::int64_t j) {
    if (j > 0) std::swap_ranges(active(0), active(0) + n_, active(j));
    std::swap(projected(0, 0), projected(j, j));
    for (std::int64_t i = 0; i + 1 < h_; ++i) projected(i, i) = projected(i + 1, i + 1);
    projected(h_ - 1, h_ - 1) = 0;
    ++locked_;
    --h_;
}

#define TAMIS_INSTANTIATE(T) template class ThickRestart<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
