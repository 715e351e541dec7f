// Private: data less the means of their columns, dense and sparse.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::learn::detail {

/// The scalar that sums over samples are taken in.
template <class T>
using WideSum = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// X := X − 1 μᵀ for n×p contiguous columns, and μ. In two passes: what rounding left of the mean in the centred columns is
/// taken off as well (T. F. Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37, 1983), so that columns far from
/// the origin keep the digits that their entries have.
template <class T>
void center_columns(std::int64_t n, std::int64_t p, T* X, T* mean);

/// Σ |x|² of count contiguous numbers.
template <class T>
double sum_of_squares(std::int64_t count, const T* x);

/// X, any strides, as a contiguous copy less the means of its columns. InvalidArgument for an entry that is not finite.
template <class T>
struct CenteredCopy {
    CenteredCopy(const char* caller, MatrixView<const T> X);
    std::int64_t n;
    std::int64_t p;
    Array<T> values;  // n×p
    Array<T> mean;    // p
};

/// InvalidArgument with the position of the first stored number that is not finite. `major` holds the rows of X, or, if not
/// `by_rows`, its columns.
template <class T, class I>
void check_finite_data(const char* caller, CsrView<T, I> major, bool by_rows);

/// The means of the columns of a sparse X, and Σ |x − μ|² over all entries of X, the ones that are not stored included:
/// O(nnz + p), by centred differences, which cancel nothing. Refuses what is not finite.
template <class T, class I>
double sparse_moments(const char* caller, CsrView<T, I> major, bool by_rows, T* mean);

/// X − 1 μᵀ, which is not formed. Refers to X and μ (X.cols() numbers).
template <class T>
class CenteredOperator {
  public:
    using scalar_type = T;
    CenteredOperator(OperatorRef<T> X, const T* mean) : X_(X), mean_(mean) {}
    [[nodiscard]] std::int64_t rows() const { return X_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return X_.cols(); }
    void apply(VectorView<const T> v, VectorView<T> y) const { apply(MatrixView<const T>(v), MatrixView<T>(y)); }
    void apply_adjoint(VectorView<const T> u, VectorView<T> y) const {
        apply_adjoint(MatrixView<const T>(u), MatrixView<T>(y));
    }
    /// Y = X V − 1 (μᵀ V).
    void apply(MatrixView<const T> V, MatrixView<T> Y) const;
    /// Y = Xᴴ U − μ̄ (1ᵀ U).
    void apply_adjoint(MatrixView<const T> U, MatrixView<T> Y) const;

  private:
    OperatorRef<T> X_;
    const T* mean_;
};

/// Y(i, j) −= μᵀ V(:, j).
template <class T>
void subtract_mean_products(const T* mean, MatrixView<const T> V, MatrixView<T> Y);

/// Turns each column of V (p×k, contiguous) by a number of modulus 1 so that one entry is real and positive: the first whose
/// modulus is the largest of the column up to √ε of it.
template <class T>
void fix_signs(std::int64_t p, std::int64_t k, T* V);

}  // namespace tamis::learn::detail
