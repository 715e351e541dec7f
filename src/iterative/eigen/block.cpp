#include "iterative/eigen/block.hpp"

#include <algorithm>
#include <vector>

#include "core/backend_threads.hpp"
#include "core/blas.hpp"
#include "instantiate.hpp"
#include "iterative/chunks.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail::tall {

namespace {

/// f(k, begin, end) for the chunks of [0, n), each of which costs about `columns` operations a row; BLAS inside stays on the
/// thread that calls it.
template <class F>
void for_chunks(std::int64_t n, std::int64_t columns, const F& f) {
    const vec::Chunks chunks(n);
    const int threads = std::min(threads_for(n * std::max<std::int64_t>(columns, 1)), std::max(chunks.count(), 1));
    if (threads <= 1) {
        const auto all = [&] {
            for (int k = 0; k < chunks.count(); ++k) f(k, chunks.begin(k), chunks.end(k));
        };
        run_on_threads(
            1, [](const void* g) { (*static_cast<const decltype(all)*>(g))(); }, &all);
        return;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int k = 0; k < chunks.count(); ++k) f(k, chunks.begin(k), chunks.end(k));
}

}  // namespace

template <class T>
void gram(std::int64_t n, const T* X, std::int64_t mx, const T* Y, std::int64_t my, T* C, std::int64_t ldc) {
    if (mx == 0 || my == 0) return;
    const vec::Chunks chunks(n);
    // A few sums, each over neighbouring chunks: bounds depend on n only.
    const std::int64_t size = mx * my;
    const int parts = std::clamp(chunks.count(), 1, 16);
    Array<T> sums(size * parts);
    const auto part = [&](int p) {
        T* const sum = sums.data() + p * size;
        for (int k = chunks.count() * p / parts; k < chunks.count() * (p + 1) / parts; ++k)
            blas::gemm('C', 'N', mx, my, chunks.end(k) - chunks.begin(k), T(1), X + chunks.begin(k), n, Y + chunks.begin(k),
                       n, T(1), sum, mx);
    };
    const int threads = std::min(threads_for(n * size), parts);
    if (threads <= 1) {
        const auto all = [&] {
            for (int p = 0; p < parts; ++p) part(p);
        };
        run_on_threads(
            1, [](const void* g) { (*static_cast<const decltype(all)*>(g))(); }, &all);
    } else {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int p = 0; p < parts; ++p) part(p);
    }
    for (int count = parts; count > 1; count = (count + 1) / 2)
        for (int p = 0; p < count / 2; ++p)
            for (std::int64_t i = 0; i < size; ++i) sums[p * size + i] += sums[(count - 1 - p) * size + i];
    for (std::int64_t j = 0; j < my; ++j) std::copy_n(sums.data() + j * mx, mx, C + j * ldc);
}

template <class T>
void multiply(std::int64_t n, T alpha, const T* X, std::int64_t mx, const T* C, std::int64_t ldc, std::int64_t my, T beta,
              T* Y) {
    if (my == 0) return;
    for_chunks(n, mx * my, [&](int, std::int64_t begin, std::int64_t end) {
        blas::gemm('N', 'N', end - begin, my, mx, alpha, X + begin, n, C, std::max<std::int64_t>(ldc, 1), beta, Y + begin,
                   n);
    });
}

template <class T>
void rotate(std::int64_t n, T* X, std::int64_t m, const T* C, std::int64_t ldc, std::int64_t p) {
    if (p == 0) return;
    constexpr std::int64_t rows = 256;  // of X m and of the result p columns: fits the second-level cache
    for_chunks(n, m * p, [&](int, std::int64_t begin, std::int64_t end) {
        std::vector<T> part(static_cast<std::size_t>(rows * p));
        for (std::int64_t first = begin; first < end; first += rows) {
            const std::int64_t count = std::min(rows, end - first);
            blas::gemm('N', 'N', count, p, m, T(1), X + first, n, C, ldc, T(0), part.data(), rows);
            for (std::int64_t j = 0; j < p; ++j) std::copy_n(part.data() + j * rows, count, X + first + j * n);
        }
    });
}

template <class T>
void divide_by_adjoint_lower(std::int64_t n, T* X, std::int64_t m, const T* L, std::int64_t ldl) {
    if (m == 0) return;
    for_chunks(n, m * m, [&](int, std::int64_t begin, std::int64_t end) {
        blas::trsm_right_adjoint_lower(end - begin, m, L, ldl, X + begin, n);
    });
}

template <class T>
void residuals(std::int64_t n, std::int64_t m, const T* AV, const T* BV, const double* theta, T* R, double* norms) {
    for (std::int64_t j = 0; j < m; ++j) {
        if (R != AV) vec::copy(n, AV + j * n, R + j * n);
        norms[j] = vec::axpy_norm(n, Sum<T>(-theta[j]), BV + j * n, R + j * n);
    }
}

template <class T>
void norms(std::int64_t n, std::int64_t m, const T* X, double* norm) {
    for (std::int64_t j = 0; j < m; ++j) norm[j] = vec::norm(n, X + j * n);
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template void gram<T>(std::int64_t, const T*, std::int64_t, const T*, std::int64_t, T*, std::int64_t);           \
    template void multiply<T>(std::int64_t, T, const T*, std::int64_t, const T*, std::int64_t, std::int64_t, T, T*); \
    template void rotate<T>(std::int64_t, T*, std::int64_t, const T*, std::int64_t, std::int64_t);                   \
    template void divide_by_adjoint_lower<T>(std::int64_t, T*, std::int64_t, const T*, std::int64_t);                \
    template void residuals<T>(std::int64_t, std::int64_t, const T*, const T*, const double*, T*, double*);          \
    template void norms<T>(std::int64_t, std::int64_t, const T*, double*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail::tall
