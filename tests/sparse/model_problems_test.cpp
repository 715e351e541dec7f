#include <tamis/sparse/model_problems.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <tamis/core/threads.hpp>

#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// The arrays keep the invariant: checked by the public constructor of the view.
template <class T, class I>
void expect_canonical(const Csr<T, I>& A) {
    EXPECT_NO_THROW((CsrView<T, I>(A.rows(), A.cols(), A.row_offsets(), A.col_indices(), A.values())));
}

template <class T, class I>
bool same_matrix(const Csr<T, I>& A, const Csr<T, I>& B) {
    return A.rows() == B.rows() && A.cols() == B.cols() && std::ranges::equal(A.row_offsets(), B.row_offsets()) &&
           std::ranges::equal(A.col_indices(), B.col_indices()) && std::ranges::equal(A.values(), B.values());
}

/// Row by row, the value at neighbouring points of a grid, by the definition of the stencil.
template <class T>
Matrix<T> dense_laplacian(std::int64_t nx, std::int64_t ny, std::int64_t nz, int dimensions) {
    const std::int64_t n = nx * ny * nz;
    Matrix<T> A = Matrix<T>::Zero(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            const std::int64_t distance =
                std::abs(i % nx - j % nx) + std::abs(i / nx % ny - j / nx % ny) + std::abs(i / nx / ny - j / nx / ny);
            if (distance == 0) A(i, j) = T(static_cast<Real<T>>(2 * dimensions));
            if (distance == 1) A(i, j) = T(-1);
        }
    }
    return A;
}

double eigenvalue_1d(std::int64_t k, std::int64_t n) {
    const double s = std::sin(static_cast<double>(k) * M_PI / (2 * (static_cast<double>(n) + 1)));
    return 4 * s * s;
}

template <class P>
class ModelProblem : public testing::Test {};
TYPED_TEST_SUITE(ModelProblem, AllScalarsAndIndices, TypeName);

TYPED_TEST(ModelProblem, PoissonHasTheStencilAtEveryPoint) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const std::int64_t n : {1, 2, 7}) {
        const auto A = poisson_1d<T, I>(n);
        expect_canonical(A);
        EXPECT_TRUE(equal(A, dense_laplacian<T>(n, 1, 1, 1)));
        EXPECT_EQ(A.nnz(), 3 * n - 2);
    }
    for (const auto& [nx, ny] : {std::pair{1, 1}, std::pair{1, 4}, std::pair{4, 1}, std::pair{3, 5}}) {
        const auto A = poisson_2d<T, I>(nx, ny);
        expect_canonical(A);
        EXPECT_TRUE(equal(A, dense_laplacian<T>(nx, ny, 1, 2)));
        EXPECT_EQ(A.nnz(), nx * ny + 2 * ((nx - 1) * ny + nx * (ny - 1)));
    }
    for (const auto& [nx, ny, nz] : {std::tuple{1, 1, 1}, std::tuple{3, 1, 2}, std::tuple{2, 3, 4}}) {
        const auto A = poisson_3d<T, I>(nx, ny, nz);
        expect_canonical(A);
        EXPECT_TRUE(equal(A, dense_laplacian<T>(nx, ny, nz, 3)));
    }
}

TYPED_TEST(ModelProblem, OfNoPointsIsEmpty) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_EQ((poisson_1d<T, I>(0).rows()), 0);
    EXPECT_EQ((poisson_2d<T, I>(0, 5).rows()), 0);
    EXPECT_EQ((poisson_3d<T, I>(5, 5, 0).nnz()), 0);
    EXPECT_EQ((convection_diffusion_2d<T, I>(3, 0).cols()), 0);
    EXPECT_EQ((convection_diffusion_3d<T, I>(0, 3, 3).cols()), 0);
    EXPECT_EQ((elasticity_3d<T, I>(0, 3, 3).rows()), 0);
    EXPECT_EQ((elasticity_3d<T, I>(2, 3, 0, {.clamped = false}).rows()), 0);
    EXPECT_EQ((rmat<T, I>(0, 16, 1).nnz()), 0);
    EXPECT_EQ((rmat<T, I>(4, 0, 1).rows()), 16);
}

