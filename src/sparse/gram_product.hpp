// Private: products with AᴴA that read A once.
#pragma once

#include <tamis/core/view.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Y ← AᴴA X, X and Y of A.cols() rows and of any strides; sizes have been checked. Row by row, t = a x and y ← y + aᴴ t
/// while the row is in the cache, for four columns at once: A, most of the traffic, is read once for all four, where two
/// products read it twice a column. Each thread sums its rows into a block of its own, and the blocks are added, each range
/// by one thread, in the order of the threads: the same bits from run to run. Scratch: 4 cols (threads + 1) numbers, at most
/// the size of A or of one thread.
template <class T, class I>
void gram_product(CsrView<T, I> A, MatrixView<const T> X, MatrixView<T> Y);

}  // namespace tamis::detail
