// What the contenders of this operation share: the linear system, how often it is solved, and the line that is printed. No
// dependency on tamis.
//
// A contender is called as CONTENDER TASK PROBLEM FILE KIND VARIANT. KIND says what one would tell a user's code of the
// problem: elliptic2d, elliptic3d, elasticity (with the rigid body modes in FILE.modes), convection, graph.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/compressed_matrix.hpp"
#include "support/measurement.hpp"

namespace bench {

/// The goal: ‖b − A x‖ ≤ goal ‖b‖.
inline constexpr double goal = 1e-8;
/// A recurrence's residual drifts from the true one, of which so much is let pass.
inline constexpr double slack = 1.05;

struct System : CompressedMatrix {
    std::string name;
    std::string kind;
    std::string variant;
    std::vector<double> b;
    std::vector<double> modes;  // rows × 6, row after row; empty unless the kind is elasticity
    static constexpr int mode_count = 6;
};

/// b has random numbers between 0 and 1: smooth and rough parts alike.
inline std::vector<double> right_hand_side(std::int64_t n) {
    std::vector<double> b(static_cast<std::size_t>(n));
    std::uint64_t state = 1;
    for (double& value : b) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        value = static_cast<double>(state >> 40) / static_cast<double>(1 << 24);
    }
    return b;
}

inline System read_system(int argc, char** argv) {
    if (argc != 6) throw std::runtime_error("usage: CONTENDER TASK PROBLEM FILE KIND VARIANT");
    System S;
    static_cast<CompressedMatrix&>(S) = read_compressed(argv[3], Compressed::rows);
    S.name = argv[2];
    S.kind = argv[4];
    S.variant = argv[5];
    S.b = right_hand_side(S.rows);
    if (S.kind == "elasticity") {
        S.modes.resize(static_cast<std::size_t>(S.rows * System::mode_count));
        std::ifstream in(std::string(argv[3]) + ".modes", std::ios::binary);
        if (!in.read(reinterpret_cast<char*>(S.modes.data()), static_cast<std::streamsize>(S.modes.size() * sizeof(double))))
            throw std::runtime_error(std::string("cannot read ") + argv[3] + ".modes");
    }
    return S;
}

/// ‖b − A x‖ / ‖b‖.
inline double relative_residual(const System& S, const double* x) {
    double residual = 0;
    double scale = 0;
    for (std::size_t i = 0; i < S.b.size(); ++i) {
        double r = S.b[i];
        for (auto k = static_cast<std::size_t>(S.offsets[i]); k < static_cast<std::size_t>(S.offsets[i + 1]); ++k)
            r -= S.values[k] * x[S.indices[k]];
        residual += r * r;
        scale += S.b[i] * S.b[i];
    }
    return std::sqrt(residual / scale);
}

/// One solution of the system.
struct Run {
    double setup = 0;
    double solve = 0;
    std::int64_t iterations = 0;
    double memory = 0;  ///< bytes of the preconditioner over those of A; 0 where it cannot tell
};

/// How many runs count after one that loads code and pages and took so many seconds.
inline int runs_after(double first) {
    return first > 2 ? 1 : 2;
}

/// Runs it: run(x) solves S from 0. The first run is not counted.
template <class F>
std::vector<Run> repeat(std::vector<double>& x, F&& run) {
    const Run first = run(x);
    std::vector<Run> runs;
    for (int k = runs_after(first.setup + first.solve); k > 0; --k) runs.push_back(run(x));
    return runs;
}

inline void print_times(const char* name, const std::vector<Run>& runs, double (*of)(const Run&)) {
    std::printf("\"%s\": [", name);
    const char* separator = "";
    for (const Run& run : runs) {
        std::printf("%s%.9g", separator, of(run));
        separator = ", ";
    }
    std::printf("]");
}

inline void report(const System& S, const std::string& contender, int threads, const std::vector<Run>& runs,
                   const std::vector<double>& x, const std::string& choice = "") {
    const double residual = relative_residual(S, x.data());
    std::printf(R"({"operation": "amg", "problem": "%s", "contender": "%s", "threads": %d, )", S.name.c_str(),
                contender.c_str(), threads);
    print_times("seconds", runs, [](const Run& run) { return run.setup + run.solve; });
    std::printf(R"(, "phases": {)");
    print_times("set-up", runs, [](const Run& run) { return run.setup; });
    std::printf(", ");
    print_times("solution", runs, [](const Run& run) { return run.solve; });
    std::printf(R"(}, "iterations": %lld, )", static_cast<long long>(runs.back().iterations));
    if (runs.back().memory > 0) std::printf(R"("memory": %.4g, )", runs.back().memory);
    std::printf(R"("choice": "%s", "solved": %s, "checks": {"relative_residual": %.4g}})"
                "\n",
                choice.c_str(), residual <= slack * goal ? "true" : "false", residual);
}

/// Bytes of A as compressed rows.
inline double bytes_of_matrix(const System& S) {
    return 12.0 * static_cast<double>(S.values.size()) + 4.0 * static_cast<double>(S.rows + 1);
}

}  // namespace bench