TYPED_TEST(ModelProblem, RefusesSizesThatAreNegativeOrBeyondItsIndices) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t most = std::numeric_limits<I>::max();
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    EXPECT_THROW((void)(poisson_1d<T, I>(-1)), InvalidArgument);
    EXPECT_THROW((void)(poisson_2d<T, I>(0, -1)), InvalidArgument);
    EXPECT_THROW((void)(elasticity_3d<T, I>(1, -1, 1)), InvalidArgument);
    EXPECT_THROW((void)(elasticity_3d_coordinates(1, 1, -1)), InvalidArgument);
    EXPECT_THROW((void)(rmat<T, I>(-1, 1, 1)), InvalidArgument);
    EXPECT_THROW((void)(rmat<T, I>(63, 1, 1)), InvalidArgument);
    EXPECT_THROW((void)(rmat<T, I>(3, -1, 1)), InvalidArgument);
    EXPECT_THROW((void)(poisson_1d<T, I>(most)), IndexOverflow);          // the rows fit, the entries do not
    EXPECT_THROW((void)(poisson_1d<T, I>(most / 3 + 2)), IndexOverflow);  // by 3 entries or so
    EXPECT_THROW((void)(poisson_2d<T, I>(most, 2)), IndexOverflow);
    EXPECT_THROW((void)(poisson_3d<T, I>(huge, huge, huge)), IndexOverflow);
    EXPECT_THROW((void)(convection_diffusion_3d<T, I>(most / 2, 2, 2)), IndexOverflow);
    EXPECT_THROW((void)(elasticity_3d<T, I>(huge, 1, 1)), IndexOverflow);
    EXPECT_THROW((void)(elasticity_3d<T, I>(most / 64, 1, 1)), IndexOverflow);
    if constexpr (sizeof(I) == 4) {
        EXPECT_TRUE(throws<IndexOverflow>([] { (void)poisson_3d<T, I>(2000, 2000, 2000); }, "int64"));
        EXPECT_TRUE(throws<IndexOverflow>([] { (void)rmat<T, I>(31, 1, 1); }, "int64"));
    }
}

TYPED_TEST(ModelProblem, ConvectionDiffusionWithoutWindIsPoisson) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_TRUE(same_matrix(convection_diffusion_2d<T, I>(4, 3, {.diffusion = 1, .speed = 0}), poisson_2d<T, I>(4, 3)));
    EXPECT_TRUE(
        same_matrix(convection_diffusion_3d<T, I>(4, 3, 2, {.diffusion = 1, .speed = 0}), poisson_3d<T, I>(4, 3, 2)));
}

TYPED_TEST(ModelProblem, ElasticityIsExactlySymmetric) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const bool clamped : {true, false}) {
        const auto A = elasticity_3d<T, I>(3, 2, 2, {.clamped = clamped});
        expect_canonical(A);
        EXPECT_EQ(A.rows(), 3 * (clamped ? 3 : 4) * 3 * 3);
        const auto D = dense(A);
        EXPECT_TRUE(equal(D, Matrix<T>(D.transpose())));
    }
}

TYPED_TEST(ModelProblem, RmatIsASimpleSymmetricGraph) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = rmat<T, I>(7, 8, 42);
    expect_canonical(A);
    EXPECT_EQ(A.rows(), 128);
    EXPECT_GT(A.nnz(), 0);
    EXPECT_LE(A.nnz(), 2 * 128 * 8);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        for (const auto [j, v] : A.row(i)) {
            EXPECT_EQ(v, T(1));
            EXPECT_NE(j, i);
            EXPECT_EQ(A.coeff(j, i), T(1));
        }
    }
    EXPECT_TRUE(same_matrix(A, rmat<T, I>(7, 8, 42)));
    EXPECT_FALSE(same_matrix(A, rmat<T, I>(7, 8, 43)));
}

