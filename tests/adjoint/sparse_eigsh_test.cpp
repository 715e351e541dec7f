// eigsh_vjp and eigsh_jvp: simple and multiple eigenvalues, a mass matrix, what is refused.
#include <cmath>
#include <complex>
#include <limits>

#include <gtest/gtest.h>

#include <tamis/adjoint.hpp>

#include "adjoint/pairing.hpp"
#include "support/assembly.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

namespace ad = tamis::derivatives;
using Complex = std::complex<double>;

// A Hermitian matrix with a band and well separated eigenvalues near 1, 2, … n.
template <class T, class I = std::int32_t>
Csr<T, I> spread(std::int64_t n, std::uint64_t seed) {
    Random random(seed);
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, T(static_cast<Real<T>>(i + 1)));
        for (const std::int64_t j : {i + 1, i + 4}) {
            if (j >= n) continue;
            const T v = random.value<T>() * static_cast<Real<T>>(0.3);
            A.set(i, j, v);
            A.set(j, i, tamis::detail::conjugate(v));
        }
    }
    return A.csr();
}

// V̄ without a part along the phases: Im v_iᴴ v̄_i = 0.
template <class T>
Matrix<T> free_of_phase(const Matrix<T>& V, Matrix<T> V_bar) {
    for (std::int64_t i = 0; i < V.cols(); ++i) {
        if constexpr (is_complex_v<T>) V_bar.col(i) -= V.col(i) * T(0, V.col(i).dot(V_bar.col(i)).imag());
    }
    return V_bar;
}

template <class P>
class EigshDerivatives : public ::testing::Test {};
TYPED_TEST_SUITE(EigshDerivatives, AllScalarsAndIndices, TypeName);

TYPED_TEST(EigshDerivatives, ForwardAndReverseAreTransposed) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Random random(2);
    const auto A = spread<T, I>(40, 1);
    const auto e = eigsh(A, 3, {.which = Which::smallest_algebraic}).require();
    const auto A_dot = tangent_on(A, true, random);
    const Vector<Real<T>> values_bar = random.vector<Real<T>>(3);
    const auto vectors_bar = free_of_phase<T>(e.vectors, random.matrix<T>(40, 3));
    const auto bar = ad::eigsh_vjp(A, e, values_bar, vectors_bar);
    const auto dot = ad::eigsh_jvp(A, e, A_dot);
    const double factor = std::is_same_v<Real<T>, float> ? 5e3 : 1e6;  // the solves', 1e-4 and 1e-10
    EXPECT_TRUE(paired<T>(Pairing()(values_bar, dot.values)(vectors_bar, dot.vectors), Pairing()(bar.A_bar, A_dot), factor));
    EXPECT_GT(bar.iterations, 0);
    // The vectors stay of norm 1.
    for (std::int64_t i = 0; i < 3; ++i)
        EXPECT_LT(std::abs(e.vectors.col(i).dot(dot.vectors.col(i))), factor * epsilon_v<T>);
}

TEST(EigshDerivative, ForwardIsTheDifferenceOfEigenpairs) {
    Random random(3);
    const auto A = spread<Complex>(50, 4);
    const auto A_dot = tangent_on(A, true, random);
    const EigshOptions<Complex> lowest{.which = Which::smallest_algebraic, .tolerance = 1e-13};
    const auto e = eigsh(A, 3, lowest).require();
    const auto dot = ad::eigsh_jvp(A, e, A_dot);
    const double h = 1e-4;
    const auto ahead = eigsh(moved(A, A_dot, Complex(h)), 3, lowest).require();
    const auto behind = eigsh(moved(A, A_dot, Complex(-h)), 3, lowest).require();
    for (std::int64_t i = 0; i < 3; ++i) {
        EXPECT_NEAR((ahead.values[i] - behind.values[i]) / (2 * h), dot.values[i], 1e-7);
        // In the gauge v_iᴴ v(t) > 0.
        const auto aligned = [&](const auto& r) {
            const Complex c = e.vectors.col(i).dot(r.vectors.col(i));
            return Vector<Complex>(r.vectors.col(i) * (std::conj(c) / std::abs(c)));
        };
        const Vector<Complex> difference = (aligned(ahead) - aligned(behind)) / (2 * h);
        EXPECT_LT((difference - dot.vectors.col(i)).norm(), 1e-6 * dot.vectors.col(i).norm() + 1e-7);
    }
}

