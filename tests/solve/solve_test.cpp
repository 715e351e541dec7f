// solve, solve_with_report, explain: the right method, the promised accuracy, honest refusals.
#include <tamis/tamis.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "support/dense_oracle.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::scalar;

template <class T>
Matrix<T> random_dense(std::int64_t rows, std::int64_t cols, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    Matrix<T> M(rows, cols);
    for (std::int64_t j = 0; j < cols; ++j)
        for (std::int64_t i = 0; i < rows; ++i) M(i, j) = scalar<T>(uniform(generator), uniform(generator));
    return M;
}

/// The sparse matrix with the nonzeros of M.
template <class T, class I>
Csr<T, I> sparse(const Matrix<T>& M) {
    Coo<T, I> coo(M.rows(), M.cols());
    for (std::int64_t j = 0; j < M.cols(); ++j)
        for (std::int64_t i = 0; i < M.rows(); ++i)
            if (M(i, j) != T(0)) coo.add(i, j, M(i, j));
    return to_csr(coo);
}

template <class T>
using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// max_i |b − Ax|_i / (‖A‖_∞ ‖x‖_∞ + ‖b‖_∞) of the worst column, in long double, by plain loops over the dense matrix.
template <class W>
double wide_backward_error(const Matrix<W>& A, const Matrix<W>& x, const Matrix<W>& b) {
    using L = std::conditional_t<is_complex_v<W>, std::complex<long double>, long double>;
    long double worst = 0;
    for (Eigen::Index c = 0; c < b.cols(); ++c) {
        long double norm = 0;
        long double residual = 0;
        long double largest_x = 0;
        long double largest_b = 0;
        for (Eigen::Index i = 0; i < A.rows(); ++i) {
            L r = L(b(i, c));
            long double row = 0;
            for (Eigen::Index j = 0; j < A.cols(); ++j) {
                r -= L(A(i, j)) * L(x(j, c));
                row += std::abs(L(A(i, j)));
            }
            norm = std::max(norm, row);
            residual = std::max(residual, std::abs(r));
            largest_b = std::max(largest_b, std::abs(L(b(i, c))));
        }
        for (Eigen::Index j = 0; j < A.cols(); ++j) largest_x = std::max(largest_x, std::abs(L(x(j, c))));
        if (residual > 0) worst = std::max(worst, residual / (norm * largest_x + largest_b));
    }
    return static_cast<double>(worst);
}
template <class T>
double backward_error(const Matrix<T>& A, const Matrix<T>& x, const Matrix<T>& b) {
    using W = Wide<T>;
    return wide_backward_error<W>(A.template cast<W>(), x.template cast<W>(), b.template cast<W>());
}

template <class T>
double promise(std::int64_t n) {
    return 10 * std::max(10.0, std::sqrt(static_cast<double>(n))) * static_cast<double>(epsilon_v<T>);
}

template <class P>
class Solve : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;
    static constexpr std::int64_t n = 30;

    /// Checks the answer, the report and explain for the matrix M, and returns the report.
    static SolveReport check(const Matrix<T>& M, Method expected, const SolveOptions& options = {}) {
        const Csr<T, I> A = sparse<T, I>(M);
        const Matrix<T> b = random_dense<T>(M.rows(), 2, 7);
        const auto s = solve_with_report(A, b, options);
        EXPECT_EQ(s.report.method, expected) << to_string(s.report.method);
        EXPECT_LE(backward_error<T>(M, s.x, b), promise<T>(M.rows()));
        EXPECT_NEAR(s.report.backward_error, backward_error<T>(M, s.x, b), promise<T>(M.rows()));
        EXPECT_FALSE(s.report.reasons.empty());
        EXPECT_EQ(s.report.rank, M.rows());
        // In the column format, and one right-hand side at a time, the answer is as good.
        const Vector<T> first = solve(to_csc(A), b.col(0), options);
        EXPECT_LE(backward_error<T>(M, first, b.col(0)), promise<T>(M.rows()));
        return s.report;
    }
    /// LDLᴴ, or LU where this build has no stable pivots for M.
    static Method indefinite_method(const Matrix<T>& M) {
        try {
            (void)ldlt(sparse<T, I>(M));
            return Method::ldlt;
        } catch (const Unsupported&) {
            return Method::lu;
        }
    }
    static Matrix<T> definite() {
        const Matrix<T> G = random_dense<T>(n, n, 3);
        Matrix<T> M = G * G.adjoint() / scalar<T>(static_cast<double>(n)) + Matrix<T>::Identity(n, n);
        M = (M + M.adjoint().eval()) / scalar<T>(2);
        for (std::int64_t i = 0; i < n; ++i) M(i, i) = scalar<T>(static_cast<double>(std::real(M(i, i))));
        return M;
    }
};
TYPED_TEST_SUITE(Solve, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Solve, DividesByADiagonal) {
    using T = typename TypeParam::T;
    Matrix<T> M = Matrix<T>::Zero(5, 5);
    for (int i = 0; i < 5; ++i) M(i, i) = scalar<T>(i + 1, i);
    const auto report = this->check(M, Method::diagonal);
    EXPECT_GT(report.condition_estimate, 4);
    EXPECT_LT(report.condition_estimate, 7);
}

