// Private: how passes over vectors are shared out among threads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/parallel.hpp"

namespace tamis::detail::vec {

inline constexpr int most_chunks = 128;
inline constexpr std::int64_t smallest_chunk = 2048;

/// [0, n) in at most most_chunks chunks of equal length, whose bounds fall on cache lines and depend on n only.
class Chunks {
  public:
    explicit Chunks(std::int64_t n) noexcept : n_(n) {
        length_ = std::max((n + most_chunks - 1) / most_chunks, smallest_chunk);
        length_ = (length_ + 15) / 16 * 16;
        count_ = static_cast<int>((n + length_ - 1) / length_);
    }
    [[nodiscard]] int count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t begin(int k) const noexcept { return k * length_; }
    [[nodiscard]] std::int64_t end(int k) const noexcept { return std::min(n_, (k + 1) * length_); }

  private:
    std::int64_t n_;
    std::int64_t length_;
    int count_;
};

/// f(begin, end) over parts of [0, n).
template <class F>
void for_parts(std::int64_t n, const F& f) {
    const int threads = threads_for(n);
    if (threads <= 1) {
        f(std::int64_t{0}, n);
        return;
    }
    const Chunks chunks(n);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int k = 0; k < chunks.count(); ++k) f(chunks.begin(k), chunks.end(k));
}

template <std::size_t K>
using Sums = std::array<double, K>;

/// The sums that f(begin, end) gives for the chunks, added chunk by chunk in pairs.
template <std::size_t K, class F>
Sums<K> sum_parts(std::int64_t n, const F& f) {
    const Chunks chunks(n);
    std::array<Sums<K>, most_chunks> part;
    const int threads = threads_for(n);
    if (threads <= 1) {
        for (int k = 0; k < chunks.count(); ++k) part[static_cast<std::size_t>(k)] = f(chunks.begin(k), chunks.end(k));
    } else {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int k = 0; k < chunks.count(); ++k) part[static_cast<std::size_t>(k)] = f(chunks.begin(k), chunks.end(k));
    }
    auto count = static_cast<std::size_t>(chunks.count());
    if (count == 0) return {};
    for (; count > 1; count = (count + 1) / 2)
        for (std::size_t k = 0; k < count / 2; ++k)
            for (std::size_t s = 0; s < K; ++s) part[k][s] += part[count - 1 - k][s];
    return part[0];
}

}  // namespace tamis::detail::vec
