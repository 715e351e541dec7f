#include <chrono>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <stop_token>

#include <gtest/gtest.h>

#include <tamis/iterative/functions/apply_function.hpp>
#include <tamis/iterative/functions/expm_multiply.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {

namespace {

using RealFunction = std::function<double(double)>;
using ComplexFunction = std::function<std::complex<double>(std::complex<double>)>;

/// A unit number that turns with i, of complex T.
template <class T>
T phase(std::int64_t i) {
    const double angle = is_complex_v<T> ? 0.7 * static_cast<double>(i) : 0;
    return scalar<T>(std::cos(angle), std::sin(angle));
}

/// D P Dᴴ with the Laplacian P of an m×m grid and phases on the diagonal of D.
template <class T>
Csr<T> turned_laplacian(std::int64_t m) {
    const Matrix<double> P = dense(poisson_2d<double>(m, m));
    Assembly<T> A(m * m, m * m);
    for (std::int64_t i = 0; i < m * m; ++i)
        for (std::int64_t j = 0; j < m * m; ++j)
            if (P(i, j) != 0) A.set(i, j, phase<T>(i) * T(static_cast<Real<T>>(P(i, j))) * detail::conjugate(phase<T>(j)));
    return A.csr();
}

/// f of that matrix, times b: its eigenvectors are products of sines.
template <class T>
Vector<InDouble<T>> turned_laplacian_function(std::int64_t m, const RealFunction& f, const Vector<T>& b) {
    using W = InDouble<T>;
    Matrix<double> S(m, m);
    Vector<double> lambda(m);
    const double h = M_PI / static_cast<double>(m + 1);
    for (std::int64_t j = 0; j < m; ++j) {
        lambda[j] = 4 * std::pow(std::sin(0.5 * h * static_cast<double>(j + 1)), 2);
        for (std::int64_t i = 0; i < m; ++i)
            S(i, j) = std::sqrt(2 / static_cast<double>(m + 1)) * std::sin(h * static_cast<double>((i + 1) * (j + 1)));
    }
    Matrix<W> B(m, m);
    for (std::int64_t i = 0; i < m * m; ++i) B(i % m, i / m) = W(detail::conjugate(phase<T>(i)) * b[i]);
    const Matrix<W> Sw = S.template cast<W>();
    Matrix<W> C = Sw * B * Sw;
    for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t i = 0; i < m; ++i) C(i, j) *= f(lambda[i] + lambda[j]);
    const Matrix<W> F = Sw * C * Sw;
    Vector<W> x(m * m);
    for (std::int64_t i = 0; i < m * m; ++i) x[i] = W(phase<T>(i)) * F(i % m, i / m);
    return x;
}

/// X diag(d) X⁻¹ with an X of moderate condition, and f of it; not normal.
struct Diagonalizable {
    Matrix<std::complex<double>> X, inverse;
    Vector<std::complex<double>> d;

    [[nodiscard]] Matrix<std::complex<double>> function(const ComplexFunction& f) const {
        return X * d.unaryExpr(f).asDiagonal() * inverse;
    }
};

/// With eigenvalues 1 … 10 in real part, and conjugate pairs if T is real.
template <class T>
Diagonalizable diagonalizable(std::int64_t n) {
    Random random(5);
    Diagonalizable A;
    Matrix<std::complex<double>> U = Matrix<std::complex<double>>::Identity(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < j; ++i) U(i, j) = 0.15 * random.uniform(-1, 1);
    // Pairs of columns span the real ones.
    Matrix<std::complex<double>> J = Matrix<std::complex<double>>::Identity(n, n);
    A.d.resize(n);
    const std::complex<double> i(0, 1);
    for (std::int64_t k = 0; k + 1 < n; k += 2) {
        const std::complex<double> z(1 + 9.0 * static_cast<double>(k) / static_cast<double>(n), random.uniform(0.5, 2));
        A.d[k] = z;
        A.d[k + 1] = std::conj(z);
        J(k, k) = 1;
        J(k + 1, k) = i;
        J(k, k + 1) = 1;
        J(k + 1, k + 1) = -i;
    }
    A.X = U * J;
    A.inverse = dense_inverse(A.X);
    return A;
}

