#include <tamis/iterative/eigen/svds.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>

#include "sparse/gram_product.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// rows×cols with `per_row` random entries a row.
template <class T>
Csr<T> random_rows(std::int64_t rows, std::int64_t cols, std::int64_t per_row, std::uint64_t seed) {
    Random random(seed);
    Coo<T> entries(rows, cols);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t k = 0; k < per_row; ++k) entries.add(i, random.below(cols), random.value<T>());
    return to_csr(entries);
}

/// The values planted on the diagonal of a rows×cols matrix, then mixed by reflections that keep it sparse: I − 2 w wᴴ with
/// w of two entries.
template <class T>
Csr<T> planted(std::int64_t rows, std::int64_t cols, const std::vector<double>& values, std::uint64_t seed) {
    Random random(seed);
    Matrix<T> M = Matrix<T>::Zero(rows, cols);
    for (std::size_t i = 0; i < values.size(); ++i)
        M(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i)) = static_cast<Real<T>>(values[i]);
    const auto rotate = [&](auto&& a, auto&& b) {
        const double t = random.uniform(0, 6);
        const T c = scalar<T>(std::cos(t)),
                s = scalar<T>(std::sin(t) * 0.6, std::sin(t) * 0.8) / static_cast<Real<T>>(is_complex_v<T> ? 1.0 : 0.6);
        const auto old = a.eval();
        a = c * old + s * b;
        b = (-detail::conjugate(s) * old + c * b).eval();
    };
    for (std::int64_t k = 0; k < 3 * rows; ++k) {
        const std::int64_t i = random.below(rows), j = random.below(rows);
        if (i != j) rotate(M.row(i), M.row(j));
    }
    for (std::int64_t k = 0; k < cols; ++k) {
        const std::int64_t i = random.below(cols), j = random.below(cols);
        if (i != j) rotate(M.col(i), M.col(j));
    }
    return to_csr(M);
}

/// Orthonormal, sorted, with residuals that are what the result says and small where it says converged.
template <class T>
void expect_triplets(const Csr<T>& A, const SvdResult<T>& r, std::int64_t k, double tolerance = default_eigen_tolerance<T>) {
    using W = InDouble<T>;
    ASSERT_EQ(r.singular_values.size(), k);
    ASSERT_EQ(r.u.rows(), A.rows());
    ASSERT_EQ(r.vt.cols(), A.cols());
    ASSERT_EQ(r.residual_norms.size(), static_cast<std::size_t>(k));
    EXPECT_TRUE(r.converged()) << r.message;
    if (k == 0) return;
    const Matrix<W> M = in_double<T>(dense(A)), U = in_double<T>(r.u), V = in_double<T>(Matrix<T>(r.vt.adjoint()));
    const double limit = 100 * orthonormality_limit<T>(A.rows());
    EXPECT_LE((U.adjoint() * U - Matrix<W>::Identity(k, k)).cwiseAbs().maxCoeff(), limit);
    EXPECT_LE((V.adjoint() * V - Matrix<W>::Identity(k, k)).cwiseAbs().maxCoeff(), limit);
    const double norm = std::max(1e-30, M.norm());
    for (std::int64_t j = 0; j < k; ++j) {
        const auto s = static_cast<double>(r.singular_values[j]);
        EXPECT_GE(s, 0);
        if (j > 0) {
            EXPECT_LE(r.singular_values[j], r.singular_values[j - 1]);
        }
        const double residual =
            std::max((M * V.col(j) - s * U.col(j)).norm(), (M.adjoint() * U.col(j) - s * V.col(j)).norm());
        EXPECT_NEAR(residual, r.residual_norms[static_cast<std::size_t>(j)], 100 * static_cast<double>(epsilon_v<T>) * norm);
        EXPECT_LE(residual, 1.01 * tolerance * norm);
    }
}

