// Products on several threads: how rows are cut must not be seen in the results.
// links: tamis_allocation_counter
#include <tamis/sparse/multiply.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/csr.hpp>

#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

/// Rows of these lengths, entries spread over the columns in order; the arrays live as long as the object.
template <class T, class I>
struct Rows {
    Rows(const std::vector<std::int64_t>& lengths, std::int64_t columns, bool exact) : cols(columns) {
        test::Random random(5);
        offsets.push_back(0);
        for (const std::int64_t length : lengths) {
            for (std::int64_t k = 0; k < length; ++k) {
                indices.push_back(static_cast<I>(k * cols / length));
                values.push_back(exact ? random.eighths<T>() : random.value<T>());
            }
            offsets.push_back(static_cast<I>(indices.size()));
        }
    }
    CsrView<T, I> view() const { return {static_cast<std::int64_t>(offsets.size()) - 1, cols, offsets, indices, values}; }
    std::int64_t cols;
    std::vector<I> offsets;
    std::vector<I> indices;
    std::vector<T> values;
};

/// Rows that exercise the cut: long ones first, last, in a row, between many short ones, and empty ones.
std::vector<std::vector<std::int64_t>> patterns() {
    std::vector<std::int64_t> short_rows(3000, 5);
    std::vector<std::int64_t> mixed{40000, 0, 3, 32768, 32767};
    mixed.insert(mixed.end(), short_rows.begin(), short_rows.end());
    mixed.insert(mixed.end(), {0, 100000, 0, 33000, 36000, 2});
    return {{100000}, {0, 100000, 0}, {90000, 80000, 70000}, mixed, std::vector<std::int64_t>(40, 33000)};
}

template <class P>
class MultiplyThreads : public ::testing::Test {};
TYPED_TEST_SUITE(MultiplyThreads, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(MultiplyThreads, GiveTheSameBitsHoweverLongRowsAreCut) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& lengths : patterns()) {
        const Rows<T, I> rows(lengths, 100000, false);
        const CsrView<T, I> A = rows.view();
        test::Random random(6);
        const Vector<T> x = random.vector<T>(A.cols());
        const Matrix<T> X = x * Vector<T>::Ones(3).transpose();
        Vector<T> reference(A.rows());
        Matrix<T> block_reference(A.rows(), 3);
        {
            const test::ThreadBudget one(1);
            multiply(A, x, reference);
            multiply(A, X, block_reference);
        }
        for (int count : {2, 3, 4, 40}) {
            const test::ThreadBudget several(count);
            for (int run = 0; run < 2; ++run) {
                Vector<T> y(A.rows());
                multiply(A, x, y);
                EXPECT_TRUE(test::same_bits(y, reference)) << count << " threads";
                Matrix<T> Y(A.rows(), 3);
                multiply(A, X, Y);
                EXPECT_TRUE(test::same_bits(Y, block_reference)) << count << " threads";
            }
        }
    }
}

TYPED_TEST(MultiplyThreads, SumLongRowsExactly) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& lengths : patterns()) {
        const Rows<T, I> rows(lengths, 100000, true);
        const CsrView<T, I> A = rows.view();
        // Few nonzeros in x keep sums exact in single precision.
        Vector<T> x = Vector<T>::Zero(A.cols());
        for (std::int64_t j = 0; j < A.cols(); j += 97) x[j] = test::scalar<T>(1, -0.5);
        Vector<T> expected = Vector<T>::Constant(A.rows(), T(3));
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            T sum = 0;
            for (const auto& e : A.row(i)) sum += e.value * x[e.index];
            expected[i] = T(2) * sum - expected[i];
        }
        for (int count : {1, 2, 3, 4}) {
            const test::ThreadBudget budget(count);
            Vector<T> y = Vector<T>::Constant(A.rows(), T(3));
            multiply(A, x, y, T(2), T(-1));
            EXPECT_TRUE(test::equal(y, expected)) << count << " threads";
        }
    }
}

