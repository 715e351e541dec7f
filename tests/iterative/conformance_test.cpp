// links: tamis_allocation_counter
// The laws of all iterative methods (conformance/iterative_methods.hpp lists them).
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/sparse/convert.hpp>

#include "conformance/iterative_methods.hpp"
#include "support/allocation_counter.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/types.hpp"

namespace tamis::test {
namespace {

TYPED_TEST_SUITE(IterativeMethods, AllScalars, TypeName);

TYPED_TEST(IterativeMethods, SolveWhatTheyAreForAndFailHonestlyElsewhere) {
    using T = typename TypeParam::T;
    for (const auto& [kind, p] : problems_of_all_kinds<T>()) {
        for (const auto& m : this->methods) {
            for (const bool preconditioned : {false, true}) {
                SCOPED_TRACE(m.name + " on " + p.name + (preconditioned ? ", preconditioned" : ""));
                CommonWords<T> w;
                if (preconditioned) w.preconditioner = diagonal_preconditioner(p.A);
                w.max_iterations = 2000;
                const auto r = this->solve(m, p, w);
                const bool by_gradient = (m.solves & inconsistent_singular) != 0;
                EXPECT_TRUE(honest(p, r, this->target(p), by_gradient ? default_tolerance<T> : 0));
                if ((m.solves & kind) != 0) {
                    EXPECT_TRUE(r.converged()) << r.message;
                }
                if (!by_gradient && (kind == inconsistent_singular || kind == unsymmetric_singular)) {
                    EXPECT_FALSE(r.converged());
                }
                if (r.converged() && (kind & (definite | indefinite | unsymmetric)) != 0) {
                    EXPECT_TRUE(near(r.x, p.x, 1e3 * default_tolerance<T>));
                }
                EXPECT_EQ(r.residual_history.size(), static_cast<std::size_t>(r.iterations) + 1);
                EXPECT_NEAR(r.residual_history.front(), static_cast<double>(p.b.norm()), 1e-5 * this->target(p, 1));
            }
        }
    }
}

TYPED_TEST(IterativeMethods, AnswerAZeroRightHandSideWithZero) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        auto p = this->solvable(m);
        CommonWords<T> w;
        w.initial_guess = p.x;
        w.tolerance = 0;
        p.b.setZero();
        const auto r = this->solve(m, p, w);
        EXPECT_TRUE(r.converged());
        EXPECT_EQ(r.iterations, 0);
        EXPECT_EQ(r.residual_norm, 0);
        EXPECT_EQ(r.x.norm(), 0);
        EXPECT_EQ(r.residual_history, std::vector<double>{0});
    }
}

TYPED_TEST(IterativeMethods, StartFromTheInitialGuess) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        CommonWords<T> w;
        w.initial_guess = p.x;  // b = A x holds to the last bit
        auto r = this->solve(m, p, w);
        EXPECT_TRUE(r.converged());
        EXPECT_EQ(r.iterations, 0);
        EXPECT_TRUE(same_bits(r.x, p.x));
        EXPECT_EQ(r.residual_history.size(), 1U);

        const Vector<T> near_x = p.x + T(Real<T>(0.01)) * Random(3).template vector<T>(p.x.size());
        w.initial_guess = near_x;
        const auto from_near = this->solve(m, p, w);
        EXPECT_TRUE(honest(p, from_near, this->target(p)));
        EXPECT_TRUE(from_near.converged());
        EXPECT_NEAR(from_near.residual_history[0], true_residual(p.A, near_x, p.b), 1e-4 * from_near.residual_history[0]);
        EXPECT_LE(from_near.iterations, this->solve(m, p).iterations);

        w.initial_guess = Vector<T>(Vector<T>::Zero(p.x.size() + 1));
        EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)this->solve(m, p, w); }, "initial_guess"));
    }
}

TYPED_TEST(IterativeMethods, StopWhereTheCallbackSays) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = grid_laplacian<T>(8, 8);
        CommonWords<T> w;
        std::vector<IterationInfo> told;
        w.callback = [&](const IterationInfo& info) {
            told.push_back(info);
            return info.iteration < 3;
        };
        const auto r = this->solve(m, p, w);
        EXPECT_EQ(r.status, Status::cancelled);
        EXPECT_EQ(r.iterations, 3);
        ASSERT_EQ(told.size(), 3U);
        for (std::size_t k = 0; k < told.size(); ++k) {
            EXPECT_EQ(told[k].iteration, static_cast<std::int64_t>(k) + 1);
            EXPECT_EQ(told[k].residual_norm, r.residual_history[k + 1]);
            EXPECT_GE(told[k].seconds, 0);
        }
        EXPECT_TRUE(honest(p, r, this->target(p)));
    }
}

