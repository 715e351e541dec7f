#include <tamis/dense/banded.hpp>

#include <algorithm>
#include <string>

#include <tamis/core/array.hpp>

#include "dense/lapack.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Refuses an entry of A that is not finite; the corners of `bands` are no entries of A.
template <class T>
void check_bands(const char* caller, MatrixView<const T> bands, std::int64_t upper) {
    const std::int64_t n = bands.cols();
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t r = 0; r < bands.rows(); ++r) {
            const std::int64_t i = j + r - upper;
            if (i >= 0 && i < n && !is_finite(bands(r, j))) throw_not_finite(caller, "bands", r, j);
        }
}

/// Before anything is factored.
template <class T>
void check_right_hand_side(const char* caller, std::int64_t n, MatrixView<const T> b) {
    if (b.rows() != n) throw_solve_size(caller, "the right-hand side", n, b.rows());
}

double band_flops(std::int64_t n, std::int64_t width, std::int64_t k) {
    return static_cast<double>(n) * static_cast<double>(width) * static_cast<double>(k);
}

/// pivots as LAPACK's band and tridiagonal routines leave them: row k was exchanged with row pivots[k] − 1.
std::int64_t row_at(const Array<int>& pivots, std::int64_t position) {
    auto p = identity_permutation(pivots.size());
    for (std::int64_t k = 0; k < pivots.size(); ++k)
        std::swap(p[static_cast<std::size_t>(k)], p[static_cast<std::size_t>(pivots[k] - 1)]);
    return p[static_cast<std::size_t>(position)];
}

/// Factors dl, d, du in place and solves.
template <class T>
void solve_three_diagonals(const char* caller, std::int64_t n, T* dl, T* d, T* du, MatrixView<const T> b, MatrixView<T> x) {
    Array<T> du2(std::max<std::int64_t>(n - 2, 1), uninitialized);
    Array<int> pivots(n, uninitialized);
    if (n > 0)
        if (const std::int64_t failed = lapack::gttrf(n, dl, d, du, du2.data(), pivots.data()); failed > 0)
            throw_singular(caller, row_at(pivots, failed - 1), false);
    solve_dense_columns<T>(caller, n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        for (std::int64_t c = 0; c < k; ++c)
            lapack::gttrs(lapack::Op::none, n, 1, dl, d, du, du2.data(), pivots.data(), y + c * ldy);
    });
}

}  // namespace

template <class T>
void solve_banded(MatrixView<const T> bands, std::int64_t lower, std::int64_t upper, MatrixView<const T> b,
                  MatrixView<T> x) {
    const char* const caller = "solve_banded";
    if (lower < 0 || upper < 0)
        throw InvalidArgument("solve_banded: lower and upper count diagonals and must be ≥ 0, got " + std::to_string(lower) +
                              " and " + std::to_string(upper));
    if (bands.rows() != lower + upper + 1)
        throw DimensionMismatch("solve_banded: bands has " + std::to_string(bands.rows()) +
                                    " rows where lower + upper + 1 = " + std::to_string(lower + upper + 1) + " are needed",
                                lower + upper + 1, bands.rows());
    check_bands(caller, bands, upper);
    const std::int64_t n = bands.cols();
    check_right_hand_side(caller, n, b);
    if (lower == 1 && upper == 1) {
        Array<T> dl(n, uninitialized), d(n, uninitialized), du(n, uninitialized);
        for (std::int64_t j = 0; j < n; ++j) {
            d[j] = bands(1, j);
            if (j > 0) du[j - 1] = bands(0, j);
            if (j + 1 < n) dl[j] = bands(2, j);
        }
        solve_three_diagonals(caller, n, dl.data(), d.data(), du.data(), b, x);
        return;
    }
    const std::int64_t ld = 2 * lower + upper + 1;
    Array<T> ab(ld * n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t r = 0; r < bands.rows(); ++r)
            if (const std::int64_t i = j + r - upper; i >= 0 && i < n) ab[j * ld + lower + r] = bands(r, j);
    Array<int> pivots(n, uninitialized);
    std::int64_t failed = 0;
    if (n > 0)
        on_dense_threads(2 * band_flops(n, lower, lower + upper),
                         [&] { failed = lapack::gbtrf(n, lower, upper, ab.data(), ld, pivots.data()); });
    if (failed > 0) throw_singular(caller, row_at(pivots, failed - 1), false);
    solve_dense_columns<T>(caller, n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        on_dense_threads(2 * band_flops(n, 2 * lower + upper, k), [&] {
            for (std::int64_t c = 0; c < k; ++c)
                lapack::gbtrs(lapack::Op::none, n, lower, upper, 1, ab.data(), ld, pivots.data(), y + c * ldy);
        });
    });
}

