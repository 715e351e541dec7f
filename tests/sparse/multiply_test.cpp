// links: tamis_allocation_counter
#include <tamis/sparse/multiply.hpp>

#include <limits>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/csc.hpp>

#include "sparse/random_assembly.hpp"
#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

using test::exact_vector;
using test::in_every_format;

template <class P>
class Multiply : public ::testing::Test {};
TYPED_TEST_SUITE(Multiply, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Multiply, AgreesWithEigenForEveryShapeAndFormat) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.3, 5), [](const auto& A) {
            const Matrix<T> D = test::dense(A);
            const T alpha = test::scalar<T>(0.5, 0.25);
            const T beta = test::scalar<T>(-2, 1);
            const Vector<T> x = exact_vector<T>(A.cols(), 1);
            const Vector<T> z = exact_vector<T>(A.rows(), 2);
            EXPECT_TRUE(test::equal(A * x, (D * x).eval()));

            Vector<T> y = exact_vector<T>(A.rows(), 3);
            Vector<T> expected = alpha * (D * x) + beta * y;
            multiply(A, x, y, alpha, beta);
            EXPECT_TRUE(test::equal(y, expected));

            Vector<T> w = exact_vector<T>(A.cols(), 4);
            expected = alpha * (D.transpose() * z) + beta * w;
            multiply_transposed(A, z, w, alpha, beta);
            EXPECT_TRUE(test::equal(w, expected));

            w = exact_vector<T>(A.cols(), 4);
            expected = alpha * (D.adjoint() * z) + beta * w;
            multiply_adjoint(A, z, w, alpha, beta);
            EXPECT_TRUE(test::equal(w, expected));
        });
    }
}

TYPED_TEST(Multiply, TakesBlocksOfAnyWidthOrderAndStride) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    in_every_format(test::random_assembly<T, I>(23, 14, 0.3, 6), [](const auto& A) {
        const Matrix<T> D = test::dense(A);
        for (std::int64_t k : {0, 1, 2, 3, 7, 8, 13, 17}) {
            const Matrix<T> X = test::exact_block<T>(14, k, 7);
            const Matrix<T> Z = test::exact_block<T>(23, k, 8);
            const RowMajor X_rows = X;
            const RowMajor Z_rows = Z;
            EXPECT_TRUE(test::equal(A * X, (D * X).eval())) << k << " columns";
            EXPECT_TRUE(test::equal(A * X_rows, (D * X).eval())) << k << " columns";

            RowMajor Y = RowMajor::Constant(25, k + 2, T(9));
            multiply(A, X, Y.block(1, 1, 23, k));
            EXPECT_TRUE(test::equal(Y.block(1, 1, 23, k), (D * X).eval()));
            EXPECT_EQ(Y(0, 0), T(9));
            EXPECT_EQ(Y(24, k + 1), T(9));

            Matrix<T> W = Matrix<T>::Constant(20, k + 2, T(9));
            multiply_transposed(A, Z_rows, W.block(2, 1, 14, k));
            EXPECT_TRUE(test::equal(W.block(2, 1, 14, k), (D.transpose() * Z).eval()));
            multiply_adjoint(A, Z, W.block(2, 1, 14, k));
            EXPECT_TRUE(test::equal(W.block(2, 1, 14, k), (D.adjoint() * Z).eval()));
            EXPECT_EQ(W(1, 1), T(9));
            EXPECT_EQ(W(16, 1), T(9));

            RowMajor V(14, k);
            multiply_transposed(A, Z_rows, V);
            EXPECT_TRUE(test::equal(V, (D.transpose() * Z).eval()));
        }
    });
}

TYPED_TEST(Multiply, TakesRowsColumnsVectorsSpansAndExpressions) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A = test::random_assembly<T, I>(11, 11, 0.4, 9).csr();
    const Matrix<T> D = test::dense(A);
    const Vector<T> x = exact_vector<T>(11, 1);
    const Vector<T> expected = D * x;
    const std::vector<T> plain(x.data(), x.data() + x.size());
    std::vector<T> result(11, T(7));
    multiply(A, plain, result);
    EXPECT_TRUE(test::equal(result, expected));
    multiply(A, std::span<const T>(plain), std::span<T>(result));
    EXPECT_TRUE(test::equal(result, expected));
    EXPECT_TRUE(test::equal(A * plain, expected));

    Matrix<T> M = Matrix<T>::Constant(3, 11, T(5));
    M.row(0) = x.transpose();
    multiply(A, M.row(0), M.row(2));
    EXPECT_TRUE(test::equal(M.row(2).transpose().eval(), expected));
    EXPECT_TRUE(test::equal(A * (x + x), (expected + expected).eval()));
    EXPECT_TRUE(test::equal(A * x.reverse(), (D * x.reverse()).eval()));
    EXPECT_TRUE(test::equal(A * x.transpose(), expected));
    static_assert(std::is_same_v<decltype(A * x), Vector<T>>);
    static_assert(std::is_same_v<decltype(A * M), Matrix<T>>);
}