TYPED_TEST(Solve, SubstitutesForwardAndBackward) {
    using T = typename TypeParam::T;
    Matrix<T> M = random_dense<T>(this->n, this->n, 1);
    M.diagonal().array() += scalar<T>(4, 1);
    const Matrix<T> lower = M.template triangularView<Eigen::Lower>();
    const Matrix<T> upper = M.template triangularView<Eigen::Upper>();
    this->check(lower, Method::triangular);
    this->check(upper, Method::triangular);
}

TYPED_TEST(Solve, FindsATriangleUnderAnyPermutation) {
    using T = typename TypeParam::T;
    Matrix<T> M = random_dense<T>(this->n, this->n, 2);
    M.diagonal().array() += scalar<T>(4, 1);
    M = Matrix<T>(M.template triangularView<Eigen::Upper>());
    Eigen::PermutationMatrix<Eigen::Dynamic> p(this->n);
    p.setIdentity();
    std::mt19937 generator(5);
    std::shuffle(p.indices().data(), p.indices().data() + this->n, generator);
    const Matrix<T> rows = p * M;
    std::shuffle(p.indices().data(), p.indices().data() + this->n, generator);
    const Matrix<T> shuffled = rows * p;
    this->check(shuffled, Method::triangular);
}

TYPED_TEST(Solve, TakesCholeskyForADefiniteMatrixOfEitherSign) {
    using T = typename TypeParam::T;
    const Matrix<T> M = this->definite();
    this->check(M, Method::cholesky);
    this->check(-M, Method::cholesky);
}

TYPED_TEST(Solve, FallsBackWhenAPositiveDiagonalDeceives) {
    using T = typename TypeParam::T;
    Matrix<T> M(3, 3);
    M << scalar<T>(1), scalar<T>(.9), scalar<T>(-.9), scalar<T>(.9), scalar<T>(1), scalar<T>(.9), scalar<T>(-.9),
        scalar<T>(.9), scalar<T>(1);
    const auto report = this->check(M, this->indefinite_method(M));
    EXPECT_GE(report.reasons.size(), 2u);  // Cholesky was tried, and what it met
    M(0, 1) = M(1, 0) = scalar<T>(2);      // here a 2×2 minor shows it beforehand
    this->check(M, this->indefinite_method(M));
    const Csr<T, typename TypeParam::I> A = sparse<T, typename TypeParam::I>(M);
    EXPECT_THROW(static_cast<void>(solve(A, Vector<T>::Ones(3), {.method = Method::cholesky})), NotPositiveDefinite);
}

TYPED_TEST(Solve, TakesLuForAnUnsymmetricMatrix) {
    using T = typename TypeParam::T;
    Matrix<T> M = random_dense<T>(this->n, this->n, 4);
    const auto report = this->check(M, Method::lu);
    EXPECT_GT(report.factor_nonzeros, 0);
    EXPECT_GT(report.condition_estimate, 1);
    this->check(M, Method::lu, {.method = Method::lu});
}

TYPED_TEST(Solve, EstimatesTheConditionNumberWithinAFactorOfTen) {
    using T = typename TypeParam::T;
    const Matrix<T> M = random_dense<T>(this->n, this->n, 4);
    const Csr<T, typename TypeParam::I> A = sparse<T, typename TypeParam::I>(M);
    using W = Wide<T>;
    const Matrix<W> Mw = M.template cast<W>();
    const double truth =
        Mw.cwiseAbs().colwise().sum().maxCoeff() * test::dense_inverse(Mw).cwiseAbs().colwise().sum().maxCoeff();
    const auto s = solve_with_report(A, Vector<T>::Ones(this->n));
    EXPECT_LE(s.report.condition_estimate, truth * 1.01);
    EXPECT_GE(s.report.condition_estimate, truth / 10);
}