TYPED_TEST(IterativeMethods, ObeyTheLimits) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = grid_laplacian<T>(8, 8);
        CommonWords<T> w{.max_iterations = 2};
        auto r = this->solve(m, p, w);
        EXPECT_EQ(r.status, Status::max_iterations);
        EXPECT_EQ(r.iterations, 2);
        EXPECT_TRUE(honest(p, r, this->target(p)));

        w = {};
        w.time_limit = std::chrono::nanoseconds(1);
        r = this->solve(m, p, w);
        EXPECT_EQ(r.status, Status::time_limit);
        EXPECT_TRUE(honest(p, r, this->target(p)));

        w = {};
        std::stop_source source;
        w.stop = source.get_token();
        w.callback = [&](const IterationInfo& info) {
            if (info.iteration == 2) source.request_stop();
            return true;
        };
        r = this->solve(m, p, w);
        EXPECT_EQ(r.status, Status::cancelled);
        EXPECT_EQ(r.iterations, 2);
        r = this->solve(m, p, w);  // the stop is requested already
        EXPECT_EQ(r.status, Status::cancelled);
        EXPECT_EQ(r.iterations, 0);
        EXPECT_TRUE(honest(p, r, this->target(p)));
    }
}

TYPED_TEST(IterativeMethods, TakeTheAbsoluteTolerance) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        CommonWords<T> w{.tolerance = 0};
        w.absolute_tolerance = this->target(p, 1e-3);
        const auto r = this->solve(m, p, w);
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_LE(r.residual_norm, w.absolute_tolerance);
        EXPECT_LE(r.iterations, this->solve(m, p).iterations);
    }
}

TYPED_TEST(IterativeMethods, SayWhenRoundingAllowsNoSmallerResidual) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        auto p = this->solvable(m);
        p.b = Random(5).template vector<T>(p.b.size());  // no solution in floating point
        CommonWords<T> w{.tolerance = 0};
        const auto r = this->solve(m, p, w);
        EXPECT_EQ(r.status, Status::stagnated) << r.message;
        EXPECT_TRUE(honest(p, r, 0));
        EXPECT_LE(r.residual_norm, this->target(p, 100 * static_cast<double>(epsilon_v<T>)));
    }
}

TYPED_TEST(IterativeMethods, SayWhatIsNotFinite) {
    using T = typename TypeParam::T;
    const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        auto bad = p;
        bad.b[3] = nan;
        auto r = this->solve(m, bad);
        EXPECT_EQ(r.status, Status::not_finite);
        EXPECT_NE(r.message.find("entry 3"), std::string::npos) << r.message;
        bad.b[3] = T(std::numeric_limits<Real<T>>::infinity());
        EXPECT_EQ(this->solve(m, bad).status, Status::not_finite);

        bad = p;
        bad.A.values()[0] = nan;
        r = this->solve(m, bad);
        EXPECT_EQ(r.status, Status::not_finite);
        EXPECT_TRUE(r.x.allFinite());

        CommonWords<T> w;
        w.initial_guess = bad.b * nan;
        EXPECT_EQ(this->solve(m, p, w).status, Status::not_finite);

        for (const bool from_preconditioner : {false, true}) {
            const auto op = fails_later(from_preconditioner ? OperatorRef<T>() : OperatorRef<T>(p.A), p.A.rows());
            w = {};
            if (from_preconditioner) w.preconditioner = op;
            r = from_preconditioner ? m.solve(p.A, p.b, w) : m.solve(op, p.b, w);
            EXPECT_EQ(r.status, Status::not_finite) << r.message;
            EXPECT_TRUE(r.x.allFinite());
        }
    }
}

