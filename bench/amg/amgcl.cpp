// bench_amg_amgcl TASK PROBLEM FILE KIND VARIANT: AMGCL on its builtin (OpenMP) backend. Variants: sa-spai0 and sa-gs are
// smoothed aggregation with those smoothers, sa-spai0-float the same with levels in single precision; ilu0 and jacobi are
// preconditioners by themselves. cg, and bicgstab for convection.
#include <iostream>
#include <memory>
#include <tuple>

#include <amgcl/adapter/crs_tuple.hpp>
#include <amgcl/amg.hpp>
#include <amgcl/backend/builtin.hpp>
#include <amgcl/coarsening/smoothed_aggregation.hpp>
#include <amgcl/make_solver.hpp>
#include <amgcl/relaxation/as_preconditioner.hpp>
#include <amgcl/relaxation/damped_jacobi.hpp>
#include <amgcl/relaxation/gauss_seidel.hpp>
#include <amgcl/relaxation/ilu0.hpp>
#include <amgcl/relaxation/spai0.hpp>
#include <amgcl/solver/bicgstab.hpp>
#include <amgcl/solver/cg.hpp>

#include <omp.h>

#include "amg/problem.hpp"

namespace {

using Double = amgcl::backend::builtin<double>;
using Float = amgcl::backend::builtin<float>;

template <class Preconditioner>
void give_modes(const bench::System& S, typename Preconditioner::params& parameters) {
    if constexpr (requires { parameters.coarsening.nullspace; }) {
        if (S.modes.empty()) return;
        parameters.coarsening.nullspace.cols = bench::System::mode_count;
        parameters.coarsening.nullspace.B = S.modes;
        parameters.coarsening.aggr.eps_strong = 0;  // as its tutorial has it for near-null spaces
    }
}

template <class Preconditioner, class Method>
bench::Run solve(const bench::System& S, std::vector<double>& x) {
    using Solver = amgcl::make_solver<Preconditioner, Method>;
    typename Solver::params parameters;
    parameters.solver.tol = bench::goal;
    parameters.solver.maxiter = 1000;
    give_modes<Preconditioner>(S, parameters.precond);
    const auto n = static_cast<std::size_t>(S.rows);
    const auto A = std::tie(n, S.offsets, S.indices, S.values);
    bench::Run run;
    std::unique_ptr<Solver> solver;
    run.setup = bench::seconds([&] { solver = std::make_unique<Solver>(A, parameters); });
    x.assign(S.b.size(), 0);
    run.solve = bench::seconds([&] { run.iterations = static_cast<std::int64_t>(std::get<0>((*solver)(A, S.b, x))); });
    run.memory = static_cast<double>(amgcl::backend::bytes(solver->precond())) / bench::bytes_of_matrix(S);
    return run;
}

template <class Preconditioner>
bench::Run solve(const bench::System& S, std::vector<double>& x) {
    if (S.kind == "convection") return solve<Preconditioner, amgcl::solver::bicgstab<Double>>(S, x);
    return solve<Preconditioner, amgcl::solver::cg<Double>>(S, x);
}

bench::Run run(const bench::System& S, std::vector<double>& x) {
    namespace coarsening = amgcl::coarsening;
    namespace relaxation = amgcl::relaxation;
    if (S.variant == "ilu0") return solve<relaxation::as_preconditioner<Double, relaxation::ilu0>>(S, x);
    if (S.variant == "jacobi") return solve<relaxation::as_preconditioner<Double, relaxation::damped_jacobi>>(S, x);
    if (S.variant == "sa-gs")
        return solve<amgcl::amg<Double, coarsening::smoothed_aggregation, relaxation::gauss_seidel>>(S, x);
    if (S.variant == "sa-spai0-float")
        return solve<amgcl::amg<Float, coarsening::smoothed_aggregation, relaxation::spai0>>(S, x);
    return solve<amgcl::amg<Double, coarsening::smoothed_aggregation, relaxation::spai0>>(S, x);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        std::vector<double> x;
        const auto runs = bench::repeat(x, [&](std::vector<double>& y) { return run(S, y); });
        bench::report(S, "amgcl " + S.variant, omp_get_max_threads(), runs, x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
