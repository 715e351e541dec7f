// Private: solving with a negative definite matrix by the Cholesky factorization of −A.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/factor.hpp>
#include <tamis/sparse/cholesky.hpp>

namespace tamis::detail {

/// −A with A's own pattern arrays.
template <class T, class I>
class NegatedRows {
  public:
    explicit NegatedRows(CsrView<T, I> A) : values_(A.values()) {
        for (T& v : values_) v = -v;
        view_ =
            CsrView<T, I>(unchecked, A.rows(), A.cols(), A.row_offsets(), A.col_indices(), std::as_const(values_).span());
    }
    NegatedRows(const NegatedRows&) = delete;
    NegatedRows& operator=(const NegatedRows&) = delete;
    [[nodiscard]] const CsrView<T, I>& view() const noexcept { return view_; }

  private:
    Array<T> values_;
    CsrView<T, I> view_;
};

/// A = −(Pᵀ L Lᴴ P) of a Hermitian negative definite matrix.
template <class T, class I>
class NegatedCholesky : public SolveVerbs<NegatedCholesky<T, I>, T> {
  public:
    using scalar_type = T;
    using index_type = I;

    NegatedCholesky(CsrView<T, I> A, FactorOptions options)
        : factor_(NegatedRows<T, I>(A).view(), (options.shift = -options.shift, options)) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return factor_.rows(); }
    [[nodiscard]] std::int64_t cols() const noexcept { return factor_.cols(); }
    [[nodiscard]] const FactorInfo& info() const noexcept { return factor_.info(); }

    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { factor_.refactor(NegatedRows<T, I>(CsrInput<M>(A).view()).view()); }

    [[nodiscard]] LogDeterminant<T> slogdet() const {
        auto d = factor_.slogdet();
        if (rows() % 2 == 1) d.sign = -d.sign;
        return d;
    }
    [[nodiscard]] Real<T> rcond() const { return factor_.rcond(); }
    [[nodiscard]] Csr<T, I> reconstruct() const {
        auto A = factor_.reconstruct();
        for (T& v : A.values()) v = -v;
        return A;
    }

  private:
    friend class SolveVerbs<NegatedCholesky<T, I>, T>;
    void solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
        if (form == SolveForm::plain) factor_.solve_into(b, x);
        else if (form == SolveForm::transposed) factor_.solve_transposed_into(b, x);
        else factor_.solve_adjoint_into(b, x);
        for (std::int64_t j = 0; j < x.cols(); ++j)
            for (std::int64_t i = 0; i < x.rows(); ++i) x(i, j) = -x(i, j);
    }
    SparseCholesky<T, I> factor_;
};

}  // namespace tamis::detail