template <class T>
void solveh_banded(MatrixView<const T> bands, MatrixView<const T> b, MatrixView<T> x) {
    const char* const caller = "solveh_banded";
    if (bands.rows() == 0) throw DimensionMismatch("solveh_banded: bands has no rows; the last one is the diagonal", 1, 0);
    const std::int64_t n = bands.cols();
    const std::int64_t upper = bands.rows() - 1;
    check_bands(caller, bands, upper);
    check_right_hand_side(caller, n, b);
    for (std::int64_t j = 0; j < n; ++j)
        if (imag_part(bands(upper, j)) != Real<T>(0)) throw_not_hermitian(caller, j, j);
    const std::int64_t ld = upper + 1;
    // By the lower triangle: a_ji = conj(a_ij) at (j − i, i).
    Array<T> ab(ld * n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t d = 0; d <= std::min(upper, j); ++d) ab[(j - d) * ld + d] = conjugate(bands(upper - d, j));
    std::int64_t failed = 0;
    if (n > 0)
        on_dense_threads(band_flops(n, upper + 1, upper + 1), [&] { failed = lapack::pbtrf(n, upper, ab.data(), ld); });
    if (failed > 0) throw_not_positive_definite(caller, failed - 1);
    solve_dense_columns<T>(caller, n, n, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t k) {
        on_dense_threads(4 * band_flops(n, upper + 1, k), [&] {
            for (std::int64_t c = 0; c < k; ++c) lapack::pbtrs(n, upper, 1, ab.data(), ld, y + c * ldy);
        });
    });
}

template <class T>
void solve_tridiagonal(VectorView<const T> lower, VectorView<const T> diagonal, VectorView<const T> upper,
                       MatrixView<const T> b, MatrixView<T> x) {
    const char* const caller = "solve_tridiagonal";
    const std::int64_t n = diagonal.size();
    const std::int64_t off = std::max<std::int64_t>(n - 1, 0);
    check_right_hand_side(caller, n, b);
    const auto taken = [&](const char* name, VectorView<const T> v, std::int64_t expected) {
        if (v.size() != expected)
            throw DimensionMismatch(std::string(caller) + ": the " + name + " diagonal has " + std::to_string(v.size()) +
                                        " entries where " + std::to_string(expected) + " are needed",
                                    expected, v.size());
        check_finite_entries(caller, (std::string("the ") + name + " diagonal").c_str(), MatrixView<const T>(v));
        Array<T> copy(n, uninitialized);
        for (std::int64_t i = 0; i < expected; ++i) copy[i] = v[i];
        return copy;
    };
    Array<T> dl = taken("lower", lower, off);
    Array<T> d = taken("main", diagonal, n);
    Array<T> du = taken("upper", upper, off);
    solve_three_diagonals(caller, n, dl.data(), d.data(), du.data(), b, x);
}

#define TAMIS_INSTANTIATE(T)                                                                                            \
    template void solve_banded(MatrixView<const T>, std::int64_t, std::int64_t, MatrixView<const T>, MatrixView<T>);    \
    template void solveh_banded(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);                               \
    template void solve_tridiagonal(VectorView<const T>, VectorView<const T>, VectorView<const T>, MatrixView<const T>, \
                                    MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
