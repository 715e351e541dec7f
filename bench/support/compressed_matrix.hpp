// A sparse matrix in a plain binary file, so that every contender reads the same one quickly: int64 rows, columns and
// entries, then the compressed rows or columns: int32 offsets, int32 indices, double values. No dependency on tamis.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct CompressedMatrix {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<std::int32_t> offsets;
    std::vector<std::int32_t> indices;
    std::vector<double> values;
};

enum class Compressed { rows, columns };

/// What the file does not say: whether its offsets are those of rows or of columns.
inline CompressedMatrix read_compressed(const std::string& path, Compressed by) {
    std::ifstream in(path, std::ios::binary);
    const auto read = [&](auto* data, std::size_t count) {
        in.read(reinterpret_cast<char*>(data), static_cast<std::streamsize>(count * sizeof(*data)));
    };
    CompressedMatrix A;
    std::int64_t entries = 0;
    read(&A.rows, 1);
    read(&A.cols, 1);
    read(&entries, 1);
    if (!in) throw std::runtime_error("cannot read " + path);
    A.offsets.resize(static_cast<std::size_t>(by == Compressed::rows ? A.rows : A.cols) + 1);
    A.indices.resize(static_cast<std::size_t>(entries));
    A.values.resize(static_cast<std::size_t>(entries));
    read(A.offsets.data(), A.offsets.size());
    read(A.indices.data(), A.indices.size());
    read(A.values.data(), A.values.size());
    if (!in) throw std::runtime_error("cannot read " + path);
    return A;
}

/// Whether the file could be written.
inline bool write_compressed(const std::string& path, std::int64_t rows, std::int64_t cols,
                             std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices,
                             std::span<const double> values) {
    std::ofstream out(path, std::ios::binary);
    const std::int64_t sizes[] = {rows, cols, static_cast<std::int64_t>(values.size())};
    const auto write = [&](const auto* data, std::size_t count) {
        out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(count * sizeof(*data)));
    };
    write(sizes, 3);
    write(offsets.data(), offsets.size());
    write(indices.data(), indices.size());
    write(values.data(), values.size());
    return static_cast<bool>(out.flush());
}

}  // namespace bench
