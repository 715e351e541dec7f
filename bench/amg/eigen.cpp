// bench_amg_eigen TASK PROBLEM FILE KIND VARIANT: ConjugateGradient with Jacobi or IncompleteCholesky; for convection
// BiCGSTAB with Jacobi or IncompleteLUT. With OpenMP its products have threads.
#include <iostream>

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>

#include "amg/problem.hpp"

namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;

template <class Method>
bench::Run solve(const bench::System& S, const Matrix& A, std::vector<double>& x) {
    bench::Run run;
    Method method;
    method.setTolerance(bench::goal);
    method.setMaxIterations(20000);
    run.setup = bench::seconds([&] { method.compute(A); });
    const Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(S.b.data(), S.rows);
    Eigen::VectorXd y;
    run.solve = bench::seconds([&] { y = method.solve(b); });
    run.iterations = method.iterations();
    x.assign(y.begin(), y.end());
    return run;
}

bench::Run run(const bench::System& S, const Matrix& A, std::vector<double>& x) {
    using Natural = Eigen::NaturalOrdering<int>;
    constexpr int both = Eigen::Lower | Eigen::Upper;
    if (S.kind == "convection") {
        if (S.variant == "ilut") return solve<Eigen::BiCGSTAB<Matrix, Eigen::IncompleteLUT<double>>>(S, A, x);
        return solve<Eigen::BiCGSTAB<Matrix>>(S, A, x);
    }
    if (S.variant == "ic")
        return solve<Eigen::ConjugateGradient<Matrix, both, Eigen::IncompleteCholesky<double, Eigen::Lower, Natural>>>(S, A,
                                                                                                                       x);
    return solve<Eigen::ConjugateGradient<Matrix, both>>(S, A, x);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        const Matrix A = Eigen::Map<const Matrix>(S.rows, S.cols, static_cast<Eigen::Index>(S.values.size()),
                                                  S.offsets.data(), S.indices.data(), S.values.data());
        std::vector<double> x;
        const auto runs = bench::repeat(x, [&](std::vector<double>& y) { return run(S, A, y); });
        bench::report(S, "eigen " + S.variant, Eigen::nbThreads(), runs, x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
