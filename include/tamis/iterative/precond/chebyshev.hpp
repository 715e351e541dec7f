// Chebyshev: a polynomial in the matrix.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct ChebyshevOptions {
    /// Of the polynomial: products with A in an apply, at least 0.
    std::int64_t degree = 4;
    /// Lanczos steps for the bounds of the spectrum, at least 1.
    std::int64_t lanczos_steps = 12;
    /// Bounds of the eigenvalues of D⁻¹A, D the diagonal of A; 0: found. Eigenvalues may lie below .lower, which costs
    /// iterations, but not above .upper, which costs definiteness.
    double lower = 0;
    double upper = 0;
};

namespace detail {
template <class T>
struct WithBounds {
    std::shared_ptr<const PreconditionerState<T>> state;
    double lower;
    double upper;
};
template <class T, class I>
WithBounds<T> make_chebyshev(CsrView<T, I> major, bool row_major, const ChebyshevOptions& options);
}  // namespace detail

/// M = D^(−1/2) p(B) D^(−1/2) with B = D^(−1/2) A D^(−1/2) and the polynomial p of the given degree for which 1 − λ p(λ) is
/// smallest on [lower, upper]. Hermitian positive definite, for cg and minres. Nothing but products and vector updates, on
/// all threads, where triangular solves would wait; it saves inner products, rarely operations: cg takes fewer, larger
/// iterations.
///
/// The bounds come from a few Lanczos steps with a random start that is always the same: above, the largest Ritz value and
/// the norm of the residual, no more than the largest row sum of |B|; below, a quarter of the smallest Ritz value,
/// no less than what a polynomial of this degree can still use. Set-up: those products; an apply: degree products and as
/// many vector updates. Storage: B (a copy of A) and n numbers; three n-vectors for each call (and column) at a time.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite, options outside their range
/// and a matrix that is not Hermitian beyond rounding (with the position), SingularMatrix (with the row) for a zero on the
/// diagonal, NotPositiveDefinite with the column of a negative diagonal entry, or with −1 where a Ritz value shows it.
///
/// Y. Saad, Iterative Methods for Sparse Linear Systems, 2nd edition, Algorithm 12.1; O. G. Johnson, C. A. Micchelli, G.
/// Paul, SIAM J. Numer. Anal. 20, 1983; bounds: Y. Zhou, R.-C. Li, Linear Algebra Appl. 435, 2011.
template <class T, class I = std::int32_t>
class Chebyshev : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Chebyshev(const M& A, const ChebyshevOptions& options = {})
        : Chebyshev(detail::make_chebyshev<T, I>(detail::major_view(A), M::is_row_major, options)) {}

    /// The interval that the polynomial is made for.
    [[nodiscard]] double lower() const noexcept { return lower_; }
    [[nodiscard]] double upper() const noexcept { return upper_; }

  private:
    explicit Chebyshev(detail::WithBounds<T>&& made)
        : detail::PreconditionerHandle<T>(std::move(made.state)),
          lower_(made.lower),
          upper_(made.upper) {}

    double lower_;
    double upper_;
};

template <SparseMatrix M>
Chebyshev(const M&, const ChebyshevOptions& = {}) -> Chebyshev<scalar_t<M>, index_t<M>>;

}  // namespace tamis
