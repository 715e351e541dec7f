#include <tamis/dense/batch.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/dense/functions.hpp>
#include <tamis/dense/qr.hpp>

#include "core/isa.hpp"
#include "dense/kernels/batch_linear.hpp"
#include "support/assertions.hpp"
#include "support/dense_matrices.hpp"
#include "support/dense_oracle.hpp"
#include "support/threads.hpp"
#include "support/tolerance.hpp"

namespace tamis::test::batches {
namespace {

template <class T>
Batch<T> batch_of(const std::vector<Matrix<T>>& matrices) {
    const Matrix<T>& first = matrices.front();
    Batch<T> batch(static_cast<std::int64_t>(matrices.size()), first.rows(), first.cols());
    for (std::size_t k = 0; k < matrices.size(); ++k)
        std::copy_n(matrices[k].data(), matrices[k].size(), batch[static_cast<std::int64_t>(k)].data());
    return batch;
}

template <class T>
Matrix<T> item(const Batch<T>& batch, std::int64_t k) {
    return batch[k].eigen();
}

template <class T>
Matrix<T> identity_matrix(std::int64_t n) {
    return Matrix<T>::Identity(n, n);
}

/// Whole groups of lanes and a rest; fewer of the larger ones, whose tests take long.
int items(std::int64_t n) {
    return n <= 9 ? 19 : 9;
}

template <class T>
std::vector<Matrix<T>> random_matrices(std::int64_t m, std::int64_t n) {
    Random random(static_cast<std::uint64_t>(100 * m + n));
    std::vector<Matrix<T>> all;
    for (int k = 0; k < items(m); ++k) all.push_back(random.matrix<T>(m, n));
    return all;
}

template <class T>
std::vector<Matrix<T>> hermitian_matrices(std::int64_t n, double kappa) {
    std::vector<Matrix<T>> all;
    for (int k = 0; k < items(n); ++k)
        all.push_back(with_eigenvalues<T>(spectrum(1 + k % 5, n, kappa), static_cast<std::uint64_t>(k + 1)));
    return all;
}

template <class T>
void expect_all_ok(const std::vector<BatchStatus>& status) {
    for (const BatchStatus s : status) EXPECT_EQ(s, BatchStatus::ok) << to_string(s);
}

/// max |A − B| / (scale n ε): of entries, since squares overflow.
template <class T>
double entry_ratio(const Matrix<T>& A, const Matrix<T>& B, double scale, std::int64_t n) {
    return lapack_ratio<T>(max_difference<T>(A, B), scale, n);
}

template <class P>
class BatchOf : public ::testing::Test {};
TYPED_TEST_SUITE(BatchOf, AllScalars, TypeName);

TYPED_TEST(BatchOf, LinearFunctionsMeetLapacksTestRatiosInEveryItem) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 3, 7, 32, 33}) {
        SCOPED_TRACE(n);
        const auto matrices = random_matrices<T>(n, n);
        const auto A = batch_of<T>(matrices);
        std::vector<Matrix<T>> sides;
        for (std::size_t k = 0; k < matrices.size(); ++k) sides.push_back(Random(k + 1).template matrix<T>(n, 3));
        const auto x = batch::solve(A, batch_of<T>(sides));
        const auto X = batch::inv(A);
        const auto d = batch::det(A);
        const auto definite = hermitian_matrices<T>(n, 100);
        const auto L = batch::cholesky(batch_of<T>(definite));
        for (const auto* status : {&x.status, &X.status, &d.status, &L.status}) expect_all_ok<T>(*status);
        ASSERT_EQ(x.values.count(), A.count());
        ASSERT_EQ(x.values.cols(), 3);
        for (std::size_t k = 0; k < matrices.size(); ++k) {
            const Matrix<T>& M = matrices[k];
            const auto i = static_cast<std::int64_t>(k);
            const double size = frobenius_norm(M);
            EXPECT_LE(
                entry_ratio<T>(product<T>(M, item(x.values, i)), sides[k], size * frobenius_norm(item(x.values, i)), n),
                lapack_ratio_limit);
            EXPECT_LE(entry_ratio<T>(product<T>(M, item(X.values, i)), identity_matrix<T>(n),
                                     size * frobenius_norm(item(X.values, i)), n),
                      lapack_ratio_limit);
            // Two eliminations with different roundings agree to the condition of the matrix.
            const double kappa = size * frobenius_norm(item(X.values, i));
            EXPECT_LE(std::abs(d.values[k] - det(M)),
                      kappa * 10 * static_cast<double>(n) * static_cast<double>(epsilon_v<T>) * std::abs(det(M)));
            const Matrix<T> l = item(L.values, i);
            const Matrix<T> adjoint = l.adjoint();
            EXPECT_LE(entry_ratio<T>(product(l, adjoint), definite[k], frobenius_norm(definite[k]), n), lapack_ratio_limit);
            for (std::int64_t j = 0; j < n; ++j) {
                EXPECT_GT(std::real(l(j, j)), 0);
                for (std::int64_t r = 0; r < j; ++r) EXPECT_EQ(l(r, j), T(0));
            }
        }
    }
}

