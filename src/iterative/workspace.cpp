#include <tamis/iterative/workspace.hpp>

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// n rounded up to whole cache lines.
template <class T>
std::int64_t padded(std::int64_t n) noexcept {
    constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
    return (n + line - 1) / line * line;
}

template <class T>
std::int64_t numbers(const char* name, std::int64_t n, std::int64_t count) {
    if (n < 0 || count < 0)
        throw InvalidArgument(std::string(name) + ": sizes must be at least 0, got " + std::to_string(std::min(n, count)));
    return padded<T>(n) * count;
}

}  // namespace

template <class T>
WorkspaceMemory<T>::WorkspaceMemory(const char* name, std::int64_t n, std::int64_t count, std::int64_t scalars)
    : WorkspaceMemory(name, n, count, 0, 0, scalars) {}

template <class T>
WorkspaceMemory<T>::WorkspaceMemory(const char* name, std::int64_t n, std::int64_t count, std::int64_t other_n,
                                    std::int64_t other_count, std::int64_t scalars)
    : vectors_(numbers<T>(name, n, count) + numbers<T>(name, other_n, other_count), uninitialized),
      scalars_(scalars, uninitialized) {}

template <class T>
T* WorkspaceMemory<T>::vector(std::int64_t n) {
    const std::int64_t begin = vectors_taken_;
    if (padded<T>(n) > vectors_.size() - begin)
        throw InvalidArgument("the workspace is too small for a system of " + std::to_string(n) + " unknowns");
    vectors_taken_ += padded<T>(n);
    return vectors_.data() + begin;
}

template <class T>
VectorBlock<T> WorkspaceMemory<T>::block(std::int64_t n, std::int64_t count) {
    const VectorBlock<T> all{vectors_.data() + vectors_taken_, padded<T>(n)};
    for (std::int64_t k = 0; k < count; ++k) (void)vector(n);
    return all;
}

template <class T>
Sum<T>* WorkspaceMemory<T>::scalars(std::int64_t n) {
    const std::int64_t begin = scalars_taken_;
    if (n > scalars_.size() - begin) throw InvalidArgument("the workspace is too small for the options of the method");
    scalars_taken_ += n;
    return scalars_.data() + begin;
}

#define TAMIS_INSTANTIATE(T) template class WorkspaceMemory<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
