#include <tamis/iterative/krylov/bicgstab.hpp>

#include <string>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Bicgstab : public ::testing::Test {
  protected:
    using T = typename P::T;
    /// Skew-Hermitian (i times Hermitian) blocks: vᴴAv is purely imaginary (0 for real scalars).
    static Csr<T> skew(std::int64_t n, double diagonal) {
        Assembly<T> A(n, n);
        for (std::int64_t i = 0; i + 1 < n; i += 2) {
            const T v = T(Real<T>(1 + static_cast<Real<T>>(i) / 8));
            A.set(i, i + 1, v);
            A.set(i + 1, i, -v);
        }
        if (diagonal != 0)
            for (std::int64_t i = 0; i < n; ++i) A.set(i, i, T(Real<T>(diagonal)));
        return A.csr();
    }
};
TYPED_TEST_SUITE(Bicgstab, AllScalars, TypeName);

TYPED_TEST(Bicgstab, NeedsOneStepWithTheInverse) {
    using T = typename TypeParam::T;
    const auto p = unsymmetric_well_conditioned<T>(60);
    const auto F = lu(p.A);
    for (const std::int64_t l : {1, 2, 3}) {
        const auto r = bicgstab(p.A, p.b, {.preconditioner = F, .l = l});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 2) << l << r.message << ::testing::PrintToString(r.residual_history);
    }
}

TYPED_TEST(Bicgstab, SaysWhereItBreaksDown) {
    using T = typename TypeParam::T;
    // tᴴs = 0 in each step of a real skew-symmetric system: no polynomial of degree 1 helps, one of degree 2 does.
    if constexpr (!is_complex_v<T>) {
        const auto A = this->skew(20, 0);
        const Vector<T> b = Random(1).template vector<T>(20);
        const auto r = bicgstab(A, b);
        EXPECT_EQ(r.status, Status::breakdown) << r.message;
        EXPECT_TRUE(bicgstab(A, b, {.l = 2}).converged());
    }
}

TYPED_TEST(Bicgstab, LongerPolynomialsCopeWithEigenvaluesFarFromTheRealAxis) {
    using T = typename TypeParam::T;
    const auto A = this->skew(60, 0.05);
    const Vector<T> b = Random(1).template vector<T>(60);
    const auto one = bicgstab(A, b, {.max_iterations = 400});
    const auto two = bicgstab(A, b, {.max_iterations = 400, .l = 2});
    EXPECT_TRUE(two.converged()) << two.message;
    EXPECT_LT(two.matvecs, one.matvecs);
}

TYPED_TEST(Bicgstab, RefusesALengthBelowOne) {
    using T = typename TypeParam::T;
    const auto p = diagonally_dominant<T>(10);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)bicgstab(p.A, p.b, {.l = 0}); }, ".l"));
    BicgstabWorkspace<T> work(10);
    Vector<T> x(10);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)bicgstab(p.A, p.b, x, work, {.l = 2}); }, "workspace"));
}

TEST(BicgstabConvection, NeedsFewerVectorsThanGmresAndFewProducts) {
    const auto A = convection_diffusion_2d<double>(40, 40);
    const Vector<double> b = Random(1).vector<double>(A.rows());
    const auto full = gmres(A, b, {.restart = 400});
    for (const std::int64_t l : {1, 2, 4}) {
        const auto r = bicgstab(A, b, {.l = l});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_NEAR(r.residual_norm, static_cast<double>(wide_residual(A, r.x, b).norm()), 1e-12 * b.norm());
        EXPECT_LE(r.matvecs, 3 * full.matvecs);
    }
}

}  // namespace
}  // namespace tamis::test
