#include <tamis/iterative/result.hpp>

#include <algorithm>
#include <ostream>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/run.hpp>

namespace tamis {

Sentence::Sentence(std::string_view text) noexcept : size_(std::min(text.size(), most)) {
    std::copy_n(text.data(), size_, text_.data());
}

std::ostream& operator<<(std::ostream& out, const Sentence& s) {
    return out << s.view();
}

namespace detail {

void throw_not_converged(std::string_view message, Status status, double residual_norm, std::int64_t iterations) {
    throw NotConverged(std::string(message), status, residual_norm, iterations);
}

void check_one_column(std::int64_t cols) {
    if (cols != 1)
        throw DimensionMismatch("iterative solve: one right-hand side is expected, but b has " + std::to_string(cols) +
                                    " columns (block_cg takes several)",
                                1, cols);
}

}  // namespace detail

}  // namespace tamis
