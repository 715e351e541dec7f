#include <tamis/core/view.hpp>

#include <array>
#include <complex>
#include <concepts>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/dense_types.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::Random;
using test::same_bits;
using test::throws;

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A view shows the memory of what it was made of, element by element: no address differs.
template <class T, class E>
::testing::AssertionResult shows(MatrixView<T> view, E& e) {
    if (view.rows() != e.rows() || view.cols() != e.cols())
        return ::testing::AssertionFailure() << view.rows() << "×" << view.cols();
    for (std::int64_t j = 0; j < e.cols(); ++j)
        for (std::int64_t i = 0; i < e.rows(); ++i)
            if (&view(i, j) != &e.coeffRef(i, j)) return ::testing::AssertionFailure() << i << ", " << j;
    return ::testing::AssertionSuccess();
}
template <class T, class E>
::testing::AssertionResult shows(VectorView<T> view, E& e) {
    if (view.size() != e.size()) return ::testing::AssertionFailure() << view.size() << " elements";
    for (std::int64_t i = 0; i < e.size(); ++i)
        if (&view[i] != &e.coeffRef(i)) return ::testing::AssertionFailure() << i;
    return ::testing::AssertionSuccess();
}

template <class P>
class ViewTest : public ::testing::Test {};
TYPED_TEST_SUITE(ViewTest, test::AllScalars, test::TypeName);

TYPED_TEST(ViewTest, AMatrixViewHonoursTheStridesOfEigen) {
    using T = typename TypeParam::T;
    Matrix<T> by_columns = Random(1).matrix<T>(5, 4);
    RowMajor<T> by_rows = by_columns;
    EXPECT_TRUE(shows<T>(MatrixView<T>(by_columns), by_columns));
    EXPECT_TRUE(shows<T>(MatrixView<T>(by_rows), by_rows));
    auto block = by_columns.block(1, 2, 3, 2);
    auto block_by_rows = by_rows.block(1, 2, 3, 2);
    EXPECT_TRUE(shows<T>(MatrixView<T>(block), block));
    EXPECT_TRUE(shows<T>(MatrixView<T>(block_by_rows), block_by_rows));
    auto transposed = by_columns.transpose();
    EXPECT_TRUE(shows<T>(MatrixView<T>(transposed), transposed));
    using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    Eigen::Map<Matrix<T>, 0, Stride> map(by_columns.data(), 2, 2, Stride(10, 3));
    EXPECT_TRUE(shows<T>(MatrixView<T>(map), map));
    Eigen::Ref<Matrix<T>> reference(by_columns);
    EXPECT_TRUE(shows<T>(MatrixView<T>(reference), reference));
    Eigen::Matrix<T, 3, 2> fixed;
    EXPECT_TRUE(shows<T>(MatrixView<T>(fixed), fixed));
    Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> array(2, 3);
    EXPECT_TRUE(shows<T>(MatrixView<T>(array), array));
    EXPECT_EQ(MatrixView<T>(by_columns).transposed()(2, 4), by_columns(4, 2));
    EXPECT_TRUE(same_bits(MatrixView<T>(block_by_rows).eigen(), Matrix<T>(block)));
}

TYPED_TEST(ViewTest, RowsAndColumnsOfAMatrixViewAreVectorViews) {
    using T = typename TypeParam::T;
    RowMajor<T> M = Random(2).matrix<T>(4, 3);
    const MatrixView<T> view(M);
    for (std::int64_t i = 0; i < 4; ++i)
        for (std::int64_t j = 0; j < 3; ++j) {
            EXPECT_EQ(&view.row(i)[j], &M(i, j));
            EXPECT_EQ(&view.col(j)[i], &M(i, j));
        }
    EXPECT_EQ(view.row(1).size(), 3);
    EXPECT_EQ(view.col(1).size(), 4);
}

