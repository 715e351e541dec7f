// links: tamis_allocation_counter
#include <tamis/sparse/convert.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/threads.hpp>

#include "support/allocation_counter.hpp"
#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::Assembly;
using test::canonical;
using test::Random;
using test::same_bits;
using test::scalar;
using test::throws;

template <class P>
class ConvertTest : public ::testing::Test {};
TYPED_TEST_SUITE(ConvertTest, test::AllScalarsAndIndices, test::TypeName);

/// Triplets in random order with repeated places, and the same sums by a map.
template <class T, class I>
std::pair<Coo<T, I>, Assembly<T, I>> random_triplets(std::int64_t rows, std::int64_t cols, std::int64_t entries,
                                                     std::uint64_t seed = 1) {
    Random random(seed);
    Coo<T, I> A(rows, cols);
    Assembly<T, I> sums(rows, cols);
    for (std::int64_t k = 0; k < entries; ++k) {
        const std::int64_t i = random.below(rows);
        const std::int64_t j = random.below(cols);
        const T v = random.value<T>();
        A.add(i, j, v);
        if (sums.contains(i, j)) sums.add(i, j, v);
        else sums.set(i, j, v);
    }
    return {std::move(A), std::move(sums)};
}

template <class M>
bool same_arrays(const M& a, const M& b) {
    const auto u = detail::major_view(a);
    const auto v = detail::major_view(b);
    return a.rows() == b.rows() && a.cols() == b.cols() && std::ranges::equal(u.row_offsets(), v.row_offsets()) &&
           std::ranges::equal(u.col_indices(), v.col_indices()) && std::ranges::equal(u.values(), v.values());
}

TYPED_TEST(ConvertTest, TripletsAreSummedInTheOrderAdded) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols, entries] : {std::tuple{7, 5, 0}, {1, 1, 9}, {7, 5, 60}, {5, 300, 900}, {300, 5, 900}}) {
        const auto [A, sums] = random_triplets<T, I>(rows, cols, entries);
        const auto R = to_csr(A);
        ASSERT_TRUE(canonical(R));
        EXPECT_TRUE(same_arrays(R, sums.csr()));
        const auto C = to_csc(A);
        ASSERT_TRUE(canonical(C));
        EXPECT_TRUE(same_arrays(C, sums.csc()));
        EXPECT_TRUE(same_bits(to_dense(A), sums.csr()));
    }
}

TYPED_TEST(ConvertTest, SumsThatCancelAndZerosStay) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    Coo<T, I> A(2, 3);
    A.add(1, 2, scalar<T>(1, 3));
    A.add(0, 1, T(0));
    A.add(1, 2, scalar<T>(-1, -3));
    const auto R = to_csr(A);
    EXPECT_EQ(R.nnz(), 2);
    EXPECT_EQ(R.coeff(1, 2), T(0));
    EXPECT_EQ(to_csc(A).nnz(), 2);
}

TYPED_TEST(ConvertTest, RowsAndColumnsAreExchangedExactly) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols, entries] :
         {std::tuple{6, 9, 20}, {9, 6, 20}, {1, 50, 20}, {50, 1, 20}, {4, 4, 0}, {200, 300, 4000}}) {
        const auto sums = random_triplets<T, I>(rows, cols, entries, 7).second;
        const auto R = sums.csr();
        const auto C = sums.csc();
        EXPECT_TRUE(same_arrays(to_csc(R), C));
        EXPECT_TRUE(same_arrays(to_csr(C), R));
        EXPECT_TRUE(same_arrays(to_csc(R.view()), C));
        EXPECT_TRUE(same_arrays(to_csr(C.view()), R));
        EXPECT_TRUE(same_arrays(to_csr(R), R));
        EXPECT_TRUE(same_arrays(to_csr(R.view()), R));
        EXPECT_TRUE(same_arrays(to_csc(C), C));
        EXPECT_TRUE(same_arrays(to_csr(to_coo(R)), R));
        EXPECT_TRUE(same_arrays(to_csr(to_coo(C.view())), R));
        EXPECT_TRUE(same_arrays(detail::CsrInput(C).view(), R.view()));
    }
}

