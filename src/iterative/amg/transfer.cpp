#include "iterative/amg/transfer.hpp"

#include <algorithm>
#include <limits>

#include "instantiate.hpp"
#include "iterative/amg/product.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

template <class T, class I>
std::int64_t Transfer<T, I>::block_begin(std::int64_t block) const noexcept {
    return even_cut(cols_, static_cast<int>(block), static_cast<int>(blocks));
}

template <class T, class I>
Transfer<T, I>::Transfer(Csr<T, I> R) : nnz_(R.nnz()),
                                        cols_(R.cols()) {
    // In add_to a thread walks every row that may reach its part of the fine unknowns, from the beginning of the row.
    const std::int64_t most_parts = std::clamp<std::int64_t>(nnz_ / parallel_grain, 1, blocks);
    constexpr std::int64_t walks = 8;  // of a row, besides the first
    const std::int64_t span = find_reached(R);
    if (span * most_parts <= walks * cols_ && SteppedRows<T, I>::suits(R)) stepped_ = SteppedRows<T, I>(std::move(R));
    else whole_ = std::move(R);
}

/// Fills reached_; returns how far the last column of a row is from its first, at most.
template <class T, class I>
std::int64_t Transfer<T, I>::find_reached(const Csr<T, I>& R) {
    std::int64_t span = 0;
    reached_.fill({std::numeric_limits<I>::max(), I(0)});
    const I* offsets = R.row_offsets().data();
    const I* indices = R.col_indices().data();
    for (std::int64_t J = 0; J < R.rows(); ++J) {
        if (offsets[J] == offsets[J + 1]) continue;
        const std::int64_t first = indices[offsets[J]];
        const std::int64_t last = indices[offsets[J + 1] - 1];
        span = std::max(span, last - first);
        // The cuts are even: the guess is off by one at most.
        std::int64_t block = std::max<std::int64_t>(0, first * blocks / cols_ - 1);
        while (block + 1 < blocks && block_begin(block + 1) <= first) ++block;
        for (; block < blocks && block_begin(block) <= last; ++block) {
            auto& [begin, end] = reached_[static_cast<std::size_t>(block)];
            begin = std::min(begin, static_cast<I>(J));
            end = static_cast<I>(J + 1);
        }
    }
    return span;
}

template <class T, class I>
void Transfer<T, I>::restrict_to(T* coarse, const T* fine) const {
    if (stepped_.rows() > 0) stepped_.multiply(fine, coarse);
    else product<T, I>(whole_.view(), fine, coarse);
}

template <class T, class I>
void Transfer<T, I>::add_rows(std::int64_t begin, std::int64_t end, std::int64_t least, std::int64_t most, T* fine,
                              const T* coarse) const noexcept {
    const I* offsets = whole_.row_offsets().data();
    const I* indices = whole_.col_indices().data();
    const T* values = whole_.values().data();
    for (std::int64_t J = begin; J < end; ++J) {
        const I* from = indices + offsets[J];
        const I* to = indices + offsets[J + 1];
        if (from == to) continue;
        if (*from < least) from = std::lower_bound(from, to, static_cast<I>(least));
        if (to[-1] >= most) to = std::lower_bound(from, to, most);
        const T x = coarse[J];
        for (const T* value = values + (from - indices); from < to; ++from, ++value)
            fine[*from] += times(conjugate(*value), x);
    }
}

template <class T, class I>
void Transfer<T, I>::add_to(T* fine, const T* coarse) const {
    const int parts = static_cast<int>(std::min<std::int64_t>(blocks, threads_for(nnz_)));
    for_each_part(parts, [&](int part) {
        const std::int64_t first_block = even_cut(blocks, part, parts);
        const std::int64_t last_block = even_cut(blocks, part + 1, parts);
        I begin = std::numeric_limits<I>::max();
        I end = 0;
        for (std::int64_t block = first_block; block < last_block; ++block) {
            begin = std::min(begin, reached_[static_cast<std::size_t>(block)].first);
            end = std::max(end, reached_[static_cast<std::size_t>(block)].second);
        }
        const std::int64_t least = block_begin(first_block);
        const std::int64_t most = block_begin(last_block);
        if (stepped_.rows() > 0) stepped_.add_adjoint(begin, end, least, most, coarse, fine);
        else add_rows(begin, end, least, most, fine, coarse);
    });
}

template <class T, class I>
std::int64_t Transfer<T, I>::bytes() const noexcept {
    if (stepped_.rows() > 0) return stepped_.bytes();
    return whole_.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
           (whole_.rows() + 1) * static_cast<std::int64_t>(sizeof(I));
}

#define TAMIS_INSTANTIATE(T, I) template class Transfer<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
