// bench_matmul_graphblas square PROBLEM FILE THREADS: SuiteSparse:GraphBLAS, made to finish and to sort.
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

// Its header is one of C; what it includes in turn has to be there before.
extern "C" {
#include <GraphBLAS.h>
}

#include "matmul/problem.hpp"

namespace {

void check(GrB_Info info) {
    if (info != GrB_SUCCESS) throw std::runtime_error("GraphBLAS returned " + std::to_string(info));
}

void run(const std::string& problem_name, const std::string& file, const std::string& threads) {
    const auto problem = bench::read_compressed(file, bench::Compressed::rows);
    check(GrB_init(GrB_NONBLOCKING));
    check(GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, std::stoi(threads)));
    check(GxB_Global_Option_set(GxB_FORMAT, GxB_BY_ROW));

    std::vector<GrB_Index> offsets(problem.offsets.begin(), problem.offsets.end());
    std::vector<GrB_Index> indices(problem.indices.begin(), problem.indices.end());
    GrB_Matrix A = nullptr;
    const auto rows = static_cast<GrB_Index>(problem.rows);
    const auto cols = static_cast<GrB_Index>(problem.cols);
    check(GrB_Matrix_import_FP64(&A, GrB_FP64, rows, cols, offsets.data(), indices.data(), problem.values.data(),
                                 offsets.size(), indices.size(), problem.values.size(), GrB_CSR_FORMAT));
    GrB_Matrix C = nullptr;
    const double time = bench::median_of_runs([&] {
        if (C != nullptr) check(GrB_Matrix_free(&C));
        check(GrB_Matrix_new(&C, GrB_FP64, rows, cols));
        // Sorted at once rather than when somebody asks.
        GrB_Descriptor sorted = nullptr;
        check(GrB_Descriptor_new(&sorted));
        check(GxB_Desc_set(sorted, GxB_SORT, 1));
        check(GrB_mxm(C, nullptr, nullptr, GrB_PLUS_TIMES_SEMIRING_FP64, A, A, sorted));
        check(GrB_Matrix_wait(C, GrB_MATERIALIZE));
        check(GrB_Descriptor_free(&sorted));
    });
    GrB_Index entries = 0;
    check(GrB_Matrix_nvals(&entries, C));
    std::vector<GrB_Index> c_offsets(static_cast<std::size_t>(rows) + 1);
    std::vector<GrB_Index> columns(static_cast<std::size_t>(entries));
    std::vector<double> values(static_cast<std::size_t>(entries));
    GrB_Index lengths[] = {c_offsets.size(), columns.size(), values.size()};
    check(GrB_Matrix_export_FP64(c_offsets.data(), columns.data(), values.data(), &lengths[0], &lengths[1], &lengths[2],
                                 GrB_CSR_FORMAT, C));
    const auto count = static_cast<std::int64_t>(entries);
    bench::report("matmul square, threads: " + threads, problem_name, "graphblas", std::stoi(threads), time, 12 * count,
                  bench::checks(count, columns.data(), values.data()));
    check(GrB_Matrix_free(&A));
    check(GrB_Matrix_free(&C));
    check(GrB_finalize());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_matmul_graphblas square PROBLEM FILE THREADS\n";
        return 2;
    }
    run(argv[2], argv[3], argv[4]);
    return 0;
}