TYPED_TEST(ConvertTest, EmptyShapesStayThemselves) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& [rows, cols] : {std::pair{0, 0}, {0, 4}, {4, 0}, {3, 2}}) {
        const Csr<T, I> R(rows, cols);
        const Coo<T, I> A(rows, cols);
        const Matrix<T> D = Matrix<T>::Zero(rows, cols);
        EXPECT_TRUE(same_arrays(to_csr(A), R));
        EXPECT_TRUE(same_arrays(to_csr(to_csc(R)), R));
        EXPECT_TRUE(same_arrays(to_csr<I>(D), R));
        EXPECT_TRUE(same_arrays(to_csr(to_csc<I>(D)), R));
        EXPECT_TRUE(same_bits(to_dense(R), D));
        EXPECT_TRUE(same_bits(to_dense(to_csc(A)), D));
        EXPECT_EQ(to_coo(R).rows(), rows);
        EXPECT_EQ(to_coo(R).cols(), cols);
    }
    EXPECT_TRUE(canonical(to_csc(Csr<T, I>())));
}

TYPED_TEST(ConvertTest, DenseBecomesSparseWithoutItsZerosAndBack) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto nan = std::numeric_limits<Real<T>>::quiet_NaN();
    for (const auto& [rows, cols] : {std::pair{5, 8}, {130, 70}, {1, 3}, {300, 2}}) {
        Random random(3);
        Matrix<T> D = Matrix<T>::Zero(rows, cols);
        std::int64_t nonzeros = 0;
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = 0; i < rows; ++i)
                if (random.below(3) == 0) {
                    D(i, j) = random.nonzero_eighths<T>();
                    ++nonzeros;
                }
        D(0, 0) = T(nan);
        D(0, 1) = -T(0);
        nonzeros = 0;
        for (std::int64_t j = 0; j < cols; ++j)
            for (std::int64_t i = 0; i < rows; ++i) nonzeros += !(D(i, j) == T(0));
        const auto R = to_csr<I>(D);
        static_assert(std::same_as<decltype(to_csr<I>(D)), Csr<T, I>>);
        ASSERT_TRUE(canonical(R));
        EXPECT_EQ(R.nnz(), nonzeros);
        EXPECT_NE(R.coeff(0, 0), R.coeff(0, 0));
        D(0, 1) = T(0);
        EXPECT_TRUE(same_bits(R, D));
        EXPECT_TRUE(same_bits(to_dense(R), D));
        const auto C = to_csc<I>(D);
        ASSERT_TRUE(canonical(C));
        EXPECT_TRUE(same_bits(to_dense(C), D));
        EXPECT_EQ(to_coo<I>(D).nnz(), nonzeros);

        const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = D;
        EXPECT_TRUE(same_bits(to_csr<I>(by_rows), D));
        EXPECT_TRUE(same_bits(to_csc<I>(MatrixView<const T>(by_rows)), D));
        Matrix<T> room = Matrix<T>::Constant(rows + 3, cols + 2, T(9));
        room.block(1, 1, rows, cols) = D;
        EXPECT_TRUE(same_bits(to_csr<I>(room.block(1, 1, rows, cols)), D));
        EXPECT_TRUE(same_bits(to_dense(room.block(1, 1, rows, cols)), D));
        EXPECT_TRUE(same_bits(to_csr<I>(by_rows.transpose()), Matrix<T>(D.transpose())));
    }
}

TEST(Convert, DenseVectorsKeepTheirShape) {
    const std::vector<double> v{1, 0, 2};
    EXPECT_EQ(to_csr(v).rows(), 3);
    EXPECT_EQ(to_csr(v).cols(), 1);
    EXPECT_EQ(to_csr(v).nnz(), 2);
    Eigen::RowVectorXd r(3);
    r << 0, 5, 0;
    EXPECT_EQ(to_csr(r).rows(), 1);
    EXPECT_EQ(to_csr(r).coeff(0, 1), 5);
    EXPECT_EQ(to_csr(r * 2).coeff(0, 1), 10);
    EXPECT_EQ(to_csc(r.transpose()).rows(), 3);
    std::vector<double> strided{1, -1, 0, -1, 2, -1};
    const VectorView<const double> w(strided.data(), 3, 2);
    EXPECT_TRUE(same_bits(to_csr(w), to_dense(v)));
}

TYPED_TEST(ConvertTest, MovesWhereNothingHasToChange) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto R = random_triplets<T, I>(5, 6, 20).second.csr();
    const T* const values = R.values().data();
    auto moved = to_csr(std::move(R));
    EXPECT_EQ(moved.values().data(), values);
    auto C = to_csc(moved);
    const T* const by_columns = C.values().data();
    EXPECT_EQ(to_csc(std::move(C)).values().data(), by_columns);
    auto A = to_coo(moved);
    const auto* const entries = A.entries().data();
    EXPECT_EQ(to_coo(std::move(A)).entries().data(), entries);
}

template <class U, class M>
concept CanCast = requires(const M& A) {
    cast<U>(A);
};

