#include <tamis/sparse/graph.hpp>

#include <chrono>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "sparse/pattern_reference.hpp"

namespace tamis::test {
namespace {

/// Every match lies on a nonzero and no column is given twice; returns the number of matches.
template <SparseMatrix M>
std::int64_t checked_size(const M& A, const std::vector<index_t<M>>& matching) {
    EXPECT_EQ(std::ssize(matching), A.rows());
    std::vector<bool> taken(static_cast<std::size_t>(A.cols()));
    std::int64_t size = 0;
    for (std::size_t i = 0; i < matching.size(); ++i) {
        const auto j = matching[i];
        if (j < 0) {
            EXPECT_EQ(j, -1);
            continue;
        }
        EXPECT_LT(j, A.cols());
        EXPECT_FALSE(A.coeff(static_cast<std::int64_t>(i), j) == scalar_t<M>(0)) << "row " << i << ", column " << j;
        EXPECT_FALSE(taken[static_cast<std::size_t>(j)]) << "column " << j << " is given twice";
        taken[static_cast<std::size_t>(j)] = true;
        ++size;
    }
    return size;
}

template <class P>
class Matching : public testing::Test {};
TYPED_TEST_SUITE(Matching, AllScalarsAndIndices, TypeName);

TYPED_TEST(Matching, IsAsLargeAsBruteForceFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 300; ++trial) {
        const auto rows = static_cast<std::int64_t>(random() % 7);
        const auto cols = static_cast<std::int64_t>(random() % 7);
        const auto A = random_pattern<T, I>(rows, cols, 0.15 + 0.1 * (trial % 5), random);
        const std::int64_t rank = brute_rank(dense_pattern(A));
        const auto csr = A.csr();
        const auto csc = A.csc();
        EXPECT_EQ(checked_size(csr, maximum_matching(csr)), rank);
        EXPECT_EQ(checked_size(csc, maximum_matching(csc)), rank);
        EXPECT_EQ(structural_rank(csr), rank);
        EXPECT_EQ(structural_rank(csc), rank);
        EXPECT_EQ(structural_rank(csr.view()), rank);
        EXPECT_EQ(structural_rank(csc.view()), rank);
    }
}

TYPED_TEST(Matching, NamesTheRowsThatDepend) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 100; ++trial) {
        const auto A = random_pattern<T, I>(6, 6, 0.25, random);
        const auto csr = A.csr();
        const auto dependent = detail::structurally_dependent_rows<T, I>(csr);
        const std::int64_t rank = brute_rank(dense_pattern(A));
        EXPECT_EQ(std::ssize(dependent), 6 - rank);
        EXPECT_TRUE(std::is_sorted(dependent.begin(), dependent.end()));
        // Without these rows, the others are independent.
        auto P = dense_pattern(A);
        for (const I i : dependent) P[static_cast<std::size_t>(i)].assign(6, false);
        EXPECT_EQ(brute_rank(P), rank);
    }
}

TYPED_TEST(Matching, OfEmptyShapesIsEmpty) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_TRUE(maximum_matching(CsrView<T, I>()).empty());
    EXPECT_TRUE(maximum_matching(Assembly<T, I>(0, 3).csr()).empty());
    EXPECT_EQ(maximum_matching(Assembly<T, I>(3, 0).csr()), std::vector<I>(3, I(-1)));
    EXPECT_EQ(maximum_matching(Assembly<T, I>(2, 2).csc()), std::vector<I>(2, I(-1)));
    EXPECT_EQ(structural_rank(Assembly<T, I>(3, 0).csc()), 0);
}

TYPED_TEST(Matching, IsTheIdentityWhereTheDiagonalIsZeroFree) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> A(4, 4);
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) A.set(i, j, T(1));
    EXPECT_EQ(maximum_matching(A.csr()), (std::vector<I>{0, 1, 2, 3}));
    A.set(2, 2, T(0));
    EXPECT_NE(maximum_matching(A.csr()), (std::vector<I>{0, 1, 2, 3}));
    EXPECT_EQ(structural_rank(A.csr()), 4);
}

