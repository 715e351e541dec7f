#include "solve/banded.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/backend_threads.hpp"
#include "core/columns.hpp"
#include "core/memory.hpp"
#include "dense/lapack.hpp"
#include "instantiate.hpp"
#include "solve/input.hpp"
#include "solve/residual.hpp"
#include "solve/shifted.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

template <class T, class I>
Bandwidths bandwidths(CsrView<T, I> A) {
    Bandwidths width;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, value] : A.row(i)) {
            if (value == T(0)) continue;
            width.lower = std::max<std::int64_t>(width.lower, i - j);
            width.upper = std::max<std::int64_t>(width.upper, j - i);
        }
    return width;
}

template <class T, class I>
double banded_bytes(std::int64_t n, Bandwidths width, std::int64_t nnz, bool definite) {
    const auto entries = definite ? static_cast<double>(width.lower) + 1
                                  : 2 * static_cast<double>(width.lower) + static_cast<double>(width.upper) + 1;
    return static_cast<double>(n) * (entries * sizeof(T) + (definite ? 0 : sizeof(int)) + sizeof(I)) +
           static_cast<double>(nnz) * sizeof(I);
}

template <class T, class I>
BandedFactorization<T, I>::BandedFactorization(CsrView<T, I> A, bool definite, const FactorOptions& options)
    : n_(A.rows()),
      kind_(definite ? BandKind::definite : BandKind::general),
      options_(options) {
    const char* const caller = "banded";
    check_factor_options(caller, options);
    if (A.rows() != A.cols())
        throw DimensionMismatch("banded: the matrix must be square, but has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns; use qr or least_squares for a rectangle",
                                A.rows(), A.cols());
    const Stopwatch watch;
    const ShiftedRows<T, I> shifted(A, options.shift);
    const auto S = shifted.view();
    width_ = bandwidths(S);
    if (width_.lower <= 1 && width_.upper <= 1 && n_ > 1)
        kind_ = definite ? BandKind::definite_tridiagonal : BandKind::tridiagonal;
    require_memory(caller, banded_bytes<T, I>(n_, width_, S.nnz(), definite), options.memory_limit);
    check_stop(caller, "numeric factorization", options.stop);
    offsets_ = Array<I>(S.row_offsets());
    indices_ = Array<I>(S.col_indices());
    info_.method = Method::banded;
    info_.backend = kind_ == BandKind::general       ? "LAPACK gbtrf"
                    : kind_ == BandKind::definite    ? "LAPACK pbtrf"
                    : kind_ == BandKind::tridiagonal ? "LAPACK gttrf"
                                                     : "LAPACK pttrf";
    info_.ordering = Ordering::natural;
    info_.precision = std::string(scalar_name<T>());
    const auto n = static_cast<double>(n_);
    const auto kl = static_cast<double>(width_.lower);
    const auto reach = static_cast<double>(width_.lower + width_.upper);
    leading_ = definite ? width_.lower + 1 : 2 * width_.lower + width_.upper + 1;
    info_.factor_nonzeros = n_ * leading_;
    const std::int64_t read = definite ? (S.nnz() + n_) / 2 : S.nnz();
    info_.fill = read > 0 ? static_cast<double>(info_.factor_nonzeros) / static_cast<double>(read) : 0;
    info_.flops = definite ? n * (kl + 1) * (kl + 1) : n * (kl + 2 * kl * reach);
    info_.bytes = static_cast<std::int64_t>(banded_bytes<T, I>(n_, width_, S.nnz(), definite));
    info_.seconds.analyze = watch.seconds();
    compute(caller, S);
}

template <class T, class I>
void BandedFactorization<T, I>::refactor_rows(CsrView<T, I> A) {
    const char* const caller = "banded refactor";
    const ShiftedRows<T, I> shifted(A, A.rows() == A.cols() ? options_.shift : 0);
    check_same_pattern<T, I>(caller, shifted.view(), n_, std::as_const(offsets_).span(), std::as_const(indices_).span());
    ready_ = false;
    check_stop(caller, "numeric factorization", options_.stop);
    compute(caller, shifted.view());
}

/// The band of A in LAPACK's layout.
template <class T, class I>
void BandedFactorization<T, I>::fill(const char* caller, CsrView<T, I> A) {
    band_ = Array<T>();
    if (tridiagonal()) {
        band_ = Array<T>(definite() ? n_ : 4 * n_);
        if (definite()) diagonal_ = Array<Real<T>>(n_);
    } else {
        band_ = Array<T>(n_ * leading_);
    }
    const std::int64_t top = width_.lower + width_.upper;
    for (std::int64_t i = 0; i < n_; ++i) {
        for (const auto [j, value] : A.row(i)) {
            if (value == T(0)) continue;
            if (i - j > width_.lower || j - i > width_.upper)
                throw InvalidArgument(std::string(caller) + ": the nonzero in row " + std::to_string(i) + ", column " +
                                      std::to_string(j) + " lies outside the band that was analysed; factor anew");
            switch (kind_) {
                case BandKind::general: band_[top + i - j + j * leading_] = value; break;
                case BandKind::definite:
                    if (i >= j) band_[i - j + j * leading_] = value;
                    break;
                case BandKind::tridiagonal: (j < i ? lower() + j : j == i ? middle() + i : upper() + i)[0] = value; break;
                case BandKind::definite_tridiagonal:
                    if (i == j) diagonal_[i] = real_part(value);
                    else if (j < i) band_[j] = value;
                    break;
            }
        }
    }
}

