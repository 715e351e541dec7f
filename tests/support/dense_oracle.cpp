#include "support/dense_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>

namespace tamis::test {

template <class W>
std::int64_t DenseSvd<W>::rank(double threshold) const {
    std::int64_t count = 0;
    for (const double s : singular_values) count += s > threshold * singular_values[0];
    return count;
}

template <class W>
Matrix<W> DenseSvd<W>::solve(const Matrix<W>& B, std::int64_t rank) const {
    const Matrix<W> C = U.leftCols(rank).adjoint() * B;
    return V.leftCols(rank) * singular_values.head(rank).cwiseInverse().template cast<W>().asDiagonal() * C;
}

template <class W>
DenseSvd<W> dense_svd(const Matrix<W>& A) {
    const Eigen::JacobiSVD<Matrix<W>> svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return {svd.singularValues(), svd.matrixU(), svd.matrixV()};
}

template <class W>
Vector<double> dense_singular_values(const Matrix<W>& A) {
    return Eigen::JacobiSVD<Matrix<W>>(A).singularValues();
}

template <class W>
Vector<double> hermitian_eigenvalues(const Matrix<W>& A) {
    return Eigen::SelfAdjointEigenSolver<Matrix<W>>(A, Eigen::EigenvaluesOnly).eigenvalues();
}

template <class W>
Matrix<W> dense_inverse(const Matrix<W>& A) {
    return Eigen::PartialPivLU<Matrix<W>>(A).inverse();
}

template <class W>
W dense_determinant(const Matrix<W>& A) {
    return Eigen::PartialPivLU<Matrix<W>>(A).determinant();
}

template <class T>
Matrix<T> product(const Matrix<T>& A, const Matrix<T>& B) {
    if (A.cols() != B.rows()) throw std::logic_error("product: the shapes do not fit");
    Matrix<T> C = Matrix<T>::Zero(A.rows(), B.cols());
    for (std::int64_t j = 0; j < B.cols(); ++j)
        for (std::int64_t k = 0; k < A.cols(); ++k)
            for (std::int64_t i = 0; i < A.rows(); ++i) C(i, j) += A(i, k) * B(k, j);
    return C;
}

template <class T>
Matrix<T> adjoint_product(const Matrix<T>& A, const Matrix<T>& B) {
    if (A.rows() != B.rows()) throw std::logic_error("adjoint_product: the shapes do not fit");
    Matrix<T> C(A.cols(), B.cols());
    for (std::int64_t j = 0; j < B.cols(); ++j) {
        for (std::int64_t i = 0; i < A.cols(); ++i) {
            InDouble<T> dot = 0;
            for (std::int64_t k = 0; k < A.rows(); ++k)
                dot += detail::conjugate(InDouble<T>(A(k, i))) * InDouble<T>(B(k, j));
            C(i, j) = static_cast<T>(dot);
        }
    }
    return C;
}

template <class T>
double max_difference(const Matrix<T>& A, const Matrix<T>& B) {
    if (A.rows() != B.rows() || A.cols() != B.cols()) throw std::logic_error("max_difference: the shapes differ");
    double largest = 0;
    for (std::int64_t k = 0; k < A.size(); ++k) {
        const auto d = static_cast<double>(std::abs(A.data()[k] - B.data()[k]));
        if (std::isnan(d)) return std::numeric_limits<double>::quiet_NaN();
        largest = std::max(largest, d);
    }
    return largest;
}

template <class T>
double max_modulus(const Matrix<T>& A) {
    return max_difference<T>(A, Matrix<T>::Zero(A.rows(), A.cols()));
}

template <class T>
double frobenius_norm(const Matrix<T>& A) {
    return static_cast<double>(A.norm());
}

#define TAMIS_INSTANTIATE(T)                                                \
    template Matrix<T> product(const Matrix<T>&, const Matrix<T>&);         \
    template Matrix<T> adjoint_product(const Matrix<T>&, const Matrix<T>&); \
    template double max_difference(const Matrix<T>&, const Matrix<T>&);     \
    template double max_modulus(const Matrix<T>&);                          \
    template double frobenius_norm(const Matrix<T>&);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

#define TAMIS_INSTANTIATE(W)                                         \
    template struct DenseSvd<W>;                                     \
    template DenseSvd<W> dense_svd(const Matrix<W>&);                \
    template Vector<double> dense_singular_values(const Matrix<W>&); \
    template Vector<double> hermitian_eigenvalues(const Matrix<W>&); \
    template Matrix<W> dense_inverse(const Matrix<W>&);              \
    template W dense_determinant(const Matrix<W>&);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::test
