#include <tamis/iterative/precond/block_jacobi.hpp>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/preconditioner_laws.hpp"
#include "support/problems.hpp"

namespace tamis::test {
namespace {

template <class P>
class BlockJacobi : public ::testing::Test {};
TYPED_TEST_SUITE(BlockJacobi, AllScalarsAndIndices, TypeName);

/// A within the blocks, 0 elsewhere.
template <class T>
Matrix<T> block_part(const Matrix<T>& A, const std::vector<std::int64_t>& starts) {
    Matrix<T> B = Matrix<T>::Zero(A.rows(), A.cols());
    for (std::size_t k = 0; k < starts.size(); ++k) {
        const std::int64_t n = (k + 1 < starts.size() ? starts[k + 1] : A.rows()) - starts[k];
        B.block(starts[k], starts[k], n, n) = A.block(starts[k], starts[k], n, n);
    }
    return B;
}

TYPED_TEST(BlockJacobi, InvertsTheBlocksAndKeepsTheLaws) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto tolerance = 1000 * static_cast<double>(epsilon_v<T>);
    const auto problem = diagonally_dominant<T, I>(80);
    const auto A = in_double<T>(dense(problem.A));
    const tamis::BlockJacobi M(problem.A, {.block_size = 3});
    std::vector<std::int64_t> starts;
    for (std::int64_t i = 0; i < 80; i += 3) starts.push_back(i);
    EXPECT_TRUE(near(preconditioned_matrix(M), block_part(A, starts), tolerance));
    expect_preconditioner_laws(M);
    // Blocks of more rows than are summed at once, and a view by columns.
    const tamis::BlockJacobi G(problem.A.transposed_view(), {.block_offsets = {0, 1, 42}});
    EXPECT_TRUE(near(preconditioned_matrix(G), Matrix<InDouble<T>>(block_part(A, {0, 1, 42}).transpose()), tolerance));
    EXPECT_EQ(G.nonzeros(), 1 + 41 * 41 + 38 * 38);
    expect_preconditioner_laws(G);
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::BlockJacobi(B); });
    expect_bad_input_is_refused<T, I>([](const auto& B) { return tamis::BlockJacobi(B, {.block_size = 2}); });
    EXPECT_TRUE(positive_definite(tamis::BlockJacobi(hermitian_definite<T, I>(30).A, {.block_size = 7})));
}

TYPED_TEST(BlockJacobi, ExchangesRowsOfABlock) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(11);
    Assembly<T, I> A(6, 6);
    for (std::int64_t i = 0; i < 6; ++i)
        for (std::int64_t j = 0; j < 6; ++j) A.set(i, j, i == j ? scalar<T>(1e-5) : random.nonzero_eighths<T>());
    const tamis::BlockJacobi M(A.csr(), {.block_size = 6});
    const Vector<T> x = random.vector<T>(6);
    Vector<T> y(6);
    M.apply(A.times(x), y);
    EXPECT_TRUE(near(y, x, 1000 * static_cast<double>(epsilon_v<T>)));
}

TEST(BlockJacobi, FindsTheUnknownsOfANode) {
    const auto A = elasticity_3d<double>(3, 3, 3);
    const auto D = dense(A);
    std::vector<std::int64_t> starts;
    for (std::int64_t i = 0; i < A.rows(); i += 3) starts.push_back(i);
    EXPECT_TRUE(near(preconditioned_matrix(tamis::BlockJacobi(A, {.largest_found = 3})), block_part(D, starts), 1e-10));
    // By default several nodes make a block.
    EXPECT_GT(tamis::BlockJacobi(A).nonzeros(), 3 * A.rows());
    const Vector<double> b = Vector<double>::Ones(A.rows());
    EXPECT_LT(cg(A, b, {.preconditioner = tamis::BlockJacobi(A, {.block_size = 24})}).require().iterations,
              cg(A, b).iterations);
}

TEST(BlockJacobi, RefusesWhatItCannotDo) {
    const auto A = poisson_1d<double>(5);
    EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::BlockJacobi(A, {.block_size = -1}); }, ".block_size is -1"));
    for (const std::vector<std::int64_t>& offsets : {std::vector<std::int64_t>{1, 2}, {0, 3, 3}, {0, 6}})
        EXPECT_TRUE(throws<InvalidArgument>([&] { tamis::BlockJacobi(A, {.block_offsets = offsets}); }, ".block_offsets"));
    EXPECT_NO_THROW(tamis::BlockJacobi(A, {.block_offsets = {0, 2, 5}}));
    Assembly<double> B(4, 4);
    for (std::int64_t i = 0; i < 4; ++i) B.set(i, i, 1);
    B.set(2, 3, 1);
    B.set(3, 2, 1);
    const auto e = thrown<SingularMatrix>([&] { tamis::BlockJacobi(B.csr(), {.block_size = 2}); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->index(), 3);
}

}  // namespace
}  // namespace tamis::test
