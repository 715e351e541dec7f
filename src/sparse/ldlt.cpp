#include <tamis/sparse/ldlt.hpp>

#include <limits>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/backend_threads.hpp"
#include "core/memory.hpp"
#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/factor_state.hpp"
#include "sparse/refined_solve.hpp"
#include "sparse/save/state_file.hpp"
#include "sparse/suitesparse/ldlt_backend.hpp"
#include "tamis_backends.hpp"

namespace tamis {

namespace {

const char* const verb_ldlt = "ldlt";

[[noreturn]] void throw_unstable(const char* caller, const detail::PivotUnstable& unstable) {
    throw Unsupported(
        std::string(caller) + ": the factorization is not stable: " + unstable.why +
        (TAMIS_WITH_MUMPS ? "" : ", and this build is without MUMPS (TAMIS_WITH_MUMPS=OFF), which has 2×2 pivots") +
        "; use lu");
}

}  // namespace

template <class T, class I>
struct SparseLdlt<T, I>::State : detail::FactorState<detail::compute_t<T>, detail::LdltSymbolic<detail::compute_t<T>>,
                                                     detail::LdltFactor<detail::compute_t<T>>> {
    using E = detail::compute_t<T>;
    using State::FactorState::FactorState;

    Array<E> values;  // of A on the analysed lower triangle, for the residuals
    double one_norm = 0;
    Inertia inertia;
    std::int64_t singular_row = -1;
    bool structural = false;

    [[nodiscard]] detail::HermitianValues<E> numbers() const {
        return {values.span(), this->options.shift, one_norm, this->options.pivot_tolerance};
    }

    // `columns` gives all of A once more, to explain a singular one by its pattern.
    template <class Explain>
    void compute(const char* caller, double norm, Array<E>&& numbers_of_lower, const Explain& columns) {
        one_norm = norm;
        values = std::move(numbers_of_lower);
        double reanalysis = 0;
        this->run([&](auto& factor) {
            try {
                try {
                    if (factor) factor->refactor(numbers());
                    else factor = this->symbolic().factor(numbers());
                } catch (const detail::PivotUnstable& unstable) {
                    const bool chose_already = factor && factor->chooses_pivots();
                    factor.reset();
                    if (chose_already || !choose_pivots(factor, reanalysis)) throw_unstable(caller, unstable);
                }
            } catch (const detail::PivotUnstable& unstable) {
                throw_unstable(caller, unstable);
            }
        });
        this->info.seconds.analyze += reanalysis;
        this->info.seconds.factor -= reanalysis;
        inertia = this->factor->inertia();
        singular_row = -1;
        structural = false;
        if (inertia.zero > 0) {
            const detail::Columns<E, I> A = columns();
            const auto unmatched = detail::unmatched_row(A.pattern, std::as_const(A.values).span());
            structural = unmatched >= 0;
            singular_row = structural ? unmatched : this->factor->null_row();
        }
    }

    // Pivots chosen by their numbers instead. False in a build that has none.
    bool choose_pivots(std::unique_ptr<detail::LdltFactor<E>>& factor, double& seconds) {
        const detail::Stopwatch watch;
        const auto order = detail::checked_permutation(verb_ldlt, this->analysis->options, this->rows());
        const auto chosen =
            this->symbolic().with_chosen_pivots(numbers(), {this->analysis->options.ordering, order, this->options.stop});
        if (!chosen) return false;
        seconds = watch.seconds();
        detail::require_memory(verb_ldlt, chosen->prediction().bytes, this->options.memory_limit);
        detail::check_stop(verb_ldlt, "numeric factorization", this->options.stop);
        factor = chosen->factor(numbers());
        this->info.backend = chosen->prediction().backend;
        this->info.ordering = chosen->prediction().ordering;
        return true;
    }

    void take(const char* caller, CsrView<T, I> major, bool row_major) {
        this->replace(caller, detail::lower_triangle(major, row_major), [&](detail::Columns<E, I>&& lower) {
            detail::check_finite(caller, major, row_major);
            detail::check_hermitian(caller, major);
            compute(caller, detail::norm_of_hermitian(lower, this->options.shift), std::move(lower.values),
                    [&] { return detail::all_columns(caller, major, row_major, this->options.shift); });
        });
    }

    void solve(const E* b, E* x, std::int64_t k) const {
        const auto A = numbers();
        detail::on_backend_threads(4 * static_cast<double>(this->info.factor_nonzeros) * static_cast<double>(k), [&] {
            detail::solve_refined<E>(
                this->rows(), one_norm, static_cast<double>(epsilon_v<T>), b, x, k,
                [this](const E* in, E* out, std::int64_t width) { this->factor->solve(in, out, width); },
                [this, &A](const E* y, E* r) { this->symbolic().subtract_product(A, y, r); });
        });
    }
};

template <class T, class I>
SparseLdlt<T, I>::SparseLdlt(SparseLdlt&&) noexcept = default;
template <class T, class I>
SparseLdlt<T, I>& SparseLdlt<T, I>::operator=(SparseLdlt&&) noexcept = default;
template <class T, class I>
SparseLdlt<T, I>::~SparseLdlt() = default;

template <class T, class I>
SparseLdlt<T, I>::SparseLdlt(CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    using E = typename State::E;
    detail::check_factor_options(verb_ldlt, options);
    detail::check_square(verb_ldlt, major, row_major);
    detail::check_finite(verb_ldlt, major, row_major);
    detail::check_hermitian(verb_ldlt, major);
    auto lower = detail::lower_triangle(major, row_major);
    const double norm = detail::norm_of_hermitian(lower, options.shift);
    auto analysis =
        detail::analyze_for_ldlt<E>(verb_ldlt, std::move(lower.pattern), std::as_const(lower.values).span(), options);
    state_ = std::make_unique<State>(verb_ldlt, std::move(analysis), options);
    state_->info.seconds.analyze = state_->analysis->seconds;
    if (!state_->empty())
        state_->compute(verb_ldlt, norm, std::move(lower.values),
                        [&] { return detail::all_columns(verb_ldlt, major, row_major, options.shift); });
}

template <class T, class I>
SparseLdlt<T, I>::SparseLdlt(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    detail::check_square(verb_ldlt, major, row_major);
    state_ = std::make_unique<State>(
        verb_ldlt,
        detail::analysis_for(verb_ldlt, Method::ldlt, is_complex_v<T>, major.rows(), major.cols(), analysis, options),
        options);
    state_->take(verb_ldlt, major, row_major);
}

template <class T, class I>
void SparseLdlt<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "ldlt refactor";
    if (!state_) detail::throw_not_ready(caller);
    detail::check_same_size(caller, *state_->analysis, major.rows(), major.cols());
    state_->take(caller, major, row_major);
}

