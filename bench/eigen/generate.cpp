// bench_eigen_generate KIND SIZE FILE: poisson2d, poisson3d, powerlaw (a graph's Laplacian), random (an Erdős–Rényi graph's
// adjacency matrix), terms (documents by terms, their frequencies a power law).
#include <cmath>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>

#include <tamis/tamis.hpp>

#include "support/compressed_matrix.hpp"

namespace {

using Matrix = tamis::Csr<double>;

Matrix laplacian(const Matrix& W) {
    return tamis::diagonal_matrix(tamis::Vector<double>(tamis::row_sums(W))) - W;
}

/// An edge between two vertices with a probability that makes ten edges a vertex.
Matrix random_graph(std::int64_t n) {
    std::mt19937_64 bits(1);
    tamis::Coo<double> A(n, n);
    const std::int64_t edges = 5 * n;
    A.reserve(2 * edges);
    for (std::int64_t k = 0; k < edges; ++k) {
        const auto i = static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n));
        const auto j = static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n));
        if (i == j) continue;
        A.add(i, j, 1.0);
        A.add(j, i, 1.0);
    }
    return tamis::to_csr(A);
}

/// n documents of 20 words each from n / 4 terms; term t has a frequency like 1 / (t + 10); weights are 1 + log(count).
Matrix terms(std::int64_t n) {
    std::mt19937_64 bits(2);
    const std::int64_t words = n / 4;
    tamis::Coo<double> A(n, words);
    A.reserve(20 * n);
    const double end = std::log((static_cast<double>(words) + 10) / 10);
    for (std::int64_t i = 0; i < n; ++i)
        for (int k = 0; k < 20; ++k) {
            const double u = static_cast<double>(bits() >> 11) * 0x1p-53;
            const auto t = static_cast<std::int64_t>(10 * std::exp(u * end) - 10);
            A.add(i, std::min(t, words - 1), 1.0);
        }
    Matrix counts = tamis::to_csr(A);
    for (double& value : counts.values()) value = 1 + std::log(value);
    return counts;
}

Matrix generate(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::poisson_2d<double>(n, n);
    if (kind == "poisson3d") return tamis::poisson_3d<double>(n, n, n);
    if (kind == "powerlaw") return laplacian(tamis::rmat<double>(n, 8, 1));
    if (kind == "random") return random_graph(n);
    if (kind == "terms") return terms(n);
    throw std::runtime_error("no such problem: " + kind);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_eigen_generate KIND SIZE FILE\n";
        return 2;
    }
    const Matrix A = generate(argv[1], std::stoll(argv[2]));
    return bench::write_compressed(argv[3], A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values()) ? 0 : 1;
}
