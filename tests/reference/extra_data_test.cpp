// labels: reference
// Every real matrix of the folder TAMIS_EXTRA_DATA goes through structure, then solve or least_squares, and the answer is
// judged by plain arithmetic in long double against what the folder's INDEX.tsv knows of the matrix.
#include <algorithm>
#include <cmath>
#include <complex>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include <tamis/solve.hpp>
#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/structure.hpp>

#include "reference/outcomes.hpp"
#include "reference/table.hpp"
#include "support/assertions.hpp"
#include "support/tolerance.hpp"
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

/// The file of a right-hand side that belongs to the matrix; empty if there is none.
std::filesystem::path rhs_file(const TableRow& row) {
    for (const TableRow& rhs : read_table(folder / "rhs" / "RHS.tsv"))
        if (rhs["matrix"] == row["name"]) return folder / rhs["file"];
    return {};
}

template <class F>
void with_matrix(const TableRow& row, F&& f) {
    if (row["field"] == "complex") f(read_matrix_market<Complex>(folder / row["file"]));
    else f(read_matrix_market<double>(folder / row["file"]));
}

bool is_square(const TableRow& row) {
    return row["rows"] == row["cols"];
}

/// A condition number as the index writes it: "1.2e+05", ">1e17", "inf (structurally singular)"; 0 where it is not known.
double condition(const TableRow& row) {
    double largest = 0;
    for (const char* column : {"cond2", "cond1_est"}) {
        if (!row.has(column)) continue;
        std::string text = row[column];
        if (text.front() == '>') text.erase(0, 1);
        largest = std::max(largest, std::stod(text));
    }
    return largest;
}

/// Why the index calls a square matrix singular; empty if it does not.
std::string singular_reason(const TableRow& row) {
    if (row.count("structural_rank") < row.count("rows"))
        return "structural rank " + row["structural_rank"] + " of " + row["rows"];
    if (row.has("rank") && row.count("rank") < row.count("rows")) return "rank " + row["rank"] + " of " + row["rows"];
    if (condition(row) > 1 / epsilon_v<double>) {
        return "condition " + (row.has("cond1_est") ? row["cond1_est"] : row["cond2"]);
    }
    return {};
}

std::vector<TableRow> select(bool square) {
    std::vector<TableRow> rows;
    for (const TableRow& row : table())
        if (is_square(row) == square) rows.push_back(row);
    return rows;
}

const auto name_of = [](const auto& info) { return test_name(info.param); };

TEST(ExtraData, SaysWhetherThereIsAny) {
    if (table().empty())
        GTEST_SKIP() << "no real matrices were run: 0, for there is no " << (folder / "INDEX.tsv").string()
                     << "; configure with -DTAMIS_EXTRA_DATA=FOLDER";
    std::cout << table().size() << " real matrices in " << folder.string() << "\n";
    for (const TableRow& row : table()) EXPECT_TRUE(std::filesystem::exists(folder / row["file"])) << row["file"];
}

// ---- structure -----------------------------------------------------------------------------------------------------------

class ExtraStructure : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraStructure);
INSTANTIATE_TEST_SUITE_P(Data, ExtraStructure, testing::ValuesIn(table()), name_of);

TEST_P(ExtraStructure, IsWhatTheIndexSays) {
    const TableRow& row = GetParam();
    with_matrix(row, [&](const auto& A) {
        using T = scalar_t<decltype(A)>;
        EXPECT_EQ(A.rows(), row.count("rows"));
        EXPECT_EQ(A.cols(), row.count("cols"));
        EXPECT_EQ(A.nnz(), row.count("nnz"));
        EXPECT_EQ(std::count(A.values().begin(), A.values().end(), T(0)), row.count("explicit_zeros"));
        const Structure s = structure(A);
        EXPECT_TRUE(s.finite);
        EXPECT_EQ(s.structural_rank, row.count("structural_rank"));
        const std::string symmetry = row["numeric_symmetry"];
        EXPECT_EQ(s.hermitian, (symmetry == "symmetric" && !is_complex_v<T>) || symmetry == "hermitian") << symmetry;
        EXPECT_EQ(s.symmetric, symmetry == "symmetric" || symmetry == "complex-symmetric") << symmetry;
        EXPECT_EQ(s.skew, symmetry == "skew-symmetric");
        if (symmetry == "no (pattern symmetric)") {
            EXPECT_TRUE(s.pattern_symmetric);
        }
        if (row["spd"] == "yes") {
            EXPECT_TRUE(s.hermitian && s.positive_diagonal);
        }
    });
}

