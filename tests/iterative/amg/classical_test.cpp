// Classical multigrid: its parts, and Amg with AmgCoarsening::classical.
#include <tamis/iterative/amg/amg.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>
#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/select.hpp>

#include "iterative/amg/classical_interpolation.hpp"
#include "iterative/amg/classical_splitting.hpp"
#include "support/preconditioner_laws.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// The Laplacian of a grid of n×n×depth points whose edge to (x + dx, y + dy, z + dz) weighs weight(x, y, z, dx + 2 dy + 3
/// dz); with Dirichlet values around it if `clamped`.
template <class T, class I = std::int32_t, class W>
Csr<T, I> diffusion(int n, int depth, bool clamped, W&& weight) {
    const std::int64_t size = std::int64_t{n} * n * depth;
    Coo<T, I> A(size, size);
    for (int z = 0; z < depth; ++z)
        for (int y = 0; y < n; ++y)
            for (int x = 0; x < n; ++x) {
                const int i = x + n * (y + n * z);
                double sum = 0;
                for (const int d : {-3, -2, -1, 1, 2, 3}) {
                    const int step = d > 0 ? 1 : -1;
                    const int X = x + (std::abs(d) == 1 ? step : 0);
                    const int Y = y + (std::abs(d) == 2 ? step : 0);
                    const int Z = z + (std::abs(d) == 3 ? step : 0);
                    if (depth == 1 && std::abs(d) == 3) continue;
                    const bool inside = X >= 0 && X < n && Y >= 0 && Y < n && Z >= 0 && Z < depth;
                    if (!inside && !clamped) continue;
                    const double w = weight(x, y, z, d);
                    sum += w;
                    if (inside) A.add(static_cast<I>(i), static_cast<I>(X + n * (Y + n * Z)), scalar<T>(-w));
                }
                A.add(static_cast<I>(i), static_cast<I>(i), scalar<T>(sum));
            }
    return to_csr(A);
}

template <class T, class I>
bool same_matrix(const Csr<T, I>& A, const Csr<T, I>& B) {
    return std::ranges::equal(A.row_offsets(), B.row_offsets()) && std::ranges::equal(A.col_indices(), B.col_indices()) &&
           std::ranges::equal(A.values(), B.values());
}

struct Variant {
    AmgSplitting splitting;
    bool aggressive;
    AmgInterpolation interpolation;
};
constexpr Variant variants[] = {{AmgSplitting::pmis, false, AmgInterpolation::extended},
                                {AmgSplitting::pmis, false, AmgInterpolation::direct},
                                {AmgSplitting::hmis, false, AmgInterpolation::extended},
                                {AmgSplitting::pmis, true, AmgInterpolation::extended}};

template <class P>
class ClassicalAmgOfType : public ::testing::Test {};
TYPED_TEST_SUITE(ClassicalAmgOfType, AllScalarsAndIndices, TypeName);

TYPED_TEST(ClassicalAmgOfType, InterpolatesConstantsExactlyFromSortedRows) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Weights over three orders of magnitude, the same from both ends.
    const auto A = diffusion<T, I>(9, 8, false, [](int x, int y, int z, int d) {
        const int end = d > 0 ? 0 : 1;
        const int number = (x - (d == -1 ? end : 0)) + 17 * (y - (d == -2 ? end : 0)) + 300 * (z - (d == -3 ? end : 0));
        return std::pow(10.0, Random(static_cast<std::uint64_t>(number * 4 + std::abs(d))).uniform(-1.5, 1.5));
    });
    for (const Variant& variant : variants)
        for (const int max_entries : {2, 4, 100}) {
            AmgClassicalOptions options{.interpolation = variant.interpolation, .max_entries = max_entries};
            const auto graph = detail::strong_graph<T, I>(A.view(), true, 0.25, 0.9);
            const auto splitting = detail::classical_splitting(graph, variant.splitting, variant.aggressive);
            const auto P = detail::classical_prolongator<T, I>(A.view(), true, graph, splitting, options);
            EXPECT_EQ(P.cols(), splitting.count);
            EXPECT_LT(splitting.count, A.rows() * (variant.aggressive ? 3 : 6) / 10);
            for (std::int64_t i = 0; i < A.rows(); ++i) {
                const auto begin = static_cast<std::size_t>(P.row_offsets()[static_cast<std::size_t>(i)]);
                const auto end = static_cast<std::size_t>(P.row_offsets()[static_cast<std::size_t>(i) + 1]);
                ASSERT_GT(end, begin) << i;
                ASSERT_LE(end - begin, static_cast<std::size_t>(max_entries));
                T sum = 0;
                for (std::size_t k = begin; k < end; ++k) {
                    sum += P.values()[k];
                    if (k > begin) {
                        EXPECT_LT(P.col_indices()[k - 1], P.col_indices()[k]);
                    }
                }
                EXPECT_LT(std::abs(sum - T(1)), 30 * epsilon_v<T>) << i;
                if (const I own = splitting.of_node[i]; own >= 0) {
                    EXPECT_EQ(end, begin + 1);
                    EXPECT_EQ(P.col_indices()[begin], own);
                    EXPECT_EQ(P.values()[begin], T(1));
                }
            }
            // What transposes find for any matrix.
            const auto general = detail::strong_graph<T, I>(A.view(), false, 0.25, 0.9);
            const auto same = detail::classical_splitting(general, variant.splitting, variant.aggressive);
            EXPECT_TRUE(std::ranges::equal(same.of_node, splitting.of_node));
            EXPECT_TRUE(same_matrix(P, detail::classical_prolongator<T, I>(A.view(), false, general, same, options)));
        }
}

