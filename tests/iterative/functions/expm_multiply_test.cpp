#include <cmath>
#include <complex>
#include <limits>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>
#include <tamis/iterative/functions/expm_multiply.hpp>
#include <tamis/sparse/add.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {

namespace {

using WideMatrix = Eigen::Matrix<std::complex<long double>, Eigen::Dynamic, Eigen::Dynamic>;

/// exp(X) by its series in extended precision, of X/2^k until that is small, and k squarings.
WideMatrix wide_exponential(WideMatrix X) {
    int k = 0;
    while (X.cwiseAbs().sum() > 0.5L) {
        X /= 2;
        ++k;
    }
    WideMatrix sum = WideMatrix::Identity(X.rows(), X.cols()), term = sum;
    for (int j = 1; j <= 30; ++j) {
        term = (term * X / static_cast<long double>(j)).eval();
        sum += term;
    }
    for (; k > 0; --k) sum = (sum * sum).eval();
    return sum;
}

template <class A, class B>
WideMatrix wide_expm_multiply(const A& a, std::complex<double> t, const B& b) {
    return wide_exponential(dense(a).template cast<std::complex<long double>>() * std::complex<long double>(t)) *
           dense(b).template cast<std::complex<long double>>();
}

template <class T>
Assembly<T> random_assembly(std::int64_t n, std::uint64_t seed) {
    Random random(seed);
    Assembly<T> A(n, n);
    for (std::int64_t k = 0; k < 4 * n; ++k) A.add(random.below(n), random.below(n), random.template eighths<T>());
    return A;
}

template <class T>
Matrix<T> random_block(std::int64_t n, std::int64_t m, std::uint64_t seed) {
    Random random(seed);
    Matrix<T> B(n, m);
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = 0; i < n; ++i) B(i, j) = random.template eighths<T>();
    return B;
}

template <class T>
Operator<T> as_operator(const Csr<T>& A) {
    return make_operator<T>(
        A.rows(), A.cols(), [&A](auto x, auto y) { multiply(A, x, y); },
        [&A](auto x, auto y) { multiply_adjoint(A, x, y); });
}

/// Of an answer whose error should be some ε‖tA‖ times what the exponential amplifies by, small here.
template <class T>
constexpr double slack = 2e3 * static_cast<double>(epsilon_v<T>);

}  // namespace

template <class P>
class ExpmMultiply : public ::testing::Test {};
TYPED_TEST_SUITE(ExpmMultiply, AllScalars, TypeName);

TYPED_TEST(ExpmMultiply, IsTheDenseExponentialTimesB) {
    using T = typename TypeParam::T;
    const Csr<T> A = random_assembly<T>(14, 3).csr();
    const Matrix<T> B = random_block<T>(14, 3, 4);
    const Vector<T> b = B.col(0);
    for (const double t : {1.0, -0.7, 0.01, 3.0}) {
        const WideMatrix expected = wide_expm_multiply(A, t, B);
        EXPECT_TRUE(near(expm_multiply(A, B, t, {.method = ExpmMethod::krylov}), expected, slack<T>)) << t;
        EXPECT_TRUE(near(expm_multiply(A, B, t), expected, slack<T>)) << t;
        const Vector<T> f = expm_multiply(A, b, t);
        EXPECT_TRUE(near(f, expected.col(0).eval(), slack<T>)) << t;
        EXPECT_TRUE(near(expm_multiply(dense(A), b, t), expected.col(0).eval(), slack<T>));
        EXPECT_TRUE(near(expm_multiply(to_csc(A), b, t), expected.col(0).eval(), slack<T>));
        EXPECT_TRUE(near(expm_multiply(as_operator(A), b, t), expected.col(0).eval(), slack<T>));
    }
    // Steps, of spaces of eleven vectors.
    ExpmReport report;
    EXPECT_TRUE(near(expm_multiply(A, b, 3, {.method = ExpmMethod::krylov, .subspace = 11, .report = &report}),
                     wide_expm_multiply(A, 3, b), slack<T>));
    EXPECT_GT(report.steps, 1);
    if constexpr (is_complex_v<T>) {
        const std::complex<double> t(0.5, -1.25);
        const WideMatrix expected = wide_expm_multiply(A, t, B);
        for (const ExpmMethod method : {ExpmMethod::taylor, ExpmMethod::krylov})
            EXPECT_TRUE(near(expm_multiply(A, B, t, {.method = method}), expected, slack<T>));
    }
}

