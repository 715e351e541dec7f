// The 1-norm of an operator that can only be applied, estimated from a few products with it and its adjoint.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>

namespace tamis::detail {

/// A reference to a callable (X, Y) that writes the product of an operator with the block X (column-major, contiguous) to
/// the block Y. It refers to the callable, which must outlive the call it is passed to.
template <class T>
class BlockApply {
  public:
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, BlockApply>)
    &&std::invocable<F&, MatrixView<const T>, MatrixView<T>> BlockApply(F&& f) noexcept
        : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
    call_([](void* object, MatrixView<const T> X, MatrixView<T> Y) {
        (*static_cast<std::remove_reference_t<F>*>(object))(X, Y);
    }) {}
    void operator()(MatrixView<const T> X, MatrixView<T> Y) const { call_(object_, X, Y); }

  private:
    void* object_;
    void (*call_)(void*, MatrixView<const T>, MatrixView<T>);
};

/// A lower bound of ‖B‖₁ = max_j Σ_i |b_ij| for the rows×cols operator B with apply(X, Y): Y = B X and
/// apply_adjoint(X, Y): Y = Bᴴ X. Blocks have two columns (up to eight when cols ≤ 8, where the answer is exact). Rarely off
/// by more than a factor 3, mostly exact; deterministic. NaN if a product holds NaN, infinity if it overflows. At most five
/// products with B and five with Bᴴ; holds 2 (cols + 2 rows) numbers.
///
/// For a condition number: `one_norm_estimate<T>(n, solve, solve_adjoint)` estimates ‖A⁻¹‖₁.
///
/// N. J. Higham, F. Tisseur, A block algorithm for matrix 1-norm estimation, with an application to 1-norm pseudospectra,
/// SIAM J. Matrix Anal. Appl. 21(4), 2000, Algorithm 2.4.
template <class T>
Real<T> one_norm_estimate(std::int64_t rows, std::int64_t cols, BlockApply<T> apply, BlockApply<T> apply_adjoint);

/// The same for a square operator.
template <class T>
Real<T> one_norm_estimate(std::int64_t n, BlockApply<T> apply, BlockApply<T> apply_adjoint) {
    return one_norm_estimate<T>(n, n, apply, apply_adjoint);
}

}  // namespace tamis::detail
