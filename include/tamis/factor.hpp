// factor(A): a factorization whose kind is chosen at run time, and AnyFactorization, the type that holds any of them.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/solve_verbs.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis {

template <class T>
class AnyFactorization;

namespace detail {

[[noreturn]] void throw_unsupported_verb(Method method, const char* verb, const char* instead);
[[noreturn]] void throw_other_index(Method method);
[[noreturn]] void throw_other_storage(Method method, bool dense);
[[noreturn]] void throw_no_factorization(const char* verb);

/// What an AnyFactorization holds, its class forgotten.
template <class T>
class ErasedFactorization {
  public:
    ErasedFactorization() = default;
    ErasedFactorization(const ErasedFactorization&) = delete;
    ErasedFactorization& operator=(const ErasedFactorization&) = delete;
    virtual ~ErasedFactorization() = default;

    [[nodiscard]] virtual std::int64_t rows() const = 0;
    [[nodiscard]] virtual std::int64_t cols() const = 0;
    [[nodiscard]] virtual FactorInfo info() const = 0;
    virtual void solve(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const = 0;
    virtual void refactor(CsrView<T, std::int32_t> A) = 0;
    virtual void refactor(CsrView<T, std::int64_t> A) = 0;
    virtual void refactor(CscView<T, std::int32_t> A) = 0;
    virtual void refactor(CscView<T, std::int64_t> A) = 0;
    virtual void refactor(MatrixView<const T> A) = 0;
    [[nodiscard]] virtual bool refactorable() const noexcept = 0;
    [[nodiscard]] virtual bool has_determinant() const noexcept = 0;
    [[nodiscard]] virtual bool reports_condition() const noexcept = 0;
    [[nodiscard]] virtual bool reveals_rank() const noexcept = 0;
    [[nodiscard]] virtual bool has_inertia() const noexcept = 0;
    [[nodiscard]] virtual LogDeterminant<T> slogdet() const = 0;
    [[nodiscard]] virtual Real<T> rcond() const = 0;
    [[nodiscard]] virtual std::int64_t rank() const = 0;
    [[nodiscard]] virtual Inertia inertia() const = 0;
    [[nodiscard]] virtual Csr<T, std::int64_t> reconstruct() const = 0;
};

template <class F>
concept SolvesViews = requires(const F& f, MatrixView<const typename F::scalar_type> b,
                               MatrixView<typename F::scalar_type> x) {
    f.solve_into(b, x);
    f.solve_transposed_into(b, x);
    f.solve_adjoint_into(b, x);
};
template <class F>
concept HasInertia = requires(const F& f) {
    { f.inertia() } -> std::convertible_to<Inertia>;
};
template <class F>
concept Reconstructs = requires(const F& f) {
    requires SparseMatrix<std::remove_cvref_t<decltype(f.reconstruct())>>;
};

/// An F with its class forgotten. Holds no Eigen object, and makes one only for an F that solves vectors alone.
template <class T, class F>
class HeldFactorization final : public ErasedFactorization<T> {
  public:
    explicit HeldFactorization(F&& factor) : factor_(std::move(factor)) {}
    [[nodiscard]] const F& held() const noexcept { return factor_; }

    [[nodiscard]] std::int64_t rows() const override { return factor_.rows(); }
    [[nodiscard]] std::int64_t cols() const override { return factor_.cols(); }
    [[nodiscard]] FactorInfo info() const override { return factor_.info(); }

