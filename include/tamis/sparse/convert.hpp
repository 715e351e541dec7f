// Conversions between all formats, dense and Eigen included.
#pragma once

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

namespace detail {

/// Aᵀ as Csr, which is also A as Csc: a counting sort in O(rows + cols + nnz).
template <class T, class I>
Csr<T, I> transpose(CsrView<T, I> A);

/// A as Csr: a view where it is one, otherwise converted. Lives as long as the call that made it.
template <SparseMatrix M>
class CsrInput {
  public:
    explicit CsrInput(const M& A) {
        if constexpr (M::is_row_major) view_ = A.view();
        else converted_ = transpose(major_view(A));
    }
    CsrInput(const CsrInput&) = delete;
    CsrInput& operator=(const CsrInput&) = delete;
    [[nodiscard]] CsrView<scalar_t<M>, index_t<M>> view() const noexcept {
        if constexpr (M::is_row_major) return view_;
        else return converted_.view();
    }

  private:
    CsrView<scalar_t<M>, index_t<M>> view_;
    Csr<scalar_t<M>, index_t<M>> converted_;
};

}  // namespace detail

}  // namespace tamis
