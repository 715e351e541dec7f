#include <tamis/sparse/coo.hpp>

#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/threads.hpp"
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

TYPED_TEST(CooTest, AppendsTheEntriesOfAnotherInTheirOrder) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> A(2, 3);
    A.add(1, 2, T(1));
    Coo<T, I> B(2, 3);
    B.add(0, 0, T(2));
    B.add(1, 2, T(3));
    A.append(B);
    ASSERT_EQ(A.nnz(), 3);
    EXPECT_EQ(A.entries()[2], (typename Coo<T, I>::Entry{1, 2, T(3)}));
    A.append(A);
    ASSERT_EQ(A.nnz(), 6);
    EXPECT_EQ(A.entries()[5].value, T(3));
    Coo<T, I> C(2, 3);
    C.append(std::move(B));
    EXPECT_EQ(C.nnz(), 2);
    EXPECT_EQ(B.nnz(), 0);  // NOLINT(bugprone-use-after-move): that is what is promised
    C.append(std::move(A));
    EXPECT_EQ(C.nnz(), 8);
    EXPECT_EQ(A.rows(), 2);  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(throws<DimensionMismatch>([&] { C.append(Coo<T, I>(2, 4)); }, "Coo::append", "2×4", "2×3"));
    const Coo<T, I> other(3, 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { C.append(other); }, "3×3"));
    EXPECT_EQ(C.nnz(), 8);
}

TYPED_TEST(CooTest, JoinsWhatManyThreadsAssembled) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::vector<Coo<T, I>> parts(4, Coo<T, I>(400, 5));
    EXPECT_TRUE(test::succeeds_on_threads(4, [&](int thread) {
        auto& part = parts[static_cast<std::size_t>(thread)];
        for (int k = 0; k < 100; ++k) part.add(100 * thread + k, k % 5, T(Real<T>(k)));
    }));
    const Coo<T, I> all = join(std::move(parts));
    ASSERT_EQ(all.nnz(), 400);
    for (int k = 0; k < 400; ++k)
        EXPECT_EQ(all.entries()[static_cast<std::size_t>(k)],
                  (typename Coo<T, I>::Entry{static_cast<I>(k), static_cast<I>(k % 5), T(Real<T>(k % 100))}));
    EXPECT_EQ((join(std::vector<Coo<T, I>>{}).rows()), 0);
    EXPECT_EQ((join(std::vector<Coo<T, I>>{Coo<T, I>(3, 2)}).cols()), 2);
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] {
            (void)join(std::vector<Coo<T, I>>{Coo<T, I>(3, 2), Coo<T, I>(2, 3)});
        },
        "2×3"));
}

}  // namespace
}  // namespace tamis