TYPED_TEST(BatchOf, QrHasTheFactorsOfOneCallForEveryShape) {
    using T = typename TypeParam::T;
    for (const auto& [m, n] : {std::pair{1, 1}, {5, 5}, {9, 4}, {4, 9}, {32, 31}, {1, 6}, {40, 3}}) {
        SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n));
        auto matrices = random_matrices<T>(m, n);
        matrices[4].col(0).setZero();  // nothing to reflect
        const auto F = batch::qr(batch_of<T>(matrices));
        expect_all_ok<T>(F.status);
        const std::int64_t r = std::min(m, n);
        for (std::size_t k = 0; k < matrices.size(); ++k) {
            const Matrix<T> Q = item(F.q, static_cast<std::int64_t>(k)), R = item(F.r, static_cast<std::int64_t>(k));
            EXPECT_LE(entry_ratio<T>(product(Q, R), matrices[k], frobenius_norm(matrices[k]), m), lapack_ratio_limit);
            EXPECT_LE(max_difference<T>(adjoint_product(Q, Q), identity_matrix<T>(r)), orthonormality_limit<T>(m));
            EXPECT_LE(max_difference<T>(R, qr(matrices[k]).r()),
                      100 * static_cast<double>(epsilon_v<T>) * frobenius_norm(matrices[k]));
        }
    }
}

TYPED_TEST(BatchOf, EigenvaluesMeetLapacksTestRatiosAndAscend) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 2, 3, 8, 25, 33}) {
        SCOPED_TRACE(n);
        auto matrices = hermitian_matrices<T>(n, 0.1 / static_cast<double>(epsilon_v<T>));
        matrices[2] = Matrix<T>::Zero(n, n);
        matrices[5] = identity_matrix<T>(n);
        matrices[6] = near_range_end(matrices[6], true);
        matrices[7] = near_range_end(matrices[7], false);
        matrices[8] = Matrix<T>::Ones(n, n);
        const auto E = batch::eigh(batch_of<T>(matrices));
        expect_all_ok<T>(E.status);
        for (std::size_t k = 0; k < matrices.size(); ++k) {
            SCOPED_TRACE(k);
            const auto i = static_cast<std::int64_t>(k);
            const Matrix<T> V = item(E.eigenvectors, i);
            const auto w = E.eigenvalues[i];
            Matrix<T> scaled = V;
            for (std::int64_t j = 0; j < n; ++j) scaled.col(j) *= T(w[j]);
            const double size = max_modulus(matrices[k]);
            EXPECT_LE(entry_ratio<T>(product(matrices[k], V), scaled, size, n), lapack_ratio_limit);
            EXPECT_LE(max_difference<T>(adjoint_product(V, V), identity_matrix<T>(n)), 3 * orthonormality_limit<T>(n));
            for (std::int64_t j = 1; j < n; ++j) EXPECT_LE(w[j - 1], w(j, 0));
        }
    }
}

