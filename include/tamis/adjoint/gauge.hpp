// What the derivatives of eigenvectors and singular vectors take for a multiple value, and for invariance.
#pragma once

namespace tamis::derivatives {

/// Options of `eigh_vjp`, `eigh_jvp`, `svd_vjp` and `svd_jvp`.
///
/// Vectors are determined but for a phase, those of a multiple eigenvalue or singular value but for a unitary transformation
/// among them: the gauge. A loss has a derivative where it does not depend on the gauge; a cotangent that does is refused.
struct GaugeOptions {
    /// Values that differ by at most cluster_tolerance times the largest modulus count as one, singular values below it as
    /// zero. Finite; 0: 10 n ε, n the larger dimension, where the vectors themselves are lost in rounding.
    double cluster_tolerance = 0;
    /// What counts as invariant: parts of a cotangent (tangent) along the gauge of at most gauge_tolerance times its
    /// Frobenius norm are dropped, larger ones refused. 0: 100 n ε; infinity: nothing is refused, the loss is believed to be
    /// invariant.
    double gauge_tolerance = 0;
};

}  // namespace tamis::derivatives
