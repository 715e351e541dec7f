// Private: what every factorization class holds, and what it does around its backend. A class has a State derived from this
// one, which adds `compute` and what the class keeps beside its factor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "core/backend_threads.hpp"
#include "core/memory.hpp"
#include "sparse/analysis_data.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

/// DimensionMismatch for a matrix of other sizes than the analysed one.
void check_same_size(const char* what, const AnalysisData& analysis, std::int64_t rows, std::int64_t cols);

/// E: the scalar computed in; S: the backend's symbolic object; N: the numeric one, which has size().
template <class E, class S, class N>
struct FactorState {
    SharedAnalysis analysis;
    FactorOptions options;
    std::unique_ptr<N> factor;  // null where there is nothing to factor, and after a failed refactor
    FactorInfo info;
    bool loaded = false;  // the factor came from a file and takes no new values

    /// Holds the prediction against the memory limit and looks at the stop token.
    FactorState(const char* what, SharedAnalysis from, const FactorOptions& with)
        : analysis(std::move(from)),
          options(with) {
        info.method = analysis->method;
        info.precision = scalar_name<E>();
        if (empty()) return;
        const auto& prediction = symbolic().prediction();
        info.backend = prediction.backend;
        info.ordering = prediction.ordering;
        require_memory(what, prediction.bytes, options.memory_limit);
        check_stop(what, "numeric factorization", options.stop);
    }
    /// Of a factorization in a file, whose factor is yet to be set.
    FactorState(SharedAnalysis from, const FactorOptions& with, const FactorInfo& saved)
        : analysis(std::move(from)),
          options(with),
          info(saved),
          loaded(true) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return analysis->rows; }
    [[nodiscard]] std::int64_t cols() const noexcept { return analysis->cols; }
    /// Nothing to factor, e.g. no rows.
    [[nodiscard]] bool empty() const noexcept { return analysis->symbolic == nullptr; }
    [[nodiscard]] const S& symbolic() const noexcept { return static_cast<const S&>(*analysis->symbolic); }

    /// Runs the numeric phase, `make(factor)`, which fills or replaces the factor; if it fails there is none.
    template <class Make>
    void run(const Make& make) {
        const Stopwatch watch;
        const bool was_loaded = std::exchange(loaded, false);
        if (was_loaded) {
            factor.reset();
            info.backend.clear();
        }
        try {
            on_backend_threads(symbolic().prediction().flops, [&] { make(factor); });
        } catch (...) {
            factor.reset();
            throw;
        }
        if (was_loaded && info.backend.empty()) info.backend = symbolic().prediction().backend;
        info.seconds.factor = watch.seconds();
        describe();
    }

    /// Tells info() the size of the factor.
    void describe() noexcept {
        const FactorSize size = factor->size();
        info.factor_nonzeros = static_cast<std::int64_t>(size.nonzeros);
        info.fill = analysis->entries > 0 ? size.nonzeros / static_cast<double>(analysis->entries) : 0;
        info.flops = size.flops;
        info.bytes = static_cast<std::int64_t>(size.bytes);
    }

    /// Takes new values on the analysed pattern by `take(A)`, which checks and computes. Another pattern changes nothing;
    /// any failure after that leaves no factor.
    template <class I, class Take>
    void replace(const char* caller, Columns<E, I>&& A, const Take& take) {
        const auto& pattern = std::as_const(A.pattern);
        if (empty() ? pattern.nnz() != 0 : !symbolic().matches(pattern.offsets.span(), pattern.indices.span()))
            throw_pattern_mismatch(caller);
        if (empty()) return;
        try {
            check_stop(caller, "numeric factorization", options.stop);
            take(std::move(A));
        } catch (...) {
            factor.reset();
            throw;
        }
    }
};

/// The factor of a state, null where there is nothing to factor; throws if the object was moved from or its last refactor
/// failed.
template <class State>
auto* ready_factor(const std::unique_ptr<State>& state, const char* caller) {
    if (!state || (!state->factor && !state->empty())) throw_not_ready(caller);
    return state->factor.get();
}

/// What a moved-from object answers to info().
template <class State>
const FactorInfo& info_of(const std::unique_ptr<State>& state) noexcept {
    static const FactorInfo nothing;
    return state ? state->info : nothing;
}

/// The analysis that a factorization was made from.
template <class State>
Analysis analysis_of(const std::unique_ptr<State>& state, const char* caller) {
    if (!state) throw_not_ready(caller);
    return AnalysisAccess::make(state->analysis);
}

}  // namespace tamis::detail
