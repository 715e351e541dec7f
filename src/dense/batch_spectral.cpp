// qr, eigh and svd of many small matrices.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/batch.hpp>

#include "core/refuse.hpp"
#include "dense/batch_groups.hpp"
#include "dense/kernels/batch_linear.hpp"
#include "dense/kernels/batch_spectral.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/lapack_spectral.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

double spectral_flops(std::int64_t m, std::int64_t n, double factor) {
    return factor * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(std::min(m, n));
}

template <class T>
BatchStatus eigh_item(std::int64_t n, const T* A, Real<T>* w, T* V) {
    if (!lower_triangle_finite(A, n)) return BatchStatus::not_finite;
    for (std::int64_t j = 0; j < n; ++j) std::copy_n(A + j * n + j, n - j, V + j * n + j);
    std::int64_t failed = 0;
    on_dense_threads(spectral_flops(n, n, 9), [&] { failed = lapack::heevd(n, V, n, w); });
    if (failed > 0) return BatchStatus::no_convergence;
    return finite_numbers(w, n) ? BatchStatus::ok : BatchStatus::not_finite;
}

template <class T>
BatchStatus svd_item(std::int64_t m, std::int64_t n, const T* A, T* U, Real<T>* s, T* Vt) {
    if (!finite_numbers(A, m * n)) return BatchStatus::not_finite;
    Array<T> copy(m * n, uninitialized);
    std::copy_n(A, m * n, copy.data());
    std::int64_t failed = 0;
    on_dense_threads(spectral_flops(m, n, 20), [&] { failed = lapack::gesdd(m, n, copy.data(), m, s, U, Vt); });
    if (failed > 0) return BatchStatus::no_convergence;
    return finite_numbers(s, std::min(m, n)) ? BatchStatus::ok : BatchStatus::not_finite;
}

template <class T>
BatchStatus qr_item(std::int64_t m, std::int64_t n, const T* A, T* Q, T* R) {
    if (!finite_numbers(A, m * n)) return BatchStatus::not_finite;
    const std::int64_t r = std::min(m, n);
    Array<T> factor(m * n, uninitialized);
    Array<T> tau(r, uninitialized);
    std::copy_n(A, m * n, factor.data());
    on_dense_threads(spectral_flops(m, n, 4), [&] { lapack::geqrf(m, n, factor.data(), m, tau.data()); });
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < r; ++i) R[j * r + i] = i <= j ? factor[j * m + i] : T(0);
    std::copy_n(factor.data(), m * r, Q);
    on_dense_threads(spectral_flops(m, n, 4), [&] { lapack::ungqr(m, r, r, Q, m, tau.data()); });
    return finite_numbers(R, r * n) ? BatchStatus::ok : BatchStatus::not_finite;
}

/// The order that sorts n numbers; `descending` by modulus.
template <class R>
void sort_values(const R* values, std::int64_t n, bool descending, std::int64_t* order) {
    std::iota(order, order + n, std::int64_t{0});
    std::sort(order, order + n, [&](std::int64_t a, std::int64_t b) {
        return descending ? std::abs(values[a]) > std::abs(values[b]) : values[a] < values[b];
    });
}

}  // namespace

template <class T>
void batch_eigh(BatchView<const T> A, Real<T>* w, T* V, BatchStatus* status) {
    if (A.rows() != A.cols()) throw_not_square("batch::eigh", A.rows(), A.cols());
    check_lapack_sizes("batch::eigh", A.rows(), A.cols());
    const std::int64_t n = A.rows();
    if (n == 0) return std::fill_n(status, A.count(), BatchStatus::ok), void();
    const auto item = [&](std::int64_t i) {
        const BatchStatus s = eigh_item(n, A.data() + i * n * n, w + i * n, V + i * n * n);
        if (s != BatchStatus::ok) {
            fill_nan(w + i * n, n);
            fill_nan(V + i * n * n, n * n);
        }
        return s;
    };
    const double flops = spectral_flops(n, n, 12);
    if (n > largest_in_lanes) return run_items(all_items(A.count()), flops, status, item);
    using R = Real<T>;
    const auto& moves = kernels<BatchLinearKernels<T>>();
    const auto& real_moves = kernels<BatchLinearKernels<R>>();
    const auto& kernel = kernels<BatchSpectralKernels<T>>();
    const std::int64_t each = std::int64_t{moves.width} * (is_complex_v<T> ? 2 : 1);
    run_groups<R>(
        A.count(), moves.width, (2 * n * n + 7 * n) * each, 0, flops, status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            R* const matrix = room.numbers;
            R* const vectors = matrix + n * n * each;
            R* const values = vectors + n * n * each;
            R* const work = values + n * each;
            moves.gather(A.data() + first * n * n, n * n, n * n, some, matrix, room.doubt);
            kernel.eigh(n, matrix, vectors, values, work, room.doubt);
            // Where the group's matrices were there is room for them one by one.
            T* const rows = reinterpret_cast<T*>(matrix);
            R* const unsorted = work;
            moves.scatter(vectors, n * n, n * n, some, rows);
            real_moves.scatter(values, n, n, some, unsorted);
            std::int64_t order[largest_in_lanes];
            for (int l = 0; l < some; ++l) {
                sort_values(unsorted + l * n, n, false, order);
                for (std::int64_t j = 0; j < n; ++j) {
                    w[(first + l) * n + j] = unsorted[l * n + order[j]];
                    for (std::int64_t i = 0; i < n; ++i)
                        V[(first + l) * n * n + j * n + i] = rows[l * n * n + i * n + order[j]];
                }
            }
        },
        item);
}

