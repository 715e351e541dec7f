// A square sparse matrix in a plain binary file, so that every contender reads the same one quickly: int64 rows, columns and
// entries, then the compressed rows: int32 offsets, int32 column indices, double values. And what contenders agree on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/measurement.hpp"

namespace bench {

struct RowMatrix {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<std::int32_t> offsets;
    std::vector<std::int32_t> indices;
    std::vector<double> values;
};

inline RowMatrix read_problem(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const auto read = [&](auto* data, std::size_t count) {
        in.read(reinterpret_cast<char*>(data), static_cast<std::streamsize>(count * sizeof(*data)));
    };
    RowMatrix A;
    std::int64_t entries = 0;
    read(&A.rows, 1);
    read(&A.cols, 1);
    read(&entries, 1);
    if (!in) throw std::runtime_error("cannot read " + path);
    A.offsets.resize(static_cast<std::size_t>(A.rows) + 1);
    A.indices.resize(static_cast<std::size_t>(entries));
    A.values.resize(static_cast<std::size_t>(entries));
    read(A.offsets.data(), A.offsets.size());
    read(A.indices.data(), A.indices.size());
    read(A.values.data(), A.values.size());
    if (!in) throw std::runtime_error("cannot read " + path);
    return A;
}

/// Entries, the sum of the moduli, and a sum in which the order of the columns shows.
template <class I>
std::map<std::string, double> checks(std::int64_t entries, const I* columns, const double* values) {
    double moduli = 0;
    double order = 0;
    for (std::int64_t k = 0; k < entries; ++k) {
        moduli += std::abs(values[k]);
        order += static_cast<double>(columns[k]) * static_cast<double>(k % 1024);
    }
    return {{"entries", static_cast<double>(entries)}, {"sum of moduli", moduli}, {"sum of columns in order", order}};
}

/// The median of runs of f: at least 3, then more until there are 15 or two seconds have passed.
template <class F>
double median_of_runs(F&& f) {
    std::vector<double> times;
    double total = 0;
    while (times.size() < 3 || (times.size() < 15 && total < 2)) {
        times.push_back(seconds(f));
        total += times.back();
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

}  // namespace bench
