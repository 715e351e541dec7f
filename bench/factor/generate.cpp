// bench_factor_generate poisson2d|poisson3d|convection3d|elasticity3d SIZE FILE
#include <fstream>
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

namespace {

tamis::Csc<double> generate(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::to_csc(tamis::poisson_2d<double>(n, n));
    if (kind == "poisson3d") return tamis::to_csc(tamis::poisson_3d<double>(n, n, n));
    if (kind == "convection3d") return tamis::to_csc(tamis::convection_diffusion_3d<double>(n, n, n));
    if (kind == "elasticity3d") return tamis::to_csc(tamis::elasticity_3d<double>(n, n, n));
    throw tamis::InvalidArgument("no such kind of problem: " + kind);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_factor_generate poisson2d|poisson3d|convection3d|elasticity3d SIZE FILE\n";
        return 2;
    }
    const auto A = generate(argv[1], std::stoll(argv[2]));
    std::ofstream out(argv[3], std::ios::binary);
    const auto write = [&](const auto* data, std::size_t count) {
        out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(count * sizeof(*data)));
    };
    const std::int64_t sizes[] = {A.rows(), A.nnz()};
    write(sizes, 2);
    write(A.col_offsets().data(), A.col_offsets().size());
    write(A.row_indices().data(), A.row_indices().size());
    write(A.values().data(), A.values().size());
    return out ? 0 : 1;
}
