// Schwarz: direct solves on overlapping subdomains.
#pragma once

#include <cstdint>
#include <memory>

#include <tamis/iterative/precond/handle.hpp>

namespace tamis {

struct SchwarzOptions {
    /// Layers of neighbours by which each subdomain is extended; at least 0.
    std::int64_t overlap = 1;
    /// Unknowns of a subdomain before that, at most; at least 1.
    std::int64_t subdomain_size = 2000;
    /// Each unknown takes the solution of the one subdomain that owns it, instead of the sum of all: fewer iterations for
    /// gmres and bicgstab, but M is not Hermitian then, so not for cg.
    bool restricted = false;
};

namespace detail {
template <class T>
struct WithSubdomains {
    std::shared_ptr<const PreconditionerState<T>> state;
    std::int64_t subdomains;
};
template <class T, class I>
WithSubdomains<T> make_schwarz(CsrView<T, I> major, bool row_major, const SchwarzOptions& options);
}  // namespace detail

/// M = Σ Rᵢᵀ Aᵢ⁻¹ Rᵢ, where Rᵢ takes the unknowns of an overlapping subdomain and Aᵢ = Rᵢ A Rᵢᵀ is factored by tamis's own
/// sparse Cholesky (A Hermitian, Aᵢ positive definite) or LU. Hermitian positive definite where A is, unless `.restricted`.
/// Subdomains are connected parts of the graph of A + Aᵀ, cut in halves along breadth-first layers again and again. They are
/// solved at the same time on all threads. The number of iterations grows with that of the subdomains, as there is no coarse
/// space: a few large ones make a half-direct method, for problems too hard for incomplete factorizations.
///
/// Set-up: a sparse factorization a subdomain, serial. An apply reads all factors. Storage: the factors (nonzeros()) as
/// numbers and indices; two vectors of the length of all subdomains together for each call at a time. apply_adjoint keeps a
/// second copy of LU factors from its first call on.
///
/// Throws DimensionMismatch for a rectangle, InvalidArgument for an entry that is not finite and options outside their
/// range, SingularMatrix (with the row) for a zero on the diagonal and for a singular subdomain.
///
/// B. Smith, P. Bjørstad, W. Gropp, Domain Decomposition, 1996, ch. 1; X.-C. Cai, M. Sarkis, A restricted additive Schwarz
/// preconditioner for general sparse linear systems, SIAM J. Sci. Comput. 21, 1999.
template <class T, class I = std::int32_t>
class Schwarz : public detail::PreconditionerHandle<T> {
    static_assert(Index<I>);

  public:
    template <detail::SparseMatrixOf<T, I> M>
    explicit Schwarz(const M& A, const SchwarzOptions& options = {})
        : Schwarz(detail::make_schwarz<T, I>(detail::major_view(A), M::is_row_major, options)) {}

    [[nodiscard]] std::int64_t subdomains() const noexcept { return subdomains_; }

  private:
    explicit Schwarz(detail::WithSubdomains<T>&& made)
        : detail::PreconditionerHandle<T>(std::move(made.state)),
          subdomains_(made.subdomains) {}

    std::int64_t subdomains_;
};

template <SparseMatrix M>
Schwarz(const M&, const SchwarzOptions& = {}) -> Schwarz<scalar_t<M>, index_t<M>>;

}  // namespace tamis
