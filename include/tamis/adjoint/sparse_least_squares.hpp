// Derivatives of sparse least-squares and minimum-norm solutions: least_squares_vjp, least_squares_jvp.
#pragma once

#include <concepts>
#include <cstdint>

#include <tamis/adjoint/quadratic_form.hpp>
#include <tamis/sparse/qr.hpp>

namespace tamis::derivatives {

namespace detail {

/// SingularMatrix unless the rank is min(rows, cols).
void check_least_squares_rank(const char* what, std::int64_t rank, std::int64_t rows, std::int64_t cols);

/// The arguments that both directions share, checked.
template <class F, SparseMatrix M>
void check_least_squares(const char* what, const F& f, const M& A, MatrixView<const scalar_t<M>> x,
                         MatrixView<const scalar_t<M>> residual) {
    using T = scalar_t<M>;
    check_factor_of(what, f, A);
    if constexpr (requires { f.reveals_rank(); }) {
        if (f.reveals_rank()) check_least_squares_rank(what, f.rank(), f.rows(), f.cols());
    } else {
        check_least_squares_rank(what, f.rank(), f.rows(), f.cols());
    }
    check_stored<T, index_t<M>>(what, "A", tamis::detail::major_view(A), std::remove_cvref_t<M>::is_row_major);
    check_operand<T>(what, "x", f.cols(), x.cols(), x);
    check_operand<T>(what, "the residual", f.rows(), x.cols(), residual);
}

template <class T, class F>
Matrix<T> solved(const F& f, bool adjoint, MatrixView<const T> b) {
    Matrix<T> x(adjoint ? f.rows() : f.cols(), b.cols());
    tamis::detail::solve_columns<F, T>(f, adjoint, b, MatrixView<T>(x));
    return x;
}

}  // namespace detail

/// The cotangents of A and b for x = F.solve(b), the least-squares solution of a tall sparse A or the one of minimum norm of
/// a wide one, given that of x; `residual` is b − A x. With b_bar = A⁺ᴴ x_bar, the minimum-norm solution of Aᴴ b_bar = x_bar
/// by the cached factor,
///
///     tall:  A_bar = −b_bar xᴴ + residual gᴴ,            A g = b_bar (g = (AᴴA)⁻¹ x_bar),
///     wide:  A_bar = −b_bar xᴴ + z (x_bar − Aᴴ b_bar)ᴴ,  Aᴴ z = x (z = (AAᴴ)⁻¹ b),
///
/// on the pattern of A, in its format. Three solves' worth of work and two passes over the pattern; AᴴA is not formed, and
/// what stands beside the residual is as accurate as two solves with R are. x, residual and x_bar are vectors or matrices
/// with a column for each right-hand side.
///
/// F is a SparseQr (or an AnyFactorization that holds one) of A, of full rank: SingularMatrix otherwise, since x jumps as
/// the rank changes. DimensionMismatch and PatternMismatch for an A that F is not of; InvalidArgument for a number that is
/// not finite.
///
/// G. H. Golub, V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
/// separate, SIAM J. Numer. Anal. 10 (1973), (4.12).
template <RankRevealing F, SparseMatrix M, DenseArgument X, DenseArgument R, DenseArgument G>
    requires std::same_as<typename F::scalar_type, scalar_t<M>>
auto least_squares_vjp(const F& f, const M& A, const X& x, const R& residual, const G& x_bar) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const char* const caller = "least_squares_vjp";
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, R> rest(residual);
    const tamis::detail::DenseInput<T, G> bar(x_bar);
    detail::check_least_squares(caller, f, A, solution.matrix(), rest.matrix());
    detail::check_operand<T>(caller, "x_bar", f.cols(), solution.matrix().cols(), bar.matrix());

