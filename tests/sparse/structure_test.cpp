#include <tamis/sparse/structure.hpp>

#include <chrono>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <tamis/sparse/block_triangular.hpp>

#include "sparse/pattern_reference.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

/// Every fact from its definition, over all positions (i, j).
template <class T, class I>
Structure brute_structure(const Assembly<T, I>& A) {
    const std::int64_t rows = A.rows();
    const std::int64_t cols = A.cols();
    const bool is_square = rows == cols;
    const auto value = [&](std::int64_t i, std::int64_t j) {
        const auto at = A.entries().find({i, j});
        return at == A.entries().end() ? T(0) : at->second;
    };
    Structure s;
    s.pattern_symmetric = s.symmetric = s.hermitian = s.skew = s.positive_diagonal = s.zero_free_diagonal = is_square;
    s.lower_triangular = s.upper_triangular = s.diagonal = s.diagonally_dominant = true;
    for (std::int64_t i = 0; i < rows; ++i) {
        double off_diagonal = 0;
        bool empty = true;
        for (std::int64_t j = 0; j < cols; ++j) {
            const T a = value(i, j);
            const T b = is_square ? value(j, i) : T(0);
            if (is_square) {
                if (A.contains(i, j) != A.contains(j, i)) s.pattern_symmetric = false;
                if (a != b) s.symmetric = false;
                if (a != detail::conjugate(b)) s.hermitian = false;
                if (a != -b) s.skew = false;
            }
            if (a == T(0)) continue;
            empty = false;
            if (i != j) off_diagonal += std::abs(a);
            if (j > i) s.lower_triangular = false;
            if (j < i) s.upper_triangular = false;
            if (j != i) s.diagonal = false;
            s.lower_bandwidth = std::max(s.lower_bandwidth, i - j);
            s.upper_bandwidth = std::max(s.upper_bandwidth, j - i);
        }
        const T d = i < cols ? value(i, i) : T(0);
        if (!(detail::real_part(d) > 0) || detail::imag_part(d) != 0) s.positive_diagonal = false;
        if (d == T(0)) s.zero_free_diagonal = false;
        if (!(std::abs(d) >= off_diagonal)) s.diagonally_dominant = false;
        s.empty_rows += empty;
    }
    for (std::int64_t j = 0; j < cols; ++j) {
        bool empty = true;
        for (std::int64_t i = 0; i < rows; ++i) empty = empty && value(i, j) == T(0);
        s.empty_cols += empty;
    }
    const DensePattern P = dense_pattern(A);
    s.structural_rank = brute_rank(P);
    s.block_count = brute_block_count(P, static_cast<std::size_t>(rows), static_cast<std::size_t>(cols));
    s.permuted_triangular = brute_permuted_triangular(P, static_cast<std::size_t>(cols));
    return s;
}

void expect_same(const Structure& a, const Structure& b) {
    EXPECT_EQ(a.pattern_symmetric, b.pattern_symmetric);
    EXPECT_EQ(a.symmetric, b.symmetric);
    EXPECT_EQ(a.hermitian, b.hermitian);
    EXPECT_EQ(a.skew, b.skew);
    EXPECT_EQ(a.positive_diagonal, b.positive_diagonal);
    EXPECT_EQ(a.zero_free_diagonal, b.zero_free_diagonal);
    EXPECT_EQ(a.lower_triangular, b.lower_triangular);
    EXPECT_EQ(a.upper_triangular, b.upper_triangular);
    EXPECT_EQ(a.permuted_triangular, b.permuted_triangular);
    EXPECT_EQ(a.diagonal, b.diagonal);
    EXPECT_EQ(a.lower_bandwidth, b.lower_bandwidth);
    EXPECT_EQ(a.upper_bandwidth, b.upper_bandwidth);
    EXPECT_EQ(a.diagonally_dominant, b.diagonally_dominant);
    EXPECT_EQ(a.block_count, b.block_count);
    EXPECT_EQ(a.empty_rows, b.empty_rows);
    EXPECT_EQ(a.empty_cols, b.empty_cols);
    EXPECT_EQ(a.structural_rank, b.structural_rank);
    EXPECT_EQ(a.finite, b.finite);
}

template <class P>
class StructureOf : public testing::Test {};
TYPED_TEST_SUITE(StructureOf, AllScalarsAndIndices, TypeName);

TYPED_TEST(StructureOf, RandomPatternsIsWhatBruteForceFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(8);
    for (int trial = 0; trial < 400; ++trial) {
        const auto rows = static_cast<std::int64_t>(random() % 7);
        const auto cols = trial % 3 == 0 ? static_cast<std::int64_t>(random() % 7) : rows;
        auto A = random_pattern<T, I>(rows, cols, 0.1 + 0.1 * (trial % 5), random);
        if (trial % 3 == 1) {
            for (std::int64_t i = 0; i < rows; ++i) A.set(i, i, scalar<T>(static_cast<double>(random() % 8)));
        }
        SCOPED_TRACE(trial);
        expect_same(structure(A.csr()), brute_structure(A));
        expect_same(structure(A.csc()), brute_structure(A));
    }
}

