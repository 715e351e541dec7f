// bench_factor_suitesparse cholesky|lu PROBLEM FILE SYMMETRY: CHOLMOD (AMD) and UMFPACK (defaults) called directly.
#include <cholmod.h>
#include <umfpack.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

namespace {

std::vector<double> solve_cholmod(const bench::ColumnMatrix& P, const std::vector<double>& b) {
    cholmod_common common;
    cholmod_start(&common);
    common.nmethods = 1;
    common.method[0].ordering = CHOLMOD_AMD;
    auto& p = const_cast<bench::ColumnMatrix&>(P);  // CHOLMOD takes no const pointers, but does not write to its inputs
    cholmod_sparse A{};
    A.nrow = A.ncol = static_cast<std::size_t>(P.n);
    A.nzmax = P.indices.size();
    A.p = p.offsets.data();
    A.i = p.indices.data();
    A.x = p.values.data();
    A.stype = -1;
    A.itype = CHOLMOD_INT;
    A.xtype = CHOLMOD_REAL;
    A.dtype = CHOLMOD_DOUBLE;
    A.sorted = A.packed = 1;
    cholmod_dense B{};
    B.nrow = B.nzmax = B.d = static_cast<std::size_t>(P.n);
    B.ncol = 1;
    B.x = const_cast<double*>(b.data());
    B.xtype = CHOLMOD_REAL;
    B.dtype = CHOLMOD_DOUBLE;
    cholmod_factor* L = cholmod_analyze(&A, &common);
    cholmod_factorize(&A, L, &common);
    cholmod_dense* X = cholmod_solve(CHOLMOD_A, L, &B, &common);
    if (X == nullptr || common.status != CHOLMOD_OK) throw std::runtime_error("CHOLMOD failed");
    std::vector<double> x(static_cast<const double*>(X->x), static_cast<const double*>(X->x) + P.n);
    cholmod_free_dense(&X, &common);
    cholmod_free_factor(&L, &common);
    cholmod_finish(&common);
    return x;
}

std::vector<double> solve_umfpack(const bench::ColumnMatrix& P, const std::vector<double>& b) {
    std::vector<double> x(b.size());
    const auto n = static_cast<int>(P.n);
    void* symbolic = nullptr;
    void* numeric = nullptr;
    const auto check = [](int status) {
        if (status != UMFPACK_OK) throw std::runtime_error("UMFPACK failed: " + std::to_string(status));
    };
    check(umfpack_di_symbolic(n, n, P.offsets.data(), P.indices.data(), P.values.data(), &symbolic, nullptr, nullptr));
    check(umfpack_di_numeric(P.offsets.data(), P.indices.data(), P.values.data(), symbolic, &numeric, nullptr, nullptr));
    check(umfpack_di_solve(UMFPACK_A, P.offsets.data(), P.indices.data(), P.values.data(), x.data(), b.data(), numeric,
                           nullptr, nullptr));
    umfpack_di_free_symbolic(&symbolic);
    umfpack_di_free_numeric(&numeric);
    return x;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_suitesparse cholesky|lu PROBLEM FILE symmetric|unsymmetric\n";
        return 2;
    }
    const std::string task = argv[1];
    if (task == "cholesky" && std::string(argv[4]) != "symmetric") return 77;
    const auto P = bench::read_problem(argv[3]);
    const auto b = bench::right_hand_side(P);
    std::vector<double> x;
    const double time = bench::seconds([&] { x = task == "cholesky" ? solve_cholmod(P, b) : solve_umfpack(P, b); });
    bench::report("factor " + task, argv[2], "suitesparse", 0, time, 0, {{"mean", bench::mean(x, P.n)}});
    return 0;
}
