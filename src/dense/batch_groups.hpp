// Private: how a batch is shared out, and the memory of one group of matrices.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/dense/batch.hpp>

#include "core/parallel.hpp"

namespace tamis::detail {

/// Orders up to this one are computed side by side.
inline constexpr std::int64_t largest_in_lanes = 32;

/// f(part) for part = 0 … parts − 1, each on a thread of its own; the first exception comes out at the end.
template <class F>
void on_parts(int parts, const F& f) {
    if (parts <= 1) {
        f(0);
        return;
    }
    std::exception_ptr failure;
    std::mutex guard;
#ifdef _OPENMP
#pragma omp parallel for num_threads(parts) schedule(static, 1)
#endif
    for (int part = 0; part < parts; ++part) {
        try {
            f(part);
        } catch (...) {  // no exception may leave the region
            const std::lock_guard<std::mutex> lock(guard);
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

/// Where part `part` of `parts` begins.
inline std::int64_t part_begin(std::int64_t n, int part, int parts) {
    return n / parts * part + std::min<std::int64_t>(part, n % parts);
}

inline int batch_parts(std::int64_t pieces, double work) {
    const double bounded = std::min(work, 1e15);
    return static_cast<int>(
        std::clamp<std::int64_t>(threads_for(static_cast<std::int64_t>(bounded)), 1, std::max<std::int64_t>(pieces, 1)));
}

/// status[k] = item(k) for the items listed, each computed on its own. Fewer items than threads leave the threads to LAPACK.
template <class Item>
void run_items(const std::vector<std::int64_t>& items, double flops_an_item, BatchStatus* status, const Item& item) {
    const auto count = static_cast<std::int64_t>(items.size());
    const int parts = count < threads() ? 1 : batch_parts(count, flops_an_item * static_cast<double>(count));
    on_parts(parts, [&](int part) {
        for (std::int64_t i = part_begin(count, part, parts); i < part_begin(count, part + 1, parts); ++i) {
            const std::int64_t k = items[static_cast<std::size_t>(i)];
            status[k] = item(k);
        }
    });
}

/// Room for a group: `numbers` real numbers (and as many integers of `pivots`), once a thread.
template <class R>
struct GroupMemory {
    R* numbers;
    std::int32_t* pivots;
    R* doubt;
};

/// group(first, some, memory) for each group of `width` items, then item(k) for those that it left in doubt.
template <class R, class Group, class Item>
void run_groups(std::int64_t count, int width, std::int64_t numbers, std::int64_t pivots, double flops_an_item,
                BatchStatus* status, const Group& group, const Item& item) {
    const std::int64_t groups = (count + width - 1) / width;
    const int parts = batch_parts(groups, flops_an_item * static_cast<double>(count));
    constexpr std::int64_t line = 64;  // bytes of a cache line, so that threads do not share one
    const std::int64_t stride = (numbers + width + line) / line * line;
    Array<R> memory(stride * parts + line, uninitialized);
    const auto misplaced = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(memory.data()) % line);
    R* const aligned = memory.data() + (line - misplaced) % line / static_cast<std::int64_t>(sizeof(R));
    Array<std::int32_t> exchanges((pivots + line) * parts, uninitialized);
    std::vector<std::vector<std::int64_t>> doubtful(static_cast<std::size_t>(parts));
    on_parts(parts, [&](int part) {
        R* const own = aligned + stride * part;
        const GroupMemory<R> room{own + width, exchanges.data() + (pivots + line) * part, own};
        for (std::int64_t g = part_begin(groups, part, parts); g < part_begin(groups, part + 1, parts); ++g) {
            const std::int64_t first = g * width;
            const auto some = static_cast<int>(std::min<std::int64_t>(width, count - first));
            group(first, some, room);
            for (int l = 0; l < some; ++l) {
                status[first + l] = BatchStatus::ok;
                if (!(room.doubt[l] == 0)) doubtful[static_cast<std::size_t>(part)].push_back(first + l);
            }
        }
    });
    std::vector<std::int64_t> left;
    for (const auto& list : doubtful) left.insert(left.end(), list.begin(), list.end());
    if (!left.empty()) run_items(left, flops_an_item, status, item);
}

inline std::vector<std::int64_t> all_items(std::int64_t count) {
    std::vector<std::int64_t> items(static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; ++k) items[static_cast<std::size_t>(k)] = k;
    return items;
}

template <class T>
bool finite_numbers(const T* data, std::int64_t n) {
    T sum{};
    for (std::int64_t i = 0; i < n; ++i) sum += data[i] - data[i];
    return sum == T{};
}
template <class T>
bool lower_triangle_finite(const T* A, std::int64_t n) {
    bool finite = true;
    for (std::int64_t j = 0; j < n; ++j) finite = finite && finite_numbers(A + j * n + j, n - j);
    return finite;
}

/// What a failed item has for a result.
template <class T>
void fill_nan(T* data, std::int64_t n) {
    std::fill_n(data, n, T(std::numeric_limits<Real<T>>::quiet_NaN()));
}

}  // namespace tamis::detail