TYPED_TEST(Multiply, WidensARealVectorForAComplexMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Vector<Real<T>> x = exact_vector<Real<T>>(5, 1);
    in_every_format(test::random_assembly<T, I>(6, 5, 0.6, 2), [&x](const auto& A) {
        EXPECT_TRUE(test::equal(A * x, (test::dense(A) * x.template cast<T>()).eval()));
    });
}

TYPED_TEST(Multiply, OverwritesNanWhenBetaIsZero) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const T nan = std::numeric_limits<Real<T>>::quiet_NaN();
    in_every_format(test::random_assembly<T, I>(8, 8, 0.3, 3), [nan](const auto& A) {
        const Vector<T> x = exact_vector<T>(8, 1);
        Vector<T> y = Vector<T>::Constant(8, nan);
        multiply(A, x, y);
        EXPECT_TRUE(test::equal(y, (test::dense(A) * x).eval()));
        y.setConstant(nan);
        multiply_adjoint(A, x, y, T(2));
        EXPECT_TRUE(test::equal(y, (T(2) * (test::dense(A).adjoint() * x)).eval()));
    });
}

TYPED_TEST(Multiply, ReadsNothingWhenAlphaIsZero) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const T nan = std::numeric_limits<Real<T>>::quiet_NaN();
    test::Assembly<T, I> a(3, 3);
    a.set(1, 1, nan);
    in_every_format(a, [nan](const auto& A) {
        const Vector<T> x = Vector<T>::Constant(3, nan);
        Vector<T> y = Vector<T>::Constant(3, T(3));
        multiply(A, x, y, T(0), T(2));
        EXPECT_TRUE(test::equal(y, Vector<T>::Constant(3, T(6)).eval()));
        multiply_transposed(A, x, y, T(0), T(0));
        EXPECT_TRUE(test::equal(y, Vector<T>::Zero(3).eval()));
    });
}

TYPED_TEST(Multiply, LetsNanAndInfinityThroughStoredEntriesOnly) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Real<T> inf = std::numeric_limits<Real<T>>::infinity();
    test::Assembly<T, I> a(3, 3);
    a.set(0, 0, T(1));
    a.set(1, 1, T(0));  // a stored zero meets infinity: NaN
    a.set(2, 0, T(2));
    in_every_format(a, [inf](const auto& A) {
        Vector<T> x(3);
        x << T(3), T(inf), T(std::numeric_limits<Real<T>>::quiet_NaN());
        const Vector<T> y = A * x;
        EXPECT_EQ(y[0], T(3));
        EXPECT_TRUE(std::isnan(detail::real_part(y[1])));
        EXPECT_EQ(y[2], T(6));
    });
    test::Assembly<T, I> b(2, 2);
    b.set(0, 1, T(inf));
    in_every_format(b, [inf](const auto& B) {
        const Vector<T> y = B * Vector<T>::Ones(2);
        EXPECT_EQ(detail::real_part(y[0]), inf);
        EXPECT_EQ(y[1], T(0));
    });
}

TYPED_TEST(Multiply, HandlesPowerLawRowsAndOneRowWithAllEntries) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    test::Assembly<T, I> one_row(500, 4000);
    test::Random random(4);
    for (std::int64_t j = 0; j < 4000; ++j) one_row.set(321, j, random.eighths<T>());
    for (const auto& a : {test::power_law_assembly<T, I>(400, 4000, 3), one_row}) {
        in_every_format(a, [&a](const auto& A) {
            const Vector<T> x = exact_vector<T>(a.cols(), 1);
            const Vector<T> z = exact_vector<T>(a.rows(), 2);
            EXPECT_TRUE(test::equal(A * x, a.times(x)));
            Vector<T> w(a.cols());
            multiply_adjoint(A, z, w);
            EXPECT_TRUE(test::equal(w, a.adjoint_times(z)));
        });
    }
}

TYPED_TEST(Multiply, RefusesWrongSizesAndNamesBoth) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(3, 5, 0.5, 1), [](const auto& A) {
        const Vector<T> four = Vector<T>::Zero(4);
        const Matrix<T> wide = Matrix<T>::Zero(5, 4);
        Vector<T> x = Vector<T>::Zero(5);
        Vector<T> y(3);
        Matrix<T> Y(3, 2);
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)(A * four); }, "A * x", "3×5", "5 entries", "has 4"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { multiply(A, four, y); }, "multiply", "5 entries", "has 4"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { multiply(A, x, x.head(4)); }, "3 entries", "has 4"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { multiply_transposed(A, x, y); }, "multiply_transposed", "5×3"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { multiply_adjoint(A, y, y); }, "multiply_adjoint", "5×3"));
        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { multiply(A, wide, Y); }, "4 columns", "has 2"));
        const auto e = test::thrown<DimensionMismatch>([&] { (void)(A * four); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->expected(), 5);
        EXPECT_EQ(e->got(), 4);
    });
}