TEST(Poisson, HasTheEigenvaluesOfTheBooks) {
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> one(dense(poisson_1d<double>(9)));
    for (std::int64_t k = 1; k <= 9; ++k) EXPECT_NEAR(one.eigenvalues()[k - 1], eigenvalue_1d(k, 9), 1e-14);

    std::multiset<double> expected;
    for (std::int64_t i = 1; i <= 3; ++i)
        for (std::int64_t j = 1; j <= 4; ++j)
            for (std::int64_t k = 1; k <= 5; ++k)
                expected.insert(eigenvalue_1d(i, 3) + eigenvalue_1d(j, 4) + eigenvalue_1d(k, 5));
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> three(dense(poisson_3d<double>(3, 4, 5)));
    std::int64_t k = 0;
    for (const double lambda : expected) EXPECT_NEAR(three.eigenvalues()[k++], lambda, 1e-13);
}

TEST(ConvectionDiffusion, IsExactForLinearFunctions) {
    // At points whose neighbours are all inside, upwind differences of x, y and z are exact: the row gives h² w·∇u.
    const std::array<double, 3> w{0.75, -0.5, 0.25};
    const std::int64_t nx = 5, ny = 4, nz = 6;
    const auto A =
        convection_diffusion_3d<double>(nx, ny, nz, {.diffusion = 0.1, .speed = 2, .wind = Wind::constant, .direction = w});
    const double h = 1.0 / 7;
    const std::array<double, 3> gradient{1, 10, -3};
    Vector<double> u(A.rows());
    for (std::int64_t i = 0; i < A.rows(); ++i)
        u[i] = h * (gradient[0] * static_cast<double>(i % nx) + gradient[1] * static_cast<double>(i / nx % ny) +
                    gradient[2] * static_cast<double>(i / nx / ny));
    const Vector<double> r = dense(A) * u;
    const double expected = h * h * 2 * (w[0] * gradient[0] + w[1] * gradient[1] + w[2] * gradient[2]);
    int inner = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const std::int64_t x = i % nx, y = i / nx % ny, z = i / nx / ny;
        if (x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1) continue;
        EXPECT_NEAR(r[i], expected, 1e-14);
        ++inner;
    }
    EXPECT_EQ(inner, 3 * 2 * 4);
}

TEST(ConvectionDiffusion, FollowsTheVortexOfItsDocumentation) {
    const std::int64_t nx = 6, ny = 4;
    const double epsilon = 0.01, h = 1.0 / 7;
    const auto A = convection_diffusion_2d<double>(nx, ny);
    expect_canonical(A);
    for (std::int64_t y = 0; y < ny; ++y) {
        for (std::int64_t x = 0; x < nx; ++x) {
            const double xi = 2.0 * static_cast<double>(x + 1) / 7 - 1;
            const double eta = 2.0 * static_cast<double>(y + 1) / 5 - 1;
            const double wx = eta * (1 - xi * xi);
            const double wy = -xi * (1 - eta * eta);
            const std::int64_t i = x + nx * y;
            const auto expect_neighbour = [&](bool there, std::int64_t j, double flow) {
                if (there) {
                    EXPECT_NEAR(A.coeff(i, j), -epsilon - h * std::max(flow, 0.0), 1e-15);
                }
            };
            expect_neighbour(x > 0, i - 1, wx);
            expect_neighbour(x + 1 < nx, i + 1, -wx);
            expect_neighbour(y > 0, i - nx, wy);
            expect_neighbour(y + 1 < ny, i + nx, -wy);
            EXPECT_NEAR(A.coeff(i, i), 4 * epsilon + h * (std::abs(wx) + std::abs(wy)), 1e-15);
        }
    }
}

template <class T>
void expect_weakly_dominant(const Csr<T>& A) {
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        long double off_diagonal = 0;
        for (const auto [j, v] : A.row(i))
            if (j != i) off_diagonal += std::abs(static_cast<long double>(v));
        EXPECT_GE(static_cast<long double>(A.coeff(i, i)), off_diagonal) << "row " << i;
    }
}

TEST(ConvectionDiffusion, IsWeaklyDominantToTheLastBit) {
    expect_weakly_dominant(convection_diffusion_2d<double>(17, 13));
    expect_weakly_dominant(convection_diffusion_3d<double>(7, 8, 9, {.diffusion = 0.1, .speed = 3}));
    expect_weakly_dominant(convection_diffusion_2d<float>(17, 13, {.diffusion = 1.0 / 3}));
    expect_weakly_dominant(convection_diffusion_3d<float>(7, 8, 9, {.wind = Wind::constant, .direction = {1, -0.3, 0.7}}));
}

