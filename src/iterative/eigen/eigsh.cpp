#include <tamis/iterative/eigen/eigsh.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/sparse/tune.hpp>

#include "core/memory.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/certify.hpp"
#include "iterative/eigen/chebyshev.hpp"
#include "iterative/eigen/choose_transform.hpp"
#include "iterative/eigen/davidson.hpp"
#include "iterative/eigen/default_preconditioner.hpp"
#include "iterative/eigen/full_problem.hpp"
#include "iterative/eigen/lanczos.hpp"
#include "iterative/eigen/lobpcg.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis {

std::string_view to_string(EigshMethod method) noexcept {
    switch (method) {
        case EigshMethod::automatic: return "automatic";
        case EigshMethod::lanczos: return "lanczos";
        case EigshMethod::lobpcg: return "lobpcg";
        case EigshMethod::davidson: return "davidson";
        case EigshMethod::chebyshev: return "chebyshev";
    }
    return "unknown";
}

namespace detail {

namespace {

[[noreturn]] void refuse_eigsh(const std::string& why) {
    throw InvalidArgument("eigsh: " + why);
}

template <class T>
void check_eigsh(const EigenOperand<T>& A, const EigshOptions<T>& options) {
    const std::int64_t n = A.rows();
    switch (options.which) {
        case Which::largest_real:
        case Which::smallest_real:
        case Which::largest_imaginary:
            refuse_eigsh(std::string(to_string(options.which)) +
                         " belongs to general matrices (eigs); eigenvalues of Hermitian ones are real: take "
                         "largest_algebraic, smallest_algebraic or both_ends");
        default: break;
    }
    const bool has_sigma = !std::isnan(options.sigma);
    if (std::isinf(options.sigma)) refuse_eigsh(".sigma must be finite");
    if (options.which == Which::nearest && !has_sigma) refuse_eigsh("nearest needs .sigma, the place to look at");
    const bool explicit_transform =
        options.transform != SpectralTransform::automatic && options.transform != SpectralTransform::none;
    if (has_sigma && options.which != Which::nearest && !explicit_transform)
        refuse_eigsh(".sigma is given, and .which is " + std::string(to_string(options.which)) +
                     "; eigenvalues next to sigma are .which = Which::nearest");
    if ((options.transform == SpectralTransform::buckling || options.transform == SpectralTransform::cayley) &&
        !(has_sigma && options.sigma != 0))
        refuse_eigsh("buckling and Cayley transforms need a .sigma other than 0");
    if (options.transform == SpectralTransform::buckling && !options.mass)
        refuse_eigsh("the buckling transform is for problems with a .mass");
    if (!(options.tolerance >= 0) || !std::isfinite(options.tolerance))
        refuse_eigsh(".tolerance is " + std::to_string(options.tolerance) + "; it must be finite and at least 0");
    if (options.max_iterations < 0 || options.subspace < 0 || options.block_size < 0)
        refuse_eigsh(".max_iterations, .subspace and .block_size must be at least 0");
    if (!(options.time_limit.count() >= 0)) refuse_eigsh(".time_limit must be at least 0");
    check_hermitian_operand("eigsh", "A", A);
    if (options.mass) check_hermitian_operand("eigsh", ".mass", options.mass, n);
    check_eigen_preconditioner("eigsh", options.preconditioner.ref(), n);
    if (options.initial && options.initial.view().rows() != n)
        throw DimensionMismatch(
            "eigsh: .initial has " + std::to_string(options.initial.view().rows()) + " rows, and A " + std::to_string(n), n,
            options.initial.view().rows());
    if (options.initial) {
        const MatrixView<const T>& X = options.initial.view();
        for (std::int64_t j = 0; j < X.cols(); ++j)
            for (std::int64_t i = 0; i < n; ++i)
                if (!is_finite(X(i, j)))
                    refuse_eigsh("entry (" + std::to_string(i) + ", " + std::to_string(j) + ") of .initial is not finite");
    }
}

/// Where LAPACK is as quick, or an iteration has no room; the reason, or nothing.
template <class T>
std::string reason_for_dense(const EigenOperand<T>& A, std::int64_t k, const EigshOptions<T>& options) {
    const std::int64_t n = A.rows();
    constexpr std::int64_t tiny = 64, small = 200;
    if (n <= tiny) return "n is only " + std::to_string(n);
    if (4 * k >= n || k + 40 >= n) return std::to_string(k) + " of " + std::to_string(n) + " pairs are wanted";
    const bool free_choice = options.method == EigshMethod::automatic && options.transform == SpectralTransform::automatic &&
                             !options.callback && options.max_iterations == 0;
    if (n <= small && free_choice) return "n is only " + std::to_string(n);
    return {};
}

template <class T>
EigenReport solve_densely(const EigenOperand<T>& A, const HermitianProblem<T>& problem, const EigshOptions<T>& options,
                          const std::string& reason, EigenPairs<T>& pairs) {
    EigenMonitor<T> monitor(problem);
    const std::int64_t n = A.rows();
    if (!A.is_stored()) monitor.count_products(n);
    const EigenPairs<T> all = finite_eigenpairs(problem.name, A, options.mass);
    const std::int64_t finite = all.values.size();
    if (finite < problem.k)
        refuse_eigsh("the problem has no more than " + std::to_string(finite) + " finite eigenvalues, and " +
                     std::to_string(problem.k) + " are wanted");
    const auto wanted = wanted_positions(problem.which, problem.sigma, all.values.data(), finite, problem.k);
    pairs.values = Array<double>(problem.k, uninitialized);
    pairs.vectors = Array<T>(n * problem.k, uninitialized);
    for (std::int64_t j = 0; j < problem.k; ++j) {
        pairs.values[j] = all.values[wanted[j]];
        vec::copy(n, all.vectors.data() + wanted[j] * n, pairs.vectors.data() + j * n);
    }
    if (problem.generalized()) monitor.estimate_norms();
    else monitor.raise_norm(std::max(std::abs(all.values[0]), std::abs(all.values[n - 1])));
    EigenReport report = monitor.finish(pairs, "all eigenvalues by LAPACK, since " + reason);
    report.certified = report.converged();
    return report;
}

/// Whether most rows repeat the one above, one column further: a stencil with constant coefficients, by 256 samples.
template <class T, class I>
bool repeats_rows(const CsrView<T, I>& A) {
    constexpr std::int64_t samples = 256, least_rows = 4096;
    if (A.rows() < least_rows) return false;
    const I* const offsets = A.row_offsets().data();
    const I* const columns = A.col_indices().data();
    const T* const values = A.values().data();
    std::int64_t repeated = 0;
    for (std::int64_t s = 0; s < samples; ++s) {
        // By steps of the golden section: even ones may fall on nothing but the ends of a grid's lines.
        const std::uint64_t scattered = (static_cast<std::uint64_t>(s) * 0x9E3779B97F4A7C15u) >> 32;
        const std::int64_t i = 1 + static_cast<std::int64_t>(scattered) % (A.rows() - 1);
        const I begin = offsets[i], count = offsets[i + 1] - begin;
        if (count == 0 || begin - offsets[i - 1] != count) continue;
        bool same = true;
        for (I p = begin; p < begin + count; ++p)
            same = same && columns[p] == columns[p - count] + 1 && values[p] == values[p - count];
        repeated += same ? 1 : 0;
    }
    return 4 * repeated >= 3 * samples;
}

template <class T>
bool repeats_rows(const EigenOperand<T>& A) {
    return std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::same_as<S, std::monostate> || std::same_as<S, MatrixView<const T>>) return false;
            else return repeats_rows(stored);
        },
        A.stored());
}

