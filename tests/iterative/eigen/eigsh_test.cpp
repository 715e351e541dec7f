#include <tamis/iterative/eigen/eigsh.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/known_spectra.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class Eigsh : public ::testing::Test {
  protected:
    using T = typename P::T;
    static constexpr double tolerance = default_eigen_tolerance<T>;
};
TYPED_TEST_SUITE(Eigsh, AllScalars, TypeName);

constexpr Which all_which[] = {Which::largest_magnitude,  Which::smallest_magnitude, Which::largest_algebraic,
                               Which::smallest_algebraic, Which::both_ends,          Which::nearest};

TYPED_TEST(Eigsh, FindsEveryCopyOnEverySide) {
    using T = typename TypeParam::T;
    const auto grid = grid_spectrum<T>({7, 7, 7});
    for (const Which which : all_which) {
        EigshOptions<T> options{.which = which};
        if (which == Which::nearest) options.sigma = 2.9;
        const auto r = eigsh(grid.A, 9, options);
        EXPECT_TRUE(are_pairs(grid.A, r, chosen(grid.eigenvalues, which, 9, 2.9), this->tolerance)) << to_string(which);
        options.transform = SpectralTransform::none;
        if (which == Which::nearest || which == Which::smallest_magnitude) continue;
        EXPECT_TRUE(are_pairs(grid.A, eigsh(grid.A, 9, options), chosen(grid.eigenvalues, which, 9), this->tolerance))
            << to_string(which);
    }
}

TYPED_TEST(Eigsh, FindsMoreCopiesThanABlockHasVectors) {
    using T = typename TypeParam::T;
    const auto cube = hypercube_laplacian<T>(9);  // 1, 9, 36… copies
    for (const std::int64_t block : {1, 2, 4}) {
        EigshOptions<T> options{
            .which = Which::largest_algebraic, .transform = SpectralTransform::none, .block_size = block};
        EXPECT_TRUE(are_pairs(cube.A, eigsh(cube.A, 12, options), cube.largest(12), this->tolerance)) << block;
        options.which = Which::nearest;
        options.sigma = 0.5;
        options.transform = SpectralTransform::automatic;
        EXPECT_TRUE(are_pairs(cube.A, eigsh(cube.A, 12, options), cube.smallest(12), this->tolerance)) << block;
    }
    const auto complete = complete_graph_laplacian<T>(150);
    EigshOptions<T> plain{.which = Which::largest_algebraic, .transform = SpectralTransform::none};
    EXPECT_TRUE(are_pairs(complete.A, eigsh(complete.A, 7, plain), complete.largest(7), this->tolerance));
}

TYPED_TEST(Eigsh, SolvesGeneralizedProblems) {
    using T = typename TypeParam::T;
    // Linear elements on an interval, twice: λ_j = 6 (1 − c) / (2 + c) · …, every eigenvalue double.
    constexpr std::int64_t n = 150;
    Assembly<T> A(2 * n, 2 * n), B(2 * n, 2 * n);
    std::vector<double> all;
    for (std::int64_t i = 0; i < n; ++i) {
        const double c = std::cos(std::numbers::pi * static_cast<double>(i + 1) / (n + 1));
        for (int copy = 0; copy < 2; ++copy) {
            const std::int64_t row = 2 * i + copy;
            all.push_back((2 - 2 * c) / (4 + 2 * c));
            A.set(row, row, T(2));
            B.set(row, row, T(4));
            for (const std::int64_t j : {row - 2, row + 2}) {
                if (j < 0 || j >= 2 * n) continue;
                A.set(row, j, turned<T>(-1, row, j));
                B.set(row, j, turned<T>(1, row, j));
            }
        }
    }
    const Csr<T> a = A.csr(), b = B.csr();
    for (const Which which : all_which) {
        EigshOptions<T> options{.which = which, .mass = b};
        if (which == Which::nearest) options.sigma = 0.61;
        EXPECT_TRUE(are_pairs(a, eigsh(a, 6, options), chosen(all, which, 6, 0.61), 2 * this->tolerance, &b))
            << to_string(which);
    }
}

