// bench_krylov_eigen METHOD:ITERATIONS|METHOD:solve PROBLEM FILE: Eigen's methods, MINRES and GMRES from its unsupported
// part. With OpenMP its products have threads.
#include <iostream>

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>
#include <unsupported/Eigen/IterativeSolvers>

#include "krylov/problem.hpp"

namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using None = Eigen::IdentityPreconditioner;
constexpr int both = Eigen::Lower | Eigen::Upper;

template <class Method>
bench::Run solve(const bench::System& S, const Matrix& A, std::vector<double>& x) {
    bench::Run run;
    Method method;
    method.setTolerance(S.tolerance());
    method.setMaxIterations(S.most_iterations());
    method.compute(A);
    const Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(S.b.data(), S.rows);
    Eigen::VectorXd y;
    run.seconds = bench::seconds([&] { y = method.solve(b); });
    run.iterations = method.iterations();
    x.assign(y.begin(), y.end());
    return run;
}

bench::Run run(const bench::System& S, const Matrix& A, std::vector<double>& x) {
    if (S.method == "cg") return solve<Eigen::ConjugateGradient<Matrix, both, None>>(S, A, x);
    if (S.method == "cg_jacobi") return solve<Eigen::ConjugateGradient<Matrix, both>>(S, A, x);
    if (S.method == "minres") return solve<Eigen::MINRES<Matrix, both, None>>(S, A, x);
    if (S.method == "gmres") return solve<Eigen::GMRES<Matrix, None>>(S, A, x);
    return solve<Eigen::BiCGSTAB<Matrix, None>>(S, A, x);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        const Matrix A = Eigen::Map<const Matrix>(S.rows, S.cols, static_cast<Eigen::Index>(S.values.size()),
                                                  S.offsets.data(), S.indices.data(), S.values.data());
        std::vector<double> x;
        const auto runs = bench::repeat(x, [&](std::vector<double>& y) { return run(S, A, y); });
        bench::report(S, "eigen", Eigen::nbThreads(), runs, x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
