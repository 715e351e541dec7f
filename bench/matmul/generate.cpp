// bench_matmul_generate KIND SIZE FILE: poisson2d, poisson3d, shuffled3d (the same, its unknowns in random order),
// elasticity3d, powerlaw (2^SIZE vertices), uniform (10 entries a row), hypersparse (one entry in 100 rows), or a Matrix
// Market file's path as KIND.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

namespace {

tamis::Csr<double> generate(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::poisson_2d<double>(n, n);
    if (kind == "poisson3d") return tamis::poisson_3d<double>(n, n, n);
    if (kind == "elasticity3d") return tamis::elasticity_3d<double>(n, n, n);
    if (kind == "powerlaw") return tamis::rmat<double>(n, 8, 1);
    if (kind == "uniform") return tamis::random_sparse<double>(n, n, 10.0 / static_cast<double>(n), 1);
    if (kind == "hypersparse") return tamis::random_sparse<double>(n, n, 0.01 / static_cast<double>(n), 1);
    if (kind == "shuffled3d") {
        std::vector<std::int32_t> order(static_cast<std::size_t>(n * n * n));
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
        return tamis::permute(tamis::poisson_3d<double>(n, n, n), order, order);
    }
    return tamis::to_csr(tamis::read_matrix_market<double>(kind));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_matmul_generate KIND SIZE FILE\n";
        return 2;
    }
    const auto A = generate(argv[1], std::stoll(argv[2]));
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values()) ? 0 : 1;
}
