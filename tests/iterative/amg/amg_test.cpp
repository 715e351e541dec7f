#include <tamis/iterative/amg/amg.hpp>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <Eigen/QR>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/select.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

constexpr AmgSmoother smoothers[] = {AmgSmoother::chebyshev, AmgSmoother::gauss_seidel, AmgSmoother::l1_jacobi};

/// Dᴴ A D and Dᴴ·1 for random numbers of modulus 1 (signs, for real T) on the diagonal of D: as good for multigrid as A, if
/// it knows the vector.
template <class T, class I>
struct Gauged {
    Csr<T, I> A;
    Vector<T> near_null;
};
template <class T, class I>
Gauged<T, I> gauged(const Csr<T, I>& A) {
    Random random(7);
    Vector<T> d(A.rows());
    for (auto& v : d) {
        const double angle = random.uniform(0, 6.28);
        v = is_complex_v<T> ? scalar<T>(std::cos(angle), std::sin(angle)) : scalar<T>(angle < 3 ? 1 : -1);
    }
    return {scale_cols(scale_rows(A, Vector<T>(d.conjugate())), d), d.conjugate()};
}

/// A path of n vertices: its Laplacian, which maps constants to 0.
Csr<double> path_laplacian(std::int64_t n) {
    Coo<double> A(n, n);
    for (std::int32_t i = 0; i + 1 < n; ++i) {
        A.add(i, i, 1);
        A.add(i + 1, i + 1, 1);
        A.add(i, i + 1, -1);
        A.add(i + 1, i, -1);
    }
    return to_csr(A);
}

template <class T, class I>
double largest_asymmetry(const Amg<T, I>& M) {
    Random random(3);
    double largest = 0;
    for (int trial = 0; trial < 5; ++trial) {
        const Vector<T> x = random.vector<T>(M.rows());
        const Vector<T> y = random.vector<T>(M.rows());
        Vector<T> Mx(M.rows());
        Vector<T> My(M.rows());
        M.apply(x, Mx);
        M.apply(y, My);
        EXPECT_GT(std::real(x.dot(Mx)), 0);
        largest = std::max(largest, static_cast<double>(std::abs(y.dot(Mx) - My.dot(x)) / (y.norm() * Mx.norm())));
    }
    return largest;
}

template <class P>
class AmgOfType : public ::testing::Test {};
TYPED_TEST_SUITE(AmgOfType, AllScalarsAndIndices, TypeName);

TYPED_TEST(AmgOfType, IsHermitianPositiveDefiniteWithEverySmoother) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto [A, near_null] = gauged(poisson_2d<T, I>(24, 24));
    for (const AmgSmoother smoother : smoothers)
        for (const AmgCycle cycle : {AmgCycle::v, AmgCycle::w}) {
            const Amg M(A, {.near_null_space = near_null,
                            .smoother = smoother,
                            .cycle = cycle,
                            .coarse_size = 20,
                            .precision = Precision::working});
            EXPECT_TRUE(M.has_adjoint());
            EXPECT_LT(largest_asymmetry(M), 100 * static_cast<double>(epsilon_v<T>));
            EXPECT_GE(M.hierarchy().levels.size(), 3U);
        }
}

TYPED_TEST(AmgOfType, MakesCgIndependentOfTheSize) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const AmgSmoother smoother : smoothers) {
        std::int64_t small = 0;
        for (const std::int64_t n : {24, 48, 96}) {
            const auto [A, near_null] = gauged(poisson_2d<T, I>(n, n));
            const Amg M(A, {.near_null_space = near_null, .smoother = smoother, .coarse_size = 20});
            const auto r = cg(A, Vector<T>(Vector<T>::Ones(A.rows())), {.tolerance = 1e-5, .preconditioner = M});
            EXPECT_TRUE(r.converged()) << r.message;
            if (n == 24) small = r.iterations;
            EXPECT_LE(r.iterations, small + 6) << n;
            EXPECT_LE(r.iterations, 20) << n;
        }
    }
}

TYPED_TEST(AmgOfType, SolvesDirectlyOnOneLevel) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = gauged(poisson_2d<T, I>(9, 7)).A;
    const Vector<T> x = Random(2).template vector<T>(A.rows());
    const Vector<T> b = A * x;
    Vector<T> y(A.rows());
    const Amg M(A, {.max_levels = 1});
    EXPECT_EQ(M.hierarchy().levels.size(), 1U);
    M.apply(b, y);
    EXPECT_LT((y - x).norm(), 1e3 * static_cast<double>(epsilon_v<T>) * x.norm());
}

