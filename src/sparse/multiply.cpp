#include <tamis/sparse/multiply.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

#include "instantiate.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// y ← alpha s + beta y without a product where alpha is 1 or beta is 0 or 1: a complex product by 1 would turn an infinity
/// in one part into a NaN in the other, and 0·NaN is NaN.
template <class T>
struct Update {
    Update(T alpha_, T beta_)
        : alpha(alpha_),
          beta(beta_),
          plain(alpha_ == T(1)),
          overwrite(beta_ == T(0)),
          add(beta_ == T(1)) {}
    void operator()(T& y, const T& s) const noexcept {
        const T scaled = plain ? s : times(alpha, s);
        if (overwrite) y = scaled;
        else y = scaled + (add ? y : times(beta, y));
    }
    T alpha;
    T beta;
    bool plain;
    bool overwrite;
    bool add;
};

template <class T>
void scale(T& y, T beta) noexcept {
    if (beta == T(0)) y = T(0);
    else if (beta != T(1)) y = times(beta, y);
}

/// Columns [first, first + W) of Y = alpha A X + beta Y for a range of rows. Step is the column stride of X if it is known
/// at compile time (1), 0 otherwise.
template <int W, int Step, bool Conjugate, class T, class I>
void gather_rows(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, std::int64_t begin,
                 std::int64_t end, const Update<T>& update) noexcept {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t step = Step == 0 ? X.col_stride() : Step;
    const std::int64_t row_stride = X.row_stride();
    const T* x = X.data() + first * X.col_stride();
    T* y = Y.data() + first * Y.col_stride();
    for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        T sum[W] = {};
        if constexpr (W == 1) {
            // Four sums hide the latency of the addition in long rows.
            if (stop - k >= 16) {
                T s[4] = {};
                for (; k + 4 <= stop; k += 4)
                    for (int u = 0; u < 4; ++u)
                        s[u] += times(maybe_conjugate<Conjugate>(values[k + u]),
                                      x[static_cast<std::int64_t>(indices[k + u]) * row_stride]);
                sum[0] = (s[0] + s[1]) + (s[2] + s[3]);
            }
        }
        for (; k < stop; ++k) {
            const T a = maybe_conjugate<Conjugate>(values[k]);
            const T* xj = x + static_cast<std::int64_t>(indices[k]) * row_stride;
            for (int c = 0; c < W; ++c) sum[c] += times(a, xj[c * step]);
        }
        for (int c = 0; c < W; ++c) update(y[i * Y.row_stride() + c * Y.col_stride()], sum[c]);
    }
}

/// The same for one column of X that is contiguous, by the kernels for this processor.
template <bool Conjugate, class T, class I>
void gather_column(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t column, std::int64_t begin,
                   std::int64_t end, const Update<T>& update) noexcept {
    const auto row_sums = kernels<CsrKernels<T, I>>().row_sums[Conjugate];
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const T* x = X.data() + column * X.col_stride();
    T* y = Y.data() + column * Y.col_stride();
    if (update.plain && update.overwrite && Y.row_stride() == 1) {
        row_sums(offsets, indices, values, x, begin, end, y + begin);
        return;
    }
    constexpr std::int64_t tile = 256;
    T sums[tile];
    for (std::int64_t i = begin; i < end; i += tile) {
        const std::int64_t stop = std::min(end, i + tile);
        row_sums(offsets, indices, values, x, i, stop, sums);
        for (std::int64_t r = i; r < stop; ++r) update(y[r * Y.row_stride()], sums[r - i]);
    }
}

/// Where the entries with index ≥ `index` begin in a row.
template <class I>
std::int64_t lower_bound(const I* indices, std::int64_t k, std::int64_t stop, std::int64_t index) noexcept {
    if (stop - k > 32)
        return std::lower_bound(indices + k, indices + stop, index,
                                [](I a, std::int64_t b) { return static_cast<std::int64_t>(a) < b; }) -
               indices;
    while (k < stop && static_cast<std::int64_t>(indices[k]) < index) ++k;
    return k;
}

/// Columns [first, first + W) of Y = alpha Aᵀ X + beta Y for the rows [low, high) of Y: every row of A scatters the part of
/// it that falls there.
template <int W, int Step, bool Conjugate, class T, class I>
void scatter_rows(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, std::int64_t low,
                  std::int64_t high, T alpha, T beta) noexcept {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t step = Step == 0 ? Y.col_stride() : Step;
    const std::int64_t row_stride = Y.row_stride();
    const T* x = X.data() + first * X.col_stride();
    T* y = Y.data() + first * Y.col_stride();
    for (std::int64_t j = low; j < high; ++j)
        for (int c = 0; c < W; ++c) scale(y[j * row_stride + c * step], beta);
    const bool everything = low == 0 && high == A.cols();
    const bool plain = alpha == T(1);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        if (!everything) {
            if (k == stop || static_cast<std::int64_t>(indices[stop - 1]) < low) continue;
            k = lower_bound(indices, k, stop, low);
        }
        T scaled[W];
        for (int c = 0; c < W; ++c) {
            const T& xi = x[i * X.row_stride() + c * X.col_stride()];
            scaled[c] = plain ? xi : times(alpha, xi);
        }
        for (; k < stop; ++k) {
            const auto j = static_cast<std::int64_t>(indices[k]);
            if (j >= high) break;
            const T a = maybe_conjugate<Conjugate>(values[k]);
            T* yj = y + j * row_stride;
            for (int c = 0; c < W; ++c) yj[c * step] += times(a, scaled[c]);
        }
    }
}