template <class T, class I>
std::int64_t SparseLdlt<T, I>::rows() const noexcept {
    return state_ ? state_->rows() : 0;
}
template <class T, class I>
const FactorInfo& SparseLdlt<T, I>::info() const noexcept {
    return detail::info_of(state_);
}
template <class T, class I>
Analysis SparseLdlt<T, I>::analysis() const {
    return detail::analysis_of(state_, "ldlt analysis");
}

template <class T, class I>
void SparseLdlt<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "ldlt solve";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor != nullptr && state_->inertia.zero > 0)
        detail::throw_singular(caller, state_->singular_row, state_->structural);
    // Aᴴ = A; Aᵀ = conj(A).
    detail::solve_in_blocks<T>(caller, rows(), rows(), b, x, form == detail::SolveForm::transposed,
                               [this, factor](const E* in, E* out, std::int64_t k) {
                                   if (factor != nullptr) state_->solve(in, out, k);
                               });
}

template <class T, class I>
Inertia SparseLdlt<T, I>::inertia() const {
    (void)detail::ready_factor(state_, "ldlt inertia");
    return state_->inertia;
}

template <class T, class I>
LogDeterminant<T> SparseLdlt<T, I>::slogdet() const {
    const auto* factor = detail::ready_factor(state_, "ldlt slogdet");
    if (factor == nullptr) return {T(1), 0};
    if (state_->inertia.zero > 0) return {T(0), -std::numeric_limits<Real<T>>::infinity()};
    return {T(state_->inertia.negative % 2 == 0 ? 1 : -1), static_cast<Real<T>>(factor->logabs())};
}

template <class T, class I>
Real<T> SparseLdlt<T, I>::rcond() const {
    using E = typename State::E;
    const auto* factor = detail::ready_factor(state_, "ldlt rcond");
    if (factor == nullptr) return std::numeric_limits<Real<T>>::infinity();
    if (state_->inertia.zero > 0) return 0;
    const auto solve = [factor](MatrixView<const E> b, MatrixView<E> x) { factor->solve(b.data(), x.data(), b.cols()); };
    const double inverse = detail::one_norm_estimate<E>(rows(), solve, solve);
    return static_cast<Real<T>>(1 / state_->one_norm / inverse);
}

