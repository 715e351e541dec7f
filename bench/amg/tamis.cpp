// bench_amg_tamis TASK PROBLEM FILE KIND VARIANT: Amg and cg by their defaults (with the rigid body modes for elasticity),
// bicgstab for convection, Jacobi and cg for graphs. Beside it the product with A, the unit of all times.
#include <iostream>

#include <tamis/tamis.hpp>

#include "amg/problem.hpp"

namespace {

/// One solution by a preconditioner that make() builds.
template <class Make>
bench::Run solve(const bench::System& S, tamis::CsrView<double> A, std::vector<double>& x, const Make& make) {
    bench::Run run;
    tamis::IterativeResult<double> result;
    std::int64_t bytes = 0;
    const double both = bench::seconds([&] {
        const auto start = std::chrono::steady_clock::now();
        const auto M = make();
        run.setup = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        result = S.kind == "convection" ? tamis::bicgstab(A, S.b, {.tolerance = bench::goal, .preconditioner = M})
                                        : tamis::cg(A, S.b, {.tolerance = bench::goal, .preconditioner = M});
        bytes = M.bytes();
    });
    run.solve = both - run.setup;
    run.iterations = result.iterations;
    run.memory = static_cast<double>(bytes) / bench::bytes_of_matrix(S);
    x.assign(result.x.begin(), result.x.end());
    return run;
}

bench::Run run(const bench::System& S, tamis::CsrView<double> A, std::vector<double>& x) {
    if (S.kind == "graph") return solve(S, A, x, [&] { return tamis::Jacobi(A); });
    if (S.kind == "elasticity") {
        using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        const tamis::Matrix<double> modes = Eigen::Map<const RowMajor>(S.modes.data(), S.rows, bench::System::mode_count);
        return solve(S, A, x, [&] { return tamis::Amg(A, {.near_null_space = modes}); });
    }
    return solve(S, A, x, [&] { return tamis::Amg(A); });
}

/// The unit in which times are also given.
void report_product(const bench::System& S, tamis::CsrView<double> A) {
    std::vector<double> y(S.b.size());
    std::vector<double> times;
    for (int k = 0; k < 40; ++k) {
        const double t = bench::seconds([&] { tamis::multiply(A, S.b, y); });
        if (k >= 10) times.push_back(t);
    }
    std::printf(R"({"operation": "amg", "problem": "%s", "contender": "a product with A", "threads": %d, "unit": true, )",
                S.name.c_str(), tamis::threads());
    std::printf(R"("bytes": %lld, "seconds": [)",
                static_cast<long long>(bench::bytes_of_matrix(S) + 16 * static_cast<double>(S.rows)));
    for (std::size_t k = 0; k < times.size(); ++k) std::printf("%s%.9g", k == 0 ? "" : ", ", times[k]);
    std::printf("], \"checks\": {}}\n");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto S = bench::read_system(argc, argv);
        const tamis::CsrView<double> A(S.rows, S.cols, S.offsets, S.indices, S.values);
        std::vector<double> x;
        const auto runs = bench::repeat(x, [&](std::vector<double>& y) { return run(S, A, y); });
        bench::report(S, "tamis", tamis::threads(), runs, x,
                      S.kind == "convection" ? "Amg, bicgstab"
                      : S.kind == "graph"    ? "Jacobi, cg"
                                             : "Amg, cg");
        report_product(S, A);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
