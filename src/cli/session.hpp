// One run of the program: its limits, its way to be stopped, its progress line.
//
// A guard thread waits for SIGINT and SIGTERM (blocked everywhere else) and for the deadline, and draws the progress line.
// What can be stopped is stopped through the token; what cannot be (a foreign factorization in the middle of its work)
// is left a grace period after the deadline, then the process ends with the exit code of a limit.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "options.hpp"

namespace tamis::cli {

class Session {
  public:
    using Clock = std::chrono::steady_clock;

    /// `timed_out` prints the message of an enforced end; it runs on the guard thread, at most once.
    Session(CommonOptions options, std::string command_line, std::function<void()> timed_out);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    [[nodiscard]] const CommonOptions& options() const noexcept { return options_; }
    [[nodiscard]] const std::string& command_line() const noexcept { return command_line_; }
    [[nodiscard]] std::stop_token stop_token() const noexcept { return stop_.get_token(); }
    [[nodiscard]] double seconds() const;
    /// What is left of the time limit; 0 if there is no limit.
    [[nodiscard]] std::chrono::duration<double> remaining() const;
    /// The signal that asked us to stop, or 0.
    [[nodiscard]] int signal() const noexcept { return signal_.load(); }

    /// Throws Cancelled once the time is over or a signal has come.
    void check(const char* during) const;
    /// Throws MemoryLimitExceeded if `bytes` are more than the limit, or than the machine has.
    void require_memory(std::int64_t bytes, const std::string& what) const;
    /// Memory that the library may use for itself beside `held` bytes; 0 if there is no limit.
    [[nodiscard]] std::int64_t memory_left(std::int64_t held) const;

    /// Names what is going on now, for the progress line.
    void stage(const std::string& text);
    /// Whether there is a progress line.
    [[nodiscard]] bool shows_progress() const noexcept { return shows_progress_; }
    /// Ends the progress line, and claims the right to write results or the error message. Never returns if the guard has
    /// claimed it before, in which case the process is about to end.
    void claim_end();

  private:
    void guard();
    void draw(bool force_clear);
    [[nodiscard]] bool past_deadline() const;

    CommonOptions options_;
    std::string command_line_;
    std::function<void()> timed_out_;
    Clock::time_point start_;
    Clock::time_point deadline_;
    std::stop_source stop_;
    std::atomic<int> signal_{0};
    std::atomic<bool> end_claimed_{false};
    bool claimed_here_ = false;
    std::atomic<bool> finished_{false};
    bool shows_progress_;

    std::mutex progress_mutex_;
    std::string stage_;
    bool drawn_ = false;
    bool progress_ended_ = false;

    sigset_t signals_{};
    std::thread guard_;
};

/// Ends this process by the signal, as if it had never been caught, so that a calling shell sees the interruption.
[[noreturn]] void end_by_signal(int number);

}  // namespace tamis::cli
