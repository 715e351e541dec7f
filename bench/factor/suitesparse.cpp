// bench_factor_suitesparse TASK PROBLEM FILE VARIANT: CHOLMOD, UMFPACK, KLU and SPQR called directly, with their defaults
// but for the ordering. VARIANT: amd, metis, klu (for lu), colamd (for qr).
#include <cholmod.h>
#include <klu.h>
#include <umfpack.h>
#include <SuiteSparseQR.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "factor/problem.hpp"
#include "support/measurement.hpp"

namespace {

using bench::CompressedMatrix;
using Right = std::vector<double>;

void require(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string(what) + " failed");
}

// The backends take no const pointers, but do not write to their inputs.
template <class V>
auto* raw(const V& v) {
    return const_cast<typename V::value_type*>(v.data());
}

template <class Offsets>
cholmod_sparse cholmod_view(const CompressedMatrix& P, const Offsets& offsets, const Offsets& indices, int stype,
                            int itype) {
    cholmod_sparse A{};
    A.nrow = static_cast<std::size_t>(P.rows);
    A.ncol = static_cast<std::size_t>(P.cols);
    A.nzmax = P.indices.size();
    A.p = raw(offsets);
    A.i = raw(indices);
    A.x = raw(P.values);
    A.stype = stype;
    A.itype = itype;
    A.xtype = CHOLMOD_REAL;
    A.dtype = CHOLMOD_DOUBLE;
    A.sorted = A.packed = 1;
    return A;
}

cholmod_dense cholmod_view(const Right& b) {
    cholmod_dense B{};
    B.nrow = B.nzmax = B.d = b.size();
    B.ncol = 1;
    B.x = raw(b);
    B.xtype = CHOLMOD_REAL;
    B.dtype = CHOLMOD_DOUBLE;
    return B;
}

std::vector<double> solve_cholmod(const CompressedMatrix& P, const Right& b, bool metis) {
    cholmod_common common;
    cholmod_start(&common);
    common.nmethods = 1;
    common.method[0].ordering = metis ? CHOLMOD_METIS : CHOLMOD_AMD;
    cholmod_sparse A = cholmod_view(P, P.offsets, P.indices, -1, CHOLMOD_INT);
    cholmod_dense B = cholmod_view(b);
    cholmod_factor* L = cholmod_analyze(&A, &common);
    cholmod_factorize(&A, L, &common);
    cholmod_dense* X = cholmod_solve(CHOLMOD_A, L, &B, &common);
    require(X != nullptr && common.status == CHOLMOD_OK, "CHOLMOD");
    const auto* first = static_cast<const double*>(X->x);
    std::vector<double> x(first, first + P.cols);
    cholmod_free_dense(&X, &common);
    cholmod_free_factor(&L, &common);
    cholmod_finish(&common);
    return x;
}

// With 64-bit integers where the 32-bit interface would fail: it counts memory in units of 8 bytes.
std::vector<double> solve_umfpack(const CompressedMatrix& P, const Right& b, bool metis) {
    double control[UMFPACK_CONTROL];
    umfpack_di_defaults(control);
    if (metis) control[UMFPACK_ORDERING] = UMFPACK_ORDERING_METIS;
    Right x(b.size());
    void* symbolic = nullptr;
    void* numeric = nullptr;
    const auto check = [](std::int64_t status) { require(status == UMFPACK_OK, "UMFPACK"); };
    if (P.rows < 200'000) {
        const auto n = static_cast<int>(P.rows);
        const auto* p = P.offsets.data();
        const auto* i = P.indices.data();
        const auto* v = P.values.data();
        check(umfpack_di_symbolic(n, n, p, i, v, &symbolic, control, nullptr));
        check(umfpack_di_numeric(p, i, v, symbolic, &numeric, control, nullptr));
        check(umfpack_di_solve(UMFPACK_A, p, i, v, x.data(), b.data(), numeric, control, nullptr));
        umfpack_di_free_symbolic(&symbolic);
        umfpack_di_free_numeric(&numeric);
    } else {
        const std::vector<SuiteSparse_long> offsets(P.offsets.begin(), P.offsets.end());
        const std::vector<SuiteSparse_long> indices(P.indices.begin(), P.indices.end());
        const auto* p = offsets.data();
        const auto* i = indices.data();
        const auto* v = P.values.data();
        check(umfpack_dl_symbolic(P.rows, P.rows, p, i, v, &symbolic, control, nullptr));
        check(umfpack_dl_numeric(p, i, v, symbolic, &numeric, control, nullptr));
        check(umfpack_dl_solve(UMFPACK_A, p, i, v, x.data(), b.data(), numeric, control, nullptr));
        umfpack_dl_free_symbolic(&symbolic);
        umfpack_dl_free_numeric(&numeric);
    }
    return x;
}

