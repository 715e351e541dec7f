// qr_update, qr_insert, qr_delete: the QR factorization of a changed matrix, in O(m n) rather than O(m n²).
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/dense/operand.hpp>

namespace tamis {

/// Along which lines something is done: rows or columns.
enum class Axis { row, column };

/// Factors Q and R.
template <class T>
struct QrParts {
    Matrix<T> q;
    Matrix<T> r;
};

namespace detail {

/// A change of the matrix m×n whose Q is m×k and R k×n: what the new sizes are, and the work. u and v are read as columns.
struct QrChange {
    enum class Kind { update, insert, remove } kind;
    Axis axis = Axis::row;
    std::int64_t position = 0;
};
struct QrShape {
    std::int64_t m = 0;
    std::int64_t k = 0;
    std::int64_t n = 0;
};
/// The sizes after the change; refuses what does not fit.
QrShape changed_shape(const char* what, QrChange change, QrShape q_and_r, std::int64_t rows_of_r, std::int64_t u,
                      std::int64_t v);
template <class T>
void change_qr(const char* what, QrChange change, MatrixView<const T> Q, MatrixView<const T> R, VectorView<const T> u,
               VectorView<const T> v, MatrixView<T> q, MatrixView<T> r);

template <class T>
QrParts<T> changed_qr(const char* what, QrChange change, MatrixView<const T> Q, MatrixView<const T> R, VectorView<const T> u,
                      VectorView<const T> v) {
    const QrShape shape = changed_shape(what, change, {Q.rows(), Q.cols(), R.cols()}, R.rows(), u.size(), v.size());
    QrParts<T> parts{Matrix<T>(shape.m, shape.k), Matrix<T>(shape.k, shape.n)};
    change_qr<T>(what, change, Q, R, u, v, MatrixView<T>(parts.q), MatrixView<T>(parts.r));
    return parts;
}

}  // namespace detail

/// The QR factorization of Q·R + u·vᴴ by rotations (Golub, Van Loan: Matrix Computations, 4th ed., §6.5.1). Q is m×k with
/// orthonormal columns, either square (k = m) or thin (k = n ≤ m), R k×n; the results have the same shapes. Q is taken for
/// orthonormal, R for upper trapezoidal; neither is checked. DimensionMismatch; InvalidArgument for an entry that is not
/// finite. O(m k + k n).
template <DenseMatrix Q, DenseMatrix R, DenseArgument U, DenseArgument V>
[[nodiscard]] QrParts<dense_scalar_t<Q>> qr_update(const Q& q, const R& r, const U& u, const V& v) {
    using T = dense_scalar_t<Q>;
    static_assert(std::same_as<T, dense_scalar_t<R>>, "tamis: Q and R must have the same scalars");
    const detail::DenseInput<T, U> left(u);
    const detail::DenseInput<T, V> right(v);
    return detail::changed_qr<T>("qr_update", {detail::QrChange::Kind::update}, detail::ShapedInput<Q>(q).view(),
                                 detail::ShapedInput<R>(r).view(), left.vector(), right.vector());
}

/// The QR factorization of Q·R with `vector` inserted as a row or column before the one at `position` (the number of rows or
/// columns: at the end). Q square or thin, as for qr_update; a square Q stays square, a thin one thin while it can (a column
/// that makes the matrix wider than tall: square). DimensionMismatch; InvalidArgument for a position outside, or an entry
/// that is not finite. O(m k + k n).
template <DenseMatrix Q, DenseMatrix R, DenseArgument U>
[[nodiscard]] QrParts<dense_scalar_t<Q>> qr_insert(const Q& q, const R& r, const U& vector, std::int64_t position,
                                                   Axis axis = Axis::row) {
    using T = dense_scalar_t<Q>;
    static_assert(std::same_as<T, dense_scalar_t<R>>, "tamis: Q and R must have the same scalars");
    const detail::DenseInput<T, U> u(vector);
    return detail::changed_qr<T>("qr_insert", {detail::QrChange::Kind::insert, axis, position},
                                 detail::ShapedInput<Q>(q).view(), detail::ShapedInput<R>(r).view(), u.vector(), {});
}

/// The QR factorization of Q·R without the row or column at `position`. Q square or thin, as for qr_update; a square Q stays
/// square, a thin one thin (a row that makes the matrix wider than tall: square). DimensionMismatch; InvalidArgument for a
/// position outside. O(m k + k n).
template <DenseMatrix Q, DenseMatrix R>
[[nodiscard]] QrParts<dense_scalar_t<Q>> qr_delete(const Q& q, const R& r, std::int64_t position, Axis axis = Axis::row) {
    using T = dense_scalar_t<Q>;
    static_assert(std::same_as<T, dense_scalar_t<R>>, "tamis: Q and R must have the same scalars");
    return detail::changed_qr<T>("qr_delete", {detail::QrChange::Kind::remove, axis, position},
                                 detail::ShapedInput<Q>(q).view(), detail::ShapedInput<R>(r).view(), {}, {});
}

}  // namespace tamis