TYPED_TEST(Multiply, RefusesOverlappingOperandsButNotInterleavedOnes) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A = test::random_assembly<T, I>(4, 4, 0.5, 1).csr();
    Vector<T> v = exact_vector<T>(9, 1);
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { multiply(A, v.head(4), v.head(4)); }, "share memory"));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { multiply(A, v.head(4), v.segment(3, 4)); }, "share memory"));
    const Vector<T> x = v.head(4);
    multiply(A, v.head(4), v.segment(4, 4));
    EXPECT_TRUE(test::equal(v.segment(4, 4), (A * x).eval()));

    Matrix<T> M = test::exact_block<T>(8, 8, 2);
    const Matrix<T> top = M.topRows(4);
    multiply(A, M.topRows(4), M.bottomRows(4));
    EXPECT_TRUE(test::equal(M.bottomRows(4), (A * top).eval()));
    multiply(A, M.row(0).head(4), M.row(1).head(4));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { multiply(A, M.topRows(4), M.middleRows(3, 4)); }, "share memory"));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { multiply(A, M.row(0).head(4), M.col(3).head(4)); }, "share memory"));
}

TYPED_TEST(Multiply, AllocatesNothing) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    in_every_format(test::random_assembly<T, I>(40, 50, 0.2, 1), [](const auto& A) {
        const Vector<T> x = exact_vector<T>(50, 1);
        const Vector<T> z = exact_vector<T>(40, 1);
        const Matrix<T> X = test::exact_block<T>(50, 5, 1);
        Vector<T> y(40);
        Vector<T> w(50);
        Matrix<T> Y(40, 5);
        const test::AllocationCounter counter;
        multiply(A, x, y);
        multiply(A, x, y, T(2), T(3));
        multiply_transposed(A, z, w);
        multiply_adjoint(A, z, w, T(2), T(1));
        multiply(A, X, Y);
        EXPECT_EQ(counter.allocations(), 0);
    });
}

TYPED_TEST(Multiply, GivesTheSameBitsFromRunToRun) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t n = 60000;
    test::Random random(11);
    // A band with one full row, large enough for several threads.
    std::vector<I> offsets{0};
    std::vector<I> indices;
    for (std::int64_t i = 0; i < n; ++i) {
        const bool full = i == n / 3;
        const std::int64_t last = full ? n - 1 : std::min(n - 1, i + 3);
        for (std::int64_t j = full ? 0 : std::max<std::int64_t>(0, i - 3); j <= last; ++j)
            indices.push_back(static_cast<I>(j));
        offsets.push_back(static_cast<I>(indices.size()));
    }
    std::vector<T> values(indices.size());
    for (auto& v : values) v = random.value<T>();
    const CsrView<T, I> A(n, n, offsets, indices, values);
    const Vector<T> x = random.vector<T>(n);
    Vector<T> y_one(n);
    Vector<T> w_one(n);
    {
        const test::ThreadBudget one(1);
        multiply(A, x, y_one);
        multiply_adjoint(A, x, w_one);
    }
    for (int count : {2, 3, 4}) {
        const test::ThreadBudget several(count);
        Vector<T> w_first;
        for (int run = 0; run < 3; ++run) {
            Vector<T> y(n);
            Vector<T> w(n);
            multiply(A, x, y);
            multiply_adjoint(A, x, w);
            EXPECT_TRUE(test::same_bits(y, y_one));
            // The order of a transposed product's sums depends on the number of threads.
            if (run == 0) w_first = w;
            EXPECT_TRUE(test::same_bits(w, w_first));
            EXPECT_LE((w - w_one).cwiseAbs().maxCoeff(), epsilon_v<T> * 200);
        }
    }
    for (const std::int64_t i : {std::int64_t{0}, n / 3, n - 1}) {
        test::Wide<T> sum = 0;
        for (const auto& e : A.row(i)) sum += test::wide(e.value) * test::wide(x[e.index]);
        EXPECT_LE(std::abs(test::wide(y_one[i]) - sum), static_cast<double>(epsilon_v<T>) * 2000);
    }
}

TEST(MultiplyConcurrently, LetsThreadsShareOneConstMatrix) {
    const auto A = test::random_assembly<double, std::int32_t>(50, 50, 0.2, 1).csr();
    const Vector<double> x = exact_vector<double>(50, 1);
    const Vector<double> expected = test::dense(A) * x;
    EXPECT_TRUE(test::succeeds_on_threads(4, [&](int) {
        for (int repeat = 0; repeat < 50; ++repeat)
            if ((A * x) != expected) throw Error("another result");
    }));
}

TEST(MultiplyBesideEigen, LeavesEigensOperatorsAlone) {
    const Eigen::MatrixXd D = Eigen::MatrixXd::Identity(3, 3);
    const Eigen::VectorXd x = Eigen::VectorXd::Ones(3);
    EXPECT_TRUE(test::equal((D * x).eval(), x));
    EXPECT_TRUE(test::equal((2.0 * x).eval(), (x + x).eval()));
    EXPECT_TRUE(test::equal((x * 2.0).eval(), (x + x).eval()));
}

}  // namespace
}  // namespace tamis
