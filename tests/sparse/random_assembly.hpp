// Random sparse matrices whose products are exact, so that tests of arithmetic may ask for equality.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/assembly.hpp"
#include "support/random.hpp"

namespace tamis::test {

/// About density·rows·cols entries, multiples of 1/8 in [−1, 1], explicit zeros among them.
template <class T, class I>
Assembly<T, I> random_assembly(std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed) {
    Random random(seed);
    Assembly<T, I> a(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < cols; ++j)
            if (random.uniform() < density) a.set(i, j, random.eighths<T>());
    return a;
}

/// Row i has about cols/(i + 1) entries; the first row and the first column are full.
template <class T, class I>
Assembly<T, I> power_law_assembly(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
    Random random(seed);
    Assembly<T, I> a(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i) {
        a.set(i, 0, random.eighths<T>());
        for (std::int64_t k = 0; k < cols / (i + 1); ++k) a.set(i, i == 0 ? k : random.below(cols), random.eighths<T>());
    }
    return a;
}

/// A block of multiples of 1/8.
template <class T>
Matrix<T> exact_block(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
    Random random(seed);
    Matrix<T> X(rows, cols);
    for (std::int64_t j = 0; j < cols; ++j)
        for (std::int64_t i = 0; i < rows; ++i) X(i, j) = random.eighths<T>();
    return X;
}

template <class T>
Vector<T> exact_vector(std::int64_t n, std::uint64_t seed) {
    return exact_block<T>(n, 1, seed);
}

/// f(A) for Csr, Csc and both views of one matrix.
template <class T, class I, class F>
void in_every_format(const Assembly<T, I>& a, F&& f) {
    const Csr<T, I> by_rows = a.csr();
    const Csc<T, I> by_cols = a.csc();
    f(by_rows);
    f(by_cols);
    f(by_rows.view());
    f(by_cols.view());
}

struct Shape {
    std::int64_t rows;
    std::int64_t cols;
};
/// Empty, flat, tall, tiny and ordinary shapes.
inline constexpr Shape shapes[] = {{0, 0}, {0, 4}, {4, 0}, {1, 1}, {1, 9}, {9, 1}, {7, 13}, {30, 17}};

}  // namespace tamis::test
