// links: tamis_allocation_counter
// FactorizationCache: no more work than the matrix has changed, and never a stale answer.
#include <tamis/factorization_cache.hpp>

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "solve/band_problem.hpp"
#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class Cache>
void expect_counts(const Cache& cache, std::int64_t analyses, std::int64_t factorizations, std::int64_t solves) {
    EXPECT_EQ(cache.statistics().analyses, analyses);
    EXPECT_EQ(cache.statistics().factorizations, factorizations);
    EXPECT_EQ(cache.statistics().solves, solves);
}

template <class P>
class Cache : public ::testing::Test {};
TYPED_TEST_SUITE(Cache, AllScalarsAndIndices, TypeName);

TYPED_TEST(Cache, DoesNoMoreThanTheMatrixHasChanged) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto p = unsymmetric_well_conditioned<T, I>(30);
    FactorizationCache<T, I> cache;
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 1, 1, 1);
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 1, 1, 2);
    const auto copy = p.A;  // equal values elsewhere
    EXPECT_TRUE(solves(p.A, cache.solve(copy, p.b), p.b));
    expect_counts(cache, 1, 1, 3);
    for (T& v : p.A.values()) v *= T(2);  // an edit in place
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 1, 2, 4);
    const auto other = unsymmetric_well_conditioned<T, I>(30, 2);  // another pattern
    EXPECT_TRUE(solves(other.A, cache.solve(other.A, other.b), other.b));
    expect_counts(cache, 2, 3, 5);
    const auto smaller = unsymmetric_well_conditioned<T, I>(20);
    EXPECT_TRUE(solves(smaller.A, cache.solve(smaller.A, smaller.b), smaller.b));
    expect_counts(cache, 3, 4, 6);
}

TEST(FactorizationCache, NoticesAPatternThatMovesWithoutAChangeInCount) {
    Assembly<double> A(10, 10), B(10, 10);
    for (int i = 0; i < 10; ++i) {
        A.set(i, i, 4);
        B.set(i, i, 4);
    }
    A.set(2, 7, 1);
    A.set(7, 2, 1);
    B.set(3, 7, 1);
    B.set(7, 3, 1);
    FactorizationCache<double> cache;
    const Vector<double> b = Vector<double>::LinSpaced(10, 1, 2);
    EXPECT_TRUE(solves(A.csr(), cache.solve(A.csr(), b), b));
    EXPECT_TRUE(solves(B.csr(), cache.solve(B.csr(), b), b));
    expect_counts(cache, 2, 2, 2);
}

TEST(FactorizationCache, OneEntryInPlaceIsNoticed) {
    auto p = hermitian_definite<double>(40);
    FactorizationCache<double> cache;
    (void)cache.solve(p.A, p.b);
    EXPECT_EQ(cache.factorization().method(), Method::cholesky);
    // The last diagonal entry.
    const auto last = p.A.row_offsets()[40];
    for (auto k = p.A.row_offsets()[39]; k < last; ++k)
        if (p.A.col_indices()[static_cast<std::size_t>(k)] == 39) p.A.values()[static_cast<std::size_t>(k)] += 1e-10;
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 1, 2, 2);
}

TEST(FactorizationCache, BothFormatsOfOneMatrixAreOne) {
    const auto p = unsymmetric_well_conditioned<double>(30);
    const auto C = to_csc(p.A);
    FactorizationCache<double> cache;
    EXPECT_TRUE(solves(p.A, cache.solve(C, p.b), p.b));
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    EXPECT_TRUE(solves(p.A, cache.solve(C.view(), p.b), p.b));
    expect_counts(cache, 1, 1, 3);
    auto other = p.A;
    for (double& v : other.values()) v *= 3;
    EXPECT_TRUE(solves(other, cache.solve(other, p.b), p.b));
    expect_counts(cache, 1, 2, 4);
    // A transpose is another matrix, though its arrays are the same.
    EXPECT_TRUE(solves(Matrix<double>(dense(other).transpose()), cache.solve(other.transposed_view(), p.b), p.b));
}

