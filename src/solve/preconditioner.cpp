#include "solve/preconditioner.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include <tamis/iterative/amg/amg.hpp>
#include <tamis/iterative/precond/block_jacobi.hpp>
#include <tamis/iterative/precond/chebyshev.hpp>
#include <tamis/iterative/precond/fsai.hpp>
#include <tamis/iterative/precond/ic0.hpp>
#include <tamis/iterative/precond/ict.hpp>
#include <tamis/iterative/precond/ilu0.hpp>
#include <tamis/iterative/precond/ilut.hpp>
#include <tamis/iterative/precond/jacobi.hpp>
#include <tamis/iterative/precond/schwarz.hpp>
#include <tamis/iterative/precond/ssor.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

template <class P>
auto held(P preconditioner) {
    using T = typename P::scalar_type;
    const std::int64_t nonzeros = preconditioner.nonzeros();
    const std::int64_t bytes = preconditioner.bytes();
    return Preconditioner<T>{Operator<T>(std::move(preconditioner)), nonzeros, bytes};
}

}  // namespace

template <class T, class I>
int node_size(CsrView<T, I> A) {
    const auto is_full = [&](int size) {
        if (A.rows() % size != 0) return false;
        for (std::int64_t i = 0; i < A.rows(); i += size) {
            const auto of_row = [&](std::int64_t k) {
                const auto begin = static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(k)]);
                const auto end = static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(k) + 1]);
                return A.col_indices().subspan(begin, end - begin);
            };
            const auto first = of_row(i);
            if (std::ssize(first) % size != 0) return false;
            for (std::size_t k = 0; k < first.size(); k += static_cast<std::size_t>(size))
                if (first[k] % size != 0 || first[k + static_cast<std::size_t>(size) - 1] - first[k] != size - 1)
                    return false;
            for (int k = 1; k < size; ++k)
                if (!std::ranges::equal(first, of_row(i + k))) return false;
        }
        return true;
    };
    for (const int size : {6, 3, 2})
        if (is_full(size)) return size;
    return 1;
}

template <class T, class I>
Preconditioner<T> build_preconditioner(PreconditionerKind kind, CsrView<T, I> A, int block_size) {
    switch (kind) {
        case PreconditionerKind::jacobi: return held(Jacobi(A));
        case PreconditionerKind::block_jacobi: return held(BlockJacobi(A));
        case PreconditionerKind::ssor: return held(Ssor(A));
        case PreconditionerKind::ilu0: return held(Ilu0(A));
        case PreconditionerKind::ilut: return held(Ilut(A));
        case PreconditionerKind::ic0: return held(Ic0(A));
        case PreconditionerKind::ict: return held(Ict(A));
        case PreconditionerKind::chebyshev: return held(Chebyshev(A));
        case PreconditionerKind::fsai: return held(Fsai(A));
        case PreconditionerKind::schwarz: return held(Schwarz(A));
        case PreconditionerKind::amg: {
            AmgOptions<T> options;
            options.block_size = block_size;
            return held(Amg(A, options));
        }
        default: return {};
    }
}

#define TAMIS_INSTANTIATE(T, I)            \
    template int node_size(CsrView<T, I>); \
    template Preconditioner<T> build_preconditioner(PreconditionerKind, CsrView<T, I>, int);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