TYPED_TEST(BatchOf, SingularValuesMeetLapacksTestRatiosForEveryShapeAndDescend) {
    using T = typename TypeParam::T;
    const double worst = 0.1 / static_cast<double>(epsilon_v<T>);
    for (const auto& [m, n] : {std::pair{1, 1}, {2, 2}, {7, 7}, {9, 4}, {4, 9}, {32, 20}, {1, 5}, {40, 6}}) {
        SCOPED_TRACE(std::to_string(m) + "×" + std::to_string(n));
        const std::int64_t r = std::min(m, n);
        std::vector<Matrix<T>> matrices;
        for (int k = 0; k < items(m); ++k)
            matrices.push_back(
                with_singular_values<T>(m, n, spectrum(1 + k % 5, r, k < 5 ? worst : 2), static_cast<std::uint64_t>(k + 1)));
        matrices[1] = Matrix<T>::Zero(m, n);
        matrices[6] = near_range_end(matrices[6], true);
        matrices[7] = near_range_end(matrices[7], false);
        matrices[8] = Matrix<T>::Ones(m, n);           // of rank one
        matrices[5].rightCols((n + 1) / 2).setZero();  // of half the rank
        const auto S = batch::svd(batch_of<T>(matrices));
        expect_all_ok<T>(S.status);
        for (std::size_t k = 0; k < matrices.size(); ++k) {
            SCOPED_TRACE(k);
            const auto i = static_cast<std::int64_t>(k);
            const Matrix<T> U = item(S.u, i), Vt = item(S.vt, i);
            const auto s = S.singular_values[i];
            Matrix<T> scaled = U;
            for (std::int64_t j = 0; j < r; ++j) scaled.col(j) *= T(s[j]);
            EXPECT_LE(entry_ratio<T>(product(scaled, Vt), matrices[k], max_modulus(matrices[k]), std::max(m, n)),
                      lapack_ratio_limit);
            const Matrix<T> V = Vt.adjoint();
            EXPECT_LE(max_difference<T>(adjoint_product(U, U), identity_matrix<T>(r)), 3 * orthonormality_limit<T>(m));
            EXPECT_LE(max_difference<T>(adjoint_product(V, V), identity_matrix<T>(r)), 3 * orthonormality_limit<T>(n));
            for (std::int64_t j = 0; j < r; ++j) {
                EXPECT_GE(s[j], 0);
                if (j > 0) {
                    EXPECT_LE(s[j], s[j - 1]);
                }
            }
        }
    }
}

TYPED_TEST(BatchOf, ExponentialsOfHermitianMatricesAreThoseOfTheirEigenvalues) {
    using T = typename TypeParam::T;
    for (const std::int64_t n : {1, 3, 8, 33}) {
        SCOPED_TRACE(n);
        auto matrices = hermitian_matrices<T>(n, 100);
        for (std::size_t k = 0; k < matrices.size(); ++k)  // every degree, and squarings
            matrices[k] *= T(std::ldexp(Real<T>(1), static_cast<int>(k % 11) - 6));
        const auto A = batch_of<T>(matrices);
        const auto E = batch::eigh(A);
        const auto X = batch::expm(A);
        expect_all_ok<T>(X.status);
        for (std::int64_t k = 0; k < A.count(); ++k) {
            const Matrix<T> V = item(E.eigenvectors, k);
            Matrix<T> scaled = V;
            for (std::int64_t j = 0; j < n; ++j) scaled.col(j) *= T(std::exp(E.eigenvalues[k][j]));
            const Matrix<T> adjoint = V.adjoint();
            const double norm = frobenius_norm(matrices[static_cast<std::size_t>(k)]);
            EXPECT_LE(entry_ratio<T>(item(X.values, k), product(scaled, adjoint),
                                     frobenius_norm(item(X.values, k)) * (1 + norm), n),
                      lapack_ratio_limit);
        }
    }
}

TEST(BatchExpm, KnowsNilpotentMatricesRotationsAndLimits) {
    std::vector<Matrix<double>> matrices(4, Matrix<double>::Zero(3, 3));
    matrices[0](0, 1) = matrices[0](1, 2) = 1e6;  // e^N = I + N + N²/2
    matrices[1](0, 1) = -100.0;
    matrices[1](1, 0) = 100.0;
    matrices[2] = -1e15 * identity_matrix<double>(3);
    matrices[3](0, 0) = 800;  // overflows
    const auto X = batch::expm(batch_of(matrices));
    EXPECT_EQ(X.status[0], BatchStatus::ok);
    EXPECT_NEAR(X.values[0](0, 1), 1e6, 1e-6);
    EXPECT_NEAR(X.values[0](0, 2), 0.5e12, 1e-1);
    EXPECT_NEAR(X.values[1](0, 0), std::cos(100.0), 1e-12);
    EXPECT_NEAR(X.values[1](1, 0), std::sin(100.0), 1e-12);
    EXPECT_EQ(X.status[2], BatchStatus::ok);
    EXPECT_EQ(X.values[2](1, 1), 0);
    EXPECT_EQ(X.status[3], BatchStatus::not_finite);
    EXPECT_TRUE(std::isnan(X.values[3](1, 2)));
}

