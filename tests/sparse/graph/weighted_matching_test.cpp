#include <tamis/sparse/graph/weighted_matching.hpp>

#include <chrono>
#include <cmath>
#include <complex>
#include <filesystem>
#include <iostream>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <tamis/sparse/graph.hpp>
#include <tamis/sparse/matrix_market.hpp>

#include "reference/table.hpp"
#include "sparse/pattern_reference.hpp"
#include "support/assertions.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

/// Random entries of random magnitudes, 10^±decades, some of them stored zeros.
template <class T, class I>
Assembly<T, I> random_magnitudes(std::int64_t rows, std::int64_t cols, double density, double decades,
                                 std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(-1, 1);
    const auto pattern = random_pattern<T, I>(rows, cols, density, random);
    auto A = pattern;
    for (const auto& [at, v] : pattern.entries())
        if (v != T(0)) A.set(at.first, at.second, v * scalar<T>(std::pow(10, decades * uniform(random)), uniform(random)));
    return A;
}

/// In double whatever T is, as the library takes it.
template <class T>
double modulus_of(const T& a) {
    return std::abs(std::complex<double>(detail::real_part(a), detail::imag_part(a)));
}

/// What brute force knows of the matchings of most rows: the largest product, sum and smallest entry.
struct BestMatchings {
    int size = 0;
    double log_product = -infinity, sum = -infinity, smallest = -infinity;
};

template <class M>
void try_all(const M& A, std::int64_t i, std::vector<bool>& taken, int size, double log_product, double sum, double smallest,
             BestMatchings& best) {
    if (i == A.rows()) {
        if (size > best.size) best = BestMatchings{size};
        if (size < best.size) return;
        best.log_product = std::max(best.log_product, log_product);
        best.sum = std::max(best.sum, sum);
        best.smallest = std::max(best.smallest, smallest);
        return;
    }
    try_all(A, i + 1, taken, size, log_product, sum, smallest, best);
    for (std::size_t j = 0; j < taken.size(); ++j) {
        const double a = modulus_of(A.coeff(i, static_cast<std::int64_t>(j)));
        if (a == 0 || taken[j]) continue;
        taken[j] = true;
        try_all(A, i + 1, taken, size + 1, log_product + std::log(a), sum + a, std::min(smallest, a), best);
        taken[j] = false;
    }
}

/// Everything a result promises by itself: the matching is one, the duals prove it optimal, the scalings do what they say.
template <class M, class W>
testing::AssertionResult is_consistent(const M& A, const W& w, MatchingObjective objective) {
    using T = scalar_t<M>;
    using R = Real<T>;
    std::vector<bool> taken(static_cast<std::size_t>(A.cols()));
    std::int64_t size = 0;
    double log_product = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto j = w.columns[static_cast<std::size_t>(i)];
        if (j < 0) continue;
        if (taken[static_cast<std::size_t>(j)]) return testing::AssertionFailure() << "column " << j << " is given twice";
        taken[static_cast<std::size_t>(j)] = true;
        const T a = A.coeff(i, j);
        if (a == T(0)) return testing::AssertionFailure() << "row " << i << " is matched over a zero";
        log_product += std::log(modulus_of(a));
        ++size;
    }
    if (size != w.size || size != structural_rank(A))
        return testing::AssertionFailure() << "size " << w.size << ", " << size;
    if (!(std::abs(log_product - w.log_product) <= 1e-12 * (1 + std::abs(log_product)) + 1e-14 * double(A.rows()) * 700))
        return testing::AssertionFailure() << "log_product " << w.log_product << " instead of " << log_product;
    if (objective == MatchingObjective::bottleneck) return testing::AssertionSuccess();
    // Rounding adds up along augmenting paths, which may have as many edges as the matrix has rows.
    const double size_of_duals = std::max(w.row_duals.size() > 0 ? w.row_duals.cwiseAbs().maxCoeff() : 0,
                                          w.col_duals.size() > 0 ? w.col_duals.cwiseAbs().maxCoeff() : 0);
    const double path = 1e-16 * static_cast<double>(A.rows() + 50);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        for (const auto [j, value] : A.row(i)) {
            if (value == T(0)) continue;
            const bool matched = w.columns[static_cast<std::size_t>(i)] == j;
            const double modulus = modulus_of(value);
            const double weight = objective == MatchingObjective::product ? std::log(modulus) : modulus;
            const double u = w.row_duals[i], v = w.col_duals[j];
            const double rounding = path * (1 + size_of_duals + std::abs(weight));
            if (!(u + v - weight >= -rounding) || (matched && !(u + v - weight <= rounding)))
                return testing::AssertionFailure()
                       << "duals " << u << " + " << v << " and weight " << weight << " at " << i << ", " << j;
            if (objective != MatchingObjective::product) continue;
            const double r = w.row_scaling[i], c = w.col_scaling[j];
            const double least = std::numeric_limits<R>::min(), most = std::numeric_limits<R>::max();
            if (!(r > least) || !(r < most) || !(c > least) || !(c < most)) continue;
            const double scaled = r * (modulus < 1 ? modulus * c : modulus) * (modulus < 1 ? 1 : c);
            const double limit = 4 * double{epsilon_v<T>} + 4 * rounding;
            if (!(scaled <= 1 + limit) || (matched && !(scaled >= 1 - limit)))
                return testing::AssertionFailure() << "scaled entry " << scaled << " at " << i << ", " << j;
        }
    }
    return testing::AssertionSuccess();
}