TYPED_TEST(ConvertTest, CastsScalarsAndIndicesInTheSameFormat) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = random_triplets<T, I>(8, 6, 30).first;
    const auto R = to_csr(A);
    const auto check = [&]<class U>(U) {
        if constexpr (is_complex_v<U> || !is_complex_v<T>) {
            const auto X = cast<U>(R);
            static_assert(std::same_as<decltype(cast<U>(R)), Csr<U, I>>);
            static_assert(std::same_as<decltype(cast<U>(to_csc(R).view())), Csc<U, I>>);
            static_assert(std::same_as<decltype(cast<U, std::int64_t>(A)), Coo<U, std::int64_t>>);
            const Matrix<U> expected = test::dense(R).template cast<U>();
            EXPECT_TRUE(same_bits(X, expected));
            EXPECT_TRUE(same_bits(cast<U, std::int64_t>(R), expected));
            EXPECT_TRUE(same_bits(cast<U, std::int32_t>(to_csc(R)), expected));
            EXPECT_TRUE(canonical(cast<U, std::int32_t>(to_csc(R))));
            EXPECT_EQ((cast<U, std::int64_t>(A).nnz()), A.nnz());
        } else {
            static_assert(!CanCast<U, Csr<T, I>> && !CanCast<U, CscView<T, I>> && !CanCast<U, Coo<T, I>>);
        }
    };
    check(float());
    check(double());
    check(std::complex<float>());
    check(std::complex<double>());
}

TEST(Convert, CastRefusesWhatTheNarrowerIndexCannotCount) {
    const std::int64_t beyond = std::int64_t{1} << 31;
    const Csr<double, std::int64_t> wide(1, beyond);
    EXPECT_TRUE(throws<IndexOverflow>([&] { (void)cast<double, std::int32_t>(wide); }, "cast", "2147483648", "int64"));
    EXPECT_EQ((cast<float, std::int64_t>(wide).cols()), beyond);
    const Coo<double, std::int64_t> tall(beyond, 1);
    EXPECT_TRUE(throws<IndexOverflow>([&] { (void)cast<double, std::int32_t>(tall); }, "int64"));
    const Csr<double, std::int64_t> fits(1, beyond - 1);
    EXPECT_EQ((cast<double, std::int32_t>(fits).cols()), beyond - 1);
}

TYPED_TEST(ConvertTest, LargeResultsAreTheSameForAnyNumberOfThreads) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    // Large enough for a second thread; some rows are long, many are empty.
    Random random(11);
    Coo<T, I> A(3000, 20000);
    for (int k = 0; k < 300000; ++k)
        A.add(random.below(10) == 0 ? random.below(3) : random.below(2000), random.below(20000), random.value<T>());
    const auto convert = [&A](int n) {
        const test::ThreadBudget with(n);
        auto R = to_csr(A);
        auto C = to_csc(A);
        auto from_rows = to_csc(R);
        auto from_columns = to_csr(C);
        return std::tuple{std::move(R), std::move(C), std::move(from_rows), std::move(from_columns)};
    };
    const auto one = convert(1);
    EXPECT_TRUE(canonical(std::get<0>(one)));
    EXPECT_TRUE(canonical(std::get<1>(one)));
    EXPECT_TRUE(same_arrays(std::get<0>(one), std::get<3>(one)));
    EXPECT_TRUE(same_arrays(std::get<1>(one), std::get<2>(one)));
    // A sum of all entries weighted by their place, by a plain loop over the triplets.
    using W = test::Wide<T>;
    W expected = 0;
    for (const auto& e : A.entries()) expected += W(static_cast<long double>(e.row + 3 * e.col)) * test::wide(e.value);
    W got = 0;
    for (std::int64_t i = 0; i < 3000; ++i)
        for (const auto [j, v] : std::get<0>(one).row(i)) got += W(static_cast<long double>(i + 3 * j)) * test::wide(v);
    EXPECT_LT(std::abs(got - expected), 1e5 * static_cast<double>(epsilon_v<T>) * 20000);
    for (const int n : {2, 3, 1}) {
        const auto other = convert(n);
        EXPECT_TRUE(same_arrays(std::get<0>(one), std::get<0>(other))) << n;
        EXPECT_TRUE(same_arrays(std::get<1>(one), std::get<1>(other))) << n;
        EXPECT_TRUE(same_arrays(std::get<2>(one), std::get<2>(other))) << n;
        EXPECT_TRUE(same_arrays(std::get<3>(one), std::get<3>(other))) << n;
    }
}

/// What a conversion allocates at its peak, output included.
template <class F>
std::int64_t peak_bytes(F&& f) {
    const test::AllocationCounter counter;
    const auto result = f();
    return counter.peak_live_bytes();
}

