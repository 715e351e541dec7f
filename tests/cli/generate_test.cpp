// tamis generate.
#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Generate : public CliTest {};

TEST_F(Generate, WritesToStandardOutputByDefault) {
    const Outcome r = tamis({"generate", "poisson1d", "3"});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    EXPECT_THAT(r.out, StartsWith("%%MatrixMarket matrix coordinate real symmetric\n% tamis generate poisson1d 3\n"));
    EXPECT_THAT(array_values(r.out), ElementsAre(1, 1, 2, 2, 1, -1, 2, 2, 2, 3, 2, -1, 3, 3, 2));
}

struct Expected {
    std::vector<std::string> words;
    std::int64_t rows, cols, nnz;
    const char* symmetry;
};

TEST_F(Generate, EveryKindHasItsSizeAndSymmetry) {
    // Entries: a stencil has one for each point and each pair of neighbours; a clamped elastic body couples each node with
    // all 27 around it, itself included, as far as they exist.
    const std::vector<Expected> all{
        {{"poisson1d", "10"}, 10, 10, 28, "symmetric"},
        {{"poisson2d", "5"}, 25, 25, 105, "symmetric"},
        {{"poisson2d", "4", "3"}, 12, 12, 46, "symmetric"},
        {{"poisson3d", "3"}, 27, 27, 135, "symmetric"},
        {{"poisson3d", "3", "2", "4"}, 24, 24, 116, "symmetric"},
        {{"elasticity3d", "1"}, 12, 12, 144, "symmetric"},
        {{"elasticity3d", "2", "--free"}, 81, 81, 9 * 343, "symmetric"},
        {{"convection2d", "5"}, 25, 25, 105, "general"},
        {{"convection3d", "3", "3", "3"}, 27, 27, 135, "general"},
        {{"random", "20", "30", "--density", "0"}, 20, 30, 0, "general"},
        {{"random", "20", "30", "--density", "1"}, 20, 30, 600, "general"},
        {{"poisson2d", "0"}, 0, 0, 0, nullptr},
    };
    for (const Expected& e : all) {
        std::vector<std::string> words{"generate"};
        words.insert(words.end(), e.words.begin(), e.words.end());
        words.insert(words.end(), {"-o", path("A.mtx"), "--json"});
        const Outcome r = tamis(words);
        ASSERT_EQ(r.exit_code, 0) << r.err;
        const auto j = r.json();
        EXPECT_EQ(j.at("kind"), e.words[0]);
        EXPECT_EQ(j.at("rows"), e.rows) << e.words[0];
        EXPECT_EQ(j.at("cols"), e.cols) << e.words[0];
        EXPECT_EQ(j.at("nnz"), e.nnz) << e.words[0];
        if (e.symmetry != nullptr) {
            EXPECT_EQ(j.at("symmetry"), e.symmetry) << e.words[0];
        }
    }
}

TEST_F(Generate, TheSeedDecides) {
    const auto make = [](const char* kind, const char* size, const char* seed) {
        return array_values(tamis({"generate", kind, size, "--seed", seed}).out);
    };
    EXPECT_EQ(make("random", "50", "7"), make("random", "50", "7"));
    EXPECT_NE(make("random", "50", "7"), make("random", "50", "8"));
    EXPECT_EQ(make("rmat", "6", "7"), make("rmat", "6", "7"));
    EXPECT_NE(make("rmat", "6", "7"), make("rmat", "6", "8"));
}

TEST_F(Generate, RmatHasTwoToTheScaleVertices) {
    const auto j = tamis({"generate", "rmat", "6", "--edge-factor", "4", "-o", path("G.mtx"), "--json"}).json();
    EXPECT_EQ(j.at("rows"), 64);
    EXPECT_EQ(j.at("symmetry"), "symmetric");
    EXPECT_GT(j.at("nnz"), 64);
}

TEST_F(Generate, ConvectionFollowsItsWind) {
    const auto still = tamis({"generate", "convection2d", "3", "--speed", "0", "--diffusion", "1"}).out;
    EXPECT_EQ(array_values(still), array_values(tamis({"generate", "poisson2d", "3"}).out));
    EXPECT_NE(array_values(tamis({"generate", "convection2d", "3", "--speed", "5"}).out),
              array_values(tamis({"generate", "convection2d", "3"}).out));
}

TEST_F(Generate, GeneralWritesEveryEntry) {
    EXPECT_THAT(tamis({"generate", "poisson1d", "3", "--symmetry", "general"}).out, HasSubstr("3 3 7\n"));
}

TEST_F(Generate, WrongWordsAreUsageErrors) {
    const std::vector<std::pair<std::vector<std::string>, const char*>> wrong{
        {{"poison2d", "5"}, "poisson2d"},
        {{"poisson2d"}, "needs its size"},
        {{"poisson2d", "1", "2", "3"}, "at most 2 sizes"},
        {{"poisson2d", "-3"}, "-3"},
        {{"poisson2d", "2.5"}, "whole number"},
        {{"poisson2d", "5", "--density", "0.5"}, "belongs to random"},
        {{"random", "5", "--density", "2"}, "0 to 1"},
        {{"random", "5", "--density", "nan"}, "not a number"},
        {{"random", "5", "--seed", "x"}, "whole number"},
        {{"poisson2d", "5", "--seed", "3"}, "belongs to random and rmat"},
        {{"poisson2d", "5", "--speed", "3"}, "belongs to convection2d"},
        {{"convection2d", "5", "--diffusion", "0"}, "not positive"},
        {{"poisson2d", "5", "--free"}, "belongs to elasticity3d"},
        {{"poisson2d", "5", "--symmetry", "skew"}, "detect or general"},
        {{"poisson2d", "5", "--json"}, "standard output"},
    };
    for (const auto& [words, says] : wrong) {
        std::vector<std::string> all{"generate"};
        all.insert(all.end(), words.begin(), words.end());
        const Outcome r = tamis(all);
        EXPECT_EQ(r.exit_code, 2) << words[0] << " " << says;
        EXPECT_THAT(r.err, HasSubstr(says));
        EXPECT_THAT(r.out, ::testing::Not(HasSubstr("MatrixMarket")));
    }
}

TEST_F(Generate, AProblemBeyondTheMemoryIsRefusedAtOnce) {
    const Outcome r = tamis({"generate", "poisson3d", "100000", "-o", path("A.mtx"), "--json"});
    EXPECT_EQ(r.exit_code, 3);
    EXPECT_EQ(r.json().at("error").at("kind"), "memory_limit");
    EXPECT_EQ(tamis({"generate", "poisson3d", "30", "-o", path("A.mtx"), "--memory-limit", "100K"}).exit_code, 3);
    EXPECT_TRUE(listing().empty());
}

TEST_F(Generate, AnIndexThatIsTooNarrowIsRefused) {
    const Outcome r =
        tamis({"generate", "random", "0", "3000000000", "--density", "0", "--index", "32", "-o", path("A.mtx")});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("int64"));
}

TEST_F(Generate, PipesIntoInfoAndSolve) {
    const std::string A = tamis({"generate", "poisson2d", "6"}).out;
    EXPECT_EQ(tamis({"info", "-", "--json"}, {.input = A}).json().at("rows"), 36);
    EXPECT_EQ(tamis({"solve", "-", "--json"}, {.input = A}).json().at("status"), "converged");
}

}  // namespace
}  // namespace tamis::test
