// Private: what the factorization classes see of the backends. No SuiteSparse header here.
//
// A symbolic object is immutable and shared: many numeric factors, also in many threads, are made from one. All compute in
// E, double or complex<double>. Matrices are compressed columns; the symbolic object owns the pattern it was made for.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/sparse/csc.hpp>

#include "sparse/factor_storage.hpp"

namespace tamis::detail {

/// The scalar that the backends compute in for a matrix of T.
template <class T>
using compute_t = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// n elements to be written, at an address that is not null even for n = 0: the backends refuse null arrays.
template <class T>
Array<T> never_null(std::int64_t n) {
    Array<T> a(std::max<std::int64_t>(n, 1), uninitialized);
    a.shrink(n);
    return a;
}

/// The pattern of a matrix in compressed columns, sorted and without repetition.
template <class J>
struct ColumnPattern {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    Array<J> offsets;
    Array<J> indices;
    [[nodiscard]] std::int64_t nnz() const noexcept { return indices.size(); }
};

/// What a symbolic analysis says before any number is computed.
struct Prediction {
    std::string backend;
    Ordering ordering = Ordering::automatic;
    double factor_nonzeros = 0;
    double flops = 0;
    double bytes = 0;  ///< factor and workspace of the numeric phase
};

/// What the analysis is asked for.
struct AnalysisRequest {
    Ordering ordering = Ordering::automatic;
    std::span<const std::int64_t> permutation{};  ///< for Ordering::given, checked already
    std::stop_token stop{};
};

class Symbolic {
  public:
    virtual ~Symbolic() = default;
    [[nodiscard]] virtual const Prediction& prediction() const noexcept { return prediction_; }
    /// Entry k: the original index (LU, QR: column) of position k.
    [[nodiscard]] virtual std::vector<std::int64_t> permutation() const = 0;
    /// Whether these columns are the analysed pattern.
    [[nodiscard]] virtual bool matches(std::span<const std::int32_t> offsets,
                                       std::span<const std::int32_t> indices) const = 0;
    [[nodiscard]] virtual bool matches(std::span<const std::int64_t> offsets,
                                       std::span<const std::int64_t> indices) const = 0;

    /// A copy of the analysed pattern, for factors that can be saved. Unsupported elsewhere.
    [[nodiscard]] virtual ColumnPattern<std::int64_t> pattern() const {
        throw Unsupported("save: " + prediction().backend +
                          " keeps its factors to itself; save the matrix and factor it again after loading");
    }

