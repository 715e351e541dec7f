// How each kind of object acts as a linear operator: what OperatorRef is built from. Nothing here is for callers but the
// concept OperatorArgument.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis {

namespace detail {

/// The functions of an operator whose class is forgotten. Vectors are blocks of one column; sizes were checked, X and Y do
/// not overlap, and Y may hold anything.
template <class T>
struct OperatorTable {
    std::int64_t (*rows)(const void* a);
    std::int64_t (*cols)(const void* a);
    bool (*has_adjoint)(const void* a);
    void (*apply)(const void* a, MatrixView<const T> X, MatrixView<T> Y);
    void (*apply_adjoint)(const void* a, MatrixView<const T> X, MatrixView<T> Y);
    /// The numbers that a diagonal operator multiplies by; null for others.
    const T* (*scaling)(const void* a);
};

/// Throws Unsupported: the operator was asked for a product with its adjoint and has none.
[[noreturn]] void throw_no_adjoint();

/// Y = A X (or Aᴴ X) for a dense A of any strides; on several threads where A is large.
template <class T>
void apply_dense(MatrixView<const T> A, bool adjoint, MatrixView<const T> X, MatrixView<T> Y);

// ---- the kinds

template <class A, class T>
concept AppliesVectors = requires(const A& a, VectorView<const T> x, VectorView<T> y) {
    { a.rows() } -> std::convertible_to<std::int64_t>;
    { a.cols() } -> std::convertible_to<std::int64_t>;
    a.apply(x, y);
};
template <class A, class T>
concept AppliesBlocks = requires(const A& a, MatrixView<const T> X, MatrixView<T> Y) {
    a.apply(X, Y);
};
template <class A, class T>
concept AppliesAdjoint = requires(const A& a, VectorView<const T> x, VectorView<T> y) {
    a.apply_adjoint(x, y);
};
template <class A, class T>
concept AppliesAdjointToBlocks = requires(const A& a, MatrixView<const T> X, MatrixView<T> Y) {
    a.apply_adjoint(X, Y);
};

template <class A>
concept DenseOperator = (EigenStorage<A> || TamisMatrixView<A>)&&!VectorArgument<A>;

template <class A, class T>
concept FactorizationOf = Factorization<A> && std::same_as<typename A::scalar_type, T>;

template <class A, class T>
inline constexpr bool has_scalar_v = [] {
    if constexpr (SparseMatrix<A>) return std::same_as<scalar_t<A>, T>;
    else if constexpr (DenseOperator<A>) return std::same_as<dense_scalar_t<A>, T>;
    else return true;
}();

/// True where an A stands for a T-linear operator.
template <class A, class T>
concept ActsAsOperator = ((SparseMatrix<A> || DenseOperator<A>)&&has_scalar_v<A, T>) ||
                         (!SparseMatrix<A> && !DenseOperator<A> && (AppliesVectors<A, T> || FactorizationOf<A, T>));

/// True for what refers to somebody else's memory and is kept by value: views of sparse and dense matrices.
template <class A>
inline constexpr bool is_operator_view_v = [] {
    if constexpr (SparseMatrix<A>) return A::is_view;
    else if constexpr (EigenStorage<A>) return !EigenOwner<A>;
    else return TamisMatrixView<A>;
}();

/// x = A⁻¹ b (or A⁻ᴴ b) by a factorization; one that takes no views is given vectors of its own.
template <class F, class T>
void solve_columns(const F& f, bool adjoint, MatrixView<const T> B, MatrixView<T> X) {
    if constexpr (requires {
                      f.solve_into(B, X);
                      f.solve_adjoint_into(B, X);
                  }) {
        if (adjoint) f.solve_adjoint_into(B, X);
        else f.solve_into(B, X);
    } else {
        for (std::int64_t j = 0; j < B.cols(); ++j) {
            const Vector<T> b = B.col(j).eigen();
            X.col(j).eigen() = adjoint ? Vector<T>(f.solve_adjoint(b)) : Vector<T>(f.solve(b));
        }
    }
}

template <class A, class T>
struct OperatorAccess {
    static const A& object(const void* a) noexcept { return *static_cast<const A*>(a); }
    static constexpr bool by_solving = !SparseMatrix<A> && !DenseOperator<A> && !AppliesVectors<A, T>;

