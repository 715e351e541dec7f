#include <tamis/iterative/eigen/result.hpp>

#include <string>

#include <tamis/core/error.hpp>

namespace tamis {

std::string_view to_string(Which which) noexcept {
    switch (which) {
        case Which::largest_magnitude: return "largest_magnitude";
        case Which::smallest_magnitude: return "smallest_magnitude";
        case Which::largest_algebraic: return "largest_algebraic";
        case Which::smallest_algebraic: return "smallest_algebraic";
        case Which::both_ends: return "both_ends";
        case Which::nearest: return "nearest";
        case Which::largest_real: return "largest_real";
        case Which::smallest_real: return "smallest_real";
        case Which::largest_imaginary: return "largest_imaginary";
    }
    return "unknown";
}

namespace detail {

void check_pairs(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t k) {
    if (rows != cols)
        throw DimensionMismatch(std::string(name) + ": the matrix has " + std::to_string(rows) + " rows and " +
                                    std::to_string(cols) + " columns; eigenvalues are those of square ones",
                                rows, cols);
    if (k < 0 || k > rows)
        throw InvalidArgument(std::string(name) + ": " + std::to_string(k) + " pairs are wanted of a matrix of order " +
                              std::to_string(rows) + "; k must lie between 0 and the order");
}

}  // namespace detail

}  // namespace tamis