TEST(EigshDerivative, IsTheDenseDerivativeSampled) {
    Random random(5);
    const auto A = spread<Complex>(30, 6);
    const auto e = eigsh(A, 4, {.which = Which::largest_algebraic, .tolerance = 1e-13}).require();
    const auto vectors_bar = free_of_phase<Complex>(e.vectors, random.matrix<Complex>(30, 4));
    const Vector<double> values_bar = random.vector<double>(4);
    const auto bar = ad::eigsh_vjp(A, e, values_bar, vectors_bar);
    // All pairs by the sum over the whole spectrum.
    const auto all = eigh(dense(A));
    const Matrix<Complex> V = all.eigenvectors();
    const auto lambda = all.eigenvalues();
    Matrix<Complex> G = Matrix<Complex>::Zero(30, 30);
    for (std::int64_t i = 0; i < 4; ++i) {
        const Vector<Complex> v = e.vectors.col(i);
        Vector<Complex> w = values_bar[i] * v;
        for (std::int64_t j = 0; j < 30; ++j)
            if (j != 26 + i) w += V.col(j) * (V.col(j).dot(vectors_bar.col(i)) / (e.values[i] - lambda[j]));
        G += w * v.adjoint();
    }
    EXPECT_LT(difference_on_pattern(bar.A_bar, Matrix<Complex>((G + G.adjoint()) / 2)), 1e-8);
    EXPECT_LE(bar.residual_norm, 2e-10);
    // The same by a factorization near the eigenvalues, in few steps.
    const auto F = ldlt(A, {.shift = -30.0});
    const auto quick =
        ad::eigsh_vjp(A, e, values_bar, vectors_bar, {.tolerance = 1e-11, .inverse = inverse_operator(F), .sigma = 30.0});
    EXPECT_TRUE(near(quick.A_bar, dense(bar.A_bar), 1e-8));
    // Values alone take no solve.
    const auto values_only = ad::eigsh_vjp(A, e, values_bar, {});
    EXPECT_EQ(values_only.iterations, 0);
    EXPECT_TRUE(near(ad::eigsh_vjp(to_csc(A), e, values_bar, {}).A_bar, dense(values_only.A_bar), 1e-13));
}

TEST(EigshDerivative, TakesAMassMatrix) {
    Random random(7);
    const auto A = spread<Complex>(36, 8);
    const auto B = hermitian_definite<Complex>(36).A;
    const EigshOptions<Complex> lowest{.which = Which::smallest_algebraic, .mass = B, .tolerance = 1e-13};
    const auto e = eigsh(A, 3, lowest).require();
    const auto A_dot = tangent_on(A, true, random);
    const auto B_dot = tangent_on(B, true, random);
    const auto dot = ad::eigsh_jvp(A, B, e, A_dot, B_dot);
    const Vector<double> values_bar = random.vector<double>(3);
    const auto BV = Matrix<Complex>(B * e.vectors);
    // The phase moves along i v_i: Im v_iᴴ v̄_i = 0 as without a mass.
    Matrix<Complex> vectors_bar = random.matrix<Complex>(36, 3);
    for (std::int64_t i = 0; i < 3; ++i)
        vectors_bar.col(i) -= BV.col(i) * Complex(0, e.vectors.col(i).dot(vectors_bar.col(i)).imag());
    const auto bar = ad::eigsh_vjp(A, B, e, values_bar, vectors_bar);
    EXPECT_TRUE(paired<double>(Pairing()(values_bar, dot.values)(vectors_bar, dot.vectors),
                               Pairing()(bar.A_bar, A_dot)(bar.B_bar, B_dot), 1e6));
    const double h = 1e-4;
    const auto at = [&](double t) {
        const auto M = moved(B, B_dot, Complex(t));
        return eigsh(moved(A, A_dot, Complex(t)), 3, {.which = Which::smallest_algebraic, .mass = M, .tolerance = 1e-13})
            .require()
            .values;
    };
    EXPECT_TRUE(near(Vector<double>((at(h) - at(-h)) / (2 * h)), dot.values, 1e-6));
    for (std::int64_t i = 0; i < 3; ++i)  // vᴴBv stays 1
        EXPECT_NEAR((2.0 * BV.col(i).dot(dot.vectors.col(i)) + e.vectors.col(i).dot(B_dot * e.vectors.col(i))).real(), 0,
                    1e-8);
}

