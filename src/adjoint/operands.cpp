// What derivatives refuse, in one wording.
#include <algorithm>
#include <string>

#include <tamis/adjoint/solve.hpp>
#include <tamis/adjoint/sparse_least_squares.hpp>
#include <tamis/core/error.hpp>

#include "adjoint/contiguous.hpp"
#include "core/backend_threads.hpp"
#include "core/blas.hpp"
#include "core/refuse.hpp"
#include "dense/operand.hpp"
#include "instantiate.hpp"
#include "sparse/analysis_data.hpp"

namespace tamis::derivatives::detail {

namespace {

std::string shape(std::int64_t rows, std::int64_t cols) {
    return std::to_string(rows) + "×" + std::to_string(cols);
}

}  // namespace

void check_shape(const char* what, const char* which, std::int64_t rows, std::int64_t cols, std::int64_t got_rows,
                 std::int64_t got_cols) {
    if (got_rows == rows && got_cols == cols) return;
    throw DimensionMismatch(
        std::string(what) + ": " + which + " is " + shape(got_rows, got_cols) + " where " + shape(rows, cols) + " is needed",
        got_rows == rows ? cols : rows, got_rows == rows ? got_cols : got_rows);
}

template <class T>
void check_operand(const char* what, const char* which, std::int64_t rows, std::int64_t cols, MatrixView<const T> M) {
    check_shape(what, which, rows, cols, M.rows(), M.cols());
    tamis::detail::check_finite_entries(what, which, M);
}

template <class T>
void check_number(const char* what, const char* which, T value) {
    if (!tamis::detail::is_finite(value))
        throw InvalidArgument(std::string(what) + ": " + which + " is not a finite number (NaN or infinity)");
}

void check_square(const char* what, const char* which, std::int64_t rows, std::int64_t cols) {
    if (rows != cols)
        throw DimensionMismatch(std::string(what) + ": " + which + " is " + shape(rows, cols) + " and has to be square",
                                rows, cols);
}

template <class T, class I>
void check_stored(const char* what, const char* which, CsrView<T, I> major, bool row_major) {
    const auto values = major.values();
    T sum{};  // of zeros, if all are finite
    for (const T& v : values) sum += v - v;
    if (sum == T{}) return;
    for (std::int64_t m = 0; m < major.rows(); ++m)
        for (const auto entry : major.row(m))
            if (!tamis::detail::is_finite(entry.value)) {
                const auto j = static_cast<std::int64_t>(entry.index);
                tamis::detail::throw_not_finite(what, which, row_major ? m : j, row_major ? j : m);
            }
}

void check_values(const char* what, std::int64_t entries, std::int64_t values) {
    if (entries != values)
        throw DimensionMismatch(std::string(what) + ": there is room for " + std::to_string(values) + " values, and A has " +
                                    std::to_string(entries) + " entries",
                                entries, values);
}

void check_square_factor(const char* what, std::int64_t rows, std::int64_t cols) {
    if (rows != cols)
        throw DimensionMismatch(std::string(what) + ": the factorization is of a matrix of " + shape(rows, cols) +
                                    ", which has no inverse; least_squares has derivatives of its own",
                                rows, cols);
}

void check_full_rank(const char* what, std::int64_t rank, std::int64_t n) {
    if (rank != n)
        throw SingularMatrix(std::string(what) + ": the matrix has rank " + std::to_string(rank) + " of " +
                                 std::to_string(n) + ", and the solution of a singular system has no derivative",
                             -1, false);
}

void check_least_squares_rank(const char* what, std::int64_t rank, std::int64_t rows, std::int64_t cols) {
    if (rank != std::min(rows, cols))
        throw SingularMatrix(std::string(what) + ": the matrix of " + shape(rows, cols) + " has rank " +
                                 std::to_string(rank) +
                                 "; the solution of minimum norm has no derivative there, since it "
                                 "jumps as the rank changes",
                             -1, false);
}

void check_same_shape(const char* what, std::int64_t factor_rows, std::int64_t factor_cols, std::int64_t rows,
                      std::int64_t cols) {
    if (factor_rows == rows && factor_cols == cols) return;
    throw DimensionMismatch(std::string(what) + ": the factorization is of a matrix of " + shape(factor_rows, factor_cols) +
                                ", and A is " + shape(rows, cols),
                            factor_rows == rows ? factor_cols : factor_rows, factor_rows == rows ? cols : rows);
}

template <class T, class I>
void check_same_pattern(const char* what, const Analysis& analysis, CsrView<T, I> major) {
    const auto& data = *tamis::detail::AnalysisAccess::data(analysis);
    // A shift may have put entries into the diagonal; a factor that was loaded may not know.
    if (data.options.shift != 0 || data.entries == 0) return;
    std::int64_t entries = major.nnz();
    if (is_of_hermitian(data.method)) {
        entries = 0;
        const I* const indices = major.col_indices().data();
        const I* const offsets = major.row_offsets().data();
        for (std::int64_t m = 0; m < major.rows(); ++m)
            entries += indices + offsets[m + 1] -
                       std::lower_bound(indices + offsets[m], indices + offsets[m + 1], static_cast<I>(m));
    }
    if (entries != data.entries)
        throw PatternMismatch(std::string(what) + ": the matrix that was factored had " + std::to_string(data.entries) +
                              " entries" + (is_of_hermitian(data.method) ? " in a triangle" : "") + ", and A has " +
                              std::to_string(entries) + "; pass the matrix that was factored");
}

template <class T>
void subtract_product(MatrixView<const T> A, MatrixView<const T> X, MatrixView<T> Y) {
    if (A.rows() == 0 || A.cols() == 0 || X.cols() == 0) return;
    const Contiguous<T> a(A);
    const Contiguous<T> x(X);
    const double flops = 2.0 * static_cast<double>(A.rows()) * static_cast<double>(A.cols()) * static_cast<double>(X.cols());
    tamis::detail::on_backend_threads(flops, [&] {
        tamis::detail::blas::gemm('N', 'N', A.rows(), X.cols(), A.cols(), T(-1), a.data(), a.ld(), x.data(), x.ld(), T(1),
                                  Y.data(), std::max<std::int64_t>(A.rows(), Y.col_stride()));
    });
}

#define TAMIS_INSTANTIATE(T)                                                                                \
    template void check_operand(const char*, const char*, std::int64_t, std::int64_t, MatrixView<const T>); \
    template void check_number(const char*, const char*, T);                                                \
    template void subtract_product(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

#define TAMIS_INSTANTIATE(T, I)                                                \
    template void check_stored(const char*, const char*, CsrView<T, I>, bool); \
    template void check_same_pattern(const char*, const Analysis&, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