/// All singular values, by Eigen.
template <class T>
Vector<double> all_values(const Csr<T>& A) {
    return dense_singular_values(in_double<T>(dense(A)));
}
/// The values are the largest, or smallest, of these.
template <class T>
void expect_values(const Vector<double>& all, const SvdResult<T>& r, std::int64_t k, bool largest) {
    const std::int64_t first = largest ? 0 : all.size() - k;
    for (std::int64_t j = 0; j < k; ++j)
        EXPECT_NEAR(static_cast<double>(r.singular_values[j]), all[first + j],
                    200 * static_cast<double>(epsilon_v<T>) * all[0])
            << "value " << j << ", " << r.message;
}

template <class P>
class SingularValues : public ::testing::Test {};
TYPED_TEST_SUITE(SingularValues, AllScalars, TypeName);

TYPED_TEST(SingularValues, AreThoseOfTheDenseDecompositionForEveryShape) {
    using T = typename TypeParam::T;
    for (const auto& [rows, cols] : {std::pair{160, 80}, std::pair{80, 160}, std::pair{100, 100}}) {
        const auto A = random_rows<T>(rows, cols, 5, 3);
        const Vector<double> all = all_values(A);
        const auto large = svds(A, 5);
        expect_triplets(A, large, 5);
        expect_values(all, large, 5, true);
        const auto small = svds(A, 4, {.which = Which::smallest_magnitude});
        expect_triplets(A, small, 4);
        expect_values(all, small, 4, false);
    }
}

TYPED_TEST(SingularValues, OfAnOperatorAreThoseOfItsMatrix) {
    using T = typename TypeParam::T;
    const auto A = random_rows<T>(150, 100, 5, 4);
    const Vector<double> all = all_values(A);
    const auto op = make_operator<T>(
        150, 100, [&](auto x, auto y) { multiply(A, x, y); }, [&](auto x, auto y) { multiply_adjoint(A, x, y); });
    for (const Which which : {Which::largest_magnitude, Which::smallest_magnitude}) {
        const auto r = svds(op, 3, {.which = which});
        expect_triplets(A, r, 3);
        expect_values(all, r, 3, which == Which::largest_magnitude);
    }
    const auto lone = make_operator<T>(150, 100, [&](auto x, auto y) { multiply(A, x, y); });
    EXPECT_TRUE(throws<Unsupported>([&] { (void)svds(lone, 2); }, "adjoint"));
}

TYPED_TEST(SingularValues, ThatAreMultipleAreFoundAsOftenAsTheyAre) {
    using T = typename TypeParam::T;
    std::vector<double> values{9, 9, 9, 9, 9, 9, 9, 7, 7, 6};
    while (values.size() < 110) values.push_back(3 - 0.01 * static_cast<double>(values.size()));
    const auto A = planted<T>(140, 110, values, 5);
    for (const std::int64_t block : {1, 2, 4}) {
        const auto r = svds(A, 10, {.block_size = block});
        expect_triplets(A, r, 10);
        for (std::int64_t j = 0; j < 10; ++j)
            EXPECT_NEAR(static_cast<double>(r.singular_values[j]), values[static_cast<std::size_t>(j)],
                        300 * static_cast<double>(epsilon_v<T>) * 9)
                << "block " << block;
    }
}

TYPED_TEST(SingularValues, ThatAreZeroAreFoundAtBothEnds) {
    using T = typename TypeParam::T;
    const auto A = planted<T>(120, 90, {5, 4, 3}, 6);  // of rank 3
    const Vector<double> all = all_values(A);
    for (const Which which : {Which::largest_magnitude, Which::smallest_magnitude}) {
        const auto r = svds(A, 6, {.which = which});
        expect_triplets(A, r, 6);
        expect_values(all, r, 6, which == Which::largest_magnitude);
    }
    const Csr<T> zero = to_csr(Matrix<T>::Zero(70, 60));
    expect_triplets(zero, svds(zero, 3), 3);
    // The null space, and the least of the others.
    std::vector<double> values(88, 2.0);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.1 * static_cast<double>(i);
    const auto B = planted<T>(100, 90, values, 7);
    const auto r = svds(B, 4, {.which = Which::smallest_magnitude});
    expect_triplets(B, r, 4);
    expect_values(all_values(B), r, 4, false);
}

