#include "iterative/amg/transfer.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/multiply.hpp>

#include "iterative/amg/kept_aggregates.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// The matrix with these columns in each row and random values in eighths: sums of few are exact.
template <class T, class I>
Csr<T, I> with_columns(std::int64_t cols, const std::vector<std::vector<std::int64_t>>& rows) {
    Random random(5);
    std::vector<I> offsets{0};
    std::vector<I> indices;
    std::vector<T> values;
    for (const auto& row : rows) {
        for (const std::int64_t column : row) {
            indices.push_back(static_cast<I>(column));
            values.push_back(random.nonzero_eighths<T>());
        }
        offsets.push_back(static_cast<I>(indices.size()));
    }
    return Csr<T, I>::from_arrays(std::ssize(rows), cols, std::move(offsets), std::move(indices), std::move(values));
}

/// `count` rows of `length` entries that are `step` columns apart, from the row's share of the columns on.
std::vector<std::vector<std::int64_t>> band(std::int64_t cols, std::int64_t count, std::int64_t length, std::int64_t step) {
    std::vector<std::vector<std::int64_t>> rows(static_cast<std::size_t>(count));
    for (std::int64_t J = 0; J < count; ++J) {
        if (J % 7 == 3) continue;  // empty
        const std::int64_t first = std::min(J * cols / count, cols - 1 - (length - 1) * step);
        for (std::int64_t k = 0; k < length; ++k) rows[static_cast<std::size_t>(J)].push_back(first + k * step);
    }
    return rows;
}

/// Both directions against the products of R, which sums of eighths meet exactly.
template <class T, class I>
void expect_transfers(const Csr<T, I>& R, std::int64_t least_bytes, std::int64_t most_bytes) {
    const detail::Transfer<T, I> transfer{Csr<T, I>(R)};
    EXPECT_GE(transfer.bytes(), least_bytes);
    EXPECT_LE(transfer.bytes(), most_bytes);
    Random random(6);
    Vector<T> fine(R.cols());
    Vector<T> coarse(R.rows());
    for (T& v : fine) v = random.eighths<T>();
    for (T& v : coarse) v = random.eighths<T>();
    for (const int threads : {1, 3, 64}) {
        const ThreadBudget budget(threads);
        Vector<T> restricted(R.rows());
        transfer.restrict_to(restricted.data(), fine.data());
        EXPECT_EQ(restricted, R * fine) << threads;
        Vector<T> added = fine;
        Vector<T> expected = fine;
        transfer.add_to(added.data(), coarse.data());
        multiply_adjoint(R, coarse, expected, T(1), T(1));
        EXPECT_EQ(added, expected) << threads;
    }
    std::vector<std::vector<std::pair<std::int64_t, T>>> entries(static_cast<std::size_t>(R.rows()));
    transfer.for_each_entry([&](std::int64_t J, std::int64_t i, const T& r) {
        if (r != T(0)) entries[static_cast<std::size_t>(J)].emplace_back(i, r);
    });
    for (std::size_t J = 0; J < entries.size(); ++J) {
        auto k = static_cast<std::size_t>(R.row_offsets()[J]);
        ASSERT_EQ(entries[J].size(), static_cast<std::size_t>(R.row_offsets()[J + 1]) - k);
        for (const auto& [i, r] : entries[J]) {
            EXPECT_EQ(i, R.col_indices()[k]);
            EXPECT_EQ(r, R.values()[k++]);
        }
    }
}

template <class P>
class TransferOfType : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;
    /// As two bytes a column, and as a Csr.
    static std::int64_t stepped(const Csr<T, I>& R, std::int64_t added = 0) {
        const auto entry = static_cast<std::int64_t>(sizeof(T)) + 2;
        return (R.nnz() + added) * entry + (2 * R.rows() + 1) * static_cast<std::int64_t>(sizeof(I));
    }
    static std::int64_t whole(const Csr<T, I>& R) {
        return R.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
               (R.rows() + 1) * static_cast<std::int64_t>(sizeof(I));
    }
};
TYPED_TEST_SUITE(TransferOfType, AllScalarsAndIndices, TypeName);