template <SparseMatrix M>
auto match(const M& A, MatchingObjective objective) {
    return maximum_weight_matching(A, {.objective = objective});
}

template <class P>
class WeightedMatchings : public testing::Test {};
TYPED_TEST_SUITE(WeightedMatchings, AllScalarsAndIndices, TypeName);

TYPED_TEST(WeightedMatchings, AreTheBestThatBruteForceFinds) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    std::mt19937_64 random(1);
    for (int trial = 0; trial < 120; ++trial) {
        const auto rows = static_cast<std::int64_t>(random() % 7), cols = static_cast<std::int64_t>(random() % 7);
        const auto assembly = random_magnitudes<T, I>(rows, cols, 0.15 + 0.15 * (trial % 6), trial % 4, random);
        const auto A = assembly.csr();
        BestMatchings best;
        std::vector<bool> taken(static_cast<std::size_t>(cols));
        try_all(A, 0, taken, 0, 0, 0, infinity, best);
        const double tolerance = 1e-13 * 7 * 10;
        const auto product = match(A, MatchingObjective::product);
        EXPECT_TRUE(is_consistent(A, product, MatchingObjective::product)) << "trial " << trial;
        EXPECT_EQ(product.size, best.size);
        EXPECT_NEAR(product.log_product, best.log_product, tolerance + 8 * double{epsilon_v<T>});
        EXPECT_EQ(match(assembly.csc(), MatchingObjective::product).columns, product.columns);

        double total = 0, smallest = infinity;
        const auto sum = match(A, MatchingObjective::sum);
        const auto bottleneck = match(A, MatchingObjective::bottleneck);
        EXPECT_TRUE(is_consistent(A, sum, MatchingObjective::sum)) << "trial " << trial;
        EXPECT_TRUE(is_consistent(A, bottleneck, MatchingObjective::bottleneck)) << "trial " << trial;
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto j = sum.columns[static_cast<std::size_t>(i)], k = bottleneck.columns[static_cast<std::size_t>(i)];
            if (j >= 0) total += modulus_of(A.coeff(i, j));
            if (k >= 0) smallest = std::min(smallest, modulus_of(A.coeff(i, k)));
        }
        EXPECT_NEAR(total, best.sum, 1e-12 * best.sum + 8 * double{epsilon_v<T>} * best.sum);
        EXPECT_NEAR(smallest == infinity ? 0 : smallest, best.smallest == infinity ? 0 : best.smallest,
                    8 * double{epsilon_v<T>} * std::min(smallest, 1e30));
    }
}

TEST(WeightedMatching, IsOptimalAtOrderEight) {
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 3; ++trial) {
        const auto A = random_magnitudes<double, std::int32_t>(8, 8, 0.5 + 0.1 * trial, 5, random).csr();
        BestMatchings best;
        std::vector<bool> taken(8);
        try_all(A, 0, taken, 0, 0, 0, infinity, best);
        EXPECT_NEAR(maximum_weight_matching(A).log_product, best.log_product, 1e-12);
    }
}

