// bench_factor_tamis cholesky|lu PROBLEM FILE SYMMETRY: analysis, factorization and one solve, by the automatic choices.
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_tamis cholesky|lu PROBLEM FILE symmetric|unsymmetric\n";
        return 2;
    }
    const std::string task = argv[1];
    if (task == "cholesky" && std::string(argv[4]) != "symmetric") return 77;
    const auto P = bench::read_problem(argv[3]);
    const tamis::CscView<double> A(P.n, P.n, P.offsets, P.indices, P.values);
    const auto b = bench::right_hand_side(P);
    tamis::Vector<double> x;
    const double time =
        bench::seconds([&] { x = task == "cholesky" ? tamis::cholesky(A).solve(b) : tamis::lu(A).solve(b); });
    bench::report("factor " + task, argv[2], "tamis", tamis::threads(), time, 0, {{"mean", bench::mean(x, P.n)}});
    return 0;
}
