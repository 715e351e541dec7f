// Private: products by rows, Y = alpha A X + beta Y for a CSR matrix.
#pragma once

#include <limits>

#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// Y ← alpha A X + beta Y, with the conjugates of A's entries if asked, on `most_threads` at most. Sizes fit, A has entries,
/// alpha is not 0.
template <bool Conjugate, class T, class I>
void gather(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta,
            int most_threads = std::numeric_limits<int>::max());

}  // namespace tamis::detail
