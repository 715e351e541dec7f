#include <tamis/core/threads.hpp>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include <tamis/core/error.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tamis {

namespace {

int default_threads() noexcept {
#ifdef _OPENMP
    if (const char* text = std::getenv("TAMIS_NUM_THREADS")) {
        int n = 0;
        const auto [end, error] = std::from_chars(text, text + std::strlen(text), n);
        if (error == std::errc{} && *end == '\0' && n >= 1) return n;
    }
    return omp_get_max_threads();
#else
    return 1;
#endif
}

std::atomic<int>& budget() noexcept {
    static std::atomic<int> n{default_threads()};
    return n;
}

}  // namespace

void set_threads(int n) {
    if (n < 1) throw InvalidArgument("set_threads: at least 1 thread is needed, got " + std::to_string(n));
#ifdef _OPENMP
    budget().store(n);
    omp_set_num_threads(n);  // OpenBLAS in its OpenMP build follows this
#endif
}

int threads() noexcept {
    return budget().load();
}

}  // namespace tamis
