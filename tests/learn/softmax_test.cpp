// softmax, log_softmax and log_sum_exp against extended precision.
#include <tamis/learn/softmax.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using learn::log_softmax;
using learn::log_sum_exp;
using learn::softmax;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Each row of Y (L, s) is the softmax (its logarithm, the log of the sum) of that of X.
template <class T>
void expect_softmax(const Matrix<T>& X) {
    const Matrix<T> Y = softmax(X), L = log_softmax(X);
    const Vector<T> s = log_sum_exp(X);
    const auto n = static_cast<double>(X.cols());
    for (std::int64_t i = 0; i < X.rows(); ++i) {
        long double most = -infinity, sum = 0;
        for (std::int64_t k = 0; k < X.cols(); ++k) most = std::max(most, wide(X(i, k)));
        for (std::int64_t k = 0; k < X.cols(); ++k) sum += std::exp(wide(X(i, k)) - most);
        const auto total = static_cast<double>(most + std::log(sum));
        const auto eps = static_cast<double>(epsilon_v<T>);
        EXPECT_NEAR(s[i], total, eps * (std::abs(total) + n + 4));
        for (std::int64_t k = 0; k < X.cols(); ++k) {
            const long double d = wide(X(i, k)) - most;
            const auto truth = static_cast<double>(std::exp(d) / sum);
            ASSERT_NEAR(Y(i, k), truth,
                        (std::abs(static_cast<double>(d)) + n + 4) * eps * truth + std::numeric_limits<T>::denorm_min());
            const auto log_truth = static_cast<double>(d - std::log(sum));
            ASSERT_NEAR(L(i, k), log_truth, (std::abs(log_truth) + n + 4) * eps);
        }
    }
}

TEST(Softmax, OfRowsIsThatOfExtendedPrecision) {
    for (const auto& [rows, cols] : {std::pair{1, 1}, {3, 5}, {20, 40}, {600, 3}, {9, 200}}) {
        SCOPED_TRACE(std::to_string(rows) + " rows of " + std::to_string(cols));
        const Matrix<double> X = Random(1).matrix<double>(rows, cols) * 20;
        expect_softmax<double>(X);
        expect_softmax<double>(X.array() + 1e4);
        expect_softmax<double>(X * 40);
        expect_softmax<float>(X.cast<float>());
    }
}

TEST(Softmax, ReadsAnyLayoutAndVectors) {
    const Matrix<double> X = Random(2).matrix<double>(50, 45);
    const Matrix<double> Y = softmax(X), L = log_softmax(X);
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> R = X;
    EXPECT_TRUE(near(softmax(R), Y, 1e-15));
    EXPECT_TRUE(near(log_softmax(R), L, 1e-15));
    EXPECT_TRUE(near(log_sum_exp(R), log_sum_exp(X), 1e-15));
    EXPECT_TRUE(near(softmax(X.leftCols(45)), Y, 1e-15));
    const Vector<double> x = X.row(7);
    EXPECT_TRUE(near(softmax(x), Vector<double>(Y.row(7)), 1e-15));
    EXPECT_TRUE(near(log_softmax(x), Vector<double>(L.row(7)), 1e-15));
    EXPECT_NEAR(log_sum_exp(x), log_sum_exp(X)[7], 1e-15);
    const std::vector<double> v(x.data(), x.data() + x.size());
    EXPECT_TRUE(near(softmax(v), Vector<double>(Y.row(7)), 1e-15));
    EXPECT_TRUE(near(softmax(2 * X), softmax(Matrix<double>(2 * X)), 1e-15));
}

TEST(Softmax, NeverOverflows) {
    const std::vector<double> x{1e308, 1e308, -1e308};
    EXPECT_TRUE(equal(softmax(x), std::vector<double>{0.5, 0.5, 0}));
    EXPECT_EQ(log_softmax(x)[0], -std::log(2.0));
    EXPECT_EQ(log_sum_exp(x), 1e308);
    EXPECT_NEAR(log_softmax(std::vector<double>{0, -2000})[1], -2000, 1e-12);
    EXPECT_NEAR(log_sum_exp(std::vector<double>{-1000, -1000}), -1000 + std::log(2.0), 1e-12);
}

