// Private: what solve and least_squares refuse before any work.
#pragma once

#include <string>

#include <tamis/core/error.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/factor_options.hpp>

namespace tamis::detail {

/// Refuses right-hand sides that do not fit a rows×cols matrix or are not finite, and options without a meaning.
template <class T>
void check_input(const char* who, std::int64_t rows, std::int64_t cols, MatrixView<const T> b, MatrixView<T> x,
                 const SolveOptions& options) {
    const std::string name(who);
    if (b.rows() != rows)
        throw DimensionMismatch(name + ": A has " + std::to_string(rows) + " rows, but b has " + std::to_string(b.rows()),
                                rows, b.rows());
    if (x.rows() != cols)
        throw DimensionMismatch(
            name + ": A has " + std::to_string(cols) + " columns, but x has " + std::to_string(x.rows()) + " rows", cols,
            x.rows());
    if (x.cols() != b.cols())
        throw DimensionMismatch(
            name + ": b has " + std::to_string(b.cols()) + " columns, but x has " + std::to_string(x.cols()), b.cols(),
            x.cols());
    if (!(options.tolerance >= 0))
        throw InvalidArgument(name + ": tolerance must be ≥ 0 (0: the promise of the library), got " +
                              std::to_string(options.tolerance));
    if (options.max_iterations < 0)
        throw InvalidArgument(name + ": max_iterations must be ≥ 0 (0: automatic), got " +
                              std::to_string(options.max_iterations));
    if (options.memory_limit < 0)
        throw InvalidArgument(name + ": memory_limit must be ≥ 0 bytes (0: automatic), got " +
                              std::to_string(options.memory_limit));
    for (std::int64_t j = 0; j < b.cols(); ++j)
        for (std::int64_t i = 0; i < b.rows(); ++i)
            if (!is_finite(b(i, j)))
                throw InvalidArgument(name + ": b has a value that is not finite at row " + std::to_string(i) +
                                      (b.cols() > 1 ? ", column " + std::to_string(j) : std::string()));
}
template <class T, class I>
void check_input(const char* who, CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    check_input(who, A.rows(), A.cols(), b, x, options);
}

/// What a factorization is told of the options of a solve.
inline FactorOptions factor_options(const SolveOptions& options) {
    FactorOptions factor;
    factor.ordering = options.ordering;
    factor.precision = options.precision;
    factor.memory_limit = options.memory_limit;
    factor.stop = options.stop;
    return factor;
}

/// Throws InvalidArgument with the position of the first entry of A that is not finite; for use when one is known to exist,
/// or to find out.
template <class T, class I>
void check_finite(const char* who, CsrView<T, I> A) {
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, value] : A.row(i))
            if (!is_finite(value))
                throw InvalidArgument(std::string(who) + ": A has a value that is not finite at row " + std::to_string(i) +
                                      ", column " + std::to_string(j));
}

}  // namespace tamis::detail
