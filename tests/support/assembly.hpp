// Sparse matrices for tests, assembled without the code under test.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/csr.hpp>

#include "support/types.hpp"

namespace tamis::test {

/// Entries by position; what is added twice sums. Slow and plainly right.
template <class T, class I = std::int32_t>
class Assembly {
  public:
    Assembly(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) {}

    void add(std::int64_t i, std::int64_t j, T v) { entries_[{i, j}] += v; }
    void set(std::int64_t i, std::int64_t j, T v) { entries_[{i, j}] = v; }
    [[nodiscard]] bool contains(std::int64_t i, std::int64_t j) const { return entries_.count({i, j}) != 0; }
    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t cols() const { return cols_; }
    [[nodiscard]] const std::map<std::pair<std::int64_t, std::int64_t>, T>& entries() const { return entries_; }

    [[nodiscard]] Csr<T, I> csr() const {
        Array<I> offsets(rows_ + 1);
        Array<I> indices(size(), uninitialized);
        Array<T> values(size(), uninitialized);
        std::int64_t k = 0;
        for (const auto& [position, v] : entries_) {
            ++offsets[position.first + 1];
            indices[k] = static_cast<I>(position.second);
            values[k++] = v;
        }
        for (std::int64_t i = 0; i < rows_; ++i) offsets[i + 1] = static_cast<I>(offsets[i] + offsets[i + 1]);
        return {unchecked, rows_, cols_, std::move(offsets), std::move(indices), std::move(values)};
    }
    [[nodiscard]] Csc<T, I> csc() const { return as_transposed(transposed().csr()); }
    [[nodiscard]] Assembly transposed() const {
        Assembly t(cols_, rows_);
        for (const auto& [position, v] : entries_) t.set(position.second, position.first, v);
        return t;
    }
    /// The entry (i, j) of the result is the entry (p[i], q[j]) of this.
    [[nodiscard]] Assembly permuted(const std::vector<std::int64_t>& p, const std::vector<std::int64_t>& q) const {
        const auto inverse = [](const std::vector<std::int64_t>& permutation) {
            std::vector<std::int64_t> r(permutation.size());
            for (std::size_t k = 0; k < r.size(); ++k)
                r[static_cast<std::size_t>(permutation[k])] = static_cast<std::int64_t>(k);
            return r;
        };
        const auto to_row = inverse(p);
        const auto to_col = inverse(q);
        Assembly r(rows_, cols_);
        for (const auto& [position, v] : entries_)
            r.set(to_row[static_cast<std::size_t>(position.first)], to_col[static_cast<std::size_t>(position.second)], v);
        return r;
    }
    /// A·x, each row summed in the order of its columns; exact while the sums are.
    [[nodiscard]] Vector<T> times(const Vector<T>& x) const {
        Vector<T> y = Vector<T>::Zero(rows_);
        for (const auto& [position, v] : entries_) y[position.first] += v * x[position.second];
        return y;
    }
    /// Aᴴ·y.
    [[nodiscard]] Vector<T> adjoint_times(const Vector<T>& y) const {
        Vector<T> x = Vector<T>::Zero(cols_);
        for (const auto& [position, v] : entries_) x[position.second] += detail::conjugate(v) * y[position.first];
        return x;
    }

  private:
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }

    std::int64_t rows_;
    std::int64_t cols_;
    std::map<std::pair<std::int64_t, std::int64_t>, T> entries_;
};

}  // namespace tamis::test
