#include <tamis/sparse/cholesky.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/backend_threads.hpp"
#include "instantiate.hpp"
#include "sparse/cholesky_verbs.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/factor_state.hpp"
#include "sparse/save/state_file.hpp"
#include "sparse/suitesparse/backend.hpp"
#include "sparse/updated_factor.hpp"

namespace tamis {

namespace {
const char* const verb_cholesky = "cholesky";
}  // namespace

template <class T, class I>
struct SparseCholesky<T, I>::State
    : detail::FactorState<detail::compute_t<T>, detail::CholeskySymbolic<detail::compute_t<T>>,
                          detail::CholeskyFactor<detail::compute_t<T>>> {
    using E = detail::compute_t<T>;
    using System = typename detail::CholeskyFactor<E>::System;
    using State::FactorState::FactorState;

    double one_norm = 0;
    bool norm_known = true;  // false once updated

    void compute(Array<E>&& values, double norm) {
        const double shift = this->options.shift;
        one_norm = norm;
        this->run([&](auto& factor) {
            try {
                if (factor && factor->refactor(std::move(values), shift)) return;
                factor.reset();  // updated: made anew by the analysis
                factor = this->symbolic().factor(std::move(values), shift);
            } catch (const detail::PivotNotPositive& pivot) {
                detail::throw_not_positive_definite(verb_cholesky, pivot.column);
            }
        });
        this->info.backend = this->symbolic().prediction().backend;
        norm_known = true;
    }

    void take(const char* caller, CsrView<T, I> major, bool row_major) {
        this->replace(caller, detail::lower_triangle(major, row_major), [&](detail::Columns<E, I>&& lower) {
            detail::check_finite(caller, major, row_major);
            detail::check_hermitian(caller, major);
            const double norm = detail::norm_of_hermitian(lower, this->options.shift);
            compute(std::move(lower.values), norm);
        });
    }

    void update(const char* caller, int sign, const detail::UpdateColumns<E>& W) {
        detail::check_stop(caller, "the update", this->options.stop);
        if (this->empty() || W.empty()) return;
        std::string backend = "tamis, updated from " + this->symbolic().prediction().backend;
        try {
            detail::update_factor(caller, this->factor, W, sign, permutation(), this->options.memory_limit);
        } catch (const detail::PivotNotPositive& pivot) {
            detail::throw_update_not_definite(caller, sign, pivot.column);
        }
        this->info.backend.swap(backend);
        this->describe();
        norm_known = false;
    }

    std::vector<std::int64_t> permutation() const {
        return this->empty() ? std::vector<std::int64_t>() : this->symbolic().permutation();
    }
};

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(SparseCholesky&&) noexcept = default;
template <class T, class I>
SparseCholesky<T, I>& SparseCholesky<T, I>::operator=(SparseCholesky&&) noexcept = default;
template <class T, class I>
SparseCholesky<T, I>::~SparseCholesky() = default;

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    using E = typename State::E;
    detail::check_factor_options(verb_cholesky, options);
    detail::check_square(verb_cholesky, major, row_major);
    detail::check_finite(verb_cholesky, major, row_major);
    detail::check_hermitian(verb_cholesky, major);
    auto lower = detail::lower_triangle(major, row_major);
    const double norm = detail::norm_of_hermitian(lower, options.shift);
    auto analysis = detail::analyze_for_cholesky<E>(verb_cholesky, std::move(lower.pattern), options);
    state_ = std::make_unique<State>(verb_cholesky, std::move(analysis), options);
    state_->info.seconds.analyze = state_->analysis->seconds;
    if (!state_->empty()) state_->compute(std::move(lower.values), norm);
}

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(const Analysis& analysis, CsrView<T, I> major, bool row_major,
                                     const FactorOptions& options) {
    detail::check_square(verb_cholesky, major, row_major);
    state_ = std::make_unique<State>(verb_cholesky,
                                     detail::analysis_for(verb_cholesky, Method::cholesky, is_complex_v<T>, major.rows(),
                                                          major.cols(), analysis, options),
                                     options);
    state_->take(verb_cholesky, major, row_major);
}