TEST(Eigsh, LeavesOutWhatASingularMassMatrixDoesNotSee) {
    const auto path = grid_spectrum<double>({400});
    Assembly<double> B(400, 400);
    for (std::int64_t i = 0; i < 400; ++i)
        if (i % 4 != 3) B.set(i, i, 1.0);
    const Csr<double> mass = B.csr();
    const auto r = eigsh(path.A, 8, EigshOptions<double>{.which = Which::smallest_magnitude, .mass = mass});
    ASSERT_TRUE(r.converged()) << r.message;
    // λ = 1 / μ for the largest μ of B v = μ A v.
    const auto reference = eigsh(mass, 8, EigshOptions<double>{.which = Which::largest_algebraic, .mass = path.A});
    ASSERT_TRUE(reference.converged()) << reference.message;
    EXPECT_LE((r.values.cwiseProduct(reference.values.reverse()).array() - 1).abs().maxCoeff(), 1e-9);
    EXPECT_LE((r.vectors.adjoint() * dense(mass) * r.vectors - Matrix<double>::Identity(8, 8)).cwiseAbs().maxCoeff(), 1e-10);
    for (const double norm : r.residual_norms) EXPECT_LE(norm, 1e-9);
}

TEST(Eigsh, TransformsSpectraAsAsked) {
    const auto grid = grid_spectrum<double>({20, 18});
    for (const auto transform : {SpectralTransform::shift_invert, SpectralTransform::cayley}) {
        const auto r = eigsh(grid.A, 6, EigshOptions<double>{.which = Which::nearest, .sigma = 3.3, .transform = transform});
        EXPECT_TRUE(are_pairs(grid.A, r, chosen(grid.eigenvalues, Which::nearest, 6, 3.3), 1e-10));
    }
    // Buckling: A definite, B indefinite.
    Assembly<double> B(360, 360);
    for (std::int64_t i = 0; i < 360; ++i) B.set(i, i, i % 2 == 0 ? 1.0 : -0.5);
    const Csr<double> b = B.csr();
    const auto r = eigsh(
        grid.A, 4,
        EigshOptions<double>{.which = Which::nearest, .sigma = 1.0, .mass = b, .transform = SpectralTransform::buckling});
    ASSERT_TRUE(r.converged()) << r.message;
    for (std::int64_t j = 0; j < 4; ++j) {
        const Vector<double> v = r.vectors.col(j);
        EXPECT_LE((dense(grid.A) * v - r.values[j] * (dense(b) * v)).norm(), 1e-8 * v.norm());
    }
}

TEST(Eigsh, NudgesASingularShiftAndSaysSo) {
    const auto cube = hypercube_laplacian<double>(9);
    const auto r = eigsh(cube.A, 9, EigshOptions<double>{.which = Which::nearest, .sigma = 2.0});
    EXPECT_TRUE(are_pairs(cube.A, r, chosen(cube.eigenvalues, Which::nearest, 9, 2.0), 1e-10));
    EXPECT_NE(r.message.find("moved"), std::string::npos) << r.message;
}

TEST(Eigsh, RanksByTheShiftThatWasAskedForWhereItWasMoved) {
    // At 0 the matrix is singular, and 1e-7 ‖A‖ = 1e-6 to the left of it −(1 + 4e-7) is nearer than 1.
    constexpr std::int64_t n = 250;
    Assembly<double> diagonal(n, n);
    for (std::int64_t i = 0; i < n; ++i)
        diagonal.set(i, i, i == 0 ? 0.0 : i == 1 ? 1.0 : i == 2 ? -1 - 4e-7 : 3 + 7 * static_cast<double>(i) / (n - 1));
    const Csr<double> A = diagonal.csr();
    for (const Which which : {Which::nearest, Which::smallest_magnitude}) {
        EigshOptions<double> options{.which = which};
        if (which == Which::nearest) options.sigma = 0;
        const auto r = eigsh(A, 2, options);
        ASSERT_TRUE(r.converged()) << r.message;
        EXPECT_NE(r.message.find("moved"), std::string::npos) << r.message;
        EXPECT_NEAR(r.values[0], 0.0, 1e-12) << r.message;
        EXPECT_NEAR(r.values[1], 1.0, 1e-12) << r.message;
    }
}