TYPED_TEST(IterativeMethods, RefuseOptionsAndSizesThatMakeNoSense) {
    using T = typename TypeParam::T;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        const auto refuses = [&](auto change, const char* option) {
            CommonWords<T> w;
            change(w);
            return throws<InvalidArgument>([&] { (void)this->solve(m, p, w); }, m.name, option);
        };
        for (const double bad : {-1.0, nan}) {
            EXPECT_TRUE(refuses([&](auto& w) { w.tolerance = bad; }, ".tolerance"));
            EXPECT_TRUE(refuses([&](auto& w) { w.absolute_tolerance = bad; }, ".absolute_tolerance"));
            EXPECT_TRUE(refuses([&](auto& w) { w.time_limit = std::chrono::duration<double>(bad); }, ".time_limit"));
        }
        EXPECT_TRUE(refuses([&](auto& w) { w.max_iterations = -1; }, ".max_iterations"));
        EXPECT_TRUE(refuses([&](auto& w) { w.preconditioner = hermitian_definite<T>(7).A; }, "preconditioner"));
        const Vector<T> seven = Vector<T>::Ones(7);
        EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)m.solve(p.A, seven, {}); }, "7"));
        if ((m.solves & inconsistent_singular) == 0) {
            const auto wide = wide_full_rank<T>();
            EXPECT_TRUE(throws<DimensionMismatch>([&] { (void)m.solve(wide.A, wide.b, {}); }, "square"));
        }
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)m.solve(OperatorRef<T>(), p.b, {}); }, "empty"));
    }
}

TYPED_TEST(IterativeMethods, LetExceptionsPass) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        CommonWords<T> w;
        w.callback = [](const IterationInfo&) -> bool { throw std::domain_error("callback"); };
        EXPECT_THROW((void)this->solve(m, p, w), std::domain_error);
        const auto fail = [](VectorView<const T>, VectorView<T>) { throw std::domain_error("operator"); };
        const auto op = make_operator<T>(p.A.rows(), p.A.cols(), fail, fail);
        EXPECT_THROW((void)m.solve(op, p.b, {}), std::domain_error);
        w = {};
        w.preconditioner = op;
        EXPECT_THROW((void)this->solve(m, p, w), std::domain_error);
    }
}

TYPED_TEST(IterativeMethods, SolveSystemsOfNoneAndOneUnknown) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        Problem<T> p;
        auto r = this->solve(m, p);
        EXPECT_TRUE(r.converged());
        EXPECT_EQ(r.x.size(), 0);
        Assembly<T> A(1, 1);
        A.set(0, 0, T(4));
        p.A = A.csr();
        p.b = Vector<T>::Constant(1, scalar<T>(6, 2));
        r = this->solve(m, p);
        EXPECT_TRUE(r.converged()) << r.message;
        EXPECT_TRUE(honest(p, r, this->target(p)));
        EXPECT_LE(r.iterations, 2);
    }
}

TYPED_TEST(IterativeMethods, SolveSystemsOfExtremeScale) {
    using T = typename TypeParam::T;
    const bool single = std::same_as<Real<T>, float>;
    for (const auto& m : this->methods) {
        const auto p = this->solvable(m);
        for (const double size : {single ? 1e-30 : 1e-250, single ? 1e30 : 1e250}) {
            SCOPED_TRACE(m.name + " times " + std::to_string(std::log10(size)));
            auto q = p;
            q.b *= T(Real<T>(size));
            q.x *= T(Real<T>(size));
            const auto r = this->solve(m, q);
            EXPECT_TRUE(r.converged()) << r.message;
            EXPECT_TRUE(near(r.x, q.x, 1e3 * default_tolerance<T>));
            EXPECT_NEAR(r.residual_history[0] / size, static_cast<double>(p.b.norm()), 1e-5 * this->target(p, 1));
        }
    }
}

TYPED_TEST(IterativeMethods, ClaimNothingOfSolutionsThatUnderflow) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        auto p = this->solvable(m);
        p.b *= T(4 * std::numeric_limits<Real<T>>::denorm_min());
        const auto r = this->solve(m, p);
        const double scale = std::ldexp(1.0, 600);  // exact, and out of the range where numbers lose digits
        const Vector<std::complex<double>> x = r.x.template cast<std::complex<double>>() * scale;
        const Vector<std::complex<double>> b = p.b.template cast<std::complex<double>>() * scale;
        const double residual = (b - to_dense(p.A).template cast<std::complex<double>>() * x).norm();
        EXPECT_TRUE(!r.converged() || residual <= default_tolerance<T> * b.norm()) << residual / b.norm();
    }
}

TYPED_TEST(IterativeMethods, TakeStridedVectorsAndTouchNothingElse) {
    using T = typename TypeParam::T;
    using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const auto p = this->solvable(m);
        const auto expected = this->solve(m, p);
        const std::int64_t n = p.b.size();
        RowMajor B = RowMajor::Constant(n, 3, T(7));
        B.col(1) = p.b;
        EXPECT_TRUE(near(m.solve(p.A, B.col(1), {}).x, expected.x, 100 * default_tolerance<T>));
        RowMajor X = RowMajor::Constant(n, 3, T(7));
        EXPECT_TRUE(m.prepare(n)(p.A, B.col(1), X.col(1), {}).converged());
        EXPECT_TRUE(near(Vector<T>(X.col(1)), expected.x, 100 * default_tolerance<T>));
        EXPECT_TRUE(equal(Vector<T>(X.col(0)), Vector<T>(Vector<T>::Constant(n, T(7)))));
        EXPECT_TRUE(equal(Vector<T>(X.col(2)), Vector<T>(Vector<T>::Constant(n, T(7)))));
        Vector<T> b = p.b;
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)m.prepare(n)(p.A, b, b, {}); }, "share memory"));
        EXPECT_TRUE(equal(b, p.b));
    }
}