TYPED_TEST(AmgOfType, TakesNewValuesOnItsAggregates) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = poisson_2d<T, I>(30, 30);
    const Csr<T, I> doubled = T(2) * A;
    Amg M(A, {.coarse_size = 20});
    const Amg kept = M;  // shares, and stays what it was
    M.refactor(doubled);
    const Amg anew(doubled, {.coarse_size = 20});
    const Vector<T> x = Random(4).template vector<T>(A.rows());
    Vector<T> y(A.rows());
    Vector<T> z(A.rows());
    M.apply(x, y);
    anew.apply(x, z);
    EXPECT_EQ(y, z);
    kept.apply(x, z);
    EXPECT_LT((T(2) * y - z).norm(), 100 * static_cast<double>(epsilon_v<T>) * z.norm());

    EXPECT_THROW(M.refactor(tril(A)), PatternMismatch);
    Csr<T, I> bad = A;
    bad.values()[3] = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_THROW(M.refactor(bad), InvalidArgument);
    M.apply(x, z);
    EXPECT_EQ(y, z);
}

TYPED_TEST(AmgOfType, ObeysTheLawsOfPreconditioners) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = gauged(poisson_2d<T, I>(12, 12)).A;
    expect_preconditioner_laws<T>(Amg(A, {.coarse_size = 20, .precision = Precision::working}));
}

TEST(Amg, ReadsMatricesByColumnsToo) {
    const auto A = convection_diffusion_2d<double>(20, 20);
    const Amg by_rows(A, {.coarse_size = 30});
    const Amg by_columns(to_csc(A), {.coarse_size = 30});
    const Vector<double> x = Random(1).vector<double>(A.rows());
    Vector<double> y(A.rows());
    Vector<double> z(A.rows());
    by_rows.apply(x, y);
    by_columns.apply(x, z);
    EXPECT_EQ(y, z);
}

TEST(Amg, SuitsUnsymmetricMatricesWithoutAnAdjoint) {
    const auto A = convection_diffusion_2d<double>(60, 60, {.diffusion = 0.05});
    const Amg M(A, {.coarse_size = 50});
    EXPECT_FALSE(M.has_adjoint());
    EXPECT_LT(M.hierarchy().convergence_factor, 0.7);
    Vector<double> x = Vector<double>::Ones(A.rows());
    EXPECT_THROW(M.apply_adjoint(x, x), Unsupported);
}

TEST(Amg, KrylovCyclesMakePlainAggregationFast) {
    const auto A = poisson_2d<double>(80, 80);
    const auto factor = [&](AmgCycle cycle) {
        const Amg M(A, {.coarsening = AmgCoarsening::plain_aggregation, .cycle = cycle, .coarse_size = 20});
        EXPECT_EQ(M.has_adjoint(), cycle != AmgCycle::k);
        return M.hierarchy().convergence_factor;
    };
    const double v = factor(AmgCycle::v);
    const double w = factor(AmgCycle::w);
    const double k = factor(AmgCycle::k);
    EXPECT_LT(w, v);
    EXPECT_LT(k, w);
    EXPECT_LT(k, 0.7);
}

TEST(Amg, CopesWithJumpingCoefficientsAndAnisotropy) {
    const std::int32_t n = 40;
    const auto diffusion = [&](auto&& weight) {
        Coo<double> A(n * n, n * n);
        for (std::int32_t y = 0; y < n; ++y)
            for (std::int32_t x = 0; x < n; ++x) {
                double sum = 0;
                const auto add = [&](std::int32_t dx, std::int32_t dy) {
                    const double w = weight(x, y, dx, dy);
                    sum += w;
                    if (x + dx >= 0 && x + dx < n && y + dy >= 0 && y + dy < n) A.add(x + n * y, x + dx + n * (y + dy), -w);
                };
                add(-1, 0);
                add(1, 0);
                add(0, -1);
                add(0, 1);
                A.add(x + n * y, x + n * y, sum);
            }
        return to_csr(A);
    };
    const auto jumping = diffusion([](int x, int y, int dx, int dy) {
        const auto k = [](int a, int b) { return (a + 100) / 10 % 2 == (b + 100) / 10 % 2 ? 1.0 : 1e4; };
        return 2 * k(x, y) * k(x + dx, y + dy) / (k(x, y) + k(x + dx, y + dy));
    });
    const auto anisotropic = diffusion([](int, int, int dx, int) { return dx != 0 ? 1.0 : 1e-3; });
    for (const auto& A : {jumping, anisotropic}) {
        const Amg M(A, {.coarse_size = 30});
        const auto r = cg(A, Vector<double>(Vector<double>::Ones(n * n)), {.preconditioner = M});
        EXPECT_TRUE(r.converged());
        EXPECT_LE(r.iterations, 35);
    }
}

