// The promise about malformed files: no crash, no hang, and no more memory than ten times their (decompressed) size plus 64
// MiB. Everything here runs in child processes under a limit of their address space.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <new>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <tamis/tamis.hpp>

#include "support/matrix_market_files.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAMIS_TEST_ADDRESS_SPACE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TAMIS_TEST_ADDRESS_SPACE 0
#endif
#endif
#ifndef TAMIS_TEST_ADDRESS_SPACE
#define TAMIS_TEST_ADDRESS_SPACE 1  // sanitizers reserve terabytes; with them only crashes and hangs are looked for
#endif

namespace tamis {
namespace {

using C = std::complex<double>;

constexpr int parsed = 10;
constexpr int refused = 11;
constexpr int out_of_memory = 12;
constexpr int other_exception = 13;

std::size_t address_space() {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Allows ten times `bytes` plus 64 MiB beyond what the process has now.
void limit_address_space(std::size_t bytes) {
    if (TAMIS_TEST_ADDRESS_SPACE == 0) return;
    const auto limit = static_cast<::rlim_t>(address_space() + 10 * bytes + (std::size_t{64} << 20));
    const ::rlimit both{limit, limit};
    if (::setrlimit(RLIMIT_AS, &both) != 0) std::_Exit(99);
}

/// What one reading of the text comes to.
template <class Read>
int outcome_of(Read read) {
    try {
        read();
        return parsed;
    } catch (const Error&) {
        return refused;
    } catch (const std::bad_alloc&) {
        return out_of_memory;
    } catch (...) {
        return other_exception;
    }
}

/// Runs f in a child process that dies after a minute; returns its exit status, or minus the signal that ended it.
int in_child(const std::function<int()>& f) {
    std::fflush(nullptr);
    const auto child = ::fork();
    if (child == 0) {
        ::alarm(60);
        std::_Exit(f());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

template <class Read>
void read_every_way(const std::string& text, Read check) {
    const auto stream = [&](auto read) {
        return outcome_of([&] {
            std::istringstream in(text);
            read(in);
        });
    };
    check(stream([](std::istream& in) { (void)read_matrix_market<C, std::int64_t>(in); }));
    check(stream([](std::istream& in) { (void)read_matrix_market<float, std::int32_t>(in); }));
    check(stream([](std::istream& in) { (void)read_matrix_market_coo<C, std::int64_t>(in); }));
    check(stream([](std::istream& in) { (void)read_matrix_market_dense<C>(in); }));
}

/// The team of threads and their memory pools exist before the limit is set: they are no part of any file.
void warm_up() {
    std::string text = "%%MatrixMarket matrix array real general\n800000 1\n";
    for (int k = 0; k < 800000; ++k) text += "1\n";
    std::istringstream in(text);
    (void)read_matrix_market_vector<double>(in);
}

/// Reads a malformed text from a file and from a stream within the promise.
void expect_refused_within_the_promise(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(::testing::TempDir()) / ("tamis_limits_" + std::to_string(::getpid()) + ".mtx");
    std::ofstream(path, std::ios::binary) << text;
    const auto each = [&](const char* way, const std::function<void()>& read) {
        const int status = in_child([&] {
            if (text.size() > test::mm::default_block_bytes) warm_up();  // smaller ones stay on one thread
            limit_address_space(text.size());
            return outcome_of(read);
        });
        EXPECT_EQ(status, refused) << name << ", " << way;
    };
    each("sparse, complex, int64", [&] { (void)read_matrix_market<C, std::int64_t>(path); });
    each("dense", [&] { (void)read_matrix_market_dense<C>(path); });
    if (text.size() < test::mm::default_block_bytes) {
        each("sparse, float, int32", [&] { (void)read_matrix_market<float, std::int32_t>(path); });
        each("triplets", [&] { (void)read_matrix_market_coo<C, std::int64_t>(path); });
        each("vector", [&] { (void)read_matrix_market_vector<C>(path); });
    }
    each("stream", [&] {
        std::ifstream in(path, std::ios::binary);
        (void)read_matrix_market<C, std::int64_t>(in);
    });
    std::filesystem::remove(path);
}

std::string repeated(const std::string& piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t k = 0; k < times; ++k) text += piece;
    return text;
}

TEST(MatrixMarketLimits, AreEnforcedInTheseTests) {
    if (TAMIS_TEST_ADDRESS_SPACE == 0) GTEST_SKIP() << "needs a limit of the address space";
    const auto allocate = [](std::size_t bytes) {
        return in_child([bytes] {
            limit_address_space(0);
            return outcome_of([bytes] { const std::vector<char> memory(bytes, 'x'); });
        });
    };
    EXPECT_EQ(allocate(std::size_t{60} << 20), parsed);
    EXPECT_EQ(allocate(std::size_t{70} << 20), out_of_memory);
}

TEST(MatrixMarketLimits, TakesNothingForWhatAHeaderPromises) {
    const std::string banner = "%%MatrixMarket matrix ";
    for (const char* head :
         {"coordinate real general\n2000000000 2000000000 2000000000\n",
          "coordinate real general\n1000000000000 1000000000000 1000000000000\n",
          "coordinate complex hermitian\n2000000000 2000000000 2000000000\n",
          "coordinate pattern symmetric\n2000000000 2000000000 2000000000\n", "array real general\n1000000 1000000\n",
          "array complex hermitian\n1000000000 1000000000\n", "array real general\n1000000000000 1\n",
          "coordinate integer skew-symmetric\n9223372036854775806 9223372036854775806 9223372036854775806\n"}) {
        expect_refused_within_the_promise(head, banner + head);
        expect_refused_within_the_promise(head, banner + head + "1 1\n");
    }
}

TEST(MatrixMarketLimits, StaysWithinTheRealSizeOfLargeMalformedFiles) {
    constexpr std::size_t million = TAMIS_TEST_ADDRESS_SPACE != 0 ? 1000000 : 100000;
    const std::string banner = "%%MatrixMarket matrix ";
    const std::string sizes = "\n9 9 99999999\n";
    expect_refused_within_the_promise("patterns",
                                      banner + "coordinate pattern general" + sizes + repeated("1 1\n", 4 * million) + "x");
    expect_refused_within_the_promise(
        "symmetric patterns", banner + "coordinate pattern symmetric" + sizes + repeated("2 1\n", 4 * million) + "x");
    expect_refused_within_the_promise("reals",
                                      banner + "coordinate real general" + sizes + repeated("1 1 1\n", 3 * million) + "x");
    expect_refused_within_the_promise("reals between blank lines",
                                      banner + "coordinate real general" + sizes + repeated("1 1 1\n\n", 3 * million) + "x");
    expect_refused_within_the_promise(
        "complex numbers", banner + "coordinate complex general" + sizes + repeated("1 1 1 1\n", 2 * million) + "x");
    expect_refused_within_the_promise("an array",
                                      banner + "array real general\n99999999 1\n" + repeated("1\n", 6 * million) + "x");
    expect_refused_within_the_promise("a complex array",
                                      banner + "array complex general\n99999999 1\n" + repeated("1 1\n", 4 * million) + "x");
    expect_refused_within_the_promise("too few",
                                      banner + "coordinate pattern general" + sizes + repeated("1 1\n", 4 * million));
    expect_refused_within_the_promise("too many",
                                      banner + "coordinate pattern general\n9 9 1000000\n" + repeated("1 1\n", 4 * million));
    expect_refused_within_the_promise("newlines",
                                      banner + "coordinate complex general" + sizes + repeated("\n", 12 * million));
    expect_refused_within_the_promise("newlines without a size",
                                      banner + "coordinate complex general\n" + repeated("\n", 12 * million));
    expect_refused_within_the_promise("one line", banner + "coordinate real general" + sizes + repeated("1", 12 * million));
    expect_refused_within_the_promise("one number",
                                      banner + "array real general\n2 1\n" + repeated("1", 12 * million) + "D1");
    expect_refused_within_the_promise("a banner that does not end", "%%MatrixMarket matrix " + repeated("x", 12 * million));
    expect_refused_within_the_promise("a comment that does not end",
                                      banner + "array real general\n%" + repeated("x", 12 * million));
    expect_refused_within_the_promise("comments", banner + "array real general\n" + repeated("%\n", 6 * million));
    expect_refused_within_the_promise("zeros", std::string(12 * million, '\0'));
}

TEST(MatrixMarketLimits, CountsDecompressedBytes) {
    constexpr std::size_t million = 1000000;
    const std::string text =
        "%%MatrixMarket matrix coordinate real general\n9 9 99999999\n" + repeated("1 1 1\n", 2 * million);
    for (const auto kind : {test::mm::Compression::gzip, test::mm::Compression::zstd}) {
        const auto bytes = test::compressed(text, kind);
        ASSERT_LT(bytes.size(), text.size() / 50);
        const int status = in_child([&] {
            warm_up();
            limit_address_space(text.size());
            return outcome_of([&] {
                std::istringstream in(bytes);
                (void)read_matrix_market<C, std::int64_t>(in);
            });
        });
        EXPECT_EQ(status, refused);
    }
}

TEST(MatrixMarketLimits, SaysThatAValidMatrixDoesNotFitIntoMemory) {
    const std::string text = "%%MatrixMarket matrix coordinate real general\n2000000000 2000000000 1\n1 1 1\n";
    const auto status = [&](const std::function<void(std::istream&)>& read) {
        return in_child([&] {
            limit_address_space(text.size());
            std::istringstream in(text);
            try {
                read(in);
                return parsed;
            } catch (const MemoryLimitExceeded&) {
                return refused;
            } catch (...) {
                return other_exception;
            }
        });
    };
    // Under sanitizers the address space has no limit, and the rows alone do fit into memory.
    if (TAMIS_TEST_ADDRESS_SPACE != 0) {
        EXPECT_EQ(status([](std::istream& in) { (void)read_matrix_market<double>(in); }), refused);
    }
    EXPECT_EQ(status([](std::istream& in) { (void)read_matrix_market_dense<double>(in); }), refused);
}

/// Every mutation of a text: cut off anywhere, each bit flipped, each line twice or left out, bytes replaced at random.
/// Under sanitizers, where each takes milliseconds, one bit a byte and fewer at random.
template <class Visit>
void for_each_mutation(const std::string& text, Visit visit) {
    constexpr bool all = TAMIS_TEST_ADDRESS_SPACE != 0;
    for (std::size_t n = 0; n < text.size(); ++n) visit(text.substr(0, n));
    for (std::size_t n = 0; n < text.size(); ++n)
        for (std::size_t bit = 0; bit < 8; ++bit) {
            if (!all && bit != n % 8) continue;
            auto changed = text;
            changed[n] = static_cast<char>(changed[n] ^ (1 << bit));
            visit(changed);
        }
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        visit(text.substr(0, end) + text.substr(begin));
        visit(text.substr(0, begin) + text.substr(end));
        begin = end;
    }
    std::mt19937 generator(7);
    constexpr const char* bytes = "0123456789+-.eEdDnaif% \t\r\n\xff";
    for (int k = 0; k < (all ? 300 : 60); ++k) {
        auto changed = text;
        for (int times = 0; times < 3; ++times) changed[generator() % changed.size()] = bytes[generator() % 27];
        changed.insert(generator() % changed.size(), 1, bytes[generator() % 27]);
        visit(changed);
    }
}

/// A digit may become a size of gigabytes that this machine happens to hold: nothing to read where no limit refuses it.
bool is_too_large_without_a_limit(const std::string& text) {
    if (TAMIS_TEST_ADDRESS_SPACE != 0) return false;
    try {
        std::istringstream in(text);
        const auto info = matrix_market_info(in);
        return static_cast<double>(info.rows) + static_cast<double>(info.rows) * static_cast<double>(info.cols) > 1e7;
    } catch (const Error&) {
        return false;
    }
}

class MatrixMarketMutations : public ::testing::TestWithParam<test::CorpusFile> {};

TEST_P(MatrixMarketMutations, AreReadOrRefused) {
    const auto text = GetParam().text();
    const int status = in_child([&] {
        limit_address_space(text.size());
        int worst = 0;
        for_each_mutation(text, [&](const std::string& changed) {
            if (is_too_large_without_a_limit(changed)) return;
            read_every_way(changed, [&](int outcome) {
                if (outcome == parsed || outcome == refused) return;
                std::fprintf(stderr, "outcome %d of:\n%s\n", outcome, changed.c_str());
                worst = outcome;
            });
        });
        return worst;
    });
    EXPECT_EQ(status, 0);
}

std::vector<test::CorpusFile> small_files() {
    auto files = test::corpus("valid");
    for (auto& file : test::corpus("permissive")) files.push_back(file);
    std::erase_if(files, [](const test::CorpusFile& file) { return file.text().size() > 300; });
    return files;
}

INSTANTIATE_TEST_SUITE_P(Corpus, MatrixMarketMutations, ::testing::ValuesIn(small_files()),
                         [](const auto& info) { return info.param.path.stem().string(); });

}  // namespace
}  // namespace tamis
