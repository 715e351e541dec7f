// tamis convert.
#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Convert : public CliTest {};

std::string header(const std::string& path) {
    const std::string text = CliTest::contents(path);
    return text.substr(0, text.find('\n'));
}

TEST_F(Convert, KeepsSymmetryFormatAndComment) {
    const Outcome r = tamis({"convert", tridiagonal(), path("out.mtx")});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const std::string text = contents(path("out.mtx"));
    EXPECT_EQ(header(path("out.mtx")), "%%MatrixMarket matrix coordinate real symmetric");
    EXPECT_THAT(text, HasSubstr("% a chain\n"));
    EXPECT_THAT(text, HasSubstr("3 3 5\n"));
}

TEST_F(Convert, GeneralWritesBothTriangles) {
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("out.mtx"), "--symmetry", "general"}).exit_code, 0);
    EXPECT_EQ(header(path("out.mtx")), "%%MatrixMarket matrix coordinate real general");
    EXPECT_THAT(contents(path("out.mtx")), HasSubstr("3 3 7\n"));
}

TEST_F(Convert, DetectFindsTheSymmetryThatTheValuesHave) {
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("general.mtx"), "--symmetry", "general"}).exit_code, 0);
    ASSERT_EQ(tamis({"convert", path("general.mtx"), path("found.mtx"), "--symmetry", "detect"}).exit_code, 0);
    EXPECT_EQ(header(path("found.mtx")), "%%MatrixMarket matrix coordinate real symmetric");
    ASSERT_EQ(tamis({"convert", small_general(), path("none.mtx"), "--symmetry", "detect"}).exit_code, 0);
    EXPECT_EQ(header(path("none.mtx")), "%%MatrixMarket matrix coordinate real general");
}

TEST_F(Convert, SkewSymmetryIsKept) {
    const std::string in = file("skew.mtx", "%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 3\n");
    ASSERT_EQ(tamis({"convert", in, path("out.mtx")}).exit_code, 0);
    EXPECT_EQ(header(path("out.mtx")), "%%MatrixMarket matrix coordinate real skew-symmetric");
    EXPECT_THAT(contents(path("out.mtx")), HasSubstr("2 1 3"));
}

TEST_F(Convert, HermitianComplexIsKept) {
    const std::string in =
        file("h.mtx", "%%MatrixMarket matrix coordinate complex hermitian\n2 2 3\n1 1 2 0\n2 1 1 -1\n2 2 3 0\n");
    ASSERT_EQ(tamis({"convert", in, path("out.mtx")}).exit_code, 0);
    EXPECT_EQ(header(path("out.mtx")), "%%MatrixMarket matrix coordinate complex hermitian");
    EXPECT_THAT(contents(path("out.mtx")), HasSubstr("2 1 1 -1"));
}

TEST_F(Convert, TurnsCoordinateIntoArrayAndBack) {
    ASSERT_EQ(tamis({"convert", small_general(), path("a.mtx"), "--format", "array"}).exit_code, 0);
    EXPECT_EQ(header(path("a.mtx")), "%%MatrixMarket matrix array real general");
    EXPECT_THAT(array_values(contents(path("a.mtx"))), ElementsAre(1, 3, 2, 4));  // column by column
    ASSERT_EQ(tamis({"convert", path("a.mtx"), path("c.mtx"), "--format", "coordinate"}).exit_code, 0);
    EXPECT_EQ(header(path("c.mtx")), "%%MatrixMarket matrix coordinate real general");
    EXPECT_THAT(contents(path("c.mtx")), HasSubstr("2 2 4\n1 1 1\n1 2 2\n2 1 3\n2 2 4\n"));
}

TEST_F(Convert, AnArrayStaysAnArray) {
    const std::string in = file("a.mtx", "%%MatrixMarket matrix array real general\n2 1\n0\n5\n");
    ASSERT_EQ(tamis({"convert", in, path("out.mtx")}).exit_code, 0);
    EXPECT_EQ(header(path("out.mtx")), "%%MatrixMarket matrix array real general");
    EXPECT_THAT(array_values(contents(path("out.mtx"))), ElementsAre(0, 5));
}

TEST_F(Convert, PatternAndIntegerFieldsAreKept) {
    const std::string pattern = file("p.mtx", "%%MatrixMarket matrix coordinate pattern general\n2 2 2\n1 2\n2 1\n");
    ASSERT_EQ(tamis({"convert", pattern, path("p_out.mtx")}).exit_code, 0);
    EXPECT_EQ(header(path("p_out.mtx")), "%%MatrixMarket matrix coordinate pattern general");
    EXPECT_THAT(contents(path("p_out.mtx")), HasSubstr("2 2 2\n1 2\n2 1\n"));
    const std::string integer =
        file("i.mtx", "%%MatrixMarket matrix coordinate integer general\n2 2 2\n1 2 -7\n2 1 123456789\n");
    ASSERT_EQ(tamis({"convert", integer, path("i_out.mtx")}).exit_code, 0);
    EXPECT_EQ(header(path("i_out.mtx")), "%%MatrixMarket matrix coordinate integer general");
    EXPECT_THAT(contents(path("i_out.mtx")), HasSubstr("2 2 2\n1 2 -7\n2 1 123456789\n"));
}

