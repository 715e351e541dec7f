// Const means concurrent: preconditioners, multigrid and operators are shared by threads that apply them and solve with
// them, each with a workspace of its own, and all answers are those of one thread to the last bit. Small enough for
// ThreadSanitizer (preset tsan), which is what it is for.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tamis/iterative/amg/amg.hpp>
#include <tamis/iterative/krylov/block_cg.hpp>
#include <tamis/iterative/krylov/cg.hpp>
#include <tamis/iterative/krylov/gcrodr.hpp>
#include <tamis/iterative/krylov/gmres.hpp>
#include <tamis/iterative/krylov/lsqr.hpp>
#include <tamis/iterative/precond/block_jacobi.hpp>
#include <tamis/iterative/precond/chebyshev.hpp>
#include <tamis/iterative/precond/fsai.hpp>
#include <tamis/iterative/precond/ic0.hpp>
#include <tamis/iterative/precond/ict.hpp>
#include <tamis/iterative/precond/ilu0.hpp>
#include <tamis/iterative/precond/ilut.hpp>
#include <tamis/iterative/precond/jacobi.hpp>
#include <tamis/iterative/precond/schwarz.hpp>
#include <tamis/iterative/precond/ssor.hpp>
#include <tamis/solve.hpp>
#include <tamis/sparse/model_problems.hpp>

#include "support/assertions.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"

namespace tamis::test {
namespace {

void require(bool same, const std::string& what) {
    if (!same) throw std::runtime_error(what + " differs from one thread's");
}

/// The first applications are those of the threads, so that what is set up when it is first asked for is asked for by all.
void expect_shared(const std::string& name, const Operator<double>& M) {
    SCOPED_TRACE(name);
    const OperatorRef<double>& op = M.ref();
    const Vector<double> x = Random(1).vector<double>(op.rows());
    constexpr int threads = 3;
    std::vector<Vector<double>> plain(threads, Vector<double>(op.rows()));
    std::vector<Vector<double>> adjoint = plain;
    EXPECT_TRUE(succeeds_on_threads(threads, [&](int k) {
        const auto i = static_cast<std::size_t>(k);
        for (int round = 0; round < 2; ++round) {
            if (op.has_adjoint()) op.apply_adjoint(x, adjoint[i]);
            op.apply(x, plain[i]);
        }
    }));
    Vector<double> y(op.rows());
    op.apply(x, y);
    for (const auto& other : plain) EXPECT_TRUE(same_bits(other, y));
    if (!op.has_adjoint()) return;
    op.apply_adjoint(x, y);
    for (const auto& other : adjoint) EXPECT_TRUE(same_bits(other, y));
}

TEST(IterativeConcurrency, PreconditionersAreShared) {
    const auto A = poisson_2d<double>(12, 11);
    const auto C = convection_diffusion_2d<double>(12, 11);
    expect_shared("Jacobi", Jacobi(A));
    expect_shared("BlockJacobi", BlockJacobi(C, {.block_size = 4}));
    expect_shared("Ssor", Ssor(C));
    expect_shared("Ssor by colours", Ssor(A, {.multicolour = true}));
    expect_shared("Ilu0", Ilu0(C));
    expect_shared("Ilut", Ilut(C));
    expect_shared("Ic0", Ic0(A));
    expect_shared("Ict", Ict(A));
    expect_shared("Chebyshev", Chebyshev(A));
    expect_shared("Fsai", Fsai(A));
    expect_shared("Schwarz", Schwarz(C, {.overlap = 1}));
}

TEST(IterativeConcurrency, MultigridIsShared) {
    const auto A = poisson_2d<double>(24, 22);
    for (const AmgSmoother smoother : {AmgSmoother::chebyshev, AmgSmoother::gauss_seidel, AmgSmoother::l1_jacobi}) {
        AmgOptions<double> options;
        options.smoother = smoother;
        options.coarse_size = 20;
        expect_shared("V", Amg(A, options));
        options.precision = Precision::working;
        options.cycle = AmgCycle::k;
        expect_shared("K", Amg(A, options));
    }
    expect_shared("unsymmetric", Amg(convection_diffusion_2d<double>(24, 22)));
    const Amg M(A);
    const double factor = M.hierarchy().convergence_factor;
    EXPECT_TRUE(succeeds_on_threads(3, [&](int) { require(M.hierarchy().convergence_factor == factor, "hierarchy"); }));
}

TEST(IterativeConcurrency, SolvesShareOperatorAndPreconditioner) {
    const auto A = poisson_2d<double>(14, 13);
    const Vector<double> b = Random(2).vector<double>(A.rows());
    const Matrix<double> B = Random(3).matrix<double>(A.rows(), 3);
    const OperatorRef<double> op(A);
    const Operator<double> M = Ic0(A);
    const Operator<double> sum = op + 0.5 * op;  // a composition has scratch
    const CgOptions<double> options{.preconditioner = M};
    const Vector<double> x = cg(op, b, options).x;
    const Vector<double> of_sum = cg(sum, b, options).x;
    const Vector<double> by_gmres = gmres(op, b, {.preconditioner = M}).x;
    const Vector<double> by_gcrodr = gcrodr(op, b, {.preconditioner = M}).x;
    const Vector<double> by_lsqr = lsqr(op, b).x;
    const Matrix<double> X = block_cg(op, B, {.preconditioner = M}).x;
    EXPECT_TRUE(succeeds_on_threads(3, [&](int) {
        CgWorkspace<double> work(A.rows());
        Vector<double> y(A.rows());
        for (int round = 0; round < 2; ++round) {
            cg(op, b, y, work, options).require();
            require(static_cast<bool>(same_bits(y, x)), "cg");
        }
        require(static_cast<bool>(same_bits(cg(sum, b, options).x, of_sum)), "cg with a sum");
        require(static_cast<bool>(same_bits(gmres(op, b, {.preconditioner = M}).x, by_gmres)), "gmres");
        require(static_cast<bool>(same_bits(gcrodr(op, b, {.preconditioner = M}).x, by_gcrodr)), "gcrodr");
        require(static_cast<bool>(same_bits(lsqr(op, b).x, by_lsqr)), "lsqr");
        require(static_cast<bool>(same_bits(block_cg(op, B, {.preconditioner = M}).x, X)), "block_cg");
    }));
}

TEST(IterativeConcurrency, SolveOfOneMatrixFromManyThreads) {
    const auto A = poisson_2d<double>(14, 13);
    const Vector<double> b = Random(4).vector<double>(A.rows());
    const SolveOptions options{.method = Method::cg, .preconditioner = PreconditionerKind::amg};
    const Vector<double> x = solve(A, b, options);
    EXPECT_TRUE(succeeds_on_threads(
        3, [&](int) { require(static_cast<bool>(same_bits(solve(A, b, options), x)), "solve by cg and Amg"); }));
}

}  // namespace
}  // namespace tamis::test