TEST(FactorizationCache, ChoosesAnewWhereTheMethodAtHandRefuses) {
    auto p = hermitian_definite<double>(30);
    FactorizationCache<double> cache;
    (void)cache.solve(p.A, p.b);
    EXPECT_EQ(cache.factorization().method(), Method::cholesky);
    auto unsymmetric = p.A;  // no longer symmetric
    unsymmetric.values()[1] += 0.25;
    EXPECT_TRUE(solves(unsymmetric, cache.solve(unsymmetric, p.b), p.b));
    EXPECT_EQ(cache.factorization().method(), Method::lu);
    expect_counts(cache, 2, 2, 2);

    cache.clear();
    EXPECT_TRUE(cache.empty());
    auto indefinite = symmetric_indefinite<double>(30);
    auto definite = indefinite.A;  // the same with a positive diagonal
    for (std::int64_t i = 0; i < 30; ++i)
        for (auto k = definite.row_offsets()[static_cast<std::size_t>(i)];
             k < definite.row_offsets()[static_cast<std::size_t>(i) + 1]; ++k)
            if (definite.col_indices()[static_cast<std::size_t>(k)] == i)
                definite.values()[static_cast<std::size_t>(k)] = std::abs(definite.values()[static_cast<std::size_t>(k)]);
    (void)cache.solve(definite, indefinite.b);
    EXPECT_EQ(cache.factorization().method(), Method::cholesky);
    EXPECT_TRUE(solves(indefinite.A, cache.solve(indefinite.A, indefinite.b), indefinite.b));
    EXPECT_NE(cache.factorization().method(), Method::cholesky);

    // A stored zero outside of the triangle that becomes a number.
    Assembly<double> A(6, 6);
    for (int i = 0; i < 6; ++i) A.set(i, i, 2);
    A.set(5, 0, 1);
    A.set(0, 5, 0);
    auto M = A.csr();
    const Vector<double> b = Vector<double>::Ones(6);
    (void)cache.solve(M, b);
    EXPECT_EQ(cache.factorization().method(), Method::triangular);
    M.values()[1] = 1;
    EXPECT_TRUE(solves(M, cache.solve(M, b), b));
    EXPECT_NE(cache.factorization().method(), Method::triangular);
}

TEST(FactorizationCache, ANamedMethodIsKeptAndThrows) {
    auto p = hermitian_definite<double>(30);
    FactorizationCache<double> cache({.method = Method::cholesky});
    (void)cache.solve(p.A, p.b);
    auto negative = p.A;
    for (double& v : negative.values()) v = -v;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { (void)cache.solve(negative, p.b); }));
    EXPECT_TRUE(cache.empty());
    EXPECT_TRUE(throws<Error>([&] { (void)cache.factorization(); }));
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 2, 2, 2);
    FactorizationCache<double> shifted({.method = Method::lu, .factor = {.shift = 2}});
    Matrix<double> M = dense(p.A);
    M.diagonal().array() += 2;
    EXPECT_TRUE(solves(M, shifted.solve(p.A, p.b), p.b));
}

TEST(FactorizationCache, ANanIsRefusedEveryTimeAndNeverAnswered) {
    const auto p = hermitian_definite<double>(20);
    FactorizationCache<double> cache;
    (void)cache.solve(p.A, p.b);
    auto bad = p.A;
    bad.values()[3] = std::numeric_limits<double>::quiet_NaN();
    for (int k = 0; k < 3; ++k) EXPECT_TRUE(throws<InvalidArgument>([&] { (void)cache.solve(bad, p.b); }, "not finite"));
    EXPECT_TRUE(cache.empty());
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 2, 2, 2);
}

TEST(FactorizationCache, ASignOfZeroIsNoStaleAnswer) {
    Assembly<double> A(4, 4);
    for (int i = 0; i < 4; ++i) A.set(i, i, 2);
    A.set(0, 3, 0.0);
    A.set(3, 0, 1);
    auto M = A.csr();
    const Vector<double> b = Vector<double>::Ones(4);
    FactorizationCache<double> cache;
    (void)cache.solve(M, b);
    M.values()[1] = -0.0;
    EXPECT_TRUE(solves(M, cache.solve(M, b), b));
    expect_counts(cache, 1, 2, 2);
    (void)cache.solve(M, b);
    expect_counts(cache, 1, 2, 3);
}

TEST(FactorizationCache, AFailureLeavesItUsable) {
    const auto p = unsymmetric_well_conditioned<double>(20);
    FactorizationCache<double> cache;
    (void)cache.solve(p.A, p.b);
    auto zero = p.A;
    for (double& v : zero.values()) v = 0;
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)cache.solve(zero, p.b); }));
    EXPECT_TRUE(throws<SingularMatrix>([&] { (void)cache.solve(zero, p.b); }));
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, p.b), p.b));
    expect_counts(cache, 2, 2, 2);
    // A right-hand side that does not fit costs the answer, not the factor.
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)cache.solve(p.A, Vector<double>(Vector<double>::Ones(3))); }));
    (void)cache.solve(p.A, p.b);
    expect_counts(cache, 2, 2, 3);
}

TEST(FactorizationCache, FailingAllocationsLeaveItUsable) {
    auto p = hermitian_definite<double>(12);
    EXPECT_TRUE(survives_failing_allocations([&] {
        FactorizationCache<double> cache;
        try {
            (void)cache.factorization(p.A);
        } catch (const std::bad_alloc&) {
            if (!cache.empty()) throw std::runtime_error("kept half a factorization");
            throw;
        }
    }));
}

TEST(FactorizationCache, TakesBlocksAndEmptyMatrices) {
    const auto p = hermitian_definite<double>(20);
    FactorizationCache<double> cache;
    const Matrix<double> B = Matrix<double>::Ones(20, 3);
    EXPECT_TRUE(solves(p.A, cache.solve(p.A, B), B));
    EXPECT_EQ(cache.solve(Csr<double>(0, 0), Vector<double>()).size(), 0);
    EXPECT_EQ(cache.solve(Csr<double>(0, 0), Vector<double>()).size(), 0);
    expect_counts(cache, 2, 2, 3);
}

}  // namespace
}  // namespace tamis::test
