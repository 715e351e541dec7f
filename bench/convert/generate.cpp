// bench_convert_generate KIND SIZE FILE: triplets in random order, each place once or, for "assembled", several times.
#include <cstdio>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <tamis/tamis.hpp>

#include "problem.hpp"

namespace {

tamis::Csr<double> matrix(const std::string& kind, std::int64_t n) {
    if (kind == "poisson2d") return tamis::poisson_2d<double>(n, n);
    if (kind == "poisson3d") return tamis::poisson_3d<double>(n, n, n);
    if (kind == "elasticity3d") return tamis::elasticity_3d<double>(n, n, n);
    if (kind == "uniform") return tamis::random_sparse<double>(n, n, 8.0 / static_cast<double>(n), 1);
    throw std::runtime_error("no such kind: " + kind);
}

void write(const std::string& name, const tamis::Csr<double>& A) {
    struct Entry {
        std::int32_t row;
        std::int32_t col;
        double value;
    };
    std::vector<Entry> entries;
    entries.reserve(static_cast<std::size_t>(A.nnz()));
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto& [j, v] : A.row(i))
            entries.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), v});
    // The standard does not fix what std::shuffle does; this is the same everywhere.
    std::mt19937_64 random(1);
    for (std::size_t k = entries.size(); k > 1; --k) std::swap(entries[k - 1], entries[random() % k]);

    const std::unique_ptr<std::FILE, bench::CloseFile> file(std::fopen(name.c_str(), "wb"));
    if (!file) throw std::runtime_error("cannot write " + name);
    const std::int64_t head[] = {A.rows(), A.nnz()};
    bool written = std::fwrite(head, sizeof(head), 1, file.get()) == 1;
    for (const Entry& e : entries) written &= std::fwrite(&e.row, sizeof(e.row), 1, file.get()) == 1;
    for (const Entry& e : entries) written &= std::fwrite(&e.col, sizeof(e.col), 1, file.get()) == 1;
    for (const Entry& e : entries) written &= std::fwrite(&e.value, sizeof(e.value), 1, file.get()) == 1;
    if (!written) throw std::runtime_error("cannot write " + name);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_convert_generate KIND SIZE FILE\n";
        return 2;
    }
    write(argv[3], matrix(argv[1], std::stoll(argv[2])));
    return 0;
}