/// A in a layout that does not read equal rows again and again; A itself where none was found.
template <class T>
OperatorRef<T> tune_operand(const EigenOperand<T>& A, TunedMatrix<T>& tuned) {
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (!std::same_as<S, std::monostate> && !std::same_as<S, MatrixView<const T>>) tuned = tune(stored);
        },
        A.stored());
    return tuned.rows() > 0 && std::isfinite(tuned.payback_products()) ? OperatorRef<T>(tuned) : A.ref();
}

template <class T>
EigenReport run_eigsh(const EigenOperand<T>& A, const HermitianProblem<T>& problem, const EigshOptions<T>& options,
                      EigenPairs<T>& pairs) {
    switch (options.method) {
        case EigshMethod::lobpcg: return lobpcg(problem, pairs);
        case EigshMethod::davidson: return davidson(problem, pairs);
        case EigshMethod::chebyshev: return chebyshev(problem, pairs);
        default: break;
    }
    const bool free_choice = options.method == EigshMethod::automatic && options.transform == SpectralTransform::automatic;
    const bool smallest = problem.which == Which::smallest_algebraic || problem.which == Which::smallest_magnitude;
    // With multigrid, a search takes time like n. It may take longer than it should: a factor is what remains then.
    constexpr double cheap_flops = 4e9, cheap_beside_multigrid = 3e8;
    const bool multigrid = free_choice && problem.which == Which::smallest_algebraic && !problem.generalized() &&
                           (problem.preconditioner || suits_multigrid(A));
    SpectralOperator<T> op = choose_transform(A, problem, options, multigrid ? cheap_beside_multigrid : cheap_flops);
    // Small eigenvalues lie close together where a discretised operator has them; a preconditioner tells them apart.
    if (free_choice && smallest && !op.inverts()) {
        HermitianProblem<T> preconditioned = problem;
        DefaultPreconditioner<T> preconditioner;
        if (!problem.preconditioner) {
            preconditioner = default_preconditioner(A);
            if (preconditioner.M) preconditioned.preconditioner = preconditioner.M.ref();
        }
        if (preconditioned.preconditioner) {
            const bool limited = multigrid && problem.max_iterations == 0;
            if (limited) preconditioned.max_iterations = 100 + 10 * problem.k;
            EigenReport report = davidson(preconditioned, pairs);
            if (preconditioner.M) report.message.append("; ").append(preconditioner.how);
            const bool too_long = limited && report.status == Status::max_iterations;
            if (report.status != Status::inconsistent && !too_long) return report;
            if (too_long) {
                op = choose_transform(A, problem, options);
                if (!op.inverts()) {
                    const EigenPairs<T> begun = std::move(pairs);
                    preconditioned.initial = MatrixView<const T>(begun.vectors.data(), problem.n(), problem.k);
                    preconditioned.max_iterations = 0;
                    if (problem.time_limit > 0)
                        preconditioned.time_limit = std::max(problem.time_limit - report.seconds, 1e-9);
                    EigenReport rest = davidson(preconditioned, pairs);
                    rest.matvecs += report.matvecs;
                    rest.iterations += report.iterations;
                    return rest;
                }
            }
        }
    }
    return lanczos(problem, op, pairs);
}

}  // namespace

