// links: tamis_test_openmp
#include "core/backend_threads.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "support/threads.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tamis {
namespace {

constexpr double little = 1e6;
constexpr double much = 1e12;

TEST(BackendThreads, RunsTheCallAndHandsItsExceptionsOn) {
    for (const double flops : {little, much}) {
        int calls = 0;
        detail::on_backend_threads(flops, [&] { ++calls; });
        EXPECT_EQ(calls, 1);
        const auto fail = [] { throw std::range_error("from inside"); };
        EXPECT_THROW(detail::on_backend_threads(flops, fail), std::range_error);
        detail::on_backend_threads(flops, [&] { ++calls; });
        EXPECT_EQ(calls, 2);
    }
}

#ifdef _OPENMP

// What a loop gets that asks for four threads by number, as CHOLMOD's do.
int threads_of_four() {
    int got = 0;
#pragma omp parallel num_threads(4)
#pragma omp single
    got = omp_get_num_threads();
    return got;
}

TEST(BackendThreads, HoldsARequestByNumberToTheBudget) {
    ASSERT_EQ(threads_of_four(), 4);
    for (const int budget : {1, 2, 3}) {
        const test::ThreadBudget set(budget);
        int inside = 0;
        detail::on_backend_threads(much, [&] { inside = threads_of_four(); });
        EXPECT_LE(inside, budget);
        EXPECT_GE(inside, std::min(budget, omp_get_num_procs()));  // LLVM's runtime stops at the cores
        detail::on_backend_threads(little, [&] { inside = threads_of_four(); });
        EXPECT_EQ(inside, 1);
        EXPECT_EQ(omp_get_max_threads(), budget);
        EXPECT_EQ(threads_of_four(), 4);
    }
}

TEST(BackendThreads, WorksInsideAParallelRegionOfTheCaller) {
    const test::ThreadBudget set(2);
    int calls[2] = {};
    int inside[2] = {};
#pragma omp parallel num_threads(2)
    {
        const int self = omp_get_thread_num();
        detail::on_backend_threads(much, [&] {
            ++calls[self];
            inside[self] = threads_of_four();
        });
    }
    EXPECT_EQ(calls[0] + calls[1], omp_get_num_procs() == 1 ? 1 : 2);
    EXPECT_EQ(inside[0], 1);
}

TEST(BackendThreads, ServesManyThreadsAtOnce) {
    const test::ThreadBudget set(2);
    EXPECT_TRUE(test::succeeds_on_threads(4, [](int) {
        for (int round = 0; round < 50; ++round) {
            int inside = 0;
            detail::on_backend_threads(much, [&] { inside = threads_of_four(); });
            if (inside < 1 || inside > 2) throw std::runtime_error("the budget is not kept");
            detail::on_backend_threads(little, [&] { inside = threads_of_four(); });
            if (inside != 1) throw std::runtime_error("little work is shared out");
        }
    }));
    EXPECT_EQ(threads_of_four(), 4);
}

#endif

}  // namespace
}  // namespace tamis
