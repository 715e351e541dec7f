#include <tamis/sparse/eigen.hpp>

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/assembly.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis {
namespace {

using test::Assembly;
using test::canonical;
using test::Random;
using test::same_bits;
using test::throws;

template <class P>
class EigenSparseTest : public ::testing::Test {
  public:
    using T = typename P::T;
    using I = typename P::I;
    using ByRows = Eigen::SparseMatrix<T, Eigen::RowMajor, I>;
    using ByColumns = Eigen::SparseMatrix<T, Eigen::ColMajor, I>;
    static Assembly<T, I> random_assembly(std::int64_t rows = 7, std::int64_t cols = 9) {
        Random random(1);
        Assembly<T, I> A(rows, cols);
        for (int k = 0; k < 25; ++k) A.set(random.below(rows), random.below(cols), random.value<T>());
        A.set(0, 0, T(0));
        return A;
    }
    /// Filled entry by entry, which leaves it uncompressed.
    template <class S>
    static S uncompressed(const Assembly<T, I>& A) {
        S E(A.rows(), A.cols());
        E.reserve(Eigen::VectorXi::Constant(E.outerSize(), 12));
        for (const auto& [position, v] : A.entries()) E.insert(position.first, position.second) = v;
        return E;
    }
};
TYPED_TEST_SUITE(EigenSparseTest, test::AllScalarsAndIndices, test::TypeName);

#undef USING_TYPES  // of another file compiled with this one
#define USING_TYPES                                                     \
    using T [[maybe_unused]] = typename TypeParam::T;                   \
    using I [[maybe_unused]] = typename TypeParam::I;                   \
    using ByRows [[maybe_unused]] = typename TestFixture::ByRows;       \
    using ByColumns [[maybe_unused]] = typename TestFixture::ByColumns; \
    const auto assembly = TestFixture::random_assembly();               \
    [[maybe_unused]] const auto D = test::dense(assembly.csr())

TYPED_TEST(EigenSparseTest, GoesOutAndComesBackInTheSameOrder) {
    USING_TYPES;
    const auto R = assembly.csr();
    const auto C = assembly.csc();
    static_assert(std::same_as<decltype(to_eigen(R)), ByRows> && std::same_as<decltype(to_eigen(C)), ByColumns>);
    static_assert(std::same_as<decltype(to_eigen(R.view())), ByRows>);
    const ByRows E = to_eigen(R);
    const ByColumns F = to_eigen(C);
    EXPECT_TRUE(E.isCompressed() && F.isCompressed());
    EXPECT_EQ(E.nonZeros(), R.nnz());
    EXPECT_TRUE(same_bits(Matrix<T>(E), D));
    EXPECT_TRUE(same_bits(Matrix<T>(F), D));
    static_assert(std::same_as<decltype(from_eigen(E)), Csr<T, I>> && std::same_as<decltype(from_eigen(F)), Csc<T, I>>);
    EXPECT_TRUE(canonical(from_eigen(E)) && canonical(from_eigen(F)));
    EXPECT_EQ(from_eigen(E).nnz(), R.nnz());
    EXPECT_TRUE(same_bits(from_eigen(E), D));
    EXPECT_TRUE(same_bits(from_eigen(F), D));
}

TYPED_TEST(EigenSparseTest, CopiesUncompressedMatricesRight) {
    USING_TYPES;
    const auto E = TestFixture::template uncompressed<ByRows>(assembly);
    const auto F = TestFixture::template uncompressed<ByColumns>(assembly);
    ASSERT_FALSE(E.isCompressed() || F.isCompressed());
    EXPECT_TRUE(canonical(from_eigen(E)) && canonical(from_eigen(F)));
    EXPECT_EQ(from_eigen(E).nnz(), std::ssize(assembly.entries()));
    EXPECT_TRUE(same_bits(from_eigen(E), D));
    EXPECT_TRUE(same_bits(from_eigen(F), D));
}

TYPED_TEST(EigenSparseTest, EvaluatesExpressionsAndBlocks) {
    USING_TYPES;
    const ByColumns E = to_eigen(assembly.csc());
    const auto tolerance = 0.0;
    EXPECT_TRUE(test::near(from_eigen(E * T(2)), Matrix<T>(D * T(2)), tolerance));
    const auto adjoint = from_eigen(E.adjoint());
    EXPECT_TRUE(canonical(adjoint));
    EXPECT_TRUE(test::near(adjoint, Matrix<T>(D.adjoint()), tolerance));
    EXPECT_TRUE(same_bits(from_eigen(E.middleCols(2, 4)), Matrix<T>(D.middleCols(2, 4))));
    EXPECT_TRUE(same_bits(from_eigen(E.middleRows(2, 4)), Matrix<T>(D.middleRows(2, 4))));
    EXPECT_TRUE(same_bits(from_eigen(E.col(1)), Matrix<T>(D.col(1))));
    const Eigen::Ref<const ByColumns> reference(E);
    EXPECT_TRUE(same_bits(from_eigen(reference), D));
    EXPECT_TRUE(same_bits(to_csr(E), D));
    EXPECT_TRUE(same_bits(to_csc(E), D));
    EXPECT_TRUE(same_bits(to_dense(E), D));
    EXPECT_EQ(to_coo(E).nnz(), E.nonZeros());
}

TYPED_TEST(EigenSparseTest, SortsAndSumsWhatAMapShows) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using ByRows = typename TestFixture::ByRows;
    std::vector<I> offsets{0, 3, 3};
    std::vector<I> indices{2, 0, 2};
    std::vector<T> values{T(1), T(2), T(4)};
    const Eigen::Map<const ByRows> map(2, 3, 3, offsets.data(), indices.data(), values.data());
    const auto A = from_eigen(map);
    EXPECT_TRUE(canonical(A));
    EXPECT_EQ(A.nnz(), 2);
    EXPECT_EQ(A.coeff(0, 2), T(5));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)view_eigen(map); }, "view_eigen", "row 0 is not sorted"));
}

