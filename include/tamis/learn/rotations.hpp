// rotation_2d, random_orthogonal, random_rotation: rotations of the plane, and uniformly random ones of any space.
#pragma once

#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis::learn {

namespace detail {
/// InvalidArgument unless the angle is finite.
template <class R>
void rotation_2d(R angle, R& cosine, R& sine);
/// Q, n×n contiguous; `special`: of determinant 1.
template <class T>
void random_unitary(std::int64_t n, std::uint64_t seed, bool special, T* Q);
/// InvalidArgument for n < 0.
void check_order(const char* caller, std::int64_t n);
}  // namespace detail

/// The rotation of the plane by an angle in radians, counterclockwise: [cos −sin; sin cos]. InvalidArgument for an angle
/// that is not finite.
template <class T>
[[nodiscard]] Matrix<T> rotation_2d(Real<T> angle) {
    static_assert(Scalar<T>);
    Real<T> c = 0, s = 0;
    detail::rotation_2d<Real<T>>(angle, c, s);
    Matrix<T> Q(2, 2);
    Q(0, 0) = Q(1, 1) = T(c);
    Q(1, 0) = T(s);
    Q(0, 1) = T(-s);
    return Q;
}

/// A random orthogonal (for complex T unitary) n×n matrix from Haar's measure, the uniform distribution: QᵀQ = I, and U Q V
/// has the distribution of Q for any orthogonal U, V. The Q of the QR factorization of a matrix of normal numbers, with the
/// phases of R's diagonal moved into Q, without which LAPACK's convention would show (F. Mezzadri, How to generate random
/// matrices from the classical compact groups, Notices of the AMS 54, 2007). The same seed gives the same matrix.
/// InvalidArgument for n < 0; n = 0 gives an empty matrix. 8/3 n³ flops.
template <class T>
[[nodiscard]] Matrix<T> random_orthogonal(std::int64_t n, std::uint64_t seed = 0) {
    static_assert(Scalar<T>);
    detail::check_order("random_orthogonal", n);
    return tamis::detail::allocate_matrix<T>(n, n, [&](auto Q) { detail::random_unitary<T>(n, seed, false, Q.data()); });
}

/// A random rotation: orthogonal with determinant +1 (for complex T unitary with determinant 1), from Haar's measure on that
/// group. random_orthogonal with its first column turned by the inverse of the determinant, which is known from the
/// Householder reflections, for real T exactly: no rounding decides on the sign. n = 1 gives [1].
template <class T>
[[nodiscard]] Matrix<T> random_rotation(std::int64_t n, std::uint64_t seed = 0) {
    static_assert(Scalar<T>);
    detail::check_order("random_rotation", n);
    return tamis::detail::allocate_matrix<T>(n, n, [&](auto Q) { detail::random_unitary<T>(n, seed, true, Q.data()); });
}

}  // namespace tamis::learn
