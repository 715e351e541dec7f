#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/adjoint/eigh.hpp>
#include <tamis/adjoint/svd.hpp>
#include <tamis/dense/polar.hpp>

#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/differences.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

using derivatives::eigh_jvp;
using derivatives::eigh_vjp;
using derivatives::svd_jvp;
using derivatives::svd_vjp;

template <class P>
class DerivativesOfSpectra : public ::testing::Test {};
TYPED_TEST_SUITE(DerivativesOfSpectra, AllScalars, TypeName);

template <class T>
double nearness() {
    return sizeof(Real<T>) == 4 ? 5e-4 : 2e-10;
}

/// Σ w_j v_j v_jᴴ, a function of the vectors that sees no phase, and its tangent.
const auto weighted_projectors = [](const auto& A) {
    const auto V = eigh(A).eigenvectors();
    return outer(weighted(V), V);
};
const auto weighted_projectors_tangent = [](const auto& A, const auto& E) {
    const auto F = eigh(A);
    const auto V = F.eigenvectors();
    const auto V_dot = eigh_jvp(F, E).vectors;
    return sum_of(outer(weighted(V_dot), V), outer(weighted(V), V_dot));
};
const auto eigenvalues_as_matrix = [](const auto& A) {
    using T = typename std::remove_cvref_t<decltype(A)>::Scalar;
    return Matrix<T>(eigh(A).eigenvalues().template cast<T>());
};
const auto eigenvalues_tangent = [](const auto& A, const auto& E) {
    using T = typename std::remove_cvref_t<decltype(A)>::Scalar;
    return Matrix<T>(eigh_jvp(eigh(A), E).values.template cast<T>());
};

TYPED_TEST(DerivativesOfSpectra, OfEigh) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 6}) {
        std::vector<double> lambda(static_cast<std::size_t>(n));
        for (std::int64_t i = 0; i < n; ++i) lambda[static_cast<std::size_t>(i)] = double(i) - 2.5;
        const Matrix<T> A = with_eigenvalues<T>(lambda), E = random_hermitian<T>(n, 3);
        EXPECT_TRUE(near(weighted_projectors_tangent(A, E),
                         expected_tangent(A, E, weighted_projectors, weighted_projectors_tangent), nearness<T>()));
        EXPECT_TRUE(near(eigenvalues_tangent(A, E), expected_tangent(A, E, eigenvalues_as_matrix, eigenvalues_tangent),
                         nearness<T>()));
        const auto F = eigh(A);
        const Matrix<T> V = F.eigenvectors();
        const auto [values_dot, V_dot] = eigh_jvp(F, E);
        const Matrix<T> turn = adjoint_product(V, V_dot);
        for (std::int64_t i = 0; i < n; ++i) EXPECT_LE(std::abs(turn(i, i)), 20 * epsilon_v<T>);
        // The cotangent of Σ w_j v_jᴴ C v_j, which sees no phases.
        const Matrix<T> V_bar = weighted(product(random_hermitian<T>(n, 4), V));
        const Vector<Real<T>> l_bar = Random(5).vector<Real<T>>(n);
        const Matrix<T> both = eigh_vjp(F, l_bar, V_bar);
        EXPECT_TRUE(equal(both, adjoint_of(both)));
        const double scale = 50.0 * double(n), eps = double(epsilon_v<T>);
        const double by_values = paired<Real<T>>(l_bar, values_dot), by_vectors = paired(V_bar, V_dot);
        EXPECT_TRUE(adjoint_to_each_other(by_values + by_vectors, paired(both, E), scale, eps));
        EXPECT_TRUE(adjoint_to_each_other(by_values, paired(eigh_vjp(F, l_bar, {}), E), scale, eps));
        EXPECT_TRUE(adjoint_to_each_other(by_vectors, paired(eigh_vjp(F, {}, V_bar), E), scale, eps));
        // Of any direction the Hermitian part counts.
        const Matrix<T> G = Random(6).matrix<T>(n, n);
        EXPECT_TRUE(
            adjoint_to_each_other(paired(V_bar, eigh_jvp(F, G).vectors), paired(eigh_vjp(F, {}, V_bar), G), scale, eps));
    }
}