TYPED_TEST(ExpmMultiply, TakesTimesInAnyOrderOnBothSidesOfZero) {
    using T = typename TypeParam::T;
    const Csr<T> A = random_assembly<T>(12, 5).csr();
    const Vector<T> b = random_block<T>(12, 1, 6);
    std::vector<double> dense_grid;
    for (int k = -40; k <= 60; ++k) dense_grid.push_back(0.02 * k);
    for (const std::vector<double>& times : {std::vector<double>{0.5, -1, 0, 2, 0.5, -0.25}, std::vector<double>{1, 2, 3},
                                             std::vector<double>{3}, std::vector<double>{0.75, 0.5, 0.25, 0}, dense_grid}) {
        const Matrix<T> X = expm_multiply(A, b, times), Y = expm_multiply(A, b, times, {.method = ExpmMethod::krylov});
        ASSERT_EQ(X.cols(), std::ssize(times));
        for (std::size_t k = 0; k<times.size(); k += times.size()> 10 ? 20 : 1) {
            const WideMatrix expected = wide_expm_multiply(A, times[k], b);
            EXPECT_TRUE(near(X.col(static_cast<std::int64_t>(k)).eval(), expected, slack<T>)) << times[k];
            EXPECT_TRUE(near(Y.col(static_cast<std::int64_t>(k)).eval(), expected, slack<T>)) << times[k];
        }
    }
    EXPECT_EQ(expm_multiply(A, b, std::vector<double>{}).cols(), 0);
    if constexpr (is_complex_v<T>) {
        using C = std::complex<double>;
        // On a line through 0, on the imaginary axis, and on no line.
        for (const std::vector<C>& times : {std::vector<C>{C(1, 1), C(-2, -2), C(0.5, 0.5)},
                                            std::vector<C>{C(0, 1), C(0, -1)}, std::vector<C>{C(1, 0), C(0, 1), C(0, 0)}}) {
            const Matrix<T> X = expm_multiply(A, b, times), Y = expm_multiply(A, b, times, {.method = ExpmMethod::krylov});
            for (std::size_t k = 0; k < times.size(); ++k) {
                const WideMatrix expected = wide_expm_multiply(A, times[k], b);
                EXPECT_TRUE(near(X.col(static_cast<std::int64_t>(k)).eval(), expected, slack<T>)) << times[k];
                EXPECT_TRUE(near(Y.col(static_cast<std::int64_t>(k)).eval(), expected, slack<T>)) << times[k];
            }
        }
    }
}

TYPED_TEST(ExpmMultiply, OfAnInvariantDirectionIsTheNumbersExponential) {
    using T = typename TypeParam::T;
    // The path's second difference with the eigenvector sin(π i / (n + 1)), eigenvalue 4 sin²(π / (2 (n + 1))); steps of a
    // stiff problem, with estimates of norms of powers.
    const std::int64_t n = 100;
    const Csr<T> A = T(-1) * poisson_1d<T>(n);
    Vector<T> b(n);
    for (std::int64_t i = 0; i < n; ++i) b[i] = scalar<T>(std::sin(M_PI * static_cast<double>(i + 1) / 101));
    const double lambda = 4 * std::pow(std::sin(M_PI / 202), 2);
    for (const double t : {1.0, 30.0, 300.0})
        for (const ExpmMethod method : {ExpmMethod::taylor, ExpmMethod::krylov})
            EXPECT_TRUE(near(expm_multiply(A, b, t, {.method = method}), (b * scalar<T>(std::exp(-lambda * t))).eval(),
                             t * slack<T>))
                << t;
}