TEST(BatchStatusOf, OneBadItemIsToldAndNoNeighbourNotices) {
    const std::int64_t n = 6, count = 150;
    Random random(1);
    std::vector<Matrix<double>> good;
    for (std::int64_t k = 0; k < count; ++k)
        good.push_back(with_eigenvalues<double>(spectrum(3, n, 10), std::uint64_t(k + 1)));
    auto bad = good;
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    bad[10].row(2).setZero();  // singular
    bad[10].col(2).setZero();
    bad[101](4, 1) = nan;
    bad[102](0, 0) = infinity;
    bad[149] = -bad[149];
    const auto sides = batch_of(std::vector<Matrix<double>>(static_cast<std::size_t>(count), Matrix<double>::Ones(n, 1)));
    const auto A = batch_of(good), B = batch_of(bad);
    const auto check = [&](const auto& values, const auto& wanted, const std::vector<BatchStatus>& status, BatchStatus tenth,
                           BatchStatus last) {
        for (std::int64_t k = 0; k < count; ++k) {
            const BatchStatus s = status[static_cast<std::size_t>(k)];
            const BatchStatus expected = k == 101 || k == 102 ? BatchStatus::not_finite
                                         : k == 10            ? tenth
                                         : k == 149           ? last
                                                              : BatchStatus::ok;
            EXPECT_EQ(s, expected) << k;
            if (s != BatchStatus::ok) {
                EXPECT_TRUE(std::isnan(values[k](n - 1, 0))) << k;
            } else if (k != 10 && k != 149) {
                EXPECT_TRUE(equal(item(values, k), item(wanted, k))) << k;
            }
        }
    };
    using enum BatchStatus;
    check(batch::solve(B, sides).values, batch::solve(A, sides).values, batch::solve(B, sides).status, singular, ok);
    check(batch::inv(B).values, batch::inv(A).values, batch::inv(B).status, singular, ok);
    check(batch::cholesky(B).values, batch::cholesky(A).values, batch::cholesky(B).status, not_positive_definite,
          not_positive_definite);
    check(batch::eigh(B).eigenvectors, batch::eigh(A).eigenvectors, batch::eigh(B).status, ok, ok);
    check(batch::svd(B).u, batch::svd(A).u, batch::svd(B).status, ok, ok);
    check(batch::qr(B).q, batch::qr(A).q, batch::qr(B).status, ok, ok);
    check(batch::expm(B).values, batch::expm(A).values, batch::expm(B).status, ok, ok);
    const auto d = batch::det(B);
    EXPECT_EQ(d.values[10], 0);
    EXPECT_EQ(d.status[10], ok);
    EXPECT_TRUE(std::isnan(d.values[101]));
    EXPECT_EQ(d.status[102], not_finite);
    // A right-hand side that is not finite spoils its own item alone.
    auto spoilt = sides;
    spoilt[7](3, 0) = infinity;
    const auto x = batch::solve(A, spoilt);
    EXPECT_EQ(x.status[7], not_finite);
    EXPECT_EQ(x.status[6], ok);
    EXPECT_STREQ(to_string(not_positive_definite), "not positive definite");
}

TEST(BatchRange, NumbersAtTheEndsOfTheRangeAreSolvedAndMultipliedRight) {
    const double huge = std::ldexp(1.0, 1022), tiny = std::ldexp(1.0, -1000);
    std::vector<Matrix<double>> matrices(3, Matrix<double>::Zero(4, 4));
    matrices[0].diagonal() << huge, tiny, huge, tiny;
    matrices[1].diagonal() << tiny, tiny, tiny, tiny;
    matrices[2].diagonal() << huge, huge, 1 / huge, 1 / huge;
    std::vector<Matrix<double>> sides;
    for (const auto& M : matrices) sides.push_back(Matrix<double>(M * Matrix<double>::Ones(4, 1)));
    const auto x = batch::solve(batch_of(matrices), batch_of(sides));
    for (std::int64_t k = 0; k < 3; ++k) {
        EXPECT_EQ(x.status[static_cast<std::size_t>(k)], BatchStatus::ok);
        for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(x.values[k](i, 0), 1) << k;
    }
    EXPECT_EQ(batch::det(batch_of(matrices)).values[2], 1);
}

