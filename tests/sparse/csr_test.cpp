#include <tamis/sparse/csr.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <ranges>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::Assembly;
using test::canonical;
using test::equal;
using test::Random;
using test::same_bits;
using test::scalar;
using test::throws;

template <class P>
class CsrTest : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;
    /// The arrays of the 3×4 matrix (4×3 for columns) with rows {(1, 5), (3, 6)}, {}, {(0, 7)}.
    std::vector<I> offsets{0, 2, 2, 3};
    std::vector<I> indices{1, 3, 0};
    std::vector<T> values{scalar<T>(5, 1), T(6), T(7)};
    Csr<T, I> make() const { return Csr<T, I>::from_arrays(3, 4, offsets, indices, values); }
};
TYPED_TEST_SUITE(CsrTest, test::AllScalarsAndIndices, test::TypeName);

#undef USING_TYPES  // of another file compiled with this one
#define USING_TYPES                                   \
    using T [[maybe_unused]] = typename TypeParam::T; \
    using I [[maybe_unused]] = typename TypeParam::I; \
    using M [[maybe_unused]] = Csr<T, I>

TYPED_TEST(CsrTest, ShowsTheArraysThatItWasMadeOf) {
    USING_TYPES;
    const M A = this->make();
    EXPECT_TRUE(canonical(A));
    EXPECT_EQ(A.rows(), 3);
    EXPECT_EQ(A.cols(), 4);
    EXPECT_EQ(A.nnz(), 3);
    EXPECT_TRUE(std::ranges::equal(A.row_offsets(), this->offsets));
    EXPECT_TRUE(std::ranges::equal(A.col_indices(), this->indices));
    EXPECT_TRUE(std::ranges::equal(A.values(), this->values));
}

TYPED_TEST(CsrTest, TakesVectorsOverWithoutACopy) {
    USING_TYPES;
    const I* const offsets = this->offsets.data();
    const I* const indices = this->indices.data();
    const T* const values = this->values.data();
    const M A = M::from_arrays(3, 4, std::move(this->offsets), std::move(this->indices), std::move(this->values));
    EXPECT_EQ(A.row_offsets().data(), offsets);
    EXPECT_EQ(A.col_indices().data(), indices);
    EXPECT_EQ(A.values().data(), values);
    EXPECT_TRUE(canonical(A));
}

TYPED_TEST(CsrTest, RefusedVectorsAreLeftAsTheyWere) {
    USING_TYPES;
    this->indices[1] = 4;
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)M::from_arrays(3, 4, std::move(this->offsets), std::move(this->indices), std::move(this->values)); }));
    EXPECT_EQ(this->offsets.size(), 4U);
    EXPECT_EQ(this->indices.size(), 3U);
    EXPECT_EQ(this->values.size(), 3U);
}

TYPED_TEST(CsrTest, SortsAndSumsRepeatedEntriesInTheirOrder) {
    USING_TYPES;
    // Lengths on both sides of where sorting by insertion ends, and of the scratch of a merge.
    for (const std::int64_t length : {0, 1, 2, 5, 24, 25, 300, 2000}) {
        Random random(static_cast<std::uint64_t>(length) + 3);
        const std::int64_t minor = length / 3 + 1;
        Assembly<T, I> expected(3, minor);
        std::vector<I> offsets{0};
        std::vector<I> indices;
        std::vector<T> values;
        for (std::int64_t i = 0; i < 3; ++i) {
            for (std::int64_t k = 0; k < (i == 1 ? 2 * length : length); ++k) {
                const std::int64_t j = random.below(minor);
                const T v = random.value<T>();
                indices.push_back(static_cast<I>(j));
                values.push_back(v);
                if (expected.contains(i, j)) expected.add(i, j, v);
                else expected.set(i, j, v);
            }
            offsets.push_back(static_cast<I>(indices.size()));
        }
        const M A = M::from_arrays(3, minor, offsets, indices, values);
        ASSERT_TRUE(canonical(A)) << length;
        // The bits of the sums show their order.
        ASSERT_TRUE(same_bits(A, expected.csr())) << length;
        EXPECT_EQ(A.nnz(), std::ssize(expected.entries()));
        const M B = M::from_arrays(3, minor, std::move(offsets), std::move(indices), std::move(values));
        ASSERT_TRUE(canonical(B));
        EXPECT_TRUE(same_bits(B, A));
    }
}

TYPED_TEST(CsrTest, KeepsExplicitZerosAndSumsThatCancel) {
    USING_TYPES;
    const M A =
        M::from_arrays(2, 2, std::vector<I>{0, 3, 4}, std::vector<I>{1, 0, 1, 1}, std::vector<T>{T(2), T(0), T(-2), T(0)});
    EXPECT_EQ(A.nnz(), 3);
    EXPECT_TRUE(canonical(A));
    EXPECT_EQ(A.values()[0], T(0));
    EXPECT_EQ(A.values()[1], T(0));
}

