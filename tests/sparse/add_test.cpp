#include <tamis/sparse/add.hpp>

#include <limits>

#include <gtest/gtest.h>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

using test::in_every_format;

template <class P>
class Add : public ::testing::Test {};
TYPED_TEST_SUITE(Add, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Add, AgreesWithEigenForEveryShapeAndMixOfFormats) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        const auto a = test::random_assembly<T, I>(shape.rows, shape.cols, 0.4, 1);
        const auto b = test::random_assembly<T, I>(shape.rows, shape.cols, 0.3, 2);
        const Matrix<T> DA = test::dense(a.csr());
        const Matrix<T> DB = test::dense(b.csr());
        in_every_format(a, [&](const auto& A) {
            in_every_format(b, [&](const auto& B) {
                const auto sum = A + B;
                const auto difference = A - B;
                const auto product = hadamard(A, B);
                static_assert(decltype(sum)::is_row_major == std::remove_cvref_t<decltype(A)>::is_row_major);
                EXPECT_TRUE(test::canonical(sum));
                EXPECT_TRUE(test::canonical(difference));
                EXPECT_TRUE(test::canonical(product));
                EXPECT_TRUE(test::equal(sum, (DA + DB).eval()));
                EXPECT_TRUE(test::equal(difference, (DA - DB).eval()));
                EXPECT_TRUE(test::equal(product, DA.cwiseProduct(DB).eval()));
            });
        });
    }
}

TYPED_TEST(Add, StoresTheUnionAndHadamardTheIntersection) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(1, 4);
    a.set(0, 0, T(1));
    a.set(0, 1, T(2));
    a.set(0, 3, std::numeric_limits<Real<T>>::quiet_NaN());
    test::Assembly<T, I> b(1, 4);
    b.set(0, 1, T(-2));
    b.set(0, 2, T(5));
    const auto sum = a.csr() + b.csr();
    ASSERT_EQ(sum.nnz(), 4);
    EXPECT_EQ(sum.values()[1], T(0));  // cancels and stays
    const auto product = hadamard(a.csr(), b.csr());
    ASSERT_EQ(product.nnz(), 1);
    EXPECT_EQ(product.values()[0], T(-4));
    EXPECT_EQ((a.csr() - b.csr()).values()[2], T(-5));
}

TYPED_TEST(Add, ScalesDividesAndNegatesOnThePatternOfA) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.4, 1), [](const auto& A) {
            const Matrix<T> D = test::dense(A);
            const T alpha = test::scalar<T>(0.5, 2);
            EXPECT_TRUE(test::equal(alpha * A, (alpha * D).eval()));
            EXPECT_TRUE(test::equal(A * alpha, (D * alpha).eval()));
            EXPECT_TRUE(test::equal(2 * A, (T(2) * D).eval()));
            EXPECT_TRUE(test::equal(A / 4, (D / T(4)).eval()));
            EXPECT_TRUE(test::near(A / alpha, (D / alpha).eval(), 4 * epsilon_v<T>));
            EXPECT_TRUE(test::equal(-A, (-D).eval()));
            EXPECT_EQ((0 * A).nnz(), A.nnz());
            EXPECT_TRUE(test::canonical(-A));
            static_assert(std::is_same_v<decltype(2.0 * A), detail::owner_t<decltype(A)>>);
        });
    }
}

TYPED_TEST(Add, AComplexFactorMakesARealMatrixComplex) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = test::random_assembly<T, I>(4, 5, 0.5, 1).csr();
    using C = std::complex<Real<T>>;
    const C i(0, 1);
    const auto B = i * A;
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(B)>, Csr<C, I>>);
    EXPECT_TRUE(test::equal(B, (test::dense(A).template cast<C>() * i).eval()));
    EXPECT_TRUE(test::equal(A + i * A, (test::dense(A).template cast<C>() * (C(1) + i)).eval()));
}

TYPED_TEST(Add, FollowsIeeeInStoredEntries) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(1, 3);
    a.set(0, 0, T(std::numeric_limits<Real<T>>::infinity()));
    a.set(0, 1, T(1));
    const auto A = a.csr();
    EXPECT_EQ(detail::real_part((2.0 * A).values()[0]), std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(std::isnan(detail::real_part((0 * A).values()[0])));
    EXPECT_EQ(detail::real_part((A / 0.0).values()[1]), std::numeric_limits<Real<T>>::infinity());
    EXPECT_TRUE(std::isnan(detail::real_part((A - A).values()[0])));
}

TYPED_TEST(Add, RefusesShapesThatDiffer) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A(2, 3);
    const Csc<T, I> B(3, 3);
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)(A + B); }, "A + B", "2×3", "3×3"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)(A - B); }, "A - B", "2×3", "3×3"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)hadamard(B, Csr<T, I>(3, 2)); }, "hadamard", "3×3", "3×2"));
}

TEST(AddInParallel, GivesTheSameBitsForAnyNumberOfThreads) {
    constexpr std::int32_t n = 100000;
    test::Random random(1);
    std::vector<std::int32_t> offsets{0};
    std::vector<std::int32_t> indices;
    std::vector<double> values;
    for (std::int32_t i = 0; i < n; ++i) {
        for (std::int32_t j = i; j < std::min(n, i + 2); ++j) {
            indices.push_back(j);
            values.push_back(random.value<double>());
        }
        offsets.push_back(static_cast<std::int32_t>(indices.size()));
    }
    const CsrView<double> A(n, n, offsets, indices, values);
    const Csr<double> At(detail::transpose(A));
    const auto run = [&](int count) {
        const test::ThreadBudget budget(count);
        return A + At;
    };
    const auto one = run(1);
    const auto three = run(3);
    EXPECT_TRUE(test::canonical(three));
    EXPECT_TRUE(std::ranges::equal(one.col_indices(), three.col_indices()));
    EXPECT_TRUE(std::ranges::equal(one.values(), three.values()));
    EXPECT_EQ(one.coeff(7, 8), A.coeff(7, 8));
    EXPECT_EQ(one.coeff(8, 7), A.coeff(7, 8));
    EXPECT_EQ(one.coeff(7, 7), 2 * A.coeff(7, 7));
}

}  // namespace
}  // namespace tamis
