#include <tamis/sparse/lu.hpp>

#include <algorithm>
#include <cmath>
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
#include "sparse/suitesparse/backend.hpp"

namespace tamis {

namespace {

const char* const what = "lu";

[[noreturn]] void throw_singular(const char* caller, std::int64_t row, bool structural) {
    std::string message = std::string(caller) + ": the matrix is singular";
    if (structural)
        message += ": by its pattern, since the nonzeros of row " + std::to_string(row) +
                   " all lie in columns that other rows need";
    else if (row >= 0) message += ": no nonzero pivot is left for row " + std::to_string(row);
    throw SingularMatrix(message + "; use least_squares for a solution of minimum norm", row, structural);
}

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
struct SparseLu<T, I>::State {
    using E = detail::compute_t<T>;

    std::int64_t n = 0;
    std::int64_t entries = 0;
    FactorOptions options;
    std::shared_ptr<const detail::LuSymbolic<E>> symbolic;  // null for an empty matrix
    std::unique_ptr<detail::LuFactor<E>> factor;            // null for an empty matrix and after a failed refactor
    FactorInfo info;
    detail::MatrixNorms norms;
    Array<E> values;  // of A (+ shift·I) on the analysed pattern, for the residuals

    // Factors; `columns` gives the matrix once more, to explain a failure by its pattern.
    template <class Explain>
    void compute(const char* caller, const Explain& columns) {
        const detail::Stopwatch watch;
        const detail::BackendThreads few(symbolic->prediction().flops);
        try {
            const auto numbers = std::as_const(values).span();
            if (factor) factor->refactor(numbers);
            else factor = symbolic->factor(numbers);
        } catch (const detail::PivotZero& pivot) {
            factor.reset();
            const detail::Columns<E, I> A = columns();
            const auto unmatched = detail::unmatched_row(A.pattern, std::as_const(A.values).span());
            throw_singular(caller, unmatched >= 0 ? unmatched : pivot.row, unmatched >= 0);
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

    // x from b, refined while the backward error is beyond a tenth of what a direct solve promises: threshold pivoting lets
    // entries grow. (Skeel: Iterative refinement implies numerical stability for Gaussian elimination, 1980.)
    void solve(detail::Transpose form, const E* b, E* x, std::int64_t k) const {
        const detail::BackendThreads one(0);  // a column at a time, bound by memory
        factor->solve(form, b, x, k);
        constexpr int most_steps = 5;
        const double limit = std::max(10.0, std::sqrt(static_cast<double>(n))) * static_cast<double>(epsilon_v<T>);
        const double norm = form == detail::Transpose::none ? norms.inf : norms.one;
        Array<E> r(n, uninitialized);
        Array<E> better;
        for (std::int64_t c = 0; c < k; ++c) {
            E* const column = x + c * n;
            double last = std::numeric_limits<double>::infinity();
            for (int step = 0;; ++step) {
                const double error = backward_error(form, norm, b + c * n, column, r);
                if (!(error < last / 2)) {
                    // No progress: the solution before was at least as good, or there is none to go back to.
                    if (step > 0 && !(error < last)) std::copy_n(better.data(), n, column);
                    break;
                }
                if (error <= limit || step == most_steps) break;
                last = error;
                if (better.empty()) better = Array<E>(n, uninitialized);
                std::copy_n(column, n, better.data());
                Array<E> d(n, uninitialized);
                factor->solve(form, r.data(), d.data(), 1);
                for (std::int64_t i = 0; i < n; ++i) column[i] += d[i];
            }
        }
    }

    // max|b − op(A)x| / (‖op(A)‖_∞ max|x| + max|b|), and r = b − op(A)x.
    double backward_error(detail::Transpose form, double norm, const E* b, const E* x, Array<E>& r) const {
        std::copy_n(b, n, r.data());
        symbolic->subtract_product(form, values.data(), x, r.data());
        double residual = 0;
        double scale_x = 0;
        double scale_b = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            residual = std::max(residual, std::abs(r[i]));
            scale_x = std::max(scale_x, std::abs(x[i]));
            scale_b = std::max(scale_b, std::abs(b[i]));
        }
        return residual == 0 ? 0 : residual / (norm * scale_x + scale_b);
    }

    const detail::LuFactor<E>* ready(const char* caller) const {
        if (!factor && n > 0) detail::throw_not_ready(caller);
        return factor.get();
    }
};

template <class T, class I>
SparseLu<T, I>::SparseLu(SparseLu&&) noexcept = default;
template <class T, class I>
SparseLu<T, I>& SparseLu<T, I>::operator=(SparseLu&&) noexcept = default;
template <class T, class I>
SparseLu<T, I>::~SparseLu() = default;

template <class T, class I>
SparseLu<T, I>::SparseLu(CsrView<T, I> major, bool row_major, const FactorOptions& options)
    : state_(std::make_unique<State>()) {
    using E = typename State::E;
    detail::check_factor_options(what, options);
    if (major.rows() != major.cols())
        detail::throw_not_square(what, row_major ? major.rows() : major.cols(), row_major ? major.cols() : major.rows());
    detail::check_finite(what, major, row_major);
    auto& s = *state_;
    s.n = major.rows();
    s.options = options;
    s.info.method = Method::lu;
    s.info.precision = scalar_name<E>();
    const auto order = detail::checked_permutation(what, options, s.n);
    detail::check_stop(what, "analysis", options.stop);
    if (s.n == 0) return;
    const detail::Stopwatch watch;
    const auto read = [&] { return detail::all_columns(what, major, row_major, options.shift); };
    auto columns = read();
    s.norms = detail::norms_of_columns(columns);
    s.values = std::move(columns.values);
    s.entries = columns.pattern.nnz();
    s.symbolic = detail::analyze_lu<E>(std::move(columns.pattern), std::as_const(s.values).span(),
                                       {options.ordering, order, options.pivot_tolerance, options.stop});
    s.info.seconds.analyze = watch.seconds();
    s.info.backend = s.symbolic->prediction().backend;
    s.info.ordering = s.symbolic->prediction().ordering;
    detail::require_memory(what, s.symbolic->prediction().bytes, options.memory_limit);
    detail::check_stop(what, "numeric factorization", options.stop);
    s.compute(what, read);
}

template <class T, class I>
void SparseLu<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "lu refactor";
    if (!state_) detail::throw_not_ready(caller);
    auto& s = *state_;
    if (major.rows() != s.n || major.cols() != s.n)
        throw DimensionMismatch(std::string(caller) + ": the matrix has " + std::to_string(major.rows()) + " rows and " +
                                    std::to_string(major.cols()) + " columns, the analysed one " + std::to_string(s.n),
                                s.n, major.rows() != s.n ? major.rows() : major.cols());
    if (s.n == 0) return;
    const auto read = [&] { return detail::all_columns(caller, major, row_major, s.options.shift); };
    auto columns = read();
    if (!s.symbolic->matches(std::as_const(columns.pattern.offsets).span(), std::as_const(columns.pattern.indices).span()))
        detail::throw_pattern_mismatch(caller);
    try {
        detail::check_finite(caller, major, row_major);
        detail::check_stop(caller, "numeric factorization", s.options.stop);
    } catch (...) {
        s.factor.reset();
        throw;
    }
    s.norms = detail::norms_of_columns(columns);
    s.values = std::move(columns.values);
    s.compute(caller, read);
}

template <class T, class I>
std::int64_t SparseLu<T, I>::rows() const noexcept {
    return state_ ? state_->n : 0;
}
template <class T, class I>
const FactorInfo& SparseLu<T, I>::info() const noexcept {
    static const FactorInfo nothing;
    return state_ ? state_->info : nothing;
}

template <class T, class I>
void SparseLu<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "lu solve";
    if (!state_) detail::throw_not_ready(caller);
    const auto* factor = state_->ready(caller);
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
    if (!state_) detail::throw_not_ready("lu slogdet");
    const auto* factor = state_->ready("lu slogdet");
    if (factor == nullptr) return {T(1), 0};
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
    if (!state_) detail::throw_not_ready("lu rcond");
    const auto* factor = state_->ready("lu rcond");
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
    if (!state_) detail::throw_not_ready("lu matrix_l");
    const auto* factor = state_->ready("lu matrix_l");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("lu matrix_l", factor->parts().l);
}

template <class T, class I>
Csr<T, I> SparseLu<T, I>::matrix_u() const {
    if (!state_) detail::throw_not_ready("lu matrix_u");
    const auto* factor = state_->ready("lu matrix_u");
    if (factor == nullptr) return Csr<T, I>(0, 0);
    return detail::to_public<T, I>("lu matrix_u", factor->parts().u);
}

template <class T, class I>
std::vector<I> SparseLu<T, I>::row_permutation() const {
    if (!state_) detail::throw_not_ready("lu row_permutation");
    const auto* factor = state_->ready("lu row_permutation");
    return factor == nullptr ? std::vector<I>() : detail::to_public<I>(factor->row_permutation());
}

template <class T, class I>
std::vector<I> SparseLu<T, I>::col_permutation() const {
    if (!state_) detail::throw_not_ready("lu col_permutation");
    const auto* factor = state_->ready("lu col_permutation");
    return factor == nullptr ? std::vector<I>() : detail::to_public<I>(factor->col_permutation());
}

template <class T, class I>
std::vector<Real<T>> SparseLu<T, I>::row_scaling() const {
    if (!state_) detail::throw_not_ready("lu row_scaling");
    const auto* factor = state_->ready("lu row_scaling");
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
    if (!state_) detail::throw_not_ready(caller);
    const auto* factor = state_->ready(caller);
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

#define TAMIS_INSTANTIATE(T, I) template class SparseLu<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
