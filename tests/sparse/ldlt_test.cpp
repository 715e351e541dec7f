#include <tamis/sparse/ldlt.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "conformance/factorization.hpp"
#include "support/dense_oracle.hpp"
#include "support/threads.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

template <class T_, class I_>
struct LdltTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::ldlt;
    template <class A>
    static SparseLdlt<T, I> factor(const A& a) {
        return ldlt(a);
    }
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return hermitian_indefinite<T, I>(n, seed); }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(-0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>&) { return Csr<T, I>(0, 0); }  // singular ones have an inertia
};
INSTANTIATE_TYPED_TEST_SUITE_P(Ldlt, FactorizationLaws, ForAllScalarsAndIndices<LdltTraits>, TraitsName);

/// By the eigenvalues of the full matrix; those below n·ε·max|λ| count as zero.
template <class T>
Inertia inertia_of(const Matrix<T>& A) {
    const Vector<double> lambda = hermitian_eigenvalues(in_double(A));
    const double small = static_cast<double>(A.rows()) * epsilon_v<double> * lambda.cwiseAbs().maxCoeff();
    Inertia inertia;
    for (const double l : lambda) ++(l > small ? inertia.positive : l < -small ? inertia.negative : inertia.zero);
    return inertia;
}

std::string text(const Inertia& i) {
    return std::to_string(i.positive) + "/" + std::to_string(i.negative) + "/" + std::to_string(i.zero);
}

/// Pairs [0 1; 1 0] and a few couplings: no diagonal entry at all.
template <class T, class I>
Csr<T, I> without_diagonal(std::int64_t pairs) {
    Assembly<T, I> A(2 * pairs, 2 * pairs);
    const auto both = [&](std::int64_t i, std::int64_t j, T v) {
        A.set(i, j, v);
        A.set(j, i, detail::conjugate(v));
    };
    for (std::int64_t k = 0; k < pairs; ++k) both(2 * k, 2 * k + 1, scalar<T>(1, 0.5));
    for (std::int64_t k = 0; k + 2 < pairs; ++k) both(2 * k, 2 * k + 5, scalar<T>(0.25, -0.25));
    return A.csr();
}

/// The five-point Laplacian minus s: indefinite with a positive diagonal for 0 < s < 4.
template <class T, class I>
Csr<T, I> shifted_laplacian(std::int64_t nx, std::int64_t ny, double s) {
    auto A = grid_laplacian<T, I>(nx, ny).A;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (auto k = A.row_offsets()[static_cast<std::size_t>(i)]; k < A.row_offsets()[static_cast<std::size_t>(i) + 1];
             ++k)
            if (A.col_indices()[static_cast<std::size_t>(k)] == static_cast<I>(i))
                A.values()[static_cast<std::size_t>(k)] -= scalar<T>(s);
    return A;
}

/// A 2-D Stokes-like saddle point: two Laplacians, and the differences to the right and upwards as divergence.
template <class T, class I>
Csr<T, I> stokes(std::int64_t n) {
    Assembly<T, I> A(3 * n * n, 3 * n * n);
    const auto at = [n](std::int64_t c, std::int64_t i, std::int64_t j) { return c * n * n + i * n + j; };
    const auto both = [&](std::int64_t i, std::int64_t j, double v) {
        A.set(i, j, scalar<T>(v));
        A.set(j, i, scalar<T>(v));
    };
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            for (std::int64_t c = 0; c < 2; ++c) {
                A.set(at(c, i, j), at(c, i, j), T(4));
                if (i > 0) both(at(c, i, j), at(c, i - 1, j), -1);
                if (j > 0) both(at(c, i, j), at(c, i, j - 1), -1);
                both(at(2, i, j), at(c, i, j), 1);
            }
            if (i + 1 < n) both(at(2, i, j), at(0, i + 1, j), -1);
            if (j + 1 < n) both(at(2, i, j), at(1, i, j + 1), -1);
        }
    }
    return A.csr();
}

template <class P>
class Ldlt : public ::testing::Test {};
TYPED_TEST_SUITE(Ldlt, AllScalarsAndIndices, TypeName);

