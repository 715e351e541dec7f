// Private: the operators that Lanczos iterates with in place of A, and the factorizations behind them.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include <tamis/core/factorization.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>
#include <tamis/iterative/eigen/operand.hpp>

namespace tamis::detail {

/// OP, whose eigenvalues θ are functions of the λ in A v = λ B v, with the same vectors:
///   none          A, or B⁻¹A     θ = λ
///   shift_invert  (A − σB)⁻¹B    θ = 1 / (λ − σ)
///   buckling      (A − σB)⁻¹A    θ = λ / (λ − σ)
///   cayley        (A − σB)⁻¹(A + σB)   θ = (λ + σ) / (λ − σ)
/// T. Ericsson, A. Ruhe, The spectral transformation Lanczos method, Math. Comp. 35 (1980); R. G. Grimes, J. G. Lewis,
/// H. D. Simon, A shifted block Lanczos algorithm, SIAM J. Matrix Anal. Appl. 15 (1994).
template <class T>
struct SpectralOperator {
    SpectralTransform kind = SpectralTransform::none;
    Operator<T> inverse{};  ///< of A − σB; with `none` of B, where there is one
    double sigma = 0;
    double moved = 0;                        ///< σ less the shift that was asked for, where A − σB was singular there
    Which order = Which::largest_magnitude;  ///< which θ are wanted
    std::string how{};                       ///< a clause for the message: with what, and why

    [[nodiscard]] bool inverts() const noexcept { return kind != SpectralTransform::none; }
    [[nodiscard]] double value(double theta) const noexcept {
        switch (kind) {
            case SpectralTransform::shift_invert: return sigma + 1 / theta;
            case SpectralTransform::buckling: return sigma * theta / (theta - 1);
            case SpectralTransform::cayley: return sigma * (theta + 1) / (theta - 1);
            default: return theta;
        }
    }
    /// What θ are ranked by: themselves, but for inverses at a shift that was moved a number like |θ| that falls with the
    /// distance of λ from the shift that was asked for, and changes by no more than θ does.
    [[nodiscard]] double rank(double theta) const noexcept {
        if (moved == 0 || kind != SpectralTransform::shift_invert) return theta;
        return theta == 0 ? 0.0 : 1 / (std::abs(value(theta) - (sigma - moved)) + std::abs(moved));
    }
    /// |c| with A v − λ B v = c (A − σB) (OP v − θ v).
    [[nodiscard]] double residual_factor(double theta) const noexcept {
        switch (kind) {
            case SpectralTransform::shift_invert: return 1 / std::abs(theta);
            case SpectralTransform::buckling:
            case SpectralTransform::cayley: return 1 / std::abs(1 - theta);
            default: return 1;
        }
    }
};

/// What a factorization of A − σB is for.
struct PencilOptions {
    bool try_cholesky = false;  ///< where the matrix may well be definite
    bool inertia = false;       ///< without LU, which has none
    double nudge = 1e-7;        ///< how far, times ‖A‖, a shift is moved at which the matrix is singular; 0: it is not
    std::stop_token stop{};
};

/// A − σB, factored.
template <class T>
struct FactoredPencil {
    Operator<T> inverse{};
    double sigma = 0;  ///< the one that was taken
    std::optional<Inertia> inertia{};
    bool proved = false;   ///< the inertia is that of A − σB, and not only of a matrix near it
    double condition = 0;  ///< where an inertia was asked for: estimate of 1 / (‖A − σB‖₁ ‖(A − σB)⁻¹‖₁)
    std::string how{};     ///< e.g. "SparseLdlt (MUMPS 5.5.1)", and that the shift was nudged
};

/// Both have to be stored; B may be empty: I. Cholesky first where that is plausible, then L·D·Lᴴ with its inertia, then LU;
/// dense matrices by LU, with the inertia by LAPACK's eigenvalues where it is asked for. An A − σB that is singular, up to
/// rounding and the scaling of its rows, is tried again at σ − nudge·‖A‖ and twice further. SingularMatrix where that does
/// not help; MemoryLimitExceeded; Unsupported where an operator is not stored.
///
/// `proved`: for L·D·Lᴴ = A − σB + E with ‖E‖ ≤ 10⁴ε‖A − σB‖, which SparseLdlt measures, no eigenvalue can have changed its
/// sign if the smallest modulus, at least 1 / ‖(A − σB)⁻¹‖₁, is larger than that (Weyl).
template <class T>
FactoredPencil<T> factor_pencil(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, double sigma,
                                const PencilOptions& options);

/// B = L·Lᴴ; NotPositiveDefinite with a sentence on what to do.
template <class T>
FactoredPencil<T> factor_mass(const char* name, const EigenOperand<T>& B, const std::stop_token& stop);

/// Of the factorization of A − σB, guessed by the pattern: flops, and bytes that are needed; infinite where it cannot be
/// done.
struct PencilPrediction {
    double flops = 0;
    double bytes = 0;
    bool expander = false;
};
template <class T>
PencilPrediction predict_pencil(const EigenOperand<T>& A, const EigenOperand<T>& B);

/// Bounds of all eigenvalues of a stored A by Gershgorin's discs, and ‖A‖_∞; O(nnz).
struct SpectrumBounds {
    double lower = 0;
    double upper = 0;
    double norm = 0;
};
template <class T>
SpectrumBounds gershgorin(const EigenOperand<T>& A);

}  // namespace tamis::detail
