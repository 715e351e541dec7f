// The entries of U Vᴴ on a pattern (a sampled dense-dense product), and U Vᴴ itself through BLAS.
#include <tamis/adjoint/outer_product.hpp>

#include <algorithm>

#include <tamis/core/array.hpp>

#include "adjoint/contiguous.hpp"
#include "core/backend_threads.hpp"
#include "core/blas.hpp"
#include "instantiate.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::derivatives::detail {

namespace {

/// Columns that are summed in one pass over the pattern: a cache line of doubles from each row.
constexpr std::int64_t columns_at_once = 8;

/// Rows of w numbers that lie side by side.
template <class T>
struct Rows {
    const T* data;
    std::int64_t stride;
    const T* operator[](std::int64_t i) const noexcept { return data + i * stride; }
};

/// Columns [first, first + w) of M as rows: M's own memory where that has them, otherwise copied.
template <class T>
Rows<T> as_rows(MatrixView<const T> M, std::int64_t first, std::int64_t w, Array<T>& copy) {
    if (w == 1 || M.col_stride() == 1) return {M.data() + first * M.col_stride(), M.row_stride()};
    if (copy.empty()) copy = Array<T>(M.rows() * columns_at_once, uninitialized);
    T* const to = copy.data();
    tamis::detail::for_each_row(M.rows(), M.rows() * w, [&](std::int64_t i) {
        for (std::int64_t c = 0; c < w; ++c) to[i * w + c] = M(i, first + c);
    });
    return {to, w};
}

template <bool Hermitian, class T, class I>
void sample(CsrView<T, I> major, bool by_columns, Real<T> alpha, std::int64_t w, Rows<T> U, Rows<T> V, bool adds,
            T* values) {
    using tamis::detail::conjugate;
    using tamis::detail::times;
    const I* const offsets = major.row_offsets().data();
    const I* const indices = major.col_indices().data();
    const int parts = tamis::detail::threads_for(major.nnz() * w);
    tamis::detail::for_each_part(parts, [&](int part) {
        const std::int64_t last = tamis::detail::first_row(major, part + 1, parts);
        for (std::int64_t m = tamis::detail::first_row(major, part, parts); m < last; ++m) {
            const T* const um = U[m];
            const T* const vm = V[m];
            const auto end = static_cast<std::int64_t>(offsets[m + 1]);
            for (auto q = static_cast<std::int64_t>(offsets[m]); q < end; ++q) {
                const auto j = static_cast<std::int64_t>(indices[q]);
                const T* const vj = V[j];
                T sum(0);
                for (std::int64_t c = 0; c < w; ++c) {
                    // Both products of a pair are added to each other first, so that (i, j) and (j, i) are conjugate
                    // exactly.
                    T term = times(um[c], conjugate(vj[c]));
                    if constexpr (Hermitian) term += times(vm[c], conjugate(U[j][c]));
                    sum += term;
                }
                sum = (by_columns ? conjugate(sum) : sum) * alpha;
                values[q] = adds ? values[q] + sum : sum;
            }
        }
    });
}

}  // namespace

template <class T, class I>
void outer_on_pattern(CsrView<T, I> major, bool row_major, bool hermitian, Real<T> alpha, MatrixView<const T> U,
                      MatrixView<const T> V, Write write, T* values) {
    if (U.cols() == 0 && write == Write::replaces) std::fill_n(values, major.nnz(), T(0));
    // The entry (j, m) of U Vᴴ, where a line m is a column, is the conjugate of the entry (m, j) of V Uᴴ.
    if (!row_major) std::swap(U, V);
    Array<T> u_copy;
    Array<T> v_copy;
    for (std::int64_t first = 0; first < U.cols(); first += columns_at_once) {
        const auto w = std::min(columns_at_once, U.cols() - first);
        const auto u = as_rows(U, first, w, u_copy);
        const auto v = as_rows(V, first, w, v_copy);
        const bool adds = first > 0 || write == Write::adds;
        if (hermitian) sample<true>(major, !row_major, alpha / 2, w, u, v, adds, values);
        else sample<false>(major, !row_major, alpha, w, u, v, adds, values);
    }
}

template <class T>
void outer_product(bool hermitian, T alpha, MatrixView<const T> U, MatrixView<const T> V, Write write, MatrixView<T> M) {
    const auto m = U.rows();
    const auto n = V.rows();
    if (m == 0 || n == 0) return;
    const Contiguous<T> u(U);
    const Contiguous<T> v(V);
    const T beta = write == Write::adds ? T(1) : T(0);
    if (write == Write::replaces) std::fill_n(M.data(), m * n, T(0));
    if (U.cols() > 0) {
        const double flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(U.cols());
        tamis::detail::on_backend_threads(flops, [&] {
            tamis::detail::blas::gemm('N', 'C', m, n, U.cols(), alpha, u.data(), u.ld(), v.data(), v.ld(), beta, M.data(),
                                      m);
        });
    }
    if (hermitian) make_hermitian(M);
}

template <class T>
void make_hermitian(MatrixView<T> M) {
    constexpr std::int64_t tile = 32;
    const auto n = M.rows();
    for (std::int64_t j0 = 0; j0 < n; j0 += tile) {
        for (std::int64_t i0 = j0; i0 < n; i0 += tile) {
            for (std::int64_t j = j0; j < std::min(n, j0 + tile); ++j) {
                for (std::int64_t i = std::max(i0, j); i < std::min(n, i0 + tile); ++i) {
                    const T mean = (M(i, j) + tamis::detail::conjugate(M(j, i))) / Real<T>(2);
                    M(i, j) = mean;
                    M(j, i) = tamis::detail::conjugate(mean);
                }
            }
        }
    }
}

#define TAMIS_INSTANTIATE(T)                     \
    template void make_hermitian(MatrixView<T>); \
    template void outer_product(bool, T, MatrixView<const T>, MatrixView<const T>, Write, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

#define TAMIS_INSTANTIATE(T, I) \
    template void outer_on_pattern(CsrView<T, I>, bool, bool, Real<T>, MatrixView<const T>, MatrixView<const T>, Write, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
