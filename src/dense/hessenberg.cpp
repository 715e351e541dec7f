#include <tamis/dense/hessenberg.hpp>

#include <algorithm>

#include "core/blas.hpp"
#include "dense/lapack_eig.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

template <class T>
void DenseHessenberg<T>::compute(MatrixView<const T> A) {
    detail::check_square_operand("hessenberg", A);
    const std::int64_t n = A.rows();
    h_ = Array<T>(n * n, uninitialized);
    detail::copy_finite("hessenberg", A, h_.data(), n);
    n_ = n;
    if (n == 0) return;
    Array<T> tau(n);
    const double order = static_cast<double>(n);
    detail::on_dense_threads(14.0 / 3 * order * order * order, [&] {
        const detail::lapack::Window whole{1, static_cast<detail::lapack::Int>(n)};
        detail::lapack::gehrd(n, whole, h_.data(), n, tau.data());
        q_ = h_;
        detail::lapack::unghr(n, whole, q_.data(), n, tau.data());
    });
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = j + 2; i < n; ++i) h_[j * n + i] = T(0);
}

template <class T>
void DenseHessenberg<T>::write_product(MatrixView<T> out) const {
    const std::int64_t n = n_;
    if (n == 0) return;
    Array<T> half(n * n, uninitialized);
    const double order = static_cast<double>(n);
    detail::on_dense_threads(4 * order * order * order, [&] {
        detail::blas::gemm('N', 'N', n, n, n, T(1), q_.data(), n, h_.data(), n, T(0), half.data(), n);
        detail::blas::gemm('N', 'C', n, n, n, T(1), half.data(), n, q_.data(), n, T(0), out.data(), n);
    });
}

namespace detail {

template <class T>
void balance_into(MatrixView<const T> A, BalanceOptions options, MatrixView<T> balanced, MatrixView<T> transform) {
    check_square_operand("balance", A);
    const std::int64_t n = A.rows();
    copy_finite("balance", A, balanced.data(), std::max<std::int64_t>(n, 1));
    std::fill_n(transform.data(), n * n, T(0));
    if (n == 0) return;
    for (std::int64_t j = 0; j < n; ++j) transform(j, j) = T(1);
    const char job = options.permute ? (options.scale ? 'B' : 'P') : (options.scale ? 'S' : 'N');
    Array<Real<T>> scale(n);
    const lapack::Window window = lapack::gebal(job, n, balanced.data(), n, scale.data());
    lapack::gebak(job, 'R', n, window, scale.data(), n, transform.data());
}

}  // namespace detail

#define TAMIS_INSTANTIATE(T)           \
    template class DenseHessenberg<T>; \
    template void detail::balance_into(MatrixView<const T>, BalanceOptions, MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