TEST(Eigsh, SearchesWithMultigridWhereAFactorIsDearerAndFactorsWhereThatTakesTooLong) {
    const auto cube = grid_spectrum<double>({22, 22, 22});
    const auto r = eigsh(cube.A, 7, EigshOptions<double>{.which = Which::smallest_algebraic});
    EXPECT_TRUE(are_pairs(cube.A, r, cube.smallest(7), 1e-10));
    EXPECT_NE(r.message.find("davidson"), std::string::npos) << r.message;
    EXPECT_NE(r.message.find("Amg"), std::string::npos) << r.message;
    // A preconditioner that is none.
    Random random(3);
    Assembly<double> noise(cube.A.rows(), cube.A.rows());
    for (std::int64_t i = 0; i < cube.A.rows(); ++i) noise.set(i, i, std::pow(10.0, random.uniform(0, 6)));
    const Csr<double> M = noise.csr();
    EigshOptions<double> options{.which = Which::smallest_algebraic};
    options.preconditioner = M;
    const auto q = eigsh(cube.A, 2, options);
    EXPECT_TRUE(are_pairs(cube.A, q, cube.smallest(2), 1e-10));
    EXPECT_NE(q.message.find("the factor is cheap"), std::string::npos) << q.message;
}

TEST(Eigsh, CertifiesByInertia) {
    const auto grid = grid_spectrum<double>({18, 17, 3});
    for (const Which which : all_which) {
        EigshOptions<double> options{.which = which, .certify = true};
        if (which == Which::nearest) options.sigma = 5.3;
        const auto r = eigsh(grid.A, 7, options);
        EXPECT_TRUE(r.converged() && r.certified) << to_string(which) << ": " << r.message;
    }
    // A cluster that goes on beyond the set.
    const auto cube = hypercube_laplacian<double>(9);
    const auto r = eigsh(cube.A, 5, EigshOptions<double>{.which = Which::smallest_algebraic, .certify = true});
    EXPECT_TRUE(r.converged() && r.certified) << r.message;
}

TEST(Eigsh, TakesOperators) {
    const auto grid = grid_spectrum<double>({30, 31});
    std::int64_t products = 0;
    const auto op = make_operator<double>(930, 930, [&](auto x, auto y) {
        ++products;
        OperatorRef<double>(grid.A).apply(x, y);
    });
    const auto r = eigsh(op, 5, EigshOptions<double>{.which = Which::both_ends});
    EXPECT_TRUE(are_pairs(grid.A, r, chosen(grid.eigenvalues, Which::both_ends, 5), 1e-10));
    EXPECT_EQ(r.matvecs, products);
    EXPECT_FALSE(r.certified);
}

TEST(Eigsh, StartsFromWhatIsKnown) {
    const auto grid = grid_spectrum<double>({40, 37});
    EigshOptions<double> options{.which = Which::largest_algebraic, .transform = SpectralTransform::none};
    const auto cold = eigsh(grid.A, 5, options);
    ASSERT_TRUE(cold.converged()) << cold.message;
    options.initial = cold.vectors;
    const auto warm = eigsh(grid.A, 5, options);
    EXPECT_TRUE(are_pairs(grid.A, warm, grid.largest(5), 1e-10));
    EXPECT_LT(warm.matvecs, cold.matvecs);
}

