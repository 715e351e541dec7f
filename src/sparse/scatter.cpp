#include "sparse/scatter.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/csr_scatter.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"
#include "sparse/row_cuts.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

namespace {

// Threads without atomics and buffers. Rows and columns of A are cut into as many ranges as there are threads, columns in
// proportion to the rows, so that the blocks on the diagonal of a matrix with a band hold nearly everything:
//
//        y₀ y₁ y₂          step 0: thread t adds the block (t, t) to its own range of y, and notes which of its rows
//     ┌ ▓▓ ░         t₀             have entries left and right of it;
//     │ ░ ▓▓ ░       t₁     step s: thread t adds the block (t, t + s mod P), of those rows only.
//     └    ░ ▓▓      t₂
//
// In each step every range of y has one thread, and a thread waits for all between two steps, so that the order of each sum
// depends on the matrix and the number of threads alone. Where nothing lies beside the diagonal blocks, one step is all.
// A row with a thread's share of all entries would be work for one thread in each step; with such rows each thread goes
// through all rows for its own range of y instead, in one step. For short rows without a band each thread would look at
// every entry in vain: with one column each sums its rows into an array of its own, and the arrays are added, each range of
// y by one thread; two columns, and what has no memory for that, stay on one thread.

// Each way to add rows is a class with
//
//     clear(low, high)                              y ← beta y
//     add(begin, end, low, high, left, right)       the rows [begin, end) of A, the range [low, high) of y

/// One column of X and Y that are contiguous, by the kernels for this processor.
template <bool Conjugate, class T, class I>
class Column {
  public:
    Column(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t column, T alpha, T beta)
        : A_(A),
          x_(X.data() + column * X.col_stride()),
          y_(Y.data() + column * Y.col_stride()),
          alpha_(alpha),
          beta_(beta) {}
    void clear(std::int64_t low, std::int64_t high) const noexcept {
        for (std::int64_t j = low; j < high; ++j) scale(y_[j], beta_);
    }
    /// The same sums, into an array of zeros in place of y.
    Column into(T* sums) const noexcept {
        Column other = *this;
        other.y_ = sums;
        other.beta_ = T(0);
        return other;
    }
    T* target() const noexcept { return y_; }
    void add(std::int64_t begin, std::int64_t end, std::int64_t low, std::int64_t high, RowSpan& left,
             RowSpan& right) const noexcept {
        kernels<CsrScatterKernels<T, I>>().scatter[Conjugate](A_.row_offsets().data(), A_.col_indices().data(),
                                                              A_.values().data(), x_, alpha_, begin, end, low, high, y_,
                                                              &left, &right);
    }

