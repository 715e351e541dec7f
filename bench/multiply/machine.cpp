// bench_multiply_machine PRODUCT:THREADS PROBLEM FILE LIMIT; what the machine could do in that minute. The time that the
// bytes of the product take, so that this contender's ratio is the share of the limit that tamis reaches:
//
//     read     12 bytes an entry of the matrix, read by a plain sum
//     ahead    the same, with the cache lines asked for 8 KiB before (more lines on their way than the hardware asks for)
//     triad    all bytes of the product by a_i = b_i + s c_i, counted without the reading of what is overwritten
//
// The arrays are as large as all that the product touches, so that both find as much of it in the caches.
#include <limits>

#include "multiply/problem.hpp"

namespace {

template <bool Ahead>
double sum(const double* a, std::int64_t n) {
    double s[16] = {};
    std::int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        if constexpr (Ahead) {
            __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(a + i) + 8192));
            __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(a + i) + 8256));
        }
        for (int u = 0; u < 16; ++u) s[u] += a[i + u];
    }
    double total = 0;
    for (int u = 0; u < 16; ++u) total += s[u];
    for (; i < n; ++i) total += a[i];
    return total;
}

volatile double sink;

template <bool Ahead>
void read(const std::vector<double>& a, int threads) {
    const auto n = static_cast<std::int64_t>(a.size());
    double total = 0;
#pragma omp parallel for num_threads(threads) schedule(static, 1) reduction(+ : total) if (threads > 1)
    for (int t = 0; t < threads; ++t) {
        const std::int64_t begin = n * t / threads;
        total += sum<Ahead>(a.data() + begin, n * (t + 1) / threads - begin);
    }
    sink = total;
}

void triad(std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& c, int threads) {
    const auto n = static_cast<std::int64_t>(a.size());
    double* p = a.data();
    const double* q = b.data();
    const double* r = c.data();
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (std::int64_t i = 0; i < n; ++i) p[i] = q[i] + 3.0 * r[i];
}

void run(const bench::Problem& P, const std::string& limit) {
    const double of_entries = 12.0 * static_cast<double>(P.entries());
    const auto n = static_cast<std::size_t>(P.bytes() / 8) + 16;
    std::vector<double> a(n, 1.0);
    std::vector<double> times;
    double factor = 1;
    if (limit == "triad") {
        const std::vector<double> b(n / 3 + 1, 2.0);
        const std::vector<double> c(n / 3 + 1, 2.0);
        a.resize(n / 3 + 1);
        times = bench::repeat([&] { triad(a, b, c, P.threads); });
        factor = static_cast<double>(P.bytes()) / (24.0 * static_cast<double>(a.size()));
    } else {
        times = limit == "read" ? bench::repeat([&] { read<false>(a, P.threads); })
                                : bench::repeat([&] { read<true>(a, P.threads); });
        factor = of_entries / (8.0 * static_cast<double>(n));
    }
    for (double& time : times) time *= factor;
    bench::report(P, "machine_" + limit, times, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 5)
            throw std::runtime_error("usage: bench_multiply_machine PRODUCT:THREADS PROBLEM FILE read|ahead|triad");
        run(bench::read_problem(argc, argv), argv[4]);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
