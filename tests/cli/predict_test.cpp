// tamis predict.
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::HasSubstr;

class Predict : public CliTest {
  public:
    std::string generated(const std::vector<std::string>& words) const {
        auto arguments = words;
        arguments.insert(arguments.begin(), "generate");
        arguments.insert(arguments.end(), {"-o", path("A.mtx")});
        EXPECT_EQ(tamis(arguments).exit_code, 0);
        return path("A.mtx");
    }
};

/// Entries of L when the nx×ny grid's vertices are eliminated one after the other.
int entries_by_elimination(int nx, int ny) {
    std::vector<std::set<int>> later(static_cast<std::size_t>(nx * ny));
    for (int k = 0; k < nx * ny; ++k) {
        if (k % nx + 1 < nx) later[static_cast<std::size_t>(k)].insert(k + 1);
        if (k + nx < nx * ny) later[static_cast<std::size_t>(k)].insert(k + nx);
    }
    int entries = 0;
    for (const auto& neighbours : later) {
        entries += 1 + static_cast<int>(neighbours.size());
        for (const int i : neighbours)
            for (const int j : neighbours)
                if (j > i) later[static_cast<std::size_t>(i)].insert(j);
    }
    return entries;
}

TEST_F(Predict, NamesEveryOrderingWithTheExactEntriesOfCholesky) {
    const Outcome r = tamis({"predict", generated({"poisson2d", "17", "13"}), "--json"});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    const auto j = r.json();
    EXPECT_EQ(j.at("method"), "cholesky");
    std::map<std::string, nlohmann::json> by_ordering;
    for (const auto& p : j.at("predictions")) by_ordering[p.at("ordering")] = p;
    ASSERT_EQ(by_ordering.size(), 4U);  // colamd is for unsymmetric matrices
    EXPECT_EQ(by_ordering.at("natural").at("factor_nonzeros"), entries_by_elimination(17, 13));
    EXPECT_LT(by_ordering.at("amd").at("factor_nonzeros"), by_ordering.at("natural").at("factor_nonzeros"));
    EXPECT_EQ(by_ordering.at("automatic").at("used"), j.at("ordering"));
    for (const auto& [ordering, p] : by_ordering) {
        EXPECT_GT(p.at("flops"), p.at("factor_nonzeros")) << ordering;
        EXPECT_GE(p.at("bytes"), 8 * p.at("factor_nonzeros").get<int>()) << ordering;
        EXPECT_GT(p.at("seconds").at("expected"), 0) << ordering;
        EXPECT_LT(p.at("seconds").at("expected"), 60) << ordering;
    }
}

TEST_F(Predict, TakesUnsymmetricMatricesAndRefusesWhatTheMethodCannotTake) {
    const auto j = tamis({"predict", generated({"convection2d", "15"}), "--json"}).json();
    EXPECT_EQ(j.at("method"), "lu");
    EXPECT_EQ(j.at("predictions").size(), 5U);
    const Outcome r = tamis({"predict", small_general(), "--method", "cholesky"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("Hermitian"));
    EXPECT_EQ(tamis({"predict", tridiagonal(), "--method", "gmres"}).exit_code, 2);
}

TEST_F(Predict, TellsPeopleWhatIsOverTheLimit) {
    const Outcome r = tamis({"predict", generated({"poisson2d", "40"}), "--memory-limit", "300K"});
    EXPECT_EQ(r.exit_code, 0) << r.err;
    for (const char* words :
         {"By itself", "amd", "nested_dissection", "natural", "factor nonzeros", "over the limit of 300.0 KiB"})
        EXPECT_THAT(r.out, HasSubstr(words));
}

}  // namespace
}  // namespace tamis::test
