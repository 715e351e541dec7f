// links: tamis_allocation_counter
// Method::banded: LAPACK's band kernels behind factor and solve.
#include <tamis/factor.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include <tamis/solve.hpp>

#include "conformance/factorization.hpp"
#include "solve/band_problem.hpp"
#include "support/allocation_counter.hpp"

namespace tamis::test {
namespace {

/// What the traits of all bands share.
template <class T_, class I_>
struct BandTraits {
    using T = T_;
    using I = I_;
    static constexpr Method method = Method::banded;
    static constexpr bool computes_in_its_own_scalar = true;
    template <class A>
    static AnyFactorization<T> factor(const A& a) {
        return tamis::factor(a, Method::banded);
    }
    static Problem<T, I> same_pattern(const Problem<T, I>& p) {
        auto other = p;
        for (T& v : other.A.values()) v *= T(0.5);
        return other;
    }
    static Csr<T, I> unfactorable(const Csr<T, I>& A) {
        auto bad = A;
        for (T& v : bad.values()) v = T(0);
        return bad;
    }
};

template <class T, class I>
struct General : BandTraits<T, I> {
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) {
        return with_exchanged_rows(band<T, I>(n, 3, 2, false, seed));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Band, FactorizationLaws, ForAllScalarsAndIndices<General>, TraitsName);

template <class T, class I>
struct DefiniteBand : BandTraits<T, I> {
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) { return band<T, I>(n, 4, 4, true, seed); }
};
template <class T, class I>
struct Tridiagonal : BandTraits<T, I> {
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) {
        auto p = band<T, I>(n, 1, 1, false, 1);
        if (seed == 1) return p;
        Assembly<T, I> A(n, n);  // the same without one corner
        for_each_entry(p.A, [&](std::int64_t i, std::int64_t j, const T& v) {
            if (i != 1 || j != 0) A.set(i, j, v);
        });
        p.A = A.csr();
        return p;
    }
};
template <class T, class I>
struct DefiniteTridiagonal : BandTraits<T, I> {
    static Problem<T, I> regular(std::int64_t n, std::uint64_t seed) {
        auto p = band<T, I>(n, 1, 1, true, 1);
        if (seed == 1) return p;
        Assembly<T, I> A(n, n);
        for_each_entry(p.A, [&](std::int64_t i, std::int64_t j, const T& v) {
            if (i + j != 1) A.set(i, j, v);
        });
        p.A = A.csr();
        return p;
    }
};
struct BandKindName {
    template <class Traits>
    static std::string GetName(int index) {
        return TraitsName::GetName<Traits>(index) + "_" + std::to_string(index / 2);
    }
};
using BandKindTypes =
    ::testing::Types<DefiniteBand<double, std::int32_t>, DefiniteBand<std::complex<float>, std::int64_t>,
                     Tridiagonal<float, std::int32_t>, Tridiagonal<std::complex<double>, std::int64_t>,
                     DefiniteTridiagonal<double, std::int64_t>, DefiniteTridiagonal<std::complex<double>, std::int32_t>>;
INSTANTIATE_TYPED_TEST_SUITE_P(BandKinds, FactorizationLaws, BandKindTypes, BandKindName);

TEST(Banded, TakesTheKernelOfItsKind) {
    const auto backend = [](const auto& p) { return factor(p.A, Method::banded).info().backend; };
    EXPECT_EQ(backend(band<double>(40, 3, 2, false)), "LAPACK gbtrf");
    EXPECT_EQ(backend(band<double>(40, 3, 3, true)), "LAPACK pbtrf");
    EXPECT_EQ(backend(band<std::complex<double>>(40, 1, 1, false)), "LAPACK gttrf");
    EXPECT_EQ(backend(band<std::complex<double>>(40, 1, 1, true)), "LAPACK pttrf");
}