template <class T>
Matrix<T> as_scalars(const Matrix<std::complex<double>>& M) {
    return M.unaryExpr([](const std::complex<double>& z) { return scalar<T>(z.real(), z.imag()); });
}

template <class T>
Operator<T> hermitian_operator(const Csr<T>& A) {
    return make_operator<T>(A.rows(), A.cols(), [&A](auto x, auto y) { multiply(A, x, y); });
}

const RealFunction inverse_root = [](double x) { return 1 / std::sqrt(x); };

}  // namespace

template <class P>
class ApplyFunction : public ::testing::Test {};
TYPED_TEST_SUITE(ApplyFunction, AllScalars, TypeName);

TYPED_TEST(ApplyFunction, OfAHermitianMatrixIsTheFunctionOfItsEigenvalues) {
    using T = typename TypeParam::T;
    const Csr<T> A = turned_laplacian<T>(14);
    Random random(2);
    const Vector<T> b = random.template vector<T>(A.rows());
    const Operator<T> op = hermitian_operator(A);
    const RealFunction functions[] = {
        [](double x) { return std::sqrt(x); },        inverse_root,
        [](double x) { return std::log(x); },         [](double x) { return std::exp(-5 * x); },
        [](double x) { return x > 3.9 ? 1.0 : 0.0; }, [](double x) { return x - 4; }};
    for (std::size_t k = 0; k < std::size(functions); ++k) {
        const Vector<InDouble<T>> truth = turned_laplacian_function(14, functions[k], b);
        for (const std::int64_t subspace : {0, 7}) {
            const auto r = apply_function(A, b, functions[k], {.subspace = subspace});
            ASSERT_EQ(r.status, Status::converged) << k << ": " << r.message;
            const double error = (in_double<T>(r.value) - truth).norm();
            const double target = default_tolerance<T> * truth.norm();
            EXPECT_LE(error, 3 * target) << k << ": " << r.message;
            EXPECT_LE(r.error_estimate, target * 1.01);
            // The second pass is all that little memory costs.
            if (subspace == 7) EXPECT_EQ(r.matvecs, std::max(r.iterations, 2 * r.iterations - 7));
            else EXPECT_LE(r.matvecs, std::max(r.iterations, 2 * r.iterations - 100));
        }
        const auto r = apply_function(op, b, functions[k], {.method = FunctionMethod::lanczos});
        EXPECT_LE((in_double<T>(r.require().value) - truth).norm(), 3 * default_tolerance<T> * truth.norm());
    }
    const Vector<InDouble<T>> truth = turned_laplacian_function(14, inverse_root, b);
    for (const auto& r : {apply_function(dense(A), b, inverse_root), apply_function(to_csc(A), b, inverse_root)})
        EXPECT_LE((in_double<T>(r.value) - truth).norm(), 3 * default_tolerance<T> * truth.norm());
}

TYPED_TEST(ApplyFunction, OfAGeneralMatrixIsTheFunctionOfItsEigenvalues) {
    using T = typename TypeParam::T;
    const Diagonalizable D = diagonalizable<T>(60);
    const Matrix<T> A = as_scalars<T>(D.function([](auto z) { return z; }));
    Random random(3);
    const Vector<T> b = random.template vector<T>(60);
    const auto root = [](auto z) { return std::sqrt(z); };
    const auto log = [](auto z) { return std::log(z); };
    const auto exp = [](auto z) { return std::exp(0.5 * z); };
    const auto square = [](std::complex<double> z) { return z * z; };
    const double slack = std::is_same_v<Real<T>, float> ? 2e-4 : 1e-7;
    const auto check = [&](const auto& f) {
        const Vector<std::complex<double>> truth = D.function(f) * b.template cast<std::complex<double>>();
        const auto r = apply_function(A, b, f);
        EXPECT_EQ(r.status, Status::converged) << r.message;
        EXPECT_LE((r.value.template cast<std::complex<double>>() - truth).norm(), slack * truth.norm()) << r.message;
    };
    check(root);
    check(log);
    check(exp);
    check(square);
    // Restarts.
    const Vector<std::complex<double>> truth = D.function(exp) * b.template cast<std::complex<double>>();
    const auto r = apply_function(A, b, exp, {.subspace = 8});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_GT(r.iterations, 8);
    EXPECT_LE((r.value.template cast<std::complex<double>>() - truth).norm(), slack * truth.norm()) << r.message;
}

