// bicg, cgs, qmr, tfqmr and idrs: what they share, and what tells them apart.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/bicg.hpp>
#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/iterative/krylov/cgs.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/krylov/idrs.hpp>
#include <tamis/iterative/krylov/qmr.hpp>
#include <tamis/iterative/krylov/tfqmr.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class T>
struct ShortRecurrence {
    std::string name;
    IterativeResult<T> (*solve)(const OperatorRef<T>&, const Vector<T>&, const BicgOptions<T>&);
};
template <class T, class O>
O as(const BicgOptions<T>& o) {
    return {.tolerance = o.tolerance, .max_iterations = o.max_iterations, .preconditioner = o.preconditioner};
}

template <class P>
class ShortRecurrences : public ::testing::Test {
  protected:
    using T = typename P::T;
    using A = const OperatorRef<T>&;
    using B = const Vector<T>&;
    using O = const BicgOptions<T>&;
    const std::vector<ShortRecurrence<T>> methods{
        {"bicg", [](A a, B b, O o) { return bicg(a, b, o); }},
        {"cgs", [](A a, B b, O o) { return cgs(a, b, as<T, CgsOptions<T>>(o)); }},
        {"qmr", [](A a, B b, O o) { return qmr(a, b, as<T, QmrOptions<T>>(o)); }},
        {"tfqmr", [](A a, B b, O o) { return tfqmr(a, b, as<T, TfqmrOptions<T>>(o)); }},
        {"idrs", [](A a, B b, O o) { return idrs(a, b, as<T, IdrsOptions<T>>(o)); }},
    };
};
TYPED_TEST_SUITE(ShortRecurrences, AllScalars, TypeName);

TYPED_TEST(ShortRecurrences, NeedAStepOrTwoWithTheInverse) {
    using T = typename TypeParam::T;
    const auto p = unsymmetric_well_conditioned<T>(60);
    const auto F = lu(p.A);
    for (const auto& m : this->methods) {
        const auto r = m.solve(p.A, p.b, {.preconditioner = F});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 3) << m.name;
    }
}

TYPED_TEST(ShortRecurrences, AreExactInAsManyStepsAsThereAreEigenvalues) {
    using T = typename TypeParam::T;
    const std::int64_t n = 30;
    Assembly<T> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, scalar<T>(1 + static_cast<double>(i % 3), 0.25));
    const auto matrix = A.csr();
    const Vector<T> b = Random(1).template vector<T>(n);
    for (const auto& m : this->methods) {
        const auto r = m.solve(matrix, b, {.tolerance = 1e-4});
        EXPECT_TRUE(r.converged()) << r.message;
        // Of tfqmr and idrs an iteration is one product, of the others it belongs to a whole step.
        EXPECT_LE(r.iterations, m.name == "tfqmr" ? 6 : m.name == "idrs" ? 4 : 3) << m.name;
    }
}

TYPED_TEST(ShortRecurrences, SayThatTheyBreakDown) {
    using T = typename TypeParam::T;
    const Csr<T> zero(5, 5);
    for (const auto& m : this->methods) {
        const auto r = m.solve(zero, Vector<T>::Ones(5), {});
        EXPECT_EQ(r.status, Status::breakdown) << m.name << ": " << r.message;
        EXPECT_EQ(r.x.norm(), 0) << m.name;
    }
}

TYPED_TEST(ShortRecurrences, RecoverWhereTheResidualIsNoShadowOfItself) {
    using T = typename TypeParam::T;
    // A skew-symmetric A: rᴴAr = 0, so that the first choice of the shadow residual fails at once.
    Assembly<T> A(20, 20);
    for (std::int64_t i = 0; i + 1 < 20; i += 2) {
        A.set(i, i + 1, T(Real<T>(1 + static_cast<double>(i) / 8)));
        A.set(i + 1, i, -T(Real<T>(1 + static_cast<double>(i) / 8)));
    }
    const auto matrix = A.csr();
    const Vector<T> b = Vector<T>::Ones(20);
    for (const auto& m : this->methods) {
        if (m.name == "idrs") continue;  // ω = 0 in each step, as in bicgstab
        const auto r = m.solve(matrix, b, {.max_iterations = 500});
        EXPECT_TRUE(r.converged()) << m.name << ": " << r.message;
    }
}

TYPED_TEST(ShortRecurrences, OnesWithTheAdjointAskForItBeforeTheFirstProduct) {
    using T = typename TypeParam::T;
    int products = 0;
    const auto copy = [&](auto x, auto y) {
        ++products;
        y.eigen() = x.eigen();
    };
    const auto without = make_operator<T>(5, 5, copy);
    const Vector<T> b = Vector<T>::Ones(5);
    const auto with = hermitian_definite<T>(5).A;
    for (const auto& m : this->methods) {
        if (m.name != "bicg" && m.name != "qmr") continue;
        EXPECT_TRUE(throws<Unsupported>([&] { (void)m.solve(without, b, {}); }, m.name, "A has no adjoint"));
        EXPECT_TRUE(throws<Unsupported>([&] { (void)m.solve(with, b, {.preconditioner = without}); }, "preconditioner"));
    }
    EXPECT_EQ(products, 0);
}

TYPED_TEST(ShortRecurrences, BicgIsCgOnHermitianDefiniteSystems) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(50);
    const auto one = cg(p.A, p.b, {.tolerance = 1e-4});
    const auto two = bicg(p.A, p.b, {.tolerance = 1e-4});
    ASSERT_EQ(one.iterations, two.iterations);
    for (std::size_t k = 0; k < one.residual_history.size(); ++k)
        EXPECT_NEAR(one.residual_history[k], two.residual_history[k], 1e-3 * one.residual_history[k]);
}

TYPED_TEST(ShortRecurrences, IdrsNeedsFewerProductsWithMoreDimensions) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(12, 12);
    std::int64_t before = 0;
    for (const std::int64_t s : {1, 2, 8}) {
        const auto r = idrs(p.A, p.b, {.s = s});
        EXPECT_TRUE(r.converged()) << r.message;
        // In exact arithmetic n + n/s products are enough.
        EXPECT_LE(r.matvecs, 144 + 144 / s + 2);
        if (before > 0) {
            EXPECT_LE(r.matvecs, before + before / 5);
        }
        before = r.matvecs;
    }
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)idrs(p.A, p.b, {.s = 0}); }, ".s"));
}

TEST(ShortRecurrencesConvection, NeedNotManyMoreProductsThanGmres) {
    const auto A = convection_diffusion_2d<double>(40, 40);
    const Vector<double> b = Random(1).vector<double>(A.rows());
    const auto best = gmres(A, b, {.restart = 500});
    const auto check = [&](const IterativeResult<double>& r, double factor) {
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(A, r.x, b).norm()), 1e-12 * b.norm());
        EXPECT_GE(r.matvecs, best.matvecs);
        EXPECT_LE(static_cast<double>(r.matvecs), factor * static_cast<double>(best.matvecs)) << r.message;
    };
    check(idrs(A, b), 1.6);
    check(tfqmr(A, b), 2.5);
    check(cgs(A, b), 2.5);
    check(bicg(A, b), 2.5);
    const auto r = qmr(A, b);
    check(r, 2.5);
    // Smoothed: no residual norm is far above the least one before it.
    double least = r.residual_history[0];
    for (const double norm : r.residual_history) {
        EXPECT_LE(norm, 10 * least);
        least = std::min(least, norm);
    }
}

}  // namespace
}  // namespace tamis::test
