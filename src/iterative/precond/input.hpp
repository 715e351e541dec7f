// Private: what every preconditioner does with the matrix it is built from.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/sparse/view.hpp>

#include "sparse/factor_input.hpp"

namespace tamis::detail {

/// Rows of a square matrix in the precision that factors are computed in.
template <class E, class I>
struct FactorInput {
    std::int64_t n = 0;
    Array<I> offsets;
    Array<I> indices;
    Array<E> values;
};

enum class Diagonal {
    nonzero,   ///< SingularMatrix for a zero
    positive,  ///< and NotPositiveDefinite for what is not positive
    any
};

/// DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite, and what the diagonal must be; errors
/// have the caller's index.
template <class T, class I>
void check_preconditioned(const char* name, CsrView<T, I> major, bool row_major, Diagonal diagonal);

/// The same and InvalidArgument for a matrix that is not Hermitian but for rounding; `instead` is what to use then.
template <class T, class I>
void check_hermitian_preconditioned(const char* name, CsrView<T, I> major, bool row_major, const char* instead);

/// All entries of A by rows.
template <class T, class I>
FactorInput<compute_t<T>, I> input_rows(CsrView<T, I> major, bool row_major);

/// The entries of the Hermitian A on and left of the diagonal, by rows; the diagonal, which must be stored, comes last.
template <class T, class I>
FactorInput<compute_t<T>, I> input_lower_rows(CsrView<T, I> major, bool row_major);

/// SingularMatrix for a pivot that became zero, or not finite, in the course of an incomplete factorization.
[[noreturn]] void throw_lost_pivot(const char* name, std::int64_t row, const char* advice);

}  // namespace tamis::detail
