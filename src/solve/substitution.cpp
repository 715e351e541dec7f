#include "solve/substitution.hpp"

#include <complex>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Forward substitution in the given order: row-oriented for A (T. Davis, Direct Methods for Sparse Linear Systems, 2006,
/// section 3.1, on the transpose), column-oriented for Aᴴ (section 3.2).
template <class T, class I>
class Substitution final : public DirectSolver<T> {
  public:
    Substitution(CsrView<T, I> A, std::vector<I> rows, std::vector<I> cols, Method method)
        : A_(A),
          rows_(std::move(rows)),
          cols_(std::move(cols)),
          pivots_(A.rows(), uninitialized),
          method_(method) {
        for (std::int64_t k = 0; k < A.rows(); ++k) {
            const auto row = A.row(rows_[static_cast<std::size_t>(k)]);
            pivots_[k] = find_value<T, I>(row.indices(), row.values(), cols_[static_cast<std::size_t>(k)]);
            if (pivots_[k] == T(0))
                throw SingularMatrix("solve: the pivot of row " + std::to_string(rows_[static_cast<std::size_t>(k)]) +
                                         " is zero; least_squares takes singular matrices",
                                     rows_[static_cast<std::size_t>(k)], true);
        }
    }

    void solve(MatrixView<const T> b, MatrixView<T> x) const override {
        const std::int64_t n = A_.rows();
        Array<T> y(n, uninitialized);
        for (std::int64_t c = 0; c < b.cols(); ++c) {
            for (std::int64_t k = 0; k < n; ++k) {
                const std::int64_t i = rows_[static_cast<std::size_t>(k)];
                const std::int64_t j = cols_[static_cast<std::size_t>(k)];
                T sum = b(i, c);
                for (const auto [column, value] : A_.row(i))
                    if (column != j && value != T(0)) sum -= value * y[column];
                y[j] = sum / pivots_[k];
            }
            for (std::int64_t j = 0; j < n; ++j) x(j, c) = y[j];
        }
    }

    void solve_adjoint(MatrixView<const T> b, MatrixView<T> x) const override {
        const std::int64_t n = A_.rows();
        Array<T> rest(n, uninitialized);  // what is left of b, by column of A
        Array<T> y(n, uninitialized);     // the solution, by row of A
        for (std::int64_t c = 0; c < b.cols(); ++c) {
            for (std::int64_t j = 0; j < n; ++j) rest[j] = b(j, c);
            for (std::int64_t k = n - 1; k >= 0; --k) {
                const std::int64_t i = rows_[static_cast<std::size_t>(k)];
                const std::int64_t j = cols_[static_cast<std::size_t>(k)];
                y[i] = rest[j] / conjugate(pivots_[k]);
                for (const auto [column, value] : A_.row(i))
                    if (column != j && value != T(0)) rest[column] -= conjugate(value) * y[i];
            }
            for (std::int64_t i = 0; i < n; ++i) x(i, c) = y[i];
        }
    }

    [[nodiscard]] FactorInfo info() const override {
        FactorInfo info;
        info.method = method_;
        info.backend = "tamis";
        info.ordering = Ordering::natural;
        info.factor_nonzeros = A_.nnz();
        info.fill = 1;
        info.bytes = static_cast<std::int64_t>(static_cast<std::size_t>(A_.rows()) * (sizeof(T) + 2 * sizeof(I)));
        info.precision = std::string(scalar_name<T>());
        return info;
    }

  private:
    CsrView<T, I> A_;
    std::vector<I> rows_;
    std::vector<I> cols_;
    Array<T> pivots_;
    Method method_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<DirectSolver<T>> make_substitution(CsrView<T, I> A, std::vector<I> rows, std::vector<I> cols,
                                                   Method method) {
    return std::make_unique<Substitution<T, I>>(A, std::move(rows), std::move(cols), method);
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::unique_ptr<DirectSolver<T>> make_substitution(CsrView<T, I>, std::vector<I>, std::vector<I>, Method);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