template <class T, class I>
void SparseCholesky<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "cholesky refactor";
    if (!state_) detail::throw_not_ready(caller);
    detail::check_same_size(caller, *state_->analysis, major.rows(), major.cols());
    state_->take(caller, major, row_major);
}

template <class T, class I>
std::int64_t SparseCholesky<T, I>::rows() const noexcept {
    return state_ ? state_->rows() : 0;
}
template <class T, class I>
const FactorInfo& SparseCholesky<T, I>::info() const noexcept {
    return detail::info_of(state_);
}
template <class T, class I>
Analysis SparseCholesky<T, I>::analysis() const {
    return detail::analysis_of(state_, "cholesky analysis");
}

template <class T, class I>
void SparseCholesky<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "cholesky solve";
    const auto* factor = detail::ready_factor(state_, caller);
    const auto nonzeros = static_cast<double>(state_->info.factor_nonzeros);
    // Aᴴ = A; Aᵀ = conj(A).
    detail::solve_in_blocks<T>(caller, rows(), rows(), b, x, form == detail::SolveForm::transposed,
                               [factor, nonzeros](const E* in, E* out, std::int64_t k) {
                                   if (factor == nullptr) return;
                                   detail::on_backend_threads(4 * nonzeros * static_cast<double>(k),
                                                              [&] { factor->solve(State::System::full, in, out, k); });
                               });
}

template <class T, class I>
void SparseCholesky<T, I>::apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = part == Part::solve_l    ? "cholesky solve_l"
                               : part == Part::solve_lt ? "cholesky solve_lt"
                                                        : "cholesky multiply_l";
    const auto* factor = detail::ready_factor(state_, caller);
    const auto n = rows();
    const auto nonzeros = static_cast<double>(state_->info.factor_nonzeros);
    detail::solve_in_blocks<T>(caller, n, n, b, x, false, [=](const E* in, E* out, std::int64_t k) {
        if (factor == nullptr) return;
        detail::on_backend_threads(2 * nonzeros * static_cast<double>(k), [&] {
            if (part == Part::multiply_l) factor->multiply(in, out, k);
            else factor->solve(part == Part::solve_l ? State::System::solve_l : State::System::solve_lt, in, out, k);
        });
    });
}

template <class T, class I>
void SparseCholesky<T, I>::write_diagonal_l(VectorView<Real<T>> d) const {
    const char* const caller = "cholesky diagonal_l";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return;
    const auto diagonal = factor->diagonal();
    for (std::int64_t j = 0; j < d.size(); ++j) d[j] = static_cast<Real<T>>(diagonal[j]);
}

template <class T, class I>
Csr<T, I> SparseCholesky<T, I>::selected_inverse() const {
    const char* const caller = "cholesky selected_inverse";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::selected_inverse_of<T, I>(caller, *factor, state_->permutation(), state_->options.memory_limit);
}

template <class T, class I>
void SparseCholesky<T, I>::write_inverse_diagonal(VectorView<T> d) const {
    const char* const caller = "cholesky inverse_diagonal";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return;
    const auto diagonal = detail::inverse_diagonal_of(caller, *factor, state_->permutation(), state_->options.memory_limit);
    for (std::int64_t j = 0; j < d.size(); ++j) d[j] = T(static_cast<Real<T>>(diagonal[j]));
}

template <class T, class I>
void SparseCholesky<T, I>::modify_sparse(CsrView<T, I> major, bool row_major, int sign) {
    const char* const caller = sign > 0 ? "cholesky update" : "cholesky downdate";
    (void)detail::ready_factor(state_, caller);
    state_->update(caller, sign, detail::update_columns(caller, major, row_major, state_->permutation()));
}

