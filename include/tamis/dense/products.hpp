// Products beyond A * B, and the shape of a dense matrix: multi_dot, kron, khatri_rao, outer, cross, bandwidth,
// is_symmetric, is_hermitian.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
/// Rows and columns of the product; DimensionMismatch names the first pair that does not fit.
void check_chain(std::span<const std::int64_t> rows, std::span<const std::int64_t> cols);
template <class T>
void multiply_chain(std::span<const MatrixView<const T>> factors, MatrixView<T> product);

template <class T>
Matrix<T> chain_product(std::span<const MatrixView<const T>> factors) {
    std::vector<std::int64_t> rows, cols;
    for (const auto& A : factors) {
        rows.push_back(A.rows());
        cols.push_back(A.cols());
    }
    check_chain(rows, cols);
    return allocate_matrix<T>(rows.front(), cols.back(), [&](MatrixView<T> out) { multiply_chain<T>(factors, out); });
}
}  // namespace detail

/// A_1 A_2 … A_k, multiplied in the order that takes the fewest operations (Cormen, Leiserson, Rivest, Stein, Introduction
/// to Algorithms, section 15.2; O(k³) to find it), by BLAS. DimensionMismatch names the two that do not fit; InvalidArgument
/// for none at all. A first or last factor that is a vector is a matrix of one column.
template <class T>
[[nodiscard]] Matrix<T> multi_dot(const std::vector<Matrix<T>>& factors) {
    const std::vector<MatrixView<const T>> views(factors.begin(), factors.end());
    return detail::chain_product<T>(views);
}
template <class T>
[[nodiscard]] Matrix<T> multi_dot(std::initializer_list<Matrix<T>> factors) {
    const std::vector<MatrixView<const T>> views(factors.begin(), factors.end());
    return detail::chain_product<T>(views);
}
template <DenseMatrix A, DenseMatrix B, DenseMatrix... M>
[[nodiscard]] auto multi_dot(const A& first, const B& second, const M&... others) {
    using T = dense_scalar_t<A>;
    const detail::ShapedInput<A> a(first);
    const detail::ShapedInput<B> b(second);
    const std::tuple<detail::ShapedInput<M>...> rest(others...);
    std::vector<MatrixView<const T>> views{a.view(), b.view()};
    std::apply([&](const auto&... input) { (views.push_back(input.view()), ...); }, rest);
    return detail::chain_product<T>(views);
}

/// The Kronecker product: block (i, j) is a_ij B.
template <DenseMatrix A, DenseMatrix B>
[[nodiscard]] auto kron(const A& a, const B& b) {
    using T = dense_scalar_t<A>;
    static_assert(std::same_as<T, dense_scalar_t<B>>, "tamis: kron needs factors of one scalar type");
    const detail::ShapedInput<A> left(a);
    const detail::ShapedInput<B> right(b);
    const auto L = left.view(), R = right.view();
    Matrix<T> K(L.rows() * R.rows(), L.cols() * R.cols());
    for (std::int64_t j = 0; j < L.cols(); ++j)
        for (std::int64_t q = 0; q < R.cols(); ++q)
            for (std::int64_t i = 0; i < L.rows(); ++i)
                for (std::int64_t p = 0; p < R.rows(); ++p) K(i * R.rows() + p, j * R.cols() + q) = L(i, j) * R(p, q);
    return K;
}

/// The columnwise Kronecker product: column j is a_j ⊗ b_j. DimensionMismatch for different numbers of columns.
template <DenseMatrix A, DenseMatrix B>
[[nodiscard]] auto khatri_rao(const A& a, const B& b) {
    using T = dense_scalar_t<A>;
    static_assert(std::same_as<T, dense_scalar_t<B>>, "tamis: khatri_rao needs factors of one scalar type");
    const detail::ShapedInput<A> left(a);
    const detail::ShapedInput<B> right(b);
    const auto L = left.view(), R = right.view();
    if (L.cols() != R.cols())
        throw DimensionMismatch("khatri_rao: the factors have " + std::to_string(L.cols()) + " and " +
                                    std::to_string(R.cols()) + " columns; it needs as many of both",
                                L.cols(), R.cols());
    Matrix<T> K(L.rows() * R.rows(), L.cols());
    for (std::int64_t j = 0; j < L.cols(); ++j)
        for (std::int64_t i = 0; i < L.rows(); ++i)
            for (std::int64_t p = 0; p < R.rows(); ++p) K(i * R.rows() + p, j) = L(i, j) * R(p, j);
    return K;
}

