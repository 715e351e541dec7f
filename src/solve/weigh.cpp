#include "solve/weigh.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <utility>
#include <vector>

#include "core/memory.hpp"
#include "instantiate.hpp"
#include "solve/preconditioner.hpp"
#include "solve/report.hpp"
#include "sparse/factor_prediction.hpp"
#include "sparse/parts.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

namespace {

/// Below so many rows everything is quick, and the direct method has the better evidence.
constexpr std::int64_t least_rows = 10000;
/// Iterating has to promise this much, since it may fail: the direct method is predicted to take so many seconds, and so
/// many times as long.
constexpr double worthwhile_seconds = 0.5;
constexpr double worthwhile_ratio = 3;

// Seconds on the machine of docs/decisions/0023, two threads. Only their ratios matter, and these roughly.
constexpr double direct_row = 3e-6;
constexpr double direct_entry = 5e-8;
constexpr double direct_flop = 3e-11;
constexpr double iterative_setup = 1.5e-7;   // an entry of A: building a preconditioner
constexpr double iterative_column = 1.5e-7;  // an entry of A: one right-hand side to the promised backward error
constexpr double multigrid_step = 1e-8;      // an entry of A: an iteration
constexpr double plain_step = 2e-9;          // the same with Jacobi or an incomplete factorization

/// Jacobi leaves a condition number of at most (1 + δ) / (1 − δ) where no row has off-diagonal entries of more than δ times
/// its diagonal's (Gershgorin): below this, cg needs some hundred iterations for all digits.
constexpr double easy_condition = 100;
/// Off-diagonal entries differ from those across the diagonal by so much of their sum where convection rules, which
/// multigrid does not see (docs/decisions/0023).
constexpr double most_asymmetry = 0.5;
/// How far a row may be from diagonal dominance for an incomplete factorization to be tried.
constexpr double least_dominance = 1.1;

/// The largest share of off-diagonal entries in a row, Σ_{j≠i} |a_ij| / |a_ii|; infinite for a zero on the diagonal.
template <class T, class I>
double off_diagonal_share(CsrView<T, I> A) {
    const int parts = threads_for(A.nnz() + A.rows());
    std::vector<double> largest(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        double& most = largest[static_cast<std::size_t>(part)];
        for (std::int64_t i = first_row(A, part, parts), end = first_row(A, part + 1, parts); i < end; ++i) {
            double diagonal = 0;
            double others = 0;
            for (const auto [j, value] : A.row(i)) (j == i ? diagonal : others) += static_cast<double>(std::abs(value));
            if (others > 0 || diagonal == 0) most = std::max(most, others / diagonal);
        }
    });
    return *std::max_element(largest.begin(), largest.end());
}

/// Σ |a_ij − conj(a_ji)| / Σ |a_ij| + |a_ji| over the entries off the diagonal: 0 for a Hermitian matrix, 1 for a triangular
/// one.
template <class T, class I>
double asymmetry(CsrView<T, I> A) {
    const int parts = threads_for(A.nnz() + A.rows());
    std::vector<std::pair<double, double>> of_part(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        auto& [difference, sum] = of_part[static_cast<std::size_t>(part)];
        for (std::int64_t i = first_row(A, part, parts), end = first_row(A, part + 1, parts); i < end; ++i)
            for (const auto [j, value] : A.row(i)) {
                if (j == i) continue;
                const T other = A.coeff(j, i);
                difference += static_cast<double>(std::abs(value - conjugate(other)));
                sum += static_cast<double>(std::abs(value)) + static_cast<double>(std::abs(other));
            }
    });
    double difference = 0;
    double sum = 0;
    for (const auto& part : of_part) {
        difference += part.first;
        sum += part.second;
    }
    return sum > 0 ? difference / sum : 0;
}

std::string seconds_word(double seconds) {
    return format_number(seconds) + " s";
}

struct Costs {
    FactorPrediction factor;
    double seconds = 0;  ///< of the direct method
    double bytes = 0;    ///< of its factor
};

template <class T, class I>
Costs predict_direct(CsrView<T, I> A, const Structure& s, bool definite, std::int64_t columns) {
    const NonzeroPattern<I> pattern(A);
    const PatternView<I> P = pattern.view();
    Costs costs;
    if (s.pattern_symmetric) {
        costs.factor = predict_factor<I>(P, nullptr);
    } else {
        const TransposedPattern<I> transposed(P);
        const PatternView<I> view = transposed.view();
        costs.factor = predict_factor<I>(P, &view);
    }
    if (!definite) {  // L and U
        costs.factor.nonzeros *= 2;
        costs.factor.flops *= 2;
    }
    if (is_complex_v<T>) costs.factor.flops *= 4;
    constexpr double entry = is_complex_v<T> ? 16 : 8;  // single precision is factored in double
    costs.bytes = costs.factor.nonzeros * (entry + 3);
    costs.seconds = direct_row * static_cast<double>(A.rows()) +
                    direct_entry * costs.factor.nonzeros * (1 + 0.1 * static_cast<double>(columns - 1)) +
                    direct_flop * costs.factor.flops;
    return costs;
}

/// Iterations that take as long as the direct method would.
std::int64_t budget(double seconds, double step) {
    return static_cast<std::int64_t>(std::clamp(seconds / step, 100.0, 10000.0));
}

