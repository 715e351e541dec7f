#include "iterative/amg/smoother.hpp"

#include <algorithm>
#include <cmath>

#include "instantiate.hpp"
#include "iterative/amg/product.hpp"
#include "iterative/amg/spectral_radius.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

// Chebyshev: Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., Algorithm 12.1, on D⁻¹ A; the interval of
// M. Adams, M. Brezina, J. Hu, R. Tuminaro, Parallel multigrid smoothing, J. Comput. Phys. 188, 2003.
// ℓ1 Jacobi and the Gauss–Seidel of several threads: A. Baker, R. Falgout, T. Kolev, U. M. Yang, Multigrid smoothers for
// ultraparallel computing, SIAM J. Sci. Comput. 33, 2011.

namespace {

/// The share of the spectrum of D⁻¹ A, from above, that smoothing is for: coarse levels reduce the rest.
template <class R>
constexpr R smoothed_share = R(8);

}  // namespace

template <class T, class I>
Smoother<T, I>::Smoother(CsrView<T, I> A, bool hermitian, AmgSmoother kind, int sweeps)
    : kind_(kind),
      sweeps_(sweeps),
      inverse_(A.rows(), uninitialized) {
    using R = Real<T>;
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    for_each_row(A.rows(), A.nnz(), [&](std::int64_t i) {
        T diagonal = 0;
        R others = 0;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            if (indices[k] == i) diagonal = values[k];
            else others += std::abs(values[k]);
        }
        if (kind == AmgSmoother::l1_jacobi) diagonal *= R(1) + others / std::abs(diagonal);
        inverse_[i] = T(1) / diagonal;
    });
    if (kind == AmgSmoother::chebyshev) largest_ = spectral_radius<T, I>(A, hermitian, inverse_.data());
}

/// Steps for A x = b from r = b − A x (from_zero: x = 0 is not read). scratch: d and A d. On return r is the residual if it
/// is needed.
template <class T, class I>
void Smoother<T, I>::chebyshev(CsrView<T, I> A, T* x, T* r, T* scratch, bool from_zero, bool need_residual) const {
    using R = Real<T>;
    const std::int64_t n = A.rows();
    const T* inverse = inverse_.data();
    T* d = scratch;
    T* Ad = scratch + n;
    const R highest = R(1.05) * largest_;
    const R lowest = highest / smoothed_share<R>;
    const R theta = (highest + lowest) / 2;
    const R delta = (highest - lowest) / 2;
    const R sigma = theta / delta;
    R rho = 1 / sigma;
    for_each_row(n, n, [&](std::int64_t i) {
        d[i] = times(inverse[i], r[i]) / theta;
        x[i] = from_zero ? d[i] : x[i] + d[i];
    });
    for (int k = 1; k < sweeps_; ++k) {
        product<T, I>(A, d, Ad);
        const R next = 1 / (2 * sigma - rho);
        const R keep = next * rho;
        const R step = 2 * next / delta;
        rho = next;
        for_each_row(n, n, [&](std::int64_t i) {
            r[i] -= Ad[i];
            d[i] = keep * d[i] + step * times(inverse[i], r[i]);
            x[i] += d[i];
        });
    }
    if (need_residual) product<T, I>(A, d, r, T(-1), T(1));
}

/// r = b − A x at the beginning, unless x is 0, and not on return.
template <class T, class I>
void Smoother<T, I>::l1_jacobi(CsrView<T, I> A, const T* b, T* x, T* r, bool from_zero) const {
    const std::int64_t n = A.rows();
    const T* inverse = inverse_.data();
    for (int k = 0; k < sweeps_; ++k) {
        if (from_zero && k == 0) {
            for_each_row(n, n, [&](std::int64_t i) { x[i] = times(inverse[i], b[i]); });
            continue;
        }
        if (k > 0) {
            std::copy(b, b + n, r);
            product<T, I>(A, x, r, T(-1), T(1));
        }
        for_each_row(n, n, [&](std::int64_t i) { x[i] += times(inverse[i], r[i]); });
    }
}

/// A sweep over each part's rows; entries of other parts are taken from `old`, a copy of x, and their moduli are added to
/// the diagonal, as in ℓ1 Jacobi.
template <class T, class I>
void Smoother<T, I>::gauss_seidel(CsrView<T, I> A, const T* b, T* x, T* old, bool forward) const {
    using R = Real<T>;
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const int parts = threads_for(A.nnz());
    if (parts > 1) for_each_row(A.rows(), A.rows(), [&](std::int64_t i) { old[i] = x[i]; });
    for_each_part(parts, [&](int part) {
        const std::int64_t begin = first_row(A, part, parts);
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t step = 0; step < end - begin; ++step) {
            const std::int64_t i = forward ? begin + step : end - 1 - step;
            const std::int64_t first = offsets[i];
            const std::int64_t stop = offsets[i + 1];
            T sum = b[i];
            if (indices[first] >= begin && indices[stop - 1] < end) {
                for (std::int64_t k = first; k < stop; ++k) sum -= times(values[k], x[indices[k]]);
                x[i] += times(inverse_[i], sum);
                continue;
            }
            R others = 0;
            for (std::int64_t k = first; k < stop; ++k) {
                const bool own = indices[k] >= begin && indices[k] < end;
                sum -= times(values[k], own ? x[indices[k]] : old[indices[k]]);
                if (!own) others += std::abs(values[k]);
            }
            x[i] += times(inverse_[i], sum) / (R(1) + others * std::abs(inverse_[i]));
        }
    });
}

template <class T, class I>
void Smoother<T, I>::before(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const {
    const std::int64_t n = A.rows();
    if (kind_ == AmgSmoother::chebyshev) {
        for_each_row(n, n, [&](std::int64_t i) { r[i] = b[i]; });
        return chebyshev(A, x, r, scratch, true, true);
    }
    if (kind_ == AmgSmoother::l1_jacobi) {
        l1_jacobi(A, b, x, r, true);
    } else {
        std::fill(x, x + n, T(0));
        for (int k = 0; k < sweeps_; ++k) gauss_seidel(A, b, x, scratch, true);
    }
    for_each_row(n, n, [&](std::int64_t i) { r[i] = b[i]; });
    product<T, I>(A, x, r, T(-1), T(1));
}

template <class T, class I>
void Smoother<T, I>::after(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const {
    const std::int64_t n = A.rows();
    if (kind_ == AmgSmoother::gauss_seidel) {
        for (int k = 0; k < sweeps_; ++k) gauss_seidel(A, b, x, scratch, false);
        return;
    }
    for_each_row(n, n, [&](std::int64_t i) { r[i] = b[i]; });
    product<T, I>(A, x, r, T(-1), T(1));
    if (kind_ == AmgSmoother::chebyshev) chebyshev(A, x, r, scratch, false, false);
    else l1_jacobi(A, b, x, r, false);
}

#define TAMIS_INSTANTIATE(T, I) template class Smoother<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