TEST_P(ExtraStructure, HasAValidBlockTriangularForm) {
    with_matrix(GetParam(), [&](const auto& A) {
        using T = scalar_t<decltype(A)>;
        const auto form = block_triangular_form(A);
        EXPECT_EQ(form.count(), structure(A).block_count);
        std::vector<std::int64_t> block_of_col(static_cast<std::size_t>(A.cols()), -1);
        for (std::size_t b = 0; b + 1 < form.col_block_offsets.size(); ++b)
            for (auto l = form.col_block_offsets[b]; l < form.col_block_offsets[b + 1]; ++l)
                block_of_col[static_cast<std::size_t>(form.col_permutation[static_cast<std::size_t>(l)])] =
                    static_cast<std::int64_t>(b);
        EXPECT_EQ(std::count(block_of_col.begin(), block_of_col.end(), -1), 0);
        std::vector<bool> seen(static_cast<std::size_t>(A.rows()));
        std::int64_t below = 0;
        for (std::size_t b = 0; b + 1 < form.block_offsets.size(); ++b) {
            for (auto k = form.block_offsets[b]; k < form.block_offsets[b + 1]; ++k) {
                const auto i = form.row_permutation[static_cast<std::size_t>(k)];
                seen[static_cast<std::size_t>(i)] = true;
                for (const auto [j, v] : A.row(i))
                    below += v != T(0) && block_of_col[static_cast<std::size_t>(j)] < static_cast<std::int64_t>(b);
            }
        }
        EXPECT_EQ(below, 0) << "nonzeros below the blocks";
        EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0) << "rows left out of the permutation";
    });
}

// ---- square
// ---------------------------------------------------------------------------------------------------------------

class ExtraSquare : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraSquare);
INSTANTIATE_TEST_SUITE_P(Data, ExtraSquare, testing::ValuesIn(select(true)), name_of);

template <class T>
Vector<T> right_hand_side(const TableRow& row, const Csr<T>& A) {
    const auto file = rhs_file(row);
    if (!file.empty()) return read_matrix_market_vector<T>(file);
    Vector<T> b = Vector<T>::Zero(A.rows());  // A·1
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, v] : A.row(i)) b[i] += v;
    return b;
}

bool says_no_digit(const SolveReport& report) {
    return std::any_of(report.warnings.begin(), report.warnings.end(),
                       [](const std::string& w) { return w.find("no digit") != std::string::npos; });
}

/// A matrix that the index calls singular: refused for the right reason, or (unless its pattern shows it) solved with the
/// warning that says it all.
template <class T>
Outcome expect_refusal_or_warning(const TableRow& row, const Csr<T>& A, const Vector<T>& b) {
    const bool structural = row.count("structural_rank") < row.count("rows");
    try {
        const auto solution = solve_with_report(A, b);
        EXPECT_FALSE(structural) << "a structurally singular matrix was solved";
        EXPECT_TRUE(says_no_digit(solution.report))
            << "solved without the warning that no digit can be trusted; condition " << solution.report.condition_estimate;
        EXPECT_LE(backward_error(A, solution.x, b), backward_error_limit<T>(A.rows()));
        return Outcome::solved_with_warning;
    } catch (const SingularMatrix& e) {
        EXPECT_EQ(e.structural(), structural) << e.what();
        EXPECT_LT(e.index(), A.rows());
        return structural ? Outcome::refused_structurally : Outcome::refused_numerically;
    }
}

template <class T>
Outcome expect_solution(const TableRow& row, const Csr<T>& A, const Vector<T>& b) {
    const auto solution = solve_with_report(A, b);
    const double error = backward_error(A, solution.x, b);
    EXPECT_LE(error, backward_error_limit<T>(A.rows())) << "by " << to_string(solution.report.method);
    EXPECT_LE(std::abs(error - solution.report.backward_error), backward_error_limit<T>(A.rows()) / 10)
        << "the report, whose residual is of the working precision, says " << solution.report.backward_error;
    EXPECT_EQ(solution.report.rank, A.rows());
    if (row["spd"] == "yes") {
        const Method method = solution.report.method;
        EXPECT_TRUE(structure(A).diagonal ? method == Method::diagonal
                                          : method == Method::cholesky || method == Method::banded)
            << to_string(method);
    }
    if (row.has("cond1_est") && condition(row) < 1e15) {  // two estimates of one number, each good to a factor of a few
        EXPECT_GT(solution.report.condition_estimate, condition(row) / 100);
        EXPECT_LT(solution.report.condition_estimate, condition(row) * 100);
    }
    return Outcome::solved;
}