TEST(WeightedMatching, FindsAPlantedPermutationAndItsScaling) {
    // The identity with diagonal scalings and a permutation undone: entries below 1 elsewhere.
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(0, 1);
    const std::int64_t n = 400;
    const auto p = random_permutation(n, random);
    std::vector<double> r(n), c(n);
    for (auto& x : r) x = std::pow(10, 40 * uniform(random) - 20);
    for (auto& x : c) x = std::pow(10, 40 * uniform(random) - 20);
    Assembly<double> A(n, n);
    for (std::int64_t i = 0; i < n; ++i) {
        const auto row = static_cast<std::size_t>(i);
        for (int k = 0; k < 6; ++k) {
            const auto j = random() % n;
            A.set(i, static_cast<std::int64_t>(j), 0.9 * uniform(random) * r[row] * c[j]);
        }
        A.set(i, p[row], (i % 2 == 0 ? -1 : 1) * r[row] * c[static_cast<std::size_t>(p[row])]);
    }
    const auto w = maximum_weight_matching(A.csr());
    for (std::size_t i = 0; i < p.size(); ++i) ASSERT_EQ(w.columns[i], p[i]);
    EXPECT_TRUE(is_consistent(A.csr(), w, MatchingObjective::product));
}

TEST(WeightedMatching, HandlesTheLargestAndTheSmallestNumbers) {
    constexpr double largest = std::numeric_limits<double>::max(), smallest = std::numeric_limits<double>::denorm_min();
    Assembly<double> A(3, 3);  // no double holds the product of any matching but one
    A.set(0, 0, largest);
    A.set(0, 1, 1.0);
    A.set(1, 0, 1.0);
    A.set(1, 1, smallest);
    A.set(1, 2, smallest);
    A.set(2, 1, largest);
    A.set(2, 2, largest);
    const auto w = maximum_weight_matching(A.csr());
    EXPECT_TRUE(is_consistent(A.csr(), w, MatchingObjective::product));
    EXPECT_NEAR(w.log_product, std::log(largest), 1e-9);
    Assembly<std::complex<double>> C(1, 1);
    C.set(0, 0, {largest, largest});  // its modulus overflows
    const auto z = maximum_weight_matching(C.csr());
    EXPECT_NEAR(z.log_product, std::log(largest) + std::log(2) / 2, 1e-12);
    EXPECT_EQ(match(C.csr(), MatchingObjective::sum).columns, std::vector<std::int32_t>{0});
    // Scalings that float cannot hold are its nearest numbers; the duals are right.
    Assembly<float> F(4, 4);
    for (int i = 0; i < 4; ++i) {
        F.set(i, i, 1e-38F);
        if (i > 0) F.set(i, i - 1, 1e38F);
    }
    const auto f = maximum_weight_matching(F.csr());
    EXPECT_TRUE(is_consistent(F.csr(), f, MatchingObjective::product));
    EXPECT_TRUE(f.row_scaling.allFinite() && f.row_scaling.minCoeff() > 0) << f.row_scaling.transpose();
    EXPECT_TRUE(f.col_scaling.allFinite() && f.col_scaling.minCoeff() > 0) << f.col_scaling.transpose();
    EXPECT_GT(f.row_duals.cwiseAbs().maxCoeff(), 200);
}

TEST(WeightedMatching, TakesTheBetterRowsWhereNotAllCanBeMatched) {
    Assembly<double> A(4, 3);
    A.set(0, 1, 1.0);  // rows 0 and 1 share column 1, and row 2 reaches over it
    A.set(1, 1, 5.0);
    A.set(2, 0, 2.0);
    A.set(2, 1, 100.0);
    A.set(3, 2, 0.0);
    const auto w = maximum_weight_matching(A.csr());
    EXPECT_EQ(w.columns, (std::vector<std::int32_t>{-1, 1, 0, -1}));
    EXPECT_EQ(w.size, 2);
    EXPECT_TRUE(is_consistent(A.csr(), w, MatchingObjective::product));
    EXPECT_EQ(w.row_scaling[3], 1);
    EXPECT_EQ(w.col_scaling[2], 1);
}

