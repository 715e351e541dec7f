// Eigen's unsupported MarketIO: bench_matrix_market_eigen read|write PROBLEM FILE SCRATCH
#include <Eigen/Sparse>
#include <cmath>
#include <complex>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <unsupported/Eigen/SparseExtra>

#include "support/measurement.hpp"

namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;

/// loadMarket leaves half-stored files as they are; the caller completes them, as every user of it must.
Matrix read(const std::string& file) {
    Matrix A;
    if (!Eigen::loadMarket(A, file)) throw std::runtime_error("cannot read " + file);
    int symmetry = 0;
    bool is_complex = false;
    bool is_vector = false;
    Eigen::getMarketHeader(file, symmetry, is_complex, is_vector);
    if (symmetry == Eigen::Symmetric) A = Matrix(A.selfadjointView<Eigen::Lower>());
    return A;
}

void run(const std::string& task, const std::string& problem, const std::string& file, const std::string& scratch) {
    Matrix A;
    double time = bench::seconds([&] { A = read(file); });
    auto bytes = std::filesystem::file_size(file);
    if (task == "write") {
        time = bench::seconds([&] {
            if (!Eigen::saveMarket(A, scratch)) throw std::runtime_error("cannot write " + scratch);
        });
        bytes = std::filesystem::file_size(scratch);
        A = read(scratch);
    }
    bench::report("matrix_market " + task, problem, "eigen", 1, time, static_cast<std::int64_t>(bytes),
                  {{"entries", static_cast<double>(A.nonZeros())}, {"sum of moduli", A.cwiseAbs().sum()}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matrix_market_eigen read|write PROBLEM FILE SCRATCH\n";
        return 2;
    }
    run(argv[1], argv[2], argv[3], argv[4]);
    return 0;
}
