// Private: the basis of the thick-restart Lanczos method, and the steps that extend and shrink it.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/polynomial_filter.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

/// V = [locked, processed, current block], M-orthonormal, with OP V_h = V_h T + F E_lastᴴ for the h processed columns V_h
/// (orthogonal to the locked ones). M is the matrix of the inner product in which OP is Hermitian: B; A for buckling.
///
/// T is computed as V_hᴴ M OP V_h, block by block, so that any vector may be put into the basis: random ones come in where a
/// block spans fewer directions than it has columns (invariant subspaces).
template <class T>
class ThickRestart {
  public:
    ThickRestart(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                 std::int64_t most_locked, std::int64_t subspace, std::int64_t block);

    /// Begins anew behind `locked` columns: with these vectors, and random ones up to b columns.
    void start(std::int64_t locked, MatrixView<const T> initial, std::int64_t b, std::uint64_t seed);
    /// ρ(A) in place of A for what begins anew from here on; null: A.
    void set_filter(PolynomialFilter* filter) noexcept {
        filter_ = filter;
        scale_ = 0;
    }
    /// One block step: T grows by the current block, which becomes processed. False where a product was not finite.
    [[nodiscard]] bool extend();
    /// Whether another block fits.
    [[nodiscard]] bool has_room() const noexcept { return b_ > 0 && h_ + 2 * b_ <= capacity_; }
    /// No direction is left outside V.
    [[nodiscard]] bool is_exhausted() const noexcept { return b_ == 0; }
    /// Eigenvalues and eigenvectors of T, ascending.
    void solve_projected();
    [[nodiscard]] std::int64_t size() const noexcept { return h_; }
    [[nodiscard]] std::int64_t block() const noexcept { return b_; }
    [[nodiscard]] const double* values() const noexcept { return theta_.data(); }
    /// ‖OP v − θ v‖ in the norm of M, for Ritz pair i.
    [[nodiscard]] double operator_residual(std::int64_t i) const { return residual_by(G_, i); }
    /// Makes residual() ready: b products with A and B for inverted operators.
    void prepare_residuals();
    /// ‖A v − λ B v‖₂ for Ritz pair i; with a filter a bound of it.
    [[nodiscard]] double residual(std::int64_t i) const;
    /// Keeps these Ritz vectors, in this order, and the current block.
    void restart(const std::int64_t* positions, std::int64_t count);
    /// Column j behind the locked ones; column j of all.
    [[nodiscard]] T* active(std::int64_t j) noexcept { return V_.data() + (locked_ + j) * n_; }
    [[nodiscard]] T* column(std::int64_t j) noexcept { return V_.data() + j * n_; }
    /// After restart: takes kept vector j out of the processed ones, into column `to` of the locked ones.
    void lock(std::int64_t j, std::int64_t to);
    /// After restart: takes kept vector j out of the processed ones, as one more locked column behind the others; kept
    /// vector 0 takes its place, and all move up by one. The caller sees to it that no more than `most_locked` are.
    void lock_next(std::int64_t j);
    /// OP X, for the M-products MX.
    void apply(const T* X, const T* MX, T* Y, std::int64_t m);
    void apply_inner(const T* X, T* Y, std::int64_t m);
    [[nodiscard]] bool has_inner() const noexcept { return static_cast<bool>(inner_); }
    [[nodiscard]] const OperatorRef<T>& inner() const noexcept { return inner_; }

  private:
    [[nodiscard]] double residual_by(const std::vector<T>& G, std::int64_t i) const;
    /// Orthogonalizes `count` columns at W to all columns before them and to each other; returns how many are left. The
    /// residual that a step leaves is F, and G its Gram matrix. A column of which no more than this norm is left is dropped:
    /// larger ones belong to the residual, and without them restarts would forget a part of it.
    std::int64_t settle(T* W, T* MW, std::int64_t count, double negligible, bool keep_residual);
    /// W − V VᴴM W for the first `before` columns V, and in R the Gram matrix of what is left; returns the most that was
    /// taken off a column against what is left of it, in squares.
    double project_out(T* W, T* MW, std::int64_t before, std::int64_t count);
    /// Random columns, orthonormalized, up to b at the position of the current block.
    void fill_up(std::int64_t b);
    [[nodiscard]] T& projected(std::int64_t i, std::int64_t j) { return T_[static_cast<std::size_t>(i + j * ld_)]; }

    const HermitianProblem<T>& problem_;
    const SpectralOperator<T>& op_;
    EigenMonitor<T>& monitor_;
    PolynomialFilter* filter_ = nullptr;
    OperatorRef<T> inner_;
    std::int64_t n_ = 0;
    std::int64_t capacity_ = 0;  ///< of columns behind the locked ones
    std::int64_t ld_ = 0;
    std::int64_t locked_ = 0;
    std::int64_t h_ = 0;      ///< processed
    std::int64_t b_ = 0;      ///< columns of the current block
    std::int64_t last_ = 0;   ///< columns of the block before it
    std::int64_t local_ = 0;  ///< T is zero in the current block's columns above this row
    std::uint64_t seed_ = 0;
    double scale_ = 0;  ///< of OP, from below
    Array<T> V_;
    Array<T> MW_;  ///< M times the current block, where there is an M
    Array<T> F_;   ///< of inverted operators
    Array<T> Y_;
    Array<T> Z_;
    std::vector<T> T_, S_, G_, GY_, C_, R_;
    std::vector<double> theta_;
    std::vector<Real<T>> theta_in_T_;
};

}  // namespace tamis::detail