TYPED_TEST(ExpmMultiply, OfAHermitianMatrixIsTheSameByKrylovSpaces) {
    using T = typename TypeParam::T;
    const std::int64_t n = 400;
    Assembly<T> H(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        H.set(i, i, scalar<T>(-2 + 0.5 * std::sin(static_cast<double>(i))));
        for (const std::int64_t step : {1, 17})
            if (i + step < n) {
                H.set(i, i + step, scalar<T>(0.5, 0.25));
                H.set(i + step, i, scalar<T>(0.5, -0.25));
            }
    }
    const Csr<T> A = H.csr();
    const Vector<T> b = random_block<T>(n, 1, 8);
    ExpmReport krylov, taylor;
    for (const double t : {0.5, 30.0, -3.0}) {
        const Vector<T> expected = expm_multiply(A, b, t, {.method = ExpmMethod::taylor, .report = &taylor});
        for (const std::int64_t subspace : {0, 4}) {
            EXPECT_TRUE(near(expm_multiply(A, b, t, {.method = ExpmMethod::krylov, .subspace = subspace, .report = &krylov}),
                             expected, (1 + std::abs(t)) * slack<T>))
                << t;
            EXPECT_EQ(krylov.steps, 1);
        }
        EXPECT_EQ(krylov.method, ExpmMethod::krylov);
        EXPECT_EQ(taylor.method, ExpmMethod::taylor);
    }
    (void)expm_multiply(A, b, 300, {.method = ExpmMethod::krylov, .report = &krylov});
    EXPECT_GT(krylov.matvecs, 20);
    EXPECT_LT(krylov.matvecs, 600);
    (void)expm_multiply(A, b, 0.1, {.report = &taylor});
    EXPECT_EQ(taylor.method, ExpmMethod::taylor);
    EXPECT_GT(taylor.matvecs, 5);
    // All times from one space.
    const std::vector<double> times{40, 1, 0, 20, 3};
    const Matrix<T> X = expm_multiply(A, b, times, {.method = ExpmMethod::krylov, .report = &krylov});
    EXPECT_EQ(krylov.steps, 1);
    EXPECT_TRUE(same_bits(Vector<T>(X.col(2)), b));
    for (std::size_t k = 0; k < times.size(); ++k)
        EXPECT_TRUE(near(X.col(static_cast<std::int64_t>(k)).eval(),
                         expm_multiply(A, b, times[k], {.method = ExpmMethod::taylor}), (1 + times[k]) * slack<T>))
            << times[k];
    // Further than a space of a thousand vectors reaches: e^(tA) keeps the eigenvector alone that decays most slowly.
    const Csr<T> D = T(-1) * poisson_1d<T>(n);
    Vector<T> v(n);
    for (std::int64_t i = 0; i < n; ++i) v[i] = scalar<T>(std::sin(M_PI * static_cast<double>(i + 1) / 401));
    const double far = 5e4, lambda = 4 * std::pow(std::sin(M_PI / 802), 2);
    const double weight = static_cast<double>(std::abs(v.dot(b))) / static_cast<double>(v.squaredNorm());
    const Vector<T> decayed = expm_multiply(D, b, far, {.method = ExpmMethod::krylov});
    EXPECT_NEAR(static_cast<double>(decayed.norm()) / (weight * std::exp(-lambda * far) * static_cast<double>(v.norm())), 1,
                far * slack<T> * static_cast<double>(b.norm()) / weight);
}

