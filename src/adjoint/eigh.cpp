#include <tamis/adjoint/eigh.hpp>

#include <cmath>

#include "adjoint/dense_block.hpp"
#include "adjoint/gauge.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

std::string pair_of_values(std::int64_t i, std::int64_t j) {
    return "the eigenvalues " + std::to_string(j) + " and " + std::to_string(i) + " are equal to rounding";
}

/// Eigenvalues at a distance of at most this are one.
template <class R>
R cluster_width(MatrixView<const R> values, double tolerance) {
    const std::int64_t k = values.rows();
    const R largest = k > 0 ? std::max(std::abs(values(0, 0)), std::abs(values(k - 1, 0))) : R(0);
    return static_cast<R>(tolerance * static_cast<double>(largest));
}

}  // namespace

void check_whole_spectrum(const char* what, bool pencil) {
    if (pencil)
        throw InvalidArgument(std::string(what) +
                              ": the decomposition is that of a pencil; reduce it to a standard problem by cholesky(B)");
}

template <class T>
void eigh_cotangent(MatrixView<const Real<T>> values, MatrixView<const T> V, MatrixView<const Real<T>> values_bar,
                    MatrixView<const T> vectors_bar, const GaugeOptions& given, MatrixView<T> A_bar) {
    using R = Real<T>;
    const char* const what = "eigh_vjp";
    const std::int64_t n = V.rows(), k = V.cols();
    check_gauge_options(what, given);
    const GaugeOptions options = with_defaults<R>(given, n);
    const Block<R> l = optional_argument<R>(what, "the cotangent of the eigenvalues", values_bar, k, 1);
    const Block<T> B = optional_argument<T>(what, "the cotangent of the eigenvectors", vectors_bar, n, k);
    if (!B.empty() && k < n)
        throw InvalidArgument(std::string(what) + ": " + std::to_string(k) + " of " + std::to_string(n) +
                              " eigenvectors are known, whose derivatives depend on all others; decompose the whole matrix, "
                              "or take the eigenvalues' cotangents alone");
    const R width = cluster_width(values, options.cluster_tolerance);
    const R value_limit = l.empty() ? R(0) : static_cast<R>(options.gauge_tolerance * static_cast<double>(frobenius<R>(l)));
    const R vector_limit = B.empty() ? R(0) : static_cast<R>(options.gauge_tolerance * static_cast<double>(frobenius<T>(B)));
    Block<T> N(k, k);
    tamis::detail::on_function_threads(n, [&] {
        const Block<T> M = B.empty() ? Block<T>() : product<T>('C', V, 'N', B);
        for (std::int64_t j = 0; j < k; ++j) {
            if (!l.empty()) N(j, j) = l(j, 0);
            if (is_complex_v<T> && !M.empty() && !(std::abs(tamis::detail::imag_part(M(j, j))) <= vector_limit))
                throw_depends_on_gauge(
                    what, "the loss depends on the phase of eigenvector " + std::to_string(j) + ", which is arbitrary");
            for (std::int64_t i = j + 1; i < k; ++i) {
                const R gap = values(i, 0) - values(j, 0);
                const bool one = !(gap > width);
                if (one && !l.empty() && !(std::abs(l(i, 0) - l(j, 0)) <= value_limit))
                    throw_depends_on_gauge(what, pair_of_values(i, j) +
                                                     ", but their cotangents are not: which of them is "
                                                     "which is arbitrary");
                if (M.empty()) continue;
                const T K = M(i, j) / R(2) - tamis::detail::conjugate(M(j, i)) / R(2);
                if (one) {
                    if (!(std::abs(K) <= vector_limit))
                        throw_depends_on_gauge(
                            what,
                            pair_of_values(i, j) + ", and the loss depends on which basis of their eigenspace is taken");
                    continue;
                }
                N(i, j) = -K / gap;
                N(j, i) = tamis::detail::conjugate(N(i, j));
            }
        }
        hermitian_product<T>(V, N, A_bar);
    });
}

template <class T>
void eigh_tangent(MatrixView<const Real<T>> values, MatrixView<const T> V, MatrixView<const T> A_dot,
                  const GaugeOptions& given, MatrixView<Real<T>> values_dot, MatrixView<T> vectors_dot) {
    using R = Real<T>;
    const char* const what = "eigh_jvp";
    const std::int64_t n = V.rows(), k = V.cols();
    check_gauge_options(what, given);
    const GaugeOptions options = with_defaults<R>(given, n);
    const Block<T> E = hermitian_argument<T>(what, "the tangent of A", A_dot, n);
    const R width = cluster_width(values, options.cluster_tolerance);
    const R limit = static_cast<R>(options.gauge_tolerance * static_cast<double>(frobenius<T>(E)));
    tamis::detail::on_function_threads(n, [&] {
        const Block<T> W = product<T>('N', E, 'N', V);
        Block<T> S = product<T>('C', V, 'N', W);
        for (std::int64_t j = 0; j < k; ++j) values_dot(j, 0) = tamis::detail::real_part(S(j, j));
        for (std::int64_t j = 0; j < k; ++j) {
            S(j, j) = T(0);
            for (std::int64_t i = j + 1; i < k; ++i) {
                const R gap = values(i, 0) - values(j, 0);
                const T s = S(i, j);
                if (!(gap > width)) {
                    if (!(std::abs(s) <= limit && std::abs(values_dot(i, 0) - values_dot(j, 0)) <= limit))
                        throw_depends_on_gauge(what, pair_of_values(i, j) +
                                                         ", and the tangent parts them: they have derivatives to one side "
                                                         "only, and their eigenvectors jump");
                    S(i, j) = S(j, i) = T(0);
                    continue;
                }
                // Ω_ij = S_ij / (λ_j − λ_i)
                S(i, j) = -s / gap;
                S(j, i) = tamis::detail::conjugate(s) / gap;
            }
        }
        if (vectors_dot.cols() > 0) {
            const Block<T> turned = product<T>('N', V, 'N', S);
            std::ranges::copy(turned.numbers(), vectors_dot.data());
        }
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                             \
    template void eigh_cotangent(MatrixView<const Real<T>>, MatrixView<const T>, MatrixView<const Real<T>>,              \
                                 MatrixView<const T>, const GaugeOptions&, MatrixView<T>);                               \
    template void eigh_tangent(MatrixView<const Real<T>>, MatrixView<const T>, MatrixView<const T>, const GaugeOptions&, \
                               MatrixView<Real<T>>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
