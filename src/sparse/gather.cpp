#include "sparse/gather.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#include "instantiate.hpp"
#include "sparse/gather_ways.hpp"
#include "sparse/packed_panel.hpp"
#include "sparse/parts.hpp"
#include "sparse/row_cuts.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

namespace {

/// The rows and chunks between two cuts; the chunks' sums go to the slots of their rows.
template <class Way, class T, class I>
void run_part(const CsrView<T, I>& A, const Way& way, const RowCuts& cuts, int part, T (*partial)[row_chunks][Way::W]) {
    const I* offsets = A.row_offsets().data();
    const auto chunks = [&](std::int64_t row, int first, int last) {
        const auto begin = static_cast<std::int64_t>(offsets[row]);
        const auto end = static_cast<std::int64_t>(offsets[row + 1]);
        for (int c = first; c < last; ++c)
            way.sum(chunk_start(begin, end, c), chunk_start(begin, end, c + 1), partial[cuts.slot(row)][c]);
    };
    RowCut from = cuts[part];
    const RowCut to = cuts[part + 1];
    if (from.chunk > 0) {
        chunks(from.row, from.chunk, from.row == to.row ? to.chunk : row_chunks);
        if (from.row == to.row) return;
        ++from.row;
    }
    if (from.row < to.row) way.rows(from.row, to.row);
    if (to.chunk > 0) chunks(to.row, 0, to.chunk);
}

/// All rows, on as many threads as there are parts.
template <class Way, class T, class I>
void run(const CsrView<T, I>& A, int parts, const Way& way) {
    if (parts == 1) return way.rows(0, A.rows());
    const RowCuts cuts(A, parts);
    T partial[RowCuts::max_shared][row_chunks][Way::W];
    for_each_part(cuts.parts(), [&](int part) { run_part(A, way, cuts, part, partial); });
    for (int s = 0; s < cuts.shared(); ++s) {
        T sums[Way::W] = {};
        for (int c = 0; c < row_chunks; ++c)
            for (int w = 0; w < Way::W; ++w) sums[w] += partial[s][c][w];
        way.finish(cuts.shared_row(s), sums);
    }
}

/// Whether it was done: W columns of X that are not contiguous by rows, copied so first. Not where that is not worth it, nor
/// where there is no memory for the copy.
template <int W, bool Conjugate, class T, class I>
bool packed(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, const Update<T>& update,
            int parts) {
    if (!worth_packing(A, W, A.cols())) return false;
    try {
        const MatrixView<const T> panel(X.data() + first * X.col_stride(), X.rows(), W, X.row_stride(), X.col_stride());
        const MatrixView<T> sums(Y.data() + first * Y.col_stride(), Y.rows(), W, Y.row_stride(), Y.col_stride());
        const PackingPlan plan = plan_packing(A, W);
        if (plan.whole) {
            const Array<T> rows = pack_rows<W>(panel, parts);
            const MatrixView<const T> by_rows(rows.data(), X.rows(), W, W, 1);
            run(A, parts, BlockSums<W, Conjugate, T, I>(A, by_rows, sums, 0, update));
        } else {
            run(A, parts, PackedBlock<W, Conjugate, T, I>(A, panel, sums, update, plan.window, parts));
        }
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

}  // namespace

template <bool Conjugate, class T, class I>
void gather(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, int most_threads) {
    const Update<T> update(alpha, beta);
    const int parts = std::min(most_threads, threads_for((A.nnz() + A.rows()) * std::min<std::int64_t>(X.cols(), 8)));
    for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
        constexpr int W = decltype(width)::value;
        if constexpr (W == 1) {
            if (X.row_stride() == 1) return run(A, parts, ColumnSums<Conjugate, T, I>(A, X, Y, first, update));
        } else {
            if (X.col_stride() == 1) return run(A, parts, BlockSums<W, Conjugate, T, I>(A, X, Y, first, update));
        }
        if constexpr (W >= 4) {
            if (packed<W, Conjugate>(A, X, Y, first, update, parts)) return;
        }
        run(A, parts, StridedSums<W, Conjugate, T, I>(A, X, Y, first, update));
    });
}

#define TAMIS_INSTANTIATE(T, I) \
    template void gather<false, T, I>(const CsrView<T, I>&, MatrixView<const T>, MatrixView<T>, T, T, int);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I) \
    template void gather<true, T, I>(const CsrView<T, I>&, MatrixView<const T>, MatrixView<T>, T, T, int);
TAMIS_FOR_EACH_COMPLEX_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
