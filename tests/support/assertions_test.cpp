#include "support/assertions.hpp"

#include <limits>

#include <tamis/core/error.hpp>

#include "support/assembly.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

const double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Tolerance, IsTheWrittenPromise) {
    EXPECT_DOUBLE_EQ(backward_error_limit<double>(1), 100 * 0x1p-52);
    EXPECT_DOUBLE_EQ(backward_error_limit<double>(10000), 1000 * 0x1p-52);
    EXPECT_DOUBLE_EQ(backward_error_limit<std::complex<float>>(400), 200 * 0x1p-23);
    EXPECT_DOUBLE_EQ(orthonormality_limit<double>(100), 100 * 0x1p-52);
    EXPECT_DOUBLE_EQ(lapack_ratio<double>(6 * 0x1p-52, 2, 3), 1);
    EXPECT_EQ(lapack_ratio<double>(0, 0, 0), 0);
    EXPECT_FALSE(lapack_ratio<double>(nan, 1, 1) <= lapack_ratio_limit);
}

TEST(Near, IsRelativeToTheLargestEntry) {
    const Vector<double> e{{1000, 1}};
    EXPECT_TRUE(near(Vector<double>{{1000, 1.5}}, e, 1e-3));
    EXPECT_FALSE(near(Vector<double>{{1000, 3}}, e, 1e-3));
    EXPECT_TRUE(near(Vector<double>{{1e-9, 0}}, Vector<double>::Zero(2).eval(), 1e-8));
}

TEST(Near, FailsOnNanAndOnOtherShapes) {
    const Vector<double> e{{1, 2}};
    EXPECT_FALSE(near(Vector<double>{{1, nan}}, e, 1e300));
    EXPECT_FALSE(near(Vector<double>{{nan, 2}}, e, 1e300));
    EXPECT_FALSE(near(e, Vector<double>{{nan, 2}}, 1e300));
    EXPECT_FALSE(near(Vector<double>{{1, 2, 3}}, e, 1e300));
    EXPECT_FALSE(near(Matrix<double>(Matrix<double>::Zero(0, 3)), Matrix<double>(Matrix<double>::Zero(0, 2)), 1));
    EXPECT_TRUE(near(Matrix<double>(Matrix<double>::Zero(0, 3)), Matrix<double>(Matrix<double>::Zero(0, 3)), 0));
}

TEST(Near, ShowsSmallMatricesAndTheWorstEntry) {
    const auto r = near(Matrix<double>{{1, 2}, {3, 7}}, Matrix<double>{{1, 2}, {3, 4}}, 1e-3);
    ASSERT_FALSE(r);
    const std::string text = r.message();
    EXPECT_NE(text.find("entry (1, 1) is 7, expected 4"), std::string::npos) << text;
    EXPECT_NE(text.find("1 2\n3 7"), std::string::npos) << text;
    const std::string large = near(Matrix<double>::Zero(30, 30).eval(), Matrix<double>::Ones(30, 30).eval(), 0).message();
    EXPECT_NE(large.find("(30×30)"), std::string::npos) << large;
}

TEST(SameBits, TellsZerosApartAndKnowsNan) {
    EXPECT_FALSE(same_bits(Vector<double>{{-0.0}}, Vector<double>{{0.0}}));
    EXPECT_TRUE(equal(Vector<double>{{-0.0}}, Vector<double>{{0.0}}));
    EXPECT_TRUE(same_bits(Vector<double>{{nan}}, Vector<double>{{nan}}));
    EXPECT_FALSE(equal(Vector<double>{{nan}}, Vector<double>{{nan}}));
}

TEST(BackwardError, IsTheFormula) {
    Assembly<double> a(2, 2);
    a.set(0, 0, 2);
    a.set(0, 1, -1);
    a.set(1, 1, 4);
    // b − A x = (1, 0); ‖A‖ = 4, ‖x‖ = 3, ‖b‖ = 8.
    EXPECT_DOUBLE_EQ(backward_error(a.csr(), Vector<double>{{3, 2}}, Vector<double>{{5, 8}}), 1.0 / 20);
    EXPECT_DOUBLE_EQ(backward_error(a.csc(), Vector<double>{{3, 2}}, Vector<double>{{5, 8}}), 1.0 / 20);
    EXPECT_DOUBLE_EQ(backward_error(dense(a.csr()), Vector<double>{{3, 2}}, Vector<double>{{5, 8}}), 1.0 / 20);
    EXPECT_EQ(backward_error(a.csr(), Vector<double>{{3, 2}}, Vector<double>{{4, 8}}), 0);
    EXPECT_TRUE(std::isnan(backward_error(a.csr(), Vector<double>{{nan, 2}}, Vector<double>{{4, 8}})));
    EXPECT_TRUE(solves(a.csr(), Vector<double>{{3, 2}}, Vector<double>{{4, 8}}));
    EXPECT_FALSE(solves(a.csr(), Vector<double>{{3, 2}}, Vector<double>{{5, 8}}));
    EXPECT_FALSE(solves(a.csr(), Vector<double>{{3, nan}}, Vector<double>{{4, 8}}));
}

