#include <tamis/sparse/build.hpp>

#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "sparse/random_assembly.hpp"
#include "support/assertions.hpp"

namespace tamis {
namespace {

using test::in_every_format;

template <class P>
class Build : public ::testing::Test {};
TYPED_TEST_SUITE(Build, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Build, IdentityAndDiagonalMatrix) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const std::int64_t n : {0, 1, 5}) {
        EXPECT_TRUE(test::canonical(identity<T, I>(n)));
        EXPECT_TRUE(test::equal(identity<T, I>(n), Matrix<T>::Identity(n, n).eval()));
        const Vector<T> d = test::exact_vector<T>(n, 1);
        const Csr<T, I> D = diagonal_matrix<I>(d);
        EXPECT_TRUE(test::canonical(D));
        EXPECT_EQ(D.nnz(), n);
        EXPECT_TRUE(test::equal(D, Matrix<T>(d.asDiagonal())));
    }
    EXPECT_TRUE(test::equal(identity<T, I>(2, 4), Matrix<T>::Identity(2, 4).eval()));
    EXPECT_TRUE(test::equal(identity<T, I>(4, 2), Matrix<T>::Identity(4, 2).eval()));
    static_assert(std::is_same_v<decltype(identity<T>(3)), Csr<T, std::int32_t>>);
    EXPECT_TRUE(test::throws<InvalidArgument>([] { (void)identity<T, I>(-1); }, "identity"));
    EXPECT_TRUE(test::throws<IndexOverflow>([] { (void)identity<T>(3000000000); }, "int64"));
}

TYPED_TEST(Build, DiagonalsInAnyOrderFilledOrListed) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto A = diagonals<T, I>({2, -1, 0}, {{T(7), T(8)}, {T(1), T(2), T(3)}, {T(5)}}, 4, 4);
    Matrix<T> expected(4, 4);
    expected << T(5), T(0), T(7), T(0), T(1), T(5), T(0), T(8), T(0), T(2), T(5), T(0), T(0), T(0), T(3), T(5);
    EXPECT_TRUE(test::canonical(A));
    EXPECT_TRUE(test::equal(A, expected));
    EXPECT_EQ(A.nnz(), 9);
    const std::vector<int> offsets{2, -1, 0};
    const std::vector<std::vector<T>> values{{T(7), T(8)}, {T(1), T(2), T(3)}, {T(5)}};
    const auto from_ranges = diagonals<T, I>(offsets, values, 4, 4);
    EXPECT_TRUE(test::equal(from_ranges, expected));
    const auto mixed = diagonals<T, I>({2, -1, 0}, values, 4, 4);
    EXPECT_TRUE(test::equal(mixed, expected));
    const auto others = diagonals<T, I>(offsets, {{T(7), T(8)}, {T(1), T(2), T(3)}, {T(5)}}, 4, 4);
    EXPECT_TRUE(test::equal(others, expected));
    const auto nothing = diagonals<T, I>({}, std::initializer_list<std::initializer_list<T>>{}, 2, 3);
    EXPECT_EQ(nothing.nnz(), 0);
    EXPECT_EQ(nothing.cols(), 3);
}

TYPED_TEST(Build, DiagonalsOfRectangles) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : {test::Shape{3, 7}, test::Shape{7, 3}, test::Shape{1, 5}, test::Shape{5, 1}}) {
        std::vector<std::int64_t> offsets;
        std::vector<Vector<T>> values;
        Matrix<T> expected = Matrix<T>::Zero(shape.rows, shape.cols);
        for (std::int64_t k = -shape.rows + 1; k < shape.cols; k += 2) {
            offsets.push_back(k);
            values.push_back(test::exact_vector<T>(expected.diagonal(k).size(), static_cast<std::uint64_t>(k + 100)));
            expected.diagonal(k) = values.back();
        }
        EXPECT_TRUE(test::equal(diagonals<T, I>(offsets, values, shape.rows, shape.cols), expected));
    }
}