TEST(MatchingValues, StoredZerosDoNotMatchAndNanDoes) {
    Assembly<double> A(3, 3);
    A.set(0, 0, 0.0);
    A.set(0, 1, -0.0);
    A.set(1, 1, std::numeric_limits<double>::quiet_NaN());
    A.set(2, 2, std::numeric_limits<double>::infinity());
    EXPECT_EQ(maximum_matching(A.csr()), (std::vector<std::int32_t>{-1, 1, 2}));
    EXPECT_EQ((detail::structurally_dependent_rows<double, std::int32_t>(A.csr().view())), std::vector<std::int32_t>{0});
}

TEST(MatchingAtSize, FollowsChainsOfAMillionRows) {
    // Row i has columns i and i + 1 of a shuffled path, whose perfect matching is unique: rows i with i + 1.
    const std::int64_t n = 1000000;
    std::mt19937_64 random(3);
    const auto p = random_permutation(n, random);
    const auto q = random_permutation(n, random);
    std::vector<std::int64_t> place(p.size());
    for (std::size_t k = 0; k < p.size(); ++k) place[static_cast<std::size_t>(p[k])] = static_cast<std::int64_t>(k);
    const auto A = pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t i) {
        const std::int64_t k = place[static_cast<std::size_t>(i)];
        std::vector<std::int64_t> cols{q[static_cast<std::size_t>(k)]};
        if (k > 0) cols.push_back(q[static_cast<std::size_t>(k) - 1]);
        return cols;
    });
    const auto start = std::chrono::steady_clock::now();
    const auto matching = maximum_matching(A);
    for (std::size_t k = 0; k < p.size(); ++k)
        ASSERT_EQ(matching[static_cast<std::size_t>(p[k])], q[k]) << "at position " << k << " of the path";
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(MatchingAtSize, IsNotQuadraticWhereNoVertexHasDegreeOne) {
    // Three random columns a row, and none on the diagonal: the greedy start leaves thousands of rows to augmenting paths.
    const std::int64_t n = 200000;
    std::mt19937_64 random(4);
    const auto A = pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t) {
        std::vector<std::int64_t> cols;
        while (cols.size() < 3) {
            const auto j = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
            if (std::find(cols.begin(), cols.end(), j) == cols.end()) cols.push_back(j);
        }
        return cols;
    });
    const auto start = std::chrono::steady_clock::now();
    const auto matching = maximum_matching(A);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    const std::int64_t size = checked_size(A, matching);
    // No larger matching: König's theorem gives as many rows and columns that cover all nonzeros.
    std::vector<bool> row_reached(static_cast<std::size_t>(n)), col_reached(static_cast<std::size_t>(n));
    std::vector<std::int32_t> row_of_col(static_cast<std::size_t>(n), -1);
    std::vector<std::int32_t> todo;
    for (std::int32_t i = 0; i < n; ++i) {
        const auto j = matching[static_cast<std::size_t>(i)];
        if (j >= 0) row_of_col[static_cast<std::size_t>(j)] = i;
        else todo.push_back(i), row_reached[static_cast<std::size_t>(i)] = true;
    }
    while (!todo.empty()) {
        const std::int32_t i = todo.back();
        todo.pop_back();
        for (const auto [j, v] : A.row(i)) {
            col_reached[static_cast<std::size_t>(j)] = true;
            const std::int32_t k = row_of_col[static_cast<std::size_t>(j)];
            ASSERT_GE(k, 0) << "an augmenting path ends in column " << j;
            if (!row_reached[static_cast<std::size_t>(k)])
                todo.push_back(k), row_reached[static_cast<std::size_t>(k)] = true;
        }
    }
    const auto cover =
        std::count(col_reached.begin(), col_reached.end(), true) + std::count(row_reached.begin(), row_reached.end(), false);
    EXPECT_EQ(cover, size);
    EXPECT_LT(size, n);
}

}  // namespace
}  // namespace tamis::test
