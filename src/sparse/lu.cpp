#include <tamis/sparse/lu.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/backend_threads.hpp"
#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/factor_state.hpp"
#include "sparse/refined_solve.hpp"
#include "sparse/save/state_file.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis {

namespace {

const char* const verb_lu = "lu";

// +1 or −1.
int parity(const std::vector<std::int64_t>& p) {
    std::vector<char> seen(p.size(), 0);
    int sign = 1;
    for (std::size_t start = 0; start < p.size(); ++start) {
        // A cycle of even length is odd.
        std::size_t length = 0;
        for (std::size_t k = start; seen[k] == 0; k = static_cast<std::size_t>(p[k]), ++length) seen[k] = 1;
        if (length > 0 && length % 2 == 0) sign = -sign;
    }
    return sign;
}

}  // namespace

template <class T, class I>
struct SparseLu<T, I>::State : detail::FactorState<detail::compute_t<T>, detail::LuSymbolic<detail::compute_t<T>>,
                                                   detail::LuFactor<detail::compute_t<T>>> {
    using E = detail::compute_t<T>;
    using State::FactorState::FactorState;

    detail::MatrixNorms norms;
    Array<E> values;  // of A (+ shift·I) on the analysed pattern, for the residuals

    // `read` gives the matrix once more, to explain a failure by its pattern.
    template <class Read>
    void compute(const char* caller, Array<E>&& A, const detail::MatrixNorms& norms_of_A, const Read& read) {
        norms = norms_of_A;
        values = std::move(A);
        this->run([&](auto& factor) {
            try {
                const auto numbers = std::as_const(values).span();
                if (factor) factor->refactor(numbers);
                else factor = this->symbolic().factor(numbers, this->options.pivot_tolerance);
            } catch (const detail::PivotZero& pivot) {
                factor.reset();
                const detail::Columns<E, I> again = read();
                const auto unmatched = detail::unmatched_row(again.pattern, std::as_const(again.values).span());
                detail::throw_singular(caller, unmatched >= 0 ? unmatched : pivot.row, unmatched >= 0);
            }
        });
    }

    void take(const char* caller, CsrView<T, I> major, bool row_major) {
        const auto read = [&] { return detail::all_columns(caller, major, row_major, this->options.shift); };
        this->replace(caller, read(), [&](detail::Columns<E, I>&& A) {
            detail::check_finite(caller, major, row_major);
            const auto norms_of_A = detail::norms_of_columns(A);
            compute(caller, std::move(A.values), norms_of_A, read);
        });
    }

    void solve(detail::Transpose form, const E* b, E* x, std::int64_t k) const {
        // A column at a time, bound by memory.
        detail::on_backend_threads(0, [&] {
            detail::solve_refined<E>(
                this->rows(), form == detail::Transpose::none ? norms.inf : norms.one, static_cast<double>(epsilon_v<T>), b,
                x, k, [this, form](const E* in, E* out, std::int64_t width) { this->factor->solve(form, in, out, width); },
                [this, form](const E* y, E* r) { this->symbolic().subtract_product(form, values.data(), y, r); });
        });
    }
};

template <class T, class I>
SparseLu<T, I>::SparseLu(SparseLu&&) noexcept = default;
template <class T, class I>
SparseLu<T, I>& SparseLu<T, I>::operator=(SparseLu&&) noexcept = default;
template <class T, class I>
SparseLu<T, I>::~SparseLu() = default;

template <class T, class I>
SparseLu<T, I>::SparseLu(CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    using E = typename State::E;
    detail::check_factor_options(verb_lu, options);
    detail::check_square(verb_lu, major, row_major);
    detail::check_finite(verb_lu, major, row_major);
    const auto read = [&] { return detail::all_columns(verb_lu, major, row_major, options.shift); };
    auto A = read();
    const auto norms = detail::norms_of_columns(A);
    auto analysis = detail::analyze_for_lu<E>(verb_lu, std::move(A.pattern), std::as_const(A.values).span(), options);
    state_ = std::make_unique<State>(verb_lu, std::move(analysis), options);
    state_->info.seconds.analyze = state_->analysis->seconds;
    if (!state_->empty()) state_->compute(verb_lu, std::move(A.values), norms, read);
}

