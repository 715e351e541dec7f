// solve, inv, det, cholesky and expm of many small matrices.
#include <tamis/dense/batch.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/dense/expm.hpp>
#include <tamis/dense/functions.hpp>

#include "core/refuse.hpp"
#include "dense/batch_groups.hpp"
#include "dense/kernels/batch_linear.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

const char* to_string(BatchStatus status) noexcept {
    switch (status) {
        case BatchStatus::ok: return "ok";
        case BatchStatus::singular: return "singular";
        case BatchStatus::not_positive_definite: return "not positive definite";
        case BatchStatus::not_finite: return "not finite";
        case BatchStatus::no_convergence: return "no convergence";
    }
    return "unknown";
}

namespace detail {

namespace {

double cubed(std::int64_t n) {
    return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
}

template <class T>
void check_square_batch(const char* what, BatchView<const T> A) {
    if (A.rows() != A.cols()) throw_not_square(what, A.rows(), A.cols());
    check_lapack_sizes(what, A.rows(), A.cols());
}

template <class T>
BatchStatus solve_item(std::int64_t n, std::int64_t k, const T* A, const T* B, T* X) {
    if (!finite_numbers(A, n * n) || !finite_numbers(B, n * k)) return BatchStatus::not_finite;
    Array<T> factor(n * n, uninitialized);
    Array<int> pivots(n, uninitialized);
    std::copy_n(A, n * n, factor.data());
    std::copy_n(B, n * k, X);
    std::int64_t failed = 0;
    on_dense_threads(cubed(n), [&] {
        failed = lapack::getrf(n, factor.data(), n, pivots.data());
        if (failed == 0) lapack::getrs(lapack::Op::none, n, k, factor.data(), n, pivots.data(), X, n);
    });
    if (failed > 0) return BatchStatus::singular;
    return finite_numbers(X, n * k) ? BatchStatus::ok : BatchStatus::not_finite;
}

template <class T>
BatchStatus inverse_item(std::int64_t n, const T* A, T* X) {
    if (!finite_numbers(A, n * n)) return BatchStatus::not_finite;
    Array<int> pivots(n, uninitialized);
    std::copy_n(A, n * n, X);
    std::int64_t failed = 0;
    on_dense_threads(2 * cubed(n), [&] {
        failed = lapack::getrf(n, X, n, pivots.data());
        if (failed == 0) lapack::getri(n, X, n, pivots.data());
    });
    if (failed > 0) return BatchStatus::singular;
    return finite_numbers(X, n * n) ? BatchStatus::ok : BatchStatus::not_finite;
}

template <class T>
BatchStatus cholesky_item(std::int64_t n, const T* A, T* L) {
    if (!lower_triangle_finite(A, n)) return BatchStatus::not_finite;
    for (std::int64_t j = 0; j < n; ++j) {
        std::fill_n(L + j * n, j, T(0));
        std::copy_n(A + j * n + j, n - j, L + j * n + j);
        L[j * n + j] = real_part(L[j * n + j]);
    }
    std::int64_t failed = 0;
    on_dense_threads(cubed(n) / 3, [&] { failed = lapack::potrf(n, L, n); });
    if (failed > 0) return BatchStatus::not_positive_definite;
    return finite_numbers(L, n * n) ? BatchStatus::ok : BatchStatus::not_finite;
}

/// Real numbers that an entry of a group takes.
template <class T>
std::int64_t entry_numbers(int width) {
    return std::int64_t{width} * (is_complex_v<T> ? 2 : 1);
}

}  // namespace

void check_batch_sizes(std::int64_t count, std::int64_t rows, std::int64_t cols) {
    if (count < 0 || rows < 0 || cols < 0)
        throw InvalidArgument("batch: " + std::to_string(count) + " matrices of " + std::to_string(rows) + " rows and " +
                              std::to_string(cols) + " columns; sizes cannot be negative");
}

template <class T>
void batch_solve(BatchView<const T> A, BatchView<const T> B, T* X, BatchStatus* status) {
    check_square_batch("batch::solve", A);
    const std::int64_t n = A.rows(), k = B.cols();
    if (B.count() != A.count())
        throw DimensionMismatch("batch::solve: " + std::to_string(A.count()) + " matrices, but " +
                                    std::to_string(B.count()) + " right-hand sides",
                                A.count(), B.count());
    if (B.rows() != n)
        throw DimensionMismatch("batch::solve: matrices of order " + std::to_string(n) + ", but right-hand sides of " +
                                    std::to_string(B.rows()) + " rows",
                                n, B.rows());
    check_lapack_sizes("batch::solve", n, k);
    const double flops = cubed(n) + 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
    const auto item = [&](std::int64_t i) {
        T* const x = X + i * n * k;
        const BatchStatus s = solve_item(n, k, A.data() + i * n * n, B.data() + i * n * k, x);
        if (s != BatchStatus::ok) fill_nan(x, n * k);
        return s;
    };
    if (n > largest_in_lanes) return run_items(all_items(A.count()), flops, status, item);
    using R = Real<T>;
    const auto& kernel = kernels<BatchLinearKernels<T>>();
    const std::int64_t each = entry_numbers<T>(kernel.width);
    // Many right-hand sides go by in strips that stay in the cache.
    const std::int64_t strip = std::min<std::int64_t>(k, 64);
    run_groups<R>(
        A.count(), kernel.width, (n * n + n + n * strip) * each, n * kernel.width, flops, status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            R* const factor = room.numbers;
            R* const reciprocals = factor + n * n * each;
            R* const x = reciprocals + n * each;
            std::vector<R> doubts(static_cast<std::size_t>(kernel.width));
            kernel.gather(A.data() + first * n * n, n * n, n * n, some, factor, room.doubt);
            kernel.lu(n, factor, reciprocals, room.pivots, room.doubt);
            for (std::int64_t c = 0; c < k; c += strip) {
                const std::int64_t columns = std::min(strip, k - c);
                kernel.gather(B.data() + (first * k + c) * n, n * columns, n * k, some, x, doubts.data());
                kernel.lu_solve(n, columns, factor, reciprocals, room.pivots, x, room.doubt);
                for (int l = 0; l < some; ++l) room.doubt[l] += doubts[static_cast<std::size_t>(l)];
                kernel.scatter(x, n * columns, n * k, some, X + (first * k + c) * n);
            }
        },
        item);
}

