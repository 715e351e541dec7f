#include "dense/operand.hpp"

#include <array>
#include <cmath>
#include <complex>
#include <limits>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Tiles of so many rows and columns stay in the first-level cache, for every scalar twice.
constexpr std::int64_t tile = 32;

/// Σ |a_i| of n contiguous numbers, which are written to `out` on the way. Squares of complex parts may over- or underflow:
/// `careful_sum` is for what this one leaves unclear.
template <class R>
R copy_and_sum(const R* a, R* out, std::int64_t n) {
    R sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = a[i];
        sum += std::abs(a[i]);
    }
    return sum;
}
template <class R>
R copy_and_sum(const std::complex<R>* a, std::complex<R>* out, std::int64_t n) {
    const R* in = reinterpret_cast<const R*>(a);
    R* to = reinterpret_cast<R*>(out);
    R sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i) {
        const R re = in[2 * i];
        const R im = in[2 * i + 1];
        to[2 * i] = re;
        to[2 * i + 1] = im;
        sum += std::sqrt(re * re + im * im);
    }
    return sum;
}

template <class T>
Real<T> careful_sum(const T* a, std::int64_t n) {
    Real<T> sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::abs(a[i]);
    return sum;
}

/// Whether a sum of moduli by squares of n numbers is right: not so small that squares may have underflowed, and finite.
template <class T>
bool trustworthy(Real<T> sum, std::int64_t n) {
    using R = Real<T>;
    if constexpr (!is_complex_v<T>) return sum <= std::numeric_limits<R>::max();
    const R small = static_cast<R>(n) * std::sqrt(std::numeric_limits<R>::min()) / std::numeric_limits<R>::epsilon();
    return sum <= std::numeric_limits<R>::max() && sum >= small;
}

/// The largest of the column sums; a sum that is not trustworthy is taken anew from `column(j)`, a contiguous copy.
template <class T, class Column>
Real<T> settled(const char* what, MatrixView<const T> A, Real<T> sum, std::int64_t n, const Column& column) {
    if (trustworthy<T>(sum, n)) return sum;
    sum = careful_sum<T>(column(), n);
    if (!(sum <= std::numeric_limits<Real<T>>::max())) check_finite_entries(what, "the matrix", A);
    return sum;  // infinity, if the sum overflows and no entry does
}

/// B(i, j) = A(i, j) for the block of A at (i0, j0), B column-major: along the shorter stride of A.
template <class T>
void copy_block(MatrixView<const T> A, std::int64_t i0, std::int64_t j0, std::int64_t m, std::int64_t n, T* B,
                std::int64_t ldb) {
    const T* a = A.data() + i0 * A.row_stride() + j0 * A.col_stride();
    const std::int64_t down = A.row_stride();
    const std::int64_t along = A.col_stride();
    if (std::abs(down) <= std::abs(along)) {
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < m; ++i) B[j * ldb + i] = a[j * along + i * down];
    } else {
        for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j) B[j * ldb + i] = a[i * down + j * along];
    }
}

/// |z| quickly, for sums that are looked at again.
template <class T>
Real<T> quick_modulus(const T& z) {
    if constexpr (is_complex_v<T>) return std::sqrt(z.real() * z.real() + z.imag() * z.imag());
    else return std::abs(z);
}

}  // namespace

void check_lapack_sizes(const char* what, std::int64_t rows, std::int64_t cols) {
    const std::int64_t larger = std::max(rows, cols);
    if (larger > std::numeric_limits<int>::max())
        throw IndexOverflow(std::string(what) + ": the matrix has " + std::to_string(larger) + " " +
                            (rows >= cols ? "rows" : "columns") + "; LAPACK's 32-bit integers hold at most " +
                            std::to_string(std::numeric_limits<int>::max()));
}

void check_shift(const char* what, double shift) {
    if (!is_finite(shift)) throw InvalidArgument(std::string(what) + ": .shift is not a finite number");
}

template <class T>
void check_finite_entries(const char* what, const char* which, MatrixView<const T> A) {
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        const T* a = A.data() + j * A.col_stride();
        const std::int64_t stride = A.row_stride();
        T sum{};  // of zeros, if all are finite
        for (std::int64_t i = 0; i < A.rows(); ++i) sum += a[i * stride] - a[i * stride];
        if (sum == T{}) continue;
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (!is_finite(a[i * stride])) throw_not_finite(what, which, i, j);
    }
}

