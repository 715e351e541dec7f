// bench_factor_tamis TASK PROBLEM FILE ORDERING: analysis, factorization and one solve by the class of the task, cholesky,
// ldlt, lu or qr.
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_tamis cholesky|ldlt|lu|qr PROBLEM FILE ORDERING\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::string ordering = argv[4];
    const tamis::FactorOptions options{.ordering = tamis::ordering_from_string(ordering)};
    const auto P = bench::read_compressed(argv[3], bench::Compressed::columns);
    const tamis::CscView<double> A(P.rows, P.cols, P.offsets, P.indices, P.values);
    const auto b = bench::right_hand_side(P);
    tamis::Vector<double> x;
    tamis::FactorInfo info;
    const auto solve = [&](const auto& F) {
        x = F.solve(b);
        info = F.info();
    };
    const auto cost = bench::cost([&] {
        if (task == "cholesky") solve(tamis::cholesky(A, options));
        else if (task == "ldlt") solve(tamis::ldlt(A, options));
        else if (task == "qr") solve(tamis::qr(A, options));
        else solve(tamis::lu(A, options));
    });
    bench::report("factor " + task, argv[2], ordering == "automatic" ? "tamis" : "tamis " + ordering, tamis::threads(), cost,
                  std::string(tamis::to_string(info.ordering)) + ", " + info.backend, {{"mean", bench::mean(x, P.cols)}});
    return 0;
}
