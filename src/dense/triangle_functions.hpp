// Private: principal roots, logarithms and powers of upper (quasi-)triangular matrices, contiguous and column-major.
//
// `noise` is what eigenvalues are uncertain by, 0 where they are given as they stand. Where a function of a real matrix is
// not real, InvalidArgument says so and advises a complex one.
#pragma once

#include <complex>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// InvalidArgument: f(A) is not real for the eigenvalue.
[[noreturn]] void throw_not_real(const char* what, double eigenvalue);
/// SingularMatrix: f(A) does not exist for a singular A.
[[noreturn]] void throw_no_function_of_singular(const char* what, std::int64_t row);

/// The eigenvalues of a (quasi-)triangle; the 2×2 blocks of a real one are [a b; c a] with b c < 0.
template <class T>
Array<std::complex<Real<T>>> triangle_eigenvalues(std::int64_t n, const T* A);

/// A := A^(1/2), in the halves of halves: n³/3 flops. Å. Björck, S. Hammarling, Linear Algebra Appl. 52/53, 1983; N. J.
/// Higham, Linear Algebra Appl. 88/89, 1987 (real arithmetic); E. Deadman, N. J. Higham, R. Ralha, Blocked Schur algorithms
/// for computing the matrix square root, PARA 2012 (recursion). Negative real eigenvalues within the noise count as 0;
/// SingularMatrix where a multiple eigenvalue 0 leaves no root.
template <class T>
void triangle_square_root(const char* what, std::int64_t n, T* A, Real<T> noise);

/// log A by inverse scaling and squaring: A. H. Al-Mohy, N. J. Higham, Improved inverse scaling and squaring algorithms for
/// the matrix logarithm, SIAM J. Sci. Comput. 34(4), 2012; in real arithmetic A. H. Al-Mohy, N. J. Higham, S. D. Relton,
/// SIAM J. Sci. Comput. 35(4), 2013. SingularMatrix for an eigenvalue within the noise.
template <class T>
Array<T> triangle_logarithm(const char* what, std::int64_t n, const Array<T>& A, Real<T> noise);

/// A^p by the Schur–Padé algorithm: N. J. Higham, L. Lin, An improved Schur–Padé algorithm for fractional powers of a matrix
/// and their Fréchet derivatives, SIAM J. Matrix Anal. Appl. 34(3), 2013. SingularMatrix as above.
template <class T>
Array<T> triangle_power(const char* what, std::int64_t n, const Array<T>& A, double p, Real<T> noise);

}  // namespace tamis::detail