TYPED_TEST(Ldlt, ItsInertiaIsThatOfTheEigenvalues) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& p : {hermitian_definite<T, I>(60), hermitian_indefinite<T, I>(61), saddle_point<T, I>(40, 15),
                          indefinite_with_positive_diagonal<T, I>(50), singular_consistent<T, I>(40)}) {
        const bool zeros = p.name == "saddle_point" || p.name == "singular_consistent";
        if (!TAMIS_WITH_MUMPS && zeros) continue;
        EXPECT_EQ(text(ldlt(p.A).inertia()), text(inertia_of<T>(dense(p.A)))) << p.name;
    }
    const auto quasidefinite = [] {
        auto p = saddle_point<T, I>(40, 15);
        Assembly<T, I> A(55, 55);
        for_each_entry(p.A, [&](std::int64_t i, std::int64_t j, const T& v) { A.set(i, j, v); });
        for (std::int64_t i = 40; i < 55; ++i) A.set(i, i, T(-0.5));
        return A.csr();
    }();
    const auto F = ldlt(quasidefinite);
    EXPECT_EQ(text(F.inertia()), "40/15/0");
    EXPECT_NE(F.info().backend.find("diagonal pivots"), std::string::npos) << F.info().backend;
}

TYPED_TEST(Ldlt, SolvesWhatNeedsPivotsOfOrderTwo) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& A : {without_diagonal<T, I>(20), stokes<T, I>(6), shifted_laplacian<T, I>(9, 8, 4)}) {
        const Vector<T> b = Random(4).vector<T>(A.rows());
        if (!TAMIS_WITH_MUMPS) {
            EXPECT_TRUE(throws<Unsupported>([&] { (void)ldlt(A); }, "TAMIS_WITH_MUMPS", "use lu"));
            continue;
        }
        const auto F = ldlt(A);
        const Matrix<T> M = dense(A);
        EXPECT_NE(F.info().backend.find("2×2 pivots"), std::string::npos) << F.info().backend;
        EXPECT_EQ(text(F.inertia()), text(inertia_of<T>(M)));
        if (F.inertia().zero > 0) continue;
        EXPECT_TRUE(solves(M, F.solve(b), b));
        EXPECT_TRUE(solves(Matrix<T>(M.transpose()), F.solve_transposed(b), b));
    }
}

TYPED_TEST(Ldlt, CountsTheEigenvaluesBelowAShift) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = grid_laplacian<T, I>(11, 9);
    for (const double s : {0.05, 0.7, 2.3, 5.1, 7.99}) {
        std::int64_t below = 0;
        for (int i = 1; i <= 11; ++i)
            for (int j = 1; j <= 9; ++j) below += 4 - 2 * std::cos(M_PI * i / 12) - 2 * std::cos(M_PI * j / 10) < s;
        try {
            const auto F = ldlt(p.A, {.shift = -s});
            EXPECT_EQ(text(F.inertia()), text({99 - below, below, 0})) << s;
            Matrix<T> M = dense(p.A);
            M.diagonal().array() -= scalar<T>(s);
            EXPECT_TRUE(solves(M, F.solve(p.b), p.b));
        } catch (const Unsupported&) {
            EXPECT_FALSE(TAMIS_WITH_MUMPS);
        }
    }
}

TYPED_TEST(Ldlt, ASingularMatrixHasAnInertiaButNoSolution) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = singular_consistent<T, I>(30);
    const auto F = ldlt(p.A);
    EXPECT_EQ(text(F.inertia()), "29/0/1");
    EXPECT_EQ(F.rcond(), 0);
    EXPECT_EQ(F.slogdet().sign, T(0));
    EXPECT_EQ(F.slogdet().logabs, -std::numeric_limits<Real<T>>::infinity());
    auto e = thrown<SingularMatrix>([&] { (void)F.solve(p.b); });
    ASSERT_TRUE(e);
    EXPECT_FALSE(e->structural());
    EXPECT_GE(e->index(), 0);
    EXPECT_LT(e->index(), 30);

    if (!TAMIS_WITH_MUMPS) return;
    // Row 7 is empty.
    Assembly<T, I> A(12, 12);
    for (std::int64_t i = 0; i < 12; ++i)
        if (i != 7) A.set(i, i, T(i % 2 == 0 ? 3 : -2));
    A.set(2, 9, T(1));
    A.set(9, 2, T(1));
    const auto G = ldlt(A.csr());
    EXPECT_EQ(text(G.inertia()), "6/5/1");
    e = thrown<SingularMatrix>([&] { (void)G.solve(Vector<T>(Vector<T>::Ones(12))); });
    ASSERT_TRUE(e);
    EXPECT_TRUE(e->structural());
    EXPECT_EQ(e->index(), 7);
    // Nothing at all.
    EXPECT_EQ(text(ldlt(Csr<T, I>(5, 5)).inertia()), "0/0/5");
}

