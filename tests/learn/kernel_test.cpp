#include <tamis/learn/kernel.hpp>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {
namespace {

using learn::Kernel;
namespace kernel = learn::kernel;

/// A kernel with its formula, of one pair of points: `same` where they are one sample.
struct Described {
    std::string name;
    Kernel kernel;
    std::function<long double(const Vector<double>& x, const Vector<double>& y, bool same)> value;
};

long double distance(const Vector<double>& x, const Vector<double>& y, const std::vector<double>& lengths) {
    long double s = 0;
    for (std::int64_t d = 0; d < x.size(); ++d) {
        const long double l = lengths[lengths.size() == 1 ? 0 : static_cast<std::size_t>(d)];
        s += (wide(x[d]) - y[d]) * (wide(x[d]) - y[d]) / (l * l);
    }
    return std::sqrt(s);
}

long double scalar_product(const Vector<double>& x, const Vector<double>& y, const std::vector<double>& lengths) {
    long double s = 0;
    for (std::int64_t d = 0; d < x.size(); ++d) {
        const long double l = lengths[lengths.size() == 1 ? 0 : static_cast<std::size_t>(d)];
        s += wide(x[d]) * y[d] / (l * l);
    }
    return s;
}

/// Every kernel for three features, with one length scale and with three, and how they combine.
std::vector<Described> all_kernels() {
    using V = Vector<double>;
    const std::vector<double> one{0.8}, each{0.5, 1.7, 0.9};
    std::vector<Described> all;
    for (const auto& lengths : {one, each}) {
        const learn::LengthScales scales(lengths);
        const std::string suffix = lengths.size() > 1 ? " by feature" : "";
        const auto add = [&](const char* name, const Kernel& k, const std::function<long double(long double)>& of_distance) {
            all.push_back(
                {name + suffix, k, [=](const V& x, const V& y, bool) { return of_distance(distance(x, y, lengths)); }});
        };
        add("rbf", kernel::rbf(scales), [](long double r) { return std::exp(-r * r / 2); });
        add("matern12", kernel::matern12(scales), [](long double r) { return std::exp(-r); });
        add("matern32", kernel::matern32(scales),
            [](long double r) { return (1 + std::sqrt(3.0L) * r) * std::exp(-std::sqrt(3.0L) * r); });
        add("matern52", kernel::matern52(scales),
            [](long double r) { return (1 + std::sqrt(5.0L) * r + 5 * r * r / 3) * std::exp(-std::sqrt(5.0L) * r); });
        // For three features j is 3 and 4.
        add("wendland_c2", kernel::wendland_c2(scales),
            [](long double r) { return r >= 1 ? 0 : std::pow(1 - r, 4.0L) * (4 * r + 1); });
        add("wendland_c4", kernel::wendland_c4(scales),
            [](long double r) { return r >= 1 ? 0 : std::pow(1 - r, 6.0L) * (35 * r * r + 18 * r + 3) / 3; });
        all.push_back({"linear" + suffix, kernel::linear(scales),
                       [=](const V& x, const V& y, bool) { return scalar_product(x, y, lengths); }});
    }
    all.push_back({"linear without parameters", kernel::linear(),
                   [](const V& x, const V& y, bool) { return scalar_product(x, y, {1.0}); }});
    all.push_back({"constant", kernel::constant(2.5), [](const V&, const V&, bool) { return 2.5L; }});
    all.push_back({"white", kernel::white(0.3), [](const V&, const V&, bool same) { return same ? wide(0.3) : 0.0L; }});
    all.push_back({"everything",
                   2.0 * kernel::rbf({0.5, 1.7, 0.9}) * (kernel::matern32(1.1) + kernel::linear(0.7)) + kernel::white(0.1) +
                       kernel::rbf(0.8) * 0.25,
                   [=](const V& x, const V& y, bool same) {
                       const long double r = distance(x, y, each), s = distance(x, y, one), t = distance(x, y, {1.1});
                       const long double a = std::sqrt(3.0L) * t;
                       return 2 * std::exp(-r * r / 2) * ((1 + a) * std::exp(-a) + scalar_product(x, y, {0.7})) +
                              (same ? wide(0.1) : 0.0L) + std::exp(-s * s / 2) / 4;
                   }});
    return all;
}

/// Points with some close pairs and one that comes twice.
Matrix<double> points(std::int64_t n) {
    Matrix<double> X = Random(3).matrix<double>(n, 3);
    if (n > 2) {
        X.row(1) = X.row(0);
        X.row(2) = X.row(0);
        X(2, 1) += 1e-9;
    }
    return X;
}

template <class T>
void expect_values(const Described& k, double tolerance) {
    const Matrix<double> X = points(150), Y = Random(4).matrix<double>(20, 3);  // more than a tile
    const Matrix<T> Xt = X.cast<T>(), Yt = Y.cast<T>();
    const Matrix<T> K = k.kernel.matrix(Xt), C = k.kernel.matrix(Xt, Yt);
    const Vector<T> d = k.kernel.diagonal(Xt);
    ASSERT_EQ(K.rows(), 150);
    ASSERT_EQ(C.cols(), 20);
    const auto row = [](const Matrix<T>& A, std::int64_t i) {
        return Vector<double>(A.row(i).transpose().template cast<double>());
    };
    double worst = 0, worst_cross = 0;
    EXPECT_TRUE(equal(Matrix<T>(K.transpose()), K));
    for (std::int64_t i = 0; i < 150; ++i) EXPECT_EQ(d[i], K(i, i));
    for (const std::int64_t i : {0, 1, 2, 15, 16, 17, 63, 127, 128, 149}) {
        for (std::int64_t j = 0; j < 150; ++j) {
            raise(worst, static_cast<double>(std::abs(K(i, j) - k.value(row(Xt, i), row(Xt, j), i == j))));
        }
        for (std::int64_t j = 0; j < 20; ++j)
            raise(worst_cross, static_cast<double>(std::abs(C(i, j) - k.value(row(Xt, i), row(Yt, j), false))));
    }
    EXPECT_LE(worst, tolerance) << k.kernel.to_string();
    EXPECT_LE(worst_cross, tolerance) << k.kernel.to_string();
}

TEST(Kernel, ValuesAreThoseOfTheFormulasAndExactlySymmetric) {
    for (const Described& k : all_kernels()) {
        SCOPED_TRACE(k.name);
        expect_values<double>(k, 1e-13);
        expect_values<float>(k, 3e-5);
    }
}

/// ∂K/∂log θ_p by Richardson extrapolation of central differences, of order h⁶.
Matrix<double> differences(const Kernel& k, const Matrix<double>& X, std::int64_t p) {
    const auto central = [&](double h) {
        Vector<double> plus = k.parameters(), minus = plus;
        plus[p] += h;
        minus[p] -= h;
        return Matrix<double>((k.with_parameters(plus).matrix(X) - k.with_parameters(minus).matrix(X)) / (2 * h));
    };
    const double h = 1e-2;
    const Matrix<double> a = central(h), b = central(h / 2), c = central(h / 4);
    const Matrix<double> ab = (4 * b - a) / 3, bc = (4 * c - b) / 3;
    return (16 * bc - ab) / 15;
}

TEST(Kernel, DerivativesByLogarithmsAgreeWithDifferences) {
    const Matrix<double> X = points(30);
    const Matrix<double> W = Random(6).matrix<double>(30, 30);
    for (const Described& k : all_kernels()) {
        SCOPED_TRACE(k.name);
        const Vector<double> gradient = k.kernel.gradient(X, W);
        ASSERT_EQ(gradient.size(), k.kernel.parameter_count());
        for (std::int64_t p = 0; p < k.kernel.parameter_count(); ++p) {
            const Matrix<double> D = k.kernel.derivative(X, p);
            // Wendland's second derivative jumps at the edge of its support, where a difference may straddle it.
            const double tolerance = k.name.starts_with("wendland") ? 1e-5 : 1e-9;
            EXPECT_LE(max_difference(D, differences(k.kernel, X, p)), tolerance)
                << k.kernel.parameter_names()[static_cast<std::size_t>(p)];
            EXPECT_TRUE(equal(Matrix<double>(D.transpose()), D));
            EXPECT_NEAR(gradient[p], W.cwiseProduct(D).sum(), 1e-12 * (1 + W.cwiseProduct(D).cwiseAbs().sum()));
        }
        EXPECT_TRUE(
            throws<InvalidArgument>([&] { (void)k.kernel.derivative(X, k.kernel.parameter_count()); }, "no parameter"));
    }
}

TEST(Kernel, WendlandsPolynomialsArePositiveDefiniteForAnyNumberOfFeatures) {
    for (std::int64_t features = 1; features <= 7; ++features) {
        const Matrix<double> X = Random(8).matrix<double>(60, features);
        const double radius = 3 * std::sqrt(static_cast<double>(features));  // most points see each other
        for (const Kernel& k : {kernel::wendland_c2(radius), kernel::wendland_c4(radius)}) {
            const Matrix<double> K = k.matrix(X);
            EXPECT_GT(hermitian_eigenvalues(K)[0], -1e-13) << features << " features, " << k.to_string();
        }
    }
}

TEST(Kernel, ClosePointsKeepTheirDigitsAndFarOnesAreZero) {
    // Far from the origin x·x + y·y − 2 x·y would have lost everything.
    Matrix<double> X(3, 1);
    X << 1e8, 1e8 + 1e-3 * 0x1p10, 1e300;
    const double gap = X(1, 0) - X(0, 0);
    const Matrix<double> K = kernel::rbf(2.0).matrix(X);
    EXPECT_NEAR(K(1, 0), std::exp(-gap * gap / 8), 1e-15);
    for (const Kernel& k :
         {kernel::rbf(), kernel::matern12(), kernel::matern32(), kernel::matern52(), kernel::wendland_c4()}) {
        EXPECT_EQ(k.matrix(X)(2, 0), 0) << k.to_string() << ": the square of the distance overflows";
        EXPECT_EQ(k.derivative(X, 0)(2, 0), 0) << k.to_string();
    }
}

TEST(Kernel, TellsItsParametersAndItself) {
    const Kernel k = 2.0 * kernel::rbf({1.0, 0.5}) * (kernel::matern12(3.0) + kernel::linear()) + kernel::white(0.25);
    EXPECT_EQ(k.to_string(), "2 * rbf(1, 0.5) * (matern12(3) + linear()) + white(0.25)");
    const std::vector<std::string> names{"constant.value", "rbf.length_scale[0]", "rbf.length_scale[1]",
                                         "matern12.length_scale", "white.variance"};
    EXPECT_EQ(k.parameter_names(), names);
    Vector<double> logs(5);
    logs << std::log(2.0), 0, std::log(0.5), std::log(3.0), std::log(0.25);
    EXPECT_TRUE(near(k.parameters(), logs, 1e-15));
    logs[0] = std::log(7.0);
    const Kernel other = k.with_parameters(logs);
    EXPECT_EQ(other.to_string(), "7 * rbf(1, 0.5) * (matern12(3) + linear()) + white(0.25)");
    EXPECT_EQ(k.parameters()[0], std::log(2.0)) << "the first one is what it was";
    EXPECT_FALSE(k.compactly_supported());
    EXPECT_TRUE((kernel::wendland_c2() * kernel::rbf() + kernel::white()).compactly_supported());
    EXPECT_FALSE((kernel::wendland_c2() + kernel::constant()).compactly_supported());
    EXPECT_TRUE(
        throws<DimensionMismatch>([&] { (void)k.with_parameters(Vector<double>(Vector<double>::Zero(4))); }, "4", "5"));
    logs[1] = 1e4;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)k.with_parameters(logs); }, "parameter 1"));
}

