// EigenOperand<T>: a matrix or operator as eigensolvers take it, for A and for `.mass`.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

/// A linear operator of which eigensolvers remember whether its entries are stored: only stored ones can be checked (for
/// finite entries, for symmetry) and factored, which shift-invert and counting need. Built implicitly from every
/// OperatorArgument: refers to lvalues (which must outlive it) and owns temporaries, as Operator does. A Csr is looked at
/// where it lies; a Csc, and a matrix of another scalar, is copied as Csr<T>, O(nnz).
template <class T>
class EigenOperand {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;
    /// What is stored: nothing (an operator), a sparse matrix by rows, or a dense one.
    using Stored = std::variant<std::monostate, CsrView<T, std::int32_t>, CsrView<T, std::int64_t>, MatrixView<const T>>;

    /// None: tests as false.
    EigenOperand() noexcept = default;

    template <class A>
        requires(!std::same_as<std::remove_cvref_t<A>, EigenOperand> &&
                 (SparseMatrix<std::remove_cvref_t<A>> || detail::ActsAsOperator<std::remove_cvref_t<A>, T> ||
                  std::same_as<std::remove_cvref_t<A>, OperatorRef<T>> || std::same_as<std::remove_cvref_t<A>, Operator<T>>))
    EigenOperand(A&& a) {
        using D = std::remove_cvref_t<A>;
        if constexpr (SparseMatrix<D>) {
            using I = index_t<D>;
            if constexpr (!std::same_as<scalar_t<D>, T>) {
                own(cast<T>(to_csr(a)));
            } else if constexpr (!D::is_row_major) {
                own(to_csr(a));
            } else if constexpr (D::is_view) {
                stored_ = CsrView<T, I>(a);
                op_ = Operator<T>(std::get<CsrView<T, I>>(stored_));
            } else if constexpr (std::is_lvalue_reference_v<A>) {
                stored_ = a.view();
                op_ = Operator<T>(std::as_const(a));
            } else {
                own(std::forward<A>(a));
            }
        } else if constexpr (detail::DenseOperator<D>) {
            if constexpr (std::is_lvalue_reference_v<A> || detail::is_operator_view_v<D>) {
                stored_ = MatrixView<const T>(std::as_const(a));
                op_ = Operator<T>(std::get<MatrixView<const T>>(stored_));
            } else {
                auto copy = std::make_shared<const Matrix<T>>(std::forward<A>(a));
                stored_ = MatrixView<const T>(*copy);
                op_ = Operator<T>(std::get<MatrixView<const T>>(stored_));
                owned_ = std::move(copy);
            }
        } else {
            op_ = Operator<T>(std::forward<A>(a));
        }
    }

    explicit operator bool() const noexcept { return static_cast<bool>(op_); }
    [[nodiscard]] std::int64_t rows() const { return op_.ref().rows(); }
    [[nodiscard]] std::int64_t cols() const { return op_.ref().cols(); }
    [[nodiscard]] const OperatorRef<T>& ref() const noexcept { return op_.ref(); }
    [[nodiscard]] const Stored& stored() const noexcept { return stored_; }
    [[nodiscard]] bool is_stored() const noexcept { return stored_.index() != 0; }

  private:
    template <class I>
    void own(Csr<T, I>&& A) {
        auto kept = std::make_shared<const Csr<T, I>>(std::move(A));
        stored_ = kept->view();
        op_ = Operator<T>(std::get<CsrView<T, I>>(stored_));
        owned_ = std::move(kept);
    }

    Operator<T> op_;
    Stored stored_;
    std::shared_ptr<const void> owned_;
};

}  // namespace tamis