TYPED_TEST(EigenSparseTest, IsViewedWithoutACopy) {
    USING_TYPES;
    ByRows E = to_eigen(assembly.csr());
    const auto R = view_eigen(E);
    static_assert(std::same_as<std::remove_const_t<decltype(R)>, CsrView<T, I>>);
    EXPECT_EQ(R.values().data(), E.valuePtr());
    EXPECT_EQ(R.col_indices().data(), E.innerIndexPtr());
    EXPECT_TRUE(same_bits(R, D));
    E.valuePtr()[1] = T(77);
    EXPECT_EQ(R.values()[1], T(77));
    const ByColumns F = to_eigen(assembly.csc());
    static_assert(std::same_as<decltype(view_eigen(F)), CscView<T, I>>);
    EXPECT_TRUE(same_bits(view_eigen(F), D));
    const Eigen::Map<const ByColumns> map(F.rows(), F.cols(), F.nonZeros(), F.outerIndexPtr(), F.innerIndexPtr(),
                                          F.valuePtr());
    EXPECT_EQ(view_eigen(map).values().data(), F.valuePtr());
    EXPECT_EQ(view_eigen(Eigen::Ref<const ByColumns>(F)).values().data(), F.valuePtr());
}

TYPED_TEST(EigenSparseTest, RefusesToViewAnUncompressedMatrix) {
    USING_TYPES;
    auto E = TestFixture::template uncompressed<ByRows>(assembly);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)view_eigen(E); }, "view_eigen", "not compressed", "makeCompressed"));
    E.makeCompressed();
    EXPECT_TRUE(same_bits(view_eigen(E), D));
    const auto F = TestFixture::template uncompressed<ByColumns>(assembly);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)view_eigen(F); }, "from_eigen"));
}

TYPED_TEST(EigenSparseTest, TakesEmptyShapes) {
    USING_TYPES;
    for (const auto& [rows, cols] : {std::pair{0, 0}, {0, 4}, {4, 0}, {3, 2}}) {
        const ByColumns E(rows, cols);
        EXPECT_TRUE(canonical(from_eigen(E)));
        EXPECT_TRUE(canonical(view_eigen(E)));
        EXPECT_EQ(from_eigen(E).rows(), rows);
        EXPECT_EQ(from_eigen(E).cols(), cols);
        EXPECT_EQ(to_eigen(Csr<T, I>(rows, cols)).cols(), cols);
    }
    EXPECT_TRUE(canonical(from_eigen(ByRows())));
    EXPECT_EQ(to_eigen(Csr<T, I>()).rows(), 0);
}

template <class S>
concept Viewable = requires(S&& s) {
    view_eigen(std::forward<S>(s));
};

TEST(EigenSparse, ATemporaryCannotBeViewed) {
    using S = Eigen::SparseMatrix<double>;
    static_assert(Viewable<S&> && Viewable<const S&> && Viewable<Eigen::Map<const S>>);
    static_assert(!Viewable<S> && !Viewable<const S>);
}

TEST(EigenSparse, OtherStorageIndicesBecomeTheNextWiderIndex) {
    const auto check = []<class StorageIndex, class I>(StorageIndex, I) {
        Eigen::SparseMatrix<double, Eigen::ColMajor, StorageIndex> S(3, 2);
        S.insert(2, 1) = 4;
        S.insert(0, 1) = 3;
        S.makeCompressed();
        const auto A = from_eigen(S);
        static_assert(std::same_as<std::remove_const_t<decltype(A)>, Csc<double, I>>);
        EXPECT_EQ(A.coeff(2, 1), 4);
        EXPECT_EQ(A.coeff(0, 1), 3);
        if constexpr (sizeof(StorageIndex) >= 4) {
            const auto V = view_eigen(S);
            static_assert(std::same_as<std::remove_const_t<decltype(V)>, CscView<double, I>>);
            EXPECT_EQ(V.coeff(2, 1), 4);
        }
    };
    check(short(), std::int32_t());
    check(int(), std::int32_t());
    check(long(), std::int64_t());
    check(static_cast<long long>(0), std::int64_t());
    check(std::ptrdiff_t(), std::int64_t());
}

}  // namespace
}  // namespace tamis
