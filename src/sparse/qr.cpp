// Sparse QR: what its parts are and how they are handed out; complete_orthogonal.cpp solves.
#include <tamis/sparse/qr.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/complete_orthogonal.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/factor_output.hpp"
#include "sparse/factor_state.hpp"
#include "sparse/save/state_file.hpp"
#include "sparse/suitesparse/backend.hpp"

namespace tamis {

namespace {

const char* const verb_qr = "qr";
using Long = std::int64_t;

// SPQR's rule is for numbers that are as good as double precision. The entries of a float matrix are not, however they are
// computed with: their rounding moves singular values by about √(m + n) ε of the largest column.
template <class T>
FactorOptions with_tolerance(FactorOptions options, Long rows, Long cols) {
    if (options.pivot_tolerance == 0 && std::same_as<Real<T>, float>)
        options.pivot_tolerance = 20 * std::sqrt(static_cast<double>(rows + cols)) * static_cast<double>(epsilon_v<T>);
    return options;
}

}  // namespace

template <class T, class I>
struct SparseQr<T, I>::State
    : detail::FactorState<detail::compute_t<T>, detail::QrSymbolic, detail::CompleteOrthogonal<detail::compute_t<T>>> {
    using E = detail::compute_t<T>;
    using State::FactorState::FactorState;

    void compute(detail::TallColumns<E>&& A) {
        this->run([&](auto& factor) {
            factor.reset();  // the old factor makes room first
            factor = std::make_unique<detail::CompleteOrthogonal<E>>(std::move(A), this->symbolic(), this->options);
        });
    }

    void take(const char* caller, CsrView<T, I> major, bool row_major) {
        this->replace(caller, detail::all_columns(caller, major, row_major, this->options.shift),
                      [&](detail::Columns<E, I>&& A) {
                          detail::check_finite(caller, major, row_major);
                          compute(detail::tall_columns(std::move(A)));
                      });
    }

    // A(:, p) = Q·R.
    const detail::OrthogonalFactor<E>& direct(const char* caller) const {
        return this->factor->direct(caller, this->options);
    }
};

template <class T, class I>
SparseQr<T, I>::SparseQr(SparseQr&&) noexcept = default;
template <class T, class I>
SparseQr<T, I>& SparseQr<T, I>::operator=(SparseQr&&) noexcept = default;
template <class T, class I>
SparseQr<T, I>::~SparseQr() = default;

template <class T, class I>
SparseQr<T, I>::SparseQr(CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    using E = typename State::E;
    detail::check_factor_options(verb_qr, options);
    detail::check_qr(verb_qr, row_major ? major.rows() : major.cols(), row_major ? major.cols() : major.rows(), options);
    detail::check_finite(verb_qr, major, row_major);
    auto columns = detail::all_columns(verb_qr, major, row_major, options.shift);
    detail::ColumnPattern<I> pattern = columns.pattern;
    auto A = detail::tall_columns(std::move(columns));
    auto analysis = detail::analyze_for_qr<E>(verb_qr, std::move(pattern), A.B, options);
    const auto with = with_tolerance<T>(options, analysis->rows, analysis->cols);
    state_ = std::make_unique<State>(verb_qr, std::move(analysis), with);
    state_->info.seconds.analyze = state_->analysis->seconds;
    if (!state_->empty()) state_->compute(std::move(A));
}

template <class T, class I>
SparseQr<T, I>::SparseQr(const Analysis& analysis, CsrView<T, I> major, bool row_major, const FactorOptions& options) {
    const auto rows = row_major ? major.rows() : major.cols();
    const auto cols = row_major ? major.cols() : major.rows();
    detail::check_qr(verb_qr, rows, cols, options);
    state_ = std::make_unique<State>(
        verb_qr, detail::analysis_for(verb_qr, Method::qr, is_complex_v<T>, rows, cols, analysis, options),
        with_tolerance<T>(options, rows, cols));
    state_->take(verb_qr, major, row_major);
}

template <class T, class I>
void SparseQr<T, I>::refactor_major(CsrView<T, I> major, bool row_major) {
    const char* const caller = "qr refactor";
    if (!state_) detail::throw_not_ready(caller);
    const auto rows = row_major ? major.rows() : major.cols();
    detail::check_same_size(caller, *state_->analysis, rows, row_major ? major.cols() : major.rows());
    state_->take(caller, major, row_major);
}

template <class T, class I>
Long SparseQr<T, I>::rows() const noexcept {
    return state_ ? state_->rows() : 0;
}
template <class T, class I>
Long SparseQr<T, I>::cols() const noexcept {
    return state_ ? state_->cols() : 0;
}
template <class T, class I>
const FactorInfo& SparseQr<T, I>::info() const noexcept {
    return detail::info_of(state_);
}
template <class T, class I>
Analysis SparseQr<T, I>::analysis() const {
    return detail::analysis_of(state_, "qr analysis");
}
template <class T, class I>
Long SparseQr<T, I>::rank() const {
    const auto* factor = detail::ready_factor(state_, "qr rank");
    return factor == nullptr ? 0 : factor->rank();
}

template <class T, class I>
void SparseQr<T, I>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    using E = typename State::E;
    const char* const caller = "qr solve";
    const auto* factor = detail::ready_factor(state_, caller);
    const bool plain = form == detail::SolveForm::plain;
    const auto in_rows = plain ? rows() : cols();
    const auto out_rows = plain ? cols() : rows();
    const bool wide = rows() < cols();
    detail::solve_in_blocks<T>(caller, in_rows, out_rows, b, x, form == detail::SolveForm::transposed,
                               [&](const E* in, E* out, Long k) {
                                   if (factor == nullptr || factor->rank() == 0) {
                                       std::fill_n(out, out_rows * k, E(0));
                                       return;
                                   }
                                   std::vector<E> work(static_cast<std::size_t>(std::max(rows(), cols())));
                                   std::vector<E> second(static_cast<std::size_t>(std::min(rows(), cols())));
                                   for (Long c = 0; c < k; ++c) {
                                       const E* from = in + c * in_rows;
                                       E* to = out + c * out_rows;
                                       if (plain != wide) factor->least_squares(from, to, work.data(), second.data());
                                       else factor->minimum_norm(from, to, work.data(), second.data());
                                   }
                               });
}

