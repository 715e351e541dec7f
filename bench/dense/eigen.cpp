// bench_dense_eigen TASK PROBLEM N
#include <cmath>
#include <iostream>
#include <string>

#include <Eigen/Dense>
#include <unsupported/Eigen/MatrixFunctions>

#include "dense/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_dense_eigen TASK PROBLEM N\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::int64_t n = std::stoll(argv[3]);
    const auto numbers = bench::dense_matrix(task, n);
    const Eigen::MatrixXd A = Eigen::Map<const Eigen::MatrixXd>(numbers.data(), n, n);
    const Eigen::VectorXd b = Eigen::VectorXd::Ones(n);
    double check = 0;
    const double seconds = bench::seconds_a_call([&] {
        if (task == "solve") check = A.partialPivLu().solve(b).sum();
        else if (task == "cholesky") check = A.llt().solve(b).sum();
        else if (task == "inverse") check = A.inverse().trace();
        else if (task == "qr") {
            const Eigen::HouseholderQR<Eigen::MatrixXd> F(A);
            const Eigen::MatrixXd Q = F.householderQ();
            check = std::abs(F.matrixQR()(0, 0)) + 0 * Q(0, 0);
        } else if (task == "svd") {
            check = Eigen::BDCSVD<Eigen::MatrixXd>(A, Eigen::ComputeThinU | Eigen::ComputeThinV).singularValues()[0];
        } else if (task == "eigh") check = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(A).eigenvalues()[0];
        else if (task == "eig") check = std::abs(Eigen::EigenSolver<Eigen::MatrixXd>(A).eigenvalues().sum());
        else if (task == "schur") check = Eigen::RealSchur<Eigen::MatrixXd>(A).matrixT().norm();
        else check = A.exp().norm();
    });
    bench::report("dense " + task, argv[2], "eigen", Eigen::nbThreads(), seconds, 0, {{"check", check}});
    return 0;
}
