#include <tamis/dense/norms.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include <tamis/core/array.hpp>
#include <tamis/dense/functions.hpp>
#include <tamis/dense/svd.hpp>

#include "core/extremes.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

template <class T>
double modulus_of(const T& v) {
    if constexpr (is_complex_v<T>) return std::abs(std::complex<double>(v));
    else return std::abs(static_cast<double>(v));
}

/// f(i, j, a_ij) in the order of memory.
template <class T, class F>
void for_entries(MatrixView<const T> A, const F& f) {
    if (std::abs(A.row_stride()) <= std::abs(A.col_stride())) {
        for (std::int64_t j = 0; j < A.cols(); ++j)
            for (std::int64_t i = 0; i < A.rows(); ++i) f(i, j, A(i, j));
    } else {
        for (std::int64_t i = 0; i < A.rows(); ++i)
            for (std::int64_t j = 0; j < A.cols(); ++j) f(i, j, A(i, j));
    }
}

/// Σ |a_i|² of n numbers, of which components are scaled.
template <class R>
double sum_of_squares(const R* a, std::int64_t n, std::int64_t stride, double scale) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < n; ++i) {
        const double v = static_cast<double>(a[i * stride]) * scale;
        sum += v * v;
    }
    return sum;
}
template <class T>
double sum_of_squares(MatrixView<const T> A, double scale) {
    if (std::abs(A.row_stride()) > std::abs(A.col_stride())) A = A.transposed();
    double sum = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j) {
        const T* const column = A.data() + j * A.col_stride();
        if constexpr (is_complex_v<T>) {
            const auto* const parts = reinterpret_cast<const Real<T>*>(column);
            sum += sum_of_squares(parts, A.rows(), 2 * A.row_stride(), scale);
            sum += sum_of_squares(parts + 1, A.rows(), 2 * A.row_stride(), scale);
        } else {
            sum += sum_of_squares(column, A.rows(), A.row_stride(), scale);
        }
    }
    return sum;
}

template <class T>
double frobenius_of(MatrixView<const T> A) {
    const double sum = sum_of_squares(A, 1.0);
    // Squares of single precision fit into double. In double, sums far from the ends of the range are right.
    if (sum > 1e-280 && sum <= std::numeric_limits<double>::max()) return std::sqrt(sum);
    double largest = 0;
    for_entries(A, [&](std::int64_t, std::int64_t, const T& v) {
        largest = larger_or_nan(larger_or_nan(largest, std::abs(static_cast<double>(real_part(v)))),
                                std::abs(static_cast<double>(imag_part(v))));
    });
    if (!(largest > 0) || !(largest <= std::numeric_limits<double>::max())) return largest;
    // To about 1, in two steps, since 2^−e of the smallest numbers overflows.
    const int e = std::clamp(std::ilogb(largest), -1000, 1000);
    return std::ldexp(std::sqrt(sum_of_squares(A, std::ldexp(1.0, -e))), e);
}

/// The largest or smallest sum of moduli of rows or columns.
template <class T>
double extreme_sum(MatrixView<const T> A, bool columns, bool largest) {
    Array<double> sums(columns ? A.cols() : A.rows());
    for_entries(A, [&](std::int64_t i, std::int64_t j, const T& v) { sums[columns ? j : i] += modulus_of(v); });
    double extreme = largest ? 0 : unbounded;
    for (const double sum : sums) extreme = largest ? larger_or_nan(extreme, sum) : smaller_or_nan(extreme, sum);
    return extreme;
}

template <class T>
double largest_modulus(MatrixView<const T> A) {
    double largest = 0;
    for_entries(A, [&](std::int64_t, std::int64_t, const T& v) { largest = larger_or_nan(largest, modulus_of(v)); });
    return largest;
}

template <class T>
Array<Real<T>> values_of(const char* caller, MatrixView<const T> A) {
    Array<Real<T>> s(std::min(A.rows(), A.cols()), uninitialized);
    singular_values<T>(caller, A, SvdDriver::automatic, s.data());
    return s;
}

/// Whether LU of a square A meets a pivot of zero.
template <class T>
bool lacks_a_pivot(MatrixView<const T> A) {
    const std::int64_t n = A.rows();
    Array<T> F(n * n, uninitialized);
    Array<int> pivots(n, uninitialized);
    copy_finite("cond", A, F.data(), n);
    std::int64_t failed = 0;
    const auto order = static_cast<double>(n);
    on_dense_threads(2.0 / 3 * order * order * order, [&] { failed = lapack::getrf(n, F.data(), n, pivots.data()); });
    return failed > 0;
}

