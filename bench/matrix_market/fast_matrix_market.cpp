// The header-only library fast_matrix_market: bench_matrix_market_fast_matrix_market read|write PROBLEM FILE SCRATCH
#include <Eigen/Sparse>
#include <fast_matrix_market/app/Eigen.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "support/measurement.hpp"

namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;

Matrix read(const std::string& file) {
    Matrix A;
    std::ifstream in(file);
    fast_matrix_market::read_matrix_market_eigen(in, A);
    return A;
}

void run(const std::string& task, const std::string& problem, const std::string& file, const std::string& scratch) {
    Matrix A;
    double time = bench::seconds([&] { A = read(file); });
    auto bytes = std::filesystem::file_size(file);
    if (task == "write") {
        time = bench::seconds([&] {
            std::ofstream out(scratch);
            fast_matrix_market::write_matrix_market_eigen(out, A);
        });
        bytes = std::filesystem::file_size(scratch);
        A = read(scratch);
    }
    bench::report("matrix_market " + task, problem, "fast_matrix_market",
                  static_cast<int>(std::thread::hardware_concurrency()), time, static_cast<std::int64_t>(bytes),
                  {{"entries", static_cast<double>(A.nonZeros())}, {"sum of moduli", A.cwiseAbs().sum()}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matrix_market_fast_matrix_market read|write PROBLEM FILE SCRATCH\n";
        return 2;
    }
    run(argv[1], argv[2], argv[3], argv[4]);
    return 0;
}