template <class T, class I>
void SparseQr<T, I>::apply_q(bool adjoint, MatrixView<const T> x, MatrixView<T> y) const {
    using E = typename State::E;
    const char* const caller = adjoint ? "qr multiply_qt" : "qr multiply_q";
    const bool empty = detail::ready_factor(state_, caller) == nullptr;
    const auto m = rows();
    const auto thin = std::min(m, cols());
    // Q is square; a factor of as many rows as R has is extended by zeros.
    const auto in_rows = !adjoint && x.rows() == thin ? thin : m;
    const auto* F = empty ? nullptr : &state_->direct(caller);
    detail::solve_in_blocks<T>(caller, in_rows, m, x, y, false, [&](const E* in, E* out, Long k) {
        std::vector<E> work(static_cast<std::size_t>(m));
        for (Long c = 0; c < k; ++c) {
            if (adjoint) {
                if (F != nullptr) F->apply_q_adjoint(in + c * m, out + c * m);
                else std::copy_n(in + c * m, m, out + c * m);
                continue;
            }
            std::fill(work.begin(), work.end(), E(0));
            std::copy_n(in + c * in_rows, in_rows, work.begin());
            if (F != nullptr) F->apply_q(work.data(), out + c * m);
            else std::copy_n(work.data(), m, out + c * m);
        }
    });
}

template <class T, class I>
Csr<T, I> SparseQr<T, I>::matrix_r() const {
    using E = typename State::E;
    const char* const caller = "qr matrix_r";
    const bool empty = detail::ready_factor(state_, caller) == nullptr;
    const auto thin = std::min(rows(), cols());
    if (empty) return Csr<T, I>(thin, cols());
    const auto R = state_->direct(caller).matrix_r();
    const Csc<E, Long> extended(unchecked, thin, cols(), Array<Long>(R.col_offsets()), Array<Long>(R.row_indices()),
                                Array<E>(R.values()));
    return detail::to_public<T, I>(caller, extended);
}

