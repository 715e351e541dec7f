// labels: reference
// Every Hermitian matrix of the folder TAMIS_EXTRA_DATA through ldlt: its inertia against the folder's index, its solution
// by plain arithmetic.
#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/matrix_market.hpp>

#include "reference/table.hpp"
#include "support/assertions.hpp"
#include "support/tolerance.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

const std::filesystem::path folder = TAMIS_EXTRA_DATA;

bool is_hermitian(const TableRow& row) {
    const bool complex = row["field"] == "complex";
    return row["rows"] == row["cols"] &&
           (row["numeric_symmetry"] == "hermitian" || (row["numeric_symmetry"] == "symmetric" && !complex));
}

std::vector<TableRow> hermitian_rows() {
    std::vector<TableRow> rows;
    for (const TableRow& row : read_table(folder / "INDEX.tsv"))
        if (is_hermitian(row)) rows.push_back(row);
    return rows;
}

class LdltData : public testing::TestWithParam<TableRow> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LdltData);
INSTANTIATE_TEST_SUITE_P(Data, LdltData, testing::ValuesIn(hermitian_rows()),
                         [](const auto& info) { return test_name(info.param); });

template <class T>
void check(const TableRow& row) {
    const auto A = read_matrix_market<T>(folder / row["file"]);
    const auto n = A.rows();
    const auto F = ldlt(A);
    const auto inertia = F.inertia();
    EXPECT_EQ(inertia.positive + inertia.negative + inertia.zero, n);
    std::cout << inertia.positive << "/" << inertia.negative << "/" << inertia.zero << " by " << F.info().backend << "\n";
    if (row["spd"] == "yes") {
        EXPECT_EQ(inertia.positive, n);
    }
    EXPECT_GE(inertia.zero, n - row.count("structural_rank"));
    if (row.has("inertia_pos_neg_zero")) {
        Inertia known;
        char slash = 0;
        std::istringstream(row["inertia_pos_neg_zero"]) >> known.positive >> slash >> known.negative >> slash >> known.zero;
        // The index counts eigenvalues below n·ε·‖A‖₂ as zero. Of a matrix whose eigenvalues decay without a gap to there,
        // some have a sign that the factorization still sees.
        const bool decays = row["name"] == "shaw_100" || row["name"] == "mhd1280b";
        if (decays) {
            EXPECT_GE(inertia.positive, known.positive);
            EXPECT_GE(inertia.negative, known.negative);
        } else {
            EXPECT_EQ(inertia.positive, known.positive);
            EXPECT_EQ(inertia.negative, known.negative);
            EXPECT_EQ(inertia.zero, known.zero);
        }
    }
    Vector<T> b = Vector<T>::Zero(n);
    for_each_entry(A, [&](std::int64_t i, std::int64_t, const T& v) { b[i] += v; });
    if (inertia.zero > 0) {
        const auto e = thrown<SingularMatrix>([&] { (void)F.solve(b); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->structural(), row.count("structural_rank") < n);
        return;
    }
    EXPECT_LE(backward_error(A, F.solve(b), b), backward_error_limit<T>(n));
}

TEST_P(LdltData, HasTheInertiaOfTheIndexAndSolves) {
    const TableRow& row = GetParam();
    try {
        if (row["field"] == "complex") check<std::complex<double>>(row);
        else check<double>(row);
    } catch (const Unsupported& e) {
        EXPECT_FALSE(TAMIS_WITH_MUMPS) << e.what();
    }
}

}  // namespace
}  // namespace tamis::test