TEST(Banded, TakesOneSidedAndFullBandsWhenAskedFor) {
    for (const auto& [n, lower, upper] :
         {std::array<std::int64_t, 3>{30, 5, 0}, {30, 0, 4}, {30, 29, 29}, {2, 1, 1}, {30, 0, 0}}) {
        const auto p = band<double>(n, lower, upper, false);
        const auto F = factor(p.A, Method::banded);
        EXPECT_EQ(F.method(), Method::banded);
        EXPECT_TRUE(solves(p.A, F.solve(p.b), p.b)) << lower << " " << upper;
        EXPECT_TRUE(solves(Matrix<double>(dense(p.A).transpose()), F.solve_transposed(p.b), p.b));
        EXPECT_TRUE(near(dense(F.reconstruct()), dense(p.A), 1e-14));
    }
}

TEST(Banded, SolveTakesItForANarrowBandAndSaysWhy) {
    for (const bool hermitian : {false, true}) {
        const auto p = band<double>(200, 3, 3, hermitian);
        EXPECT_EQ(explain(p.A).method, Method::banded);
        const auto s = solve_with_report(p.A, p.b);
        EXPECT_EQ(s.report.method, Method::banded);
        EXPECT_TRUE(solves(p.A, s.x, p.b));
        EXPECT_NE(s.report.reasons.front().find("narrow band"), std::string::npos) << s.report.reasons.front();
        EXPECT_NE(s.report.reasons.front().find("3 diagonals below"), std::string::npos);
        EXPECT_NE(s.report.reasons.back().find(hermitian ? "pbtrf" : "gbtrf"), std::string::npos) << s.report.reasons.back();
    }
    // An order that was asked for is for a sparse factorization; so is a band that is mostly empty.
    EXPECT_EQ(explain(band<double>(200, 3, 3, true).A, {.ordering = Ordering::amd}).method, Method::cholesky);
    EXPECT_EQ(explain(grid_laplacian<double>(10, 40).A).method, Method::cholesky);
    EXPECT_EQ(explain(band<double>(20, 3, 3, false).A).method, Method::lu);
}

TEST(Banded, FallsBackToLuWhenAPositiveDiagonalDeceives) {
    Assembly<double> A(40, 40);  // blocks [1 .9 −.9; .9 1 .9; −.9 .9 1], each indefinite
    for (int i = 0; i + 2 < 40; i += 3) {
        for (int k = 0; k < 3; ++k) A.set(i + k, i + k, 1);
        for (const auto& [r, c, v] : {std::tuple{0, 1, .9}, {1, 2, .9}, {0, 2, -.9}}) {
            A.set(i + r, i + c, v);
            A.set(i + c, i + r, v);
        }
    }
    A.set(39, 39, 2);
    A.set(39, 38, 0.5);
    A.set(38, 39, 0.5);
    const Vector<double> b = Vector<double>::Ones(40);
    const auto F = factor(A.csr());
    EXPECT_EQ(F.method(), Method::banded);
    EXPECT_EQ(F.info().backend, "LAPACK gbtrf");
    EXPECT_TRUE(solves(A.csr(), F.solve(b), b));
    ASSERT_GE(F.reasons().size(), 3U);
    EXPECT_NE(F.reasons()[1].find("not positive in column 2"), std::string::npos) << F.reasons()[1];
    EXPECT_EQ(solve_with_report(A.csr(), b).report.method, Method::banded);
}

TEST(Banded, ASingularPivotIsNamedByTheCallersRow) {
    for (const std::int64_t width : {1, 2}) {
        // Rows in exchanged order, so that the band pivots; row 7 is twice row 6 in the columns that they have.
        auto p = with_exchanged_rows(band<double>(12, width, width, false));
        Assembly<double> A(12, 12);
        for_each_entry(p.A, [&](std::int64_t i, std::int64_t j, double v) {
            if (i != 7 && i != 6) A.set(i, j, v);
        });
        for (const std::int64_t j : {6, 7}) {
            A.set(6, j, 1);
            A.set(7, j, 2);
        }
        const auto e = thrown<SingularMatrix>([&] { (void)factor(A.csr(), Method::banded); });
        ASSERT_TRUE(e);
        EXPECT_FALSE(e->structural());
        EXPECT_TRUE(e->index() == 6 || e->index() == 7) << e->what();
        EXPECT_NE(std::string(e->what()).find("least_squares"), std::string::npos);
        EXPECT_TRUE(
            throws<SingularMatrix>([&] { (void)solve(A.csr(), Vector<double>::Ones(12), {.method = Method::banded}); }));
    }
}

