// bench_matmul_eigen square PROBLEM FILE THREADS. Eigen's product has one thread; it is the one that keeps exact zeros and
// sorts.
#include <iostream>
#include <string>

#include <Eigen/SparseCore>

#include "matmul/problem.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matmul_eigen square PROBLEM FILE THREADS\n";
        return 2;
    }
    using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
    const auto problem = bench::read_compressed(argv[3], bench::Compressed::rows);
    const Eigen::Map<const Matrix> A(problem.rows, problem.cols, static_cast<Eigen::Index>(problem.values.size()),
                                     problem.offsets.data(), problem.indices.data(), problem.values.data());
    Matrix C;
    const double time = bench::median_of_runs([&] {
        Matrix fresh = A * A;
        C.swap(fresh);
    });
    bench::report("matmul square, threads: " + std::string(argv[4]), argv[2], "eigen", 1, time, 12 * C.nonZeros(),
                  bench::checks(C.nonZeros(), C.innerIndexPtr(), C.valuePtr()));
    return 0;
}
