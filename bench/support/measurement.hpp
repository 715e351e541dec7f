// One measurement as one line of JSON, the form that bench/run.py and bench/compare.py read. No dependency on tamis, so that
// every contender can use it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// Seconds that f takes.
template <class F>
double seconds(F&& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A field of /proc/self/status in bytes: "VmRSS:" is what the process holds, "VmHWM:" the most it ever held. 0 where the
/// system does not say.
inline std::int64_t memory_of_process(const std::string& field) {
    std::ifstream in("/proc/self/status");
    for (std::string word; in >> word;)
        if (word == field && in >> word) return 1024 * std::stoll(word);
    return 0;
}

/// Seconds that f takes, and by how much its first run raised the process's memory at its peak. What is quick is run up to
/// 30 times within half a second, and the median counts: a first run measures the loading of code and pages.
struct Cost {
    double seconds = 0;
    std::int64_t peak_bytes = 0;
};
template <class F>
Cost cost(F&& f) {
    const auto before = memory_of_process("VmRSS:");
    std::vector<double> times{seconds(f)};
    const auto peak = memory_of_process("VmHWM:") - before;
    for (double total = times[0]; times.size() < 30 && total + times[0] < 0.5; total += times.back())
        times.push_back(seconds(f));
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return {times[times.size() / 2], peak};
}

/// Prints one measurement with its memory and the choice that was made, such as an ordering.
inline void report(const std::string& operation, const std::string& problem, const std::string& contender, int threads,
                   const Cost& cost, const std::string& choice, const std::map<std::string, double>& checks) {
    std::printf(
        R"({"operation": "%s", "problem": "%s", "contender": "%s", "threads": %d, "seconds": [%.9g], "peak_bytes": %lld, )"
        R"("choice": "%s", "checks": {)",
        operation.c_str(), problem.c_str(), contender.c_str(), threads, cost.seconds,
        static_cast<long long>(cost.peak_bytes), choice.c_str());
    const char* separator = "";
    for (const auto& [name, value] : checks) {
        std::printf("%s\"%s\": %.17g", separator, name.c_str(), value);
        separator = ", ";
    }
    std::printf("}}\n");
}

/// Prints one measurement. `checks` are numbers that must agree between contenders, such as a count or a residual.
inline void report(const std::string& operation, const std::string& problem, const std::string& contender, int threads,
                   double seconds, std::int64_t bytes, const std::map<std::string, double>& checks) {
    std::printf(
        R"({"operation": "%s", "problem": "%s", "contender": "%s", "threads": %d, "seconds": [%.9g], "bytes": %lld, )",
        operation.c_str(), problem.c_str(), contender.c_str(), threads, seconds, static_cast<long long>(bytes));
    std::printf("\"checks\": {");
    const char* separator = "";
    for (const auto& [name, value] : checks) {
        std::printf("%s\"%s\": %.17g", separator, name.c_str(), value);
        separator = ", ";
    }
    std::printf("}}\n");
}

}  // namespace bench
