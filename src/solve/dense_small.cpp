// solve of small dense systems without a report: the same promises at the cost of the arithmetic.
//
// For a matrix of a few rows, looking at its structure in general, the factorization object, LAPACK's checks and the
// sentences of the report take many times the elimination. Here one pass reads, checks and measures A, Gaussian elimination
// with partial pivoting runs in local memory, the backward error is measured, and the condition is bounded. Whatever is not
// plainly well (an entry that is not finite, a norm out of range, a small pivot, a backward error above the promise, a
// condition that may be near 1/ε) is left to the general way, which refines, falls back, or says what is wrong.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include <tamis/solve.hpp>

#include "dense/lapack_lu.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t largest_small_order = 32;

/// Textbook product, without std::complex's rescue of infinities, which is a library call.
template <class T>
T local_product(const T& a, const T& b) {
    if constexpr (is_complex_v<T>)
        return T(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    else return a * b;
}
/// A size of a number that is cheap: |re| + |im|, between |z| and √2 |z|.
template <class T>
Real<T> small_size(const T& z) {
    if constexpr (is_complex_v<T>) return std::abs(z.real()) + std::abs(z.imag());
    else return std::abs(z);
}

/// y_i −= x_i a for begin ≤ i < end.
template <class T>
void small_subtract(std::int64_t begin, std::int64_t end, const T* x, const T& a, T* y) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) y[i] -= local_product(x[i], a);
}

template <class T>
struct SmallSystem {
    using R = Real<T>;
    T F[largest_small_order * largest_small_order];  // L and U, column-major, leading dimension n
    T reciprocals[largest_small_order];              // of U's diagonal
    int pivots[largest_small_order];                 // one-based, as LAPACK has them
    std::int64_t n;
    R one_norm = 0;  // of A, by small_size
    R inf_norm = 0;  // of A, from below: rows of small_size / √2

    /// Copies and measures A; false if it is not for this file.
    bool read(MatrixView<const T> A) {
        R rows[largest_small_order] = {};
        const std::int64_t down = A.row_stride(), along = A.col_stride();
        T below{};  // zeros beside the diagonal only, or NaN
        T above{};
        for (std::int64_t j = 0; j < n; ++j) {
            const T* const a = A.data() + j * along;
            T* const f = F + j * n;
            R sum = 0;
            for (std::int64_t i = 0; i < n; ++i) {
                f[i] = a[i * down];
                const R size = small_size(f[i]);
                sum += size;
                rows[i] += size;
            }
            one_norm = std::max(one_norm, sum);
            if (!(sum <= std::numeric_limits<R>::max())) return false;
            for (std::int64_t i = 0; i < j && above == T{}; ++i) above = f[i];
            for (std::int64_t i = j + 1; i < n && below == T{}; ++i) below = f[i];
        }
        for (std::int64_t i = 0; i < n; ++i) inf_norm = std::max(inf_norm, rows[i]);
        if (!(inf_norm <= std::numeric_limits<R>::max())) return false;
        if constexpr (is_complex_v<T>) inf_norm *= R(0.7);
        // Triangles are solved by substitution, which is exact where it can be.
        return above != T{} && below != T{};
    }

    /// P A = L U in place; false at a pivot whose reciprocal is no normal number.
    bool factor() {
        for (std::int64_t k = 0; k < n; ++k) {
            T* const column = F + k * n;
            std::int64_t p = k;
            R most = small_size(column[k]);
            for (std::int64_t i = k + 1; i < n; ++i)
                if (const R size = small_size(column[i]); size > most) {
                    most = size;
                    p = i;
                }
            pivots[k] = static_cast<int>(p + 1);
            constexpr R least = std::numeric_limits<R>::min() * 4;
            if (!(most >= least && most <= 1 / least)) return false;
            if (p != k)
                for (std::int64_t j = 0; j < n; ++j) std::swap(F[j * n + k], F[j * n + p]);
            const T inverse = T(1) / column[k];
            reciprocals[k] = inverse;
            for (std::int64_t i = k + 1; i < n; ++i) column[i] = local_product(column[i], inverse);
            for (std::int64_t j = k + 1; j < n; ++j) small_subtract(k + 1, n, column, F[j * n + k], F + j * n);
        }
        return true;
    }

