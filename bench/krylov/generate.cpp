// bench_krylov_generate KIND SIZE FILE: poisson2d, poisson3d, convection3d.
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_krylov_generate KIND SIZE FILE\n";
        return 2;
    }
    const std::string kind = argv[1];
    const std::int64_t n = std::stoll(argv[2]);
    const auto A = kind == "poisson2d"   ? tamis::poisson_2d<double>(n, n)
                   : kind == "poisson3d" ? tamis::poisson_3d<double>(n, n, n)
                                         : tamis::convection_diffusion_3d<double>(n, n, n);
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values()) ? 0 : 1;
}
