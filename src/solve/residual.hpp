// Private: residuals and norms that a solve reports, always computed afresh from the caller's A, x and b.
#pragma once

#include <cstdint>

#include <tamis/core/view.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// ‖A‖ in the two norms that error bounds use, in double for every scalar. NaN comes out as NaN.
struct SystemNorms {
    double one = 0;
    double inf = 0;
};
/// `symmetric`: |A| is, and both norms are one.
template <class T, class I>
SystemNorms matrix_norms(CsrView<T, I> A, bool symmetric = false);

struct ResidualNorms {
    double two = 0;    ///< ‖b − Ax‖₂
    double inf = 0;    ///< ‖b − Ax‖_∞
    double x_inf = 0;  ///< ‖x‖_∞
    double b_inf = 0;  ///< ‖b‖_∞
    /// Normwise backward error (Rigal and Gaches 1967; Higham, Accuracy and Stability, 2nd ed., Theorem 7.1) in the
    /// infinity norm; 0 when everything is 0, NaN when x or r is not finite.
    [[nodiscard]] double backward_error(double norm_A_inf) const noexcept {
        const double scale = norm_A_inf * x_inf + b_inf;
        if (inf == 0) return 0;
        return inf / scale;
    }
};

/// r := b − A x, accumulated in double for single precision scalars. r has unit stride or any other; it must not overlap x.
template <class T, class I>
ResidualNorms residual(CsrView<T, I> A, VectorView<const T> x, VectorView<const T> b, VectorView<T> r);

/// The same for a dense A, any strides; O(rows · cols).
template <class T>
ResidualNorms residual(MatrixView<const T> A, VectorView<const T> x, VectorView<const T> b, VectorView<T> r);

/// The norms of a residual r that is known already.
template <class T>
ResidualNorms residual_norms(VectorView<const T> x, VectorView<const T> b, VectorView<const T> r);

}  // namespace tamis::detail