TYPED_TEST(ApplyFunction, TakesDefectiveMatricesWhereTheFunctionHasDerivatives) {
    using T = typename TypeParam::T;
    // √ of the Jordan block of λ: entries binomial(1/2, k) λ^(1/2 − k) on diagonal k.
    Assembly<T> J(6, 6);
    for (std::int64_t i = 0; i < 6; ++i) {
        J.set(i, i, T(2));
        if (i + 1 < 6) J.set(i, i + 1, T(1));
    }
    const Vector<T> b = Vector<T>::Unit(6, 5);
    const auto r = apply_function(J.csr(), b, [](auto z) { return std::sqrt(z); });
    ASSERT_EQ(r.status, Status::converged) << r.message;
    double expected = std::sqrt(2.0);
    for (std::int64_t k = 0; k < 6; ++k) {
        EXPECT_NEAR(std::abs(r.value[5 - k] - scalar<T>(expected)), 0, 1e5 * static_cast<double>(epsilon_v<T>)) << k;
        expected *= (0.5 - static_cast<double>(k)) / static_cast<double>(k + 1) / 2;
    }
}

TYPED_TEST(ApplyFunction, AgreesWithExpmMultiplyOnBlocks) {
    using T = typename TypeParam::T;
    Random random(8);
    Assembly<T> S(80, 80);
    for (std::int64_t k = 0; k < 320; ++k) S.add(random.below(80), random.below(80), random.template eighths<T>());
    const Csr<T> A = S.csr();
    Matrix<T> B = random.template matrix<T>(80, 3);
    B.col(1).setZero();
    for (const auto& r : {apply_function(A, B, [](auto z) { return std::exp(z); }),
                          apply_function(hermitian_operator(A), B, [](auto z) { return std::exp(z); })}) {
        ASSERT_EQ(r.status, Status::converged) << r.message;
        EXPECT_TRUE(near(r.value, expm_multiply(A, B, 1), 100 * default_tolerance<T>));
        EXPECT_EQ(r.value.col(1).norm(), 0);
    }
}