TYPED_TEST(ViewTest, AVectorViewHonoursTheStridesOfEigen) {
    using T = typename TypeParam::T;
    Vector<T> v = Random(3).vector<T>(6);
    Matrix<T> by_columns = Random(4).matrix<T>(5, 4);
    RowMajor<T> by_rows = by_columns;
    EXPECT_TRUE(shows<T>(VectorView<T>(v), v));
    auto segment = v.segment(1, 3);
    EXPECT_TRUE(shows<T>(VectorView<T>(segment), segment));
    auto row = by_columns.row(2);
    EXPECT_TRUE(shows<T>(VectorView<T>(row), row));
    EXPECT_EQ(VectorView<T>(row).stride(), 5);
    auto column = by_rows.col(1);
    EXPECT_TRUE(shows<T>(VectorView<T>(column), column));
    EXPECT_EQ(VectorView<T>(column).stride(), 4);
    auto row_of_rows = by_rows.row(3);
    EXPECT_TRUE(shows<T>(VectorView<T>(row_of_rows), row_of_rows));
    auto part = by_rows.col(1).segment(1, 2);
    EXPECT_TRUE(shows<T>(VectorView<T>(part), part));
    auto transposed = v.transpose();
    EXPECT_TRUE(shows<T>(VectorView<T>(transposed), transposed));
    Eigen::Map<Vector<T>, 0, Eigen::InnerStride<2>> map(v.data(), 3);
    EXPECT_TRUE(shows<T>(VectorView<T>(map), map));
    Eigen::Matrix<T, 1, Eigen::Dynamic> row_vector(3);
    EXPECT_TRUE(shows<T>(VectorView<T>(row_vector), row_vector));
    EXPECT_TRUE(same_bits(VectorView<T>(column).eigen(), Vector<T>(by_columns.col(1))));
}

TYPED_TEST(ViewTest, IsMadeOfStandardContainers) {
    using T = typename TypeParam::T;
    std::vector<T> v{T(1), T(2), T(3)};
    std::array<T, 2> a{T(4), T(5)};
    T c[] = {T(6), T(7)};
    EXPECT_EQ(VectorView<T>(v).data(), v.data());
    EXPECT_EQ(VectorView<T>(v).size(), 3);
    EXPECT_EQ(VectorView<T>(a)[1], T(5));
    EXPECT_EQ(VectorView<const T>(c)[1], T(7));
    EXPECT_EQ(VectorView<T>(std::span<T>(v).subspan(1))[0], T(2));
    const std::vector<T>& constant = v;
    EXPECT_EQ(VectorView<const T>(constant)[2], T(3));
    const MatrixView<const T> column(constant);
    EXPECT_EQ(column.rows(), 3);
    EXPECT_EQ(column.cols(), 1);
    EXPECT_EQ(column(2, 0), T(3));
    EXPECT_EQ(VectorView<T>(std::span<T>()).size(), 0);
}

TYPED_TEST(ViewTest, AMatrixOfOneRowOrColumnIsAVectorAndALargerOneIsRefused) {
    using T = typename TypeParam::T;
    Matrix<T> column(4, 1);
    Matrix<T> row(1, 4);
    Matrix<T> one(1, 1);
    Matrix<T> none(0, 3);
    EXPECT_EQ(VectorView<T>(column).size(), 4);
    EXPECT_EQ(VectorView<T>(row).size(), 4);
    EXPECT_EQ(&VectorView<T>(row)[3], &row(0, 3));
    EXPECT_EQ(VectorView<T>(one).size(), 1);
    EXPECT_EQ(VectorView<T>(none).size(), 0);
    Matrix<T> larger(2, 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)VectorView<T>(larger); }, "2 rows", "3 columns"));
}

