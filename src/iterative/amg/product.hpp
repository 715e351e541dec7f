// Private: products with contiguous vectors.
#pragma once

#include <tamis/core/view.hpp>
#include <tamis/sparse/multiply.hpp>

namespace tamis::detail {

/// y ← alpha A x + beta y.
template <class T, class I>
void product(CsrView<T, I> A, const T* x, T* y, T alpha = T(1), T beta = T(0)) {
    multiply<T, I>(A, Operation::none, MatrixView<const T>(x, A.cols(), 1), MatrixView<T>(y, A.rows(), 1), alpha, beta,
                   "Amg");
}

}  // namespace tamis::detail
