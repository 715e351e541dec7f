#include "support/dense_oracle.hpp"

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

#define TAMIS_INSTANTIATE(W)                                         \
    template struct DenseSvd<W>;                                     \
    template DenseSvd<W> dense_svd(const Matrix<W>&);                \
    template Vector<double> hermitian_eigenvalues(const Matrix<W>&); \
    template Matrix<W> dense_inverse(const Matrix<W>&);              \
    template W dense_determinant(const Matrix<W>&);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::test
