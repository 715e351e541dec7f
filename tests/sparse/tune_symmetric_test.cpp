// TuneOptions::symmetric: one half of a Hermitian matrix.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/add.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/select.hpp>
#include <tamis/sparse/transpose.hpp>
#include <tamis/sparse/tune.hpp>

#include "sparse/random_assembly.hpp"
#include "sparse/tuned/layout.hpp"
#include "support/assertions.hpp"
#include "support/random.hpp"

namespace tamis {
namespace {

/// B + Bᴴ with multiples of 1/8 in the places of A, so that any order of the sums gives the same.
template <class T, class I>
Csr<T, I> hermitian(Csr<T, I> A) {
    test::Random random(5);
    for (auto& v : A.values()) v = random.eighths<T>();
    return A + to_csr(adjoint(A));
}

template <class T, class I>
std::vector<Csr<T, I>> matrices() {
    std::vector<Csr<T, I>> all;
    all.push_back(hermitian(poisson_2d<T, I>(41, 30)));
    all.push_back(hermitian(elasticity_3d<T, I>(5, 4, 4)));
    all.push_back(hermitian(poisson_2d<T, I>(60, 600)));                           // several parts
    all.push_back(hermitian(test::random_assembly<T, I>(70, 70, 0.03, 1).csr()));  // rows without diagonal, empty rows
    all.push_back(hermitian(test::power_law_assembly<T, I>(200, 200, 2).csr()));   // a full row and column
    all.push_back(
        hermitian(kron(test::random_assembly<T, I>(30, 30, 0.1, 3).csr(),
                       cast<T, I>(to_csr(Matrix<T>(Matrix<T>::Ones(2, 2)))))));  // blocks, some diagonal ones missing
    all.push_back(hermitian(identity<T, I>(1)));
    // Beyond the distances that 16 bits can tell.
    all.push_back(
        hermitian(diagonals<T, I>({-66000, -65536, -65535, -1, 0}, std::vector(5, std::vector<T>{T(1)}), 68000, 68000)));
    return all;
}

template <class P>
class TuneSymmetric : public ::testing::Test {};
using Types = ::testing::Types<test::Types<double>, test::Types<std::complex<double>>, test::Types<float, std::int64_t>>;
TYPED_TEST_SUITE(TuneSymmetric, Types, test::TypeName);

TYPED_TEST(TuneSymmetric, HalvesGiveThePlainProduct) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
    int layouts = 0;
    for (const auto& A : matrices<T, I>())
        for (const bool in_float : {false, true}) {
            const CsrView<T, I> view = A;
            const auto half = detail::half_layout(view, in_float);
            if (half == nullptr) continue;
            ++layouts;
            const Vector<T> x = test::exact_vector<T>(A.cols(), 1);
            for (const auto& [alpha, beta, stride] : {std::tuple{T(1), T(0), 1}, std::tuple{test::scalar<T>(2, 1), T(1), 3},
                                                      std::tuple{T(-1), test::scalar<T>(1, 2), 1}}) {
                Vector<T> y = test::exact_vector<T>(A.rows() * stride, 2);
                if (beta == T(0)) y.setConstant(nan);
                const Eigen::Map<Vector<T>, 0, Eigen::InnerStride<>> used(y.data(), A.rows(), Eigen::InnerStride<>(stride));
                Vector<T> expected = alpha * (A * x);
                if (beta != T(0)) expected += beta * used;
                for (const int threads : {1, 2, 4}) {
                    Vector<T> result = y;
                    half->apply(x.data(), result.data(), stride, alpha, beta, threads);
                    const Vector<T> sums = Eigen::Map<Vector<T>, 0, Eigen::InnerStride<>>(result.data(), A.rows(),
                                                                                          Eigen::InnerStride<>(stride));
                    EXPECT_TRUE(test::equal(sums, expected)) << half->description();
                }
            }
        }
    EXPECT_EQ(layouts, 16);
}

TYPED_TEST(TuneSymmetric, TheNumberOfThreadsChangesNoBit) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    auto A = poisson_3d<T, I>(40, 40, 40);
    test::Random random(6);
    const Vector<T> d = random.vector<T>(A.rows());
    A = scale_rows(scale_cols(A, d), d.conjugate().eval());
    const CsrView<T, I> view = A;
    const auto half = detail::half_layout(view);
    ASSERT_NE(half, nullptr);
    const Vector<T> x = random.vector<T>(A.cols());
    Vector<T> expected(A.rows());
    half->apply(x.data(), expected.data(), 1, T(1), T(0), 1);
    EXPECT_LT((expected - A * x).cwiseAbs().maxCoeff(), 100 * epsilon_v<T>);
    for (const int threads : {2, 3, 4}) {
        Vector<T> y(A.rows());
        half->apply(x.data(), y.data(), 1, T(1), T(0), threads);
        EXPECT_TRUE(test::same_bits(y, expected)) << threads;
    }
}

TEST(TuneSymmetric, WhatIsNotFiniteComesOutWhereThePlainProductHasIt) {
    const auto A = hermitian(poisson_2d<double>(30, 31));
    Vector<double> x = test::exact_vector<double>(A.cols(), 1);
    x[17] = std::numeric_limits<double>::quiet_NaN();
    x[500] = std::numeric_limits<double>::infinity();
    const CsrView<double> view = A;
    Vector<double> y(A.rows());
    detail::half_layout(view)->apply(x.data(), y.data(), 1, 1.0, 0.0, 1);
    const Vector<double> expected = A * x;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        EXPECT_TRUE(y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))) << i;
}

TEST(TuneSymmetric, IsAnOption) {
    const auto A = hermitian(poisson_3d<double>(30, 30, 30));
    const Vector<double> x = test::exact_vector<double>(A.cols(), 1);
    EXPECT_TRUE(test::equal(tune(A, {.symmetric = true}) * x, (A * x).eval()));
    EXPECT_TRUE(test::equal(tune(Csr<double>(0, 0), {.symmetric = true}) * Vector<double>(0), Vector<double>(0)));
}

TEST(TuneSymmetric, EntriesWithoutAConjugatePartnerAreNamed) {
    using Complex = std::complex<double>;
    const auto refuses = [](const auto& A, const char* entry) {
        return test::throws<InvalidArgument>([&] { (void)tune(A, {.expected_products = 0, .symmetric = true}); },
                                             ".symmetric", entry);
    };
    const auto with = [](std::int32_t i, std::int32_t j, auto v) {
        using T = decltype(v);
        test::Assembly<T, std::int32_t> a(5, 5);
        for (std::int32_t d = 0; d < 5; ++d) a.set(d, d, T(2));
        a.set(3, 1, T(1));
        a.set(1, 3, T(1));
        a.set(i, j, v);
        return a.csr();
    };
    EXPECT_TRUE(refuses(with(4, 2, 1.0), "(4, 2)"));
    EXPECT_TRUE(refuses(with(2, 4, 1.0), "(2, 4)"));
    EXPECT_TRUE(refuses(with(3, 0, 1.0), "(3, 0)"));
    EXPECT_TRUE(refuses(with(1, 3, 7.0), "(1, 3)"));
    EXPECT_TRUE(refuses(with(2, 2, std::nan("")), "(2, 2)"));
    EXPECT_TRUE(refuses(with(2, 2, Complex(1, 1)), "(2, 2)"));
    EXPECT_TRUE(refuses(with(1, 3, Complex(1, 1)), "(1, 3)"));
    EXPECT_TRUE(refuses(Csr<double>(3, 4), "3×4"));
}

}  // namespace
}  // namespace tamis
