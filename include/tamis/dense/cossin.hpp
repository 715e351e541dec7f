// cossin(U, p, q): the cosine-sine decomposition of a unitary matrix.
#pragma once

#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
template <class T>
void cossin(MatrixView<const T> X, std::int64_t p, std::int64_t q, MatrixView<T> U, MatrixView<T> CS, MatrixView<T> Vt);
}  // namespace detail

/// X = u · cs · vt.
template <class T>
struct CosSin {
    Matrix<T> u;   ///< block diagonal and unitary, of orders p and m − p
    Matrix<T> cs;  ///< real: diagonal blocks of cosines, sines, ones and zeros
    Matrix<T> vt;  ///< block diagonal and unitary, of orders q and m − q
};

/// The cosine-sine decomposition of a unitary m×m matrix X whose leading block is p×q, 0 < p, q < m:
///
///     [X₁₁ X₁₂]   [U₁   ] [I 0  0 |  0  0  0]
///     [X₂₁ X₂₂] = [   U₂] [0 C  0 |  0 −S  0] [V₁   ]ᴴ
///                         [0 0  0 |  0  0 −I] [   V₂]
///                         [0 0  0 |  I  0  0]
///                         [0 S  0 |  0  C  0]
///                         [0 0  I |  0  0  0]
///
/// with C = diag(cos θ), S = diag(sin θ), min(p, m − p, q, m − q) angles in [0, π/2]. LAPACK's xORCSD, xUNCSD (Sutton,
/// Numer. Algorithms 50, 2009). DimensionMismatch for a rectangle; InvalidArgument for p or q outside of (0, m), for an
/// entry that is not finite, and where ‖XᴴX − I‖ shows that X is not unitary; NotConverged. O(m³).
template <DenseMatrix M>
[[nodiscard]] auto cossin(const M& X, std::int64_t p, std::int64_t q) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> x(X);
    const std::int64_t m = x.view().rows();
    CosSin<T> result{Matrix<T>(m, m), Matrix<T>(m, m), Matrix<T>(m, m)};
    detail::cossin<T>(x.view(), p, q, MatrixView<T>(result.u), MatrixView<T>(result.cs), MatrixView<T>(result.vt));
    return result;
}

}  // namespace tamis
