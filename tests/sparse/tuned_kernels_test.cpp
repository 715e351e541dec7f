// The kernels of tuned layouts, each instruction set's against the plain rows of csr.hpp, bit by bit.
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "sparse/kernels/blocks.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/halves.hpp"
#include "sparse/kernels/runs.hpp"
#include "sparse/kernels/slices.hpp"
#include "support/isa.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::detail {
namespace {

template <class T>
std::vector<T> random_values(std::size_t n, std::uint64_t seed) {
    test::Random random(seed);
    std::vector<T> values(n);
    for (auto& v : values) v = random.value<T>();
    return values;
}

/// Values that float holds, so that stored as float they give the same sums.
template <class T>
std::vector<T> float_values(std::size_t n, std::uint64_t seed) {
    const auto values = random_values<InFloat<T>>(n, seed);
    return std::vector<T>(values.begin(), values.end());
}
template <class T>
std::vector<InFloat<T>> in_float(const std::vector<T>& values) {
    std::vector<InFloat<T>> stored;
    for (const T& v : values) stored.push_back(static_cast<InFloat<T>>(v));
    return stored;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// check(values, target) with the values as they are and as float, for each target.
template <class T, class F>
void for_each_target(const std::vector<T>& values, const F& check) {
    const auto stored = in_float(values);
    for (const Isa isa : test::supported_isas()) {
        SCOPED_TRACE("target " + std::to_string(static_cast<int>(isa)));
        check(values, isa);
        if constexpr (!std::is_same_v<T, InFloat<T>>) check(stored, isa);
    }
}

template <class P>
class TunedKernel : public ::testing::Test {};
TYPED_TEST_SUITE(TunedKernel, test::AllScalars, test::TypeName);

TYPED_TEST(TunedKernel, RunsSumAsPlainRowsDo) {
    using T = typename TypeParam::T;
    for (const std::int64_t rows : {0, 1, 7, 8, 9, 21, 64})
        for (const std::int64_t length : {0, 1, 2, 5, 7, 9, 15, 16, 17, 19, 20, 24, 27, 28, 43})
            for (const bool constant : {false, true}) {
                const auto l = static_cast<std::size_t>(length);
                const auto x = random_values<T>(static_cast<std::size_t>(rows + 3 * length + 1), 1);
                const auto values = float_values<T>(constant ? l : l * static_cast<std::size_t>(rows), 2);
                std::vector<std::int64_t> shifts(l);
                for (std::size_t k = 0; k < l; ++k) shifts[k] = static_cast<std::int64_t>(3 * k);
                // The same rows as plain ones: row r has the columns r + shifts[k].
                std::vector<std::int64_t> offsets{0};
                std::vector<std::int64_t> indices;
                std::vector<T> entries;
                const std::int64_t blocked = rows / run_block * run_block;
                for (std::int64_t r = 0; r < rows; ++r) {
                    for (std::int64_t k = 0; k < length; ++k) {
                        indices.push_back(r + shifts[static_cast<std::size_t>(k)]);
                        const std::int64_t at = r < blocked
                                                    ? r / run_block * run_block * length + k * run_block + r % run_block
                                                    : r * length + k;
                        entries.push_back(values[static_cast<std::size_t>(constant ? k : at)]);
                    }
                    offsets.push_back(static_cast<std::int64_t>(indices.size()));
                }
                std::vector<T> expected(static_cast<std::size_t>(rows));
                kernels<CsrKernels<T, std::int64_t>>(Isa::plain)
                    .row_sums[0](offsets.data(), indices.data(), entries.data(), x.data(), 0, rows, expected.data());
                for_each_target(values, [&]<class V>(const std::vector<V>& stored, Isa isa) {
                    std::vector<T> sums(static_cast<std::size_t>(rows), T(99));
                    const auto& family = kernels<RunKernels<T, V>>(isa);
                    (constant ? family.constant : family.varying)(shifts.data(), length, stored.data(), x.data(), rows,
                                                                  sums.data());
                    EXPECT_TRUE(same_bits(sums, expected)) << rows << " rows of " << length << ", constant " << constant;
                });
            }
}

TYPED_TEST(TunedKernel, BlocksSumAsPlainRowsDo) {
    using T = typename TypeParam::T;
    for (int B = 2; B <= max_block_size; ++B) {
        const auto b = static_cast<std::size_t>(B);
        // Block rows of 0 … 30 blocks, every second block column.
        std::vector<std::int64_t> block_offsets{0};
        std::vector<std::int32_t> columns;
        for (std::int32_t blocks = 0; blocks <= 30; ++blocks) {
            for (std::int32_t k = 0; k < blocks; ++k) columns.push_back(2 * k);
            block_offsets.push_back(static_cast<std::int64_t>(columns.size()));
        }
        const auto values = float_values<T>(columns.size() * b * b + max_block_size, 3);
        const auto x = random_values<T>(62 * b, 4);
        std::vector<std::int64_t> offsets{0};
        std::vector<std::int64_t> indices;
        std::vector<T> entries;
        for (std::size_t i = 0; i + 1 < block_offsets.size(); ++i)
            for (std::size_t r = 0; r < b; ++r) {
                for (auto k = static_cast<std::size_t>(block_offsets[i]); k < static_cast<std::size_t>(block_offsets[i + 1]);
                     ++k)
                    for (std::size_t c = 0; c < b; ++c) {
                        indices.push_back(columns[k] * B + static_cast<std::int64_t>(c));
                        entries.push_back(values[k * b * b + c * b + r]);
                    }
                offsets.push_back(static_cast<std::int64_t>(indices.size()));
            }
        const auto rows = static_cast<std::int64_t>(offsets.size()) - 1;
        std::vector<T> expected(static_cast<std::size_t>(rows));
        kernels<CsrKernels<T, std::int64_t>>(Isa::plain)
            .row_sums[0](offsets.data(), indices.data(), entries.data(), x.data(), 0, rows, expected.data());
        for_each_target(values, [&]<class V>(const std::vector<V>& stored, Isa isa) {
            std::vector<T> sums(static_cast<std::size_t>(rows), T(99));
            kernels<BlockKernels<T, V>>(isa).sums[B](block_offsets.data(), columns.data(), stored.data(), x.data(), 0,
                                                     rows / B, sums.data());
            EXPECT_TRUE(same_bits(sums, expected)) << "blocks of " << B;
        });
    }
}

TYPED_TEST(TunedKernel, SlicesSumAsPlainRowsDo) {
    using T = typename TypeParam::T;
    constexpr std::int64_t slices = 3;
    constexpr std::int64_t rows = slices * slice_rows;
    const std::vector<std::int32_t> bases{7, 0, 41};
    for (const std::int64_t length : {0, 1, 5, 16, 17, 19, 20, 28, 43}) {
        const auto entries = static_cast<std::size_t>(rows * length);
        const auto values = float_values<T>(entries, 1);
        const auto x = random_values<T>(70000, 2);
        test::Random random(3);
        std::vector<std::uint16_t> narrow(entries);
        for (auto& column : narrow) column = static_cast<std::uint16_t>(random.below(65536));
        std::vector<std::int32_t> wide(entries);
        std::vector<std::int64_t> offsets{0};
        std::vector<std::int64_t> indices;
        std::vector<T> in_rows;
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t l = 0; l < length; ++l) {
                const auto at = static_cast<std::size_t>((i / slice_rows * length + l) * slice_rows + i % slice_rows);
                wide[at] = narrow[at] + bases[static_cast<std::size_t>(i / slice_rows)];
                indices.push_back(wide[at]);
                in_rows.push_back(values[at]);
            }
            offsets.push_back(static_cast<std::int64_t>(indices.size()));
        }
        std::vector<T> expected(rows);
        kernels<CsrKernels<T, std::int64_t>>(Isa::plain)
            .row_sums[0](offsets.data(), indices.data(), in_rows.data(), x.data(), 0, rows, expected.data());
        for_each_target(values, [&]<class V>(const std::vector<V>& stored, Isa isa) {
            const auto& family = kernels<SliceKernels<T, V>>(isa);
            std::vector<T> sums(rows, T(99));
            family.narrow(length, slices, stored.data(), narrow.data(), bases.data(), x.data(), sums.data());
            EXPECT_TRUE(same_bits(sums, expected)) << "narrow slices of " << length;
            sums.assign(rows, T(99));
            family.wide(length, slices, stored.data(), wide.data(), x.data(), sums.data());
            EXPECT_TRUE(same_bits(sums, expected)) << "wide slices of " << length;
        });
    }
}

