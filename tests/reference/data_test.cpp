// labels: fast
// Every matrix of data/ is what REFERENCE.tsv says it is: read by the library, judged by dense arithmetic in long double.
#include <algorithm>
#include <complex>
#include <functional>
#include <type_traits>

#include <gtest/gtest.h>
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>

#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/structure.hpp>

#include "reference/table.hpp"
#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

const std::filesystem::path folder = TAMIS_DATA;
const std::vector<TableRow>& table() {
    static const std::vector<TableRow> rows = read_table(folder / "REFERENCE.tsv");
    return rows;
}

/// One type for all, so that each decomposition is compiled once.
using D = Eigen::Matrix<std::complex<long double>, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
D widen(const Matrix<T>& A) {
    D W(A.rows(), A.cols());
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) W(i, j) = wide(A(i, j));
    return W;
}

/// The matrix of a row of the table, in the scalar that its field asks for.
template <class F>
void with_matrix(const TableRow& row, F&& f) {
    if (row["field"] == "complex") f(read_matrix_market<std::complex<double>>(folder / row["file"]));
    else f(read_matrix_market<double>(folder / row["file"]));
}
D wide_matrix(const TableRow& row) {
    D W;
    with_matrix(row, [&](const auto& A) { W = widen(dense(A)); });
    return W;
}

bool is_symmetric(const TableRow& row) {
    return row["symmetry"] == "hermitian" || (row["symmetry"] == "symmetric" && row["field"] != "complex");
}

using Values = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// Ascending; in real arithmetic where A is real, which is faster.
Values hermitian_eigenvalues(const D& A) {
    using RealD = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    if (A.imag().isZero(0)) return Eigen::SelfAdjointEigenSolver<RealD>(A.real(), Eigen::EigenvaluesOnly).eigenvalues();
    return Eigen::SelfAdjointEigenSolver<D>(A, Eigen::EigenvaluesOnly).eigenvalues();
}

/// Descending; from the eigenvalues where A is Hermitian.
Values singular_values(const D& A) {
    if (A.rows() != A.cols() || A != A.adjoint()) return Eigen::JacobiSVD<D>(A).singularValues();
    Values s = hermitian_eigenvalues(A).cwiseAbs();
    std::sort(s.begin(), s.end(), std::greater<>());
    return s;
}

TEST(ReferenceTable, HasItsMatrices) {
    ASSERT_GE(table().size(), 25u);
    for (const TableRow& row : table()) EXPECT_TRUE(std::filesystem::exists(folder / row["file"])) << row["file"];
}

class ReferenceMatrix : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceMatrix, testing::ValuesIn(table()),
                         [](const auto& info) { return test_name(info.param); });

TEST_P(ReferenceMatrix, ReadsAsItsTableSays) {
    const TableRow& row = GetParam();
    const auto info = matrix_market_info(folder / row["file"]);
    EXPECT_EQ(info.rows, row.count("rows"));
    EXPECT_EQ(info.cols, row.count("cols"));
    EXPECT_EQ(to_string(info.field), row["field"]);
    EXPECT_EQ(to_string(info.symmetry), row["symmetry"]);
    with_matrix(row, [&](const auto& A) {
        using T = scalar_t<decltype(A)>;
        EXPECT_EQ(A.rows(), row.count("rows"));
        EXPECT_EQ(A.cols(), row.count("cols"));
        EXPECT_EQ(A.nnz(), row.count("nnz"));
        const auto wider = read_matrix_market<T, std::int64_t>(folder / row["file"]);
        EXPECT_TRUE(equal(wider, A));
        const auto single =
            read_matrix_market<std::conditional_t<is_complex_v<T>, std::complex<float>, float>>(folder / row["file"]);
        EXPECT_TRUE(near(single, A, 6.0e-8));
        EXPECT_EQ(single.nnz(), A.nnz());
    });
}

TEST_P(ReferenceMatrix, HasTheStructureThatItsTableSays) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        const Structure s = structure(A);
        EXPECT_TRUE(s.finite);
        EXPECT_EQ(s.structural_rank, row.count("structural_rank"));
        const auto D = dense(A);
        EXPECT_EQ(s.empty_rows, (D.cwiseAbs().rowwise().maxCoeff().array() == 0).count());
        EXPECT_EQ(s.empty_cols, (D.cwiseAbs().colwise().maxCoeff().array() == 0).count());
        if (row["symmetry"] == "symmetric") {
            EXPECT_TRUE(s.symmetric);
        }
        if (row["symmetry"] == "skew-symmetric") {
            EXPECT_TRUE(s.skew);
        }
        if (is_symmetric(row)) {
            EXPECT_TRUE(s.hermitian);
        }
        if (row["spd"] == "yes") {
            EXPECT_TRUE(s.hermitian && s.positive_diagonal && s.zero_free_diagonal);
        }
        if (row.has("blocks")) {
            EXPECT_EQ(s.block_count, row.count("blocks"));
            EXPECT_EQ(block_triangular_form(A).count(), row.count("blocks"));
            if (A.rows() == A.cols()) {
                EXPECT_EQ(s.permuted_triangular, row.count("blocks") == A.rows());
            }
        }
    });
}

