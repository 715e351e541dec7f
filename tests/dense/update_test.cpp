#include <tamis/dense/update.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/dense/qr.hpp>
#include <tamis/dense/rq.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/tolerance.hpp"

namespace tamis::test {
namespace {

template <class P>
class QrChanges : public ::testing::Test {};
TYPED_TEST_SUITE(QrChanges, AllScalars, TypeName);

/// Q·R = A with an orthonormal Q of the expected number of columns and an upper trapezoid R.
template <class T>
void expect_factors(const Matrix<T>& Q, const Matrix<T>& R, const Matrix<T>& A, std::int64_t columns) {
    const std::int64_t most = std::max<std::int64_t>(A.rows(), A.cols());
    ASSERT_EQ(Q.rows(), A.rows());
    ASSERT_EQ(Q.cols(), columns);
    ASSERT_EQ(R.rows(), columns);
    ASSERT_EQ(R.cols(), A.cols());
    EXPECT_TRUE(orthonormal(Q, 30 * static_cast<double>(most) * static_cast<double>(epsilon_v<T>)));
    EXPECT_TRUE(equal(Matrix<T>(R.template triangularView<Eigen::Upper>()), R));
    EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(Q * R), A), one_norm_of(A), most), lapack_ratio_limit);
}

template <class T>
Matrix<T> with_line(const Matrix<T>& A, const Vector<T>& line, std::int64_t p, Axis axis) {
    if (axis == Axis::row) {
        Matrix<T> B(A.rows() + 1, A.cols());
        B << A.topRows(p), line.transpose(), A.bottomRows(A.rows() - p);
        return B;
    }
    Matrix<T> B(A.rows(), A.cols() + 1);
    B << A.leftCols(p), line, A.rightCols(A.cols() - p);
    return B;
}
template <class T>
Matrix<T> without_line(const Matrix<T>& A, std::int64_t p, Axis axis) {
    if (axis == Axis::row) {
        Matrix<T> B(A.rows() - 1, A.cols());
        B << A.topRows(p), A.bottomRows(A.rows() - p - 1);
        return B;
    }
    Matrix<T> B(A.rows(), A.cols() - 1);
    B << A.leftCols(p), A.rightCols(A.cols() - p - 1);
    return B;
}

TYPED_TEST(QrChanges, FactorTheChangedMatrix) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(9, 5), {6, 6}, {5, 9}, {6, 5}, {1, 1}, {3, 1}}) {
        const Matrix<T> A = Random(3).matrix<T>(m, n);
        const auto F = qr(A);
        for (const bool square : {true, false}) {
            if (!square && n >= m) continue;
            SCOPED_TRACE(std::to_string(m) + "x" + std::to_string(n) + (square ? ", square Q" : ", thin Q"));
            const Matrix<T> Q = square ? F.full_q() : F.q();
            const Matrix<T> R = square ? F.multiply_qt(A) : F.r();
            const Matrix<T> R0 = R.template triangularView<Eigen::Upper>();
            const Vector<T> u = Random(4).vector<T>(m);
            const Vector<T> v = Random(5).vector<T>(n);
            const std::int64_t k = Q.cols();
            auto parts = qr_update(Q, R0, u, v);
            expect_factors<T>(parts.q, parts.r, A + u * v.adjoint(), k);
            // A direction inside the span of Q, and nothing at all.
            const Vector<T> inside = A * v;
            parts = qr_update(Q, R0, inside, v);
            expect_factors<T>(parts.q, parts.r, A + inside * v.adjoint(), k);
            parts = qr_update(Q, R0, Vector<T>(Vector<T>::Zero(m)), v);
            expect_factors<T>(parts.q, parts.r, A, k);
            for (std::int64_t p = 0; p <= m; ++p) {
                parts = qr_insert(Q, R0, v, p, Axis::row);
                expect_factors<T>(parts.q, parts.r, with_line<T>(A, v, p, Axis::row), square ? m + 1 : k);
                if (p == m) break;
                parts = qr_delete(Q, R0, p, Axis::row);
                expect_factors<T>(parts.q, parts.r, without_line(A, p, Axis::row), square ? m - 1 : k);
            }
            for (std::int64_t p = 0; p <= n; ++p) {
                parts = qr_insert(Q, R0, u, p, Axis::column);
                expect_factors<T>(parts.q, parts.r, with_line<T>(A, u, p, Axis::column), square ? m : k + 1);
                if (p == n) break;
                parts = qr_delete(Q, R0, p, Axis::column);
                expect_factors<T>(parts.q, parts.r, without_line(A, p, Axis::column), square ? m : k - 1);
            }
        }
    }
}

TYPED_TEST(QrChanges, ARowThatWasAllThatKeptTheRankGoes) {
    using T = typename TypeParam::T;
    Matrix<T> A = Matrix<T>::Zero(5, 3);
    A(0, 0) = T(2);
    A(1, 1) = T(1);
    A(4, 2) = T(3);  // the unit vector of row 4 lies in the span of Q
    const auto F = qr(A);
    const auto parts = qr_delete(F.q(), F.r(), 4);
    expect_factors<T>(parts.q, parts.r, without_line(A, 4, Axis::row), 3);
}

TYPED_TEST(QrChanges, RefuseWhatDoesNotFit) {
    using T = typename TypeParam::T;
    const Matrix<T> A = Random(3).matrix<T>(6, 4);
    const Matrix<T> Q = qr(A).q();
    const Matrix<T> R = qr(A).r();
    const auto ones = [](std::int64_t n) { return Vector<T>(Vector<T>::Ones(n)); };
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_update(Q, R, ones(5), ones(4)); }, "u has 5"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_update(Q, R, ones(6), ones(3)); }, "v has 3"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)qr_update(Q, Matrix<T>(R.topRows(3)), ones(6), ones(4)); }, "R has 3"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)qr_update(Matrix<T>(Q.leftCols(3)), Matrix<T>(R.topRows(3)), ones(6), ones(4)); }, "square"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_insert(Q, R, ones(4), 7); }, "position 7"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_delete(Q, R, 6); }, "position 6"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_delete(Q, R, -1, Axis::column); }, "position -1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)qr_insert(Q, R, ones(4), 1, Axis::column); }));
    Vector<T> u = ones(6);
    u[2] = T(std::numeric_limits<Real<T>>::quiet_NaN());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)qr_update(Q, R, u, ones(4)); }, "row 2"));
}

TYPED_TEST(QrChanges, RqFactorsFromTheOtherEnd) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(7, 7), {4, 9}, {9, 4}, {1, 5}, {5, 1}}) {
        const Matrix<T> A = Random(3).matrix<T>(m, n);
        const auto F = rq(A);
        const Matrix<T> R = F.r();
        const Matrix<T> Q = F.q();
        const std::int64_t k = std::min(m, n);
        ASSERT_EQ(R.cols(), k);
        EXPECT_TRUE(orthonormal(Matrix<T>(Q.adjoint()), 30 * static_cast<double>(n) * static_cast<double>(epsilon_v<T>)));
        for (std::int64_t j = 0; j < k; ++j)
            for (std::int64_t i = j + m - k + 1; i < m; ++i) EXPECT_EQ(R(i, j), T(0));
        EXPECT_LE(lapack_ratio<T>(distance_of(Matrix<T>(R * Q), A), one_norm_of(A), std::max(m, n)), lapack_ratio_limit);
    }
    EXPECT_EQ(rq(Matrix<T>(0, 3)).q().cols(), 3);
    EXPECT_EQ(rq(Matrix<T>(3, 0)).r().rows(), 3);
}

}  // namespace
}  // namespace tamis::test
