// Private: operators on vectors over the vertices of a graph, with the null space of its Laplacian moved out of the way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/view.hpp>

#include "iterative/scratch_pool.hpp"

namespace tamis::detail {

/// N, one column a component, of norm 1 and zero outside of it: stored as one number a vertex.
class NullSpaceOfLaplacian {
  public:
    /// `size` of each vertex before its component is scaled to norm 1: 1, or √degree.
    template <class I>
    NullSpaceOfLaplacian(const std::vector<I>& labels, std::int64_t count, Array<double> size);

    [[nodiscard]] double entry(std::int64_t i) const noexcept { return entries_[i]; }
    [[nodiscard]] double norm(std::int64_t component) const noexcept { return norms_[component]; }  ///< of the sizes
    /// y ← y + a N Nᵀx; y may be x.
    void add_projection(double a, VectorView<const double> x, VectorView<double> y) const;

  private:
    Array<double> entries_;
    Array<std::int64_t> labels_;  ///< empty where there is one component
    Array<double> norms_;
};

/// L + α N Nᵀ.
template <class I>
class DeflatedLaplacian {
  public:
    using scalar_type = double;
    DeflatedLaplacian(CsrView<double, I> L, const NullSpaceOfLaplacian& N, double alpha) : L_(L), N_(N), alpha_(alpha) {}
    [[nodiscard]] std::int64_t rows() const noexcept { return L_.rows(); }
    [[nodiscard]] std::int64_t cols() const noexcept { return L_.cols(); }
    void apply(VectorView<const double> x, VectorView<double> y) const {
        apply(MatrixView<const double>(x), MatrixView<double>(y));
    }
    void apply(MatrixView<const double> X, MatrixView<double> Y) const;

  private:
    CsrView<double, I> L_;
    const NullSpaceOfLaplacian& N_;
    double alpha_;
};

/// P S M S P + N Nᵀ/α with P = I − N Nᵀ: the inverse of L + α N Nᵀ, or a preconditioner for it, where S M S is one of L on
/// the complement of its null space. S is diagonal, or the identity where it is empty.
class DeflatedInverse {
  public:
    using scalar_type = double;
    DeflatedInverse(Operator<double> M, Array<double> S, const NullSpaceOfLaplacian& N, double alpha)
        : M_(std::move(M)),
          S_(std::move(S)),
          N_(N),
          alpha_(alpha) {}
    [[nodiscard]] std::int64_t rows() const { return M_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return M_.cols(); }
    void apply(VectorView<const double> x, VectorView<double> y) const {
        apply(MatrixView<const double>(x), MatrixView<double>(y));
    }
    void apply(MatrixView<const double> X, MatrixView<double> Y) const;

  private:
    Operator<double> M_;
    Array<double> S_;
    const NullSpaceOfLaplacian& N_;
    double alpha_;
    mutable ScratchPool<double> scratch_;
};

/// b ↦ x with L x = b where the b of each component sum to 0 against its null vector, by a Cholesky factor of L without one
/// vertex of each component, at which x is 0.
template <class I>
[[nodiscard]] Operator<double> grounded_inverse(CsrView<double, I> L, const std::vector<I>& labels, std::int64_t count,
                                                std::span<const double> degrees);

}  // namespace tamis::detail
