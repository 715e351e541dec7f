// bench_factor_mumps TASK PROBLEM FILE VARIANT: MUMPS called directly, LDLᵀ for ldlt, LU for lu. VARIANT: metis, amd, auto.
#include <dmumps_c.h>

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

namespace {

void call(DMUMPS_STRUC_C& id, int job) {
    id.job = job;
    dmumps_c(&id);
    if (id.infog[0] < 0) throw std::runtime_error("MUMPS failed: " + std::to_string(id.infog[0]));
}

std::vector<double> solve(const bench::CompressedMatrix& P, const std::vector<double>& b, bool symmetric,
                          const std::string& variant) {
    DMUMPS_STRUC_C id{};
    id.par = 1;
    id.sym = symmetric ? 2 : 0;
    id.comm_fortran = -987654;
    call(id, -1);
    for (int unit : {0, 1, 2, 3}) id.icntl[unit] = unit == 3 ? 0 : -1;
    if (variant == "metis") id.icntl[6] = 5;
    if (variant == "amd") id.icntl[6] = 0;
    std::vector<MUMPS_INT> rows;
    std::vector<MUMPS_INT> cols;
    std::vector<double> values;
    rows.reserve(P.indices.size());
    cols.reserve(P.indices.size());
    values.reserve(P.indices.size());
    for (std::int32_t j = 0; j < static_cast<std::int32_t>(P.cols); ++j)
        for (auto k = static_cast<std::size_t>(P.offsets[static_cast<std::size_t>(j)]);
             k < static_cast<std::size_t>(P.offsets[static_cast<std::size_t>(j) + 1]); ++k) {
            if (symmetric && P.indices[k] < j) continue;
            rows.push_back(P.indices[k] + 1);
            cols.push_back(j + 1);
            values.push_back(P.values[k]);
        }
    id.n = static_cast<MUMPS_INT>(P.cols);
    id.nnz = static_cast<MUMPS_INT8>(values.size());
    id.irn = rows.data();
    id.jcn = cols.data();
    id.a = values.data();
    std::vector<double> x = b;
    id.rhs = x.data();
    call(id, 6);  // analysis, factorization, solve
    call(id, -2);
    return x;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_mumps ldlt|lu PROBLEM FILE metis|amd|auto\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::string variant = argv[4];
    const auto P = bench::read_compressed(argv[3], bench::Compressed::columns);
    const auto b = bench::right_hand_side(P);
    std::vector<double> x;
    const auto cost = bench::cost([&] { x = solve(P, b, task == "ldlt", variant); });
    bench::report("factor " + task, argv[2], "mumps " + variant, 0, cost, variant, {{"mean", bench::mean(x, P.cols)}});
    return 0;
}