template <class T, class I>
std::vector<I> SparseLdlt<T, I>::permutation() const {
    const auto* factor = detail::ready_factor(state_, "ldlt permutation");
    return factor == nullptr ? std::vector<I>() : detail::to_public<I>(factor->permutation());
}

template <class T, class I>
Csr<T, I> SparseLdlt<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "ldlt reconstruct";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return Csr<T, I>(0, 0);
    auto parts = factor->parts();
    auto adjoint = detail::transposed_columns(Csc<E, std::int64_t>(parts.l));
    for (E& v : adjoint.values()) v = detail::conjugate(v);
    auto LD = std::move(parts.l);
    std::size_t at = 0;
    for (std::int64_t j = 0; j < LD.cols(); ++j) {
        const auto end = static_cast<std::size_t>(LD.col_offsets()[static_cast<std::size_t>(j) + 1]);
        for (; at < end; ++at) LD.values()[at] *= parts.d[static_cast<std::size_t>(j)];
    }
    const auto p = factor->permutation();
    const auto A =
        detail::scattered(detail::product_of(LD, adjoint), p, p, [](std::int64_t, std::int64_t, const E& v) { return v; });
    return detail::to_public<T, I>(caller, A);
}

template <class T, class I>
void SparseLdlt<T, I>::write(detail::FactorWriter& file) const {
    const auto* factor = detail::ready_factor(state_, "save");
    if (factor != nullptr && factor->chooses_pivots())
        throw Unsupported("save: " + state_->info.backend +
                          ", which chose the pivots of this matrix by their numbers, keeps its factors to itself; save the "
                          "matrix and factor it again after loading, or save lu(A)");
    auto fields = detail::fields_of(*state_);
    fields.real(state_->one_norm);
    fields.integer(state_->inertia.positive);
    fields.integer(state_->inertia.negative);
    fields.integer(state_->inertia.zero);
    fields.integer(state_->singular_row + 1);
    fields.integer(state_->structural ? 1 : 0);
    fields.integer(factor == nullptr ? 0 : factor->null_row() + 1);
    file.fields(fields);
    if (factor == nullptr) return;
    detail::write_analysis(file, *state_);
    file.array("A", std::as_const(state_->values).span());
    const auto parts = factor->parts();
    file.columns("L", parts.l);
    file.template array<double>("D", parts.d);
    file.indices("p", factor->permutation(), rows());
}

template <class T, class I>
SparseLdlt<T, I>::SparseLdlt(detail::FactorReader& file) {
    using E = typename State::E;
    const detail::Stopwatch watch;
    auto fields = file.fields();
    auto loaded = detail::read_fields<T, I>(fields, Method::ldlt);
    const auto n = loaded.data.rows;
    const double one_norm = fields.real();
    Inertia inertia;
    inertia.positive = fields.integer(n);
    inertia.negative = fields.integer(n);
    inertia.zero = fields.integer(n);
    const auto singular_row = fields.integer(n) - 1;
    const bool structural = fields.flag();
    const auto null_row = fields.integer(n) - 1;
    fields.finish();
    std::shared_ptr<const detail::LdltSymbolic<E>> symbolic;
    std::unique_ptr<detail::LdltFactor<E>> factor;
    Array<E> values;
    if (!loaded.empty) {
        detail::read_analysis(file, loaded);
        values = file.array<E>("A", loaded.analysis.pattern.nnz());
        detail::StoredLdltParts<E> F;
        F.parts.l = file.columns<E>("L", n, n);
        detail::check_lower(file, "L", F.parts.l, [](const E& d) { return d == E(1); });
        const auto D = file.array<double>("D", n);
        for (const double d : D)
            file.require(detail::is_finite(d) && (d != 0 || inertia.zero > 0), "D", "has an unusable pivot");
        F.parts.d.assign(D.begin(), D.end());
        F.p = file.permutation("p", n);
        F.inertia = inertia;
        F.null_row = null_row;
        F.flops = loaded.info.flops;
        factor = detail::stored_ldlt_factor(std::move(F));
        symbolic = detail::stored_ldlt_symbolic<E>(std::move(loaded.analysis));
    }
    state_ = detail::loaded_state<State>(std::move(loaded), std::move(symbolic), std::move(factor), watch);
    state_->one_norm = one_norm;
    state_->inertia = inertia;
    state_->singular_row = singular_row;
    state_->structural = structural;
    state_->values = std::move(values);
}

#define TAMIS_INSTANTIATE(T, I) template class SparseLdlt<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
