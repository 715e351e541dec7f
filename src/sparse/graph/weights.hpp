// Private: what graph algorithms ask of an adjacency matrix, each with its sentence.
#pragma once

#include <cstdint>
#include <span>

#include <tamis/core/array.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail {

/// DimensionMismatch for a rectangle.
void check_graph(const char* name, std::int64_t rows, std::int64_t cols);
/// InvalidArgument unless 0 ≤ vertex < n; `role` says what it was to be.
void check_vertex(const char* name, const char* role, std::int64_t vertex, std::int64_t n);

/// What weights may be. None may be infinite or NaN.
enum class Weights {
    any,         ///< complex ones too
    real,        ///< of either sign
    nonnegative  ///< real, and not below zero
};

/// InvalidArgument with the position of the first edge whose weight is not of that kind. Entries on the diagonal are held
/// against being finite only. On all threads.
template <class T, class I>
void check_weights(const char* name, CsrView<T, I> A, Weights allowed);

/// InvalidArgument with a position unless A is Hermitian up to rounding.
template <class T, class I>
void check_undirected(const char* name, CsrView<T, I> A);

/// The real parts of the values: A's own where they are real, otherwise copied.
template <class T>
class RealValues {
  public:
    explicit RealValues(std::span<const T> values) {
        if constexpr (is_complex_v<T>) {
            copy_ = Array<Real<T>>(std::ssize(values), uninitialized);
            for (std::int64_t k = 0; k < copy_.size(); ++k) copy_[k] = values[static_cast<std::size_t>(k)].real();
            data_ = copy_.data();
        } else {
            data_ = values.data();
        }
    }
    RealValues(const RealValues&) = delete;
    RealValues& operator=(const RealValues&) = delete;
    [[nodiscard]] const Real<T>* data() const noexcept { return data_; }

  private:
    const Real<T>* data_ = nullptr;
    Array<Real<T>> copy_;
};

}  // namespace tamis::detail