TYPED_TEST(StructureOf, NearlySymmetricMatricesIsWhatBruteForceFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(9);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (int trial = 0; trial < 300; ++trial) {
        const std::int64_t n = 1 + trial % 6;
        Assembly<T, I> A(n, n);
        const int kind = trial % 3;  // symmetric, Hermitian, skew
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = 0; j <= i; ++j) {
                if (uniform(random) < 0) continue;
                const T v = scalar<T>(uniform(random), i == j && kind == 1 ? 0.0 : uniform(random));
                A.set(i, j, kind == 2 && i == j ? T(0) : v);
                if (i != j) A.set(j, i, kind == 0 ? v : kind == 1 ? detail::conjugate(v) : T(-v));
            }
        }
        const int blemish = trial / 3 % 4;
        const auto i = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
        const auto j = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
        if (blemish == 1) A.add(i, j, T(epsilon_v<T>));
        if (blemish == 2 && !A.contains(i, j)) A.set(i, j, T(0));
        if (blemish == 3 && !A.contains(i, j)) A.set(i, j, T(1));
        SCOPED_TRACE(trial);
        expect_same(structure(A.csr()), brute_structure(A));
        expect_same(structure(A.csc().view()), brute_structure(A));
    }
}

TYPED_TEST(StructureOf, ALastBitIsEnoughToBeUnsymmetric) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> A(3, 3);
    A.set(0, 2, T(1));
    A.set(2, 0, T(1));
    EXPECT_TRUE(structure(A.csr()).symmetric);
    A.set(2, 0, T(1 + epsilon_v<T>));
    const Structure s = structure(A.csr());
    EXPECT_FALSE(s.symmetric);
    EXPECT_FALSE(s.hermitian);
    EXPECT_TRUE(s.pattern_symmetric);
}

TYPED_TEST(StructureOf, AStoredZeroBelongsToThePatternAlone) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Assembly<T, I> A(3, 3);
    for (int i = 0; i < 3; ++i) A.set(i, i, T(2));
    A.set(0, 2, T(0));
    A.set(1, 0, T(-0.0));
    const Structure s = structure(A.csr());
    EXPECT_FALSE(s.pattern_symmetric);
    EXPECT_TRUE(s.symmetric);
    EXPECT_TRUE(s.hermitian);
    EXPECT_TRUE(s.diagonal);
    EXPECT_TRUE(s.lower_triangular);
    EXPECT_EQ(s.upper_bandwidth, 0);
    EXPECT_EQ(s.block_count, 3);
    A.set(1, 1, T(-0.0));
    EXPECT_FALSE(structure(A.csr()).zero_free_diagonal);
    EXPECT_FALSE(structure(A.csr()).positive_diagonal);
    EXPECT_EQ(structure(A.csr()).empty_rows, 1);
    EXPECT_EQ(structure(A.csr()).empty_cols, 1);
    EXPECT_EQ(structure(A.csr()).structural_rank, 2);
}

TYPED_TEST(StructureOf, NanIsANonzeroThatEqualsNothing) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
    Assembly<T, I> A(3, 3);
    for (int i = 0; i < 3; ++i) A.set(i, i, T(1));
    A.set(0, 1, nan);
    A.set(1, 0, nan);
    Structure s = structure(A.csr());
    EXPECT_FALSE(s.finite);
    EXPECT_TRUE(s.pattern_symmetric);
    EXPECT_FALSE(s.symmetric);
    EXPECT_FALSE(s.hermitian);
    EXPECT_FALSE(s.skew);
    EXPECT_FALSE(s.diagonally_dominant);
    EXPECT_FALSE(s.lower_triangular);
    EXPECT_EQ(s.block_count, 2);

    Assembly<T, I> D(1, 1);
    D.set(0, 0, nan);
    s = structure(D.csr());
    EXPECT_FALSE(s.finite);
    EXPECT_FALSE(s.symmetric);
    EXPECT_FALSE(s.positive_diagonal);
    EXPECT_TRUE(s.zero_free_diagonal);
    EXPECT_FALSE(s.diagonally_dominant);
    EXPECT_EQ(s.structural_rank, 1);
}

TYPED_TEST(StructureOf, InfinityIsNotFiniteAndMayBeSymmetric) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const T inf(std::numeric_limits<Real<T>>::infinity());
    Assembly<T, I> A(2, 2);
    A.set(0, 1, inf);
    A.set(1, 0, inf);
    const Structure s = structure(A.csr());
    EXPECT_FALSE(s.finite);
    EXPECT_TRUE(s.symmetric);
    EXPECT_TRUE(s.hermitian);
    EXPECT_FALSE(s.diagonally_dominant);
}

