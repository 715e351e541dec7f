#include <tamis/dense/lu.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/blas.hpp"
#include "core/columns.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double lu_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return 2.0 / 3.0 * order * order * order;
}

/// The rows that the exchanges of getrf bring to positions 0, 1, ….
std::vector<std::int64_t> rows_after(const Array<int>& pivots) {
    auto p = detail::identity_permutation(pivots.size());
    for (std::int64_t k = 0; k < pivots.size(); ++k)
        std::swap(p[static_cast<std::size_t>(k)], p[static_cast<std::size_t>(pivots[k] - 1)]);
    return p;
}

}  // namespace

template <class T>
void DenseLu<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseLu<T>::compute(const char* caller, MatrixView<const T> A) {
    detail::check_square_operand(caller, A);
    detail::check_shift(caller, options_.shift);
    const std::int64_t n = A.rows();
    const detail::DenseClock clock(n);
    ready_ = false;
    if (factor_.size() != n * n) factor_ = Array<T>(n * n, uninitialized);
    if (pivots_.size() != n) pivots_ = Array<int>(n, uninitialized);
    n_ = n;
    one_norm_ = detail::copy_finite(caller, A, factor_.data(), n);
    one_norm_ = detail::add_shift(factor_.data(), n, n, options_.shift, one_norm_, false);
    if (n > 0) {
        std::int64_t failed = 0;
        detail::on_dense_threads(lu_flops(n), [&] { failed = detail::lapack::getrf(n, factor_.data(), n, pivots_.data()); });
        if (failed > 0) detail::throw_singular(caller, rows_after(pivots_)[static_cast<std::size_t>(failed - 1)], false);
    }
    seconds_ = clock.seconds();
    ready_ = true;
}

template <class T>
void DenseLu<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != n_ || A.cols() != n_)
        throw DimensionMismatch("lu refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the factored one " + std::to_string(rows()),
                                n_, A.rows() != n_ ? A.rows() : A.cols());
    compute("lu refactor", A);
}

template <class T>
FactorInfo DenseLu<T>::info() const {
    const std::int64_t entries = n_ * n_;
    return detail::dense_info<T>(Method::lu, "getrf", entries, lu_flops(n_),
                                 entries * std::int64_t{sizeof(T)} + n_ * std::int64_t{sizeof(int)}, seconds_);
}

template <class T>
void DenseLu<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using detail::lapack::Op;
    check_ready("lu solve");
    const std::int64_t n = n_;
    const Op op = form == detail::SolveForm::plain        ? Op::none
                  : form == detail::SolveForm::transposed ? Op::transposed
                                                          : Op::adjoint;
    detail::solve_dense_columns<T>("lu solve", n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
        detail::on_dense_threads(flops, [&] { detail::lapack::getrs(op, n, k, factor_.data(), n, pivots_.data(), y, ldy); });
    });
}

template <class T>
LogDeterminant<T> DenseLu<T>::slogdet() const {
    check_ready("lu slogdet");
    int sign = 1;
    for (std::int64_t k = 0; k < n_; ++k)
        if (pivots_[k] != k + 1) sign = -sign;
    return detail::determinant_of<T>(n_, sign, [this](std::int64_t k) { return factor_[k * n_ + k]; });
}

template <class T>
Real<T> DenseLu<T>::rcond() const {
    check_ready("lu rcond");
    if (n_ == 0) return 1;
    // Where ‖A‖₁ overflows, the largest number in its place gives a bound from above.
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    Real<T> estimate = 0;
    const double flops = 20.0 * static_cast<double>(n_) * static_cast<double>(n_);
    detail::on_dense_threads(flops, [&] { estimate = detail::lapack::gecon(n_, factor_.data(), n_, norm); });
    return estimate;
}

template <class T>
void DenseLu<T>::write_l(MatrixView<T> out) const {
    check_ready("lu matrix_l");
    for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t i = 0; i < j; ++i) out(i, j) = T(0);
        out(j, j) = T(1);
        for (std::int64_t i = j + 1; i < n_; ++i) out(i, j) = factor_[j * n_ + i];
    }
}

template <class T>
void DenseLu<T>::write_u(MatrixView<T> out) const {
    check_ready("lu matrix_u");
    for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t i = 0; i <= j; ++i) out(i, j) = factor_[j * n_ + i];
        for (std::int64_t i = j + 1; i < n_; ++i) out(i, j) = T(0);
    }
}

template <class T>
std::vector<std::int64_t> DenseLu<T>::row_permutation() const {
    check_ready("lu row_permutation");
    return rows_after(pivots_);
}

template <class T>
std::vector<std::int64_t> DenseLu<T>::col_permutation() const {
    check_ready("lu col_permutation");
    return detail::identity_permutation(n_);
}

template <class T>
void DenseLu<T>::write_product(MatrixView<T> out) const {
    check_ready("lu reconstruct");
    if (n_ == 0) return;
    write_u(out);
    detail::on_dense_threads(
        lu_flops(n_), [&] { detail::blas::trmm('L', 'L', 'N', 'U', n_, n_, T(1), factor_.data(), n_, out.data(), n_); });
    for (std::int64_t k = n_ - 1; k >= 0; --k)
        if (const std::int64_t other = pivots_[k] - 1; other != k)
            for (std::int64_t j = 0; j < n_; ++j) std::swap(out(k, j), out(other, j));
}

template <class T>
void DenseLu<T>::write_inverse(MatrixView<T> out) const {
    check_ready("lu inverse");
    if (n_ == 0) return;
    std::copy(factor_.begin(), factor_.end(), out.data());
    detail::on_dense_threads(2 * lu_flops(n_), [&] { detail::lapack::getri(n_, out.data(), n_, pivots_.data()); });
}

#define TAMIS_INSTANTIATE(T) template class DenseLu<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
