// apply_function: f(A) b for a function f of the caller, without f(A).
#pragma once

#include <chrono>
#include <complex>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tamis/core/dense_types.hpp>
#include <tamis/iterative/callback.hpp>
#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/options.hpp>
#include <tamis/iterative/result.hpp>

namespace tamis {

/// From which Krylov process f(A) b is taken.
enum class FunctionMethod {
    automatic,  ///< lanczos where A is stored and Hermitian, arnoldi for others and for operators
    lanczos,    ///< for Hermitian matrices and operators
    arnoldi     ///< for any
};

/// Options of apply_function. The words are those of the concept IterativeOptions, where they have a meaning here.
template <class T>
struct ApplyFunctionOptions {
    double tolerance = default_tolerance<T>;  ///< of the error estimate, relative to ‖f(A) b‖₂
    double absolute_tolerance = 0;    ///< converged when the estimate ≤ max(tolerance ‖f(A) b‖₂, absolute_tolerance)
    std::int64_t max_iterations = 0;  ///< steps for one column; 0: automatic, 4000 (arnoldi: 600)
    std::chrono::duration<double> time_limit{0};  ///< 0: none
    FunctionMethod method = FunctionMethod::automatic;
    std::int64_t subspace = 0;     ///< basis vectors in memory, at least 2; 0: automatic, 100
    bool record_history = true;    ///< whether the result lists the error estimates
    IterationCallback callback{};  ///< called where the error is estimated, of which residual_norm tells; whether to go on
    std::stop_token stop{};        ///< looked at before each product
};

/// f(A) b, and how it was found. Not to converge is a result and no exception; `require()` makes one of it.
template <class X>
struct [[nodiscard]] FunctionResult {
    X value;  ///< f(A) b: a Vector, or a Matrix with the columns of b
    Status status = Status::converged;
    std::int64_t iterations = 0;        ///< steps of the process, of the column that took most
    std::int64_t matvecs = 0;           ///< products of A with one column
    double error_estimate = 0;          ///< of ‖value − f(A) b‖₂, the largest of all columns; no bound
    std::vector<double> error_history;  ///< estimates where they were made, columns one after another; infinite at first
    double seconds = 0;
    std::string message;  ///< a sentence: the process, and the numbers behind the status

    [[nodiscard]] bool converged() const noexcept { return status == Status::converged; }
    /// The result itself, or NotConverged with the message.
    const FunctionResult& require() const& {
        check();
        return *this;
    }
    FunctionResult require() && {
        check();
        return std::move(*this);
    }