/// Bytes of the arrays of a compressed matrix of so many rows and entries.
template <class T, class I>
std::int64_t bytes_of(std::int64_t rows, std::int64_t entries) {
    return (rows + 1) * std::int64_t{sizeof(I)} + entries * std::int64_t{sizeof(I) + sizeof(T)};
}

TYPED_TEST(ConvertTest, NeedsTheOutputAndTheScratchThatIsDocumented) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    constexpr std::int64_t rows = 20000;
    constexpr std::int64_t cols = 25000;
    constexpr std::int64_t entries = 100000;  // arrays below the size of large pages, which would round
    constexpr std::int64_t slack = 8192;
    Random random(2);
    Coo<T, I> A(rows, cols);
    A.reserve(entries);
    for (std::int64_t k = 0; k < entries; ++k) A.add(random.below(rows), random.below(cols), T(1));
    const std::int64_t team = threads();
    const std::int64_t array_of_rows = rows * std::int64_t{sizeof(I)};
    const std::int64_t array_of_cols = cols * std::int64_t{sizeof(I)};
    // A copy of the triplets; a thread copies a bucket, 256 KiB up to the next power of two of rows, and counts in it.
    const std::int64_t sorting =
        entries * std::int64_t{sizeof(typename Coo<T, I>::Entry)} + team * ((std::int64_t{2} << 18) + (1 << 16));
    (void)to_csr(A);  // threads are started once
    EXPECT_LE(peak_bytes([&] { return to_csr(A); }), (bytes_of<T, I>(rows, entries)) + sorting + slack);
    EXPECT_LE(peak_bytes([&] { return to_csc(A); }), (bytes_of<T, I>(cols, entries)) + sorting + slack);
    const auto R = to_csr(A);
    const auto C = to_csc(A);
    EXPECT_LE(peak_bytes([&] { return to_csc(R); }), (bytes_of<T, I>(cols, R.nnz())) + team * array_of_cols + slack);
    EXPECT_LE(peak_bytes([&] { return to_csr(C); }), (bytes_of<T, I>(rows, R.nnz())) + team * array_of_rows + slack);
    EXPECT_LE(peak_bytes([&] { return to_csr(R); }), (bytes_of<T, I>(rows, R.nnz())) + slack);
}

TEST(Convert, SortsRowsLongerThanItsScratch) {
    // 400000 entries of one row, with few and with many different columns.
    for (const std::int64_t cols : {1000, 1000000}) {
        const auto [A, sums] = random_triplets<float, std::int32_t>(1, cols, 400000);
        (void)to_csr(A);
        const test::AllocationCounter counter;
        const auto R = to_csr(A);
        EXPECT_LE(counter.peak_live_bytes(), 400000 * 8 + (std::int64_t{3} << 20));
        ASSERT_TRUE(canonical(R));
        EXPECT_TRUE(same_arrays(R, sums.csr()));
    }
}

TEST(Convert, AllocatesAFixedNumberOfArraysWhateverTheRows) {
    const auto allocations = [](std::int64_t rows) {
        Random random(2);
        Coo<double> A(rows, 400);
        // Long unsorted rows with duplicates.
        for (std::int64_t k = 0; k < rows * 200; ++k) A.add(random.below(rows), random.below(400), 1.0);
        (void)to_csr(A);
        const test::AllocationCounter counter;
        (void)to_csr(A);
        return counter.allocations();
    };
    // The OpenMP runtime may allocate for its threads (LLVM's does), but nothing may be allocated for a row.
    EXPECT_LE(allocations(2000), allocations(20) + 100);
}

TEST(Convert, KeepsLittleMoreMemoryThanTheEntriesThatRemain) {
    Coo<double> A(10, 10);
    for (int k = 0; k < 100000; ++k) A.add(k % 10, k % 7, 1.0);
    const test::AllocationCounter counter;
    const auto R = to_csr(A);
    EXPECT_EQ(R.nnz(), 70);
    EXPECT_LT(counter.live_bytes(), 10000);
}

TEST(Convert, SurvivesFailingAllocations) {
    Random random(4);
    Coo<double> A(50, 40);
    for (int k = 0; k < 3000; ++k) A.add(random.below(50), random.below(40), 1.0);
    EXPECT_TRUE(test::survives_failing_allocations([&] { (void)to_csc(to_csr(A)); }));
    EXPECT_TRUE(test::survives_failing_allocations([&] { (void)to_dense(to_csr(to_coo(to_csc(A)))); }));
}

}  // namespace
}  // namespace tamis
