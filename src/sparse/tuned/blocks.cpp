// Dense B×B blocks, as several unknowns a node give them:
//
//     a b . . c d        block columns 0, 2
//     e f . . g h        values  a e b f | c g d h     (each block column by column)
//
// One 32-bit index serves B² entries. Only where every entry lies in a full block: nothing is filled in. R. Vuduc, J.
// Demmel, K. Yelick, OSKI: a library of automatically tuned sparse matrix kernels, J. Phys. Conf. Ser. 16, 2005 (register
// blocks).
#include <algorithm>
#include <limits>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/blocks.hpp"
#include "sparse/kernels/csr.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/stored.hpp"
#include "sparse/tuned/tiles.hpp"

namespace tamis::detail {

namespace {

/// Whether the rows i … i + B − 1 have one pattern, which consists of aligned runs of B columns.
template <class T, class I>
bool is_block_row(const CsrView<T, I>& A, std::int64_t i, std::int64_t B) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const I length = offsets[i + 1] - offsets[i];
    if (static_cast<std::int64_t>(length) % B != 0) return false;
    for (std::int64_t r = 1; r < B; ++r)
        if (offsets[i + r + 1] - offsets[i + r] != length) return false;
    const I* first = indices + offsets[i];
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(length); k += B)
        if (static_cast<std::int64_t>(first[k]) % B != 0 || static_cast<std::int64_t>(first[k + B - 1] - first[k]) != B - 1)
            return false;
    for (std::int64_t r = 1; r < B; ++r)
        if (!std::equal(first, first + length, indices + offsets[i + r])) return false;
    return true;
}

}  // namespace

template <class T, class I>
bool has_blocks(const CsrView<T, I>& A, std::int64_t B) {
    if (A.rows() % B != 0 || A.cols() % B != 0 || A.nnz() % (B * B) != 0) return false;
    for (std::int64_t i = 0; i < A.rows(); i += B)
        if (!is_block_row(A, i, B)) return false;
    return true;
}

namespace {

template <class T, class V>
class BlockLayout final : public TunedLayout<T> {
  public:
    template <class I>
    BlockLayout(const CsrView<T, I>& A, std::int64_t B)
        : B_(B),
          offsets_(A.rows() / B + 1),
          columns_(A.nnz() / (B * B), uninitialized),
          values_(A.nnz() + max_block_size) {
        const I* from = A.row_offsets().data();
        const I* indices = A.col_indices().data();
        const T* values = A.values().data();
        for_each_row(A.rows() / B, A.nnz(), [&](std::int64_t i) {
            const auto begin = static_cast<std::int64_t>(from[i * B]);
            const std::int64_t length = static_cast<std::int64_t>(from[i * B + 1]) - begin;
            const std::int64_t first = begin / (B * B);
            offsets_[i + 1] = first + length / B;
            for (std::int64_t k = 0; k < length; k += B)
                columns_[first + k / B] = static_cast<std::int32_t>(static_cast<std::int64_t>(indices[begin + k]) / B);
            for (std::int64_t e = 0; e < length; ++e)
                for (std::int64_t r = 0; r < B; ++r)
                    values_[begin + e * B + r] = static_cast<V>(values[begin + r * length + e]);
        });
    }

    void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const override {
        const Update<T> update(alpha, beta);
        const auto sums = kernels<BlockKernels<T, V>>().sums[B_];
        for_each_part(threads, [&](int part) {
            put_rows(first_block_row(part, threads) * B_, first_block_row(part + 1, threads) * B_, y, y_stride, update,
                     [&](std::int64_t begin, std::int64_t end, T* target) {
                         sums(offsets_.data(), columns_.data(), values_.data(), x, begin / B_, end / B_, target);
                     });
        });
    }

    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return values_.size() * static_cast<std::int64_t>(sizeof(V)) + columns_.size() * 4 + offsets_.size() * 8;
    }
    [[nodiscard]] std::string description() const override {
        return "dense blocks of " + std::to_string(B_) + "×" + std::to_string(B_) + stored_in_words<T, V>();
    }

  private:
    std::int64_t first_block_row(int part, int parts) const noexcept {
        const std::int64_t block_rows = offsets_.size() - 1;
        if (part == 0 || part == parts) return part == 0 ? 0 : block_rows;
        const auto target = even_cut(offsets_[block_rows], part, parts);
        return std::min<std::int64_t>(std::lower_bound(offsets_.begin(), offsets_.end(), target) - offsets_.begin(),
                                      block_rows);
    }

    std::int64_t B_;
    Array<std::int64_t> offsets_;
    Array<std::int32_t> columns_;
    Array<V> values_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<TunedLayout<T>> block_layout(CsrView<T, I> A, bool in_float) {
    // Rows that are cut inside for the plain product would have other sums here.
    const I* offsets = A.row_offsets().data();
    for (std::int64_t i = 0; i < A.rows(); ++i)
        if (static_cast<std::int64_t>(offsets[i + 1] - offsets[i]) >= long_row) return nullptr;
    std::int64_t B = max_block_size;
    for (; B >= 2; --B)
        if (A.cols() / B <= std::numeric_limits<std::int32_t>::max() && has_blocks(A, B)) break;
    if (B < 2) return nullptr;
    if (in_float) return std::make_unique<BlockLayout<T, InFloat<T>>>(A, B);
    return std::make_unique<BlockLayout<T, T>>(A, B);
}

#define TAMIS_INSTANTIATE(T, I)                                   \
    template bool has_blocks(const CsrView<T, I>&, std::int64_t); \
    template std::unique_ptr<TunedLayout<T>> block_layout(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
