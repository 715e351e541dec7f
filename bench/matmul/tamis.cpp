// bench_matmul_tamis square PROBLEM FILE THREADS
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "matmul/problem.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matmul_tamis square PROBLEM FILE THREADS\n";
        return 2;
    }
    const auto problem = bench::read_compressed(argv[3], bench::Compressed::rows);
    const int threads = std::stoi(argv[4]);
    tamis::set_threads(threads);
    const tamis::CsrView<double, std::int32_t> A(problem.rows, problem.cols, problem.offsets, problem.indices,
                                                 problem.values);
    const double time = bench::median_of_runs([&] { (void)(A * A); });
    const auto C = A * A;
    bench::report("matmul square, threads: " + std::string(argv[4]), argv[2], "tamis", threads, time, 12 * C.nnz(),
                  bench::checks(C.nnz(), C.col_indices().data(), C.values().data()));
    return 0;
}
