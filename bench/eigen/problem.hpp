// What the contenders of this operation share: the problem, how often it is solved, how an answer is judged, and the line
// that is printed. No dependency on tamis.
//
// A contender is called as CONTENDER TASK PROBLEM FILE KIND END VARIANT: KIND is that of generate.cpp with its size, such as
// poisson3d:64; END is smallest, largest or singular (the largest singular values).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/compressed_matrix.hpp"
#include "support/measurement.hpp"

namespace bench {

/// How many pairs are wanted.
inline constexpr std::int64_t wanted = 10;
/// The goal: ‖A v − λ v‖ ≤ goal ‖A‖.
inline constexpr double goal = 1e-8;
/// A method's own residual and its estimate of ‖A‖ differ from the true ones, of which so much is let pass.
inline constexpr double slack = 2.0;

enum class End { smallest, largest, singular };

struct Problem : CompressedMatrix {
    std::string name;
    std::string kind;
    std::int64_t size = 0;
    End end = End::smallest;
    std::string variant;
};

inline Problem read_problem(int argc, char** argv) {
    if (argc != 7) throw std::runtime_error("usage: CONTENDER TASK PROBLEM FILE KIND:SIZE END VARIANT");
    Problem P;
    static_cast<CompressedMatrix&>(P) = read_compressed(argv[3], Compressed::rows);
    P.name = argv[2];
    const std::string kind = argv[4];
    P.kind = kind.substr(0, kind.find(':'));
    P.size = std::stoll(kind.substr(kind.find(':') + 1));
    const std::string end = argv[5];
    P.end = end == "smallest" ? End::smallest : end == "largest" ? End::largest : End::singular;
    P.variant = argv[6];
    return P;
}

/// y = A x.
inline void product(const CompressedMatrix& A, const double* x, double* y) {
    for (std::int64_t i = 0; i < A.rows; ++i) {
        double sum = 0;
        for (auto k = static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i) + 1]); ++k)
            sum += A.values[k] * x[A.indices[k]];
        y[i] = sum;
    }
}
/// y = Aᵀ x.
inline void product_transposed(const CompressedMatrix& A, const double* x, double* y) {
    std::fill_n(y, A.cols, 0.0);
    for (std::int64_t i = 0; i < A.rows; ++i)
        for (auto k = static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i) + 1]); ++k)
            y[A.indices[k]] += A.values[k] * x[i];
}
inline double norm(const std::vector<double>& x) {
    double sum = 0;
    for (const double v : x) sum += v * v;
    return std::sqrt(sum);
}

/// ‖A‖₂ from below, by power steps on AᵀA.
inline double norm_of(const CompressedMatrix& A) {
    std::vector<double> x(static_cast<std::size_t>(A.cols)), y(static_cast<std::size_t>(A.rows));
    std::uint64_t state = 7;
    for (double& v : x) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        v = static_cast<double>(state >> 40) / static_cast<double>(1 << 24) - 0.5;
    }
    double result = 0;
    for (int k = 0; k < 20; ++k) {
        const double size = norm(x);
        for (double& v : x) v /= size;
        product(A, x.data(), y.data());
        result = std::max(result, norm(y));
        product_transposed(A, y.data(), x.data());
    }
    return result;
}

/// The wanted eigenvalues where they are known, ascending; empty otherwise.
inline std::vector<double> known_values(const Problem& P) {
    if (P.end == End::singular || (P.kind != "poisson2d" && P.kind != "poisson3d")) return {};
    const auto n = P.size;
    std::vector<double> line;
    for (std::int64_t i = 1; i <= n; ++i) {
        const double s = std::sin(static_cast<double>(i) * std::numbers::pi / (2.0 * static_cast<double>(n + 1)));
        line.push_back(4 * s * s);
    }
    if (P.end == End::largest) std::reverse(line.begin(), line.end());
    // Of every dimension the first few suffice.
    line.resize(static_cast<std::size_t>(std::min<std::int64_t>(n, wanted)));
    std::vector<double> all;
    for (const double a : line)
        for (const double b : line)
            if (P.kind == "poisson2d") all.push_back(a + b);
            else
                for (const double c : line) all.push_back(a + b + c);
    std::sort(all.begin(), all.end());
    if (P.end == End::largest) return {all.end() - wanted, all.end()};
    return {all.begin(), all.begin() + wanted};
}

