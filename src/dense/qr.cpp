#include <tamis/dense/qr.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include <tamis/core/one_norm.hpp>

#include "core/blas.hpp"
#include "core/columns.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/operand.hpp"
#include "dense/rank.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

/// A P = Q Q₂ [T 0; 0 0] Z P₂ᵀ, of which the part beyond Q and R; what is the identity is left empty.
template <class T>
struct DenseQr<T>::Completion {
    std::int64_t rank = 0;
    Array<T> trapezoid;  // r×n, r = min(m, n): T, the vectors of Z beside it, those of Q₂ below; empty: T is R
    Array<T> tau_q;      // of Q₂
    Array<T> tau_z;      // of Z
    std::vector<std::int64_t> columns;  // of A, as P P₂ brings them to positions 0, 1, …; empty: in their order
};

template <class T>
struct DenseQr<T>::Lazy {
    std::once_flag once;
    Completion completion;
};

namespace {

double qr_flops(std::int64_t m, std::int64_t n) {
    const auto most = static_cast<double>(std::max(m, n));
    const auto least = static_cast<double>(std::min(m, n));
    return 2 * least * least * (most - least / 3);
}

double reflect_flops(std::int64_t m, std::int64_t k, std::int64_t columns) {
    return 4.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(columns);
}

}  // namespace

template <class T>
void DenseQr<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseQr<T>::check_square(const char* caller) const {
    check_ready(caller);
    if (m_ != n_) detail::throw_not_square(caller, m_, n_);
}

template <class T>
void DenseQr<T>::compute(const char* caller, MatrixView<const T> A) {
    const std::int64_t m = A.rows();
    const std::int64_t n = A.cols();
    detail::check_lapack_sizes(caller, m, n);
    detail::check_shift(caller, options_.shift);
    if (!(options_.rank_tolerance >= 0 && options_.rank_tolerance <= 1))
        throw InvalidArgument(std::string(caller) + ": .rank_tolerance is " + std::to_string(options_.rank_tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    if (options_.shift != 0 && m != n)
        throw InvalidArgument(std::string(caller) + ": a .shift needs a square matrix, this one has " + std::to_string(m) +
                              " rows and " + std::to_string(n) + " columns");
    const detail::DenseClock clock(std::max(m, n));
    ready_ = false;
    lazy_.reset();
    if (factor_.size() != m * n) factor_ = Array<T>(m * n, uninitialized);
    if (tau_.size() != std::min(m, n)) tau_ = Array<T>(std::min(m, n), uninitialized);
    if (options_.pivoting && pivots_.size() != n) pivots_ = Array<int>(n, uninitialized);
    m_ = m;
    n_ = n;
    one_norm_ = detail::copy_finite(caller, A, factor_.data(), m);
    one_norm_ = detail::add_shift(factor_.data(), std::min(m, n), m, options_.shift, one_norm_, false);
    if (m > 0 && n > 0) {
        detail::on_dense_threads(qr_flops(m, n), [&] {
            if (options_.pivoting) detail::lapack::geqp3(m, n, factor_.data(), m, pivots_.data(), tau_.data());
            else detail::lapack::geqrf(m, n, factor_.data(), m, tau_.data());
        });
    } else {
        std::iota(pivots_.begin(), pivots_.end(), 1);
    }
    seconds_ = clock.seconds();
    lazy_ = std::make_shared<Lazy>();
    ready_ = true;
}

template <class T>
void DenseQr<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != m_ || A.cols() != n_)
        throw DimensionMismatch("qr refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the factored one " + std::to_string(rows()) +
                                    " and " + std::to_string(cols()),
                                A.rows() != m_ ? m_ : n_, A.rows() != m_ ? A.rows() : A.cols());
    compute("qr refactor", A);
}

template <class T>
FactorInfo DenseQr<T>::info() const {
    const std::int64_t entries = m_ * n_;
    return detail::dense_info<T>(Method::qr, options_.pivoting ? "geqp3" : "geqrf", entries, qr_flops(m_, n_),
                                 (entries + least()) * std::int64_t{sizeof(T)} + pivots_.size() * std::int64_t{sizeof(int)},
                                 seconds_);
}

