// Private: data matrices as kernels read them, checked on the way.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>

namespace tamis::learn::detail {

/// Runs loop(begin, end) over 0 … count − 1 in pieces of `piece`, on as many threads as `work` scalar operations are worth.
/// BLAS keeps to the thread that calls it. Which thread gets which piece is left open: pieces must not depend on each other.
template <class Loop>
void for_each_piece(std::int64_t count, std::int64_t piece, std::int64_t work, const Loop& loop);

/// Where data ends up in memory: sample i at data + i·stride, its numbers one after another, or feature k at data +
/// k·stride.
template <class R>
struct Samples {
    Array<R> own;
    const R* data = nullptr;
    std::int64_t stride = 1;
};

/// The samples (rows) of X one after another: X's own memory where it is laid out so, otherwise a copy. InvalidArgument with
/// the position for an entry that is not finite; `which` names X. `largest` becomes the largest modulus, if it was smaller.
template <class R>
Samples<R> read_samples(const char* what, const char* which, MatrixView<const R> X, R& largest);

/// A copy, feature by feature, with `padding` numbers to read behind the last sample of each.
template <class R>
Samples<R> copy_features(MatrixView<const R> X, std::int64_t padding);

/// DimensionMismatch with both shapes unless X and Y have as many features.
void check_features(const char* what, std::int64_t x_rows, std::int64_t x_cols, std::int64_t y_rows, std::int64_t y_cols);

}  // namespace tamis::learn::detail

#include "learn/pieces.hpp"
