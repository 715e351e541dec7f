#include <tamis/sparse/analysis.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/qr.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/threads.hpp"
#include "tamis_backends.hpp"

namespace tamis::test {
namespace {

using Int = std::int64_t;
using Complex = std::complex<double>;

static_assert(!std::is_default_constructible_v<Analysis>);
static_assert(std::is_nothrow_copy_constructible_v<Analysis>);

// ---- the exact count ---------------------------------------------------------------------------------------------------

struct Elimination {
    Int nonzeros = 0;
    double flops = 0;  // Σ (entries of column j)²
};

// Eliminates the graph of A in this order on a dense boolean matrix.
Elimination eliminate(const Csr<double>& A, const std::vector<Int>& p) {
    const auto n = static_cast<std::size_t>(A.rows());
    std::vector<std::size_t> position(n);
    for (std::size_t k = 0; k < n; ++k) position[static_cast<std::size_t>(p[k])] = k;
    std::vector<std::vector<bool>> G(n, std::vector<bool>(n, false));
    for_each_entry(A, [&](Int i, Int j, double) {
        G[position[static_cast<std::size_t>(i)]][position[static_cast<std::size_t>(j)]] = true;
    });
    Elimination result;
    for (std::size_t k = 0; k < n; ++k) {
        Int count = 1;
        for (std::size_t i = k + 1; i < n; ++i) {
            if (!G[i][k]) continue;
            ++count;
            for (std::size_t j = k + 1; j < n; ++j)
                if (G[j][k]) G[i][j] = true;
        }
        result.nonzeros += count;
        result.flops += static_cast<double>(count * count);
    }
    return result;
}

// A random symmetric pattern, diagonally dominant.
Csr<double> random_definite(Int n, Int edges, std::uint64_t seed) {
    Random random(seed);
    Assembly<double> A(n, n);
    for (Int i = 0; i < n; ++i) A.set(i, i, 4 * static_cast<double>(n));
    for (Int e = 0; e < edges; ++e) {
        const Int i = random.below(n);
        const Int j = random.below(n);
        if (i == j) continue;
        A.set(i, j, 1);
        A.set(j, i, 1);
    }
    return A.csr();
}

std::vector<Csr<double>> definite_patterns() {
    std::vector<Csr<double>> all;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const Int n = 1 + static_cast<Int>(seed * seed);
        all.push_back(random_definite(n, 2 * n, seed));
        all.push_back(random_definite(n, n / 2, seed + 100));
    }
    all.push_back(random_definite(60, 0, 1));     // diagonal
    all.push_back(random_definite(40, 4000, 1));  // dense
    all.push_back(grid_laplacian<double>(17, 13).A);
    all.push_back(grid_laplacian<double>(200, 1).A);  // tridiagonal
    all.push_back(hermitian_definite<double>(120).A);
    return all;
}

TEST(AnalysisOfCholesky, CountsTheEntriesOfLExactly) {
    for (const auto& A : definite_patterns()) {
        SCOPED_TRACE("n = " + std::to_string(A.rows()) + ", " + std::to_string(A.nnz()) + " entries");
        for (const auto ordering :
             {Ordering::automatic, Ordering::amd, Ordering::nested_dissection, Ordering::natural, Ordering::given}) {
            SCOPED_TRACE(to_string(ordering));
            AnalyzeOptions options{.method = Method::cholesky, .ordering = ordering};
            if (ordering == Ordering::given) options.permutation = Random(9).permutation(A.rows());
            const auto analysis = analyze(A, options);
            const auto p = analysis.permutation();
            auto sorted = p;
            std::sort(sorted.begin(), sorted.end());
            for (Int k = 0; k < A.rows(); ++k) ASSERT_EQ(sorted[static_cast<std::size_t>(k)], k);
            if (ordering == Ordering::given) {
                EXPECT_TRUE(std::equal(p.begin(), p.end(), options.permutation.begin(), options.permutation.end()));
            }
            const auto exact = eliminate(A, p);
            EXPECT_EQ(analysis.factor_nonzeros(), exact.nonzeros);
            EXPECT_DOUBLE_EQ(analysis.flops(), exact.flops);
            EXPECT_EQ(cholesky(analysis, A).info().factor_nonzeros, exact.nonzeros);
        }
    }
}

// ---- the choice of the method --------------------------------------------------------------------------------------------

TEST(Analysis, TakesTheMethodThatTheMatrixSuggests) {
    EXPECT_EQ(analyze(grid_laplacian<double>(6, 5).A).method(), Method::cholesky);
    EXPECT_EQ(analyze(hermitian_definite<Complex>(20).A).method(), Method::cholesky);
    EXPECT_EQ(analyze(unsymmetric_well_conditioned<double>(20).A).method(), Method::lu);
    Assembly<Complex> symmetric(2, 2);  // but not Hermitian
    symmetric.set(0, 0, 2);
    symmetric.set(1, 1, 2);
    symmetric.set(0, 1, Complex(0, 1));
    symmetric.set(1, 0, Complex(0, 1));
    EXPECT_EQ(analyze(symmetric.csr()).method(), Method::lu);
#if TAMIS_WITH_GPL
    EXPECT_EQ(analyze(tall_full_rank<double>().A).method(), Method::qr);
    EXPECT_EQ(analyze(wide_full_rank<double>().A).method(), Method::qr);
#endif
}

TEST(Analysis, AnswersForTheEmptyMatrix) {
    const auto analysis = analyze(Csr<double>(0, 0));
    EXPECT_EQ(analysis.rows(), 0);
    EXPECT_EQ(analysis.factor_nonzeros(), 0);
    EXPECT_EQ(analysis.bytes(), 0);
    EXPECT_TRUE(analysis.permutation().empty());
    EXPECT_EQ(cholesky(analysis, Csr<double>(0, 0)).rows(), 0);
    EXPECT_EQ(lu(analyze(Csr<double>(0, 0), {.method = Method::lu}), Csr<double>(0, 0)).rows(), 0);
#if TAMIS_WITH_GPL
    const auto wide = analyze(Csr<double>(3, 5));  // no entries
    EXPECT_EQ(wide.method(), Method::qr);
    EXPECT_EQ(wide.rows(), 3);
    EXPECT_EQ(wide.cols(), 5);
    EXPECT_EQ(qr(wide, Csr<double>(3, 5)).rank(), 0);
    EXPECT_TRUE(throws<PatternMismatch>([&] { (void)qr(wide, wide_full_rank<double>(3, 5).A); }));
#endif
}

TEST(Analysis, RefusesWhatNoMethodCouldTake) {
    const auto p = grid_laplacian<double>(4, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)analyze(p.A, {.method = Method::cg}); }, "cg", "cholesky"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)analyze(Csr<double>(3, 4), {.method = Method::lu}); }, "3 rows"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)analyze(Csr<double>(3, 4), {.method = Method::cholesky}); }));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] { (void)analyze(unsymmetric_well_conditioned<double>(20).A, {.method = Method::cholesky}); }, "Hermitian"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)analyze(p.A, {.memory_limit = -1}); }, "memory_limit"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)analyze(p.A, {.ordering = Ordering::natural, .permutation = {0}}); },
                                        "Ordering::given"));
    auto bad = p.A;
    bad.values()[3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)analyze(bad); }, "not finite"));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)analyze(p.A, {.stop = source.get_token()}); }));
}

