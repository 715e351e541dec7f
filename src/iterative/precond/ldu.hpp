// Private: x = (L D U)⁻¹ b by substitution, for triangular factors that are applied again and again.
//
// Rows that do not depend on each other form a level, and the levels are solved one after another, the rows of one level on
// several threads: E. Anderson, Y. Saad, Solving sparse triangular linear systems on parallel computers, Int. J. High Speed
// Computing 1, 1989. Level and order are found once, from L and U together, and the unknowns are renumbered by them: the
// factors stream through memory in the order in which they are used, one vector of intermediate results serves both solves,
// and also on one thread no row waits for the one before it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>

#include "iterative/precond/state.hpp"
#include "iterative/scratch_pool.hpp"

namespace tamis::detail {

/// M = L D U by rows in an order of elimination, with unit triangular L and U. Row i has the strictly lower entries of L at
/// [offsets[i], lower_end[i]), the strictly upper ones of D U (or, for U = Lᴴ, none) at [upper_begin[i], offsets[i + 1]).
template <class E, class I>
struct LduRows {
    std::int64_t n = 0;
    Array<I> offsets;
    Array<I> lower_end;
    Array<I> upper_begin;
    Array<I> indices;
    Array<E> values;
    Array<E> pivots;  ///< D
    bool hermitian = false;
    /// The caller's row and column of each position; empty: the same.
    Array<I> row_of;
    Array<I> col_of;
};

template <class T, class I>
class LduSolver {
  public:
    /// Rounds to T. SingularMatrix, in the name of the preconditioner, with the caller's row for a pivot that has no finite
    /// reciprocal; `advice` says what to do then.
    template <class E>
    LduSolver(const char* name, const LduRows<E, I>& factor, const char* advice);

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t nonzeros() const noexcept { return L_.values.size() + U_.values.size() + n_; }
    [[nodiscard]] std::int64_t bytes() const noexcept;
    /// Levels of rows that have to wait for each other.
    [[nodiscard]] std::int64_t levels() const noexcept { return static_cast<std::int64_t>(level_begin_.size()) - 1; }

    /// Y = M⁻¹ X or M⁻ᴴ X; X and Y of any strides.
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const;
    /// The same for vectors on this thread, with n numbers of the caller's for intermediate results.
    void apply_here(const T* x, T* y, T* w) const;
    void apply_adjoint_here(const T* x, T* y, T* w) const { (hermitian_ ? *this : mirror()).apply_here(x, y, w); }
    /// Prepares what the adjoint needs: its factors by rows. Otherwise the first call of it does.
    void prepare_adjoint() const {
        if (!hermitian_) mirror();
    }

  private:
    struct Rows {
        Array<I> offsets;
        Array<I> indices;
        Array<T> values;
    };
    /// Consecutive positions: a level wide enough for several threads, or any number of narrow ones for one.
    struct Segment {
        std::int64_t begin;
        std::int64_t end;
        bool wide;
    };

    explicit LduSolver(std::int64_t n) : n_(n) {}
    const LduSolver& mirror() const;
    void find_segments();
    static Rows adjoint_of(const Rows& A, std::int64_t n);
    template <int K>
    void apply_block(MatrixView<const T> X, MatrixView<T> Y, T* w) const;
    template <int K>
    void forward(std::int64_t begin, std::int64_t end, MatrixView<const T> X, T* w) const noexcept;
    template <int K>
    void backward(std::int64_t begin, std::int64_t end, MatrixView<T> Y, T* w) const noexcept;
    [[nodiscard]] const I* col_of() const noexcept { return col_of_.empty() ? row_of_.data() : col_of_.data(); }

    static constexpr int block = 4;  // columns that are solved together

    std::int64_t n_;
    Rows L_;
    Rows U_;
    Array<T> inverse_;  // of D
    Array<I> row_of_;   // the caller's row of a position
    Array<I> col_of_;   // empty where that is the column too
    std::vector<std::int64_t> level_begin_;
    std::vector<Segment> segments_;
    std::int64_t wide_work_ = 0;
    bool hermitian_ = false;
    mutable ScratchPool<T> scratch_;
    mutable std::mutex mirror_mutex_;
    mutable std::unique_ptr<LduSolver> mirror_;
};

/// A preconditioner that consists of such factors.
template <class T, class I>
class LduState final : public PreconditionerState<T> {
  public:
    template <class E>
    LduState(const char* name, const LduRows<E, I>& factor, const char* advice)
        : PreconditionerState<T>(name, factor.n),
          solver_(name, factor, advice) {}
    [[nodiscard]] std::int64_t nonzeros() const noexcept override { return solver_.nonzeros(); }
    [[nodiscard]] std::int64_t bytes() const noexcept override { return solver_.bytes(); }
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const override { solver_.apply(adjoint, X, Y); }

  private:
    LduSolver<T, I> solver_;
};

}  // namespace tamis::detail
