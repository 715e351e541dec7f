#include <tamis/sparse/block_triangular.hpp>

#include <chrono>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "sparse/pattern_reference.hpp"

namespace tamis::test {
namespace {

template <class I>
bool is_permutation_of(const std::vector<I>& p, std::int64_t n) {
    std::vector<bool> seen(static_cast<std::size_t>(n));
    for (const I k : p) {
        if (k < 0 || k >= n || seen[static_cast<std::size_t>(k)]) return false;
        seen[static_cast<std::size_t>(k)] = true;
    }
    return std::ssize(p) == n;
}

/// The block of each position.
template <class I>
std::vector<std::size_t> block_of_position(const std::vector<I>& offsets, std::int64_t n) {
    std::vector<std::size_t> block(static_cast<std::size_t>(n));
    for (std::size_t b = 0; b + 1 < offsets.size(); ++b)
        for (I k = offsets[b]; k < offsets[b + 1]; ++k) block[static_cast<std::size_t>(k)] = b;
    return block;
}

/// All that the documentation says of a form, but for the number of blocks.
template <class T, class I>
void expect_valid(const Assembly<T, I>& A, const BlockTriangularForm<I>& form) {
    ASSERT_TRUE(is_permutation_of(form.row_permutation, A.rows()));
    ASSERT_TRUE(is_permutation_of(form.col_permutation, A.cols()));
    ASSERT_EQ(form.block_offsets.size(), form.col_block_offsets.size());
    ASSERT_EQ(form.block_offsets.front(), 0);
    ASSERT_EQ(form.col_block_offsets.front(), 0);
    const DensePattern P = dense_pattern(A);
    EXPECT_EQ(form.structural_rank, brute_rank(P));
    if (A.rows() == 0 || A.cols() == 0) {
        EXPECT_EQ(form.count(), 0);
        return;
    }
    ASSERT_EQ(form.block_offsets.back(), A.rows());
    ASSERT_EQ(form.col_block_offsets.back(), A.cols());
    const auto row_block = block_of_position(form.block_offsets, A.rows());
    const auto col_block = block_of_position(form.col_block_offsets, A.cols());
    for (std::size_t k = 0; k < row_block.size(); ++k) {
        for (std::size_t l = 0; l < col_block.size(); ++l) {
            const auto i = static_cast<std::size_t>(form.row_permutation[k]);
            const auto j = static_cast<std::size_t>(form.col_permutation[l]);
            EXPECT_TRUE(!P[i][j] || row_block[k] <= col_block[l])
                << "a nonzero below the blocks at position " << k << ", " << l;
        }
    }
    for (std::int64_t b = 0; b < form.count(); ++b) {
        const auto s = static_cast<std::size_t>(b);
        const auto rows = form.block_offsets[s + 1] - form.block_offsets[s];
        const auto cols = form.col_block_offsets[s + 1] - form.col_block_offsets[s];
        EXPECT_EQ(rows < cols, form.underdetermined && b == 0);
        EXPECT_EQ(rows > cols, form.overdetermined && b == form.count() - 1);
        for (I k = 0; k < std::min(rows, cols); ++k) {
            const auto i =
                static_cast<std::size_t>(form.row_permutation[static_cast<std::size_t>(form.block_offsets[s] + k)]);
            const auto j =
                static_cast<std::size_t>(form.col_permutation[static_cast<std::size_t>(form.col_block_offsets[s] + k)]);
            EXPECT_TRUE(P[i][j]) << "zero on the diagonal of block " << b;
        }
    }
}

template <class P>
class BlockTriangular : public testing::Test {};
TYPED_TEST_SUITE(BlockTriangular, AllScalarsAndIndices, TypeName);

TYPED_TEST(BlockTriangular, IsTheDecompositionThatBruteForceFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(5);
    for (int trial = 0; trial < 300; ++trial) {
        const auto rows = static_cast<std::int64_t>(random() % 7);
        const auto cols = trial % 3 == 0 ? static_cast<std::int64_t>(random() % 7) : rows;
        auto A = random_pattern<T, I>(rows, cols, 0.1 + 0.08 * (trial % 5), random);
        if (trial % 3 == 1) {  // of full structural rank, in random places
            const auto p = random_permutation(rows, random);
            for (std::int64_t i = 0; i < rows; ++i) A.set(i, p[static_cast<std::size_t>(i)], T(3));
        }
        const auto form = block_triangular_form(A.csr());
        expect_valid(A, form);
        EXPECT_EQ(form.count(),
                  brute_block_count(dense_pattern(A), static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)));
        const auto of_csc = block_triangular_form(A.csc());
        EXPECT_EQ(of_csc.row_permutation, form.row_permutation);
        EXPECT_EQ(of_csc.col_permutation, form.col_permutation);
        EXPECT_EQ(of_csc.block_offsets, form.block_offsets);
    }
}

TYPED_TEST(BlockTriangular, HasTheSameBlocksHoweverTheMatrixIsPermuted) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(6);
    const auto A = random_pattern<T, I>(30, 30, 0.05, random);
    const auto sizes = [](const BlockTriangularForm<I>& form) {
        std::vector<std::pair<I, I>> s;
        for (std::size_t b = 0; b + 1 < form.block_offsets.size(); ++b)
            s.emplace_back(form.block_offsets[b + 1] - form.block_offsets[b],
                           form.col_block_offsets[b + 1] - form.col_block_offsets[b]);
        std::sort(s.begin(), s.end());
        return s;
    };
    const auto form = block_triangular_form(A.csr());
    for (int trial = 0; trial < 20; ++trial) {
        const auto B = A.permuted(random_permutation(30, random), random_permutation(30, random));
        const auto permuted = block_triangular_form(B.csr());
        EXPECT_EQ(sizes(permuted), sizes(form));
        EXPECT_EQ(permuted.structural_rank, form.structural_rank);
    }
}