TEST(WeightedMatching, OfEmptyShapesIsEmptyAndOtherInputIsRefused) {
    for (const auto objective : {MatchingObjective::product, MatchingObjective::sum, MatchingObjective::bottleneck}) {
        EXPECT_TRUE(match(Csr<double>(), objective).columns.empty());
        EXPECT_EQ(match(Csr<double>(2, 0), objective).columns, (std::vector<std::int32_t>{-1, -1}));
        EXPECT_EQ(match(Csc<double>(0, 3), objective).size, 0);
        EXPECT_EQ(match(Csr<double>(2, 3), objective).log_product, 0);
        Assembly<double> one(1, 1);
        one.set(0, 0, -0.25);
        EXPECT_EQ(match(one.csr(), objective).columns, std::vector<std::int32_t>{0});
        one.set(0, 0, std::numeric_limits<double>::quiet_NaN());
        EXPECT_TRUE(
            throws<InvalidArgument>([&] { return match(one.csc(), objective); }, "maximum_weight_matching", "row 0"));
    }
    EXPECT_EQ(match(Csr<double>(2, 3), MatchingObjective::sum).row_scaling.size(), 0);
    EXPECT_EQ(match(Csr<double>(2, 3), MatchingObjective::sum).row_duals.size(), 2);
    EXPECT_EQ(match(Csr<double>(2, 3), MatchingObjective::bottleneck).row_duals.size(), 0);
    EXPECT_EQ(to_string(MatchingObjective::bottleneck), "bottleneck");
}

TEST(WeightedMatchingAtSize, IsNotQuadratic) {
    // Random values on a grid's pattern and on a random one: nothing is decided by degrees.
    std::mt19937_64 random(4);
    std::uniform_real_distribution<double> uniform(-1, 1);
    const std::int64_t n = 40000;
    auto A = pattern_of_rows<double, std::int32_t>(n, n, [&](std::int64_t i) {
        std::vector<std::int64_t> cols{i, (i + 1) % n, (i + n - 1) % n, (i + 317) % n, (i + n - 317) % n};
        cols.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)));
        std::sort(cols.begin(), cols.end());
        cols.erase(std::unique(cols.begin(), cols.end()), cols.end());
        return cols;
    });
    for (auto& v : A.values()) v = std::exp(3 * uniform(random));
    const auto start = std::chrono::steady_clock::now();
    const auto w = maximum_weight_matching(A);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_EQ(w.size, n);
    EXPECT_TRUE(is_consistent(A, w, MatchingObjective::product));
}

TEST(WeightedMatchingData, HoldsOfRealMatrices) {
    const std::filesystem::path folder = TAMIS_EXTRA_DATA;
    const auto table = read_table(folder / "INDEX.tsv");
    if (table.empty()) GTEST_SKIP() << "no matrices in TAMIS_EXTRA_DATA";
    const auto check = [](const auto& A, const TableRow& row) {
        const auto w = maximum_weight_matching(A);
        EXPECT_TRUE(is_consistent(A, w, MatchingObjective::product)) << row["name"];
        EXPECT_EQ(w.size, row.count("structural_rank")) << row["name"];
        if (A.nnz() > 50000) return;
        const auto b = match(A, MatchingObjective::bottleneck);
        EXPECT_TRUE(is_consistent(A, b, MatchingObjective::bottleneck)) << row["name"];
        EXPECT_LE(b.log_product, w.log_product + 1e-9 * std::abs(w.log_product)) << row["name"];
        EXPECT_TRUE(is_consistent(A, match(A, MatchingObjective::sum), MatchingObjective::sum)) << row["name"];
    };
    int ran = 0;
    for (const TableRow& row : table) {
        if (!row.has("structural_rank") || row.count("entries_in_file") > 100000) continue;
        ++ran;
        if (row["field"] == "complex") check(read_matrix_market<std::complex<double>>(folder / row["file"]), row);
        else check(read_matrix_market<double>(folder / row["file"]), row);
    }
    EXPECT_GT(ran, 0);
    std::cout << ran << " of " << table.size() << " real matrices were matched\n";
}

}  // namespace
}  // namespace tamis::test
