// Selection, scaling and kron where they are large enough for several threads, against plain loops.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>
#include <tamis/sparse/select.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

using test::Assembly;
using test::canonical;

constexpr std::int64_t rows = 9001;
constexpr std::int64_t cols = 8003;

/// 300000 entries; row 77 is full, and every tenth row is empty.
Assembly<double> large() {
    test::Random random(1);
    Assembly<double> a(rows, cols);
    for (std::int64_t j = 0; j < cols; ++j) a.set(77, j, random.value<double>());
    for (int k = 0; k < 300000; ++k) {
        const std::int64_t i = random.below(rows);
        if (i % 10 != 0) a.set(i, random.below(cols), random.value<double>());
    }
    return a;
}

template <class M>
bool same_arrays(const M& a, const M& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && std::ranges::equal(a.row_offsets(), b.row_offsets()) &&
           std::ranges::equal(a.col_indices(), b.col_indices()) && std::ranges::equal(a.values(), b.values());
}

std::vector<std::int64_t> permutation(std::int64_t n) {
    std::vector<std::int64_t> p(static_cast<std::size_t>(n));
    for (std::int64_t k = 0; k < n; ++k) p[static_cast<std::size_t>(k)] = k * 4999 % n;  // a prime that divides neither size
    return p;
}

TEST(SelectThreads, GiveWhatPlainLoopsGive) {
    const Assembly<double> a = large();
    const Csr<double> A = a.csr();
    const auto p = permutation(rows);
    const auto q = permutation(cols);
    const Csr<double> permuted = a.permuted(p, q).csr();
    Assembly<double> lower(rows, cols), big(rows, cols), by_rows(rows, cols), by_cols(rows, cols);
    Vector<double> d(rows), e(cols);
    for (std::int64_t i = 0; i < rows; ++i) d[i] = static_cast<double>(i % 7) - 3;
    for (std::int64_t j = 0; j < cols; ++j) e[j] = static_cast<double>(j % 5) - 2;
    for (const auto& [at, v] : a.entries()) {
        if (at.second <= at.first + 3) lower.set(at.first, at.second, v);
        if (!(std::abs(v) <= 0.5)) big.set(at.first, at.second, v);
        by_rows.set(at.first, at.second, d[at.first] * v);
        by_cols.set(at.first, at.second, v * e[at.second]);
    }
    for (const int threads : {1, 2, 3, 4}) {
        const test::ThreadBudget budget(threads);
        EXPECT_TRUE(same_arrays(permute(A, p, q), permuted)) << threads;
        EXPECT_TRUE(same_arrays(extract(A, p, q), permuted)) << threads;
        EXPECT_TRUE(same_arrays(tril(A, 3), lower.csr())) << threads;
        EXPECT_TRUE(same_arrays(drop_below(A, 0.5), big.csr())) << threads;
        EXPECT_TRUE(same_arrays(scale_rows(A, d), by_rows.csr())) << threads;
        EXPECT_TRUE(same_arrays(scale_cols(A, e), by_cols.csr())) << threads;
    }
}

TEST(SelectThreads, KronIsTheSumOfItsProducts) {
    test::Random random(2);
    Assembly<double> a(60, 70), b(50, 40);
    for (int k = 0; k < 600; ++k) a.set(random.below(59), random.below(70), random.value<double>());
    for (int k = 0; k < 500; ++k) b.set(random.below(49), random.below(40), random.value<double>());
    Assembly<double> expected(3000, 2800);
    for (const auto& [at, v] : a.entries())
        for (const auto& [in, w] : b.entries()) expected.set(at.first * 50 + in.first, at.second * 40 + in.second, v * w);
    for (const int threads : {1, 2, 3, 4}) {
        const test::ThreadBudget budget(threads);
        EXPECT_TRUE(same_arrays(kron(a.csr(), b.csr()), expected.csr())) << threads;
    }
}

}  // namespace
}  // namespace tamis
