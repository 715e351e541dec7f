// Triplets to compressed rows where they are many: buckets, threads, and the order of the sums.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/convert.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::canonical;
using test::Random;

/// By a stable sort of all triplets.
template <class T, class I>
Csr<T, I> reference(const Coo<T, I>& A) {
    std::vector<typename Coo<T, I>::Entry> entries(A.entries().begin(), A.entries().end());
    std::ranges::stable_sort(entries,
                             [](const auto& a, const auto& b) { return a.row != b.row ? a.row < b.row : a.col < b.col; });
    std::vector<I> offsets(static_cast<std::size_t>(A.rows()) + 1);
    std::vector<I> indices;
    std::vector<T> values;
    const typename Coo<T, I>::Entry* before = nullptr;
    for (const auto& e : entries) {
        if (before != nullptr && before->row == e.row && before->col == e.col) {
            values.back() += e.value;
        } else {
            indices.push_back(e.col);
            values.push_back(e.value);
            ++offsets[static_cast<std::size_t>(e.row) + 1];
        }
        before = &e;
    }
    for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] = static_cast<I>(offsets[i] + offsets[i - 1]);
    return {unchecked,
            A.rows(),
            A.cols(),
            Array<I>(std::move(offsets)),
            Array<I>(std::move(indices)),
            Array<T>(std::move(values))};
}

template <class T, class I>
bool same_arrays(const Csr<T, I>& a, const Csr<T, I>& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && std::ranges::equal(a.row_offsets(), b.row_offsets()) &&
           std::ranges::equal(a.col_indices(), b.col_indices()) && std::ranges::equal(a.values(), b.values());
}

template <class T, class I>
Coo<T, I> transposed(const Coo<T, I>& A) {
    Coo<T, I> B(A.cols(), A.rows());
    for (const auto& e : A.entries()) B.add(e.col, e.row, e.value);
    return B;
}

enum class Pattern { uniform, few_places, one_row, one_column, power_law, rows_in_order, all_in_order, last_out_of_order };
constexpr Pattern patterns[] = {Pattern::uniform,      Pattern::few_places,       Pattern::one_row,
                                Pattern::one_column,   Pattern::power_law,        Pattern::rows_in_order,
                                Pattern::all_in_order, Pattern::last_out_of_order};

template <class T, class I>
Coo<T, I> triplets(Pattern pattern, std::int64_t entries) {
    Random random(static_cast<std::uint64_t>(pattern) + 1);
    const std::int64_t rows = 70001;
    const std::int64_t cols = 50021;
    Coo<T, I> A(rows, cols);
    A.reserve(entries);
    for (std::int64_t k = 0; k < entries; ++k) {
        std::int64_t i = random.below(rows);
        std::int64_t j = random.below(cols);
        switch (pattern) {
            case Pattern::uniform: break;
            case Pattern::few_places: i = i % 89 * 700, j = j % 97 * 500; break;
            case Pattern::one_row: i = k % 8 == 0 ? i : 33333; break;
            case Pattern::one_column: j = k % 8 == 0 ? j : 50020; break;
            case Pattern::power_law: i = i * i / rows * i / rows, j = j * j / cols; break;
            case Pattern::rows_in_order: i = k * (rows - 5) / entries + 2; break;
            case Pattern::all_in_order: i = k / 4, j = j / 4 + cols / 4 * (k % 4); break;
            case Pattern::last_out_of_order: i = k + 1 < entries ? k / 4 : 0; break;
        }
        A.add(std::min(i, rows - 1), j, random.value<T>());
    }
    return A;
}

template <class P>
class Compress : public ::testing::Test {};
TYPED_TEST_SUITE(Compress, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Compress, AgreesWithAStableSortForEveryPattern) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const Pattern pattern : patterns) {
        const auto A = triplets<T, I>(pattern, 140000);
        const Csr<T, I> expected = reference(A);
        for (const int threads : {1, 2}) {
            const test::ThreadBudget budget(threads);
            const Csr<T, I> R = to_csr(A);
            EXPECT_TRUE(canonical(R));
            EXPECT_TRUE(same_arrays(R, expected)) << static_cast<int>(pattern) << ", " << threads << " threads";
            EXPECT_TRUE(same_arrays(as_transposed(to_csc(transposed(A))), expected));
        }
    }
}

TEST(Compress, GivesTheSameBitsForAnyNumberOfThreads) {
    for (const Pattern pattern : patterns) {
        const auto A = triplets<double, std::int32_t>(pattern, 280000);
        const auto expected = reference(A);
        for (const int threads : {1, 2, 3, 4}) {
            const test::ThreadBudget budget(threads);
            EXPECT_TRUE(same_arrays(to_csr(A), expected)) << static_cast<int>(pattern) << ", " << threads << " threads";
            EXPECT_TRUE(same_arrays(to_csr(to_csc(expected)), expected));
        }
    }
}

TEST(Compress, TakesColumnsThatOnlyInt64Counts) {
    Coo<double, std::int64_t> A(3, std::int64_t{1} << 60);
    Random random(1);
    for (int k = 0; k < 500; ++k) A.add(random.below(3), random.below(20) << (k % 3 * 25), 1.0 + k);
    EXPECT_TRUE(same_arrays(to_csr(A), reference(A)));
}

TEST(Compress, SumsKeepNaNAndInfinityOfTheirPlaces) {
    Coo<double> A(2, 2);
    const double infinity = std::numeric_limits<double>::infinity();
    A.add(1, 1, infinity);
    A.add(0, 1, 1);
    A.add(1, 1, -infinity);
    A.add(0, 0, -infinity);
    A.add(0, 0, 3);
    const auto R = to_csr(A);
    EXPECT_NE(R.coeff(1, 1), R.coeff(1, 1));
    EXPECT_EQ(R.coeff(0, 0), -infinity);
    EXPECT_EQ(R.coeff(0, 1), 1);
}

}  // namespace
}  // namespace tamis