template <class T>
const typename DenseQr<T>::Completion& DenseQr<T>::completion() const {
    std::call_once(lazy_->once, [this] {
        using R = Real<T>;
        Completion& c = lazy_->completion;
        const std::int64_t m = m_, n = n_, r = least();
        const R tolerance = options_.rank_tolerance > 0 ? static_cast<R>(options_.rank_tolerance)
                                                        : static_cast<R>(std::max(m, n)) * epsilon_v<T>;
        if (options_.pivoting) {
            for (std::int64_t k = 0; k < n; ++k) c.columns.push_back(pivots_[k] - 1);
            c.rank = detail::incremental_rank(r, factor_.data(), m, tolerance);
            if (c.rank == n) return;
        } else if (m >= n &&
                   (n == 0 || detail::lapack::trcon('U', n, factor_.data(), m) > std::sqrt(static_cast<R>(n)) * tolerance)) {
            c.rank = n;
            return;
        }
        c.trapezoid = Array<T>(r * n, uninitialized);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < r; ++i) c.trapezoid[j * r + i] = i <= j ? factor_[j * m + i] : T(0);
        if (!options_.pivoting) {
            if (r > 0) {
                Array<int> pivots(n, uninitialized);
                c.tau_q = Array<T>(r, uninitialized);
                detail::on_dense_threads(qr_flops(r, n), [&] {
                    detail::lapack::geqp3(r, n, c.trapezoid.data(), r, pivots.data(), c.tau_q.data());
                });
                for (std::int64_t k = 0; k < n; ++k) c.columns.push_back(pivots[k] - 1);
            }
            c.rank = detail::incremental_rank(r, c.trapezoid.data(), r, tolerance);
        }
        if (c.rank > 0 && c.rank < n) {
            c.tau_z = Array<T>(c.rank, uninitialized);
            // The vectors of Q₂ lie below the diagonal, which tzrzf neither reads nor writes.
            detail::on_dense_threads(reflect_flops(c.rank, c.rank, n - c.rank),
                                     [&] { detail::lapack::tzrzf(c.rank, n, c.trapezoid.data(), r, c.tau_z.data()); });
        }
    });
    return lazy_->completion;
}

template <class T>
std::int64_t DenseQr<T>::rank() const {
    check_ready("qr rank");
    return completion().rank;
}

/// y (m rows in, n out) := P Zᴴ [T⁻¹ 0; 0 0] Q₂ᴴ Qᴴ y.
template <class T>
void DenseQr<T>::solve_plainly(T* y, std::int64_t ldy, std::int64_t k) const {
    const Completion& c = completion();
    const std::int64_t m = m_, n = n_, r = least();
    const T* const triangle = c.trapezoid.empty() ? factor_.data() : c.trapezoid.data();
    const std::int64_t ldt = c.trapezoid.empty() ? m : r;
    detail::on_dense_threads(reflect_flops(std::max(m, n), r, k), [&] {
        if (r > 0) detail::lapack::unmqr(true, m, k, r, factor_.data(), m, tau_.data(), y, ldy);
        if (!c.tau_q.empty()) detail::lapack::unmqr(true, r, k, r, c.trapezoid.data(), r, c.tau_q.data(), y, ldy);
        if (c.rank > 0) detail::blas::trsm('L', 'U', 'N', 'N', c.rank, k, T(1), triangle, ldt, y, ldy);
        for (std::int64_t j = 0; j < k; ++j) std::fill(y + j * ldy + c.rank, y + j * ldy + n, T(0));
        if (!c.tau_z.empty()) detail::lapack::unmrz(true, n, k, c.rank, c.trapezoid.data(), r, c.tau_z.data(), y, ldy);
    });
    if (c.columns.empty()) return;
    Array<T> moved(n, uninitialized);
    for (std::int64_t j = 0; j < k; ++j) {
        T* const column = y + j * ldy;
        for (std::int64_t i = 0; i < n; ++i) moved[c.columns[static_cast<std::size_t>(i)]] = column[i];
        std::copy(moved.begin(), moved.end(), column);
    }
}

/// y (n rows in, m out) := Q Q₂ [T⁻ᴴ 0; 0 0] Z Pᵀ y.
template <class T>
void DenseQr<T>::solve_adjointly(T* y, std::int64_t ldy, std::int64_t k) const {
    const Completion& c = completion();
    const std::int64_t m = m_, n = n_, r = least();
    const T* const triangle = c.trapezoid.empty() ? factor_.data() : c.trapezoid.data();
    const std::int64_t ldt = c.trapezoid.empty() ? m : r;
    if (!c.columns.empty()) {
        Array<T> moved(n, uninitialized);
        for (std::int64_t j = 0; j < k; ++j) {
            T* const column = y + j * ldy;
            for (std::int64_t i = 0; i < n; ++i) moved[i] = column[c.columns[static_cast<std::size_t>(i)]];
            std::copy(moved.begin(), moved.end(), column);
        }
    }
    detail::on_dense_threads(reflect_flops(std::max(m, n), r, k), [&] {
        if (!c.tau_z.empty()) detail::lapack::unmrz(false, n, k, c.rank, c.trapezoid.data(), r, c.tau_z.data(), y, ldy);
        if (c.rank > 0) detail::blas::trsm('L', 'U', 'C', 'N', c.rank, k, T(1), triangle, ldt, y, ldy);
        for (std::int64_t j = 0; j < k; ++j) std::fill(y + j * ldy + c.rank, y + j * ldy + m, T(0));
        if (!c.tau_q.empty()) detail::lapack::unmqr(false, r, k, r, c.trapezoid.data(), r, c.tau_q.data(), y, ldy);
        if (r > 0) detail::lapack::unmqr(false, m, k, r, factor_.data(), m, tau_.data(), y, ldy);
    });
}

