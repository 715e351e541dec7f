// xᴴ A x and bᴴ A⁻¹ b with their derivatives: quadratic_form, quadratic_form_vjp, quadratic_form_jvp, and the same with
// inverse_ before the name.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <tamis/adjoint/determinant.hpp>
#include <tamis/adjoint/solve.hpp>

namespace tamis::derivatives {

/// What quadratic_form_vjp returns.
template <class Matrix_, class Vector_>
struct [[nodiscard]] QuadraticFormCotangents {
    Matrix_ A_bar;
    Vector_ x_bar;
};

namespace detail {

template <class M>
struct OperandScalar {
    using type = dense_scalar_t<M>;
};
template <SparseMatrix M>
struct OperandScalar<M> {
    using type = scalar_t<M>;
};
/// The scalar of a sparse or dense matrix.
template <class M>
using operand_scalar_t = typename OperandScalar<std::remove_cvref_t<M>>::type;

template <class M>
concept AnyMatrix = SparseMatrix<M> || DenseMatrix<M>;

/// Refuses a matrix of another shape, and entries that are not finite.
template <class T, AnyMatrix M>
void check_matrix(const char* what, const char* which, std::int64_t n, const M& A) {
    static_assert(std::same_as<operand_scalar_t<M>, T>, "tamis: both matrices must have the same scalars; use cast");
    if constexpr (SparseMatrix<M>) {
        check_shape(what, which, n, n, A.rows(), A.cols());
        check_stored<T, index_t<M>>(what, which, tamis::detail::major_view(A), std::remove_cvref_t<M>::is_row_major);
    } else {
        check_operand<T>(what, which, n, n, tamis::detail::ShapedInput<M>(A).view());
    }
}

/// Y −= A X (Y −= Aᴴ X); Y is contiguous by columns.
template <class T, AnyMatrix M>
void subtract_any_product(const M& A, bool adjoint, MatrixView<const T> X, MatrixView<T> Y) {
    if constexpr (SparseMatrix<M>) {
        if (adjoint) multiply_adjoint(A, X, Y, T(-1), T(1));
        else multiply(A, X, Y, T(-1), T(1));
    } else {
        const tamis::detail::ShapedInput<M> a(A);
        if (adjoint) {
            Matrix<T> turned(a.view().cols(), a.view().rows());
            scaled_adjoint<T>(T(1), a.view(), MatrixView<T>(turned));
            subtract_product<T>(MatrixView<const T>(turned), X, Y);
        } else {
            subtract_product<T>(a.view(), X, Y);
        }
    }
}

/// −A X.
template <class T, AnyMatrix M>
Matrix<T> negated_product(const M& A, bool adjoint, MatrixView<const T> X) {
    Matrix<T> Y = Matrix<T>::Zero(X.rows(), X.cols());
    subtract_any_product<T>(A, adjoint, X, MatrixView<T>(Y));
    return Y;
}

/// alpha U Vᴴ in the shape of A: on its pattern if it is sparse.
template <class T, AnyMatrix M>
auto outer_like(const M& A, bool hermitian, T alpha, MatrixView<const T> U, MatrixView<const T> V) {
    if constexpr (SparseMatrix<M>) {
        Matrix<T> scaled(U.rows(), U.cols());
        for (std::int64_t j = 0; j < U.cols(); ++j)
            for (std::int64_t i = 0; i < U.rows(); ++i) scaled(i, j) = alpha * U(i, j);
        return on_pattern_of(A, [&](T* values) {
            outer_on_pattern<T, index_t<M>>(tamis::detail::major_view(A), M::is_row_major, hermitian, Real<T>(1),
                                            MatrixView<const T>(scaled), V, Write::replaces, values);
        });
    } else {
        Matrix<T> result(U.rows(), V.rows());
        outer_product<T>(hermitian, alpha, U, V, Write::replaces, MatrixView<T>(result));
        return result;
    }
}

/// The cotangent alpha x + beta y in the shape of what the caller passed.
template <class T, class X>
DenseResult<T, X> combination(T alpha, MatrixView<const T> x, T beta, MatrixView<const T> y) {
    DenseResult<T, X> result;
    result.resize(x.rows(), x.cols());
    for (std::int64_t j = 0; j < x.cols(); ++j)
        for (std::int64_t i = 0; i < x.rows(); ++i) result(i, j) = alpha * x(i, j) + beta * y(i, j);
    return result;
}

}  // namespace detail

/// q = xᴴ A x for a vector x, tr(Xᴴ A X), the sum over its columns, for a matrix. A is a square sparse or dense matrix,
/// Hermitian or not: for a Hermitian one q is real up to rounding. One product with A. DimensionMismatch; InvalidArgument
/// for a number that is not finite.
template <detail::AnyMatrix M, DenseArgument X>
[[nodiscard]] auto quadratic_form(const M& A, const X& x) {
    using T = detail::operand_scalar_t<M>;
    const tamis::detail::DenseInput<T, X> in(x);
    detail::check_matrix<T>("quadratic_form", "A", in.matrix().rows(), A);
    detail::check_operand<T>("quadratic_form", "x", in.matrix().rows(), in.matrix().cols(), in.matrix());
    const Matrix<T> y = detail::negated_product<T>(A, false, in.matrix());
    return -detail::inner_product<T>(MatrixView<const T>(y), in.matrix());
}

/// The cotangents of A and x for q = xᴴ A x: A_bar = q_bar x xᴴ, on the pattern of a sparse A (in its format), and x_bar =
/// q_bar Aᴴ x + conj(q_bar) A x, which for a Hermitian A and a real q_bar is 2 q_bar A x. Two products with A and one pass
/// over its pattern. Giles 2008 (see solve_vjp), §2.3.
template <detail::AnyMatrix M, DenseArgument X>
auto quadratic_form_vjp(const M& A, const X& x, std::type_identity_t<detail::operand_scalar_t<M>> q_bar) {
    using T = detail::operand_scalar_t<M>;
    const tamis::detail::DenseInput<T, X> in(x);
    const MatrixView<const T> xs = in.matrix();
    detail::check_number("quadratic_form_vjp", "q_bar", q_bar);
    detail::check_matrix<T>("quadratic_form_vjp", "A", xs.rows(), A);
    detail::check_operand<T>("quadratic_form_vjp", "x", xs.rows(), xs.cols(), xs);
    const Matrix<T> Ax = detail::negated_product<T>(A, false, xs);
    const Matrix<T> AHx = detail::negated_product<T>(A, true, xs);
    auto A_bar = detail::outer_like<T>(A, false, q_bar, xs, xs);
    return QuadraticFormCotangents<decltype(A_bar), DenseResult<T, X>>{
        std::move(A_bar), detail::combination<T, X>(-q_bar, MatrixView<const T>(AHx), -tamis::detail::conjugate(q_bar),
                                                    MatrixView<const T>(Ax))};
}

/// The tangent x_dotᴴ A x + xᴴ A_dot x + xᴴ A x_dot. A_dot is sparse (on any pattern) or dense, whatever A is.
template <detail::AnyMatrix M, DenseArgument X, detail::AnyMatrix D, DenseArgument V>
[[nodiscard]] auto quadratic_form_jvp(const M& A, const X& x, const D& A_dot, const V& x_dot) {
    using T = detail::operand_scalar_t<M>;
    const tamis::detail::DenseInput<T, X> in(x);
    const tamis::detail::DenseInput<T, V> dot(x_dot);
    const MatrixView<const T> xs = in.matrix();
    detail::check_matrix<T>("quadratic_form_jvp", "A", xs.rows(), A);
    detail::check_matrix<T>("quadratic_form_jvp", "A_dot", xs.rows(), A_dot);
    detail::check_operand<T>("quadratic_form_jvp", "x", xs.rows(), xs.cols(), xs);
    detail::check_operand<T>("quadratic_form_jvp", "x_dot", xs.rows(), xs.cols(), dot.matrix());
    Matrix<T> y = detail::negated_product<T>(A, false, dot.matrix());
    detail::subtract_any_product<T>(A_dot, false, xs, MatrixView<T>(y));
    const Matrix<T> Ax = detail::negated_product<T>(A, false, xs);
    return T(-detail::inner_product<T>(MatrixView<const T>(y), xs) -
             detail::inner_product<T>(MatrixView<const T>(Ax), dot.matrix()));
}

/// q = bᴴ A⁻¹ b (tr(Bᴴ A⁻¹ B) for a matrix) by one solve with a factorization of A, dense or sparse.
template <Factorization F, DenseArgument B>
[[nodiscard]] auto inverse_quadratic_form(const F& f, const B& b) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, B> in(b);
    detail::check_regular_factor("inverse_quadratic_form", f);
    detail::check_operand<T>("inverse_quadratic_form", "b", f.rows(), in.matrix().cols(), in.matrix());
    Matrix<T> x(f.rows(), in.matrix().cols());
    tamis::detail::solve_columns<F, T>(f, false, in.matrix(), MatrixView<T>(x));
    return detail::inner_product<T>(MatrixView<const T>(x), in.matrix());
}

