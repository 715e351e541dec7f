#include "sparse/scatter.hpp"

#include <algorithm>
#include <cstdint>

#include "instantiate.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

namespace {

/// Where the entries with index ≥ `index` begin in a row.
template <class I>
std::int64_t lower_bound(const I* indices, std::int64_t k, std::int64_t stop, std::int64_t index) noexcept {
    if (stop - k > 32)
        return std::lower_bound(indices + k, indices + stop, index,
                                [](I a, std::int64_t b) { return static_cast<std::int64_t>(a) < b; }) -
               indices;
    while (k < stop && static_cast<std::int64_t>(indices[k]) < index) ++k;
    return k;
}

/// Columns [first, first + W) of Y = alpha Aᵀ X + beta Y for the rows [low, high) of Y: every row of A scatters the part of
/// it that falls there.
template <int W, int Step, bool Conjugate, class T, class I>
void scatter_rows(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, std::int64_t low,
                  std::int64_t high, T alpha, T beta) noexcept {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t step = Step == 0 ? Y.col_stride() : Step;
    const std::int64_t row_stride = Y.row_stride();
    const T* x = X.data() + first * X.col_stride();
    T* y = Y.data() + first * Y.col_stride();
    for (std::int64_t j = low; j < high; ++j)
        for (int c = 0; c < W; ++c) scale(y[j * row_stride + c * step], beta);
    const bool everything = low == 0 && high == A.cols();
    const bool plain = alpha == T(1);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        if (!everything) {
            if (k == stop || static_cast<std::int64_t>(indices[stop - 1]) < low) continue;
            k = lower_bound(indices, k, stop, low);
        }
        T scaled[W];
        for (int c = 0; c < W; ++c) {
            const T& xi = x[i * X.row_stride() + c * X.col_stride()];
            scaled[c] = plain ? xi : times(alpha, xi);
        }
        for (; k < stop; ++k) {
            const auto j = static_cast<std::int64_t>(indices[k]);
            if (j >= high) break;
            const T a = maybe_conjugate<Conjugate>(values[k]);
            T* yj = y + j * row_stride;
            for (int c = 0; c < W; ++c) yj[c * step] += times(a, scaled[c]);
        }
    }
}

}  // namespace

template <bool Conjugate, class T, class I>
void scatter(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta) {
    const std::int64_t n = A.cols();
    const int allowed = threads_for((A.nnz() + n) * std::min<std::int64_t>(X.cols(), 8));
    const int parts = static_cast<int>(std::clamp<std::int64_t>(n / 64, 1, allowed));
    for_each_part(parts, [&](int part) {
        const std::int64_t low = n / parts * part + n % parts * part / parts;
        const std::int64_t high = n / parts * (part + 1) + n % parts * (part + 1) / parts;
        for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
            constexpr int W = decltype(width)::value;
            if (Y.col_stride() == 1) scatter_rows<W, 1, Conjugate>(A, X, Y, first, low, high, alpha, beta);
            else scatter_rows<W, 0, Conjugate>(A, X, Y, first, low, high, alpha, beta);
        });
    });
}

#define TAMIS_INSTANTIATE(T, I) \
    template void scatter<false, T, I>(const CsrView<T, I>&, MatrixView<const T>, MatrixView<T>, T, T);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(I)                                                                                               \
    template void scatter<true, std::complex<float>, I>(                                                                   \
        const CsrView<std::complex<float>, I>&, MatrixView<const std::complex<float>>, MatrixView<std::complex<float>>,    \
        std::complex<float>, std::complex<float>);                                                                         \
    template void scatter<true, std::complex<double>, I>(                                                                  \
        const CsrView<std::complex<double>, I>&, MatrixView<const std::complex<double>>, MatrixView<std::complex<double>>, \
        std::complex<double>, std::complex<double>);
TAMIS_INSTANTIATE(std::int32_t)
TAMIS_INSTANTIATE(std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