TEST_P(ReferenceMatrix, HasItsRank) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    const auto s = singular_values(A);
    const std::int64_t rank = row.count("rank");
    const long double noise = s[0] * 1e-18L * static_cast<long double>(A.rows() + A.cols());
    EXPECT_GT(s[rank - 1], 10 * noise);
    if (rank < s.size()) {
        EXPECT_LE(s[rank], noise);
    }
}

TEST_P(ReferenceMatrix, IsPositiveDefiniteIfItsTableSaysSo) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    if (A.rows() != A.cols()) {
        EXPECT_EQ(row["spd"], "no");
        return;
    }
    const bool hermitian = A == A.adjoint();
    EXPECT_EQ(hermitian && Eigen::LLT<D>(A).info() == Eigen::Success && row.count("rank") == A.rows(), row["spd"] == "yes");
}

class ReferenceEigenvalues : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceEigenvalues, testing::ValuesIn(rows_with(table(), {"eig_min", "eig_max"})),
                         [](const auto& info) { return test_name(info.param); });
TEST_P(ReferenceEigenvalues, AreThoseOfItsFormula) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    Values e;
    if (is_symmetric(row)) {
        e = hermitian_eigenvalues(A);
    } else {
        const auto values = Eigen::ComplexEigenSolver<D>(A, false).eigenvalues().eval();
        e = values.real();
        EXPECT_LE(static_cast<double>(values.imag().cwiseAbs().maxCoeff()), 1e-10) << "complex eigenvalues";
    }
    const double tolerance = 1e-12 * std::max(std::abs(row.number("eig_min")), std::abs(row.number("eig_max")));
    EXPECT_NEAR(static_cast<double>(e.minCoeff()), row.number("eig_min"), tolerance);
    EXPECT_NEAR(static_cast<double>(e.maxCoeff()), row.number("eig_max"), tolerance);
}

class ReferenceDeterminant : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceDeterminant, testing::ValuesIn(rows_with(table(), {"det_sign"})),
                         [](const auto& info) { return test_name(info.param); });
TEST_P(ReferenceDeterminant, IsThatOfItsFormula) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    if (row.number("det_sign") == 0) {
        EXPECT_LT(row.count("rank"), A.rows());
        EXPECT_EQ(row["det_log"], "-inf");
        return;
    }
    const Eigen::PartialPivLU<D> lu(A);
    long double logarithm = 0;
    D::Scalar sign = static_cast<long double>(lu.permutationP().determinant());
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto pivot = lu.matrixLU()(i, i);
        logarithm += std::log(std::abs(pivot));
        sign *= pivot / std::abs(pivot);
    }
    const Values s = singular_values(A);
    const long double cond = s[0] / s[s.size() - 1];
    EXPECT_NEAR(static_cast<double>(logarithm), row.number("det_log"),
                1e-13 * (1 + std::abs(row.number("det_log"))) + static_cast<double>(1e-17L * cond));
    EXPECT_NEAR(static_cast<double>(std::abs(sign - D::Scalar(row.number("det_sign")))), 0, 1e-12);
}

class ReferenceCondition : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceCondition, testing::ValuesIn([] {
                             auto rows = rows_with(table(), {"cond1"});
                             for (const TableRow& row : rows_with(table(), {"cond2"}))
                                 if (!row.has("cond1")) rows.push_back(row);
                             return rows;
                         }()),
                         [](const auto& info) { return test_name(info.param); });
TEST_P(ReferenceCondition, IsThatOfItsFormula) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    const auto s = singular_values(A);
    const long double cond2 = s[0] / s[s.size() - 1];
    const double tolerance = std::max(1e-12, static_cast<double>(1e-17L * cond2));
    if (row.has("cond1")) {
        const D inverse = A.inverse();
        const auto norm1 = [](const D& M) { return M.cwiseAbs().colwise().sum().maxCoeff(); };
        EXPECT_NEAR(static_cast<double>(norm1(A) * norm1(inverse)) / row.number("cond1"), 1, tolerance);
    }
    if (row.has("cond2")) {
        EXPECT_NEAR(static_cast<double>(cond2) / row.number("cond2"), 1, tolerance);
    }
}

class ReferenceSolution : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceSolution, testing::ValuesIn([] {
                             std::vector<TableRow> rows;
                             for (const TableRow& row : rows_with(table(), {"b", "x"}))
                                 if (row["x"] != "1") rows.push_back(row);
                             return rows;
                         }()),
                         [](const auto& info) { return test_name(info.param); });
TEST_P(ReferenceSolution, IsTheMinimumNormLeastSquaresSolution) {
    const TableRow& row = GetParam();
    const D A = wide_matrix(row);
    const D b = widen(Matrix<double>(read_matrix_market_vector<double>(folder / row["b"])));
    const D x = widen(Matrix<double>(read_matrix_market_vector<double>(folder / row["x"])));
    // Integers: both conditions hold exactly.
    EXPECT_EQ((A.adjoint() * (b - A * x)).norm(), 0);
    const D least = Eigen::CompleteOrthogonalDecomposition<D>(A).solve(b);
    EXPECT_LE(static_cast<double>((x - least).norm() / x.norm()), 1e-14);
}

}  // namespace
}  // namespace tamis::test