TYPED_TEST(Build, DiagonalsRefuseRepeatedOutsideAndWrongLengths) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto make = [](std::vector<std::int64_t> offsets, std::vector<std::vector<T>> values) {
        return [=] { (void)diagonals<T, I>(offsets, values, 3, 4); };
    };
    const T v(1);
    EXPECT_TRUE(test::throws<InvalidArgument>(make({1, 1}, {{v}, {v}}), "diagonals", "offset 1", "twice"));
    EXPECT_TRUE(test::throws<InvalidArgument>(make({4}, {{v}}), "offset 4", "3×4"));
    EXPECT_TRUE(test::throws<InvalidArgument>(make({-3}, {{v}}), "offset -3"));
    EXPECT_TRUE(test::throws<InvalidArgument>(make({std::numeric_limits<std::int64_t>::min()}, {{v}}), "offset"));
    EXPECT_TRUE(test::throws<DimensionMismatch>(make({0}, {{v, v}}), "3 entries", "2 values"));
    EXPECT_TRUE(test::throws<DimensionMismatch>(make({0, 1}, {{v}}), "2 offsets", "1 lists"));
    EXPECT_TRUE(test::throws<DimensionMismatch>(make({0}, {{}}), "3 entries", "0 values"));
}

TYPED_TEST(Build, KronAgreesWithItsDefinition) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        const auto b = test::random_assembly<T, I>(shape.rows, shape.cols, 0.5, 2);
        const Csr<T, I> B_rows = b.csr();
        const Csc<T, I> B_cols = b.csc();
        const Matrix<T> D = test::dense(B_rows);
        in_every_format(test::random_assembly<T, I>(3, 2, 0.7, 1), [&](const auto& A) {
            Matrix<T> expected(3 * b.rows(), 2 * b.cols());
            for (std::int64_t i = 0; i < 3; ++i)
                for (std::int64_t j = 0; j < 2; ++j)
                    expected.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = A.coeff(i, j) * D;
            const auto K = kron(A, B_rows);
            static_assert(std::remove_cvref_t<decltype(K)>::is_row_major == std::remove_cvref_t<decltype(A)>::is_row_major);
            EXPECT_TRUE(test::canonical(K));
            EXPECT_TRUE(test::equal(K, expected));
            EXPECT_TRUE(test::equal(kron(A, B_cols), expected));
        });
    }
}

TYPED_TEST(Build, BlockDiagonalAndStacksMixFormatsAndShapes) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const auto b = test::random_assembly<T, I>(3, 5, 0.5, 2).csc();
    const auto c = test::random_assembly<T, I>(3, 0, 0.5, 3).csr();
    const auto d = test::random_assembly<T, I>(4, 2, 0.5, 4).csr();
    in_every_format(test::random_assembly<T, I>(3, 2, 0.7, 1), [&](const auto& A) {
        Matrix<T> diagonal = Matrix<T>::Zero(6, 7);
        diagonal.topLeftCorner(3, 2) = test::dense(A);
        diagonal.bottomRightCorner(3, 5) = test::dense(b);
        const auto D = block_diagonal(A, b);
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(D)>, detail::owner_t<decltype(A)>>);
        EXPECT_TRUE(test::canonical(D));
        EXPECT_TRUE(test::equal(D, diagonal));
        EXPECT_TRUE(test::equal(block_diagonal(A), A));
        EXPECT_EQ(block_diagonal(A, c, d).rows(), 10);

        Matrix<T> beside(3, 7);
        beside << test::dense(A), test::dense(b);
        const auto H = hstack(A, c, b);
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(H)>, detail::owner_t<decltype(A)>>);
        EXPECT_TRUE(test::canonical(H));
        EXPECT_TRUE(test::equal(H, beside));
        EXPECT_TRUE(test::equal(hstack(A), A));

        Matrix<T> below(7, 2);
        below << test::dense(A), test::dense(d);
        const auto V = vstack(A, d);
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(V)>, detail::owner_t<decltype(A)>>);
        EXPECT_TRUE(test::canonical(V));
        EXPECT_TRUE(test::equal(V, below));

        EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)hstack(A, d); }, "hstack", "block (0, 1)", "4 rows", "3"));
        EXPECT_TRUE(
            test::throws<DimensionMismatch>([&] { (void)vstack(A, b); }, "vstack", "block (1, 0)", "5 columns", "2"));
    });
    const std::vector<Csc<T, I>> list{b, b, b};
    EXPECT_TRUE(test::equal(hstack(list), hstack(b, b, b)));
    EXPECT_TRUE(test::equal(vstack(list), vstack(b, b, b)));
    EXPECT_TRUE(test::equal(block_diagonal(list), block_diagonal(b, b, b)));
    EXPECT_EQ(hstack(std::vector<Csr<T, I>>{}).rows(), 0);
    EXPECT_EQ(block_diagonal(std::vector<Csr<T, I>>{}).cols(), 0);
}