    void solve(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const override {
        if constexpr (SolvesViews<F>) {
            if (form == SolveForm::plain) factor_.solve_into(b, x);
            else if (form == SolveForm::transposed) factor_.solve_transposed_into(b, x);
            else factor_.solve_adjoint_into(b, x);
        } else {
            Vector<T> column(b.rows());
            for (std::int64_t c = 0; c < b.cols(); ++c) {
                for (std::int64_t i = 0; i < b.rows(); ++i) column[i] = b(i, c);
                const Vector<T> y = form == SolveForm::plain        ? factor_.solve(column)
                                    : form == SolveForm::transposed ? factor_.solve_transposed(column)
                                                                    : factor_.solve_adjoint(column);
                for (std::int64_t i = 0; i < x.rows(); ++i) x(i, c) = y[i];
            }
        }
    }

    void refactor(CsrView<T, std::int32_t> A) override { refactor_any(A); }
    void refactor(CsrView<T, std::int64_t> A) override { refactor_any(A); }
    void refactor(CscView<T, std::int32_t> A) override { refactor_any(A); }
    void refactor(CscView<T, std::int64_t> A) override { refactor_any(A); }
    void refactor(MatrixView<const T> A) override { refactor_any(A); }

    [[nodiscard]] bool refactorable() const noexcept override {
        return Refactorable<F, CsrView<T, std::int32_t>> || Refactorable<F, CsrView<T, std::int64_t>> || of_dense;
    }
    [[nodiscard]] bool has_determinant() const noexcept override { return HasDeterminant<F>; }
    [[nodiscard]] bool reports_condition() const noexcept override { return ReportsCondition<F>; }
    [[nodiscard]] bool reveals_rank() const noexcept override { return RankRevealing<F>; }
    [[nodiscard]] bool has_inertia() const noexcept override { return HasInertia<F>; }

    [[nodiscard]] LogDeterminant<T> slogdet() const override {
        if constexpr (HasDeterminant<F>) return factor_.slogdet();
        else throw_unsupported_verb(method(), "slogdet", "lu has it for every square matrix");
    }
    [[nodiscard]] Real<T> rcond() const override {
        if constexpr (ReportsCondition<F>) return factor_.rcond();
        else throw_unsupported_verb(method(), "rcond", "lu has it for every square matrix");
    }
    [[nodiscard]] std::int64_t rank() const override {
        if constexpr (RankRevealing<F>) return factor_.rank();
        else throw_unsupported_verb(method(), "rank", "qr finds the rank");
    }
    [[nodiscard]] Inertia inertia() const override {
        if constexpr (HasInertia<F>) return factor_.inertia();
        else throw_unsupported_verb(method(), "inertia", "ldlt has it for Hermitian matrices");
    }
    [[nodiscard]] Csr<T, std::int64_t> reconstruct() const override {
        if constexpr (Reconstructs<F>) {
            return to_csr(cast<T, std::int64_t>(factor_.reconstruct()));
        } else if constexpr (requires(MatrixView<T> out) { factor_.write_product(out); }) {
            Array<T> product(rows() * cols(), uninitialized);
            const MatrixView<T> out(product.data(), rows(), cols());
            factor_.write_product(out);
            return compress<T, std::int64_t>(MatrixView<const T>(out));
        } else throw_unsupported_verb(method(), "reconstruct", "multiply its parts");
    }

  private:
    static constexpr bool of_dense = Refactorable<F, MatrixView<const T>>;
    [[nodiscard]] Method method() const { return factor_.info().method; }
    template <class View>
    void refactor_any(View A) {
        if constexpr (Refactorable<F, View>) factor_.refactor(A);
        else if constexpr (of_dense) throw_other_storage(method(), true);
        else if (std::same_as<View, MatrixView<const T>> && refactorable()) throw_other_storage(method(), false);
        else if (refactorable()) throw_other_index(method());
        else throw_unsupported_verb(method(), "refactor", "factor anew");
    }
    F factor_;
};

/// `major` as the view that it is.
template <class T, class I>
void refactor_erased(ErasedFactorization<T>& held, CsrView<T, I> major, bool row_major) {
    if (row_major) held.refactor(major);
    else held.refactor(major.transposed_view());
}

}  // namespace detail

/// A factorization of any kind: what `factor(A)` returns, and a place for `lu(A)`, `cholesky(A)` or a class of your own that
/// keeps the concept Factorization, where the kind is known only at run time. Owns what it holds; moves, does not copy. All
/// const members may be called from several threads at once. A call costs one virtual call more than the class itself.
///
/// The verbs beyond solving are those of the held class; where it has none, they throw Unsupported and say which does
/// (has_determinant() and its like tell beforehand). One that was moved from has no rows and throws from every verb.
template <class T>
class AnyFactorization : public detail::SolveVerbs<AnyFactorization<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Holds `factor`, which is moved in: `AnyFactorization<double> F = lu(A);`. `reasons` are sentences that tell why it
    /// was chosen.
    template <class F>
        requires(!std::same_as<F, AnyFactorization> && Factorization<F> && std::same_as<typename F::scalar_type, T>)
    AnyFactorization(F factor, std::vector<std::string> reasons = {})
        : held_(std::make_unique<detail::HeldFactorization<T, F>>(std::move(factor))),
          reasons_(std::move(reasons)) {}

    [[nodiscard]] std::int64_t rows() const { return held_ ? held_->rows() : 0; }
    [[nodiscard]] std::int64_t cols() const { return held_ ? held_->cols() : 0; }
    [[nodiscard]] FactorInfo info() const { return held_ ? held_->info() : FactorInfo{}; }
    /// The kind that was taken.
    [[nodiscard]] Method method() const { return info().method; }
    /// Why, a sentence a decision; empty where the caller chose by himself.
    [[nodiscard]] const std::vector<std::string>& reasons() const noexcept { return reasons_; }
    void set_reasons(std::vector<std::string> reasons) noexcept { reasons_ = std::move(reasons); }

    /// New values on the analysed pattern, by the method that was taken; see the held class for what it refuses
    /// (PatternMismatch, NotPositiveDefinite…) and what it leaves then. InvalidArgument for another index type than it was
    /// factored with. Should the new values ask for another method, call `factor` again, or let a FactorizationCache do so.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T>
    void refactor(const M& A) {
        if (!held_) detail::throw_no_factorization("refactor");
        detail::refactor_erased<T, index_t<M>>(*held_, detail::major_view(A), std::remove_cvref_t<M>::is_row_major);
    }

