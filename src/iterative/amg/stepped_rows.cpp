#include "iterative/amg/stepped_rows.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "instantiate.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t longest_step = std::numeric_limits<std::uint16_t>::max();

/// Entries of value 0 that a row needs.
template <class I>
std::int64_t added_entries(const I* columns, std::int64_t count) noexcept {
    std::int64_t added = 0;
    for (std::int64_t k = 1; k < count; ++k)
        added += (static_cast<std::int64_t>(columns[k]) - columns[k - 1] - 1) / longest_step;
    return added;
}

/// Asks for what comes 6 KiB of values after entry k, as kernels of Csr do. It may lie behind the end of the arrays.
template <class T>
void ask_for_entries(const std::uint16_t* steps, const T* values, std::int64_t k) noexcept {
    constexpr std::uintptr_t ahead = 6144 / sizeof(T);
    const auto ask = [](const void* p, std::uintptr_t bytes) {
        __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(p) + bytes));
    };
    ask(values + k, ahead * sizeof(T));
    ask(steps + k, ahead * sizeof(std::uint16_t));
}

/// Σ values[k] x_i over L entries, from left to right, without a loop: most rows on two-dimensional grids are as long.
template <int L, class T>
T sum_of_few(const std::uint16_t* steps, const T* values, const T* x) noexcept {
    T sum = 0;
#pragma GCC unroll 16
    for (int u = 0; u < L; ++u) {
        x += steps[u];
        sum += times(values[u], *x);
    }
    return sum;
}

/// The same over so many entries, at least four_sums of them, in the order of kernels/csr.inl.
template <class T>
T sum_of_many(const std::uint16_t* steps, const T* values, std::int64_t count, const T* x) noexcept {
    const auto term = [&](std::int64_t k) {
        x += steps[k];
        return times(values[k], *x);
    };
    T s0 = term(0);
    T s1 = term(1);
    T s2 = term(2);
    T s3 = term(3);
    std::int64_t k = 4;
    for (; k + 8 <= count; k += 8) {
        ask_for_entries(steps, values, k);
        s0 += term(k);
        s1 += term(k + 1);
        s2 += term(k + 2);
        s3 += term(k + 3);
        s0 += term(k + 4);
        s1 += term(k + 5);
        s2 += term(k + 6);
        s3 += term(k + 7);
    }
    T sum = (s0 + s1) + (s2 + s3);
    for (; k < count; ++k) sum += term(k);
    return sum;
}

template <class T>
T sum_of_row(const std::uint16_t* steps, const T* values, std::int64_t count, const T* x) noexcept {
    static_assert(four_sums == 17);
    ask_for_entries(steps, values, 0);
    switch (count) {
        case 0: return T(0);
        case 1: return sum_of_few<1>(steps, values, x);
        case 2: return sum_of_few<2>(steps, values, x);
        case 3: return sum_of_few<3>(steps, values, x);
        case 4: return sum_of_few<4>(steps, values, x);
        case 5: return sum_of_few<5>(steps, values, x);
        case 6: return sum_of_few<6>(steps, values, x);
        case 7: return sum_of_few<7>(steps, values, x);
        case 8: return sum_of_few<8>(steps, values, x);
        case 9: return sum_of_few<9>(steps, values, x);
        case 10: return sum_of_few<10>(steps, values, x);
        case 11: return sum_of_few<11>(steps, values, x);
        case 12: return sum_of_few<12>(steps, values, x);
        case 13: return sum_of_few<13>(steps, values, x);
        case 14: return sum_of_few<14>(steps, values, x);
        case 15: return sum_of_few<15>(steps, values, x);
        case 16: return sum_of_few<16>(steps, values, x);
        default: return sum_of_many(steps, values, count, x);
    }
}

}  // namespace

template <class T, class I>
bool SteppedRows<T, I>::suits(const Csr<T, I>& A) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    Array<std::int64_t> added(A.rows(), uninitialized);
    for_each_row(A.rows(), A.nnz(),
                 [&](std::int64_t J) { added[J] = added_entries(indices + offsets[J], offsets[J + 1] - offsets[J]); });
    std::int64_t total = A.nnz();
    for (std::int64_t J = 0; J < A.rows(); ++J) {
        total += added[J];
        if (offsets[J + 1] - offsets[J] + added[J] >= long_row) return false;
    }
    constexpr auto own = static_cast<std::int64_t>(sizeof(T) + sizeof(std::uint16_t));
    constexpr auto of_csr = static_cast<std::int64_t>(sizeof(T) + sizeof(I));
    return total <= static_cast<std::int64_t>(std::numeric_limits<I>::max()) &&
           total * own + A.rows() * static_cast<std::int64_t>(sizeof(I)) < A.nnz() * of_csr;
}

