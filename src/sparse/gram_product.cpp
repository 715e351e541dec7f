#include "sparse/gram_product.hpp"

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/csr_block.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Four columns of X and Y, from `first` on; columns behind the last of X are zeros.
template <class T, class I>
void gram_panel(const CsrView<T, I>& A, const MatrixView<const T>& X, const MatrixView<T>& Y, std::int64_t first) {
    constexpr int W = 4;
    const std::int64_t n = A.cols(), count = std::min<std::int64_t>(W, X.cols() - first);
    int parts = threads_for(2 * W * A.nnz());
    parts = static_cast<int>(std::min<std::int64_t>(parts, 1 + A.nnz() / std::max<std::int64_t>(n, 1)));
    Array<T> x(n * W, uninitialized), sums(n * W * parts, uninitialized);
    for_each_row(n, n * W, [&](std::int64_t j) {
        for (int w = 0; w < W; ++w) x[j * W + w] = w < count ? X(j, first + w) : T(0);
    });
    for_each_part(parts, [&](int part) {
        T* const own = sums.data() + part * n * W;
        std::fill_n(own, n * W, T(0));
        kernels<CsrBlockKernels<T, I>>().gram_rows(A.row_offsets().data(), A.col_indices().data(), A.values().data(),
                                                   x.data(), first_row(A, part, parts), first_row(A, part + 1, parts), own);
    });
    for_each_part(parts, [&](int part) {
        for (std::int64_t j = even_cut(n, part, parts); j < even_cut(n, part + 1, parts); ++j)
            for (int w = 0; w < count; ++w) {
                T sum = sums[j * W + w];
                for (int other = 1; other < parts; ++other) sum += sums[(other * n + j) * W + w];
                Y(j, first + w) = sum;
            }
    });
}

}  // namespace

template <class T, class I>
void gram_product(CsrView<T, I> A, MatrixView<const T> X, MatrixView<T> Y) {
    for (std::int64_t first = 0; first < X.cols(); first += 4) gram_panel(A, X, Y, first);
}

#define TAMIS_INSTANTIATE(T, I) template void gram_product<T, I>(CsrView<T, I>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