/// Σ w_j u_j v_jᴴ, Σ w_j u_j u_jᴴ and Σ w_j v_j v_jᴴ side by side (of a full decomposition with one weight on the null
/// space) and the singular values: what a decomposition has that is determined.
struct OfSvd {
    Vectors vectors;

    template <class M>
    auto value(const M& A) const {
        const auto F = svd(A, {.vectors = vectors});
        const auto s = F.singular_values();
        const auto k = s.size();
        const M U = F.u(), V = F.vt().adjoint();
        return stacked(outer(weighted(M(U.leftCols(k))), M(V.leftCols(k))), outer(weighted(U, k), U),
                       outer(weighted(V, k), V), s);
    }
    template <class M>
    auto tangent(const M& A, const M& E) const {
        const auto F = svd(A, {.vectors = vectors});
        const auto k = F.singular_values().size();
        const M U = F.u(), V = F.vt().adjoint();
        const auto dot = svd_jvp(F, E);
        const M U_dot = dot.u, V_dot = dot.vt.adjoint();
        const M mixed = sum_of(outer(weighted(M(U_dot.leftCols(k))), M(V.leftCols(k))),
                               outer(weighted(M(U.leftCols(k))), M(V_dot.leftCols(k))));
        return stacked(mixed, sum_of(outer(weighted(U_dot, k), U), outer(weighted(U, k), U_dot)),
                       sum_of(outer(weighted(V_dot, k), V), outer(weighted(V, k), V_dot)), dot.singular_values);
    }

  private:
    template <class M, class S>
    static M stacked(const M& mixed, const M& left, const M& right, const S& s) {
        const std::int64_t m = mixed.rows(), n = mixed.cols();
        M all = M::Zero(std::max({m, n, std::int64_t(s.size())}), 2 * n + m + 1);
        all.topLeftCorner(m, n) = mixed;
        all.block(0, n, m, m) = left;
        all.block(0, n + m, n, n) = right;
        for (std::int64_t i = 0; i < s.size(); ++i) all(i, 2 * n + m) = s[i];
        return all;
    }
};

template <class T>
void check_svd(Vectors vectors, std::int64_t m, std::int64_t n) {
    SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n) + (vectors == Vectors::full ? ", full" : ", thin"));
    const std::int64_t k = std::min(m, n);
    std::vector<double> s(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i) s[static_cast<std::size_t>(i)] = double(k - i);
    const Matrix<T> A = with_singular_values<T>(m, n, s), E = Random(3).matrix<T>(m, n);
    const OfSvd determined{vectors};
    const auto value = [&](const auto& X) { return determined.value(X); };
    const auto tangent = [&](const auto& X, const auto& D) { return determined.tangent(X, D); };
    EXPECT_TRUE(near(tangent(A, E), expected_tangent(A, E, value, tangent), nearness<T>()));
    const auto F = svd(A, {.vectors = vectors});
    const Matrix<T> U = F.u(), V = adjoint_of(F.vt());
    const auto dot = svd_jvp(F, E);
    // Cotangents of Σ w_j u_jᴴ C u_j + Σ w_j v_jᴴ D v_j + Re Σ w_j u_jᴴ G v_j, the last one for the first k.
    const Matrix<T> G = Random(7).matrix<T>(m, n);
    const Matrix<T> U1 = weighted(Matrix<T>(U.leftCols(k))), V1 = weighted(Matrix<T>(V.leftCols(k)));
    Matrix<T> U_bar = weighted(product(random_hermitian<T>(m, 4), U), k);
    Matrix<T> V_bar = weighted(product(random_hermitian<T>(n, 5), V), k);
    U_bar.leftCols(k) += product(G, V1);
    V_bar.leftCols(k) += product(adjoint_of(G), U1);
    const Matrix<T> Vt_bar = V_bar.adjoint();
    const Vector<Real<T>> s_bar = Random(6).vector<Real<T>>(k);
    const double scale = 100.0 * double(m + n), eps = double(epsilon_v<T>);
    const double by_vectors = paired(U_bar, dot.u) + paired(Vt_bar, dot.vt);
    const double by_values = paired<Real<T>>(s_bar, dot.singular_values);
    EXPECT_TRUE(adjoint_to_each_other(by_vectors + by_values, paired(svd_vjp(F, U_bar, s_bar, Vt_bar), E), scale, eps));
    EXPECT_TRUE(adjoint_to_each_other(by_vectors, paired(svd_vjp(F, U_bar, {}, Vt_bar), E), scale, eps));
    EXPECT_TRUE(adjoint_to_each_other(by_values, paired(svd_vjp(F, {}, s_bar, Matrix<T>()), E), scale, eps));
    const Matrix<T> alone = weighted(product(random_hermitian<T>(m, 4), U), k);
    EXPECT_TRUE(adjoint_to_each_other(paired(alone, dot.u), paired(svd_vjp(F, alone, {}, {}), E), scale, eps));
}