template <class T, class I>
void BandedFactorization<T, I>::compute(const char* caller, CsrView<T, I> A) {
    const Stopwatch watch;
    check_finite<T, I>(caller, A);
    if (definite()) check_hermitian<T, I>(caller, A);
    one_norm_ = matrix_norms<T, I>(A).one;
    fill(caller, A);
    std::int64_t failed = 0;
    if (n_ > 0 && !definite()) pivots_ = Array<int>(n_);
    on_backend_threads(info_.flops, [&] {
        if (n_ == 0) return;
        switch (kind_) {
            case BandKind::general:
                failed = lapack::gbtrf<T>(n_, width_.lower, width_.upper, band_.data(), leading_, pivots_.data());
                break;
            case BandKind::definite: failed = lapack::pbtrf<T>(n_, width_.lower, band_.data(), leading_); break;
            case BandKind::tridiagonal:
                failed = lapack::gttrf<T>(n_, lower(), middle(), upper(), second(), pivots_.data());
                break;
            case BandKind::definite_tridiagonal: failed = lapack::pttrf<T>(n_, diagonal_.data(), band_.data()); break;
        }
    });
    if (failed > 0 && definite())
        throw NotPositiveDefinite(std::string(caller) + ": the matrix is not positive definite: the pivot of column " +
                                      std::to_string(failed - 1) + " is not positive; use lu, or a shift",
                                  failed - 1);
    if (failed > 0) {
        // The caller's row that the interchanges up to this column brought here.
        std::vector<std::int64_t> row(static_cast<std::size_t>(n_));
        std::iota(row.begin(), row.end(), std::int64_t{0});
        for (std::int64_t k = 0; k < failed; ++k)
            std::swap(row[static_cast<std::size_t>(k)], row[static_cast<std::size_t>(pivot_row(k))]);
        const std::int64_t index = row[static_cast<std::size_t>(failed - 1)];
        throw SingularMatrix(std::string(caller) + ": the matrix is singular: no nonzero pivot is left for row " +
                                 std::to_string(index) + "; use least_squares for a solution of minimum norm",
                             index, false);
    }
    ready_ = true;
    info_.seconds.factor = watch.seconds();
}

template <class T, class I>
void BandedFactorization<T, I>::check_ready(const char* caller) const {
    // One that was moved from has lost its band.
    if (!ready_ || (n_ > 0 && band_.empty())) throw_not_ready(caller);
}

template <class T, class I>
void BandedFactorization<T, I>::solve_block(SolveForm form, T* b, std::int64_t k) const {
    const auto op = form == SolveForm::plain     ? lapack::Op::none
                    : form == SolveForm::adjoint ? lapack::Op::adjoint
                                                 : lapack::Op::transposed;
    const T* const ab = band_.data();
    switch (kind_) {
        case BandKind::general:
            lapack::gbtrs<T>(op, n_, width_.lower, width_.upper, k, ab, leading_, pivots_.data(), b);
            break;
        case BandKind::definite: lapack::pbtrs<T>(n_, width_.lower, k, ab, leading_, b); break;
        case BandKind::tridiagonal:
            lapack::gttrs<T>(op, n_, k, ab, ab + n_, ab + 2 * n_, ab + 3 * n_, pivots_.data(), b);
            break;
        case BandKind::definite_tridiagonal: lapack::pttrs<T>(n_, k, diagonal_.data(), ab, b); break;
    }
}

template <class T, class I>
void BandedFactorization<T, I>::solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_ready("banded solve");
    // A definite A is Hermitian: Aᵀ = conj(A).
    const bool conjugated = definite() && form == SolveForm::transposed && is_complex_v<T>;
    on_backend_threads(0, [&] {
        solve_columns<T>("banded solve", n_, b, x, conjugated,
                         [&](T* block, std::int64_t k) { solve_block(form, block, k); });
    });
}

template <class T, class I>
T BandedFactorization<T, I>::u(std::int64_t i, std::int64_t j) const noexcept {
    if (kind_ == BandKind::general) return band_[width_.lower + width_.upper + i - j + j * leading_];
    return band_[(1 + j - i) * n_ + i];
}

template <class T, class I>
T BandedFactorization<T, I>::multiplier(std::int64_t i, std::int64_t k) const noexcept {
    if (kind_ == BandKind::general) return band_[width_.lower + width_.upper + i - k + k * leading_];
    return band_[k];
}

