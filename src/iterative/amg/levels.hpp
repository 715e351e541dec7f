// Private: the levels of multigrid and the cycles through them.
//
//     level 0      A₀ = A        smooth   ↘ R₀        P₀ ↗ smooth
//     level 1      A₁ = R₀A₀P₀   smooth     ↘ R₁   P₁ ↗    smooth
//     level 2      A₂ = R₁A₁P₁                 solve
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <tamis/iterative/amg/amg.hpp>

#include "iterative/amg/aggregate.hpp"
#include "iterative/amg/coarse_solver.hpp"
#include "iterative/amg/kept_aggregates.hpp"
#include "iterative/amg/smoother.hpp"
#include "iterative/amg/transfer.hpp"
#include "iterative/scratch_pool.hpp"

namespace tamis::detail {

/// Whether a level of `rows` unknowns with `nnz` entries is solved directly.
inline bool is_coarsest(const AmgParameters& parameters, std::int64_t rows, std::int64_t nnz) noexcept {
    if (parameters.coarse_size != 0) return rows <= parameters.coarse_size;
    return rows <= 1000 || (rows <= 4000 && nnz <= 65536);
}

template <class T, class I>
struct AmgLevel {
    Csr<T, I> A;
    Smoother<T, I> smoother;
    Transfer<T, I> transfer;  // to the next level and back
    KeptAggregates<I> kept;
    // While levels are built:
    Nodes<I> nodes;
    Aggregates<I> aggregates;  // or, in classical multigrid, C points
};

template <class T, class I>
class AmgLevels {
  public:
    /// candidates: n×m, by columns. With `earlier`, on its aggregates.
    AmgLevels(Csr<T, I> A, bool hermitian, Array<T> candidates, const AmgParameters& parameters, const AmgLevels* earlier);

    /// One x ← M b, in memory of its own.
    class Application {
      public:
        explicit Application(const AmgLevels& levels);
        [[nodiscard]] T* b() noexcept { return b_; }
        [[nodiscard]] T* x() noexcept { return b_ + levels_.rows(); }
        void run();

      private:
        const AmgLevels& levels_;
        typename ScratchPool<T>::Lease lease_;
        T* b_;
    };

    [[nodiscard]] std::int64_t rows() const noexcept { return levels_.front().A.rows(); }
    [[nodiscard]] const std::vector<AmgLevel<T, I>>& levels() const noexcept { return levels_; }
    /// Empty where they are the constants, one for each unknown of a node, and in classical multigrid.
    [[nodiscard]] const Array<T>& candidates() const noexcept { return candidates_; }
    [[nodiscard]] const AmgParameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] bool hermitian() const noexcept { return hermitian_; }
    [[nodiscard]] std::int64_t bytes() const noexcept;

  private:
    /// Those of a level that is not the last.
    [[nodiscard]] Aggregates<I> aggregates(std::size_t level) const {
        return levels_[level].kept.aggregates(levels_[level].transfer);
    }
    [[nodiscard]] Array<Real<T>> diagonal_noise() const;
    bool add_level(const Csr<T, I>& P, Nodes<I> nodes);
    struct Work;
    [[nodiscard]] std::int64_t work_size() const noexcept;
    void cycle(std::size_t level, const T* b, T* x, const Work& work) const;
    void twice(std::size_t level, const T* b, T* x, const Work& work) const;
    void krylov(std::size_t level, const T* b, T* x, const Work& work) const;

    AmgParameters parameters_;
    bool hermitian_;
    Array<T> candidates_;  // of level 0, for refactor
    std::vector<AmgLevel<T, I>> levels_;
    CoarseSolver<T, I> coarse_;
    mutable ScratchPool<T> pool_;
};

}  // namespace tamis::detail