TEST_F(Convert, APatternWithRepeatedEntriesBecomesNumbers) {
    const std::string in = file("p.mtx", "%%MatrixMarket matrix coordinate pattern general\n2 2 3\n1 2\n1 2\n2 1\n");
    ASSERT_EQ(tamis({"convert", in, path("out.mtx")}).exit_code, 0);
    EXPECT_THAT(contents(path("out.mtx")), HasSubstr("2 2 2\n1 2 2\n2 1 1\n"));
}

TEST_F(Convert, PrecisionLimitsTheDigits) {
    const std::string in = file("a.mtx", "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 3.141592653589793\n");
    ASSERT_EQ(tamis({"convert", in, path("full.mtx")}).exit_code, 0);
    EXPECT_THAT(contents(path("full.mtx")), HasSubstr("3.141592653589793"));
    ASSERT_EQ(tamis({"convert", in, path("short.mtx"), "--precision", "4"}).exit_code, 0);
    EXPECT_EQ(array_values(contents(path("short.mtx"))), (std::vector<double>{1, 1, 3.142}));
    EXPECT_EQ(tamis({"convert", in, path("bad.mtx"), "--precision", "0"}).exit_code, 2);
    EXPECT_EQ(tamis({"convert", in, path("bad.mtx"), "--precision", "18"}).exit_code, 2);
    EXPECT_FALSE(exists(path("bad.mtx")));
}

TEST_F(Convert, FloatRoundsTheValues) {
    const std::string in = file("a.mtx", "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 0.1234567890123\n");
    ASSERT_EQ(tamis({"convert", in, path("out.mtx"), "--scalar", "float"}).exit_code, 0);
    EXPECT_EQ(static_cast<float>(array_values(contents(path("out.mtx"))).at(2)), 0.1234567890123F);
    EXPECT_LT(contents(path("out.mtx")).size(), contents(in).size());
}

TEST_F(Convert, CompressesAndDecompressesByTheEnding) {
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("a.mtx.gz")}).exit_code, 0);
    EXPECT_THAT(gunzip(path("a.mtx.gz")), StartsWith("%%MatrixMarket matrix coordinate real symmetric\n"));
    ASSERT_EQ(tamis({"convert", path("a.mtx.gz"), path("a.mtx.zst")}).exit_code, 0);
    EXPECT_THAT(contents(path("a.mtx.zst")), StartsWith("\x28\xB5\x2F\xFD"));
    ASSERT_EQ(tamis({"convert", path("a.mtx.zst"), path("back.mtx")}).exit_code, 0);
    ASSERT_EQ(tamis({"convert", tridiagonal(), path("straight.mtx")}).exit_code, 0);
    EXPECT_EQ(contents(path("back.mtx")), contents(path("straight.mtx")));
}

TEST_F(Convert, ReadsStandardInputAndWritesStandardOutput) {
    const Outcome r = tamis({"convert", "-", "-", "--symmetry", "general"}, {.input = contents(tridiagonal())});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    EXPECT_THAT(r.out, StartsWith("%%MatrixMarket matrix coordinate real general\n"));
    EXPECT_THAT(r.out, HasSubstr("3 3 7\n"));
    EXPECT_EQ(r.out.find("→"), std::string::npos) << "the summary belongs to standard error";
    EXPECT_THAT(r.err, HasSubstr("standard output"));
    EXPECT_EQ(tamis({"convert", "-", "-", "--quiet"}, {.input = contents(tridiagonal())}).err, "");
}

TEST_F(Convert, ReadsALargeStandardInputOnce) {
    // Larger than any buffer between the head and the body.
    std::string text = "%%MatrixMarket matrix coordinate real general\n60000 60000 60000\n";
    for (int i = 1; i <= 60000; ++i) text += std::to_string(i) + " " + std::to_string(i) + " 1.5\n";
    const Outcome r = tamis({"convert", "-", path("out.mtx")}, {.input = text});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    EXPECT_EQ(array_values(contents(path("out.mtx"))).size(), 3U * 60000U);
}

TEST_F(Convert, ReadsAFileThroughANamedPipeOnce) {
    const std::string pipe = path("pipe");
    ASSERT_EQ(std::system(("mkfifo '" + pipe + "' && (cat '" + tridiagonal() + "' > '" + pipe + "' &)").c_str()), 0);
    const Outcome r = tamis({"convert", pipe, path("out.mtx")});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    EXPECT_THAT(contents(path("out.mtx")), HasSubstr("3 3 5\n"));
}