template <class T, class I>
std::vector<I> SparseQr<T, I>::permutation() const {
    if (detail::ready_factor(state_, "qr permutation") == nullptr) {
        std::vector<I> p(static_cast<std::size_t>(cols()));
        std::iota(p.begin(), p.end(), I{0});
        return p;
    }
    return detail::to_public<I>(state_->direct("qr permutation").permutation());
}

template <class T, class I>
Csr<T, I> SparseQr<T, I>::reconstruct() const {
    using E = typename State::E;
    const char* const caller = "qr reconstruct";
    if (detail::ready_factor(state_, caller) == nullptr) return Csr<T, I>(rows(), cols());
    const auto& F = state_->direct(caller);
    const auto R = F.matrix_r();
    const auto m = rows();
    Array<Long> offsets(cols() + 1);
    std::vector<Long> found;
    std::vector<E> values;
    std::vector<E> work(static_cast<std::size_t>(m));
    std::vector<E> column(static_cast<std::size_t>(m));
    std::vector<Long> position(static_cast<std::size_t>(cols()));
    for (std::size_t k = 0; k < F.permutation().size(); ++k)
        position[static_cast<std::size_t>(F.permutation()[k])] = static_cast<Long>(k);
    for (Long j = 0; j < cols(); ++j) {
        std::fill(work.begin(), work.end(), E(0));
        double largest = 0;
        for (const auto r : R.col(position[static_cast<std::size_t>(j)])) {
            work[static_cast<std::size_t>(r.index)] = r.value;
            largest = std::max(largest, std::abs(r.value));
        }
        F.apply_q(work.data(), column.data());
        // Elsewhere than in A's pattern the sums cancel to rounding noise.
        const double noise = 64 * std::numeric_limits<double>::epsilon() * largest;
        for (Long i = 0; i < m; ++i) {
            if (std::abs(column[static_cast<std::size_t>(i)]) <= noise) continue;
            found.push_back(i);
            values.push_back(column[static_cast<std::size_t>(i)]);
        }
        offsets[j + 1] = std::ssize(found);
    }
    const Csc<E, Long> A(unchecked, m, cols(), std::move(offsets), Array<Long>(std::move(found)),
                         Array<E>(std::move(values)));
    return detail::to_public<T, I>(caller, A);
}

template <class T, class I>
void SparseQr<T, I>::write(detail::FactorWriter& file) const {
    const auto* factor = detail::ready_factor(state_, "save");
    auto fields = detail::fields_of(*state_);
    if (factor == nullptr) {
        file.fields(fields);
        return;
    }
    using Factor = detail::CompleteOrthogonal<typename State::E>;
    const auto saved = factor->saved();
    Factor::write_fields(fields, saved);
    file.fields(fields);
    detail::write_analysis(file, *state_);
    factor->write_parts(file, saved);
}

template <class T, class I>
SparseQr<T, I>::SparseQr(detail::FactorReader& file) {
    using E = typename State::E;
    const detail::Stopwatch watch;
    auto fields = file.fields();
    auto loaded = detail::read_fields<T, I>(fields, Method::qr);
    std::shared_ptr<const detail::QrSymbolic> symbolic;
    std::unique_ptr<detail::CompleteOrthogonal<E>> factor;
    if (!loaded.empty) {
        auto saved = detail::CompleteOrthogonal<E>::read_fields(fields);
        fields.finish();
        detail::read_analysis(file, loaded);
        factor = std::make_unique<detail::CompleteOrthogonal<E>>(std::move(saved), file, loaded.data.rows, loaded.data.cols);
        auto& analysis = loaded.analysis;
        symbolic = detail::qr_symbolic(std::move(analysis.pattern),
                                       {std::move(analysis.permutation), std::move(analysis.prediction)});
    } else {
        fields.finish();
    }
    state_ = detail::loaded_state<State>(std::move(loaded), std::move(symbolic), std::move(factor), watch);
}

#define TAMIS_INSTANTIATE(T, I) template class SparseQr<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
