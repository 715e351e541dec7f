#include <tamis/adjoint/qr.hpp>

#include "adjoint/dense_block.hpp"
#include "core/refuse.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

/// SingularMatrix where the leading square of R is singular to working precision.
template <class T>
void check_leading_columns(const char* what, MatrixView<const T> R) {
    const std::int64_t k = R.rows();
    if (k == 0) return;
    bool regular = tamis::detail::lapack::trcon('U', k, R.data(), R.col_stride()) > epsilon_v<T>;
    for (std::int64_t j = 0; j < k; ++j) regular = regular && R(j, j) != T(0);
    if (!regular)
        throw SingularMatrix(std::string(what) + ": the first " + std::to_string(k) +
                                 " columns of the matrix, as pivoted, are linearly dependent to working precision, where Q "
                                 "and R have no derivative",
                             -1, false);
}

/// The upper triangle, its adjoint below, the real part of the diagonal.
template <class T>
void mirror_upper(MatrixView<T> W) {
    for (std::int64_t j = 0; j < W.cols(); ++j) {
        W(j, j) = tamis::detail::real_part(W(j, j));
        for (std::int64_t i = 0; i < j; ++i) W(j, i) = tamis::detail::conjugate(W(i, j));
    }
}

template <class T>
void clear_below(MatrixView<T> R) {
    for (std::int64_t j = 0; j < R.rows(); ++j) std::fill_n(&R(0, j) + j + 1, R.rows() - j - 1, T(0));
}

}  // namespace

template <class T>
void qr_cotangent(MatrixView<const T> Q, MatrixView<const T> R, std::span<const std::int64_t> p, MatrixView<const T> q_bar,
                  MatrixView<const T> r_bar, MatrixView<T> A_bar) {
    const char* const what = "qr_vjp";
    const std::int64_t m = Q.rows(), k = Q.cols(), n = R.cols();
    Block<T> B = optional_argument<T>(what, "the cotangent of Q", q_bar, m, k);
    Block<T> Z = optional_argument<T>(what, "the cotangent of R", r_bar, k, n);
    check_leading_columns(what, R);
    if (m == 0 || n == 0) return;
    if (B.empty()) B = Block<T>(m, k);
    if (Z.empty()) Z = Block<T>(k, n);
    if (k > 0) clear_below<T>(Z);
    Block<T> beside(m, n - k);
    tamis::detail::on_function_threads(k, [&] {
        if (n > k) {
            const MatrixView<const T> rest = part<const T>(Z, 0, k, k, n - k);
            const Block<T> A2 = product<T>('N', Q, 'N', part(R, 0, k, k, n - k));
            add_product<T>(T(1), 'N', A2, 'C', rest, B);
            add_product<T>(T(1), 'N', Q, 'N', rest, beside);
        }
        // W = R̄₁R₁ᴴ − QᴴQ̄
        Block<T> W(k, k, uninitialized);
        std::copy_n(Z.data(), k * k, W.data());
        multiply<T>('R', 'U', 'C', false, part(R, 0, 0, k, k), W);
        add_product<T>(T(-1), 'C', Q, 'N', B, W);
        mirror_upper<T>(W);
        add_product<T>(T(1), 'N', Q, 'N', W, B);
        divide<T>('R', 'U', 'C', false, part(R, 0, 0, k, k), B);
    });
    for (std::int64_t j = 0; j < n; ++j)
        std::copy_n(j < k ? &B(0, j) : &beside(0, j - k), m, &A_bar(0, 0) + p[static_cast<std::size_t>(j)] * m);
}

template <class T>
void qr_tangent(MatrixView<const T> Q, MatrixView<const T> R, std::span<const std::int64_t> p, MatrixView<const T> A_dot,
                MatrixView<T> q_dot, MatrixView<T> r_dot) {
    const char* const what = "qr_jvp";
    const std::int64_t m = Q.rows(), k = Q.cols(), n = R.cols();
    const Block<T> given = argument<T>(what, "the tangent of A", A_dot, m, n);
    check_leading_columns(what, R);
    if (m == 0 || n == 0) return;
    Block<T> B(m, n, uninitialized);  // A_dot(:, p)
    for (std::int64_t j = 0; j < n; ++j) std::copy_n(&given(0, 0) + p[static_cast<std::size_t>(j)] * m, m, &B(0, 0) + j * m);
    tamis::detail::on_function_threads(k, [&] {
        Block<T> rest(k, n - k);
        const MatrixView<T> lead = part<T>(B, 0, 0, m, k);
        add_product<T>(T(1), 'C', Q, 'N', part<const T>(B, 0, k, m, n - k), rest);
        divide<T>('R', 'U', 'N', false, part(R, 0, 0, k, k), lead);
        Block<T> C = product<T>('C', Q, 'N', lead);
        // U: strictly upper part plus the adjoint of the strictly lower one, the real diagonal.
        for (std::int64_t j = 0; j < k; ++j) {
            for (std::int64_t i = 0; i < j; ++i) {
                C(i, j) += tamis::detail::conjugate(C(j, i));
                C(j, i) = T(0);
            }
            C(j, j) = tamis::detail::real_part(C(j, j));
        }
        add_product<T>(T(-1), 'N', Q, 'N', C, lead);
        for (std::int64_t j = 0; j < k; ++j) std::copy_n(&lead(0, j), m, &q_dot(0, j));
        if (n > k) {
            // Ṙ₂ = Q̇ᴴA₂ + QᴴȦ₂ with A₂ = Q R₂
            const Block<T> turn = product<T>('C', lead, 'N', Q);
            add_product<T>(T(1), 'N', turn, 'N', part(R, 0, k, k, n - k), rest);
            for (std::int64_t j = k; j < n; ++j) std::copy_n(&rest(0, j - k), k, &r_dot(0, j));
        }
        multiply<T>('R', 'U', 'N', false, part(R, 0, 0, k, k), C);
        for (std::int64_t j = 0; j < k; ++j) std::copy_n(&C(0, j), k, &r_dot(0, j));
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                               \
    template void qr_cotangent(MatrixView<const T>, MatrixView<const T>, std::span<const std::int64_t>,                    \
                               MatrixView<const T>, MatrixView<const T>, MatrixView<T>);                                   \
    template void qr_tangent(MatrixView<const T>, MatrixView<const T>, std::span<const std::int64_t>, MatrixView<const T>, \
                             MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
