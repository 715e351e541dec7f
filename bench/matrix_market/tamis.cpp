// bench_matrix_market_tamis read|write PROBLEM FILE SCRATCH
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "support/measurement.hpp"

namespace {

double sum_of_moduli(const tamis::Csr<double>& A) {
    double sum = 0;
    for (const double value : A.values()) sum += std::abs(value);
    return sum;
}

void run(const std::string& task, const std::string& problem, const std::string& file, const std::string& scratch) {
    tamis::Csr<double> A;
    double time = bench::seconds([&] { A = tamis::read_matrix_market<double>(file); });
    auto bytes = std::filesystem::file_size(file);
    if (task == "write") {
        time = bench::seconds([&] { tamis::write_matrix_market(scratch, A); });
        bytes = std::filesystem::file_size(scratch);
        A = tamis::read_matrix_market<double>(scratch);
    }
    bench::report("matrix_market " + task, problem, "tamis", tamis::threads(), time, static_cast<std::int64_t>(bytes),
                  {{"entries", static_cast<double>(A.nnz())}, {"sum of moduli", sum_of_moduli(A)}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matrix_market_tamis read|write PROBLEM FILE SCRATCH\n";
        return 2;
    }
    run(argv[1], argv[2], argv[3], argv[4]);
    return 0;
}