  private:
    void check() const {
        if (!converged()) detail::throw_not_converged(message, status, error_estimate, iterations);
    }
};

namespace detail {

/// What a caller's f is to the library: of complex numbers, or of real ones only (called with imaginary part 0).
struct CallersFunction {
    std::function<std::complex<double>(std::complex<double>)> value;
    bool real_only = false;
};

template <class F>
concept FunctionOfReals = std::is_invocable_r_v<double, const F&, double>;
template <class F>
concept FunctionOfComplex = std::is_invocable_r_v < std::complex<double>,
const F&, std::complex < double >> ;

template <class T, class F>
CallersFunction callers_function(const F& f) {
    if constexpr (!FunctionOfComplex<F>) {
        return {[&f](std::complex<double> z) { return std::complex<double>(static_cast<double>(f(z.real()))); }, true};
    } else if constexpr (FunctionOfReals<F> && !is_complex_v<T>) {
        return {[&f](std::complex<double> z) {
                    return z.imag() == 0 ? std::complex<double>(static_cast<double>(f(z.real())))
                                         : std::complex<double>(f(z));
                },
                false};
    } else {
        return {[&f](std::complex<double> z) { return std::complex<double>(f(z)); }, false};
    }
}

/// How it went, where the value lies in the caller's memory; the fields mean what those of FunctionResult do.
struct FunctionReport {
    Status status = Status::converged;
    std::int64_t iterations = 0;
    std::int64_t matvecs = 0;
    double error_estimate = 0;
    std::vector<double> error_history{};
    double seconds = 0;
    std::string message{};
};

/// X = f(A) B.
template <class T>
FunctionReport apply_function(const EigenOperand<T>& A, MatrixView<const T> B, const CallersFunction& f,
                              const ApplyFunctionOptions<T>& options, MatrixView<T> X);

}  // namespace detail

/// f(A) b for a square matrix or operator A, a vector b or a block of them, and a function f of which only values are asked:
/// `apply_function(A, b, [](double x) { return 1 / std::sqrt(x); })`.
///
/// f takes a double (then A must be Hermitian), a std::complex<double>, or, as a generic lambda, either. For a general A it
/// should be analytic around the eigenvalues; for a Hermitian one it may be any function on the real line, a step too. Real
/// A: the result is real, for which f(z̄) must be the conjugate of f(z).
///
/// Hermitian: ‖b‖ V f(T) e₁ from Lanczos' process. The first `subspace` vectors stay in memory, and where more are needed
/// the other steps are taken twice (A must give the same products again, to the last bits).
/// Others: Arnoldi's process, which begins anew after `subspace` steps, f of all its Hessenberg matrices together giving the
/// corrections: M. Afanasjew, M. Eiermann, O. G. Ernst, S. Güttel, Implementation of a restarted Krylov subspace method for
/// the evaluation of matrix functions, Linear Algebra Appl. 429 (2008), Algorithm 2. Restarts converge for entire f, for
/// others mostly, but not always, and later than a larger `subspace` would. f of the small matrix, which is not normal, is
/// taken by Schur's form and Parlett's recurrence in blocks; that loses digits where eigenvalues are close and f is not
/// analytic between them, which the estimate shows in part, and the message counts pairs that were hopeless.
///
/// The estimate is what the last steps changed, continued as a geometric series, and rounding as far as |f| at the Ritz
/// values magnifies it: an estimate, which a function that matters only at eigenvalues not yet seen deceives. 0 and rounding
/// where the Krylov space is invariant: the value is exact then.
///
/// Status: converged; max_iterations; time_limit and cancelled (stop, callback; `value` is then what the vectors in memory
/// give); stagnated (rounding is larger than the tolerance allows); not_finite (f at a Ritz value, which the message names,
/// or a product); breakdown (a result that is not real for a real A, products that are not the same again, or LAPACK).
/// Memory: subspace + 4 vectors, and O(steps²) numbers. O(n subspace) work a step of Arnoldi, O(n) of Lanczos, and O(steps³)
/// some log(steps) times. Columns one after another.
///
/// DimensionMismatch for sizes that do not fit; InvalidArgument for entries of a stored A, or of b, that are not finite,
/// for options out of range, for lanczos of a stored A that is not Hermitian, and for an f of real numbers with arnoldi.
template <OperatorArgument A, DenseArgument B, class F>
    requires(detail::FunctionOfReals<F> || detail::FunctionOfComplex<F>)
[[nodiscard]] FunctionResult<DenseResult<operator_scalar_t<A>, B>> apply_function(
    const A& a, const B& b, const F& f, const ApplyFunctionOptions<operator_scalar_t<A>>& options = {}) {
    using T = operator_scalar_t<A>;
    const EigenOperand<T> operand(a);
    const detail::DenseInput<T, B> in(b);
    const MatrixView<const T> block = in.matrix();
    FunctionResult<DenseResult<T, B>> result;
    result.value.resize(block.rows(), block.cols());
    detail::FunctionReport r =
        detail::apply_function<T>(operand, block, detail::callers_function<T>(f), options, MatrixView<T>(result.value));
    result.status = r.status;
    result.iterations = r.iterations;
    result.matvecs = r.matvecs;
    result.error_estimate = r.error_estimate;
    result.error_history = std::move(r.error_history);
    result.seconds = r.seconds;
    result.message = std::move(r.message);
    return result;
}

}  // namespace tamis
