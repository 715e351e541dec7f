// Runs the built program tamis as a user would, and catches all that it says.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tamis::test {

struct Outcome {
    int exit_code = -1;  ///< -1 if a signal ended it
    int signal = 0;
    std::string out;
    std::string err;

    /// Standard output as exactly one JSON object.
    [[nodiscard]] nlohmann::json json() const;
};

struct RunOptions {
    std::string input{};                         ///< standard input
    std::vector<std::string> environment{};      ///< "NAME=value", added
    std::string out_path{};                      ///< standard output goes there instead of into `out`
    bool terminal = false;                       ///< standard output and error are a terminal; both land in `out`
    std::function<void(pid_t)> while_running{};  ///< called once after the start
    std::filesystem::path folder{};              ///< working directory
    long address_space = 0;                      ///< RLIMIT_AS in bytes; 0: none
};

Outcome tamis(const std::vector<std::string>& arguments, const RunOptions& options = {});

/// A fresh folder a test, removed after it, and a few files in it.
class CliTest : public ::testing::Test {
  public:
    CliTest();
    ~CliTest() override;

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// Writes a file and returns its path.
    std::string file(const std::string& name, const std::string& contents) const;
    [[nodiscard]] static std::string contents(const std::string& path);
    [[nodiscard]] static bool exists(const std::string& path);
    /// Names in the folder, sorted: what is left over after a failure.
    [[nodiscard]] std::vector<std::string> listing() const;

    /// 3×3, symmetric positive definite, stored as its lower triangle; A·1 = (1, 0, 1).
    [[nodiscard]] std::string tridiagonal() const;
    /// 2×2, unsymmetric; A = (1 2; 3 4).
    [[nodiscard]] std::string small_general() const;
    /// 2×2 with a zero column.
    [[nodiscard]] std::string singular() const;
    /// 2×2, complex general: (1+i 0; 0 2).
    [[nodiscard]] std::string complex_diagonal() const;

  private:
    std::filesystem::path folder_;
};

/// The numbers of an array file's body, one a line; a complex entry gives two.
std::vector<double> array_values(const std::string& text);

/// Decompressed contents of a .gz file.
std::string gunzip(const std::string& path);
/// Writes a .gz file.
void gzip(const std::string& path, const std::string& text);

}  // namespace tamis::test