TYPED_TEST(ClassicalAmgOfType, SolvesHermitianSystemsOfAnyPhase) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Dᴴ A D: for complex T with a diagonal of numbers of modulus 1, which P has to follow.
    const auto plain = poisson_2d<T, I>(30, 30);
    Random random(7);
    Vector<T> d = Vector<T>::Ones(plain.rows());
    if constexpr (is_complex_v<T>)
        for (auto& v : d) v = std::polar(Real<T>(1), static_cast<Real<T>>(random.uniform(0, 6.28)));
    const Csr<T, I> A = scale_cols(scale_rows(plain, Vector<T>(d.conjugate())), d);
    for (const AmgSplitting splitting : {AmgSplitting::pmis, AmgSplitting::hmis}) {
        const Amg M(A, {.coarsening = AmgCoarsening::classical,
                        .coarse_size = 20,
                        .sweeps = 2,
                        .classical = {.splitting = splitting, .aggressive_levels = 0}});
        EXPECT_TRUE(M.has_adjoint());
        const auto r = cg(A, Vector<T>(Vector<T>::Ones(A.rows())), {.tolerance = 1e-5, .preconditioner = M});
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.iterations, 8);
    }
    expect_preconditioner_laws<T>(
        Amg(A, {.coarsening = AmgCoarsening::classical, .coarse_size = 20, .precision = Precision::working}));
}

TYPED_TEST(ClassicalAmgOfType, TakesNewValuesOnItsCoarsePoints) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = poisson_2d<T, I>(30, 30);
    const AmgOptions<T> options{.coarsening = AmgCoarsening::classical, .coarse_size = 20};
    const auto anisotropic = diffusion<T, I>(30, 1, true, [](int, int, int, int d) { return std::abs(d) == 1 ? 2 : 1; });
    Amg M(A, options);
    M.refactor(anisotropic);
    EXPECT_EQ(M.hierarchy().levels[1].rows, Amg(A, options).hierarchy().levels[1].rows);
    M.refactor(A);
    Vector<T> y(A.rows());
    Vector<T> z(A.rows());
    const Vector<T> x = Random(4).template vector<T>(A.rows());
    M.apply(x, y);
    Amg(A, options).apply(x, z);
    EXPECT_EQ(y, z);
}

TEST(ClassicalAmg, NeedsFewIterationsWhateverTheCoefficients) {
    const auto jumping = [](int x, int y, int z, int d) {
        const auto k = [](int a, int b, int c) {
            return ((a + 30) / 10 + (b + 30) / 10 + (c + 30) / 10) % 2 == 0 ? 1e4 : 1.0;
        };
        const int step = d > 0 ? 1 : -1;
        const double here = k(x, y, z);
        const double there =
            k(x + (std::abs(d) == 1 ? step : 0), y + (std::abs(d) == 2 ? step : 0), z + (std::abs(d) == 3 ? step : 0));
        return 2 * here * there / (here + there);
    };
    const auto uniform = [](int, int, int, int) { return 1.0; };
    const auto thin = [](int, int, int, int d) { return std::abs(d) == 1 ? 1.0 : 1e-3; };
    struct Case {
        std::string name;
        Csr<double> A;
        int at_most;  // iterations, aggressive
        int at_most_otherwise;
    };
    const Case cases[] = {{"isotropic", diffusion<double>(20, 20, true, uniform), 15, 12},
                          {"jumping", diffusion<double>(20, 20, true, jumping), 16, 13},
                          {"anisotropic", diffusion<double>(80, 1, true, thin), 24, 12},
                          {"isotropic Neumann", diffusion<double>(50, 1, false, uniform), 18, 13},
                          {"jumping Neumann", diffusion<double>(20, 20, false, jumping), 18, 13}};
    for (const auto& [name, A, at_most, at_most_otherwise] : cases) {
        const Vector<double> b = A * Random(3).vector<double>(A.rows());
        for (const Variant& variant : variants) {
            const Amg M(A, {.coarsening = AmgCoarsening::classical,
                            .coarse_size = 100,
                            .classical = {.splitting = variant.splitting,
                                          .interpolation = variant.interpolation,
                                          .aggressive_levels = variant.aggressive ? 1 : 0}});
            const auto r = cg(A, b, {.preconditioner = M});
            EXPECT_TRUE(r.converged()) << name << ": " << r.message;
            const bool direct = variant.interpolation == AmgInterpolation::direct;
            EXPECT_LE(r.iterations, variant.aggressive ? at_most
                                    : direct           ? 4 * at_most_otherwise
                                                       : at_most_otherwise)
                << name << " " << static_cast<int>(variant.splitting) << direct;
            EXPECT_LT(M.hierarchy().operator_complexity, variant.aggressive ? 2.1 : 3.2) << name;
        }
    }
}

