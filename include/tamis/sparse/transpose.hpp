// transpose(A), adjoint(A), conj(A): owning results in the format of A.
#pragma once

#include <tamis/sparse/operand.hpp>

namespace tamis {

/// Aᵀ in the same format as A; O(rows + cols + nnz). `A.transposed_view()` gives it in the other format free of charge.
template <SparseMatrix M>
[[nodiscard]] auto transpose(const M& A) {
    return detail::from_major<M>(detail::transpose(detail::major_view(A)));
}

/// Aᴴ in the same format as A; for a real A the transpose.
template <SparseMatrix M>
[[nodiscard]] auto adjoint(const M& A) {
    auto R = detail::transpose(detail::major_view(A));
    if constexpr (is_complex_v<scalar_t<M>>)
        for (auto& v : R.values()) v = detail::conjugate(v);
    return detail::from_major<M>(std::move(R));
}

/// The complex conjugate of A, on its pattern; for a real A a copy.
template <SparseMatrix M>
[[nodiscard]] auto conj(const M& A) {
    using T = scalar_t<M>;
    return detail::from_major<M>(
        detail::map_stored<T>(detail::major_view(A), [](const T& v) { return detail::conjugate(v); }));
}

}  // namespace tamis
