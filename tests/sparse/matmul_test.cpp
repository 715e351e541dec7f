#include <tamis/sparse/matmul.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <tamis/sparse/multiply.hpp>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

template <class P>
class Matmul : public ::testing::Test {};
TYPED_TEST_SUITE(Matmul, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Matmul, AgreesWithEigenForEveryShapeAndMixOfFormats) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        for (const std::int64_t inner : {0, 1, 12}) {
            const auto a = test::random_assembly<T, I>(shape.rows, inner, 0.3, 1);
            const auto b = test::random_assembly<T, I>(inner, shape.cols, 0.3, 2);
            const Csr<T, I> A = a.csr();
            const Csr<T, I> B = b.csr();
            const Csc<T, I> A_cols = a.csc();
            const Csc<T, I> B_cols = b.csc();
            const Matrix<T> expected = test::dense(A) * test::dense(B);
            const auto check = [&expected](const auto& C, bool by_rows) {
                EXPECT_TRUE(test::canonical(C));
                EXPECT_TRUE(test::equal(C, expected));
                EXPECT_EQ(std::remove_cvref_t<decltype(C)>::is_row_major, by_rows);
            };
            check(A * B, true);
            check(A * B_cols, true);
            check(A.view() * B, true);
            check(A.view() * B_cols.view(), true);
            check(A_cols * B_cols, false);
            check(A_cols * B, false);
            check(A_cols.view() * B.view(), false);
        }
    }
}

TYPED_TEST(Matmul, StoresExactlyThePatternOfTheProduct) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(1, 2);
    a.set(0, 0, T(1));
    a.set(0, 1, T(-1));
    test::Assembly<T, I> b(2, 3);
    b.set(0, 0, T(2));
    b.set(1, 0, T(2));  // cancels
    b.set(1, 2, T(0));  // an explicit zero
    const auto C = a.csr() * b.csr();
    ASSERT_EQ(C.nnz(), 2);
    EXPECT_EQ(C.col_indices()[0], 0);
    EXPECT_EQ(C.values()[0], T(0));
    EXPECT_EQ(C.col_indices()[1], 2);
    const auto D = a.csc() * b.csc();
    EXPECT_EQ(D.nnz(), 2);
}

TYPED_TEST(Matmul, LetsNanMeetStoredEntriesOnly) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(2, 2);
    a.set(0, 0, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    a.set(1, 1, T(1));
    test::Assembly<T, I> b(2, 2);
    b.set(0, 1, T(0));
    b.set(1, 0, T(3));
    const Matrix<T> C = test::dense(a.csr() * b.csr());
    EXPECT_TRUE(std::isnan(detail::real_part(C(0, 1))));
    EXPECT_EQ(C(0, 0), T(0));
    EXPECT_EQ(C(1, 0), T(3));
}

TYPED_TEST(Matmul, MultipliesRowsOfAnyLength) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // The first row of A meets every row of B, the last ones few: both ways of sorting a row are taken.
    const auto a = test::power_law_assembly<T, I>(60, 300, 3);
    const auto b = test::power_law_assembly<T, I>(300, 500, 4);
    const auto C = a.csr() * b.csr();
    EXPECT_TRUE(test::canonical(C));
    EXPECT_TRUE(test::near(C, (test::dense(a.csr()) * test::dense(b.csr())).eval(), 1e3 * epsilon_v<T>));
    const auto sparse = test::random_assembly<T, I>(50, 5000, 0.002, 5);
    const auto wide = test::random_assembly<T, I>(5000, 300, 0.005, 6);
    EXPECT_TRUE(test::equal(sparse.csr() * wide.csr(), (test::dense(sparse.csr()) * test::dense(wide.csr())).eval()));
}

TYPED_TEST(Matmul, GivesTheSameBitsForAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t n = 20000;
    test::Random random(3);
    std::vector<I> offsets{0};
    std::vector<I> indices;
    std::vector<T> values;
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = std::max<std::int64_t>(0, i - 4); j <= std::min(n - 1, i + 4); j += 2) {
            indices.push_back(static_cast<I>(j));
            values.push_back(random.value<T>());
        }
        offsets.push_back(static_cast<I>(indices.size()));
    }
    const CsrView<T, I> A(n, n, offsets, indices, values);
    const auto run = [&A](int count) {
        const test::ThreadBudget budget(count);
        return A * A;
    };
    const auto one = run(1);
    EXPECT_TRUE(test::canonical(one));
    for (int count : {2, 3}) {
        const auto several = run(count);
        ASSERT_TRUE(std::ranges::equal(several.row_offsets(), one.row_offsets()));
        EXPECT_TRUE(std::ranges::equal(several.col_indices(), one.col_indices()));
        EXPECT_TRUE(std::ranges::equal(several.values(), one.values()));
    }
    // (A A) x = A (A x)
    const Vector<T> x = random.vector<T>(n);
    EXPECT_TRUE(test::near(one * x, A * (A * x), 200 * static_cast<double>(epsilon_v<T>)));
}

TYPED_TEST(Matmul, RefusesInnerSizesThatDiffer) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A(2, 3);
    const Csc<T, I> B(4, 5);
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)(A * B); }, "A * B", "2×3", "4×5"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)(B * A); }, "4×5", "2×3"));
}

TEST(MatmulOfMixedScalars, Widens) {
    const auto a = test::random_assembly<double, std::int32_t>(5, 6, 0.5, 1).csr();
    const auto b = test::random_assembly<std::complex<float>, std::int32_t>(6, 4, 0.5, 2).csc();
    const auto C = a * b;
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(C)>, Csr<std::complex<double>, std::int32_t>>);
    const Matrix<std::complex<double>> expected =
        test::dense(a).cast<std::complex<double>>() * test::dense(b).cast<std::complex<double>>();
    EXPECT_TRUE(test::equal(C, expected));
}

TEST(MatmulOverflow, NamesInt64) {
    // A full column times a full row: 50000² entries.
    constexpr std::int64_t n = 50000;
    std::vector<std::int32_t> step(n + 1);
    for (std::int32_t i = 0; i <= n; ++i) step[static_cast<std::size_t>(i)] = i;
    const std::vector<std::int32_t> zeros(n);
    const std::vector<float> ones(n, 1);
    const CsrView<float, std::int32_t> column(n, 1, step, zeros, ones);
    const std::vector<std::int32_t> one_row{0, n};
    const std::span<const std::int32_t> all(step.data(), n);
    const CsrView<float, std::int32_t> row(1, n, one_row, all, ones);
    EXPECT_TRUE(test::throws<IndexOverflow>([&] { (void)(column * row); }, "A * B", "2500000000", "int64"));
}

}  // namespace
}  // namespace tamis