template <class T, class I>
SparseLu<T, I>::SparseLu(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    detail::check_square(verb_lu, major, row_major);
    state_ = std::make_unique<State>(
        verb_lu, detail::analysis_for(verb_lu, Method::lu, is_complex_v<T>, major.rows(), major.cols(), analysis, options),
        options);
    state_->take(verb_lu, major, row_major);
}

template <class T, class I>
void SparseLu<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "lu refactor";
    if (!state_) detail::throw_not_ready(caller);
    const auto rows = row_major ? major.rows() : major.cols();
    detail::check_same_size(caller, *state_->analysis, rows, row_major ? major.cols() : major.rows());
    state_->take(caller, major, row_major);
}

template <class T, class I>
std::int64_t SparseLu<T, I>::rows() const noexcept {
    return state_ ? state_->rows() : 0;
}
template <class T, class I>
const FactorInfo& SparseLu<T, I>::info() const noexcept {
    return detail::info_of(state_);
}
template <class T, class I>
Analysis SparseLu<T, I>::analysis() const {
    return detail::analysis_of(state_, "lu analysis");
}

template <class T, class I>
void SparseLu<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "lu solve";
    const auto* factor = detail::ready_factor(state_, caller);
    const auto transpose = form == detail::SolveForm::plain     ? detail::Transpose::none
                           : form == detail::SolveForm::adjoint ? detail::Transpose::adjoint
                                                                : detail::Transpose::transpose;
    detail::solve_in_blocks<T>(caller, rows(), rows(), b, x, false,
                               [this, factor, transpose](const E* in, E* out, std::int64_t k) {
                                   if (factor != nullptr) state_->solve(transpose, in, out, k);
                               });
}

template <class T, class I>
LogDeterminant<T> SparseLu<T, I>::slogdet() const {
    using E = typename State::E;
    const auto* factor = detail::ready_factor(state_, "lu slogdet");
    if (factor == nullptr) return {T(1), 0};
    if (const auto det = factor->determinant())
        return {static_cast<T>(det->sign / std::abs(det->sign)), static_cast<Real<T>>(det->logabs)};
    // det A = det(Pᵀ) det(Qᵀ) ∏ u_kk / ∏ r_k.
    E sign = parity(factor->row_permutation()) * parity(factor->col_permutation());
    double logabs = 0;
    for (const E& u : factor->diagonal_u()) {
        const double modulus = std::abs(u);
        sign *= u / modulus;
        logabs += std::log(modulus);
    }
    for (const double r : factor->row_scaling()) logabs -= std::log(r);
    // Many factors of modulus 1 drift from it by rounding.
    return {static_cast<T>(sign / std::abs(sign)), static_cast<Real<T>>(logabs)};
}

template <class T, class I>
Real<T> SparseLu<T, I>::rcond() const {
    using E = typename State::E;
    const auto* factor = detail::ready_factor(state_, "lu rcond");
    if (factor == nullptr) return std::numeric_limits<Real<T>>::infinity();
    const auto solve = [factor](detail::Transpose form) {
        return [factor, form](MatrixView<const E> b, MatrixView<E> x) { factor->solve(form, b.data(), x.data(), b.cols()); };
    };
    const double inverse =
        detail::one_norm_estimate<E>(rows(), solve(detail::Transpose::none), solve(detail::Transpose::adjoint));
    return static_cast<Real<T>>(1 / state_->norms.one / inverse);
}

template <class T, class I>
Csr<T, I> SparseLu<T, I>::matrix_l() const {
    const auto* factor = detail::ready_factor(state_, "lu matrix_l");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("lu matrix_l", factor->parts().l);
}

template <class T, class I>
Csr<T, I> SparseLu<T, I>::matrix_u() const {
    const auto* factor = detail::ready_factor(state_, "lu matrix_u");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("lu matrix_u", factor->parts().u);
}

