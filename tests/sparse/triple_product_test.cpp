#include <tamis/sparse/triple_product.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

template <class P>
class TripleProduct : public ::testing::Test {};
TYPED_TEST_SUITE(TripleProduct, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(TripleProduct, AgreesWithEigenForEveryShapeAndMixOfFormats) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const std::int64_t fine : {0, 1, 14}) {
        for (const std::int64_t coarse : {0, 1, 5, 20}) {
            const auto a = test::random_assembly<T, I>(fine, fine, 0.3, 1);
            const auto p = test::random_assembly<T, I>(fine, coarse, 0.3, 2);
            const Matrix<T> A = test::dense(a.csr());
            const Matrix<T> P = test::dense(p.csr());
            const Matrix<T> expected = P.adjoint() * A * P;
            const auto check = [&expected](const auto& C, bool by_rows) {
                EXPECT_TRUE(test::canonical(C));
                EXPECT_TRUE(test::equal(C, expected));
                EXPECT_EQ(std::remove_cvref_t<decltype(C)>::is_row_major, by_rows);
            };
            check(triple_product(a.csr(), p.csr()), true);
            check(triple_product(a.csr(), p.csc()), true);
            check(triple_product(a.csc(), p.csc()), false);
            check(triple_product(a.csc(), p.csr()), false);
        }
    }
}

TYPED_TEST(TripleProduct, HasTheBitsOfTwoProductsOnAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto A = poisson_2d<T, I>(160, 160);
    test::Random random(3);
    for (auto& v : A.values()) v = random.value<T>();
    // Aggregates of four, smoothed a little: rows of one entry and of three; some empty.
    test::Assembly<T, I> p(160 * 160, 6400);
    for (std::int64_t i = 0; i < p.rows(); ++i) {
        if (i % 97 == 0) continue;
        p.set(i, i / 4, random.value<T>());
        if (i % 3 == 0) p.set(i, (i / 4 + 1) % 6400, random.value<T>());
        if (i % 3 == 0) p.set(i, (i / 4 + 80) % 6400, random.value<T>());
    }
    const Csr<T, I> P = p.csr();
    const auto expected = (adjoint(P) * A) * P;
    for (int count = 1; count <= 4; ++count) {
        const test::ThreadBudget budget(count);
        const auto C = triple_product(A, P);
        EXPECT_TRUE(test::canonical(C));
        EXPECT_TRUE(std::ranges::equal(C.row_offsets(), expected.row_offsets()));
        EXPECT_TRUE(std::ranges::equal(C.col_indices(), expected.col_indices()));
        EXPECT_TRUE(std::ranges::equal(C.values(), expected.values()));
    }
}

TYPED_TEST(TripleProduct, HasTheBitsOfTwoProductsWhereRowsScatterOverManyColumns) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t n = 300000;
    test::Random random(5);
    test::Assembly<T, I> a(n, n);
    test::Assembly<T, I> p(n, 2 * n);
    for (int k = 0; k < 4000; ++k) {
        // Rows and columns of A that P has entries in, three of each and more.
        const std::int64_t i = random.below(1000) * 300;
        a.set(i, random.below(1000) * 300, random.value<T>());
        p.set(i, random.below(400) * 1500, random.value<T>());
    }
    const Csr<T, I> A = a.csr();
    const Csr<T, I> P = p.csr();
    const auto expected = (adjoint(P) * A) * P;
    for (int count : {1, 3}) {
        const test::ThreadBudget budget(count);
        const auto C = triple_product(A, P);
        EXPECT_TRUE(std::ranges::equal(C.row_offsets(), expected.row_offsets()));
        EXPECT_TRUE(std::ranges::equal(C.col_indices(), expected.col_indices()));
        EXPECT_TRUE(std::ranges::equal(C.values(), expected.values()));
    }
}

TYPED_TEST(TripleProduct, MultipliesRowsOfAnyLength) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto a = test::power_law_assembly<T, I>(200, 200, 3);
    const auto p = test::power_law_assembly<T, I>(200, 90, 4);
    const Matrix<T> A = test::dense(a.csr());
    const Matrix<T> P = test::dense(p.csr());
    EXPECT_TRUE(test::near(triple_product(a.csr(), p.csr()), (P.adjoint() * A * P).eval(), 1e4 * epsilon_v<T>));
}

TYPED_TEST(TripleProduct, StoresExactlyThePatternOfTheProduct) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(2, 2);
    a.set(0, 0, T(1));
    a.set(1, 1, T(-1));
    test::Assembly<T, I> p(2, 3);
    p.set(0, 0, T(1));
    p.set(1, 0, T(1));  // cancels
    p.set(1, 2, T(0));  // an explicit zero
    const auto C = triple_product(a.csr(), p.csr());
    EXPECT_EQ(C.nnz(), 4);
    EXPECT_EQ(C.coeff(0, 0), T(0));
    // What is not stored does not meet NaN.
    a.set(1, 1, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    p.set(0, 1, T(1));
    const auto D = triple_product(a.csr(), p.csr());
    EXPECT_EQ(D.coeff(1, 1), T(1));
    EXPECT_TRUE(std::isnan(detail::real_part(D.coeff(2, 2))));
}

TYPED_TEST(TripleProduct, RefusesSizesThatDoNotFit) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_TRUE(test::throws<DimensionMismatch>([] { (void)triple_product(Csr<T, I>(3, 4), Csr<T, I>(4, 2)); },
                                                "triple_product", "3×4", "4×2"));
    EXPECT_TRUE(
        test::throws<DimensionMismatch>([] { (void)triple_product(Csr<T, I>(4, 4), Csc<T, I>(3, 2)); }, "4×4", "3×2"));
}

TEST(TripleProductOfMixedScalars, Widens) {
    const auto a = test::random_assembly<double, std::int32_t>(6, 6, 0.5, 1).csr();
    const auto p = test::random_assembly<std::complex<float>, std::int32_t>(6, 4, 0.5, 2).csc();
    const auto C = triple_product(a, p);
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(C)>, Csr<std::complex<double>, std::int32_t>>);
    const Matrix<std::complex<double>> P = test::dense(p).cast<std::complex<double>>();
    EXPECT_TRUE(test::equal(C, (P.adjoint() * test::dense(a).cast<std::complex<double>>() * P).eval()));
}

TEST(TripleProductOverflow, NamesInt64) {
    // One entry, met by a full row: 50000² entries.
    constexpr std::int64_t n = 50000;
    std::vector<std::int32_t> all(n);
    for (std::int32_t i = 0; i < n; ++i) all[static_cast<std::size_t>(i)] = i;
    const std::vector<float> ones(n, 1);
    const std::vector<std::int32_t> one_row{0, n};
    const CsrView<float, std::int32_t> P(1, n, one_row, all, ones);
    test::Assembly<float, std::int32_t> a(1, 1);
    a.set(0, 0, 1);
    EXPECT_TRUE(
        test::throws<IndexOverflow>([&] { (void)triple_product(a.csr(), P); }, "triple_product", "2500000000", "int64"));
}

}  // namespace
}  // namespace tamis