TYPED_TEST(SingularValues, GramProductsAreTwoProducts) {
    using T = typename TypeParam::T;
    const auto A = random_rows<T>(70, 40, 4, 13);
    Random random(14);
    const Matrix<T> M = dense(A);
    for (const std::int64_t columns : {0, 1, 2, 3, 4, 5, 9}) {
        Matrix<T> X(40, columns);
        for (std::int64_t i = 0; i < X.size(); ++i) X.data()[i] = random.value<T>();
        const Matrix<T> expected = M.adjoint() * (M * X);
        Matrix<T> Y = Matrix<T>::Constant(40, columns, T(7));
        detail::gram_product<T, std::int32_t>(A.view(), MatrixView<const T>(X), MatrixView<T>(Y));
        // By rows, with a gap between them.
        Matrix<T> Xt = Matrix<T>::Zero(columns + 1, 40), Yt = Matrix<T>::Constant(columns + 1, 40, T(7));
        Xt.topRows(columns) = X.transpose();
        detail::gram_product<T, std::int32_t>(A.view(), MatrixView<const T>(Xt.data(), 40, columns, columns + 1, 1),
                                              MatrixView<T>(Yt.data(), 40, columns, columns + 1, 1));
        const auto limit = 100 * epsilon_v<T> * static_cast<Real<T>>(M.squaredNorm());
        for (std::int64_t j = 0; j < columns; ++j) {
            EXPECT_LE((Y.col(j) - expected.col(j)).norm(), limit);
            EXPECT_LE((Yt.row(j).transpose() - expected.col(j)).norm(), limit);
        }
        EXPECT_EQ((Yt.row(columns).array() - T(7)).abs().maxCoeff(), Real<T>(0));
    }
}

TEST(SingularValuesOfDoubles, ComeThroughTheGramMatrixOnlyWhereThatKeepsTheirDigits) {
    const auto gram = [](const auto& r) { return r.message.find("Rayleigh-Ritz with A") != std::string::npos; };
    std::vector<double> near, far;
    for (int i = 0; i < 150; ++i) {
        near.push_back(std::pow(10.0, -0.05 * i));
        far.push_back(std::pow(10.0, -1.0 * std::min(i, 12)));
    }
    for (const bool wide : {false, true}) {
        const auto A = planted<double>(wide ? 150 : 180, wide ? 180 : 150, near, 15);
        const auto r = svds(A, 6, {.tolerance = 1e-8});
        EXPECT_TRUE(gram(r)) << r.message;
        expect_triplets(A, r, 6, 1e-8);
        for (std::int64_t j = 0; j < 6; ++j)  // errors are squares of residuals
            EXPECT_NEAR(r.singular_values[j], near[static_cast<std::size_t>(j)], 1e-13) << r.message;
        const auto B = planted<double>(wide ? 150 : 180, wide ? 180 : 150, far, 16);
        const auto q = svds(B, 9);  // to 1e-8
        EXPECT_FALSE(gram(q)) << q.message;
        expect_triplets(B, q, 9);
        for (std::int64_t j = 0; j < 9; ++j)
            EXPECT_NEAR(q.singular_values[j], far[static_cast<std::size_t>(j)], 1e-14) << q.message;
        EXPECT_FALSE(gram(svds(A, 6, {.tolerance = 1e-15})));
    }
}

TEST(SingularValuesOfDoubles, KeepTheDigitsOfSmallOnes) {
    std::vector<double> values;
    for (int i = 0; i < 100; ++i) values.push_back(std::pow(10.0, -0.12 * i));  // to 1e-12
    const auto A = planted<double>(130, 100, values, 8);
    const auto r = svds(A, 5, {.which = Which::smallest_magnitude});
    expect_triplets(A, r, 5);
    for (std::int64_t j = 0; j < 5; ++j) EXPECT_NEAR(r.singular_values[j], values[static_cast<std::size_t>(95 + j)], 2e-15);
    const auto square = planted<double>(100, 100, values, 9);
    const auto q = svds(square, 5, {.which = Which::smallest_magnitude});
    for (std::int64_t j = 0; j < 5; ++j) EXPECT_NEAR(q.singular_values[j], values[static_cast<std::size_t>(95 + j)], 2e-15);
}

