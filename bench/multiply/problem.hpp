// What all contenders share: the matrix (compressed rows, support/compressed_matrix.hpp), the vectors, the repetitions, and
// the line that is printed. No dependency on tamis.
//
// A contender is called as CONTENDER TASK PROBLEM FILE, where TASK is a product and a thread count: Ax:1, Ax:all, ATx:…,
// AX_row:… and AX_col:… (8 columns, row- or column-major). tuned:… is Ax for whoever may lay the matrix out before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/compressed_matrix.hpp"
#include "support/measurement.hpp"

namespace bench {

struct Problem : CompressedMatrix {
    std::string product;
    std::string name;
    int threads = 1;
    bool all_threads = false;

    static constexpr std::int64_t block = 8;  // columns of AX

    std::int64_t entries() const { return static_cast<std::int64_t>(values.size()); }
    bool by_rows_of_a_vector() const { return product == "Ax" || product == "tuned"; }
    std::int64_t columns() const { return product.starts_with("AX") ? block : 1; }
    /// Every byte once: the matrix, the operand and the result.
    std::int64_t bytes() const { return 12 * entries() + 4 * rows + 8 * columns() * (rows + cols); }

    /// The operand for n rows: numbers around 1 without a pattern that a cache could like.
    std::vector<double> operand(std::int64_t n) const {
        std::vector<double> x(static_cast<std::size_t>(n * columns()));
        std::uint64_t state = 1;
        for (double& value : x) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            value = 0.5 + static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
        }
        return x;
    }
};

inline int all_threads() {
    for (const char* variable : {"TAMIS_NUM_THREADS", "OMP_NUM_THREADS"})
        if (const char* text = std::getenv(variable))
            if (const int n = std::atoi(text); n > 0) return n;
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

inline Problem read_problem(int argc, char** argv) {
    if (argc < 4) throw std::runtime_error("usage: CONTENDER PRODUCT:THREADS PROBLEM FILE");
    Problem A;
    const std::string task = argv[1];
    const auto colon = task.find(':');
    A.product = task.substr(0, colon);
    A.all_threads = task.substr(colon + 1) == "all";
    A.threads = A.all_threads ? all_threads() : 1;
    A.name = argv[2];
    static_cast<CompressedMatrix&>(A) = read_compressed(argv[3], Compressed::rows);
    return A;
}

/// Seconds of each of many repetitions: at least 7, then as many as fit into half a second, at most 1000. What is quicker
/// than 50 microseconds is repeated within one measurement. The first two runs are not counted.
template <class F>
std::vector<double> repeat(F&& f) {
    f();
    const double once = std::max(seconds(f), 1e-9);
    const int inner = std::max(1, static_cast<int>(5e-5 / once));
    std::vector<double> times;
    for (double total = 0; times.size() < 7 || (total < 0.5 && times.size() < 1000); total += times.back() * inner)
        times.push_back(seconds([&] {
                            for (int i = 0; i < inner; ++i) f();
                        }) /
                        inner);
    return times;
}

/// Prints the measurement; `sum` is Σ y_i of the result (over all columns), which must agree.
inline void report(const Problem& A, const std::string& contender, const std::vector<double>& times, double sum) {
    std::printf(R"({"operation": "%s, %s", "problem": "%s", "contender": "%s", "threads": %d, "bytes": %lld, )",
                A.product.c_str(), A.all_threads ? "all threads" : "1 thread", A.name.c_str(), contender.c_str(), A.threads,
                static_cast<long long>(A.bytes()));
    std::printf(R"("seconds": [)");
    for (std::size_t i = 0; i < times.size(); ++i) std::printf("%s%.9g", i == 0 ? "" : ", ", times[i]);
    std::printf(R"(], "checks": {)");
    if (sum == sum) std::printf(R"("sum": %.17g)", sum);
    std::printf("}}\n");
}

template <class Values>
double sum_of(const Values& y) {
    double sum = 0;
    for (const double value : y) sum += value;
    return sum;
}

}  // namespace bench