TEST_F(Convert, OverwritesItsOwnInputSafely) {
    const std::string in = tridiagonal();
    ASSERT_EQ(tamis({"convert", in, in, "--symmetry", "general"}).exit_code, 0);
    EXPECT_THAT(contents(in), HasSubstr("3 3 7\n"));
}

TEST_F(Convert, TellsAsJsonWhatItWrote) {
    const Outcome r = tamis({"convert", tridiagonal(), path("out.mtx"), "--json"});
    const auto j = r.json();
    EXPECT_EQ(j.at("rows"), 3);
    EXPECT_EQ(j.at("cols"), 3);
    EXPECT_EQ(j.at("nnz"), 7);
    EXPECT_EQ(j.at("entries"), 5);
    EXPECT_EQ(j.at("format"), "coordinate");
    EXPECT_EQ(j.at("field"), "real");
    EXPECT_EQ(j.at("symmetry"), "symmetric");
    EXPECT_EQ(j.at("output"), path("out.mtx"));
    EXPECT_EQ(j.at("bytes"), contents(path("out.mtx")).size());
    const Outcome clash = tamis({"convert", tridiagonal(), "-", "--json"});
    EXPECT_EQ(clash.exit_code, 2);
    EXPECT_EQ(clash.json().at("error").at("kind"), "usage");
}

TEST_F(Convert, AMalformedFileIsRefusedWithItsLineAndLeavesNoOutput) {
    const std::string in = file("bad.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n3 1 5\n");
    const auto before = listing();
    const Outcome r = tamis({"convert", in, path("out.mtx"), "--json"});
    EXPECT_EQ(r.exit_code, 2);
    const auto error = r.json().at("error");
    EXPECT_EQ(error.at("kind"), "parse_error");
    EXPECT_EQ(error.at("line"), 4);
    EXPECT_EQ(error.at("file"), in);
    EXPECT_THAT(r.err, HasSubstr(in + ":4:"));
    EXPECT_EQ(listing(), before);
}

TEST_F(Convert, AFailureKeepsTheFileThatWasThere) {
    const std::string out = file("out.mtx", "precious");
    const std::string in = file("bad.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n");
    EXPECT_EQ(tamis({"convert", in, out}).exit_code, 2);
    EXPECT_EQ(contents(out), "precious");
    EXPECT_EQ(tamis({"convert", path("not_there.mtx"), out}).exit_code, 2);
    EXPECT_EQ(contents(out), "precious");
}

TEST_F(Convert, ParseErrorsOfStandardInputHaveTheirLineToo) {
    const Outcome r = tamis({"convert", "-", path("out.mtx"), "--json"},
                            {.input = "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 x\n"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_EQ(r.json().at("error").at("line"), 3);
    EXPECT_FALSE(exists(path("out.mtx")));
}

TEST_F(Convert, AFullDeviceIsReported) {
    const Outcome device = tamis({"convert", tridiagonal(), "/dev/full"});
    EXPECT_EQ(device.exit_code, 2);
    EXPECT_NE(device.err, "");
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
    const Outcome out = tamis({"convert", tridiagonal(), "-"}, {.out_path = "/dev/full"});
    EXPECT_EQ(out.exit_code, 2);
    EXPECT_NE(out.err, "");
}

TEST_F(Convert, ADenseFormThatNoMachineHoldsIsAMemoryLimit) {
    const std::string in = file("wide.mtx", "%%MatrixMarket matrix coordinate real general\n2000000 2000000 1\n1 1 1\n");
    const Outcome r = tamis({"convert", in, path("out.mtx"), "--format", "array", "--json"});
    EXPECT_EQ(r.exit_code, 3);
    EXPECT_EQ(r.json().at("error").at("kind"), "memory_limit");
    EXPECT_FALSE(exists(path("out.mtx")));
}

TEST_F(Convert, AHeadThatPromisesTooMuchIsAParseErrorAndNoMemoryLimit) {
    const std::string in =
        file("liar.mtx", "%%MatrixMarket matrix coordinate real general\n1000 1000 900000000000\n1 1 1\n");
    EXPECT_EQ(tamis({"convert", in, path("out.mtx")}).exit_code, 2);
}

TEST_F(Convert, TheMemoryLimitIsObeyed) {
    std::string text = "%%MatrixMarket matrix array real general\n100 100\n";
    for (int i = 0; i < 10000; ++i) text += "1.5\n";
    const std::string in = file("dense.mtx", text);
    const Outcome r = tamis({"convert", in, path("out.mtx"), "--memory-limit", "64K", "--json"});
    EXPECT_EQ(r.exit_code, 3);
    EXPECT_EQ(r.json().at("error").at("allowed_bytes"), 65536);
    EXPECT_EQ(r.json().at("error").at("predicted_bytes"), 80000);
    EXPECT_EQ(tamis({"convert", in, path("out.mtx"), "--memory-limit", "1M"}).exit_code, 0);
}

}  // namespace
}  // namespace tamis::test
