// Private: what every class writes to a file before its factor, and reads from it.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sparse/factor_state.hpp"
#include "sparse/save/factor_file.hpp"
#include "sparse/save/stored.hpp"

namespace tamis::detail {

void write_options(FieldsWriter& fields, const FactorOptions& options);
FactorOptions read_options(FieldsReader& fields);
void write_prediction(FieldsWriter& fields, const Prediction& prediction);
Prediction read_prediction(FieldsReader& fields);

/// "tamis (loaded from X)" of X, and X of either.
std::string loaded_backend(const std::string& origin);
std::string origin_of_backend(const std::string& backend);

/// The fields of a state, for the class to add its own.
template <class State>
FieldsWriter fields_of(const State& state) {
    FieldsWriter fields;
    const AnalysisData& analysis = *state.analysis;
    fields.integer(analysis.rows);
    fields.integer(analysis.cols);
    fields.integer(analysis.entries);
    write_options(fields, analysis.options);
    write_options(fields, state.options);
    fields.integer(state.empty() ? 0 : 1);
    if (state.empty()) return fields;
    write_prediction(fields, state.symbolic().prediction());
    const FactorInfo& info = state.info;
    fields.text(origin_of_backend(info.backend));
    fields.integer(static_cast<std::int64_t>(info.ordering));
    fields.integer(info.factor_nonzeros);
    fields.real(info.fill);
    fields.real(info.flops);
    fields.integer(info.perturbed_pivots);
    return fields;
}

/// The analysed pattern and order of a state that has a factor.
template <class State>
void write_analysis(FactorWriter& file, const State& state) {
    const auto pattern = state.symbolic().pattern();
    const auto permutation = state.symbolic().permutation();
    file.array("offsets", pattern.offsets.span());
    file.indices("rows", pattern.indices.span(), pattern.rows);
    file.indices("order", permutation, std::ssize(permutation));
}

/// What fields_of wrote. `I` is the index of the class.
template <class I>
struct LoadedState {
    AnalysisData data;
    FactorOptions options;
    bool empty = true;
    FactorInfo info;
    SavedAnalysis<I> analysis;
};

template <class T, class I>
LoadedState<I> read_fields(FieldsReader& fields, Method method) {
    // Sizes are counts of I and one more is no overflow.
    constexpr auto most = static_cast<std::int64_t>(std::numeric_limits<I>::max()) - 1;
    LoadedState<I> loaded;
    auto& data = loaded.data;
    data.method = method;
    data.complex = is_complex_v<T>;
    data.rows = fields.integer(most);
    data.cols = fields.integer(method == Method::qr ? most : data.rows);
    if (method != Method::qr && data.cols != data.rows)
        throw InvalidArgument("a square matrix has " + std::to_string(data.rows) + " rows and " + std::to_string(data.cols) +
                              " columns");
    data.entries = fields.integer(std::numeric_limits<std::int64_t>::max());
    data.options = read_options(fields);
    loaded.options = read_options(fields);
    (void)checked_permutation("load", data.options, std::min(data.rows, data.cols));
    loaded.info.method = method;
    loaded.info.precision = scalar_name<compute_t<T>>();
    loaded.empty = !fields.flag();
    if (loaded.empty) return loaded;
    loaded.analysis.prediction = read_prediction(fields);
    loaded.info.backend = loaded_backend(fields.text());
    loaded.info.ordering = static_cast<Ordering>(fields.integer(static_cast<std::int64_t>(Ordering::given)));
    loaded.info.factor_nonzeros = fields.integer(std::numeric_limits<std::int64_t>::max());
    loaded.info.fill = fields.real();
    loaded.info.flops = fields.real();
    loaded.info.perturbed_pivots = fields.integer(std::numeric_limits<std::int64_t>::max());
    return loaded;
}

/// Reads what write_analysis wrote.
template <class I>
void read_analysis(FactorReader& file, LoadedState<I>& loaded) {
    const auto& data = loaded.data;
    const auto offsets = file.array<std::int64_t>("offsets", data.cols + 1);
    const auto rows = file.indices("rows", data.rows);
    file.check_columns("rows", offsets.span(), rows.span(), data.rows);
    file.require(rows.size() <= static_cast<std::int64_t>(std::numeric_limits<I>::max()), "rows", "is too long");
    auto& saved = loaded.analysis;
    saved.pattern = {data.rows, data.cols, never_null<I>(offsets.size()), never_null<I>(rows.size())};
    const auto narrow = [](std::int64_t i) { return static_cast<I>(i); };
    std::transform(offsets.begin(), offsets.end(), saved.pattern.offsets.begin(), narrow);
    std::transform(rows.begin(), rows.end(), saved.pattern.indices.begin(), narrow);
    saved.permutation = file.permutation("order", std::min(data.rows, data.cols));
    saved.requested = data.options.ordering;
    saved.requested_permutation.assign(data.options.permutation.begin(), data.options.permutation.end());
}

/// Makes the state from an analysis (null where there is nothing to factor) and a factor.
template <class State, class I, class S, class N>
std::unique_ptr<State> loaded_state(LoadedState<I>&& loaded, std::shared_ptr<const S> symbolic, std::unique_ptr<N> factor,
                                    const Stopwatch& watch) {
    loaded.data.symbolic = std::move(symbolic);
    auto state =
        std::make_unique<State>(std::make_shared<const AnalysisData>(std::move(loaded.data)), loaded.options, loaded.info);
    state->factor = std::move(factor);
    if (state->factor) state->info.bytes = static_cast<std::int64_t>(state->factor->size().bytes);
    state->info.seconds.factor = watch.seconds();
    return state;
}

/// Checks that each column of L begins with its diagonal, and visits that: ok(value).
template <class E, class Ok>
void check_lower(const FactorReader& file, std::string_view name, const Csc<E, std::int64_t>& L, const Ok& ok) {
    for (std::int64_t j = 0; j < L.cols(); ++j) {
        const auto column = L.col(j);
        file.require(column.size() > 0 && column.indices().front() == j && ok(column.values().front()), name,
                     "is no lower triangle with the diagonal of a factor");
    }
}

/// Checks that each of the first `count` columns of U ends with a diagonal that can be divided by.
template <class E>
void check_upper(const FactorReader& file, std::string_view name, const Csc<E, std::int64_t>& U, std::int64_t count) {
    for (std::int64_t j = 0; j < count; ++j) {
        const auto column = U.col(j);
        file.require(column.size() > 0 && column.indices().back() == j && is_finite(column.values().back()) &&
                         column.values().back() != E(0),
                     name, "is no upper triangle with the diagonal of a factor");
    }
}

}  // namespace tamis::detail
