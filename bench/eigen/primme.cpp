// bench_eigen_primme TASK PROBLEM FILE KIND END VARIANT: PRIMME with its dynamic choice of method. Variants: plain, jacobi,
// amg (a V-cycle of AMGCL's smoothed aggregation, where its source is at hand).
#include <cstring>
#include <iostream>
#include <memory>
#include <thread>

#include <primme.h>

#ifdef BENCH_WITH_AMGCL
#include <amgcl/adapter/crs_tuple.hpp>
#include <amgcl/amg.hpp>
#include <amgcl/backend/builtin.hpp>
#include <amgcl/coarsening/smoothed_aggregation.hpp>
#include <amgcl/relaxation/spai0.hpp>
#endif

#include "eigen/problem.hpp"

namespace {

/// y = A x for several columns, on all threads.
void multiply(const bench::CompressedMatrix& A, const double* x, std::int64_t ldx, double* y, std::int64_t ldy,
              int columns) {
    for (int j = 0; j < columns; ++j) {
        const double* const in = x + j * ldx;
        double* const out = y + j * ldy;
#pragma omp parallel for schedule(static)
        for (std::int64_t i = 0; i < A.rows; ++i) {
            double sum = 0;
            for (auto k = static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i)]);
                 k < static_cast<std::size_t>(A.offsets[static_cast<std::size_t>(i) + 1]); ++k)
                sum += A.values[k] * in[A.indices[k]];
            out[i] = sum;
        }
    }
}

#ifdef BENCH_WITH_AMGCL
using Backend = amgcl::backend::builtin<double>;
using Multigrid = amgcl::amg<Backend, amgcl::coarsening::smoothed_aggregation, amgcl::relaxation::spai0>;
#endif

struct Context {
    const bench::Problem* P = nullptr;
    const bench::CompressedMatrix* transposed = nullptr;
    std::vector<double> diagonal;
#ifdef BENCH_WITH_AMGCL
    std::unique_ptr<Multigrid> multigrid;
#endif
};

void product(void* x, PRIMME_INT* ldx, void* y, PRIMME_INT* ldy, int* columns, primme_params* primme, int* error) {
    multiply(*static_cast<Context*>(primme->matrix)->P, static_cast<double*>(x), *ldx, static_cast<double*>(y), *ldy,
             *columns);
    *error = 0;
}

void precondition(void* x, PRIMME_INT* ldx, void* y, PRIMME_INT* ldy, int* columns, primme_params* primme, int* error) {
    auto& context = *static_cast<Context*>(primme->matrix);
    const auto n = static_cast<std::size_t>(context.P->rows);
    for (int j = 0; j < *columns; ++j) {
        const double* const in = static_cast<double*>(x) + j * *ldx;
        double* const out = static_cast<double*>(y) + j * *ldy;
#ifdef BENCH_WITH_AMGCL
        if (context.multigrid) {
            auto r = amgcl::make_iterator_range(in, in + n);
            auto z = amgcl::make_iterator_range(out, out + n);
            context.multigrid->apply(r, z);
            continue;
        }
#endif
        for (std::size_t i = 0; i < n; ++i) out[i] = in[i] / context.diagonal[i];
    }
    *error = 0;
}

void product_svds(void* x, PRIMME_INT* ldx, void* y, PRIMME_INT* ldy, int* columns, int* transpose,
                  primme_svds_params* primme, int* error) {
    auto& context = *static_cast<Context*>(primme->matrix);
    multiply(*transpose == 0 ? *context.P : *context.transposed, static_cast<double*>(x), *ldx, static_cast<double*>(y),
             *ldy, *columns);
    *error = 0;
}