/// f(width as a constant, first column) over panels of 8, 4, 2 and 1 columns.
template <class F>
void for_each_panel(std::int64_t columns, const F& f) {
    std::int64_t first = 0;
    for (; first + 8 <= columns; first += 8) f(std::integral_constant<int, 8>{}, first);
    if (first + 4 <= columns) {
        f(std::integral_constant<int, 4>{}, first);
        first += 4;
    }
    if (first + 2 <= columns) {
        f(std::integral_constant<int, 2>{}, first);
        first += 2;
    }
    if (first < columns) f(std::integral_constant<int, 1>{}, first);
}

template <bool Conjugate, class T, class I>
void gather(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta) {
    const Update<T> update(alpha, beta);
    const int parts = threads_for((A.nnz() + A.rows()) * std::min<std::int64_t>(X.cols(), 8));
    for_each_part(parts, [&](int part) {
        const std::int64_t begin = first_row(A, part, parts);
        const std::int64_t end = first_row(A, part + 1, parts);
        for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
            constexpr int W = decltype(width)::value;
            if (W == 1 && X.row_stride() == 1) gather_column<Conjugate>(A, X, Y, first, begin, end, update);
            else if (X.col_stride() == 1) gather_rows<W, 1, Conjugate>(A, X, Y, first, begin, end, update);
            else gather_rows<W, 0, Conjugate>(A, X, Y, first, begin, end, update);
        });
    });
}

template <bool Conjugate, class T, class I>
void scatter(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta) {
    const std::int64_t n = A.cols();
    const int allowed = threads_for((A.nnz() + n) * std::min<std::int64_t>(X.cols(), 8));
    const int parts = static_cast<int>(std::clamp<std::int64_t>(n / 64, 1, allowed));
    for_each_part(parts, [&](int part) {
        const std::int64_t low = n / parts * part + n % parts * part / parts;
        const std::int64_t high = n / parts * (part + 1) + n % parts * (part + 1) / parts;
        for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
            constexpr int W = decltype(width)::value;
            if (Y.col_stride() == 1) scatter_rows<W, 1, Conjugate>(A, X, Y, first, low, high, alpha, beta);
            else scatter_rows<W, 0, Conjugate>(A, X, Y, first, low, high, alpha, beta);
        });
    });
}

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

template <class T, class I>
void multiply(CsrView<T, I> A, Operation op, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, const char* name) {
    const bool by_rows = op == Operation::none || op == Operation::conjugated;
    const std::int64_t rows = by_rows ? A.rows() : A.cols();
    const std::int64_t cols = by_rows ? A.cols() : A.rows();
    if (X.rows() != cols) refuse_rows(name, "x", "entries a column", rows, cols, cols, X.rows());
    if (Y.rows() != rows) refuse_rows(name, "y", "entries a column", rows, cols, rows, Y.rows());
    if (X.cols() != Y.cols()) refuse_rows(name, "y", "columns as x has", rows, cols, X.cols(), Y.cols());
    if (Y.rows() == 0 || Y.cols() == 0) return;
    if (X.rows() > 0 && overlap(Lattice(X), Lattice(Y)))
        throw InvalidArgument(std::string(name) + ": x and y share memory; give y memory of its own");
    if (alpha == T(0) || A.nnz() == 0) {
        for (std::int64_t j = 0; j < Y.cols(); ++j)
            for (std::int64_t i = 0; i < Y.rows(); ++i) scale(Y(i, j), beta);
        return;
    }
    switch (op) {
        case Operation::none: return gather<false>(A, X, Y, alpha, beta);
        case Operation::conjugated: return gather<is_complex_v<T>>(A, X, Y, alpha, beta);
        case Operation::transposed: return scatter<false>(A, X, Y, alpha, beta);
        case Operation::adjoint: return scatter<is_complex_v<T>>(A, X, Y, alpha, beta);
    }
}

#define TAMIS_INSTANTIATE(T, I) \
    template void multiply<T, I>(CsrView<T, I>, Operation, MatrixView<const T>, MatrixView<T>, T, T, const char*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
