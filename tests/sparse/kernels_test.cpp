// Each instruction set's kernels against plain loops, and against each other bit by bit.
#include "sparse/kernels/csr.hpp"
#include "sparse/kernels/csr_block.hpp"
#include "sparse/kernels/csr_scatter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/isa.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::detail {
namespace {

template <class P>
class CsrKernel : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;

    /// A matrix with rows of these lengths; multiples of 1/8 make sums exact, other values show the order of a sum.
    void fill(const std::vector<int>& lengths, std::int64_t cols, bool exact) {
        test::Random random(7);
        offsets.assign(1, 0);
        indices.clear();
        values.clear();
        for (const int length : lengths) {
            for (int k = 0; k < length; ++k) {
                indices.push_back(static_cast<I>(random.below(cols)));
                values.push_back(exact ? random.eighths<T>() : random.value<T>());
            }
            offsets.push_back(static_cast<I>(indices.size()));
        }
        x.clear();
        for (std::int64_t j = 0; j < cols; ++j) x.push_back(exact ? random.eighths<T>() : random.value<T>());
    }
    std::vector<T> sums(Isa isa, bool conjugate, std::size_t begin, std::size_t end) const {
        std::vector<T> y(end - begin, T(99));
        kernels<CsrKernels<T, I>>(isa).row_sums[conjugate](offsets.data(), indices.data(), values.data(), x.data(),
                                                           static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end),
                                                           y.data());
        return y;
    }
    T plain_sum(bool conjugate, std::size_t i) const {
        T sum = 0;
        for (auto k = static_cast<std::size_t>(offsets[i]); k < static_cast<std::size_t>(offsets[i + 1]); ++k)
            sum += (conjugate ? tamis::detail::conjugate(values[k]) : values[k]) * x[static_cast<std::size_t>(indices[k])];
        return sum;
    }

    /// Runs of every length from 0 to 40, single rows between them, and long ones.
    static std::vector<int> lengths() {
        std::vector<int> all;
        for (int length = 0; length <= 40; ++length)
            for (int repeat = 0; repeat < 1 + length % 4; ++repeat) all.push_back(length);
        for (const int length : {5, 3, 5, 5, 0, 0, 7, 1000, 9, 10, 9, 9, 4097, 1}) all.push_back(length);
        return all;
    }

    std::vector<I> offsets;
    std::vector<I> indices;
    std::vector<T> values;
    std::vector<T> x;
};
TYPED_TEST_SUITE(CsrKernel, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(CsrKernel, SumsRowsOfAllLengthsExactlyOnEveryInstructionSet) {
    this->fill(this->lengths(), 37, true);
    const std::size_t rows = this->offsets.size() - 1;
    for (const Isa isa : test::supported_isas())
        for (const bool conjugate : {false, true})
            for (std::size_t begin : {std::size_t{0}, std::size_t{1}, rows / 2, rows}) {
                const auto y = this->sums(isa, conjugate, begin, rows);
                for (std::size_t i = begin; i < rows; ++i)
                    EXPECT_EQ(y[i - begin], this->plain_sum(conjugate, i)) << isa_name(isa) << ", row " << i;
            }
}

TYPED_TEST(CsrKernel, GivesTheSameBitsOnEveryInstructionSetAndWhereverTheRowsAreCut) {
    this->fill(this->lengths(), 61, false);
    const std::size_t rows = this->offsets.size() - 1;
    const auto reference = this->sums(Isa::plain, true, 0, rows);
    for (const Isa isa : test::supported_isas()) {
        std::vector<typename TypeParam::T> y;
        for (std::size_t i = 0; i < rows; i += 3)
            for (const auto& sum : this->sums(isa, true, i, std::min(rows, i + 3))) y.push_back(sum);
        ASSERT_EQ(y.size(), reference.size());
        for (std::size_t i = 0; i < rows; ++i) EXPECT_EQ(y[i], reference[i]) << isa_name(isa) << ", row " << i;
    }
}

TYPED_TEST(CsrKernel, SumsARangeAsItSumsARow) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    this->fill(this->lengths(), 61, false);
    for (const Isa isa : test::supported_isas())
        for (const bool conjugate : {false, true})
            for (std::size_t i = 0; i + 1 < this->offsets.size(); ++i) {
                T sum(99);
                kernels<CsrKernels<T, I>>(isa).range_sum[conjugate](
                    this->indices.data(), this->values.data(), this->x.data(), static_cast<std::int64_t>(this->offsets[i]),
                    static_cast<std::int64_t>(this->offsets[i + 1]), &sum);
                EXPECT_EQ(sum, this->sums(isa, conjugate, i, i + 1)[0]);
            }
}

