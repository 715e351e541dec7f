#include <tamis/dense/polar.hpp>

#include <algorithm>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_function.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
void polar(MatrixView<const T> A, MatrixView<T> U, MatrixView<T> P) {
    const std::int64_t m = A.rows(), n = A.cols();
    check_lapack_sizes("polar", m, n);
    const ThinSvd<T> parts("polar", A);
    const std::int64_t k = parts.k;
    if (k == 0) {
        std::fill_n(P.data(), n * n, T(0));
        return;
    }
    on_spectral_threads(2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k), [&] {
        blas::gemm('N', 'N', m, n, k, T(1), parts.U.data(), m, parts.Vt.data(), k, T(0), U.data(), m);
    });
    Array<T> V(n * k, uninitialized);
    adjoint_into(k, n, parts.Vt.data(), V.data());
    spectral_function(n, k, V.data(), n, parts.s.data(), P.data());
}

#define TAMIS_INSTANTIATE(T) template void polar(MatrixView<const T>, MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
