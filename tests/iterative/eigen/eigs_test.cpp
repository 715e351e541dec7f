#include <tamis/iterative/eigen/eigs.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/build.hpp>

#include "dense/lapack_schur.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using Z = std::complex<double>;

template <class T>
Csr<T> random_square(std::int64_t n, std::int64_t per_row, std::uint64_t seed, double diagonal = 0) {
    Random random(seed);
    Coo<T> entries(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = 0; k < per_row; ++k) entries.add(i, random.below(n), random.value<T>());
        if (diagonal != 0) entries.add(i, i, scalar<T>(diagonal));
    }
    return to_csr(entries);
}

/// All eigenvalues of B⁻¹A by LAPACK, most wanted first.
std::vector<Z> dense_eigenvalues(const Matrix<Z>& A, const Matrix<Z>& B, const std::function<double(Z)>& wanted) {
    Matrix<Z> M = dense_inverse(B) * A;
    std::vector<Z> w(static_cast<std::size_t>(M.rows()));
    EXPECT_EQ(detail::lapack::gees(M.rows(), M.data(), M.rows(), w.data(), static_cast<Z*>(nullptr)), 0);
    std::stable_sort(w.begin(), w.end(), [&](Z a, Z b) { return wanted(a) > wanted(b); });
    return w;
}

template <class T>
Matrix<Z> in_complex(const Matrix<T>& M) {
    return M.template cast<Z>();
}

struct Question {
    Which which;
    Z sigma;
    std::function<double(Z)> wanted;
};
std::vector<Question> questions() {
    return {{Which::largest_magnitude, 0, [](Z x) { return std::abs(x); }},
            {Which::smallest_magnitude, 0, [](Z x) { return -std::abs(x); }},
            {Which::largest_real, 0, [](Z x) { return x.real(); }},
            {Which::smallest_real, 0, [](Z x) { return -x.real(); }},
            {Which::largest_imaginary, 0, [](Z x) { return std::abs(x.imag()); }},
            {Which::nearest, 0.7, [](Z x) { return -std::abs(x - 0.7); }},
            {Which::nearest, Z(0.5, 0.9), [](Z x) { return -std::abs(x - Z(0.5, 0.9)); }}};
}

/// Residuals small and as told, norms 1, and as much wanted as what the dense method finds.
template <class T>
void expect_pairs(const Csr<T>& A, const Csr<T>& B, const EigsResult<T>& r, std::int64_t k, const Question& q) {
    SCOPED_TRACE(std::string(to_string(q.which)) + ": " + r.message);
    ASSERT_EQ(r.values.size(), k);
    EXPECT_TRUE(r.converged());
    const Matrix<Z> a = in_complex(dense(A)), b = in_complex(dense(B));
    const auto all = dense_eigenvalues(a, b, q.wanted);
    const double norm = a.norm() + b.norm(), eps = static_cast<double>(epsilon_v<T>);
    for (std::int64_t j = 0; j < k; ++j) {
        const Z value(r.values[j]);
        // Condition numbers of these eigenvalues are below some tens.
        EXPECT_NEAR(q.wanted(value), q.wanted(all[static_cast<std::size_t>(j)]),
                    20 * default_eigen_tolerance<T> + 3e3 * eps * norm)
            << j;
        const Vector<Z> v = r.vectors.col(j).template cast<Z>();
        EXPECT_NEAR(v.norm(), 1, 20 * eps);
        const double residual = (a * v - value * (b * v)).norm();
        EXPECT_LE(residual, 1.1 * default_eigen_tolerance<T> * norm * (1 + std::abs(value)));
        EXPECT_NEAR(residual, r.residual_norms[static_cast<std::size_t>(j)], 100 * eps * norm);
        if (r.left_vectors.cols() > 0) {
            const Vector<Z> w = r.left_vectors.col(j).template cast<Z>();
            EXPECT_NEAR(w.norm(), 1, 20 * eps);
            EXPECT_LE((a.adjoint() * w - std::conj(value) * (b.adjoint() * w)).norm(),
                      1.1 * default_eigen_tolerance<T> * norm * (1 + std::abs(value)));
        }
    }
}

template <class P>
class GeneralEigenvalues : public ::testing::Test {};
TYPED_TEST_SUITE(GeneralEigenvalues, AllScalars, TypeName);

TYPED_TEST(GeneralEigenvalues, AreThoseOfTheDenseSchurFormForEveryWhich) {
    using T = typename TypeParam::T;
    const auto A = random_square<T>(80, 5, 1, 0.6);
    const auto I = identity<T>(80);
    for (const Question& q : questions()) {
        const auto r = eigs(A, 4, {.which = q.which, .sigma = q.sigma, .left_vectors = true});
        expect_pairs(A, I, r, 4, q);
    }
    // The same of an operator, and where the dense method is taken.
    const auto op = make_operator<T>(
        80, 80, [&](auto x, auto y) { multiply(A, x, y); }, [&](auto x, auto y) { multiply_adjoint(A, x, y); });
    expect_pairs(A, I, eigs(op, 3), 3, questions()[0]);
    const auto small = random_square<T>(30, 4, 2);
    expect_pairs(small, identity<T>(30), eigs(small, 28), 28, questions()[0]);
}

