#include "session.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include <tamis/core/error.hpp>

#include "output.hpp"

namespace tamis::cli {

namespace {

using namespace std::chrono_literals;

/// After the deadline, for what is stopping to stop.
constexpr auto grace = 2s;
constexpr auto progress_delay = 300ms;
constexpr auto progress_step = 100ms;

/// Wakes the guard; not meant for anybody outside.
constexpr int wake_signal = SIGUSR2;

bool is_ignored(int number) {
    struct sigaction now {};
    return sigaction(number, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN;
}

bool terminal_for_progress() {
    const char* const terminal = std::getenv("TERM");
    return terminal != nullptr && std::strcmp(terminal, "dumb") != 0 && isatty(STDERR_FILENO) == 1;
}

}  // namespace

void end_by_signal(int number) {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(number, &by_default, nullptr);
    sigset_t only{};
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    raise(number);
    std::_Exit(128 + number);
}

Session::Session(CommonOptions options, std::string command_line, std::function<void()> timed_out)
    : options_(std::move(options)),
      command_line_(std::move(command_line)),
      timed_out_(std::move(timed_out)),
      start_(Clock::now()),
      deadline_(Clock::time_point::max()),
      shows_progress_(!options_.quiet && terminal_for_progress()) {
    if (options_.time_limit.count() > 0)
        deadline_ = start_ + std::chrono::duration_cast<Clock::duration>(options_.time_limit);
    sigemptyset(&signals_);
    sigaddset(&signals_, wake_signal);
    // A signal that whoever started us has switched off (nohup, a shell's background job) stays switched off.
    for (const int s : {SIGINT, SIGTERM})
        if (!is_ignored(s)) sigaddset(&signals_, s);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    guard_ = std::thread([this] { guard(); });
}

Session::~Session() {
    finished_.store(true);
    pthread_kill(guard_.native_handle(), wake_signal);
    guard_.join();
}

double Session::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool Session::past_deadline() const {
    return deadline_ != Clock::time_point::max() && Clock::now() >= deadline_;
}

std::chrono::duration<double> Session::remaining() const {
    if (deadline_ == Clock::time_point::max()) return std::chrono::duration<double>(0);
    const std::chrono::duration<double> left = deadline_ - Clock::now();
    return std::max(left, std::chrono::duration<double>(1e-9));
}

void Session::check(const char* during) const {
    if (signal_.load() != 0) throw Cancelled(fmt::format("interrupted while {}", during));
    if (past_deadline())
        throw Cancelled(
            fmt::format("the time limit of {} was reached while {}", seconds_text(options_.time_limit.count()), during));
}

void Session::require_memory(std::int64_t bytes, const std::string& what) const {
    const auto pages = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES));
    const std::int64_t machine = pages * static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
    const bool own_limit = options_.memory_limit > 0 && (machine <= 0 || options_.memory_limit < machine);
    const std::int64_t allowed = own_limit ? options_.memory_limit : machine;
    if (allowed <= 0 || bytes <= allowed) return;
    throw MemoryLimitExceeded(fmt::format("{} needs about {}, which is more than {} ({})", what, bytes_text(bytes),
                                          own_limit ? "--memory-limit allows" : "this machine has", bytes_text(allowed)),
                              bytes, allowed);
}

std::int64_t Session::memory_left(std::int64_t held) const {
    return options_.memory_limit == 0 ? 0 : std::max<std::int64_t>(1, options_.memory_limit - held);
}

void Session::stage(const std::string& text) {
    const std::lock_guard lock(progress_mutex_);
    stage_ = text;
}

void Session::draw(bool force_clear) {
    const std::lock_guard lock(progress_mutex_);
    if (!shows_progress_ || progress_ended_) return;
    if (force_clear) {
        progress_ended_ = true;
        if (drawn_) print_error("\r\x1b[K");
        return;
    }
    if (Clock::now() - start_ < progress_delay || stage_.empty()) return;
    constexpr std::string_view wheel = "|/-\\";
    const auto turn = static_cast<std::size_t>(seconds() / 0.1) % wheel.size();
    print_error(fmt::format("\r\x1b[K{} {} … {}", wheel[turn], stage_, seconds_text(seconds())));
    drawn_ = true;
}

void Session::claim_end() {
    if (claimed_here_) return;
    claimed_here_ = true;
    if (end_claimed_.exchange(true)) {
        for (;;) pause();
    }
    draw(true);
}

void Session::guard() {
    for (;;) {
        auto wait_until = Clock::time_point::max();
        if (!end_claimed_.load()) {
            if (!past_deadline()) wait_until = deadline_;
            else wait_until = deadline_ + grace;
            if (shows_progress_) wait_until = std::min(wait_until, Clock::now() + progress_step);
        }
        int number = 0;
        if (wait_until == Clock::time_point::max()) {
            number = sigwaitinfo(&signals_, nullptr);
        } else {
            const auto left = std::max<Clock::duration>(wait_until - Clock::now(), Clock::duration(0));
            const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
            const timespec timeout{static_cast<time_t>(nanoseconds / 1'000'000'000), nanoseconds % 1'000'000'000};
            number = sigtimedwait(&signals_, nullptr, &timeout);
        }
        if (finished_.load()) return;
        if (number == SIGINT || number == SIGTERM) {
            if (signal_.exchange(number) != 0) end_by_signal(number);
            stop_.request_stop();
            if (isatty(STDERR_FILENO) == 1) print_error("\nstopping (interrupt again to end at once)\n");
            continue;
        }
        if (end_claimed_.load()) continue;
        if (past_deadline()) {
            stop_.request_stop();
            if (Clock::now() >= deadline_ + grace && !end_claimed_.exchange(true)) {
                draw(true);
                timed_out_();
                std::_Exit(3);
            }
        }
        draw(false);
    }
}

}  // namespace tamis::cli