  private:
    const CsrView<T, I>& A_;
    const T* x_;
    T* y_;
    T alpha_;
    T beta_;
};

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

/// W columns with any strides. Step is the stride from column to column of Y if it is known at compile time (1), 0
/// otherwise.
template <int W, int Step, bool Conjugate, class T, class I>
class Strided {
  public:
    Strided(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, std::int64_t first, T alpha, T beta)
        : A_(A),
          X_(X),
          Y_(Y),
          first_(first),
          alpha_(alpha),
          beta_(beta) {}
    void clear(std::int64_t low, std::int64_t high) const noexcept {
        for (std::int64_t j = low; j < high; ++j)
            for (int c = 0; c < W; ++c) scale(Y_.data()[j * Y_.row_stride() + (first_ + c) * Y_.col_stride()], beta_);
    }
    void add(std::int64_t begin, std::int64_t end, std::int64_t low, std::int64_t high, RowSpan& left,
             RowSpan& right) const noexcept {
        const I* offsets = A_.row_offsets().data();
        const I* indices = A_.col_indices().data();
        const T* values = A_.values().data();
        const std::int64_t step = Step == 0 ? Y_.col_stride() : Step;
        const std::int64_t row_stride = Y_.row_stride();
        const T* x = X_.data() + first_ * X_.col_stride();
        T* y = Y_.data() + first_ * Y_.col_stride();
        const bool plain = alpha_ == T(1);
        const auto note = [](RowSpan& span, std::int64_t i) {
            if (span.last < span.first) span.first = i;
            span.last = i;
        };
        for (std::int64_t i = begin; i < end; ++i) {
            std::int64_t k = static_cast<std::int64_t>(offsets[i]);
            const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
            if (k == stop) continue;
            if (static_cast<std::int64_t>(indices[stop - 1]) >= high) note(right, i);
            if (static_cast<std::int64_t>(indices[k]) < low) {
                note(left, i);
                k = lower_bound(indices, k, stop, low);
            }
            T scaled[W];
            for (int c = 0; c < W; ++c) {
                const T& xi = x[i * X_.row_stride() + c * X_.col_stride()];
                scaled[c] = plain ? xi : times(alpha_, xi);
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

  private:
    const CsrView<T, I>& A_;
    MatrixView<const T> X_;
    MatrixView<T> Y_;
    std::int64_t first_;
    T alpha_;
    T beta_;
};

/// Whether most entries are in short rows that do not keep to their thread's columns, by 64 entries at equal distances. Each
/// thread would have to look at every entry then, in steps that cost what one thread needs for the product.
template <class T, class I>
bool scattered(const CsrView<T, I>& A, const RowCuts& cuts, const std::int64_t* columns) noexcept {
    constexpr int samples = 64;
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    int found = 0;
    for (int s = 0; s < samples; ++s) {
        const auto k = static_cast<I>(even_cut(A.nnz(), s, samples));
        const std::int64_t row = std::upper_bound(offsets, offsets + A.rows() + 1, k) - offsets - 1;
        int part = 0;
        while (cuts[part + 1].row <= row) ++part;
        const std::int64_t length = static_cast<std::int64_t>(offsets[row + 1]) - static_cast<std::int64_t>(offsets[row]);
        const auto first = static_cast<std::int64_t>(indices[offsets[row]]);
        const auto last = static_cast<std::int64_t>(indices[offsets[row + 1] - 1]);
        if (length < 16 * cuts.parts() && (first < columns[part] || last >= columns[part + 1])) ++found;
    }
    return 2 * found > samples;
}

/// Whether it was done: each thread's rows summed into an array of its own. The arrays hold no more numbers than A.
template <bool Conjugate, class T, class I>
bool run_apart(const CsrView<T, I>& A, int parts, const Column<Conjugate, T, I>& way) {
    parts = static_cast<int>(std::min<std::int64_t>(parts, 1 + A.nnz() / A.cols()));
    if (parts == 1) return false;
    const RowCuts cuts(A, parts);
    if (cuts.shared() > 0) return false;
    Array<T> sums;
    try {
        sums = Array<T>((parts - 1) * A.cols(), uninitialized);
    } catch (const std::bad_alloc&) {
        return false;
    }
    for_each_part(parts, [&](int part) {
        const Column<Conjugate, T, I> own = part == 0 ? way : way.into(sums.data() + (part - 1) * A.cols());
        RowSpan none;
        own.clear(0, A.cols());
        own.add(cuts[part].row, cuts[part + 1].row, 0, A.cols(), none, none);
    });
    for_each_part(parts, [&](int part) {
        const std::int64_t low = even_cut(A.cols(), part, parts);
        const std::int64_t high = even_cut(A.cols(), part + 1, parts);
        T* y = way.target();
        for (int other = 1; other < parts; ++other) {
            const T* from = sums.data() + (other - 1) * A.cols();
            for (std::int64_t j = low; j < high; ++j) y[j] += from[j];
        }
    });
    return true;
}
template <class Way, class T, class I>
bool run_apart(const CsrView<T, I>&, int, const Way&) {
    return false;
}

template <class Way, class T, class I>
void run(const CsrView<T, I>& A, int parts, int width, const Way& way) {
    const auto on_one_thread = [&] {
        RowSpan none;
        way.clear(0, A.cols());
        way.add(0, A.rows(), 0, A.cols(), none, none);
    };
    if (parts == 1) return on_one_thread();
    const RowCuts cuts(A, parts);
    parts = cuts.parts();
    if (cuts.shared() > 0) {
        for_each_part(parts, [&](int part) {
            const std::int64_t low = even_cut(A.cols(), part, parts);
            const std::int64_t high = even_cut(A.cols(), part + 1, parts);
            RowSpan ignored;
            way.clear(low, high);
            way.add(0, A.rows(), low, high, ignored, ignored);
        });
        return;
    }
    std::int64_t columns[RowCuts::max_parts + 1];
    for (int part = 0; part < parts; ++part)
        columns[part] = static_cast<std::int64_t>(static_cast<double>(A.cols()) * static_cast<double>(cuts[part].row) /
                                                  static_cast<double>(A.rows()));
    columns[parts] = A.cols();
    if (width < 4 && scattered(A, cuts, columns)) {
        if (!run_apart(A, parts, way)) on_one_thread();
        return;
    }
    RowSpan left[RowCuts::max_parts];
    RowSpan right[RowCuts::max_parts];
    for_each_part(parts, [&](int part) {
        way.clear(columns[part], columns[part + 1]);
        RowSpan beside[2];  // of this thread's own while rows are added to it
        way.add(cuts[part].row, cuts[part + 1].row, columns[part], columns[part + 1], beside[0], beside[1]);
        left[part] = beside[0];
        right[part] = beside[1];
    });
    for (int step = 1; step < parts; ++step) {
        const auto span = [&](int part) -> const RowSpan& { return part + step < parts ? right[part] : left[part]; };
        bool any = false;
        for (int part = 0; part < parts; ++part) any = any || span(part).first <= span(part).last;
        if (!any) continue;
        for_each_part(parts, [&](int part) {
            const int target = (part + step) % parts;
            RowSpan ignored;
            way.add(span(part).first, span(part).last + 1, columns[target], columns[target + 1], ignored, ignored);
        });
    }
}

}  // namespace

template <bool Conjugate, class T, class I>
void scatter(const CsrView<T, I>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta) {
    const int allowed = threads_for((A.nnz() + A.cols()) * std::min<std::int64_t>(X.cols(), 8));
    const int parts = static_cast<int>(std::clamp<std::int64_t>(A.cols() / 64, 1, allowed));
    for_each_panel(X.cols(), [&](auto width, std::int64_t first) {
        constexpr int W = decltype(width)::value;
        if (W == 1 && X.row_stride() == 1 && Y.row_stride() == 1)
            run(A, parts, W, Column<Conjugate, T, I>(A, X, Y, first, alpha, beta));
        else if (Y.col_stride() == 1) run(A, parts, W, Strided<W, 1, Conjugate, T, I>(A, X, Y, first, alpha, beta));
        else run(A, parts, W, Strided<W, 0, Conjugate, T, I>(A, X, Y, first, alpha, beta));
    });
}

#define TAMIS_INSTANTIATE(T, I) \
    template void scatter<false, T, I>(const CsrView<T, I>&, MatrixView<const T>, MatrixView<T>, T, T);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I) \
    template void scatter<true, T, I>(const CsrView<T, I>&, MatrixView<const T>, MatrixView<T>, T, T);
TAMIS_FOR_EACH_COMPLEX_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
