// Private: what the layouts of a TunedMatrix have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// A matrix laid out for products. Each row's sum has the order of the plain product, hence its bits, unless said otherwise.
template <class T>
class TunedLayout {
  public:
    virtual ~TunedLayout() = default;
    /// y ← alpha A x + beta y for contiguous x and y with a stride, on this many threads at most. No allocation.
    virtual void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const = 0;
    /// The same for blocks of any strides, at once; false, and nothing done, where columns are better taken one by one.
    virtual bool apply_block(MatrixView<const T>, MatrixView<T>, T, T, int) const { return false; }
    /// Bytes of the arrays that a product reads.
    [[nodiscard]] virtual std::int64_t bytes() const noexcept = 0;
    [[nodiscard]] virtual std::string description() const = 0;
};

// in_float: values are stored as float and widened, for sums in T; nothing else where T is float already.

/// The plain layout: a copy of A.
template <class T, class I>
std::unique_ptr<TunedLayout<T>> rows_layout(CsrView<T, I> A);

/// Runs of rows whose patterns agree relative to the diagonal; null where they hold less than nine tenths of the entries.
template <class T, class I>
std::unique_ptr<TunedLayout<T>> run_layout(CsrView<T, I> A, bool in_float = false);

/// Dense B×B blocks; null unless all entries lie in such, for one B from max_block_size down to 2.
template <class T, class I>
std::unique_ptr<TunedLayout<T>> block_layout(CsrView<T, I> A, bool in_float = false);

/// Whether all entries lie in full, aligned B×B blocks.
template <class T, class I>
bool has_blocks(const CsrView<T, I>& A, std::int64_t B);

/// Slices of eight rows of one length; null unless these hold half of the entries or values are stored as float.
template <class T, class I>
std::unique_ptr<TunedLayout<T>> slice_layout(CsrView<T, I> A, bool in_float = false);

/// One half of a Hermitian matrix, whose sums have an order of their own, the same for any number of threads; null where
/// too much of it reaches out of the parts that the rows are cut into.
template <class T, class I>
std::unique_ptr<TunedLayout<T>> half_layout(CsrView<T, I> A, bool in_float = false);

}  // namespace tamis::detail
