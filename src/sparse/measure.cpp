#include <tamis/sparse/measure.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/extremes.hpp"
#include "core/random.hpp"
#include "instantiate.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

/// Sums of moduli are formed in double whatever the scalar.
template <class T>
double exact_modulus(const T& v) noexcept {
    if constexpr (is_complex_v<T>) return std::hypot(static_cast<double>(v.real()), static_cast<double>(v.imag()));
    else return std::abs(static_cast<double>(v));
}

template <class T, class I>
double largest_row_sum(const CsrView<T, I>& A) {
    double largest = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        double sum = 0;
        for (I k = A.row_offsets().data()[i]; k < A.row_offsets().data()[i + 1]; ++k)
            sum += exact_modulus(A.values().data()[k]);
        largest = larger_or_nan(largest, sum);
    }
    return largest;
}

template <class T, class I>
double largest_column_sum(const CsrView<T, I>& A) {
    Array<double> sums(A.cols());
    for (std::int64_t k = 0; k < A.nnz(); ++k)
        sums[static_cast<std::int64_t>(A.col_indices().data()[k])] += exact_modulus(A.values().data()[k]);
    double largest = 0;
    for (const double sum : sums) largest = larger_or_nan(largest, sum);
    return largest;
}

template <class R>
double largest_modulus(const R* x, std::int64_t n) {
    double largest = 0;
    for (std::int64_t k = 0; k < n; ++k) largest = larger_or_nan(largest, std::abs(static_cast<double>(x[k])));
    return largest;
}

/// Σ (scale·x_k)², in blocks so that rounding grows with the number of blocks and the length of one, not with n.
template <class R>
double sum_of_squares(const R* x, std::int64_t n, double scale) {
    constexpr std::int64_t block = 1024;
    double total = 0;
    for (std::int64_t begin = 0; begin < n; begin += block) {
        const std::int64_t end = std::min(n, begin + block);
        double s[4] = {};
        std::int64_t k = begin;
        for (; k + 4 <= end; k += 4) {
            for (int u = 0; u < 4; ++u) {
                const double v = scale * static_cast<double>(x[k + u]);
                s[u] += v * v;
            }
        }
        for (; k < end; ++k) {
            const double v = scale * static_cast<double>(x[k]);
            s[0] += v * v;
        }
        total += (s[0] + s[1]) + (s[2] + s[3]);
    }
    return total;
}

/// √Σ x_k² without over- or underflow on the way: as in J. L. Blue, A portable Fortran program to find the Euclidean norm of
/// a vector, ACM TOMS 4(1), 1978, but the whole vector is scaled, and only if the plain sum left the safe range.
template <class R>
double euclidean_norm(const R* x, std::int64_t n) {
    const double plain = sum_of_squares(x, n, 1.0);
    // Above this, squares that underflowed (each below 1e-307) cannot change the sum.
    if (plain > 1e-280 && plain <= std::numeric_limits<double>::max()) return std::sqrt(plain);
    const double largest = largest_modulus(x, n);
    if (!(largest > 0) || largest > std::numeric_limits<double>::max()) return largest;  // zero, NaN or infinity
    // A power of two near 1/largest: exact.
    const int exponent = std::clamp(-std::ilogb(largest), -1022, 1022);
    return std::ldexp(std::sqrt(sum_of_squares(x, n, std::ldexp(1.0, exponent))), -exponent);
}

/// The parts of complex numbers one after another: their squares sum to those of the moduli.
template <class T>
const Real<T>* parts_of(const T* x) noexcept {
    return reinterpret_cast<const Real<T>*>(x);
}
template <class T>
inline constexpr std::int64_t parts_per_scalar = is_complex_v<T> ? 2 : 1;

template <class T>
double euclidean_norm_of(const T* x, std::int64_t n) {
    return euclidean_norm(parts_of(x), parts_per_scalar<T> * n);
}

}  // namespace