TEST(ConvectionDiffusion, RefusesWhatIsNoEquation) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)convection_diffusion_2d<double>(3, 3, {.diffusion = 0}), InvalidArgument);
    EXPECT_THROW((void)convection_diffusion_2d<double>(3, 3, {.diffusion = nan}), InvalidArgument);
    EXPECT_THROW((void)convection_diffusion_3d<double>(3, 3, 3, {.diffusion = 1 / 0.0}), InvalidArgument);
    EXPECT_THROW((void)convection_diffusion_3d<double>(3, 3, 3, {.speed = nan}), InvalidArgument);
    EXPECT_THROW((void)convection_diffusion_3d<double>(3, 3, 3, {.wind = Wind::constant, .direction = {0, 0, nan}}),
                 InvalidArgument);
    EXPECT_NO_THROW((void)convection_diffusion_2d<double>(3, 3, {.wind = Wind::constant, .direction = {1, 0, nan}}));
}

TEST(Elasticity3d, IsPositiveDefiniteWhenClamped) {
    for (const double nu : {-0.5, 0.0, 0.3, 0.49}) {
        const auto A = dense(elasticity_3d<double>(3, 2, 2, {.young_modulus = 10, .poisson_ratio = nu}));
        EXPECT_EQ(Eigen::LLT<Matrix<double>>(A).info(), Eigen::Success) << "at a Poisson ratio of " << nu;
    }
}

/// The six rigid body motions at the nodes, from their coordinates.
Matrix<double> rigid_motions(const Matrix<double>& c) {
    Matrix<double> R = Matrix<double>::Zero(3 * c.rows(), 6);
    for (std::int64_t k = 0; k < c.rows(); ++k) {
        for (std::int64_t d = 0; d < 3; ++d) {
            R(3 * k + d, d) = 1;                                 // translation
            R(3 * k + (d + 1) % 3, 3 + d) = -c(k, (d + 2) % 3);  // rotation about axis d
            R(3 * k + (d + 2) % 3, 3 + d) = c(k, (d + 1) % 3);
        }
    }
    return R;
}

TEST(Elasticity3d, HasTheRigidMotionsAndNoOthersInItsNullSpaceWhenFree) {
    const Elasticity3dOptions free_body{.clamped = false};
    const auto A = dense(elasticity_3d<double>(3, 2, 1, free_body));
    const auto coordinates = elasticity_3d_coordinates(3, 2, 1, free_body);
    ASSERT_EQ(3 * coordinates.rows(), A.rows());
    EXPECT_LE((A * rigid_motions(coordinates)).cwiseAbs().maxCoeff(), 1e-14);
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> e(A);
    for (int k = 0; k < 6; ++k) EXPECT_NEAR(e.eigenvalues()[k], 0, 1e-14);
    EXPECT_GT(e.eigenvalues()[6], 1e-3);
}

TEST(Elasticity3d, StretchesAsHookeSays) {
    // Uniaxial strain u = (x, 0, 0): no force inside, traction (λ + 2μ) on the faces across x, which the nodes of a unit
    // cube's face share as a quarter each.
    const double E = 3, nu = 0.25;
    const double lambda = E * nu / ((1 + nu) * (1 - 2 * nu)), mu = E / (2 * (1 + nu));
    const Elasticity3dOptions options{.young_modulus = E, .poisson_ratio = nu, .clamped = false};
    const auto A = dense(elasticity_3d<double>(2, 1, 1, options));
    const auto c = elasticity_3d_coordinates(2, 1, 1, options);
    Vector<double> u = Vector<double>::Zero(A.rows());
    for (std::int64_t k = 0; k < c.rows(); ++k) u[3 * k] = c(k, 0);
    const Vector<double> f = A * u;
    for (std::int64_t k = 0; k < c.rows(); ++k) {
        const double outward = c(k, 0) == 0 ? -1 : c(k, 0) == 2 ? 1 : 0;
        EXPECT_NEAR(f[3 * k], outward * (lambda + 2 * mu) / 4, 1e-14);
    }
}