    static std::int64_t rows(const void* a) { return by_solving ? object(a).cols() : object(a).rows(); }
    static std::int64_t cols(const void* a) { return by_solving ? object(a).rows() : object(a).cols(); }

    static bool has_adjoint([[maybe_unused]] const void* a) {
        if constexpr (SparseMatrix<A> || DenseOperator<A> || by_solving) return true;
        else if constexpr (requires { object(a).has_adjoint(); }) return object(a).has_adjoint();
        else return AppliesAdjoint<A, T>;
    }

    static void apply(const void* a, MatrixView<const T> X, MatrixView<T> Y) {
        if constexpr (SparseMatrix<A>) {
            constexpr auto op = A::is_row_major ? Operation::none : Operation::transposed;
            multiply<T, index_t<A>>(major_view(object(a)), op, X, Y, T(1), T(0), "apply");
        } else if constexpr (DenseOperator<A>) {
            apply_dense<T>(MatrixView<const T>(object(a)), false, X, Y);
        } else if constexpr (by_solving) {
            solve_columns<A, T>(object(a), false, X, Y);
        } else if constexpr (AppliesBlocks<A, T>) {
            object(a).apply(X, Y);
        } else {
            for (std::int64_t j = 0; j < X.cols(); ++j) object(a).apply(X.col(j), Y.col(j));
        }
    }

    static void apply_adjoint([[maybe_unused]] const void* a, [[maybe_unused]] MatrixView<const T> X,
                              [[maybe_unused]] MatrixView<T> Y) {
        if constexpr (SparseMatrix<A>) {
            constexpr auto op = A::is_row_major ? Operation::adjoint : Operation::conjugated;
            multiply<T, index_t<A>>(major_view(object(a)), op, X, Y, T(1), T(0), "apply_adjoint");
        } else if constexpr (DenseOperator<A>) {
            apply_dense<T>(MatrixView<const T>(object(a)), true, X, Y);
        } else if constexpr (by_solving) {
            solve_columns<A, T>(object(a), true, X, Y);
        } else if constexpr (AppliesAdjointToBlocks<A, T>) {
            object(a).apply_adjoint(X, Y);
        } else if constexpr (AppliesAdjoint<A, T>) {
            for (std::int64_t j = 0; j < X.cols(); ++j) object(a).apply_adjoint(X.col(j), Y.col(j));
        } else {
            throw_no_adjoint();
        }
    }

    static const T* scaling([[maybe_unused]] const void* a) {
        if constexpr (requires { preconditioner_scaling(object(a)); }) return preconditioner_scaling(object(a));
        else return nullptr;
    }

    static constexpr OperatorTable<T> table{rows, cols, has_adjoint, apply, apply_adjoint, scaling};
};

template <class A>
struct OperatorScalar {};
template <class A>
    requires requires {
        typename A::scalar_type;
    }
struct OperatorScalar<A> {
    using type = typename A::scalar_type;
};
template <class A>
    requires(!requires { typename A::scalar_type; })
&&DenseOperator<A> struct OperatorScalar<A> { using type = dense_scalar_t<A>; };

}  // namespace detail

/// The scalar of an operator.
template <class A>
using operator_scalar_t = typename detail::OperatorScalar<std::remove_cvref_t<A>>::type;

/// Anything that stands for a linear operator: Csr, Csc and their views, dense matrices (Eigen's and MatrixView),
/// factorizations (as the inverse of what they factored), TunedMatrix, Operator, OperatorRef, and every object with a member
/// type `scalar_type`, `rows()`, `cols()` and `apply(x, y)` on vector views, such as a preconditioner. Optional members:
/// `apply_adjoint(x, y)`, `has_adjoint()` where that is known at run time only, and both products on matrix views, for
/// blocks of vectors.
template <class A>
concept OperatorArgument = requires {
    typename operator_scalar_t<A>;
}
&&Scalar<operator_scalar_t<A>>&& detail::ActsAsOperator<std::remove_cvref_t<A>, operator_scalar_t<A>>;

}  // namespace tamis