template <class T, class I>
Csr<Real<T>, I> real_parts(const Csr<T, I>& A) {
    return detail::map_stored<Real<T>>(A.view(), [](const T& v) { return detail::real_part(v); });
}

TYPED_TEST(Build, BlockMatrixInfersTheSizesOfItsZeros) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A = test::random_assembly<T, I>(3, 2, 0.7, 1).csr();
    const Csc<T, I> B = test::random_assembly<T, I>(3, 4, 0.7, 2).csc();
    const Csr<T, I> C = test::random_assembly<T, I>(5, 2, 0.7, 3).csr();
    const Csr<T, I> R = block_matrix<T, I>({{A, B}, {C, {}}});
    Matrix<T> expected = Matrix<T>::Zero(8, 6);
    expected.topLeftCorner(3, 2) = test::dense(A);
    expected.topRightCorner(3, 4) = test::dense(B);
    expected.bottomLeftCorner(5, 2) = test::dense(C);
    EXPECT_TRUE(test::canonical(R));
    EXPECT_TRUE(test::equal(R, expected));
    EXPECT_TRUE(test::equal(block_matrix<T, I>({{A.view()}, {C.view()}}), expected.leftCols(2)));
    EXPECT_TRUE(test::equal(block_matrix<T, I>({{A}}), A));
    const auto real = real_parts(A);
    EXPECT_TRUE(test::equal(block_matrix<T, I>({{real, {}}, {{}, B}}).block(0, 0, 3, 2), real));
}

TYPED_TEST(Build, BlockMatrixRefusesWhatItCannotInfer) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const Csr<T, I> A(3, 2);
    const Csr<T, I> B(4, 2);
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)block_matrix<T, I>({{A, {}}, {A, {}}}); }, "column 1"));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)block_matrix<T, I>({{A, A}, {{}, {}}}); }, "row 1"));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)block_matrix<T, I>({{A, A}, {A}}); }, "row 1", "1 blocks"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)block_matrix<T, I>({{A, B}}); }, "block (0, 1)", "4 rows"));
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { (void)block_matrix<T, I>({{A}, {Csr<T, I>(1, 3)}}); }, "3 columns"));
}

TYPED_TEST(Build, RandomSparseHasTheExactCountAndIsReproducible) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const double density : {0.0, 0.013, 0.3, 0.5, 0.77, 1.0}) {
        for (const auto& shape : test::shapes) {
            const auto A = random_sparse<T, I>(shape.rows, shape.cols, density, 42);
            const auto cells = static_cast<double>(shape.rows * shape.cols);
            EXPECT_TRUE(test::canonical(A));
            EXPECT_EQ(A.nnz(), std::llround(density * cells));
            for (const T& v : A.values()) EXPECT_LE(std::abs(detail::real_part(v)), 1);
            EXPECT_TRUE(test::same_bits(A, random_sparse<T, I>(shape.rows, shape.cols, density, 42)));
        }
    }
    EXPECT_FALSE(test::equal(random_sparse<T, I>(30, 30, 0.3, 1), random_sparse<T, I>(30, 30, 0.3, 2)));
}

