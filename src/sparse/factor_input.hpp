// Private: what every sparse factorization does with its arguments: checks, the matrix as compressed columns in the scalar
// that is computed in, right-hand sides in and solutions out.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/core/view.hpp>
#include <tamis/sparse/factor_options.hpp>
#include <tamis/sparse/view.hpp>

#include "core/refuse.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// Refuses a negative memory limit, a pivot tolerance that is negative or no number, a shift that is not finite.
void check_factor_options(const char* what, const FactorOptions& options);

/// The order of Ordering::given, checked to be a permutation of 0 … n − 1; empty for any other ordering.
std::vector<std::int64_t> checked_permutation(const char* what, const FactorOptions& options, std::int64_t n);

/// Throws Cancelled if a stop is requested; `next` says before what.
void check_stop(const char* what, const char* next, const std::stop_token& stop);

[[noreturn]] void throw_pattern_mismatch(const char* what);

/// A matrix as compressed columns.
template <class E, class I>
struct Columns {
    ColumnPattern<I> pattern;
    Array<E> values;
};

/// Throws InvalidArgument with the position of the first entry that is not finite.
template <class T, class I>
void check_finite(const char* what, CsrView<T, I> major, bool row_major);

/// DimensionMismatch for a rectangle.
template <class T, class I>
void check_square(const char* what, CsrView<T, I> major, bool row_major);

/// Throws InvalidArgument with the position of the first asymmetry, but for rounding (asymmetry.hpp).
template <class T, class I>
void check_hermitian(const char* what, CsrView<T, I> A);

/// The lower triangle of the Hermitian A, given by its stored lines.
template <class T, class I>
Columns<compute_t<T>, I> lower_triangle(CsrView<T, I> major, bool row_major);

/// A + shift·I as columns; diagonal entries that a shift needs are inserted.
template <class T, class I>
Columns<compute_t<T>, I> all_columns(const char* what, CsrView<T, I> major, bool row_major, double shift);

/// ‖A‖₁ and ‖A‖_∞.
struct MatrixNorms {
    double one = 0;
    double inf = 0;
};
/// The norms of columns, and ‖A‖₁ of a Hermitian matrix (+ shift·I) by its lower triangle.
template <class E, class I>
MatrixNorms norms_of_columns(const Columns<E, I>& A);
template <class E, class I>
double norm_of_hermitian(const Columns<E, I>& lower, double shift);

/// A row that no maximum matching over the nonzeros of a square matrix leaves room for; -1 if all rows can be matched.
template <class E, class I>
std::int64_t unmatched_row(const ColumnPattern<I>& pattern, std::span<const E> values);

/// x from b through `solve(const E* b, E* x, k)` in blocks of contiguous columns of the computing scalar. Both may have any
/// strides and be the same memory. Conjugates both where asked: Aᵀx = b is Aᴴ conj(x) = conj(b).
template <class T>
void solve_in_blocks(const char* what, std::int64_t rows_in, std::int64_t rows_out, MatrixView<const T> b, MatrixView<T> x,
                     bool conjugated, const std::function<void(const compute_t<T>*, compute_t<T>*, std::int64_t)>& solve);

}  // namespace tamis::detail