/// Shapes that a cut of rows and columns could get wrong: a band, anything anywhere, an arrow, a full column, rows that lie
/// in the last columns only, few long rows, wide and tall ones.
template <class T, class I, class F>
void for_each_scattered(F&& f) {
    test::Random random(8);
    const auto make = [&](std::int64_t rows, std::int64_t cols, auto&& columns_of) {
        std::vector<I> offsets{0};
        std::vector<I> indices;
        std::vector<T> values;
        for (std::int64_t i = 0; i < rows; ++i) {
            std::vector<std::int64_t> columns = columns_of(i);
            std::sort(columns.begin(), columns.end());
            columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
            for (const std::int64_t j : columns) {
                indices.push_back(static_cast<I>(j));
                values.push_back(random.eighths<T>());
            }
            offsets.push_back(static_cast<I>(indices.size()));
        }
        f(CsrView<T, I>(rows, cols, offsets, indices, values));
    };
    using Columns = std::vector<std::int64_t>;
    const auto some = [&](std::int64_t count, std::int64_t cols) {
        Columns all;
        for (std::int64_t k = 0; k < count; ++k) all.push_back(random.below(cols));
        return all;
    };
    make(30000, 30000, [](std::int64_t i) {
        return Columns{std::max<std::int64_t>(0, i - 100), i, std::min<std::int64_t>(29999, i + 100), 29999 - i % 2};
    });
    make(30000, 30000, [](std::int64_t i) {
        return Columns{std::max<std::int64_t>(0, i - 1), i, std::min<std::int64_t>(29999, i + 1)};
    });
    make(10000, 10000, [&](std::int64_t i) { return some(i % 40, 10000); });
    make(30000, 30000, [](std::int64_t i) { return i == 0 ? Columns{0, 29999} : Columns{0, i}; });
    make(30000, 30000, [](std::int64_t i) { return Columns{29990 + i % 10, 29999 - i % 3, 5}; });
    make(300, 100000, [&](std::int64_t) { return some(700, 100000); });
    make(100000, 70, [&](std::int64_t) { return some(3, 70); });
    make(4, 100000, [&](std::int64_t) { return some(120000, 100000); });
}

TYPED_TEST(MultiplyThreads, ScatterEveryPatternExactlyAndTheSameFromRunToRun) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for_each_scattered<T, I>([](const CsrView<T, I>& A) {
        const auto conj = [](const T& v) { return detail::conjugate(v); };
        Vector<T> x(A.rows());
        for (std::int64_t i = 0; i < A.rows(); ++i) x[i] = test::scalar<T>(static_cast<double>(i % 3) - 1, 0.5);
        Vector<T> expected = Vector<T>::Constant(A.cols(), T(3));
        for (std::int64_t i = 0; i < A.rows(); ++i)
            for (const auto& e : A.row(i)) expected[e.index] += T(2) * (conj(e.value) * x[i]);
        for (int count : {1, 2, 3, 4, 7}) {
            const test::ThreadBudget budget(count);
            Vector<T> y = Vector<T>::Constant(A.cols(), T(-3));
            multiply_adjoint(A, x, y, T(2), T(-1));
            EXPECT_TRUE(test::equal(y, expected)) << count << " threads, " << A.rows() << "×" << A.cols();
            Matrix<T> X(A.rows(), 3);
            X << x, T(2) * x, x;
            Matrix<T> Y = Matrix<T>::Constant(A.cols(), 3, T(-3));
            multiply_adjoint(A, X, Y, T(2), T(-1));
            EXPECT_TRUE(test::equal(Y.col(0), expected));
            EXPECT_TRUE(test::equal(Y.col(2), expected));
        }
    });
}

TEST(MultiplyThreadsAllocate, NothingOnceTheThreadsAreThere) {
    const Rows<double, std::int32_t> rows({100000, 5, 100000, 3, 70000}, 100000, true);
    const auto A = rows.view();
    const Vector<double> x = Vector<double>::Ones(A.cols());
    const Vector<double> z = Vector<double>::Ones(A.rows());
    Vector<double> y(A.rows());
    Vector<double> w(A.cols());
    const test::ThreadBudget two(2);
    multiply(A, x, y);
    multiply_transposed(A, z, w);
    const test::AllocationCounter counter;
    multiply(A, x, y);
    multiply(A, x, y, 2.0, 3.0);
    multiply_transposed(A, z, w);
    EXPECT_EQ(counter.allocations(), 0);
}

TEST(MultiplyThreadsAllocate, NothingThatTheyCannotDoWithout) {
    // Without a band: the transposed product wants arrays for its threads, the block by columns a copy by rows.
    constexpr std::int64_t n = 20000;
    std::vector<std::int32_t> offsets{0};
    std::vector<std::int32_t> indices;
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = 0; k < 5; ++k) indices.push_back(static_cast<std::int32_t>(4000 * k + i * 37 % 4000));
        offsets.push_back(static_cast<std::int32_t>(indices.size()));
    }
    const std::vector<double> values(indices.size(), 0.5);
    const CsrView<double> A(n, n, offsets, indices, values);
    const Vector<double> x = Vector<double>::LinSpaced(n, 1, n);
    const Matrix<double> X = x.replicate(1, 4);
    const test::ThreadBudget two(2);
    Vector<double> expected(n);
    multiply_transposed(A, x, expected);
    Matrix<double> expected_block(n, 4);
    multiply(A, X, expected_block);
    Vector<double> y(n);
    Matrix<double> Y(n, 4);
    {
        const test::FailingAllocation failing(1);
        multiply_transposed(A, x, y);
        EXPECT_TRUE(failing.happened());
    }
    {
        const test::FailingAllocation failing(1);
        multiply(A, X, Y);
        EXPECT_TRUE(failing.happened());
    }
    EXPECT_TRUE(test::equal(y, expected));  // halves of integers: exact in any order
    EXPECT_TRUE(test::equal(Y, expected_block));
}

}  // namespace
}  // namespace tamis