TEST(BatchSizes, OfEveryKindThatDoNotFitAreRefusedAndEmptyOnesAreFine) {
    std::vector<double> numbers(60, 1.0);
    const BatchView<const double> rectangles(numbers.data(), 10, 2, 3);
    const BatchView<double> squares(numbers.data(), 15, 2, 2);
    EXPECT_EQ(squares[3].rows(), 2);
    EXPECT_EQ(squares[3].data(), numbers.data() + 12);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)batch::solve(rectangles, rectangles); }, "2", "3"));
    for (const auto& call :
         {+[](BatchView<const double> A) { (void)batch::inv(A); }, +[](BatchView<const double> A) { (void)batch::det(A); },
          +[](BatchView<const double> A) { (void)batch::cholesky(A); },
          +[](BatchView<const double> A) { (void)batch::eigh(A); },
          +[](BatchView<const double> A) { (void)batch::expm(A); }})
        EXPECT_TRUE(throws<DimensionMismatch>([&] { call(rectangles); }, "2", "3"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)batch::solve(squares, rectangles); }, "15", "10"));
    EXPECT_TRUE(throws<DimensionMismatch>(
        [&] { (void)batch::solve(squares, BatchView<const double>(numbers.data(), 15, 3, 1)); }, "order 2", "3"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { BatchView<double>(numbers.data(), -1, 2, 2); }, "-1"));
    const BatchView<const double> none(numbers.data(), 0, 3, 3), empty(numbers.data(), 5, 0, 0),
        flat(numbers.data(), 5, 0, 3);
    for (const auto& A : {none, empty}) {
        EXPECT_EQ(batch::solve(A, A).values.count(), A.count());
        EXPECT_EQ(batch::expm(A).status.size(), static_cast<std::size_t>(A.count()));
        EXPECT_EQ(batch::eigh(A).eigenvalues.count(), A.count());
        EXPECT_EQ(batch::cholesky(A).values.rows(), A.rows());
    }
    EXPECT_EQ(batch::det(empty).values, std::vector<double>(5, 1.0));
    EXPECT_EQ(batch::svd(flat).vt.rows(), 0);
    EXPECT_EQ(batch::qr(flat).r.cols(), 3);
}

TEST(BatchThreads, GiveTheSameBitsAsOneThread) {
    const auto matrices = hermitian_matrices<double>(9, 10);
    std::vector<Matrix<double>> many;
    for (int k = 0; k < 20; ++k) many.insert(many.end(), matrices.begin(), matrices.end());
    const auto A = batch_of(many);
    const auto run = [&](int threads) {
        const ThreadBudget budget(threads);
        return std::pair{batch::eigh(A), batch::solve(A, A)};
    };
    const auto one = run(1), two = run(2);
    for (std::int64_t k = 0; k < A.count(); ++k) {
        EXPECT_TRUE(equal(item(one.first.eigenvectors, k), item(two.first.eigenvectors, k)));
        EXPECT_TRUE(equal(item(one.second.values, k), item(two.second.values, k)));
    }
}

TEST(BatchKernels, GiveTheSameBitsOnEveryInstructionSet) {
    const std::int64_t n = 9, most = 16;
    using C = std::complex<double>;
    std::vector<C> numbers(static_cast<std::size_t>(n * n * most));
    Random random(4);
    for (C& z : numbers) z = random.value<C>();
    const auto inverses = [&](detail::Isa isa) {
        const auto& kernel = detail::kernels<detail::BatchLinearKernels<C>>(isa);
        const std::int64_t each = 2 * kernel.width;
        std::vector<double> A(static_cast<std::size_t>(n * n * each)),
            X = A, reciprocals(static_cast<std::size_t>(n * each)), doubt(static_cast<std::size_t>(kernel.width));
        std::vector<std::int32_t> pivots(static_cast<std::size_t>(n * kernel.width));
        std::vector<C> result(numbers.size());
        for (std::int64_t first = 0; first < most; first += kernel.width) {
            kernel.gather(numbers.data() + first * n * n, n * n, n * n, kernel.width, A.data(), doubt.data());
            kernel.lu(n, A.data(), reciprocals.data(), pivots.data(), doubt.data());
            kernel.lu_inverse(n, A.data(), reciprocals.data(), pivots.data(), X.data(), doubt.data());
            kernel.scatter(X.data(), n * n, n * n, kernel.width, result.data() + first * n * n);
        }
        return result;
    };
    const auto plain = inverses(detail::Isa::plain);
    for (const detail::Isa isa : {detail::Isa::v3, detail::Isa::v4})
        if (detail::isa_supported(isa)) {
            EXPECT_EQ(inverses(isa), plain) << detail::isa_name(isa);
        }
}

}  // namespace
}  // namespace tamis::test::batches
