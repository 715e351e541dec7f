// What tests compare dense results with: decompositions by Eigen in double precision, products, and the largest difference.
// Compiled once (dense_oracle.cpp), since the templates took longer to compile than the tests.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::test {

/// double or complex<double>.
template <class T>
using InDouble = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

template <class T>
Matrix<InDouble<T>> in_double(const Matrix<T>& A) {
    return A.template cast<InDouble<T>>();
}

/// A = U diag(singular_values) Vᴴ, U and V with min(m, n) columns.
template <class W>
struct DenseSvd {
    Vector<double> singular_values;
    Matrix<W> U;
    Matrix<W> V;

    /// Singular values above `threshold` times the largest.
    [[nodiscard]] std::int64_t rank(double threshold) const;
    /// A⁺ B by the `rank` largest singular values.
    [[nodiscard]] Matrix<W> solve(const Matrix<W>& B, std::int64_t rank) const;
};

// W is double or complex<double>.
template <class W>
DenseSvd<W> dense_svd(const Matrix<W>& A);
/// Descending; a third of the time.
template <class W>
Vector<double> dense_singular_values(const Matrix<W>& A);
/// Ascending.
template <class W>
Vector<double> hermitian_eigenvalues(const Matrix<W>& A);
template <class W>
Matrix<W> dense_inverse(const Matrix<W>& A);
template <class W>
W dense_determinant(const Matrix<W>& A);

// By plain loops. T is any of the four scalars; name it where an argument is an expression: max_difference<T>(R.leftCols(3),
// product(X, C)). Shapes that do not fit throw std::logic_error.
/// A B.
template <class T>
Matrix<T> product(const Matrix<T>& A, const Matrix<T>& B);
/// Aᴴ B, its sums in double precision.
template <class T>
Matrix<T> adjoint_product(const Matrix<T>& A, const Matrix<T>& B);
/// max |A(i, j) − B(i, j)|, 0 where there are no entries, and NaN where any entry of either is.
template <class T>
double max_difference(const Matrix<T>& A, const Matrix<T>& B);
/// max |A(i, j)|, as above.
template <class T>
double max_modulus(const Matrix<T>& A);
/// ‖A‖_F.
template <class T>
double frobenius_norm(const Matrix<T>& A);

/// B(i, j) = A(p[i], q[j]) of dense matrices.
template <class T, class P, class Q>
Matrix<T> permuted(const Matrix<T>& A, const P& p, const Q& q) {
    Matrix<T> B(A.rows(), A.cols());
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            B(i, j) = A(static_cast<std::int64_t>(p.begin()[i]), static_cast<std::int64_t>(q.begin()[j]));
    return B;
}

}  // namespace tamis::test
