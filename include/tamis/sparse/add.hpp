// Sums, differences, scalings and entrywise products of sparse matrices.
#pragma once

#include <tamis/sparse/operand.hpp>

namespace tamis {

namespace detail {
/// How two matrices of one shape are combined: entries of the union, of the union, of the intersection.
enum class Combination { sum, difference, product };

template <class T, class I>
Csr<T, I> combine(CsrView<T, I> A, CsrView<T, I> B, Combination how);

[[noreturn]] void throw_shape_mismatch(const char* name, std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows,
                                       std::int64_t b_cols);

template <SparseMatrix A, SparseMatrix B>
auto combine(const A& a, const B& b, Combination how, const char* name) {
    static_assert(same_index_v<A, B>, "tamis: the matrices need one index type; cast one of them with cast<U, J>");
    using T = common_scalar_t<scalar_t<A>, scalar_t<B>>;
    if (a.rows() != b.rows() || a.cols() != b.cols()) throw_shape_mismatch(name, a.rows(), a.cols(), b.rows(), b.cols());
    const MajorInput<T, A::is_row_major, A> left(a);
    const MajorInput<T, A::is_row_major, B> right(b);
    return in_order<A::is_row_major>(combine<T, index_t<A>>(left.view(), right.view(), how));
}

/// A number by which a matrix may be scaled.
template <class S>
inline constexpr bool is_number_v = std::is_arithmetic_v<S>;
template <class R>
inline constexpr bool is_number_v<std::complex<R>> = true;

/// The scalar of alpha · A: that of A, made complex if alpha is.
template <class S, class T>
using scaled_t = std::conditional_t<is_complex_v<S> && !is_complex_v<T>, std::complex<Real<T>>, T>;

/// alpha in the precision of T, complex only if it is so itself: a real factor scales both parts of a complex number.
template <class T, class S>
auto number(const S& alpha) noexcept {
    if constexpr (is_complex_v<S>)
        return std::complex<Real<T>>(static_cast<Real<T>>(alpha.real()), static_cast<Real<T>>(alpha.imag()));
    else return static_cast<Real<T>>(alpha);
}
}  // namespace detail

/// A + B in the format of A (B may have the other; real and complex, single and double mix). An entry is stored wherever A
/// or B stores one; a sum that cancels stays as an explicit zero. O(rows + nnz(A) + nnz(B)). Throws DimensionMismatch, and
/// IndexOverflow if the result has more entries than the index type counts.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto operator+(const A& a, const B& b) {
    return detail::combine(a, b, detail::Combination::sum, "A + B");
}

/// A − B; otherwise as A + B.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto operator-(const A& a, const B& b) {
    return detail::combine(a, b, detail::Combination::difference, "A - B");
}

/// The entrywise product: an entry is stored where both A and B store one (a NaN meets no implicit zero). Otherwise as A +
/// B.
template <SparseMatrix A, SparseMatrix B>
[[nodiscard]] auto hadamard(const A& a, const B& b) {
    return detail::combine(a, b, detail::Combination::product, "hadamard");
}

/// −A, on the pattern of A.
template <SparseMatrix M>
[[nodiscard]] auto operator-(const M& A) {
    using T = scalar_t<M>;
    return detail::from_major<M>(detail::map_stored<T>(detail::major_view(A), [](const T& v) { return -v; }));
}

/// alpha A, on the pattern of A: zeros are kept, also all of them when alpha is 0. A complex alpha makes a real A complex.
template <class S, SparseMatrix M>
    requires detail::is_number_v<S>
[[nodiscard]] auto operator*(const S& alpha, const M& A) {
    using U = detail::scaled_t<S, scalar_t<M>>;
    const auto factor = detail::number<U>(alpha);
    return detail::in_order<M::is_row_major>(
        detail::map_stored<U>(detail::major_view(A), [factor](const auto& v) { return U(factor * v); }));
}

/// A alpha = alpha A.
template <SparseMatrix M, class S>
    requires detail::is_number_v<S>
[[nodiscard]] auto operator*(const M& A, const S& alpha) {
    return alpha * A;
}

/// A / alpha: each stored value divided (not multiplied by a reciprocal). Division by 0 follows IEEE.
template <SparseMatrix M, class S>
    requires detail::is_number_v<S>
[[nodiscard]] auto operator/(const M& A, const S& alpha) {
    using U = detail::scaled_t<S, scalar_t<M>>;
    const auto divisor = detail::number<U>(alpha);
    return detail::in_order<M::is_row_major>(
        detail::map_stored<U>(detail::major_view(A), [divisor](const auto& v) { return U(v / divisor); }));
}

}  // namespace tamis