TYPED_TEST(StructureOf, EmptyShapesHasAllThatHoldsVacuously) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols] : {std::pair{0, 0}, std::pair{0, 3}, std::pair{3, 0}}) {
        const Assembly<T, I> A(rows, cols);
        expect_same(structure(A.csr()), brute_structure(A));
        expect_same(structure(A.csc()), brute_structure(A));
    }
    const Structure s = structure(CsrView<T, I>());
    EXPECT_EQ(s.block_count, 0);
    EXPECT_TRUE(s.symmetric);
    EXPECT_TRUE(s.finite);
    EXPECT_EQ(structure(Assembly<T, I>(0, 3).csr()).empty_cols, 3);
    EXPECT_FALSE(structure(Assembly<T, I>(0, 3).csr()).symmetric);
}

TYPED_TEST(StructureOf, ATriangularMatrixIsRecognisedAfterAnyPermutation) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(10);
    const std::int64_t n = 40;
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, T(1));
        for (std::int64_t j = 0; j < i; ++j)
            if (random() % 4 == 0) A.set(i, j, T(2));
    }
    EXPECT_TRUE(structure(A.csr()).permuted_triangular);
    for (int trial = 0; trial < 20; ++trial) {
        auto B = A.permuted(random_permutation(n, random), random_permutation(n, random));
        Structure s = structure(B.csr());
        EXPECT_TRUE(s.permuted_triangular);
        EXPECT_EQ(s.block_count, n);
        EXPECT_EQ(s.structural_rank, n);
        EXPECT_TRUE(structure(B.csc()).permuted_triangular);
    }
    A.set(0, n - 1, T(1));
    A.set(n - 1, 0, T(1));
    EXPECT_FALSE(
        structure(A.permuted(random_permutation(n, random), random_permutation(n, random)).csr()).permuted_triangular);
    // A zero on the diagonal of a triangular matrix leaves it triangular, but not with a zero-free diagonal.
    A.set(0, n - 1, T(0));
    A.set(3, 3, T(0));
    A.set(2, 2, T(0));
    for (std::int64_t j = 0; j < 3; ++j) A.set(3, j, T(0));
    const Structure s = structure(A.csr());
    EXPECT_TRUE(s.lower_triangular);
    EXPECT_FALSE(s.permuted_triangular);
}

TYPED_TEST(StructureOf, AnArrowIsOneBlockOrTriangularByItsDirection) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const std::int64_t n = 20;
    Assembly<T, I> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        A.set(i, i, T(4));
        A.set(0, i, T(i == 0 ? 4 : 1));
    }
    Structure s = structure(A.csr());
    EXPECT_TRUE(s.upper_triangular);
    EXPECT_EQ(s.block_count, n);
    EXPECT_EQ(s.upper_bandwidth, n - 1);
    for (std::int64_t i = 1; i < n; ++i) A.set(i, 0, T(1));
    s = structure(A.csr());
    EXPECT_EQ(s.block_count, 1);
    EXPECT_TRUE(s.symmetric);
    EXPECT_TRUE(s.positive_diagonal);
    EXPECT_FALSE(s.diagonally_dominant);
    EXPECT_EQ(s.lower_bandwidth, n - 1);
}

TEST(StructureDominance, IsDecidedByTheExactSum) {
    // 0.1 + 0.2 rounds up beyond the double 0.3, and so does the exact sum; ten tenths round down to below 1, but their
    // exact sum is above it.
    Assembly<double> A(1, 11);
    A.set(0, 0, 1.0);
    for (int j = 1; j < 11; ++j) A.set(0, j, 0.1);
    double rounded = 0;
    for (int j = 1; j < 11; ++j) rounded += 0.1;
    ASSERT_LT(rounded, 1.0);
    EXPECT_FALSE(structure(A.csr()).diagonally_dominant);
    // 2^53 + 1 + 1 is 2^53 + 2 exactly, which a running sum in double misses.
    Assembly<double> B(1, 4);
    B.set(0, 0, 9007199254740992.0);
    B.set(0, 1, 9007199254740992.0);
    EXPECT_TRUE(structure(B.csr()).diagonally_dominant);
    B.set(0, 2, 0.5);
    EXPECT_FALSE(structure(B.csr()).diagonally_dominant);
}

TEST(StructureDominance, HoldsForTheLargestNumbers) {
    constexpr double huge = std::numeric_limits<double>::max();
    Assembly<double> A(1, 3);
    A.set(0, 0, huge);
    A.set(0, 1, huge);
    EXPECT_TRUE(structure(A.csr()).diagonally_dominant);
    A.set(0, 2, huge);
    EXPECT_FALSE(structure(A.csr()).diagonally_dominant);
    EXPECT_TRUE(structure(A.csr()).finite);
}

