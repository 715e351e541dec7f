// null_space(A) of a sparse matrix.
#pragma once

#include <cstdint>

#include <tamis/sparse/qr.hpp>
#include <tamis/sparse/transpose.hpp>

namespace tamis {

/// An orthonormal basis, n×(n − rank), of the x with A x = 0 for a sparse m×n matrix A: dense, by the rank-revealing
/// SparseQr of Aᴴ, as the last columns of its Q (Golub, Van Loan: Matrix Computations, 4th ed., §5.5).
///
/// Singular values of at most options.pivot_tolerance · ‖A‖₂ count as zero, by default max(m, n) ε ‖A‖₂ (in single precision
/// 20 √(m + n) ε ‖A‖₂), so that ‖A x‖ is of that size for each x of norm 1 in the basis. A without rows or entries has the
/// identity. Throws what SparseQr throws: InvalidArgument for entries that are not finite, MemoryLimitExceeded, Cancelled,
/// Unsupported in a build without the GPL parts of SuiteSparse. Cost: a sparse QR factorization, and one product with Q for
/// each vector of the basis; a null space of many dimensions takes n numbers for each. A few singular vectors near to zero
/// are what `svds` finds with smallest_magnitude.
template <SparseMatrix M>
[[nodiscard]] Matrix<scalar_t<M>> null_space(const M& A, const FactorOptions& options = {}) {
    using T = scalar_t<M>;
    const std::int64_t n = A.cols();
    if (A.rows() == 0 || n == 0 || A.nnz() == 0) return Matrix<T>::Identity(n, n);
    const auto factor = qr(adjoint(A), options);
    const std::int64_t rank = factor.rank();
    Matrix<T> basis = Matrix<T>::Zero(n, n - rank);
    for (std::int64_t j = 0; j < n - rank; ++j) basis(rank + j, j) = T(1);
    if (basis.cols() == 0) return basis;
    return factor.multiply_q(basis);
}

}  // namespace tamis
