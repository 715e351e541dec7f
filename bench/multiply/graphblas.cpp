// bench_multiply_graphblas PRODUCT:THREADS PROBLEM FILE; SuiteSparse:GraphBLAS, matrix times vector.
extern "C" {
#include <GraphBLAS.h>
}

#include <limits>

#include "multiply/problem.hpp"

namespace {

void check(GrB_Info info) {
    if (info != GrB_SUCCESS) throw std::runtime_error("GraphBLAS failed with " + std::to_string(info));
}

GrB_Vector dense_vector(const std::vector<double>& x) {
    std::vector<GrB_Index> all(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) all[i] = i;
    GrB_Vector v = nullptr;
    check(GrB_Vector_new(&v, GrB_FP64, x.size()));
    check(GrB_Vector_build_FP64(v, all.data(), x.data(), x.size(), GrB_PLUS_FP64));
    check(GrB_Vector_wait(v, GrB_MATERIALIZE));
    return v;
}

void run(const bench::Problem& P) {
    if (!P.by_rows_of_a_vector() && P.product != "ATx") return;
    const bool transposed = P.product == "ATx";
    check(GrB_init(GrB_NONBLOCKING));
    check(GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, P.threads));
    const std::vector<GrB_Index> offsets(P.offsets.begin(), P.offsets.end());
    const std::vector<GrB_Index> indices(P.indices.begin(), P.indices.end());
    GrB_Matrix A = nullptr;
    check(GrB_Matrix_import_FP64(&A, GrB_FP64, static_cast<GrB_Index>(P.rows), static_cast<GrB_Index>(P.cols),
                                 offsets.data(), indices.data(), P.values.data(), offsets.size(), indices.size(),
                                 P.values.size(), GrB_CSR_FORMAT));
    check(GrB_Matrix_wait(A, GrB_MATERIALIZE));
    GrB_Vector x = dense_vector(P.operand(transposed ? P.rows : P.cols));
    GrB_Vector y = nullptr;
    check(GrB_Vector_new(&y, GrB_FP64, static_cast<GrB_Index>(transposed ? P.cols : P.rows)));
    const auto times = bench::repeat([&] {
        check(GrB_mxv(y, nullptr, nullptr, GrB_PLUS_TIMES_SEMIRING_FP64, A, x, transposed ? GrB_DESC_T0 : nullptr));
        check(GrB_Vector_wait(y, GrB_MATERIALIZE));
    });
    double sum = 0;
    check(GrB_Vector_reduce_FP64(&sum, nullptr, GrB_PLUS_MONOID_FP64, y, nullptr));
    bench::report(P, "graphblas", times, sum);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(bench::read_problem(argc, argv));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