TYPED_TEST(GeneralEigenvalues, OfPencilsAreThoseOfTheDenseOnes) {
    using T = typename TypeParam::T;
    const auto A = random_square<T>(70, 4, 3, 0.5);
    const auto B = random_square<T>(70, 2, 4, 4);
    for (const Question& q : {questions()[0], questions()[1], questions()[5], questions()[6]}) {
        const auto r = eigs(A, 3, {.which = q.which, .sigma = q.sigma, .mass = B, .left_vectors = true});
        expect_pairs(A, B, r, 3, q);
    }
}

TEST(GeneralEigenvaluesOfDoubles, ThatAreMultipleAreFoundAsOftenAsTheyAre) {
    // Blocks [2 1; −1 2], five of them, and a real spectrum to the left of it.
    Coo<double> entries(130, 130);
    for (std::int64_t i = 0; i < 10; i += 2) {
        entries.add(i, i, 2);
        entries.add(i + 1, i + 1, 2);
        entries.add(i, i + 1, 1);
        entries.add(i + 1, i, -1);
    }
    for (std::int64_t i = 10; i < 130; ++i) {
        entries.add(i, i, 1 - 0.01 * static_cast<double>(i));
        if (i + 1 < 130) entries.add(i, i + 1, 0.3);
    }
    const auto A = to_csr(entries);
    const auto r = eigs(A, 7, {.which = Which::largest_real}).require();
    for (std::int64_t j = 0; j < 7; ++j) {
        EXPECT_NEAR(r.values[j].real(), 2, 1e-9) << r.message;
        // Pairs stand together, positive imaginary part first; the last is half of one.
        EXPECT_NEAR(r.values[j].imag(), j % 2 == 0 ? 1 : -1, 1e-9);
    }
    // Independent vectors of one eigenvalue.
    Matrix<Z> V(130, 4);
    for (std::int64_t j = 0; j < 4; ++j) V.col(j) = r.vectors.col(2 * j);
    EXPECT_GT(dense_svd(V).singular_values[3], 1e-3);
}

TEST(GeneralEigenvaluesOfDoubles, AtASingularShiftAreFoundBesideIt) {
    // The circulant shift less I: eigenvalues ω − 1, one of them 0.
    const std::int64_t n = 90;
    Coo<double> entries(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        entries.add(i, (i + 1) % n, 1);
        entries.add(i, i, -1);
    }
    const auto A = to_csr(entries);
    const auto r = eigs(A, 3, {.which = Which::smallest_magnitude}).require();
    EXPECT_LT(std::abs(r.values[0]), 1e-10);
    const double angle = 2 * std::acos(-1.0) / static_cast<double>(n);
    EXPECT_LT(std::abs(r.values[1] - (std::polar(1.0, angle) - 1.0)), 1e-10);
    EXPECT_LT(std::abs(r.values[2] - (std::polar(1.0, -angle) - 1.0)), 1e-10);
    EXPECT_NE(r.message.find("sigma moved"), std::string::npos) << r.message;
    const Csr<double> zero(60, 60);
    EXPECT_EQ(eigs(zero, 2).require().values[1], Z(0));
}

TEST(GeneralEigenvaluesOfDoubles, RefuseWhatTheyCannotTake) {
    auto A = random_square<double>(80, 4, 5);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigs(A, 81); }, "81"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)eigs(A.block(0, 0, 80, 70), 2); }, "eigs: the matrix has 80 rows and 70"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigs(A, 2, {.which = Which::nearest}); }, "sigma"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigs(A, 2, {.which = Which::largest_algebraic}); }, "eigsh"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigs(A, 2, {.mass = identity<double>(70)}); }, "mass"));
    const auto lone = make_operator<double>(80, 80, [&](auto x, auto y) { multiply(A, x, y); });
    EXPECT_TRUE(throws<Unsupported>([&] { (void)eigs(lone, 2, {.left_vectors = true}); }, "adjoint"));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)eigs(A, 2, {.mass = lone}); }, "mass"));
    const auto broken = make_operator<double>(80, 80, [](auto x, auto y) { y.eigen().setConstant(x[0] / 0.0); });
    const auto r = eigs(broken, 2);
    EXPECT_EQ(r.status, Status::not_finite) << r.message;
    EXPECT_TRUE(throws<NotConverged>([&] { (void)r.require(); }, "not finite"));
    EXPECT_EQ(eigs(A, 0).values.size(), 0);
    EXPECT_EQ(eigs(Csr<double>(0, 0), 0).vectors.rows(), 0);
    const auto one = eigs(diagonal_matrix(Vector<double>(Vector<double>::Constant(1, 3.0))), 1).require();
    EXPECT_EQ(one.values[0], Z(3));
    std::int64_t calls = 0;
    const auto told =
        eigs(A, 6, {.tolerance = 0, .subspace = 10, .callback = [&](const EigenIterationInfo&) { return ++calls < 2; }});
    EXPECT_EQ(told.status, Status::cancelled);
    EXPECT_EQ(eigs(A, 6, {.tolerance = 0, .max_iterations = 1, .subspace = 10}).status, Status::max_iterations);
    A.values()[3] = std::nan("");
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigs(A, 2); }, "not finite"));
}

}  // namespace
}  // namespace tamis::test
