// bench_selected_inverse_tamis factor|selected_inverse|inverse_diagonal PROBLEM KIND SIZE: the numeric factorization (of an
// analysed pattern), or what it gives afterwards.
#include <cstdint>
#include <iostream>
#include <string>

#include <tamis/tamis.hpp>

#include "support/measurement.hpp"

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_selected_inverse_tamis factor|selected_inverse|inverse_diagonal PROBLEM "
                     "poisson2d|poisson3d SIZE\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::int64_t n = std::stoll(argv[4]);
    const auto A =
        std::string(argv[3]) == "poisson2d" ? tamis::poisson_2d<double>(n, n) : tamis::poisson_3d<double>(n, n, n);
    auto F = tamis::cholesky(A);
    double time = 0;
    double trace = 0;
    if (task == "factor") {
        time = bench::seconds([&] { F.refactor(A); });
        trace = F.inverse_diagonal().sum();
    } else if (task == "selected_inverse") {
        tamis::Csr<double> Z;
        time = bench::seconds([&] { Z = F.selected_inverse(); });
        for (std::int64_t i = 0; i < Z.rows(); ++i)
            for (const auto z : Z.row(i))
                if (z.index == i) trace += z.value;
    } else {
        tamis::Vector<double> d;
        time = bench::seconds([&] { d = F.inverse_diagonal(); });
        trace = d.sum();
    }
    bench::report("selected inverse " + task, argv[2], "tamis", tamis::threads(), time, 0, {{"trace", trace}});
    return 0;
}
