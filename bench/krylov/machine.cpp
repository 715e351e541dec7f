// bench_krylov_machine METHOD:ITERATIONS PROBLEM FILE: what the machine could do in that minute, the time that the bytes of
// an iteration of cg with a diagonal preconditioner take (problem.hpp counts them), so that this contender's ratio is the
// share of the limit that tamis reaches. The matrix is read at the speed of a plain sum, the vectors move at that of a triad
// in place, a_i = a_i + s b_i; both over as many bytes as an iteration touches, so that both find as much in the caches.
#include <iostream>
#include <limits>

#include <omp.h>

#include "krylov/problem.hpp"

namespace {

volatile double sink;

double read(const std::vector<double>& a) {
    const auto n = static_cast<std::int64_t>(a.size());
    const double* const p = a.data();
    double total = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : total)
    for (std::int64_t i = 0; i < n; ++i) total += p[i];
    return total;
}

void triad(std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<std::int64_t>(a.size());
    double* const p = a.data();
    const double* const q = b.data();
#pragma omp parallel for simd schedule(static)
    for (std::int64_t i = 0; i < n; ++i) p[i] += 3.0 * q[i];
}

/// The median of many.
template <class F>
double median_seconds(F&& f) {
    f();
    std::vector<double> times;
    for (double total = 0; times.size() < 200 && (times.size() < 9 || total < 0.5); total += times.back())
        times.push_back(bench::seconds(f));
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        // Five vectors, and the matrix between them.
        const auto touched = static_cast<std::size_t>((S.matrix_bytes() + 40.0 * static_cast<double>(S.rows)) / 8);
        std::vector<double> a(touched, 1.0);
        const double of_sum = median_seconds([&] { sink = read(a); });
        a.resize(touched / 2);
        const std::vector<double> b(touched / 2, 1.0);
        const double of_triad = median_seconds([&] { triad(a, b); });
        const double of_matrix = of_sum * S.matrix_bytes() / (8.0 * static_cast<double>(touched));
        const double of_vectors = of_triad * S.vector_bytes() / (24.0 * static_cast<double>(a.size()));
        std::printf(R"({"operation": "krylov %s, an iteration", "problem": "%s", "contender": "machine", "threads": %d, )",
                    S.method.c_str(), S.name.c_str(), omp_get_max_threads());
        std::printf(R"("seconds": [%.9g], "bytes": %.0f, "choice": "%.3g GB/s read, %.3g GB/s triad", "checks": {}})"
                    "\n",
                    of_matrix + of_vectors, S.bytes_of_iteration(), 1e-9 * S.matrix_bytes() / of_matrix,
                    1e-9 * S.vector_bytes() / of_vectors);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
