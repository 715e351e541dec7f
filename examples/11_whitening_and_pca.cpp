// Principal components, whitening, random rotations and ridge regression, each with the numbers that a person would check.
#include <tamis/learn.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <vector>

using tamis::Matrix;
using tamis::Vector;

/// The largest entry of Xᵀ X / (n − 1) − I for data of mean 0.
static double distance_from_white(const Matrix<double>& X) {
    const Matrix<double> C = X.transpose() * X / static_cast<double>(X.rows() - 1);
    return (C - Matrix<double>::Identity(C.rows(), C.cols())).cwiseAbs().maxCoeff();
}

int main() {
    namespace learn = tamis::learn;
    const std::int64_t n = 2000, p = 6;

    // A turned ellipsoid around a point far from the origin: standard deviations 5, 2, 1, 0.1, 0.1, 0.1.
    const Matrix<double> Q = learn::random_rotation<double>(p, 1);
    Vector<double> variances(p);
    variances << 25, 4, 1, 0.01, 0.01, 0.01;
    const Matrix<double> covariance = Q * variances.asDiagonal() * Q.transpose();
    const Vector<double> center = Vector<double>::LinSpaced(p, 100, 200);
    const Matrix<double> X = learn::sample_gaussian(center, Matrix<double>((covariance + covariance.transpose()) / 2), n, 2);
    const double off = (Q.transpose() * Q - Matrix<double>::Identity(p, p)).cwiseAbs().maxCoeff();
    std::cout << "rotation: QᵀQ − I " << off << ", det Q " << tamis::det(Q) << "\n";

    learn::Pca<double> pca({.components = 3});
    const Matrix<double> Z = pca.fit_transform(X);
    std::cout << "PCA, " << pca.reason() << "\n  variances " << pca.explained_variance().transpose() << "\n  share "
              << pca.explained_variance_ratio().sum() << " of " << pca.total_variance()
              << "\n  largest error of X from 3 of " << p << " coordinates "
              << (pca.inverse_transform(Z) - X).cwiseAbs().maxCoeff() << "\n";

    const auto zca = learn::zca_whiten(X, {.epsilon = 0});
    const double white = distance_from_white(zca.whitened);
    const double back = (zca.invert(zca.whitened) - X).cwiseAbs().maxCoeff();
    std::cout << "ZCA: covariance − I " << white << ", back to the data " << back << ", transform symmetric "
              << (zca.transform == zca.transform.transpose()) << "\n";

    // y depends on the strong directions; the weak ones make the weights of plain least squares large.
    const Vector<double> truth = Q.col(0) + Q.col(1);
    const Vector<double> noise = learn::sample_gaussian(Vector<double>(Vector<double>::Zero(1)),
                                                        Matrix<double>(Matrix<double>::Identity(1, 1)), n, 3);
    const Vector<double> y = X * truth + noise;
    std::cout << "ridge: α, ‖w‖, ‖w − truth‖\n";
    std::vector<double> errors;
    for (const double alpha : {0.0, 10.0, 1000.0, 1e5}) {
        const auto fit = learn::ridge_with_intercept(X, y, alpha);
        errors.push_back((fit.coefficients - truth).norm());
        std::cout << "  " << alpha << "  " << fit.coefficients.norm() << "  " << errors.back() << "\n";
    }
    const bool good = off < 1e-14 && white < 1e-9 && back < 1e-10 && errors[1] < errors[0] && errors[1] < errors[3] &&
                      std::abs(pca.explained_variance()[0] / 25 - 1) < 0.2;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
