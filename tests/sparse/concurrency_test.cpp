// Const means concurrent: every factorization is shared by threads that solve, and every analysis by threads that factor,
// and all answers are those of one thread to the last bit. Small enough for ThreadSanitizer (preset tsan), which is what it
// is for.
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/core/version.hpp>
#include <tamis/sparse/analysis.hpp>
#include <tamis/sparse/build.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/model_problems.hpp>
#include <tamis/sparse/qr.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

using Real64 = Csr<double>;

void require(bool same, const char* what) {
    if (!same) throw std::runtime_error(std::string(what) + " differs from one thread's");
}

template <class F>
void expect_shared_solves(const F& factor) {
    SCOPED_TRACE(factor.info().backend);
    const Matrix<double> B = Random(3).matrix<double>(factor.rows(), 2);
    const Matrix<double> C = Random(4).matrix<double>(factor.cols(), 2);
    const Matrix<double> X = factor.solve(B);
    const Matrix<double> Y = factor.solve_transposed(C);
    std::optional<double> rcond;
    std::optional<double> logabs;
    if constexpr (ReportsCondition<F>) rcond = factor.rcond();
    if constexpr (HasDeterminant<F>) logabs = factor.slogdet().logabs;
    EXPECT_TRUE(succeeds_on_threads(3, [&](int) {
        for (int round = 0; round < 3; ++round) {
            require(static_cast<bool>(same_bits(factor.solve(B), X)), "solve");
            require(static_cast<bool>(same_bits(factor.solve_transposed(C), Y)), "solve_transposed");
            if constexpr (ReportsCondition<F>) require(factor.rcond() == rcond, "rcond");
            if constexpr (HasDeterminant<F>) require(factor.slogdet().logabs == logabs, "slogdet");
        }
    }));
}

/// c·A for three values of c, factored from one analysis on a thread each.
template <class Make>
void expect_shared_analysis(const Real64& A, Method method, const Make& make) {
    const Analysis analysis = analyze(A, {.method = method});
    SCOPED_TRACE(analysis.backend());
    const Vector<double> b = Random(5).vector<double>(A.rows());
    const auto scaled = [&](int c) {
        Real64 M = A;
        for (double& v : M.values()) v *= 1 + c;
        return M;
    };
    std::vector<Vector<double>> alone;
    for (int c = 0; c < 3; ++c) alone.push_back(make(analysis, scaled(c)).solve(b));
    EXPECT_TRUE(succeeds_on_threads(3, [&](int c) {
        for (int round = 0; round < 2; ++round)
            require(static_cast<bool>(same_bits(make(analysis, scaled(c)).solve(b), alone[static_cast<std::size_t>(c)])),
                    "a factorization");
    }));
}

Real64 definite() {
    return poisson_2d<double>(12, 11);
}
/// Blocks [0 1; 1 0] beside the mesh: no pivots on the diagonal alone.
Real64 indefinite() {
    return block_diagonal(poisson_2d<double>(9, 8),
                          kron(identity<double>(10),
                               Real64::from_arrays(2, 2, std::vector{0, 1, 2}, std::vector{1, 0}, std::vector{1.0, 1.0})));
}
Real64 unsymmetric() {
    return convection_diffusion_2d<double>(12, 11);
}

TEST(Concurrency, CholeskyIsShared) {
    const auto F = cholesky(definite());
    expect_shared_solves(F);
    const Vector<double> b = Random(6).vector<double>(F.rows());
    const Vector<double> l = F.solve_l(b);
    const Vector<double> d = F.inverse_diagonal();
    EXPECT_TRUE(succeeds_on_threads(3, [&](int) {
        require(static_cast<bool>(same_bits(F.solve_l(b), l)), "solve_l");
        require(static_cast<bool>(same_bits(F.inverse_diagonal(), d)), "inverse_diagonal");
    }));
    expect_shared_analysis(definite(), Method::cholesky, [](const Analysis& a, const Real64& A) { return cholesky(a, A); });
}

TEST(Concurrency, LdltIsShared) {
    expect_shared_solves(ldlt(definite()));
    expect_shared_analysis(definite(), Method::ldlt, [](const Analysis& a, const Real64& A) { return ldlt(a, A); });
    try {
        expect_shared_solves(ldlt(indefinite()));
    } catch (const Unsupported&) {
        // A build without MUMPS refuses an unstable factor; its tests say so.
    }
}

TEST(Concurrency, LuIsShared) {
    expect_shared_solves(lu(unsymmetric()));                          // short rows: KLU
    expect_shared_solves(lu(random_sparse<double>(60, 60, 0.4, 7)));  // long ones: UMFPACK
    expect_shared_analysis(unsymmetric(), Method::lu, [](const Analysis& a, const Real64& A) { return lu(a, A); });
}

TEST(Concurrency, QrIsShared) {
    try {
        expect_shared_solves(qr(unsymmetric()));
        expect_shared_analysis(unsymmetric(), Method::qr, [](const Analysis& a, const Real64& A) { return qr(a, A); });
    } catch (const Unsupported&) {
        EXPECT_EQ(build_info().find("SPQR"), std::string::npos) << "only a build without SPQR may leave this out";
    }
}

}  // namespace
}  // namespace tamis::test
