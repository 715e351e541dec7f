// The problems of this operation as files, without a dependency on tamis: two int64 (rows, entries), then int32 rows, int32
// columns and doubles of the triplets. Matrices are square.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct Triplets {
    std::int64_t rows = 0;
    std::vector<std::int32_t> row;
    std::vector<std::int32_t> col;
    std::vector<double> value;
};

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

template <class X>
void read_all(std::FILE* file, std::vector<X>& to, std::int64_t n) {
    to.resize(static_cast<std::size_t>(n));
    if (std::fread(to.data(), sizeof(X), to.size(), file) != to.size()) throw std::runtime_error("the problem is cut short");
}

inline Triplets read_triplets(const std::string& name) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(name.c_str(), "rb"));
    if (!file) throw std::runtime_error("cannot read " + name);
    std::vector<std::int64_t> head;
    read_all(file.get(), head, 2);
    Triplets t;
    t.rows = head[0];
    read_all(file.get(), t.row, head[1]);
    read_all(file.get(), t.col, head[1]);
    read_all(file.get(), t.value, head[1]);
    return t;
}

/// What contenders have to agree on: Σ v (i + 1) + w (j + 1) over the compressed entries, in any order.
template <class Offset, class Index>
double checksum(std::int64_t rows, const Offset* offset, const Index* index, const double* value, bool by_rows) {
    double sum = 0;
    for (std::int64_t i = 0; i < rows; ++i)
        for (auto k = offset[i]; k < offset[i + 1]; ++k) {
            const auto minor = static_cast<double>(index[k]);
            const auto major = static_cast<double>(i);
            sum += value[k] * ((by_rows ? major : minor) + 1) + 1e-3 * (by_rows ? minor : major);
        }
    return sum;
}

}  // namespace bench
