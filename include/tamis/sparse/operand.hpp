// Operands of mixed scalars and formats, brought to one.
#pragma once

#include <complex>
#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

#include <tamis/sparse/convert.hpp>

namespace tamis::detail {

/// The scalar that holds both: complex if one is, double if one is.
template <class A, class B>
using common_scalar_t =
    std::conditional_t<is_complex_v<A> || is_complex_v<B>, std::complex<std::common_type_t<Real<A>, Real<B>>>,
                       std::common_type_t<Real<A>, Real<B>>>;

template <class I>
Array<I> copy_offsets(std::span<const I> offsets) {
    return offsets.empty() ? Array<I>(1) : Array<I>(offsets);
}

/// The pattern of A with f(value) in place of each value.
template <class U, class T, class I, class F>
Csr<U, I> map_stored(const CsrView<T, I>& A, F&& f) {
    Array<U> values(A.nnz(), uninitialized);
    const T* old = A.values().data();
    for (std::int64_t k = 0; k < values.size(); ++k) values[k] = f(old[k]);
    return {unchecked, A.rows(), A.cols(), copy_offsets(A.row_offsets()), Array<I>(A.col_indices()), std::move(values)};
}

/// U(v), from real or complex to a scalar that holds it.
template <class U, class T>
U widen(const T& v) noexcept {
    if constexpr (std::same_as<U, T>) return v;
    else if constexpr (is_complex_v<T>) return U(static_cast<Real<U>>(v.real()), static_cast<Real<U>>(v.imag()));
    else return U(static_cast<Real<U>>(v));
}

/// A as scalars of type T and as major_view of a matrix stored by rows (ByRows) or by columns: a view where it is one
/// already, otherwise a converted copy. Lives as long as the call that made it.
template <class T, bool ByRows, SparseMatrix M>
class MajorInput {
    static constexpr bool same_scalar = std::same_as<T, scalar_t<M>>;
    static constexpr bool same_order = M::is_row_major == ByRows;
    using I = index_t<M>;

  public:
    explicit MajorInput(const M& A) {
        if constexpr (same_scalar && same_order) {
            view_ = major_view(A);
        } else {
            if constexpr (same_scalar) owned_ = transpose(major_view(A));
            else if constexpr (same_order) owned_ = map_stored<T>(major_view(A), widen<T, scalar_t<M>>);
            else owned_ = map_stored<T>(transpose(major_view(A)).view(), widen<T, scalar_t<M>>);
            view_ = owned_.view();
        }
    }
    MajorInput(const MajorInput&) = delete;
    MajorInput& operator=(const MajorInput&) = delete;
    [[nodiscard]] const CsrView<T, I>& view() const noexcept { return view_; }

  private:
    struct Nothing {};
    std::conditional_t<same_scalar && same_order, Nothing, Csr<T, I>> owned_;
    CsrView<T, I> view_;
};

/// Csr or Csc, as the order says.
template <bool ByRows, class T, class I>
auto in_order(Csr<T, I>&& R) noexcept {
    if constexpr (ByRows) return std::move(R);
    else return as_transposed(std::move(R));
}

template <SparseMatrix A, SparseMatrix B>
inline constexpr bool same_index_v = std::same_as<index_t<A>, index_t<B>>;

}  // namespace tamis::detail
