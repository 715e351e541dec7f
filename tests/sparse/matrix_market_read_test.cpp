// Reading: what the matrices are that come out, for every scalar and index.
#include <gtest/gtest.h>

#include <sstream>

#include <tamis/tamis.hpp>

#include "support/types.hpp"

namespace tamis {
namespace {

template <class P>
class MatrixMarketRead : public ::testing::Test {};
TYPED_TEST_SUITE(MatrixMarketRead, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(MatrixMarketRead, SumsDuplicatesAndSortsRows) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::istringstream in(
        "%%MatrixMarket matrix coordinate real general\n% a comment\n\n2 3 4\n2 3 1.5\n1 2 -2\n2 1 4\n2 3 0.25\n");
    const auto A = read_matrix_market<T, I>(in);
    ASSERT_EQ(A.rows(), 2);
    ASSERT_EQ(A.cols(), 3);
    ASSERT_EQ(A.nnz(), 3);
    EXPECT_EQ(A.coeff(0, 1), T(-2));
    EXPECT_EQ(A.coeff(1, 0), T(4));
    EXPECT_EQ(A.coeff(1, 2), T(1.75));
    EXPECT_EQ(A.col_indices()[1], I(0));
    EXPECT_EQ(A.col_indices()[2], I(2));
}

TYPED_TEST(MatrixMarketRead, FillsBothTriangles) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::istringstream symmetric("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 3\n2 1 5\n");
    const auto A = read_matrix_market<T, I>(symmetric);
    EXPECT_EQ(A.nnz(), 3);
    EXPECT_EQ(A.coeff(0, 1), T(5));
    EXPECT_EQ(A.coeff(1, 0), T(5));
    std::istringstream skew("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 5\n");
    const auto B = read_matrix_market<T, I>(skew);
    EXPECT_EQ(B.coeff(0, 1), T(-5));
    EXPECT_EQ(B.coeff(1, 0), T(5));
    if constexpr (is_complex_v<T>) {
        std::istringstream hermitian("%%MatrixMarket matrix coordinate complex hermitian\n2 2 2\n1 1 3 0\n2 1 5 1\n");
        const auto C = read_matrix_market<T, I>(hermitian);
        EXPECT_EQ(C.coeff(0, 0), T(3, 0));
        EXPECT_EQ(C.coeff(0, 1), T(5, -1));
        EXPECT_EQ(C.coeff(1, 0), T(5, 1));
    }
}

TYPED_TEST(MatrixMarketRead, KeepsTriplesInFileOrderEachBeforeItsMirrorImage) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::istringstream in("%%MatrixMarket matrix coordinate integer symmetric\n3 3 3\n3 1 7\n2 2 1\n3 1 -7\n");
    const auto A = read_matrix_market_coo<T, I>(in);
    const auto e = A.entries();
    ASSERT_EQ(e.size(), 5U);
    using Entry = typename Coo<T, I>::Entry;
    EXPECT_EQ(e[0], (Entry{2, 0, T(7)}));
    EXPECT_EQ(e[1], (Entry{0, 2, T(7)}));
    EXPECT_EQ(e[2], (Entry{1, 1, T(1)}));
    EXPECT_EQ(e[3], (Entry{2, 0, T(-7)}));
}

TYPED_TEST(MatrixMarketRead, TakesArraysAsSparseWithoutTheirZeros) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::istringstream in("%%MatrixMarket matrix array real general\n2 2\n1\n0\n-0.0\nnan\n");
    const auto A = read_matrix_market<T, I>(in);
    EXPECT_EQ(A.nnz(), 2);
    EXPECT_EQ(A.coeff(0, 0), T(1));
    EXPECT_FALSE(A.coeff(1, 1) == A.coeff(1, 1));
}

TYPED_TEST(MatrixMarketRead, TakesBothFormatsAsDense) {
    using T = typename TypeParam::T;
    std::istringstream array("%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n3\n");
    const Matrix<T> A = read_matrix_market_dense<T>(array);
    EXPECT_EQ(A, (Matrix<T>(2, 2) << T(1), T(2), T(2), T(3)).finished());
    std::istringstream coordinate("%%MatrixMarket matrix coordinate pattern general\n2 1 2\n2 1\n2 1\n");
    const Vector<T> b = read_matrix_market_vector<T>(coordinate);
    EXPECT_EQ(b, (Vector<T>(2) << T(0), T(2)).finished());
}

TEST(MatrixMarketReader, RefusesAVectorOfTwoColumnsWhereItsSizesStand) {
    std::istringstream in("%%MatrixMarket matrix array real general\n% two columns\n1 2\n1\n2\n");
    try {
        (void)read_matrix_market_vector<double>(in);
        FAIL() << "a matrix was taken for a vector";
    } catch (const ParseError& error) {
        EXPECT_EQ(error.line(), 3);
        EXPECT_EQ(error.column(), 1);
    }
}

TEST(MatrixMarketReader, WidensRealFilesAndRefusesToNarrowComplexOnes) {
    const std::string text = "%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 2 3\n";
    std::istringstream complex_in(text);
    EXPECT_EQ(read_matrix_market<std::complex<double>>(complex_in).coeff(0, 0), std::complex<double>(2, 3));
    std::istringstream real_in(text);
    EXPECT_THROW((void)read_matrix_market<double>(real_in), ParseError);
}

TEST(MatrixMarketReader, TellsTheHeadWithoutReadingTheRest) {
    std::istringstream in("%%MATRIXMARKET Matrix COORDINATE Integer Skew-Symmetric\n%one\n% two\n\n7 7 1000000\n");
    const auto info = matrix_market_info(in);
    EXPECT_EQ(info.format, MatrixMarketFormat::coordinate);
    EXPECT_EQ(info.field, MatrixMarketField::integer);
    EXPECT_EQ(info.symmetry, MatrixMarketSymmetry::skew_symmetric);
    EXPECT_EQ(info.rows, 7);
    EXPECT_EQ(info.cols, 7);
    EXPECT_EQ(info.entries, 1000000);
    EXPECT_EQ(info.comment, "one\n two");
}

TEST(MatrixMarketReader, SaysWhichFileCannotBeOpened) {
    try {
        (void)read_matrix_market<double>("/no/such/file.mtx");
        FAIL();
    } catch (const IoError& error) {
        EXPECT_NE(std::string(error.what()).find("/no/such/file.mtx"), std::string::npos);
    }
    EXPECT_THROW((void)read_matrix_market<double>("/"), IoError);
}

}  // namespace
}  // namespace tamis
