#include <tamis/core/version.hpp>

#include <regex>

#include <gtest/gtest.h>

#include <Eigen/Core>

#include "tamis_backends.hpp"

namespace tamis {
namespace {

TEST(Version, HasThreeNumbers) {
    EXPECT_TRUE(std::regex_match(version(), std::regex(R"(\d+\.\d+\.\d+)"))) << version();
}

TEST(BuildInfo, NamesEveryPartOnALineOfItsOwn) {
    const std::string info = build_info();
    for (const char* part : {"compiler", "build type", "openmp", "kernels", "zlib", "zstd"})
        EXPECT_TRUE(std::regex_search(info, std::regex("(^|\n)" + std::string(part) + ": [^\n]+\n"))) << part << "\n"
                                                                                                      << info;
    EXPECT_EQ(info.find("tamis: " + version() + "\n"), 0U) << info;
    EXPECT_TRUE(std::regex_search(info, std::regex(R"(\nsuitesparse: \d+\.\d+\.\d+, AMD \d+\.\d+\.\d+, )"))) << info;
    EXPECT_TRUE(std::regex_search(info, std::regex(R"(CHOLMOD \d+\.\d+\.\d+)"))) << info;
}

TEST(BuildInfo, SaysWhetherTheGplPartsAreIn) {
    EXPECT_NE(build_info().find(TAMIS_WITH_GPL ? "\ngpl parts: on" : "\ngpl parts: off"), std::string::npos);
    EXPECT_EQ(build_info().find(", UMFPACK ") != std::string::npos, bool(TAMIS_WITH_GPL));
    EXPECT_EQ(build_info().find(", SPQR ") != std::string::npos, bool(TAMIS_WITH_GPL));
}

TEST(BuildInfo, SaysWhetherMumpsIsInAndUnderWhichLicense) {
    EXPECT_TRUE(std::regex_search(build_info(),
                                  std::regex(TAMIS_WITH_MUMPS ? R"(\nmumps: \d+\.\d+\.\d+ \(CeCILL-C)" : "\nmumps: off")))
        << build_info();
}

TEST(BuildInfo, NamesTheEigenOfTheHeadersAndTheBlasOfTheProcess) {
    const std::string eigen = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
                              std::to_string(EIGEN_MINOR_VERSION);
    EXPECT_NE(build_info().find("\neigen: " + eigen + "\n"), std::string::npos) << build_info();
    EXPECT_TRUE(std::regex_search(build_info(), std::regex("\nblas: .*(blas|BLAS|mkl|not found)"))) << build_info();
}

}  // namespace
}  // namespace tamis
