// Private: the last level of multigrid.
#pragma once

#include <cstdint>
#include <variant>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

#include "iterative/amg/smoother.hpp"

namespace tamis::detail {

/// A direct solver; for a singular matrix x is the least-squares solution of minimum norm. Matrices too large for that (see
/// `largest`) are smoothed.
template <class T, class I>
class CoarseSolver {
  public:
    /// Rows up to which a matrix is factored where coarsening came to an end early.
    static constexpr std::int64_t largest = 20000;

    CoarseSolver() = default;
    /// `noise`: how large each diagonal entry of A may be from rounding alone (empty: 0); singular values below the largest
    /// count as 0. Where every entry of the diagonal is larger than that, the matrix is scaled to a unit diagonal and what
    /// counts is 8 ε.
    CoarseSolver(const Csr<T, I>& A, bool hermitian, const Array<Real<T>>& noise);

    /// x ← A⁻¹ b. r and scratch as for Smoother.
    void solve(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const;
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    Array<Real<T>> scale_;  // of rows and columns before they are factored; empty: 1
    struct Zero {};         // the matrix is nothing but rounding: x = 0
    std::variant<Zero, SparseCholesky<T, I>, SparseLu<T, I>, SparseQr<T, I>, Smoother<T, I>> factor_;
};

}  // namespace tamis::detail