TEST(Amg, KnowsElasticityByItsRigidBodyModes) {
    const auto modes = [](std::int64_t n, bool clamped) {
        return rigid_body_modes(elasticity_3d_coordinates(n, n, n, {.clamped = clamped}));
    };
    const auto free_body = elasticity_3d<double>(4, 4, 4, {.clamped = false});
    const Matrix<double> B = modes(4, false);
    EXPECT_EQ(B.cols(), 6);
    EXPECT_EQ(B.colPivHouseholderQr().rank(), 6);
    EXPECT_LT((free_body * B).cwiseAbs().maxCoeff(), 1e-13);

    const auto A = elasticity_3d<double>(9, 9, 9);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const Amg with(A, {.near_null_space = modes(9, true), .coarse_size = 100});
    const Amg without(A, {.coarse_size = 100, .block_size = 3});
    const auto good = cg(A, b, {.preconditioner = with});
    const auto poor = cg(A, b, {.preconditioner = without});
    EXPECT_TRUE(good.converged());
    EXPECT_LE(good.iterations, 22);
    EXPECT_LT(good.iterations, poor.iterations);
    EXPECT_EQ(with.hierarchy().levels[1].rows % 6, 0);  // six unknowns an aggregate: nodes were found
}

TEST(Amg, RigidBodyModesOfEveryDimension) {
    const Matrix<double> line = Matrix<double>::Random(5, 1);
    EXPECT_EQ(rigid_body_modes(line), Matrix<double>(Matrix<double>::Ones(5, 1)));
    const Matrix<double> plane = rigid_body_modes(Matrix<double>(Matrix<double>::Random(5, 2)));
    EXPECT_EQ(plane.rows(), 10);
    EXPECT_EQ(plane.colPivHouseholderQr().rank(), 3);
    EXPECT_THROW((void)rigid_body_modes(Matrix<double>(5, 4)), InvalidArgument);
    EXPECT_THROW((void)rigid_body_modes(Matrix<double>(5, 0)), InvalidArgument);
    EXPECT_EQ(rigid_body_modes(Matrix<double>(0, 3)).rows(), 0);
    Matrix<double> bad = Matrix<double>::Zero(2, 2);
    bad(1, 0) = std::numeric_limits<double>::infinity();
    EXPECT_THROW((void)rigid_body_modes(bad), InvalidArgument);
}

TEST(Amg, SolvesSingularLaplacians) {
    const auto A = path_laplacian(500);
    const auto two = block_diagonal(A, path_laplacian(300));  // two null vectors
    for (const std::int64_t coarse_size : {1, 50, 2000}) {
        for (const auto& L : {A, two}) {
            const Amg M(L, {.coarse_size = coarse_size});
            const Vector<double> b = L * Random(1).vector<double>(L.rows());
            const auto r = cg(L, b, {.preconditioner = M});
            EXPECT_TRUE(r.converged()) << coarse_size << ": " << r.message;
            EXPECT_LE(r.iterations, 40) << coarse_size;
        }
    }
}

TEST(Amg, TakesSmallDiagonalAndDenseMatrices) {
    const Csr<double> none;
    const Amg empty(none);
    EXPECT_EQ(empty.rows(), 0);
    EXPECT_EQ(empty.hierarchy().levels.size(), 1U);
    Vector<double> nothing;
    empty.apply(nothing, nothing);

    const auto check_exact = [](const Csr<double>& A, const AmgOptions<double>& options) {
        const Amg M(A, options);
        const Vector<double> x = Random(5).vector<double>(A.rows());
        const Vector<double> b = A * x;
        Vector<double> y(A.rows());
        M.apply(b, y);
        EXPECT_LT((y - x).norm(), 1e-12 * x.norm());
    };
    check_exact(4.0 * identity<double>(1), {});
    // Nothing to aggregate: solved at once.
    check_exact(diagonal_matrix(Vector<double>(Vector<double>::LinSpaced(3000, 1, 7))), {});

    // A complete graph becomes one aggregate.
    const std::int64_t n = 60;
    const Matrix<double> dense = Matrix<double>::Identity(n, n) * static_cast<double>(n) - Matrix<double>::Ones(n, n);
    const auto complete = to_csr(dense);
    const Amg M(complete, {.coarse_size = 5});
    const Vector<double> b = complete * Random(6).vector<double>(n);
    EXPECT_TRUE(cg(complete, b, {.preconditioner = M}).converged());
}

