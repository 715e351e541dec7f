// bench_factor_generate KIND SIZE FILE: poisson2d, poisson3d, convection3d, elasticity3d, stokes2d, leastsquares, or a
// Matrix Market file's path as KIND (SIZE is then ignored).
#include <cstdint>
#include <iostream>
#include <random>
#include <string>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

namespace {

// Stokes flow in a box of n×n cells on staggered grids (Harlow and Welch, Physics of Fluids 8, 1965), walls all around:
//   [ K  0  Gx ]   u on vertical edges, v on horizontal ones, p in the cells but one, whose pressure is fixed at 0.
//   [ 0  K  Gy ]
//   [ Gxᵀ Gyᵀ 0 ]
tamis::Csc<double> stokes(std::int64_t n) {
    const std::int64_t edges = n * (n - 1);
    const std::int64_t size = 2 * edges + n * n - 1;
    tamis::Coo<double> A(size, size);
    const auto u = [&](std::int64_t i, std::int64_t j) { return i + (n - 1) * j; };            // i < n − 1, j < n
    const auto v = [&](std::int64_t i, std::int64_t j) { return edges + i + n * j; };          // i < n, j < n − 1
    const auto p = [&](std::int64_t i, std::int64_t j) { return 2 * edges + i + n * j - 1; };  // cell (0, 0) has none
    const auto viscous = [&](const auto& at, std::int64_t nx, std::int64_t ny) {
        for (std::int64_t j = 0; j < ny; ++j)
            for (std::int64_t i = 0; i < nx; ++i) {
                A.add(at(i, j), at(i, j), 4);
                if (i > 0) A.add(at(i, j), at(i - 1, j), -1);
                if (i + 1 < nx) A.add(at(i, j), at(i + 1, j), -1);
                if (j > 0) A.add(at(i, j), at(i, j - 1), -1);
                if (j + 1 < ny) A.add(at(i, j), at(i, j + 1), -1);
            }
    };
    viscous(u, n - 1, n);
    viscous(v, n, n - 1);
    const auto gradient = [&](std::int64_t edge, std::int64_t cell, double value) {
        if (cell < 2 * edges) return;
        A.add(edge, cell, value);
        A.add(cell, edge, value);
    };
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i + 1 < n; ++i) {
            gradient(u(i, j), p(i, j), -1);
            gradient(u(i, j), p(i + 1, j), 1);
            gradient(v(j, i), p(j, i), -1);
            gradient(v(j, i), p(j, i + 1), 1);
        }
    return tamis::to_csc(A);
}

// 2n×n: a diagonal above n rows with two entries each at random columns.
tamis::Csc<double> least_squares(std::int64_t n) {
    std::mt19937_64 engine(20);
    const auto below = [&](std::int64_t bound) {
        return static_cast<std::int64_t>(engine() % static_cast<std::uint64_t>(bound));
    };
    const auto value = [&] { return 0.5 + static_cast<double>(engine() >> 11) * 0x1p-53; };
    tamis::Coo<double> A(2 * n, n);
    for (std::int64_t j = 0; j < n; ++j) {
        A.add(j, j, 1 + value());
        A.add(n + j, below(n), value());
        A.add(n + j, below(n), -value());
    }
    return tamis::to_csc(A);
}

tamis::Csc<double> generate(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::to_csc(tamis::poisson_2d<double>(n, n));
    if (kind == "poisson3d") return tamis::to_csc(tamis::poisson_3d<double>(n, n, n));
    if (kind == "convection3d") return tamis::to_csc(tamis::convection_diffusion_3d<double>(n, n, n));
    if (kind == "elasticity3d") return tamis::to_csc(tamis::elasticity_3d<double>(n, n, n));
    if (kind == "stokes2d") return stokes(n);
    if (kind == "leastsquares") return least_squares(n);
    return tamis::to_csc(tamis::read_matrix_market<double>(kind));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_factor_generate KIND SIZE FILE\n";
        return 2;
    }
    const auto A = generate(argv[1], std::stoll(argv[2]));
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.col_offsets(), A.row_indices(), A.values()) ? 0 : 1;
}
