// Private: ways to the sums of rows of A·X, one for each order of X (gather.cpp).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sparse/interleave.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/csr_block.hpp"
#include "sparse/product.hpp"
#include "sparse/row_cuts.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

// Each way to the sums of rows is a class with
//
//     W                            columns that it takes at once
//     rows(begin, end)             these rows of Y
//     sum(begin, end, sums)        the W sums of these entries, a part of a row
//     finish(i, sums)              row i of Y from its W sums

/// What all ways work on: A, and columns of X and Y from `first` on.
template <class T, class I>
class GatherOperands {
  protected:
    GatherOperands(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first,
                   const Update<T>& update)
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
    template <int W>
    void put(std::int64_t i, const T* sums) const noexcept {
        for (int w = 0; w < W; ++w) update_(y_[i * y_row_ + w * y_col_], sums[w]);
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

/// One column of X that is contiguous, by the kernels for this processor.
template <bool Conjugate, class T, class I>
class ColumnSums : GatherOperands<T, I> {
    using Operands = GatherOperands<T, I>;
    using Operands::indices_;
    using Operands::offsets_;
    using Operands::update_;
    using Operands::values_;
    using Operands::x_;
    using Operands::y_;
    using Operands::y_row_;

  public:
    static constexpr int W = 1;
    ColumnSums(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t column, const Update<T>& update)
        : Operands(A, X, Y, column, update),
          kernels_(kernels<CsrKernels<T, I>>()) {}
    void rows(std::int64_t begin, std::int64_t end) const noexcept {
        const auto row_sums = kernels_.row_sums[Conjugate];
        if (update_.plain && update_.overwrite && y_row_ == 1) {
            row_sums(offsets_, indices_, values_, x_, begin, end, y_ + begin);
            return;
        }
        constexpr std::int64_t tile = 256;
        T sums[tile];
        for (std::int64_t i = begin; i < end; i += tile) {
            const std::int64_t stop = std::min(end, i + tile);
            row_sums(offsets_, indices_, values_, x_, i, stop, sums);
            for (std::int64_t r = i; r < stop; ++r) update_(y_[r * y_row_], sums[r - i]);
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept {
        kernels_.range_sum[Conjugate](indices_, values_, x_, begin, end, sums);
    }
    void finish(std::int64_t i, const T* sums) const noexcept { this->template put<W>(i, sums); }

  private:
    const CsrKernels<T, I>& kernels_;
};

/// W columns of X whose rows are contiguous, by the kernels for this processor.
template <int Width, bool Conjugate, class T, class I>
class BlockSums : GatherOperands<T, I> {
    using Operands = GatherOperands<T, I>;
    using Operands::indices_;
    using Operands::offsets_;
    using Operands::update_;
    using Operands::values_;
    using Operands::x_;
    using Operands::x_row_;
    using Operands::y_;
    using Operands::y_col_;
    using Operands::y_row_;

  public:
    static constexpr int W = Width;
    static constexpr int width_index = W == 2 ? 0 : W == 4 ? 1 : 2;
    BlockSums(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, const Update<T>& update)
        : Operands(A, X, Y, first, update),
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
            if (update_.plain && update_.overwrite && y_row_ == 1) {
                separate<W>(sums, stop - i, y_ + i, y_col_);
                continue;
            }
            for (int w = 0; w < W; ++w)
                for (std::int64_t r = i; r < stop; ++r) update_(y_[r * y_row_ + w * y_col_], sums[(r - i) * W + w]);
        }
    }
    void sum(std::int64_t begin, std::int64_t end, T* sums) const noexcept {
        kernels_.range_sum[width_index][Conjugate](indices_, values_, x_, x_row_, begin, end, sums);
    }
    void finish(std::int64_t i, const T* sums) const noexcept { this->template put<W>(i, sums); }

  private:
    const CsrBlockKernels<T, I>& kernels_;
};

/// W columns of X with any strides.
template <int Width, bool Conjugate, class T, class I>
class StridedSums : GatherOperands<T, I> {
    using Operands = GatherOperands<T, I>;
    using Operands::indices_;
    using Operands::offsets_;
    using Operands::values_;
    using Operands::x_;
    using Operands::x_col_;
    using Operands::x_row_;

  public:
    static constexpr int W = Width;
    StridedSums(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, const Update<T>& update)
        : Operands(A, X, Y, first, update) {}
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
    void finish(std::int64_t i, const T* sums) const noexcept { this->template put<W>(i, sums); }

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
};

}  // namespace tamis::detail