TEST(Banded, HoldsThePredictionAgainstTheMemoryLimitToTheByte) {
    for (const bool hermitian : {false, true}) {
        const auto p = band<double>(100, 5, 5, hermitian);
        const auto e = thrown<MemoryLimitExceeded>([&] { (void)factor(p.A, Method::banded, {.memory_limit = 1}); });
        ASSERT_TRUE(e);
        EXPECT_EQ(e->allowed_bytes(), 1);
        EXPECT_GE(e->predicted_bytes(), 100 * (hermitian ? 6 : 16) * 8);
        EXPECT_TRUE(throws<MemoryLimitExceeded>(
            [&] { (void)factor(p.A, Method::banded, {.memory_limit = e->predicted_bytes() - 1}); }));
        EXPECT_EQ(factor(p.A, Method::banded, {.memory_limit = e->predicted_bytes() + 1}).info().bytes,
                  e->predicted_bytes());
        EXPECT_TRUE(
            throws<MemoryLimitExceeded>([&] { (void)solve(p.A, p.b, {.method = Method::banded, .memory_limit = 16}); }));
    }
}

TEST(Banded, AnArrowWhoseBandOutgrowsMemoryIsRefusedBeforeItIsAllocated) {
    const std::int64_t n = 2'000'000;
    Assembly<double> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) A.set(i, i, 4);
    A.set(n - 1, 0, 1);
    A.set(0, n - 1, 2);
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { (void)factor(A.csr(), Method::banded); }));
    EXPECT_NE(explain(A.csr()).method, Method::banded);
}

TEST(Banded, RefusesNewNonzerosOutsideTheBandAndAnswersNothing) {
    // Zeros are stored beyond the band.
    Assembly<double> A(30, 30);
    for (int i = 0; i < 30; ++i) A.set(i, i, 4);
    for (int i = 1; i < 30; ++i) A.set(i, i - 1, 1);
    A.set(9, 2, 0);
    auto M = A.csr();
    auto F = factor(M, Method::banded);
    const Vector<double> b = Vector<double>::Ones(30);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    const auto first = static_cast<std::size_t>(M.row_offsets()[9]);
    ASSERT_EQ(M.col_indices()[first], 2);
    M.values()[first] = 1;
    EXPECT_TRUE(throws<InvalidArgument>([&] { F.refactor(M); }, "row 9", "column 2"));
    EXPECT_TRUE(throws<Error>([&] { (void)F.solve(b); }));
    F.refactor(A.csr());
    EXPECT_TRUE(solves(A.csr(), F.solve(b), b));
}

TEST(Banded, AddsAShift) {
    Assembly<double> A(20, 20);  // no diagonal at all
    for (int i = 1; i < 20; ++i) {
        A.set(i, i - 1, 1);
        A.set(i - 1, i, 1);
    }
    auto F = factor(A.csr(), Method::banded, {.shift = 3});
    EXPECT_EQ(F.info().backend, "LAPACK pttrf");
    Matrix<double> M = dense(A.csr());
    M.diagonal().array() += 3;
    const Vector<double> b = Vector<double>::Ones(20);
    EXPECT_TRUE(solves(M, F.solve(b), b));
    F.refactor(A.csr());
    EXPECT_TRUE(solves(M, F.solve(b), b));
}

TEST(Banded, FailingAllocationsAreReportedAndLeaveNothingBehind) {
    for (const bool hermitian : {false, true}) {
        const auto p = band<double>(30, 3, 3, hermitian);
        EXPECT_TRUE(survives_failing_allocations([&] {
            auto F = factor(p.A, Method::banded);
            (void)F.solve(p.b);
            F.refactor(p.A);
        }));
    }
}

}  // namespace
}  // namespace tamis::test
