#include <tamis/sparse/matmul_plan.hpp>

#include <algorithm>
#include <complex>
#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

template <class P>
class MultiplyPattern : public ::testing::Test {};
TYPED_TEST_SUITE(MultiplyPattern, test::AllScalarsAndIndices, test::TypeName);

// The same pattern with other values.
template <class M>
M revalued(M A, std::uint64_t seed) {
    test::Random random(seed);
    for (auto& v : A.values()) v = random.eighths<scalar_t<M>>();
    return A;
}

TYPED_TEST(MultiplyPattern, MultipliesOtherValuesOnThePlannedPatterns) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        for (const std::int64_t inner : {0, 1, 12}) {
            const auto a = test::random_assembly<T, I>(shape.rows, inner, 0.3, 1);
            const auto b = test::random_assembly<T, I>(inner, shape.cols, 0.3, 2);
            const auto check = [](const auto& A, const auto& B) {
                const auto plan = multiply_pattern(A, B);
                const auto A_new = revalued(A, 3);
                const auto B_new = revalued(B, 4);
                const Matrix<T> expected = test::dense(A_new) * test::dense(B_new);
                auto C = plan.multiply(A_new, B_new);
                EXPECT_TRUE(test::canonical(C));
                EXPECT_EQ(C.nnz(), plan.nnz());
                EXPECT_EQ(C.rows(), plan.rows());
                EXPECT_EQ(C.cols(), plan.cols());
                EXPECT_TRUE(test::equal(C, expected));
                plan.multiply(A, B, C);
                EXPECT_TRUE(test::equal(C, (test::dense(A) * test::dense(B)).eval()));
            };
            check(a.csr(), b.csr());
            check(a.csr(), b.csc());
            check(a.csc(), b.csc());
            check(a.csc(), b.csr());
        }
    }
}

TYPED_TEST(MultiplyPattern, GivesTheBitsOfTheProductOnAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto A = poisson_2d<T, I>(90, 90);
    test::Random random(5);
    for (auto& v : A.values()) v = random.value<T>();
    const auto expected = A * A;
    for (int count = 1; count <= 4; ++count) {
        const test::ThreadBudget budget(count);
        const auto plan = multiply_pattern(A, A);
        const auto C = plan.multiply(A, A);
        EXPECT_TRUE(std::ranges::equal(C.row_offsets(), expected.row_offsets()));
        EXPECT_TRUE(std::ranges::equal(C.col_indices(), expected.col_indices()));
        EXPECT_TRUE(std::ranges::equal(C.values(), expected.values()));
    }
}

TYPED_TEST(MultiplyPattern, MultipliesRowsThatScatterOverManyColumns) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Random random(6);
    test::Assembly<T, I> b(50, std::int64_t{1} << 22);
    for (int k = 0; k < 5000; ++k) b.set(random.below(50), random.below(b.cols()), random.value<T>());
    const auto A = test::random_assembly<T, I>(20, 50, 0.2, 7).csr();
    const auto B = b.csr();
    const auto C = multiply_pattern(A, B).multiply(A, B);
    const auto expected = A * B;
    EXPECT_TRUE(std::ranges::equal(C.col_indices(), expected.col_indices()));
    EXPECT_TRUE(std::ranges::equal(C.values(), expected.values()));
}

TYPED_TEST(MultiplyPattern, RefusesOtherPatternsAndLeavesTheResultAlone) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = test::random_assembly<T, I>(9, 9, 0.4, 1).csr();
    const auto B = test::random_assembly<T, I>(9, 9, 0.4, 2).csr();
    const auto plan = multiply_pattern(A, B);
    auto C = plan.multiply(A, B);
    const auto before = C;
    EXPECT_TRUE(test::throws<PatternMismatch>([&] { (void)plan.multiply(B, A); }, "multiply_pattern"));
    EXPECT_TRUE(test::throws<PatternMismatch>([&] { plan.multiply(A, A, C); }, "multiply_pattern"));
    EXPECT_TRUE(test::throws<PatternMismatch>([&] { (void)plan.multiply(A, Csr<T, I>(9, 9)); }, "multiply_pattern"));
    EXPECT_TRUE(test::throws<PatternMismatch>([&] { (void)plan.multiply(A, Csr<T, I>(9, 8)); }, "multiply_pattern"));
    EXPECT_TRUE(test::same_bits(C, before));
    auto D = A;
    EXPECT_TRUE(test::throws<PatternMismatch>([&] { plan.multiply(A, B, D); }, "result"));
    EXPECT_TRUE(test::same_bits(D, A));
    // One entry moved by one column, everything else alike.
    test::Assembly<T, I> one(9, 9);
    test::Assembly<T, I> moved(9, 9);
    one.set(4, 4, T(1));
    moved.set(4, 5, T(1));
    EXPECT_TRUE(test::throws<PatternMismatch>(
        [&] { (void)multiply_pattern(one.csr(), one.csr()).multiply(one.csr(), moved.csr()); }, "multiply_pattern"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)multiply_pattern(A, Csr<T, I>(3, 9)); }, "9×9", "3×9"));
}

TYPED_TEST(MultiplyPattern, ServesManyThreadsAtOnce) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = test::random_assembly<T, I>(40, 40, 0.2, 7).csr();
    const auto plan = multiply_pattern(A, A);
    EXPECT_TRUE(test::succeeds_on_threads(4, [&](int i) {
        const auto B = revalued(A, static_cast<std::uint64_t>(i));
        if (!test::equal(plan.multiply(B, B), (test::dense(B) * test::dense(B)).eval())) throw std::runtime_error("differs");
    }));
}

TEST(MultiplyPatternOfMixedScalars, Widens) {
    const auto a = test::random_assembly<double, std::int32_t>(5, 6, 0.5, 1).csr();
    const auto b = test::random_assembly<std::complex<float>, std::int32_t>(6, 4, 0.5, 2).csc();
    const auto C = multiply_pattern(a, b).multiply(a, b);
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(C)>, Csr<std::complex<double>, std::int32_t>>);
    EXPECT_TRUE(test::same_bits(C, a * b));
}

}  // namespace
}  // namespace tamis
