#include <tamis/sparse/matmul.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/multiply.hpp>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
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
    EXPECT_TRUE(test::near(C, test::product(test::dense(a.csr()), test::dense(b.csr())), 1e3 * epsilon_v<T>));
    const auto sparse = test::random_assembly<T, I>(50, 5000, 0.002, 5);
    const auto wide = test::random_assembly<T, I>(5000, 300, 0.005, 6);
    EXPECT_TRUE(test::equal(sparse.csr() * wide.csr(), test::product(test::dense(sparse.csr()), test::dense(wide.csr()))));
}

// The textbook formula, which the library promises of complex products.
template <class T>
T textbook_product(const T& a, const T& b) {
    if constexpr (is_complex_v<T>)
        return T(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    else return a * b;
}

// About so many entries a row, at random places.
template <class T, class I>
Csr<T, I> scattered(std::int64_t rows, std::int64_t cols, std::int64_t per_row, std::uint64_t seed) {
    test::Random random(seed);
    test::Assembly<T, I> a(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t k = random.below(2 * per_row + 1); k > 0; --k) a.set(i, random.below(cols), random.value<T>());
    return a.csr();
}

// C = A B by the definition, each entry summed in the order of A's row, and stored where the patterns say so.
template <class T, class I>
std::vector<std::map<I, T>> by_definition(const Csr<T, I>& A, const Csr<T, I>& B) {
    std::vector<std::map<I, T>> rows(static_cast<std::size_t>(A.rows()));
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto& [j, a] : A.row(i))
            for (const auto& [column, b] : B.row(static_cast<std::int64_t>(j))) {
                const T product = textbook_product<T>(a, b);
                const auto [at, fresh] = rows[static_cast<std::size_t>(i)].try_emplace(column, product);
                if (!fresh) at->second += product;
            }
    return rows;
}

// To the bit, and the same on one to four threads.
template <class T, class I>
void expect_product(const Csr<T, I>& A, const Csr<T, I>& B) {
    const auto expected = by_definition(A, B);
    for (int count = 1; count <= 4; ++count) {
        const test::ThreadBudget budget(count);
        const Csr<T, I> C = A * B;
        ASSERT_TRUE(test::canonical(C));
        ASSERT_EQ(C.rows(), A.rows());
        ASSERT_EQ(C.cols(), B.cols());
        for (std::int64_t i = 0; i < C.rows(); ++i) {
            const auto& row = expected[static_cast<std::size_t>(i)];
            const auto begin = static_cast<std::size_t>(C.row_offsets()[static_cast<std::size_t>(i)]);
            ASSERT_EQ(C.row_offsets()[static_cast<std::size_t>(i) + 1], static_cast<I>(begin + row.size())) << "row " << i;
            std::size_t k = begin;
            for (const auto& [column, value] : row) {
                ASSERT_EQ(C.col_indices()[k], column) << "row " << i;
                ASSERT_TRUE(std::memcmp(&C.values()[k], &value, sizeof(T)) == 0) << "row " << i << " column " << column;
                ++k;
            }
        }
    }
}

TYPED_TEST(Matmul, SumsInTheOrderOfTheRowWhateverThePattern) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto random = [](std::int64_t rows, std::int64_t cols, double density, std::uint64_t seed) {
        return test::random_assembly<T, I>(rows, cols, density, seed).csr();
    };
    expect_product(random(0, 5, 0.5, 1), random(5, 4, 0.5, 2));
    expect_product(random(5, 0, 0.5, 1), random(0, 4, 0.5, 2));
    expect_product(random(5, 4, 0.5, 1), random(4, 0, 0.5, 2));
    expect_product(random(1, 1, 1, 1), random(1, 1, 1, 2));
    expect_product(random(40, 30, 1, 3), random(30, 50, 1, 4));
    expect_product(scattered<T, I>(1500, 2000, 12, 5), scattered<T, I>(2000, 5000, 10, 6));  // up to some hundred columns
    expect_product(scattered<T, I>(100, 500, 60, 7), scattered<T, I>(500, 100000, 20, 8));   // more than a thousand
    expect_product(scattered<T, I>(2000, 300, 1, 9), scattered<T, I>(300, 200, 20, 10));     // rows of one entry or none
    expect_product(scattered<T, I>(8000, 8000, 5, 13), scattered<T, I>(8000, 8000, 5, 14));  // few columns each
    test::Assembly<T, I> arrow(400, 400);  // a full row, a full column, a diagonal
    for (std::int64_t i = 0; i < 400; ++i) {
        arrow.set(i, i, test::scalar<T>(1 + static_cast<double>(i % 7), 2));
        arrow.set(0, i, test::scalar<T>(0.5, static_cast<double>(i % 3)));
        arrow.set(i, 0, test::scalar<T>(-0.25, 1));
    }
    expect_product(arrow.csr(), arrow.csr());
}

// Rows for each accumulator, where there are more columns than a dense one is worth for any row: rows to be merged, hashed
// with few and with many columns, and within a short span.
template <class T, class I>
Csr<T, I> wide(std::uint64_t seed) {
    test::Random random(seed);
    test::Assembly<T, I> b(60, std::int64_t{1} << 22);
    for (std::int64_t i = 0; i < 60; ++i) {
        const std::int64_t entries = i < 20 ? 15 : i < 40 ? 200 : i < 59 ? 1000 : 0;
        const std::int64_t span = i % 10 == 3 ? 2000 : i % 10 == 4 ? 1000000 : b.cols();
        for (std::int64_t k = 0; k < entries; ++k) b.set(i, b.cols() - 1 - random.below(span), random.value<T>());
    }
    return b.csr();
}

