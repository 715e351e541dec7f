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
    /// `noise`: how large an entry of A may be from rounding alone, so that singular values below it count as 0.
    CoarseSolver(const Csr<T, I>& A, bool hermitian, Real<T> noise);

    /// x ← A⁻¹ b. r and scratch as for Smoother.
    void solve(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const;
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    struct Zero {};  // the matrix is nothing but rounding: x = 0
    std::variant<Zero, SparseCholesky<T, I>, SparseLu<T, I>, SparseQr<T, I>, Smoother<T, I>> factor_;
};

}  // namespace tamis::detail