// ---- one analysis, many matrices -----------------------------------------------------------------------------------------

// Values on A's pattern, as good as A's for every method (a Hermitian matrix stays one).
template <class T, class I>
Csr<T, I> scaled(const Csr<T, I>& A, double factor) {
    auto B = A;
    for (T& v : B.values()) v *= static_cast<Real<T>>(factor);
    return B;
}

// Four threads factor six matrices each by one analysis; one thread did the same before.
template <class T, class Factor>
void expect_threads_to_agree(const Csr<T>& A, const AnalyzeOptions& options, const Factor& factor) {
    const auto analysis = analyze(A, options);
    SCOPED_TRACE(analysis.backend());
    constexpr int threads = 4;
    constexpr int each = 6;
    const Matrix<T> b = Random(4).matrix<T>(A.rows(), 2);
    std::vector<Csr<T>> matrices;
    std::vector<Matrix<T>> expected;
    for (int k = 0; k < threads * each; ++k) {
        matrices.push_back(scaled(A, 1 + 0.37 * k));
        expected.push_back(factor(analysis, matrices.back()).solve(b));
    }
    EXPECT_TRUE(succeeds_on_threads(threads, [&](int t) {
        const Analysis mine = analysis;
        for (int k = t * each; k < (t + 1) * each; ++k) {
            const auto at = static_cast<std::size_t>(k);
            auto F = factor(mine, matrices[at]);
            if (!same_bits(F.solve(b), expected[at])) throw std::runtime_error("a factorization differs");
            F.refactor(matrices[0]);
            F.refactor(matrices[at]);
            if (!same_bits(F.solve(b), expected[at])) throw std::runtime_error("a second factorization differs");
        }
    }));
}

