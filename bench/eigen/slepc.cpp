// bench_eigen_slepc TASK PROBLEM FILE KIND END VARIANT: SLEPc, a process for each thread of others. Variants: krylovschur,
// gd-gamg (generalized Davidson with PETSc's multigrid), sinvert (shift-invert at 0, Cholesky in one process), trlanczos
// (singular values).
#include <iostream>

#include <slepceps.h>
#include <slepcsvd.h>

#include "eigen/problem.hpp"
#include "support/mpi.hpp"
#include "support/processes.hpp"

namespace {

Mat make_matrix(const bench::Problem& P, const bench::Share& s, const bench::Share& columns) {
    const auto begin = static_cast<std::size_t>(s.begin);
    const std::int32_t first = P.offsets[begin];
    std::vector<PetscInt> offsets;
    for (auto i = begin; i <= static_cast<std::size_t>(s.end); ++i) offsets.push_back(P.offsets[i] - first);
    Mat A = nullptr;
    MatCreate(PETSC_COMM_WORLD, &A);
    MatSetSizes(A, s.end - s.begin, columns.end - columns.begin, static_cast<PetscInt>(P.rows),
                static_cast<PetscInt>(P.cols));
    MatSetType(A, MATAIJ);
    MatSeqAIJSetPreallocationCSR(A, offsets.data(), P.indices.data() + first, P.values.data() + first);
    MatMPIAIJSetPreallocationCSR(A, offsets.data(), P.indices.data() + first, P.values.data() + first);
    if (P.end != bench::End::singular) {
        MatSetOption(A, MAT_SYMMETRIC, PETSC_TRUE);
        if (P.end == bench::End::smallest) MatSetOption(A, MAT_SPD, PETSC_TRUE);
    }
    return A;
}

void append(Vec x, const bench::Share& s, std::int64_t rows, std::vector<double>& all) {
    const PetscScalar* values = nullptr;
    VecGetArrayRead(x, &values);
    const auto whole = bench::gather(s, rows, std::vector<double>(values, values + (s.end - s.begin)));
    VecRestoreArrayRead(x, &values);
    all.insert(all.end(), whole.begin(), whole.end());
}

bench::Answer eigenvalues(const bench::Problem& P, const bench::Share& s, bool& converged) {
    bench::Answer answer;
    Mat A = make_matrix(P, s, s);
    EPS eps = nullptr;
    answer.seconds = bench::seconds_of_all([&] {
        EPSCreate(PETSC_COMM_WORLD, &eps);
        EPSSetOperators(eps, A, nullptr);
        EPSSetProblemType(eps, EPS_HEP);
        EPSSetDimensions(eps, bench::wanted, PETSC_DEFAULT, PETSC_DEFAULT);
        EPSSetTolerances(eps, bench::goal, 100000);
        EPSSetConvergenceTest(eps, EPS_CONV_NORM);
        EPSSetWhichEigenpairs(eps, P.end == bench::End::smallest ? EPS_SMALLEST_REAL : EPS_LARGEST_REAL);
        ST st = nullptr;
        EPSGetST(eps, &st);
        if (P.variant == "gd-gamg") {
            EPSSetType(eps, EPSGD);
            STSetType(st, STPRECOND);
            KSP ksp = nullptr;
            STGetKSP(st, &ksp);
            PC pc = nullptr;
            KSPGetPC(ksp, &pc);
            PCSetType(pc, PCGAMG);
        } else if (P.variant == "sinvert") {
            STSetType(st, STSINVERT);
            EPSSetTarget(eps, 0.0);
            EPSSetWhichEigenpairs(eps, EPS_TARGET_MAGNITUDE);
            KSP ksp = nullptr;
            STGetKSP(st, &ksp);
            KSPSetType(ksp, KSPPREONLY);
            PC pc = nullptr;
            KSPGetPC(ksp, &pc);
            PCSetType(pc, PCCHOLESKY);
            if (s.processes > 1) PCFactorSetMatSolverType(pc, MATSOLVERMUMPS);
        }
        EPSSolve(eps);
    });
    PetscInt count = 0, iterations = 0;
    EPSGetConverged(eps, &count);
    EPSGetIterationNumber(eps, &iterations);
    answer.products = iterations;
    converged = count >= bench::wanted;
    Vec x = nullptr;
    MatCreateVecs(A, &x, nullptr);
    for (PetscInt j = 0; j < std::min<PetscInt>(count, bench::wanted); ++j) {
        PetscScalar value = 0;
        EPSGetEigenpair(eps, j, &value, nullptr, x, nullptr);
        answer.values.push_back(value);
        append(x, s, P.rows, answer.vectors);
    }
    VecDestroy(&x);
    EPSDestroy(&eps);
    MatDestroy(&A);
    return answer;
}

bench::Answer singular_values(const bench::Problem& P, const bench::Share& s, const bench::Share& columns, bool& converged) {
    bench::Answer answer;
    Mat A = make_matrix(P, s, columns);
    SVD svd = nullptr;
    answer.seconds = bench::seconds_of_all([&] {
        SVDCreate(PETSC_COMM_WORLD, &svd);
        SVDSetOperators(svd, A, nullptr);
        SVDSetType(svd, SVDTRLANCZOS);
        SVDSetDimensions(svd, bench::wanted, PETSC_DEFAULT, PETSC_DEFAULT);
        SVDSetTolerances(svd, bench::goal, 100000);
        SVDSetWhichSingularTriplets(svd, SVD_LARGEST);
        SVDSolve(svd);
    });
    PetscInt count = 0, iterations = 0;
    SVDGetConverged(svd, &count);
    SVDGetIterationNumber(svd, &iterations);
    answer.products = iterations;
    converged = count >= bench::wanted;
    Vec u = nullptr;
    Vec v = nullptr;
    MatCreateVecs(A, &v, &u);
    for (PetscInt j = 0; j < std::min<PetscInt>(count, bench::wanted); ++j) {
        PetscReal value = 0;
        SVDGetSingularTriplet(svd, j, &value, u, v);
        answer.values.push_back(value);
        append(u, s, P.rows, answer.left);
        append(v, columns, P.cols, answer.vectors);
    }
    VecDestroy(&u);
    VecDestroy(&v);
    SVDDestroy(&svd);
    MatDestroy(&A);
    return answer;
}

}  // namespace

int main(int argc, char** argv) {
    bench::enter_processes(argv);
    SlepcInitialize(nullptr, nullptr, nullptr, nullptr);
    try {
        const auto P = bench::read_problem(argc, argv);
        const auto s = bench::share_of_rows(P.rows);
        const auto columns = bench::share_of_rows(P.cols);
        bool converged = false;
        const auto run = [&] {
            return P.end == bench::End::singular ? singular_values(P, s, columns, converged) : eigenvalues(P, s, converged);
        };
        bench::Answer answer = run();
        std::vector<double> times{answer.seconds};
        if (bench::agreed(answer.seconds > 1 ? 0 : 1) != 0) {
            times.clear();
            for (int k = 0; k < 2; ++k) {
                answer = run();
                times.push_back(answer.seconds);
            }
        }
        if (s.rank == 0) bench::report(P, "slepc " + P.variant, s.processes, times, answer, converged, "iterations counted");
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    SlepcFinalize();
    return 0;
}
