// minres_qlp and symmlq: what tells them from minres.
#include <tamis/iterative/krylov/minres_qlp.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/minres.hpp>
#include <tamis/iterative/krylov/symmlq.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class LanczosMethods : public ::testing::Test {};
TYPED_TEST_SUITE(LanczosMethods, AllScalars, TypeName);

TYPED_TEST(LanczosMethods, MinresQlpIsMinresOnRegularSystems) {
    using T = typename TypeParam::T;
    for (const auto& p : {hermitian_indefinite<T>(60), saddle_point<T>(40, 15)}) {
        const auto one = minres(p.A, p.b, {.tolerance = 1e-4});
        const auto two = minres_qlp(p.A, p.b, {.tolerance = 1e-4});
        EXPECT_TRUE(two.converged()) << two.message;
        EXPECT_EQ(one.iterations, two.iterations);
        EXPECT_TRUE(near(two.x, one.x, 1e-4));
        EXPECT_TRUE(std::is_sorted(two.residual_history.rbegin(), two.residual_history.rend()));
    }
}

TYPED_TEST(LanczosMethods, MinresQlpFindsTheShortestSolution) {
    using T = typename TypeParam::T;
    const double limit = 300 * default_tolerance<T>;
    const auto p = singular_consistent<T>(40);
    const auto r = minres_qlp(p.A, p.b);
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_TRUE(near(r.x, p.x, limit));
    const auto q = singular_inconsistent<T>(40);
    const auto s = minres_qlp(q.A, q.b);
    EXPECT_EQ(s.status, Status::inconsistent) << s.message;
    EXPECT_NE(s.message.find("minimum length"), std::string::npos);
    // Where the least-squares solution of minres has taken up the null space, this one is still short.
    EXPECT_TRUE(near(s.x, q.x, 100 * std::sqrt(static_cast<double>(epsilon_v<T>))));
    const Csr<T> zero(3, 3);
    const auto z = minres_qlp(zero, Vector<T>(Vector<T>::Ones(3)));
    EXPECT_EQ(z.status, Status::inconsistent) << z.message;
    EXPECT_EQ(z.x.norm(), 0);
}

TYPED_TEST(LanczosMethods, TakeShifts) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(50);
    const double limit = 100 * default_tolerance<T>;
    for (const double shift : {-2.25, 0.5}) {
        const auto expected = minres(p.A, p.b, {.shift = shift});
        EXPECT_TRUE(near(minres_qlp(p.A, p.b, {.shift = shift}).require().x, expected.x, limit));
        EXPECT_TRUE(near(symmlq(p.A, p.b, {.shift = shift}).require().x, expected.x, limit));
    }
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)symmlq(p.A, p.b, {.shift = nan}); }, "symmlq", ".shift"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)minres_qlp(p.A, p.b, {.shift = nan}); }, "minres_qlp", ".shift"));
}

TYPED_TEST(LanczosMethods, SayWhatIsWrongWithTheOperators) {
    using T = typename TypeParam::T;
    const auto p = diagonally_dominant<T>(40);
    EXPECT_EQ(minres_qlp(p.A, p.b).status, Status::breakdown);
    EXPECT_EQ(symmlq(p.A, p.b).status, Status::breakdown);
    const auto q = hermitian_indefinite<T>(20);
    const auto negative = [](auto x, auto y) { y.eigen() = -x.eigen(); };
    const auto M = make_operator<T>(20, 20, negative);
    EXPECT_EQ(minres_qlp(q.A, q.b, {.preconditioner = M}).status, Status::indefinite_preconditioner);
    EXPECT_EQ(symmlq(q.A, q.b, {.preconditioner = M}).status, Status::indefinite_preconditioner);
    const auto z = symmlq(Csr<T>(3, 3), Vector<T>(Vector<T>::Ones(3)));
    EXPECT_EQ(z.status, Status::inconsistent) << z.message;
}

TYPED_TEST(LanczosMethods, SymmlqPassesAPointOfConjugateGradientsThatDoesNotExist) {
    using T = typename TypeParam::T;
    // b with bᴴAb = 0: the first step of conjugate gradients divides by 0.
    Assembly<T> A(2, 2);
    A.set(0, 0, T(1));
    A.set(1, 1, T(-1));
    const auto r = symmlq(A.csr(), Vector<T>(Vector<T>::Ones(2)));
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_EQ(r.iterations, 2);
    EXPECT_TRUE(near(r.x, Vector<T>(Vector<T>::Ones(2) - T(2) * Vector<T>::Unit(2, 1)), 1e-6));
}

}  // namespace
}  // namespace tamis::test
