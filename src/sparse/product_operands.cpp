#include "sparse/product_operands.hpp"

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// The lattice of addresses of a view, strides made positive.
struct Lattice {
    template <class T>
    explicit Lattice(const MatrixView<T>& v) {
        const auto size = static_cast<std::int64_t>(sizeof(T));
        std::int64_t count[2] = {v.rows(), v.cols()};
        std::int64_t stride[2] = {v.row_stride() * size, v.col_stride() * size};
        low = reinterpret_cast<std::intptr_t>(v.data());
        for (int d = 0; d < 2; ++d) {
            if (count[d] == 1) stride[d] = 0;
            if (stride[d] < 0) {
                low += static_cast<std::intptr_t>((count[d] - 1) * stride[d]);
                stride[d] = -stride[d];
            }
        }
        const int inner = stride[0] <= stride[1] ? 0 : 1;
        run = (count[inner] - 1) * stride[inner] + size;
        outer = stride[1 - inner];
        high = low + static_cast<std::intptr_t>((count[1 - inner] - 1) * outer + run);
    }
    std::intptr_t low;
    std::intptr_t high;  // one past the last byte
    std::int64_t run;    // bytes from the first to the last entry along the shorter stride
    std::int64_t outer;  // bytes of the longer stride; 0 for a single entry or a contiguous run
};

/// Whether two views may share an entry. Rows (or columns, or blocks) of one matrix that interleave without touching do not.
bool overlap(const Lattice& a, const Lattice& b) noexcept {
    if (a.high <= b.low || b.high <= a.low) return false;
    const std::int64_t period = std::max(a.outer, b.outer);
    const bool comparable =
        (a.outer == period || a.high - a.low <= period) && (b.outer == period || b.high - b.low <= period);
    if (period == 0 || !comparable || a.run > period || b.run > period) return true;
    // Both repeat with one period: compare the runs on the circle of that length.
    const std::int64_t ahead = ((b.low - a.low) % period + period) % period;
    return ahead < a.run || ahead + b.run > period;
}

[[noreturn]] void refuse_rows(const char* name, const char* operand, const char* reason, std::int64_t rows,
                              std::int64_t cols, std::int64_t expected, std::int64_t got) {
    throw DimensionMismatch(std::string(name) + ": the matrix is " + std::to_string(rows) + "×" + std::to_string(cols) +
                                ", so " + operand + " must have " + std::to_string(expected) + " " + reason +
                                ", but it has " + std::to_string(got),
                            expected, got);
}

}  // namespace

template <class T>
void check_product_operands(const char* name, std::int64_t rows, std::int64_t cols, MatrixView<const T> X, MatrixView<T> Y) {
    if (X.rows() != cols) refuse_rows(name, "x", "entries a column", rows, cols, cols, X.rows());
    if (Y.rows() != rows) refuse_rows(name, "y", "entries a column", rows, cols, rows, Y.rows());
    if (X.cols() != Y.cols()) refuse_rows(name, "y", "columns as x has", rows, cols, X.cols(), Y.cols());
    if (Y.rows() == 0 || Y.cols() == 0) return;
    if (X.rows() > 0 && overlap(Lattice(X), Lattice(Y)))
        throw InvalidArgument(std::string(name) + ": x and y share memory; give y memory of its own");
}

#define TAMIS_INSTANTIATE(T) \
    template void check_product_operands<T>(const char*, std::int64_t, std::int64_t, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
