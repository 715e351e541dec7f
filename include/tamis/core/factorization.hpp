// The vocabulary of factorizations: methods, orderings, precisions, what a factor says of itself, and the concepts that
// generic code asks for.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <ranges>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis {

/// How a system is solved: `automatic` chooses by structure; the direct kinds; the iterative methods by name.
enum class Method {
    automatic,
    diagonal,
    triangular,
    banded,
    cholesky,
    ldlt,
    lu,
    qr,
    svd,  ///< of dense matrices, as is the next
    eigh,
    cg,
    flexible_cg,
    block_cg,
    minres,
    minres_qlp,
    symmlq,
    gmres,
    fgmres,
    lgmres,
    gcrodr,
    bicg,
    bicgstab,
    cgs,
    qmr,
    tfqmr,
    idrs,
    lsqr,
    lsmr,
    cgls
};
/// The enumerator's own name, e.g. "cholesky".
std::string_view to_string(Method method) noexcept;
/// The method of that name ("auto" is automatic); InvalidArgument, listing the names, for any other.
Method method_from_string(std::string_view name);

/// Fill-reducing orderings. `automatic` minimises the predicted total time; `given` takes `.permutation` from the options.
enum class Ordering { automatic, amd, colamd, nested_dissection, natural, given };
std::string_view to_string(Ordering ordering) noexcept;
Ordering ordering_from_string(std::string_view name);

/// `working`: factor in the scalar of the matrix (promoted where the backend has no such scalar). `mixed`: factor in single
/// precision and refine to the accuracy of the matrix's scalar.
enum class Precision { working, mixed };
std::string_view to_string(Precision precision) noexcept;
Precision precision_from_string(std::string_view name);

/// A permutation as an option: built implicitly from any range of integers. Entry k is the original index of position k.
class Permutation {
  public:
    Permutation() = default;
    Permutation(std::initializer_list<std::int64_t> indices) : indices_(indices) {}
    template <std::ranges::input_range R>
        requires(!std::same_as<std::remove_cvref_t<R>, Permutation>)
    &&std::integral<std::ranges::range_value_t<R>> Permutation(const R& indices) {
        for (const auto i : indices) indices_.push_back(static_cast<std::int64_t>(i));
    }
    [[nodiscard]] std::int64_t size() const noexcept { return std::ssize(indices_); }
    [[nodiscard]] bool empty() const noexcept { return indices_.empty(); }
    [[nodiscard]] std::int64_t operator[](std::int64_t k) const noexcept { return indices_[static_cast<std::size_t>(k)]; }
    [[nodiscard]] auto begin() const noexcept { return indices_.begin(); }
    [[nodiscard]] auto end() const noexcept { return indices_.end(); }

  private:
    std::vector<std::int64_t> indices_;
};

/// What a factorization says of itself.
struct FactorInfo {
    Method method = Method::automatic;
    std::string backend;                      ///< e.g. "CHOLMOD 3.0.14 (supernodal)"
    Ordering ordering = Ordering::automatic;  ///< the one that was used
    std::int64_t factor_nonzeros = 0;         ///< stored entries of the factor(s)
    double fill = 0;                          ///< factor_nonzeros / entries of A that the method reads
    double flops = 0;                         ///< of the numeric factorization; real ones also for complex matrices
    std::int64_t bytes = 0;                   ///< held by the factor
    struct Seconds {
        double analyze = 0;
        double factor = 0;
    } seconds;
    std::string precision;  ///< the scalar computed in, e.g. "double" for a promoted float matrix
    std::int64_t perturbed_pivots = 0;
};

/// Determinant as {sign, logabs}: det = sign · exp(logabs), sign of modulus 1 (0 for a singular matrix, logabs = −∞).
template <class T>
struct LogDeterminant {
    T sign;
    Real<T> logabs;
};

/// Numbers of positive, negative and zero eigenvalues.
struct Inertia {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    std::int64_t zero = 0;
    friend bool operator==(const Inertia&, const Inertia&) = default;
};

/// An object that solves with a matrix it has factored: F.solve(b) = A⁻¹b (least squares, minimum norm for a rectangular A).
/// All members are const and may be called from several threads at once.
template <class F>
concept Factorization = requires(const F& f, const Vector<typename F::scalar_type>& b, Vector<typename F::scalar_type>& x) {
    typename F::scalar_type;
    { f.rows() } -> std::same_as<std::int64_t>;
    { f.cols() } -> std::same_as<std::int64_t>;
    { f.solve(b) } -> std::same_as<Vector<typename F::scalar_type>>;
    f.solve_into(b, x);
    { f.solve_transposed(b) } -> std::same_as<Vector<typename F::scalar_type>>;
    { f.solve_adjoint(b) } -> std::same_as<Vector<typename F::scalar_type>>;
    { f.info() } -> std::convertible_to<const FactorInfo&>;
};

/// F.refactor(A): new values on the analysed pattern; ordering and symbolic analysis are kept.
template <class F, class A>
concept Refactorable = Factorization<F> && requires(F& f, const A& a) {
    f.refactor(a);
};

template <class F>
concept HasDeterminant = Factorization<F> && requires(const F& f) {
    { f.slogdet() } -> std::same_as<LogDeterminant<typename F::scalar_type>>;
};

/// rcond() estimates 1 / (‖A‖₁ ‖A⁻¹‖₁) from solves; it is no ratio of diagonal entries.
template <class F>
concept ReportsCondition = Factorization<F> && requires(const F& f) {
    { f.rcond() } -> std::same_as<Real<typename F::scalar_type>>;
};

template <class F>
concept RankRevealing = Factorization<F> && requires(const F& f) {
    { f.rank() } -> std::same_as<std::int64_t>;
};

}  // namespace tamis