template <class T>
Real<T> copy_finite(const char* what, MatrixView<const T> A, T* out, std::int64_t ld) {
    using R = Real<T>;
    const std::int64_t m = A.rows();
    const std::int64_t n = A.cols();
    R norm = 0;
    const auto take = [&](std::int64_t j, R sum) {
        norm = std::max(norm, settled<T>(what, A, sum, m, [&] { return out + j * ld; }));
    };
    if (A.row_stride() == 1) {
        for (std::int64_t j = 0; j < n; ++j) take(j, copy_and_sum(A.data() + j * A.col_stride(), out + j * ld, m));
        return norm;
    }
    for (std::int64_t j0 = 0; j0 < n; j0 += tile) {
        const std::int64_t width = std::min(tile, n - j0);
        std::array<R, tile> sums{};
        for (std::int64_t i0 = 0; i0 < m; i0 += tile) {
            const std::int64_t height = std::min(tile, m - i0);
            copy_block(A, i0, j0, height, width, out + j0 * ld + i0, ld);
            for (std::int64_t j = 0; j < width; ++j) {
                T* column = out + (j0 + j) * ld + i0;
                sums[static_cast<std::size_t>(j)] += copy_and_sum(column, column, height);
            }
        }
        for (std::int64_t j = 0; j < width; ++j) take(j0 + j, sums[static_cast<std::size_t>(j)]);
    }
    return norm;
}

template <class T>
Real<T> copy_hermitian(const char* what, MatrixView<const T> A, T* out, std::int64_t ld) {
    using R = Real<T>;
    const std::int64_t n = A.rows();
    // A Hermitian matrix in one order of memory is the conjugate of its transpose in the other; the compared pairs are the
    // same.
    constexpr std::int64_t small = 64;
    std::array<R, small> few;
    Array<R> many(n > small ? n : 0, uninitialized);
    R* const sums = n > small ? many.data() : few.data();
    std::fill_n(sums, n, R(0));
    std::array<T, tile * tile> mirror;
    bool agree = true;
    for (std::int64_t j0 = 0; j0 < n; j0 += tile) {
        const std::int64_t width = std::min(tile, n - j0);
        for (std::int64_t i0 = j0; i0 < n; i0 += tile) {
            const std::int64_t height = std::min(tile, n - i0);
            copy_block(A, i0, j0, height, width, out + j0 * ld + i0, ld);
            // The mirror image of the block, transposed: mirror(i, j) = A(j0 + j, i0 + i).
            copy_block(A.transposed(), i0, j0, height, width, mirror.data(), tile);
            for (std::int64_t j = 0; j < width; ++j) {
                const T* a = out + (j0 + j) * ld + i0;
                const T* b = mirror.data() + j * tile;
                R* const rows = sums + i0;
                const bool diagonal = i0 == j0;
                const std::int64_t first = diagonal ? j : 0;
                R excess = 0;  // NaN where an entry is not finite: looked for below
                R sum = 0;
                // Entry (i, j) belongs to column j, its image (j, i) to column i; that on the diagonal to one of both.
#pragma omp simd reduction(max : excess) reduction(+ : sum)
                for (std::int64_t i = first; i < height; ++i) {
                    const R size = quick_modulus(a[i]);
                    const R image = quick_modulus(b[i]);
                    const R difference = quick_modulus(T(a[i] - conjugate(b[i])));
                    excess = std::max(excess, difference - 8 * epsilon_v<T> * std::max(size, image));
                    sum += size;
                    rows[i] += image;
                }
                if (diagonal) rows[j] -= quick_modulus(b[j]);
                sums[j0 + j] += sum;
                agree = agree && excess <= 0;
            }
        }
    }
    R norm = 0;
    bool clear = true;
    for (std::int64_t j = 0; j < n; ++j) {
        clear = clear && trustworthy<T>(sums[j], n);
        norm = std::max(norm, sums[j]);
    }
    if (agree && clear) return norm;
    // Anew and slowly, with moduli that neither over- nor underflow: to tell the position, or that all is well.
    check_finite_entries(what, "the matrix", A);
    norm = 0;
    for (std::int64_t j = 0; j < n; ++j) {
        R sum = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            const T a = A(i, j);
            const T b = conjugate(A(j, i));
            // Halves, since a difference may overflow.
            const R half = R(0.5);
            if (i >= j &&
                std::abs(a * half - b * half) > 8 * epsilon_v<T> * std::max(std::abs(a * half), std::abs(b * half)) &&
                a != b)
                throw_not_hermitian(what, i, j);
            sum += std::abs(a);
        }
        norm = std::max(norm, sum);
    }
    return norm;
}

template <class T>
Real<T> add_shift(T* A, std::int64_t n, std::int64_t ld, double shift, Real<T> norm, bool hermitian) {
    if (shift == 0) return norm;
    for (std::int64_t j = 0; j < n; ++j) A[j * ld + j] += static_cast<Real<T>>(shift);
    Array<Real<T>> sums(n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = hermitian ? j : 0; i < n; ++i) {
            const Real<T> size = std::abs(A[j * ld + i]);
            sums[j] += size;
            if (hermitian && i > j) sums[i] += size;
        }
    norm = 0;
    for (const Real<T> sum : sums) norm = std::max(norm, sum);
    return norm;
}

#define TAMIS_INSTANTIATE(T)                                                             \
    template void check_finite_entries(const char*, const char*, MatrixView<const T>);   \
    template Real<T> copy_finite(const char*, MatrixView<const T>, T*, std::int64_t);    \
    template Real<T> copy_hermitian(const char*, MatrixView<const T>, T*, std::int64_t); \
    template Real<T> add_shift(T*, std::int64_t, std::int64_t, double, Real<T>, bool);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