/// x yᵀ; nothing is conjugated.
template <VectorArgument X, VectorArgument Y>
[[nodiscard]] auto outer(const X& x, const Y& y) {
    using T = dense_scalar_t<X>;
    const detail::DenseInput<T, X> a(x);
    const detail::DenseInput<T, Y> b(y);
    Matrix<T> M(a.vector().size(), b.vector().size());
    for (std::int64_t j = 0; j < M.cols(); ++j)
        for (std::int64_t i = 0; i < M.rows(); ++i) M(i, j) = a.vector()[i] * b.vector()[j];
    return M;
}

/// The cross product of two vectors of three numbers; nothing is conjugated. DimensionMismatch for other lengths.
template <VectorArgument X, VectorArgument Y>
[[nodiscard]] auto cross(const X& x, const Y& y) {
    using T = dense_scalar_t<X>;
    const detail::DenseInput<T, X> first(x);
    const detail::DenseInput<T, Y> second(y);
    const auto a = first.vector(), b = second.vector();
    if (a.size() != 3 || b.size() != 3)
        throw DimensionMismatch("cross: the vectors have " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                                    " entries; both need 3",
                                3, a.size() != 3 ? a.size() : b.size());
    Vector<T> c(3);
    for (std::int64_t i = 0; i < 3; ++i) c[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
    return c;
}

/// How far nonzeros reach below and above the diagonal.
struct Bandwidth {
    std::int64_t lower = 0;
    std::int64_t upper = 0;
};

/// The bandwidths of a matrix of any shape; NaN is no zero. Looks from the far ends, so that a full matrix costs O(n).
template <DenseMatrix M>
[[nodiscard]] Bandwidth bandwidth(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> input(A);
    const auto a = input.view();
    Bandwidth w;
    for (std::int64_t j = 0; j < a.cols(); ++j) {
        for (std::int64_t i = 0; i < std::min(j - w.upper, a.rows()); ++i)
            if (a(i, j) != T(0)) {
                w.upper = j - i;
                break;
            }
        for (std::int64_t i = a.rows() - 1; i > j + w.lower; --i)
            if (a(i, j) != T(0)) {
                w.lower = i - j;
                break;
            }
    }
    return w;
}

namespace detail {
template <class T, class Mirror>
bool mirrored(MatrixView<const T> A, double tolerance, const Mirror& mirror) {
    if (!(tolerance >= 0))
        throw InvalidArgument("is_symmetric: the tolerance is " + std::to_string(tolerance) + "; it cannot be negative");
    if (A.rows() != A.cols()) return false;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = j; i < A.rows(); ++i) {
            const T a = A(i, j);
            const T b = mirror(A(j, i));
            if (a == b) continue;
            if (!(static_cast<double>(std::abs(a - b)) <=
                  tolerance * static_cast<double>(std::max(std::abs(a), std::abs(b)))))
                return false;
        }
    return true;
}
}  // namespace detail

/// Whether a_ij = a_ji, exactly or up to `tolerance` relative to the larger of both. False for a rectangle, and where there
/// is a NaN.
template <DenseMatrix M>
[[nodiscard]] bool is_symmetric(const M& A, double tolerance = 0) {
    using T = dense_scalar_t<M>;
    return detail::mirrored<T>(detail::ShapedInput<M>(A).view(), tolerance, [](const T& x) { return x; });
}

/// Whether a_ij = conj(a_ji), as is_symmetric.
template <DenseMatrix M>
[[nodiscard]] bool is_hermitian(const M& A, double tolerance = 0) {
    using T = dense_scalar_t<M>;
    return detail::mirrored<T>(detail::ShapedInput<M>(A).view(), tolerance, [](const T& x) { return detail::conjugate(x); });
}

}  // namespace tamis