TEST(SingularValuesOfDoubles, OfOperatorsKeepTheDigitsOfSmallOnes) {
    std::vector<double> values;
    for (int i = 0; i < 100; ++i)
        values.push_back(i < 97 ? 1 + 0.02 * (97 - i) : std::pow(10.0, -2.0 * (i - 95)));  // 1e-4 … 1e-8
    const auto A = planted<double>(130, 100, values, 17);
    const auto op = make_operator<double>(
        130, 100, [&](auto x, auto y) { multiply(A, x, y); }, [&](auto x, auto y) { multiply_adjoint(A, x, y); });
    const auto r = svds(op, 4, {.which = Which::smallest_magnitude});
    expect_triplets(A, r, 4);
    for (std::int64_t j = 0; j < 4; ++j)
        EXPECT_NEAR(r.singular_values[j], values[static_cast<std::size_t>(96 + j)], 3e-15) << r.message;
}

TEST(SingularValuesOfDoubles, NearTheWholeSpectrumAndOfSmallMatricesAreRightToo) {
    for (const auto& [rows, cols] :
         {std::pair{60, 50}, std::pair{50, 60}, std::pair{1, 1}, std::pair{7, 1}, std::pair{1, 7}}) {
        const auto A = random_rows<double>(rows, cols, 3, 10);
        const std::int64_t least = std::min(rows, cols);
        for (const std::int64_t k : {least, least - 1, std::int64_t{0}}) {
            const auto r = svds(A, k);
            expect_triplets(A, r, k);
            expect_values(all_values(A), r, k, true);
        }
    }
    const Csr<double> empty(0, 5);
    EXPECT_EQ(svds(empty, 0).u.rows(), 0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(empty, 1); }, "k must be in [0, 0]"));
}

TEST(SingularValuesOfDoubles, RefuseWhatTheyCannotTake) {
    auto A = random_rows<double>(80, 70, 4, 11);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(A, 71); }, "71"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(A, -1); }, "-1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(A, 2, {.which = Which::largest_real}); }, "largest_real"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(A, 2, {.tolerance = std::nan("")}); }, "tolerance"));
    const auto broken = make_operator<double>(
        80, 70, [](auto x, auto y) { y.eigen().setConstant(x[0] / 0.0); }, [](auto, auto y) { y.eigen().setZero(); });
    const auto r = svds(broken, 2);
    EXPECT_EQ(r.status, Status::not_finite) << r.message;
    EXPECT_TRUE(throws<NotConverged>([&] { (void)r.require(); }, "not finite"));
    A.values()[3] = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svds(A, 2); }, "not finite"));
}

TEST(SingularValuesOfDoubles, StopWhenToldAndSayWhatTheyHave) {
    std::vector<double> values;
    for (int i = 0; i < 300; ++i) values.push_back(1 + 1e-4 * i);
    const auto A = planted<double>(300, 300, values, 12);
    const auto few = svds(A, 3, {.max_iterations = 2});
    EXPECT_EQ(few.status, Status::max_iterations);
    EXPECT_LT(few.converged_triplets, 3);
    EXPECT_GT(*std::max_element(few.residual_norms.begin(), few.residual_norms.end()), 1e-10);
    std::int64_t calls = 0;
    const auto told = svds(A, 3, {.callback = [&](const EigenIterationInfo& info) {
                               EXPECT_EQ(info.wanted, 3);
                               return ++calls < 4;
                           }});
    EXPECT_EQ(told.status, Status::cancelled);
    EXPECT_EQ(calls, 4);
    const auto bare = svds(A, 2, {.which = Which::smallest_magnitude, .vectors = false});
    EXPECT_TRUE(bare.converged()) << bare.message;
    EXPECT_EQ(bare.u.cols(), 0);
    EXPECT_EQ(bare.vt.rows(), 0);
    EXPECT_NEAR(bare.singular_values[1], 1, 1e-12);
}

}  // namespace
}  // namespace tamis::test
