#include <tamis/adjoint/pinv.hpp>

#include "adjoint/dense_block.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

template <class T>
void divide_rows_by(MatrixView<const Real<T>> s, MatrixView<T> W) {
    for (std::int64_t j = 0; j < W.cols(); ++j)
        for (std::int64_t i = 0; i < W.rows(); ++i) W(i, j) /= s(i, 0);
}

}  // namespace

// With the first r singular vectors and G = UᴴX̄ᴴV:
//   Ā = −U Σ⁻¹ Gᴴ Σ⁻¹ Vᴴ + (X̄ᴴV − U G) Σ⁻² Vᴴ + U Σ⁻² (UᴴX̄ᴴ − G Vᴴ).
template <class T>
void pinv_cotangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t r,
                    MatrixView<const T> X_bar, MatrixView<T> A_bar) {
    const std::int64_t m = U.rows(), n = Vt.cols();
    const Block<T> B = argument<T>("pinv_vjp", "the cotangent of the inverse", X_bar, n, m);
    for (std::int64_t j = 0; j < n; ++j) std::fill_n(&A_bar(0, j), m, T(0));
    const MatrixView<const T> U1 = part(U, 0, 0, m, r), V1 = part(Vt, 0, 0, r, n);
    tamis::detail::on_function_threads(std::max(m, n), [&] {
        Block<T> left = product<T>('C', B, 'C', V1);   // m×r, X̄ᴴV
        Block<T> right = product<T>('C', U1, 'C', B);  // r×n, UᴴX̄ᴴ
        Block<T> G = product<T>('N', right, 'C', V1);
        add_product<T>(T(-1), 'N', U1, 'N', G, left);
        add_product<T>(T(-1), 'N', G, 'N', V1, right);
        for (int twice = 0; twice < 2; ++twice) {
            divide_rows_by<T>(s, MatrixView<T>(left).transposed());
            divide_rows_by<T>(s, right);
        }
        Block<T> inner(r, r, uninitialized);
        for (std::int64_t j = 0; j < r; ++j)
            for (std::int64_t i = 0; i < r; ++i) inner(i, j) = tamis::detail::conjugate(G(j, i));
        divide_rows_by<T>(s, inner);
        divide_rows_by<T>(s, MatrixView<T>(inner).transposed());
        add_product<T>(T(-1), 'N', U1, 'N', inner, left);
        add_product<T>(T(1), 'N', left, 'N', V1, A_bar);
        add_product<T>(T(1), 'N', U1, 'N', right, A_bar);
    });
}

// With P = UᴴȦV:
//   Ẋ = −V Σ⁻¹ P Σ⁻¹ Uᴴ + V Σ⁻² (VᴴȦᴴ − PᴴUᴴ) + (ȦᴴU − V Pᴴ) Σ⁻² Uᴴ.
template <class T>
void pinv_tangent(MatrixView<const T> U, MatrixView<const Real<T>> s, MatrixView<const T> Vt, std::int64_t r,
                  MatrixView<const T> A_dot, MatrixView<T> X_dot) {
    const std::int64_t m = U.rows(), n = Vt.cols();
    const Block<T> E = argument<T>("pinv_jvp", "the tangent of A", A_dot, m, n);
    for (std::int64_t j = 0; j < m; ++j) std::fill_n(&X_dot(0, j), n, T(0));
    const MatrixView<const T> U1 = part(U, 0, 0, m, r), V1 = part(Vt, 0, 0, r, n);
    tamis::detail::on_function_threads(std::max(m, n), [&] {
        Block<T> upper = product<T>('N', V1, 'C', E);  // r×m, VᴴȦᴴ
        Block<T> lower = product<T>('C', E, 'N', U1);  // n×r, ȦᴴU
        Block<T> P = product<T>('C', U1, 'C', upper);  // UᴴȦV
        add_product<T>(T(-1), 'C', P, 'C', U1, upper);
        add_product<T>(T(-1), 'C', V1, 'C', P, lower);
        for (int twice = 0; twice < 2; ++twice) {
            divide_rows_by<T>(s, upper);
            divide_rows_by<T>(s, MatrixView<T>(lower).transposed());
        }
        divide_rows_by<T>(s, P);
        divide_rows_by<T>(s, MatrixView<T>(P).transposed());
        add_product<T>(T(-1), 'N', P, 'C', U1, upper);
        add_product<T>(T(1), 'C', V1, 'N', upper, X_dot);
        add_product<T>(T(1), 'N', lower, 'C', U1, X_dot);
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template void pinv_cotangent(MatrixView<const T>, MatrixView<const Real<T>>, MatrixView<const T>, std::int64_t, \
                                 MatrixView<const T>, MatrixView<T>);                                               \
    template void pinv_tangent(MatrixView<const T>, MatrixView<const Real<T>>, MatrixView<const T>, std::int64_t,   \
                               MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