TYPED_TEST(Matmul, ScattersOverManyColumnsByAnyAccumulator) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Random random(21);
    test::Assembly<T, I> a(40, 60);
    for (std::int64_t i = 0; i < 38; ++i)
        for (std::int64_t k = i % 8; k > 0; --k)
            a.set(i, i < 20 ? random.below(20) : i < 30 ? 20 + random.below(20) : random.below(60), random.value<T>());
    for (std::int64_t k = 0; k < 60; ++k) a.set(38, k, random.value<T>());
    for (const std::int64_t k : {3, 13, 23, 33, 59}) a.set(39, k, random.value<T>());
    for (const std::int64_t k : {44, 54, 59}) a.set(20, k, random.value<T>());
    expect_product(a.csr(), wide<T, I>(22));
}

TYPED_TEST(Matmul, LeavesEmptyRowsOut) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Random random(23);
    test::Assembly<T, I> a(3000, 3000);
    for (std::int64_t k = 0; k < 200; ++k) a.set(random.below(3000), random.below(3000), random.value<T>());
    expect_product(a.csr(), a.csr());
    for (const std::int64_t only : {0, 2999}) {
        test::Assembly<T, I> one(3000, 3000);
        one.set(only, 17, random.value<T>());
        one.set(only, 18, random.value<T>());
        expect_product(one.csr(), scattered<T, I>(3000, 40, 3, 24));
    }
}

TYPED_TEST(Matmul, MultipliesFullRowsAmongShortOnes) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // At the end and in the middle; over few columns, and over many of which they have a large share.
    for (const std::int64_t cols : {3, 270000}) {
        test::Random random(25);
        test::Assembly<T, I> a(30, 6000);
        for (std::int64_t i = 0; i < 30; ++i)
            for (std::int64_t j = 0; j < a.cols(); j += i == 29 ? 1 : i == 15 ? 2 : 1200) a.set(i, j, random.value<T>());
        expect_product(a.csr(), scattered<T, I>(6000, cols, 4, 26));
    }
}

TYPED_TEST(Matmul, FollowsRowsThatRepeatTheRowAbove) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // A stencil, several unknowns a point, and both with rows that break the repetition.
    test::Random values(11);
    for (const std::int64_t unknowns : {1, 2, 3}) {
        for (const std::int64_t broken : {0, 1, 2}) {
            constexpr std::int64_t points = 240;
            const std::int64_t n = points * unknowns;
            test::Assembly<T, I> a(n, n);
            for (std::int64_t p = 0; p < points; ++p)
                for (const std::int64_t q : {p - 20, p - 1, p, p + 1, p + 20}) {
                    if (q < 0 || q >= points) continue;
                    for (std::int64_t r = 0; r < unknowns; ++r)
                        for (std::int64_t s = 0; s < unknowns; ++s)
                            a.set(p * unknowns + r, q * unknowns + s, values.value<T>());
                }
            // The row has as many entries as its neighbours, one of them elsewhere; or one more.
            test::Assembly<T, I> b = a;
            if (broken > 0) b.set(n / 2, n / 2 + 7, values.value<T>());
            if (broken > 1) b.set(n / 2 + 1, n / 2 + 8, values.value<T>());
            expect_product(a.csr(), a.csr());
            expect_product(a.csr(), b.csr());
            expect_product(b.csr(), a.csr());
            expect_product(b.csr(), b.csr());
        }
    }
    test::Assembly<T, I> band(30, 90);
    for (std::int64_t i = 0; i < 30; ++i)
        for (std::int64_t k = 0; k < 3; ++k) band.set(i, i + k, values.value<T>());
    expect_product(band.csr(), test::random_assembly<T, I>(90, 12, 0.4, 12).csr());
    expect_product(band.csr(), band.transposed().csr());
}

TYPED_TEST(Matmul, KeepsTheSignOfZerosAndNotANumber) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using R = Real<T>;
    const R infinity = std::numeric_limits<R>::infinity();
    test::Assembly<T, I> a(3, 3);
    test::Assembly<T, I> b(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) {
        a.set(i, 0, T(R(-0.0)));
        a.set(i, 1, T(i == 1 ? infinity : R(1)));
    }
    b.set(0, 0, T(R(1)));
    b.set(0, 2, T(infinity));
    b.set(1, 1, T(R(-0.0)));
    const Csr<T, I> C = a.csr() * b.csr();
    const auto expected = by_definition(a.csr(), b.csr());
    ASSERT_EQ(C.nnz(), 9);
    for (std::int64_t i = 0; i < 3; ++i)
        for (const auto& [column, value] : expected[static_cast<std::size_t>(i)]) {
            const T got = C.coeff(i, static_cast<std::int64_t>(column));
            const auto alike = [](R x, R y) {
                return std::isnan(x) ? std::isnan(y) : x == y && std::signbit(x) == std::signbit(y);
            };
            EXPECT_TRUE(alike(detail::real_part(value), detail::real_part(got))) << i << ", " << column;
        }
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
