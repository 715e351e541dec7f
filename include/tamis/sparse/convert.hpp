// Conversions between all formats, dense included. Eigen's sparse matrices have tamis/sparse/eigen.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/core/shaped_input.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csc.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

namespace detail {

/// Aᵀ as Csr, which is also A as Csc: a counting sort in O(rows + cols + nnz).
template <class T, class I>
Csr<T, I> transpose(CsrView<T, I> A);

/// What the rows of a compressed matrix are: the rows of the triplets, or their columns.
enum class Major { rows, cols };

/// Triplets as Csr (of the transpose for Major::cols). Entries of one place are summed in the order added.
template <class T, class I>
Csr<T, I> compress(const Coo<T, I>& A, Major major);

/// The entries of A, row by row, as triplets of A (of Aᵀ for Major::cols).
template <class T, class I>
Coo<T, I> triplets(CsrView<T, I> A, Major major);

/// The entries of A that are not exactly zero; NaN is none.
template <class T, class I>
Csr<T, I> compress(MatrixView<const T> A);

/// Overwrites all of X with A.
template <class T, class I>
void expand(CsrView<T, I> A, MatrixView<T> X);
template <class T, class I>
void expand(const Coo<T, I>& A, MatrixView<T> X);

/// The scalar x as U; T complex and U real is not meant.
template <class U, class T>
constexpr U scalar_cast(const T& x) noexcept {
    if constexpr (is_complex_v<T>) return U(static_cast<Real<U>>(x.real()), static_cast<Real<U>>(x.imag()));
    else return U(static_cast<Real<U>>(x));
}
/// No cast drops imaginary parts in silence: complex to real does not compile.
template <class U, class T>
concept CastableTo = Scalar<U> &&(is_complex_v<U> || !is_complex_v<T>);

/// `to` has the size of `from`.
template <class T, class U>
void convert_values(std::span<const T> from, std::span<U> to);
/// IndexOverflow, naming int64, unless J holds the sizes and the number of entries.
template <class J>
void check_fits(const char* what, std::int64_t rows, std::int64_t cols, std::int64_t nnz);
/// `to` has the size of `from`, whose elements J holds.
template <class I, class J>
void convert_indices(std::span<const I> from, std::span<J> to);

template <class U, class J, class T, class I>
Csr<U, J> cast(CsrView<T, I> A) {
    check_fits<J>("cast", A.rows(), A.cols(), A.nnz());
    Array<J> offsets(std::ssize(A.row_offsets()), uninitialized);
    Array<J> indices(A.nnz(), uninitialized);
    Array<U> values(A.nnz(), uninitialized);
    convert_indices(A.row_offsets(), offsets.span());
    convert_indices(A.col_indices(), indices.span());
    convert_values(A.values(), values.span());
    return {unchecked, A.rows(), A.cols(), std::move(offsets), std::move(indices), std::move(values)};
}

/// A as Csr: a view where it is one, otherwise converted. Lives as long as the call that made it.
template <SparseMatrix M>
class CsrInput {
  public:
    explicit CsrInput(const M& A) {
        if constexpr (M::is_row_major) view_ = A.view();
        else converted_ = transpose(major_view(A));
    }
    CsrInput(const CsrInput&) = delete;
    CsrInput& operator=(const CsrInput&) = delete;
    [[nodiscard]] CsrView<scalar_t<M>, index_t<M>> view() const noexcept {
        if constexpr (M::is_row_major) return view_;
        else return converted_.view();
    }

  private:
    CsrView<scalar_t<M>, index_t<M>> view_;
    Csr<scalar_t<M>, index_t<M>> converted_;
};

}  // namespace detail

/// A as Csr: a copy, or a counting sort from Csc, in O(rows + cols + nnz). Memory: input, output, and one count for each
/// row a thread.
template <SparseMatrix M>
[[nodiscard]] Csr<scalar_t<M>, index_t<M>> to_csr(const M& A) {
    if constexpr (M::is_row_major) return Csr<scalar_t<M>, index_t<M>>(A.view());
    else return detail::transpose(detail::major_view(A));
}
/// Moves; nothing is copied.
template <class T, class I>
[[nodiscard]] Csr<T, I> to_csr(Csr<T, I>&& A) noexcept {
    return std::move(A);
}
/// Triplets as Csr by a radix sort on all threads. Entries of one place are summed in the order added, whatever the number
/// of threads; a sum that cancels stays as an explicit zero. O(rows + nnz); one pass for triplets that come row by row and
/// in each row by increasing columns. Memory: input, output (before the sums), and for triplets that do not come row by row
/// a copy of the triplets and a second one of the largest group of neighbouring rows on each thread (256 KiB, unless few
/// rows hold most entries). IndexOverflow if I cannot count the entries.
template <class T, class I>
[[nodiscard]] Csr<T, I> to_csr(const Coo<T, I>& A) {
    return detail::compress(A, detail::Major::rows);
}
/// The entries of a dense matrix or vector (a column) that are not exactly zero; NaN is kept. Name the index first for
/// int64: `to_csr<std::int64_t>(X)`. IndexOverflow if it does not fit.
template <Index I = std::int32_t, DenseArgument B>
[[nodiscard]] Csr<dense_scalar_t<B>, I> to_csr(const B& X) {
    return detail::compress<dense_scalar_t<B>, I>(detail::ShapedInput<B>(X).view());
}

