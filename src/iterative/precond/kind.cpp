#include <tamis/iterative/precond/kind.hpp>

#include <array>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 13> names{"automatic", "none", "jacobi",    "block_jacobi", "ssor",    "ilu0", "ilut",
                                                 "ic0",       "ict",  "chebyshev", "fsai",         "schwarz", "amg"};

}  // namespace

std::string_view to_string(PreconditionerKind kind) noexcept {
    const auto k = static_cast<std::size_t>(kind);
    return k < names.size() ? names[k] : "unknown";
}

PreconditionerKind preconditioner_from_string(std::string_view name) {
    if (name == "auto") return PreconditionerKind::automatic;
    for (std::size_t k = 0; k < names.size(); ++k)
        if (names[k] == name) return static_cast<PreconditionerKind>(k);
    std::string message = "preconditioner: '" + std::string(name) + "' is not one of";
    for (const std::string_view known : names) message.append(" ").append(known);
    throw InvalidArgument(message);
}

}  // namespace tamis