TYPED_TEST(DerivativesOfSpectra, OfSvdOfAnyShapeThinAndFull) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>(1, 1), {4, 4}, {6, 3}, {3, 6}, {1, 4}, {4, 1}}) {
        check_svd<T>(Vectors::thin, m, n);
        check_svd<T>(Vectors::full, m, n);
    }
}

using C = std::complex<double>;

TEST(DerivativesOfEigh, AreSymmetricAndAdjointOnLargeMatrices) {
    const std::int64_t n = 150;
    const Matrix<double> A = random_hermitian<double>(n, 1), E = random_hermitian<double>(n, 2);
    const auto F = eigh(A);
    const Matrix<double> V_bar = Random(3).matrix<double>(n, n);
    const Matrix<double> A_bar = eigh_vjp(F, {}, V_bar);
    EXPECT_TRUE(equal(A_bar, adjoint_of(A_bar)));
    EXPECT_TRUE(adjoint_to_each_other(paired(V_bar, eigh_jvp(F, E).vectors), paired(A_bar, E),
                                      frobenius_norm(A_bar) * frobenius_norm(E), 1e-15));
}

TEST(DerivativesOfEigh, OfMultipleEigenvaluesAreThoseOfInvariantLosses) {
    const Matrix<C> A = with_eigenvalues<C>({1, 1, 1, 2, 4, 4}), D = random_hermitian<C>(6, 2),
                    E = random_hermitian<C>(6, 3);
    const auto F = eigh(A);
    const Matrix<C> V = F.eigenvectors();
    // Re tr(D P) of the projector P onto the eigenspace of the first three eigenvalues, and their sum.
    Matrix<C> V_bar = Matrix<C>::Zero(6, 6);
    V_bar.leftCols(3) = 2.0 * (D * V.leftCols(3));
    Vector<double> l_bar = Vector<double>::Zero(6);
    l_bar.head(3).setConstant(0.5);
    const auto loss = [&](double t) {
        const auto G = eigh(moved(A, t, E));
        const Matrix<C> W = G.eigenvectors().leftCols(3);
        Matrix<double> result(1, 1);
        result(0, 0) = paired(D, Matrix<C>(W * W.adjoint())) + 0.5 * G.eigenvalues().head(3).sum();
        return result;
    };
    EXPECT_NEAR(paired(eigh_vjp(F, l_bar, V_bar), E), difference_at_zero(loss)(0, 0), 1e-9);
    // A loss of one of them is none.
    V_bar.col(1).setZero();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(F, {}, V_bar); }, "eigenvalues 0 and 1 are equal to rounding",
                                        "which basis"));
    EXPECT_TRUE(eigh_vjp(F, {}, V_bar, {.gauge_tolerance = infinity}).allFinite());
    l_bar[1] = 0.6;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(F, l_bar, {}); }, "eigenvalues 0 and 1", "which of them"));
    // Apart by more than rounding they are told apart, unless a wider cluster is asked for.
    const auto apart = eigh(with_eigenvalues<C>({1, 1 + 1e-6, 2, 3}));
    const Matrix<C> single = product(random_hermitian<C>(4, 5), Matrix<C>(apart.eigenvectors()));
    EXPECT_TRUE(eigh_vjp(apart, {}, weighted(single)).allFinite());
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(apart, {}, weighted(single), {.cluster_tolerance = 1e-5}); },
                                        "eigenvalues 0 and 1"));
}

