#include <tamis/learn/gram.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>

#include "core/blas.hpp"
#include "core/refuse.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

namespace {

/// The other triangle of a Hermitian matrix of which the lower one is there, with a real diagonal.
template <class T>
void fill_upper(MatrixView<T> K) {
    constexpr std::int64_t tile = 32;
    const std::int64_t n = K.rows();
    for (std::int64_t j0 = 0; j0 < n; j0 += tile)
        for (std::int64_t i0 = j0; i0 < n; i0 += tile)
            for (std::int64_t i = i0; i < std::min(n, i0 + tile); ++i)
                for (std::int64_t j = j0; j < std::min({n, j0 + tile, i}); ++j) K(j, i) = tamis::detail::conjugate(K(i, j));
    if constexpr (is_complex_v<T>)
        for (std::int64_t i = 0; i < n; ++i) K(i, i) = T(K(i, i).real());
}

/// A as a column-major matrix with contiguous columns: a view where it is one, otherwise a copy.
template <class T>
struct Columns {
    Array<T> own;
    const T* data;
    std::int64_t ld;

    explicit Columns(MatrixView<const T> A) : data(A.data()), ld(std::max<std::int64_t>(A.rows(), 1)) {
        if (A.row_stride() == 1 && (A.col_stride() >= ld || A.cols() <= 1)) {
            ld = std::max(A.col_stride(), ld);
            return;
        }
        own = Array<T>(A.rows() * A.cols(), uninitialized);
        tamis::detail::copy_view<T>(A, MatrixView<T>(own.data(), A.rows(), A.cols()));
        data = own.data();
    }
};

template <class T>
double product_flops(std::int64_t m, std::int64_t n, std::int64_t k) {
    return (is_complex_v<T> ? 8.0 : 2.0) * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

/// The lower triangle of Aᴴ A.
template <class T>
void adjoint_square(MatrixView<const T> A, T* K) {
    const std::int64_t n = A.cols(), k = A.rows();
    const Columns<T> columns(A);
    tamis::detail::on_dense_threads(product_flops<T>(n, n, k) / 2, [&] {
        tamis::detail::blas::herk_lower(n, k, Real<T>(1), columns.data, columns.ld, Real<T>(0), K, n);
    });
}

template <class R>
R size_of(R x) {
    return std::abs(x);
}
/// The larger part: |x| could overflow.
template <class R>
R size_of(const std::complex<R>& x) {
    return std::max(std::abs(x.real()), std::abs(x.imag()));
}

template <class R>
R scaled(R x, int e) {
    return std::ldexp(x, e);
}
template <class R>
std::complex<R> scaled(const std::complex<R>& x, int e) {
    return {std::ldexp(x.real(), e), std::ldexp(x.imag(), e)};
}

/// Divides n numbers at a distance of `stride` by their norm, in place.
template <class T>
void normalize_run(std::int64_t n, T* x, std::int64_t stride, Norm norm) {
    using R = Real<T>;
    R largest = 0;
    for (std::int64_t k = 0; k < n; ++k) largest = std::max(largest, size_of(x[k * stride]));
    if (largest == 0) return;
    // Ordinary numbers as they are; others by a power of two first, which is exact but where it no longer matters.
    constexpr R most = sizeof(R) == 8 ? static_cast<R>(0x1p400) : static_cast<R>(0x1p40);
    if (!(largest <= most && largest >= 1 / most)) {
        int e = 0;
        (void)std::frexp(largest, &e);
        for (std::int64_t k = 0; k < n; ++k) x[k * stride] = scaled(x[k * stride], -e);
    }
    double size = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        const T v = x[k * stride];
        if (norm == Norm::two)
            size += static_cast<double>(tamis::detail::real_part(v)) * static_cast<double>(tamis::detail::real_part(v)) +
                    static_cast<double>(tamis::detail::imag_part(v)) * static_cast<double>(tamis::detail::imag_part(v));
        else if (norm == Norm::one) size += static_cast<double>(std::abs(v));
        else size = std::max(size, static_cast<double>(std::abs(v)));
    }
    if (norm == Norm::two) size = std::sqrt(size);
    const auto divisor = static_cast<R>(size);
    for (std::int64_t k = 0; k < n; ++k) x[k * stride] /= divisor;
}

void check_norm(const char* what, Norm norm) {
    if (norm != Norm::two && norm != Norm::one && norm != Norm::inf)
        throw InvalidArgument(std::string(what) + ": rows have the norms Norm::one, two and inf");
}

template <class T>
void clamp_all(MatrixView<T> S) {
    for (std::int64_t j = 0; j < S.cols(); ++j)
        for (std::int64_t i = 0; i < S.rows(); ++i) S(i, j) = std::clamp(S(i, j), T(-1), T(1));
}

/// The normalized samples of X one after another.
template <class T>
Array<T> unit_samples(const char* which, MatrixView<const T> X) {
    Array<T> Z(X.rows() * X.cols(), uninitialized);
    normalize_dense<T>("cosine_similarity", which, X, Norm::two, MatrixView<T>(Z.data(), X.rows(), X.cols(), X.cols(), 1));
    return Z;
}

}  // namespace

