// Private: one solve by an iterative method of that name.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>

#include <tamis/core/factorization.hpp>
#include <tamis/iterative/krylov/gcrodr.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/options.hpp>
#include <tamis/iterative/result.hpp>
#include <tamis/iterative/rows_to_tune.hpp>

namespace tamis::detail {

/// The options that all methods share, as far as solve sets them.
template <class T>
struct IterationGoal {
    double tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};
    bool record_history = false;
    IterationCallback callback{};
    std::stop_token stop{};
    RecycleSpace<T>* space = nullptr;  ///< of gcrodr
    RowsToTune<T> rows{};              ///< A, where cg may copy it
};

/// x from the start 0, for any method but block_cg. x and b share no memory.
template <class T>
IterationReport run_method(Method method, const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x,
                           const IterationGoal<T>& goal);

/// X by block_cg; the residual norm is the largest of the columns.
template <class T>
IterationReport run_block_cg(const OperatorRef<T>& A, MatrixView<const T> B, MatrixView<T> X, const IterationGoal<T>& goal);

}  // namespace tamis::detail