TYPED_TEST(ViewTest, KeepsConstness) {
    using T = typename TypeParam::T;
    using V = Vector<T>;
    static_assert(std::constructible_from<VectorView<T>, V&> && !std::constructible_from<VectorView<T>, const V&>);
    static_assert(std::constructible_from<VectorView<const T>, const V&>);
    static_assert(std::convertible_to<VectorView<T>, VectorView<const T>>);
    static_assert(!std::convertible_to<VectorView<const T>, VectorView<T>>);
    static_assert(std::constructible_from<MatrixView<T>, Matrix<T>&>);
    static_assert(!std::constructible_from<MatrixView<T>, const Matrix<T>&>);
    static_assert(std::convertible_to<MatrixView<T>, MatrixView<const T>>);
    static_assert(!std::convertible_to<MatrixView<const T>, MatrixView<T>>);
    static_assert(!std::constructible_from<VectorView<T>, const std::vector<T>&>);
    static_assert(std::is_trivially_copyable_v<VectorView<T>> && std::is_trivially_copyable_v<MatrixView<const T>>);
    // Other scalars are never taken for these.
    using Other = std::conditional_t<std::same_as<T, float>, double, float>;
    static_assert(!std::constructible_from<VectorView<const T>, Vector<Other>&>);
    static_assert(!std::constructible_from<MatrixView<const T>, std::vector<Other>&>);
}

TYPED_TEST(ViewTest, WritesThroughToTheCallersMemory) {
    using T = typename TypeParam::T;
    Matrix<T> M = Matrix<T>::Zero(4, 3);
    const VectorView<T> row(M.row(2));
    row[1] = T(5);
    MatrixView<T>(M.block(0, 0, 2, 2))(1, 1) = T(6);
    VectorView<T>(M.col(0)).eigen().setConstant(T(7));
    EXPECT_EQ(M(2, 1), T(5));
    EXPECT_EQ(M(1, 1), T(6));
    EXPECT_EQ(M(3, 0), T(7));
    EXPECT_EQ(M.sum(), T(5 + 6 + 4 * 7));
}

TYPED_TEST(ViewTest, DenseInputViewsMemoryAndEvaluatesExpressions) {
    using T = typename TypeParam::T;
    Random random(5);
    const Matrix<T> M = random.matrix<T>(4, 3);
    const auto input = [](const auto& b) { return detail::DenseInput<T, std::remove_cvref_t<decltype(b)>>(b); };
    EXPECT_EQ(input(M).matrix().data(), M.data());
    EXPECT_EQ(input(M.block(1, 1, 2, 2)).matrix().data(), &M(1, 1));
    const std::vector<T> v(3, T(2));
    EXPECT_EQ(input(v).vector().data(), v.data());
    EXPECT_EQ(input(VectorView<const T>(v)).vector().data(), v.data());
    const auto sum = M + M;
    EXPECT_TRUE(same_bits(Matrix<T>(input(sum).matrix().eigen()), Matrix<T>(M * T(2))));
    const auto row = M.row(1) + M.row(2);
    const auto in = input(row);
    ASSERT_EQ(in.vector().size(), 3);
    EXPECT_EQ(in.vector()[2], M(1, 2) + M(2, 2));
    const RowMajor<T> by_rows = M;
    EXPECT_EQ(input(by_rows.row(2)).vector()[1], M(2, 1));
    // Real numbers are taken where complex ones are meant.
    const Vector<Real<T>> real = Random(6).vector<Real<T>>(3);
    const auto widened = input(real);
    for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(widened.vector()[i], T(real[i]));
    const std::vector<Real<T>> list(2, Real<T>(3));
    EXPECT_EQ(input(list).vector()[1], T(3));
}

TEST(View, TellsVectorsFromMatricesByTheirType) {
    static_assert(VectorArgument<Eigen::VectorXd> && VectorArgument<Eigen::RowVectorXf> &&
                  VectorArgument<std::vector<double>>);
    static_assert(VectorArgument<VectorView<double>> && VectorArgument<decltype(Eigen::MatrixXd().col(0))>);
    static_assert(MatrixArgument<Eigen::MatrixXd> && MatrixArgument<MatrixView<const double>>);
    static_assert(!DenseArgument<int> && !DenseArgument<std::string>);
    static_assert(std::same_as<DenseResult<double, std::vector<double>>, Vector<double>>);
    static_assert(std::same_as<DenseResult<double, Eigen::MatrixXd>, Matrix<double>>);
}

}  // namespace
}  // namespace tamis
