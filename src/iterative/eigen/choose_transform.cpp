#include "iterative/eigen/choose_transform.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "core/memory.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Flops up to which a factor is worth it where the iteration cannot do without.
constexpr double affordable_flops = 4e12;

std::string shown(double x) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}

template <class T>
SpectralOperator<T> without_transform(const HermitianProblem<T>& problem, const EigshOptions<T>& options, std::string why) {
    SpectralOperator<T> op;
    op.order = problem.which;
    op.how.push_back('A');
    if (options.mass) {
        FactoredPencil<T> factor = factor_mass("eigsh", options.mass, options.stop);
        op.inverse = std::move(factor.inverse);
        op.how.assign("B⁻¹A by ").append(factor.how);
    }
    if (!why.empty()) op.how.append(", since ").append(why);
    return op;
}

template <class T>
SpectralOperator<T> with_factor(SpectralTransform kind, Which order, FactoredPencil<T>&& factor, double moved = 0) {
    SpectralOperator<T> op;
    op.moved = moved;
    op.kind = kind;
    op.order = order;
    op.sigma = factor.sigma;
    op.inverse = std::move(factor.inverse);
    const char* const formula = kind == SpectralTransform::buckling ? "(A − σB)⁻¹A"
                                : kind == SpectralTransform::cayley ? "(A − σB)⁻¹(A + σB)"
                                                                    : "(A − σB)⁻¹B";
    op.how.assign(formula).append(" with σ = ").append(shown(factor.sigma)).append(" by ").append(factor.how);
    return op;
}

/// A − σB with σ to the left (right) of all eigenvalues, as its inertia confirms.
template <class T>
std::optional<FactoredPencil<T>> factor_outside(const EigenOperand<T>& A, const EigshOptions<T>& options, bool left) {
    const SpectrumBounds a = gershgorin(A);
    PencilOptions how;
    how.try_cholesky = left;
    how.nudge = 0;
    how.stop = options.stop;
    const double side = left ? -1 : 1;
    double at = left ? a.lower : a.upper;
    double scale = std::max(a.norm, std::numeric_limits<double>::min());
    if (options.mass) {
        // A ⪰ 0 leaves all λ ≥ 0; otherwise the discs say nothing of λ.
        const SpectrumBounds b = gershgorin(options.mass);
        scale /= std::max(b.norm, std::numeric_limits<double>::min());
        at = 0;
    }
    // A shift far out tells values apart no better than A itself.
    const bool asked = options.transform != SpectralTransform::automatic;
    for (const double step : {1e-6, 1e-2, 1.0, 100.0}) {
        if (options.mass ? step > (asked ? 100.0 : left ? 1e-2 : 0.0) : step > 1e-6) break;
        try {
            FactoredPencil<T> factor = factor_pencil("eigsh", A, options.mass, at + side * step * scale, how);
            if (factor.inertia && (left ? factor.inertia->negative : factor.inertia->positive) == 0) return factor;
        } catch (const SingularMatrix&) {  // further out, then
        }
    }
    return std::nullopt;
}

template <class T>
bool has_positive_diagonal(const EigenOperand<T>& A) {
    bool positive = true;
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (!std::same_as<S, std::monostate> && !std::same_as<S, MatrixView<const T>>) {
                for (std::int64_t i = 0; i < stored.rows() && positive; ++i) {
                    const auto k = static_cast<std::size_t>(i);
                    bool found = false;
                    for (auto p = stored.row_offsets()[k]; p < stored.row_offsets()[k + 1]; ++p)
                        if (stored.col_indices()[static_cast<std::size_t>(p)] == i)
                            found = std::real(stored.values()[static_cast<std::size_t>(p)]) > 0;
                    positive = found;
                }
            }
        },
        A.stored());
    return positive;
}

}  // namespace

template <class T>
SpectralOperator<T> choose_transform(const EigenOperand<T>& A, const HermitianProblem<T>& problem,
                                     const EigshOptions<T>& options, double cheap_flops) {
    const Which which = problem.which;
    const bool at_sigma = which == Which::nearest || which == Which::smallest_magnitude;
    const bool at_left = which == Which::smallest_algebraic, at_right = which == Which::largest_algebraic;
    const bool has_sigma = !std::isnan(options.sigma);
    if (options.transform == SpectralTransform::none) return without_transform(problem, options, "that was asked for");

    const bool asked = options.transform != SpectralTransform::automatic;
    if (asked && (has_sigma || at_sigma)) {
        // As in ARPACK, `which` speaks of θ then.
        const Which order = at_sigma ? Which::largest_magnitude : which;
        PencilOptions how;
        how.stop = options.stop;
        how.try_cholesky = problem.sigma == 0 && has_positive_diagonal(A);
        FactoredPencil<T> factor = factor_pencil("eigsh", A, options.mass, problem.sigma, how);
        const double moved = at_sigma ? factor.sigma - problem.sigma : 0.0;
        return with_factor(options.transform, order, std::move(factor), moved);
    }
    if (asked) {
        if (!at_left && !at_right)
            throw InvalidArgument("eigsh: a transform for " + std::string(to_string(which)) + " needs a .sigma");
        auto factor = factor_outside(A, options, at_left);
        if (!factor)
            throw InvalidArgument(
                "eigsh: no shift outside the spectrum was found; give one in .sigma, with .which = nearest");
        return with_factor(options.transform, at_left ? Which::largest_algebraic : Which::smallest_algebraic,
                           std::move(*factor));
    }
    if (which == Which::largest_magnitude || which == Which::both_ends) return without_transform(problem, options, {});

    const PencilPrediction predicted = predict_pencil(A, options.mass);
    const double memory = 0.7 * static_cast<double>(available_memory());
    if (at_sigma) {
        if (!std::isfinite(predicted.flops)) {
            if (which == Which::nearest)
                return without_transform(
                    problem, options, "an operator cannot be factored, which would serve eigenvalues inside the spectrum");
            return without_transform(problem, options, "an operator cannot be factored");
        }
        if (predicted.flops > affordable_flops || predicted.bytes > memory)
            return without_transform(
                problem, options,
                "a factor would take about " + shown(predicted.flops) + " flops and " + human_bytes(predicted.bytes));
        PencilOptions how;
        how.stop = options.stop;
        how.try_cholesky = !options.mass && gershgorin(A).lower >= problem.sigma;
        how.try_cholesky = how.try_cholesky || (problem.sigma == 0 && has_positive_diagonal(A));
        FactoredPencil<T> factor = factor_pencil("eigsh", A, options.mass, problem.sigma, how);
        const double moved = factor.sigma - problem.sigma;
        return with_factor(SpectralTransform::shift_invert, Which::largest_magnitude, std::move(factor), moved);
    }
    if (predicted.flops <= cheap_flops && predicted.bytes <= memory && !predicted.expander) {
        if (auto factor = factor_outside(A, options, at_left)) {
            auto op = with_factor(SpectralTransform::shift_invert,
                                  at_left ? Which::largest_algebraic : Which::smallest_algebraic, std::move(*factor));
            op.how += ", outside of the spectrum, since the factor is cheap";
            return op;
        }
    }
    return without_transform(problem, options, {});
}

#define TAMIS_INSTANTIATE(T)                                                                             \
    template SpectralOperator<T> choose_transform<T>(const EigenOperand<T>&, const HermitianProblem<T>&, \
                                                     const EigshOptions<T>&, double);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
