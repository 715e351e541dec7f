// Each instruction set's kernels against plain loops, and against each other bit by bit.
#include "sparse/kernels/csr.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::detail {
namespace {

std::vector<Isa> supported() {
    std::vector<Isa> all;
    for (const Isa isa : {Isa::plain, Isa::v3, Isa::v4})
        if (isa_supported(isa)) all.push_back(isa);
    return all;
}

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
    for (const Isa isa : supported())
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
    for (const Isa isa : supported()) {
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
    for (const Isa isa : supported())
        for (const bool conjugate : {false, true})
            for (std::size_t i = 0; i + 1 < this->offsets.size(); ++i) {
                T sum(99);
                kernels<CsrKernels<T, I>>(isa).range_sum[conjugate](
                    this->indices.data(), this->values.data(), this->x.data(), static_cast<std::int64_t>(this->offsets[i]),
                    static_cast<std::int64_t>(this->offsets[i + 1]), &sum);
                EXPECT_EQ(sum, this->sums(isa, conjugate, i, i + 1)[0]);
            }
}

TYPED_TEST(CsrKernel, LetsNanAndInfinityReachTheirRowsOnly) {
    using T = typename TypeParam::T;
    const Real<T> inf = std::numeric_limits<Real<T>>::infinity();
    this->fill(std::vector<int>(60, 5), 1000, true);
    this->values[3] = inf;
    this->values[104] = std::numeric_limits<Real<T>>::quiet_NaN();
    for (auto& v : this->x) v = T(1);
    for (const Isa isa : supported()) {
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
