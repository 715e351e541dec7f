// block_cg: conjugate gradients for several right-hand sides at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/iterative/run.hpp>

namespace tamis {

/// A block of vectors inside an option struct: refers to an lvalue (which must outlive the option), owns a temporary, an
/// evaluated expression, or a copy where the scalars differ. Copies share what is owned.
template <class T>
class MatrixHandle {
    static_assert(Scalar<T>);

  public:
    /// None: tests as false.
    MatrixHandle() noexcept = default;
    template <DenseArgument B>
        requires(!std::same_as<std::remove_cvref_t<B>, MatrixHandle>)
    MatrixHandle(B&& b) : given_(true) {
        using D = std::remove_cvref_t<B>;
        constexpr bool in_memory = std::same_as<dense_scalar_t<D>, T> && (detail::EigenStorage<D> || !detail::EigenDense<D>);
        if constexpr (in_memory && detail::may_view_v<B>) {
            if constexpr (VectorArgument<D>) view_ = MatrixView<const T>(VectorView<const T>(b));
            else view_ = MatrixView<const T>(b);
        } else {
            const detail::DenseInput<T, D> in(b);
            auto copy = std::make_shared<const Matrix<T>>(in.matrix().eigen());
            view_ = MatrixView<const T>(*copy);
            owned_ = std::move(copy);
        }
    }
    explicit operator bool() const noexcept { return given_; }
    [[nodiscard]] const MatrixView<const T>& view() const noexcept { return view_; }

  private:
    MatrixView<const T> view_;
    std::shared_ptr<const void> owned_;
    bool given_ = false;
};

/// The words are those of the concept IterativeOptions, but for the initial guess, which is a block.
template <class T>
struct BlockCgOptions {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};     ///< Hermitian positive definite
    MatrixHandle<T> initial_guess{};  ///< as many columns as B
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
};

/// How a block iteration went; the fields mean what those of BlockIterativeResult do.
struct [[nodiscard]] BlockIterationReport {
    Status status = Status::converged;
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    std::span<const double> residual_norms{};  ///< in the workspace, until that is used again
    std::vector<double> residual_history{};
    double seconds = 0;
    Sentence message{};

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    [[nodiscard]] double largest_residual_norm() const noexcept {
        double largest = 0;
        for (const double norm : residual_norms) largest = norm <= largest ? largest : norm;
        return largest;
    }
    /// The report itself, or NotConverged with the message.
    const BlockIterationReport& require() const {
        if (!converged()) detail::throw_not_converged(message, status, largest_residual_norm(), iterations);
        return *this;
    }
};

/// What block methods return.
template <class T>
struct [[nodiscard]] BlockIterativeResult {
    Matrix<T> x;
    std::vector<double> residual_norms;  ///< ‖b_j − A x_j‖₂ of each column, recomputed at the end
    Status status = Status::converged;   ///< `converged` only if every column has
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;              ///< products of A with one column
    std::vector<double> residual_history;  ///< max_j ‖b_j − A x_j‖₂; [0] is the start, [k] after iteration k
    double seconds = 0;
    std::string message;  ///< a sentence with the numbers behind the status

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message (its residual norm is the largest of the columns).
    const BlockIterativeResult& require() const& {
        check();
        return *this;
    }
    BlockIterativeResult require() && {
        check();
        return std::move(*this);
    }

  private:
    void check() const { detail::require_all(residual_norms, status, message, iterations); }
};

/// The memory of block_cg for systems of up to n unknowns and k right-hand sides: 5 k n-vectors and O(k²) numbers. For one
/// solve at a time.
template <class T>
class BlockCgWorkspace {
  public:
    BlockCgWorkspace(std::int64_t n, std::int64_t k);
    [[nodiscard]] std::int64_t bytes() const noexcept { return memory_.bytes(); }
    /// For the library's own use.
    [[nodiscard]] detail::WorkspaceMemory<T>& memory() noexcept { return memory_; }
    [[nodiscard]] Array<double>& norms() noexcept { return norms_; }

  private:
    detail::WorkspaceMemory<T> memory_;
    Array<double> norms_;
};

namespace detail {
template <class T>
BlockIterationReport block_cg(const OperatorRef<T>& A, MatrixView<const T> B, MatrixView<T> X, BlockCgWorkspace<T>& work,
                              const BlockCgOptions<T>& options);
}  // namespace detail

/// Solves A X = B for a Hermitian positive definite A and all columns of B at once: the Krylov spaces of all of them serve
/// each, so that fewer iterations are needed than one by one, and A is multiplied with a block in each, which reads it once
/// (where the operator can do that). Dependent, repeated and zero columns are fine: search directions that are dependent
/// are left out by their rank, and columns that have converged make no new ones.
///
/// A column has converged when ‖b_j − A x_j‖ ≤ max(tolerance ‖b_j‖, absolute_tolerance). An iteration is a product of A
/// and of the preconditioner with a block of at most k vectors, and O(k²) passes over n-vectors; the method holds 5 k of
/// them and X. The callback is told the residual norm that the history holds. Residuals are computed afresh before
/// convergence is reported.
///
/// Status: converged, max_iterations, time_limit, cancelled; indefinite_operator, inconsistent (A is singular to working
/// precision and the residuals cannot fall further), indefinite_preconditioner is not told apart, stagnated (rounding
/// allows no smaller residuals), not_finite. Throws DimensionMismatch, InvalidArgument (options), and what A, the
/// preconditioner or the callback throw.
///
/// D. P. O'Leary, The block conjugate gradient algorithm and related methods, Linear Algebra Appl. 29 (1980); with the
/// search directions made orthonormal, and cut by their rank, as in H. Ji, Y. Li, A breakdown-free block conjugate gradient
/// method, BIT 57 (2017).
template <OperatorArgument A, DenseArgument B>
[[nodiscard]] BlockIterativeResult<operator_scalar_t<A>> block_cg(const A& a, const B& b,
                                                                  const BlockCgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const OperatorRef<T> op(a);
    const detail::DenseInput<T, B> rhs(b);
    Matrix<T> x(op.cols(), rhs.matrix().cols());
    BlockCgWorkspace<T> work(op.rows(), rhs.matrix().cols());
    BlockIterationReport r = detail::block_cg<T>(op, rhs.matrix(), MatrixView<T>(x), work, options);
    BlockIterativeResult<T> result;
    result.x = std::move(x);
    result.residual_norms.assign(r.residual_norms.begin(), r.residual_norms.end());
    result.status = r.status;
    result.iterations = r.iterations;
    result.matvecs = r.matvecs;
    result.residual_history = std::move(r.residual_history);
    result.seconds = r.seconds;
    result.message = r.message.str();
    return result;
}

/// The same into X, which must not share memory with B, with memory that is kept: allocates nothing if `record_history` is
/// false. The start is `.initial_guess` (X itself is fine) or 0, not what X holds.
template <OperatorArgument A, DenseArgument B, class X>
BlockIterationReport block_cg(const A& a, const B& b, X&& x, BlockCgWorkspace<operator_scalar_t<A>>& work,
                              const BlockCgOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const detail::DenseInput<T, B> rhs(b);
    return detail::block_cg<T>(OperatorRef<T>(a), rhs.matrix(), detail::dense_output<T>(x), work, options);
}

}  // namespace tamis
