// Private: includes the file TAMIS_KERNEL_SOURCE once a target. No #pragma once: each family's .cpp includes it once.
// What the rules for such a source are and why stands in dispatch.hpp.

#include <complex>
#include <cstdint>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <tamis/core/scalar.hpp>

#include "core/isa.hpp"

#define TAMIS_INLINE [[gnu::always_inline]] inline

// Asks for a cache line that will be read once, `bytes` ahead of p. It may lie behind the end of the array: no access, no
// fault.
#define TAMIS_PREFETCH(p, bytes) \
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(p) + (bytes)))

#define TAMIS_KERNEL_LEVEL 1
namespace tamis::detail::on_plain {
#include "core/kernels/numbers.inl"
#include TAMIS_KERNEL_SOURCE
}  // namespace tamis::detail::on_plain
#undef TAMIS_KERNEL_LEVEL

#ifdef __x86_64__

// UndefinedBehaviorSanitizer sees the source as it is compiled for the plain target; its checks of the others take minutes.
#define TAMIS_KERNEL_LEVEL 3
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2,lzcnt,popcnt")
#endif
namespace tamis::detail::on_v3 {
#include "core/kernels/numbers.inl"
#include TAMIS_KERNEL_SOURCE
}  // namespace tamis::detail::on_v3
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TAMIS_KERNEL_LEVEL

#define TAMIS_KERNEL_LEVEL 4
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("undefined"))), apply_to = function)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl")
#endif
namespace tamis::detail::on_v4 {
#include "core/kernels/numbers.inl"
#include TAMIS_KERNEL_SOURCE
}  // namespace tamis::detail::on_v4
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef TAMIS_KERNEL_LEVEL

#define TAMIS_KERNEL_TABLE(...) \
    { on_plain::__VA_ARGS__, on_v3::__VA_ARGS__, on_v4::__VA_ARGS__ }

#else

#define TAMIS_KERNEL_TABLE(...) \
    { on_plain::__VA_ARGS__, on_plain::__VA_ARGS__, on_plain::__VA_ARGS__ }

#endif