template <class T>
void batch_svd(BatchView<const T> A, T* U, Real<T>* s, T* Vt, BatchStatus* status) {
    const std::int64_t m = A.rows(), n = A.cols(), r = std::min(m, n), most = std::max(m, n);
    check_lapack_sizes("batch::svd", m, n);
    if (r == 0) return std::fill_n(status, A.count(), BatchStatus::ok), void();
    const auto item = [&](std::int64_t i) {
        const BatchStatus result = svd_item(m, n, A.data() + i * m * n, U + i * m * r, s + i * r, Vt + i * r * n);
        if (result != BatchStatus::ok) {
            fill_nan(U + i * m * r, m * r);
            fill_nan(s + i * r, r);
            fill_nan(Vt + i * r * n, r * n);
        }
        return result;
    };
    const double flops = spectral_flops(m, n, 20);
    if (most > largest_in_lanes) return run_items(all_items(A.count()), flops, status, item);
    using R = Real<T>;
    const auto& moves = kernels<BatchLinearKernels<T>>();
    const auto& real_moves = kernels<BatchLinearKernels<R>>();
    const auto& kernel = kernels<BatchSpectralKernels<T>>();
    const std::int64_t each = std::int64_t{moves.width} * (is_complex_v<T> ? 2 : 1);
    const std::int64_t numbers = (2 * most * r + 2 * r * r + 11 * r) * each;
    run_groups<R>(
        A.count(), moves.width, numbers, 0, flops, status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            // most×r matrices: a wide A is taken as its adjoint V S Uᴴ.
            R* const matrix = room.numbers;
            R* const left = matrix + most * r * each;
            R* const right = left + most * r * each;
            R* const values = right + r * r * each;
            R* const work = values + r * each;
            const T* from = A.data() + first * m * n;
            if (m < n) {
                T* const adjoint = reinterpret_cast<T*>(left);
                for (int l = 0; l < some; ++l)
                    for (std::int64_t j = 0; j < n; ++j)
                        for (std::int64_t i = 0; i < m; ++i)
                            adjoint[l * m * n + i * n + j] = conjugate(from[l * m * n + j * m + i]);
                from = adjoint;
            }
            moves.gather(from, m * n, m * n, some, matrix, room.doubt);
            kernel.svd(most, r, matrix, left, right, values, work, room.doubt);
            T* const left_rows = reinterpret_cast<T*>(matrix);
            T* const right_rows = reinterpret_cast<T*>(work);
            moves.scatter(left, most * r, most * r, some, left_rows);
            moves.scatter(right, r * r, r * r, some, right_rows);
            R* const unsorted = right;
            real_moves.scatter(values, r, r, some, unsorted);
            std::int64_t order[largest_in_lanes];
            for (int l = 0; l < some; ++l) {
                const R* const value = unsorted + l * r;
                sort_values(value, r, true, order);
                const T* const u_rows = m < n ? right_rows + l * r * r : left_rows + l * most * r;
                const T* const v_rows = m < n ? left_rows + l * most * r : right_rows + l * r * r;
                T* const u = U + (first + l) * m * r;
                T* const vt = Vt + (first + l) * r * n;
                for (std::int64_t j = 0; j < r; ++j) {
                    const std::int64_t from_column = order[j];
                    const R sign = value[from_column] < 0 ? R(-1) : R(1);
                    s[(first + l) * r + j] = std::abs(value[from_column]);
                    for (std::int64_t i = 0; i < m; ++i) u[j * m + i] = sign * u_rows[i * r + from_column];
                    for (std::int64_t i = 0; i < n; ++i) vt[i * r + j] = conjugate(v_rows[i * r + from_column]);
                }
            }
        },
        item);
}

template <class T>
void batch_qr(BatchView<const T> A, T* Q, T* upper, BatchStatus* status) {
    const std::int64_t m = A.rows(), n = A.cols(), r = std::min(m, n);
    check_lapack_sizes("batch::qr", m, n);
    if (r == 0) return std::fill_n(status, A.count(), BatchStatus::ok), void();
    const auto item = [&](std::int64_t i) {
        const BatchStatus s = qr_item(m, n, A.data() + i * m * n, Q + i * m * r, upper + i * r * n);
        if (s != BatchStatus::ok) {
            fill_nan(Q + i * m * r, m * r);
            fill_nan(upper + i * r * n, r * n);
        }
        return s;
    };
    const double flops = spectral_flops(m, n, 4);
    if (std::max(m, n) > largest_in_lanes) return run_items(all_items(A.count()), flops, status, item);
    using R = Real<T>;
    const auto& moves = kernels<BatchLinearKernels<T>>();
    const auto& kernel = kernels<BatchSpectralKernels<T>>();
    const std::int64_t each = std::int64_t{moves.width} * (is_complex_v<T> ? 2 : 1);
    run_groups<R>(
        A.count(), moves.width, (m * n + m * r + r * n + n) * each, 0, flops, status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            R* const matrix = room.numbers;
            R* const orthogonal = matrix + m * n * each;
            R* const triangle = orthogonal + m * r * each;
            R* const work = triangle + r * n * each;
            moves.gather(A.data() + first * m * n, m * n, m * n, some, matrix, room.doubt);
            kernel.qr(m, n, matrix, orthogonal, triangle, work, room.doubt);
            moves.scatter(orthogonal, m * r, m * r, some, Q + first * m * r);
            moves.scatter(triangle, r * n, r * n, some, upper + first * r * n);
        },
        item);
}

#define TAMIS_INSTANTIATE(T)                                                     \
    template void batch_eigh(BatchView<const T>, Real<T>*, T*, BatchStatus*);    \
    template void batch_svd(BatchView<const T>, T*, Real<T>*, T*, BatchStatus*); \
    template void batch_qr(BatchView<const T>, T*, T*, BatchStatus*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
