// links: tamis_allocation_counter
#include <tamis/sparse/cholesky.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <tamis/sparse/model_problems.hpp>

#include "sparse/supernodal_problem.hpp"
#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

template <class T>
using Compute = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;

/// Z is canonical and exactly Hermitian, its pattern is that of L + Lᴴ in the caller's order, and its entries are those of
/// the dense inverse of A.
template <class T, class I>
::testing::AssertionResult is_selected_inverse(const SparseCholesky<T, I>& F, const Matrix<T>& A) {
    const auto Z = F.selected_inverse();
    if (auto result = canonical(Z); !result) return result;
    const auto p = F.permutation();
    std::set<std::pair<std::int64_t, std::int64_t>> pattern;
    for_each_entry(F.matrix_l(), [&](std::int64_t i, std::int64_t j, const T&) {
        const auto r = static_cast<std::int64_t>(p[static_cast<std::size_t>(i)]);
        const auto c = static_cast<std::int64_t>(p[static_cast<std::size_t>(j)]);
        pattern.insert({r, c});
        pattern.insert({c, r});
    });
    const Matrix<Compute<T>> inverse = dense_inverse(in_double(A));
    const double limit = 1e3 * static_cast<double>(epsilon_v<T>) * inverse.cwiseAbs().maxCoeff();
    std::map<std::pair<std::int64_t, std::int64_t>, T> entries;
    double worst = 0;
    for_each_entry(Z, [&](std::int64_t i, std::int64_t j, const T& z) {
        entries[{i, j}] = z;
        raise(worst, static_cast<double>(std::abs(Compute<T>(z) - inverse(i, j))));
    });
    if (entries.size() != pattern.size())
        return ::testing::AssertionFailure() << entries.size() << " entries, the factor's pattern has " << pattern.size();
    for (const auto& [position, z] : entries) {
        if (pattern.count(position) == 0)
            return ::testing::AssertionFailure() << "(" << position.first << ", " << position.second << ") is no entry of L";
        if (entries.at({position.second, position.first}) != detail::conjugate(z))
            return ::testing::AssertionFailure() << "(" << position.first << ", " << position.second << ") is not mirrored";
    }
    if (!(worst <= limit)) return ::testing::AssertionFailure() << "an entry is off by " << worst << ", allowed " << limit;
    const Vector<T> diagonal = F.inverse_diagonal();
    if (diagonal.size() != A.rows()) return ::testing::AssertionFailure() << "the diagonal has " << diagonal.size();
    for (std::int64_t i = 0; i < A.rows(); ++i)
        if (entries.at({i, i}) != diagonal[i]) return ::testing::AssertionFailure() << "inverse_diagonal differs at " << i;
    return ::testing::AssertionSuccess();
}

template <class P>
class SelectedInverse : public ::testing::Test {};
TYPED_TEST_SUITE(SelectedInverse, AllScalarsAndIndices, TypeName);

TYPED_TEST(SelectedInverse, IsTheInverseOnThePatternOfTheFactor) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (const auto& A : {hermitian_definite<T, I>(60).A, grid_laplacian<T, I>(12, 9).A, bordered_blocks<T, I>()}) {
        for (const auto ordering : {Ordering::automatic, Ordering::natural, Ordering::nested_dissection}) {
            const auto F = cholesky(A, {.ordering = ordering});
            EXPECT_TRUE(is_selected_inverse(F, dense(A))) << F.info().backend << ", " << to_string(ordering);
        }
    }
}

TYPED_TEST(SelectedInverse, IsRightForMatricesThatFallApart) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    EXPECT_EQ(cholesky(Csr<T, I>(0, 0)).selected_inverse().rows(), 0);
    EXPECT_EQ(cholesky(Csr<T, I>(0, 0)).inverse_diagonal().size(), 0);
    Assembly<T, I> one(1, 1);
    one.set(0, 0, T(4));
    EXPECT_TRUE(is_selected_inverse(cholesky(one.csr()), dense(one.csr())));
    Assembly<T, I> parts(30, 30);  // a diagonal, two pairs and an arrow
    for (int i = 0; i < 30; ++i) parts.set(i, i, T(static_cast<Real<T>>(3 + i)));
    const auto couple = [&](int i, int j, T v) {
        parts.set(i, j, v);
        parts.set(j, i, detail::conjugate(v));
    };
    couple(3, 17, scalar<T>(1, 0.5));
    couple(4, 5, scalar<T>(-1, 1));
    for (int i = 20; i < 29; ++i) couple(i, 29, scalar<T>(0.5, -0.25));
    EXPECT_TRUE(is_selected_inverse(cholesky(parts.csr()), dense(parts.csr())));
    EXPECT_TRUE(is_selected_inverse(cholesky(parts.csr(), {.ordering = Ordering::natural}), dense(parts.csr())));
}

