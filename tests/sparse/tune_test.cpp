// links: tamis_allocation_counter
#include <tamis/sparse/tune.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/select.hpp>

#include "sparse/kernels/csr.hpp"
#include "sparse/random_assembly.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/stored.hpp"
#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis {
namespace {

template <class T>
using Strided = Eigen::Map<Vector<T>, 0, Eigen::InnerStride<>>;

/// Every value another one, so that no run is constant, and one that float holds too, which changes no sum; with infinities,
/// NaN and zeros among them if asked.
template <class T, class I>
Csr<T, I> with_random_values(Csr<T, I> A, bool exceptional = false) {
    test::Random random(3);
    std::int64_t k = 0;
    for (auto& v : A.values()) {
        v = static_cast<T>(random.value<detail::InFloat<T>>());
        if (exceptional && ++k % 7 == 0) v = T(0);
        if (exceptional && k % 101 == 0) v = T(std::numeric_limits<Real<T>>::infinity());
        if (exceptional && k % 211 == 0) v = T(std::numeric_limits<Real<T>>::quiet_NaN());
    }
    return A;
}

template <class T>
Vector<T> random_vector(std::int64_t n, unsigned seed) {
    test::Random random(seed);
    Vector<T> x(n);
    for (auto& v : x) v = random.value<T>();
    return x;
}

/// Rows of 0 … 42 entries that reach `reach` columns at most; row 1100, if there is one, is cut into chunks by the plain
/// product.
template <class T, class I>
Csr<T, I> ragged(std::int64_t rows, std::int64_t cols, std::int64_t reach) {
    test::Random random(8);
    std::vector<I> offsets{0};
    std::vector<I> indices;
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t length = i == 1100 ? detail::long_row + 77 : i % 5 == 0 ? 3 : i * 7 % 43;
        const std::int64_t step = std::max<std::int64_t>(1, reach / std::max<std::int64_t>(1, length));
        std::int64_t column = random.below(std::max<std::int64_t>(1, cols - step * length));
        for (std::int64_t l = 0; l < length; ++l, column += step)
            indices.push_back(static_cast<I>(column + random.below(step)));
        offsets.push_back(static_cast<I>(indices.size()));
    }
    const std::vector<T> values(indices.size(), T(1));
    return with_random_values(Csr<T, I>(CsrView<T, I>(rows, cols, offsets, indices, values)));
}

/// The stencil matrices, blocks and mixtures that the layouts are made for.
template <class T, class I>
std::vector<Csr<T, I>> candidates() {
    std::vector<Csr<T, I>> all;
    all.push_back(poisson_2d<T, I>(37, 23));
    all.push_back(with_random_values(poisson_3d<T, I>(19, 8, 7)));
    all.push_back(with_random_values(poisson_2d<T, I>(700, 3), true));
    all.push_back(poisson_1d<T, I>(20000));  // one run that is cut
    // Rows of 16 and more entries, which are summed in four parts: a band, and blocks.
    for (const std::int64_t width : {15, 16, 17, 23, 40}) {
        std::vector<std::int64_t> offsets;
        std::vector<std::vector<T>> fills;
        for (std::int64_t d = 0; d < width; ++d) {
            offsets.push_back(2 * d - width);
            fills.push_back({T(1)});
        }
        all.push_back(with_random_values(diagonals<T, I>(offsets, fills, 2000, 1990)));
    }
    for (const std::int64_t B : {2, 3, 4, 5, 6}) {
        const auto pattern = test::random_assembly<T, I>(31, 29, 0.35, static_cast<unsigned>(B)).csr();
        Matrix<T> ones = Matrix<T>::Constant(B, B, T(1));
        all.push_back(with_random_values(cast<T, I>(kron(pattern, cast<T, I>(to_csr(ones))))));
    }
    for (const auto& [rows, cols, reach] : {std::array{900, 5000, 4000}, std::array{2000, 90000, 33000}})
        all.push_back(ragged<T, I>(rows, cols, reach));
    return all;
}

template <class P>
class Tune : public ::testing::Test {};
TYPED_TEST_SUITE(Tune, test::AllScalarsAndIndices, test::TypeName);

