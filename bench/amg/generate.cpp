// bench_amg_generate KIND SIZE FILE: poisson2d, poisson3d, jumps3d, elasticity3d (and FILE.modes), convection3d, powerlaw.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

namespace {

using Matrix = tamis::Csr<double>;

/// −div(k grad u) by finite volumes on n³ cells, Dirichlet boundary: k is 1 and 10⁴ by turns in cubes of 10³ cells, its
/// harmonic mean stands on faces.
Matrix jumps(std::int64_t n) {
    const auto k = [](std::int64_t x, std::int64_t y, std::int64_t z) {
        return (x / 10 + y / 10 + z / 10) % 2 == 0 ? 1.0 : 1e4;
    };
    tamis::Coo<double> A(n * n * n, n * n * n);
    A.reserve(7 * n * n * n);
    for (std::int64_t z = 0; z < n; ++z)
        for (std::int64_t y = 0; y < n; ++y)
            for (std::int64_t x = 0; x < n; ++x) {
                const std::int64_t row = x + n * (y + n * z);
                const double here = k(x, y, z);
                double sum = 0;
                const auto face = [&](std::int64_t dx, std::int64_t dy, std::int64_t dz) {
                    const auto inside = [&](std::int64_t i) { return i >= 0 && i < n; };
                    if (!inside(x + dx) || !inside(y + dy) || !inside(z + dz)) {
                        sum += 2 * here;  // half a cell to the boundary
                        return;
                    }
                    const double there = k(x + dx, y + dy, z + dz);
                    const double weight = 2 * here * there / (here + there);
                    A.add(row, row + dx + n * (dy + n * dz), -weight);
                    sum += weight;
                };
                for (const std::int64_t d : {-1, 1}) {
                    face(d, 0, 0);
                    face(0, d, 0);
                    face(0, 0, d);
                }
                A.add(row, row, sum);
            }
    return tamis::to_csr(A);
}

/// L + 0.01 I for the Laplacian L of a power-law graph of 2^scale vertices and eight edges a vertex.
Matrix shifted_laplacian(std::int64_t scale) {
    const auto W = tamis::rmat<double>(scale, 8, 1);
    return tamis::diagonal_matrix(tamis::Vector<double>(tamis::row_sums(W).array() + 0.01)) - W;
}

void write_modes(std::int64_t n, const std::string& file) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const RowMajor modes = tamis::rigid_body_modes(tamis::elasticity_3d_coordinates(n, n, n));
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(modes.data()),
              static_cast<std::streamsize>(static_cast<std::size_t>(modes.size()) * sizeof(double)));
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

Matrix generate(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::poisson_2d<double>(n, n);
    if (kind == "poisson3d") return tamis::poisson_3d<double>(n, n, n);
    if (kind == "jumps3d") return jumps(n);
    if (kind == "elasticity3d") return tamis::elasticity_3d<double>(n, n, n);
    if (kind == "convection3d") return tamis::convection_diffusion_3d<double>(n, n, n);
    if (kind == "powerlaw") return shifted_laplacian(n);
    throw std::runtime_error("no such problem: " + kind);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_amg_generate KIND SIZE FILE\n";
        return 2;
    }
    const std::string kind = argv[1];
    const std::int64_t n = std::stoll(argv[2]);
    const Matrix A = generate(kind, n);
    if (kind == "elasticity3d") write_modes(n, std::string(argv[3]) + ".modes");
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values()) ? 0 : 1;
}
