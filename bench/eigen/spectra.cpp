// bench_eigen_spectra TASK PROBLEM FILE KIND END VARIANT: Spectra on Eigen's matrices. Variants: plain, shift (shift-invert
// at 0 by Eigen's SimplicialLDLT).
#include <iostream>

#include <Spectra/MatOp/SparseGenMatProd.h>
#include <Spectra/MatOp/SparseSymShiftSolve.h>
#include <Spectra/SymEigsShiftSolver.h>
#include <Spectra/SymEigsSolver.h>
#include <Eigen/SparseCore>

#include "eigen/problem.hpp"

namespace {

using Sparse = Eigen::SparseMatrix<double, Eigen::RowMajor>;
constexpr int basis = 40;

template <class Solver>
bool solve(Solver& solver, Spectra::SortRule rule, bench::Answer& answer) {
    solver.init();
    // Its tolerance is relative to the eigenvalue, or to the shifted inverse's.
    const auto count = solver.compute(rule, 10000, bench::goal);
    answer.products = solver.num_operations();
    const Eigen::VectorXd values = solver.eigenvalues();
    const Eigen::MatrixXd vectors = solver.eigenvectors();
    answer.values.assign(values.begin(), values.end());
    answer.vectors.assign(vectors.data(), vectors.data() + vectors.size());
    return count == bench::wanted && solver.info() == Spectra::CompInfo::Successful;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto P = bench::read_problem(argc, argv);
        const Eigen::Map<const Sparse> view(P.rows, P.cols, static_cast<Eigen::Index>(P.values.size()), P.offsets.data(),
                                            P.indices.data(), P.values.data());
        bench::Answer answer;
        bool converged = false;
        const auto times = bench::repeat(answer, [&] {
            bench::Answer a;
            a.seconds = bench::seconds([&] {
                if (P.variant == "shift") {
                    const Eigen::SparseMatrix<double> A = view;
                    Spectra::SparseSymShiftSolve<double> op(A);
                    Spectra::SymEigsShiftSolver<Spectra::SparseSymShiftSolve<double>> solver(op, bench::wanted, 20, 0.0);
                    converged = solve(solver, Spectra::SortRule::LargestMagn, a);
                    return;
                }
                Spectra::SparseGenMatProd<double, Eigen::RowMajor> op(view);
                Spectra::SymEigsSolver<Spectra::SparseGenMatProd<double, Eigen::RowMajor>> solver(op, bench::wanted, basis);
                converged = solve(
                    solver, P.end == bench::End::smallest ? Spectra::SortRule::SmallestAlge : Spectra::SortRule::LargestAlge,
                    a);
            });
            return a;
        });
        bench::report(P, "spectra " + P.variant, Eigen::nbThreads(), times, answer, converged);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