/// Softmax, its logarithm and the log of the sum of one row, alone, among others in either layout, and sparse.
void expect_row(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& log_y, double sum) {
    const auto n = static_cast<std::int64_t>(x.size());
    const auto same = [](double a, double b) { return std::isnan(b) ? std::isnan(a) : a == b; };
    Matrix<double> X = Matrix<double>::Zero(12, n);
    for (std::int64_t k = 0; k < n; ++k) X(5, k) = x[static_cast<std::size_t>(k)];
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> R = X;
    Csr<double> S = to_csr(Matrix<double>(Matrix<double>::Ones(12, n)));
    for (std::int64_t k = 0; k < n; ++k) S.values()[static_cast<std::size_t>(5 * n + k)] = x[static_cast<std::size_t>(k)];
    for (std::int64_t k = 0; k < n; ++k) {
        const auto at = static_cast<std::size_t>(k);
        for (const double value : {softmax(x)[k], softmax(X)(5, k), softmax(R)(5, k), softmax(S).coeff(5, k)})
            EXPECT_TRUE(same(value, y[at])) << value << " at " << k << ", expected " << y[at];
        for (const double value :
             {log_softmax(x)[k], log_softmax(X)(5, k), log_softmax(R)(5, k), log_softmax(S).coeff(5, k)})
            EXPECT_TRUE(same(value, log_y[at])) << value << " at " << k << ", expected " << log_y[at];
        EXPECT_NEAR(softmax(X)(4, k), 1.0 / static_cast<double>(n), 1e-15);
    }
    EXPECT_EQ(log_sum_exp(x), sum);
    EXPECT_EQ(log_sum_exp(X)[5], sum);
    EXPECT_EQ(log_sum_exp(R)[5], sum);
    EXPECT_EQ(log_sum_exp(S)[5], sum);
}

TEST(Softmax, TakesInfinityToItsLimit) {
    const double inf = infinity;
    expect_row({0, -inf, 0}, {0.5, 0, 0.5}, {-std::log(2.0), -inf, -std::log(2.0)}, std::log(2.0));
    expect_row({3, inf, -inf}, {0, 1, 0}, {-inf, 0, -inf}, inf);
    expect_row({3, inf, inf}, {0, not_a_number, not_a_number}, {-inf, not_a_number, not_a_number}, inf);
    expect_row({-inf, -inf}, {not_a_number, not_a_number}, {not_a_number, not_a_number}, -inf);
}

TEST(Softmax, OfSparseRowsIsOverTheirEntries) {
    const Csr<double> X = random_sparse<double>(30, 50, 0.1, 3);
    const Csr<double> Y = softmax(X), L = log_softmax(X);
    const Csc<double> K = softmax(to_csc(dense(X)));
    const Vector<double> s = log_sum_exp(X);
    for (std::int64_t i = 0; i < 30; ++i) {
        long double sum = 0;
        for (const auto [k, v] : X.row(i)) sum += std::exp(wide(v));
        if (sum == 0) {
            EXPECT_EQ(s[i], -infinity);
            continue;
        }
        EXPECT_NEAR(s[i], static_cast<double>(std::log(sum)), 1e-14);
        for (const auto [k, v] : X.row(i)) {
            EXPECT_NEAR(Y.coeff(i, k), static_cast<double>(std::exp(wide(v)) / sum), 1e-15);
            EXPECT_NEAR(L.coeff(i, k), static_cast<double>(wide(v) - std::log(sum)), 1e-14);
            EXPECT_NEAR(K.coeff(i, k), Y.coeff(i, k), 1e-16);
        }
    }
}

TEST(Softmax, OfNothingAndOfNaN) {
    EXPECT_EQ(softmax(Vector<double>(0)).size(), 0);
    EXPECT_EQ(log_sum_exp(Vector<double>(0)), -infinity);
    EXPECT_EQ(softmax(Matrix<double>(0, 4)).cols(), 4);
    EXPECT_EQ(softmax(Matrix<double>(20, 0)).rows(), 20);
    EXPECT_EQ(log_sum_exp(Matrix<double>(20, 0))[19], -infinity);
    EXPECT_EQ(log_sum_exp(Matrix<double>(2, 0))[1], -infinity);
    EXPECT_EQ(softmax(Csr<double>(3, 3)).nnz(), 0);
    for (const std::int64_t rows : {4, 40}) {
        Matrix<double> X = Random(4).matrix<double>(rows, 6);
        X(3, 2) = not_a_number;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)softmax(X); }, "softmax", "row 3", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)log_softmax(to_csr(X)); }, "log_softmax", "row 3", "column 2"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)log_sum_exp(X); }, "log_sum_exp", "row 3", "column 2"));
    }
}

}  // namespace
}  // namespace tamis::test
