// svds: a few singular values and vectors of a large sparse matrix or operator.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/eigen/result.hpp>

namespace tamis {

/// The name that callers write: `svds(A, 6, {.which = Which::smallest_magnitude})`.
template <class T>
struct SvdsOptions {
    Which which = Which::largest_magnitude;  ///< or smallest_magnitude
    /// max(‖A v − s u‖, ‖Aᴴ u − s v‖) ≤ tolerance ‖A‖₂; less than 10 ε asks for 10 ε.
    double tolerance = default_eigen_tolerance<T>;
    std::int64_t max_iterations = 0;              ///< block steps, of AᴴA restarts; 0: automatic
    std::int64_t subspace = 0;                    ///< most basis vectors on either side; 0: automatic
    bool vectors = true;                          ///< false: `.u` is m×0 and `.vt` 0×n
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    EigenCallback callback{};
    std::stop_token stop{};
    std::int64_t block_size = 0;  ///< vectors multiplied at once; 0: automatic
    std::uint64_t seed = 0;       ///< of the random vectors
};

/// A ≈ u diag(singular_values) vt, and how it was found. Not to converge is a result and no exception: the triplets are then
/// the best that there were, and `require()` makes an exception of it.
template <class T>
struct [[nodiscard]] SvdResult {
    Matrix<T> u;                         ///< m×k, orthonormal columns
    Vector<Real<T>> singular_values;     ///< descending, whatever `which` is
    Matrix<T> vt;                        ///< k×n: Vᴴ, orthonormal rows
    std::vector<double> residual_norms;  ///< max(‖A v − s u‖₂, ‖Aᴴ u − s v‖₂) by fresh products
    Status status = Status::converged;
    std::int64_t iterations = 0;          ///< block steps
    std::int64_t matvecs = 0;             ///< products of A, Aᴴ or their inverses with one column
    std::int64_t converged_triplets = 0;  ///< with residual_norms ≤ tolerance · scale
    double scale = 0;                     ///< what residuals are measured against: an estimate of ‖A‖₂ from below
    double seconds = 0;
    std::string message;  ///< a sentence: the method, and the numbers behind the status

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message.
    const SvdResult& require() const& {
        check();
        return *this;
    }
    SvdResult require() && {
        check();
        return std::move(*this);
    }

  private:
    void check() const { detail::require_all(residual_norms, status, message, iterations); }
};

namespace detail {
/// Singular values (k), left vectors (m×k) and the adjoint of the right ones (k×n), or without columns and rows where they
/// are not wanted.
template <class T>
EigenReport svds(const EigenOperand<T>& A, std::int64_t k, const SvdsOptions<T>& options, VectorView<Real<T>> values,
                 MatrixView<T> u, MatrixView<T> vt);
/// Throws InvalidArgument unless 0 ≤ k ≤ min(rows, cols).
void check_triplets_wanted(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t k);

template <class T>
SvdResult<T> with_triplets(Matrix<T>&& u, Vector<Real<T>>&& values, Matrix<T>&& vt, EigenReport&& r) {
    SvdResult<T> result;
    result.u = std::move(u);
    result.singular_values = std::move(values);
    result.vt = std::move(vt);
    result.residual_norms = std::move(r.residual_norms);
    result.status = r.status;
    result.iterations = r.iterations;
    result.matvecs = r.matvecs;
    result.converged_triplets = r.converged_pairs;
    result.scale = r.scale;
    result.seconds = r.seconds;
    result.message = std::move(r.message);
    return result;
}
}  // namespace detail

/// The k largest (or smallest) singular values of A, m×n of any shape, 0 ≤ k ≤ min(m, n), with their vectors.
///
/// The largest ones by block Lanczos with thick restarts on AᴴA (A Aᴴ, where that is smaller), and a Rayleigh–Ritz step with
/// A on what it found, where double precision and the tolerance leave all k of them their digits: above 100 ε/tolerance of
/// the largest (L. Wu, E. Romero, A. Stathopoulos, SIAM J. Sci. Comput. 39 (2017)). Otherwise by block Golub–Kahan–Lanczos
/// bidiagonalization with thick restarts (J. Baglama, L. Reichel, SIAM J. Sci. Comput. 27 (2005); V. Hernández, J. E. Román,
/// A. Tomás, ETNA 31 (2008)) on A itself, with reorthogonalization of both bases, so that small singular values are right to
/// ε ‖A‖. Directions that are exhausted are replaced by random ones, which finds multiple and zero singular values; before
/// convergence is claimed where values lie together, fresh random vectors, orthogonal to what was found, are iterated with
/// to see whether a copy was missed.
/// The smallest ones of a stored matrix likewise, but with A⁻¹ by SparseLu (square) or A⁺ by SparseQr, after zero ones, as
/// many as the rank says, have been split off; those of an operator (and of a stored matrix in a build without SparseQr)
/// by the bidiagonalization of A, which may take very long. Where k or `.subspace` reaches min(m, n), and for small
/// matrices, by a dense decomposition (LAPACK's gesdd), which makes a dense copy.
///
/// A is anything that converts to EigenOperand; an operator needs an adjoint (Unsupported). InvalidArgument for k out of
/// range, another `which`, a tolerance that is negative or NaN, and for stored entries that are not finite; an operator
/// whose products are not finite ends with Status::not_finite. Storage: (subspace + block) (m + n) numbers, by default
/// subspace = max(2 k + 24, 32); through AᴴA (k + 60) min(m, n), and a copy of A where n > m.
template <OperatorArgument A>
[[nodiscard]] SvdResult<operator_scalar_t<A>> svds(const A& a, std::int64_t k,
                                                   const SvdsOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    detail::check_triplets_wanted("svds", operand.rows(), operand.cols(), k);
    const std::int64_t vectors = options.vectors ? k : 0;
    Vector<Real<T>> values(k);
    Matrix<T> u(operand.rows(), vectors);
    Matrix<T> vt(vectors, operand.cols());
    EigenReport report =
        detail::svds<T>(operand, k, options, VectorView<Real<T>>(values), MatrixView<T>(u), MatrixView<T>(vt));
    return detail::with_triplets<T>(std::move(u), std::move(values), std::move(vt), std::move(report));
}

}  // namespace tamis
