// links: tamis_allocation_counter
#include <tamis/iterative/krylov/block_cg.hpp>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/sparse/cholesky.hpp>

#include "support/allocation_counter.hpp"
#include "support/assertions.hpp"
#include "support/problems.hpp"
#include "support/random.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

template <class P>
class BlockConjugateGradients : public ::testing::Test {
  protected:
    using T = typename P::T;
    static constexpr double tolerance = default_tolerance<T>;

    /// Every reported norm is that of the column, and `converged` means all of them are small.
    static void expect_honest(const Csr<T>& A, const Matrix<T>& B, const BlockIterativeResult<T>& r,
                              double relative = tolerance) {
        ASSERT_EQ(r.residual_norms.size(), static_cast<std::size_t>(B.cols()));
        ASSERT_EQ(r.x.rows(), A.cols());
        ASSERT_EQ(r.x.cols(), B.cols());
        bool all = true;
        for (std::int64_t j = 0; j < B.cols(); ++j) {
            const Vector<T> x = r.x.col(j);
            const Vector<T> b = B.col(j);
            const double rounding = 50 * static_cast<double>(epsilon_v<T>) *
                                    (norm_inf(A) * static_cast<double>(x.norm()) + static_cast<double>(b.norm()));
            const double reported = r.residual_norms[static_cast<std::size_t>(j)];
            EXPECT_NEAR(static_cast<double>(wide_residual(A, x, b).norm()), reported, rounding);
            all = all && reported <= relative * static_cast<double>(b.norm());
        }
        EXPECT_EQ(r.converged(), all) << r.message;
        EXPECT_EQ(r.residual_history.size(), static_cast<std::size_t>(r.iterations) + 1);
        if (!r.converged()) {
            EXPECT_TRUE(throws<NotConverged>([&] { (void)r.require(); }, to_string(r.status)));
        }
    }
};
TYPED_TEST_SUITE(BlockConjugateGradients, AllScalars, TypeName);

TYPED_TEST(BlockConjugateGradients, SolveAllColumnsInFewerIterations) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(14, 14);
    const Matrix<T> B = Random(1).template matrix<T>(196, 6);
    const auto r = block_cg(p.A, B);
    this->expect_honest(p.A, B, r);
    EXPECT_TRUE(r.converged());
    std::int64_t most = 0;
    for (std::int64_t j = 0; j < 6; ++j) {
        const auto one = cg(p.A, Vector<T>(B.col(j)));
        most = std::max(most, one.iterations);
        EXPECT_TRUE(near(Vector<T>(r.x.col(j)), one.x, 1e4 * this->tolerance));
    }
    EXPECT_LT(3 * r.iterations, 2 * most);
    // One column is cg.
    const auto single = block_cg(p.A, p.b);
    EXPECT_LE(std::abs(single.iterations - cg(p.A, p.b).iterations), 2);
    const auto F = cholesky(p.A);
    EXPECT_LE(block_cg(p.A, B, {.preconditioner = F}).require().iterations, 2);
}

TYPED_TEST(BlockConjugateGradients, TakeDependentRepeatedAndZeroColumns) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(50);
    Matrix<T> B = Random(2).template matrix<T>(50, 6);
    B.col(1) = B.col(0);
    B.col(2).setZero();
    B.col(3) = B.col(0) + T(Real<T>(2)) * B.col(4);
    B.col(5) = T(Real<T>(1e-6)) * B.col(4);
    const auto r = block_cg(p.A, B);
    this->expect_honest(p.A, B, r);
    EXPECT_TRUE(r.converged()) << r.message;
    EXPECT_EQ(r.x.col(2).norm(), 0);
    EXPECT_TRUE(near(Vector<T>(r.x.col(0)), Vector<T>(r.x.col(1)), 1e3 * this->tolerance));

    const auto nothing = block_cg(p.A, Matrix<T>(50, 0));
    EXPECT_TRUE(nothing.converged());
    const auto zero = block_cg(p.A, Matrix<T>(Matrix<T>::Zero(50, 3)));
    EXPECT_TRUE(zero.converged());
    EXPECT_EQ(zero.iterations, 0);
    // More columns than unknowns.
    const auto q = hermitian_definite<T>(5);
    const Matrix<T> wide = Random(3).template matrix<T>(5, 12);
    const auto w = block_cg(q.A, wide);
    this->expect_honest(q.A, wide, w);
    EXPECT_TRUE(w.converged()) << w.message;
    EXPECT_LE(w.iterations, 3);
}