TYPED_TEST(Ldlt, ChangesToChosenPivotsWhereNewValuesAskForThem) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto calm = shifted_laplacian<T, I>(10, 10, -1);
    const auto wild = shifted_laplacian<T, I>(10, 10, 4 - 0x1p-20);  // pivots of 2⁻²⁰ beside entries of 1
    const Vector<T> b = Random(4).vector<T>(100);
    auto F = ldlt(calm);
    EXPECT_NE(F.info().backend.find("diagonal pivots"), std::string::npos);
    if (!TAMIS_WITH_MUMPS) {
        EXPECT_TRUE(throws<Unsupported>([&] { F.refactor(wild); }, "not stable", "use lu"));
        EXPECT_TRUE(throws<Error>([&] { (void)F.solve(b); }, "refactor"));
    } else {
        F.refactor(wild);
        EXPECT_NE(F.info().backend.find("2×2 pivots"), std::string::npos) << F.info().backend;
        EXPECT_TRUE(solves(wild, F.solve(b), b));
        EXPECT_EQ(text(F.inertia()), text(inertia_of<T>(dense(wild))));
    }
    F.refactor(calm);
    EXPECT_TRUE(solves(calm, F.solve(b), b));
    EXPECT_EQ(text(F.inertia()), "100/0/0");
}

TYPED_TEST(Ldlt, TakesEveryOrdering) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto p = grid_laplacian<T, I>(9, 8);
    for (const double s : {0.0, 4.0}) {  // without and with zeros on the diagonal
        if (s != 0 && !TAMIS_WITH_MUMPS) continue;
        const auto A = shifted_laplacian<T, I>(9, 8, s);
        for (const auto ordering :
             {Ordering::automatic, Ordering::natural, Ordering::amd, Ordering::nested_dissection, Ordering::given}) {
            FactorOptions options{.ordering = ordering};
            if (ordering == Ordering::given) options.permutation = Random(5).permutation(72);
            const auto F = ldlt(A, options);
            EXPECT_TRUE(solves(A, F.solve(p.b), p.b)) << to_string(ordering);
            auto order = F.permutation();
            if (ordering == Ordering::given || ordering == Ordering::natural) {
                for (std::int64_t k = 0; k < 72 && s == 0; ++k)
                    EXPECT_EQ(order[static_cast<std::size_t>(k)],
                              static_cast<I>(ordering == Ordering::given ? options.permutation[k] : k));
            }
            std::sort(order.begin(), order.end());
            for (std::int64_t k = 0; k < 72; ++k) EXPECT_EQ(order[static_cast<std::size_t>(k)], static_cast<I>(k));
            if (ordering != Ordering::automatic) {
                EXPECT_EQ(F.info().ordering, ordering);
            }
        }
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(A, {.ordering = Ordering::colamd}); }, "colamd"));
    }
}

TYPED_TEST(Ldlt, RefusesWhatIsNotHermitian) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_TRUE(throws<DimensionMismatch>([] { (void)ldlt(Csr<T, I>(3, 4)); }, "3", "4"));
    auto p = hermitian_indefinite<T, I>(20);
    std::size_t k = 0;
    while (p.A.col_indices()[k] == 0) ++k;
    p.A.values()[k] += T(1);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(p.A); }, "not Hermitian", "use lu"));
    if constexpr (is_complex_v<T>) {
        Assembly<T, I> A(2, 2);
        A.set(0, 0, T(1, 1));
        A.set(1, 1, T(1));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(A.csr()); }, "(0, 0)"));
    }
}

// Many objects of one analysis and of their own, made and used at once; MUMPS' instances share state underneath.
TYPED_TEST(Ldlt, ManyThreadsMakeAndUseTheirOwn) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto wild = TAMIS_WITH_MUMPS ? without_diagonal<T, I>(15) : hermitian_indefinite<T, I>(30).A;
    const auto calm = hermitian_indefinite<T, I>(30).A;
    const auto of_wild = analyze(wild, {.method = Method::ldlt});
    const auto of_calm = analyze(calm, {.method = Method::ldlt});
    const Matrix<T> B = Random(6).matrix<T>(30, 3);
    const Matrix<T> X = ldlt(of_wild, wild).solve(B);
    const Matrix<T> Y = ldlt(of_calm, calm).solve(B);
    EXPECT_TRUE(solves(wild, X, B));
    EXPECT_TRUE(solves(calm, Y, B));
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        for (int round = 0; round < 5; ++round) {
            if (!same_bits(ldlt(of_wild, wild).solve(B), X)) throw std::runtime_error("chosen pivots differ");
            if (!same_bits(ldlt(of_calm, calm).solve(B), Y)) throw std::runtime_error("diagonal pivots differ");
            if (!same_bits(ldlt(wild).solve(B), X)) throw std::runtime_error("without an analysis they differ");
        }
    }));
}

