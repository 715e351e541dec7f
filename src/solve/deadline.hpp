// Private: the two ways to stop a long call from outside.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>

#include <tamis/core/error.hpp>

namespace tamis::detail {

/// A stop token and a time limit, looked at between the phases of a solve (the backends themselves cannot be interrupted).
class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    Deadline(std::chrono::duration<double> limit, std::stop_token stop) : limit_(limit), stop_(std::move(stop)) {
        if (!(limit.count() >= 0))
            throw InvalidArgument("solve: time_limit must be a number of seconds ≥ 0 (0: none), got " +
                                  std::to_string(limit.count()));
    }
    /// Throws Cancelled if the time is up or a stop was requested. `phase` is what comes next.
    void check(const char* phase) const {
        if (stop_.stop_requested()) throw Cancelled(std::string("solve: a stop was requested before the phase ") + phase);
        if (limit_.count() > 0 && seconds() > limit_.count())
            throw Cancelled("solve: the time limit of " + std::to_string(limit_.count()) + " s was over after " +
                            std::to_string(seconds()) + " s, before the phase " + phase);
    }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    /// What is left for a phase that looks at the time itself; 0 where there is no limit.
    [[nodiscard]] std::chrono::duration<double> left() const {
        if (!(limit_.count() > 0)) return limit_;
        return std::max(std::chrono::duration<double>(1e-9), limit_ - std::chrono::duration<double>(seconds()));
    }
    [[nodiscard]] const std::stop_token& stop() const noexcept { return stop_; }

  private:
    Clock::time_point start_ = Clock::now();
    std::chrono::duration<double> limit_;
    std::stop_token stop_;
};

}  // namespace tamis::detail
