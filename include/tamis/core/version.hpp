// Version and configuration of the library that is linked.
#pragma once

#include <string>

namespace tamis {

/// "major.minor.patch".
[[nodiscard]] std::string version();

/// One "name: value" a line: version, compiler, OpenMP, the instruction set of the kernels, GPL parts, and the versions of
/// the libraries underneath.
[[nodiscard]] std::string build_info();

}  // namespace tamis