TYPED_TEST(CsrKernel, ScattersRowsIntoARangeOfColumnsOnEveryInstructionSet) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t cols = 500;
    this->fill(std::vector<int>{}, cols, true);
    test::Random random(3);
    // Ascending columns: runs of every length up to 20, some within [100, 400), some across.
    for (int length = 0; length <= 20; ++length)
        for (int repeat = 0; repeat < 5; ++repeat) {
            const std::int64_t first = repeat == 4 ? 90 : repeat == 3 ? 390 - length : 100 + 40 * repeat;
            for (int k = 0; k < length; ++k) {
                this->indices.push_back(static_cast<I>(first + k));
                this->values.push_back(random.eighths<T>());
            }
            this->offsets.push_back(static_cast<I>(this->indices.size()));
        }
    const auto rows = static_cast<std::int64_t>(this->offsets.size()) - 1;
    for (const Isa isa : test::supported_isas())
        for (const bool conjugate : {false, true})
            for (const T alpha : {T(1), test::scalar<T>(2, -1)})
                for (const std::int64_t low : {0, 100, 95, 400}) {
                    const std::int64_t high = low == 0 ? cols : low == 100 ? 399 : 410;
                    std::vector<T> y(cols, T(1));
                    std::vector<T> expected = y;
                    RowSpan left;
                    RowSpan right;
                    kernels<CsrScatterKernels<T, I>>(isa).scatter[conjugate](this->offsets.data(), this->indices.data(),
                                                                             this->values.data(), this->x.data(), alpha, 1,
                                                                             rows, low, high, y.data(), &left, &right);
                    std::vector<std::int64_t> beside[2];
                    for (std::int64_t i = 1; i < rows; ++i) {
                        const auto r = static_cast<std::size_t>(i);
                        for (auto k = static_cast<std::size_t>(this->offsets[r]);
                             k < static_cast<std::size_t>(this->offsets[r + 1]); ++k) {
                            const auto j = static_cast<std::int64_t>(this->indices[k]);
                            const T a = conjugate ? tamis::detail::conjugate(this->values[k]) : this->values[k];
                            if (j < low) beside[0].push_back(i);
                            else if (j >= high) beside[1].push_back(i);
                            else expected[static_cast<std::size_t>(j)] += a * (alpha * this->x[r]);
                        }
                    }
                    EXPECT_EQ(y, expected) << isa_name(isa);
                    EXPECT_EQ(left.last, beside[0].empty() ? -1 : beside[0].back());
                    EXPECT_EQ(right.last, beside[1].empty() ? -1 : beside[1].back());
                    if (!beside[0].empty()) {
                        EXPECT_EQ(left.first, beside[0].front());
                    }
                    if (!beside[1].empty()) {
                        EXPECT_EQ(right.first, beside[1].front());
                    }
                }
}

