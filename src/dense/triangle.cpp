#include <tamis/dense/triangle.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/blas.hpp"
#include "core/columns.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

/// Column by column: refuses what is not finite and a diagonal with a zero.
template <class T>
void check_triangle(const char* caller, MatrixView<const T> A, const TriangularOptions& options) {
    detail::check_square_operand(caller, A);
    const std::int64_t n = A.rows();
    const std::int64_t inside = options.unit_diagonal ? 1 : 0;
    for (std::int64_t j = 0; j < n; ++j) {
        const bool lower = options.triangle == Triangle::lower;
        const std::int64_t first = lower ? j + inside : 0;
        const std::int64_t last = lower ? n : j + 1 - inside;
        T sum{};  // of zeros, if all are finite
        for (std::int64_t i = first; i < last; ++i) sum += A(i, j) - A(i, j);
        if (sum == T{}) continue;
        for (std::int64_t i = first; i < last; ++i)
            if (!detail::is_finite(A(i, j))) detail::throw_not_finite(caller, "the matrix", i, j);
    }
    for (std::int64_t j = 0; j < n && !options.unit_diagonal; ++j)
        if (A(j, j) == T(0)) detail::throw_singular(caller, j, false);
}

/// A triangle in memory as BLAS takes it.
template <class T>
void substitute(const T* A, std::int64_t lda, bool lower, bool unit, char op, std::int64_t n, std::int64_t k, T* y,
                std::int64_t ldy) {
    if (n == 0) return;
    const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
    detail::on_dense_threads(
        flops, [&] { detail::blas::trsm('L', lower ? 'L' : 'U', op, unit ? 'U' : 'N', n, k, T(1), A, lda, y, ldy); });
}

}  // namespace

template <class T>
void DenseTriangle<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseTriangle<T>::compute(const char* caller, MatrixView<const T> A) {
    ready_ = false;
    check_triangle(caller, A, options_);
    const std::int64_t n = A.rows();
    if (triangle_.size() != n * n) triangle_ = Array<T>(n * n, uninitialized);
    n_ = n;
    const bool lower = options_.triangle == Triangle::lower;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            const bool inside = lower ? i >= j : i <= j;
            triangle_[j * n + i] = i == j && options_.unit_diagonal ? T(1) : inside ? A(i, j) : T(0);
        }
    ready_ = true;
}

template <class T>
void DenseTriangle<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != n_ || A.cols() != n_)
        throw DimensionMismatch("triangular refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the one before " + std::to_string(rows()),
                                n_, A.rows() != n_ ? A.rows() : A.cols());
    compute("triangular refactor", A);
}

template <class T>
FactorInfo DenseTriangle<T>::info() const {
    auto info =
        detail::dense_info<T>(Method::triangular, "trsm", n_ * (n_ + 1) / 2, 0, n_ * n_ * std::int64_t{sizeof(T)}, 0);
    info.backend = "BLAS (trsm)";
    return info;
}

template <class T>
void DenseTriangle<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_ready("triangular solve");
    const std::int64_t n = n_;
    const char op = form == detail::SolveForm::plain ? 'N' : form == detail::SolveForm::transposed ? 'T' : 'C';
    const bool lower = options_.triangle == Triangle::lower;
    detail::solve_dense_columns<T>("triangular solve", n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        substitute(triangle_.data(), n, lower, false, op, n, k, y, ldy);
    });
}

template <class T>
LogDeterminant<T> DenseTriangle<T>::slogdet() const {
    check_ready("triangular slogdet");
    return detail::determinant_of<T>(n_, 1, [this](std::int64_t k) { return triangle_[k * n_ + k]; });
}

template <class T>
Real<T> DenseTriangle<T>::rcond() const {
    check_ready("triangular rcond");
    if (n_ == 0) return 1;
    return detail::lapack::trcon<T>(options_.triangle == Triangle::lower ? 'L' : 'U', n_, triangle_.data(), n_);
}

template <class T>
void DenseTriangle<T>::write_product(MatrixView<T> out) const {
    check_ready("triangular reconstruct");
    std::copy(triangle_.begin(), triangle_.end(), out.data());
}

namespace detail {

template <class T>
void solve_triangular(MatrixView<const T> A, const TriangularOptions& options, MatrixView<const T> b, MatrixView<T> x) {
    const char* const caller = "solve_triangular";
    check_triangle(caller, A, options);
    const std::int64_t n = A.rows();
    const bool lower = options.triangle == Triangle::lower;
    const bool by_columns = A.row_stride() == 1 && (A.col_stride() >= n || n <= 1);
    const bool by_rows = A.col_stride() == 1 && A.row_stride() >= n;
    Array<T> copy(by_columns || by_rows ? 0 : n * n);
    if (!by_columns && !by_rows)
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = lower ? j : 0; i < (lower ? n : j + 1); ++i) copy[j * n + i] = A(i, j);
    solve_dense_columns<T>(caller, n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        // The rows of A are the columns of its transpose.
        if (by_columns) substitute(A.data(), std::max(n, A.col_stride()), lower, options.unit_diagonal, 'N', n, k, y, ldy);
        else if (by_rows) substitute(A.data(), A.row_stride(), !lower, options.unit_diagonal, 'T', n, k, y, ldy);
        else substitute(copy.data(), n, lower, options.unit_diagonal, 'N', n, k, y, ldy);
    });
}

}  // namespace detail

#define TAMIS_INSTANTIATE(T)                                                                                   \
    template class DenseTriangle<T>;                                                                           \
    template void detail::solve_triangular(MatrixView<const T>, const TriangularOptions&, MatrixView<const T>, \
                                           MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
