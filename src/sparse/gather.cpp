#include "sparse/gather.hpp"

#include <algorithm>
#include <cstdint>

#include "instantiate.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/csr_block.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"
#include "sparse/row_cuts.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

namespace {

// Each way to the sums of rows is a class with
//
//     W                            columns that it takes at once
//     rows(begin, end)             these rows of Y
//     sum(begin, end, sums)        the W sums of these entries, a part of a row
//     finish(i, sums)              row i of Y from its W sums

/// One column of X that is contiguous, by the kernels for this processor.
template <bool Conjugate, class T, class I>
class Column {
  public:
    static constexpr int W = 1;
    Column(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t column, const Update<T>& update)
        : offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          x_(X.data() + column * X.col_stride()),
          y_(Y.data() + column * Y.col_stride()),
          stride_(Y.row_stride()),
          update_(update),
          kernels_(kernels<CsrKernels<T, I>>()) {}
    void rows(std::int64_t begin, std::int64_t end) const noexcept {
        const auto row_sums = kernels_.row_sums[Conjugate];
        if (update_.plain && update_.overwrite && stride_ == 1) {
            row_sums(offsets_, indices_, values_, x_, begin, end, y_ + begin);
            return;
        }
        constexpr std::int64_t tile = 256;
        T sums[tile];
        for (std::int64_t i = begin; i < end; i += tile) {
            const std::int64_t stop = std::min(end, i + tile);
            row_sums(offsets_, indices_, values_, x_, i, stop, sums);
            for (std::int64_t r = i; r < stop; ++r) update_(y_[r * stride_], sums[r - i]);
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept {
        kernels_.range_sum[Conjugate](indices_, values_, x_, begin, end, sums);
    }
    void finish(std::int64_t i, const T* sums) const noexcept { update_(y_[i * stride_], sums[0]); }

  private:
    const I* offsets_;
    const I* indices_;
    const T* values_;
    const T* x_;
    T* y_;
    std::int64_t stride_;
    const Update<T>& update_;
    const CsrKernels<T, I>& kernels_;
};

/// W columns of X whose rows are contiguous, by the kernels for this processor.
template <int Width, bool Conjugate, class T, class I>
class Block {
  public:
    static constexpr int W = Width;
    static constexpr int width_index = W == 2 ? 0 : W == 4 ? 1 : 2;
    Block(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, const Update<T>& update)
        : offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          x_(X.data() + first * X.col_stride()),
          x_row_(X.row_stride()),
          y_(Y.data() + first * Y.col_stride()),
          y_row_(Y.row_stride()),
          y_col_(Y.col_stride()),
          update_(update),
          kernels_(kernels<CsrBlockKernels<T, I>>()) {}
    void rows(std::int64_t begin, std::int64_t end) const noexcept {
        const auto row_sums = kernels_.row_sums[width_index][Conjugate];
        if (update_.plain && update_.overwrite && y_col_ == 1) {
            row_sums(offsets_, indices_, values_, x_, x_row_, begin, end, y_ + begin * y_row_, y_row_);
            return;
        }
        constexpr std::int64_t tile = 64;
        T sums[tile * W];
        for (std::int64_t i = begin; i < end; i += tile) {
            const std::int64_t stop = std::min(end, i + tile);
            row_sums(offsets_, indices_, values_, x_, x_row_, i, stop, sums, W);
            for (int w = 0; w < W; ++w)
                for (std::int64_t r = i; r < stop; ++r) update_(y_[r * y_row_ + w * y_col_], sums[(r - i) * W + w]);
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept {
        kernels_.range_sum[width_index][Conjugate](indices_, values_, x_, x_row_, begin, end, sums);
    }
    void finish(std::int64_t i, const T* sums) const noexcept {
        for (int w = 0; w < W; ++w) update_(y_[i * y_row_ + w * y_col_], sums[w]);
    }

  private:
    const I* offsets_;
    const I* indices_;
    const T* values_;
    const T* x_;
    std::int64_t x_row_;
    T* y_;
    std::int64_t y_row_;
    std::int64_t y_col_;
    const Update<T>& update_;
    const CsrBlockKernels<T, I>& kernels_;
};

/// W columns of X with any strides.
template <int Width, bool Conjugate, class T, class I>
class Strided {
  public:
    static constexpr int W = Width;
    Strided(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, const Update<T>& update)
        : offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          x_(X.data() + first * X.col_stride()),
          x_row_(X.row_stride()),
          x_col_(X.col_stride()),
          y_(Y.data() + first * Y.col_stride()),
          y_row_(Y.row_stride()),
          y_col_(Y.col_stride()),
          update_(update) {}
    void rows(std::int64_t begin, std::int64_t end) const noexcept {
        for (std::int64_t i = begin; i < end; ++i) {
            const auto k = static_cast<std::int64_t>(offsets_[i]);
            const auto stop = static_cast<std::int64_t>(offsets_[i + 1]);
            T sums[W] = {};
            if (stop - k < long_row) {
                add(k, stop, sums);
            } else {
                for (int c = 0; c < row_chunks; ++c) {
                    T part[W];
                    sum(chunk_start(k, stop, c), chunk_start(k, stop, c + 1), part);
                    for (int w = 0; w < W; ++w) sums[w] += part[w];
                }
            }
            finish(i, sums);
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept {
        for (int w = 0; w < W; ++w) sums[w] = T(0);
        add(begin, end, sums);
    }
    void finish(std::int64_t i, const T* sums) const noexcept {
        for (int w = 0; w < W; ++w) update_(y_[i * y_row_ + w * y_col_], sums[w]);
    }

  private:
    void add(std::int64_t k, std::int64_t stop, T* result) const noexcept {
        T sums[W];
        for (int w = 0; w < W; ++w) sums[w] = result[w];
        const std::int64_t step = x_col_;
        for (; k < stop; ++k) {
            const T a = maybe_conjugate<Conjugate>(values_[k]);
            const T* x = x_ + static_cast<std::int64_t>(indices_[k]) * x_row_;
            for (int w = 0; w < W; ++w) sums[w] += times(a, x[w * step]);
        }
        for (int w = 0; w < W; ++w) result[w] = sums[w];
    }

    const I* offsets_;
    const I* indices_;
    const T* values_;
    const T* x_;
    std::int64_t x_row_;
    std::int64_t x_col_;
    T* y_;
    std::int64_t y_row_;
    std::int64_t y_col_;
    const Update<T>& update_;
};

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

}  // namespace

template <bool Conjugate, class T, class I>
void gather(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, int most_threads) {
    const Update<T> update(alpha, beta);
    const int parts = std::min(most_threads, threads_for((A.nnz() + A.rows()) * std::min<std::int64_t>(X.cols(), 8)));
    for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
        constexpr int W = decltype(width)::value;
        if constexpr (W == 1) {
            if (X.row_stride() == 1) return run(A, parts, Column<Conjugate, T, I>(A, X, Y, first, update));
        } else {
            if (X.col_stride() == 1) return run(A, parts, Block<W, Conjugate, T, I>(A, X, Y, first, update));
        }
        run(A, parts, Strided<W, Conjugate, T, I>(A, X, Y, first, update));
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
