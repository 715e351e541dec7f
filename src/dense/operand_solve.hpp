// Private: the body of solve_dense_columns; included by operand.hpp.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/core/solve_verbs.hpp>

namespace tamis::detail {

template <class T, class Solve>
void solve_dense_columns(const char* what, std::int64_t n_in, std::int64_t n_out, MatrixView<const T> b, MatrixView<T> x,
                         bool conjugated, const Solve& solve) {
    if (b.rows() != n_in) throw_solve_size(what, "the right-hand side", n_in, b.rows());
    if (x.rows() != n_out) throw_solve_size(what, "the solution", n_out, x.rows());
    if (x.cols() != b.cols()) throw_solve_columns(what, b.cols(), x.cols());
    check_finite_entries(what, "the right-hand side", b);
    const std::int64_t most = std::max(n_in, n_out);
    if (b.cols() == 0 || most == 0) return;
    const auto put = [conjugated](const T& v) { return conjugated ? conjugate(v) : v; };
    const bool in_place = n_out == most && x.row_stride() == 1 && (x.cols() == 1 || x.col_stride() >= n_out);
    if (in_place) {
        const bool there = b.data() == x.data() && b.row_stride() == 1 && b.col_stride() == x.col_stride() && !conjugated;
        for (std::int64_t c = 0; c < b.cols() && !there; ++c)
            for (std::int64_t i = 0; i < n_in; ++i) x(i, c) = put(b(i, c));
        solve(x.data(), x.cols() == 1 ? n_out : x.col_stride(), x.cols());
        for (std::int64_t c = 0; c < x.cols() && conjugated; ++c)
            for (std::int64_t i = 0; i < n_out; ++i) x(i, c) = put(x(i, c));
        return;
    }
    constexpr std::int64_t at_once = 64;
    Array<T> block(most * std::min(at_once, b.cols()), uninitialized);
    for (std::int64_t first = 0; first < b.cols(); first += at_once) {
        const std::int64_t k = std::min(at_once, b.cols() - first);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < n_in; ++i) block[c * most + i] = put(b(i, first + c));
        solve(block.data(), most, k);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < n_out; ++i) x(i, first + c) = put(block[c * most + i]);
    }
}

}  // namespace tamis::detail
