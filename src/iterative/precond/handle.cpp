#include <tamis/iterative/precond/handle.hpp>

#include <string>

#include "instantiate.hpp"
#include "iterative/precond/state.hpp"

namespace tamis::detail {

template <class T>
std::int64_t preconditioner_rows(const PreconditionerState<T>* state) noexcept {
    return state != nullptr ? state->rows() : 0;
}

template <class T>
std::int64_t preconditioner_nonzeros(const PreconditionerState<T>* state) noexcept {
    return state != nullptr ? state->nonzeros() : 0;
}

template <class T>
std::int64_t preconditioner_bytes(const PreconditionerState<T>* state) noexcept {
    return state != nullptr ? state->bytes() : 0;
}

template <class T>
const T* preconditioner_scaling(const PreconditionerState<T>* state) noexcept {
    return state != nullptr ? state->scaling() : nullptr;
}

template <class T>
void apply_preconditioner(const PreconditionerState<T>* state, bool adjoint, MatrixView<const T> X, MatrixView<T> Y) {
    if (state == nullptr) throw InvalidArgument("apply: the preconditioner was moved from");
    const auto check = [&](const char* what, std::int64_t expected, std::int64_t got) {
        if (expected != got)
            throw DimensionMismatch(std::string(state->name()) + (adjoint ? "::apply_adjoint: " : "::apply: ") + what + " " +
                                        std::to_string(expected) + ", but has " + std::to_string(got),
                                    expected, got);
    };
    check("the number of rows of x must be", state->rows(), X.rows());
    check("the number of rows of y must be", state->rows(), Y.rows());
    check("y must have as many columns as x,", X.cols(), Y.cols());
    if (X.rows() == 0 || X.cols() == 0) return;
    state->apply(adjoint, X, Y);
}

#define TAMIS_INSTANTIATE(T)                                                               \
    template std::int64_t preconditioner_rows(const PreconditionerState<T>*) noexcept;     \
    template std::int64_t preconditioner_nonzeros(const PreconditionerState<T>*) noexcept; \
    template std::int64_t preconditioner_bytes(const PreconditionerState<T>*) noexcept;    \
    template const T* preconditioner_scaling(const PreconditionerState<T>*) noexcept;      \
    template void apply_preconditioner(const PreconditionerState<T>*, bool, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