/// The steps for a Hermitian matrix with a positive (or negative) diagonal, and the reason.
template <class T, class I>
void plan_definite(CsrView<T, I> A, const FactorPrediction& factor, bool room_for_levels, Iteration& iteration) {
    const double share = off_diagonal_share(A);
    const double bound = share < 1 ? (1 + share) / (1 - share) : 0;
    IterativeStep step{Method::cg, PreconditionerKind::jacobi};
    if (bound > 0 && bound <= easy_condition) {
        iteration.reasons.emplace_back("Its diagonal is so dominant that Jacobi leaves a condition number of at most " +
                                       format_number(bound) + ": cg with Jacobi, to which multigrid would add its set-up.");
    } else if (factor.is_expander()) {
        iteration.reasons.emplace_back("Its graph has no far ends (" + std::to_string(factor.levels) + " levels for " +
                                       std::to_string(factor.component) +
                                       " vertices), as random and power-law graphs have none: cg with Jacobi, since coarser "
                                       "levels would fill in.");
    } else if (!room_for_levels) {
        iteration.reasons.emplace_back("The memory limit leaves no room for the levels of multigrid: cg with Jacobi.");
    } else {
        step.preconditioner = PreconditionerKind::amg;
        step.block_size = node_size(A);
        iteration.reasons.emplace_back(
            "Its graph is that of a mesh rather than a random one: cg with multigrid" +
            (step.block_size > 1 ? ", nodes of " + std::to_string(step.block_size) + " unknowns." : std::string(".")));
    }
    iteration.steps = {step};
}

template <class T, class I>
void plan_unsymmetric(CsrView<T, I> A, bool room_for_levels, Iteration& iteration) {
    if (!(off_diagonal_share(A) <= least_dominance)) return;  // of no kind that is known to converge
    const double skewness = asymmetry(A);
    const IterativeStep multigrid{Method::bicgstab, PreconditionerKind::amg};
    const IterativeStep incomplete{Method::bicgstab, PreconditionerKind::ilu0};
    const std::string measured =
        "Its diagonal dominates, and its entries differ by " + format_number(100 * skewness) + " % from those across it: ";
    if (skewness > most_asymmetry || !room_for_levels) {
        iteration.steps = {incomplete};
        iteration.reasons.emplace_back(measured + "bicgstab with Ilu0.");
    } else {
        iteration.steps = {multigrid, incomplete};
        iteration.reasons.emplace_back(measured + "bicgstab with multigrid, and with Ilu0 should that not converge.");
    }
}

}  // namespace

template <class T, class I>
Iteration weigh_iteration(CsrView<T, I> A, const Structure& s, const Plan& plan, const SolveOptions& options,
                          std::int64_t columns) {
    Iteration iteration;
    if (options.method != Method::automatic || options.ordering != Ordering::automatic ||
        options.precision != Precision::working)
        return iteration;
    const std::int64_t n = A.rows();
    if (n != A.cols() || n < least_rows || plan.structurally_singular || columns == 0) return iteration;
    const Step& direct = plan.steps.front();
    const bool definite = direct.method == Method::cholesky;
    if (!definite && (direct.method != Method::lu || !s.zero_free_diagonal)) return iteration;

    const Costs costs = predict_direct(A, s, definite, columns);
    const std::int64_t allowed = options.memory_limit > 0 ? options.memory_limit : available_memory();
    const auto nnz = static_cast<double>(A.nnz());
    // Multigrid holds about three times A.
    const bool room_for_levels = 3 * nnz * (sizeof(T) + sizeof(I)) < static_cast<double>(allowed);
    if (definite) plan_definite(A, costs.factor, room_for_levels, iteration);
    else plan_unsymmetric(A, room_for_levels, iteration);
    if (iteration.steps.empty()) return iteration;
    iteration.negated = direct.negated;

    const double iterating = nnz * (iterative_setup + iterative_column * static_cast<double>(columns));
    const bool fits = costs.bytes <= static_cast<double>(allowed);
    iteration.preferred = !fits || (costs.seconds >= worthwhile_seconds && costs.seconds >= worthwhile_ratio * iterating);
    for (IterativeStep& step : iteration.steps) {
        const bool multigrid = step.preconditioner == PreconditionerKind::amg;
        step.max_iterations =
            fits ? budget(costs.seconds / static_cast<double>(columns), nnz * (multigrid ? multigrid_step : plain_step))
                 : 10000;
        if (multigrid) step.max_iterations = std::min<std::int64_t>(step.max_iterations, 300);
        if (options.max_iterations > 0) step.max_iterations = std::min(step.max_iterations, options.max_iterations);
    }
    const std::string factor = "A factor is predicted to have " + format_number(costs.factor.nonzeros) +
                               " entries (a separator of " + std::to_string(costs.factor.separator) + " vertices)";
    if (!iteration.preferred) {
        iteration.reasons = {factor + " and to be cheap: no iteration."};
    } else {
        iteration.reasons.insert(iteration.reasons.begin(),
                                 fits ? factor + " and a direct solve to take about " + seconds_word(costs.seconds) +
                                            ", iterating about " + seconds_word(iterating) +
                                            ": an iteration first, the direct method should it not reach the same "
                                            "backward error."
                                      : factor + ", " + human_bytes(costs.bytes) + ", which do not fit into " +
                                            human_bytes(static_cast<double>(allowed)) + ": an iteration.");
    }
    return iteration;
}

#define TAMIS_INSTANTIATE(T, I) \
    template Iteration weigh_iteration(CsrView<T, I>, const Structure&, const Plan&, const SolveOptions&, std::int64_t);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
