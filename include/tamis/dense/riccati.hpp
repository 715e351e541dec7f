// Algebraic Riccati equations, continuous and discrete, with dense coefficients.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>

#include <tamis/dense/operand.hpp>

namespace tamis {

/// The stabilizing solution of a Riccati equation and the evidence for it.
template <class T>
struct RiccatiSolution {
    /// X, Hermitian to the last bit.
    Matrix<T> x;
    /// K of the feedback u = −K x: R⁻¹BᴴX, or (R + BᴴXB)⁻¹BᴴXA in discrete time.
    Matrix<T> gain;
    /// Those of A − B K: in the open left half plane, or inside the unit circle.
    Vector<std::complex<Real<T>>> closed_loop_eigenvalues;
    /// ‖residual‖_F of the equation relative to the sum of the norms of its terms, by products with X.
    double relative_residual = 0;
    /// Reciprocal condition, an estimate in the 1-norm, of the block that X is a quotient by (in balanced coordinates).
    double rcond = 0;
};

namespace detail {

enum class RiccatiTime { continuous, discrete };

template <class T>
struct RiccatiOutput {
    MatrixView<T> x;
    MatrixView<T> gain;
    std::complex<Real<T>>* closed_loop_eigenvalues = nullptr;
    double relative_residual = 0;
    double rcond = 0;
};
template <class T>
struct RiccatiInput {
    MatrixView<const T> A;
    MatrixView<const T> B;
    MatrixView<const T> Q;
    MatrixView<const T> R;
};
template <class T>
void check_riccati_shapes(RiccatiTime time, const RiccatiInput<T>& input);
template <class T>
void riccati_into(RiccatiTime time, const RiccatiInput<T>& input, RiccatiOutput<T>& output);

template <class A, class B, class Q, class R>
RiccatiSolution<dense_scalar_t<A>> solve_riccati_equation(RiccatiTime time, const A& a, const B& b, const Q& q, const R& r) {
    using T = dense_scalar_t<A>;
    static_assert(
        std::same_as<T, dense_scalar_t<B>> && std::same_as<T, dense_scalar_t<Q>> && std::same_as<T, dense_scalar_t<R>>,
        "tamis: the matrices of an equation must have the same scalars");
    const ShapedInput<A> A_(a);
    const ShapedInput<B> B_(b);
    const ShapedInput<Q> Q_(q);
    const ShapedInput<R> R_(r);
    const RiccatiInput<T> input{A_.view(), B_.view(), Q_.view(), R_.view()};
    check_riccati_shapes(time, input);
    const std::int64_t n = input.A.rows();
    const std::int64_t m = input.R.rows();
    RiccatiSolution<T> solution{Matrix<T>(n, n), Matrix<T>(m, n), Vector<std::complex<Real<T>>>(n)};
    RiccatiOutput<T> output{MatrixView<T>(solution.x), MatrixView<T>(solution.gain),
                            solution.closed_loop_eigenvalues.data()};
    riccati_into(time, input, output);
    solution.relative_residual = output.relative_residual;
    solution.rcond = output.rcond;
    return solution;
}

}  // namespace detail

/// The stabilizing solution X of AᴴX + XA − X B R⁻¹ Bᴴ X + Q = 0, for which A − B R⁻¹BᴴX has its eigenvalues in the open
/// left half plane: A n×n, B n×m, Q n×n and Hermitian, R m×m, Hermitian and regular. (The optimal feedback of ẋ = A x + B u
/// for the cost ∫ xᴴQx + uᴴRu; A and B adjoint to those of a filter give the covariance of its error.)
///
/// By the deflating subspace of the extended pencil, which needs no R⁻¹ (Van Dooren, SIAM J. Sci. Stat. Comput. 2, 1981), of
/// a symplectically balanced pencil (Benner, "Symplectic balancing of Hamiltonian matrices", SIAM J. Sci. Comput. 22, 2001),
/// and, where the residual is not one of rounding, up to two steps of Newton's method (Kleinman, IEEE Trans. Autom. Control
/// 13, 1968). The residual is measured in any case.
///
/// InvalidArgument where there is no stabilizing solution, with the reason and what would help: (A, B) must be stabilizable,
/// and no eigenvalue of the pencil on the imaginary axis, as is the case where Q and R are definite. InvalidArgument also
/// for a Q or R that is not Hermitian (beyond 100 ε of its largest entry; the Hermitian part is taken) and for an entry that
/// is not finite; SingularMatrix for a singular R; NotConverged, with the residual, where that stays above √ε.
/// DimensionMismatch. Cost: about 600 n³ flops for m ≤ n. Storage: about 25 n² numbers.
template <DenseMatrix A, DenseMatrix B, DenseMatrix Q, DenseMatrix R>
[[nodiscard]] Matrix<dense_scalar_t<A>> solve_riccati(const A& a, const B& b, const Q& q, const R& r) {
    return detail::solve_riccati_equation(detail::RiccatiTime::continuous, a, b, q, r).x;
}
/// The same with the feedback, the eigenvalues of the closed loop, the residual and a condition.
template <DenseMatrix A, DenseMatrix B, DenseMatrix Q, DenseMatrix R>
[[nodiscard]] RiccatiSolution<dense_scalar_t<A>> solve_riccati_with_report(const A& a, const B& b, const Q& q, const R& r) {
    return detail::solve_riccati_equation(detail::RiccatiTime::continuous, a, b, q, r);
}

/// The stabilizing solution X of AᴴXA − X − AᴴXB (R + BᴴXB)⁻¹ BᴴXA + Q = 0, for which A − B (R + BᴴXB)⁻¹BᴴXA has its
/// eigenvalues inside the unit circle; otherwise as solve_riccati. R may be singular, R + BᴴXB not.
template <DenseMatrix A, DenseMatrix B, DenseMatrix Q, DenseMatrix R>
[[nodiscard]] Matrix<dense_scalar_t<A>> solve_discrete_riccati(const A& a, const B& b, const Q& q, const R& r) {
    return detail::solve_riccati_equation(detail::RiccatiTime::discrete, a, b, q, r).x;
}
/// The same with the feedback, the eigenvalues of the closed loop, the residual and a condition.
template <DenseMatrix A, DenseMatrix B, DenseMatrix Q, DenseMatrix R>
[[nodiscard]] RiccatiSolution<dense_scalar_t<A>> solve_discrete_riccati_with_report(const A& a, const B& b, const Q& q,
                                                                                    const R& r) {
    return detail::solve_riccati_equation(detail::RiccatiTime::discrete, a, b, q, r);
}

}  // namespace tamis