bench::CompressedMatrix transpose(const bench::CompressedMatrix& A) {
    bench::CompressedMatrix R;
    R.rows = A.cols;
    R.cols = A.rows;
    R.offsets.assign(static_cast<std::size_t>(A.cols) + 1, 0);
    for (const auto j : A.indices) ++R.offsets[static_cast<std::size_t>(j) + 1];
    for (std::size_t j = 0; j < static_cast<std::size_t>(A.cols); ++j) R.offsets[j + 1] += R.offsets[j];
    R.indices.resize(A.indices.size());
    R.values.resize(A.values.size());
    std::vector<std::int32_t> next(R.offsets.begin(), R.offsets.end() - 1);
    for (std::size_t i = 0; i < static_cast<std::size_t>(A.rows); ++i)
        for (auto k = static_cast<std::size_t>(A.offsets[i]); k < static_cast<std::size_t>(A.offsets[i + 1]); ++k) {
            const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(A.indices[k])]++);
            R.indices[at] = static_cast<std::int32_t>(i);
            R.values[at] = A.values[k];
        }
    return R;
}

bool solve(const bench::Problem& P, bench::Answer& answer) {
    Context context;
    context.P = &P;
    if (P.variant == "jacobi") {
        context.diagonal.assign(static_cast<std::size_t>(P.rows), 1.0);
        for (std::size_t i = 0; i < static_cast<std::size_t>(P.rows); ++i)
            for (auto k = static_cast<std::size_t>(P.offsets[i]); k < static_cast<std::size_t>(P.offsets[i + 1]); ++k)
                if (static_cast<std::size_t>(P.indices[k]) == i && P.values[k] != 0) context.diagonal[i] = P.values[k];
    }
#ifdef BENCH_WITH_AMGCL
    const auto n = static_cast<std::size_t>(P.rows);
    if (P.variant == "amg")
        context.multigrid = std::make_unique<Multigrid>(std::tie(n, P.offsets, P.indices, P.values), Multigrid::params());
#else
    if (P.variant == "amg") return false;
#endif
    primme_params primme;
    primme_initialize(&primme);
    primme.n = P.rows;
    primme.numEvals = bench::wanted;
    primme.target = P.end == bench::End::smallest ? primme_smallest : primme_largest;
    primme.eps = bench::goal;
    primme.matrix = &context;
    primme.matrixMatvec = product;
    if (P.variant != "plain") {
        primme.applyPreconditioner = precondition;
        primme.correctionParams.precondition = 1;
    }
    primme_set_method(PRIMME_DEFAULT_MIN_TIME, &primme);
    answer.values.resize(bench::wanted);
    answer.vectors.resize(static_cast<std::size_t>(P.rows * bench::wanted));
    std::vector<double> norms(bench::wanted);
    const int status = dprimme(answer.values.data(), answer.vectors.data(), norms.data(), &primme);
    answer.products = primme.stats.numMatvecs;
    primme_free(&primme);
    return status == 0;
}

bool solve_singular(const bench::Problem& P, bench::Answer& answer) {
    Context context;
    context.P = &P;
    const bench::CompressedMatrix transposed = transpose(P);
    context.transposed = &transposed;
    primme_svds_params primme;
    primme_svds_initialize(&primme);
    primme.m = P.rows;
    primme.n = P.cols;
    primme.numSvals = bench::wanted;
    primme.target = primme_svds_largest;
    primme.eps = bench::goal;
    primme.matrix = &context;
    primme.matrixMatvec = product_svds;
    primme_svds_set_method(primme_svds_default, PRIMME_DEFAULT_METHOD, PRIMME_DEFAULT_METHOD, &primme);
    answer.values.resize(bench::wanted);
    std::vector<double> both(static_cast<std::size_t>((P.rows + P.cols) * bench::wanted)), norms(bench::wanted);
    const int status = dprimme_svds(answer.values.data(), both.data(), norms.data(), &primme);
    const auto cut = both.begin() + P.rows * bench::wanted;
    answer.left.assign(both.begin(), cut);
    answer.vectors.assign(cut, both.end());
    answer.products = primme.stats.numMatvecs;
    primme_svds_free(&primme);
    return status == 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto P = bench::read_problem(argc, argv);
        bench::Answer answer;
        bool converged = false;
        const auto times = bench::repeat(answer, [&] {
            bench::Answer a;
            a.seconds =
                bench::seconds([&] { converged = P.end == bench::End::singular ? solve_singular(P, a) : solve(P, a); });
            return a;
        });
        bench::report(P, "primme " + P.variant, static_cast<int>(std::thread::hardware_concurrency()), times, answer,
                      converged);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