TEST(DerivativesOfEigh, TangentsMoveMultipleEigenvaluesTogetherOrAreRefused) {
    const Matrix<C> A = with_eigenvalues<C>({1, 1, 2, 3});
    const auto F = eigh(A);
    const Matrix<C> V = F.eigenvectors();
    Matrix<C> S = random_hermitian<C>(4, 2);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_jvp(F, Matrix<C>(V * S * V.adjoint())); }, "eigh_jvp",
                                        "the tangent parts them"));
    S(0, 1) = S(1, 0) = 0;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_jvp(F, Matrix<C>(V * S * V.adjoint())); }, "parts them"));
    S(1, 1) = S(0, 0);
    const Matrix<C> E = V * S * V.adjoint();
    const auto dot = eigh_jvp(F, E);
    EXPECT_NEAR(dot.values[0], std::real(S(0, 0)), 1e-14);
    EXPECT_NEAR(dot.values[1], std::real(S(0, 0)), 1e-14);
    const Matrix<C> half = dot.vectors.leftCols(2) * V.leftCols(2).adjoint();
    const auto projector = [&](double t) {
        const Matrix<C> W = eigh(moved(A, t, E)).eigenvectors().leftCols(2);
        return Matrix<C>(W * W.adjoint());
    };
    EXPECT_TRUE(near(Matrix<C>(half + half.adjoint()), difference_at_zero(projector), 1e-9));
}

TEST(DerivativesOfEigh, ThatDependOnPhasesAreRefused) {
    const auto F = eigh(with_eigenvalues<C>({1, 2, 3}));
    const Matrix<C> V_bar = C(0, 1) * F.eigenvectors();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(F, {}, V_bar); }, "phase of eigenvector 0"));
    EXPECT_LE(max_modulus(eigh_vjp(F, {}, V_bar, {.gauge_tolerance = infinity})), 1e-14);
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)eigh_vjp(F, {}, V_bar, {.gauge_tolerance = -1}); }, ".gauge_tolerance is -1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(F, {}, V_bar, {.cluster_tolerance = infinity}); },
                                        ".cluster_tolerance"));
}

TEST(DerivativesOfEigh, OfAPartOfTheSpectrumAreThoseOfItsValues) {
    const Matrix<double> A = with_eigenvalues<double>({1, 2, 3, 4, 5}), E = random_hermitian<double>(5, 2);
    const auto whole = eigh(A);
    const auto lowest = eigh(A, {.first = 1, .count = 2});
    Vector<double> l_bar(2), all = Vector<double>::Zero(5);
    l_bar << 3, -1;
    all.segment(1, 2) = l_bar;
    EXPECT_TRUE(near(eigh_vjp(lowest, l_bar, {}), eigh_vjp(whole, all, {}), 1e-13));
    const auto dot = eigh_jvp(lowest, E);
    EXPECT_EQ(dot.vectors.size(), 0);
    EXPECT_TRUE(near(dot.values, Vector<double>(eigh_jvp(whole, E).values.segment(1, 2)), 1e-13));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(lowest, {}, lowest.eigenvectors()); }, "2 of 5 eigenvectors"));
    const auto pencil = eigh(A, with_eigenvalues<double>({1, 2, 3, 4, 5}, 3));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(pencil, all, {}); }, "eigh_vjp", "pencil"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_jvp(pencil, A); }, "eigh_jvp", "pencil"));
}

