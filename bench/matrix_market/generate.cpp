// Generates the problems: bench_matrix_market_generate KIND SIZE FILE.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <tamis/tamis.hpp>

namespace {

/// Every value replaced by a random one that needs all of its digits.
template <class M>
void randomize(M& A) {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    for (double& value : A.values()) value = normal(generator);
}

int generate(const std::string& kind, std::int64_t n, const std::string& file) {
    if (kind == "poisson3d") {
        auto A = tamis::poisson_3d<double>(n, n, n);
        randomize(A);
        tamis::write_matrix_market(file, A);
    } else if (kind == "powerlaw") {
        auto A = tamis::rmat<double>(n, 16, 1);
        randomize(A);
        tamis::write_matrix_market(file, A);
    } else if (kind == "elasticity3d") {
        const auto A = tamis::elasticity_3d<double>(n, n, n);
        tamis::write_matrix_market(file, A, {.symmetry = tamis::MatrixMarketSymmetry::symmetric});
    } else {
        std::cerr << "expected poisson3d, powerlaw or elasticity3d, found " << kind << '\n';
        return 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_matrix_market_generate KIND SIZE FILE\n";
        return 2;
    }
    return generate(argv[1], std::strtoll(argv[2], nullptr, 10), argv[3]);
}
