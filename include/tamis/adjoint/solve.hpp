// Derivatives of x = A⁻¹ b, dense and sparse: solve_vjp, solve_vjp_into, solve_jvp.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <tamis/adjoint/outer_product.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/multiply.hpp>

namespace tamis::derivatives {

/// What solve_vjp returns.
template <class Matrix_, class Vector_>
struct [[nodiscard]] SolveCotangents {
    Matrix_ A_bar;  ///< dense, or sparse on the pattern of A and in its format
    Vector_ b_bar;  ///< a vector for a vector, a matrix for a matrix of right-hand sides
};

namespace detail {

/// DimensionMismatch, with both sizes, unless the factorization is of a square matrix.
void check_square_factor(const char* what, std::int64_t rows, std::int64_t cols);
/// SingularMatrix unless the rank is full.
void check_full_rank(const char* what, std::int64_t rank, std::int64_t n);
/// DimensionMismatch unless the factorization is of a matrix of A's shape.
void check_same_shape(const char* what, std::int64_t factor_rows, std::int64_t factor_cols, std::int64_t rows,
                      std::int64_t cols);
/// PatternMismatch where the analysed matrix had another number of entries than A (in the triangle that was read).
template <class T, class I>
void check_same_pattern(const char* what, const Analysis& analysis, CsrView<T, I> major);
/// Y −= A X for a dense A of any strides; Y is contiguous by columns.
template <class T>
void subtract_product(MatrixView<const T> A, MatrixView<const T> X, MatrixView<T> Y);

/// True where the factorization reads its matrix as Hermitian, so that cotangents are Hermitian too.
inline bool is_of_hermitian(Method method) noexcept {
    return method == Method::cholesky || method == Method::ldlt || method == Method::eigh;
}

/// Refuses what has no inverse.
template <class F>
void check_regular_factor(const char* what, const F& f) {
    check_square_factor(what, f.rows(), f.cols());
    if constexpr (RankRevealing<F>) {
        if constexpr (requires { f.reveals_rank(); }) {
            if (f.reveals_rank()) check_full_rank(what, f.rank(), f.rows());
        } else {
            check_full_rank(what, f.rank(), f.rows());
        }
    }
}

template <class F>
concept OfSparse = Factorization<F> && requires {
    typename F::index_type;
};

/// Refuses an A that cannot be the matrix that was factored.
template <class F, SparseMatrix M>
void check_factor_of(const char* what, const F& f, const M& A) {
    check_same_shape(what, f.rows(), f.cols(), A.rows(), A.cols());
    if constexpr (requires { f.analysis(); })
        check_same_pattern<scalar_t<M>, index_t<M>>(what, f.analysis(), tamis::detail::major_view(A));
}

/// Writes A_bar = −b_bar xᴴ on the pattern of A.
template <SparseMatrix M>
void write_solve_cotangent(const M& A, bool hermitian, MatrixView<const scalar_t<M>> b_bar, MatrixView<const scalar_t<M>> x,
                           scalar_t<M>* values) {
    using T = scalar_t<M>;
    outer_on_pattern<T, index_t<M>>(tamis::detail::major_view(A), std::remove_cvref_t<M>::is_row_major, hermitian,
                                    Real<T>(-1), b_bar, x, Write::replaces, values);
}

template <class T, class X, class G>
void check_solution(const char* what, std::int64_t n, const tamis::detail::DenseInput<T, X>& x,
                    const tamis::detail::DenseInput<T, G>& x_bar) {
    check_operand<T>(what, "x", n, x.matrix().cols(), x.matrix());
    check_operand<T>(what, "x_bar", n, x.matrix().cols(), x_bar.matrix());
}

}  // namespace detail

/// The cotangents of A and b for x = F.solve(b), given that of x: b_bar = A⁻ᴴ x_bar by solve_adjoint with the cached factor,
/// A_bar = −b_bar xᴴ. F is a factorization of a dense square matrix of full rank (DenseLu, DenseCholesky, DenseLdlt,
/// DenseQr, DenseSvd, AnyFactorization, a class of your own), with a shift or not; x and x_bar are vectors, or matrices with
/// a column for each right-hand side. Where F reads its matrix as Hermitian (Cholesky, LDLᴴ, eigh), A_bar is Hermitian: the
/// part of −b_bar xᴴ that Hermitian tangents see.
///
/// One solve and 2 n² operations a column. Storage: A_bar, n² numbers; pass A where it is sparse. DimensionMismatch for
/// shapes that do not fit and for a rectangle, which has least_squares_vjp; SingularMatrix where F knows that the rank is
/// deficient; InvalidArgument for a number that is not finite.
///
/// M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation, in Advances in
/// Automatic Differentiation, 2008, §2.2.
template <Factorization F, DenseArgument X, DenseArgument G>
auto solve_vjp(const F& f, const X& x, const G& x_bar) {
    static_assert(!detail::OfSparse<F>, "tamis: for a sparse matrix pass A too, solve_vjp(F, A, x, x_bar)");
    using T = typename F::scalar_type;
    detail::check_regular_factor("solve_vjp", f);
    const std::int64_t n = f.rows();
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, G> bar(x_bar);
    detail::check_solution("solve_vjp", n, solution, bar);
    SolveCotangents<Matrix<T>, DenseResult<T, G>> result;
    result.b_bar.resize(n, bar.matrix().cols());
    tamis::detail::solve_columns<F, T>(f, true, bar.matrix(), MatrixView<T>(result.b_bar));
    result.A_bar.resize(n, n);
    detail::outer_product<T>(detail::is_of_hermitian(f.info().method), T(-1), MatrixView<const T>(result.b_bar),
                             solution.matrix(), detail::Write::replaces, MatrixView<T>(result.A_bar));
    return result;
}

/// The same for a sparse A that F (SparseLu, SparseCholesky, SparseLdlt, square SparseQr, AnyFactorization…) factored: A_bar
/// lies on the pattern of A, in its format, each entry −Σ_k b_bar(i, k) conj(x(j, k)), in one threaded pass. The pattern of
/// A need not be that of the factor, but an A whose number of entries shows that it is another matrix is refused
/// (PatternMismatch); a factor with a shift takes any pattern, and one after update(W) a matrix on the pattern that was
/// analysed.
///
/// One adjoint solve, one pass over the pattern, and a copy of it, which solve_vjp_into saves.
template <Factorization F, SparseMatrix M, DenseArgument X, DenseArgument G>
    requires std::same_as<typename F::scalar_type, scalar_t<M>>
auto solve_vjp(const F& f, const M& A, const X& x, const G& x_bar) {
    using T = scalar_t<M>;
    SolveCotangents<tamis::detail::owner_t<M>, DenseResult<T, G>> result;
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, G> bar(x_bar);
    detail::check_regular_factor("solve_vjp", f);
    detail::check_factor_of("solve_vjp", f, A);
    detail::check_solution("solve_vjp", f.rows(), solution, bar);
    result.b_bar.resize(f.rows(), bar.matrix().cols());
    tamis::detail::solve_columns<F, T>(f, true, bar.matrix(), MatrixView<T>(result.b_bar));
    result.A_bar = detail::on_pattern_of(A, [&](T* values) {
        detail::write_solve_cotangent(A, detail::is_of_hermitian(f.info().method), MatrixView<const T>(result.b_bar),
                                      solution.matrix(), values);
    });
    return result;
}

/// The same into the caller's memory: `values` gets the values of A_bar in the order of A's own, b_bar has the shape of
/// x_bar (and may be x_bar itself). For a loop that derives again and again: no pattern is copied, and nothing of the size
/// of A is allocated.
template <Factorization F, SparseMatrix M, DenseArgument X, DenseArgument G, class B>
    requires std::same_as<typename F::scalar_type, scalar_t<M>>
void solve_vjp_into(const F& f, const M& A, const X& x, const G& x_bar, std::span<std::type_identity_t<scalar_t<M>>> values,
                    B&& b_bar) {
    using T = scalar_t<M>;
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, G> bar(x_bar);
    const MatrixView<T> b_out = tamis::detail::dense_output<T>(b_bar);
    detail::check_regular_factor("solve_vjp_into", f);
    detail::check_factor_of("solve_vjp_into", f, A);
    detail::check_solution("solve_vjp_into", f.rows(), solution, bar);
    detail::check_shape("solve_vjp_into", "b_bar", bar.matrix().rows(), bar.matrix().cols(), b_out.rows(), b_out.cols());
    detail::check_values("solve_vjp_into", A.nnz(), std::ssize(values));
    tamis::detail::solve_columns<F, T>(f, true, bar.matrix(), b_out);
    detail::write_solve_cotangent(A, detail::is_of_hermitian(f.info().method), b_out, solution.matrix(), values.data());
}

/// The same for a solve without a factorization: `solve_adjoint(x_bar)` returns b_bar = A⁻ᴴ x_bar, by an iterative method
/// for example: solve_vjp([&](const auto& g) { return cg(A, g).require().x; }, A, x, x_bar). The gradient is as accurate as
/// that solve. A_bar is not symmetrised.
template <class Solve, SparseMatrix M, DenseArgument X, DenseArgument G>
    requires(!Factorization<std::remove_cvref_t<Solve>> && std::invocable<Solve&, const DenseResult<scalar_t<M>, G>&>)
auto solve_vjp(Solve&& solve_adjoint, const M& A, const X& x, const G& x_bar) {
    using T = scalar_t<M>;
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, G> bar(x_bar);
    detail::check_square("solve_vjp", "A", A.rows(), A.cols());
    detail::check_solution("solve_vjp", A.rows(), solution, bar);
    SolveCotangents<tamis::detail::owner_t<M>, DenseResult<T, G>> result;
    const DenseResult<T, G> rhs = bar.matrix().eigen();
    result.b_bar = solve_adjoint(rhs);
    detail::check_operand<T>("solve_vjp", "the adjoint solution", A.rows(), bar.matrix().cols(),
                             MatrixView<const T>(result.b_bar));
    result.A_bar = detail::on_pattern_of(A, [&](T* values) {
        detail::write_solve_cotangent(A, false, MatrixView<const T>(result.b_bar), solution.matrix(), values);
    });
    return result;
}

/// The same by an operator that stands for A⁻¹ and has an adjoint.
template <SparseMatrix M, DenseArgument X, DenseArgument G>
auto solve_vjp(const OperatorRef<scalar_t<M>>& inverse, const M& A, const X& x, const G& x_bar) {
    using T = scalar_t<M>;
    return solve_vjp(
        [&](const DenseResult<T, G>& g) {
            DenseResult<T, G> y(inverse.cols(), g.cols());
            inverse.apply_adjoint(g, y);
            return y;
        },
        A, x, x_bar);
}
template <SparseMatrix M, DenseArgument X, DenseArgument G>
auto solve_vjp(const Operator<scalar_t<M>>& inverse, const M& A, const X& x, const G& x_bar) {
    return solve_vjp(inverse.ref(), A, x, x_bar);
}

/// The tangent x_dot = A⁻¹ (b_dot − A_dot x) of x = F.solve(b), by the cached factor. A_dot is dense, or sparse on any
/// pattern; where F reads its matrix as Hermitian it should be Hermitian too, but is taken as it is. x and b_dot are vectors
/// or matrices of one shape. One solve and one product. Throws as solve_vjp does.
template <Factorization F, DenseArgument X, class D, DenseArgument B>
    requires(SparseMatrix<D> || DenseMatrix<D>)
auto solve_jvp(const F& f, const X& x, const D& A_dot, const B& b_dot) {
    using T = typename F::scalar_type;
    detail::check_regular_factor("solve_jvp", f);
    const std::int64_t n = f.rows();
    const tamis::detail::DenseInput<T, X> solution(x);
    const tamis::detail::DenseInput<T, B> rhs(b_dot);
    const MatrixView<const T> xs = solution.matrix();
    detail::check_operand<T>("solve_jvp", "x", n, xs.cols(), xs);
    detail::check_operand<T>("solve_jvp", "b_dot", n, xs.cols(), rhs.matrix());
    DenseResult<T, B> x_dot = rhs.matrix().eigen();
    const MatrixView<T> out(x_dot);
    if constexpr (SparseMatrix<D>) {
        static_assert(std::same_as<scalar_t<D>, T>, "tamis: A_dot must have the scalars of the matrix; use cast");
        detail::check_shape("solve_jvp", "A_dot", n, n, A_dot.rows(), A_dot.cols());
        detail::check_stored<T, index_t<D>>("solve_jvp", "A_dot", tamis::detail::major_view(A_dot), D::is_row_major);
        multiply(A_dot, xs, out, T(-1), T(1));
    } else {
        const tamis::detail::ShapedInput<D> a(A_dot);
        static_assert(std::same_as<dense_scalar_t<D>, T>, "tamis: A_dot must have the scalars of the matrix");
        detail::check_operand<T>("solve_jvp", "A_dot", n, n, a.view());
        detail::subtract_product<T>(a.view(), xs, out);
    }
    tamis::detail::solve_columns<F, T>(f, false, MatrixView<const T>(out), out);
    return x_dot;
}

}  // namespace tamis::derivatives