    /// The same for a dense factorization.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        if (!held_) detail::throw_no_factorization("refactor");
        held_->refactor(detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] bool refactorable() const noexcept { return held_ && held_->refactorable(); }
    [[nodiscard]] bool has_determinant() const noexcept { return held_ && held_->has_determinant(); }
    [[nodiscard]] bool reports_condition() const noexcept { return held_ && held_->reports_condition(); }
    [[nodiscard]] bool reveals_rank() const noexcept { return held_ && held_->reveals_rank(); }
    [[nodiscard]] bool has_inertia() const noexcept { return held_ && held_->has_inertia(); }

    /// {sign, log |det A|}.
    [[nodiscard]] LogDeterminant<T> slogdet() const { return held("slogdet").slogdet(); }
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁).
    [[nodiscard]] Real<T> rcond() const { return held("rcond").rcond(); }
    /// The numerical rank.
    [[nodiscard]] std::int64_t rank() const { return held("rank").rank(); }
    /// Numbers of positive, negative and zero eigenvalues.
    [[nodiscard]] Inertia inertia() const { return held("inertia").inertia(); }
    /// A from its factors, up to rounding.
    [[nodiscard]] Csr<T, std::int64_t> reconstruct() const { return held("reconstruct").reconstruct(); }

    /// The held object if it is an F, otherwise null: `F.get_if<SparseCholesky<double>>()`.
    template <class F>
    [[nodiscard]] const F* get_if() const noexcept {
        const auto* held = dynamic_cast<const detail::HeldFactorization<T, F>*>(held_.get());
        return held ? &held->held() : nullptr;
    }

  private:
    friend class detail::SolveVerbs<AnyFactorization<T>, T>;

    [[nodiscard]] const detail::ErasedFactorization<T>& held(const char* verb) const {
        if (!held_) detail::throw_no_factorization(verb);
        return *held_;
    }
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
        const auto& f = held("solve");
        const bool plain = form == detail::SolveForm::plain;
        const std::int64_t in = plain ? f.rows() : f.cols();
        const std::int64_t out = plain ? f.cols() : f.rows();
        if (b.rows() != in) detail::throw_solve_size("solve", "the right-hand side", in, b.rows());
        if (x.rows() != out) detail::throw_solve_size("solve", "the solution", out, x.rows());
        if (x.cols() != b.cols()) detail::throw_solve_columns("solve", b.cols(), x.cols());
        f.solve(form, b, x);
    }

    std::unique_ptr<detail::ErasedFactorization<T>> held_;
    std::vector<std::string> reasons_;
};

namespace detail {
template <class T, class I>
AnyFactorization<T> factor(CsrView<T, I> A, Method method, const FactorOptions& options);
template <class T>
AnyFactorization<T> factor(MatrixView<const T> A, Method method, const DenseFactorOptions& options);
}  // namespace detail

/// A factorization of A (+ shift·I), its kind chosen from structure(A) as `solve` chooses (see `explain`): diagonal or
/// triangular in some order (nothing is factored), a narrow band, Hermitian definite (Cholesky; should a positive diagonal
/// have deceived, the next kind, with the reason), Hermitian (LDLᴴ, or LU where it finds no stable pivots; a singular one
/// shows itself when it solves), square (LU), rectangular (QR: least squares, minimum norm). `reasons()` has a sentence for
/// each decision.
///
/// A method that is named is obeyed or throws what it throws. Iterative methods factor nothing: InvalidArgument. Otherwise
/// DimensionMismatch (a rectangle for a square method), InvalidArgument (non-finite entries, with the position; a structure
/// that the named method does not have), SingularMatrix (with the caller's row; Method::qr takes singular matrices),
/// MemoryLimitExceeded, Cancelled. Cost: O(rows + cols + nnz) to measure and a matching where the diagonal has zeros, then
/// that of the kind. The matrix is not referred to afterwards.
template <SparseMatrix M>
[[nodiscard]] AnyFactorization<scalar_t<M>> factor(const M& A, Method method = Method::automatic,
                                                   const FactorOptions& options = {}) {
    const detail::CsrInput<M> a(A);
    return detail::factor<scalar_t<M>, index_t<M>>(a.view(), method, options);
}
template <SparseMatrix M>
[[nodiscard]] AnyFactorization<scalar_t<M>> factor(const M& A, const FactorOptions& options) {
    return factor(A, Method::automatic, options);
}

/// A factorization of a dense A (+ shift·I), its kind chosen by one look at it as `solve` chooses: triangular, Hermitian
/// definite (Cholesky; should a positive diagonal have deceived, LDLᴴ), Hermitian (LDLᴴ), square (LU), rectangular (pivoted
/// QR). `reasons()` has a sentence for each decision. A method that is named is obeyed or throws what its class throws;
/// diagonal and banded are for sparse matrices (InvalidArgument, naming to_csr). O(n²) to look, then the cost of the kind.
template <DenseMatrix M>
[[nodiscard]] AnyFactorization<dense_scalar_t<M>> factor(const M& A, Method method = Method::automatic,
                                                         const DenseFactorOptions& options = {}) {
    return detail::factor<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view(), method, options);
}

static_assert(Factorization<AnyFactorization<double>> && Refactorable<AnyFactorization<double>, Csr<double>> &&
              Refactorable<AnyFactorization<double>, Matrix<double>>);

}  // namespace tamis
