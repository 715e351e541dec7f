#include <tamis/iterative/operator.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/tune.hpp>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class OperatorOf : public ::testing::Test {
  protected:
    using T = typename P::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    static constexpr double limit = 1e3 * static_cast<double>(epsilon_v<T>);

    /// op is the operator of the dense matrix M, with vectors and blocks of any stride, and (if `adjoint`) its adjoint.
    static void expect_is(const OperatorRef<T>& op, const Matrix<T>& M, bool adjoint) {
        ASSERT_EQ(op.rows(), M.rows());
        ASSERT_EQ(op.cols(), M.cols());
        ASSERT_EQ(op.has_adjoint(), adjoint);
        const Matrix<T> X = Random(4).template matrix<T>(M.cols(), 3);
        const Matrix<T> Z = Random(5).template matrix<T>(M.rows(), 3);
        const T old(std::numeric_limits<Real<T>>::quiet_NaN());
        Vector<T> y = Vector<T>::Constant(M.rows(), old);
        op.apply(X.col(0), y);
        EXPECT_TRUE(near(y, Vector<T>(M * X.col(0)), limit));
        EXPECT_TRUE(near(op * Vector<T>(X.col(0)), Vector<T>(M * X.col(0)), limit));
        RowMajor Y = RowMajor::Constant(M.rows(), 3, old);
        op.apply(RowMajor(X), Y);
        EXPECT_TRUE(near(Y, Matrix<T>(M * X), limit));
        if (!adjoint) return;
        Vector<T> x = Vector<T>::Constant(M.cols(), old);
        op.apply_adjoint(Z.col(0), x);
        EXPECT_TRUE(near(x, Vector<T>(M.adjoint() * Z.col(0)), limit));
        Matrix<T> W = Matrix<T>::Constant(M.cols(), 3, old);
        op.apply_adjoint(Z, W);
        EXPECT_TRUE(near(W, Matrix<T>(M.adjoint() * Z), limit));
    }
    const Csr<T> A = wide_full_rank<T>(12, 17).A;
    const Matrix<T> M = dense(A);
    const Problem<T> square = diagonally_dominant<T>(12);
};
TYPED_TEST_SUITE(OperatorOf, AllScalars, TypeName);

TYPED_TEST(OperatorOf, EveryKindOfMatrixIsThatMatrix) {
    using T = typename TypeParam::T;
    const auto& A = this->A;
    this->expect_is(A, this->M, true);
    this->expect_is(A.view(), this->M, true);  // views are kept by value
    const OperatorRef<T> of_view = A.view();
    this->expect_is(of_view, this->M, true);
    const Matrix<T> t = this->M.transpose();
    this->expect_is(A.transposed_view(), t, true);
    const Csc<T> C = to_csc(A);
    this->expect_is(C, this->M, true);
    this->expect_is(C.view(), this->M, true);

    this->expect_is(this->M, this->M, true);
    const typename TestFixture::RowMajor by_rows = this->M;
    this->expect_is(by_rows, this->M, true);
    this->expect_is(MatrixView<const T>(this->M), this->M, true);
    const OperatorRef<T> block = this->M.block(1, 2, 5, 6);
    this->expect_is(block, Matrix<T>(this->M.block(1, 2, 5, 6)), true);
    const Matrix<T> tall = Random(3).template matrix<T>(300, 400);  // several blocks, several threads
    this->expect_is(tall, tall, true);
    const auto tuned = tune(A);
    this->expect_is(tuned, this->M, false);
}

TYPED_TEST(OperatorOf, AFactorizationIsTheInverse) {
    using T = typename TypeParam::T;
    const Matrix<T> inverse = dense_inverse(in_double(dense(this->square.A))).template cast<T>();
    const auto F = lu(this->square.A);
    this->expect_is(F, inverse, true);
    this->expect_is(inverse_operator(F).ref(), inverse, true);
    const Operator<T> owning = inverse_operator(lu(this->square.A));
    this->expect_is(owning, inverse, true);
}

TYPED_TEST(OperatorOf, AFunctionIsCalledWithViews) {
    using T = typename TypeParam::T;
    const auto& M = this->M;
    const auto apply = [&](auto x, auto y) {
        ASSERT_EQ(x.size(), M.cols());
        ASSERT_EQ(y.size(), M.rows());
        y.eigen() = M * x.eigen();
        T sum(0);
        for (std::int64_t j = 0; j < x.size(); ++j) sum += M(0, j) * x.data()[j * x.stride()];
        y[0] = sum;
    };
    const auto op = make_operator<T>(M.rows(), M.cols(), apply);
    this->expect_is(op, M, false);
    const Vector<T> z = Vector<T>::Ones(M.rows());
    Vector<T> x(M.cols());
    EXPECT_TRUE(throws<Unsupported>([&] { op.apply_adjoint(z, x); }));
    const auto apply_adjoint = [&](auto x_, auto y) { y.eigen() = M.adjoint() * x_.eigen(); };
    this->expect_is(make_operator<T>(M.rows(), M.cols(), apply, apply_adjoint).ref(), M, true);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)make_operator<T>(-1, 2, apply); }, "-1"));
    // Products with the operator only: what generic code asks for.
    const auto with_adjoint = make_operator<T>(M.rows(), M.cols(), apply, apply_adjoint);
    EXPECT_LE(one_norm_estimate(with_adjoint), norm(this->A, Norm::one) * (1 + static_cast<Real<T>>(this->limit)));
}

