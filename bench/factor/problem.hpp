// A sparse matrix in a plain binary file, so that every contender reads the same one quickly: int64 rows, columns and
// entries, then the compressed columns: int32 offsets, int32 row indices, double values.
#pragma once

#include <cmath>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct ColumnMatrix {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<std::int32_t> offsets;
    std::vector<std::int32_t> indices;
    std::vector<double> values;
};

inline ColumnMatrix read_problem(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const auto read = [&](auto* data, std::size_t count) {
        in.read(reinterpret_cast<char*>(data), static_cast<std::streamsize>(count * sizeof(*data)));
    };
    ColumnMatrix A;
    std::int64_t entries = 0;
    read(&A.rows, 1);
    read(&A.cols, 1);
    read(&entries, 1);
    if (!in) throw std::runtime_error("cannot read " + path);
    A.offsets.resize(static_cast<std::size_t>(A.cols) + 1);
    A.indices.resize(static_cast<std::size_t>(entries));
    A.values.resize(static_cast<std::size_t>(entries));
    read(A.offsets.data(), A.offsets.size());
    read(A.indices.data(), A.indices.size());
    read(A.values.data(), A.values.size());
    if (!in) throw std::runtime_error("cannot read " + path);
    return A;
}

/// b = A·1, so that the solution is all ones; for more rows than columns something is added that A cannot reach.
inline std::vector<double> right_hand_side(const ColumnMatrix& A) {
    std::vector<double> b(static_cast<std::size_t>(A.rows), 0);
    for (std::size_t j = 0; j < static_cast<std::size_t>(A.cols); ++j)
        for (auto k = static_cast<std::size_t>(A.offsets[j]); k < static_cast<std::size_t>(A.offsets[j + 1]); ++k)
            b[static_cast<std::size_t>(A.indices[k])] += A.values[k];
    if (A.rows > A.cols)
        for (std::size_t i = 0; i < b.size(); ++i) b[i] += std::sin(static_cast<double>(i));
    return b;
}

/// What contenders must agree on.
template <class X>
double mean(const X& x, std::int64_t n) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += x[static_cast<decltype(x.size())>(i)];
    return sum / static_cast<double>(n);
}

}  // namespace bench
