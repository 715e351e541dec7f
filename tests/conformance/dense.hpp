// Dense factorizations under the laws of conformance/factorization.hpp, whose problems are sparse.
#pragma once

#include <tamis/sparse/convert.hpp>

#include "conformance/factorization.hpp"

namespace tamis::test {

/// A dense factorization that is made from, compared with, and refactored by sparse matrices.
template <class F>
class FromSparse : public F {
  public:
    template <SparseMatrix M, class... Options>
    explicit FromSparse(const M& A, const Options&... options) : F(to_dense(A), options...) {}
    template <SparseMatrix M>
    void refactor(const M& A) {
        F::refactor(to_dense(A));
    }
    [[nodiscard]] auto reconstruct() const { return to_csr(F::reconstruct()); }
};

/// The matrix without its first row, so to say: singular, and neither definite.
template <class T, class I>
Csr<T, I> with_a_zero_row(Csr<T, I> A) {
    for (auto& v : A.values().subspan(0, static_cast<std::size_t>(A.row_offsets()[1]))) v = T(0);
    return A;
}

}  // namespace tamis::test