TYPED_TEST(CsrTest, KeepsNanAndInfinity) {
    USING_TYPES;
    const auto inf = std::numeric_limits<Real<T>>::infinity();
    const auto nan = std::numeric_limits<Real<T>>::quiet_NaN();
    const M A = M::from_arrays(2, 2, std::vector<I>{0, 2, 3}, std::vector<I>{1, 0, 1}, std::vector<T>{T(nan), T(inf), T(1)});
    EXPECT_EQ(A.values()[0], T(inf));
    EXPECT_NE(A.values()[1], A.values()[1]);
}

TYPED_TEST(CsrTest, RefusesInconsistentArraysAndSaysWhere) {
    USING_TYPES;
    const auto refuses = [](std::vector<I> offsets, std::vector<I> indices, std::size_t values, auto... texts) {
        const std::vector<T> v(values, T(1));
        return throws<InvalidArgument>([&] { (void)M::from_arrays(3, 4, offsets, indices, v); }, "Csr::from_arrays",
                                       texts...);
    };
    EXPECT_TRUE(refuses({0, 2, 2}, {1, 3, 0}, 3, "row_offsets has 3 elements", "rows (3)"));
    EXPECT_TRUE(refuses({}, {}, 0, "row_offsets has 0 elements"));
    EXPECT_TRUE(refuses({1, 2, 2, 3}, {1, 3, 0}, 3, "starts with 1"));
    EXPECT_TRUE(refuses({-1, 2, 2, 3}, {1, 3, 0}, 3, "starts with -1"));
    EXPECT_TRUE(refuses({0, 2, 1, 3}, {1, 3, 0}, 3, "decreases from 2 to 1", "row 1"));
    EXPECT_TRUE(refuses({0, 2, 5, 3}, {1, 3, 0}, 3, "decreases from 5 to 3", "row 2"));
    EXPECT_TRUE(refuses({0, 2, 2, 2}, {1, 3, 0}, 3, "ends with 2", "3 elements"));
    EXPECT_TRUE(refuses({0, 2, 2, 4}, {1, 3, 0}, 3, "ends with 4", "3 elements"));
    EXPECT_TRUE(refuses({0, 2, 2, 3}, {1, 3, 0}, 2, "col_indices has 3 elements", "values has 2"));
    EXPECT_TRUE(refuses({0, 2, 2, 3}, {1, 4, 0}, 3, "row 0", "column index 4", "entry 1", "0 to 3"));
    EXPECT_TRUE(refuses({0, 2, 2, 3}, {1, 3, -1}, 3, "row 2", "column index -1", "entry 2"));
    const std::vector<I> none{0};
    const std::vector<T> no_values;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)M::from_arrays(-1, 3, none, {}, no_values); }, "-1", "negative"));
}

TYPED_TEST(CsrTest, RefusesSizesBeyondItsIndexAndNegativeOnes) {
    USING_TYPES;
    EXPECT_TRUE(throws<InvalidArgument>([] { M(-1, 0); }, "Csr", "-1"));
    EXPECT_TRUE(throws<InvalidArgument>([] { M(0, std::numeric_limits<std::int64_t>::min()); }, "negative"));
    const std::int64_t beyond = std::int64_t{1} << 31;
    if constexpr (sizeof(I) == 4) {
        EXPECT_TRUE(throws<IndexOverflow>([&] { M(beyond, 0); }, "2147483648", "int64"));
        EXPECT_TRUE(throws<IndexOverflow>([&] { M(0, beyond); }, "2147483648", "int64"));
        EXPECT_TRUE(throws<IndexOverflow>([&] { (void)M::from_arrays(0, std::int64_t{1} << 31, std::vector<I>{0}, {}, {}); },
                                          "int64"));
    } else {
        const M A(0, std::int64_t{1} << 31);
        EXPECT_EQ(A.cols(), beyond);
        EXPECT_TRUE(canonical(A));
    }
}

TYPED_TEST(CsrTest, TakesEveryEmptyShape) {
    USING_TYPES;
    for (const auto& [rows, cols] : {std::pair{0, 0}, {0, 5}, {5, 0}, {3, 2}}) {
        const M A(rows, cols);
        EXPECT_TRUE(canonical(A));
        EXPECT_EQ(A.rows(), rows);
        EXPECT_EQ(A.cols(), cols);
        EXPECT_EQ(A.nnz(), 0);
        EXPECT_EQ(A.diagonal().size(), std::min(rows, cols));
        EXPECT_TRUE(canonical(A.block(0, 0, rows, cols)));
    }
    EXPECT_TRUE(canonical(M()));
    EXPECT_TRUE(canonical(M::from_arrays(0, 0, std::vector<I>{0}, {}, {})));
}

TYPED_TEST(CsrTest, AMovedFromMatrixIsTheEmptyOne) {
    USING_TYPES;
    M A = this->make();
    const M B = std::move(A);
    EXPECT_EQ(B.nnz(), 3);
    EXPECT_TRUE(canonical(A));  // NOLINT(bugprone-use-after-move): that is what is promised
    EXPECT_EQ(A.rows(), 0);
    EXPECT_EQ(A.cols(), 0);
    EXPECT_EQ(A.nnz(), 0);
    A = B;
    EXPECT_TRUE(same_bits(A, B));
    M C(7, 7);
    C = std::move(A);
    EXPECT_TRUE(same_bits(C, B));
    EXPECT_TRUE(canonical(A));
    auto arrays = std::move(C).release();
    EXPECT_EQ(arrays.values.size(), 3);
    EXPECT_TRUE(canonical(C));
}

TYPED_TEST(CsrTest, CopiesAreIndependent) {
    USING_TYPES;
    const M A = this->make();
    M B = A;
    B.values()[0] = T(100);
    EXPECT_EQ(A.values()[0], this->values[0]);
    const M& self = B;
    B = self;
    EXPECT_EQ(B.values()[0], T(100));
    EXPECT_TRUE(canonical(B));
    static_assert(std::same_as<decltype(B.values()), std::span<T>>);
    static_assert(std::same_as<decltype(A.values()), std::span<const T>>);
    static_assert(std::same_as<decltype(B.col_indices()), std::span<const I>>);
    static_assert(std::same_as<decltype(B.row_offsets()), std::span<const I>>);
}

TYPED_TEST(CsrTest, SlicesAreRandomAccessRangesOfPairs) {
    USING_TYPES;
    using Slice = SparseSlice<T, I>;
    static_assert(std::ranges::random_access_range<Slice> && std::ranges::sized_range<Slice> &&
                  std::ranges::borrowed_range<Slice> && std::ranges::view<Slice>);
    const M A = this->make();
    std::vector<std::pair<I, T>> seen;
    for (const auto [index, value] : A.row(0)) seen.emplace_back(index, value);
    EXPECT_EQ(seen, (std::vector<std::pair<I, T>>{{I(1), scalar<T>(5, 1)}, {I(3), T(6)}}));
    EXPECT_EQ(A.row(0).size(), 2);
    EXPECT_EQ(A.row(0)[1].index, 3);
    EXPECT_EQ(A.row(0).begin()[1].value, T(6));
    EXPECT_TRUE(A.row(1).empty());
    EXPECT_EQ(A.row(2).indices()[0], 0);
    EXPECT_EQ(A.row(2).values()[0], T(7));
    const auto slice = A.row(0);
    const auto last = std::ranges::max_element(slice, {}, [](const auto& e) { return e.index; });
    EXPECT_EQ((*last).value, T(6));
    const auto found = std::ranges::lower_bound(slice, I(2), {}, [](const auto& e) { return e.index; });
    EXPECT_EQ(found - slice.begin(), 1);
    auto it = slice.end();
    EXPECT_EQ((*--it).index, 3);
    EXPECT_TRUE(slice.begin() < it && it <= slice.end() && it - 1 == slice.begin());
}

TYPED_TEST(CsrTest, ReadsSingleValuesAndRefusesPlacesOutside) {
    USING_TYPES;
    const M A = this->make();
    const auto expected = test::dense(A);
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (std::int64_t j = 0; j < A.cols(); ++j) EXPECT_EQ(A.coeff(i, j), expected(i, j)) << i << ' ' << j;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.coeff(A.rows(), 0); }, "coeff", "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.coeff(0, A.cols()); }, "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.coeff(-1, 0); }, "(-1, 0)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.coeff(0, -1); }, "(0, -1)"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.row(3); }, "row", "row 3", "0 to 2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.row(-1); }, "row -1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)M().row(0); }, "there are no rows"));
}

