#include "solve/substitution.hpp"

#include <cmath>
#include <complex>
#include <limits>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/columns.hpp"
#include "core/memory.hpp"
#include "instantiate.hpp"
#include "solve/input.hpp"
#include "solve/residual.hpp"
#include "solve/shifted.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

template <class T, class I>
Substitution<T, I>::Substitution(CsrView<T, I> A, std::vector<I> rows, std::vector<I> cols, Method method,
                                 const FactorOptions& options)
    : n_(A.rows()),
      options_(options),
      rows_(std::move(rows)),
      cols_(std::move(cols)) {
    const char* const caller = method == Method::diagonal ? "diagonal" : "triangular";
    const auto bytes =
        static_cast<double>(A.nnz()) * (sizeof(T) + sizeof(I)) + static_cast<double>(n_) * (sizeof(T) + 3 * sizeof(I));
    require_memory(caller, bytes, options.memory_limit);
    info_.method = method;
    info_.backend = "tamis";
    info_.ordering = Ordering::natural;
    info_.precision = std::string(scalar_name<T>());
    info_.bytes = static_cast<std::int64_t>(bytes);
    check_stop(caller, "factorization", options.stop);
    const Stopwatch watch;
    A_ = ShiftedRows<T, I>(A, options.shift).take();
    info_.factor_nonzeros = A_.nnz();
    info_.fill = 1;
    establish(caller);
    info_.seconds.factor = watch.seconds();
}

template <class T, class I>
void Substitution<T, I>::refactor_rows(CsrView<T, I> A) {
    const char* const caller = info_.method == Method::diagonal ? "diagonal refactor" : "triangular refactor";
    ShiftedRows<T, I> shifted(A, A.rows() == A.cols() ? options_.shift : 0);
    check_same_pattern<T, I>(caller, shifted.view(), n_, A_.row_offsets(), A_.col_indices());
    pivots_ = Array<T>();
    A_ = shifted.take();
    establish(caller);
}

/// Finds the pivots and checks that every other nonzero comes before its row's.
template <class T, class I>
void Substitution<T, I>::establish(const char* caller) {
    check_finite<T, I>(caller, A_.view());
    std::vector<I> position(cols_.size());
    for (std::size_t k = 0; k < cols_.size(); ++k) position[static_cast<std::size_t>(cols_[k])] = static_cast<I>(k);
    Array<T> pivots(n_, uninitialized);
    const auto A = A_.view();
    for (std::int64_t k = 0; k < n_; ++k) {
        const std::int64_t i = rows_[static_cast<std::size_t>(k)];
        T pivot(0);
        for (const auto [j, value] : A.row(i)) {
            const std::int64_t at = position[static_cast<std::size_t>(j)];
            if (at == k) pivot = value;
            else if (at > k && value != T(0))
                throw InvalidArgument(std::string(caller) + ": the nonzero in row " + std::to_string(i) + ", column " +
                                      std::to_string(j) + " lies outside the triangle that was analysed; factor anew");
        }
        if (pivot == T(0))
            throw SingularMatrix(std::string(caller) + ": the matrix is singular: the pivot of row " + std::to_string(i) +
                                     " is zero; use least_squares for a solution of minimum norm",
                                 i, true);
        pivots[k] = pivot;
    }
    pivots_ = std::move(pivots);
}

template <class T, class I>
void Substitution<T, I>::check_ready(const char* caller) const {
    if (pivots_.size() != n_ || A_.rows() != n_) throw_not_ready(caller);
}

/// A y = b by rows (T. Davis, Direct Methods for Sparse Linear Systems, 2006, section 3.1, on the transpose).
template <class T, class I>
void Substitution<T, I>::forward(T* b, T* y) const {
    const auto A = A_.view();
    for (std::int64_t k = 0; k < n_; ++k) {
        const std::int64_t i = rows_[static_cast<std::size_t>(k)];
        const std::int64_t j = cols_[static_cast<std::size_t>(k)];
        T sum = b[i];
        for (const auto [column, value] : A.row(i))
            if (column != j && value != T(0)) sum -= value * y[column];
        y[j] = sum / pivots_[k];
    }
}

/// Aᴴ y = b, or Aᵀ y = b, by columns of Aᵀ (section 3.2). `rest` begins as b.
template <class T, class I>
void Substitution<T, I>::backward(bool conjugated, T* rest, T* y) const {
    const auto op = [conjugated](const T& v) { return conjugated ? conjugate(v) : v; };
    const auto A = A_.view();
    for (std::int64_t k = n_ - 1; k >= 0; --k) {
        const std::int64_t i = rows_[static_cast<std::size_t>(k)];
        const std::int64_t j = cols_[static_cast<std::size_t>(k)];
        y[i] = rest[j] / op(pivots_[k]);
        for (const auto [column, value] : A.row(i))
            if (column != j && value != T(0)) rest[column] -= op(value) * y[i];
    }
}

template <class T, class I>
void Substitution<T, I>::solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    const char* const caller = info_.method == Method::diagonal ? "diagonal solve" : "triangular solve";
    check_ready(caller);
    Array<T> y(n_, uninitialized);
    solve_columns<T>(caller, n_, b, x, false, [&](T* block, std::int64_t k) {
        for (std::int64_t c = 0; c < k; ++c) {
            if (form == SolveForm::plain) forward(block + c * n_, y.data());
            else backward(form == SolveForm::adjoint, block + c * n_, y.data());
            std::copy_n(y.data(), n_, block + c * n_);
        }
    });
}

template <class T, class I>
LogDeterminant<T> Substitution<T, I>::slogdet() const {
    check_ready("triangular slogdet");
    if (n_ == 0) return {T(1), 0};
    return determinant_of<T>(n_, permutation_sign(rows_) * permutation_sign(cols_), [this](auto k) { return pivots_[k]; });
}

template <class T, class I>
Real<T> Substitution<T, I>::rcond() const {
    check_ready("triangular rcond");
    if (n_ == 0) return std::numeric_limits<Real<T>>::infinity();
    const double inverse = static_cast<double>(one_norm_estimate<T>(
        n_, [this](auto in, auto out) { solve_form(SolveForm::plain, in, out); },
        [this](auto in, auto out) { solve_form(SolveForm::adjoint, in, out); }));
    return static_cast<Real<T>>(1 / matrix_norms<T, I>(A_.view()).one / inverse);
}

template <class T, class I>
Csr<T, I> Substitution<T, I>::reconstruct() const {
    check_ready("triangular reconstruct");
    return Csr<T, I>(A_.view());
}

#define TAMIS_INSTANTIATE(T, I) template class Substitution<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