TEST_P(ExtraSquare, IsSolvedOrRefusedForTheRightReason) {
    const TableRow& row = GetParam();
    const std::string reason = singular_reason(row);
    with_matrix(row, [&](const auto& A) {
        const auto b = right_hand_side(row, A);
        const Outcome outcome = reason.empty() ? expect_solution(row, A, b) : expect_refusal_or_warning(row, A, b);
        record_outcome(row["name"], outcome, reason);
    });
}

// ---- rectangular
// ------------------------------------------------------------------------------------------------------------

class ExtraRectangle : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExtraRectangle);
INSTANTIATE_TEST_SUITE_P(Data, ExtraRectangle, testing::ValuesIn(select(false)), name_of);

using WideVector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// c − A·x, in long double.
template <SparseMatrix M>
WideVector residual(const M& A, const Vector<double>& x, const Vector<double>& c) {
    WideVector r = c.cast<long double>();
    for_each_entry(A, [&](std::int64_t i, std::int64_t j, double v) { r[i] -= static_cast<long double>(v) * x[j]; });
    return r;
}

TEST_P(ExtraRectangle, IsSolvedInTheLeastSquaresSenseWithMinimumNorm) {
    const TableRow& row = GetParam();
    const auto A = read_matrix_market<double>(folder / row["file"]);
    Vector<double> b(A.rows());
    if (const auto file = rhs_file(row); !file.empty()) {
        b = read_matrix_market_vector<double>(file);
    } else {  // in no way consistent
        std::mt19937_64 random(1);
        for (double& v : b) v = static_cast<double>(random() % 2001) / 1000 - 1;
    }
    if (!TAMIS_WITH_GPL) {
        EXPECT_TRUE(throws<Unsupported>([&] { (void)least_squares(A, b); }, "TAMIS_WITH_GPL"));
        record_outcome(row["name"], Outcome::left_out, "");
        return;
    }
    const auto solution = least_squares_with_report(A, b);
    const Vector<double>& x = solution.x;
    ASSERT_EQ(x.size(), A.cols());
    ASSERT_TRUE(x.allFinite());

    // x is stable: it solves the problem of a matrix A + E exactly, ‖E‖ ≤ δ‖A‖, so that Aᴴr = −Eᴴr + (A + E)ᴴE x.
    const double delta = backward_error_limit<double>(std::max(A.rows(), A.cols()));
    long double squares = 0;
    for (const double v : A.values()) squares += static_cast<long double>(v) * v;
    const auto norm = static_cast<double>(std::sqrt(squares));
    const WideVector r = residual(A, x, b);
    WideVector g = WideVector::Zero(A.cols());
    for_each_entry(A, [&](std::int64_t i, std::int64_t j, double v) { g[j] += v * r[i]; });
    EXPECT_LE(static_cast<double>(g.norm()), delta * norm * (static_cast<double>(r.norm()) + norm * x.norm()));

    // The rank, where the index knows it.
    if (row.has("rank")) {
        EXPECT_EQ(solution.report.rank, row.count("rank"));
    }
    EXPECT_LE(solution.report.rank, row.count("structural_rank"));
    if (solution.report.rank < std::min(A.rows(), A.cols())) {
        EXPECT_FALSE(solution.report.warnings.empty()) << "a deficient rank deserves a warning";
    }

    // Minimum norm: x lies in the row space. Any y with Aᴴy = x proves it.
    if (solution.report.rank < A.cols()) {
        const auto adjoint = A.transposed_view();
        const Vector<double> y = least_squares(adjoint, x);
        const auto left = static_cast<double>(residual(adjoint, y, x).norm());
        EXPECT_LE(left, delta * (x.norm() + norm * y.norm()));
        EXPECT_LE(left, 1e-6 * x.norm());
    }
    record_outcome(row["name"], Outcome::least_squares, "");
}

// ---- how many of each
// -------------------------------------------------------------------------------------------------------

/// Prints the last line of a run of this program.
class Summary : public testing::Environment {
  public:
    void TearDown() override {
        if (!outcomes().empty()) std::cout << outcomes_line() << std::endl;
    }
};
const testing::Environment* const summary = testing::AddGlobalTestEnvironment(new Summary);

}  // namespace
}  // namespace tamis::test