template <class T, class I>
Real<T> norm(CsrView<T, I> A, Norm which) {
    switch (which) {
        case Norm::one: return static_cast<Real<T>>(largest_column_sum(A));
        case Norm::inf: return static_cast<Real<T>>(largest_row_sum(A));
        case Norm::frobenius: return static_cast<Real<T>>(euclidean_norm_of(A.values().data(), A.nnz()));
        case Norm::max: {
            double largest = 0;
            for (const T& v : A.values()) largest = larger_or_nan(largest, exact_modulus(v));
            return static_cast<Real<T>>(largest);
        }
        case Norm::two:
            throw Unsupported(
                "norm: the 2-norm of a sparse matrix takes iterations; call norm2_estimate(A), or norm(to_dense(A), "
                "Norm::two) for a small one");
        case Norm::nuclear:
        case Norm::minus_two:
            throw Unsupported(
                "norm: this norm needs all singular values; make a small matrix dense with to_dense(A), or take one, inf, "
                "frobenius or max");
        case Norm::minus_one:
        case Norm::minus_inf: break;
    }
    throw Unsupported(
        "norm: of a sparse matrix there are the norms one, inf, frobenius and max; use to_dense(A) for others");
}

template <class T, class I>
Real<T> norm2_estimate(CsrView<T, I> A, const Norm2Options& options) {
    if (!(options.tolerance >= 0))
        throw InvalidArgument("norm2_estimate: tolerance must be at least 0, got " + std::to_string(options.tolerance));
    if (options.max_iterations < 1)
        throw InvalidArgument("norm2_estimate: max_iterations must be at least 1, got " +
                              std::to_string(options.max_iterations));
    using R = Real<T>;
    const R size = norm(A, Norm::max);
    if (!(size > 0) || size > std::numeric_limits<R>::max()) return size;
    // Vectors of length s near 1/size, so that no product over- or underflows; a power of two away from the ends of the
    // range.
    const int exponent =
        std::clamp(-std::ilogb(size), std::numeric_limits<R>::min_exponent + 60, std::numeric_limits<R>::max_exponent - 2);
    const R s = std::ldexp(R(1), exponent);

    Array<T> v(A.cols(), uninitialized);
    Array<T> u(A.rows(), uninitialized);
    for (std::int64_t j = 0; j < v.size(); ++j) v[j] = uniform<T>(0x7a3d15, static_cast<std::uint64_t>(j));
    const auto normalise = [s](Array<T>& x) {
        const double length = euclidean_norm_of(x.data(), x.size());
        if (length > 0)
            for (T& xi : x) xi = xi / static_cast<R>(length) * s;
        return length;
    };
    const MatrixView<T> V(v.data(), v.size(), 1);
    const MatrixView<T> U(u.data(), u.size(), 1);
    normalise(v);
    double estimate = 0;
    for (std::int64_t k = 0; k < options.max_iterations; ++k) {
        // u = A v, v = Aᴴu with u and v made as long as s: ‖v‖/s tends to the largest singular value from below.
        multiply<T, I>(A, Operation::none, V, U, T(1), T(0), "norm2_estimate");
        normalise(u);
        multiply<T, I>(A, Operation::adjoint, U, V, T(1), T(0), "norm2_estimate");
        const double next = normalise(v);
        const double change = std::abs(next - estimate);
        estimate = std::max(estimate, next);
        if (change <= options.tolerance * estimate) break;
    }
    return static_cast<R>(std::ldexp(estimate, -exponent));
}

template <class T, class I>
void row_sums(CsrView<T, I> A, VectorView<T> s) {
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        T sum(0);
        for (I k = A.row_offsets().data()[i]; k < A.row_offsets().data()[i + 1]; ++k) sum += A.values().data()[k];
        s[i] = sum;
    }
}

template <class T, class I>
void col_sums(CsrView<T, I> A, VectorView<T> s) {
    for (std::int64_t j = 0; j < A.cols(); ++j) s[j] = T(0);
    for (std::int64_t k = 0; k < A.nnz(); ++k)
        s[static_cast<std::int64_t>(A.col_indices().data()[k])] += A.values().data()[k];
}

template <class T, class I>
T trace(CsrView<T, I> A) {
    T sum(0);
    for (std::int64_t i = 0; i < std::min(A.rows(), A.cols()); ++i) sum += A.coeff(i, i);
    return sum;
}

#define TAMIS_INSTANTIATE(T, I)                                                \
    template Real<T> norm<T, I>(CsrView<T, I>, Norm);                          \
    template Real<T> norm2_estimate<T, I>(CsrView<T, I>, const Norm2Options&); \
    template void row_sums<T, I>(CsrView<T, I>, VectorView<T>);                \
    template void col_sums<T, I>(CsrView<T, I>, VectorView<T>);                \
    template T trace<T, I>(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