template <class T>
void DenseQr<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_ready("qr solve");
    if (form == detail::SolveForm::plain) {
        detail::solve_dense_columns<T>("qr solve", m_, n_, b, x, false,
                                       [this](T* y, std::int64_t ldy, std::int64_t k) { solve_plainly(y, ldy, k); });
    } else {
        const bool conjugated = is_complex_v<T> && form == detail::SolveForm::transposed;
        detail::solve_dense_columns<T>("qr solve", n_, m_, b, x, conjugated,
                                       [this](T* y, std::int64_t ldy, std::int64_t k) { solve_adjointly(y, ldy, k); });
    }
}

template <class T>
void DenseQr<T>::apply_q(bool adjoint, MatrixView<const T> x, MatrixView<T> y) const {
    const char* const caller = adjoint ? "qr multiply_qt" : "qr multiply_q";
    check_ready(caller);
    const std::int64_t m = m_, r = least();
    const std::int64_t rows_in = !adjoint && x.rows() == r ? r : m;
    detail::solve_dense_columns<T>(caller, rows_in, m, x, y, false, [&](T* z, std::int64_t ldz, std::int64_t k) {
        for (std::int64_t j = 0; j < k; ++j) std::fill(z + j * ldz + rows_in, z + j * ldz + m, T(0));
        if (r == 0) return;
        detail::on_dense_threads(reflect_flops(m, r, k),
                                 [&] { detail::lapack::unmqr(adjoint, m, k, r, factor_.data(), m, tau_.data(), z, ldz); });
    });
}

template <class T>
LogDeterminant<T> DenseQr<T>::slogdet() const {
    check_square("qr slogdet");
    std::vector<std::int64_t> p;
    for (const int column : pivots_) p.push_back(column - 1);
    T sign = static_cast<Real<T>>(detail::permutation_sign(p));
    for (std::int64_t k = 0; k < n_; ++k) {
        if (factor_[k * m_ + k] == T(0)) return {T(0), -std::numeric_limits<Real<T>>::infinity()};
        // det(I − τvvᴴ) = −τ/conj(τ) for a unitary reflection, by vᴴv = 2 Re τ / |τ|².
        if (tau_[k] != T(0)) sign *= -(tau_[k] / detail::conjugate(tau_[k]));
    }
    auto det = detail::determinant_of<T>(n_, 1, [this](std::int64_t k) { return factor_[k * m_ + k]; });
    det.sign *= sign;
    det.sign /= std::abs(det.sign);
    return det;
}

template <class T>
Real<T> DenseQr<T>::rcond() const {
    check_square("qr rcond");
    if (n_ == 0) return 1;
    if (rank() < n_) return 0;
    const auto apply = [this](bool plain) {
        return [this, plain](MatrixView<const T> in, MatrixView<T> out) {
            std::copy_n(in.data(), n_ * in.cols(), out.data());
            if (plain) solve_plainly(out.data(), n_, in.cols());
            else solve_adjointly(out.data(), n_, in.cols());
        };
    };
    const Real<T> inverse = detail::one_norm_estimate<T>(n_, apply(true), apply(false));
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    return std::isfinite(inverse) && inverse > 0 ? 1 / inverse / norm : Real<T>(0);
}

template <class T>
std::vector<std::int64_t> DenseQr<T>::permutation() const {
    check_ready("qr permutation");
    auto p = detail::identity_permutation(n_);
    for (std::int64_t k = 0; k < pivots_.size(); ++k) p[static_cast<std::size_t>(k)] = pivots_[k] - 1;
    return p;
}

template <class T>
void DenseQr<T>::write_q(MatrixView<T> out) const {
    check_ready("qr q");
    const std::int64_t m = m_, r = least(), columns = out.cols();
    for (std::int64_t j = 0; j < r; ++j) std::copy_n(factor_.data() + j * m, m, &out(0, 0) + j * m);
    if (columns == 0) return;
    detail::on_dense_threads(reflect_flops(m, r, columns),
                             [&] { detail::lapack::ungqr(m, columns, r, out.data(), m, tau_.data()); });
}

template <class T>
void DenseQr<T>::write_r(MatrixView<T> out) const {
    check_ready("qr r");
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < out.rows(); ++i) out(i, j) = i <= j ? factor_[j * m_ + i] : T(0);
}

template <class T>
void DenseQr<T>::write_product(MatrixView<T> out) const {
    check_ready("qr reconstruct");
    const std::int64_t m = m_, n = n_, r = least();
    if (m == 0 || n == 0) return;
    Array<T> product(m * n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < std::min(r, j + 1); ++i) product[j * m + i] = factor_[j * m + i];
    detail::on_dense_threads(reflect_flops(m, r, n), [&] {
        detail::lapack::unmqr(false, m, n, r, factor_.data(), m, tau_.data(), product.data(), m);
    });
    for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t to = pivots_.empty() ? j : pivots_[j] - 1;
        for (std::int64_t i = 0; i < m; ++i) out(i, to) = product[j * m + i];
    }
}

#define TAMIS_INSTANTIATE(T) template class DenseQr<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