    SolveCotangents<tamis::detail::owner_t<M>, DenseResult<T, G>> result;
    result.b_bar.resize(f.rows(), bar.matrix().cols());
    const MatrixView<T> b_bar(result.b_bar);
    tamis::detail::solve_columns<F, T>(f, true, bar.matrix(), b_bar);
    Matrix<T> second;
    if (f.rows() >= f.cols()) {
        second = detail::solved<T>(f, false, b_bar);
    } else {
        second = bar.matrix().eigen();
        multiply_adjoint(A, MatrixView<const T>(b_bar), MatrixView<T>(second), T(-1), T(1));
    }
    Matrix<T> z;
    if (f.rows() < f.cols()) z = detail::solved<T>(f, true, solution.matrix());
    result.A_bar = detail::on_pattern_of(A, [&](T* values) {
        const CsrView<T, I> major = tamis::detail::major_view(A);
        detail::outer_on_pattern<T, I>(major, M::is_row_major, false, Real<T>(-1), b_bar, solution.matrix(),
                                       detail::Write::replaces, values);
        detail::outer_on_pattern<T, I>(major, M::is_row_major, false, Real<T>(1),
                                       f.rows() >= f.cols() ? rest.matrix() : MatrixView<const T>(z),
                                       MatrixView<const T>(second), detail::Write::adds, values);
    });
    return result;
}

/// The tangent of x = F.solve(b), likewise: A⁺ (b_dot − A_dot x + A⁺ᴴ A_dotᴴ residual) for a tall A, and A⁺ (b_dot − A_dot
/// x)
/// + (I − A⁺A) A_dotᴴ z with Aᴴ z = x for a wide one. A_dot is sparse, on any pattern.
template <RankRevealing F, SparseMatrix M, DenseArgument X, DenseArgument R, SparseMatrix D, DenseArgument B>
    requires std::same_as<typename F::scalar_type, scalar_t<M>> && std::same_as<scalar_t<D>, scalar_t<M>>
[[nodiscard]] auto least_squares_jvp(const F& f, const M& A, const X& x, const R& residual, const D& A_dot, const B& b_dot) {
    using T = scalar_t<M>;
    const char* const caller = "least_squares_jvp";
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, R> rest(residual);
    const tamis::detail::DenseInput<T, B> dot(b_dot);
    detail::check_least_squares(caller, f, A, solution.matrix(), rest.matrix());
    detail::check_operand<T>(caller, "b_dot", f.rows(), solution.matrix().cols(), dot.matrix());
    detail::check_shape(caller, "A_dot", f.rows(), f.cols(), A_dot.rows(), A_dot.cols());
    detail::check_stored<T, index_t<D>>(caller, "A_dot", tamis::detail::major_view(A_dot), D::is_row_major);

    Matrix<T> rhs = dot.matrix().eigen();
    multiply(A_dot, solution.matrix(), MatrixView<T>(rhs), T(-1), T(1));
    DenseResult<T, B> x_dot;
    x_dot.resize(f.cols(), rhs.cols());
    Matrix<T> turned(f.cols(), rhs.cols());
    if (f.rows() >= f.cols()) {
        multiply_adjoint(A_dot, rest.matrix(), MatrixView<T>(turned));
        rhs += detail::solved<T>(f, true, MatrixView<const T>(turned));
        tamis::detail::solve_columns<F, T>(f, false, MatrixView<const T>(rhs), MatrixView<T>(x_dot));
    } else {
        const Matrix<T> z = detail::solved<T>(f, true, solution.matrix());
        multiply_adjoint(A_dot, MatrixView<const T>(z), MatrixView<T>(turned));
        // The part of `turned` in the range of Aᴴ is A⁺ A turned; it goes with the right-hand side.
        multiply(A, MatrixView<const T>(turned), MatrixView<T>(rhs), T(-1), T(1));
        tamis::detail::solve_columns<F, T>(f, false, MatrixView<const T>(rhs), MatrixView<T>(x_dot));
        x_dot += turned;
    }
    return x_dot;
}

}  // namespace tamis::derivatives
