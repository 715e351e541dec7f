// What all preconditioners have in common: a handle to a compiled state that never changes.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

template <class T>
class PreconditionerState;

// Compiled once a scalar. A handle that was moved from has no state: no rows, and nothing to apply.
template <class T>
std::int64_t preconditioner_rows(const PreconditionerState<T>* state) noexcept;
template <class T>
std::int64_t preconditioner_nonzeros(const PreconditionerState<T>* state) noexcept;
template <class T>
std::int64_t preconditioner_bytes(const PreconditionerState<T>* state) noexcept;
template <class T>
const T* preconditioner_scaling(const PreconditionerState<T>* state) noexcept;
/// Checks the sizes.
template <class T>
void apply_preconditioner(const PreconditionerState<T>* state, bool adjoint, MatrixView<const T> X, MatrixView<T> Y);

/// The members of every preconditioner M ≈ A⁻¹. It refers to nothing of the matrix it was built from. Copies share what they
/// hold. All members are const and may be called from several threads at once; scratch is leased from a pool that keeps as
/// many vectors as calls ran at one time.
template <class T>
class PreconditionerHandle {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    [[nodiscard]] std::int64_t rows() const noexcept { return preconditioner_rows<T>(state_.get()); }
    [[nodiscard]] std::int64_t cols() const noexcept { return rows(); }
    /// Numbers that one apply reads of the preconditioner.
    [[nodiscard]] std::int64_t nonzeros() const noexcept { return preconditioner_nonzeros<T>(state_.get()); }
    /// Bytes held, without scratch.
    [[nodiscard]] std::int64_t bytes() const noexcept { return preconditioner_bytes<T>(state_.get()); }

    /// y = M x for a vector, or Y = M X for a block; x is any dense argument, y is overwritten. The two must not share
    /// memory. DimensionMismatch. Numbers that are not finite pass through as IEEE has it.
    template <DenseArgument X, class Y>
    void apply(const X& x, Y&& y) const {
        const DenseInput<T, X> in(x);
        apply_preconditioner<T>(state_.get(), false, in.matrix(), dense_output<T>(y));
    }
    /// y = Mᴴ x.
    template <DenseArgument X, class Y>
    void apply_adjoint(const X& x, Y&& y) const {
        const DenseInput<T, X> in(x);
        apply_preconditioner<T>(state_.get(), true, in.matrix(), dense_output<T>(y));
    }

    /// What a diagonal M multiplies by, null for others: lets methods join its product with passes of their own.
    friend const T* preconditioner_scaling(const PreconditionerHandle& M) noexcept {
        return preconditioner_scaling<T>(M.state_.get());
    }

  protected:
    explicit PreconditionerHandle(std::shared_ptr<const PreconditionerState<T>> state) noexcept : state_(std::move(state)) {}

  private:
    std::shared_ptr<const PreconditionerState<T>> state_;
};

/// M x as a Vector<T>, M X as a Matrix<T>.
template <class T, DenseArgument X>
[[nodiscard]] DenseResult<T, X> operator*(const PreconditionerHandle<T>& M, const X& x) {
    const DenseInput<T, X> in(x);
    DenseResult<T, X> y(M.rows(), in.matrix().cols());
    M.apply(in.matrix(), MatrixView<T>(y));
    return y;
}

/// What a preconditioner of T and I is built from.
template <class M, class T, class I>
concept SparseMatrixOf = SparseMatrix<M> && std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>;

}  // namespace tamis::detail
