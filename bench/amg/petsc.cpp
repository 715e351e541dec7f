// bench_amg_petsc TASK PROBLEM FILE KIND VARIANT: PETSc's KSP, a process for each thread of others. Variants: gamg, icc
// (incomplete Cholesky of each process's diagonal block), ilu (likewise) and jacobi; cg, and bcgs for convection.
#include <iostream>

#include <petscksp.h>

#include "amg/problem.hpp"
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
    if (S.kind == "elasticity") MatSetBlockSize(A, 3);
    MatSeqAIJSetPreallocationCSR(A, offsets.data(), S.indices.data() + first, S.values.data() + first);
    MatMPIAIJSetPreallocationCSR(A, offsets.data(), S.indices.data() + first, S.values.data() + first);
    if (S.kind != "convection") {
        MatSetOption(A, MAT_SYMMETRIC, PETSC_TRUE);
        MatSetOption(A, MAT_SPD, PETSC_TRUE);
    }
    return A;
}

void give_modes(const bench::System& S, const bench::Share& s, Mat A) {
    std::vector<Vec> modes(bench::System::mode_count);
    for (std::size_t k = 0; k < modes.size(); ++k) {
        MatCreateVecs(A, &modes[k], nullptr);
        PetscScalar* values = nullptr;
        VecGetArray(modes[k], &values);
        for (int i = s.begin; i < s.end; ++i) values[i - s.begin] = S.modes[static_cast<std::size_t>(i) * modes.size() + k];
        VecRestoreArray(modes[k], &values);
        for (std::size_t j = 0; j < k; ++j) {  // MatNullSpace wants them orthonormal
            PetscScalar dot = 0;
            VecDot(modes[k], modes[j], &dot);
            VecAXPY(modes[k], -dot, modes[j]);
        }
        VecNormalize(modes[k], nullptr);
    }
    MatNullSpace space = nullptr;
    MatNullSpaceCreate(PETSC_COMM_WORLD, PETSC_FALSE, bench::System::mode_count, modes.data(), &space);
    MatSetNearNullSpace(A, space);
    MatNullSpaceDestroy(&space);
    for (Vec& mode : modes) VecDestroy(&mode);
}

void choose(const bench::System& S, PC pc, bool several) {
    if (S.variant == "gamg") {
        PCSetType(pc, PCGAMG);
        return;
    }
    if (S.variant == "jacobi") {
        PCSetType(pc, PCJACOBI);
        return;
    }
    const char* const local = S.variant == "icc" ? PCICC : PCILU;
    if (!several) {
        PCSetType(pc, local);
        return;
    }
    PCSetType(pc, PCBJACOBI);
    PetscOptionsSetValue(nullptr, "-sub_pc_type", local);
    PCSetFromOptions(pc);
}

bench::Run solve(const bench::System& S, const bench::Share& s, std::vector<double>& mine) {
    bench::Run run;
    // A matrix of its own for each run: it keeps what a preconditioner found out about it.
    Mat A = make_matrix(S, s);
    if (!S.modes.empty()) give_modes(S, s, A);
    Vec b = nullptr;
    Vec x = nullptr;
    MatCreateVecs(A, &x, &b);
    PetscScalar* values = nullptr;
    VecGetArray(b, &values);
    std::copy(S.b.begin() + s.begin, S.b.begin() + s.end, values);
    VecRestoreArray(b, &values);
    KSP method = nullptr;
    run.setup = bench::seconds_of_all([&] {
        KSPCreate(PETSC_COMM_WORLD, &method);
        KSPSetType(method, S.kind == "convection" ? KSPBCGS : KSPCG);
        KSPSetOperators(method, A, A);
        if (S.kind == "convection") KSPSetPCSide(method, PC_RIGHT);
        KSPSetNormType(method, KSP_NORM_UNPRECONDITIONED);
        KSPSetTolerances(method, bench::goal, 0, PETSC_DEFAULT, 20000);
        PC pc = nullptr;
        KSPGetPC(method, &pc);
        choose(S, pc, s.processes > 1);
        KSPSetUp(method);
        KSPSetUpOnBlocks(method);
    });
    run.solve = bench::seconds_of_all([&] { KSPSolve(method, b, x); });
    PetscInt iterations = 0;
    KSPGetIterationNumber(method, &iterations);
    run.iterations = iterations;
    const PetscScalar* found = nullptr;
    VecGetArrayRead(x, &found);
    mine.assign(found, found + (s.end - s.begin));
    VecRestoreArrayRead(x, &found);
    KSPDestroy(&method);
    VecDestroy(&x);
    VecDestroy(&b);
    MatDestroy(&A);
    return run;
}

}  // namespace

int main(int argc, char** argv) {
    bench::enter_processes(argv);
    PetscInitialize(nullptr, nullptr, nullptr, nullptr);
    try {
        const auto S = bench::read_system(argc, argv);
        const auto s = bench::share_of_rows(S.rows, S.kind == "elasticity" ? 3 : 1);
        std::vector<double> mine;
        const auto run = [&] { return solve(S, s, mine); };
        const bench::Run first = run();
        std::vector<bench::Run> runs;
        for (int k = bench::agreed(bench::runs_after(first.setup + first.solve)); k > 0; --k) runs.push_back(run());
        const auto x = bench::gather(s, S.rows, mine);
        if (s.rank == 0) bench::report(S, "petsc " + S.variant, s.processes, runs, x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    PetscFinalize();
    return 0;
}
