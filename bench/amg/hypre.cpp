// bench_amg_hypre TASK PROBLEM FILE KIND VARIANT: hypre's BoomerAMG (HMIS coarsening, extended+i interpolation of at most
// four entries a row) with PCG, BiCGSTAB for convection; a process for each thread of others. Variants: hmis, and jacobi for
// a diagonal preconditioner. Elasticity has three functions, each coarsened for itself ("unknown approach").
#include <iostream>
#include <numeric>

#include <HYPRE.h>
#include <HYPRE_krylov.h>
#include <HYPRE_parcsr_ls.h>

#include "amg/problem.hpp"
#include "support/mpi.hpp"
#include "support/processes.hpp"

namespace {

struct Problem {
    HYPRE_IJMatrix ij;
    HYPRE_IJVector ij_b, ij_x;
    HYPRE_ParCSRMatrix A;
    HYPRE_ParVector b, x;
    std::vector<HYPRE_Int> rows;
};

HYPRE_IJVector make_vector(const bench::Share& s, const std::vector<HYPRE_Int>& rows, const double* values,
                           HYPRE_ParVector* vector) {
    HYPRE_IJVector v;
    HYPRE_IJVectorCreate(MPI_COMM_WORLD, s.begin, s.end - 1, &v);
    HYPRE_IJVectorSetObjectType(v, HYPRE_PARCSR);
    HYPRE_IJVectorInitialize(v);
    HYPRE_IJVectorSetValues(v, s.end - s.begin, rows.data(), values);
    HYPRE_IJVectorAssemble(v);
    HYPRE_IJVectorGetObject(v, reinterpret_cast<void**>(vector));
    return v;
}

Problem make_problem(const bench::System& S, const bench::Share& s) {
    Problem P;
    const auto count = static_cast<std::size_t>(s.end - s.begin);
    P.rows.resize(count);
    std::iota(P.rows.begin(), P.rows.end(), s.begin);
    std::vector<HYPRE_Int> entries(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = static_cast<std::size_t>(s.begin) + i;
        entries[i] = S.offsets[row + 1] - S.offsets[row];
    }
    const auto first = static_cast<std::size_t>(S.offsets[static_cast<std::size_t>(s.begin)]);
    HYPRE_IJMatrixCreate(MPI_COMM_WORLD, s.begin, s.end - 1, s.begin, s.end - 1, &P.ij);
    HYPRE_IJMatrixSetObjectType(P.ij, HYPRE_PARCSR);
    HYPRE_IJMatrixSetRowSizes(P.ij, entries.data());
    HYPRE_IJMatrixInitialize(P.ij);
    HYPRE_IJMatrixSetValues(P.ij, s.end - s.begin, entries.data(), P.rows.data(), S.indices.data() + first,
                            S.values.data() + first);
    HYPRE_IJMatrixAssemble(P.ij);
    HYPRE_IJMatrixGetObject(P.ij, reinterpret_cast<void**>(&P.A));
    const std::vector<double> zeros(count, 0.0);
    P.ij_b = make_vector(s, P.rows, S.b.data() + s.begin, &P.b);
    P.ij_x = make_vector(s, P.rows, zeros.data(), &P.x);
    return P;
}

HYPRE_Solver boomer(const bench::System& S) {
    HYPRE_Solver M;
    HYPRE_BoomerAMGCreate(&M);
    HYPRE_BoomerAMGSetTol(M, 0);
    HYPRE_BoomerAMGSetMaxIter(M, 1);
    HYPRE_BoomerAMGSetPrintLevel(M, 0);
    HYPRE_BoomerAMGSetCoarsenType(M, 10);  // HMIS
    HYPRE_BoomerAMGSetInterpType(M, 6);    // extended+i
    HYPRE_BoomerAMGSetPMaxElmts(M, 4);
    HYPRE_BoomerAMGSetStrongThreshold(M, S.kind == "elliptic2d" ? 0.25 : 0.5);  // as its manual recommends
    if (S.kind != "convection") HYPRE_BoomerAMGSetRelaxType(M, 8);              // symmetric, for PCG
    if (S.kind == "elasticity") HYPRE_BoomerAMGSetNumFunctions(M, 3);
    return M;
}

bench::Run solve(const bench::System& S, const bench::Share& s, Problem& P, std::vector<double>& mine) {
    bench::Run run;
    const bool jacobi = S.variant == "jacobi";
    const bool symmetric = S.kind != "convection";
    HYPRE_Solver M = nullptr;
    HYPRE_Solver method = nullptr;
    mine.assign(static_cast<std::size_t>(s.end - s.begin), 0);
    HYPRE_IJVectorSetValues(P.ij_x, s.end - s.begin, P.rows.data(), mine.data());
    auto* A = reinterpret_cast<HYPRE_Matrix>(P.A);
    auto* b = reinterpret_cast<HYPRE_Vector>(P.b);
    auto* x = reinterpret_cast<HYPRE_Vector>(P.x);
    const auto solve_with = reinterpret_cast<HYPRE_PtrToSolverFcn>(jacobi ? HYPRE_ParCSRDiagScale : HYPRE_BoomerAMGSolve);
    const auto set_up_with =
        reinterpret_cast<HYPRE_PtrToSolverFcn>(jacobi ? HYPRE_ParCSRDiagScaleSetup : HYPRE_BoomerAMGSetup);
    run.setup = bench::seconds_of_all([&] {
        if (!jacobi) M = boomer(S);
        if (symmetric) {
            HYPRE_ParCSRPCGCreate(MPI_COMM_WORLD, &method);
            HYPRE_PCGSetTol(method, bench::goal);
            HYPRE_PCGSetTwoNorm(method, 1);  // of the residual itself
            HYPRE_PCGSetMaxIter(method, 20000);
            HYPRE_PCGSetPrecond(method, solve_with, set_up_with, M);
            HYPRE_PCGSetup(method, A, b, x);
        } else {
            HYPRE_ParCSRBiCGSTABCreate(MPI_COMM_WORLD, &method);
            HYPRE_BiCGSTABSetTol(method, bench::goal);
            HYPRE_BiCGSTABSetMaxIter(method, 20000);
            HYPRE_BiCGSTABSetPrecond(method, solve_with, set_up_with, M);
            HYPRE_BiCGSTABSetup(method, A, b, x);
        }
    });
    run.solve = bench::seconds_of_all([&] {
        if (symmetric) HYPRE_PCGSolve(method, A, b, x);
        else HYPRE_BiCGSTABSolve(method, A, b, x);
    });
    HYPRE_Int iterations = 0;
    if (symmetric) {
        HYPRE_PCGGetNumIterations(method, &iterations);
        HYPRE_ParCSRPCGDestroy(method);
    } else {
        HYPRE_BiCGSTABGetNumIterations(method, &iterations);
        HYPRE_ParCSRBiCGSTABDestroy(method);
    }
    run.iterations = iterations;
    if (!jacobi) HYPRE_BoomerAMGDestroy(M);
    HYPRE_IJVectorGetValues(P.ij_x, s.end - s.begin, P.rows.data(), mine.data());
    return run;
}

}  // namespace

int main(int argc, char** argv) {
    bench::enter_processes(argv);
    MPI_Init(&argc, &argv);
    HYPRE_Init();
    try {
        const auto S = bench::read_system(argc, argv);
        const auto s = bench::share_of_rows(S.rows, S.kind == "elasticity" ? 3 : 1);
        Problem P = make_problem(S, s);
        std::vector<double> mine;
        const auto run = [&] { return solve(S, s, P, mine); };
        const bench::Run first = run();
        std::vector<bench::Run> runs;
        for (int k = bench::agreed(bench::runs_after(first.setup + first.solve)); k > 0; --k) runs.push_back(run());
        const auto x = bench::gather(s, S.rows, mine);
        if (s.rank == 0) bench::report(S, "hypre " + S.variant, s.processes, runs, x);
        HYPRE_IJMatrixDestroy(P.ij);
        HYPRE_IJVectorDestroy(P.ij_b);
        HYPRE_IJVectorDestroy(P.ij_x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    HYPRE_Finalize();
    MPI_Finalize();
    return 0;
}
