// Private: how much memory the process may still take.
#pragma once

#include <cstdint>
#include <string>

namespace tamis::detail {

/// Bytes that the process can still take: the least of what the kernel calls available and what the control groups (v1 and
/// v2) of the process leave. The largest int64 where the system does not say.
std::int64_t available_memory() noexcept;

/// Throws MemoryLimitExceeded if `predicted` bytes are more than `limit` (0: available_memory()), and InvalidArgument for a
/// negative limit. `what` begins the message.
void require_memory(const char* what, double predicted, std::int64_t limit);

/// "1.5 GiB", "300 B".
std::string human_bytes(double bytes);

}  // namespace tamis::detail
