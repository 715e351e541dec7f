// Derivatives of log |det A| of a sparse matrix: logdet_vjp and logdet_jvp by the selected inverse, slogdet_vjp_by_solves by
// n solves.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <tamis/adjoint/solve.hpp>
#include <tamis/factor.hpp>
#include <tamis/sparse/cholesky.hpp>

namespace tamis::derivatives {

namespace detail {

/// values[q] = alpha Z(i, j) for each entry q = (i, j) of a matrix by its stored lines. Z is Hermitian; PatternMismatch for
/// an entry that it lacks.
template <class T, class I>
void sample_hermitian(const char* what, CsrView<T, I> Z, CsrView<T, I> major, bool row_major, Real<T> alpha, T* values);
/// Re tr(Z A), likewise.
template <class T, class I>
Real<T> trace_of_product(const char* what, CsrView<T, I> Z, CsrView<T, I> major, bool row_major);
[[noreturn]] void throw_needs_cholesky(const char* what);

template <class T, class I>
const SparseCholesky<T, I>& held_cholesky(const char* what, const AnyFactorization<T>& f) {
    const auto* held = f.template get_if<SparseCholesky<T, I>>();
    if (held == nullptr) throw_needs_cholesky(what);
    return *held;
}

}  // namespace detail

/// The cotangent of a sparse Hermitian positive definite A for log det A: A_bar = bar · A⁻¹ on the pattern of A, in its
/// format, by the entries of the inverse on the pattern of the factor, of which those of A are a part. Two to three numeric
/// factorizations (SparseCholesky::selected_inverse) and a pass over the pattern, where the whole inverse would be dense.
/// A is the matrix that F factored, or any on a part of the factor's pattern: PatternMismatch for an entry outside of it.
///
/// Only Cholesky, since only its factor has the recurrence for selected entries here; for any other factorization there is
/// slogdet_vjp_by_solves, which takes n solves and says so in its name.
///
/// DimensionMismatch; InvalidArgument for a bar that is not finite; IndexOverflow, MemoryLimitExceeded as
/// selected_inverse.
///
/// K. Takahashi, J. Fagan, M.-S. Chen, Formation of a sparse bus impedance matrix and its application to short circuit
/// study, Proc. 8th PICA, 1973; A. M. Erisman, W. F. Tinney, On computing certain elements of the inverse of a sparse
/// matrix, CACM 18 (1975).
template <SparseMatrix M>
[[nodiscard]] auto logdet_vjp(const SparseCholesky<scalar_t<M>, index_t<M>>& f, const M& A,
                              std::type_identity_t<Real<scalar_t<M>>> bar) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    detail::check_number("logdet_vjp", "bar", bar);
    detail::check_same_shape("logdet_vjp", f.rows(), f.cols(), A.rows(), A.cols());
    const Csr<T, I> Z = f.selected_inverse();
    return detail::on_pattern_of(A, [&](T* values) {
        detail::sample_hermitian<T, I>("logdet_vjp", Z, tamis::detail::major_view(A), M::is_row_major, bar, values);
    });
}
/// The same where the AnyFactorization holds a SparseCholesky; Unsupported otherwise.
template <SparseMatrix M>
[[nodiscard]] auto logdet_vjp(const AnyFactorization<scalar_t<M>>& f, const M& A,
                              std::type_identity_t<Real<scalar_t<M>>> bar) {
    return logdet_vjp(detail::held_cholesky<scalar_t<M>, index_t<M>>("logdet_vjp", f), A, bar);
}

