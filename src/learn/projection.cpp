#include <tamis/learn/projection.hpp>

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_function.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"

namespace tamis::learn {

template <class T>
void Projection<T>::compute(MatrixView<const T> A, const ProjectionOptions& options) {
    const std::int64_t m = A.rows(), n = A.cols();
    tamis::detail::check_lapack_sizes("projection_onto", m, n);
    if (!(options.rank_tolerance >= 0 && options.rank_tolerance <= 1))
        throw InvalidArgument("projection_onto: .rank_tolerance is " + std::to_string(options.rank_tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    tamis::detail::ThinSvd<T> svd("projection_onto", A);
    n_ = m;
    rank_ = tamis::detail::rank_of_values(svd.s.data(), m, n, {.relative = options.rank_tolerance});
    basis_ = std::move(svd.U);
    basis_.shrink(m * rank_);
}

template <class T>
void Projection<T>::write_basis(MatrixView<T> out) const {
    std::copy(basis_.begin(), basis_.end(), out.data());
}

template <class T>
void Projection<T>::write_matrix(MatrixView<T> out) const {
    Array<Real<T>> ones(rank_, uninitialized);
    std::fill(ones.begin(), ones.end(), Real<T>(1));
    tamis::detail::spectral_function<T>(n_, rank_, basis_.data(), n_, ones.data(), out.data());
}

template <class T>
void Projection<T>::apply(MatrixView<const T> X, MatrixView<T> Y) const {
    const std::int64_t n = n_, r = rank_, k = X.cols();
    tamis::detail::check_apply("apply", n, n, X.rows(), X.cols(), Y.rows(), Y.cols());
    if (n == 0 || k == 0) return;
    // Products with what BLAS takes: contiguous columns.
    Array<T> copy(X.row_stride() == 1 && X.col_stride() >= n ? 0 : n * k, uninitialized), inner(r * k, uninitialized);
    const T* x = X.data();
    std::int64_t ldx = X.col_stride();
    if (!copy.empty()) {
        tamis::detail::copy_view<T>(X, MatrixView<T>(copy.data(), n, k));
        x = copy.data();
        ldx = n;
    }
    const bool direct = Y.row_stride() == 1 && Y.col_stride() >= n;
    Array<T> result(direct ? 0 : n * k, uninitialized);
    T* const y = direct ? Y.data() : result.data();
    const std::int64_t ldy = direct ? Y.col_stride() : n;
    if (r == 0) {
        for (std::int64_t j = 0; j < k; ++j) std::fill_n(y + j * ldy, n, T(0));
    } else {
        const double flops = 4.0 * static_cast<double>(n) * static_cast<double>(r) * static_cast<double>(k);
        tamis::detail::on_spectral_threads(flops, [&] {
            namespace blas = tamis::detail::blas;
            blas::gemm('C', 'N', r, k, n, T(1), basis_.data(), n, x, ldx, T(0), inner.data(), r);
            blas::gemm('N', 'N', n, k, r, T(1), basis_.data(), n, inner.data(), r, T(0), y, ldy);
        });
    }
    if (!direct) tamis::detail::copy_view<T>(MatrixView<const T>(y, n, k), Y);
}

#define TAMIS_INSTANTIATE(T) template class Projection<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn
