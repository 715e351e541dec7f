#include <tamis/dense/toeplitz.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/dense/lu.hpp>

#include "core/refuse.hpp"
#include "dense/fourier.hpp"
#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

void check_rows(const char* what, std::int64_t n, std::int64_t rows) {
    if (rows != n)
        throw DimensionMismatch(std::string(what) + ": the matrix has order " + std::to_string(n) + ", but b has " +
                                    std::to_string(rows) + " rows",
                                n, rows);
}

template <class T>
T textbook_product(const T& a, const T& b) {
    if constexpr (is_complex_v<T>)
        return T(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    else return a * b;
}

/// A Toeplitz matrix by its diagonals: t(k) = t_ij for i − j = k, of one contiguous array.
template <class T>
class Diagonals {
  public:
    Diagonals(VectorView<const T> column, VectorView<const T> row) : n_(column.size()), values_(2 * n_, uninitialized) {
        for (std::int64_t k = 0; k < n_; ++k) {
            values_[n_ + k] = column[k];
            if (k > 0) values_[n_ - k] = row[k];
        }
    }
    [[nodiscard]] std::int64_t order() const noexcept { return n_; }
    [[nodiscard]] T operator()(std::int64_t k) const noexcept { return values_[n_ + k]; }

    /// r = b − T x and its backward error in the infinity norm; T is overwritten nowhere.
    double residual(VectorView<const T> b, const T* x, T* r) const {
        double r_norm = 0, x_norm = 0, b_norm = 0, norm = 0;
        for (std::int64_t i = 0; i < n_; ++i) {
            std::complex<double> sum(b[i]);
            double row = 0;
            for (std::int64_t j = 0; j < n_; ++j) {
                sum -= textbook_product(std::complex<double>((*this)(i - j)), std::complex<double>(x[j]));
                row += static_cast<double>(std::abs((*this)(i - j)));
            }
            if constexpr (is_complex_v<T>) r[i] = T(sum);
            else r[i] = static_cast<T>(sum.real());
            const double size = std::abs(sum);
            if (!(size <= r_norm)) r_norm = size;
            norm = std::max(norm, row);
            x_norm = std::max(x_norm, static_cast<double>(std::abs(x[i])));
            b_norm = std::max(b_norm, static_cast<double>(std::abs(b[i])));
        }
        return r_norm == 0 ? 0 : r_norm / (norm * x_norm + b_norm);
    }

  private:
    std::int64_t n_;
    Array<T> values_;
};

/// Levinson's recursion with forward and backward vectors f, g: T_m f = e_1, T_m g = e_m. False where a leading minor is
/// singular.
template <class T>
bool levinson(const Diagonals<T>& t, MatrixView<const T> b, T* X) {
    const std::int64_t n = t.order(), k = b.cols();
    if (t(0) == T(0)) return false;
    Array<T> f(n), g(n), other(n);
    f[0] = g[0] = T(1) / t(0);
    for (std::int64_t c = 0; c < k; ++c) X[c * n] = b(0, c) / t(0);
    for (std::int64_t m = 1; m < n; ++m) {
        T forward{}, backward{};  // what the vectors, continued by zeros, have in the new row
        for (std::int64_t i = 0; i < m; ++i) {
            forward += textbook_product(t(m - i), f[i]);
            backward += textbook_product(t(-i - 1), g[i]);
        }
        const T gap = T(1) - textbook_product(forward, backward);
        if (!(std::abs(gap) > 0)) return false;
        const T inverse = T(1) / gap;
        for (std::int64_t i = m; i >= 0; --i) {
            const T shifted = i > 0 ? g[i - 1] : T(0);
            const T kept = i < m ? f[i] : T(0);
            other[i] = textbook_product(inverse, kept - textbook_product(forward, shifted));
            g[i] = textbook_product(inverse, shifted - textbook_product(backward, kept));
        }
        f.swap(other);
        for (std::int64_t c = 0; c < k; ++c) {
            T* const x = X + c * n;
            T missing = b(m, c);
            for (std::int64_t i = 0; i < m; ++i) missing -= textbook_product(t(m - i), x[i]);
            x[m] = T(0);
            for (std::int64_t i = 0; i <= m; ++i) x[i] += textbook_product(missing, g[i]);
        }
    }
    return true;
}

}  // namespace

template <class T>
void solve_toeplitz(VectorView<const T> column, VectorView<const T> row, MatrixView<const T> b, MatrixView<T> x) {
    const std::int64_t n = column.size();
    if (row.size() != n)
        throw DimensionMismatch(
            "solve_toeplitz: the column has " + std::to_string(n) + " entries, but the row " + std::to_string(row.size()), n,
            row.size());
    check_rows("solve_toeplitz", n, b.rows());
    check_finite_entries("solve_toeplitz", "the column", MatrixView<const T>(column));
    for (std::int64_t j = 1; j < n; ++j)
        if (!is_finite(row[j])) throw_not_finite("solve_toeplitz", "the row", 0, j);
    check_finite_entries("solve_toeplitz", "b", b);
    if (n == 0) return;
    const Diagonals<T> t(column, row);
    const double goal = 10 * std::max(10.0, std::sqrt(static_cast<double>(n))) * static_cast<double>(epsilon_v<T>);
    Array<T> X(n * b.cols(), uninitialized);
    Array<T> r(n, uninitialized);
    bool reached = levinson(t, b, X.data());
    for (std::int64_t c = 0; c < b.cols() && reached; ++c)
        reached = t.residual(b.col(c), X.data() + c * n, r.data()) <= goal;
    if (!reached) {
        check_lapack_sizes("solve_toeplitz", n, n);
        Array<T> A(n * n, uninitialized);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) A[j * n + i] = t(i - j);
        const DenseLu<T> F(MatrixView<const T>(A.data(), n, n));
        if (!(F.rcond() > epsilon_v<T>))
            throw SingularMatrix("solve_toeplitz: the matrix is singular to working precision", -1, false);
        F.solve_into(b, MatrixView<T>(X.data(), n, b.cols()));
        Array<T> d(n, uninitialized);
        for (std::int64_t c = 0; c < b.cols(); ++c) {
            T* const column_x = X.data() + c * n;
            const double before = t.residual(b.col(c), column_x, r.data());
            if (before <= goal) continue;
            F.solve_into(MatrixView<const T>(r.data(), n, 1), MatrixView<T>(d.data(), n, 1));
            for (std::int64_t i = 0; i < n; ++i) column_x[i] += d[i];
        }
    }
    copy_view<T>(MatrixView<const T>(X.data(), n, b.cols()), x);
}

template <class T>
void solve_circulant(VectorView<const T> column, MatrixView<const T> b, MatrixView<T> x) {
    const std::int64_t n = column.size();
    check_rows("solve_circulant", n, b.rows());
    check_finite_entries("solve_circulant", "the column", MatrixView<const T>(column));
    check_finite_entries("solve_circulant", "b", b);
    if (n == 0) return;
    const Fourier fourier(n);
    Array<std::complex<double>> eigenvalues(n, uninitialized), y(n, uninitialized);
    for (std::int64_t k = 0; k < n; ++k) eigenvalues[k] = column[k];
    fourier.transform(eigenvalues.data(), false);
    double largest = 0;
    for (const auto& value : eigenvalues) largest = std::max(largest, std::abs(value));
    for (std::int64_t k = 0; k < n; ++k)
        if (!(std::abs(eigenvalues[k]) > static_cast<double>(n) * static_cast<double>(epsilon_v<T>) * largest))
            throw SingularMatrix("solve_circulant: eigenvalue " + std::to_string(k) +
                                     ", of the frequency of that number, is zero to working precision",
                                 -1, false);
    for (std::int64_t c = 0; c < b.cols(); ++c) {
        for (std::int64_t i = 0; i < n; ++i) y[i] = b(i, c);
        fourier.transform(y.data(), false);
        for (std::int64_t k = 0; k < n; ++k) y[k] /= eigenvalues[k] * static_cast<double>(n);
        fourier.transform(y.data(), true);
        for (std::int64_t i = 0; i < n; ++i) {
            if constexpr (is_complex_v<T>) x(i, c) = T(y[i]);
            else x(i, c) = static_cast<T>(y[i].real());
        }
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                    \
    template void solve_toeplitz(VectorView<const T>, VectorView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void solve_circulant(VectorView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
