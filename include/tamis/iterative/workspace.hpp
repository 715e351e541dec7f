// The memory of iterative methods, to be kept from one solve to the next.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// What sums over vectors of T are taken in, and the coefficients of recurrences: double, or complex<double>.
template <class T>
using Sum = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// Vectors of one length, one after another.
template <class T>
struct VectorBlock {
    T* data = nullptr;
    std::int64_t stride = 0;
    [[nodiscard]] T* operator[](std::int64_t k) const noexcept { return data + k * stride; }
};

/// Vectors that begin at cache lines, one after another, and numbers in the precision of sums. Methods
/// take what they need in the order of their choice.
template <class T>
class WorkspaceMemory {
  public:
    /// Room for `count` vectors of n numbers, and for `scalars` numbers of Sum<T>.
    /// InvalidArgument, in the name of the workspace `name`, for negative sizes.
    WorkspaceMemory(const char* name, std::int64_t n, std::int64_t count, std::int64_t scalars = 0);
    /// The same with vectors of two lengths.
    WorkspaceMemory(const char* name, std::int64_t n, std::int64_t count, std::int64_t other_n, std::int64_t other_count,
                    std::int64_t scalars);

    [[nodiscard]] std::int64_t bytes() const noexcept {
        return vectors_.size() * static_cast<std::int64_t>(sizeof(T)) +
               scalars_.size() * static_cast<std::int64_t>(sizeof(Sum<T>));
    }
    /// Takes back all that was taken.
    void open() noexcept { vectors_taken_ = scalars_taken_ = 0; }
    /// The next n numbers; InvalidArgument if there is no room for them.
    [[nodiscard]] T* vector(std::int64_t n);
    /// The next `count` vectors of n numbers.
    [[nodiscard]] VectorBlock<T> block(std::int64_t n, std::int64_t count);
    [[nodiscard]] Sum<T>* scalars(std::int64_t n);

  private:
    Array<T> vectors_;
    Array<Sum<T>> scalars_;
    std::int64_t vectors_taken_ = 0;
    std::int64_t scalars_taken_ = 0;
};

}  // namespace tamis::detail