TYPED_TEST(TunedKernel, HalvesAreTheSameOnEveryTarget) {
    using T = typename TypeParam::T;
    constexpr std::int64_t first = 2;
    constexpr std::int64_t rows = 90;
    std::vector<std::uint16_t> counts;
    std::vector<std::uint16_t> distances;
    std::vector<std::int32_t> columns;
    test::Random random(4);
    for (std::int64_t r = 0; r < rows; ++r) {
        counts.push_back(static_cast<std::uint16_t>(r / 2));
        counts.push_back(static_cast<std::uint16_t>(r % 11));
        for (std::int64_t k = 0; k < r / 2; ++k) distances.push_back(static_cast<std::uint16_t>(r - 2 * k));
        for (std::int64_t k = 0; k < r % 11; ++k) columns.push_back(static_cast<std::int32_t>(random.below(first + rows)));
    }
    const auto stride = [](int test) { return test == 0 ? 1 : 3; };
    for (int B = 1; B <= max_half_block_size; ++B)
        for (const bool diagonal : {false, true})
            for (const int test : {0, 1, 2}) {
                const auto numbers = static_cast<std::size_t>(B * (first + rows));
                const auto square = static_cast<std::size_t>(B * B);
                const auto values = float_values<T>((distances.size() + columns.size() + rows) * square, 1);
                const auto x = random_values<T>(numbers, 2);
                const auto y = random_values<T>(numbers * static_cast<std::size_t>(stride(test)), 3);
                const T alpha = test == 0 ? T(1) : test::scalar<T>(0.3, -0.7);
                const T beta = test == 0 ? T(0) : test == 1 ? T(1) : test::scalar<T>(-1.1, 0.2);
                std::vector<T> expected;
                for_each_target(values, [&]<class V>(const std::vector<V>& stored, Isa isa) {
                    auto result = y;
                    const HalfRows<V> half{first,
                                           first + rows,
                                           counts.data(),
                                           distances.data(),
                                           columns.data(),
                                           stored.data() + rows * square,
                                           diagonal ? stored.data() : nullptr};
                    kernels<HalfKernels<T, V>>(isa).multiply[B](half, x.data(), result.data(), stride(test), alpha, beta);
                    if (expected.empty()) expected = result;
                    EXPECT_TRUE(same_bits(result, expected)) << "blocks of " << B << ", case " << test;
                });
                EXPECT_FALSE(same_bits(expected, y));
            }
}

}  // namespace
}  // namespace tamis::detail