TYPED_TEST(ApplyFunction, IsExactOnInvariantSpacesAndAtTheEdges) {
    using T = typename TypeParam::T;
    const double eps = static_cast<double>(epsilon_v<T>);
    // A sum of three eigenvectors of a diagonal matrix: three steps.
    Assembly<T> D(50, 50);
    for (std::int64_t i = 0; i < 50; ++i) D.set(i, i, T(static_cast<Real<T>>(i + 1)));
    Vector<T> b = Vector<T>::Zero(50);
    b[3] = b[20] = b[40] = scalar<T>(2, 1);
    for (const FunctionMethod method : {FunctionMethod::lanczos, FunctionMethod::arnoldi}) {
        const auto r = apply_function(D.csr(), b, [](auto z) { return std::sqrt(z); }, {.method = method});
        EXPECT_EQ(r.iterations, 3);
        EXPECT_EQ(r.matvecs, 3);
        ASSERT_EQ(r.status, Status::converged) << r.message;
        for (const std::int64_t i : {3, 20, 40})
            EXPECT_NEAR(std::abs(r.value[i] / b[i]), std::sqrt(static_cast<double>(i + 1)), 100 * eps);
    }
    Assembly<T> one(1, 1);
    one.set(0, 0, T(4));
    const Vector<T> c = Vector<T>::Constant(1, T(3));
    EXPECT_NEAR(std::abs(apply_function(one.csr(), c, inverse_root).require().value[0]), 1.5, 10 * eps);
    EXPECT_EQ(apply_function(Assembly<T>(0, 0).csr(), Vector<T>(0), inverse_root).require().value.size(), 0);
    EXPECT_EQ(apply_function(one.csr(), Matrix<T>(1, 0), inverse_root).require().value.cols(), 0);
    // √ of a singular matrix, whose zero rounding makes negative; b at the ends of the range of T.
    const std::int64_t n = 30;
    Assembly<T> L(n, n);
    for (std::int64_t i = 0; i + 1 < n; ++i) {
        L.add(i, i, T(1));
        L.add(i + 1, i + 1, T(1));
        L.set(i, i + 1, T(-1));
        L.set(i + 1, i, T(-1));
    }
    const Vector<T> ones = Vector<T>::Ones(n), step = Vector<T>::Unit(n, 0);
    const auto half = [](double x) { return std::sqrt(x); };
    EXPECT_LE(static_cast<double>(apply_function(L.csr(), ones, half, {.absolute_tolerance = 1e-2}).require().value.norm()),
              10 * std::sqrt(eps));
    const Vector<T> once = apply_function(L.csr(), step, half, {.tolerance = 1e-6}).require().value;
    EXPECT_TRUE(near(apply_function(L.csr(), once, half, {.tolerance = 1e-6}).require().value,
                     Vector<T>(dense(L.csr()) * step), 1e-4));
    const Real<T> tiny = std::numeric_limits<Real<T>>::min() * Real<T>(64), huge = std::numeric_limits<Real<T>>::max() / 64;
    for (const Real<T> size : {tiny, huge}) {
        const Vector<T> x = apply_function(one.csr(), Vector<T>(c * T(size)), inverse_root).require().value;
        EXPECT_NEAR(std::abs(x[0] / T(size)), 1.5, 20 * eps);
    }
}

