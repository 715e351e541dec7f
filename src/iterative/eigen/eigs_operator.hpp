// Private: what eigs iterates with.
#pragma once

#include <complex>
#include <memory>
#include <string>

#include "iterative/eigen/krylov_schur.hpp"

namespace tamis {
template <class T>
class EigenOperand;
}  // namespace tamis

namespace tamis::detail {

/// Operators over S whose eigenvectors are the right and the left ones of A v = λ B v, A and B over T: S is T or its
/// complex. Values theta of `right`, their conjugates of `left`.
template <class S>
struct GeneralOperators {
    KrylovOperator<S> right;  ///< A, B⁻¹A or (A − σB)⁻¹B
    KrylovOperator<S> left;   ///< Aᴴ, B⁻ᴴAᴴ or (A − σB)⁻ᴴBᴴ; empty without adjoints
    bool inverse = false;
    std::complex<double> sigma;  ///< as it was used
    std::string how;
};

/// By products with A, and the inverse of B (which may be empty) by SparseLu. Unsupported for a B that is not stored.
template <class S, class T>
[[nodiscard]] GeneralOperators<S> product_operators(const EigenOperand<T>& A, const EigenOperand<T>& B);

/// (A − σB)⁻¹B by SparseLu for a stored A. A σ that is an eigenvalue to working precision is moved by a little.
template <class S, class T>
[[nodiscard]] GeneralOperators<S> inverse_operators(const EigenOperand<T>& A, const EigenOperand<T>& B,
                                                    std::complex<double> sigma);

/// Y = A X or Aᴴ X for one complex vector and an operator over T.
template <class T>
void apply_to_complex(const OperatorRef<T>& A, bool adjoint, const std::complex<Real<T>>* x, std::complex<Real<T>>* y);

}  // namespace tamis::detail
