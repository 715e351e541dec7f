#include <tamis/sparse/cholesky.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/backend_threads.hpp"
#include "core/memory.hpp"
#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis {

namespace {
const char* const what = "cholesky";

[[noreturn]] void throw_not_definite(std::int64_t column) {
    throw NotPositiveDefinite(std::string(what) + ": the matrix is not positive definite: the pivot of column " +
                                  std::to_string(column) + " is not positive; use ldlt or lu, or a shift",
                              column);
}
}  // namespace

template <class T, class I>
struct SparseCholesky<T, I>::State {
    using E = detail::compute_t<T>;
    using System = typename detail::CholeskyFactor<E>::System;

    std::int64_t n = 0;
    std::int64_t entries = 0;
    FactorOptions options;
    std::shared_ptr<const detail::CholeskySymbolic<E>> symbolic;  // null for an empty matrix
    std::unique_ptr<detail::CholeskyFactor<E>> factor;            // null for an empty matrix and after a failed refactor
    FactorInfo info;
    double one_norm = 0;

    // The checks that come before anything is computed.
    static detail::Columns<E, I> read(const char* caller, CsrView<T, I> major, bool row_major) {
        if (major.rows() != major.cols()) detail::throw_not_square(caller, major.rows(), major.cols());
        detail::check_finite(caller, major, row_major);
        detail::check_hermitian(caller, major);
        return detail::lower_triangle(major, row_major);
    }

    void compute(std::span<const E> values) {
        const detail::Stopwatch watch;
        const detail::BackendThreads few(symbolic->prediction().flops);
        try {
            if (factor) factor->refactor(values, options.shift);
            else factor = symbolic->factor(values, options.shift);
        } catch (const detail::PivotNotPositive& pivot) {
            factor.reset();
            throw_not_definite(pivot.column);
        } catch (...) {
            factor.reset();
            throw;
        }
        info.seconds.factor = watch.seconds();
        const auto size = factor->size();
        info.factor_nonzeros = static_cast<std::int64_t>(size.nonzeros);
        info.fill = entries > 0 ? size.nonzeros / static_cast<double>(entries) : 0;
        info.flops = size.flops;
        info.bytes = static_cast<std::int64_t>(size.bytes);
    }

    // The factor, or null for an empty matrix.
    const detail::CholeskyFactor<E>* ready(const char* caller) const {
        if (!factor && n > 0) detail::throw_not_ready(caller);
        return factor.get();
    }
};

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(SparseCholesky&&) noexcept = default;
template <class T, class I>
SparseCholesky<T, I>& SparseCholesky<T, I>::operator=(SparseCholesky&&) noexcept = default;
template <class T, class I>
SparseCholesky<T, I>::~SparseCholesky() = default;

template <class T, class I>
SparseCholesky<T, I>::SparseCholesky(CsrView<T, I> major, bool row_major, const FactorOptions& options)
    : state_(std::make_unique<State>()) {
    using E = typename State::E;
    detail::check_factor_options(what, options);
    auto lower = State::read(what, major, row_major);
    auto& s = *state_;
    s.n = major.rows();
    s.options = options;
    s.entries = lower.pattern.nnz();
    s.info.method = Method::cholesky;
    s.info.precision = scalar_name<E>();
    const auto order = detail::checked_permutation(what, options, s.n);
    detail::check_stop(what, "analysis", options.stop);
    if (s.n == 0) return;
    s.one_norm = detail::norm_of_hermitian(lower, options.shift);
    const detail::Stopwatch watch;
    s.symbolic = detail::analyze_cholmod<E>(std::move(lower.pattern),
                                            {options.ordering, order, options.pivot_tolerance, options.stop});
    s.info.seconds.analyze = watch.seconds();
    s.info.backend = s.symbolic->prediction().backend;
    s.info.ordering = s.symbolic->prediction().ordering;
    detail::require_memory(what, s.symbolic->prediction().bytes, options.memory_limit);
    detail::check_stop(what, "numeric factorization", options.stop);
    s.compute(lower.values.span());
}

template <class T, class I>
void SparseCholesky<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "cholesky refactor";
    if (!state_) detail::throw_not_ready(caller);
    auto& s = *state_;
    if (major.rows() != s.n || major.cols() != s.n)
        throw DimensionMismatch(std::string(caller) + ": the matrix has " + std::to_string(major.rows()) + " rows and " +
                                    std::to_string(major.cols()) + " columns, the analysed one " + std::to_string(s.n),
                                s.n, major.rows() != s.n ? major.rows() : major.cols());
    if (s.n == 0) return;
    auto lower = detail::lower_triangle(major, row_major);
    if (!s.symbolic->matches(std::as_const(lower.pattern.offsets).span(), std::as_const(lower.pattern.indices).span()))
        detail::throw_pattern_mismatch(caller);
    try {
        detail::check_finite(caller, major, row_major);
        detail::check_hermitian(caller, major);
        detail::check_stop(caller, "numeric factorization", s.options.stop);
    } catch (...) {
        s.factor.reset();
        throw;
    }
    s.one_norm = detail::norm_of_hermitian(lower, s.options.shift);
    s.compute(lower.values.span());
}

