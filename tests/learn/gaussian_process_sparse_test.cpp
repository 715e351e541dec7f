#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/learn/gaussian_process.hpp>

#include "learn/sparse_kernel.hpp"
#include "support/assertions.hpp"
#include "support/dense_oracle.hpp"
#include "support/random.hpp"

namespace tamis::test {
namespace {

using learn::CovarianceStorage;
using learn::GaussianProcess;
using learn::Kernel;
namespace kernel = learn::kernel;

/// Points in a box of side 10, some at one place, some in a cluster.
Matrix<double> scattered(std::int64_t n, std::int64_t features, std::uint64_t seed) {
    Random random(seed);
    Matrix<double> X = 5 * random.matrix<double>(n, features);
    for (std::int64_t i = 0; i < n / 10; ++i) X.row(i) = 0.02 * X.row(i);
    if (n > 20) X.row(20) = X.row(19);
    return X;
}

Csr<double, std::int64_t> sparse_matrix(const Kernel& k, const Matrix<double>& Q, const Matrix<double>& X, bool one_set) {
    using learn::detail::KernelEvaluator;
    const KernelEvaluator<double> evaluator("test", k, X.cols());
    std::vector<double> reach;
    EXPECT_TRUE(evaluator.support(k, reach));
    const learn::detail::CellGrid<double> grid(X, reach);
    const auto queries = evaluator.points(Q), points = evaluator.points(X);
    return *learn::detail::sparse_kernel_matrix<double>(evaluator, grid, Q, queries, points, one_set,
                                                        std::numeric_limits<std::int64_t>::max());
}

TEST(SparseKernel, HasTheValuesOfTheDenseMatrixWhereTheyAreNotZero) {
    for (const std::int64_t features : {1, 2, 3, 5}) {
        const Matrix<double> X = scattered(90, features, 3);
        Matrix<double> Q = 1.3 * scattered(30, features, 4);  // some outside
        Q.row(0).setConstant(1e9);
        std::vector<double> each(static_cast<std::size_t>(features), 1.5);
        each[0] = 4;
        const std::vector<Kernel> kernels{
            kernel::wendland_c2(0.7), kernel::wendland_c4(each),
            kernel::wendland_c2(2.0) * kernel::rbf(1.0) + kernel::white(0.5) + 0.5 * kernel::wendland_c4(each),
            kernel::wendland_c2(100.0), kernel::white(0.3)};
        for (const Kernel& k : kernels) {
            SCOPED_TRACE(k.to_string());
            const auto K = sparse_matrix(k, X, X, true);
            EXPECT_TRUE(canonical(K));
            EXPECT_TRUE(near(K, k.matrix(X), 1e-15));
            const Matrix<double> wide = dense(K);
            EXPECT_TRUE(equal(Matrix<double>(wide.transpose()), wide));
            for (const double v : K.values()) EXPECT_TRUE(v != 0);
            const auto C = sparse_matrix(k, Q, X, false);
            EXPECT_TRUE(canonical(C));
            EXPECT_TRUE(near(C, k.matrix(Q, X), 1e-15));
        }
    }
    EXPECT_EQ(sparse_matrix(kernel::wendland_c2(), Matrix<double>(0, 2), Matrix<double>(0, 2), true).nnz(), 0);
}

TEST(SparseGaussianProcess, IsTheDenseOne) {
    const std::int64_t n = 300;
    Random random(7);
    const Matrix<double> X = scattered(n, 2, 5);
    Vector<double> y(n);
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::sin(X(i, 0)) + std::cos(X(i, 1)) + random.uniform(-0.1, 0.1);
    const Matrix<double> at = 1.2 * scattered(70, 2, 6);
    for (const Kernel& k :
         {2.0 * kernel::wendland_c2(1.3), kernel::wendland_c4({1.0, 2.0}) * kernel::rbf(1.5) + kernel::white(0.05)}) {
        SCOPED_TRACE(k.to_string());
        GaussianProcess<double> sparse(k, 0.01, {.center = true, .storage = CovarianceStorage::sparse});
        GaussianProcess<double> dense(k, 0.01, {.center = true, .storage = CovarianceStorage::dense});
        sparse.fit(X, y);
        dense.fit(X, y);
        EXPECT_TRUE(sparse.info().storage == CovarianceStorage::sparse);
        EXPECT_TRUE(dense.info().storage == CovarianceStorage::dense);
        EXPECT_LT(sparse.info().covariance_nonzeros, n * n / 5);
        EXPECT_GE(2 * sparse.info().factor_nonzeros, sparse.info().covariance_nonzeros);
        const auto p = sparse.predict(at, {.covariance = true}), q = dense.predict(at, {.covariance = true});
        EXPECT_TRUE(near(p.mean, q.mean, 1e-11));
        EXPECT_TRUE(near(p.standard_deviation, q.standard_deviation, 1e-10));
        EXPECT_TRUE(near(p.covariance, q.covariance, 1e-10));
        EXPECT_TRUE(equal(Matrix<double>(p.covariance.transpose()), p.covariance));
        EXPECT_NEAR(sparse.log_marginal_likelihood(), dense.log_marginal_likelihood(),
                    1e-9 * std::abs(dense.log_marginal_likelihood()));
        EXPECT_TRUE(near(sparse.log_marginal_likelihood_gradient(), dense.log_marginal_likelihood_gradient(), 1e-9));
        GaussianProcess<float> single(k, 0.01, {.center = true, .storage = CovarianceStorage::sparse});
        single.fit(Matrix<float>(X.cast<float>()), Vector<float>(y.cast<float>()));
        EXPECT_TRUE(near(single.predict(Matrix<float>(at.cast<float>())).mean, q.mean, 1e-3));
        EXPECT_TRUE(near(single.log_marginal_likelihood_gradient(), dense.log_marginal_likelihood_gradient(), 1e-2));
    }
}

TEST(SparseGaussianProcess, IsChosenWhereFewPairsSeeEachOther) {
    const std::int64_t n = 2000;
    const Matrix<double> X = 5 * Random(8).matrix<double>(n, 2);
    const Vector<double> y = X.col(0).array().sin();
    const auto storage = [&](const Kernel& k, std::int64_t samples) {
        GaussianProcess<double> process(k, 0.01);
        process.fit(X.topRows(samples), y.head(samples));
        return process.info().storage;
    };
    EXPECT_TRUE(storage(kernel::wendland_c2(0.5), n) == CovarianceStorage::sparse);
    EXPECT_TRUE(storage(kernel::wendland_c2(20.0), 400) == CovarianceStorage::dense) << "all see each other";
    EXPECT_TRUE(storage(kernel::rbf(0.5), 400) == CovarianceStorage::dense);
    GaussianProcess<double> process(kernel::wendland_c4(1.0), 0.01);
    process.fit(X, y);
    const Matrix<double> at = 4 * Random(9).matrix<double>(50, 2);
    const auto p = process.predict(at);
    const Vector<double> error = p.mean - Vector<double>(at.col(0).array().sin());
    EXPECT_LT(error.norm() / std::sqrt(50.0), 0.05);
    EXPECT_LT(error.cwiseQuotient(p.standard_deviation).cwiseAbs().maxCoeff(), 4);
    GaussianProcess<double> wide(kernel::rbf(1.0), 0.01, {.storage = CovarianceStorage::sparse});
    EXPECT_TRUE(throws<InvalidArgument>([&] { wide.fit(X, y); }, "compactly supported", "rbf(1)"));
    GaussianProcess<double> small(kernel::wendland_c2(20.0), 0.01,
                                  {.storage = CovarianceStorage::sparse, .memory_limit = 1 << 20});
    EXPECT_TRUE(throws<MemoryLimitExceeded>([&] { small.fit(X, y); }));
}

TEST(SparseGaussianProcess, OptimizesAndReportsJitterLikeTheDenseOne) {
    const std::int64_t n = 400;
    Random random(11);
    Matrix<double> X = 5 * random.matrix<double>(n, 1);
    Vector<double> y(n);
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::sin(2 * X(i, 0)) + random.uniform(-0.2, 0.2);
    GaussianProcess<double> process(1.0 * kernel::wendland_c2(1.0), 0.5, {.storage = CovarianceStorage::sparse});
    process.fit(X, y);
    const auto result = process.optimize();
    EXPECT_TRUE(result.converged()) << result.message;
    EXPECT_GT(result.log_marginal_likelihood, result.initial + 20);
    EXPECT_NEAR(std::sqrt(process.noise_variance()), 0.2 / std::sqrt(3.0), 0.02);
    GaussianProcess<double> dense(process.kernel(), process.noise_variance(), {.storage = CovarianceStorage::dense});
    EXPECT_LE(dense.fit(X, y).log_marginal_likelihood_gradient().cwiseAbs().maxCoeff(), 1e-2);
    X(7, 0) = X(3, 0);
    y[7] = y[3];
    GaussianProcess<double> repeated(kernel::wendland_c2(0.5), 0, {.storage = CovarianceStorage::sparse});
    repeated.fit(X, y);
    EXPECT_GT(repeated.info().jitter, 0);
    EXPECT_GE(repeated.info().jitter_attempts, 1);
    EXPECT_NEAR(repeated.predict(X).mean[7], y[7], 1e-3);
    GaussianProcess<double> none(kernel::wendland_c2(0.5), 0.1, {.storage = CovarianceStorage::sparse});
    none.fit(Matrix<double>(0, 1), Vector<double>());
    EXPECT_EQ(none.predict(X).mean[0], 0);
    EXPECT_NEAR(none.predict(X).standard_deviation[0], 1, 1e-15);
}

}  // namespace
}  // namespace tamis::test
