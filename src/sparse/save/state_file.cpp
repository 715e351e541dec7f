#include "sparse/save/state_file.hpp"

namespace tamis::detail {

namespace {
const std::string before = "tamis (loaded from ";
}

std::string loaded_backend(const std::string& origin) {
    return before + origin + ")";
}

std::string origin_of_backend(const std::string& backend) {
    return backend.starts_with(before) && backend.ends_with(")")
               ? backend.substr(before.size(), backend.size() - before.size() - 1)
               : backend;
}

void write_options(FieldsWriter& fields, const FactorOptions& options) {
    fields.integer(static_cast<std::int64_t>(options.ordering));
    fields.integer(options.permutation.size());
    for (const auto i : options.permutation) fields.integer(i);
    fields.integer(static_cast<std::int64_t>(options.precision));
    fields.integer(options.memory_limit);
    fields.real(options.shift);
    fields.real(options.pivot_tolerance);
}

FactorOptions read_options(FieldsReader& fields) {
    FactorOptions options;
    options.ordering = static_cast<Ordering>(fields.integer(static_cast<std::int64_t>(Ordering::given)));
    std::vector<std::int64_t> permutation;
    // Every one is read before room is made for the next: a wrong count ends with the section.
    for (auto left = fields.integer(std::numeric_limits<std::int64_t>::max()); left > 0; --left)
        permutation.push_back(fields.integer());
    options.permutation = Permutation(permutation);
    options.precision = static_cast<Precision>(fields.integer(static_cast<std::int64_t>(Precision::mixed)));
    options.memory_limit = fields.integer();
    options.shift = fields.real();
    options.pivot_tolerance = fields.real();
    check_factor_options("load", options);
    return options;
}

void write_prediction(FieldsWriter& fields, const Prediction& prediction) {
    fields.text(prediction.backend);
    fields.integer(static_cast<std::int64_t>(prediction.ordering));
    fields.real(prediction.factor_nonzeros);
    fields.real(prediction.flops);
    fields.real(prediction.bytes);
}

Prediction read_prediction(FieldsReader& fields) {
    Prediction prediction;
    prediction.backend = fields.text();
    prediction.ordering = static_cast<Ordering>(fields.integer(static_cast<std::int64_t>(Ordering::given)));
    prediction.factor_nonzeros = fields.quantity();
    prediction.flops = fields.quantity();
    prediction.bytes = fields.quantity();
    return prediction;
}

}  // namespace tamis::detail
