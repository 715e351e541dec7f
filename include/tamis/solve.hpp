// The front doors: solve, solve_with_report, least_squares, explain. They pick the method, measure the answer and say how
// good it is, or throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/iterative/callback.hpp>
#include <tamis/iterative/precond/kind.hpp>
#include <tamis/sparse/convert.hpp>

namespace tamis {

struct SolveOptions {
    Method method = Method::automatic;  ///< a method that was asked for is obeyed or throws; only automatic falls back
    Ordering ordering = Ordering::automatic;
    Precision precision = Precision::working;
    /// Backward error to reach; 0: the promise, 10·max(10, √n)·ε. Of an iterative method ‖b − Ax‖₂ / ‖b‖₂; 0: 1e-8 (1e-5 in
    /// single precision).
    double tolerance = 0;
    std::int64_t max_iterations = 0;              ///< refinement steps (direct) or iterations (iterative); 0: automatic
    std::int64_t memory_limit = 0;                ///< bytes for the factor; 0: what the machine or its cgroup has left
    std::chrono::duration<double> time_limit{0};  ///< 0: none; Cancelled when exceeded
    std::stop_token stop{};                       ///< Cancelled when a stop is requested
    /// Of an iterative method that is asked for. automatic: Ic0 where the method wants a definite one, Ilu0 elsewhere,
    /// Jacobi or none where A has no such factorization; none for least squares.
    PreconditionerKind preconditioner = PreconditionerKind::automatic;
    /// Called after each iteration of an iterative method, from the thread that called solve; false stops with Cancelled.
    IterationCallback callback{};
};

/// How a solve went.
struct SolveReport {
    Method method = Method::automatic;  ///< the one that gave the answer
    std::vector<std::string> reasons;   ///< one sentence a decision
    std::vector<std::string> warnings;  ///< one sentence each; empty when there is nothing to worry about
    double residual_norm = 0;   ///< ‖b − Ax‖₂ of the returned x, freshly computed (the largest of the columns)
    double backward_error = 0;  ///< max_i |b − Ax|_i / (‖A‖_∞‖x‖_∞ + ‖b‖_∞) (the largest of the columns)
    /// Of A in the 1-norm, from below; rougher (half of it is common) where solve chose to iterate; 0 where it was not
    /// estimated: rectangular A, iterative methods that were asked for.
    double condition_estimate = 0;
    std::int64_t rank = 0;        ///< n for a square nonsingular A; iterative methods do not find it: the smaller dimension
    std::int64_t iterations = 0;  ///< refinement steps, or iterations
    std::int64_t factor_nonzeros = 0;  ///< of the factors, or of the preconditioner
    double flops = 0;
    std::int64_t bytes = 0;
    std::string precision;  ///< the scalar computed in
    struct Seconds {
        double analyze = 0;
        double factor = 0;
        double solve = 0;
        double total = 0;
    } seconds;
    std::string preconditioner{};  ///< its name; empty for direct methods
    /// Residual norms of an iterative method, [0] the start's, [k] after iteration k, by its own recurrence; of the column
    /// that took most iterations (with block_cg the largest of all columns). Empty for direct methods.
    std::vector<double> residual_history{};
};

/// x and the evidence for it. X is Vector<T>, or Matrix<T> for several right-hand sides.
template <class T, class X = Vector<T>>
struct Solution {
    X x;
    SolveReport report;
};

/// What solve would do, and why.
struct Explanation {
    Method method = Method::automatic;
    std::vector<std::string> reasons;
};

namespace detail {

/// x (cols(A)×k) from b (rows(A)×k), any strides.
template <class T, class I>
SolveReport solve(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options);
template <class T, class I>
SolveReport least_squares(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options);
template <class T, class I>
Explanation explain(CsrView<T, I> A, const SolveOptions& options);

/// Solves with default options if A is small, square and well behaved, and the promised backward error is reached at once.
/// Otherwise false, and x may hold anything.
template <class T>
bool solve_small(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x);
// Of a dense A, any strides.
template <class T>
SolveReport solve(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options);
template <class T>
SolveReport least_squares(MatrixView<const T> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options);
template <class T>
Explanation explain(MatrixView<const T> A, const SolveOptions& options);

/// `run` for the solution that it fills and reports of, allocated in the caller's translation unit.
template <class T, class B, class Run>
auto solution_by(std::int64_t rows, const B& b, const Run& run) {
    const DenseInput<T, B> rhs(b);
    Solution<T, DenseResult<T, B>> s;
    s.x.resize(rows, rhs.matrix().cols());
    s.report = run(rhs.matrix(), MatrixView<T>(s.x));
    return s;
}
}  // namespace detail

/// Solves A x = b and reports. Square A: the method is chosen from structure(A), as `factor` chooses: diagonal, triangular
/// in some order, a narrow band (LAPACK), Hermitian with a positive or negative diagonal (Cholesky, falling back to LDLᴴ and
/// LU should a pivot show that it is not definite), Hermitian otherwise (LDLᴴ, falling back to LU), otherwise LU. Large
/// systems whose factor is predicted to be costly, or not to fit into memory, are iterated to the same backward error where
/// A is of a kind that this is known to suit: cg for Hermitian matrices with a positive or negative diagonal, with multigrid
/// or, where that does not pay, Jacobi; bicgstab with multigrid or Ilu0 for dominant diagonals. Should that not converge, or
/// A prove singular, the direct method follows. A method that is asked for by name (`.method = Method::cg, .preconditioner =
/// …`) is obeyed;
/// rectangular A: least squares or minimum norm by QR. The answer is refined until its backward error is at most
/// `tolerance`, by the next method where one cannot reach it. b may be a vector or a matrix of right-hand sides, any Eigen
/// object or expression, std::vector or span; it is not written to. Throws SingularMatrix (with the advice to use
/// least_squares), DimensionMismatch, InvalidArgument (non-finite input, with the position), NotConverged (the promised
/// backward error is out of reach), MemoryLimitExceeded, Cancelled.
template <SparseMatrix M, DenseArgument B>
[[nodiscard]] auto solve_with_report(const M& A, const B& b, const SolveOptions& options = {}) {
    using T = scalar_t<M>;
    const detail::CsrInput<M> a(A);
    const detail::DenseInput<T, B> rhs(b);
    Solution<T, DenseResult<T, B>> s;
    s.x.resize(A.cols(), rhs.matrix().cols());
    s.report = detail::solve<T, index_t<M>>(a.view(), rhs.matrix(), MatrixView<T>(s.x), options);
    return s;
}

/// solve_with_report without the report: Vector<T> for a vector b, Matrix<T> for a matrix b.
template <SparseMatrix M, DenseArgument B>
[[nodiscard]] auto solve(const M& A, const B& b, const SolveOptions& options = {}) {
    return solve_with_report(A, b, options).x;
}

/// The minimum-norm x among those that minimise ‖b − Ax‖₂, for any shape and rank; `report.rank` is the numerical rank.
template <SparseMatrix M, DenseArgument B>
[[nodiscard]] auto least_squares_with_report(const M& A, const B& b, const SolveOptions& options = {}) {
    using T = scalar_t<M>;
    const detail::CsrInput<M> a(A);
    const detail::DenseInput<T, B> rhs(b);
    Solution<T, DenseResult<T, B>> s;
    s.x.resize(A.cols(), rhs.matrix().cols());
    s.report = detail::least_squares<T, index_t<M>>(a.view(), rhs.matrix(), MatrixView<T>(s.x), options);
    return s;
}

template <SparseMatrix M, DenseArgument B>
[[nodiscard]] auto least_squares(const M& A, const B& b, const SolveOptions& options = {}) {
    return least_squares_with_report(A, b, options).x;
}

/// The decision that solve and factor would take for A, without factoring: the method they try first, and the sentences that
/// begin their reasons. The plan behind it is the object that both follow. O(rows + cols + nnz) and, where the diagonal has
/// zeros, a matching. Throws what `solve` would throw for a method that was asked for and does not fit A.
template <SparseMatrix M>
[[nodiscard]] Explanation explain(const M& A, const SolveOptions& options = {}) {
    const detail::CsrInput<M> a(A);
    return detail::explain<scalar_t<M>, index_t<M>>(a.view(), options);
}

/// Solves A x = b for a dense A, column- or row-major or strided, and reports. Square A: the method is chosen from one look
/// at A, O(n²): triangular (substitution); Hermitian with a positive diagonal (Cholesky, falling back to LDLᴴ and LU should
/// a pivot show that it is not definite), Hermitian otherwise (LDLᴴ, falling back to LU), otherwise LU, by LAPACK; what is
/// diagonal, or a narrow band, or is to be iterated, is solved as the sparse matrix that it is. Rectangular A: least squares
/// or minimum norm by pivoted QR. The answer is refined until its backward error is at most `tolerance`. `.precision =
/// Precision::mixed` factors a double A in single precision, refines to the same backward error, and falls back where A is
/// too ill-conditioned; the reasons say so. A method that is asked for by name is obeyed or throws. Throws what the solve of
/// a sparse A throws.
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solve_with_report(const M& A, const B& b, const SolveOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::solution_by<T>(a.view().cols(), b, [&](MatrixView<const T> rhs, MatrixView<T> x) {
        return detail::solve<T>(a.view(), rhs, x, options);
    });
}

/// solve_with_report without the report, which saves most of the time of systems of up to 32 unknowns.
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solve(const M& A, const B& b, const SolveOptions& options) {
    return solve_with_report(A, b, options).x;
}
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solve(const M& A, const B& b) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    const detail::DenseInput<T, B> rhs(b);
    DenseResult<T, B> x;
    x.resize(a.view().cols(), rhs.matrix().cols());
    if (!detail::solve_small<T>(a.view(), rhs.matrix(), MatrixView<T>(x)))
        (void)detail::solve<T>(a.view(), rhs.matrix(), MatrixView<T>(x), SolveOptions{});
    return x;
}

/// The minimum-norm x among those that minimise ‖b − Ax‖₂, for a dense A of any shape and rank, by pivoted QR, or the
/// singular value decomposition if `.method = Method::svd`; `report.rank` is the numerical rank by the rule of DenseQr (an
/// estimated condition number of R) or DenseSvd (singular values above max(rows, cols) ε σ₁). Damped ones: DenseSvd's
/// `solve_damped`.
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto least_squares_with_report(const M& A, const B& b, const SolveOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::solution_by<T>(a.view().cols(), b, [&](MatrixView<const T> rhs, MatrixView<T> x) {
        return detail::least_squares<T>(a.view(), rhs, x, options);
    });
}

template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto least_squares(const M& A, const B& b, const SolveOptions& options = {}) {
    return least_squares_with_report(A, b, options).x;
}

/// The decision that solve would take for a dense A. O(n²).
template <DenseMatrix M>
[[nodiscard]] Explanation explain(const M& A, const SolveOptions& options = {}) {
    return detail::explain<dense_scalar_t<M>>(detail::ShapedInput<M>(A).view(), options);
}

}  // namespace tamis
