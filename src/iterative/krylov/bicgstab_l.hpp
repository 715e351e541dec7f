// Private: BiCGSTAB(ℓ), which bicgstab calls for .l > 1.
#pragma once

#include <cstdint>

#include "iterative/monitor.hpp"

namespace tamis::detail {

/// Numbers that it holds beside its vectors.
constexpr std::int64_t bicgstab_l_scalars(std::int64_t l) noexcept {
    return (l + 1) * (l + 1) + 4 * (l + 1);
}

template <class T>
IterationReport bicgstab_l(Monitor<T>& monitor, std::int64_t n, WorkspaceMemory<T>& memory, std::int64_t l);

}  // namespace tamis::detail