template <class T>
class AnalysisBatch : public ::testing::Test {};
using AnalysisBatchScalars = ::testing::Types<double, Complex>;
TYPED_TEST_SUITE(AnalysisBatch, AnalysisBatchScalars);

TYPED_TEST(AnalysisBatch, OfCholeskyGivesTheBitsOfOneThread) {
    using T = TypeParam;
    const auto factor = [](const Analysis& a, const Csr<T>& A) { return cholesky(a, A); };
    expect_threads_to_agree(hermitian_definite<T>(60).A, {.method = Method::cholesky}, factor);  // simplicial
    expect_threads_to_agree(grid_laplacian<T>(40, 40).A, {.method = Method::cholesky}, factor);
    expect_threads_to_agree(poisson_3d<T>(17, 17, 17), {.method = Method::cholesky}, factor);  // supernodal
}

TYPED_TEST(AnalysisBatch, OfLuGivesTheBitsOfOneThread) {
    using T = TypeParam;
    const auto factor = [](const Analysis& a, const Csr<T>& A) { return lu(a, A); };
    expect_threads_to_agree(permuted_triangular<T>(80).A, {.method = Method::lu}, factor);  // KLU
    expect_threads_to_agree(unsymmetric_well_conditioned<T>(80).A, {.method = Method::lu, .ordering = Ordering::natural},
                            factor);  // UMFPACK
    expect_threads_to_agree(poisson_3d<T>(7, 7, 7), {.method = Method::lu}, factor);
}

#if TAMIS_WITH_GPL
TYPED_TEST(AnalysisBatch, OfQrGivesTheBitsOfOneThread) {
    using T = TypeParam;
    const auto factor = [](const Analysis& a, const Csr<T>& A) { return qr(a, A); };
    expect_threads_to_agree(unsymmetric_well_conditioned<T>(60).A, {.method = Method::qr}, factor);
    const auto square = square_inconsistent<T>(50);  // of deficient rank
    expect_threads_to_agree(square.A, {.method = Method::qr}, factor);
}
#endif

// ---- what is shared ------------------------------------------------------------------------------------------------------

template <class U, class J, class T, class I>
Csr<U, J> as(const Csr<T, I>& A) {
    Assembly<U, J> B(A.rows(), A.cols());
    for_each_entry(A, [&](Int i, Int j, const T& v) { B.set(i, j, static_cast<U>(v)); });
    return B.csr();
}

TEST(Analysis, ServesSingleAndDoublePrecisionAndBothIndexTypes) {
    const auto p = grid_laplacian<double>(8, 7);
    const auto single = as<float, Int>(p.A);
    const Vector<float> b = p.b.cast<float>();
    const auto by_cholesky = analyze(p.A, {.method = Method::cholesky});
    EXPECT_TRUE(solves(single, cholesky(by_cholesky, single).solve(b), b));
    const auto by_lu = analyze(single, {.method = Method::lu});
    EXPECT_TRUE(solves(p.A, lu(by_lu, p.A).solve(p.b), p.b));
#if TAMIS_WITH_GPL
    const auto by_qr = analyze(single, {.method = Method::qr});
    EXPECT_TRUE(solves(p.A, qr(by_qr, p.A).solve(p.b), p.b));
    EXPECT_TRUE(solves(single, qr(by_qr, single.view()).solve(b), b));
#endif
    // By columns as well.
    Assembly<double, Int> columns(p.A.rows(), p.A.cols());
    for_each_entry(p.A, [&](Int i, Int j, double v) { columns.set(i, j, v); });
    EXPECT_TRUE(solves(p.A, cholesky(by_cholesky, columns.csc()).solve(p.b), p.b));
    EXPECT_TRUE(solves(p.A, lu(by_lu, columns.csc()).solve(p.b), p.b));
}

