// bench_dense_tamis TASK PROBLEM N
#include <cmath>
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "dense/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_dense_tamis TASK PROBLEM N\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::int64_t n = std::stoll(argv[3]);
    const auto numbers = bench::dense_matrix(task, n);
    const tamis::Matrix<double> A = Eigen::Map<const tamis::Matrix<double>>(numbers.data(), n, n);
    const tamis::Vector<double> b = tamis::Vector<double>::Ones(n);
    double check = 0;
    const double seconds = bench::seconds_a_call([&] {
        if (task == "solve" || task == "cholesky") check = tamis::solve(A, b).sum();
        else if (task == "inverse") check = tamis::inv(A).trace();
        else if (task == "qr") {
            const auto F = tamis::qr(A);
            check = std::abs(F.r()(0, 0)) + 0 * F.q()(0, 0);
        } else if (task == "svd") check = tamis::svd(A).singular_values()[0];
        else if (task == "eigh") check = tamis::eigh(A).eigenvalues()[0];
        else if (task == "eig") check = std::abs(tamis::eig(A).eigenvalues().sum());
        else if (task == "schur") check = tamis::schur(A).t().norm();
        else check = tamis::expm(A).norm();
    });
    bench::report("dense " + task, argv[2], "tamis", tamis::threads(), seconds, 0, {{"check", check}});
    return 0;
}
