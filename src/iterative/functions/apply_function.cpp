#include <tamis/iterative/functions/apply_function.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/eigen/stored_operand.hpp"
#include "iterative/functions/function_run.hpp"
#include "iterative/functions/stored_hermitian.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

template <class T>
void check_function_arguments(const EigenOperand<T>& A, MatrixView<const T> B, const ApplyFunctionOptions<T>& options) {
    const auto text = [](double x) { return std::to_string(x); };
    if (A.rows() != A.cols())
        throw DimensionMismatch("apply_function: A must be square, but has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns",
                                A.rows(), A.cols());
    if (B.rows() != A.cols())
        throw DimensionMismatch("apply_function: b has " + std::to_string(B.rows()) + " rows, but A has " +
                                    std::to_string(A.cols()) + " columns",
                                A.cols(), B.rows());
    if (!(options.tolerance >= 0))
        throw InvalidArgument("apply_function: tolerance must be at least 0, got " + text(options.tolerance));
    if (!(options.absolute_tolerance >= 0))
        throw InvalidArgument("apply_function: absolute_tolerance must be at least 0, got " +
                              text(options.absolute_tolerance));
    if (options.max_iterations < 0)
        throw InvalidArgument("apply_function: max_iterations must be at least 0, got " +
                              std::to_string(options.max_iterations));
    if (!(options.time_limit.count() >= 0))
        throw InvalidArgument("apply_function: time_limit must be at least 0, got " + text(options.time_limit.count()));
    if (options.subspace < 0 || options.subspace == 1)
        throw InvalidArgument("apply_function: subspace must be 0 or at least 2, got " + std::to_string(options.subspace));
    for (std::int64_t j = 0; j < B.cols(); ++j)
        for (std::int64_t i = 0; i < B.rows(); ++i)
            if (!is_finite(B(i, j)))
                throw InvalidArgument("apply_function: b has an entry that is not finite at (" + std::to_string(i) + ", " +
                                      std::to_string(j) + ")");
    check_stored_finite("apply_function", A);
}

template <class T>
bool use_lanczos(const EigenOperand<T>& A, FunctionMethod method) {
    if (method == FunctionMethod::arnoldi) return false;
    if (method == FunctionMethod::lanczos) {
        check_hermitian_operand("apply_function", "A", A);
        return true;
    }
    return is_stored_hermitian(A);
}

}  // namespace

template <class T>
FunctionReport apply_function(const EigenOperand<T>& A, MatrixView<const T> B, const CallersFunction& f,
                              const ApplyFunctionOptions<T>& options, MatrixView<T> X) {
    const auto start = std::chrono::steady_clock::now();
    check_function_arguments(A, B, options);
    const bool lanczos = use_lanczos(A, options.method);
    if (!lanczos && f.real_only)
        throw InvalidArgument(
            A.is_stored() ? "apply_function: f takes real numbers only, and A is not Hermitian (or arnoldi was asked for)"
                          : "apply_function: f takes real numbers only, for which an operator must be Hermitian: say so by "
                            ".method = FunctionMethod::lanczos");
    const std::int64_t n = B.rows();
    const std::int64_t subspace = options.subspace > 0 ? options.subspace : 100;
    const std::int64_t max_steps = options.max_iterations > 0 ? options.max_iterations : (lanczos ? 4000 : 600);
    FunctionReport report;
    Array<T> b(n, uninitialized), x(n, uninitialized);
    std::int64_t confluent = 0;
    std::string why;
    for (std::int64_t j = 0; j < B.cols(); ++j) {
        vec::copy<T>(B.col(j), b.data());
        const double norm = vec::norm<T>(n, b.data());
        if (norm == 0) {
            vec::copy<T>(b.data(), X.col(j));
            continue;
        }
        FunctionRun<T> run(options, start, norm, report);
        const FunctionCost cost =
            lanczos ? lanczos_function<T>(A.ref(), b.data(), f.value, subspace, max_steps, run, x.data())
                    : arnoldi_function<T>(A.ref(), b.data(), f.value, subspace, max_steps, run, x.data(), confluent);
        vec::scale<T>(n, Sum<T>(norm), x.data());
        vec::copy<T>(x.data(), X.col(j));
        report.iterations = std::max(report.iterations, cost.steps);
        report.matvecs += cost.matvecs;
        if (!(run.estimate() <= report.error_estimate)) report.error_estimate = run.estimate();
        if (run.status() != Status::converged && report.status == Status::converged) {
            report.status = run.status();
            why = run.why();
        }
        if (report.status == Status::cancelled || report.status == Status::time_limit) {
            for (std::int64_t k = j + 1; k < B.cols(); ++k)
                for (std::int64_t i = 0; i < n; ++i) X(i, k) = T(0);
            if (j + 1 < B.cols()) report.error_estimate = std::numeric_limits<double>::infinity();
            break;
        }
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    char numbers[200];
    std::snprintf(numbers, sizeof numbers, "apply_function: %s, %lld steps and %lld products, error estimate %.1e",
                  lanczos ? "Lanczos" : "Arnoldi", static_cast<long long>(report.iterations),
                  static_cast<long long>(report.matvecs), report.error_estimate);
    report.message = numbers;
    if (confluent > 0)
        report.message += "; at " + std::to_string(confluent) +
                          " pairs of close Ritz values f is not analytic, so that digits may be lost";
    if (!why.empty()) report.message += "; " + why;
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template FunctionReport apply_function<T>(const EigenOperand<T>&, MatrixView<const T>, const CallersFunction&, \
                                              const ApplyFunctionOptions<T>&, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