/// A as Csc: a copy, or a counting sort from Csr, in O(rows + cols + nnz). Memory: input, output, and one count for each
/// column a thread.
template <SparseMatrix M>
[[nodiscard]] Csc<scalar_t<M>, index_t<M>> to_csc(const M& A) {
    if constexpr (!M::is_row_major) return Csc<scalar_t<M>, index_t<M>>(A.view());
    else return as_transposed(detail::transpose(A.view()));
}
/// Moves; nothing is copied.
template <class T, class I>
[[nodiscard]] Csc<T, I> to_csc(Csc<T, I>&& A) noexcept {
    return std::move(A);
}
/// Triplets as Csc; see to_csr.
template <class T, class I>
[[nodiscard]] Csc<T, I> to_csc(const Coo<T, I>& A) {
    return as_transposed(detail::compress(A, detail::Major::cols));
}
/// The entries of a dense matrix or vector that are not exactly zero; see to_csr.
template <Index I = std::int32_t, DenseArgument B>
[[nodiscard]] Csc<dense_scalar_t<B>, I> to_csc(const B& X) {
    return as_transposed(detail::compress<dense_scalar_t<B>, I>(detail::ShapedInput<B>(X).view().transposed()));
}

/// The stored entries as triplets, explicit zeros included: by rows from Csr, by columns from Csc.
template <SparseMatrix M>
[[nodiscard]] Coo<scalar_t<M>, index_t<M>> to_coo(const M& A) {
    return detail::triplets(detail::major_view(A), M::is_row_major ? detail::Major::rows : detail::Major::cols);
}
template <class T, class I>
[[nodiscard]] Coo<T, I> to_coo(Coo<T, I> A) noexcept {
    return A;
}
/// The entries that are not exactly zero, by rows.
template <Index I = std::int32_t, DenseArgument B>
[[nodiscard]] Coo<dense_scalar_t<B>, I> to_coo(const B& X) {
    return to_coo(to_csr<I>(X));
}

/// A as a dense matrix: O(rows · cols) time and memory.
template <SparseMatrix M>
[[nodiscard]] Matrix<scalar_t<M>> to_dense(const M& A) {
    Matrix<scalar_t<M>> X(A.rows(), A.cols());
    MatrixView<scalar_t<M>> view(X);
    detail::expand(detail::major_view(A), M::is_row_major ? view : view.transposed());
    return X;
}
/// Entries of one place are summed in the order added.
template <class T, class I>
[[nodiscard]] Matrix<T> to_dense(const Coo<T, I>& A) {
    Matrix<T> X(A.rows(), A.cols());
    detail::expand(A, MatrixView<T>(X));
    return X;
}
/// A dense argument of any kind as Matrix: a copy.
template <DenseArgument B>
[[nodiscard]] Matrix<dense_scalar_t<B>> to_dense(const B& X) {
    return detail::ShapedInput<B>(X).view().eigen();
}

/// A with scalars U (float and double from either, complex from all; complex to real does not compile) and indices J, by
/// default those of A; in the format of A. IndexOverflow if sizes or entries do not fit J.
template <Scalar U, class J = void, SparseMatrix M>
    requires detail::CastableTo<U, scalar_t<M>>
[[nodiscard]] auto cast(const M& A) {
    using NewIndex = std::conditional_t<std::is_void_v<J>, index_t<M>, J>;
    auto R = detail::cast<U, NewIndex>(detail::major_view(A));
    if constexpr (M::is_row_major) return R;
    else return as_transposed(std::move(R));
}
template <Scalar U, class J = void, class T, class I>
    requires detail::CastableTo<U, T>
[[nodiscard]] auto cast(const Coo<T, I>& A) {
    using NewIndex = std::conditional_t<std::is_void_v<J>, I, J>;
    detail::check_fits<NewIndex>("cast", A.rows(), A.cols(), 0);
    std::vector<typename Coo<U, NewIndex>::Entry> entries;
    entries.reserve(A.entries().size());
    for (const auto& e : A.entries())
        entries.push_back({static_cast<NewIndex>(e.row), static_cast<NewIndex>(e.col), detail::scalar_cast<U>(e.value)});
    return Coo<U, NewIndex>(unchecked, A.rows(), A.cols(), std::move(entries));
}

}  // namespace tamis
