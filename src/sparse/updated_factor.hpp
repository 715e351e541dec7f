// Private: a Cholesky factor that follows A ± W·Wᴴ.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <tamis/sparse/csc.hpp>

#include "sparse/factor_storage.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

/// The columns of W in the factor's order: rows ascend, no zeros.
template <class E>
using UpdateColumns = std::vector<std::vector<std::pair<std::int64_t, E>>>;

/// L of A(p, p) = L·Lᴴ by columns that may grow. Each column is a piece of one pool; a new state of a column is written
/// behind what is there, and counts only once the whole update has succeeded. The pool is packed when more than half of it
/// is old.
template <class E>
class UpdatedFactor final : public CholeskyFactor<E> {
  public:
    using typename CholeskyFactor<E>::System;

    UpdatedFactor(Csc<E, std::int64_t>&& L, std::vector<std::int64_t> permutation, double flops);

    /// The factor of A + sign·W·Wᴴ, sign = ±1. PivotNotPositive where that is not definite, MemoryLimitExceeded where the
    /// grown factor needs more than `memory_limit` (0: what is available); after any exception the factor is as it was.
    void update(const char* what, const UpdateColumns<E>& W, double sign, std::int64_t memory_limit);

    void solve(System system, const E* b, E* x, std::int64_t k) const override;
    void multiply(const E* z, E* y, std::int64_t k) const override;
    [[nodiscard]] Csc<E, std::int64_t> matrix_l() const override;
    [[nodiscard]] Supernodes<E> supernodes() const override;
    [[nodiscard]] Array<double> diagonal() const override;
    [[nodiscard]] double logdet() const override;
    [[nodiscard]] FactorSize size() const override;
    [[nodiscard]] double norm_estimate() const override;

  private:
    struct Column {
        std::int64_t start;
        std::int64_t count;
    };
    // The columns that change, ascending, and their new pieces behind the pool.
    struct Path {
        std::vector<std::int64_t> columns;
        std::vector<Column> pieces;
    };

    Path grow(const char* what, const UpdateColumns<E>& W, std::int64_t memory_limit);
    void rotate(const Path& path, const UpdateColumns<E>& W, double sign);
    void commit(const Path& path) noexcept;
    void pack();
    [[nodiscard]] ColumnsOfL<E, std::int64_t> columns() const noexcept;

    std::int64_t n_;
    std::vector<std::int64_t> permutation_;
    double flops_;
    std::vector<std::int64_t> starts_;
    std::vector<std::int64_t> counts_;
    std::vector<std::int64_t> rows_;
    std::vector<E> values_;
    std::int64_t nonzeros_;
    std::vector<std::int64_t> place_;  // of a row on the path, -1 elsewhere; scratch of update
};

}  // namespace tamis::detail