  protected:
    Prediction prediction_;
};

/// Compares a stored pattern with one of either index type.
template <class J, class I>
bool same_pattern(const ColumnPattern<J>& pattern, std::span<const I> offsets, std::span<const I> indices) {
    const auto equal = [](J a, I b) { return static_cast<std::int64_t>(a) == static_cast<std::int64_t>(b); };
    return std::equal(pattern.offsets.begin(), pattern.offsets.end(), offsets.begin(), offsets.end(), equal) &&
           std::equal(pattern.indices.begin(), pattern.indices.end(), indices.begin(), indices.end(), equal);
}

/// The same pattern with another index type; moves where the type is the same.
template <class J, class I>
ColumnPattern<J> pattern_as(ColumnPattern<I>&& pattern) {
    if constexpr (std::is_same_v<I, J>) {
        return std::move(pattern);
    } else {
        ColumnPattern<J> copy{pattern.rows, pattern.cols, never_null<J>(pattern.offsets.size()),
                              never_null<J>(pattern.indices.size())};
        std::transform(pattern.offsets.begin(), pattern.offsets.end(), copy.offsets.begin(),
                       [](I i) { return static_cast<J>(i); });
        std::transform(pattern.indices.begin(), pattern.indices.end(), copy.indices.begin(),
                       [](I i) { return static_cast<J>(i); });
        return copy;
    }
}

/// The size of a numeric factor.
struct FactorSize {
    double nonzeros = 0;
    double flops = 0;
    double bytes = 0;
};

// ---- Cholesky
// ---------------------------------------------------------------------------------------------------------------

/// Thrown inside by a failed Cholesky: the caller's column.
struct PivotNotPositive {
    std::int64_t column;
};

template <class E>
class CholeskyFactor {
  public:
    enum class System { full, solve_l, solve_lt };  ///< A⁻¹; L⁻¹P and PᵀL⁻ᴴ
    virtual ~CholeskyFactor() = default;
    /// x (n×k, contiguous columns) from b; different memory.
    virtual void solve(System system, const E* b, E* x, std::int64_t k) const = 0;
    /// y = M z (n×k, contiguous columns; different memory) with M = PᵀL.
    virtual void multiply(const E* z, E* y, std::int64_t k) const = 0;
    /// New values in the analysed lower triangle, freed as soon as they are copied. False, without effect, if this factor
    /// can take none.
    virtual bool refactor(Array<E>&&, double) { return false; }
    [[nodiscard]] virtual Csc<E, std::int64_t> matrix_l() const = 0;
    /// A copy of L by supernodes.
    [[nodiscard]] virtual Supernodes<E> supernodes() const = 0;
    [[nodiscard]] virtual Array<double> diagonal() const = 0;
    [[nodiscard]] virtual double logdet() const = 0;
    /// ‖L·Lᴴ‖₁, estimated, of a factor whose matrix nobody holds any more.
    [[nodiscard]] virtual double norm_estimate() const { return 0; }
    [[nodiscard]] virtual FactorSize size() const = 0;
};

template <class E>
class CholeskySymbolic : public Symbolic, public std::enable_shared_from_this<CholeskySymbolic<E>> {
  public:
    /// Factors the lower triangle with these values (+ shift·I), freed as soon as they are copied; PivotNotPositive.
    [[nodiscard]] virtual std::unique_ptr<CholeskyFactor<E>> factor(Array<E>&& values, double shift) const = 0;
};

/// CHOLMOD's analysis of a Hermitian matrix by the pattern of its lower triangle.
template <class E, class I>
std::shared_ptr<const CholeskySymbolic<E>> analyze_cholmod(ColumnPattern<I>&& lower, const AnalysisRequest& request);

// ---- LU
// ---------------------------------------------------------------------------------------------------------------------

/// Thrown inside by a failed LU: the caller's row without a pivot (-1 if unknown).
struct PivotZero {
    std::int64_t row;
};

enum class Transpose { none, transpose, adjoint };

/// (R·A)(p, q) = L·U.
template <class E>
struct LuParts {
    Csc<E, std::int64_t> l;
    Csc<E, std::int64_t> u;
};

template <class E>
class LuFactor {
  public:
    virtual ~LuFactor() = default;
    /// x (n×k, contiguous columns) from b; different memory.
    virtual void solve(Transpose form, const E* b, E* x, std::int64_t k) const = 0;
    virtual void refactor(std::span<const E> values) = 0;
    [[nodiscard]] virtual LuParts<E> parts() const = 0;
    [[nodiscard]] virtual std::vector<std::int64_t> row_permutation() const = 0;
    [[nodiscard]] virtual std::vector<std::int64_t> col_permutation() const = 0;
    [[nodiscard]] virtual std::vector<double> row_scaling() const = 0;
    [[nodiscard]] virtual std::vector<E> diagonal_u() const = 0;
    /// Where the backend has it without its factors.
    [[nodiscard]] virtual std::optional<LogDeterminant<E>> determinant() const { return {}; }
    [[nodiscard]] virtual FactorSize size() const = 0;
};

template <class E>
class LuSymbolic : public Symbolic, public std::enable_shared_from_this<LuSymbolic<E>> {
  public:
    /// Factors these values; PivotZero. A pivot tolerance of 0 is the backend's own.
    [[nodiscard]] virtual std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const = 0;
    /// r −= op(A) x with these values on the analysed pattern.
    virtual void subtract_product(Transpose form, const E* values, const E* x, E* r) const = 0;
    [[nodiscard]] ColumnPattern<std::int64_t> pattern() const override = 0;
};

template <class E, class J>
void subtract_product(const ColumnPattern<J>& pattern, Transpose form, const E* values, const E* x, E* r) {
    for (std::int64_t j = 0; j < pattern.cols; ++j) {
        const auto last = static_cast<std::int64_t>(pattern.offsets[j + 1]);
        auto k = static_cast<std::int64_t>(pattern.offsets[j]);
        if (form == Transpose::none) {
            const E xj = x[j];
            for (; k < last; ++k) r[pattern.indices[k]] -= values[k] * xj;
        } else {
            E dot = 0;
            if (form == Transpose::adjoint)
                for (; k < last; ++k) dot += conjugate(values[k]) * x[pattern.indices[k]];
            else
                for (; k < last; ++k) dot += values[k] * x[pattern.indices[k]];
            r[j] -= dot;
        }
    }
}

/// KLU's, UMFPACK's or MUMPS' analysis, whichever suits the matrix.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_lu(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                const AnalysisRequest& request);
/// The same without MUMPS, which keeps its factors to itself.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_lu_in_parts(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                         const AnalysisRequest& request);
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_umfpack(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                     const AnalysisRequest& request);
/// In builds with MUMPS: its analysis for the orderings automatic and nested_dissection. Null where it takes no more flops
/// than these, and where MUMPS cannot analyse the matrix (it refuses structurally singular ones); the pattern is then as it
/// was.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_mumps_lu(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                      const AnalysisRequest& request, double least_flops);
/// Null if `only_if_suited` and dense kernels would pay; the pattern is then left as it was.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_klu(ColumnPattern<I>&& pattern, const AnalysisRequest& request,
                                                 bool only_if_suited);

