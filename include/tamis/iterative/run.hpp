// From the arguments of a call to the compiled method, and back to a result: the same for every iterative method.
#pragma once

#include <cstdint>
#include <utility>

#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/options.hpp>
#include <tamis/iterative/result.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

/// A method as it is compiled: b and x of any stride; x is written to when it ends, and as a place for the best iterate.
template <class T, class Workspace, class Options>
using IterativeMethod = IterationReport(const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, Workspace& work,
                                        const Options& options);

/// Throws DimensionMismatch unless b has one column.
void check_one_column(std::int64_t cols);

/// Allocates the solution in the caller's translation unit and runs the method.
template <class T, class B, class Workspace, class Options>
IterativeResult<T> run(IterativeMethod<T, Workspace, Options>& method, const OperatorRef<T>& A, const B& b, Workspace&& work,
                       const Options& options) {
    static_assert(IterativeOptions<Options, T>);
    const DenseInput<T, B> rhs(b);
    check_one_column(rhs.matrix().cols());
    Vector<T> x(A.cols());
    IterationReport report = method(A, rhs.vector(), VectorView<T>(x), work, options);
    return with_solution<T>(std::move(x), std::move(report));
}

/// Runs the method with memory that is there.
template <class T, class B, class X, class Workspace, class Options>
IterationReport run_into(IterativeMethod<T, Workspace, Options>& method, const OperatorRef<T>& A, const B& b, X& x,
                         Workspace& work, const Options& options) {
    const DenseInput<T, B> rhs(b);
    check_one_column(rhs.matrix().cols());
    return method(A, rhs.vector(), VectorView<T>(x), work, options);
}

}  // namespace tamis::detail
