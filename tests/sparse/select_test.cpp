#include <tamis/sparse/select.hpp>

#include <limits>
#include <list>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"

namespace tamis {
namespace {

using test::in_every_format;

template <class P>
class Select : public ::testing::Test {};
TYPED_TEST_SUITE(Select, test::AllScalarsAndIndices, test::TypeName);

/// The owner of A's format, canonical, or a failure.
template <class A, class R>
void expect_same_kind(const A&, const R& result) {
    static_assert(std::is_same_v<R, detail::owner_t<A>>);
    EXPECT_TRUE(test::canonical(result));
}

TYPED_TEST(Select, ExtractTakesAnyOrderAndRepetition) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(9, 12, 0.4, 1), [](const auto& A) {
        const Matrix<T> D = test::dense(A);
        const std::vector<std::pair<std::vector<int>, std::vector<int>>> lists = {
            {{3, 1, 8, 1}, {11, 0, 5, 5, 2}}, {{0, 1, 2}, {0, 0, 3, 7}}, {{}, {1, 2}}, {{1, 2}, {}}, {{}, {}}, {{4}, {6}}};
        for (const auto& [rows, cols] : lists) {
            Matrix<T> expected(std::ssize(rows), std::ssize(cols));
            for (std::size_t i = 0; i < rows.size(); ++i)
                for (std::size_t j = 0; j < cols.size(); ++j)
                    expected(static_cast<std::ptrdiff_t>(i), static_cast<std::ptrdiff_t>(j)) = D(rows[i], cols[j]);
            const auto R = extract(A, rows, cols);
            expect_same_kind(A, R);
            EXPECT_TRUE(test::equal(R, expected));
        }
        EXPECT_TRUE(test::equal(extract(A, {2, 0}, {7}), D(std::vector<int>{2, 0}, std::vector<int>{7}).eval()));
        EXPECT_TRUE(test::equal(extract(A, std::list<int>{2, 3, 4}, std::vector<std::int64_t>{3}), D.block(2, 3, 3, 1)));
    });
}

TYPED_TEST(Select, ExtractRefusesIndicesOutside) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(3, 4, 0.5, 1), [](const auto& A) {
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)extract(A, {0, 3}, {0}); }, "extract", "row index 3", "3)"));
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)extract(A, {0}, {4}); }, "column index 4", "4)"));
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)extract(A, {-1}, {0}); }, "row index -1"));
    });
}

TYPED_TEST(Select, PermuteMovesEntriesAndItsInverseBringsThemBack) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.4, 1), [](const auto& A) {
            test::Random random(3);
            const auto p = random.permutation(A.rows());
            const auto q = random.permutation(A.cols());
            const auto R = permute(A, p, q);
            expect_same_kind(A, R);
            for (std::int64_t i = 0; i < A.rows(); ++i)
                for (std::int64_t j = 0; j < A.cols(); ++j)
                    EXPECT_EQ(R.coeff(i, j), A.coeff(p[static_cast<std::size_t>(i)], q[static_cast<std::size_t>(j)]));
            std::vector<std::int64_t> p_inverse(p.size());
            std::vector<std::int64_t> q_inverse(q.size());
            for (std::size_t k = 0; k < p.size(); ++k)
                p_inverse[static_cast<std::size_t>(p[k])] = static_cast<std::int64_t>(k);
            for (std::size_t k = 0; k < q.size(); ++k)
                q_inverse[static_cast<std::size_t>(q[k])] = static_cast<std::int64_t>(k);
            EXPECT_TRUE(test::equal(permute(R, p_inverse, q_inverse), A));
        });
    }
}

TYPED_TEST(Select, PermuteRefusesWhatIsNoPermutation) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(3, 2, 0.5, 1), [](const auto& A) {
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)permute(A, {0, 1}, {0, 1}); }, "permute", "p", "3", "2"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)permute(A, {0, 1, 2}, {0, 1, 2}); }, "q", "2", "3"));
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)permute(A, {0, 1, 1}, {0, 1}); }, "no permutation", "1"));
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)permute(A, {0, 1, 2}, {0, 2}); }, "q[1] = 2"));
    });
}

