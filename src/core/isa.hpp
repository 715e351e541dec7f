// Private: the instruction set that the kernels of this process use (src/core/kernels/dispatch.hpp).
#pragma once

#include <string>

namespace tamis::detail {

/// The targets that kernels are compiled for, each a superset of the one before: what every processor of the architecture
/// has; x86-64-v3 (AVX2, FMA, BMI2); x86-64-v4 (AVX-512 F, DQ, BW, VL).
enum class Isa { plain, v3, v4 };
inline constexpr int isa_count = 3;

/// Whether this processor (and system) runs it.
[[nodiscard]] bool isa_supported(Isa isa) noexcept;

/// The best one that is supported, or what the environment variable TAMIS_ISA = default, v3 or v4 says, read once. A name
/// that is unknown or not supported here is not obeyed, since the process would end at the first instruction: then the best
/// one is taken, and build_info() says so.
[[nodiscard]] Isa isa() noexcept;

/// "default", "v3", "v4": the names that TAMIS_ISA takes.
[[nodiscard]] const char* isa_name(Isa isa) noexcept;

/// The choice and its reason, for build_info().
[[nodiscard]] std::string isa_description();

}  // namespace tamis::detail