TEST(BackwardError, OfSeveralColumnsIsTheWorst) {
    const Matrix<double> a{{1}};
    EXPECT_DOUBLE_EQ(backward_error(a, Matrix<double>{{1, 1}}, Matrix<double>{{1, 3}}), 2.0 / 4);
}

TEST(NormalEquationsResidual, VanishesForTheLeastSquaresSolutionOnly) {
    const Matrix<double> a{{1}, {1}};
    EXPECT_EQ(normal_equations_residual(a, Vector<double>{{2}}, Vector<double>{{1, 3}}), 0);
    EXPECT_GT(normal_equations_residual(a, Vector<double>{{1}}, Vector<double>{{1, 3}}), 0.1);
    EXPECT_EQ(normal_equations_residual(a, Vector<double>{{1}}, Vector<double>{{1, 1}}), 0);
    EXPECT_TRUE(std::isnan(normal_equations_residual(a, Vector<double>{{nan}}, Vector<double>{{1, 1}})));
}

TEST(Orthonormal, ChecksLengthsAnglesAndNan) {
    using C = std::complex<double>;
    const double h = std::sqrt(0.5);
    EXPECT_TRUE(orthonormal(Matrix<C>{{C(h), C(0, h)}, {C(0, h), C(h)}}));
    EXPECT_FALSE(orthonormal(Matrix<C>{{C(h), C(0, h)}, {C(0, -h), C(h)}}));
    EXPECT_FALSE(orthonormal(Matrix<double>{{1, 0}, {0, 1.001}}));
    EXPECT_FALSE(orthonormal(Matrix<double>{{1, nan}, {0, 1}}));
    EXPECT_TRUE(orthonormal(Matrix<double>(Matrix<double>::Zero(5, 0))));
}

TEST(Canonical, FindsEachBrokenInvariant) {
    const auto check = [](std::vector<std::int32_t> offsets, std::vector<std::int32_t> indices, std::vector<double> values) {
        return bool(canonical(CsrView<double>(unchecked, 2, 3, offsets, indices, values)));
    };
    EXPECT_TRUE(check({0, 2, 3}, {0, 2, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2}, {0, 2}, {1, 2}));
    EXPECT_FALSE(check({1, 2, 3}, {0, 2, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 3}, {2, 0, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 3}, {0, 0, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 3}, {0, 3, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 3}, {-1, 2, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 3}, {0, 2, 1}, {1, 2}));
    EXPECT_FALSE(check({0, 4, 3}, {0, 2, 1}, {1, 2, 3}));
    EXPECT_FALSE(check({0, 2, 2}, {0, 2, 1}, {1, 2, 3}));
}

TEST(Throws, WantsTypeAndText) {
    const auto f = [] { throw DimensionMismatch("multiply: x has 3 entries, but A has 4 columns", 4, 3); };
    EXPECT_TRUE(throws<DimensionMismatch>(f, "multiply", "3", "4 columns"));
    EXPECT_TRUE(throws<InvalidArgument>(f));
    EXPECT_FALSE(throws<DimensionMismatch>(f, "multiply", "five"));
    EXPECT_FALSE(throws<IndexOverflow>(f));
    EXPECT_FALSE(throws<Error>([] {}));
    EXPECT_FALSE(throws<Error>([] { throw 1; }));
    const auto e = thrown<DimensionMismatch>(f);
    ASSERT_TRUE(e);
    EXPECT_EQ(e->expected(), 4);
}

TEST(Threads, RunAtOnceAndReportWhatTheyThrew) {
    std::atomic<int> sum{0};
    EXPECT_TRUE(succeeds_on_threads(4, [&](int i) { sum += i; }));
    EXPECT_EQ(sum.load(), 6);
    const auto r = succeeds_on_threads(3, [](int i) {
        if (i == 1) throw std::runtime_error("no luck");
    });
    EXPECT_FALSE(r);
    EXPECT_STREQ(r.message(), "thread 1 threw: no luck\n");
}

TEST(Random, IsTheSameEverywhere) {
    EXPECT_EQ(Random(0).bits(), 0xe220a8397b1dcdafU);  // the published first output for the seed 0
    Random random(3);
    for (int i = 0; i < 1000; ++i) {
        const double u = random.uniform(-2, 3);
        EXPECT_GE(u, -2);
        EXPECT_LT(u, 3);
        const auto v = random.nonzero_eighths<float>();
        EXPECT_NE(v, 0);
        EXPECT_EQ(v * 8, std::round(v * 8));
    }
    auto p = random.permutation(100);
    std::sort(p.begin(), p.end());
    for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(p[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace tamis::test
