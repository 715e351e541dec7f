#include <tamis/adjoint/least_squares.hpp>

#include "adjoint/dense_block.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

double outer_flops(std::int64_t m, std::int64_t n, std::int64_t columns) {
    return 8 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(columns);
}

/// A⁺ B.
template <class T, class F>
Block<T> solved(const F& f, const Block<T>& B) {
    Block<T> X(f.cols(), B.cols(), uninitialized);
    f.solve_into(MatrixView<const T>(B), MatrixView<T>(X));
    return X;
}
/// A⁺ᴴ B.
template <class T, class F>
Block<T> solved_adjointly(const F& f, const Block<T>& B) {
    Block<T> X(f.rows(), B.cols(), uninitialized);
    f.solve_adjoint_into(MatrixView<const T>(B), MatrixView<T>(X));
    return X;
}

}  // namespace

template <class T, class F>
void least_squares_cotangents(const F& f, MatrixView<const T> A, MatrixView<const T> b, MatrixView<const T> x_bar,
                              MatrixView<T> A_bar, MatrixView<T> b_bar) {
    const char* const what = "least_squares_vjp";
    const std::int64_t m = f.rows(), n = f.cols(), c = b.cols();
    const Block<T> matrix = argument<T>(what, "the matrix", A, m, n);
    Block<T> r = argument<T>(what, "the right-hand side", b, m, c);
    Block<T> p = argument<T>(what, "the cotangent of x", x_bar, n, c);
    const Block<T> x = solved(f, r);
    const Block<T> y = solved_adjointly(f, p);
    const Block<T> w = solved(f, y);
    const Block<T> z = solved_adjointly(f, x);
    for (std::int64_t j = 0; j < n; ++j) std::fill_n(&A_bar(0, j), m, T(0));
    tamis::detail::on_dense_threads(outer_flops(m, n, c), [&] {
        add_product<T>(T(-1), 'N', matrix, 'N', x, r);
        add_product<T>(T(-1), 'C', matrix, 'N', y, p);
        add_product<T>(T(-1), 'N', y, 'C', x, A_bar);
        add_product<T>(T(1), 'N', r, 'C', w, A_bar);
        add_product<T>(T(1), 'N', z, 'C', p, A_bar);
    });
    std::ranges::copy(y.numbers(), b_bar.data());
}

template <class T, class F>
void least_squares_tangent(const F& f, MatrixView<const T> A, MatrixView<const T> b, MatrixView<const T> A_dot,
                           MatrixView<const T> b_dot, MatrixView<T> x_dot) {
    const char* const what = "least_squares_jvp";
    const std::int64_t m = f.rows(), n = f.cols(), c = b.cols();
    const Block<T> matrix = argument<T>(what, "the matrix", A, m, n);
    Block<T> r = argument<T>(what, "the right-hand side", b, m, c);
    const Block<T> E = optional_argument<T>(what, "the tangent of the matrix", A_dot, m, n);
    Block<T> d = optional_argument<T>(what, "the tangent of the right-hand side", b_dot, m, c);
    if (d.empty()) d = Block<T>(m, c);
    if (E.empty()) {
        std::ranges::copy(solved(f, d).numbers(), x_dot.data());
        return;
    }
    const Block<T> x = solved(f, r);
    const Block<T> z = solved_adjointly(f, x);
    add_product<T>(T(-1), 'N', matrix, 'N', x, r);
    add_product<T>(T(-1), 'N', E, 'N', x, d);
    // A⁺(ḃ − Ȧx + A⁺ᴴȦᴴr) + (I − A⁺A) q, q = ȦᴴA⁺ᴴx
    const Block<T> g = solved_adjointly(f, product<T>('C', E, 'N', r));
    const Block<T> q = product<T>('C', E, 'N', z);
    for (std::int64_t j = 0; j < c; ++j)
        for (std::int64_t i = 0; i < m; ++i) d(i, j) += g(i, j);
    add_product<T>(T(-1), 'N', matrix, 'N', q, d);
    const Block<T> turned = solved(f, d);
    for (std::int64_t j = 0; j < c; ++j)
        for (std::int64_t i = 0; i < n; ++i) x_dot(i, j) = turned(i, j) + q(i, j);
}

#define TAMIS_INSTANTIATE_WITH(T, F)                                                                                \
    template void least_squares_cotangents(const F&, MatrixView<const T>, MatrixView<const T>, MatrixView<const T>, \
                                           MatrixView<T>, MatrixView<T>);                                           \
    template void least_squares_tangent(const F&, MatrixView<const T>, MatrixView<const T>, MatrixView<const T>,    \
                                        MatrixView<const T>, MatrixView<T>);
#define TAMIS_INSTANTIATE(T)              \
    TAMIS_INSTANTIATE_WITH(T, DenseQr<T>) \
    TAMIS_INSTANTIATE_WITH(T, DenseSvd<T>)
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#undef TAMIS_INSTANTIATE_WITH

}  // namespace tamis::derivatives::detail
