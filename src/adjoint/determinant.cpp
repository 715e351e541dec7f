#include <tamis/adjoint/determinant.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "adjoint/contiguous.hpp"
#include "core/backend_threads.hpp"
#include "core/blas.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

/// A product that neither over- nor underflows: m 2^e.
struct ScaledProduct {
    double m = 1;
    long e = 0;
    [[nodiscard]] ScaledProduct times(double v) const {
        int shift = 0;
        const double mantissa = std::frexp(m * v, &shift);
        return {mantissa, e + shift};
    }
    [[nodiscard]] ScaledProduct times(const ScaledProduct& other) const {
        const auto product = times(other.m);
        return {product.m, product.e + other.e};
    }
    [[nodiscard]] double value() const { return std::ldexp(m, static_cast<int>(std::clamp<long>(e, -20000, 20000))); }
};

}  // namespace

template <class T>
void scaled_adjoint(T alpha, MatrixView<const T> from, MatrixView<T> to) {
    constexpr std::int64_t tile = 32;
    for (std::int64_t j0 = 0; j0 < from.cols(); j0 += tile)
        for (std::int64_t i0 = 0; i0 < from.rows(); i0 += tile)
            for (std::int64_t j = j0; j < std::min(from.cols(), j0 + tile); ++j)
                for (std::int64_t i = i0; i < std::min(from.rows(), i0 + tile); ++i)
                    to(j, i) = alpha * tamis::detail::conjugate(from(i, j));
}

template <class T>
void scale_by_exponential(T alpha, Real<T> logarithm, MatrixView<T> M) {
    // exp(l) = f 2^k with f near 1: the power of two is applied to the product, which may be in range where it is not.
    const double l = static_cast<double>(logarithm);
    const double k = std::clamp(std::round(l / 0.6931471805599453), -20000.0, 20000.0);
    const double f = std::exp(l - k * 0.6931471805599453);
    const auto scaled = [&](Real<T> v) {
        return static_cast<Real<T>>(std::ldexp(static_cast<double>(v) * f, static_cast<int>(k)));
    };
    for (std::int64_t j = 0; j < M.cols(); ++j) {
        for (std::int64_t i = 0; i < M.rows(); ++i) {
            const T v = M(i, j) * alpha;
            if constexpr (is_complex_v<T>) M(i, j) = T(scaled(v.real()), scaled(v.imag()));
            else M(i, j) = scaled(v);
        }
    }
}

template <class T>
T inner_product(MatrixView<const T> A, MatrixView<const T> B) {
    using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    Wide sum(0);
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) sum += Wide(A(i, j)) * Wide(tamis::detail::conjugate(B(i, j)));
    return static_cast<T>(sum);
}

template <class T>
void singular_cofactors(T alpha, MatrixView<const T> U, const Real<T>* sigma, MatrixView<const T> Vt, MatrixView<T> M) {
    const auto n = U.rows();
    if (n == 0) return;
    std::vector<ScaledProduct> after(static_cast<std::size_t>(n) + 1);
    for (auto i = static_cast<std::size_t>(n); i > 0; --i) after[i - 1] = after[i].times(static_cast<double>(sigma[i - 1]));
    ScaledProduct before;
    Array<T> scaled(n * n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j) {
        const auto p = before.times(after[static_cast<std::size_t>(j) + 1]).value();
        for (std::int64_t i = 0; i < n; ++i) scaled[j * n + i] = U(i, j) * alpha * static_cast<Real<T>>(p);
        before = before.times(static_cast<double>(sigma[j]));
    }
    const Contiguous<T> vt(Vt);
    const double order = static_cast<double>(n);
    tamis::detail::on_backend_threads(2 * order * order * order, [&] {
        tamis::detail::blas::gemm('N', 'N', n, n, n, T(1), scaled.data(), n, vt.data(), vt.ld(), T(0), M.data(), n);
    });
}

#define TAMIS_INSTANTIATE(T)                                             \
    template void scaled_adjoint(T, MatrixView<const T>, MatrixView<T>); \
    template void scale_by_exponential(T, Real<T>, MatrixView<T>);       \
    template T inner_product(MatrixView<const T>, MatrixView<const T>);  \
    template void singular_cofactors(T, MatrixView<const T>, const Real<T>*, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