template <class T>
void dense_gram(MatrixView<const T> X, bool of_features, MatrixView<T> K) {
    tamis::detail::check_lapack_sizes("gram_matrix", X.rows(), X.cols());
    tamis::detail::check_finite_entries<T>("gram_matrix", "X", X);
    if (K.rows() == 0) return;
    if (X.rows() == 0 || X.cols() == 0) {
        std::fill_n(K.data(), K.rows() * K.cols(), T(0));
        return;
    }
    // With A = Xᵀ, Aᴴ A is the conjugate of X Xᴴ.
    adjoint_square(of_features ? X : X.transposed(), K.data());
    if constexpr (is_complex_v<T>)
        if (!of_features)
            for (std::int64_t j = 0; j < K.cols(); ++j)
                for (std::int64_t i = j; i < K.rows(); ++i) K(i, j) = tamis::detail::conjugate(K(i, j));
    fill_upper(K);
}

template <class T>
void normalize_dense(const char* what, const char* which, MatrixView<const T> X, Norm norm, MatrixView<T> Z) {
    check_norm(what, norm);
    tamis::detail::check_finite_entries<T>(what, which, X);
    tamis::detail::copy_view<T>(X, Z);
    for_each_piece(X.rows(), 64, X.rows() * X.cols() * 4, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            normalize_run(Z.cols(), Z.data() + i * Z.row_stride(), Z.col_stride(), norm);
    });
}

template <class T, class I>
void check_sparse_finite(const char* what, CsrView<T, I> X, bool by_rows) {
    const T* const values = X.values().data();
    for (std::int64_t i = 0; i < X.rows(); ++i) {
        const auto last = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i) + 1]);
        for (auto e = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i)]); e < last; ++e)
            if (!tamis::detail::is_finite(values[e])) {
                const auto k = static_cast<std::int64_t>(X.col_indices()[static_cast<std::size_t>(e)]);
                tamis::detail::throw_not_finite(what, "X", by_rows ? i : k, by_rows ? k : i);
            }
    }
}

template <class T, class I>
void normalize_sparse(const char* what, const char* which, CsrView<T, I> X, Norm norm, T* values) {
    check_norm(what, norm);
    for (std::int64_t i = 0; i < X.rows(); ++i) {
        const auto first = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i)]);
        const auto last = static_cast<std::int64_t>(X.row_offsets()[static_cast<std::size_t>(i) + 1]);
        for (std::int64_t e = first; e < last; ++e)
            if (!tamis::detail::is_finite(values[e]))
                tamis::detail::throw_not_finite(what, which, i,
                                                static_cast<std::int64_t>(X.col_indices()[static_cast<std::size_t>(e)]));
        normalize_run(last - first, values + first, 1, norm);
    }
}

template <class T>
void dense_cosines(MatrixView<const T> X, MatrixView<const T> Y, MatrixView<T> S) {
    const std::int64_t n = X.rows(), m = Y.rows(), p = X.cols();
    const Array<T> x = unit_samples("X", X), y = unit_samples("Y", Y);
    if (n == 0 || m == 0) return;
    if (p == 0) {
        std::fill_n(S.data(), n * m, T(0));
        return;
    }
    tamis::detail::on_dense_threads(product_flops<T>(n, m, p), [&] {
        tamis::detail::blas::gemm('T', 'N', n, m, p, T(1), x.data(), p, y.data(), p, T(0), S.data(), n);
    });
    clamp_all(S);
}

template <class T>
void dense_self_cosines(MatrixView<const T> X, MatrixView<T> S) {
    const std::int64_t n = X.rows(), p = X.cols();
    const Array<T> x = unit_samples("X", X);
    if (n == 0) return;
    std::fill_n(S.data(), n * n, T(0));
    if (p > 0) adjoint_square(MatrixView<const T>(x.data(), p, n), S.data());
    fill_upper(S);
    clamp_all(S);
    for (std::int64_t i = 0; i < n; ++i)
        if (S(i, i) > 0) S(i, i) = 1;
}

template <class T, class I>
void clamp_cosines(CsrView<T, I> S, bool self, T* values) {
    for (std::int64_t i = 0; i < S.rows(); ++i)
        for (auto e = static_cast<std::int64_t>(S.row_offsets()[static_cast<std::size_t>(i)]);
             e < static_cast<std::int64_t>(S.row_offsets()[static_cast<std::size_t>(i) + 1]); ++e) {
            const bool diagonal = self && static_cast<std::int64_t>(S.col_indices()[static_cast<std::size_t>(e)]) == i;
            values[e] = diagonal && values[e] > 0 ? T(1) : std::clamp(values[e], T(-1), T(1));
        }
}

#define TAMIS_INSTANTIATE(T)                                               \
    template void dense_gram<T>(MatrixView<const T>, bool, MatrixView<T>); \
    template void normalize_dense<T>(const char*, const char*, MatrixView<const T>, Norm, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                                                \
    template void check_sparse_finite<T, I>(const char*, CsrView<T, I>, bool); \
    template void normalize_sparse<T, I>(const char*, const char*, CsrView<T, I>, Norm, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T)                                                                 \
    template void dense_cosines<T>(MatrixView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void dense_self_cosines<T>(MatrixView<const T>, MatrixView<T>);                 \
    template void clamp_cosines<T, std::int32_t>(CsrView<T, std::int32_t>, bool, T*);        \
    template void clamp_cosines<T, std::int64_t>(CsrView<T, std::int64_t>, bool, T*);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
