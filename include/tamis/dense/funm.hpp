// funm: any analytic function of a dense matrix, from its values on complex numbers alone.
#pragma once

#include <complex>
#include <concepts>
#include <functional>
#include <utility>

#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {

/// A user's function; may give what is not finite.
using ScalarFunction = std::function<std::complex<double>(std::complex<double>)>;

template <class F, class R>
concept TakesComplex = requires(F& f, std::complex<R> x) {
    { f(x) } -> std::convertible_to<std::complex<double>>;
};

/// f, which takes complex numbers in double precision or, failing that, in single.
template <class F>
    requires TakesComplex<F, double> || TakesComplex<F, float> ScalarFunction as_scalar_function(F&& f) {
        if constexpr (TakesComplex<F, double>)
            return [f = std::forward<F>(f)](std::complex<double> x) mutable { return std::complex<double>(f(x)); };
        else
            return [f = std::forward<F>(f)](std::complex<double> x) mutable {
                return std::complex<double>(f(std::complex<float>(x)));
            };
    }

template <class T>
void general_function(MatrixView<const T> A, const ScalarFunction& f, MatrixView<T> X);

}  // namespace detail

/// f(A) for an f that is analytic around the eigenvalues of A, given by its values on complex numbers:
/// `funm(A, [](std::complex<double> x) { return std::sqrt(x); })`.
///
/// By eigenvectors for a Hermitian A; otherwise by the complex Schur form and Parlett's recurrence in blocks of close
/// eigenvalues (P. I. Davies, N. J. Higham, A Schur–Parlett algorithm for computing matrix functions, SIAM J. Matrix Anal.
/// Appl. 25(2), 2003). The functions of such blocks, which need derivatives, are Taylor series with coefficients from values
/// of f on a circle around the block (Lyness and Moler 1967): so f is called beside the eigenvalues too, at distances of up
/// to a tenth of the largest of them. Where f proves not to be analytic there, as beside a branch cut, smaller blocks are
/// tried; eigenvalues that stay too close lose digits. Computed in double precision for every scalar. What is special to a
/// function (expm, sqrtm, logm, …) is quicker and more accurate.
///
/// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, where f is not finite at an
/// eigenvalue, and where f(A) of a real A is not real, as f(conj λ) ≠ conj f(λ): pass a complex matrix. About 30 n³ flops
/// and 6 n² complex numbers of storage. Exceptions of f pass through.
template <DenseMatrix M, class F>
[[nodiscard]] auto funm(const M& A, F&& f) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    const detail::ScalarFunction function = detail::as_scalar_function(std::forward<F>(f));
    return detail::allocate_matrix<T>(a.view().rows(), a.view().cols(),
                                      [&](MatrixView<T> X) { detail::general_function<T>(a.view(), function, X); });
}

}  // namespace tamis
