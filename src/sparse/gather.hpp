// Private: products by rows, Y = alpha A X + beta Y for a CSR matrix.
#pragma once

#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Y ← alpha A X + beta Y, with the conjugates of A's entries if asked. Sizes fit, A has entries, alpha is not 0.
template <bool Conjugate, class T, class I>
void gather(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta);

}  // namespace tamis::detail