TEST(ApplyFunctionStatus, SaysWhyItStopped) {
    const Csr<double> A = poisson_2d<double>(30, 30);
    const Vector<double> b = Vector<double>::Ones(A.rows());
    const Vector<double> truth = turned_laplacian_function<double>(30, inverse_root, b);
    const auto few = apply_function(A, b, inverse_root, {.max_iterations = 20, .subspace = 5});
    EXPECT_EQ(few.status, Status::max_iterations);
    EXPECT_EQ(few.iterations, 20);
    EXPECT_LE((few.value - truth).norm(), 0.2 * truth.norm());
    EXPECT_LE((few.value - truth).norm(), 3 * few.error_estimate);
    EXPECT_TRUE(throws<NotConverged>([&] { (void)few.require(); }, "Lanczos", "20 steps"));
    EXPECT_EQ(apply_function(A, b, inverse_root, {.time_limit = std::chrono::nanoseconds(1)}).status, Status::time_limit);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(apply_function(A, b, inverse_root, {.stop = stop.get_token()}).status, Status::cancelled);

    // Stopped after twelve steps, of which five vectors are there: no second pass.
    std::int64_t calls = 0;
    const auto stopped = apply_function(A, b, inverse_root, {.subspace = 5, .callback = [&](const IterationInfo& info) {
                                                                 ++calls;
                                                                 return info.iteration < 12;
                                                             }});
    EXPECT_EQ(stopped.status, Status::cancelled);
    EXPECT_EQ(stopped.matvecs, stopped.iterations);
    EXPECT_EQ(std::ssize(stopped.error_history), calls);
    EXPECT_LE((stopped.value - truth).norm(), truth.norm());
    EXPECT_TRUE(apply_function(A, b, inverse_root, {.record_history = false}).error_history.empty());
    EXPECT_EQ(apply_function(A, b, inverse_root, {.tolerance = 0}).status, Status::stagnated);
    const auto loose = apply_function(A, b, inverse_root, {.tolerance = 0, .absolute_tolerance = 1e-3 * truth.norm()});
    EXPECT_EQ(loose.status, Status::converged);
    EXPECT_LE((loose.value - truth).norm(), 2e-3 * truth.norm());

    Assembly<double> D(3, 3);
    for (std::int64_t i = 0; i < 3; ++i) D.set(i, i, static_cast<double>(i) - 1.5);
    const Vector<double> e = Vector<double>::Ones(3);
    const auto bad = apply_function(D.csr(), e, [](double x) { return std::log(x + 0.25); });
    EXPECT_EQ(bad.status, Status::not_finite);
    EXPECT_NE(bad.message.find("f(-0"), std::string::npos) << bad.message;
    const auto broken =
        make_operator<double>(3, 3, [](auto, auto y) { y.eigen().setConstant(std::numeric_limits<double>::quiet_NaN()); });
    for (const FunctionMethod method : {FunctionMethod::lanczos, FunctionMethod::arnoldi})
        EXPECT_EQ(apply_function(broken, e, [](auto z) { return std::exp(z); }, {.method = method}).status,
                  Status::not_finite);
    // √ of negative numbers is not real; complex scalars hold it.
    const auto root = [](std::complex<double> z) { return std::sqrt(z); };
    for (const FunctionMethod method : {FunctionMethod::lanczos, FunctionMethod::arnoldi})
        EXPECT_EQ(apply_function(D.csr(), e, root, {.method = method}).status, Status::breakdown);
    const Csr<std::complex<double>> C = cast<std::complex<double>>(D.csr());
    const Vector<std::complex<double>> ce = e.cast<std::complex<double>>();
    const auto complex_root = apply_function(C, ce, root).require();
    EXPECT_NEAR(std::abs(complex_root.value[0] - std::complex<double>(0, std::sqrt(1.5))), 0, 1e-14);
    // Products that change are found out in the second pass.
    double factor = 1;
    const auto moving = make_operator<double>(900, 900, [&](auto x, auto y) {
        multiply(A, x, y);
        y.eigen() *= factor;
        factor *= 1.01;
    });
    EXPECT_EQ(apply_function(moving, b, [](double x) { return std::exp(-0.1 * x); },
                             {.tolerance = 1e-4, .method = FunctionMethod::lanczos, .subspace = 2})
                  .status,
              Status::breakdown);
    // Arnoldi's restarts run out as well, and the partial sums are kept.
    const auto restarted = apply_function(A, b, [](auto z) { return std::exp(-z); },
                                          {.max_iterations = 8, .method = FunctionMethod::arnoldi, .subspace = 4});
    EXPECT_EQ(restarted.status, Status::max_iterations);
    EXPECT_LE((restarted.value - expm_multiply(A, b, -1)).norm(), 1e-2 * b.norm());
}

TEST(ApplyFunctionStatus, RefusesWhatItCannotDo) {
    const Csr<double> A = poisson_2d<double>(3, 3);
    Vector<double> b = Vector<double>::Ones(9);
    Assembly<double> general(9, 9);
    general.set(2, 5, 1.0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto f = [](double x) { return x; };
    using Options = ApplyFunctionOptions<double>;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)apply_function(general.csr(), b, f); }, "real numbers only"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)apply_function(hermitian_operator(A), b, f); }, "lanczos"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)apply_function(general.csr(), b, f, {.method = FunctionMethod::lanczos}); }, "Hermitian"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)apply_function(A, Vector<double>(b.head(5)), f); }, "5", "9"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)apply_function(Assembly<double>(9, 4).csr(), b, f); }, "square"));
    for (const auto& wrong : {std::pair{Options{.tolerance = nan}, "tolerance"},
                              std::pair{Options{.absolute_tolerance = -1}, "absolute_tolerance"},
                              std::pair{Options{.max_iterations = -1}, "max_iterations"},
                              std::pair{Options{.time_limit = std::chrono::seconds(-1)}, "time_limit"},
                              std::pair{Options{.subspace = 1}, "subspace"}})
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)apply_function(A, b, f, wrong.first); }, wrong.second));
    b[4] = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)apply_function(A, b, f); }, "(4, 0)"));
    general.set(1, 7, nan);
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)apply_function(general.csr(), Vector<double>(Vector<double>::Ones(9)), f); }, "(1, 7)"));
}

}  // namespace tamis::test