template <class T, class I>
std::vector<I> SparseLu<T, I>::row_permutation() const {
    const auto* factor = detail::ready_factor(state_, "lu row_permutation");
    return factor == nullptr ? std::vector<I>() : detail::to_public<I>(factor->row_permutation());
}

template <class T, class I>
std::vector<I> SparseLu<T, I>::col_permutation() const {
    const auto* factor = detail::ready_factor(state_, "lu col_permutation");
    return factor == nullptr ? std::vector<I>() : detail::to_public<I>(factor->col_permutation());
}

template <class T, class I>
std::vector<Real<T>> SparseLu<T, I>::row_scaling() const {
    const auto* factor = detail::ready_factor(state_, "lu row_scaling");
    if (factor == nullptr) return {};
    const auto r = factor->row_scaling();
    std::vector<Real<T>> result(r.size());
    std::transform(r.begin(), r.end(), result.begin(), [](double v) { return static_cast<Real<T>>(v); });
    return result;
}

template <class T, class I>
Csr<T, I> SparseLu<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "lu reconstruct";
    const auto* factor = detail::ready_factor(state_, caller);
    if (factor == nullptr) return Csr<T, I>(0, 0);
    const auto parts = factor->parts();
    const auto p = factor->row_permutation();
    const auto r = factor->row_scaling();
    const auto A = detail::scattered(detail::product_of(parts.l, parts.u), p, factor->col_permutation(),
                                     [&](std::int64_t i, std::int64_t, const E& v) {
                                         return v / r[static_cast<std::size_t>(p[static_cast<std::size_t>(i)])];
                                     });
    return detail::to_public<T, I>(caller, A);
}

template <class T, class I>
void SparseLu<T, I>::write(detail::FactorWriter& file) const {
    const auto* factor = detail::ready_factor(state_, "save");
    auto fields = detail::fields_of(*state_);
    fields.real(state_->norms.one);
    fields.real(state_->norms.inf);
    file.fields(fields);
    if (factor == nullptr) return;
    detail::write_analysis(file, *state_);
    file.array("A", std::as_const(state_->values).span());
    const auto parts = factor->parts();
    file.columns("L", parts.l);
    file.columns("U", parts.u);
    file.indices("p", factor->row_permutation(), rows());
    file.indices("q", factor->col_permutation(), rows());
    file.template array<double>("r", factor->row_scaling());
}

template <class T, class I>
SparseLu<T, I>::SparseLu(detail::FactorReader& file) {
    using E = typename State::E;
    const detail::Stopwatch watch;
    auto fields = file.fields();
    auto loaded = detail::read_fields<T, I>(fields, Method::lu);
    detail::MatrixNorms norms;
    norms.one = fields.real();
    norms.inf = fields.real();
    fields.finish();
    std::shared_ptr<const detail::LuSymbolic<E>> symbolic;
    std::unique_ptr<detail::LuFactor<E>> factor;
    Array<E> values;
    if (!loaded.empty) {
        detail::read_analysis(file, loaded);
        const auto n = loaded.data.rows;
        values = file.array<E>("A", loaded.analysis.pattern.nnz());
        detail::StoredLuParts<E> F;
        F.parts.l = file.columns<E>("L", n, n);
        detail::check_lower(file, "L", F.parts.l, [](const E& d) { return d == E(1); });
        F.parts.u = file.columns<E>("U", n, n);
        detail::check_upper(file, "U", F.parts.u, n);
        F.p = file.permutation("p", n);
        F.q = file.permutation("q", n);
        const auto r = file.array<double>("r", n);
        for (const double v : r) file.require(v > 0 && detail::is_finite(v), "r", "is no scaling");
        F.r.assign(r.begin(), r.end());
        F.flops = loaded.info.flops;
        factor = detail::stored_lu_factor(std::move(F));
        symbolic = detail::stored_lu_symbolic<E>(std::move(loaded.analysis));
    }
    state_ = detail::loaded_state<State>(std::move(loaded), std::move(symbolic), std::move(factor), watch);
    state_->norms = norms;
    state_->values = std::move(values);
}

#define TAMIS_INSTANTIATE(T, I) template class SparseLu<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
