// Guesses from a pattern, against the dense matrix of it.
#include "sparse/suitesparse/pattern_shape.hpp"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "sparse/factor_input.hpp"

namespace tamis {
namespace {

using Dense = std::vector<std::vector<char>>;

template <class J>
detail::ColumnPattern<J> pattern_of(const Dense& D) {
    const auto n = static_cast<std::int64_t>(D.size());
    std::vector<J> indices;
    Array<J> offsets(n + 1);
    for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t i = 0; i < n; ++i)
            if (D[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] != 0) indices.push_back(static_cast<J>(i));
        offsets[j + 1] = static_cast<J>(indices.size());
    }
    return {n, n, std::move(offsets), Array<J>(std::move(indices))};
}

Dense random_pattern(std::int64_t n, double share, double mirrored, unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<> uniform;
    const auto size = static_cast<std::size_t>(n);
    Dense D(size, std::vector<char>(size, 0));
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j)
            if (uniform(engine) < share) {
                D[i][j] = 1;
                if (uniform(engine) < mirrored) D[j][i] = 1;
            }
    return D;
}

template <class J>
class PatternShape : public ::testing::Test {};
using Indices = ::testing::Types<std::int32_t, std::int64_t>;
TYPED_TEST_SUITE(PatternShape, Indices);

TYPED_TEST(PatternShape, IsMeasuredAsInTheDenseMatrix) {
    for (const std::int64_t n : {0, 1, 2, 7, 40})
        for (const double mirrored : {0.0, 0.6, 1.0})
            for (const double share : {0.02, 0.3, 1.0}) {
                const auto D = random_pattern(n, share, mirrored, static_cast<unsigned>(n + 1));
                const auto size = D.size();
                double off = 0;
                double matched = 0;
                bool diagonal = true;
                std::vector<std::int64_t> lower;
                for (std::size_t j = 0; j < size; ++j) {
                    diagonal = diagonal && D[j][j] != 0;
                    for (std::size_t i = 0; i < size; ++i) {
                        if (i != j && D[i][j] != 0) {
                            ++off;
                            matched += D[j][i] != 0;
                        }
                        if (i >= j && (D[i][j] != 0 || D[j][i] != 0))
                            lower.push_back(static_cast<std::int64_t>(j * size + i));
                    }
                }
                const auto pattern = pattern_of<TypeParam>(D);
                EXPECT_EQ(detail::pattern_symmetry(pattern), off == 0 ? 1 : matched / off);
                EXPECT_EQ(detail::has_full_diagonal(pattern), diagonal);
                const auto L = detail::lower_of_symmetrized(pattern);
                std::vector<std::int64_t> found;
                for (std::int64_t j = 0; j < n; ++j)
                    for (auto k = L.offsets[j]; k < L.offsets[j + 1]; ++k)
                        found.push_back(j * n + static_cast<std::int64_t>(L.indices[k]));
                EXPECT_EQ(found, lower) << n << ' ' << mirrored << ' ' << share;
            }
}

TYPED_TEST(PatternShape, MeshesAreLargeSymmetricAndHaveFewThinRows) {
    using J = TypeParam;
    const auto of = [](const Csr<double, J>& A) { return detail::all_columns("test", A.view(), true, 0).pattern; };
    EXPECT_TRUE(detail::mesh_like(of(poisson_2d<double, J>(150, 150))));
    EXPECT_FALSE(detail::mesh_like(of(poisson_2d<double, J>(30, 30))));  // small
    EXPECT_FALSE(detail::mesh_like(of(poisson_1d<double, J>(30'000))));  // thin
    auto one_way = of(poisson_2d<double, J>(150, 150));
    // Row 50 of column 50 + 150 loses its mirror image by moving elsewhere.
    for (auto k = one_way.offsets[50]; k < one_way.offsets[51]; ++k)
        if (one_way.indices[k] == J(200)) one_way.indices[k] = J(9'000);
    EXPECT_FALSE(detail::mesh_like(one_way));
}

}  // namespace
}  // namespace tamis
