// interpolative(A): a dense matrix by a few of its columns.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Options of `interpolative`: as many columns as the tolerance needs, at most `rank`.
struct InterpolativeOptions {
    double tolerance = 0;   ///< of ‖A − A(:, columns)·coefficients‖_F relative to ‖A‖_F; 0: max(rows, cols) ε
    std::int64_t rank = 0;  ///< 0: no bound
};

namespace detail {
/// The columns of A, and k×cols coefficients.
template <class T>
struct InterpolativeParts {
    std::vector<std::int64_t> columns;
    Array<T> coefficients;
};
template <class T>
InterpolativeParts<T> interpolative(MatrixView<const T> A, const InterpolativeOptions& options);
}  // namespace detail

/// A ≈ A(:, columns)·coefficients.
template <class T>
class InterpolativeDecomposition {
  public:
    InterpolativeDecomposition(std::vector<std::int64_t> columns, Matrix<T> coefficients)
        : columns_(std::move(columns)),
          coefficients_(std::move(coefficients)) {}
    /// The columns that were taken, in the order of their pivots.
    [[nodiscard]] const std::vector<std::int64_t>& columns() const noexcept { return columns_; }
    /// rank × cols; the columns that were taken have those of the identity.
    [[nodiscard]] const Matrix<T>& coefficients() const noexcept { return coefficients_; }
    [[nodiscard]] std::int64_t rank() const noexcept { return static_cast<std::int64_t>(columns_.size()); }

  private:
    std::vector<std::int64_t> columns_;
    Matrix<T> coefficients_;
};

/// The interpolative decomposition A ≈ A(:, columns)·coefficients by QR with column pivoting, A(:, p) = Q [R₁₁ R₁₂; 0 R₂₂]:
/// the coefficients are [I R₁₁⁻¹R₁₂] in the order of A, and the error is ‖R₂₂‖ (Cheng, Gimbutas, Martinsson, Rokhlin, SIAM
/// J. Sci. Comput. 26, 2005). The smallest rank with ‖R₂₂‖_F ≤ tolerance ‖A‖_F, and at most `.rank`. InvalidArgument for an
/// entry that is not finite, for a tolerance outside of [0, 1] and a rank that is negative or beyond min(rows, cols). 4 m n
/// k flops.
template <DenseMatrix M>
[[nodiscard]] auto interpolative(const M& A, const InterpolativeOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    auto parts = detail::interpolative<T>(a.view(), options);
    const auto k = static_cast<std::int64_t>(parts.columns.size());
    Matrix<T> coefficients = Eigen::Map<const Matrix<T>>(parts.coefficients.data(), k, a.view().cols());
    return InterpolativeDecomposition<T>(std::move(parts.columns), std::move(coefficients));
}

}  // namespace tamis
