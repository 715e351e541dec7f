// Private: what ridge regression on dense and on sparse data shares.
#pragma once

#include <cstdint>

#include <tamis/core/view.hpp>

#include "learn/centering.hpp"

namespace tamis::learn::detail {

/// intercepts = ȳ − x̄ᵀ w, for each column of w.
template <class T>
void write_intercepts(const T* x_mean, const T* y_mean, MatrixView<const T> w, T* intercepts) {
    using W = WideSum<T>;
    for (std::int64_t c = 0; c < w.cols(); ++c) {
        W b(y_mean[c]);
        for (std::int64_t i = 0; i < w.rows(); ++i) b -= W(x_mean[i]) * W(w(i, c));
        intercepts[c] = static_cast<T>(b);
    }
}

}  // namespace tamis::learn::detail