TYPED_TEST(Solve, RefusesAStructurallySingularMatrixAndNamesADependentRow) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> coo(4, 4);  // rows 1, 2 and 3 share columns 0 and 1
    for (int j = 0; j < 4; ++j) coo.add(0, j, T(1));
    for (int i = 1; i < 4; ++i) {
        coo.add(i, 0, T(2));
        coo.add(i, 1, scalar<T>(i));
    }
    try {
        static_cast<void>(solve(to_csr(coo), Vector<T>::Ones(4)));
        FAIL() << "a structurally singular matrix was solved";
    } catch (const SingularMatrix& error) {
        EXPECT_TRUE(error.structural());
        EXPECT_GE(error.index(), 1);
        EXPECT_LE(error.index(), 3);
        EXPECT_NE(std::string(error.what()).find("least_squares"), std::string::npos);
    }
}

TYPED_TEST(Solve, RefusesANumericallySingularMatrix) {
    using T = typename TypeParam::T;
    Matrix<T> M = random_dense<T>(this->n, this->n, 6);
    M.row(11) = M.row(4) + M.row(7);
    const auto A = sparse<T, typename TypeParam::I>(M);
    try {
        static_cast<void>(solve(A, Vector<T>::Ones(this->n)));
        FAIL() << "a singular matrix was solved";
    } catch (const SingularMatrix& error) {
        EXPECT_FALSE(error.structural());
    }
}

TYPED_TEST(Solve, SolvesABadlyScaledMatrixThoughItsConditionNumberIsHuge) {
    using T = typename TypeParam::T;
    Matrix<T> M = random_dense<T>(this->n, this->n, 8);
    M.diagonal().array() += scalar<T>(8);
    // Powers of two: scaling changes no digit, so the answer is as good as without.
    for (int i = 0; i < this->n; ++i) M.row(i) *= scalar<T>(std::ldexp(1.0, (i % 2 == 0 ? 30 : -30)));
    const auto A = sparse<T, typename TypeParam::I>(M);
    const Vector<T> x = random_dense<T>(this->n, 1, 9);
    const Vector<T> b = M * x;
    const auto s = solve_with_report(A, b);
    EXPECT_GT(s.report.condition_estimate, 1e15);
    EXPECT_LE(backward_error<T>(M, s.x, b), promise<T>(this->n));
    ASSERT_FALSE(s.report.warnings.empty());
}

TYPED_TEST(Solve, RefusesWhatIsNotFiniteWithItsPosition) {
    using T = typename TypeParam::T;
    Matrix<T> M = this->definite();
    const Vector<T> b = Vector<T>::Ones(this->n);
    M(2, 5) = scalar<T>(std::numeric_limits<double>::quiet_NaN());
    try {
        static_cast<void>(solve(sparse<T, typename TypeParam::I>(M), b));
        FAIL() << "a NaN passed";
    } catch (const InvalidArgument& error) {
        EXPECT_NE(std::string(error.what()).find("row 2, column 5"), std::string::npos) << error.what();
    }
    Vector<T> bad = b;
    bad(7) = scalar<T>(std::numeric_limits<double>::infinity());
    try {
        static_cast<void>(solve(sparse<T, typename TypeParam::I>(this->definite()), bad));
        FAIL() << "an infinity passed";
    } catch (const InvalidArgument& error) {
        EXPECT_NE(std::string(error.what()).find("row 7"), std::string::npos) << error.what();
    }
}

TYPED_TEST(Solve, TakesEveryKindOfRightHandSideAndLeavesItAlone) {
    using T = typename TypeParam::T;
    const Matrix<T> M = this->definite();
    const auto A = sparse<T, typename TypeParam::I>(M);
    const Matrix<T> B = random_dense<T>(this->n, 3, 10);
    const Vector<T> expected = solve(A, B.col(1));
    const auto near = [&](const Vector<T>& x) { return (x - expected).norm() <= promise<T>(this->n) * expected.norm(); };

    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = B;
    EXPECT_TRUE(near(solve(A, row_major.col(1))));
    const Matrix<T> X = solve(A, row_major);
    EXPECT_TRUE(near(X.col(1)));
    EXPECT_EQ(row_major, B);
    std::vector<T> standard(static_cast<std::size_t>(this->n));
    for (std::int64_t i = 0; i < this->n; ++i) standard[static_cast<std::size_t>(i)] = B(i, 1);
    EXPECT_TRUE(near(solve(A, standard)));
    EXPECT_TRUE(near(solve(A, std::span<const T>(standard))));
    EXPECT_TRUE(near(solve(A, (B.col(1) * scalar<T>(2)) / scalar<T>(2))));
    EXPECT_TRUE(near(solve(A.view(), B.col(1).transpose())));
    const Matrix<T> none = solve(A, Matrix<T>(this->n, 0));
    EXPECT_EQ(none.rows(), this->n);
    EXPECT_EQ(none.cols(), 0);
    const Vector<T> zero = solve(A, Vector<T>::Zero(this->n));
    EXPECT_EQ(zero, Vector<T>::Zero(this->n));
}