/// One answer: the values in any order and the vectors (columns; for singular values the right ones, and the left ones).
struct Answer {
    double seconds = 0;
    std::int64_t products = 0;
    std::vector<double> values;
    std::vector<double> vectors;
    std::vector<double> left;
};

/// The largest ‖A v − λ v‖ / ‖v‖ over ‖A‖ (of singular triplets of ‖A v − σ u‖).
inline double largest_residual(const Problem& P, const Answer& a) {
    const double scale = norm_of(P);
    std::vector<double> y(static_cast<std::size_t>(P.rows));
    double largest = 0;
    for (std::size_t j = 0; j < a.values.size(); ++j) {
        const double* const v = a.vectors.data() + j * static_cast<std::size_t>(P.cols);
        const double* const u = P.end == End::singular ? a.left.data() + j * static_cast<std::size_t>(P.rows) : v;
        product(P, v, y.data());
        double sum = 0, size = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double r = y[i] - a.values[j] * u[i];
            sum += r * r;
            size += u[i] * u[i];
        }
        const double residual = std::sqrt(sum / size);
        largest = residual <= largest ? largest : residual;
    }
    return largest / scale;
}

/// How many of the known values are not among the answer's (0 where none are known).
inline int missed(const Problem& P, std::vector<double> values) {
    const auto known = known_values(P);
    std::sort(values.begin(), values.end());
    int count = 0;
    std::size_t at = 0;
    for (const double value : known) {
        const double tolerance = 1e-9 * std::abs(known.back()) + 1e-6 * std::abs(value - known.front());
        while (at < values.size() && values[at] < value - tolerance) ++at;
        if (at < values.size() && std::abs(values[at] - value) <= tolerance) ++at;
        else ++count;
    }
    return count;
}

/// Runs it until there are enough times; the first counts as well where it took long.
template <class F>
std::vector<double> repeat(Answer& answer, F&& run) {
    answer = run();
    if (answer.seconds > 1) return {answer.seconds};
    std::vector<double> times;
    for (int k = 0; k < 2; ++k) {
        answer = run();
        times.push_back(answer.seconds);
    }
    return times;
}

inline void report(const Problem& P, const std::string& contender, int threads, const std::vector<double>& times,
                   const Answer& answer, bool says_converged, const std::string& choice = "") {
    const double residual = answer.values.empty() ? 1.0 : largest_residual(P, answer);
    const int missing = missed(P, answer.values);
    const bool all = static_cast<std::int64_t>(answer.values.size()) >= wanted;
    std::printf(R"({"operation": "eigen", "problem": "%s", "contender": "%s", "threads": %d, "seconds": [)", P.name.c_str(),
                contender.c_str(), threads);
    for (std::size_t k = 0; k < times.size(); ++k) std::printf("%s%.9g", k == 0 ? "" : ", ", times[k]);
    const auto [low, high] = answer.values.empty()
                                 ? std::pair(0.0, 0.0)
                                 : std::pair(*std::min_element(answer.values.begin(), answer.values.end()),
                                             *std::max_element(answer.values.begin(), answer.values.end()));
    std::printf(R"(], "iterations": %lld, "choice": "%s%s", "solved": %s, )", static_cast<long long>(answer.products),
                choice.c_str(), missing > 0 ? (", missed " + std::to_string(missing)).c_str() : "",
                all && residual <= slack * goal && missing == 0 ? "true" : "false");
    std::printf(R"("claims": %s, "missed": %d, "checks": {"relative_residual": %.3g, "lowest": %.10g, "highest": %.10g}})"
                "\n",
                says_converged ? "true" : "false", missing, residual, low, high);
}

}  // namespace bench