TYPED_TEST(BlockTriangular, LeavesAnUpperTriangularMatrixAsItIs) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> A(5, 5);
    for (int i = 0; i < 5; ++i) A.set(i, i, T(1));
    A.set(0, 4, T(1));
    A.set(1, 2, T(1));
    const auto form = block_triangular_form(A.csr());
    EXPECT_EQ(form.row_permutation, (std::vector<I>{0, 1, 2, 3, 4}));
    EXPECT_EQ(form.col_permutation, (std::vector<I>{0, 1, 2, 3, 4}));
    EXPECT_EQ(form.count(), 5);
}

TEST(BlockTriangularValues, StoredZerosDoNotCountAndNanDoes) {
    Assembly<double> A(2, 2);
    A.set(0, 0, 1.0);
    A.set(1, 1, std::numeric_limits<double>::quiet_NaN());
    A.set(0, 1, 1.0);
    A.set(1, 0, -0.0);
    EXPECT_EQ(block_triangular_form(A.csr()).count(), 2);
    A.set(1, 0, std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(block_triangular_form(A.csr()).count(), 1);
}

TEST(BlockTriangularShapes, WithoutRowsOrColumnsHaveNoBlocks) {
    for (const auto& [rows, cols] : {std::pair{0, 0}, std::pair{0, 4}, std::pair{4, 0}}) {
        const auto form = block_triangular_form(Assembly<double>(rows, cols).csr());
        EXPECT_EQ(form.count(), 0);
        EXPECT_EQ(std::ssize(form.row_permutation), rows);
        EXPECT_EQ(std::ssize(form.col_permutation), cols);
    }
    EXPECT_EQ(block_triangular_form(CsrView<float, std::int64_t>()).count(), 0);
}

TEST(BlockTriangularShapes, SplitAZeroMatrixIntoItsColumnsAndItsRows) {
    const auto form = block_triangular_form(Assembly<double>(3, 4).csr());
    EXPECT_EQ(form.count(), 2);
    EXPECT_TRUE(form.underdetermined);
    EXPECT_TRUE(form.overdetermined);
    EXPECT_EQ(form.block_offsets, (std::vector<std::int32_t>{0, 0, 3}));
    EXPECT_EQ(form.col_block_offsets, (std::vector<std::int32_t>{0, 4, 4}));
}

TEST(BlockTriangularAtSize, DescendsACycleOfAMillionRowsWithoutRecursion) {
    const std::int64_t n = 1000000;
    const auto start = std::chrono::steady_clock::now();
    // Every row leads to the next: one component that the search sees as a single path.
    const auto cycle = pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t i) {
        return std::vector<std::int64_t>{i, (i + 1) % n};
    });
    EXPECT_EQ(block_triangular_form(cycle).count(), 1);
    // The same without the edge that closes it, read downwards: each row is a block of its own.
    const auto path = pattern_of_rows<double, std::int64_t>(n, n, [&](std::int64_t i) {
        return i > 0 ? std::vector<std::int64_t>{i - 1, i} : std::vector<std::int64_t>{i};
    });
    const auto form = block_triangular_form(path);
    EXPECT_EQ(form.count(), n);
    EXPECT_EQ(form.row_permutation.front(), n - 1);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(BlockTriangularAtSize, FindsTheBlocksOfAPermutedLargeMatrix) {
    // Cyclic blocks of sizes 1, 2, 3, …, coupled upwards, shuffled.
    const std::int64_t blocks = 300;
    const std::int64_t n = blocks * (blocks + 1) / 2;
    std::mt19937_64 random(7);
    const auto p = random_permutation(n, random);
    const auto q = random_permutation(n, random);
    std::vector<std::vector<std::int64_t>> rows(static_cast<std::size_t>(n));
    std::int64_t first = 0;
    for (std::int64_t size = 1; size <= blocks; ++size) {
        for (std::int64_t k = 0; k < size; ++k) {
            auto& row = rows[static_cast<std::size_t>(p[static_cast<std::size_t>(first + k)])];
            row.push_back(q[static_cast<std::size_t>(first + k)]);
            if (size > 1) row.push_back(q[static_cast<std::size_t>(first + (k + 1) % size)]);
            if (first + size < n) row.push_back(q[static_cast<std::size_t>(first + size)]);
        }
        first += size;
    }
    const auto A =
        pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t i) { return rows[static_cast<std::size_t>(i)]; });
    const auto form = block_triangular_form(A);
    ASSERT_EQ(form.count(), blocks);
    for (std::size_t b = 0; b < static_cast<std::size_t>(blocks); ++b)
        EXPECT_EQ(form.block_offsets[b + 1] - form.block_offsets[b], static_cast<std::int32_t>(b + 1));
}

}  // namespace
}  // namespace tamis::test
