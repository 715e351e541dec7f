// bench_krylov_petsc METHOD:ITERATIONS|METHOD:solve PROBLEM FILE: PETSc's KSP, a process for each thread of others.
#include <iostream>

#include <petscksp.h>

#include "krylov/problem.hpp"
#include "support/mpi.hpp"
#include "support/processes.hpp"

namespace {

Mat make_matrix(const bench::System& S, const bench::Share& s) {
    const auto begin = static_cast<std::size_t>(s.begin);
    const std::int32_t first = S.offsets[begin];
    std::vector<PetscInt> offsets;
    for (auto i = begin; i <= static_cast<std::size_t>(s.end); ++i) offsets.push_back(S.offsets[i] - first);
    Mat A = nullptr;
    MatCreate(PETSC_COMM_WORLD, &A);
    MatSetSizes(A, s.end - s.begin, s.end - s.begin, static_cast<PetscInt>(S.rows), static_cast<PetscInt>(S.rows));
    MatSetType(A, MATAIJ);
    MatSeqAIJSetPreallocationCSR(A, offsets.data(), S.indices.data() + first, S.values.data() + first);
    MatMPIAIJSetPreallocationCSR(A, offsets.data(), S.indices.data() + first, S.values.data() + first);
    return A;
}

bench::Run solve(const bench::System& S, Mat A, Vec b, Vec x) {
    bench::Run run;
    KSP method = nullptr;
    KSPCreate(PETSC_COMM_WORLD, &method);
    KSPSetType(method, S.method == "minres"     ? KSPMINRES
                       : S.method == "gmres"    ? KSPGMRES
                       : S.method == "bicgstab" ? KSPBCGS
                                                : KSPCG);
    KSPSetOperators(method, A, A);
    if (S.method == "gmres" || S.method == "bicgstab") KSPSetPCSide(method, PC_RIGHT);
    if (S.method != "minres") KSPSetNormType(method, KSP_NORM_UNPRECONDITIONED);
    KSPSetTolerances(method, S.tolerance(), 0, PETSC_DEFAULT, static_cast<PetscInt>(S.most_iterations()));
    PC pc = nullptr;
    KSPGetPC(method, &pc);
    PCSetType(pc, S.method == "cg_jacobi" ? PCJACOBI : PCNONE);
    KSPSetUp(method);
    run.seconds = bench::seconds_of_all([&] { KSPSolve(method, b, x); });
    PetscInt iterations = 0;
    KSPGetIterationNumber(method, &iterations);
    run.iterations = iterations;
    KSPDestroy(&method);
    return run;
}

}  // namespace

int main(int argc, char** argv) {
    bench::enter_processes(argv);
    PetscInitialize(nullptr, nullptr, nullptr, nullptr);
    try {
        const auto S = bench::read_system(argc, argv);
        const auto s = bench::share_of_rows(S.rows);
        Mat A = make_matrix(S, s);
        Vec b = nullptr;
        Vec x = nullptr;
        MatCreateVecs(A, &x, &b);
        PetscScalar* values = nullptr;
        VecGetArray(b, &values);
        std::copy(S.b.begin() + s.begin, S.b.begin() + s.end, values);
        VecRestoreArray(b, &values);
        const bench::Run first = solve(S, A, b, x);
        std::vector<bench::Run> runs;
        for (int k = bench::agreed(first.seconds > 3 ? 1 : 3); k > 0; --k) runs.push_back(solve(S, A, b, x));
        const PetscScalar* found = nullptr;
        VecGetArrayRead(x, &found);
        const auto whole = bench::gather(s, S.rows, std::vector<double>(found, found + (s.end - s.begin)));
        VecRestoreArrayRead(x, &found);
        if (s.rank == 0) bench::report(S, "petsc", s.processes, runs, whole);
        VecDestroy(&x);
        VecDestroy(&b);
        MatDestroy(&A);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    PetscFinalize();
    return 0;
}
