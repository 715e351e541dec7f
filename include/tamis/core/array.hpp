// Array<T>: a plain owning buffer, aligned to a cache line, that does not clear what is about to be overwritten.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace tamis {

/// Tag: allocate without writing (every element must be assigned before it is read).
struct Uninitialized {
    explicit Uninitialized() = default;
};
inline constexpr Uninitialized uninitialized{};

namespace detail {
/// Memory for an Array: where its elements begin, and what has to be given back.
struct Block {
    void* data = nullptr;
    void* owned = nullptr;
};
/// `bytes` bytes that begin at a cache line; std::bad_alloc if there are none. Large blocks lie in huge pages where the
/// system has them (Linux): the first touch of small ones can cost more than the work on the data.
[[nodiscard]] Block allocate_block(std::size_t bytes);
void free_block(void* owned) noexcept;

template <class T>
inline constexpr bool is_complex_element = false;
template <class R>
inline constexpr bool is_complex_element<std::complex<R>> = true;

/// Elements behind the last one of n that may be read, not used. OpenBLAS reads, where it multiplies a complex matrix by a
/// vector (gemv, at least up to 0.3.21), the vector's next element too; where the vector is row i of a matrix of n elements,
/// that lies i + 1 elements behind its end, and LAPACK does so for rows i < min(rows, columns) <= sqrt(n).
template <class T>
[[nodiscard]] std::size_t readable_behind(std::size_t n) noexcept {
    return is_complex_element<T> ? static_cast<std::size_t>(std::sqrt(static_cast<double>(n))) + 1 : 0;
}
}  // namespace detail

/// An owning, fixed-size buffer of trivially copyable elements. It crosses the compiled boundary of the library, which
/// std::vector could too, but it can also be allocated without being cleared, and it can adopt a std::vector.
template <class T>
class Array {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    using value_type = T;

    Array() noexcept = default;
    /// n elements, all zero (T{}).
    explicit Array(std::int64_t n) : Array(n, uninitialized) { std::fill_n(data_, size_, T{}); }
    /// n elements with unspecified contents.
    Array(std::int64_t n, Uninitialized) {
        if (n <= 0) return;
        const auto size = static_cast<std::size_t>(n);
        if (size > std::numeric_limits<std::size_t>::max() / sizeof(T) / 2) throw std::bad_array_new_length();
        const detail::Block block = detail::allocate_block((size + detail::readable_behind<T>(size)) * sizeof(T));
        data_ = static_cast<T*>(block.data);
        size_ = size;
        owned_ = block.owned;
    }
    /// Copies the elements.
    explicit Array(std::span<const T> source) : Array(static_cast<std::int64_t>(source.size()), uninitialized) {
        std::copy(source.begin(), source.end(), data_);
    }
    /// Takes over the vector's memory without a copy.
    explicit Array(std::vector<T>&& source) noexcept
        : adopted_(std::move(source)),
          data_(adopted_.data()),
          size_(adopted_.size()) {}

    Array(const Array& other) : Array(std::span<const T>(other.data_, other.size_)) {}
    Array(Array&& other) noexcept { swap(other); }
    Array& operator=(const Array& other) {
        if (this != &other) {
            Array copy(other);
            swap(copy);
        }
        return *this;
    }
    Array& operator=(Array&& other) noexcept {
        Array taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Array() {
        if (owned_ != nullptr) detail::free_block(owned_);
    }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(size_); }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] T& operator[](std::int64_t i) noexcept { return data_[i]; }
    [[nodiscard]] const T& operator[](std::int64_t i) const noexcept { return data_[i]; }
    [[nodiscard]] T* begin() noexcept { return data_; }
    [[nodiscard]] T* end() noexcept { return data_ + size_; }
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + size_; }
    [[nodiscard]] std::span<T> span() noexcept { return {data_, size_}; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {data_, size_}; }

    /// Forgets the elements from n on; the memory stays. n must not exceed size().
    void shrink(std::int64_t n) noexcept { size_ = static_cast<std::size_t>(n); }

    void swap(Array& other) noexcept {
        // A moved std::vector keeps its buffer, so data_ stays right on both sides.
        std::swap(adopted_, other.adopted_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(owned_, other.owned_);
    }

  private:
    std::vector<T> adopted_;
    T* data_ = nullptr;
    std::size_t size_ = 0;
    void* owned_ = nullptr;
};

}  // namespace tamis