TYPED_TEST(SelectedInverse, FollowsRefactorUpdateAndShift) {
    using T = typename TypeParam::T;
    using I = typename TypeParam::I;
    for (auto A : {hermitian_definite<T, I>(40).A, bordered_blocks<T, I>(2, 50, 30)}) {
        auto F = cholesky(A, {.shift = 2});
        const auto n = A.rows();
        Matrix<T> M = dense(A) + T(2) * Matrix<T>::Identity(n, n);
        EXPECT_TRUE(is_selected_inverse(F, M));
        const Matrix<T> W = Random(4).matrix<T>(n, 2);
        F.update(W);
        EXPECT_TRUE(is_selected_inverse(F, Matrix<T>(M + W * W.adjoint())));
        for (T& v : A.values()) v *= T(2);
        F.refactor(A);
        EXPECT_TRUE(is_selected_inverse(F, Matrix<T>(dense(A) + T(2) * Matrix<T>::Identity(n, n))));
    }
}

// Σ_ij (A⁻¹)_ij a_ji = trace(A⁻¹ A) = n, for matrices whose inverse nobody writes down.
template <class T, class I>
double trace_of_product(const Csr<T, I>& Z, const Csr<T, I>& A) {
    double trace = 0;
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        const auto zs = Z.row(i);
        auto z = zs.begin();
        for (const auto a : A.row(i)) {
            while ((*z).index != a.index) ++z;  // the pattern of A is inside
            trace += detail::real_part((*z).value * detail::conjugate(a.value));
        }
    }
    return trace;
}

TEST(SelectedInverseOfLargeMatrices, SatisfiesTheTraceIdentity) {
    const auto check = [](const auto& A) {
        const auto F = cholesky(A);
        const double n = static_cast<double>(A.rows());
        EXPECT_NEAR(trace_of_product(F.selected_inverse(), A) / n, 1, 1e-12) << F.info().backend;
        // Columns of the inverse by solving.
        const Vector<double> d = F.inverse_diagonal();
        for (const std::int64_t j : {std::int64_t{0}, A.rows() / 2, A.rows() - 1}) {
            const Vector<double> x = F.solve(Vector<double>(Vector<double>::Unit(A.rows(), j)));
            EXPECT_NEAR(d[j], x[j], 1e-12 * x[j]);
        }
    };
    check(poisson_2d<double>(90, 70));
    check(poisson_3d<double>(16, 15, 14));
    check(poisson_1d<double>(20000));
    check(poisson_2d<double, std::int64_t>(40, 40));
}

TEST(SelectedInverseOfLargeMatrices, IsTheSameFromAnyThread) {
    const auto A = poisson_3d<double>(14, 14, 14);
    const auto F = cholesky(A);
    const auto Z = F.selected_inverse();
    const auto d = F.inverse_diagonal();
    EXPECT_TRUE(succeeds_on_threads(4, [&](int) {
        const auto again = F.selected_inverse();
        if (!std::equal(again.values().begin(), again.values().end(), Z.values().begin(), Z.values().end()) ||
            F.inverse_diagonal() != d)
            throw std::runtime_error("other values");
    }));
}

TEST(SelectedInverseFailures, HoldTheMemoryLimit) {
    const auto A = poisson_2d<double>(60, 60);
    for (std::int64_t limit = 1 << 16;; limit += limit / 8) {
        try {
            const auto F = cholesky(A, {.memory_limit = limit});
            EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { (void)F.selected_inverse(); }, "selected_inverse"));
            break;
        } catch (const MemoryLimitExceeded&) {
        }
    }
}

TEST(SelectedInverseFailures, AreThoseOfAFactorThatIsNotThere) {
    auto A = grid_laplacian<double>(5, 4).A;
    auto F = cholesky(A);
    for (double& v : A.values()) v = -v;
    EXPECT_TRUE(throws<NotPositiveDefinite>([&] { F.refactor(A); }));
    EXPECT_TRUE(throws<Error>([&] { (void)F.selected_inverse(); }, "selected_inverse"));
    EXPECT_TRUE(throws<Error>([&] { (void)F.inverse_diagonal(); }, "inverse_diagonal"));
    EXPECT_TRUE(throws<Error>([&] { (void)F.diagonal_l(); }, "diagonal_l"));
}

TEST(SelectedInverseFailures, LeaveNothingBehindWhenMemoryRunsOut) {
    for (const auto& A : {grid_laplacian<double>(6, 5).A, bordered_blocks<double>()}) {
        const auto F = cholesky(A);
        EXPECT_TRUE(survives_failing_allocations([&] { (void)F.selected_inverse(); }));
        EXPECT_TRUE(survives_failing_allocations([&] { (void)F.inverse_diagonal(); }));
    }
}

}  // namespace
}  // namespace tamis::test
