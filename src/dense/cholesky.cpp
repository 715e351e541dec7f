#include <tamis/dense/cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <tamis/core/one_norm.hpp>

#include "core/blas.hpp"
#include "core/columns.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double cholesky_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return order * order * order / 3;
}

double triangle_flops(std::int64_t n, std::int64_t k) {
    return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
}

/// L of L·Lᴴ ± w·wᴴ in place; w is destroyed. The column whose pivot is lost, or −1.
template <class T>
std::int64_t rotate_in(T* L, std::int64_t n, T* w, int sign) {
    using R = Real<T>;
    for (std::int64_t k = 0; k < n; ++k) {
        if (w[k] == T(0)) continue;
        T* const l = L + k * n;
        const R diagonal = detail::real_part(l[k]);
        const R size = std::abs(w[k]);
        const R square = sign > 0 ? R(1) : (diagonal - size) / diagonal * ((diagonal + size) / diagonal);
        if (!(square > 4 * epsilon_v<T>)) return k;
        const R r = sign > 0 ? std::hypot(diagonal, size) : diagonal * std::sqrt(square);
        if (!(r <= std::numeric_limits<R>::max())) return k;
        const R c = r / diagonal;
        const T s = w[k] / diagonal;
        const T t = static_cast<R>(sign) * detail::conjugate(s);
        l[k] = T(r);
        // l := (l ± conj(s) w) / c;  w := c w − s l
        for (std::int64_t i = k + 1; i < n; ++i) {
            l[i] = (l[i] + t * w[i]) / c;
            w[i] = c * w[i] - s * l[i];
        }
    }
    return -1;
}

}  // namespace

template <class T>
void DenseCholesky<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseCholesky<T>::compute(const char* caller, MatrixView<const T> A) {
    detail::check_square_operand(caller, A);
    detail::check_shift(caller, options_.shift);
    const std::int64_t n = A.rows();
    const detail::DenseClock clock(n);
    ready_ = false;
    if (factor_.size() != n * n) factor_ = Array<T>(n * n, uninitialized);
    n_ = n;
    one_norm_ = detail::copy_hermitian(caller, A, factor_.data(), n);
    one_norm_ = detail::add_shift(factor_.data(), n, n, options_.shift, one_norm_, true);
    if (n > 0) {
        std::int64_t failed = 0;
        detail::on_dense_threads(cholesky_flops(n), [&] { failed = detail::lapack::potrf(n, factor_.data(), n); });
        if (failed > 0) detail::throw_not_positive_definite(caller, failed - 1);
    }
    seconds_ = clock.seconds();
    ready_ = true;
}

template <class T>
void DenseCholesky<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != n_ || A.cols() != n_)
        throw DimensionMismatch("cholesky refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the factored one " + std::to_string(rows()),
                                n_, A.rows() != n_ ? A.rows() : A.cols());
    compute("cholesky refactor", A);
}

template <class T>
FactorInfo DenseCholesky<T>::info() const {
    return detail::dense_info<T>(Method::cholesky, "potrf", n_ * (n_ + 1) / 2, cholesky_flops(n_),
                                 n_ * n_ * std::int64_t{sizeof(T)}, seconds_);
}

template <class T>
void DenseCholesky<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_ready("cholesky solve");
    const std::int64_t n = n_;
    const bool conjugated = is_complex_v<T> && form == detail::SolveForm::transposed;
    detail::solve_dense_columns<T>("cholesky solve", n, n, b, x, conjugated, [&](T* y, std::int64_t ldy, std::int64_t k) {
        detail::on_dense_threads(2 * triangle_flops(n, k), [&] { detail::lapack::potrs(n, k, factor_.data(), n, y, ldy); });
    });
}

template <class T>
void DenseCholesky<T>::apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const {
    const char* const caller = part == Part::solve_l    ? "cholesky solve_l"
                               : part == Part::solve_lt ? "cholesky solve_lt"
                                                        : "cholesky multiply_l";
    check_ready(caller);
    const std::int64_t n = n_;
    detail::solve_dense_columns<T>(caller, n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        detail::on_dense_threads(triangle_flops(n, k), [&] {
            if (part == Part::multiply_l) detail::blas::trmm('L', 'L', 'N', 'N', n, k, T(1), factor_.data(), n, y, ldy);
            else detail::blas::trsm('L', 'L', part == Part::solve_l ? 'N' : 'C', 'N', n, k, T(1), factor_.data(), n, y, ldy);
        });
    });
}