TEST(DerivativesOfSvd, OfEqualSingularValuesAreThoseOfInvariantLosses) {
    // The unitary polar factor U Vᴴ, which does not see what the vectors of equal singular values are.
    const Matrix<C> G = Random(4).matrix<C>(5, 3), E = Random(5).matrix<C>(5, 3);
    for (const auto& s : {std::vector<double>{3, 3, 1}, {2, 2, 2}, {1, 1 - 1e-15, 1e-3}}) {
        const Matrix<C> A = with_singular_values<C>(5, 3, s);
        for (const auto vectors : {Vectors::thin, Vectors::full}) {
            const auto F = svd(A, {.vectors = vectors});
            Matrix<C> U_bar = Matrix<C>::Zero(5, F.u().cols());
            U_bar.leftCols(3) = G * F.vt().adjoint();
            const Matrix<C> Vt_bar = F.u().leftCols(3).adjoint() * G;
            const auto loss = [&](double t) {
                Matrix<double> result(1, 1);
                result(0, 0) = paired(G, Matrix<C>(tamis::polar(moved(A, t * s[2], E)).u()));
                return result;
            };
            EXPECT_NEAR(paired(svd_vjp(F, U_bar, {}, Vt_bar), E) * s[2], difference_at_zero(loss)(0, 0), 1e-9);
        }
    }
    const auto F = svd(with_singular_values<C>(5, 3, {3, 3, 1}));
    const Matrix<C> C1 = random_hermitian<C>(5, 6);
    Matrix<C> U_bar = C1 * F.u();
    U_bar.col(1).setZero();
    Vector<double> s_bar(3);
    s_bar << 1, 0, 0;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, U_bar, {}, {}); }, "singular values 0 and 1 are equal"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, {}, s_bar, {}); }, "singular values 0 and 1", "cotangents"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_jvp(F, E); }, "svd_jvp", "the tangent parts them"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, Matrix<C>(C(0, 1) * F.u()), {}, {}); }, "common phase"));
    s_bar << 1, 1, 0;
    EXPECT_TRUE(svd_vjp(F, {}, s_bar, {}).allFinite());
}

TEST(DerivativesOfSvd, OfDeficientRankAreThoseOfTheRangeAndRefusedBeyond) {
    const Matrix<C> A = with_singular_values<C>(6, 4, {3, 2, 0, 0}), D = random_hermitian<C>(6, 2);
    const Matrix<C> E = Random(3).matrix<C>(6, 4);
    for (const auto vectors : {Vectors::thin, Vectors::full}) {
        const auto F = svd(A, {.vectors = vectors});
        const Matrix<C> U = F.u();
        Matrix<C> U_bar = Matrix<C>::Zero(6, U.cols());
        U_bar.leftCols(2) = 2.0 * (D * U.leftCols(2));
        Vector<double> s_bar(4);
        s_bar << 1, 2, 0, 0;
        const auto loss = [&](double t) {
            const auto G = svd(moved(A, t, E));
            const Matrix<C> W = G.u().leftCols(2);
            Matrix<double> result(1, 1);
            result(0, 0) = paired(D, Matrix<C>(W * W.adjoint())) + G.singular_values()[0] + 2 * G.singular_values()[1];
            return result;
        };
        EXPECT_NEAR(paired(svd_vjp(F, U_bar, s_bar, {}), E), difference_at_zero(loss)(0, 0), 1e-9);
        s_bar[3] = 1;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, {}, s_bar, {}); }, "singular value 3 is zero", "kink"));
        U_bar.col(3) = D * U.col(3);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, U_bar, {}, {}); }, "svd_vjp", "zero"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_jvp(F, E); }, "svd_jvp", "kink"));
        // A tangent that keeps the rank: within range and row space.
        const Matrix<C> inside = U.leftCols(2) * Random(5).matrix<C>(2, 2) * F.vt().topRows(2);
        const auto dot = svd_jvp(F, inside);
        EXPECT_LE(dot.singular_values.tail(2).norm(), 1e-14);
        const Matrix<C> rebuilt = dot.u.leftCols(4) * F.singular_values().asDiagonal() * F.vt().topRows(4) +
                                  U.leftCols(4) * dot.singular_values.asDiagonal() * F.vt().topRows(4) +
                                  U.leftCols(4) * F.singular_values().asDiagonal() * dot.vt.topRows(4);
        EXPECT_TRUE(near(rebuilt, inside, 1e-13));
    }
    const auto zero = svd(Matrix<double>(Matrix<double>::Zero(3, 2)));
    EXPECT_LE(max_modulus(svd_vjp(zero, {}, Vector<double>(Vector<double>::Zero(2)), {})), 0);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_jvp(zero, Matrix<double>(Matrix<double>::Ones(3, 2))); }, "kink"));
}

