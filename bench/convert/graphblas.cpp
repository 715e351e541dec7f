// SuiteSparse:GraphBLAS: bench_convert_graphblas coo_to_csr|csr_to_csc PROBLEM FILE
extern "C" {
#include <GraphBLAS.h>
}

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "problem.hpp"
#include "support/measurement.hpp"

namespace {

void check(GrB_Info info) {
    if (info != GrB_SUCCESS) throw std::runtime_error("GraphBLAS failed with " + std::to_string(static_cast<int>(info)));
}

std::vector<GrB_Index> wide(const std::vector<std::int32_t>& from) {
    return {from.begin(), from.end()};
}

void run(const std::string& task, const std::string& problem, const std::string& file) {
    const bench::Triplets t = bench::read_triplets(file);
    const auto n = static_cast<GrB_Index>(t.rows);
    const auto entries = static_cast<GrB_Index>(t.value.size());
    const std::vector<GrB_Index> row = wide(t.row);
    const std::vector<GrB_Index> col = wide(t.col);
    GrB_Matrix A = nullptr;
    const auto build = [&] {
        GrB_Matrix_free(&A);
        check(GrB_Matrix_new(&A, GrB_FP64, n, n));
        check(GrB_Matrix_build_FP64(A, row.data(), col.data(), t.value.data(), entries, GrB_PLUS_FP64));
        check(GrB_Matrix_wait(A, GrB_MATERIALIZE));
    };
    int threads = 1;
    GxB_Global_Option_get(GxB_GLOBAL_NTHREADS, &threads);
    double seconds = 0;
    if (task == "coo_to_csr") {
        seconds = bench::cost(build).seconds;
    } else {
        build();
        GrB_Matrix B = nullptr;
        seconds = bench::cost([&] {
                      GrB_Matrix_free(&B);
                      check(GrB_Matrix_new(&B, GrB_FP64, n, n));
                      check(GxB_Matrix_Option_set(B, GxB_FORMAT, GxB_BY_COL));
                      check(GrB_Matrix_assign(B, nullptr, nullptr, A, GrB_ALL, n, GrB_ALL, n, nullptr));
                      check(GrB_Matrix_wait(B, GrB_MATERIALIZE));
                  }).seconds;
        GrB_Matrix_free(&B);
    }
    GrB_Index stored = 0;
    check(GrB_Matrix_nvals(&stored, A));
    GrB_Matrix_free(&A);
    bench::report("convert " + task, problem, "graphblas", threads, seconds, static_cast<std::int64_t>(12 * stored + 4 * n),
                  {{"entries", static_cast<double>(stored)}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench_convert_graphblas coo_to_csr|csr_to_csc PROBLEM FILE\n";
        return 2;
    }
    check(GrB_init(GrB_NONBLOCKING));
    run(argv[1], argv[2], argv[3]);
    check(GrB_finalize());
    return 0;
}
