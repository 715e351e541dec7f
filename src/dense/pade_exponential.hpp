// Private: diagonal Padé approximants of e^x at a matrix, with the degree and the scaling that full accuracy needs.
#pragma once

#include <array>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

#include "dense/matrix_algebra.hpp"

namespace tamis::detail {

/// p_m(2⁻ˢA) = V + U and q_m(2⁻ˢA) = V − U, U odd and V even in A, with r_m = q_m⁻¹ p_m ≈ e^(2⁻ˢA): m ∈ {3, 5, 7, 9, 13} (in
/// single precision to 7).
///
/// A. H. Al-Mohy, N. J. Higham, A new scaling and squaring algorithm for the matrix exponential, SIAM J. Matrix Anal. Appl.
/// 31(3), 2009, Algorithm 5.1: η from norms of powers, exact where the power is at hand and estimated where not, so that
/// matrices far from normal are not scaled more than e^A needs; ℓ_m keeps rounding in the approximant below the unit
/// roundoff. θ_m in single precision are those of N. J. Higham, SIAM J. Matrix Anal. Appl. 26(4), 2005.
///
/// The backward error is an odd power series in A, so the same m and s serve e^(iA), and so cos A and sin A
/// (A. H. Al-Mohy, N. J. Higham, S. D. Relton, SIAM J. Sci. Comput. 37(1), 2015).
template <class T>
class PadeExponential {
    using R = Real<T>;

  public:
    /// By norms of powers. A is an element of the algebra.
    PadeExponential(const MatrixAlgebra<T>& algebra, Array<T>&& A);
    /// By ‖A‖₁ alone, so that derivatives are as accurate (A. H. Al-Mohy, N. J. Higham, Computing the Fréchet derivative of
    /// the matrix exponential, SIAM J. Matrix Anal. Appl. 30(4), 2009, Algorithm 6.4).
    static PadeExponential for_derivative(const MatrixAlgebra<T>& algebra, Array<T>&& A);

    [[nodiscard]] int degree() const noexcept { return m_; }
    [[nodiscard]] int scaling() const noexcept { return s_; }
    /// The parts of e^x, or, if `rotate`, of e^(ix) = (V + iU) / (V − iU). The powers of A are given up.
    void evaluate(bool rotate, Array<T>& U, Array<T>& V);

  private:
    PadeExponential(const MatrixAlgebra<T>& algebra, Array<T>&& A, int prescaling);
    void choose();
    void choose_by_norm();
    void scale(int s);
    /// The power A^(2k), k ≥ 1, computed where it is not at hand.
    const T* power(int k);
    [[nodiscard]] R power_norm(int k);
    [[nodiscard]] R product_norm(const Array<T>& X, const Array<T>& Y) const;
    [[nodiscard]] int extra_scaling(int m, int s) const;
    [[nodiscard]] bool accept(int m, R eta, R theta);
    void combine(const R* b, int terms, Array<T>& C) const;

    const MatrixAlgebra<T>& algebra_;
    Array<T> A_;
    std::array<Array<T>, 5> powers_;  // A^(2k) at k = 1 … 4
    int m_ = 0;
    int s_ = 0;
};

}  // namespace tamis::detail
