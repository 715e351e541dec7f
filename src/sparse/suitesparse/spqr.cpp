// QR by SPQR. Davis: Algorithm 915: SuiteSparseQR, multifrontal multithreaded rank-revealing sparse QR, ACM TOMS 38 (2011).
//
// Q is kept as sparse Householder vectors and R as a sparse matrix, both in plain arrays: solves then need no SPQR object,
// and any number of threads may run them. Columns are ordered beforehand and singletons are left alone, so that the rank
// does not depend on which tests a singleton passed and the same order serves later values.
#include "sparse/suitesparse/backend.hpp"

#include <tamis/core/error.hpp>

#if TAMIS_WITH_GPL

#include <SuiteSparseQR.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sparse/suitesparse/cholmod.hpp"
#include "sparse/suitesparse/compressed_parts.hpp"
#include "sparse/suitesparse/status.hpp"

namespace tamis::detail {

namespace {

using Long = std::int64_t;

template <class E>
cholmod_sparse spqr_view(const Csc<E, Long>& A) {
    cholmod_sparse S{};
    S.nrow = static_cast<std::size_t>(A.rows());
    S.ncol = static_cast<std::size_t>(A.cols());
    S.nzmax = static_cast<std::size_t>(A.nnz());
    S.p = writable(A.col_offsets().data());
    S.i = writable(A.row_indices().data());
    S.x = writable(A.values().data());
    S.stype = 0;
    S.itype = CHOLMOD_LONG;
    S.xtype = cholmod_xtype<E>;
    S.dtype = CHOLMOD_DOUBLE;
    S.sorted = 1;
    S.packed = 1;
    return S;
}

template <class E>
Csc<E, Long> permuted_columns(const Csc<E, Long>& A, std::span<const Long> p) {
    const auto n = A.cols();
    Array<Long> offsets(n + 1);
    const auto from = A.col_offsets();
    for (Long k = 0; k < n; ++k) {
        const auto j = static_cast<std::size_t>(p[static_cast<std::size_t>(k)]);
        offsets[k + 1] = offsets[k] + from[j + 1] - from[j];
    }
    auto indices = never_null<Long>(A.nnz());
    auto values = never_null<E>(A.nnz());
    for (Long k = 0; k < n; ++k) {
        const auto column = A.col(p[static_cast<std::size_t>(k)]);
        std::copy(column.indices().begin(), column.indices().end(), indices.data() + offsets[k]);
        std::copy(column.values().begin(), column.values().end(), values.data() + offsets[k]);
    }
    return {unchecked, A.rows(), n, std::move(offsets), std::move(indices), std::move(values)};
}

template <class E>
double largest_column_norm(const Csc<E, Long>& A) {
    double largest = 0;
    for (Long j = 0; j < A.cols(); ++j) {
        // Scaled by the largest entry, so that squares neither over- nor underflow.
        double scale = 0;
        for (const auto& [i, v] : A.col(j)) scale = std::max(scale, std::abs(v));
        if (!(scale > 0)) continue;
        double sum = 0;
        for (const auto& [i, v] : A.col(j)) sum += std::norm(v / scale);
        largest = std::max(largest, scale * std::sqrt(sum));
    }
    return largest;
}

/// What SuiteSparseQR allocates, freed with it.
struct Outputs {
    CholmodCommon<Long> common;
    cholmod_sparse* R = nullptr;
    cholmod_sparse* H = nullptr;
    cholmod_dense* tau = nullptr;
    Long* E = nullptr;
    Long* row_position = nullptr;
    Long rows = 0;
    Long cols = 0;

