#include "iterative/eigen/pseudo_inverse.hpp"

#include <memory>
#include <utility>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

template <class T, class F>
PseudoInverse<T> solves_of(std::shared_ptr<const F> f, bool adjoint, std::int64_t rank, const char* how) {
    const auto solve = [f](bool with_adjoint, const T* B, T* X, std::int64_t m) {
        const std::int64_t in = with_adjoint ? f->cols() : f->rows(), out = with_adjoint ? f->rows() : f->cols();
        const MatrixView<const T> b(B, in, m);
        const MatrixView<T> x(X, out, m);
        if (with_adjoint) f->solve_adjoint_into(b, x);
        else f->solve_into(b, x);
    };
    PseudoInverse<T> inverse;
    inverse.rank = rank;
    inverse.how = how;
    inverse.forward = [=](const T* B, T* X, std::int64_t m) { solve(adjoint, B, X, m); };
    inverse.adjoint = [=](const T* B, T* X, std::int64_t m) { solve(!adjoint, B, X, m); };
    return inverse;
}

template <class T, class I>
PseudoInverse<T> stored_pseudo_inverse(CsrView<T, I> A, bool adjoint, std::stop_token stop) {
    FactorOptions options;
    options.stop = std::move(stop);
    if (A.rows() == A.cols()) try {
            auto lu = std::make_shared<const SparseLu<T, I>>(A, options);
            // A nearly singular one goes to the factorization that tells the rank.
            if (static_cast<double>(lu->rcond()) > 1e3 * static_cast<double>(epsilon_v<T>))
                return solves_of<T>(std::move(lu), adjoint, A.rows(), "inverse by SparseLu");
        } catch (const SingularMatrix&) {
        }
    auto qr = std::make_shared<const SparseQr<T, I>>(A, options);
    const std::int64_t rank = qr->rank();
    return solves_of<T>(std::move(qr), adjoint, rank, "pseudoinverse by SparseQr");
}

}  // namespace

template <class T>
PseudoInverse<T> pseudo_inverse(const EigenOperand<T>& A, bool adjoint, std::stop_token stop) {
    return std::visit(
        [&](const auto& stored) -> PseudoInverse<T> {
            if constexpr (SparseMatrix<std::remove_cvref_t<decltype(stored)>>)
                return stored_pseudo_inverse(stored, adjoint, std::move(stop));
            else throw InvalidArgument("pseudo_inverse: only stored sparse matrices are factored");
        },
        A.stored());
}

#define TAMIS_INSTANTIATE(T) template PseudoInverse<T> pseudo_inverse<T>(const EigenOperand<T>&, bool, std::stop_token);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