namespace detail {

/// x = A⁻¹ b and y = A⁻ᴴ b, one solve where they are the same.
template <class T, class F>
struct BothSolutions {
    BothSolutions(const F& f, MatrixView<const T> b) : hermitian(is_of_hermitian(f.info().method)), x(f.rows(), b.cols()) {
        tamis::detail::solve_columns<F, T>(f, false, b, MatrixView<T>(x));
        if (hermitian) return;
        adjoint.resize(f.rows(), b.cols());
        tamis::detail::solve_columns<F, T>(f, true, b, MatrixView<T>(adjoint));
    }
    [[nodiscard]] MatrixView<const T> y() const { return hermitian ? MatrixView<const T>(x) : MatrixView<const T>(adjoint); }
    bool hermitian;
    Matrix<T> x;
    Matrix<T> adjoint;
};

template <class B, class F, class Outer>
auto inverse_form_cotangents(const F& f, const B& b, typename F::scalar_type q_bar, const Outer& outer) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, B> in(b);
    check_number("inverse_quadratic_form_vjp", "q_bar", q_bar);
    check_regular_factor("inverse_quadratic_form_vjp", f);
    check_operand<T>("inverse_quadratic_form_vjp", "b", f.rows(), in.matrix().cols(), in.matrix());
    const BothSolutions<T, F> s(f, in.matrix());
    const MatrixView<const T> x(s.x);
    auto A_bar = outer(s.hermitian, T(-q_bar), s.y(), x);
    return SolveCotangents<decltype(A_bar), DenseResult<T, B>>{
        std::move(A_bar), combination<T, B>(tamis::detail::conjugate(q_bar), x, q_bar, s.y())};
}

}  // namespace detail

