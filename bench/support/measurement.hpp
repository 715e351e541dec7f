// One measurement as one line of JSON, the form that bench/run.py and bench/compare.py read. No dependency on tamis, so that
// every contender can use it.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

namespace bench {

/// Seconds that f takes.
template <class F>
double seconds(F&& f) {
    const auto start = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
