// tamis eigs and tamis svds.
#include <cmath>
#include <numbers>
#include <vector>

#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::HasSubstr;

class Spectrum : public CliTest {
  public:
    /// The path of n vertices: 2 − 2 cos(jπ / (n + 1)).
    [[nodiscard]] std::string poisson(int nx, int ny) const {
        const std::string A = path("A.mtx");
        EXPECT_EQ(tamis({"generate", "poisson2d", std::to_string(nx), std::to_string(ny), "-o", A}).exit_code, 0);
        return A;
    }
    static double line(int j, int n) { return 2 - 2 * std::cos(j * std::numbers::pi / (n + 1)); }
};

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, double tolerance) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << i;
}

TEST_F(Spectrum, SmallestAndLargestEigenvaluesOfAGrid) {
    const std::string A = poisson(20, 20);
    const double a = line(1, 20), b = line(2, 20), y = line(19, 20), z = line(20, 20);
    const auto small = tamis({"eigs", A, "-k", "4", "--which", "SA", "--json"}).json();
    expect_near(small.at("values").get<std::vector<double>>(), {2 * a, a + b, a + b, 2 * b}, 1e-8);
    EXPECT_EQ(small.at("converged"), true);
    EXPECT_EQ(small.at("status"), "converged");
    EXPECT_EQ(small.at("residual_norms").size(), 4U);
    EXPECT_GT(small.at("matvecs").get<int>(), 0);
    EXPECT_GE(small.at("seconds").get<double>(), 0);
    const auto large = tamis({"eigs", A, "-k", "3", "--which", "LA", "--json"}).json();
    expect_near(large.at("values").get<std::vector<double>>(), {y + z, y + z, 2 * z}, 1e-8);
    const auto near = tamis({"eigs", A, "-k", "1", "--sigma", "3.99", "--json"}).json();
    EXPECT_NEAR(near.at("values").at(0).get<double>(), 4.0, 1e-6);
}

TEST_F(Spectrum, ValuesAndVectorsGoToFiles) {
    const std::string A = poisson(6, 5);
    const Outcome r = tamis({"eigs", A, "-k", "2", "--which", "LA", "-o", path("values.mtx"), "--vectors", path("V.mtx")});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto values = array_values(contents(path("values.mtx")));
    ASSERT_EQ(values.size(), 2U);
    const auto V = array_values(contents(path("V.mtx")));
    ASSERT_EQ(V.size(), 60U);
    double norm = 0;
    for (std::size_t i = 0; i < 30; ++i) norm += V[i] * V[i];
    EXPECT_NEAR(norm, 1, 1e-12);
    for (const char* words : {"eigenvalue 1", "residual", "values written to"}) EXPECT_THAT(r.out, HasSubstr(words));
}

TEST_F(Spectrum, MassMatricesAreTaken) {
    const std::string B = file("B.mtx", "%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n1 1 2\n2 2 2\n3 3 2\n");
    const auto j = tamis({"eigs", tridiagonal(), "-k", "1", "--which", "LA", "--mass", B, "--json"}).json();
    EXPECT_NEAR(j.at("values").at(0).get<double>(), (2 + std::sqrt(2.0)) / 2, 1e-10);
}

TEST_F(Spectrum, EigenvaluesOfGeneralMatricesArePairsOfNumbers) {
    const auto real = tamis({"eigs", small_general(), "-k", "1", "--json"}).json();  // (5 ± √33) / 2
    EXPECT_NEAR(real.at("values").at(0).at(0).get<double>(), (5 + std::sqrt(33.0)) / 2, 1e-10);
    EXPECT_NEAR(real.at("values").at(0).at(1).get<double>(), 0, 1e-12);
    const auto complex = tamis({"eigs", complex_diagonal(), "-k", "2", "--which", "LI", "--json"}).json();
    EXPECT_NEAR(complex.at("values").at(0).at(1).get<double>(), 1, 1e-12);
}

TEST_F(Spectrum, SingularValues) {
    const Outcome r =
        tamis({"svds", small_general(), "-k", "2", "-o", path("s.mtx"), "--left", path("U.mtx"), "--right", path("V.mtx")});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto s = array_values(contents(path("s.mtx")));
    expect_near(s, {std::sqrt(15 + std::sqrt(221.0)), std::sqrt(15 - std::sqrt(221.0))}, 1e-10);
    const auto U = array_values(contents(path("U.mtx"))), V = array_values(contents(path("V.mtx")));
    ASSERT_EQ(U.size(), 4U);
    ASSERT_EQ(V.size(), 4U);
    EXPECT_NEAR(V[0] + 2 * V[1], s[0] * U[0], 1e-10);  // A = (1 2; 3 4)
    const auto j = tamis({"svds", small_general(), "-k", "1", "--which", "SM", "--json"}).json();
    expect_near(j.at("values").get<std::vector<double>>(), {s[1]}, 1e-10);
    EXPECT_EQ(j.at("converged"), true);
}

TEST_F(Spectrum, WhatCannotBeMeantIsRefused) {
    const std::string A = poisson(5, 5);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"-k", "26"},
                                                                                       {"-k", "-1"},
                                                                                       {"--which", "XX"},
                                                                                       {"--which", "LI"},
                                                                                       {"--which", "SA", "--sigma", "1"},
                                                                                       {"--tolerance", "0"},
                                                                                       {"--method", "power"}}) {
        std::vector<std::string> all{"eigs", A};
        all.insert(all.end(), words.begin(), words.end());
        EXPECT_EQ(tamis(all).exit_code, 2) << words[0] << " " << words[1];
    }
    EXPECT_EQ(tamis({"eigs", small_general(), "-k", "1", "--which", "BE"}).exit_code, 2);
    EXPECT_EQ(tamis({"svds", small_general(), "-k", "3"}).exit_code, 2);
}

}  // namespace
}  // namespace tamis::test
