// Help, versions, and command lines that cannot be obeyed.
#include <regex>

#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Usage : public CliTest {};

const std::vector<std::string>& all_commands() {
    static const std::vector<std::string> names{"info", "solve",   "lstsq",    "predict", "eigs",
                                                "svds", "convert", "generate", "version", "help"};
    return names;
}

TEST_F(Usage, HelpListsEveryCommandOnStandardOutput) {
    const Outcome r = tamis({"help"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.err, "");
    for (const std::string& name : all_commands()) EXPECT_THAT(r.out, HasSubstr("\n  " + name + " "));
}

TEST_F(Usage, HelpDoesNotPretendToCommandsOfLaterVersions) {
    const Outcome r = tamis({"help"});
    for (const char* name : {"cond", "spy", "compare"}) {
        EXPECT_THAT(r.out, Not(HasSubstr(std::string("\n  ") + name + " ")));
        const Outcome c = tamis({name, tridiagonal()});
        EXPECT_EQ(c.exit_code, 2) << name;
        EXPECT_THAT(c.err, HasSubstr(std::string("no command '") + name + "'"));
        EXPECT_EQ(c.out, "");
    }
}

TEST_F(Usage, HelpFlagAndHelpCommandSayTheSame) {
    EXPECT_EQ(tamis({"--help"}).out, tamis({"help"}).out);
    for (const std::string& name : all_commands()) {
        const Outcome flag = tamis({name, "--help"});
        const Outcome command = tamis({"help", name});
        EXPECT_EQ(flag.exit_code, 0);
        EXPECT_EQ(command.exit_code, 0);
        EXPECT_EQ(flag.out, command.out) << name;
        EXPECT_THAT(flag.out, HasSubstr("Usage: tamis " + name));
        for (const char* option :
             {"--json", "--report", "--threads", "--memory-limit", "--time-limit", "--index", "--scalar", "--quiet"})
            EXPECT_THAT(flag.out, HasSubstr(option)) << name;
    }
}

TEST_F(Usage, HelpOfAnUnknownCommandIsAUsageError) {
    const Outcome r = tamis({"help", "sovle"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("did you mean 'solve'?"));
}

TEST_F(Usage, HelpAsJsonIsOneObject) {
    const Outcome r = tamis({"help", "solve", "--json"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.json().at("help").get<std::string>(), HasSubstr("tamis solve"));
    EXPECT_THAT(tamis({"--json", "solve", "--help"}).json().at("help").get<std::string>(), HasSubstr("tamis solve"));
}

TEST_F(Usage, VersionSaysTheVersionAndTheBuild) {
    const Outcome r = tamis({"version"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.out, HasSubstr("tamis " TAMIS_VERSION));
    EXPECT_EQ(tamis({"--version"}).out, r.out);
    const auto json = tamis({"version", "--json"}).json();
    EXPECT_EQ(json.at("version"), TAMIS_VERSION);
    EXPECT_TRUE(json.at("build").contains("gpl parts")) << json;
    EXPECT_TRUE(json.at("build").contains("openmp")) << json;
}

TEST_F(Usage, WithoutACommandTheFirstStepsAreShownAsAnError) {
    const Outcome r = tamis({});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr("tamis help"));
}

TEST_F(Usage, AnUnknownCommandSuggestsTheNearest) {
    EXPECT_THAT(tamis({"slove", "A.mtx"}).err, HasSubstr("did you mean 'solve'?"));
    EXPECT_THAT(tamis({"conver", "A.mtx"}).err, HasSubstr("did you mean 'convert'?"));
    const Outcome far = tamis({"xyzzy"});
    EXPECT_EQ(far.exit_code, 2);
    EXPECT_THAT(far.err, Not(HasSubstr("did you mean")));
    EXPECT_THAT(far.err, HasSubstr("lstsq"));
}

TEST_F(Usage, AnUnknownOptionSuggestsTheNearest) {
    const Outcome r = tamis({"solve", tridiagonal(), "--tolerence", "1e-10"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("did you mean --tolerance?"));
    EXPECT_EQ(r.out, "");
}

TEST_F(Usage, MissingAndSurplusArgumentsNameTheForm) {
    const Outcome missing = tamis({"solve"});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.err, HasSubstr("A.mtx is missing"));
    EXPECT_THAT(missing.err, HasSubstr("tamis solve A.mtx [b.mtx]"));
    const Outcome surplus = tamis({"info", tridiagonal(), "another.mtx"});
    EXPECT_EQ(surplus.exit_code, 2);
    EXPECT_THAT(surplus.err, HasSubstr("'another.mtx' is one word too many"));
    EXPECT_EQ(tamis({"lstsq", tridiagonal()}).exit_code, 2);
    EXPECT_EQ(tamis({"convert", tridiagonal()}).exit_code, 2);
}

struct BadOption {
    const char* name;
    std::vector<std::string> words;
    const char* says;
};

class BadOptions : public CliTest, public ::testing::WithParamInterface<BadOption> {};

TEST_P(BadOptions, AreRefusedWithWhatWouldBeRight) {
    std::vector<std::string> arguments{"solve", tridiagonal()};
    arguments.insert(arguments.end(), GetParam().words.begin(), GetParam().words.end());
    const Outcome r = tamis(arguments);
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.out, AnyOf("", StartsWith("{")));
    EXPECT_THAT(r.err, HasSubstr(GetParam().says));
    EXPECT_THAT(r.err, HasSubstr("for example:"));
}

const BadOption bad_options[] = {
    {"ThreadsZero", {"--threads", "0"}, "whole number from 1"},
    {"ThreadsNegative", {"--threads", "-2"}, "whole number from 1"},
    {"ThreadsWord", {"--threads", "many"}, "'many'"},
    {"ThreadsTwice", {"--threads", "1", "--threads", "2"}, "--threads is given more than once"},
    {"MemoryUnit", {"--memory-limit", "8X"}, "K, M, G or T"},
    {"MemoryZero", {"--memory-limit", "0"}, "K, M, G or T"},
    {"MemoryNegative", {"--memory-limit", "-1G"}, "K, M, G or T"},
    {"MemoryNan", {"--memory-limit", "nan"}, "K, M, G or T"},
    {"TimeUnit", {"--time-limit", "5 days"}, "ms, s, m or h"},
    {"TimeZero", {"--time-limit", "0s"}, "ms, s, m or h"},
    {"Index", {"--index", "16"}, "32 or 64"},
    {"Scalar", {"--scalar", "half"}, "float or double"},
    {"Method", {"--method", "cholesk"}, "--method cholesky"},
    {"Ordering", {"--ordering", "metis"}, "nested-dissection"},
    {"Precision", {"--precision", "quad"}, "working or mixed"},
    {"ToleranceWord", {"--tolerance", "tight"}, "not a number"},
    {"ToleranceNegative", {"--tolerance", "-1"}, "not positive"},
    {"ToleranceNan", {"--tolerance", "nan"}, "not a number"},
    {"ToleranceWithoutValue", {"--tolerance"}, "--tolerance needs a value"},
    {"Iterations", {"--max-iterations", "1.5"}, "whole number"},
    {"Preconditioner", {"--preconditioner", "ilu0"}, "iterative methods"},
    {"PreconditionerSlip", {"--preconditioner", "jacoby"}, "--preconditioner jacobi"},
    {"ReportToStandardOutput", {"--report", "-"}, "file name"},
    {"FlagWithAValue", {"--json=1"}, "--json takes no value"},
    {"JsonAndMatrixOnStandardOutput", {"-o", "-", "--json"}, "standard output"},
};

INSTANTIATE_TEST_SUITE_P(Solve, BadOptions, ::testing::ValuesIn(bad_options),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(Usage, ErrorsAsJsonAreOneObjectBesideTheText) {
    const Outcome r = tamis({"--json", "slove"});
    EXPECT_EQ(r.exit_code, 2);
    const auto error = r.json().at("error");
    EXPECT_EQ(error.at("kind"), "usage");
    EXPECT_EQ(error.at("exit_code"), 2);
    EXPECT_THAT(error.at("message").get<std::string>(), HasSubstr("did you mean"));
    EXPECT_THAT(r.err, HasSubstr("did you mean"));
    EXPECT_EQ(tamis({"solve", "--json"}).json().at("error").at("kind"), "usage");
    EXPECT_EQ(tamis({"solve", tridiagonal(), "--threads", "0", "--json"}).json().at("error").at("kind"), "usage");
}

TEST_F(Usage, CommonOptionsMayComeBeforeTheCommandOrWithAnEqualsSign) {
    EXPECT_EQ(tamis({"--threads", "1", "--json", "version"}).json().at("version"), TAMIS_VERSION);
    EXPECT_EQ(tamis({"--threads=1", "version", "--json"}).json().at("version"), TAMIS_VERSION);
    EXPECT_EQ(tamis({"--threads", "0", "version"}).exit_code, 2);
}

TEST_F(Usage, StandardInputCannotBeReadTwice) {
    const Outcome r = tamis({"solve", "-", "-"});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("only once"));
}

TEST_F(Usage, OutputIntoAFolderThatIsNotThereIsRefusedBeforeAnyWork) {
    const Outcome r = tamis({"solve", path("not_there.mtx"), "-o", path("no/such/x.mtx")});
    EXPECT_EQ(r.exit_code, 2);
    EXPECT_THAT(r.err, HasSubstr("does not exist"));
}

}  // namespace
}  // namespace tamis::test
