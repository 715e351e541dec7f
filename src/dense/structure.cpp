#include "dense/structure.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include <tamis/core/array.hpp>

#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// In the order of memory: lines are the columns of A, or its rows where these are closer together.
template <class T>
struct Lines {
    const T* data;
    std::int64_t count, length, step, stride;
};

/// |z| by squares where they are safe to take.
template <class T>
double size_of(const T& z) {
    if constexpr (is_complex_v<T>) {
        const double re = static_cast<double>(z.real());
        const double im = static_cast<double>(z.imag());
        const double square = re * re + im * im;
        return square > 1e-280 && square < 1e280 ? std::sqrt(square) : std::hypot(re, im);
    } else {
        return std::abs(static_cast<double>(z));
    }
}

/// Nonzeros of line k reach to `before` places before and `after` places behind its diagonal; counts from the ends, so that
/// a full line costs two looks.
template <class T>
void widen_band(const Lines<T>& lines, std::int64_t k, std::int64_t& before, std::int64_t& after) {
    const T* const line = lines.data + k * lines.step;
    for (std::int64_t i = 0; i < std::min(k - before, lines.length); ++i)
        if (line[i * lines.stride] != T(0)) {
            before = k - i;
            break;
        }
    for (std::int64_t i = lines.length - 1; i > k + after; --i)
        if (line[i * lines.stride] != T(0)) {
            after = i - k;
            break;
        }
}

/// Whether the triangles agree, tile by tile, up to the first that does not.
template <class T>
bool triangles_agree(MatrixView<const T> A) {
    constexpr std::int64_t tile = 32;
    const std::int64_t n = A.rows();
    const auto agree = [&A](std::int64_t i, std::int64_t j) {
        const T a = A(i, j);
        const T b = conjugate(A(j, i));
        if (a == b) return true;
        return size_of(T(a / Real<T>(2) - b / Real<T>(2))) <=
               4 * static_cast<double>(epsilon_v<T>) * std::max(size_of(a), size_of(b));
    };
    for (std::int64_t j0 = 0; j0 < n; j0 += tile)
        for (std::int64_t i0 = j0; i0 < n; i0 += tile)
            for (std::int64_t j = j0; j < std::min(j0 + tile, n); ++j)
                for (std::int64_t i = std::max(i0, j); i < std::min(i0 + tile, n); ++i)
                    if (!agree(i, j)) return false;
    return true;
}

}  // namespace

template <class T>
DenseStructure dense_structure(const char* what, MatrixView<const T> A) {
    DenseStructure s;
    const std::int64_t m = A.rows(), n = A.cols();
    const bool by_columns = std::abs(A.row_stride()) <= std::abs(A.col_stride()) || n <= 1;
    const Lines<T> lines = by_columns ? Lines<T>{A.data(), n, m, A.col_stride(), A.row_stride()}
                                      : Lines<T>{A.data(), m, n, A.row_stride(), A.col_stride()};
    constexpr std::int64_t few_entries = 64;
    double few[few_entries];
    Array<double> many(lines.length > few_entries ? lines.length : 0, uninitialized);
    double* const across = lines.length > few_entries ? many.data() : few;
    std::fill_n(across, lines.length, 0.0);
    double along_norm = 0;
    std::int64_t before = 0, after = 0;
    bool finite = true;
    for (std::int64_t k = 0; k < lines.count; ++k) {
        const T* const line = lines.data + k * lines.step;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < lines.length; ++i) {
            const double size = size_of(line[i * lines.stride]);
            sum += size;
            across[i] += size;
        }
        finite = finite && sum - sum == 0;
        along_norm = std::max(along_norm, sum);
        widen_band(lines, k, before, after);
    }
    if (!finite) check_finite_entries(what, "the matrix", A);  // or a sum overflowed
    double across_norm = 0;
    for (std::int64_t i = 0; i < lines.length; ++i) across_norm = std::max(across_norm, across[i]);
    s.one_norm = by_columns ? along_norm : across_norm;
    s.inf_norm = by_columns ? across_norm : along_norm;
    s.upper_bandwidth = by_columns ? before : after;
    s.lower_bandwidth = by_columns ? after : before;
    if (m == n) {
        s.hermitian = s.lower_bandwidth == s.upper_bandwidth && triangles_agree(A);
        s.positive_diagonal = true;
        for (std::int64_t k = 0; k < n && s.positive_diagonal; ++k) s.positive_diagonal = real_part(A(k, k)) > 0;
    }
    return s;
}

#define TAMIS_INSTANTIATE(T) template DenseStructure dense_structure(const char*, MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