    /// x := A⁻¹ x.
    void solve(T* x) const {
        for (std::int64_t k = 0; k < n; ++k)
            if (const std::int64_t p = pivots[k] - 1; p != k) std::swap(x[k], x[p]);
        for (std::int64_t k = 0; k < n; ++k) small_subtract(k + 1, n, F + k * n, x[k], x);
        for (std::int64_t k = n - 1; k >= 0; --k) {
            x[k] = local_product(x[k], reciprocals[k]);
            small_subtract(0, k, F + k * n, x[k], x);
        }
    }

    /// A bound from above of ‖A‖_∞ ‖A⁻¹‖_∞, ‖A⁻¹‖ ≤ ‖M(U)⁻¹‖ ‖M(L)⁻¹‖ by the comparison matrices (Higham, Accuracy and
    /// Stability, 2nd ed., section 8.2): two substitutions with numbers that only add.
    [[nodiscard]] R condition_bound() const {
        R y[largest_small_order], z[largest_small_order];
        std::fill_n(y, n, R(1));
        std::fill_n(z, n, R(1));
        R lower = 0, upper = 0;
        for (std::int64_t k = 0; k < n; ++k) {
            lower = std::max(lower, y[k]);
            for (std::int64_t i = k + 1; i < n; ++i) y[i] += small_size(F[k * n + i]) * y[k];
        }
        for (std::int64_t k = n - 1; k >= 0; --k) {
            z[k] *= small_size(reciprocals[k]);
            upper = std::max(upper, z[k]);
            for (std::int64_t i = 0; i < k; ++i) z[i] += small_size(F[k * n + i]) * z[k];
        }
        return lower * upper * inf_norm * (is_complex_v<T> ? R(1.5) : R(1));
    }

    /// Whether A is safely away from singular to working precision.
    [[nodiscard]] bool well_conditioned() const {
        constexpr R limit = R(0.1) / epsilon_v<T>;
        if (condition_bound() < limit) return true;
        return lapack::gecon<T>(n, F, n, one_norm) > 1 / limit;
    }

    /// max_i |b − A x|_i ≤ goal (‖A‖_∞ ‖x‖_∞ + ‖b‖_∞)
    [[nodiscard]] bool solved(MatrixView<const T> A, VectorView<const T> b, const T* x) const {
        T r[largest_small_order];
        R b_norm = 0, x_norm = 0, r_norm = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            r[i] = b[i];
            b_norm = std::max(b_norm, small_size(b[i]));
            x_norm = std::max(x_norm, small_size(x[i]));
        }
        const std::int64_t down = A.row_stride();
        for (std::int64_t j = 0; j < n; ++j) {
            const T* const a = A.data() + j * A.col_stride();
            const T xj = x[j];
            if (down == 1) {
                small_subtract(0, n, a, xj, r);
            } else {
                for (std::int64_t i = 0; i < n; ++i) r[i] -= local_product(a[i * down], xj);
            }
        }
        R sum = 0;  // NaN, where the largest of numbers would not keep it
        for (std::int64_t i = 0; i < n; ++i) {
            const R size = small_size(r[i]);
            r_norm = std::max(r_norm, size);
            sum += size;
        }
        if (!(sum <= std::numeric_limits<R>::max())) return false;
        // small_size is up to √2 too large of r, and of the scale.
        const R scale = (inf_norm * x_norm + b_norm) * (is_complex_v<T> ? R(0.7) : R(1));
        constexpr R goal = 100 * epsilon_v<T>;
        return r_norm <= goal * scale;
    }
};

}  // namespace

template <class T>
bool solve_small(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x) {
    SmallSystem<T> system;
    const std::int64_t n = A.rows();
    system.n = n;
    if (n < 2 || n > largest_small_order || A.cols() != n || b.rows() != n || b.cols() > n) return false;
    if (!system.read(A) || !system.factor() || !system.well_conditioned()) return false;
    for (std::int64_t c = 0; c < b.cols(); ++c) {
        T column[largest_small_order];
        for (std::int64_t i = 0; i < n; ++i) column[i] = b(i, c);
        system.solve(column);
        if (!system.solved(A, b.col(c), column)) return false;
        for (std::int64_t i = 0; i < n; ++i) x(i, c) = column[i];
    }
    return true;
}

#define TAMIS_INSTANTIATE(T) template bool solve_small(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