TYPED_TEST(Select, TrilAndTriuKeepTheirSideOfAnyDiagonal) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 1), [](const auto& A) {
            const Matrix<T> D = test::dense(A);
            for (const std::int64_t k :
                 {least, std::int64_t{-3}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, std::int64_t{6}, most}) {
                Matrix<T> lower = D;
                Matrix<T> upper = D;
                for (std::int64_t i = 0; i < D.rows(); ++i) {
                    for (std::int64_t j = 0; j < D.cols(); ++j) {
                        if (j - i > k) lower(i, j) = T(0);
                        if (j - i < k) upper(i, j) = T(0);
                    }
                }
                expect_same_kind(A, tril(A, k));
                expect_same_kind(A, triu(A, k));
                EXPECT_TRUE(test::equal(tril(A, k), lower)) << k;
                EXPECT_TRUE(test::equal(triu(A, k), upper)) << k;
                if (k > least && k < most) {
                    EXPECT_EQ(tril(A, k).nnz() + triu(A, k + 1).nnz(), A.nnz());
                }
            }
            EXPECT_TRUE(test::equal(tril(A), tril(A, 0)));
            EXPECT_TRUE(test::equal(triu(A), triu(A, 0)));
        });
    }
}

TYPED_TEST(Select, DropBelowDropsTheLimitItselfAndNeverNan) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> a(2, 5);
    a.set(0, 0, T(0.5));
    a.set(0, 1, T(-0.75));
    a.set(0, 2, T(0));
    a.set(1, 3, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    a.set(1, 4, T(std::numeric_limits<Real<T>>::infinity()));
    a.set(1, 0, test::scalar<T>(0.375, 0.5));  // modulus 0.625 if complex
    in_every_format(a, [](const auto& A) {
        const auto R = drop_below(A, Real<T>(0.5));
        expect_same_kind(A, R);
        EXPECT_EQ(R.coeff(0, 0), T(0));
        EXPECT_EQ(R.coeff(0, 1), T(-0.75));
        EXPECT_TRUE(std::isnan(detail::real_part(R.coeff(1, 3))));
        EXPECT_EQ(R.nnz(), is_complex_v<T> ? 4 : 3);
        EXPECT_EQ(drop_below(A, 0).nnz(), 5);
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)drop_below(A, -1); }, "drop_below", "-1"));
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)drop_below(A, std::numeric_limits<Real<T>>::quiet_NaN()); },
                                                  "drop_below"));
    });
}

TYPED_TEST(Select, MapValuesMayChangeTheScalar) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(7, 5, 0.5, 1), [](const auto& A) {
        const auto moduli = map_values(A, [](const T& v) { return std::abs(v); });
        static_assert(std::is_same_v<scalar_t<decltype(moduli)>, Real<T>>);
        static_assert(decltype(moduli)::is_row_major == std::remove_cvref_t<decltype(A)>::is_row_major);
        EXPECT_TRUE(test::canonical(moduli));
        EXPECT_TRUE(test::equal(moduli, test::dense(A).cwiseAbs().eval()));
        EXPECT_EQ(map_values(A, [](const T&) { return 0.0; }).nnz(), A.nnz());
    });
}

TYPED_TEST(Select, ScalesRowsAndColumns) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 1), [](const auto& A) {
            const Vector<T> r = test::exact_vector<T>(A.rows(), 2);
            const Vector<T> c = test::exact_vector<T>(A.cols(), 3);
            const Matrix<T> D = test::dense(A);
            expect_same_kind(A, scale_rows(A, r));
            expect_same_kind(A, scale_cols(A, c));
            EXPECT_TRUE(test::equal(scale_rows(A, r), (r.asDiagonal() * D).eval()));
            EXPECT_TRUE(test::equal(scale_cols(A, c), (D * c.asDiagonal()).eval()));
            EXPECT_TRUE(test::equal(scale_rows(A, r.cwiseAbs()), (r.cwiseAbs().template cast<T>().asDiagonal() * D).eval()));
            const Vector<T> longer = Vector<T>::Zero(40);
            EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)scale_rows(A, longer); }, "scale_rows", "40"));
            EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)scale_cols(A, longer); }, "scale_cols", "40"));
        });
    }
}

TEST(SelectOverflow, NamesInt64) {
    // One full row of 3000 taken a million times.
    Csr<float> A = test::power_law_assembly<float, std::int32_t>(1, 3000, 1).csr();
    std::vector<std::int64_t> all(3000);
    std::iota(all.begin(), all.end(), std::int64_t{0});
    EXPECT_TRUE(
        test::throws<IndexOverflow>([&] { (void)extract(A, std::vector<int>(1000000, 0), all); }, "extract", "int64"));
}

}  // namespace
}  // namespace tamis
