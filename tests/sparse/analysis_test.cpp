#include <tamis/sparse/analysis.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

using namespace test;

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

}  // namespace
}  // namespace tamis
