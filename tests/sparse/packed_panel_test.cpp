// Blocks whose columns are contiguous are copied by rows before a large product: the bits are those of a block by rows.
#include <tamis/sparse/multiply.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/csr.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

template <class T, class I>
struct Pattern {
    std::string name;
    std::int64_t cols;
    std::vector<I> offsets{0};
    std::vector<I> indices{};
    std::vector<T> values{};

    void end_row() { offsets.push_back(static_cast<I>(indices.size())); }
    CsrView<T, I> view() const { return {static_cast<std::int64_t>(offsets.size()) - 1, cols, offsets, indices, values}; }
};

/// Rows whose `length` entries begin at start(i) and are `step` apart.
template <class T, class I, class Start>
Pattern<T, I> pattern(std::string name, std::int64_t rows, std::int64_t cols, std::int64_t length, std::int64_t step,
                      const Start& start) {
    Pattern<T, I> result{std::move(name), cols};
    test::Random random(3);
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t k = 0, j = start(i); k < length && j < cols; ++k, j += step) {
            result.indices.push_back(static_cast<I>(j));
            result.values.push_back(random.value<T>());
        }
        result.end_row();
    }
    return result;
}

/// What keeps a window small, moves it back, lets it jump to and fro, and does not fit into it.
template <class T, class I>
std::vector<Pattern<T, I>> patterns() {
    const std::int64_t n = 4000;
    std::vector<Pattern<T, I>> all;
    all.push_back(pattern<T, I>("a band", n, n, 3, 40, [](std::int64_t i) { return std::max<std::int64_t>(0, i - 40); }));
    all.push_back(pattern<T, I>("a band from the last column back", n, n, 3, 40, [&](std::int64_t i) { return n - 1 - i; }));
    all.push_back(pattern<T, I>("rows that jump to and fro", n, n, 3, 9,
                                [&](std::int64_t i) { return i / 64 % 2 == 0 ? i / 4 : n - 50 - i / 4; }));
    all.push_back(pattern<T, I>("neighbours far apart", n, n, 4, 17, [&](std::int64_t i) { return i * 7919 % n; }));
    auto stray = pattern<T, I>("a band with stray rows", n, n, 3, 5, [](std::int64_t i) { return i; });
    for (std::size_t k = 3 * 700 + 2; k < stray.indices.size() - 30; k += 3 * 900) stray.indices[k] = static_cast<I>(n - 1);
    all.push_back(std::move(stray));
    auto longer = pattern<T, I>("a band, empty rows and long rows", n, 41000, 2, 30,
                                [&](std::int64_t i) { return i % 3 == 0 ? 41000 : i; });
    for (int row = 0; row < 2; ++row) {
        for (std::int64_t j = 0; j < 40000; ++j) {
            longer.indices.push_back(static_cast<I>(j + row));
            longer.values.push_back(T(static_cast<Real<T>>(1) / static_cast<Real<T>>(j + 1)));
        }
        longer.end_row();
    }
    all.push_back(std::move(longer));
    all.push_back(pattern<T, I>("few columns", n, 7, 5, 1, [](std::int64_t i) { return i % 4; }));
    return all;
}

template <class P>
class PackedPanel : public ::testing::Test {};
TYPED_TEST_SUITE(PackedPanel, test::AllScalars, test::TypeName);

TYPED_TEST(PackedPanel, HasTheBitsOfABlockByRows) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using ByRows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    constexpr Eigen::Index columns = 13;  // panels of 8, 4 and 1
    for (const auto& matrix : patterns<T, I>()) {
        const auto A = matrix.view();
        test::Random random(7);
        ByRows rows(A.cols(), columns);
        for (Eigen::Index i = 0; i < rows.size(); ++i) rows.data()[i] = random.value<T>();
        const Matrix<T> X = rows;
        ByRows expected(A.rows(), columns);
        multiply(A, rows, expected);
        for (const int count : {1, 2, 3}) {
            const test::ThreadBudget budget(count);
            Matrix<T> Y = Matrix<T>::Constant(A.rows(), columns, T(std::numeric_limits<Real<T>>::quiet_NaN()));
            multiply(A, X, Y);
            // The last column is a product with a vector, whose sums have another order.
            EXPECT_TRUE(test::equal(Y.leftCols(12), expected.leftCols(12))) << matrix.name << ", " << count << " threads";
            ByRows other(A.rows(), columns);
            multiply(A, X, other);
            EXPECT_TRUE(test::equal(other.leftCols(12), expected.leftCols(12))) << matrix.name;
        }
        ByRows updated = ByRows::Constant(A.rows(), columns, T(2));
        multiply(A, rows, updated, T(3), T(-1));
        Matrix<T> Y = Matrix<T>::Constant(A.rows(), columns, T(2));
        multiply(A, X, Y, T(3), T(-1));
        EXPECT_TRUE(test::equal(Y.leftCols(12), updated.leftCols(12))) << matrix.name;
        Matrix<T> wide(2 * A.cols(), columns);
        wide(Eigen::seq(0, Eigen::last, 2), Eigen::all) = X;
        multiply(A,
                 Eigen::Map<const Matrix<T>, 0, Eigen::Stride<Eigen::Dynamic, 2>>(
                     wide.data(), A.cols(), columns, Eigen::Stride<Eigen::Dynamic, 2>(2 * A.cols(), 2)),
                 Y);
        EXPECT_TRUE(test::equal(Y.leftCols(12), expected.leftCols(12))) << matrix.name;
    }
}

}  // namespace
}  // namespace tamis