TEST(Analysis, OutlivesTheMatrixAndIsKeptAliveByItsFactors) {
    const auto p = grid_laplacian<double>(8, 7);
    std::vector<SparseCholesky<double>> factors;
    {
        std::vector<Analysis> analyses;
        {
            auto A = p.A;
            analyses.push_back(analyze(A));
            for (double& v : A.values()) v = 0;
        }
        factors.push_back(cholesky(analyses.front(), p.A));
    }
    EXPECT_TRUE(solves(p.A, factors.front().solve(p.b), p.b));
    const Analysis again = factors.front().analysis();
    factors.clear();
    EXPECT_TRUE(solves(p.A, cholesky(again, p.A).solve(p.b), p.b));
    auto F = cholesky(again, p.A);
    const auto G = std::move(F);
    EXPECT_TRUE(throws<Error>([&] { (void)F.analysis(); }, "moved from"));
}

TEST(Analysis, SaysWhatTheFactorSays) {
    const auto p = grid_laplacian<double>(8, 7);
    const auto check = [&](const Analysis& a, const auto& F) {
        EXPECT_EQ(a.backend(), F.info().backend);
        EXPECT_EQ(a.method(), F.info().method);
        EXPECT_EQ(a.ordering(), F.info().ordering);
        EXPECT_EQ(a.rows(), F.rows());
        EXPECT_EQ(a.cols(), F.cols());
        EXPECT_GT(a.seconds(), 0);
        EXPECT_EQ(F.info().seconds.analyze, 0) << "the analysis was made before";
        auto sorted = a.permutation();
        std::sort(sorted.begin(), sorted.end());
        ASSERT_EQ(std::ssize(sorted), a.cols());
        for (std::size_t k = 0; k < sorted.size(); ++k) EXPECT_EQ(sorted[k], static_cast<Int>(k));
    };
    const auto c = analyze(p.A, {.method = Method::cholesky});
    check(c, cholesky(c, p.A));
    const auto order = c.permutation();
    EXPECT_TRUE(std::equal(order.begin(), order.end(), cholesky(c, p.A).permutation().begin()));
    for (const auto ordering : {Ordering::automatic, Ordering::natural}) {
        const auto l = analyze(p.A, {.method = Method::lu, .ordering = ordering});
        check(l, lu(l, p.A));
    }
#if TAMIS_WITH_GPL
    const auto q = analyze(p.A, {.method = Method::qr});
    check(q, qr(q, p.A));
#endif
    EXPECT_GT(cholesky(p.A).info().seconds.analyze, 0);
}

// ---- options of the factorization ----------------------------------------------------------------------------------------

TEST(AnalysisOptions, OfTheAnalysisHoldForItsFactors) {
    const auto p = grid_laplacian<double>(20, 20);
    const auto tight = analyze(p.A, {.memory_limit = 1});
    EXPECT_GT(tight.bytes(), 1) << "analysing is allowed";
    const auto e = thrown<MemoryLimitExceeded>([&] { (void)cholesky(tight, p.A); });
    ASSERT_TRUE(e);
    EXPECT_EQ(e->predicted_bytes(), tight.bytes());
    EXPECT_EQ(e->allowed_bytes(), 1);
    EXPECT_EQ(tight.options().memory_limit, 1);

    Matrix<double> shifted = dense(p.A);
    shifted.diagonal().array() += 3;
    EXPECT_TRUE(solves(shifted, cholesky(analyze(p.A, {.shift = 3}), p.A).solve(p.b), p.b));
    EXPECT_TRUE(solves(shifted, lu(analyze(p.A, {.method = Method::lu, .shift = 3}), p.A).solve(p.b), p.b));

    std::stop_source source;
    const auto stoppable = analyze(p.A, {.stop = source.get_token()});
    auto F = cholesky(stoppable, p.A);
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)cholesky(stoppable, p.A); }));
    EXPECT_TRUE(throws<Cancelled>([&] { F.refactor(p.A); }));
}