TYPED_TEST(CsrKernel, SumsBlocksWithTheSameBitsOnEveryInstructionSet) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t cols = 61;
    for (const bool exact : {true, false}) {
        this->fill(this->lengths(), cols, exact);
        const std::size_t rows = this->offsets.size() - 1;
        for (int width = 0; width < 3; ++width) {
            const auto W = static_cast<std::size_t>(2 << width);
            // Row j of X is x_j, 2 x_j, …; rows are one further apart than they are wide, so that most are not aligned.
            std::vector<T> X(cols * (W + 1), T(77));
            for (std::size_t j = 0; j < cols; ++j)
                for (std::size_t c = 0; c < W; ++c) X[j * (W + 1) + c] = this->x[j] * T(static_cast<Real<T>>(1 + c % 2));
            for (const bool conjugate : {false, true}) {
                std::vector<T> reference;
                for (const Isa isa : test::supported_isas()) {
                    const auto& family = kernels<CsrBlockKernels<T, I>>(isa);
                    std::vector<T> y(rows * (W + 2), T(99));
                    family.row_sums[width][conjugate](this->offsets.data(), this->indices.data(), this->values.data(),
                                                      X.data(), static_cast<std::int64_t>(W + 1), 0,
                                                      static_cast<std::int64_t>(rows), y.data(),
                                                      static_cast<std::int64_t>(W + 2));
                    if (reference.empty()) reference = y;
                    EXPECT_EQ(y, reference) << isa_name(isa);
                    for (std::size_t i = 0; i < rows; ++i) {
                        EXPECT_EQ(y[i * (W + 2) + W], T(99));
                        for (std::size_t c = 0; exact && c < W; ++c)
                            EXPECT_EQ(y[i * (W + 2) + c],
                                      this->plain_sum(conjugate, i) * T(static_cast<Real<T>>(1 + c % 2)));
                        std::vector<T> part(W);
                        family.range_sum[width][conjugate](this->indices.data(), this->values.data(), X.data(),
                                                           static_cast<std::int64_t>(W + 1),
                                                           static_cast<std::int64_t>(this->offsets[i]),
                                                           static_cast<std::int64_t>(this->offsets[i + 1]), part.data());
                        EXPECT_TRUE(
                            std::equal(part.begin(), part.end(), y.begin() + static_cast<std::ptrdiff_t>(i * (W + 2))));
                    }
                }
            }
        }
    }
}

TYPED_TEST(CsrKernel, MultipliesByTheGramMatrixWithTheSameBitsOnEveryInstructionSet) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t cols = 61;
    this->fill(this->lengths(), cols, false);
    const auto rows = std::ssize(this->offsets) - 1;
    std::vector<T> X, reference;
    for (std::size_t j = 0; j < cols; ++j)
        for (int c = 0; c < 4; ++c) X.push_back(this->x[j] * T(static_cast<Real<T>>(1 + c)));
    for (const Isa isa : test::supported_isas()) {
        const auto& family = kernels<CsrBlockKernels<T, I>>(isa);
        std::vector<T> y(4 * cols, T(0));
        // In two parts: what is there is added to.
        for (const auto& [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, rows / 2}, {rows / 2, rows}})
            family.gram_rows(this->offsets.data(), this->indices.data(), this->values.data(), X.data(), begin, end,
                             y.data());
        if (reference.empty()) reference = y;
        EXPECT_EQ(y, reference) << isa_name(isa);
        for (std::size_t j = 0; j < cols; ++j)  // powers of two change nothing but exponents
            EXPECT_EQ(y[4 * j + 3], y[4 * j] * T(4)) << isa_name(isa);
    }
}

TYPED_TEST(CsrKernel, LetsNanAndInfinityReachTheirRowsOnly) {
    using T = typename TypeParam::T;
    const Real<T> inf = std::numeric_limits<Real<T>>::infinity();
    this->fill(std::vector<int>(60, 5), 1000, true);
    this->values[3] = inf;
    this->values[104] = std::numeric_limits<Real<T>>::quiet_NaN();
    for (auto& v : this->x) v = T(1);
    for (const Isa isa : test::supported_isas()) {
        const auto y = this->sums(isa, false, 0, 60);
        for (std::size_t i = 0; i < 60; ++i) {
            if (i == 20) EXPECT_TRUE(std::isnan(real_part(y[i])));
            else if (i == 0) EXPECT_EQ(real_part(y[i]), inf);
            else EXPECT_EQ(y[i], this->plain_sum(false, i));
        }
    }
}

}  // namespace
}  // namespace tamis::detail