TYPED_TEST(Solve, HandlesEmptyAndOneByOne) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Vector<T> empty = solve(Csr<T, I>(0, 0), Vector<T>(0));
    EXPECT_EQ(empty.size(), 0);
    Coo<T, I> coo(1, 1);
    coo.add(0, 0, scalar<T>(4));
    EXPECT_EQ(solve(to_csr(coo), Vector<T>::Constant(1, scalar<T>(2)))(0), scalar<T>(0.5));
    EXPECT_THROW(static_cast<void>(solve(Csr<T, I>(1, 1), Vector<T>::Ones(1))), SingularMatrix);
}

TYPED_TEST(Solve, ExplainsBeforehandWhatItWillDo) {
    using T = typename TypeParam::T;
    const auto A = sparse<T, typename TypeParam::I>(this->definite());
    const Explanation e = explain(A);
    const auto s = solve_with_report(A, Vector<T>::Ones(this->n));
    EXPECT_EQ(e.method, s.report.method);
    ASSERT_LE(e.reasons.size(), s.report.reasons.size());
    EXPECT_TRUE(std::equal(e.reasons.begin(), e.reasons.end(), s.report.reasons.begin()));
}

TYPED_TEST(Solve, RealRightHandSidesWidenForAComplexMatrix) {
    using T = typename TypeParam::T;
    if constexpr (is_complex_v<T>) {
        const Matrix<T> M = this->definite();
        const Vector<Real<T>> b = Vector<Real<T>>::LinSpaced(this->n, 1, 2);
        const Vector<T> x = solve(sparse<T, typename TypeParam::I>(M), b);
        EXPECT_LE(backward_error<T>(M, x, b.template cast<T>()), promise<T>(this->n));
    } else {
        static_assert(!is_complex_v<T>);
    }
}

Csr<double> tridiagonal(std::int64_t n) {
    Coo<double> coo(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        coo.add(i, i, 2);
        if (i > 0) coo.add(i, i - 1, -1);
        if (i + 1 < n) coo.add(i, i + 1, -1.5);
    }
    return to_csr(coo);
}

TEST(SolveOptions, AreObeyedOrRefused) {
    const Csr<double> A = tridiagonal(50);
    const Vector<double> b = Vector<double>::Ones(50);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.method = Method::diagonal})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.method = Method::triangular})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.method = Method::cholesky})), InvalidArgument);  // not Hermitian
    EXPECT_THROW(static_cast<void>(solve(A, b, {.tolerance = -1})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.tolerance = std::nan("")})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.max_iterations = -1})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.memory_limit = -1})), InvalidArgument);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.memory_limit = 16})), MemoryLimitExceeded);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.time_limit = std::chrono::nanoseconds(1)})), Cancelled);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.time_limit = std::chrono::seconds(-1)})), InvalidArgument);
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(static_cast<void>(solve(A, b, {.stop = source.get_token()})), Cancelled);
    EXPECT_THROW(static_cast<void>(solve(A, b, {.tolerance = 1e-30})), NotConverged);
    EXPECT_NO_THROW(static_cast<void>(solve(A, b, {.time_limit = std::chrono::minutes(5)})));
}

TEST(SolveOptions, WrongSizesAreNamed) {
    const Csr<double> A = tridiagonal(5);
    try {
        static_cast<void>(solve(A, Vector<double>::Ones(4)));
        FAIL();
    } catch (const DimensionMismatch& error) {
        EXPECT_EQ(error.expected(), 5);
        EXPECT_EQ(error.got(), 4);
        EXPECT_NE(std::string(error.what()).find('4'), std::string::npos);
        EXPECT_NE(std::string(error.what()).find('5'), std::string::npos);
    }
}

TEST(SolveReport, WarnsWithTheDigitsThatRemain) {
    // The Hilbert matrix of order 8 has a 1-norm condition number of 3.387e10 (Higham, Accuracy and Stability, chapter 28).
    Coo<double> coo(8, 8);
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j) coo.add(i, j, 1.0 / (i + j + 1));
    const auto s = solve_with_report(to_csr(coo), Vector<double>::Ones(8));
    EXPECT_NEAR(s.report.condition_estimate, 3.387e10, 0.01e10);
    ASSERT_EQ(s.report.warnings.size(), 1u);
    EXPECT_NE(s.report.warnings[0].find("about 5 of the 15 digits"), std::string::npos) << s.report.warnings[0];
    EXPECT_TRUE(solve_with_report(tridiagonal(8), Vector<double>::Ones(8)).report.warnings.empty());
}

}  // namespace
}  // namespace tamis