TEST(ClassicalAmg, BuildsTheSameBitsOnAnyNumberOfThreads) {
    const auto A = poisson_2d<double>(520, 520);  // several blocks for HMIS
    const int before = threads();
    for (const Variant& variant : variants) {
        const auto build = [&](int number) {
            set_threads(number);
            const auto graph = detail::strong_graph<double, std::int32_t>(A.view(), true, 0.25, 0.9);
            const auto splitting = detail::classical_splitting(graph, variant.splitting, variant.aggressive);
            return detail::classical_prolongator<double, std::int32_t>(
                A.view(), true, graph, splitting, AmgClassicalOptions{.interpolation = variant.interpolation});
        };
        EXPECT_TRUE(same_matrix(build(1), build(3)));
    }
    set_threads(before);
}

TEST(ClassicalAmg, LeavesDominantRowsToTheSmootherAndKnowsDirections) {
    // Row 0 is dominant; row 1 depends on 2 but not on 0; 2 depends on 1; the positive entry of row 3 counts nothing.
    Coo<double> c(4, 4);
    const double dense[4][4] = {{10, -0.5, 0, 0}, {-0.1, 2, -1, 0}, {0, -1, 2, 0}, {0, -1, 0.5, 2}};
    for (std::int32_t i = 0; i < 4; ++i)
        for (std::int32_t j = 0; j < 4; ++j)
            if (dense[i][j] != 0) c.add(i, j, dense[i][j]);
    const auto A = to_csr(c);
    const auto graph = detail::strong_graph<double, std::int32_t>(A.view(), false, 0.25, 0.9);
    using detail::depends_on;
    const std::uint8_t expected[] = {0, 0, 0, 0, depends_on, depends_on, 0, depends_on, 0, 0};
    EXPECT_TRUE(std::ranges::equal(graph.of_entry, expected));
    EXPECT_EQ(graph.count(), 4);
    EXPECT_TRUE(std::ranges::equal(graph.neighbours.first(4), std::vector<std::int32_t>{2, 3, 1, 1}));

    const auto unsymmetric = convection_diffusion_2d<double>(60, 60, {.diffusion = 0.05});
    const Amg M(unsymmetric, {.coarsening = AmgCoarsening::classical, .coarse_size = 50});
    EXPECT_FALSE(M.has_adjoint());
    EXPECT_LT(M.hierarchy().convergence_factor, 0.8);
    const auto diagonal = identity<double>(2000);  // nothing depends on anything
    EXPECT_EQ(Amg(diagonal, {.coarsening = AmgCoarsening::classical}).hierarchy().levels.size(), 1U);
}

TEST(ClassicalAmg, RefusesWhatItCannotUse) {
    const auto A = poisson_2d<double>(10, 10);
    const auto refuses = [&](AmgOptions<double> options) {
        options.coarsening = AmgCoarsening::classical;
        EXPECT_THROW(Amg(A, options), InvalidArgument);
    };
    refuses({.near_null_space = Matrix<double>(Matrix<double>::Ones(100, 1))});
    refuses({.block_size = 2});
    refuses({.strength = 1.0});
    refuses({.classical = {.aggressive_levels = -1}});
    refuses({.classical = {.max_entries = 0}});
    refuses({.classical = {.truncation = 1}});
    refuses({.classical = {.truncation = std::numeric_limits<double>::quiet_NaN()}});
    refuses({.classical = {.max_row_sum = -0.5}});
}

}  // namespace
}  // namespace tamis::test
