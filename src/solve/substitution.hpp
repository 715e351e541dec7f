// Private: solving with a matrix that is triangular in some order of its rows and columns.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/factor.hpp>

namespace tamis::detail {

/// A matrix for which rows[k], cols[k], k = 0, 1, …, is an order of elimination: row rows[k] has a nonzero in column cols[k]
/// and otherwise only in columns cols[0…k−1]. Nothing is factored; the rows are kept. Entries that are exactly zero may lie
/// anywhere.
template <class T, class I>
class Substitution : public SolveVerbs<Substitution<T, I>, T> {
  public:
    using scalar_type = T;
    using index_type = I;

    /// A (+ shift·I) in the given order, called `method` (diagonal or triangular). SingularMatrix with the caller's row for
    /// a pivot that is zero; MemoryLimitExceeded.
    Substitution(CsrView<T, I> A, std::vector<I> rows, std::vector<I> cols, Method method, const FactorOptions& options);

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] const FactorInfo& info() const noexcept { return info_; }

    /// New values; InvalidArgument where a nonzero lies outside the triangle now.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    void refactor(const M& A) { refactor_rows(CsrInput<M>(A).view()); }

    [[nodiscard]] LogDeterminant<T> slogdet() const;
    [[nodiscard]] Real<T> rcond() const;
    /// The matrix itself.
    [[nodiscard]] Csr<T, I> reconstruct() const;

  private:
    friend class SolveVerbs<Substitution<T, I>, T>;
    void solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void refactor_rows(CsrView<T, I> A);
    void establish(const char* caller);
    void check_ready(const char* caller) const;
    void forward(T* b, T* y) const;
    void backward(bool conjugated, T* rest, T* y) const;

    std::int64_t n_;
    FactorOptions options_;
    std::vector<I> rows_;
    std::vector<I> cols_;
    Csr<T, I> A_;
    Array<T> pivots_;  // empty after a failed refactor
    FactorInfo info_;
};

}  // namespace tamis::detail
