// Where results and messages go: streams, reports, terminals, limits, signals.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>

#include "run_program.hpp"

namespace tamis::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Output : public CliTest {
  public:
    [[nodiscard]] std::string poisson3d(int n) const {
        const std::string A = path("poisson.mtx");
        EXPECT_EQ(tamis({"generate", "poisson3d", std::to_string(n), "-o", A}).exit_code, 0);
        return A;
    }
};

constexpr const char* escape = "\x1b[";

TEST_F(Output, NoColourAndNoProgressWhenPiped) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"info", tridiagonal()}, {"solve", tridiagonal()}, {"help"}, {"slove"}}) {
        const Outcome r = tamis(words);
        EXPECT_THAT(r.out, Not(HasSubstr(escape)));
        EXPECT_THAT(r.err, Not(HasSubstr(escape)));
        EXPECT_THAT(r.err, Not(HasSubstr("\r")));
    }
}

TEST_F(Output, ColourOnATerminalUnlessNoColorIsSet) {
    EXPECT_THAT(tamis({"info", tridiagonal()}, {.terminal = true}).out, HasSubstr(escape));
    EXPECT_THAT(tamis({"info", tridiagonal()}, {.environment = {"NO_COLOR=1"}, .terminal = true}).out,
                Not(HasSubstr(escape)));
    EXPECT_THAT(tamis({"info", tridiagonal()}, {.environment = {"NO_COLOR="}, .terminal = true}).out, HasSubstr(escape));
    EXPECT_THAT(tamis({"info", tridiagonal()}, {.environment = {"TERM=dumb"}, .terminal = true}).out,
                Not(HasSubstr(escape)));
}

TEST_F(Output, ProgressIsShownOnATerminalOnlyAndNotWhenQuiet) {
    const std::string A = poisson3d(32);
    std::vector<std::string> words{"solve", A, "--threads", "1", "--method", "cholesky"};
    const Outcome loud = tamis(words, {.environment = {"NO_COLOR=1"}, .terminal = true});
    EXPECT_THAT(loud.out, HasSubstr("solving …"));
    words.emplace_back("--quiet");
    const Outcome quiet = tamis(words, {.environment = {"NO_COLOR=1"}, .terminal = true});
    EXPECT_THAT(quiet.out, Not(HasSubstr("solving …")));
    EXPECT_THAT(quiet.out, HasSubstr("backward error")) << "without -o the report is the result";
}

TEST_F(Output, TheProgressLineFollowsAnIterationOnATerminalOnly) {
    const std::string A = path("A.mtx");
    ASSERT_EQ(tamis({"generate", "poisson2d", "400", "-o", A}).exit_code, 0);
    std::vector<std::string> words{"solve", A, "--threads", "1", "--method", "cg", "--preconditioner", "none"};
    const std::string out = tamis(words, {.environment = {"NO_COLOR=1"}, .terminal = true}).out;
    EXPECT_THAT(out, HasSubstr("solving: iteration "));
    EXPECT_THAT(out, HasSubstr(", residual "));
    EXPECT_THAT(out, HasSubstr("\r\x1b[K")) << "one line, written over and over";
    EXPECT_LT(std::count(out.begin(), out.end(), '\r'), 1000) << "not once an iteration";
    EXPECT_EQ(tamis(words).err, "");
    words.emplace_back("--quiet");
    EXPECT_THAT(tamis(words, {.environment = {"NO_COLOR=1"}, .terminal = true}).out, Not(HasSubstr("iteration ")));
}

