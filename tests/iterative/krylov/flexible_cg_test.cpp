#include <tamis/iterative/krylov/flexible_cg.hpp>

#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class FlexibleCg : public ::testing::Test {};
TYPED_TEST_SUITE(FlexibleCg, AllScalars, TypeName);

TYPED_TEST(FlexibleCg, IsCgWithAFixedPreconditioner) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(9, 9);
    const auto halves = [](auto x, auto y) {
        for (std::int64_t i = 0; i < x.size(); ++i) y[i] = T(i % 2 == 0 ? 0.5F : 0.25F) * x[i];
    };
    const auto M = make_operator<T>(81, 81, halves);
    const auto fixed = cg(p.A, p.b, {.tolerance = 1e-4, .preconditioner = M});
    for (const std::int64_t directions : {1, 2, 5}) {
        const auto r = flexible_cg(p.A, p.b, {.tolerance = 1e-4, .preconditioner = M, .directions = directions});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(std::abs(r.iterations - fixed.iterations), 2);
    }
    EXPECT_LE(std::abs(flexible_cg(p.A, p.b, {.tolerance = 1e-4}).iterations - cg(p.A, p.b, {.tolerance = 1e-4}).iterations),
              2);
}

TYPED_TEST(FlexibleCg, TakesPreconditionersThatChange) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(15, 15);
    // Four steps of cg inside, from zero: a nonlinear function of the residual.
    const auto inner = [&](auto r, auto z) { z.eigen() = cg(p.A, r, {.max_iterations = 4, .record_history = false}).x; };
    const auto M = make_operator<T>(225, 225, inner);
    for (const std::int64_t directions : {1, 5}) {
        const auto r = flexible_cg(p.A, p.b, {.preconditioner = M, .directions = directions});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LT((directions == 1 ? 1 : 2) * r.iterations, cg(p.A, p.b).iterations);
    }
}

TYPED_TEST(FlexibleCg, SaysWhatIsIndefiniteOrInconsistent) {
    using T = typename TypeParam::T;
    const auto p = hermitian_indefinite<T>(30);
    EXPECT_EQ(flexible_cg(p.A, p.b, {.tolerance = 0}).status, Status::indefinite_operator);
    const auto q = hermitian_definite<T>(20);
    const auto negative = [](auto x, auto y) { y.eigen() = -x.eigen(); };
    EXPECT_EQ(flexible_cg(q.A, q.b, {.preconditioner = make_operator<T>(20, 20, negative)}).status,
              Status::indefinite_preconditioner);
    EXPECT_EQ(flexible_cg(Csr<T>(3, 3), Vector<T>(Vector<T>::Ones(3))).status, Status::inconsistent);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)flexible_cg(q.A, q.b, {.directions = 0}); }, ".directions"));
}

}  // namespace
}  // namespace tamis::test