template <class T, class I>
std::int64_t BandedFactorization<T, I>::pivot_row(std::int64_t k) const noexcept {
    return pivots_[k] - 1;
}

template <class T, class I>
LogDeterminant<T> BandedFactorization<T, I>::slogdet() const {
    check_ready("banded slogdet");
    if (n_ == 0) return {T(1), 0};
    if (kind_ == BandKind::definite_tridiagonal)
        return {T(1), determinant_of<Real<T>>(n_, 1, [this](auto k) { return diagonal_[k]; }).logabs};
    if (kind_ == BandKind::definite)
        return {T(1), 2 * determinant_of<Real<T>>(n_, 1, [this](auto k) { return real_part(band_[k * leading_]); }).logabs};
    int sign = 1;
    for (std::int64_t k = 0; k < n_; ++k)
        if (pivot_row(k) != k) sign = -sign;
    return determinant_of<T>(n_, sign, [this](auto k) { return u(k, k); });
}

template <class T, class I>
Real<T> BandedFactorization<T, I>::rcond() const {
    check_ready("banded rcond");
    if (n_ == 0) return std::numeric_limits<Real<T>>::infinity();
    const double inverse = static_cast<double>(one_norm_estimate<T>(
        n_, [this](auto in, auto out) { solve_form(SolveForm::plain, in, out); },
        [this](auto in, auto out) { solve_form(SolveForm::adjoint, in, out); }));
    return static_cast<Real<T>>(1 / one_norm_ / inverse);
}

/// Column j of the product of the factors in window[i − first]; rows from `first` on, zero before.
template <class T, class I>
void BandedFactorization<T, I>::reconstruct_column(std::int64_t j, T* window, std::int64_t first) const {
    const std::int64_t kl = width_.lower;
    if (kind_ == BandKind::definite) {  // Σ_k l_ik conj(l_jk)
        for (std::int64_t k = std::max<std::int64_t>(0, j - kl); k <= j; ++k)
            for (std::int64_t i = std::max(k, first); i < std::min(n_, k + kl + 1); ++i)
                window[i - first] += band_[i - k + k * leading_] * conjugate(band_[j - k + k * leading_]);
        return;
    }
    if (kind_ == BandKind::definite_tridiagonal) {  // L D Lᴴ
        window[j - first] += diagonal_[j];
        if (j + 1 < n_) window[j + 1 - first] += band_[j] * diagonal_[j];
        if (j > 0) {
            window[j - first] += band_[j - 1] * conjugate(band_[j - 1]) * diagonal_[j - 1];
            window[j - 1 - first] += diagonal_[j - 1] * conjugate(band_[j - 1]);
        }
        return;
    }
    // P₀ L₀ P₁ L₁ … U(:, j), innermost first.
    const std::int64_t reach = tridiagonal() ? 2 : kl + width_.upper;
    const std::int64_t below = tridiagonal() ? 1 : kl;
    for (std::int64_t i = std::max(first, j - reach); i <= j; ++i) window[i - first] = u(i, j);
    for (std::int64_t k = j; k >= first; --k) {
        for (std::int64_t i = k + 1; i < std::min(n_, k + below + 1); ++i)
            window[i - first] += multiplier(i, k) * window[k - first];
        std::swap(window[k - first], window[pivot_row(k) - first]);
    }
}

template <class T, class I>
Csr<T, I> BandedFactorization<T, I>::reconstruct() const {
    check_ready("banded reconstruct");
    const std::int64_t reach = std::max<std::int64_t>(width_.lower + width_.upper, 2);
    std::vector<T> window;
    std::vector<I> offsets{I(0)};
    std::vector<I> indices;
    std::vector<T> values;
    for (std::int64_t j = 0; j < n_; ++j) {
        const std::int64_t first = std::max<std::int64_t>(0, j - reach);
        const std::int64_t last = std::min(n_, j + std::max<std::int64_t>(width_.lower, 1) + 1);
        window.assign(static_cast<std::size_t>(last - first), T(0));
        reconstruct_column(j, window.data(), first);
        const std::int64_t upper = definite() ? width_.lower : width_.upper;
        for (std::int64_t i = std::max(first, j - upper); i < std::min(last, j + width_.lower + 1); ++i) {
            indices.push_back(static_cast<I>(i));
            values.push_back(window[static_cast<std::size_t>(i - first)]);
        }
        if (std::ssize(values) > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
            throw IndexOverflow("banded reconstruct: the band has too many entries for 32-bit indices; use int64 indices");
        offsets.push_back(static_cast<I>(std::ssize(values)));
    }
    const Csr<T, I> columns(unchecked, n_, n_, Array<I>(std::move(offsets)), Array<I>(std::move(indices)),
                            Array<T>(std::move(values)));
    return transpose(columns.view());
}

#define TAMIS_INSTANTIATE(T, I)                                                       \
    template Bandwidths bandwidths(CsrView<T, I>);                                    \
    template double banded_bytes<T, I>(std::int64_t, Bandwidths, std::int64_t, bool); \
    template class BandedFactorization<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