TYPED_TEST(Tune, ItsLayoutsHaveTheBitsOfThePlainProduct) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    int runs = 0;
    int blocks = 0;
    int slices = 0;
    for (const auto& A : candidates<T, I>()) {
        const auto x = random_vector<T>(A.cols(), 1);
        const CsrView<T, I> view = A;
        std::vector<std::unique_ptr<detail::TunedLayout<T>>> layouts;
        layouts.push_back(detail::rows_layout(view));
        for (const bool in_float : {false, true}) {
            for (auto make : {&detail::run_layout<T, I>, &detail::block_layout<T, I>, &detail::slice_layout<T, I>})
                layouts.push_back(make(view, in_float));
            runs += layouts[layouts.size() - 3] != nullptr;
            blocks += layouts[layouts.size() - 2] != nullptr;
            slices += layouts.back() != nullptr;
        }
        const T a = test::scalar<T>(-2, 0.25);
        const T b = test::scalar<T>(0.5, -1);
        for (const auto& [alpha, beta, stride] :
             {std::tuple{T(1), T(0), 1}, std::tuple{a, T(0), 2}, std::tuple{T(1), b, 3}}) {
            Vector<T> plain = random_vector<T>(A.rows() * stride, 2);
            const Vector<T> before = plain;
            multiply(A, x, Strided<T>(plain.data(), A.rows(), Eigen::InnerStride<>(stride)), alpha, beta);
            for (const auto& layout : layouts)
                for (const int threads : {1, 2, 4}) {
                    if (layout == nullptr || (threads == 4 && stride == 2)) continue;
                    Vector<T> y = before;
                    layout->apply(x.data(), y.data(), stride, alpha, beta, threads);
                    EXPECT_EQ(std::memcmp(y.data(), plain.data(), sizeof(T) * static_cast<std::size_t>(y.size())), 0)
                        << layout->description() << ", " << threads << " threads";
                }
        }
    }
    EXPECT_GE(runs, 18);
    EXPECT_EQ(blocks, 10);
    EXPECT_GE(slices, 20);
}

TYPED_TEST(Tune, TakesMatricesOfAnyShapeAndFormat) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& shape : test::shapes) {
        test::in_every_format(test::random_assembly<T, I>(shape.rows, shape.cols, 0.3, 5), [](const auto& A) {
            const auto tuned = tune(A);
            EXPECT_EQ(tuned.rows(), A.rows());
            EXPECT_EQ(tuned.cols(), A.cols());
            EXPECT_EQ(tuned.nnz(), A.nnz());
            const Vector<T> x = test::exact_vector<T>(A.cols(), 1);
            const Matrix<T> D = test::dense(A);
            EXPECT_TRUE(test::equal(tuned * x, (D * x).eval()));
            Vector<T> y = test::exact_vector<T>(A.rows(), 2);
            const Vector<T> expected = test::scalar<T>(2, 1) * (D * x) - y;
            tuned.apply(x, y, test::scalar<T>(2, 1), T(-1));
            EXPECT_TRUE(test::equal(y, expected));
        });
    }
}

TYPED_TEST(Tune, TakesBlocksOfBothOrders) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto A = poisson_3d<T, I>(9, 8, 7);
    const auto tuned = tune(A);
    Matrix<T> X(A.cols(), 3);
    for (int c = 0; c < 3; ++c) X.col(c) = test::exact_vector<T>(A.cols(), static_cast<unsigned>(c));
    const Matrix<T> expected = A * X;
    EXPECT_TRUE(test::equal(tuned * X, expected));
    const RowMajor Xr = X;
    RowMajor Y(A.rows(), 3);
    tuned.apply(Xr, Y);
    EXPECT_TRUE(test::equal(Matrix<T>(Y), expected));
}