TEST_F(Output, QuietBesideAnOutputFileSaysNothing) {
    const Outcome r = tamis({"solve", tridiagonal(), "-o", path("x.mtx"), "--quiet"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.out, "");
    EXPECT_EQ(r.err, "");
    EXPECT_TRUE(exists(path("x.mtx")));
    const Outcome failing = tamis({"solve", singular(), "-o", path("y.mtx"), "--quiet"});
    EXPECT_EQ(failing.exit_code, 1);
    EXPECT_NE(failing.err, "") << "an error is said even so";
}

TEST_F(Output, TheReportIsOnePageThatNeedsNothingElse) {
    const std::vector<std::vector<std::string>> runs{{"info", tridiagonal()},
                                                     {"solve", tridiagonal()},
                                                     {"convert", tridiagonal(), path("c.mtx")},
                                                     {"generate", "poisson1d", "5", "-o", path("g.mtx")},
                                                     {"version"},
                                                     {"help"}};
    for (std::vector<std::string> words : runs) {
        const std::string page = path(words[0] + ".html");
        words.insert(words.end(), {"--report", page});
        const Outcome r = tamis(words);
        ASSERT_EQ(r.exit_code, 0) << words[0] << r.err;
        const std::string html = contents(page);
        EXPECT_THAT(html, StartsWith("<!DOCTYPE html>"));
        EXPECT_THAT(html, HasSubstr("</html>"));
        EXPECT_THAT(html, HasSubstr("tamis " + words[0]));
        for (const char* outside : {"http://", "https://", "src=", "<link", "<script", "@import", "url("})
            EXPECT_THAT(html, Not(HasSubstr(outside))) << words[0];
    }
    EXPECT_THAT(contents(path("solve.html")), HasSubstr("backward error"));
    EXPECT_THAT(contents(path("info.html")), HasSubstr("‖A‖₁"));
}

TEST_F(Output, TheReportEscapesWhatTheUserTyped) {
    const std::string odd = file("<b>&\"odd\".mtx", contents(tridiagonal()));
    ASSERT_EQ(tamis({"info", odd, "--report", path("r.html")}).exit_code, 0);
    const std::string html = contents(path("r.html"));
    EXPECT_THAT(html, Not(HasSubstr("<b>")));
    EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;"));
}

TEST_F(Output, AFailedRunLeavesNoReport) {
    EXPECT_EQ(tamis({"solve", singular(), "--report", path("r.html")}).exit_code, 1);
    EXPECT_FALSE(exists(path("r.html")));
    const std::string old = file("old.html", "before");
    EXPECT_EQ(tamis({"solve", singular(), "--report", old}).exit_code, 1);
    EXPECT_EQ(contents(old), "before");
}

TEST_F(Output, FileNamesThatAreNotUtf8StillGiveValidJson) {
    const std::string odd = file("caf\xE9.mtx", contents(tridiagonal()));
    EXPECT_EQ(tamis({"info", odd, "--json"}).json().at("rows"), 3);
}

TEST_F(Output, AFullDeviceIsReportedAndNotIgnored) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"info", tridiagonal()}, {"info", tridiagonal(), "--json"}, {"help"}, {"version"}}) {
        const Outcome r = tamis(words, {.out_path = "/dev/full"});
        EXPECT_EQ(r.exit_code, 2) << words[0];
        EXPECT_THAT(r.err, HasSubstr("standard output"));
    }
    EXPECT_EQ(tamis({"solve", tridiagonal(), "-o", "/dev/full"}).exit_code, 2);
    EXPECT_EQ(tamis({"info", tridiagonal(), "--report", "/dev/full"}).exit_code, 2);
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_F(Output, AWrittenFileHasOrdinaryPermissionsAndKeepsALink) {
    const std::string target = file("target.mtx", "old");
    std::filesystem::create_symlink(target, path("link.mtx"));
    ASSERT_EQ(tamis({"solve", tridiagonal(), "-o", path("link.mtx")}).exit_code, 0);
    EXPECT_TRUE(std::filesystem::is_symlink(path("link.mtx")));
    EXPECT_THAT(contents(target), StartsWith("%%MatrixMarket"));
    ASSERT_EQ(tamis({"info", tridiagonal(), "--report", path("r.html")}).exit_code, 0);
    using std::filesystem::perms;
    EXPECT_NE(std::filesystem::status(path("r.html")).permissions() & perms::owner_read, perms::none);
}

TEST_F(Output, ATimeLimitEndsWithCodeThree) {
    const std::string A = poisson3d(20);
    const Outcome r = tamis({"solve", A, "--time-limit", "1ms", "-o", path("x.mtx"), "--json"});
    EXPECT_EQ(r.exit_code, 3);
    const auto j = r.json();
    EXPECT_EQ(j.at("status"), "time_limit");
    EXPECT_EQ(j.at("error").at("kind"), "time_limit");
    EXPECT_FALSE(exists(path("x.mtx")));
    EXPECT_EQ(tamis({"info", A, "--time-limit", "1ms"}).exit_code, 3);
    EXPECT_EQ(tamis({"convert", A, path("c.mtx"), "--time-limit", "1ms"}).exit_code, 3);
    EXPECT_FALSE(exists(path("c.mtx")));
    EXPECT_EQ(tamis({"info", A, "--time-limit", "2m"}).exit_code, 0);
}

TEST_F(Output, AMemoryLimitEndsWithCodeThree) {
    const std::string A = poisson3d(20);
    for (const char* limit : {"100K", "2M"}) {  // too little for the matrix, and for the factor
        const Outcome r = tamis({"solve", A, "--memory-limit", limit, "--threads", "1", "-o", path("x.mtx"), "--json"});
        EXPECT_EQ(r.exit_code, 3) << limit;
        const auto j = r.json();
        EXPECT_EQ(j.at("status"), "memory_limit");
        EXPECT_GT(j.at("error").at("predicted_bytes"), j.at("error").at("allowed_bytes"));
        EXPECT_FALSE(exists(path("x.mtx")));
    }
    EXPECT_EQ(tamis({"solve", A, "--memory-limit", "2G", "--threads", "1"}).exit_code, 0);
}

TEST_F(Output, TimeThatCannotBeInterruptedEndsAllTheSame) {
    // A pipe that nobody writes to: nothing in the library looks at a clock while it waits for it.
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(std::system(("mkfifo '" + path("never") + "'").c_str()), 0);
    const Outcome waiting = tamis({"info", path("never"), "--time-limit", "200ms", "--json"});
    EXPECT_EQ(waiting.exit_code, 3);
    EXPECT_EQ(waiting.json().at("error").at("kind"), "time_limit");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(Output, AnInterruptEndsTheProgramBySignalAndLeavesNoFile) {
    const std::string A = poisson3d(50);
    const auto before = listing();
    const Outcome r = tamis({"solve", A, "--method", "lu", "-o", path("x.mtx")}, {.while_running = [](pid_t child) {
                                std::this_thread::sleep_for(std::chrono::milliseconds(400));
                                kill(child, SIGINT);
                                std::this_thread::sleep_for(std::chrono::milliseconds(1500));
                                kill(child, SIGINT);
                            }});
    EXPECT_EQ(r.signal, SIGINT) << r.exit_code << r.out << r.err;
    EXPECT_EQ(listing(), before);
}

}  // namespace
}  // namespace tamis::test
