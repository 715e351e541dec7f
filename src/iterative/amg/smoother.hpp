// Private: the smoothers of multigrid levels.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/iterative/amg/amg.hpp>

namespace tamis::detail {

/// One level's smoother. The step after the coarse correction is the adjoint of the one before it, so that cycles are
/// Hermitian where A is.
template <class T, class I>
class Smoother {
  public:
    Smoother() = default;
    /// A has no zero on its diagonal.
    Smoother(CsrView<T, I> A, bool hermitian, AmgSmoother kind, int sweeps);

    /// x ← S b, from x = 0; then r ← b − A x.
    void before(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const;
    /// x ← x + Sᴴ (b − A x). r and scratch are overwritten.
    void after(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const;

    /// About max |λ(D⁻¹ A)|; 0 where the smoother did not ask for it.
    [[nodiscard]] Real<T> largest() const noexcept { return largest_; }

    /// Vectors of the level's length that `scratch` has to hold.
    static constexpr int scratch_vectors = 2;
    [[nodiscard]] std::int64_t bytes() const noexcept { return inverse_.size() * static_cast<std::int64_t>(sizeof(T)); }

  private:
    void chebyshev(CsrView<T, I> A, T* x, T* r, T* scratch, bool from_zero, bool need_residual) const;
    void l1_jacobi(CsrView<T, I> A, const T* b, T* x, T* r, bool from_zero) const;
    void gauss_seidel(CsrView<T, I> A, const T* b, T* x, T* old, bool forward) const;

    AmgSmoother kind_ = AmgSmoother::chebyshev;
    int sweeps_ = 1;
    Real<T> largest_ = 0;
    Array<T> inverse_;  // of the diagonal, or of the sums of its row
};

}  // namespace tamis::detail
