// A function on several threads at once, for tests of "const means concurrent", and the library's own thread budget.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>

namespace tamis::test {

/// Sets the thread budget and restores it.
class ThreadBudget {
  public:
    explicit ThreadBudget(int n) : before_(threads()) { set_threads(n); }
    ThreadBudget(const ThreadBudget&) = delete;
    ThreadBudget& operator=(const ThreadBudget&) = delete;
    ~ThreadBudget() { set_threads(before_); }

  private:
    int before_;
};

/// Runs f(0), …, f(k − 1) on k threads that start together; returns what each one threw (null where nothing).
template <class F>
std::vector<std::exception_ptr> run_on_threads(int k, F&& f) {
    std::vector<std::exception_ptr> thrown(static_cast<std::size_t>(k));
    std::atomic<int> waiting{k};
    {
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(k));
        for (int i = 0; i < k; ++i) {
            threads.emplace_back([&, i] {
                // Spinning rather than sleeping, so that the calls overlap as closely as the machine allows.
                for (--waiting; waiting.load() > 0;) std::this_thread::yield();
                try {
                    std::invoke(f, i);
                } catch (...) {
                    thrown[static_cast<std::size_t>(i)] = std::current_exception();
                }
            });
        }
    }
    return thrown;
}

/// EXPECT_TRUE(succeeds_on_threads(4, [&](int i) { … })): names the threads that threw and what.
template <class F>
::testing::AssertionResult succeeds_on_threads(int k, F&& f) {
    const auto thrown = run_on_threads(k, std::forward<F>(f));
    std::string text;
    for (std::size_t i = 0; i < thrown.size(); ++i) {
        if (!thrown[i]) continue;
        try {
            std::rethrow_exception(thrown[i]);
        } catch (const std::exception& e) {
            text += "thread " + std::to_string(i) + " threw: " + e.what() + "\n";
        } catch (...) {
            text += "thread " + std::to_string(i) + " threw something that is no std::exception\n";
        }
    }
    if (text.empty()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << text;
}

}  // namespace tamis::test