TEST(DerivativesOfSvd, OfAFullDecompositionSeeTheNullSpaceAsAWhole) {
    const auto F = svd(with_singular_values<double>(5, 2, {2, 1}), {.vectors = Vectors::full});
    Matrix<double> U_bar = random_hermitian<double>(5, 1) * F.u();
    U_bar.leftCols(2).setZero();
    EXPECT_TRUE(svd_vjp(F, U_bar, {}, {}).allFinite());
    U_bar.col(4).setZero();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(F, U_bar, {}, {}); }, "basis of the null space", "in U"));
}

TEST(DerivativesOfSvd, TakeNoSquaresOfSingularValues) {
    const Matrix<double> A = with_singular_values<double>(4, 3, {3, 2, 1}), G = Random(1).matrix<double>(4, 3);
    const auto cotangent = [&](const Matrix<double>& X) {
        const auto F = svd(X);
        const Matrix<double> U = F.u(), Vt = F.vt();
        return svd_vjp(F, weighted(Matrix<double>(G * Vt.transpose())), {},
                       adjoint_of(weighted(Matrix<double>(G.transpose() * U))));
    };
    const Matrix<double> A_bar = cotangent(A);
    for (const int e : {600, -600}) {
        const double scale = std::ldexp(1.0, e);
        EXPECT_TRUE(near(Matrix<double>(cotangent(Matrix<double>(A * scale)) * scale), A_bar, 1e-12));
    }
    // Of a condition of 1e10 the loss of large vectors alone keeps its digits.
    const Matrix<double> graded = with_singular_values<double>(4, 3, {1, 0.5, 1e-10}), E = Random(2).matrix<double>(4, 3);
    const auto F = svd(graded);
    Matrix<double> U_bar = Matrix<double>::Zero(4, 3);
    U_bar.col(0) = Random(3).vector<double>(4);
    const auto dot = svd_jvp(F, E);
    EXPECT_TRUE(adjoint_to_each_other(paired(U_bar, dot.u), paired(svd_vjp(F, U_bar, {}, {}), E), 100, 1e-16));
}

TEST(DerivativesOfSpectraOf, EmptyMatricesAreEmpty) {
    const Matrix<double> none(0, 0), flat(0, 3);
    EXPECT_EQ(eigh_vjp(eigh(none), {}, {}).size(), 0);
    EXPECT_EQ(eigh_jvp(eigh(none), none).values.size(), 0);
    for (const auto vectors : {Vectors::thin, Vectors::full}) {
        EXPECT_EQ(svd_vjp(svd(flat, {.vectors = vectors}), {}, {}, {}).cols(), 3);
        EXPECT_EQ(svd_jvp(svd(flat, {.vectors = vectors}), flat).vt.cols(), 3);
    }
}

TEST(DerivativesOfSpectraOf, ArgumentsThatDoNotFitAreRefusedByName) {
    const Matrix<double> A = with_eigenvalues<double>({1, 2, 3}), wrong = Matrix<double>::Ones(2, 3);
    const Vector<double> few = Vector<double>::Ones(2);
    Matrix<double> bad = Matrix<double>::Ones(3, 3);
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    const auto E = eigh(A);
    const auto S = svd(A);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigh_vjp(E, few, {}); }, "eigh_vjp: the cotangent of the eigenvalues",
                                          "2×1 where 3×1"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigh_vjp(E, {}, wrong); }, "the cotangent of the eigenvectors"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)eigh_jvp(E, wrong); }, "eigh_jvp: the tangent of A"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)svd_vjp(S, wrong, {}, {}); }, "svd_vjp: the cotangent of U"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)svd_vjp(S, {}, few, {}); }, "the cotangent of the singular values"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)svd_vjp(S, {}, {}, wrong); }, "the cotangent of Vt"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)svd_jvp(S, wrong); }, "svd_jvp: the tangent of A"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_vjp(E, {}, bad); }, "eigenvectors", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)eigh_jvp(E, bad); }, "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_vjp(S, {}, {}, bad); }, "cotangent of Vt", "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)svd_jvp(S, bad); }, "row 2, column 1"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)svd_vjp(svd(A, {.vectors = Vectors::none}), {}, Vector<double>(3), {}); },
                                "singular vectors were not asked for"));
}

}  // namespace
}  // namespace tamis::test