    Outputs() = default;
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;
    ~Outputs() {
        cholmod_l_free_sparse(&R, common.get());
        cholmod_l_free_sparse(&H, common.get());
        cholmod_l_free_dense(&tau, common.get());
        cholmod_l_free(static_cast<std::size_t>(cols), sizeof(Long), E, common.get());
        cholmod_l_free(static_cast<std::size_t>(rows), sizeof(Long), row_position, common.get());
    }
};

// Takes a matrix of CHOLMOD over as sorted compressed columns, and frees it.
template <class E>
Csc<E, Long> take(cholmod_sparse*& S, CholmodCommon<Long>& common) {
    const auto rows = static_cast<Long>(S->nrow);
    const auto cols = static_cast<Long>(S->ncol);
    const auto* p = static_cast<const Long*>(S->p);
    const auto entries = static_cast<std::size_t>(p[cols]);
    Array<Long> offsets(std::span<const Long>(p, static_cast<std::size_t>(cols) + 1));
    Array<Long> indices(std::span<const Long>(static_cast<const Long*>(S->i), entries));
    Array<E> values(std::span<const E>(static_cast<const E*>(S->x), entries));
    cholmod_l_free_sparse(&S, common.get());
    for (Long j = 0; j < cols; ++j)
        if (!std::is_sorted(indices.data() + offsets[j], indices.data() + offsets[j + 1]))
            return transposed_columns(transposed_columns<E, Long>(cols, rows, offsets, indices, values));
    return {unchecked, rows, cols, std::move(offsets), std::move(indices), std::move(values)};
}

}  // namespace

template <class E>
QrOrdering order_spqr(const Csc<E, Long>& A, const AnalysisRequest& request) {
    QrOrdering result;
    CholmodCommon<Long> common;
    int ordering = SPQR_ORDERING_DEFAULT;
    switch (request.ordering) {
        case Ordering::automatic: break;
        case Ordering::amd: ordering = SPQR_ORDERING_AMD; break;
        case Ordering::colamd: ordering = SPQR_ORDERING_COLAMD; break;
        case Ordering::nested_dissection: ordering = SPQR_ORDERING_METIS; break;
        case Ordering::natural:
        case Ordering::given: ordering = SPQR_ORDERING_FIXED; break;
    }
    std::vector<Long> start(static_cast<std::size_t>(A.cols()));
    std::iota(start.begin(), start.end(), Long{0});
    Csc<E, Long> reordered;
    const Csc<E, Long>* input = &A;
    if (request.ordering == Ordering::given) {
        start.assign(request.permutation.begin(), request.permutation.end());
        reordered = permuted_columns<E>(A, start);
        input = &reordered;
    }
    cholmod_sparse S = spqr_view(*input);
    auto* analysis = SuiteSparseQR_symbolic<E>(ordering, 1, &S, common.get());
    if (analysis == nullptr) {
        check_cholmod("qr", common->status);
        throw Error("qr: SPQR's analysis failed");
    }
    const auto* fill = analysis->QRsym->Qfill;
    result.permutation = start;
    if (fill != nullptr)
        for (Long k = 0; k < A.cols(); ++k)
            result.permutation[static_cast<std::size_t>(k)] = start[static_cast<std::size_t>(fill[k])];
    SuiteSparseQR_free<E>(&analysis, common.get());

    auto& prediction = result.prediction;
    prediction.backend = "SPQR " + std::to_string(SPQR_MAIN_VERSION) + "." + std::to_string(SPQR_SUB_VERSION) + "." +
                         std::to_string(SPQR_SUBSUB_VERSION);
    prediction.ordering = request.ordering;
    if (request.ordering == Ordering::automatic) {
        const auto used = common->SPQR_istat[7];
        prediction.ordering = used == SPQR_ORDERING_AMD     ? Ordering::amd
                              : used == SPQR_ORDERING_METIS ? Ordering::nested_dissection
                                                            : Ordering::colamd;
    }
    const auto r_bound = static_cast<double>(common->SPQR_istat[0]);
    // SPQR's bound leaves the unit diagonal of H out, which is stored.
    const auto h_bound = static_cast<double>(common->SPQR_istat[1]) + static_cast<double>(std::min(A.rows(), A.cols()));
    prediction.factor_nonzeros = r_bound + h_bound;
    prediction.flops = common->SPQR_flopcount_bound * (is_complex_v<E> ? 4 : 1);
    // The frontal form, and beside it for a while the sparse one that is kept.
    prediction.bytes = (r_bound + h_bound) * (2 * sizeof(E) + sizeof(Long)) +
                       static_cast<double>(A.nnz()) * (sizeof(E) + sizeof(Long)) * 2 +
                       static_cast<double>(A.rows() + A.cols()) * 10 * sizeof(Long);
    return result;
}

template <class E>
HouseholderParts<E> factor_spqr(const Csc<E, Long>& A, std::span<const Long> permutation, double pivot_tolerance) {
    HouseholderParts<E> parts;
    Outputs out;
    out.rows = A.rows();
    out.cols = A.cols();
    const double relative = pivot_tolerance > 0
                                ? pivot_tolerance
                                : 20.0 * static_cast<double>(A.rows() + A.cols()) * std::numeric_limits<double>::epsilon();
    parts.tolerance = std::min(relative * largest_column_norm(A), std::numeric_limits<double>::max());
    {
        const auto ordered = permuted_columns<E>(A, permutation);
        cholmod_sparse S = spqr_view(ordered);
        parts.rank = SuiteSparseQR<E>(SPQR_ORDERING_FIXED, parts.tolerance, 0, &S, &out.R, &out.E, &out.H, &out.row_position,
                                      &out.tau, out.common.get());
    }
    check_cholmod("qr", out.common->status);
    if (parts.rank < 0 || out.R == nullptr || out.H == nullptr || out.tau == nullptr)
        throw Error("qr: SPQR's factorization failed");
    parts.flops = out.common->SPQR_flopcount * (is_complex_v<E> ? 4 : 1);
    parts.permutation.assign(permutation.begin(), permutation.end());
    if (out.E != nullptr)
        for (std::size_t k = 0; k < parts.permutation.size(); ++k)
            parts.permutation[k] = permutation[static_cast<std::size_t>(out.E[k])];
    parts.row_position.resize(static_cast<std::size_t>(A.rows()));
    if (out.row_position != nullptr) std::copy_n(out.row_position, A.rows(), parts.row_position.begin());
    else std::iota(parts.row_position.begin(), parts.row_position.end(), Long{0});
    parts.tau = Array<E>(std::span<const E>(static_cast<const E*>(out.tau->x), out.tau->ncol * out.tau->nrow));
    parts.r = take<E>(out.R, out.common);
    parts.h = take<E>(out.H, out.common);
    return parts;
}

#define TAMIS_INSTANTIATE(E)                                                     \
    template QrOrdering order_spqr(const Csc<E, Long>&, const AnalysisRequest&); \
    template HouseholderParts<E> factor_spqr(const Csc<E, Long>&, std::span<const Long>, double);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail

#else

namespace tamis::detail {

namespace {
[[noreturn]] void throw_left_out() {
    throw Unsupported("qr: sparse QR is computed by SPQR, which this build leaves out (TAMIS_WITH_GPL=OFF)");
}
}  // namespace

template <class E>
QrOrdering order_spqr(const Csc<E, std::int64_t>&, const AnalysisRequest&) {
    throw_left_out();
}
template <class E>
HouseholderParts<E> factor_spqr(const Csc<E, std::int64_t>&, std::span<const std::int64_t>, double) {
    throw_left_out();
}

#define TAMIS_INSTANTIATE(E)                                                             \
    template QrOrdering order_spqr(const Csc<E, std::int64_t>&, const AnalysisRequest&); \
    template HouseholderParts<E> factor_spqr(const Csc<E, std::int64_t>&, std::span<const std::int64_t>, double);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail

#endif
