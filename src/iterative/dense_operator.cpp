// Products of dense matrices of any strides with vectors, for OperatorRef.
#include <algorithm>
#include <cstdint>

#include <tamis/iterative/operator_access.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// Rows of y that one thread sums at a time, while columns of A pass by: what fits into the first-level cache.
constexpr std::int64_t row_block = 1024;

/// y = A x, column by column, for the rows begin ≤ i < end: A's columns are (nearly) contiguous.
template <bool Conjugate, class T>
void by_columns(MatrixView<const T> A, VectorView<const T> x, VectorView<T> y, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) y[i] = T(0);
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        const T xj = x[j];
        const VectorView<const T> a = A.col(j);
        if (a.stride() == 1 && y.stride() == 1) {
            const T* const column = a.data();
            T* const sums = y.data();
            for (std::int64_t i = begin; i < end; ++i) sums[i] += times(maybe_conjugate<Conjugate>(column[i]), xj);
        } else {
            for (std::int64_t i = begin; i < end; ++i) y[i] += times(maybe_conjugate<Conjugate>(a[i]), xj);
        }
    }
}

/// The same row by row, in four sums.
template <bool Conjugate, class T>
void by_rows(MatrixView<const T> A, VectorView<const T> x, VectorView<T> y, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
        const VectorView<const T> a = A.row(i);
        T sums[4] = {};
        std::int64_t j = 0;
        for (; j + 4 <= A.cols(); j += 4)
            for (int k = 0; k < 4; ++k) sums[k] += times(maybe_conjugate<Conjugate>(a[j + k]), x[j + k]);
        for (; j < A.cols(); ++j) sums[0] += times(maybe_conjugate<Conjugate>(a[j]), x[j]);
        y[i] = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    }
}

template <bool Conjugate, class T>
void product(MatrixView<const T> A, VectorView<const T> x, VectorView<T> y) {
    const bool columns = A.row_stride() <= A.col_stride();
    const std::int64_t blocks = (A.rows() + row_block - 1) / row_block;
    // Small blocks for few rows, so that there is one for each thread.
    const int threads = threads_for(A.rows() * A.cols());
    const std::int64_t count = std::min(A.rows(), std::max<std::int64_t>(blocks, threads));
    if (count == 0) return;
    const auto run = [&](std::int64_t k) {
        const std::int64_t begin = A.rows() * k / count;
        const std::int64_t end = A.rows() * (k + 1) / count;
        if (columns) by_columns<Conjugate>(A, x, y, begin, end);
        else by_rows<Conjugate>(A, x, y, begin, end);
    };
    if (threads <= 1) {
        for (std::int64_t k = 0; k < count; ++k) run(k);
    } else {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (std::int64_t k = 0; k < count; ++k) run(k);
    }
}

}  // namespace

template <class T>
void apply_dense(MatrixView<const T> A, bool adjoint, MatrixView<const T> X, MatrixView<T> Y) {
    for (std::int64_t c = 0; c < X.cols(); ++c) {
        if (adjoint) product<is_complex_v<T>>(A.transposed(), X.col(c), Y.col(c));
        else product<false>(A, X.col(c), Y.col(c));
    }
}

#define TAMIS_INSTANTIATE(T) template void apply_dense<T>(MatrixView<const T>, bool, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