TEST(EigshDerivative, MultipleEigenvaluesAreTakenWhereTheLossDoesNotSeeTheBasis) {
    // Two equal blocks: each eigenvalue is double. The loss is ‖P u‖² with the projector P on a whole eigenspace.
    Random random(9);
    const auto one = spread<double>(20, 3);
    const auto A = block_diagonal(one, one);
    const auto e = eigsh(A, 4, {.which = Which::smallest_algebraic, .tolerance = 1e-12}).require();
    ASSERT_LT(std::abs(e.values[0] - e.values[1]), 1e-10);
    const Vector<double> u = random.vector<double>(40);
    Matrix<double> vectors_bar = Matrix<double>::Zero(40, 4);
    for (std::int64_t i = 0; i < 2; ++i) vectors_bar.col(i) = 2 * u.dot(e.vectors.col(i)) * u;
    const Vector<double> values_bar{{1.0, 1.0, 0.5, 0.5}};
    const auto bar = ad::eigsh_vjp(A, e, values_bar, vectors_bar);
    // Along any direction, though it parts the values: both losses are smooth.
    const auto A_dot = tangent_on(A, true, random);
    const double h = 1e-4;
    const auto loss = [&](double t) {
        const auto r = eigsh(moved(A, A_dot, t), 4, {.which = Which::smallest_algebraic, .tolerance = 1e-13}).require();
        return r.values[0] + r.values[1] + 0.5 * (r.values[2] + r.values[3]) + std::pow(u.dot(r.vectors.col(0)), 2) +
               std::pow(u.dot(r.vectors.col(1)), 2);
    };
    const Pairing directional = Pairing()(bar.A_bar, A_dot);
    EXPECT_NEAR((loss(h) - loss(-h)) / (2 * h), directional.value, 1e-5 * directional.size);

    // One vector alone, and one value alone.
    vectors_bar.col(1).setZero();
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(A, e, values_bar, vectors_bar); }, "equal up to", "V V^H"));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)ad::eigsh_vjp(A, e, Vector<double>{{1.0, 0.0, 0.0, 0.0}}, {});
        },
        "equal up to"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_jvp(A, e, A_dot); }, "equal up to"));
    EXPECT_NO_THROW((void)ad::eigsh_vjp(A, e, values_bar, vectors_bar, {.gauge_tolerance = infinity}));
    // Tangents that move the blocks apart, and together.
    const auto apart = block_diagonal(tangent_on(one, true, random), tangent_on(one, true, random));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_jvp(A, e, apart); }, "equal up to"));
    const auto moves = tangent_on(one, true, random);
    const auto together = ad::eigsh_jvp(A, e, block_diagonal(moves, moves));
    const auto alone =
        ad::eigsh_jvp(one, eigsh(one, 2, {.which = Which::smallest_algebraic, .tolerance = 1e-12}).require(), moves);
    EXPECT_NEAR(together.values[0], alone.values[0], 1e-8);
    EXPECT_NEAR(together.values[3], alone.values[1], 1e-8);

    // Three of the four: a copy of the last one was not computed.
    const auto cut = eigsh(A, 3, {.which = Which::smallest_algebraic, .tolerance = 1e-12}).require();
    Matrix<double> third = Matrix<double>::Zero(40, 3);
    third.col(2) = u;
    EXPECT_TRUE(throws<Error>([&] { (void)ad::eigsh_vjp(A, cut, {}, third); }, "ask eigsh for more pairs"));
}

TEST(EigshDerivative, RefusesWhatDependsOnThePhaseAndWhatDoesNotFit) {
    Random random(11);
    const auto A = spread<Complex>(20, 2);
    auto e = eigsh(A, 2, {.which = Which::smallest_algebraic}).require();
    const Matrix<Complex> vectors_bar = Complex(0, 1) * e.vectors;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(A, e, {}, vectors_bar); }, "phase of eigenvector 0"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::eigsh_vjp(A, e, Vector<double>::Ones(3), {}); }, "3×1", "2×1"));
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)ad::eigsh_vjp(A, e, {}, Matrix<Complex>::Ones(19, 2)); }, "19×2", "20×2"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::eigsh_jvp(A, e, identity<Complex>(19)); }, "19×19"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)ad::eigsh_vjp(identity<Complex>(9), e, {}, {}); }, "20×2", "9×2"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(spread<Complex>(20, 3), e, Vector<double>::Ones(2), {}); },
                                        "pair 0 is no eigenpair"));
    Matrix<Complex> bad = Matrix<Complex>::Zero(20, 2);
    bad(7, 1) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(A, e, {}, bad); }, "row 7, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(A, e, {}, {}, {.tolerance = 0}); }, "tolerance"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)ad::eigsh_vjp(A, e, {}, {}, {.inverse = identity<Complex>(20)}); }, "sigma"));
    const auto one_step = [&] {
        (void)ad::eigsh_vjp(A, e, {}, free_of_phase<Complex>(e.vectors, random.matrix<Complex>(20, 2)),
                            {.max_iterations = 1});
    };
    EXPECT_TRUE(throws<NotConverged>(one_step, "max_iterations"));
}

TEST(EigshDerivative, NoPairsAndOneByOne) {
    const auto A = spread<double>(6, 1);
    const auto none = eigsh(A, 0);
    EXPECT_EQ(ad::eigsh_vjp(A, none, {}, {}).A_bar.values()[0], 0);
    const Csr<double> a = 3.0 * identity<double>(1);
    const auto e = eigsh(a, 1);
    const auto bar = ad::eigsh_vjp(a, e, Vector<double>::Constant(1, 2), Matrix<double>::Ones(1, 1));
    EXPECT_DOUBLE_EQ(bar.A_bar.coeff(0, 0), 2);
}

}  // namespace
}  // namespace tamis::test