TEST(Amg, ReportsWhatItBuilt) {
    const auto A = poisson_3d<double>(20, 20, 20);
    const Amg M(A, {.coarse_size = 100});
    const AmgHierarchy h = M.hierarchy();
    ASSERT_GE(h.levels.size(), 2U);
    EXPECT_EQ(h.levels[0].rows, A.rows());
    EXPECT_EQ(h.levels[0].nnz, A.nnz());
    EXPECT_LE(h.levels.back().rows, 100);
    double rows = 0;
    double nnz = 0;
    for (std::size_t l = 0; l < h.levels.size(); ++l) {
        rows += static_cast<double>(h.levels[l].rows);
        nnz += static_cast<double>(h.levels[l].nnz);
        if (l > 0) {
            EXPECT_LT(h.levels[l].rows, h.levels[l - 1].rows / 2);
        }
    }
    EXPECT_DOUBLE_EQ(h.grid_complexity, rows / static_cast<double>(A.rows()));
    EXPECT_DOUBLE_EQ(h.operator_complexity, nnz / static_cast<double>(A.nnz()));
    EXPECT_LT(h.convergence_factor, 0.5);
    EXPECT_GT(h.convergence_factor, 0);
    std::ostringstream text;
    text << h;
    EXPECT_NE(text.str().find("operator complexity"), std::string::npos);
    EXPECT_NE(text.str().find("8000"), std::string::npos);
    EXPECT_GT(M.bytes(), 12 * A.nnz());
    // A vector of constants says nothing about this one: the factor tells.
    const auto unsuited = gauged(poisson_3d<double>(20, 20, 20)).A;
    EXPECT_GT(Amg(unsuited, {.coarse_size = 100}).hierarchy().convergence_factor, 0.7);
}

TEST(Amg, HoldsHalfAsMuchAgainAsTheMatrixAtMost) {
    const auto share = [](const Csr<double>& A) {
        const std::int64_t own = A.nnz() * 12 + (A.rows() + 1) * 4;
        return static_cast<double>(Amg(A).bytes()) / static_cast<double>(own);
    };
    EXPECT_LT(share(poisson_2d<double>(300, 300)), 1.4);
    EXPECT_LT(share(poisson_3d<double>(64, 64, 64)), 1.5);
    EXPECT_LT(share(convection_diffusion_3d<double>(64, 64, 64)), 1.5);
}

TEST(Amg, RefusesWhatItCannotUse) {
    const auto A = poisson_2d<double>(10, 10);
    EXPECT_THROW(Amg(A.block(0, 0, 10, 9)), DimensionMismatch);
    Csr<double> bad = A;
    bad.values()[7] = std::numeric_limits<double>::infinity();
    EXPECT_THROW(Amg{bad}, InvalidArgument);
    Csr<double> hollow = A;
    for (std::int64_t k = A.row_offsets()[5]; k < A.row_offsets()[6]; ++k)
        if (A.col_indices()[static_cast<std::size_t>(k)] == 5) hollow.values()[static_cast<std::size_t>(k)] = 0;
    try {
        const Amg M(hollow);
        FAIL();
    } catch (const SingularMatrix& e) {
        EXPECT_EQ(e.index(), 5);
    }
    const auto refuses = [&](const AmgOptions<double>& options) { EXPECT_THROW(Amg(A, options), InvalidArgument); };
    refuses({.strength = -0.1});
    refuses({.strength = 1});
    refuses({.strength = std::numeric_limits<double>::quiet_NaN()});
    refuses({.max_levels = -1});
    refuses({.coarse_size = -1});
    refuses({.block_size = 7});
    refuses({.block_size = -2});
    refuses({.sweeps = -1});
    refuses({.near_null_space = Matrix<double>(Matrix<double>::Ones(9, 1))});
    Matrix<double> nan = Matrix<double>::Ones(100, 1);
    nan(3, 0) = std::numeric_limits<double>::quiet_NaN();
    refuses({.near_null_space = nan});
    const Amg M(A);
    Vector<double> x(99);
    Vector<double> y(100);
    EXPECT_THROW(M.apply(x, y), DimensionMismatch);
    EXPECT_THROW(M.apply(y, x), DimensionMismatch);
}

TEST(Amg, ServesSeveralThreadsAtOnce) {
    const auto A = poisson_2d<double>(60, 60);
    const Amg M(A, {.coarse_size = 50});
    const Vector<double> x = Random(9).vector<double>(A.rows());
    Vector<double> expected(A.rows());
    M.apply(x, expected);
    std::vector<Vector<double>> results(4, Vector<double>(A.rows()));
    std::vector<std::thread> threads;
    for (auto& y : results)
        threads.emplace_back([&] {
            for (int k = 0; k < 10; ++k) M.apply(x, y);
        });
    for (auto& thread : threads) thread.join();
    for (const auto& y : results) EXPECT_EQ(y, expected);
}

}  // namespace
}  // namespace tamis::test
