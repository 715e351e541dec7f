#include "learn/pca_search.hpp"

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/randomized_svd.hpp>
#include <tamis/iterative/eigen/svds.hpp>

#include "core/blas.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"

namespace tamis::learn::detail {

namespace {

template <class T>
Array<T> triangle_of(std::int64_t rows, std::int64_t n, const T* QR) {
    Array<T> R(n * n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) R[j * n + i] = i <= j ? QR[j * rows + i] : T(0);
    return R;
}

}  // namespace

template <class T>
PrincipalAxes<T> exact_axes(std::int64_t n, std::int64_t p, Array<T>& X, std::int64_t k) {
    PrincipalAxes<T> found{Array<Real<T>>(k, uninitialized), Array<T>(p * k, uninitialized)};
    if (k == 0) return found;
    const bool wide = n < p;
    const std::int64_t least = std::min(n, p), most = std::max(n, p);
    if (wide) {
        Array<T> turned(n * p, uninitialized);
        tamis::detail::adjoint_into(n, p, X.data(), turned.data());
        X = std::move(turned);
    }
    Array<T> tau(least, uninitialized);
    const double flops = 2.0 * static_cast<double>(most) * static_cast<double>(least) * static_cast<double>(least);
    tamis::detail::on_spectral_threads(flops,
                                       [&] { tamis::detail::lapack::geqrf(most, least, X.data(), most, tau.data()); });
    const Array<T> R = triangle_of(most, least, X.data());
    // X = Q R and R = U S Vᴴ; of wide data Xᴴ = Q R and R = W S Zᴴ, whence V = Q W.
    const tamis::detail::ThinSvd<T> svd("Pca fit", MatrixView<const T>(R.data(), least, least));
    std::copy_n(svd.s.data(), k, found.values.data());
    if (!wide) {
        for (std::int64_t j = 0; j < k; ++j)
            for (std::int64_t i = 0; i < p; ++i) found.axes[j * p + i] = tamis::detail::conjugate(svd.Vt[i * least + j]);
        return found;
    }
    std::fill(found.axes.begin(), found.axes.end(), T(0));
    for (std::int64_t j = 0; j < k; ++j) std::copy_n(svd.U.data() + j * least, least, found.axes.data() + j * p);
    tamis::detail::on_spectral_threads(
        flops, [&] { tamis::detail::lapack::unmqr(false, p, k, least, X.data(), p, tau.data(), found.axes.data(), p); });
    return found;
}

template <class T>
PrincipalAxes<T> searched_axes(const OperatorRef<T>& centered, std::int64_t k, PcaMethod method, const PcaOptions& options,
                               std::string& how) {
    const std::int64_t n = centered.rows(), p = centered.cols();
    PrincipalAxes<T> found{Array<Real<T>>(k, uninitialized), Array<T>(p * k, uninitialized)};
    Array<T> U(n * k, uninitialized), Vt(k * p, uninitialized);
    const VectorView<Real<T>> s(found.values.data(), k);
    const MatrixView<T> u(U.data(), n, k), vt(Vt.data(), k, p);
    const EigenOperand<T> operand(centered);
    tamis::EigenReport report;
    if (method == PcaMethod::lanczos) {
        SvdsOptions<T> search;
        if (options.tolerance > 0) search.tolerance = options.tolerance;
        search.seed = options.seed;
        report = tamis::detail::svds<T>(operand, k, search, s, u, vt);
    } else {
        RandomizedSvdOptions search;
        search.seed = options.seed;
        search.oversampling = options.oversampling;
        search.power_iterations = options.power_iterations;
        report = tamis::detail::randomized_svd<T>(operand, k, search, s, u, vt);
    }
    how = report.message;
    tamis::detail::require_all(report.residual_norms, report.status, "Pca fit: " + report.message, report.iterations);
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < p; ++i) found.axes[j * p + i] = tamis::detail::conjugate(Vt[i * k + j]);
    return found;
}

#define TAMIS_INSTANTIATE(T)                                                                                      \
    template PrincipalAxes<T> exact_axes<T>(std::int64_t, std::int64_t, Array<T>&, std::int64_t);                 \
    template PrincipalAxes<T> searched_axes<T>(const OperatorRef<T>&, std::int64_t, PcaMethod, const PcaOptions&, \
                                               std::string&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
