// links: tamis_allocation_counter
#include <tamis/sparse/assembler.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/convert.hpp>

#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::canonical;
using test::Random;
using test::throws;

template <class P>
class AssemblerTest : public ::testing::Test {};
TYPED_TEST_SUITE(AssemblerTest, test::AllScalarsAndIndices, test::TypeName);

template <class T, class I>
struct List {
    std::vector<I> row;
    std::vector<I> col;
    std::vector<T> value;
};

template <class T, class I>
List<T, I> random_list(std::int64_t rows, std::int64_t cols, std::int64_t places, std::uint64_t seed = 1) {
    Random random(seed);
    List<T, I> list;
    for (std::int64_t k = 0; k < places; ++k) {
        list.row.push_back(static_cast<I>(random.below(rows)));
        list.col.push_back(static_cast<I>(random.below(cols)));
        list.value.push_back(random.value<T>());
    }
    return list;
}

template <class T, class I>
bool same_arrays(const Csr<T, I>& a, const Csr<T, I>& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && std::ranges::equal(a.row_offsets(), b.row_offsets()) &&
           std::ranges::equal(a.col_indices(), b.col_indices()) && std::ranges::equal(a.values(), b.values());
}

/// Dense sums in the order of the list.
template <class T, class I>
Matrix<T> plain_sums(std::int64_t rows, std::int64_t cols, const List<T, I>& list) {
    Matrix<T> X = Matrix<T>::Zero(rows, cols);
    for (std::size_t k = 0; k < list.value.size(); ++k) X(list.row[k], list.col[k]) += list.value[k];
    return X;
}

TYPED_TEST(AssemblerTest, SumsTheValuesOfEachPlaceInTheirOrder) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols, places] :
         {std::tuple{7, 5, 60}, {1, 1, 9}, {1, 300, 900}, {300, 1, 900}, {40, 30, 2000}, {5, 5, 0}, {0, 3, 0}, {3, 0, 0}}) {
        const auto list = random_list<T, I>(std::max(rows, 1), std::max(cols, 1), places);
        const Assembler<T, I> assembler(rows, cols, list.row, list.col);
        EXPECT_EQ(assembler.places(), places);
        Csr<T, I> A = assembler.matrix();
        EXPECT_TRUE(canonical(A));
        EXPECT_TRUE(std::ranges::all_of(A.values(), [](const T& v) { return v == T(0); }));
        std::ranges::fill(A.values(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
        assembler.assemble(list.value, A);
        EXPECT_TRUE(test::equal(A, plain_sums(rows, cols, list)));
        EXPECT_TRUE(same_arrays(A, assembler.assemble(list.value)));
        EXPECT_TRUE(same_arrays(A, to_csr(Coo<T, I>::from_arrays(rows, cols, list.row, list.col, list.value))));
    }
}

TYPED_TEST(AssemblerTest, AssemblesAgainWithNewValues) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto list = random_list<T, I>(20, 30, 400);
    const Assembler<T, I> assembler(Coo<T, I>::from_arrays(20, 30, list.row, list.col, list.value));
    Csr<T, I> A = assembler.matrix();
    for (std::uint64_t seed = 2; seed < 5; ++seed) {
        list.value = random_list<T, I>(20, 30, 400, seed).value;
        const test::AllocationCounter counter;
        assembler.assemble(list.value, A);
        EXPECT_LE(counter.allocations(), 4);  // a few words for the threads' shares, nothing that grows with the matrix
        EXPECT_LE(counter.peak_live_bytes(), 256);
        EXPECT_TRUE(test::equal(A, plain_sums(20, 30, list)));
    }
}

TYPED_TEST(AssemblerTest, TakesStridedValues) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto list = random_list<T, I>(9, 9, 100);
    const Assembler<T, I> assembler(9, 9, list.row, list.col);
    Matrix<T> wide = Matrix<T>::Zero(3, 100);
    for (int k = 0; k < 100; ++k) wide(1, k) = list.value[static_cast<std::size_t>(k)];
    EXPECT_TRUE(
        same_arrays(assembler.assemble(VectorView<const T>(wide.data() + 1, 100, 3)), assembler.assemble(list.value)));
}

TYPED_TEST(AssemblerTest, GivesTheSameBitsForAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto list = random_list<T, I>(3000, 2000, 140000);
    for (std::size_t k = 0; k < list.row.size(); k += 3) list.row[k] = 17;  // a row that is nearly full
    const auto expected = to_csr(Coo<T, I>::from_arrays(3000, 2000, list.row, list.col, list.value));
    for (const int threads : {1, 2, 3, 4}) {
        const test::ThreadBudget budget(threads);
        const Assembler<T, I> assembler(3000, 2000, list.row, list.col);
        EXPECT_TRUE(same_arrays(assembler.assemble(list.value), expected)) << threads;
    }
}

TYPED_TEST(AssemblerTest, KeepsNaNAndInfinityToTheirPlaces) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const std::vector<I> row{0, 1, 0};
    const std::vector<I> col{0, 1, 0};
    const auto infinity = std::numeric_limits<Real<T>>::infinity();
    const std::vector<T> values{T(infinity), T(2), T(-infinity)};
    const auto A = Assembler<T, I>(2, 2, row, col).assemble(values);
    EXPECT_NE(A.coeff(0, 0), A.coeff(0, 0));
    EXPECT_EQ(A.coeff(1, 1), T(2));
}

TYPED_TEST(AssemblerTest, RefusesWhatDoesNotFitTogether) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using A = Assembler<T, I>;
    const std::vector<I> two{0, 1};
    const std::vector<I> three{0, 1, 2};
    EXPECT_TRUE(throws<InvalidArgument>([&] { A(3, 3, two, three); }, "Assembler", "2 row indices", "3 column indices"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A(2, 3, three, three); }, "Assembler", "(2, 2)", "2×3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { A(-1, 3, two, two); }, "negative"));
    if constexpr (sizeof(I) == 4) {
        EXPECT_TRUE(throws<IndexOverflow>([&] { A(std::int64_t{1} << 31, 3, two, two); }, "int64"));
    }
    const A assembler(3, 3, three, three);
    const std::vector<T> values(3, T(5));
    const std::vector<T> fewer(2, T(5));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)assembler.assemble(fewer); }, "2 values", "3 places"));
    Csr<T, I> shape(3, 4);
    EXPECT_TRUE(throws<PatternMismatch>([&] { assembler.assemble(values, shape); }, "3×4", "3×3"));
    Csr<T, I> other = A(3, 3, three, std::vector<I>{0, 2, 1}).assemble(values);
    EXPECT_TRUE(throws<PatternMismatch>([&] { assembler.assemble(values, other); }, "other places"));
    EXPECT_EQ(other.coeff(1, 2), T(5));
}

TYPED_TEST(AssemblerTest, ByDefaultHasNoPlaces) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Assembler<T, I> nothing;
    EXPECT_EQ(nothing.assemble(std::span<const T>()).nnz(), 0);
    EXPECT_EQ(nothing.matrix().rows(), 0);
}

TEST(AssemblerTest, ServesManyThreadsAtOnce) {
    const auto list = random_list<double, std::int32_t>(50, 50, 3000);
    const Assembler<double> assembler(50, 50, list.row, list.col);
    const auto expected = assembler.assemble(list.value);
    EXPECT_TRUE(test::succeeds_on_threads(4, [&](int) {
        for (int k = 0; k < 20; ++k)
            if (!same_arrays(assembler.assemble(list.value), expected)) throw std::runtime_error("another result");
    }));
}

}  // namespace
}  // namespace tamis