TYPED_TEST(BlockConjugateGradients, SayWhyTheyStop) {
    using T = typename TypeParam::T;
    const auto p = grid_laplacian<T>(10, 10);
    const Matrix<T> B = Random(1).template matrix<T>(100, 3);
    auto r = block_cg(p.A, B, {.max_iterations = 2});
    EXPECT_EQ(r.status, Status::max_iterations);
    EXPECT_EQ(r.iterations, 2);
    this->expect_honest(p.A, B, r);
    r = block_cg(p.A, B, {.callback = [](const IterationInfo& info) { return info.iteration < 3; }});
    EXPECT_EQ(r.status, Status::cancelled);
    EXPECT_EQ(r.iterations, 3);
    this->expect_honest(p.A, B, r);
    r = block_cg(p.A, B, {.time_limit = std::chrono::nanoseconds(1)});
    EXPECT_EQ(r.status, Status::time_limit);
    std::stop_source source;
    source.request_stop();
    r = block_cg(p.A, B, {.stop = source.get_token()});
    EXPECT_EQ(r.status, Status::cancelled);
    EXPECT_EQ(r.iterations, 0);
    r = block_cg(p.A, B, {.tolerance = 0});
    EXPECT_EQ(r.status, Status::stagnated) << r.message;
    this->expect_honest(p.A, B, r, 0);

    const auto q = hermitian_indefinite<T>(40);
    const Matrix<T> C = Random(1).template matrix<T>(40, 3);
    r = block_cg(q.A, C);
    EXPECT_EQ(r.status, Status::indefinite_operator) << r.message;
    this->expect_honest(q.A, C, r);
    r = block_cg(Csr<T>(40, 40), C);
    EXPECT_EQ(r.status, Status::inconsistent) << r.message;
    r = block_cg(p.A, B, {.preconditioner = Csr<T>(100, 100)});
    EXPECT_EQ(r.status, Status::breakdown) << r.message;

    const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
    Matrix<T> bad = B;
    bad(3, 1) = nan;
    EXPECT_EQ(block_cg(p.A, bad).status, Status::not_finite);
    auto A = p.A;
    A.values()[0] = nan;
    EXPECT_EQ(block_cg(A, B).status, Status::not_finite);
}

TYPED_TEST(BlockConjugateGradients, RefuseWhatDoesNotFitAndLetExceptionsPass) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(20);
    const Matrix<T> B = Random(1).template matrix<T>(20, 3);
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)block_cg(p.A, Matrix<T>(21, 3)); }, "21"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)block_cg(wide_full_rank<T>().A, B); }, "square"));
    EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)block_cg(p.A, B, {.initial_guess = Matrix<T>(20, 2)}); }));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)block_cg(p.A, B, {.tolerance = -1}); }, ".tolerance"));
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)block_cg(p.A, B, {.max_iterations = -1}); }, ".max_iterations"));
    const auto fail = [](auto, auto) { throw std::domain_error("operator"); };
    const auto op = make_operator<T>(20, 20, fail);
    EXPECT_THROW((void)block_cg(op, B), std::domain_error);
    EXPECT_THROW((void)block_cg(p.A, B, {.preconditioner = op}), std::domain_error);
    Matrix<T> shared = B;
    BlockCgWorkspace<T> work(20, 3);
    EXPECT_TRUE(throws<InvalidArgument>([&] { (void)block_cg(p.A, shared, shared, work); }, "share memory"));
    Matrix<T> large(20, 4);
    EXPECT_TRUE(
        throws<InvalidArgument>([&] { (void)block_cg(p.A, Matrix<T>(Matrix<T>::Ones(20, 4)), large, work); }, "workspace"));
}

TYPED_TEST(BlockConjugateGradients, StartFromAGuessAndAllocateNothingWithAWorkspace) {
    using T = typename TypeParam::T;
    const auto p = hermitian_definite<T>(60);
    const Matrix<T> B = Random(1).template matrix<T>(60, 4);
    BlockCgWorkspace<T> work(60, 4);
    BlockCgOptions<T> o{.record_history = false};
    Matrix<T> X = Matrix<T>::Constant(60, 4, T(99));
    (void)block_cg(p.A, B, X, work, o);
    const AllocationCounter counter;
    const auto r = block_cg(p.A, B, X, work, o);
    const auto allocations = counter.allocations();
    EXPECT_EQ(allocations, 0);
    EXPECT_TRUE(r.require().residual_history.empty());
    EXPECT_EQ(r.residual_norms.size(), 4U);
    EXPECT_TRUE(same_bits(X, block_cg(p.A, B).x));
    const double s = static_cast<double>(sizeof(T));
    EXPECT_GE(static_cast<double>(work.bytes()), 5 * 4 * 60 * s);
    EXPECT_LT(static_cast<double>(work.bytes()), 5 * 4 * 64 * s + 1000);
    o.initial_guess = X;
    const auto again = block_cg(p.A, B, X, work, o);
    EXPECT_TRUE(again.converged());
    EXPECT_EQ(again.iterations, 0);
    // Row-major blocks in, row-major blocks out.
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = B;
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> out(60, 4);
    EXPECT_TRUE(block_cg(p.A, by_rows, out, work).converged());
    EXPECT_TRUE(near(Matrix<T>(out), X, 1e3 * this->tolerance));
}

}  // namespace
}  // namespace tamis::test
