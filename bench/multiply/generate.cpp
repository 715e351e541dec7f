// Generates the problems: bench_multiply_generate KIND SIZE FILE; KIND is a model problem or the name of a Matrix Market
// file.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

namespace {

using Matrix = tamis::Csr<double>;

/// About k entries a row, anywhere.
Matrix uniform(std::int64_t n, std::int64_t k) {
    return tamis::random_sparse<double>(n, n, static_cast<double>(k) / static_cast<double>(n), 1);
}

/// All entries within 7 of the diagonal.
Matrix banded(std::int64_t n) {
    std::vector<std::int64_t> offsets;
    std::vector<std::vector<double>> values;
    for (std::int64_t d = -7; d <= 7; ++d) {
        offsets.push_back(d);
        values.push_back({d == 0 ? 16.0 : -1.0});
    }
    return tamis::diagonals<double>(offsets, values, n, n);
}

Matrix matrix(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::poisson_2d<double>(n, n);
    if (kind == "poisson3d" || kind == "poisson3d_constant") return tamis::poisson_3d<double>(n, n, n);
    if (kind == "elasticity3d") return tamis::elasticity_3d<double>(n, n, n);
    if (kind == "powerlaw") return tamis::rmat<double>(n, 16, 1);
    if (kind == "uniform") return uniform(n, 8);
    if (kind == "banded") return banded(n);
    return tamis::to_csr(tamis::read_matrix_market<double>(kind));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_multiply_generate KIND SIZE FILE\n";
        return 2;
    }
    Matrix A = matrix(argv[1], std::strtoll(argv[2], nullptr, 10));
    // Random values, so that nobody gains by their being equal, unless that is the problem.
    std::mt19937_64 generator(1);
    std::uniform_real_distribution<double> uniform_value(0.5, 1.5);
    if (!std::string(argv[1]).ends_with("_constant"))
        for (double& value : A.values()) value *= uniform_value(generator);
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values()) ? 0 : 1;
}