template <class T>
LogDeterminant<T> DenseCholesky<T>::slogdet() const {
    check_ready("cholesky slogdet");
    double logabs = 0;
    for (std::int64_t k = 0; k < n_; ++k)
        logabs += 2 * std::log(static_cast<double>(detail::real_part(factor_[k * n_ + k])));
    return {T(1), static_cast<Real<T>>(logabs)};
}

template <class T>
Real<T> DenseCholesky<T>::rcond() const {
    check_ready("cholesky rcond");
    if (n_ == 0) return 1;
    // Where ‖A‖₁ overflows, the largest number in its place gives a bound from above.
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    Real<T> estimate = 0;
    detail::on_dense_threads(10 * triangle_flops(n_, 2),
                             [&] { estimate = detail::lapack::pocon(n_, factor_.data(), n_, norm); });
    return estimate;
}

template <class T>
void DenseCholesky<T>::modify(MatrixView<const T> w, int sign) {
    const char* const caller = sign > 0 ? "cholesky update" : "cholesky downdate";
    check_ready(caller);
    const std::int64_t n = n_;
    if (w.rows() != n)
        throw DimensionMismatch(
            std::string(caller) + ": W has " + std::to_string(w.rows()) + " rows where " + std::to_string(n) + " are needed",
            n, w.rows());
    detail::check_finite_entries(caller, "W", w);
    if (n == 0 || w.cols() == 0) return;
    Array<T> L = factor_;
    Array<T> column(n, uninitialized);
    for (std::int64_t c = 0; c < w.cols(); ++c) {
        for (std::int64_t i = 0; i < n; ++i) column[i] = w(i, c);
        if (const std::int64_t lost = rotate_in(L.data(), n, column.data(), sign); lost >= 0)
            detail::throw_update_not_definite(caller, sign, lost);
    }
    factor_.swap(L);
    // L and its product with a block, both Hermitian: one operator for both directions.
    const auto apply = [this, n](MatrixView<const T> in, MatrixView<T> out) {
        std::copy_n(in.data(), n * in.cols(), out.data());
        detail::on_dense_threads(2 * triangle_flops(n, in.cols()), [&] {
            detail::blas::trmm('L', 'L', 'C', 'N', n, in.cols(), T(1), factor_.data(), n, out.data(), n);
            detail::blas::trmm('L', 'L', 'N', 'N', n, in.cols(), T(1), factor_.data(), n, out.data(), n);
        });
    };
    one_norm_ = detail::one_norm_estimate<T>(n, apply, apply);
}

template <class T>
void DenseCholesky<T>::write_l(MatrixView<T> out) const {
    check_ready("cholesky matrix_l");
    for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t i = 0; i < j; ++i) out(i, j) = T(0);
        for (std::int64_t i = j; i < n_; ++i) out(i, j) = factor_[j * n_ + i];
    }
}

template <class T>
std::vector<std::int64_t> DenseCholesky<T>::permutation() const {
    check_ready("cholesky permutation");
    return detail::identity_permutation(n_);
}

template <class T>
void DenseCholesky<T>::write_product(MatrixView<T> out) const {
    check_ready("cholesky reconstruct");
    if (n_ == 0) return;
    write_l(out);
    detail::on_dense_threads(triangle_flops(n_, n_), [&] {
        detail::blas::trmm('R', 'L', 'C', 'N', n_, n_, T(1), factor_.data(), n_, out.data(), n_);
    });
}

template <class T>
void DenseCholesky<T>::write_inverse(MatrixView<T> out) const {
    check_ready("cholesky inverse");
    if (n_ == 0) return;
    write_l(out);
    detail::on_dense_threads(2 * cholesky_flops(n_), [&] { detail::lapack::potri(n_, out.data(), n_); });
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < j; ++i) out(i, j) = detail::conjugate(out(j, i));
}

#define TAMIS_INSTANTIATE(T) template class DenseCholesky<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
