#include <tamis/iterative/eigen/randomized_svd.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/eigen/null_space.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/matmul.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

/// Of rank at most `rank`: a product of two sparse factors, the columns of the first of falling size.
template <class T>
Csr<T> low_rank(std::int64_t rows, std::int64_t cols, std::int64_t rank, std::uint64_t seed) {
    Random random(seed);
    Coo<T> left(rows, rank), right(rank, cols);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < rank; ++j)
            if (random.uniform() < 0.4) left.add(i, j, random.value<T>() / static_cast<Real<T>>(1 + j * j));
    for (std::int64_t i = 0; i < rank; ++i)
        for (std::int64_t j = 0; j < cols; ++j)
            if (random.uniform() < 0.4) right.add(i, j, random.value<T>());
    return to_csr(left) * to_csr(right);
}

template <class P>
class RandomizedSvd : public ::testing::Test {};
TYPED_TEST_SUITE(RandomizedSvd, AllScalars, TypeName);

TYPED_TEST(RandomizedSvd, OfAMatrixOfLowRankIsExactAndElsewhereNearTheBest) {
    using T = typename TypeParam::T;
    using W = InDouble<T>;
    const double eps = static_cast<double>(epsilon_v<T>);
    for (const auto& [rows, cols] : {std::pair{150, 60}, std::pair{60, 150}}) {
        const auto A = low_rank<T>(rows, cols, 12, 1);
        const Matrix<W> M = in_double<T>(dense(A));
        const auto exact = dense_svd(M);
        for (const std::int64_t k : {12, 5}) {
            const auto r = randomized_svd(A, k, {.seed = 3, .oversampling = 18 - k, .power_iterations = 3}).require();
            const Matrix<W> U = in_double<T>(r.u), Vt = in_double<T>(r.vt);
            const Vector<double> s = r.singular_values.template cast<double>();
            EXPECT_LE((U.adjoint() * U - Matrix<W>::Identity(k, k)).cwiseAbs().maxCoeff(),
                      100 * orthonormality_limit<T>(rows));
            EXPECT_LE((Vt * Vt.adjoint() - Matrix<W>::Identity(k, k)).cwiseAbs().maxCoeff(),
                      100 * orthonormality_limit<T>(rows));
            // 18 columns hold the whole range.
            for (std::int64_t j = 0; j < k; ++j) {
                EXPECT_NEAR(s[j], exact.singular_values[j], 300 * eps * exact.singular_values[0]);
                EXPECT_LE(r.residual_norms[static_cast<std::size_t>(j)], 300 * eps * exact.singular_values[0]);
            }
            const double best = k < 12 ? exact.singular_values[k] : 0;
            const Matrix<W> error = M - U * s.asDiagonal() * Vt;
            EXPECT_LE(dense_svd(error).singular_values[0], best + 300 * eps * exact.singular_values[0]);
        }
        // Fewer columns than the rank: values from below, residuals that tell.
        const auto rough = randomized_svd(A, 4, {.seed = 1, .oversampling = 0, .power_iterations = 0}).require();
        for (std::int64_t j = 0; j < 4; ++j)
            EXPECT_LE(static_cast<double>(rough.singular_values[j]), exact.singular_values[j] * (1 + 100 * eps));
        EXPECT_GT(*std::max_element(rough.residual_norms.begin(), rough.residual_norms.end()),
                  1e-3 * exact.singular_values[0]);
        // More than the rank.
        const auto more = randomized_svd(A, 15).require();
        EXPECT_LE(static_cast<double>(more.singular_values[13]), 300 * eps * exact.singular_values[0]);
    }
}

TYPED_TEST(RandomizedSvd, CentersWithoutFormingTheCenteredMatrix) {
    using T = typename TypeParam::T;
    const auto A = low_rank<T>(90, 40, 8, 2);
    auto shifted = dense(A);
    shifted.array() += scalar<T>(2, 1);
    const Matrix<T> centered = shifted.rowwise() - shifted.colwise().mean();
    const auto exact = dense_svd(in_double<T>(centered));
    const auto op = make_operator<T>(
        90, 40, [&](auto x, auto y) { y.eigen() = shifted * x.eigen(); },
        [&](auto x, auto y) { y.eigen() = shifted.adjoint() * x.eigen(); });
    const auto r = randomized_svd(op, 6, {.center = true}).require();
    for (std::int64_t j = 0; j < 6; ++j)
        EXPECT_NEAR(static_cast<double>(r.singular_values[j]), exact.singular_values[j],
                    2e3 * static_cast<double>(epsilon_v<T>) * exact.singular_values[0]);
}

TEST(RandomizedSvdOfDoubles, RefusesWhatItCannotTake) {
    auto A = low_rank<double>(30, 20, 5, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)randomized_svd(A, 21); }, "21"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)randomized_svd(A, 2, {.oversampling = -1}); }, "oversampling"));
    EXPECT_EQ(randomized_svd(A, 0).u.cols(), 0);
    EXPECT_EQ(randomized_svd(A, 2, {.vectors = false}).u.cols(), 0);
    const auto broken = make_operator<double>(
        30, 20, [](auto x, auto y) { y.eigen().setConstant(x[0] / 0.0); }, [](auto, auto y) { y.eigen().setZero(); });
    EXPECT_EQ(randomized_svd(broken, 2).status, Status::not_finite);
    A.values()[0] = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)randomized_svd(A, 2); }, "not finite"));
}

#if TAMIS_WITH_GPL
TYPED_TEST(RandomizedSvd, ALowRankMatrixHasANullSpaceOfWhatIsLeft) {
    using T = typename TypeParam::T;
    for (const auto& [rows, cols] : {std::pair{70, 40}, std::pair{40, 70}, std::pair{50, 50}}) {
        const auto A = low_rank<T>(rows, cols, 6, 4);
        const Matrix<T> N = null_space(A);
        ASSERT_EQ(N.cols(), cols - 6);
        EXPECT_TRUE(orthonormal(N));
        EXPECT_LE(static_cast<double>((dense(A) * N).norm()),
                  20 * static_cast<double>(cols) * static_cast<double>(epsilon_v<T>) * static_cast<double>(dense(A).norm()));
        EXPECT_EQ(null_space(to_csc(A)).cols(), cols - 6);
    }
}

TEST(NullSpace, OfTheIdentityIsEmptyAndOfZeroIsAll) {
    EXPECT_EQ(null_space(identity<double>(7)).cols(), 0);
    EXPECT_EQ(null_space(Csr<double>(3, 5)), (Matrix<double>::Identity(5, 5)));
    EXPECT_EQ(null_space(Csr<double>(0, 4)).cols(), 4);
    EXPECT_EQ(null_space(Csr<double>(4, 0)).rows(), 0);
    // An incidence matrix of a cycle: the constant vector.
    Coo<double> cycle(6, 6);
    for (std::int64_t i = 0; i < 6; ++i) {
        cycle.add(i, i, 1);
        cycle.add(i, (i + 1) % 6, -1);
    }
    const Matrix<double> N = null_space(to_csr(cycle));
    ASSERT_EQ(N.cols(), 1);
    EXPECT_NEAR(std::abs(N.col(0).sum()), std::sqrt(6.0), 1e-14);
}
#endif

}  // namespace
}  // namespace tamis::test
