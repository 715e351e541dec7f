#include <tamis/sparse/coo.hpp>

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::scalar;
using test::throws;

template <class P>
class CooTest : public ::testing::Test {};
TYPED_TEST_SUITE(CooTest, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(CooTest, KeepsEntriesInTheOrderAdded) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> A(3, 4);
    A.reserve(3);
    A.add(2, 3, scalar<T>(1, 2));
    A.add(0, 0, scalar<T>(-1));
    A.add(2, 3, scalar<T>(5));
    ASSERT_EQ(A.entries().size(), 3U);
    EXPECT_EQ(A.nnz(), 3);
    EXPECT_EQ(A.entries()[0], (typename Coo<T, I>::Entry{2, 3, scalar<T>(1, 2)}));
    EXPECT_EQ(A.entries()[1], (typename Coo<T, I>::Entry{0, 0, scalar<T>(-1)}));
    const auto [row, col, value] = A.entries()[2];
    EXPECT_EQ(row, 2);
    EXPECT_EQ(col, 3);
    EXPECT_EQ(value, scalar<T>(5));
}

TYPED_TEST(CooTest, RefusesEntriesOutsideAndStaysUsable) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> A(2, 3);
    A.add(1, 2, T(1));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A.add(2, 0, T(1)); }, "Coo::add", "(2, 0)", "2×3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A.add(0, 3, T(1)); }, "(0, 3)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A.add(-1, 0, T(1)); }, "(-1, 0)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A.add(0, -1, T(1)); }, "(0, -1)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A.add(std::int64_t{1} << 32, 0, T(1)); }, "4294967296"));
    EXPECT_EQ(A.nnz(), 1);
    A.add(0, 0, T(2));
    EXPECT_EQ(A.nnz(), 2);
}

TYPED_TEST(CooTest, RefusesNegativeSizes) {
    using C = Coo<typename TypeParam::T, typename TypeParam::I>;
    EXPECT_TRUE(throws<InvalidArgument>([] { C(-1, 2); }, "Coo", "-1", "negative"));
    EXPECT_TRUE(throws<InvalidArgument>([] { C(2, -7); }, "-7"));
    EXPECT_TRUE(throws<InvalidArgument>([] { C(std::numeric_limits<std::int64_t>::min(), 0); }, "negative"));
}

TYPED_TEST(CooTest, TakesSizesThatItsIndexCanCountAndRefusesLargerOnes) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const std::int64_t most = std::numeric_limits<I>::max();
    Coo<T, I> A(most, most);
    A.add(most - 1, most - 1, T(1));
    EXPECT_EQ(A.entries()[0].row, most - 1);
    const std::int64_t beyond = std::int64_t{1} << 31;
    if constexpr (sizeof(I) == 4) {
        EXPECT_TRUE(throws<IndexOverflow>([&] { Coo<T, I>(beyond, 1); }, "2147483648", "int64"));
        EXPECT_TRUE(throws<IndexOverflow>([&] { Coo<T, I>(1, beyond); }, "int64"));
    } else {
        EXPECT_EQ((Coo<T, I>(beyond, 1).rows()), beyond);
    }
}

TYPED_TEST(CooTest, TakesEveryEmptyShape) {
    using C = Coo<typename TypeParam::T, typename TypeParam::I>;
    for (const auto& [rows, cols] : {std::pair{0, 0}, {0, 5}, {5, 0}, {3, 2}}) {
        const C A(rows, cols);
        EXPECT_EQ(A.rows(), rows);
        EXPECT_EQ(A.cols(), cols);
        EXPECT_EQ(A.nnz(), 0);
        EXPECT_TRUE(A.entries().empty());
    }
    EXPECT_EQ(C().rows(), 0);
    C nothing(0, 5);
    EXPECT_TRUE(throws<InvalidArgument>([&] { nothing.add(0, 0, 1); }, "there are no rows"));
}

TYPED_TEST(CooTest, ClearDropsTheEntriesAndKeepsTheShape) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> A(2, 3);
    A.add(1, 2, T(1));
    A.clear();
    EXPECT_EQ(A.nnz(), 0);
    EXPECT_EQ(A.cols(), 3);
    A.add(0, 1, T(4));
    EXPECT_EQ(A.nnz(), 1);
}

TYPED_TEST(CooTest, IsMadeOfArraysOfEqualLength) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const std::vector<I> rows{1, 0};
    const std::array<I, 2> cols{0, 2};
    const std::vector<T> values{T(1), T(2)};
    const auto A = Coo<T, I>::from_arrays(2, 3, rows, cols, values);
    ASSERT_EQ(A.nnz(), 2);
    EXPECT_EQ(A.entries()[1], (typename Coo<T, I>::Entry{0, 2, T(2)}));
    const std::vector<T> fewer{T(1)};
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)Coo<T, I>::from_arrays(2, 3, rows, cols, fewer); }, "2 row indices", "1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)Coo<T, I>::from_arrays(2, 2, rows, cols, values); }, "(0, 2)", "2×2"));
}

}  // namespace
}  // namespace tamis
