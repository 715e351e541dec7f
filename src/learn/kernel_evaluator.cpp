#include "learn/kernel_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "learn/kernel_functions.hpp"

namespace tamis::learn::detail {

/// Where the tiles of a scratch begin.
template <class T>
struct KernelEvaluator<T>::Pointers {
    T* first;
    std::int64_t metrics;
    std::int64_t steps;

    [[nodiscard]] T* metric(std::int64_t m) const noexcept { return first + m * KernelTile::entries; }
    [[nodiscard]] T* value(std::int64_t k) const noexcept { return metric(metrics + k); }
    [[nodiscard]] T* adjoint(std::int64_t k) const noexcept { return metric(metrics + steps + k); }
    /// Further ones: 0 and 1.
    [[nodiscard]] T* spare(std::int64_t k) const noexcept { return metric(metrics + 2 * steps + k); }
};

template <class T>
KernelEvaluator<T>::KernelEvaluator(const char* what, const Kernel& kernel, std::int64_t features)
    : features_(features),
      parameters_(kernel.parameter_count()) {
    using enum KernelKind;
    std::vector<int> stack;
    std::int64_t parameter = 0;
    for (const KernelStep& given : kernel.steps()) {
        Step step;
        step.kind = given.kind;
        step.parameter = parameter;
        step.count = given.parameters;
        const double* const logs = kernel.logarithms().data() + parameter;
        parameter += given.parameters;
        if (given.kind == sum || given.kind == product) {
            step.right = stack.back();
            stack.pop_back();
            step.left = stack.back();
            stack.pop_back();
        } else if (given.kind == constant || given.kind == white) {
            step.scale = static_cast<T>(std::exp(logs[0]));
        } else {
            if (given.parameters > 1 && given.parameters != features)
                throw DimensionMismatch(std::string(what) + ": " + kernel.to_string() + " has " +
                                            std::to_string(given.parameters) + " length scales where the samples have " +
                                            std::to_string(features) + " features",
                                        given.parameters, features);
            step.each = given.parameters > 1;
            std::vector<T> inverse_lengths;
            for (std::int64_t d = 0; step.each && d < features; ++d)
                inverse_lengths.push_back(static_cast<T>(std::exp(-logs[d])));
            if (given.parameters == 1) step.scale = static_cast<T>(std::exp(-2 * logs[0]));
            step.scaling = scaling_of(inverse_lengths);
            step.metric = metric_of(step.scaling, given.kind == linear);
            step.exponent = static_cast<int>(features / 2) + (given.kind == wendland_c4 ? 3 : 2);
        }
        stack.push_back(static_cast<int>(steps_.size()));
        steps_.push_back(step);
    }
}

template <class T>
std::int64_t KernelEvaluator<T>::scaling_of(const std::vector<T>& inverse_lengths) {
    const auto found = std::find(scalings_.begin(), scalings_.end(), inverse_lengths);
    const auto position = found - scalings_.begin();
    if (found == scalings_.end()) scalings_.push_back(inverse_lengths);
    return position;
}

template <class T>
std::int64_t KernelEvaluator<T>::metric_of(std::int64_t scaling, bool product) {
    for (std::size_t m = 0; m < metrics_.size(); ++m)
        if (metrics_[m].scaling == scaling && metrics_[m].product == product) return static_cast<std::int64_t>(m);
    metrics_.push_back({scaling, product});
    return static_cast<std::int64_t>(metrics_.size()) - 1;
}

template <class T>
KernelPoints<T> KernelEvaluator<T>::points(MatrixView<const T> X) const {
    const std::int64_t n = X.rows();
    const std::int64_t size = static_cast<std::int64_t>(scalings_.size()) * features_ * n;
    KernelPoints<T> to{n, Array<T>(size + EntrywiseKernels<T>::lanes, uninitialized), Array<T>(size, uninitialized)};
    std::fill(to.coordinates.begin() + size, to.coordinates.end(), T(0));
    for (std::size_t s = 0; s < scalings_.size(); ++s) {
        T* const by_feature = to.coordinates.data() + static_cast<std::int64_t>(s) * features_ * n;
        T* const by_point = to.by_point.data() + static_cast<std::int64_t>(s) * features_ * n;
        for (std::int64_t d = 0; d < features_; ++d) {
            const T factor = scalings_[s].empty() ? T(1) : scalings_[s][static_cast<std::size_t>(d)];
            for (std::int64_t i = 0; i < n; ++i) by_feature[d * n + i] = by_point[i * features_ + d] = X(i, d) * factor;
        }
    }
    return to;
}

template <class T>
void KernelEvaluator<T>::gather(const KernelPoints<T>& from, const std::int64_t* which, std::int64_t count,
                                KernelPoints<T>& to) const {
    const std::int64_t copies = static_cast<std::int64_t>(scalings_.size()) * features_;
    const std::int64_t needed = copies * count + EntrywiseKernels<T>::lanes;
    if (to.coordinates.size() < needed) to.coordinates = Array<T>(2 * needed);
    to.count = count;
    for (std::int64_t c = 0; c < copies; ++c) {
        const T* const in = from.coordinates.data() + c * from.count;
        T* const out = to.coordinates.data() + c * count;
        for (std::int64_t i = 0; i < count; ++i) out[i] = in[which[i]];
    }
}

template <class T>
auto KernelEvaluator<T>::scratch() const -> Scratch {
    Scratch s;
    s.memory_ =
        Array<T>(static_cast<std::int64_t>(metrics_.size() + 2 * steps_.size() + 2) * KernelTile::entries, uninitialized);
    return s;
}

template <class T>
void KernelEvaluator<T>::measure(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                 const Pointers& at) const {
    for (std::size_t m = 0; m < metrics_.size(); ++m) {
        T* const out = at.metric(static_cast<std::int64_t>(m));
        const std::int64_t scaling = metrics_[m].scaling;
        const T* const x = X.coordinates.data() + scaling * features_ * X.count + tile.row_begin;
        const T* const y = Y.by_point.data() + (scaling * Y.count + tile.col_begin) * features_;
        if (!metrics_[m].product) {
            entrywise<T>().distance_tile(tile.rows, tile.cols, features_, x, X.count, y, features_, out, tile.rows);
            continue;
        }
        std::fill_n(out, tile.rows * tile.cols, T(0));
        for (std::int64_t j = 0; j < tile.cols; ++j)
            for (std::int64_t d = 0; d < features_; ++d)
                for (std::int64_t i = 0; i < tile.rows; ++i)
                    out[j * tile.rows + i] += x[d * X.count + i] * y[j * features_ + d];
    }
}

/// The values of all steps, from the metrics.
template <class T>
void KernelEvaluator<T>::run(const KernelPoints<T>&, const KernelTile& tile, const Pointers& at, bool on_diagonal) const {
    const std::int64_t size = tile.rows * tile.cols;
    for (std::size_t k = 0; k < steps_.size(); ++k) {
        const Step& step = steps_[k];
        T* const out = at.value(static_cast<std::int64_t>(k));
        const T* const s = at.metric(step.metric);
        switch (step.kind) {
            case KernelKind::sum:
            case KernelKind::product: {
                const T* const a = at.value(step.left);
                const T* const b = at.value(step.right);
                if (step.kind == KernelKind::sum) std::transform(a, a + size, b, out, std::plus<T>());
                else std::transform(a, a + size, b, out, std::multiplies<T>());
                break;
            }
            case KernelKind::linear:
                for (std::int64_t e = 0; e < size; ++e) out[e] = step.scale * s[e];
                break;
            case KernelKind::constant: std::fill_n(out, size, step.scale); break;
            case KernelKind::white:
                std::fill_n(out, size, on_diagonal ? step.scale : T(0));
                if (on_diagonal || !tile.one_set) break;
                if (tile.row_names != nullptr) {
                    for (std::int64_t i = 0; i < tile.rows; ++i)
                        if (tile.row_names[tile.row_begin + i] == tile.col_name) out[i] = step.scale;
                } else {
                    for (std::int64_t j = 0; j < tile.cols; ++j)
                        if (const std::int64_t i = tile.col_begin + j - tile.row_begin; i >= 0 && i < tile.rows)
                            out[j * tile.rows + i] = step.scale;
                }
                break;
            default: kernel_values(step.kind, size, s, step.scale, step.exponent, at.spare(0), out);
        }
    }
}

template <class T>
const T* KernelEvaluator<T>::values(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                    Scratch& scratch) const {
    const Pointers at{scratch.memory_.data(), static_cast<std::int64_t>(metrics_.size()),
                      static_cast<std::int64_t>(steps_.size())};
    measure(X, Y, tile, at);
    run(X, tile, at, false);
    return at.value(at.steps - 1);
}

template <class T>
void KernelEvaluator<T>::diagonal(const KernelPoints<T>& X, T* out, Scratch& scratch) const {
    const Pointers at{scratch.memory_.data(), static_cast<std::int64_t>(metrics_.size()),
                      static_cast<std::int64_t>(steps_.size())};
    for (std::int64_t begin = 0; begin < X.count; begin += KernelTile::max_rows) {
        KernelTile tile;
        tile.rows = std::min(KernelTile::max_rows, X.count - begin);
        tile.cols = 1;
        for (std::size_t m = 0; m < metrics_.size(); ++m) {
            T* const s = at.metric(static_cast<std::int64_t>(m));
            std::fill_n(s, tile.rows, T(0));
            for (std::int64_t d = 0; metrics_[m].product && d < features_; ++d) {
                const T* const x = X.coordinates.data() + (metrics_[m].scaling * features_ + d) * X.count + begin;
                for (std::int64_t i = 0; i < tile.rows; ++i) s[i] += x[i] * x[i];
            }
        }
        run(X, tile, at, true);
        std::copy_n(at.value(at.steps - 1), tile.rows, out + begin);
    }
}

/// ∂/∂log θ of one leaf: into the gradient, weighted by the adjoint, or entry by entry for the wanted parameter.
template <class T>
void KernelEvaluator<T>::derive(const Step& step, const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                const T* adjoint, double* gradient, std::int64_t wanted, T* elementwise,
                                const Pointers& at) const {
    const std::int64_t size = tile.rows * tile.cols;
    const T* const value = at.value(&step - steps_.data());
    T* const slope = at.spare(0);
    T* const derivative = at.spare(1);
    const bool of_distance =
        step.kind != KernelKind::linear && step.kind != KernelKind::constant && step.kind != KernelKind::white;
    if (of_distance) {
        const T* const s = at.metric(step.metric);
        kernel_slopes(step.kind, size, s, step.scale, step.exponent, derivative, slope);
        // h s is 0 where h is, even at an infinite distance.
        for (std::int64_t e = 0; !step.each && e < size; ++e) slope[e] = vanishing(step.scale * s[e], slope[e]);
    }
    for (std::int64_t q = 0; q < step.count; ++q) {
        const std::int64_t p = step.parameter + q;
        if (gradient == nullptr && p != wanted) continue;
        const T* d = derivative;
        if (step.each) {
            const std::int64_t feature = step.scaling * features_ + q;
            const T* const x = X.coordinates.data() + feature * X.count + tile.row_begin;
            const T* const y = Y.by_point.data() + (step.scaling * Y.count + tile.col_begin) * features_ + q;
            for (std::int64_t j = 0; j < tile.cols; ++j) {
                T* const out = derivative + j * tile.rows;
                const T* const h = slope + j * tile.rows;
                const T yj = y[j * features_];
                if (of_distance) {
                    for (std::int64_t i = 0; i < tile.rows; ++i) out[i] = vanishing((x[i] - yj) * (x[i] - yj), h[i]);
                } else {
                    for (std::int64_t i = 0; i < tile.rows; ++i) out[i] = -2 * (x[i] * yj);
                }
            }
        } else if (of_distance) {
            d = slope;
        } else if (step.kind == KernelKind::linear) {
            for (std::int64_t e = 0; e < size; ++e) derivative[e] = -2 * value[e];
        } else {
            d = value;  // constant and white
        }
        if (gradient != nullptr) {
            double total = 0;
            for (std::int64_t e = 0; e < size; ++e) total += static_cast<double>(adjoint[e]) * static_cast<double>(d[e]);
            gradient[p] += total;
        } else {
            std::transform(adjoint, adjoint + size, d, elementwise, std::multiplies<T>());
        }
    }
}

/// Reverse differentiation of the steps, whose values are there: the adjoint of the last is given.
template <class T>
void KernelEvaluator<T>::reverse(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                 const T* weights, double* gradient, std::int64_t wanted, T* elementwise,
                                 const Pointers& at) const {
    const std::int64_t size = tile.rows * tile.cols;
    std::copy_n(weights, size, at.adjoint(at.steps - 1));
    for (auto k = static_cast<std::int64_t>(steps_.size()) - 1; k >= 0; --k) {
        const Step& step = steps_[static_cast<std::size_t>(k)];
        const T* const adjoint = at.adjoint(k);
        if (step.kind == KernelKind::sum) {
            std::copy_n(adjoint, size, at.adjoint(step.left));
            std::copy_n(adjoint, size, at.adjoint(step.right));
        } else if (step.kind == KernelKind::product) {
            std::transform(adjoint, adjoint + size, at.value(step.right), at.adjoint(step.left), std::multiplies<T>());
            std::transform(adjoint, adjoint + size, at.value(step.left), at.adjoint(step.right), std::multiplies<T>());
        } else {
            derive(step, X, Y, tile, adjoint, gradient, wanted, elementwise, at);
        }
    }
}

template <class T>
void KernelEvaluator<T>::add_gradient(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                      const T* weights, double* gradient, Scratch& scratch) const {
    const Pointers at{scratch.memory_.data(), static_cast<std::int64_t>(metrics_.size()),
                      static_cast<std::int64_t>(steps_.size())};
    measure(X, Y, tile, at);
    run(X, tile, at, false);
    reverse(X, Y, tile, weights, gradient, -1, nullptr, at);
}

template <class T>
const T* KernelEvaluator<T>::derivative(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                                        std::int64_t p, Scratch& scratch) const {
    const Pointers at{scratch.memory_.data(), static_cast<std::int64_t>(metrics_.size()),
                      static_cast<std::int64_t>(steps_.size())};
    measure(X, Y, tile, at);
    run(X, tile, at, false);
    // The values of the last step are not needed any more: the result takes their place once the weights have been copied.
    T* const out = at.value(at.steps - 1);
    std::fill_n(at.spare(1), tile.rows * tile.cols, T(1));
    if (steps_.size() > 1) {
        reverse(X, Y, tile, at.spare(1), nullptr, p, out, at);
        return out;
    }
    reverse(X, Y, tile, at.spare(1), nullptr, p, at.metric(0), at);
    return at.metric(0);
}

template <class T>
bool KernelEvaluator<T>::support(const Kernel& kernel, std::vector<double>& w) const {
    const auto d = static_cast<std::size_t>(features_);
    constexpr double everywhere = std::numeric_limits<double>::infinity();
    std::vector<std::vector<double>> stack;
    for (const Step& step : steps_) {
        using enum KernelKind;
        if (step.kind == sum || step.kind == product) {
            const std::vector<double> right = std::move(stack.back());
            stack.pop_back();
            std::vector<double>& left = stack.back();
            for (std::size_t f = 0; f < d; ++f)
                left[f] = step.kind == sum ? std::max(left[f], right[f]) : std::min(left[f], right[f]);
        } else if (step.kind == wendland_c2 || step.kind == wendland_c4) {
            const double* const logs = kernel.logarithms().data() + step.parameter;
            stack.emplace_back();
            for (std::size_t f = 0; f < d; ++f) stack.back().push_back(std::exp(logs[step.each ? f : 0]));
        } else {
            stack.emplace_back(d, step.kind == white ? 0 : everywhere);
        }
    }
    w = std::move(stack.back());
    return std::all_of(w.begin(), w.end(), [](double v) { return v < everywhere; });
}

template class KernelEvaluator<float>;
template class KernelEvaluator<double>;

}  // namespace tamis::learn::detail