TEST(StructureComplex, TellsSymmetricFromHermitian) {
    using C = std::complex<double>;
    Assembly<C> A(2, 2);
    A.set(0, 0, C(1, 0));
    A.set(1, 1, C(2, -0.0));
    A.set(0, 1, C(1, 2));
    A.set(1, 0, C(1, -2));
    Structure s = structure(A.csr());
    EXPECT_TRUE(s.hermitian);
    EXPECT_FALSE(s.symmetric);
    EXPECT_TRUE(s.positive_diagonal);
    A.set(1, 0, C(1, 2));
    s = structure(A.csr());
    EXPECT_FALSE(s.hermitian);
    EXPECT_TRUE(s.symmetric);
    A.set(1, 1, C(2, 1e-300));
    EXPECT_FALSE(structure(A.csr()).positive_diagonal);
    A.set(1, 0, C(1, std::numeric_limits<double>::infinity()));
    EXPECT_FALSE(structure(A.csr()).finite);
}

/// A symmetric matrix large enough for several threads, of vertices in random places, and what was done to it.
TEST(StructureAtSize, FindsTheSymmetriesOnAnyThreads) {
    constexpr int n = 20000;
    const auto make = [](auto change) {
        Assembly<double> A(n, n);
        std::mt19937 engine(4);
        std::uniform_int_distribution<int> vertex(0, n - 1);
        for (int i = 0; i < n; ++i) A.set(i, i, 4);
        for (int k = 0; k < 3 * n; ++k) {
            const int i = vertex(engine) / 2 * 2;  // odd vertices are left alone
            const int j = vertex(engine) / 2 * 2;
            const double value = i == j ? 4 : 1 + k % 5;
            A.set(i, j, value);
            A.set(j, i, value);
        }
        change(A);
        return A.csr();
    };
    const auto expect = [&](bool pattern, bool symmetric, auto change) {
        const auto A = make(change);
        for (const int count : {1, 2, 3}) {
            const ThreadBudget budget(count);
            const Structure s = structure(A);
            EXPECT_EQ(s.pattern_symmetric, pattern) << count;
            EXPECT_EQ(s.symmetric, symmetric) << count;
            EXPECT_EQ(s.hermitian, symmetric) << count;
            EXPECT_FALSE(s.skew);
            EXPECT_EQ(s.structural_rank, n);
            EXPECT_EQ(s.block_count, block_triangular_form(A).count()) << count;
            EXPECT_GE(s.block_count, n / 2 + 1);  // the odd ones, and the rest
            EXPECT_FALSE(s.permuted_triangular);
        }
    };
    expect(true, true, [](auto&) {});
    expect(true, false, [](auto& A) { A.set(n - 4, n - 2, 77), A.set(n - 2, n - 4, 78); });
    expect(false, false, [](auto& A) { A.set(1, n - 1, 1); });      // above, in a row and a column of their own
    expect(false, false, [](auto& A) { A.set(n - 1, n - 3, 1); });  // below
    expect(false, true, [](auto& A) { A.set(1, n - 1, 0); });       // a stored zero
    expect(false, true, [](auto& A) { A.set(n - 1, 1, 0); });
    expect(false, false, [](auto& A) { A.set(1, 3, 1), A.set(n - 1, n - 3, 1); });  // as many above as below
}

TEST(StructureAtSize, TakesAMillionRowsInStride) {
    const std::int64_t n = 1000000;
    const auto start = std::chrono::steady_clock::now();
    // The path that hangs by its last entry, upside down: deep for a depth-first search, and triangular once permuted.
    const auto A = pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t i) {
        return i > 0 ? std::vector<std::int64_t>{n - 1 - i, n - i} : std::vector<std::int64_t>{n - 1};
    });
    const Structure s = structure(A);
    EXPECT_TRUE(s.permuted_triangular);
    EXPECT_EQ(s.block_count, n);
    EXPECT_TRUE(s.symmetric);
    EXPECT_EQ(s.lower_bandwidth, n - 1);
    // A symmetric path: one block.
    const auto B = pattern_of_rows<float, std::int64_t>(n, n, [&](std::int64_t i) {
        std::vector<std::int64_t> row{i};
        if (i > 0) row.push_back(i - 1);
        if (i + 1 < n) row.push_back(i + 1);
        return row;
    });
    EXPECT_EQ(structure(B).block_count, 1);
    EXPECT_TRUE(structure(B).symmetric);
    // Quadratic work would take hours; sanitizers on a busy machine take half a minute.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(100));
}

}  // namespace
}  // namespace tamis::test
