#include <tamis/dense/rq.hpp>

#include <algorithm>

#include "dense/lapack_qr.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

template <class T>
void DenseRq<T>::compute(MatrixView<const T> A) {
    const std::int64_t m = A.rows(), n = A.cols();
    detail::check_lapack_sizes("rq", m, n);
    const std::int64_t k = std::min(m, n);
    Array<T> work(m * n, uninitialized);
    detail::copy_finite("rq", A, work.data(), m);
    m_ = m;
    n_ = n;
    r_ = Array<T>(m * k);
    q_ = Array<T>(k * n, uninitialized);
    if (k == 0) return;
    Array<T> tau(k, uninitialized);
    const double flops = 4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    detail::on_dense_threads(flops, [&] {
        detail::lapack::gerqf(m, n, work.data(), m, tau.data());
        // The trapezoid ends in the last corner: r_ij with i − (m − k) ≤ j.
        for (std::int64_t j = 0; j < k; ++j)
            for (std::int64_t i = 0; i <= j + m - k; ++i) r_[j * m + i] = work[(j + n - k) * m + i];
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < k; ++i) q_[j * k + i] = work[j * m + i + m - k];
        detail::lapack::ungrq(k, n, k, q_.data(), k, tau.data());
    });
}

#define TAMIS_INSTANTIATE(T) template class DenseRq<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