TYPED_TEST(ExpmMultiply, OfASkewHermitianMatrixKeepsNorms) {
    using T = typename TypeParam::T;
    Assembly<T> S(200, 200);
    for (std::int64_t i = 0; i + 1 < 200; ++i) {
        S.set(i, i + 1, scalar<T>(1, 0.5));
        S.set(i + 1, i, scalar<T>(-1, 0.5));
    }
    const Vector<T> b = random_block<T>(200, 1, 8);
    EXPECT_NEAR(expm_multiply(S.csr(), b, 200).norm() / b.norm(), 1, 200 * slack<T>);
    EXPECT_NEAR(expm_multiply(S.csr(), b, -2).norm() / b.norm(), 1, slack<T>);
    EXPECT_TRUE(near(expm_multiply(S.csr(), b, 30, {.method = ExpmMethod::krylov}),
                     expm_multiply(S.csr(), b, 30, {.method = ExpmMethod::taylor}), 30 * slack<T>));
}

TYPED_TEST(ExpmMultiply, HandlesTheEdges) {
    using T = typename TypeParam::T;
    using R = Real<T>;
    const Csr<T> A = random_assembly<T>(9, 2).csr();
    const Vector<T> b = random_block<T>(9, 1, 1);
    for (const ExpmMethod method : {ExpmMethod::automatic, ExpmMethod::krylov}) {
        const ExpmMultiplyOptions options{.method = method};
        EXPECT_TRUE(same_bits(expm_multiply(A, b, 0, options), b));
        EXPECT_TRUE(equal(expm_multiply(A, Vector<T>(Vector<T>::Zero(9)), 50, options), Vector<T>(Vector<T>::Zero(9))));
        EXPECT_EQ(expm_multiply(A, Matrix<T>(9, 0), 1, options).cols(), 0);
        EXPECT_EQ(expm_multiply(Assembly<T>(0, 0).csr(), Vector<T>(0), 1, options).size(), 0);
        EXPECT_TRUE(near(expm_multiply(Assembly<T>(9, 9).csr(), b, 7, options), b, slack<T>));
    }
    EXPECT_TRUE(equal(expm_multiply(Assembly<T>(9, 9).csr(), b, 7), b));

    Assembly<T> one(1, 1);
    one.set(0, 0, scalar<T>(-2, 1));
    const Vector<T> c = Vector<T>::Constant(1, T(3));
    const Vector<T> c2 = Vector<T>::Constant(2, T(3));
    EXPECT_TRUE(near(expm_multiply(one.csr(), c, 1.5), wide_expm_multiply(one.csr(), 1.5, c), slack<T>));

    // Nilpotent: e₁ᵀ exp(tN) e_n = t^(n−1)/(n−1)!. Its powers vanish, which the norm of N does not show.
    Assembly<T> N(5, 5);
    for (std::int64_t i = 0; i < 4; ++i) N.set(i, i + 1, T(1));
    const Vector<T> e = Vector<T>::Unit(5, 4);
    EXPECT_NEAR(std::abs(expm_multiply(N.csr(), e, 2)[0] - T(R(16.0 / 24))), 0, slack<T>);
    N = Assembly<T>(2, 2);
    N.set(0, 1, T(R(1e8)));
    EXPECT_TRUE(near(expm_multiply(N.csr(), Vector<T>(Vector<T>::Unit(2, 1)), 1),
                     (Vector<T>(2) << T(R(1e8)), T(1)).finished(), slack<T>));

    // The shift takes all of a multiple of I, however large; what is out of range is infinite or 0.
    Assembly<T> D(2, 2);
    for (std::int64_t i = 0; i < 2; ++i) D.set(i, i, T(R(-50)));
    for (const ExpmMethod method : {ExpmMethod::taylor, ExpmMethod::krylov}) {
        const ExpmMultiplyOptions options{.method = method};
        EXPECT_TRUE(near(expm_multiply(D.csr(), c2, 1, options), wide_expm_multiply(D.csr(), 1, c2), slack<T>));
        EXPECT_EQ(std::abs(expm_multiply(D.csr(), c2, 1e4, options)[0]), 0);
        EXPECT_FALSE(std::isfinite(std::abs(expm_multiply(D.csr(), c2, -1e4, options)[0])));
    }
    // Powers of A overflow, those of tA do not.
    const R huge = std::sqrt(std::numeric_limits<R>::max());
    const Csr<T> H = T(huge) * A;
    EXPECT_TRUE(near(expm_multiply(H, b, 40 / static_cast<double>(huge)), expm_multiply(A, b, 40), 20 * slack<T>));
}

