// Distances, kernels, moments and softmax where the textbook formulas lose their digits, each with the numbers that a person
// would check.
#include <tamis/learn.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>

using tamis::Matrix;
using tamis::Vector;

int main() {
    namespace learn = tamis::learn;

    // Pairs of points 1e-6 apart in 40 dimensions, far from the origin and from each other.
    const std::int64_t n = 100, p = 40;
    const Matrix<double> noise = learn::random_rotation<double>(n, 1).leftCols(p);
    Matrix<double> X = (100 * noise).array() + 1000;
    for (std::int64_t i = 1; i < n; i += 2) X.row(i) = X.row(i - 1).array() + 1e-6 / std::sqrt(40.0);
    const Matrix<double> D = learn::pairwise_distances(X);
    const double expanded = X.row(0).squaredNorm() + X.row(1).squaredNorm() - 2 * X.row(0).dot(X.row(1));
    const double direct = (X.row(0) - X.row(1)).norm();
    std::cout.precision(12);
    std::cout << "distance of a close pair: " << D(1, 0) << ", by its differences " << direct << ", |x|^2 + |y|^2 - 2 x.y "
              << std::sqrt(std::max(expanded, 0.0)) << "\n";

    const Matrix<double> K = learn::rbf_kernel(X, {.length_scale = 20.0});
    const bool symmetric = tamis::is_symmetric(K) && K.diagonal() == Vector<double>::Ones(n);
    std::cout << "Gaussian kernel: symmetric with ones on the diagonal " << symmetric << ", least eigenvalue "
              << tamis::eigvalsh(K)[0] << "\n";

    // A variance of 1e-4 around 1e6: the mean of squares minus the square of the mean has no digit of it.
    const Matrix<double> Y = (noise.leftCols(2) * 0.1).array() + 1e6;
    const double textbook = (Y.col(0).squaredNorm() - static_cast<double>(n) * std::pow(Y.col(0).mean(), 2)) / (n - 1);
    const Matrix<double> C = learn::covariance(Y), R = learn::correlation(Y);
    const Matrix<double> exact = learn::covariance(Matrix<double>(noise.leftCols(2) * 0.1));
    std::cout << "variance far from the origin: " << C(0, 0) << ", of the same data around 0 " << exact(0, 0)
              << ", by the textbook " << textbook << "\ncorrelation " << R(0, 1) << ", of a standardized copy "
              << learn::covariance(learn::standardize(Y).standardized)(0, 1) << "\n";

    const Vector<double> x{{1000.0, 1001.0, -1e300}};
    std::cout << "softmax " << learn::softmax(x).transpose() << ", log " << learn::log_softmax(x).head(2).transpose()
              << ", log of the sum " << learn::log_sum_exp(x) << "\n";

    // Documents as sparse counts: cosines of those that share a word, and no others.
    const tamis::Csr<double> words = tamis::random_sparse<double>(200, 5000, 0.002, 7);
    const tamis::Csr<double> cosines = learn::cosine_similarity(words);
    std::cout << "cosines of 200 documents: " << cosines.nnz() << " that are not zero\n";

    const bool good = std::abs(D(1, 0) / direct - 1) < 1e-14 && symmetric && std::abs(C(0, 0) / exact(0, 0) - 1) < 1e-7 &&
                      std::abs(learn::softmax(x).sum() - 1) < 1e-15 && cosines.nnz() < 200 * 200;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