template <class T>
void batch_inverse(BatchView<const T> A, T* X, BatchStatus* status) {
    check_square_batch("batch::inv", A);
    const std::int64_t n = A.rows();
    const auto item = [&](std::int64_t i) {
        const BatchStatus s = inverse_item(n, A.data() + i * n * n, X + i * n * n);
        if (s != BatchStatus::ok) fill_nan(X + i * n * n, n * n);
        return s;
    };
    if (n > largest_in_lanes) return run_items(all_items(A.count()), 2 * cubed(n), status, item);
    using R = Real<T>;
    const auto& kernel = kernels<BatchLinearKernels<T>>();
    const std::int64_t each = entry_numbers<T>(kernel.width);
    run_groups<R>(
        A.count(), kernel.width, (2 * n * n + n) * each, n * kernel.width, 2 * cubed(n), status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            R* const factor = room.numbers;
            R* const reciprocals = factor + n * n * each;
            R* const x = reciprocals + n * each;
            kernel.gather(A.data() + first * n * n, n * n, n * n, some, factor, room.doubt);
            kernel.lu(n, factor, reciprocals, room.pivots, room.doubt);
            kernel.lu_inverse(n, factor, reciprocals, room.pivots, x, room.doubt);
            kernel.scatter(x, n * n, n * n, some, X + first * n * n);
        },
        item);
}