TEST(Elasticity3d, WhenClampedIsTheFreeBodyWithoutTheHeldNodes) {
    const auto held = dense(elasticity_3d<double>(2, 2, 1));
    const Elasticity3dOptions options{.clamped = false};
    const auto whole = dense(elasticity_3d<double>(2, 2, 1, options));
    const auto c = elasticity_3d_coordinates(2, 2, 1, options);
    std::vector<std::int64_t> kept;
    for (std::int64_t k = 0; k < c.rows(); ++k)
        for (std::int64_t d = 0; d < 3; ++d)
            if (c(k, 0) > 0) kept.push_back(3 * k + d);
    EXPECT_TRUE(equal(held, Matrix<double>(whole(kept, kept))));
    const auto moved = elasticity_3d_coordinates<float>(2, 2, 1);
    ASSERT_EQ(3 * moved.rows(), held.rows());
    for (std::int64_t k = 0; k < moved.rows(); ++k)
        for (std::int64_t d = 0; d < 3; ++d)
            EXPECT_EQ(static_cast<double>(moved(k, d)), c(kept[static_cast<std::size_t>(3 * k)] / 3, d));
}

TEST(Elasticity3d, RefusesMaterialsThatDoNotExist) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double nu : {0.5, 1.0, -1.0, nan})
        EXPECT_THROW((void)elasticity_3d<double>(1, 1, 1, {.poisson_ratio = nu}), InvalidArgument);
    for (const double E : {0.0, -1.0, nan, 1 / 0.0})
        EXPECT_THROW((void)elasticity_3d<double>(1, 1, 1, {.young_modulus = E}), InvalidArgument);
}

TEST(Rmat, DistributesItsEdgesAsItsProbabilitiesSay) {
    // Without repetition among few edges on many vertices, the first bit of each end shows the quadrant.
    const std::int64_t n = std::int64_t(1) << 20;
    const auto A = rmat<double>(20, 1, 7, {.top_left = 0.25, .top_right = 0.25, .bottom_left = 0.25});
    std::int64_t top_left = 0;
    for (std::int64_t i = 0; i < n / 2; ++i)
        for (const auto [j, v] : A.row(i)) top_left += j < n / 2;
    EXPECT_NEAR(static_cast<double>(top_left) / static_cast<double>(A.nnz()), 0.25, 0.01);
    // With the usual probabilities the largest degree is far above the mean.
    const auto B = rmat<double>(14, 8, 7);
    std::int64_t largest = 0;
    for (std::int64_t i = 0; i < B.rows(); ++i) largest = std::max(largest, B.row(i).size());
    EXPECT_GT(largest, 20 * B.nnz() / B.rows());
}

TEST(Rmat, IsTheSameWithAnyNumberOfThreads) {
    const int before = threads();
    set_threads(1);
    const auto A = rmat<float>(14, 16, 3);
    set_threads(4);
    const auto B = rmat<float>(14, 16, 3);
    set_threads(before);
    EXPECT_TRUE(same_matrix(A, B));
}

TEST(Rmat, RefusesProbabilitiesThatAreNone) {
    EXPECT_THROW((void)rmat<double>(3, 2, 1, {.top_left = -0.1}), InvalidArgument);
    EXPECT_THROW((void)rmat<double>(3, 2, 1, {.top_left = 0.9, .top_right = 0.2}), InvalidArgument);
    EXPECT_THROW((void)rmat<double>(3, 2, 1, {.bottom_left = std::numeric_limits<double>::quiet_NaN()}), InvalidArgument);
}

TEST(ModelProblemsAtSize, AMillionUnknownsTakeWellUnderASecond) {
    const auto start = std::chrono::steady_clock::now();
    const auto A = poisson_3d<double>(100, 100, 100);
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    EXPECT_EQ(A.nnz(), 7 * 1000000 - 6 * 10000);
    RecordProperty("seconds", std::to_string(seconds));
    EXPECT_LT(seconds, 2) << "on a quiet machine this takes some hundredths of a second";
}

}  // namespace
}  // namespace tamis::test