TEST(Eigsh, ReturnsTheBestItHasWhenItIsStopped) {
    const auto grid = grid_spectrum<double>({60, 61});
    EigshOptions<double> options{
        .which = Which::largest_algebraic, .max_iterations = 2, .transform = SpectralTransform::none};
    const auto few = eigsh(grid.A, 6, options);
    EXPECT_EQ(few.status, Status::max_iterations);
    EXPECT_LT(few.converged_pairs, 6);
    EXPECT_THROW((void)few.require(), NotConverged);
    EXPECT_LE((few.vectors.adjoint() * few.vectors - Matrix<double>::Identity(6, 6)).cwiseAbs().maxCoeff(), 1e-12);
    options.max_iterations = 0;
    options.callback = [](const EigenIterationInfo& info) { return info.iteration < 2; };
    EXPECT_EQ(eigsh(grid.A, 6, options).status, Status::cancelled);
    options.callback = {};
    std::stop_source stop;
    stop.request_stop();
    options.stop = stop.get_token();
    EXPECT_EQ(eigsh(grid.A, 6, options).status, Status::cancelled);
    options.stop = {};
    options.time_limit = std::chrono::nanoseconds(1);
    EXPECT_EQ(eigsh(grid.A, 6, options).status, Status::time_limit);
    const auto bad = make_operator<double>(500, 500, [](auto, auto y) {
        for (std::int64_t i = 0; i < y.size(); ++i) y[i] = std::numeric_limits<double>::quiet_NaN();
    });
    EXPECT_EQ(eigsh(bad, 3).status, Status::not_finite);
}

TEST(Eigsh, GoesToLapackForSmallMatricesAndManyPairs) {
    const auto path = grid_spectrum<double>({40});
    for (const std::int64_t k : {1, 39, 40})
        EXPECT_TRUE(are_pairs(path.A, eigsh(path.A, k, {.which = Which::smallest_algebraic}), path.smallest(k), 1e-12));
    Assembly<double> one(1, 1);
    one.set(0, 0, 3.0);
    EXPECT_EQ(eigsh(one.csr(), 1).values[0], 3);
    const auto none = eigsh(path.A, 0);
    EXPECT_TRUE(none.converged() && none.values.size() == 0 && none.vectors.cols() == 0 && none.vectors.rows() == 40);
    const auto without = eigsh(path.A, 3, {.vectors = false});
    EXPECT_TRUE(without.converged() && without.vectors.cols() == 0 && without.residual_norms.size() == 3);
}

TYPED_TEST(Eigsh, RefusesOperatorsThatAreNotHermitian) {
    using T = typename TypeParam::T;
    constexpr std::int64_t n = 500;
    double skew = 0;  // relative to A = tridiag(−1, 2, −1)
    const auto op = make_operator<T>(n, n, [&](auto x, auto y) {
        for (std::int64_t i = 0; i < n; ++i) {
            y[i] = T(2) * x[i];
            if (i > 0) y[i] -= static_cast<Real<T>>(1 + skew) * x[i - 1];
            if (i + 1 < n) y[i] -= static_cast<Real<T>>(1 - skew) * x[i + 1];
        }
    });
    EXPECT_TRUE(eigsh(op, 2, {.which = Which::largest_algebraic, .tolerance = 1e-3}).converged());
    for (const double by : {1.0, 0.1, 0.01}) {
        skew = by;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigsh(op, 2); }, "A is not Hermitian"));
    }
}

TEST(Eigsh, RefusesWhatItCannotAnswer) {
    const auto path = grid_spectrum<double>({100});
    EXPECT_THROW((void)eigsh(path.A, 101), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, -1), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.which = Which::nearest}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.which = Which::largest_real}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.which = Which::smallest_algebraic, .sigma = 1.0}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.tolerance = -1.0}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.tolerance = std::numeric_limits<double>::quiet_NaN()}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.subspace = -1}), InvalidArgument);
    EXPECT_THROW((void)eigsh(path.A, 3, {.mass = grid_spectrum<double>({99}).A}), DimensionMismatch);
    EXPECT_THROW((void)eigsh(path.A, 3, {.initial = Matrix<double>::Zero(99, 1)}), DimensionMismatch);
    Csr<double> skew = path.A;
    skew.values()[1] = 2;
    EXPECT_THROW((void)eigsh(skew, 3), InvalidArgument);
    skew.values()[1] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)eigsh(skew, 3), InvalidArgument);
    EXPECT_THROW((void)eigsh(Assembly<double>(3, 4).csr(), 1), InvalidArgument);
}

}  // namespace
}  // namespace tamis::test
