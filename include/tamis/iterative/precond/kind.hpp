// Preconditioners by name, for options of front doors and programs.
#pragma once

#include <string_view>

namespace tamis {

/// The preconditioner of an iterative method. `automatic` takes what suits the method, as `solve` says.
enum class PreconditionerKind {
    automatic,
    none,
    jacobi,
    block_jacobi,
    ssor,
    ilu0,
    ilut,
    ic0,
    ict,
    chebyshev,
    fsai,
    schwarz,
    amg
};

/// The enumerator's own name, e.g. "block_jacobi".
std::string_view to_string(PreconditionerKind kind) noexcept;
/// The kind of that name ("auto" is automatic); InvalidArgument, listing the names, for any other.
PreconditionerKind preconditioner_from_string(std::string_view name);

}  // namespace tamis
