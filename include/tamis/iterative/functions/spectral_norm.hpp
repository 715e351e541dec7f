// norm2_estimate of operators, and condition_2_estimate: the largest singular value of A and of its inverse.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <tamis/core/error.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/qr.hpp>

namespace tamis {

namespace detail {
/// A lower bound of ‖A‖₂; `name` is the public function, for messages.
template <class T>
double spectral_norm(const char* name, const OperatorRef<T>& A, const Norm2Options& options);
}  // namespace detail

/// A lower bound of ‖A‖₂ for an operator with an adjoint, or a dense matrix, of any shape: the largest singular value of the
/// bidiagonal matrix of Golub and Kahan, from a fixed random start (deterministic). It stops when four steps change the
/// estimate by less than `tolerance` of it (10⁻³ by default): then often right to that, less so where the
/// largest singular values crowd together. NaN or infinity where products are. Two products a step, `max_iterations` at
/// most; holds 2 (rows + cols) numbers. InvalidArgument for options out of range, Unsupported for an operator without
/// adjoint.
///
/// G. H. Golub, W. Kahan, Calculating the singular values and pseudo-inverse of a matrix, SIAM J. Numer. Anal. B 2(2), 1965;
/// J. Kuczyński, H. Woźniakowski, SIAM J. Matrix Anal. Appl. 13(4), 1992 (accuracy of Lanczos' process from a random start).
template <OperatorArgument A>
    requires(!SparseMatrix<A>)
[[nodiscard]] Real<operator_scalar_t<A>> norm2_estimate(const A& a, const Norm2Options& options = {}) {
    using T = operator_scalar_t<A>;
    const Operator<T> op(a);
    return static_cast<Real<T>>(detail::spectral_norm<T>("norm2_estimate", op.ref(), options));
}

namespace detail {

template <SparseMatrix M>
double condition_by_factor(const M& A, const Norm2Options& options) {
    using T = scalar_t<M>;
    constexpr const char* name = "condition_2_estimate";
    const auto product = [&](const auto& factor) {
        const Operator<T> op(A), inverse(factor);
        return spectral_norm<T>(name, op.ref(), options) * spectral_norm<T>(name, inverse.ref(), options);
    };
    try {
        if (A.rows() == A.cols()) return product(lu(A));
        const auto factor = qr(A);
        if (factor.rank() < std::min<std::int64_t>(A.rows(), A.cols())) return std::numeric_limits<double>::infinity();
        return product(factor);
    } catch (const SingularMatrix&) {
        return std::numeric_limits<double>::infinity();
    }
}

}  // namespace detail

/// A lower bound of σ_max(A)/σ_min(A) for a sparse matrix: norm2_estimate, by the process above, of A and of its inverse
/// by `lu`, for a rectangle of its pseudoinverse by `qr`. The two tolerances add up. Infinity for a matrix that is
/// singular, or without full rank as `qr` decides that; 0 for an empty one. A factorization, and two products or solves
/// a step. Throws what lu and qr throw, but for SingularMatrix.
template <SparseMatrix M>
[[nodiscard]] double condition_2_estimate(const M& A, const Norm2Options& options = {}) {
    using T = scalar_t<M>;
    if (A.rows() == 0 || A.cols() == 0) return 0;
    // A condition has no scale, but products with A⁻¹ may be out of range: A is brought near 1 where it is far from that.
    const auto size = static_cast<double>(norm(A, Norm::max));
    constexpr double far = std::is_same_v<Real<T>, float> ? 1e15 : 1e100;
    if (!(size > 0 && size <= std::numeric_limits<double>::max()) || (size > 1 / far && size < far))
        return detail::condition_by_factor(A, options);
    constexpr int most = std::numeric_limits<Real<T>>::max_exponent - 2;
    const double factor = std::ldexp(1.0, std::clamp(-std::ilogb(size), -most, most));
    return detail::condition_by_factor(T(static_cast<Real<T>>(factor)) * A, options);
}

}  // namespace tamis