template <class T, class I>
void SparseCholesky<T, I>::modify_dense(MatrixView<const T> w, int sign) {
    const char* const caller = sign > 0 ? "cholesky update" : "cholesky downdate";
    (void)detail::ready_factor(state_, caller);
    state_->update(caller, sign, detail::update_columns<T>(caller, w, state_->permutation()));
}

template <class T, class I>
LogDeterminant<T> SparseCholesky<T, I>::slogdet() const {
    const auto* factor = detail::ready_factor(state_, "cholesky slogdet");
    return {T(1), factor == nullptr ? Real<T>(0) : static_cast<Real<T>>(factor->logdet())};
}

template <class T, class I>
Real<T> SparseCholesky<T, I>::rcond() const {
    using E = typename State::E;
    const auto* factor = detail::ready_factor(state_, "cholesky rcond");
    if (factor == nullptr) return std::numeric_limits<Real<T>>::infinity();
    const auto solve = [factor](MatrixView<const E> b, MatrixView<E> x) {
        factor->solve(State::System::full, b.data(), x.data(), b.cols());
    };
    const double inverse = detail::one_norm_estimate<E>(rows(), solve, solve);
    const double norm = state_->norm_known ? state_->one_norm : factor->norm_estimate();
    return static_cast<Real<T>>(1 / norm / inverse);
}

template <class T, class I>
std::vector<I> SparseCholesky<T, I>::permutation() const {
    if (!state_) return {};
    return detail::to_public<I>(state_->permutation());
}

template <class T, class I>
Csr<T, I> SparseCholesky<T, I>::matrix_l() const {
    const auto* factor = detail::ready_factor(state_, "cholesky matrix_l");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("cholesky matrix_l", factor->matrix_l());
}

template <class T, class I>
Csr<T, I> SparseCholesky<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "cholesky reconstruct";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return Csr<T, I>(0, 0);
    const auto L = factor->matrix_l();
    auto adjoint = detail::transposed_columns(Csc<E, std::int64_t>(L));
    for (E& v : adjoint.values()) v = detail::conjugate(v);
    const auto p = state_->symbolic().permutation();
    const auto A =
        detail::scattered(detail::product_of(L, adjoint), p, p, [](std::int64_t, std::int64_t, const E& v) { return v; });
    return detail::to_public<T, I>(caller, A);
}

template <class T, class I>
void SparseCholesky<T, I>::write(detail::FactorWriter& file) const {
    const auto* factor = detail::ready_factor(state_, "save");
    auto fields = detail::fields_of(*state_);
    fields.real(state_->one_norm);
    fields.integer(state_->norm_known ? 1 : 0);
    file.fields(fields);
    if (factor == nullptr) return;
    detail::write_analysis(file, *state_);
    file.columns("L", factor->matrix_l());
}

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(detail::FactorReader& file) {
    using E = typename State::E;
    const detail::Stopwatch watch;
    auto fields = file.fields();
    auto loaded = detail::read_fields<T, I>(fields, Method::cholesky);
    const double one_norm = fields.real();
    const bool norm_known = fields.flag();
    fields.finish();
    std::shared_ptr<const detail::CholeskySymbolic<E>> symbolic;
    std::unique_ptr<detail::CholeskyFactor<E>> factor;
    if (!loaded.empty) {
        detail::read_analysis(file, loaded);
        auto permutation = loaded.analysis.permutation;
        const auto n = loaded.data.rows;
        auto L = file.columns<E>("L", n, n);
        detail::check_lower(file, "L", L, [](const E& d) { return detail::real_part(d) > 0 && detail::is_finite(d); });
        factor = std::make_unique<detail::UpdatedFactor<E>>(std::move(L), std::move(permutation), loaded.info.flops);
        symbolic = detail::stored_cholesky_symbolic<E>(std::move(loaded.analysis));
    }
    state_ = detail::loaded_state<State>(std::move(loaded), std::move(symbolic), std::move(factor), watch);
    state_->one_norm = one_norm;
    state_->norm_known = norm_known;
}

#define TAMIS_INSTANTIATE(T, I) template class SparseCholesky<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
