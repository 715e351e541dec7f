#include <algorithm>
#include <cmath>
#include <complex>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/solve.hpp>

#include "instantiate.hpp"
#include "solve/choose.hpp"
#include "solve/deadline.hpp"
#include "solve/input.hpp"
#include "solve/iterate.hpp"
#include "solve/policy.hpp"
#include "solve/report.hpp"
#include "solve/residual.hpp"

namespace tamis::detail {

namespace {

/// ‖Aᴴ r‖₂, in double.
template <class T, class I>
double adjoint_norm(CsrView<T, I> A, const Array<T>& r, Array<std::complex<double>>& work) {
    std::fill(work.begin(), work.end(), std::complex<double>(0));
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, value] : A.row(i))
            work[j] += std::complex<double>(conjugate(value)) * std::complex<double>(r[i]);
    double sum = 0;
    for (const auto& entry : work) sum += std::norm(entry);
    return std::sqrt(sum);
}

}  // namespace

template <class T, class I>
SolveReport least_squares(CsrView<T, I> A, MatrixView<const T> b, MatrixView<T> x, const SolveOptions& options) {
    check_input("least_squares", A, b, x, options);
    check_finite("least_squares", A);
    const Deadline deadline(options.time_limit, options.stop);
    if (least_squares_method(options.method)) return iterate<T, I>(A, b, x, options, deadline);
    const Plan plan = plan_least_squares<T, I>(A, Request{"least_squares", options.method, options.ordering});
    SolveReport report;
    report.reasons = plan.reasons;

    deadline.check("factorization");
    Chooser<T, I> chooser(A, plan, factor_options(options));
    const auto F = chooser.next(report.reasons);
    report_factorization(report, F.info());
    report.rank = F.rank();

    deadline.check("solve");
    const double before = deadline.seconds();
    F.solve_into(b, x);
    const SystemNorms norms = matrix_norms<T, I>(A);
    Array<T> r(A.rows(), uninitialized);
    Array<T> d(A.cols(), uninitialized);
    Array<T> candidate(A.cols(), uninitialized);
    Array<T> r_candidate(A.rows(), uninitialized);
    Array<std::complex<double>> work(A.cols(), uninitialized);
    const std::int64_t max_steps = options.max_iterations > 0 ? options.max_iterations : 2;
    for (std::int64_t c = 0; c < b.cols(); ++c) {
        const VectorView<T> xc = x.col(c);
        ResidualNorms residual_norms = residual<T, I>(A, xc, b.col(c), VectorView<T>(r.data(), r.size()));
        double gradient = adjoint_norm(A, r, work);
        // Refinement of least squares with the residual alone (Björck, Numerical Methods for Least Squares Problems, 1996,
        // section 2.9.2): x := x + A⁺ r, kept while it at least halves the gradient ‖Aᴴ r‖.
        for (std::int64_t step = 0; step < max_steps && std::isfinite(gradient) && gradient > 0; ++step) {
            deadline.check("refinement");
            F.solve_into(MatrixView<const T>(r.data(), r.size(), 1), MatrixView<T>(d.data(), d.size(), 1));
            for (std::int64_t j = 0; j < A.cols(); ++j) candidate[j] = xc[j] + d[j];
            const ResidualNorms next = residual<T, I>(A, VectorView<const T>(candidate.data(), candidate.size()), b.col(c),
                                                      VectorView<T>(r_candidate.data(), r_candidate.size()));
            const double next_gradient = adjoint_norm(A, r_candidate, work);
            if (!(next_gradient <= gradient / 2)) break;
            for (std::int64_t j = 0; j < A.cols(); ++j) xc[j] = candidate[j];
            r.swap(r_candidate);
            residual_norms = next;
            gradient = next_gradient;
            report.iterations = std::max(report.iterations, step + 1);
        }
        if (!std::isfinite(residual_norms.two) || !std::isfinite(residual_norms.x_inf))
            throw SingularMatrix("least_squares: the solution overflows; scale the columns of A", -1, false);
        report.residual_norm = std::max(report.residual_norm, residual_norms.two);
        report.backward_error = std::max(report.backward_error, residual_norms.backward_error(norms.inf));
    }
    report.seconds.solve = deadline.seconds() - before;

    const std::int64_t full = std::min(A.rows(), A.cols());
    if (report.rank < full)
        report.warnings.push_back("A has numerical rank " + std::to_string(report.rank) + " of " + std::to_string(full) +
                                  ": x is the least-squares solution of smallest norm.");
    report.seconds.total = deadline.seconds();
    return report;
}

#define TAMIS_INSTANTIATE(T, I) \
    template SolveReport least_squares(CsrView<T, I>, MatrixView<const T>, MatrixView<T>, const SolveOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