TYPED_TEST(OperatorOf, ArithmeticIsThatOfMatrices) {
    using T = typename TypeParam::T;
    const Operator<T> a(this->A);
    const Matrix<T>& M = this->M;
    const Matrix<T> S = dense(this->square.A);
    const T alpha = scalar<T>(0.5, 2);
    this->expect_is(adjoint(a).ref(), M.adjoint(), true);
    this->expect_is(adjoint(adjoint(a)).ref(), M, true);
    this->expect_is((alpha * a).ref(), alpha * M, true);
    this->expect_is((2 * a).ref(), T(2) * M, true);
    this->expect_is((this->square.A * a).ref(), S * M, true);  // one operand may be a matrix
    this->expect_is((a * adjoint(a)).ref(), M * M.adjoint(), true);
    this->expect_is((a + this->A).ref(), T(2) * M, true);
    this->expect_is((M - alpha * a).ref(), M - alpha * M, true);
    this->expect_is((inverse_operator(lu(this->square.A)) * this->square.A * (a + a)).ref(), T(2) * M, true);
    const auto tuned = tune(this->square.A);
    this->expect_is((tuned * tuned).ref(), S * S, false);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)(a * a); }, "17", "12"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)(a + adjoint(a)); }, "17", "12"));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)adjoint(tuned); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)(a * Operator<T>()); }, "empty"));
}

TYPED_TEST(OperatorOf, WhatDoesNotFitIsRefused) {
    using T = typename TypeParam::T;
    const OperatorRef<T> op(this->A);
    Vector<T> x(17);
    Vector<T> y(12);
    Matrix<T> Y(12, 2);
    const auto e = thrown<DimensionMismatch>([&] { op.apply(y, y); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->expected(), 17);
    EXPECT_EQ(e->got(), 12);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { op.apply(x, x); }, "12", "17"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { op.apply_adjoint(x, y); }));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { op.apply(x, Y); }));
    const OperatorRef<T> none;
    EXPECT_FALSE(none);
    EXPECT_FALSE(Operator<T>());
    EXPECT_EQ(none.rows(), 0);
    EXPECT_FALSE(none.has_adjoint());
    EXPECT_TRUE(throws<InvalidArgument>([&] { none.apply(x, y); }, "empty"));
}

/// Counts how many of it live.
class Counted {
  public:
    using scalar_type = double;
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    Counted& operator=(const Counted&) = default;
    Counted& operator=(Counted&&) = default;
    ~Counted() { --alive; }
    [[nodiscard]] std::int64_t rows() const { return 2; }
    [[nodiscard]] std::int64_t cols() const { return 2; }
    void apply(VectorView<const double> x, VectorView<double> y) const {
        for (int i = 0; i < 2; ++i) y[i] = factor * x[i];
    }
    double factor = 3;
    static inline int alive = 0;
};

TEST(Operator, OwnsTemporariesAndRefersToLvalues) {
    const Vector<double> x = Vector<double>::Ones(2);
    {
        Operator<double> kept{Counted()};
        EXPECT_EQ(Counted::alive, 1);
        const Operator<double> copy = kept;
        kept = {};
        EXPECT_EQ(Counted::alive, 1);
        EXPECT_EQ((copy * x)[0], 3);

        const auto product = copy * Counted() * Operator<double>(Counted());
        EXPECT_EQ(Counted::alive, 3);
        EXPECT_EQ((product * x)[1], 27);
    }
    EXPECT_EQ(Counted::alive, 0);
    Counted lvalue;
    const Operator<double> refers(lvalue);
    const auto doubled = 2.0 * lvalue;
    EXPECT_EQ(Counted::alive, 1);
    lvalue.factor = 5;
    EXPECT_EQ((refers * x)[0], 5);
    EXPECT_EQ((doubled * x)[0], 10);
    const auto shared = std::make_shared<const Counted>();
    const Operator<double> shares(shared);
    EXPECT_EQ(shared.use_count(), 2);
}

/// Multiplies blocks itself.
class Blocks {
  public:
    using scalar_type = double;
    [[nodiscard]] std::int64_t rows() const { return 2; }
    [[nodiscard]] std::int64_t cols() const { return 2; }
    void apply(VectorView<const double> x, VectorView<double> y) const { y.eigen() = x.eigen(); }
    void apply(MatrixView<const double> X, MatrixView<double> Y) const {
        widest = X.cols();
        Y.eigen() = X.eigen();
    }
    static inline std::int64_t widest = 0;
};

TEST(Operator, MultipliesBlocksAtOnceWhereTheObjectCan) {
    const Blocks blocks;
    const Operator<double> op(blocks);
    const Matrix<double> X = Matrix<double>::Ones(2, 5);
    EXPECT_TRUE(equal((op * op) * X, X));
    EXPECT_EQ(Blocks::widest, 5);
}

TEST(Operator, PassesOnWhatTheObjectThrows) {
    const auto fail = [](VectorView<const double>, VectorView<double>) { throw std::domain_error("mine"); };
    const auto op = make_operator<double>(2, 2, fail);
    const Vector<double> x = Vector<double>::Ones(2);
    for (int repeat = 0; repeat < 3; ++repeat) EXPECT_THROW((void)((op * op + op) * x), std::domain_error);
}

TEST(Operator, IsAppliedFromSeveralThreadsAtOnce) {
    const auto p = diagonally_dominant<double>(200);
    const auto F = lu(p.A);
    const auto op = inverse_operator(F) * p.A + 2.0 * Operator<double>(p.A) * inverse_operator(F);
    EXPECT_TRUE(succeeds_on_threads(4, [&](int i) {
        const Vector<double> x = Random(static_cast<std::uint64_t>(i)).vector<double>(200);
        for (int repeat = 0; repeat < 50; ++repeat)
            if (!near(op * x, Vector<double>(3 * x), 1e-10)) throw std::runtime_error("a wrong product");
    }));
}

}  // namespace
}  // namespace tamis::test
