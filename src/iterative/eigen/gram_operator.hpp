// Private: AᴴA or A Aᴴ, whichever is smaller, as an operator.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/core/view.hpp>
#include <tamis/iterative/eigen/operand.hpp>

namespace tamis::detail {

/// CᴴC where C = A, or Aᴴ where A has more columns than rows. Stored sparse matrices are read once a product
/// (gram_product), those with more columns than rows after Aᴴ has been stored as well; others are multiplied twice.
template <class T>
class GramOperator {
  public:
    using scalar_type = T;
    /// Refers to A.
    explicit GramOperator(const EigenOperand<T>& A);

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    void apply(VectorView<const T> x, VectorView<T> y) const { apply(MatrixView<const T>(x), MatrixView<T>(y)); }
    void apply(MatrixView<const T> X, MatrixView<T> Y) const;
    /// Of A and Aᴴ with one column, so far.
    [[nodiscard]] std::int64_t products() const noexcept { return products_; }

  private:
    OperatorRef<T> A_;
    EigenOperand<T> C_;  ///< where it is stored
    bool adjoint_;
    std::int64_t n_;
    mutable std::int64_t products_ = 0;
};

}  // namespace tamis::detail