template <class T, class I>
SteppedRows<T, I>::SteppedRows(Csr<T, I>&& A) : first_(A.rows()) {
    const std::int64_t rows = A.rows();
    typename Csr<T, I>::Arrays old = std::move(A).release();
    const I* old_offsets = old.offsets.data();
    const I* indices = old.indices.data();
    const std::int64_t entries = old.indices.size();
    offsets_ = Array<I>(rows + 1, uninitialized);
    offsets_[0] = 0;
    for_each_row(rows, entries, [&](std::int64_t J) {
        const std::int64_t count = old_offsets[J + 1] - old_offsets[J];
        offsets_[J + 1] = static_cast<I>(count + added_entries(indices + old_offsets[J], count));
    });
    for (std::int64_t J = 0; J < rows; ++J) offsets_[J + 1] += offsets_[J];
    const bool same = offsets_[rows] == old_offsets[rows];
    steps_ = Array<std::uint16_t>(offsets_[rows], uninitialized);
    values_ = same ? std::move(old.values) : Array<T>(offsets_[rows], uninitialized);
    for_each_row(rows, entries, [&](std::int64_t J) {
        const std::int64_t stop = old_offsets[J + 1];
        std::int64_t k = old_offsets[J];
        if (k == stop) return;
        std::int64_t to = offsets_[J];
        I column = first_[J] = indices[k];
        for (; k < stop; ++k, ++to) {
            std::int64_t step = indices[k] - column;
            column = indices[k];
            for (; step > longest_step; step -= longest_step, ++to) {
                steps_[to] = static_cast<std::uint16_t>(longest_step);
                values_[to] = T(0);
            }
            steps_[to] = static_cast<std::uint16_t>(step);
            if (!same) values_[to] = old.values[k];
        }
    });
    for (std::int64_t J = 0; J < rows; ++J)
        if (old_offsets[J] < old_offsets[J + 1])
            span_ = std::max<std::int64_t>(span_, indices[old_offsets[J + 1] - 1] - indices[old_offsets[J]]);
}

template <class T, class I>
std::int64_t SteppedRows<T, I>::row_cut(int part, int parts) const noexcept {
    if (part == parts) return rows();
    const auto target = static_cast<I>(even_cut(nnz(), part, parts));
    return std::lower_bound(offsets_.begin(), offsets_.end(), target) - offsets_.begin();
}

template <class T, class I>
void SteppedRows<T, I>::multiply(const T* x, T* y) const {
    const int parts = threads_for(nnz() + rows());
    for_each_part(parts, [&](int part) {
        const std::int64_t end = row_cut(part + 1, parts);
        for (std::int64_t J = row_cut(part, parts); J < end; ++J) {
            const std::int64_t k = offsets_[J];
            y[J] = sum_of_row(steps_.data() + k, values_.data() + k, offsets_[J + 1] - k, x + first_[J]);
        }
    });
}

template <class T, class I>
void SteppedRows<T, I>::add_adjoint(std::int64_t begin, std::int64_t end, std::int64_t least, std::int64_t most, const T* x,
                                    T* y) const noexcept {
    const std::uint16_t* steps = steps_.data();
    const T* values = values_.data();
    for (std::int64_t J = begin; J < end; ++J) {
        std::int64_t i = first_[J];
        if (i >= most || i + span_ < least) continue;
        std::int64_t k = offsets_[J];
        const std::int64_t stop = offsets_[J + 1];
        while (k < stop && i + steps[k] < least) i += steps[k++];
        const T factor = x[J];
        // Columns of a row differ: no store has to be waited for by the loads behind it.
        for (; k + 4 <= stop; k += 4) {
            const std::int64_t i0 = i + steps[k];
            const std::int64_t i1 = i0 + steps[k + 1];
            const std::int64_t i2 = i1 + steps[k + 2];
            const std::int64_t i3 = i2 + steps[k + 3];
            if (i3 >= most) break;
            const T y0 = y[i0] + times(conjugate(values[k]), factor);
            const T y1 = y[i1] + times(conjugate(values[k + 1]), factor);
            const T y2 = y[i2] + times(conjugate(values[k + 2]), factor);
            const T y3 = y[i3] + times(conjugate(values[k + 3]), factor);
            y[i0] = y0;
            y[i1] = y1;
            y[i2] = y2;
            y[i3] = y3;
            i = i3;
        }
        for (; k < stop; ++k) {
            i += steps[k];
            if (i >= most) break;
            y[i] += times(conjugate(values[k]), factor);
        }
    }
}

template <class T, class I>
std::int64_t SteppedRows<T, I>::bytes() const noexcept {
    return nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(std::uint16_t)) +
           (offsets_.size() + first_.size()) * static_cast<std::int64_t>(sizeof(I));
}

#define TAMIS_INSTANTIATE(T, I) template class SteppedRows<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