template <class T>
void batch_determinant(BatchView<const T> A, T* values, BatchStatus* status) {
    check_square_batch("batch::det", A);
    const std::int64_t n = A.rows();
    const auto item = [&](std::int64_t i) {
        if (!finite_numbers(A.data() + i * n * n, n * n)) {
            fill_nan(values + i, 1);
            return BatchStatus::not_finite;
        }
        values[i] = determinant<T>(A[i]);
        return is_finite(values[i]) ? BatchStatus::ok : BatchStatus::not_finite;
    };
    if (n > largest_in_lanes) return run_items(all_items(A.count()), cubed(n), status, item);
    using R = Real<T>;
    const auto& kernel = kernels<BatchLinearKernels<T>>();
    const std::int64_t each = entry_numbers<T>(kernel.width);
    run_groups<R>(
        A.count(), kernel.width, (n * n + n + 1) * each, n * kernel.width, cubed(n), status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            R* const factor = room.numbers;
            R* const reciprocals = factor + n * n * each;
            R* const value = reciprocals + n * each;
            kernel.gather(A.data() + first * n * n, n * n, n * n, some, factor, room.doubt);
            kernel.lu(n, factor, reciprocals, room.pivots, room.doubt);
            kernel.determinant(n, factor, room.pivots, value, room.doubt);
            kernel.scatter(value, 1, 1, some, values + first);
        },
        item);
}

template <class T>
void batch_cholesky(BatchView<const T> A, T* L, BatchStatus* status) {
    check_square_batch("batch::cholesky", A);
    const std::int64_t n = A.rows();
    const auto item = [&](std::int64_t i) {
        const BatchStatus s = cholesky_item(n, A.data() + i * n * n, L + i * n * n);
        if (s != BatchStatus::ok) fill_nan(L + i * n * n, n * n);
        return s;
    };
    if (n > largest_in_lanes) return run_items(all_items(A.count()), cubed(n) / 3, status, item);
    using R = Real<T>;
    const auto& kernel = kernels<BatchLinearKernels<T>>();
    run_groups<R>(
        A.count(), kernel.width, n * n * entry_numbers<T>(kernel.width), 0, cubed(n), status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            kernel.gather(A.data() + first * n * n, n * n, n * n, some, room.numbers, room.doubt);
            kernel.cholesky(n, room.numbers, room.doubt);
            kernel.scatter(room.numbers, n * n, n * n, some, L + first * n * n);
        },
        item);
}

template <class T>
void batch_exponential(BatchView<const T> A, T* X, BatchStatus* status) {
    check_square_batch("batch::expm", A);
    const std::int64_t n = A.rows();
    const auto item = [&](std::int64_t i) {
        T* const x = X + i * n * n;
        bool fine = finite_numbers(A.data() + i * n * n, n * n);
        if (fine) {
            try {
                exponential<T>(A[i], MatrixView<T>(x, n, n));
                fine = finite_numbers(x, n * n);
            } catch (const Error&) {  // it overflows, which is a status here
                fine = false;
            }
        }
        if (!fine) fill_nan(x, n * n);
        return fine ? BatchStatus::ok : BatchStatus::not_finite;
    };
    if (n > largest_in_lanes) return run_items(all_items(A.count()), 20 * cubed(n), status, item);
    using R = Real<T>;
    const auto& kernel = kernels<BatchLinearKernels<T>>();
    const std::int64_t each = entry_numbers<T>(kernel.width);
    run_groups<R>(
        A.count(), kernel.width, (7 * n * n + n) * each, n * kernel.width, 20 * cubed(n), status,
        [&](std::int64_t first, int some, const GroupMemory<R>& room) {
            kernel.gather(A.data() + first * n * n, n * n, n * n, some, room.numbers, room.doubt);
            kernel.exponential(n, room.numbers, room.numbers + n * n * each, room.pivots, room.doubt);
            kernel.scatter(room.numbers, n * n, n * n, some, X + first * n * n);
        },
        item);
}

#define TAMIS_INSTANTIATE(T)                                                             \
    template void batch_solve(BatchView<const T>, BatchView<const T>, T*, BatchStatus*); \
    template void batch_inverse(BatchView<const T>, T*, BatchStatus*);                   \
    template void batch_determinant(BatchView<const T>, T*, BatchStatus*);               \
    template void batch_cholesky(BatchView<const T>, T*, BatchStatus*);                  \
    template void batch_exponential(BatchView<const T>, T*, BatchStatus*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail

}  // namespace tamis