TEST(AnalysisOptions, OfACallReplaceThoseOfTheAnalysis) {
    const auto p = grid_laplacian<double>(9, 8);
    const auto by_cholesky = analyze(p.A, {.memory_limit = 1});
    FactorOptions options = by_cholesky.options();
    options.memory_limit = 0;
    options.shift = 3;
    Matrix<double> shifted = dense(p.A);
    shifted.diagonal().array() += 3;
    auto F = cholesky(by_cholesky, p.A, options);
    EXPECT_TRUE(solves(shifted, F.solve(p.b), p.b));
    F.refactor(p.A);
    EXPECT_TRUE(solves(shifted, F.solve(p.b), p.b));
    std::stop_source source;
    source.request_stop();
    EXPECT_TRUE(throws<Cancelled>([&] { (void)cholesky(by_cholesky, p.A, {.stop = source.get_token()}); }));
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { (void)cholesky(analyze(p.A), p.A, {.memory_limit = 1}); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cholesky(by_cholesky, p.A, {.memory_limit = -1}); }, "memory_limit"));

    // The tolerance decides between the two candidates of the first column.
    Assembly<double> A(2, 2);
    A.set(0, 0, 0.3);
    A.set(1, 0, 1);
    A.set(0, 1, 1);
    A.set(1, 1, 1);
    const auto by_lu = analyze(A.csr(), {.method = Method::lu, .ordering = Ordering::natural});
    const auto largest = lu(by_lu, A.csr(), {.pivot_tolerance = 1}).matrix_l();
    for (const double v : largest.values()) EXPECT_LE(std::abs(v), 1);
#if TAMIS_WITH_GPL
    const auto q = tall_full_rank<double>();
    const auto by_qr = analyze(q.A);
    EXPECT_EQ(qr(by_qr, q.A).rank(), q.A.cols());
    EXPECT_LT(qr(by_qr, q.A, {.pivot_tolerance = 0.9}).rank(), q.A.cols());
#endif
}

TEST(AnalysisOptions, ThatAskForAnotherOrderAreRefused) {
    const auto p = grid_laplacian<double>(3, 2);
    const auto given = analyze(p.A, {.ordering = Ordering::given, .permutation = {5, 4, 3, 2, 1, 0}});
    EXPECT_NO_THROW((void)cholesky(given, p.A, {.ordering = Ordering::given, .permutation = {5, 4, 3, 2, 1, 0}}));
    EXPECT_NO_THROW((void)cholesky(given, p.A, {}));
    EXPECT_TRUE(throws<InvalidArgument>(
        [&] {
            (void)cholesky(given, p.A, {.ordering = Ordering::given, .permutation = {0, 1, 2, 3, 4, 5}});
        },
        "permutation"));
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)cholesky(given, p.A, {.ordering = Ordering::natural}); }, "natural", "given"));
    const auto automatic = analyze(p.A);
    EXPECT_NO_THROW((void)cholesky(automatic, p.A, {.ordering = automatic.ordering()}));
}

TEST(AnalysisOptions, AShiftThatWasNotAnalysedNeedsAStoredDiagonal) {
    Assembly<double> A(2, 2);  // nothing stored at (1, 1)
    A.set(0, 0, 1);
    A.set(0, 1, 2);
    A.set(1, 0, 2);
    const auto M = A.csr();
    const Vector<double> b = Vector<double>::Ones(2);
    Matrix<double> shifted = dense(M);
    shifted.diagonal().array() += 5;
    EXPECT_TRUE(throws<PatternMismatch>([&] { (void)lu(analyze(M, {.method = Method::lu}), M, {.shift = 5}); }));
    EXPECT_TRUE(solves(shifted, lu(analyze(M, {.method = Method::lu, .shift = 5}), M).solve(b), b));
    EXPECT_TRUE(solves(shifted, cholesky(analyze(M, {.method = Method::cholesky}), M, {.shift = 5}).solve(b), b));
    EXPECT_EQ(analyze(M, {.shift = 5}).method(), Method::cholesky) << "with its shift the diagonal is positive";
    EXPECT_EQ(analyze(M).method(), TAMIS_WITH_MUMPS ? Method::ldlt : Method::lu);
}