TYPED_TEST(Build, RandomSparseSpreadsPlacesAndValuesEvenly) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const double density : {0.02, 0.9}) {
        const auto A = random_sparse<T, I>(200, 500, density, 7);
        const auto n = static_cast<double>(A.nnz());
        double quarter = 0;
        double sum = 0;
        double squares = 0;
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            for (const auto& e : A.row(i)) {
                quarter += i < 100 && e.index < 250 ? 1 : 0;
                sum += static_cast<double>(detail::real_part(e.value));
                squares += std::pow(static_cast<double>(detail::real_part(e.value)), 2);
            }
        }
        EXPECT_NEAR(quarter / n, 0.25, 5 * std::sqrt(0.25 * 0.75 / n));
        EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(3 * n));
        EXPECT_NEAR(squares / n, 1.0 / 3, 5 * 0.3 / std::sqrt(n));
    }
}

TYPED_TEST(Build, RandomSparseRefusesDensitiesOutsideZeroToOne) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const double density : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)random_sparse<T, I>(3, 3, density, 1); }, "density"));
}

TEST(BuildLarge, RandomSparseOfHugeShapesCostsNoMoreThanItsEntries) {
    constexpr std::int64_t n = std::int64_t{1} << 21;
    const auto A = random_sparse<float>(20, 2000000000, 1e-6, 3);
    EXPECT_EQ(A.nnz(), 40000);
    EXPECT_TRUE(test::canonical(A));
    const auto B = random_sparse<float, std::int64_t>(10, n * n * 1000000, 1000 / (1e7 * n * n), 3);
    EXPECT_EQ(B.nnz(), 1000);
    EXPECT_TRUE(test::canonical(B));
}

TEST(BuildOverflow, NamesInt64) {
    EXPECT_TRUE(test::throws<IndexOverflow>([] { (void)random_sparse<float>(100000, 100000, 0.5, 1); }, "int64"));
    const auto wide = Csr<float>(1, 100000);
    EXPECT_TRUE(test::throws<IndexOverflow>([&] { (void)kron(wide, wide); }, "kron", "int64"));
    const auto wider = Csr<float>(1, 2000000000);
    EXPECT_TRUE(test::throws<IndexOverflow>([&] { (void)hstack(wider, wider); }, "hstack", "int64"));
    EXPECT_TRUE(test::throws<IndexOverflow>([&] { (void)block_diagonal(wider, wider); }, "block_diagonal", "int64"));
    EXPECT_TRUE(test::throws<IndexOverflow>([&] { (void)block_matrix<float>({{wider, wider}}); }, "block_matrix", "int64"));
}

TEST(BuildOfMixedScalars, Widens) {
    const auto a = test::random_assembly<double, std::int32_t>(2, 2, 1, 1).csr();
    const auto b = test::random_assembly<std::complex<double>, std::int32_t>(2, 2, 1, 2).csr();
    const auto H = hstack(a, b);
    static_assert(std::is_same_v<scalar_t<decltype(H)>, std::complex<double>>);
    EXPECT_EQ(H.coeff(1, 3), b.coeff(1, 1));
    EXPECT_EQ(kron(a, b).coeff(3, 3), a.coeff(1, 1) * b.coeff(1, 1));
    const Csr<double> D = diagonals({-1, 0}, {{1.0}, {2.0}}, 3, 3);
    EXPECT_EQ(D.nnz(), 5);
    const Csr<double> pinned = diagonals<double>({-1, 0, 2}, {{1, 1, 1}, {2}, {3, 3}}, 4, 4);
    EXPECT_EQ(pinned.nnz(), 9);
}

}  // namespace
}  // namespace tamis