std::vector<double> solve_klu(const CompressedMatrix& P, const Right& b) {
    klu_common common;
    klu_defaults(&common);
    const auto n = static_cast<int>(P.rows);
    klu_symbolic* symbolic = klu_analyze(n, raw(P.offsets), raw(P.indices), &common);
    klu_numeric* numeric = klu_factor(raw(P.offsets), raw(P.indices), raw(P.values), symbolic, &common);
    require(numeric != nullptr && common.status == KLU_OK, "KLU");
    Right x = b;
    klu_solve(symbolic, numeric, n, 1, x.data(), &common);
    klu_free_numeric(&numeric, &common);
    klu_free_symbolic(&symbolic, &common);
    return x;
}

std::vector<double> solve_spqr(const CompressedMatrix& P, const Right& b, const std::string& ordering) {
    cholmod_common common;
    cholmod_l_start(&common);
    const std::vector<SuiteSparse_long> offsets(P.offsets.begin(), P.offsets.end());
    const std::vector<SuiteSparse_long> indices(P.indices.begin(), P.indices.end());
    cholmod_sparse A = cholmod_view(P, offsets, indices, 0, CHOLMOD_LONG);
    cholmod_dense B = cholmod_view(b);
    const int order = ordering == "metis" ? SPQR_ORDERING_METIS
                      : ordering == "amd" ? SPQR_ORDERING_AMD
                                          : SPQR_ORDERING_COLAMD;
    // Factor once, solve as often as you like: what tamis' object does.
    SuiteSparseQR_factorization<double>* QR = SuiteSparseQR_factorize<double>(order, SPQR_DEFAULT_TOL, &A, &common);
    require(QR != nullptr, "SPQR");
    cholmod_dense* QtB = SuiteSparseQR_qmult(SPQR_QTX, QR, &B, &common);
    cholmod_dense* X = SuiteSparseQR_solve(SPQR_RETX_EQUALS_B, QR, QtB, &common);
    require(X != nullptr, "SPQR");
    const auto* first = static_cast<const double*>(X->x);
    std::vector<double> x(first, first + P.cols);
    cholmod_l_free_dense(&QtB, &common);
    cholmod_l_free_dense(&X, &common);
    SuiteSparseQR_free(&QR, &common);
    cholmod_l_finish(&common);
    return x;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench_factor_suitesparse cholesky|lu|qr PROBLEM FILE amd|metis|colamd|klu\n";
        return 2;
    }
    const std::string task = argv[1];
    const std::string variant = argv[4];
    const auto P = bench::read_compressed(argv[3], bench::Compressed::columns);
    const auto b = bench::right_hand_side(P);
    const bool metis = variant == "metis";
    std::vector<double> x;
    const auto cost = bench::cost([&] {
        if (task == "cholesky") x = solve_cholmod(P, b, metis);
        else if (task == "qr") x = solve_spqr(P, b, variant);
        else if (variant == "klu") x = solve_klu(P, b);
        else x = solve_umfpack(P, b, metis);
    });
    const char* name = task == "cholesky" ? "cholmod " : task == "qr" ? "spqr " : variant == "klu" ? "" : "umfpack ";
    bench::report("factor " + task, argv[2], name + variant, 0, cost, variant, {{"mean", bench::mean(x, P.cols)}});
    return 0;
}
