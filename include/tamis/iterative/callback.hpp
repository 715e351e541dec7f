// Watching an iteration from outside, and stopping it.
#pragma once

#include <cstdint>
#include <functional>

namespace tamis {

/// What a `.callback` is told after each iteration. The residual norm is the method's own running value.
struct IterationInfo {
    std::int64_t iteration = 0;
    double residual_norm = 0;
    double seconds = 0;
};

/// Returns whether to go on. An exception that it throws passes through the method.
using IterationCallback = std::function<bool(const IterationInfo&)>;

}  // namespace tamis