template <class T, class I>
std::int64_t SparseCholesky<T, I>::rows() const noexcept {
    return state_ ? state_->n : 0;
}
template <class T, class I>
const FactorInfo& SparseCholesky<T, I>::info() const noexcept {
    static const FactorInfo nothing;
    return state_ ? state_->info : nothing;
}

template <class T, class I>
void SparseCholesky<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "cholesky solve";
    if (!state_) detail::throw_not_ready(caller);
    const auto* factor = state_->ready(caller);
    const auto nonzeros = static_cast<double>(state_->info.factor_nonzeros);
    // Aᴴ = A; Aᵀ = conj(A).
    detail::solve_in_blocks<T>(caller, rows(), rows(), b, x, form == detail::SolveForm::transposed,
                               [factor, nonzeros](const E* in, E* out, std::int64_t k) {
                                   if (factor == nullptr) return;
                                   const detail::BackendThreads few(4 * nonzeros * static_cast<double>(k));
                                   factor->solve(State::System::full, in, out, k);
                               });
}

template <class T, class I>
void SparseCholesky<T, I>::apply_l(Part part, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = part == Part::solve_l    ? "cholesky solve_l"
                               : part == Part::solve_lt ? "cholesky solve_lt"
                                                        : "cholesky multiply_l";
    if (!state_) detail::throw_not_ready(caller);
    const auto* factor = state_->ready(caller);
    const auto n = rows();
    if (part != Part::multiply_l) {
        const auto system = part == Part::solve_l ? State::System::solve_l : State::System::solve_lt;
        detail::solve_in_blocks<T>(caller, n, n, b, x, false, [factor, system](const E* in, E* out, std::int64_t k) {
            if (factor == nullptr) return;
            const detail::BackendThreads few(0);
            factor->solve(system, in, out, k);
        });
        return;
    }
    // M z = Pᵀ(L z): row j of L z belongs to the caller's row p_j.
    const auto L = factor != nullptr ? factor->matrix_l() : Csc<E, std::int64_t>(0, 0);
    const auto p = factor != nullptr ? state_->symbolic->permutation() : std::vector<std::int64_t>();
    detail::solve_in_blocks<T>(caller, n, n, b, x, false, [&](const E* in, E* out, std::int64_t k) {
        std::fill_n(out, n * k, E(0));
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t j = 0; j < n; ++j)
                for (const auto l : L.col(j)) out[c * n + p[static_cast<std::size_t>(l.index)]] += l.value * in[c * n + j];
    });
}

template <class T, class I>
LogDeterminant<T> SparseCholesky<T, I>::slogdet() const {
    if (!state_) detail::throw_not_ready("cholesky slogdet");
    const auto* factor = state_->ready("cholesky slogdet");
    return {T(1), factor == nullptr ? Real<T>(0) : static_cast<Real<T>>(factor->logdet())};
}

template <class T, class I>
Real<T> SparseCholesky<T, I>::rcond() const {
    using E = typename State::E;
    if (!state_) detail::throw_not_ready("cholesky rcond");
    const auto* factor = state_->ready("cholesky rcond");
    if (factor == nullptr) return std::numeric_limits<Real<T>>::infinity();
    const auto solve = [factor](MatrixView<const E> b, MatrixView<E> x) {
        factor->solve(State::System::full, b.data(), x.data(), b.cols());
    };
    const double inverse = detail::one_norm_estimate<E>(rows(), solve, solve);
    return static_cast<Real<T>>(1 / state_->one_norm / inverse);
}

template <class T, class I>
std::vector<I> SparseCholesky<T, I>::permutation() const {
    if (!state_ || !state_->symbolic) return {};
    return detail::to_public<I>(state_->symbolic->permutation());
}

template <class T, class I>
Csr<T, I> SparseCholesky<T, I>::matrix_l() const {
    if (!state_) detail::throw_not_ready("cholesky matrix_l");
    const auto* factor = state_->ready("cholesky matrix_l");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("cholesky matrix_l", factor->matrix_l());
}

template <class T, class I>
Csr<T, I> SparseCholesky<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "cholesky reconstruct";
    if (!state_) detail::throw_not_ready(caller);
    const auto* factor = state_->ready(caller);
    if (factor == nullptr) return Csr<T, I>(0, 0);
    const auto L = factor->matrix_l();
    auto adjoint = detail::transposed_columns(Csc<E, std::int64_t>(L));
    for (E& v : adjoint.values()) v = detail::conjugate(v);
    const auto p = state_->symbolic->permutation();
    const auto A =
        detail::scattered(detail::product_of(L, adjoint), p, p, [](std::int64_t, std::int64_t, const E& v) { return v; });
    return detail::to_public<T, I>(caller, A);
}

#define TAMIS_INSTANTIATE(T, I) template class SparseCholesky<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