/// The tangent tr(A⁻¹ A_dot) of log det A for an A_dot whose entries lie on the pattern of the factor (PatternMismatch
/// otherwise), at the price of logdet_vjp.
template <SparseMatrix D>
[[nodiscard]] auto logdet_jvp(const SparseCholesky<scalar_t<D>, index_t<D>>& f, const D& A_dot) {
    using T = scalar_t<D>;
    using I = index_t<D>;
    detail::check_same_shape("logdet_jvp", f.rows(), f.cols(), A_dot.rows(), A_dot.cols());
    detail::check_stored<T, I>("logdet_jvp", "A_dot", tamis::detail::major_view(A_dot), D::is_row_major);
    const Csr<T, I> Z = f.selected_inverse();
    return detail::trace_of_product<T, I>("logdet_jvp", Z, tamis::detail::major_view(A_dot), D::is_row_major);
}
template <SparseMatrix D>
[[nodiscard]] auto logdet_jvp(const AnyFactorization<scalar_t<D>>& f, const D& A_dot) {
    return logdet_jvp(detail::held_cholesky<scalar_t<D>, index_t<D>>("logdet_jvp", f), A_dot);
}

/// The cotangent of a sparse square A for {sign, logabs} of any factorization, (logabs_bar + i Im(sign_bar conj(sign))) A⁻ᴴ
/// on the pattern of A, in its format: a solve for each row (column of a Csc) that has an entry, 32 at a time, each as dear
/// as any solve. That is n times the factor's entries where logdet_vjp takes a few factorizations; it is here for matrices
/// that are not definite, and for checks. Storage besides the result: 64 n numbers. What slogdet_vjp says of sign_bar holds.
template <HasDeterminant F, SparseMatrix M>
    requires std::same_as<typename F::scalar_type, scalar_t<M>>
[[nodiscard]] auto slogdet_vjp_by_solves(const F& f, const M& A, std::type_identity_t<Real<scalar_t<M>>> logabs_bar,
                                         std::type_identity_t<scalar_t<M>> sign_bar = scalar_t<M>(0)) {
    using T = scalar_t<M>;
    using I = index_t<M>;
    const char* const caller = "slogdet_vjp_by_solves";
    detail::check_number(caller, "logabs_bar", logabs_bar);
    detail::check_number(caller, "sign_bar", sign_bar);
    detail::check_regular_factor(caller, f);
    detail::check_same_shape(caller, f.rows(), f.cols(), A.rows(), A.cols());
    T factor(logabs_bar);
    if constexpr (is_complex_v<T>)
        if (!detail::is_of_hermitian(f.info().method))
            factor = T(logabs_bar, (sign_bar * tamis::detail::conjugate(f.slogdet().sign)).imag());
    return detail::on_pattern_of(A, [&](T* values) {
        constexpr std::int64_t at_once = 32;
        const CsrView<T, I> major = tamis::detail::major_view(A);
        const I* const offsets = major.row_offsets().data();
        const I* const indices = major.col_indices().data();
        const auto n = major.rows();
        Array<T> rhs(n * std::min(n, at_once));
        Array<T> solution(n * std::min(n, at_once));
        for (std::int64_t first = 0; first < n; first += at_once) {
            const auto k = std::min(at_once, n - first);
            if (offsets[first] == offsets[first + k]) continue;
            for (std::int64_t c = 0; c < k; ++c) rhs[c * n + first + c] = T(1);
            // Row m of A⁻ᴴ is the conjugate of A⁻¹ e_m, its column m is A⁻ᴴ e_m.
            tamis::detail::solve_columns<F, T>(f, !M::is_row_major, MatrixView<const T>(rhs.data(), n, k),
                                               MatrixView<T>(solution.data(), n, k));
            for (std::int64_t c = 0; c < k; ++c) {
                rhs[c * n + first + c] = T(0);
                for (auto q = static_cast<std::int64_t>(offsets[first + c]);
                     q < static_cast<std::int64_t>(offsets[first + c + 1]); ++q) {
                    const T z = solution[c * n + static_cast<std::int64_t>(indices[q])];
                    values[q] = factor * (M::is_row_major ? tamis::detail::conjugate(z) : z);
                }
            }
        }
    });
}

}  // namespace tamis::derivatives