TYPED_TEST(TransferOfType, TakesTwoBytesAColumnWhereRowsKeepTogether) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Short rows, and rows in four sums; enough of them for several threads.
    for (const std::int64_t length : {9, 30}) {
        const auto R = with_columns<T, I>(50000, band(50000, 8000, length, 11));
        expect_transfers(R, this->stepped(R), this->stepped(R));
    }
}

TYPED_TEST(TransferOfType, BridgesStepsThatTwoBytesDoNotHold) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto rows = band(2000000, 3000, 40, 11);
    // Steps of 65535, 65536, 131070 and 131071: 0, 1, 1 and 2 entries between.
    for (const std::int64_t step : {65535, 65536, 131070, 131071}) rows.push_back({100, 101, 101 + step, 102 + step});
    const auto R = with_columns<T, I>(2000000, rows);
    expect_transfers(R, this->stepped(R, 4), this->stepped(R, 4));
}

TYPED_TEST(TransferOfType, KeepsWholeColumnsWhereRowsAreScatteredOrLong) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto scattered = with_columns<T, I>(60000, band(60000, 12000, 30, 2000));
    expect_transfers(scattered, this->whole(scattered), this->whole(scattered));
    const auto distant = with_columns<T, I>(2000000, band(2000000, 9, 4, 600000));
    expect_transfers(distant, this->whole(distant), this->whole(distant));
    const auto long_row = with_columns<T, I>(40000, band(40000, 1, 33000, 1));
    expect_transfers(long_row, this->whole(long_row), this->whole(long_row));
}

/// What is kept of these aggregates beside R: comes back as it was; returns its bytes.
std::int64_t bytes_kept(const Csr<double>& R, const std::vector<std::int32_t>& of, std::int64_t count) {
    detail::Aggregates<std::int32_t> aggregates{Array<std::int32_t>(std::span<const std::int32_t>(of)), count};
    const detail::Transfer<double, std::int32_t> transfer{Csr<double>(R)};
    const detail::KeptAggregates<std::int32_t> kept(std::move(aggregates), transfer);
    const detail::Aggregates<std::int32_t> after = kept.aggregates(transfer);
    EXPECT_EQ(std::vector<std::int32_t>(after.of_node.begin(), after.of_node.end()), of);
    EXPECT_EQ(after.count, count);
    return kept.bytes();
}

TEST(KeptAggregates, AreWhatTheyWere) {
    std::vector<std::int32_t> of(1000);
    for (std::size_t i = 0; i < of.size(); ++i) of[i] = i % 5 == 2 ? -1 : static_cast<std::int32_t>(i * 100 / 1000);
    // Each reaches one more to both sides.
    std::vector<std::vector<std::int64_t>> rows(100);
    for (std::int64_t J = 0; J < 100; ++J)
        for (std::int64_t i = std::max<std::int64_t>(0, 10 * J - 3); i < std::min<std::int64_t>(1000, 10 * J + 13); ++i)
            rows[static_cast<std::size_t>(J)].push_back(i);
    const auto R = with_columns<double, std::int32_t>(1000, rows);
    EXPECT_EQ(bytes_kept(R, of, 100), 1000);
    // A node that its aggregate's row has no entry for, fewer columns than aggregates, and columns with too many entries.
    of[500] = 3;
    EXPECT_EQ(bytes_kept(R, of, 100), 4000);
    of[500] = 50;
    EXPECT_EQ(bytes_kept(R, of, 101), 4000);
    const std::vector<std::int32_t> last{299};
    EXPECT_EQ(bytes_kept(with_columns<double, std::int32_t>(1, {300, {0}}), last, 300), 4);
    EXPECT_EQ(bytes_kept(with_columns<double, std::int32_t>(1, {254, {0}}), {253}, 254), 1);
}

}  // namespace
}  // namespace tamis::test