template <class T>
Real<T> condition_by_values(MatrixView<const T> A, Norm which) {
    using R = Real<T>;
    const Array<R> s = values_of("cond", A);
    if (s.empty()) return 1;
    const R largest = s[0], smallest = s[s.size() - 1];
    const R lost = static_cast<R>(std::max(A.rows(), A.cols())) * epsilon_v<T> * largest;
    const bool singular = !(smallest > 0) || (A.rows() == A.cols() && smallest <= lost && lacks_a_pivot(A));
    if (which == Norm::minus_two) return singular ? R(0) : smallest / largest;
    if (singular) return std::numeric_limits<R>::infinity();
    if (which == Norm::two) return largest / smallest;
    // Σ σ Σ 1/σ, by ratios.
    double sum = 0, inverse = 0;
    for (const R v : s) {
        sum += static_cast<double>(v) / static_cast<double>(largest);
        inverse += static_cast<double>(smallest) / static_cast<double>(v);
    }
    return static_cast<R>(sum * inverse * (static_cast<double>(largest) / static_cast<double>(smallest)));
}

}  // namespace

template <class T>
Real<T> dense_norm(MatrixView<const T> A, Norm which) {
    if (A.rows() == 0 || A.cols() == 0) return 0;
    switch (which) {
        case Norm::frobenius: return static_cast<Real<T>>(frobenius_of(A));
        case Norm::max: return static_cast<Real<T>>(largest_modulus(A));
        case Norm::one: return static_cast<Real<T>>(extreme_sum(A, true, true));
        case Norm::inf: return static_cast<Real<T>>(extreme_sum(A, false, true));
        case Norm::minus_one: return static_cast<Real<T>>(extreme_sum(A, true, false));
        case Norm::minus_inf: return static_cast<Real<T>>(extreme_sum(A, false, false));
        case Norm::two: return values_of("norm", A)[0];
        case Norm::minus_two: return values_of("norm", A)[std::min(A.rows(), A.cols()) - 1];
        case Norm::nuclear: break;
    }
    double sum = 0;
    for (const Real<T> s : values_of("norm", A)) sum += static_cast<double>(s);
    return static_cast<Real<T>>(sum);
}

template <class T>
Real<T> entries_norm(MatrixView<const T> v, double p) {
    using R = Real<T>;
    if (std::isnan(p)) throw InvalidArgument("vector_norm: the order p is not a number");
    if (p == 2) return static_cast<R>(frobenius_of(v));
    if (p == 0) {
        std::int64_t count = 0;
        for_entries(v, [&](std::int64_t, std::int64_t, const T& x) { count += x != T(0); });
        return static_cast<R>(count);
    }
    double scale = p > 0 ? 0 : unbounded;
    for_entries(v, [&](std::int64_t, std::int64_t, const T& x) {
        scale = p > 0 ? larger_or_nan(scale, modulus_of(x)) : smaller_or_nan(scale, modulus_of(x));
    });
    // Largest or smallest modulus; 0, NaN and infinity settle every other order too.
    if (std::isinf(p) || !(scale > 0) || !(scale < unbounded)) return static_cast<R>(scale);
    double sum = 0;
    for_entries(v, [&](std::int64_t, std::int64_t, const T& x) {
        const double ratio = modulus_of(x) / scale;
        sum += p == 1 ? ratio : std::pow(ratio, p);
    });
    return static_cast<R>(p == 1 ? scale * sum : scale * std::pow(sum, 1 / p));
}

template <class T>
Real<T> condition_number(MatrixView<const T> A, Norm which) {
    using R = Real<T>;
    if (which == Norm::two || which == Norm::minus_two) {
        check_lapack_sizes("cond", A.rows(), A.cols());
        return condition_by_values(A, which);
    }
    check_square_operand("cond", A);
    if (which == Norm::nuclear) return condition_by_values(A, which);
    const std::int64_t n = A.rows();
    Array<T> X(n * n, uninitialized);
    copy_finite("cond", A, X.data(), n);
    if (n == 0) return which == Norm::frobenius ? R(0) : R(1);
    const MatrixView<T> inverted(X.data(), n, n);
    const double size = static_cast<double>(dense_norm<T>(A, which));
    try {
        inverse(A, inverted);
    } catch (const SingularMatrix&) {  // here a value, no failure
        return std::numeric_limits<R>::infinity();
    }
    const double condition = size * static_cast<double>(dense_norm<T>(inverted, which));
    return std::isnan(condition) ? std::numeric_limits<R>::infinity() : static_cast<R>(condition);
}

#define TAMIS_INSTANTIATE(T)                                    \
    template Real<T> dense_norm(MatrixView<const T>, Norm);     \
    template Real<T> entries_norm(MatrixView<const T>, double); \
    template Real<T> condition_number(MatrixView<const T>, Norm);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
