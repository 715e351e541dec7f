// bench_factor_eigen cholesky|lu PROBLEM FILE SYMMETRY: SimplicialLLT (AMD) and SparseLU (COLAMD), Eigen's own.
#include <iostream>
#include <string>

#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_eigen cholesky|lu PROBLEM FILE symmetric|unsymmetric\n";
        return 2;
    }
    const std::string task = argv[1];
    if (task == "cholesky" && std::string(argv[4]) != "symmetric") return 77;
    const auto P = bench::read_problem(argv[3]);
    const auto right = bench::right_hand_side(P);
    using Matrix = Eigen::SparseMatrix<double>;
    const Matrix A = Eigen::Map<const Matrix>(P.n, P.n, static_cast<Eigen::Index>(P.indices.size()), P.offsets.data(),
                                              P.indices.data(), P.values.data());
    const Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(right.data(), P.n);
    Eigen::VectorXd x;
    const double time = bench::seconds([&] {
        if (task == "cholesky") {
            const Eigen::SimplicialLLT<Matrix> F(A);
            x = F.solve(b);
        } else {
            Eigen::SparseLU<Matrix> F(A);
            x = F.solve(b);
        }
    });
    bench::report("factor " + task, argv[2], "eigen", 1, time, 0, {{"mean", bench::mean(x, P.n)}});
    return 0;
}
