// bench_factor_eigen TASK PROBLEM FILE VARIANT: SimplicialLLT (AMD) and SparseLU (COLAMD), Eigen's own. VARIANT is ignored.
#include <iostream>
#include <string>

#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_eigen cholesky|ldlt|lu PROBLEM FILE VARIANT\n";
        return 2;
    }
    const std::string task = argv[1];
    const auto P = bench::read_compressed(argv[3], bench::Compressed::columns);
    const auto right = bench::right_hand_side(P);
    using Matrix = Eigen::SparseMatrix<double>;
    const Matrix A = Eigen::Map<const Matrix>(P.rows, P.cols, static_cast<Eigen::Index>(P.indices.size()), P.offsets.data(),
                                              P.indices.data(), P.values.data());
    const Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(right.data(), P.rows);
    Eigen::VectorXd x;
    const auto cost = bench::cost([&] {
        if (task == "cholesky") {
            const Eigen::SimplicialLLT<Matrix> F(A);
            x = F.solve(b);
        } else {
            Eigen::SparseLU<Matrix> F(A);
            x = F.solve(b);
        }
    });
    bench::report("factor " + task, argv[2], "eigen", 1, cost, "", {{"mean", bench::mean(x, P.cols)}});
    return 0;
}