template <class T>
EigenReport eigsh(const EigenOperand<T>& A, std::int64_t k, const EigshOptions<T>& options, VectorView<Real<T>> values,
                  MatrixView<T> vectors) {
    const std::int64_t n = A.rows();
    check_eigsh(A, options);
    EigenReport report;
    if (k == 0) {
        report.message = "eigsh: no pairs were asked for";
        report.certified = true;
        return report;
    }
    HermitianProblem<T> problem;
    problem.A = A.ref();
    TunedMatrix<T> tuned;
    if (repeats_rows(A)) problem.tuned = [&] { return tune_operand(A, tuned); };
    if (options.mass) problem.B = options.mass.ref();
    if (options.preconditioner) problem.preconditioner = options.preconditioner.ref();
    problem.k = k;
    problem.which = options.which;
    problem.sigma = std::isnan(options.sigma) ? 0.0 : options.sigma;
    problem.tolerance = options.tolerance;
    problem.max_iterations = options.max_iterations;
    problem.subspace = options.subspace;
    problem.block_size = options.block_size;
    if (options.initial) problem.initial = options.initial.view();
    problem.time_limit = options.time_limit.count();
    problem.callback = &options.callback;
    problem.stop = options.stop;
    problem.seed = options.seed;

    EigenPairs<T> pairs;
    const std::string dense = reason_for_dense(A, k, options);
    if (!dense.empty()) {
        report = solve_densely(A, problem, options, dense, pairs);
    } else {
        const std::int64_t products = check_hermitian_products("eigsh", "A", A);
        if (options.mass) (void)check_hermitian_products("eigsh", ".mass", options.mass);
        report = run_eigsh(A, problem, options, pairs);
        report.matvecs += products;
        if (options.certify && report.converged()) certify(A, options.mass, problem, pairs, report);
    }
    for (std::int64_t j = 0; j < k; ++j) values[j] = static_cast<Real<T>>(pairs.values[j]);
    for (std::int64_t j = 0; j < vectors.cols(); ++j) vec::copy(pairs.vectors.data() + j * n, vectors.col(j));
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template EigenReport eigsh<T>(const EigenOperand<T>&, std::int64_t, const EigshOptions<T>&, VectorView<Real<T>>, \
                                  MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace detail
}  // namespace tamis
