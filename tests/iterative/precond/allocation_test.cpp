// links: tamis_allocation_counter
#include <gtest/gtest.h>

#include <tamis/iterative/precond/block_jacobi.hpp>
#include <tamis/iterative/precond/chebyshev.hpp>
#include <tamis/iterative/precond/fsai.hpp>
#include <tamis/iterative/precond/ic0.hpp>
#include <tamis/iterative/precond/ict.hpp>
#include <tamis/iterative/precond/ilu0.hpp>
#include <tamis/iterative/precond/ilut.hpp>
#include <tamis/iterative/precond/jacobi.hpp>
#include <tamis/iterative/precond/schwarz.hpp>
#include <tamis/iterative/precond/ssor.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/allocation_counter.hpp"

namespace tamis::test {
namespace {

template <class P>
void expect_no_allocation_after_the_first(const char* name, const P& M) {
    const Vector<double> x = Vector<double>::Ones(M.rows());
    Vector<double> y(M.rows());
    M.apply(x, y);
    M.apply_adjoint(x, y);
    const AllocationCounter counter;
    for (int k = 0; k < 3; ++k) {
        M.apply(x, y);
        M.apply_adjoint(x, y);
    }
    EXPECT_EQ(counter.allocations(), 0) << name;
}

TEST(Preconditioner, AllocatesInItsFirstApplyOnly) {
    const auto A = poisson_2d<double>(12, 12);
    expect_no_allocation_after_the_first("Jacobi", Jacobi(A));
    expect_no_allocation_after_the_first("BlockJacobi", BlockJacobi(A));
    expect_no_allocation_after_the_first("Ssor", Ssor(A));
    expect_no_allocation_after_the_first("Ilu0", Ilu0(A));
    expect_no_allocation_after_the_first("Ilut", Ilut(A));
    expect_no_allocation_after_the_first("Ic0", Ic0(A));
    expect_no_allocation_after_the_first("Ict", Ict(A));
    expect_no_allocation_after_the_first("Chebyshev", Chebyshev(A));
    expect_no_allocation_after_the_first("Fsai", Fsai(A));
    expect_no_allocation_after_the_first("Schwarz", Schwarz(A, {.subdomain_size = 40}));
}

TEST(Preconditioner, GivesNoMemoryAwayWhenAllocationsFail) {
    const auto A = poisson_2d<double>(6, 6);
    const Vector<double> x = Vector<double>::Ones(36);
    Vector<double> y(36);
    EXPECT_TRUE(survives_failing_allocations([&] {
        Ilut(A).apply(x, y);
        Ict(A).apply(x, y);
        const Ilu0 M(A);
        M.apply(x, y);
        M.apply_adjoint(x, y);
    }));
    EXPECT_TRUE(survives_failing_allocations([&] {
        BlockJacobi(A).apply(x, y);
        Ssor(A, {.multicolour = true}).apply(x, y);
        Chebyshev(A).apply(x, y);
        Fsai(A).apply(x, y);
    }));
}

}  // namespace
}  // namespace tamis::test
