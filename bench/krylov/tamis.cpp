// bench_krylov_tamis METHOD:ITERATIONS|METHOD:solve PROBLEM FILE
#include <iostream>

#include <tamis/tamis.hpp>

#include "krylov/problem.hpp"

namespace {

template <class Options, class Method>
bench::Run solve(const bench::System& S, std::vector<double>& x, Options options, const Method& method) {
    options.tolerance = S.tolerance();
    options.max_iterations = S.most_iterations();
    tamis::IterativeResult<double> result;
    bench::Run run;
    run.seconds = bench::seconds([&] { result = method(options); });
    run.iterations = result.iterations;
    x.assign(result.x.begin(), result.x.end());
    return run;
}

bench::Run run(const bench::System& S, tamis::CsrView<double> A, std::vector<double>& x) {
    const auto& b = S.b;
    if (S.method == "cg_jacobi")
        return solve(S, x, tamis::CgOptions<double>{}, [&](auto& o) {
            o.preconditioner = tamis::Jacobi(A);
            return tamis::cg(A, b, o);
        });
    if (S.method == "cg") return solve(S, x, tamis::CgOptions<double>{}, [&](auto& o) { return tamis::cg(A, b, o); });
    if (S.method == "minres")
        return solve(S, x, tamis::MinresOptions<double>{}, [&](auto& o) { return tamis::minres(A, b, o); });
    if (S.method == "gmres")
        return solve(S, x, tamis::GmresOptions<double>{}, [&](auto& o) { return tamis::gmres(A, b, o); });
    if (S.method == "bicgstab")
        return solve(S, x, tamis::BicgstabOptions<double>{}, [&](auto& o) { return tamis::bicgstab(A, b, o); });
    throw std::runtime_error("no such method: " + S.method);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        const tamis::CsrView<double> A(S.rows, S.cols, S.offsets, S.indices, S.values);
        std::vector<double> x;
        const auto runs = bench::repeat(x, [&](std::vector<double>& y) { return run(S, A, y); });
        bench::report(S, "tamis", tamis::threads(), runs, x);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
