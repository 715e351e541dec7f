// labels: fast
// The library's own answers for every matrix of data/, held against REFERENCE.tsv.
#include <cmath>
#include <complex>

#include <gtest/gtest.h>

#include <tamis/solve.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/qr.hpp>

#include "reference/table.hpp"
#include "support/assertions.hpp"
#include "support/tolerance.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

const std::filesystem::path folder = TAMIS_DATA;
const std::vector<TableRow>& table() {
    static const std::vector<TableRow> rows = read_table(folder / "REFERENCE.tsv");
    return rows;
}
const auto name_of = [](const auto& info) { return test_name(info.param); };

template <class F>
void with_matrix(const TableRow& row, F&& f) {
    if (row["field"] == "complex") f(read_matrix_market<std::complex<double>>(folder / row["file"]));
    else f(read_matrix_market<double>(folder / row["file"]));
}

/// A·1, exact for the small integers of these files.
template <class T>
Vector<T> row_sums_of(const Csr<T>& A) {
    Vector<T> b = Vector<T>::Zero(A.rows());
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, v] : A.row(i)) b[i] += v;
    return b;
}

class ReferenceSolve : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceSolve, testing::ValuesIn(table()), name_of);

TEST_P(ReferenceSolve, GivesTheKnownAnswerOrRefusesForTheRightReason) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        using T = scalar_t<decltype(A)>;
        const bool from_file = row.has("b") && row["b"] != "A*1";
        Vector<T> b = from_file ? read_matrix_market_vector<T>(folder / row["b"]) : row_sums_of(A);
        if (!row.has("b")) {  // any other: A·1 is zero for a Laplacian
            for (std::int64_t i = 0; i < b.size(); ++i) b[i] = T(static_cast<double>(1 + i % 3));
        }
        const Vector<T> x =
            from_file ? read_matrix_market_vector<T>(folder / row["x"]) : Vector<T>(Vector<T>::Ones(A.cols()));
        const bool least_squares_needed = A.rows() != A.cols() || row.count("rank") < A.rows();
        if (!TAMIS_WITH_GPL && least_squares_needed) {
            EXPECT_TRUE(throws<Unsupported>([&] { (void)least_squares(A, b); }, "TAMIS_WITH_GPL"));
        }
        if (A.rows() != A.cols()) {
            if (!TAMIS_WITH_GPL) return;
            const auto least = least_squares_with_report(A, b);
            EXPECT_EQ(least.report.rank, row.count("rank"));
            if (from_file) {
                EXPECT_TRUE(near(least.x, x, 1e-11));
            } else {
                EXPECT_LE(normal_equations_residual(A, least.x, b) * wide_residual(A, least.x, b).norm() / b.norm(), 1e-13);
            }
            return;
        }
        if (row.count("rank") < A.rows()) {
            const bool structural = row.count("structural_rank") < A.rows();
            try {
                const auto solution = solve_with_report(A, b);
                // By rounding a factor may show a tiny pivot in place of zero; then the answer has to say so.
                EXPECT_FALSE(structural);
                ASSERT_FALSE(solution.report.warnings.empty());
                EXPECT_NE(solution.report.warnings.front().find("no digit"), std::string::npos);
            } catch (const SingularMatrix& e) {
                EXPECT_EQ(e.structural(), structural) << e.what();
            }
            if (!TAMIS_WITH_GPL) return;
            const auto least = least_squares_with_report(A, b);
            EXPECT_EQ(least.report.rank, row.count("rank"));
            return;
        }
        const auto solution = solve_with_report(A, b);
        EXPECT_LE(backward_error(A, solution.x, b), backward_error_limit<T>(A.rows()));
        const double condition = row.has("cond1") ? row.number("cond1") : row.has("cond2") ? row.number("cond2") : 1e4;
        EXPECT_TRUE(near(solution.x, x, 10 * condition * backward_error_limit<T>(A.rows())));
        if (row.has("cond1")) {  // an estimate from below, seldom by more than a factor of three (Higham 2002, section 15.3)
            EXPECT_GE(solution.report.condition_estimate, row.number("cond1") / 3);
            EXPECT_LE(solution.report.condition_estimate, row.number("cond1") * 1.01);
        }
        if (row["spd"] == "yes") {
            EXPECT_TRUE(solution.report.method == Method::cholesky || solution.report.method == Method::banded);
        }
        if (row.has("blocks") && row.count("blocks") == A.rows()) {
            EXPECT_EQ(solution.report.method, Method::triangular);
        }
    });
}

class ReferenceFactors : public testing::TestWithParam<TableRow> {};
INSTANTIATE_TEST_SUITE_P(Data, ReferenceFactors, testing::ValuesIn([] {
                             std::vector<TableRow> rows;
                             for (const TableRow& row : rows_with(table(), {"det_sign"}))
                                 if (row.number("det_sign") != 0) rows.push_back(row);
                             return rows;
                         }()),
                         name_of);

TEST_P(ReferenceFactors, HaveTheDeterminantOfTheirFormula) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        using T = scalar_t<decltype(A)>;
        const auto d = lu(A).slogdet();
        const double condition = row.has("cond1") ? row.number("cond1") : 1e4;
        EXPECT_NEAR(d.logabs, row.number("det_log"),
                    1e-13 * (1 + std::abs(row.number("det_log"))) + 10 * condition * epsilon_v<double>);
        EXPECT_LE(std::abs(d.sign - T(row.number("det_sign"))), 1e-12);
    });
}

TEST_P(ReferenceFactors, OfOrthogonalTypeFindTheFullRank) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        if (TAMIS_WITH_GPL) EXPECT_EQ(qr(A).rank(), row.count("rank"));
        else EXPECT_TRUE(throws<Unsupported>([&] { (void)qr(A); }, "TAMIS_WITH_GPL"));
    });
}

}  // namespace
}  // namespace tamis::test
