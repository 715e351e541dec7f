#include <tamis/adjoint/lu.hpp>

#include "adjoint/dense_block.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

template <class T>
void lu_cotangent(MatrixView<const T> L, MatrixView<const T> U, std::span<const std::int64_t> p, MatrixView<const T> l_bar,
                  MatrixView<const T> u_bar, MatrixView<T> A_bar) {
    const std::int64_t n = L.rows();
    Block<T> P = optional_argument<T>("lu_vjp", "the cotangent of L", l_bar, n, n);
    Block<T> S = optional_argument<T>("lu_vjp", "the cotangent of U", u_bar, n, n);
    if (P.empty()) P = Block<T>(n, n);
    tamis::detail::on_function_threads(n, [&] {
        for (std::int64_t j = 0; j < n; ++j) std::fill_n(&P(0, j), j + 1, T(0));
        multiply<T>('L', 'L', 'C', true, L, P);
        for (std::int64_t j = 0; j < n; ++j) std::fill_n(&P(0, j), j + 1, T(0));
        if (!S.empty()) {
            for (std::int64_t j = 0; j < n; ++j) std::fill_n(&S(0, j) + j + 1, n - j - 1, T(0));
            multiply<T>('R', 'U', 'C', false, U, S);
            for (std::int64_t j = 0; j < n; ++j) std::copy_n(&S(0, j), j + 1, &P(0, j));
        }
        divide<T>('L', 'L', 'C', true, L, P);
        divide<T>('R', 'U', 'C', false, U, P);
    });
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) A_bar(p[static_cast<std::size_t>(i)], j) = P(i, j);
}

template <class T>
void lu_tangent(MatrixView<const T> L, MatrixView<const T> U, std::span<const std::int64_t> p, MatrixView<const T> A_dot,
                MatrixView<T> l_dot, MatrixView<T> u_dot) {
    const std::int64_t n = L.rows();
    const Block<T> given = argument<T>("lu_jvp", "the tangent of A", A_dot, n, n);
    Block<T> C(n, n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) C(i, j) = given(p[static_cast<std::size_t>(i)], j);
    tamis::detail::on_function_threads(n, [&] {
        divide<T>('L', 'L', 'N', true, L, C);
        divide<T>('R', 'U', 'N', false, U, C);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) {
                l_dot(i, j) = i > j ? C(i, j) : T(0);
                u_dot(i, j) = i > j ? T(0) : C(i, j);
            }
        multiply<T>('L', 'L', 'N', true, L, l_dot);
        multiply<T>('R', 'U', 'N', false, U, u_dot);
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                               \
    template void lu_cotangent(MatrixView<const T>, MatrixView<const T>, std::span<const std::int64_t>,                    \
                               MatrixView<const T>, MatrixView<const T>, MatrixView<T>);                                   \
    template void lu_tangent(MatrixView<const T>, MatrixView<const T>, std::span<const std::int64_t>, MatrixView<const T>, \
                             MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