TYPED_TEST(IterativeMethods, AllocateNothingWithAWorkspace) {
    using T = typename TypeParam::T;
    for (const auto& m : this->methods) {
        const auto p = this->solvable(m);
        const std::int64_t n = p.b.size();
        const auto M = diagonal_preconditioner(p.A);
        const auto into = m.prepare(n + 3);  // larger is fine
        for (const bool preconditioned : {false, true}) {
            SCOPED_TRACE(m.name + (preconditioned ? ", preconditioned" : ""));
            CommonWords<T> w{.record_history = false};
            if (preconditioned) w.preconditioner = M;
            Vector<T> x = Vector<T>::Constant(n, T(99));
            (void)into(p.A, p.b, x, w);
            const AllocationCounter counter;
            const auto r = into(p.A, p.b, x, w);
            const auto allocations = counter.allocations();
            EXPECT_EQ(allocations, 0);
            EXPECT_TRUE(r.require().residual_history.empty());
            EXPECT_TRUE(same_bits(x, this->solve(m, p, w).x));
            w.initial_guess = x;
            const auto again = into(p.A, p.b, x, w);  // x is the start and the answer
            EXPECT_TRUE(again.converged());
            EXPECT_EQ(again.iterations, 0);
            EXPECT_EQ(again.residual_norm, r.residual_norm);
        }
        Vector<T> large(n + 60);
        const auto q = this->solvable(m, n + 60);
        EXPECT_TRUE(throws<InvalidArgument>([&] { (void)into(q.A, q.b, large, {}); }, "workspace"));
    }
}

TYPED_TEST(IterativeMethods, HoldAsManyVectorsAsDocumented) {
    using T = typename TypeParam::T;
    const std::int64_t n = 1 << 11;  // below the sizes that begin and end with a large page
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const std::int64_t vector = n * static_cast<std::int64_t>(sizeof(T));
        const std::int64_t small = m.workspace_bytes(0) + vector / 2 + 4096;  // Hessenberg matrices and the like
        EXPECT_GE(m.workspace_bytes(n), m.vectors * vector);
        EXPECT_LT(m.workspace_bytes(n), m.vectors * vector + small);
        // A solve without a workspace takes that, x, and nothing else that grows with n.
        const auto p = this->solvable(m, 200);
        const auto identity = [](VectorView<const T> x, VectorView<T> y) {
            for (std::int64_t i = 0; i < y.size(); ++i) y[i] = x[i];
        };
        const auto op = make_operator<T>(n, n, identity, identity);
        const Vector<T> b = Vector<T>::Ones(n);
        const CommonWords<T> w{.max_iterations = 3, .record_history = false};
        (void)m.solve(op, b, w);
        const AllocationCounter counter;
        (void)m.solve(op, b, w);
        EXPECT_LT(counter.bytes(), (m.vectors + 1) * vector + small);
    }
}

TYPED_TEST(IterativeMethods, GiveTheSameBitsFromRunToRunAndOnAnyThreads) {
    using T = typename TypeParam::T;
    const std::int64_t n = 70000;  // beyond what stays on one thread
    Vector<T> d(n);
    for (std::int64_t i = 0; i < n; ++i) d[i] = T(1 + static_cast<Real<T>>(i % 2));
    const auto scale = [&](VectorView<const T> x, VectorView<T> y) {
        for (std::int64_t i = 0; i < n; ++i) y[i] = d[i] * x[i];
    };
    const auto op = make_operator<T>(n, n, scale, scale);
    const Vector<T> b = Random(2).template vector<T>(n);
    for (const auto& m : this->methods) {
        SCOPED_TRACE(m.name);
        const ThreadBudget two(2);
        const auto on_two = m.solve(op, b, {});
        EXPECT_TRUE(on_two.converged()) << on_two.message;
        const ThreadBudget one(1);
        EXPECT_TRUE(same_bits(m.solve(op, b, {}).x, on_two.x));
    }
}

}  // namespace
}  // namespace tamis::test
