#include <tamis/iterative/krylov/gcrodr.hpp>

#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Gcrodr : public ::testing::Test {};
TYPED_TEST_SUITE(Gcrodr, AllScalars, TypeName);

TYPED_TEST(Gcrodr, NeedsFewerProductsThanGmresWithCyclesOfThatLength) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(20, 20);
    const auto plain = gmres(p.A, p.b, {.restart = 12});
    const auto r = gcrodr(p.A, p.b, {.restart = 12, .recycle = 5});
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_LT(r.matvecs, plain.matvecs);
    // Without recycling it is gmres.
    EXPECT_EQ(gcrodr(p.A, p.b, {.restart = 12, .recycle = 0}).iterations, plain.iterations);
}

TYPED_TEST(Gcrodr, TakesTheSpaceAlongFromSystemToSystem) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(16, 16);
    RecycleSpace<T> space;
    GcrodrOptions<T> o{.restart = 16, .recycle = 6, .space = &space};
    Random random(4);
    const auto first = gcrodr(p.A, random.template vector<T>(256), o);
    EXPECT_TRUE(first.converged()) << first.message;
    EXPECT_EQ(space.size(), 6);
    EXPECT_EQ(space.length(), 256);
    for (int system = 0; system < 3; ++system) {
        // A changes a little from system to system, and with it C = A U.
        Csr<T> A = p.A;
        for (auto& v : A.values()) v *= T(Real<T>(1 + 0.001 * (system + 1)));
        const Vector<T> b = random.template vector<T>(256);
        const auto r = gcrodr(A, b, o);
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(A, r.x, b).norm()),
                    0.1 * default_tolerance<T> * static_cast<double>(b.norm()));
        const auto alone = gcrodr(A, b, {.restart = 16, .recycle = 6});
        EXPECT_LT(r.iterations, alone.iterations);
    }
    // The very system again, from a space that was built for it.
    const Vector<T> b = random.template vector<T>(256);
    (void)gcrodr(p.A, b, o);
    const auto again = gcrodr(p.A, b, o);
    EXPECT_TRUE(again.converged());
    // One for another system is replaced.
    const auto small = diagonally_dominant<T>(30);
    EXPECT_TRUE(gcrodr(small.A, small.b, o).converged());
    space.clear();
    EXPECT_EQ(space.size(), 0);
    EXPECT_TRUE(gcrodr(p.A, b, o).converged());
    EXPECT_EQ(space.length(), 256);
}

TYPED_TEST(Gcrodr, SaysWhatItCannotDo) {
    using T = typename TypeParam::T;
    const auto p = diagonally_dominant<T>(30);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gcrodr(p.A, p.b, {.restart = 10, .recycle = 10}); }, ".recycle"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gcrodr(p.A, p.b, {.restart = -1}); }, ".restart"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)gcrodr(p.A, p.b, {.recycle = -1}); }, ".recycle"));
    Assembly<T> A(2, 2);
    A.set(0, 1, T(1));
    const auto nilpotent = A.csr();
    EXPECT_EQ(gcrodr(nilpotent, Vector<T>(Vector<T>::Unit(2, 0))).status, Status::breakdown);
    Assembly<T> S(20, 20);
    for (std::int64_t i = 0; i < 20; ++i) S.set((i + 1) % 20, i, T(1));
    EXPECT_EQ(gcrodr(S.csr(), Vector<T>(Vector<T>::Unit(20, 0)), {.restart = 10, .recycle = 0}).status, Status::stagnated);
}

TEST(GcrodrConvection, TakesPreconditionersAndWorkspaces) {
    const auto A = convection_diffusion_2d<double>(30, 30);
    const Vector<double> d = Vector<double>::Constant(900, 0.25);
    const auto M = make_operator<double>(900, 900, [&](auto x, auto y) { y.eigen() = d.cwiseProduct(x.eigen()); });
    RecycleSpace<double> space;
    GcrodrWorkspace<double> work(900, 25, 8);
    Vector<double> x(900);
    std::int64_t before = 0;
    for (int system = 0; system < 3; ++system) {
        const Vector<double> b = Random(static_cast<std::uint64_t>(system)).vector<double>(900);
        const auto r = gcrodr(A, b, x, work, {.preconditioner = M, .recycle = 8, .space = &space});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(A, x, b).norm()), 1e-12 * b.norm());
        if (system > 0) {
            EXPECT_LT(r.iterations, before);
        } else {
            before = r.iterations;
        }
    }
}

}  // namespace
}  // namespace tamis::test