TYPED_TEST(CsrTest, DiagonalsAndBlocksAreThoseOfTheDenseMatrix) {
    USING_TYPES;
    Random random(5);
    for (const auto& [rows, cols] : {std::pair{6, 9}, {9, 6}, {1, 1}, {7, 7}}) {
        Assembly<T, I> assembly(rows, cols);
        for (int k = 0; k < 25; ++k) assembly.set(random.below(rows), random.below(cols), random.value<T>());
        const M A = assembly.csr();
        const auto D = test::dense(A);
        const Vector<T> d = D.diagonal();
        EXPECT_TRUE(same_bits(A.diagonal(), d));
        EXPECT_TRUE(same_bits(A.view().diagonal(), d));
        for (int k = 0; k < 20; ++k) {
            const std::int64_t i = random.below(rows + 1);
            const std::int64_t j = random.below(cols + 1);
            const std::int64_t r = random.below(rows - i + 1);
            const std::int64_t c = random.below(cols - j + 1);
            const M B = A.block(i, j, r, c);
            ASSERT_TRUE(canonical(B));
            const Matrix<T> expected = D.block(i, j, r, c);
            EXPECT_TRUE(same_bits(B, expected)) << i << ' ' << j;
            EXPECT_TRUE(same_bits(A.view().block(i, j, r, c), expected));
        }
    }
}

TYPED_TEST(CsrTest, RefusesBlocksThatReachOutside) {
    USING_TYPES;
    const M A(3, 4);
    const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(1, 0, 3, 2); }, "block", "3×2", "(1, 0)", "3×4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(0, 3, 2, 2); }, "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(-1, 0, 1, 1); }, "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(0, -1, 1, 1); }, "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(0, 0, -1, 1); }, "negative"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(huge, huge, huge, huge); }, "outside"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)A.block(1, 1, huge, huge); }, "outside"));
}

TYPED_TEST(CsrTest, IsSeenThroughViewsWithoutACopy) {
    USING_TYPES;
    const M A = this->make();
    const CsrView<T, I> view = A;
    EXPECT_EQ(view.values().data(), A.values().data());
    EXPECT_EQ(view.col_indices().data(), A.col_indices().data());
    const M copy(view);
    EXPECT_NE(copy.values().data(), A.values().data());
    EXPECT_TRUE(same_bits(copy, A));
    const CscView<T, I> transposed = A.transposed_view();
    EXPECT_EQ(transposed.values().data(), A.values().data());
    const Matrix<T> expected = test::dense(A).transpose();
    EXPECT_TRUE(same_bits(transposed, expected));
    EXPECT_TRUE(same_bits(transposed.transposed_view(), A));
    static_assert(std::convertible_to<M&, CsrView<T, I>> && std::convertible_to<const M&, CsrView<T, I>>);
    static_assert(!std::convertible_to<M, CsrView<T, I>>);
}

TYPED_TEST(CsrTest, CheckedViewsRefuseWhatIsNotCanonical) {
    USING_TYPES;
    using V = CsrView<T, I>;
    const std::vector<T> three(3, T(1));
    const std::vector<I> offsets{0, 2, 2, 3};
    const auto refuses = [&](std::vector<I> indices, auto... texts) {
        return throws<InvalidArgument>([&] { V(3, 4, offsets, indices, three); }, "CsrView", texts...);
    };
    EXPECT_EQ((V(3, 4, offsets, this->indices, three).nnz()), 3);
    EXPECT_TRUE(refuses({3, 1, 0}, "row 0 is not sorted", "column index 1 follows 3"));
    EXPECT_TRUE(refuses({1, 1, 0}, "row 0 repeats column index 1"));
    EXPECT_TRUE(refuses({1, 4, 0}, "column index 4"));
    EXPECT_TRUE(refuses({1, 3, -1}, "row 2", "index -1"));
    EXPECT_TRUE(refuses({1, 3}, "col_indices has 2 elements"));
    const std::vector<I> decreasing{0, 2, 1, 3};
    EXPECT_TRUE(throws<InvalidArgument>([&] { V(3, 4, decreasing, this->indices, three); }, "decreases"));
    const std::vector<I> short_offsets{0, 2, 3};
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { V(3, 4, short_offsets, this->indices, three); }, "row_offsets has 3 elements"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { V(-1, 3, offsets, this->indices, three); }, "negative"));
    if constexpr (sizeof(I) == 4) {
        EXPECT_TRUE(throws<IndexOverflow>([&] { V(std::int64_t{1} << 31, 1, offsets, this->indices, three); }, "int64"));
    }
    EXPECT_TRUE(canonical(V()));
}

TYPED_TEST(CsrTest, BecomesItsTransposeInTheOtherFormatWithoutACopy) {
    USING_TYPES;
    M A = this->make();
    const Matrix<T> expected = test::dense(A).transpose();
    const T* const values = A.values().data();
    const Csc<T, I> B = as_transposed(std::move(A));
    EXPECT_EQ(B.values().data(), values);
    EXPECT_TRUE(canonical(B));
    EXPECT_TRUE(same_bits(B, expected));
    EXPECT_TRUE(canonical(as_transposed(M())));
}

}  // namespace
}  // namespace tamis