TYPED_TEST(ExpmMultiply, RefusesWhatItCannotDo) {
    using T = typename TypeParam::T;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    Assembly<T> with_nan = random_assembly<T>(6, 2);
    with_nan.set(3, 4, scalar<T>(nan));
    const Csr<T> A = random_assembly<T>(6, 2).csr();
    Vector<T> b = Vector<T>::Ones(6);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(with_nan.csr(), b, 1); }, "row 3, column 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(dense(with_nan.csr()), b, 1); }, "row 3, column 4"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(as_operator(with_nan.csr()), b, 1); }, "finite"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(A, b, nan); }, "t is not finite"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(A, b, std::vector<double>{1, nan}); }, "at 1"));
    const auto no_adjoint = make_operator<T>(6, 6, [&A](auto x, auto y) { multiply(A, x, y); });
    EXPECT_TRUE(
        throws<Unsupported>([&] { (void)expm_multiply(no_adjoint, b, 1, {.method = ExpmMethod::taylor}); }, "adjoint"));
    EXPECT_TRUE(near(expm_multiply(no_adjoint, b, 1), wide_expm_multiply(A, 1, b), slack<T>));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(A, b, 1, {.subspace = 1}); }, "subspace"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(with_nan.csr(), b, 1, {.method = ExpmMethod::krylov}); },
                                        "row 3, column 4"));
    const auto broken = make_operator<T>(6, 6, [&](auto, auto y) { y.eigen().setConstant(scalar<T>(nan)); });
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(broken, b, 1); }, "finite"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)expm_multiply(A, Vector<T>(Vector<T>::Ones(5)), 1); }, "5"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)expm_multiply(Assembly<T>(6, 5).csr(), b, 1); }, "square"));
    std::stop_source stop;
    stop.request_stop();
    for (const ExpmMethod method : {ExpmMethod::taylor, ExpmMethod::krylov})
        EXPECT_TRUE(throws<Cancelled>([&] { (void)expm_multiply(A, b, 1, {.method = method, .stop = stop.get_token()}); },
                                      "request"));
    b[2] = scalar<T>(nan);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)expm_multiply(A, b, 1); }, "(2, 0)"));
}

TEST(ExpmMultiplyThreads, GiveTheSameBitsWhateverTheirNumber) {
    const Csr<double> A = -1.0 * poisson_2d<double>(150, 150);
    const Vector<double> b = random_block<double>(A.rows(), 1, 5);
    const int before = threads();
    Vector<double> of_method[2];
    for (const ExpmMethod method : {ExpmMethod::taylor, ExpmMethod::krylov}) {
        set_threads(1);
        const Vector<double> one = expm_multiply(A, b, 10, {.method = method});
        set_threads(2);
        const Vector<double> two = expm_multiply(A, b, 10, {.method = method});
        EXPECT_TRUE(same_bits(one, two));
        of_method[method == ExpmMethod::krylov ? 1 : 0] = one;
    }
    set_threads(before);
    EXPECT_TRUE(near(of_method[1], of_method[0], 1e-11));
    // Which of them is taken: the product with a root of t, or with t.
    ExpmReport report;
    (void)expm_multiply(A, b, 30, {.report = &report});
    EXPECT_EQ(report.method, ExpmMethod::krylov);
    (void)expm_multiply(A, b, 0.1, {.report = &report});
    EXPECT_EQ(report.method, ExpmMethod::taylor);
}

}  // namespace tamis::test