TEST(Kernel, RefusesWhatItCannotTake) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()}) {
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)kernel::rbf(bad); }, "kernel::rbf", "positive"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)kernel::matern52({1.0, bad}); }, "parameter 1"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)(bad * kernel::linear()); }, "multiple"));
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)kernel::white(bad); }, "kernel::white"));
    }
    EXPECT_TRUE(throws<InvalidArgument>([] { (void)kernel::rbf(std::vector<double>{}); }, "no parameter"));
    Matrix<double> X = points(4);
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] {
            (void)kernel::rbf({1.0, 2.0}).matrix(X);
        },
        "2 length scales", "3 features"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)kernel::rbf().matrix(X, Matrix<double>(Matrix<double>::Ones(5, 2))); },
                                          "3 features", "2"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)kernel::rbf().gradient(X, Matrix<double>(Matrix<double>::Ones(4, 5))); }, "4x5", "4x4"));
    X(2, 1) = nan;
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)kernel::rbf().matrix(X); }, "row 2, column 1"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)kernel::rbf().diagonal(X); }, "row 2, column 1"));
    const Matrix<double> none(0, 3);
    EXPECT_EQ(kernel::rbf().matrix(none).size(), 0);
    EXPECT_EQ(kernel::rbf().matrix(points(4), none).rows(), 4);
    EXPECT_EQ(kernel::rbf().gradient(none, Matrix<double>(0, 0))[0], 0);
    const std::vector<double> one{0.5};
    EXPECT_EQ(kernel::rbf().matrix(one)(0, 0), 1) << "a vector is samples of one feature";
}

TEST(Kernel, ReadsMemoryAsItLies) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix<double> X = points(20);
    const Kernel k = kernel::matern52(0.7) + kernel::linear();
    EXPECT_TRUE(same_bits(k.matrix(RowMajor(X)), k.matrix(X)));
    EXPECT_TRUE(same_bits(k.matrix(X.topRows(7), RowMajor(X)), Matrix<double>(k.matrix(X, X).topRows(7))));
}

}  // namespace
}  // namespace tamis::test
