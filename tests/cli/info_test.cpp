// tamis info.
#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::HasSubstr;

class Info : public CliTest {};

TEST_F(Info, JsonHasThePinnedFields) {
    const Outcome r = tamis({"info", tridiagonal(), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto j = r.json();
    EXPECT_EQ(j.at("rows"), 3);
    EXPECT_EQ(j.at("cols"), 3);
    EXPECT_EQ(j.at("nnz"), 7);
    EXPECT_EQ(j.at("scalar"), "double");
    EXPECT_EQ(j.at("symmetry"), "symmetric");
    const auto& s = j.at("structure");
    for (const char* yes : {"pattern_symmetric", "symmetric", "hermitian", "positive_diagonal", "zero_free_diagonal",
                            "diagonally_dominant", "finite"})
        EXPECT_EQ(s.at(yes), true) << yes;
    for (const char* no : {"skew", "lower_triangular", "upper_triangular", "permuted_triangular", "diagonal"})
        EXPECT_EQ(s.at(no), false) << no;
    EXPECT_EQ(s.at("lower_bandwidth"), 1);
    EXPECT_EQ(s.at("upper_bandwidth"), 1);
    EXPECT_EQ(s.at("block_count"), 1);
    EXPECT_EQ(s.at("empty_rows"), 0);
    EXPECT_EQ(s.at("empty_cols"), 0);
    EXPECT_EQ(s.at("structural_rank"), 3);
    const auto& n = j.at("norms");
    EXPECT_EQ(n.at("one"), 4);
    EXPECT_EQ(n.at("inf"), 4);
    EXPECT_NEAR(n.at("frobenius").get<double>(), 4, 1e-14);  // √(3·4 + 4·1)
    EXPECT_EQ(n.at("max"), 2);
    EXPECT_EQ(j.at("recommendation").at("method"), "cholesky");
    EXPECT_FALSE(j.at("recommendation").at("reasons").empty());
    EXPECT_EQ(j.at("file").at("field"), "real");
    EXPECT_EQ(j.at("file").at("comment"), " a chain");
}

TEST_F(Info, SymmetryIsMeasuredAndNotBelieved) {
    const std::string same = file("same.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 5\n2 1 5\n");
    const auto j = tamis({"info", same, "--json"}).json();
    EXPECT_EQ(j.at("symmetry"), "symmetric");
    EXPECT_EQ(j.at("file").at("symmetry"), "general");
}

TEST_F(Info, ATableForPeopleSaysWhatSolveWouldDo) {
    const Outcome r = tamis({"info", tridiagonal()});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.err, "");
    for (const char* words : {"3 × 3", "7", "symmetric", "‖A‖₁", "What solve would do", "cholesky", "bandwidth"})
        EXPECT_THAT(r.out, HasSubstr(words));
}

TEST_F(Info, LargeNumbersHaveSeparatorsAndBytesHaveUnits) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson2d", "50", "-o", A}).exit_code, 0);
    const Outcome r = tamis({"info", A});
    EXPECT_THAT(r.out, HasSubstr("2,500 × 2,500"));
    EXPECT_THAT(r.out, HasSubstr("12,300"));
    EXPECT_THAT(r.out, HasSubstr("KiB"));
}

TEST_F(Info, AComplexFilePicksTheComplexScalar) {
    EXPECT_EQ(tamis({"info", complex_diagonal(), "--json"}).json().at("scalar"), "complex<double>");
    EXPECT_EQ(tamis({"info", complex_diagonal(), "--json", "--scalar", "float"}).json().at("scalar"), "complex<float>");
    EXPECT_EQ(tamis({"info", tridiagonal(), "--json", "--scalar", "float"}).json().at("scalar"), "float");
}

TEST_F(Info, TheIndexIsAsAsked) {
    EXPECT_EQ(tamis({"info", tridiagonal(), "--json"}).json().at("index"), 32);
    EXPECT_EQ(tamis({"info", tridiagonal(), "--json", "--index", "64"}).json().at("index"), 64);
}

TEST_F(Info, ColumnsBeyondInt32AreReadWith64Bits) {
    const std::string wide =
        file("wide.mtx", "%%MatrixMarket matrix coordinate real general\n1 3000000000 1\n1 2999999999 4\n");
    const auto j = tamis({"info", wide, "--json", "--index", "32"});
    EXPECT_EQ(j.exit_code, 2);
    EXPECT_EQ(j.json().at("error").at("kind"), "index_overflow");
}

TEST_F(Info, NotANumberIsNullInJson) {
    const std::string nan = file("nan.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 nan\n2 2 inf\n");
    const Outcome r = tamis({"info", nan, "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto j = r.json();
    EXPECT_EQ(j.at("structure").at("finite"), false);
    EXPECT_TRUE(j.at("norms").at("frobenius").is_null());
}

TEST_F(Info, WorksForRectanglesAndEmptyMatrices) {
    const std::string tall = file("tall.mtx", "%%MatrixMarket matrix coordinate real general\n3 2 2\n1 1 1\n3 2 1\n");
    const auto j = tamis({"info", tall, "--json"}).json();
    EXPECT_EQ(j.at("recommendation").at("method"), "qr");
    EXPECT_EQ(j.at("structure").at("empty_rows"), 1);
    const std::string empty = file("empty.mtx", "%%MatrixMarket matrix coordinate real general\n0 0 0\n");
    EXPECT_EQ(tamis({"info", empty}).exit_code, 0);
    EXPECT_EQ(tamis({"info", empty, "--json"}).json().at("nnz"), 0);
}

TEST_F(Info, ReadsCompressedFiles) {
    gzip(path("A.mtx.gz"), contents(tridiagonal()));
    EXPECT_EQ(tamis({"info", path("A.mtx.gz"), "--json"}).json().at("nnz"), 7);
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("A.mtx.zst")}).exit_code, 0);
    EXPECT_EQ(tamis({"info", path("A.mtx.zst"), "--json"}).json().at("nnz"), 7);
}

TEST_F(Info, AMissingFileAndAFolderAreBadInput) {
    const Outcome missing = tamis({"info", path("nothing.mtx"), "--json"});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_EQ(missing.json().at("error").at("kind"), "io_error");
    EXPECT_THAT(missing.err, HasSubstr("no such file"));
    const Outcome folder_given = tamis({"info", folder().string()});
    EXPECT_EQ(folder_given.exit_code, 2);
    EXPECT_THAT(folder_given.err, HasSubstr("directory"));
    const Outcome text = tamis({"info", file("notes.txt", "hello\n")});
    EXPECT_EQ(text.exit_code, 2);
}

}  // namespace
}  // namespace tamis::test