TEST(TunedLayouts, WhatIsNotFiniteInXComesOutWhereThePlainProductHasIt) {
    for (const auto& A : candidates<double, std::int32_t>()) {
        Vector<double> x = random_vector<double>(A.cols(), 1);
        x[A.cols() / 2] = std::numeric_limits<double>::quiet_NaN();
        x[A.cols() / 3] = std::numeric_limits<double>::infinity();
        const Vector<double> expected = A * x;
        const CsrView<double> view = A;
        for (auto make : {&detail::run_layout<double, std::int32_t>, &detail::block_layout<double, std::int32_t>,
                          &detail::slice_layout<double, std::int32_t>}) {
            const auto layout = make(view, false);
            if (layout == nullptr) continue;
            Vector<double> y(A.rows());
            layout->apply(x.data(), y.data(), 1, 1.0, 0.0, 1);
            std::int64_t wrong = 0;
            for (std::int64_t i = 0; i < A.rows(); ++i)
                wrong += y[i] != expected[i] && !(std::isnan(y[i]) && std::isnan(expected[i]));
            EXPECT_EQ(wrong, 0) << layout->description();
        }
    }
}

TEST(TuneChoice, FindsStencilsBlocksAndNeither) {
    const auto layout = [](const Csr<double>& A) {
        const CsrView<double> view = A;
        return std::pair{detail::run_layout(view) != nullptr, detail::block_layout(view) != nullptr};
    };
    EXPECT_EQ(layout(poisson_2d<double>(60, 60)), std::pair(true, false));
    EXPECT_EQ(layout(elasticity_3d<double>(5, 5, 5)).second, true);
    EXPECT_EQ(layout(test::power_law_assembly<double, std::int32_t>(300, 300, 1).csr()), std::pair(false, false));
    // One entry outside its block, or one of a block missing.
    auto blocks = kron(identity<double>(50), to_csr(Matrix<double>(Matrix<double>::Ones(2, 2))));
    EXPECT_EQ(layout(blocks).second, true);
    const auto uneven = ragged<double, std::int32_t>(900, 3000, 2000);
    EXPECT_EQ(layout(uneven), std::pair(false, false));
    EXPECT_NE(detail::slice_layout(CsrView<double>(uneven)), nullptr);
    const auto seven = ragged<double, std::int32_t>(7, 3000, 2000);
    EXPECT_EQ(detail::slice_layout(CsrView<double>(seven)), nullptr);
    EXPECT_EQ(layout(drop_below(blocks - 1.0 * tril(triu(blocks, 1), 1), 0.5)).second, false);
}

TEST(TuneChoice, ConstantCoefficientsTakeNextToNothing) {
    const auto A = poisson_3d<double>(60, 60, 20);
    const CsrView<double> view = A;
    const auto runs = detail::run_layout(view);
    ASSERT_NE(runs, nullptr);
    EXPECT_LT(static_cast<double>(runs->bytes()) / static_cast<double>(A.nnz()), 1.0);
    const auto varying = with_random_values(A);
    const CsrView<double> varying_view = varying;
    EXPECT_LT(static_cast<double>(detail::run_layout(varying_view)->bytes()) / static_cast<double>(A.nnz()), 9.0);
}

TEST(TuneChoice, ARowTooLongForALayoutStaysPlain) {
    // Long rows are summed in chunks by the plain product; blocks of them would have other bits.
    const auto long_rows = kron(to_csr(Matrix<double>(Matrix<double>::Ones(1, detail::long_row / 2))),
                                to_csr(Matrix<double>(Matrix<double>::Ones(2, 2))));
    const CsrView<double> view = long_rows;
    EXPECT_EQ(detail::block_layout(view), nullptr);
    EXPECT_EQ(detail::run_layout(view), nullptr);
    const Vector<double> x = random_vector<double>(long_rows.cols(), 4);
    EXPECT_TRUE(test::same_bits(tune(long_rows) * x, long_rows * x));
}

TEST(TuneOptions, FewProductsKeepThePlainLayout) {
    const auto A = poisson_3d<double>(20, 20, 20);
    const auto tuned = tune(A, {.expected_products = 3});
    EXPECT_EQ(tuned.description(), "compressed rows");
    EXPECT_TRUE(std::isinf(tuned.payback_products()));
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)tune(A, {.expected_products = -1}); }, "expected_products", "-1"));
}

