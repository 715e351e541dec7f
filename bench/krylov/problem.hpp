// What the contenders of this operation share. No dependency on tamis.
//
// A contender is called as CONTENDER TASK PROBLEM FILE, where TASK is a method and what is measured: cg:200 is the seconds
// of an iteration in a solve of 200 (none reaches its goal), cg:solve a solve to a relative residual of 1e-8. Methods: cg,
// cg_jacobi (with the diagonal as preconditioner), minres, gmres (restarted after 30) and bicgstab.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/compressed_matrix.hpp"
#include "support/measurement.hpp"

namespace bench {

struct System : CompressedMatrix {
    std::string task;
    std::string name;
    std::string method;
    std::int64_t iterations = 0;  ///< 0: a solve
    std::vector<double> b;

    bool is_solve() const { return iterations == 0; }
    double tolerance() const { return is_solve() ? 1e-8 : 1e-200; }
    std::int64_t most_iterations() const { return is_solve() ? 20000 : iterations; }

    /// What an iteration of cg with a diagonal preconditioner has to move, each vector once in each of the three passes that
    /// its two sums leave: q = A p and pᵀq (A, p, q); r and rᵀDr (q, r twice, D); x and p (p and x twice, r, D).
    double matrix_bytes() const { return 12.0 * static_cast<double>(values.size()) + 4.0 * static_cast<double>(rows + 1); }
    double vector_bytes() const { return 8.0 * (2 + 4 + 6) * static_cast<double>(rows); }
    /// 0 for other methods.
    double bytes_of_iteration() const { return method == "cg_jacobi" ? matrix_bytes() + vector_bytes() : 0; }
};

/// Random numbers between 0 and 1.
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
    if (argc < 4) throw std::runtime_error("usage: CONTENDER METHOD:ITERATIONS|METHOD:solve PROBLEM FILE");
    System S;
    static_cast<CompressedMatrix&>(S) = read_compressed(argv[3], Compressed::rows);
    S.task = argv[1];
    S.name = argv[2];
    const auto colon = S.task.find(':');
    S.method = S.task.substr(0, colon);
    const std::string what = S.task.substr(colon + 1);
    S.iterations = what == "solve" ? 0 : std::stoll(what);
    S.b = right_hand_side(S.rows);
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

/// What run(x) did: seconds and iterations.
struct Run {
    double seconds = 0;
    std::int64_t iterations = 0;
};

/// Runs it once for code and pages, then three times; those that took long only once.
template <class F>
std::vector<Run> repeat(std::vector<double>& x, F&& run) {
    const Run first = run(x);
    std::vector<Run> runs;
    for (int k = first.seconds > 3 ? 1 : 3; k > 0; --k) runs.push_back(run(x));
    return runs;
}

inline void report(const System& S, const std::string& contender, int threads, const std::vector<Run>& runs,
                   const std::vector<double>& x) {
    std::printf(R"({"operation": "krylov %s%s", "problem": "%s", "contender": "%s", "threads": %d, "seconds": [)",
                S.method.c_str(), S.is_solve() ? " to 1e-8" : ", an iteration", S.name.c_str(), contender.c_str(), threads);
    for (std::size_t k = 0; k < runs.size(); ++k)
        std::printf("%s%.9g", k == 0 ? "" : ", ",
                    runs[k].seconds / static_cast<double>(S.is_solve() ? 1 : runs[k].iterations));
    const double residual = relative_residual(S, x.data());
    const bool done = S.is_solve() ? residual <= 1.05e-8 : runs.back().iterations > 0;
    std::printf(R"(], "bytes": %.0f, "iterations": %lld, "solved": %s, "checks": {"relative_residual": %.4g}})"
                "\n",
                S.is_solve() ? 0.0 : S.bytes_of_iteration(), static_cast<long long>(runs.back().iterations),
                done ? "true" : "false", residual);
}

}  // namespace bench