/// The cotangents of A and b for q = bᴴ A⁻¹ b: with x = A⁻¹ b and y = A⁻ᴴ b, A_bar = −q_bar y xᴴ and b_bar = conj(q_bar) x +
/// q_bar y. Two solves, one where F reads its matrix as Hermitian; A_bar is Hermitian then. This one is for dense matrices.
template <Factorization F, DenseArgument B>
auto inverse_quadratic_form_vjp(const F& f, const B& b, std::type_identity_t<typename F::scalar_type> q_bar) {
    static_assert(!detail::OfSparse<F>, "tamis: for a sparse matrix pass A too, inverse_quadratic_form_vjp(F, A, b, q_bar)");
    using T = typename F::scalar_type;
    return detail::inverse_form_cotangents(f, b, q_bar, [&](bool hermitian, T alpha, auto y, auto x) {
        Matrix<T> A_bar(y.rows(), x.rows());
        detail::outer_product<T>(hermitian, alpha, y, x, detail::Write::replaces, MatrixView<T>(A_bar));
        return A_bar;
    });
}
/// The same for a sparse A that F factored; A_bar lies on its pattern, in its format.
template <Factorization F, SparseMatrix M, DenseArgument B>
    requires std::same_as<typename F::scalar_type, scalar_t<M>>
auto inverse_quadratic_form_vjp(const F& f, const M& A, const B& b, std::type_identity_t<scalar_t<M>> q_bar) {
    using T = scalar_t<M>;
    detail::check_factor_of("inverse_quadratic_form_vjp", f, A);
    return detail::inverse_form_cotangents(f, b, q_bar, [&](bool hermitian, T alpha, auto y, auto x) {
        return detail::outer_like<T>(A, hermitian, alpha, y, x);
    });
}

/// The tangent b_dotᴴ x + yᴴ (b_dot − A_dot x) with x = A⁻¹ b, y = A⁻ᴴ b; A_dot sparse or dense.
template <Factorization F, DenseArgument B, detail::AnyMatrix D, DenseArgument V>
[[nodiscard]] auto inverse_quadratic_form_jvp(const F& f, const B& b, const D& A_dot, const V& b_dot) {
    using T = typename F::scalar_type;
    const tamis::detail::DenseInput<T, B> in(b);
    const tamis::detail::DenseInput<T, V> dot(b_dot);
    const auto k = in.matrix().cols();
    detail::check_regular_factor("inverse_quadratic_form_jvp", f);
    detail::check_operand<T>("inverse_quadratic_form_jvp", "b", f.rows(), k, in.matrix());
    detail::check_operand<T>("inverse_quadratic_form_jvp", "b_dot", f.rows(), k, dot.matrix());
    detail::check_matrix<T>("inverse_quadratic_form_jvp", "A_dot", f.rows(), A_dot);
    const detail::BothSolutions<T, F> s(f, in.matrix());
    Matrix<T> rhs = dot.matrix().eigen();
    detail::subtract_any_product<T>(A_dot, false, MatrixView<const T>(s.x), MatrixView<T>(rhs));
    return T(detail::inner_product<T>(MatrixView<const T>(s.x), dot.matrix()) +
             detail::inner_product<T>(MatrixView<const T>(rhs), s.y()));
}

}  // namespace tamis::derivatives
