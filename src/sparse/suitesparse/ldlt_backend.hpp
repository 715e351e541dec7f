// Private: what the class SparseLdlt sees of its backends. No header of a foreign library here.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// Thrown inside where a factorization with the pivots at hand is not stable: why, as the end of a sentence.
struct PivotUnstable {
    std::string why;
};

/// A(p, p) = L·D·Lᴴ with a unit lower triangular L and a diagonal D.
template <class E>
struct LdltParts {
    Csc<E, std::int64_t> l;  ///< with its unit diagonal
    std::vector<double> d;
};

/// The numbers of a Hermitian matrix: the values of the analysed lower triangle, and A = that + shift·I.
template <class E>
struct HermitianValues {
    std::span<const E> values;
    double shift = 0;
    double one_norm = 0;         ///< ‖A‖₁
    double pivot_tolerance = 0;  ///< of 2×2 pivoting; 0: the backend's own
};

template <class E>
class LdltFactor {
  public:
    virtual ~LdltFactor() = default;
    /// x (n×k, contiguous columns) from b; different memory. Only for a factor without a null pivot.
    virtual void solve(const E* b, E* x, std::int64_t k) const = 0;
    /// Whether pivots are chosen by their numbers.
    [[nodiscard]] virtual bool chooses_pivots() const = 0;
    /// PivotUnstable.
    virtual void refactor(const HermitianValues<E>& A) = 0;
    [[nodiscard]] virtual Inertia inertia() const = 0;
    /// The caller's row of a pivot that is zero up to rounding; -1 if there is none or the backend does not say.
    [[nodiscard]] virtual std::int64_t null_row() const = 0;
    /// log |det A|; any number where a pivot is null.
    [[nodiscard]] virtual double logabs() const = 0;
    /// Unsupported where the backend keeps its factors to itself.
    [[nodiscard]] virtual LdltParts<E> parts() const = 0;
    [[nodiscard]] virtual std::vector<std::int64_t> permutation() const = 0;
    [[nodiscard]] virtual FactorSize size() const = 0;
};

template <class E>
class LdltSymbolic : public Symbolic, public std::enable_shared_from_this<LdltSymbolic<E>> {
  public:
    /// PivotUnstable.
    [[nodiscard]] virtual std::unique_ptr<LdltFactor<E>> factor(const HermitianValues<E>& A) const = 0;
    /// An analysis of the same pattern for pivots that are chosen by their numbers; null where there is no other than this
    /// one, or none in this build.
    [[nodiscard]] virtual std::shared_ptr<const LdltSymbolic<E>> with_chosen_pivots(
        const HermitianValues<E>& A, const AnalysisRequest& request) const = 0;
    /// r −= A x.
    virtual void subtract_product(const HermitianValues<E>& A, const E* x, E* r) const = 0;
};

template <class E, class J>
void subtract_hermitian_product(const ColumnPattern<J>& lower, const HermitianValues<E>& A, const E* x, E* r) {
    const E* const values = A.values.data();
    for (std::int64_t j = 0; j < lower.cols; ++j) {
        const E xj = x[j];
        E sum = A.shift * xj;
        for (auto k = static_cast<std::int64_t>(lower.offsets[j]); k < static_cast<std::int64_t>(lower.offsets[j + 1]);
             ++k) {
            const auto i = static_cast<std::int64_t>(lower.indices[k]);
            if (i == j) {
                sum += values[k] * xj;
            } else {
                r[i] -= values[k] * xj;
                sum += conjugate(values[k]) * x[i];
            }
        }
        r[j] -= sum;
    }
}

/// The analysis by the pattern of the lower triangle. Diagonal pivots in an order chosen for the fill alone (CHOLMOD,
/// simplicial): always enough for quasidefinite matrices, measured after each factorization for all.
template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_cholmod_ldlt(ColumnPattern<I>&& lower, const AnalysisRequest& request);

/// 1×1 and 2×2 pivots chosen by their numbers (MUMPS). Null in a build without MUMPS.
template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_mumps_ldlt(ColumnPattern<I>&& lower, const HermitianValues<E>& A,
                                                          const AnalysisRequest& request);

/// Diagonal pivots first, unless there are zeros among them or the factor is large enough for dense kernels to pay.
template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> analyze_ldlt(ColumnPattern<I>&& lower, const HermitianValues<E>& A,
                                                    const AnalysisRequest& request);

}  // namespace tamis::detail
