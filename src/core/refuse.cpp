#include "core/refuse.hpp"

#include <string>

#include <tamis/core/error.hpp>
#include <tamis/core/solve_verbs.hpp>

namespace tamis::detail {

void throw_solve_size(const char* what, const char* side, std::int64_t expected, std::int64_t got) {
    throw DimensionMismatch(std::string(what) + ": " + side + " has " + std::to_string(got) + " rows where " +
                                std::to_string(expected) + " are needed",
                            expected, got);
}

void throw_not_finite(const char* what, const char* which, std::int64_t i, std::int64_t j) {
    throw InvalidArgument(std::string(what) + ": " + which + " holds a number that is not finite (NaN or infinity) at row " +
                          std::to_string(i) + ", column " + std::to_string(j));
}

void throw_not_ready(const char* what) {
    throw Error(std::string(what) +
                ": there is no factor to solve with, since the last refactor failed or the object was moved from; call "
                "refactor with a matrix that can be factored");
}

void throw_singular(const char* what, std::int64_t row, bool structural) {
    std::string message = std::string(what) + ": the matrix is singular";
    if (structural)
        message += ": by its pattern, since the nonzeros of row " + std::to_string(row) +
                   " all lie in columns that other rows need";
    else if (row >= 0) message += ": no nonzero pivot is left for row " + std::to_string(row);
    throw SingularMatrix(message + "; use least_squares for a solution of minimum norm", row, structural);
}

void throw_solve_columns(const char* what, std::int64_t expected, std::int64_t got) {
    throw DimensionMismatch(std::string(what) + ": the right-hand side has " + std::to_string(expected) +
                                " columns, the solution " + std::to_string(got),
                            expected, got);
}

void throw_not_square(const char* what, std::int64_t rows, std::int64_t cols) {
    throw DimensionMismatch(std::string(what) + ": the matrix must be square, but has " + std::to_string(rows) +
                                " rows and " + std::to_string(cols) + " columns; use qr or least_squares for a rectangle",
                            rows, cols);
}

void throw_not_hermitian(const char* what, std::int64_t row, std::int64_t col) {
    const std::string i = std::to_string(row);
    const std::string j = std::to_string(col);
    throw InvalidArgument(std::string(what) + ": the matrix is not Hermitian: the entries (" + i + ", " + j + ") and (" + j +
                          ", " + i + ") are not conjugate to each other; use lu");
}

void throw_not_positive_definite(const char* what, std::int64_t column) {
    throw NotPositiveDefinite(std::string(what) + ": the matrix is not positive definite: the pivot of column " +
                                  std::to_string(column) + " is not positive; use ldlt or lu, or a shift",
                              column);
}

void throw_update_not_definite(const char* what, int sign, std::int64_t column) {
    throw NotPositiveDefinite(std::string(what) + ": A " + (sign > 0 ? "+" : "-") +
                                  " W*W^H is not positive definite to working precision: the pivot of column " +
                                  std::to_string(column) + " is lost; the factorization is left as it was",
                              column);
}

}  // namespace tamis::detail
