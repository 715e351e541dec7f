#include <tamis/adjoint/cholesky.hpp>

#include "adjoint/contiguous.hpp"
#include "adjoint/dense_block.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

/// Φ: the lower triangle of P with half of its diagonal, which is real.
template <class T>
void take_half(MatrixView<T> P) {
    for (std::int64_t j = 0; j < P.cols(); ++j) {
        std::fill_n(&P(0, j), j, T(0));
        P(j, j) = tamis::detail::real_part(P(j, j)) / Real<T>(2);
    }
}

}  // namespace

template <class T>
void cholesky_cotangent(MatrixView<const T> L, MatrixView<const T> L_bar, MatrixView<T> A_bar) {
    const std::int64_t n = L.rows();
    Block<T> P = argument<T>("cholesky_vjp", "the cotangent of L", L_bar, n, n);
    for (std::int64_t j = 0; j < n; ++j) std::fill_n(&P(0, j), j, T(0));
    tamis::detail::on_function_threads(n, [&] {
        multiply<T>('L', 'L', 'C', false, L, P);
        take_half<T>(P);
        // N = ½ (Φ(P) + Φ(P)ᴴ), then L⁻ᴴ N L⁻¹.
        make_hermitian<T>(P);
        divide<T>('L', 'L', 'C', false, L, P);
        divide<T>('R', 'L', 'N', false, L, P);
        make_hermitian<T>(P);
    });
    std::ranges::copy(P.numbers(), A_bar.data());
}

template <class T>
void cholesky_tangent(MatrixView<const T> L, MatrixView<const T> A_dot, MatrixView<T> L_dot) {
    const std::int64_t n = L.rows();
    Block<T> S = hermitian_argument<T>("cholesky_jvp", "the tangent of A", A_dot, n);
    tamis::detail::on_function_threads(n, [&] {
        divide<T>('L', 'L', 'N', false, L, S);
        divide<T>('R', 'L', 'C', false, L, S);
        take_half<T>(S);
        multiply<T>('L', 'L', 'N', false, L, S);
    });
    std::ranges::copy(S.numbers(), L_dot.data());
}

#define TAMIS_INSTANTIATE(T)                                                                   \
    template void cholesky_cotangent(MatrixView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void cholesky_tangent(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
