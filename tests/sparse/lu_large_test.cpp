// labels: slow
// What lu does where the factorization takes seconds.
#include <tamis/sparse/lu.hpp>

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

#if TAMIS_WITH_MUMPS && TAMIS_WITH_GPL

TEST(LuBackends, MumpsTakesLargeNearlySymmetricMatrices) {
    const auto A = convection_diffusion_3d<double>(36, 36, 36);
    Vector<double> b = Vector<double>::Zero(A.rows());
    for_each_entry(A, [&](std::int64_t i, std::int64_t, double v) { b[i] += v; });
    const auto F = lu(A);
    EXPECT_NE(F.info().backend.find("MUMPS"), std::string::npos) << F.info().backend;
    EXPECT_EQ(F.info().ordering, Ordering::nested_dissection);
    EXPECT_TRUE(near(F.solve(b), Vector<double>(Vector<double>::Ones(A.rows())), 1e-10));
    const Vector<double> c = F.solve_transposed(b);
    Vector<double> r = b;
    for_each_entry(A, [&](std::int64_t i, std::int64_t j, double v) { r[j] -= v * c[i]; });
    EXPECT_LE(r.cwiseAbs().maxCoeff(), 1e-12 * c.cwiseAbs().maxCoeff() * 12);
    EXPECT_GT(F.rcond(), 1e-6);
    EXPECT_TRUE(std::isfinite(F.slogdet().logabs));
    // A small matrix stays with UMFPACK, and any by an order that MUMPS does not make.
    EXPECT_NE(lu(convection_diffusion_3d<double>(12, 12, 12), {.ordering = Ordering::nested_dissection})
                  .info()
                  .backend.find("UMFPACK"),
              std::string::npos);
    EXPECT_NE(lu(convection_diffusion_3d<double>(20, 20, 20), {.ordering = Ordering::amd}).info().backend.find("UMFPACK"),
              std::string::npos);
}

#endif

}  // namespace
}  // namespace tamis::test
