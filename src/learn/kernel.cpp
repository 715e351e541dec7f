#include <tamis/learn/kernel.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include <tamis/core/error.hpp>

namespace tamis::learn {

namespace {

struct KernelKindName {
    const char* kernel;
    const char* parameter;
};

KernelKindName name_of(detail::KernelKind kind) {
    using enum detail::KernelKind;
    switch (kind) {
        case rbf: return {"rbf", "length_scale"};
        case matern12: return {"matern12", "length_scale"};
        case matern32: return {"matern32", "length_scale"};
        case matern52: return {"matern52", "length_scale"};
        case wendland_c2: return {"wendland_c2", "radius"};
        case wendland_c4: return {"wendland_c4", "radius"};
        case linear: return {"linear", "length_scale"};
        case constant: return {"constant", "value"};
        case white: return {"white", "variance"};
        case sum: return {"+", ""};
        case product: return {"*", ""};
    }
    return {"", ""};
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

/// By append, since g++ 12 warns of a sum that begins with a literal.
std::string bracketed(const char* name, const std::string& inside) {
    std::string text(name);
    return text.append("(").append(inside).append(")");
}

bool joins(detail::KernelKind kind) {
    return kind == detail::KernelKind::sum || kind == detail::KernelKind::product;
}

}  // namespace

Kernel::Kernel(detail::KernelKind kind, const std::vector<double>& parameters, const char* what)
    : steps_{{kind, static_cast<std::int64_t>(parameters.size())}} {
    if (parameters.empty() && kind != detail::KernelKind::linear)
        throw InvalidArgument(std::string(what) + ": no parameter was given; one for all features, or one for each");
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const double value = parameters[k];
        if (!(value > 0) || !(value <= std::numeric_limits<double>::max()))
            throw InvalidArgument(std::string(what) + ": parameter " + std::to_string(k) + " is " + short_number(value) +
                                  ", but must be positive and finite");
        logs_.push_back(std::log(value));
    }
}

Kernel Kernel::joined(const Kernel& a, const Kernel& b, detail::KernelKind kind) {
    Kernel k = a;
    k.steps_.insert(k.steps_.end(), b.steps_.begin(), b.steps_.end());
    k.steps_.push_back({kind, 0});
    k.logs_.insert(k.logs_.end(), b.logs_.begin(), b.logs_.end());
    return k;
}

Kernel Kernel::replaced(VectorView<const double> logarithms) const {
    if (logarithms.size() != parameter_count())
        throw DimensionMismatch("Kernel with_parameters: " + std::to_string(logarithms.size()) +
                                    " parameters were given where the kernel has " + std::to_string(parameter_count()),
                                parameter_count(), logarithms.size());
    std::vector<double> logs;
    for (std::int64_t p = 0; p < logarithms.size(); ++p) {
        const double theta = std::exp(logarithms[p]);
        if (!(theta > 0) || !(theta <= std::numeric_limits<double>::max()))
            throw InvalidArgument("Kernel with_parameters: parameter " + std::to_string(p) + " is the logarithm " +
                                  short_number(logarithms[p]) + ", of which double does not hold the exponential");
        logs.push_back(logarithms[p]);
    }
    return Kernel(steps_, std::move(logs));
}

std::vector<std::string> Kernel::parameter_names() const {
    std::vector<std::string> names;
    for (const detail::KernelStep& step : steps_) {
        const KernelKindName name = name_of(step.kind);
        for (std::int64_t p = 0; p < step.parameters; ++p) {
            names.push_back(std::string(name.kernel) + "." + name.parameter);
            if (step.parameters > 1) names.back().append("[").append(std::to_string(p)).append("]");
        }
    }
    return names;
}

std::string Kernel::to_string() const {
    struct Text {
        std::string text;
        bool is_sum;
    };
    std::vector<Text> stack;
    std::size_t next = 0;
    for (const detail::KernelStep& step : steps_) {
        const KernelKindName name = name_of(step.kind);
        if (joins(step.kind)) {
            Text right = std::move(stack.back());
            stack.pop_back();
            Text& left = stack.back();
            const bool is_sum = step.kind == detail::KernelKind::sum;
            for (Text* side : {&left, &right})
                if (!is_sum && side->is_sum) side->text = bracketed("", side->text);
            left.text.append(" ").append(name.kernel).append(" ").append(right.text);
            left.is_sum = is_sum;
            continue;
        }
        std::string values;
        for (std::int64_t p = 0; p < step.parameters; ++p) {
            if (p > 0) values += ", ";
            values += short_number(std::exp(logs_[next++]));
        }
        if (step.kind != detail::KernelKind::constant) values = bracketed(name.kernel, values);
        stack.push_back({values, false});
    }
    return stack.back().text;
}

bool Kernel::compactly_supported() const {
    std::vector<bool> stack;
    for (const detail::KernelStep& step : steps_) {
        using enum detail::KernelKind;
        if (joins(step.kind)) {
            const bool right = stack.back();
            stack.pop_back();
            stack.back() = step.kind == product ? stack.back() || right : stack.back() && right;
        } else {
            stack.push_back(step.kind == wendland_c2 || step.kind == wendland_c4 || step.kind == white);
        }
    }
    return stack.back();
}

}  // namespace tamis::learn