TEST(LdltAnalysis, SaysWhatWillBeTaken) {
    const auto calm = hermitian_indefinite<double>(40).A;
    const auto analysis = analyze(calm);
    EXPECT_EQ(analysis.method(), TAMIS_WITH_MUMPS ? Method::ldlt : Method::lu) << "Hermitian with negative diagonal entries";
    const auto of = analyze(calm, {.method = Method::ldlt, .shift = 0.25});
    EXPECT_EQ(of.method(), Method::ldlt);
    EXPECT_GT(of.factor_nonzeros(), 0);
    EXPECT_GT(of.bytes(), 0);
    const auto F = ldlt(of, calm);
    EXPECT_EQ(F.info().factor_nonzeros, of.factor_nonzeros());
    EXPECT_EQ(F.analysis().method(), Method::ldlt);
    Matrix<double> M = dense(calm);
    M.diagonal().array() += 0.25;
    const Vector<double> b = Vector<double>::Ones(40);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    EXPECT_TRUE(throws<PatternMismatch>([&] { (void)ldlt(of, hermitian_indefinite<double>(40, 2).A); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(analyze(calm, {.method = Method::lu}), calm); }, "ldlt"));
    if (!TAMIS_WITH_MUMPS) return;
    const auto pivoted = analyze(stokes<double, std::int32_t>(20), {.method = Method::ldlt});
    EXPECT_NE(pivoted.backend().find("MUMPS"), std::string::npos);
    EXPECT_GT(pivoted.flops(), 0);
    EXPECT_GT(pivoted.factor_nonzeros(), 0);
    EXPECT_EQ(std::ssize(pivoted.permutation()), 1200);
}

// Half a million unknowns' worth of dense kernels are not done entry by entry.
TEST(LdltBackends, AreChosenByFlopsAndStability) {
    const auto small = grid_laplacian<double>(30, 30).A;
    EXPECT_NE(ldlt(small).info().backend.find("CHOLMOD"), std::string::npos);
    Assembly<double> full(1600, 1600);
    Random random(1);
    for (std::int64_t i = 0; i < 1600; ++i)
        for (std::int64_t j = 0; j <= i; ++j) {
            const double v = random.value<double>() + (i == j ? 2000 : 0);
            full.set(i, j, v);
            full.set(j, i, v);
        }
    const auto A = full.csr();
    const auto F = ldlt(A);
    EXPECT_NE(F.info().backend.find(TAMIS_WITH_MUMPS ? "MUMPS" : "CHOLMOD"), std::string::npos) << F.info().backend;
    EXPECT_EQ(text(F.inertia()), "1600/0/0");
    const Vector<double> b = random.vector<double>(1600);
    EXPECT_TRUE(solves(A, F.solve(b), b));
}

TEST(LdltOptions, AreChecked) {
    const auto p = hermitian_indefinite<double>(20);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(p.A, {.pivot_tolerance = 1.5}); }, "pivot_tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)ldlt(p.A, {.memory_limit = -5}); }, "memory_limit"));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)ldlt(p.A, {.stop = source.get_token()}); }));
    if (!TAMIS_WITH_MUMPS) return;
    const auto A = without_diagonal<double, std::int32_t>(10);
    const Vector<double> b = Vector<double>::Ones(20);
    EXPECT_TRUE(solves(A, ldlt(A, {.pivot_tolerance = 0.5}).solve(b), b));
    EXPECT_TRUE(throws<Unsupported>([&] { (void)ldlt(A).reconstruct(); }, "MUMPS", "lu"));
}

// Entries near the ends of double's range: the scaling inside must not turn them into null pivots.
TEST(LdltRange, IsThatOfDouble) {
    for (const double c : {1e-200, 1e200}) {
        for (auto A : {hermitian_indefinite<double>(30).A, without_diagonal<double, std::int32_t>(15)}) {
            if (!TAMIS_WITH_MUMPS && A.coeff(0, 0) == 0) continue;
            const auto expected = text(inertia_of<double>(dense(A)));
            for (double& v : A.values()) v *= c;
            const auto F = ldlt(A);
            EXPECT_EQ(text(F.inertia()), expected);
            EXPECT_TRUE(std::isfinite(F.slogdet().logabs));
            const Vector<double> b = Vector<double>::Constant(30, c);
            EXPECT_TRUE(solves(A, F.solve(b), b));
        }
    }
}

}  // namespace
}  // namespace tamis::test