// ---- QR
// ---------------------------------------------------------------------------------------------------------------------

/// A(:, p) = Q·R with Q = Pᵀ H₁ H₂ … H_s, in ordinary compressed columns.
template <class E>
struct HouseholderParts {
    std::int64_t rank = 0;
    double tolerance = 0;                    ///< the absolute one that was used
    Csc<E, std::int64_t> r;                  ///< rank × cols, upper trapezoidal
    Csc<E, std::int64_t> h;                  ///< rows × s, the Householder vectors
    Array<E> tau;                            ///< s
    std::vector<std::int64_t> row_position;  ///< position of A's row i among the rows of R and H
    std::vector<std::int64_t> permutation;   ///< p
    double flops = 0;
};

/// A(:, p) = Q·R, however it is kept.
template <class E>
class OrthogonalFactor {
  public:
    virtual ~OrthogonalFactor() = default;
    [[nodiscard]] virtual std::int64_t rows() const noexcept = 0;
    [[nodiscard]] virtual std::int64_t cols() const noexcept = 0;
    [[nodiscard]] virtual std::int64_t rank() const noexcept = 0;
    [[nodiscard]] virtual const std::vector<std::int64_t>& permutation() const noexcept = 0;
    /// y = Qᴴ x for one vector of A's rows; y in the order of R's rows. x and y are different memory.
    virtual void apply_q_adjoint(const E* x, E* y) const = 0;
    /// x = Q y; y is overwritten.
    virtual void apply_q(E* y, E* x) const = 0;
    /// R₁₁ z = c in place, for the leading rank×rank triangle.
    virtual void solve_r(E* c) const = 0;
    /// R₁₁ᴴ z = c in place.
    virtual void solve_r_adjoint(E* c) const = 0;
    /// rank × cols, upper trapezoidal.
    [[nodiscard]] virtual Csc<E, std::int64_t> matrix_r() const = 0;
    /// A copy in plain arrays.
    [[nodiscard]] virtual HouseholderParts<E> parts() const = 0;
    [[nodiscard]] virtual FactorSize size() const = 0;
};

/// Column order, the bounds that follow from it, and what the first factorization can go on from.
struct QrOrdering {
    std::vector<std::int64_t> permutation;
    Prediction prediction;
    std::shared_ptr<void> analysed = nullptr;  ///< SPQR's own object; null where the order was given
};

/// A pattern and the column order of the tall matrix that is factored.
class QrSymbolic : public Symbolic {
  public:
    explicit QrSymbolic(QrOrdering&& order)
        : permutation_(std::move(order.permutation)),
          analysed_(std::move(order.analysed)) {
        prediction_ = std::move(order.prediction);
    }
    [[nodiscard]] std::vector<std::int64_t> permutation() const final { return permutation_; }
    /// SPQR's object for whoever asks first: it becomes the numeric one.
    [[nodiscard]] std::shared_ptr<void> take_analysed() const {
        const std::lock_guard lock(mutex_);
        return std::move(analysed_);
    }

  private:
    std::vector<std::int64_t> permutation_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<void> analysed_;
};

/// SPQR's column order for a pattern. Unsupported in a build without SPQR.
template <class E>
QrOrdering order_spqr(const Csc<E, std::int64_t>& A, const AnalysisRequest& request);
/// Factors A with its columns in this order; relative tolerance as in FactorOptions. `analysed` is what order_spqr returned
/// with this order for this pattern, or null.
template <class E>
std::unique_ptr<OrthogonalFactor<E>> factor_spqr(const Csc<E, std::int64_t>& A, std::span<const std::int64_t> permutation,
                                                 double pivot_tolerance, std::shared_ptr<void> analysed = nullptr);

}  // namespace tamis::detail