TEST(TuneOptions, FloatValuesAreTakenWhereTheyAreAllowedOrChangeNothing) {
    auto A = poisson_3d<double>(30, 30, 30);
    for (auto& v : A.values()) v *= 1 + 1e-12;
    const Vector<double> x = random_vector<double>(A.cols(), 1);
    const auto rounded = cast<double, std::int32_t>(cast<float, std::int32_t>(A));
    const auto tuned = tune(A, {.allow_float_values = true});
    const bool in_float = tuned.description().ends_with("values in float");  // the trial decides
    EXPECT_TRUE(test::same_bits(tuned * x, (in_float ? rounded : A) * x));
    EXPECT_FALSE(tune(A).description().ends_with("values in float"));
    EXPECT_TRUE(test::same_bits(tune(rounded) * x, rounded * x));
    A.values()[5] = 1e200;
    EXPECT_FALSE(tune(A, {.allow_float_values = true}).description().ends_with("values in float"));
    EXPECT_TRUE(test::same_bits(tune(A, {.allow_float_values = true}) * x, A * x));
}

TEST(TuneOptions, FloatHoldsNormalNumbersOnly) {
    using detail::FloatFit;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto fit = [](std::complex<double> v) {
        return detail::float_fit<std::complex<double>>(std::vector{std::complex<double>(1, 0), v}, FloatFit::none);
    };
    EXPECT_EQ(fit({16777216, -0.0}), FloatFit::exact);
    EXPECT_EQ(fit({infinity, 0.75}), FloatFit::exact);
    EXPECT_EQ(fit({16777217, 0}), FloatFit::rounded);
    EXPECT_EQ(fit({0, 0.1}), FloatFit::rounded);
    EXPECT_EQ(fit(std::nan("")), FloatFit::rounded);
    EXPECT_EQ(fit({1, 3.5e38}), FloatFit::none);
    EXPECT_EQ(fit(1e-38), FloatFit::none);
    EXPECT_EQ(fit({5e-324, 0}), FloatFit::none);
    EXPECT_EQ(detail::float_fit<float>(std::vector{1e-42F}, FloatFit::none), FloatFit::exact);
}

TEST(TuneOptions, ThreadsAreAsked) {
    test::ThreadBudget budget(4);
    const auto A = poisson_3d<double>(30, 30, 30);
    const Vector<double> x = random_vector<double>(A.cols(), 1);
    for (const int threads : {0, 1, 3, 50})
        EXPECT_TRUE(test::same_bits(tune(A, {.threads = threads}) * x, A * x)) << threads;
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { (void)tune(A, {.threads = -2}); }, ".threads", "-2"));
}

TEST(TunedMatrix, RefusesWhatDoesNotFit) {
    const auto tuned = tune(poisson_2d<double>(3, 4));
    Vector<double> x = Vector<double>::Ones(11);
    Vector<double> y(12);
    EXPECT_TRUE(test::throws<DimensionMismatch>([&] { tuned.apply(x, y); }, "TunedMatrix::apply", "12", "11"));
    Vector<double> z = Vector<double>::Ones(12);
    EXPECT_TRUE(test::throws<InvalidArgument>([&] { tuned.apply(z, z); }, "share memory"));
    EXPECT_EQ(TunedMatrix<double>().rows(), 0);
    EXPECT_EQ(TunedMatrix<double>().description(), "no entries");
}

TEST(TunedMatrix, KeepsNoReferenceAndCopiesShareTheArrays) {
    TunedMatrix<double> copy;
    const Vector<double> x = random_vector<double>(400, 5);
    Vector<double> expected;
    {
        const auto A = poisson_2d<double>(20, 20);
        expected = A * x;
        const auto tuned = tune(A);
        copy = tuned;
    }
    EXPECT_TRUE(test::same_bits(copy * x, expected));
}

TEST(TunedMatrix, AllocatesNothingInAProduct) {
    test::ThreadBudget budget(1);
    const Vector<double> x = random_vector<double>(27000, 6);
    for (const auto& A : {poisson_3d<double>(30, 30, 30), elasticity_3d<double>(19, 19, 24)}) {
        const auto tuned = tune(A);
        const Vector<double> v = random_vector<double>(A.cols(), 6);
        Vector<double> y(A.rows());
        const test::AllocationCounter count;
        tuned.apply(v, y, 2.0, 0.0);
        tuned.apply(v, y, 1.0, 1.0);
        EXPECT_EQ(count.allocations(), 0);
    }
}

}  // namespace
}  // namespace tamis