// ---- the prediction against what came of it ------------------------------------------------------------------------------

template <class T>
void expect_sane_prediction(const Csr<T>& A, const AnalyzeOptions& options, double nonzeros, double flops) {
    const auto a = analyze(A, options);
    SCOPED_TRACE(a.backend() + ", " + std::string(to_string(a.ordering())) + ", n = " + std::to_string(A.rows()));
    const auto info = a.method() == Method::cholesky ? cholesky(a, A).info()
                      : a.method() == Method::lu     ? lu(a, A).info()
                                                     : qr(a, A).info();
    const auto ratio = static_cast<double>(a.factor_nonzeros()) / static_cast<double>(info.factor_nonzeros);
    EXPECT_GE(ratio, 0.95);
    EXPECT_LE(ratio, nonzeros);
    if (a.flops() > 0) {
        EXPECT_GE(a.flops(), 0.95 * info.flops);
        EXPECT_LE(a.flops(), flops * info.flops);
    }
    EXPECT_GE(a.bytes(), info.bytes) << "the factor is a part of it";
    EXPECT_LE(a.bytes(), 20 * info.bytes);
}

TYPED_TEST(AnalysisBatch, PredictsWhatItsFactorsReport) {
    using T = TypeParam;
    const auto grid = poisson_2d<T>(40, 40);
    const auto cube = poisson_3d<T>(9, 9, 9);
    for (const auto ordering : {Ordering::automatic, Ordering::natural, Ordering::nested_dissection}) {
        expect_sane_prediction(grid, {.method = Method::cholesky, .ordering = ordering}, 1, 1);
        expect_sane_prediction(cube, {.method = Method::cholesky, .ordering = ordering}, 1, 1);
    }
    expect_sane_prediction(poisson_1d<T>(500), {.method = Method::lu}, 1.01, 1.01);  // KLU
#if TAMIS_WITH_GPL
    // Pivots on the diagonal: as for Cholesky.
    for (const auto ordering : {Ordering::automatic, Ordering::nested_dissection}) {
        expect_sane_prediction(grid, {.method = Method::lu, .ordering = ordering}, 1.2, 1.2);
        expect_sane_prediction(cube, {.method = Method::lu, .ordering = ordering}, 1.2, 1.2);
        expect_sane_prediction(convection_diffusion_3d<T>(8, 8, 8), {.method = Method::lu, .ordering = ordering}, 1.2, 1.2);
    }
    // Bounds for whatever pivots come.
    expect_sane_prediction(cube, {.method = Method::lu, .ordering = Ordering::colamd}, 3, 6);
    expect_sane_prediction(unsymmetric_well_conditioned<T>(200).A, {.method = Method::lu, .ordering = Ordering::natural}, 20,
                           100);
    expect_sane_prediction(cube, {.method = Method::qr}, 3, 3);
    expect_sane_prediction(tall_full_rank<T>(300, 100).A, {.method = Method::qr}, 3, 5);
    expect_sane_prediction(wide_full_rank<T>(100, 300).A, {.method = Method::qr}, 3, 5);
#endif
}

TEST(AnalysisFlops, AreRealOnesAlsoForComplexMatrices) {
    const auto flops = [](const auto& A, Method method) {
        const auto a = analyze(A, {.method = method});
        if (method == Method::cholesky) return std::pair(a.flops(), cholesky(a, A).info().flops);
        if (method == Method::lu) return std::pair(a.flops(), lu(a, A).info().flops);
        return std::pair(a.flops(), qr(a, A).info().flops);
    };
    for (const auto method : {Method::cholesky, Method::lu, Method::qr}) {
        if (method == Method::qr && !TAMIS_WITH_GPL) continue;
        SCOPED_TRACE(to_string(method));
        const auto real = flops(poisson_3d<double>(7, 7, 7), method);
        const auto complex = flops(poisson_3d<Complex>(7, 7, 7), method);
        EXPECT_NEAR(complex.first / real.first, 4, 0.5);
        EXPECT_NEAR(complex.second / real.second, 4, 0.5);
    }
}

}  // namespace
}  // namespace tamis::test
