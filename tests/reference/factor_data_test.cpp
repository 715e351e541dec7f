// labels: reference
// What the factorizations say of the real matrices of the folder TAMIS_EXTRA_DATA: condition, determinant and rank against
// what the folder's INDEX.tsv knows, and the determinant against a dense factorization.
#include <algorithm>
#include <cmath>
#include <complex>
#include <iostream>

#include <gtest/gtest.h>
#include <Eigen/LU>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/qr.hpp>

#include "reference/table.hpp"
#include "support/assertions.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

using Complex = std::complex<double>;

const std::filesystem::path folder = TAMIS_EXTRA_DATA;
const std::vector<TableRow>& table() {
    static const std::vector<TableRow> rows = read_table(folder / "INDEX.tsv");
    return rows;
}

template <class F>
void with_matrix(const TableRow& row, F&& f) {
    if (row["field"] == "complex") f(read_matrix_market<Complex>(folder / row["file"]));
    else f(read_matrix_market<double>(folder / row["file"]));
}

/// Square ones that the index does not call singular.
std::vector<TableRow> regular() {
    std::vector<TableRow> rows;
    for (const TableRow& row : rows_with(table(), {"cond1_est"})) {
        const std::string& condition = row["cond1_est"];
        if (condition.front() != '>' && condition.find("inf") == std::string::npos) rows.push_back(row);
    }
    return rows;
}
std::vector<TableRow> regular_and_small() {
    auto rows = regular();
    std::erase_if(rows, [](const TableRow& row) { return row.count("rows") > 2000; });
    return rows;
}

const auto name_of = [](const auto& info) { return test_name(info.param); };

class ExtraFactor : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraFactor);
INSTANTIATE_TEST_SUITE_P(Data, ExtraFactor, testing::ValuesIn(regular()), name_of);

TEST_P(ExtraFactor, KnowsItsConditionToAFactorOfTen) {
    const TableRow& row = GetParam();
    const double truth = 1 / row.number("cond1_est");
    const auto is_right = [&](const auto& F) {
        EXPECT_GE(F.rcond(), truth / 10) << F.info().backend;
        EXPECT_LE(F.rcond(), truth * 10) << F.info().backend;
    };
    with_matrix(row, [&](const auto& A) {
        is_right(lu(A));
        if (row["spd"] == "yes") is_right(cholesky(A));
    });
}

class ExtraDeterminant : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraDeterminant);
INSTANTIATE_TEST_SUITE_P(Data, ExtraDeterminant, testing::ValuesIn(regular_and_small()), name_of);

/// {sign, log|det|} by dense LU with partial pivoting of the matrix with rows and columns scaled by powers of two.
template <class T>
LogDeterminant<T> dense_determinant(const Csr<T>& A) {
    Matrix<T> M = dense(A);
    double logabs = 0;
    const auto scale = [&](auto&& vector) {
        const int exponent = std::ilogb(vector.cwiseAbs().maxCoeff());
        vector *= std::scalbn(1.0, -exponent);
        logabs += exponent * std::log(2.0);
    };
    for (std::int64_t i = 0; i < M.rows(); ++i) scale(M.row(i));
    for (std::int64_t j = 0; j < M.cols(); ++j) scale(M.col(j));
    const Eigen::PartialPivLU<Matrix<T>> factor(M);
    T sign = static_cast<double>(factor.permutationP().determinant());
    for (std::int64_t i = 0; i < M.rows(); ++i) {
        const T u = factor.matrixLU()(i, i);
        sign *= u / std::abs(u);
        logabs += std::log(std::abs(u));
    }
    return {sign / std::abs(sign), logabs};
}

TEST_P(ExtraDeterminant, IsThatOfADenseFactorization) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        const auto truth = dense_determinant(A);
        // A backward error of a few ε moves log det by tr(A⁻¹E), at most n κ ε; rounding of the sum is far below.
        const double tolerance = 1e-12 * std::max(1.0, std::abs(truth.logabs)) +
                                 8 * static_cast<double>(A.rows()) * epsilon_v<double> * row.number("cond1_est");
        const auto is_right = [&](const auto& F) {
            const auto found = F.slogdet();
            EXPECT_NEAR(found.logabs, truth.logabs, std::min(tolerance, 1.0)) << F.info().backend;
            EXPECT_LE(std::abs(found.sign - truth.sign), std::min(tolerance, 1.0)) << F.info().backend;
        };
        is_right(lu(A));
        if (row["spd"] == "yes") is_right(cholesky(A));
    });
}

class ExtraRank : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraRank);
INSTANTIATE_TEST_SUITE_P(Data, ExtraRank, testing::ValuesIn(rows_with(table(), {"rank"})), name_of);

TEST_P(ExtraRank, IsTheRankByQr) {
    with_matrix(GetParam(), [&](const auto& A) {
        if (TAMIS_WITH_GPL) EXPECT_EQ(qr(A).rank(), GetParam().count("rank"));
        else EXPECT_TRUE(throws<Unsupported>([&] { (void)qr(A); }, "TAMIS_WITH_GPL"));
    });
}

/// Says how many there were.
class Count : public testing::Environment {
  public:
    void TearDown() override {
        if (!table().empty())
            std::cout << "condition of " << regular().size() << ", determinant of " << regular_and_small().size()
                      << ", rank of " << rows_with(table(), {"rank"}).size() << " real matrices\n";
    }
};
const testing::Environment* const count = testing::AddGlobalTestEnvironment(new Count);

}  // namespace
}  // namespace tamis::test
