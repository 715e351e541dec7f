// QR by SPQR. Davis: Algorithm 915: SuiteSparseQR, multifrontal multithreaded rank-revealing sparse QR, ACM TOMS 38 (2011).
//
// Columns are ordered beforehand and singletons are left alone, so that the rank does not depend on which tests a singleton
// passed and the same order serves later values. spqr_factor.cpp solves.
#include "sparse/suitesparse/backend.hpp"
#include "tamis_backends.hpp"

#include <tamis/core/error.hpp>

#if TAMIS_WITH_GPL

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sparse/suitesparse/cholmod.hpp"
#include "sparse/suitesparse/spqr_factor.hpp"
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

template <class E>
std::shared_ptr<SpqrObject<E>> analysed(const Csc<E, Long>& A, int ordering, CholmodCommon<Long>& common) {
    cholmod_sparse S = spqr_view(A);
    auto* analysis = SuiteSparseQR_symbolic<E>(ordering, 1, &S, common.get());
    if (analysis == nullptr) {
        check_cholmod("qr", common->status);
        throw Error("qr: SPQR's analysis failed");
    }
    return std::make_shared<SpqrObject<E>>(analysis);
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
    auto object = analysed(*input, ordering, common);
    const auto& symbolic = *(*object)->QRsym;
    result.permutation = start;
    if (symbolic.Qfill != nullptr)
        for (Long k = 0; k < A.cols(); ++k)
            result.permutation[static_cast<std::size_t>(k)] = start[static_cast<std::size_t>(symbolic.Qfill[k])];

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
    // The factor, the stack of the fronts that wait, the rows of A that go into them, and the integers of the analysis.
    prediction.bytes = std::max(r_bound + h_bound, static_cast<double>(symbolic.maxstack)) * sizeof(E) +
                       static_cast<double>(A.nnz()) * (sizeof(E) + sizeof(Long)) * 2 +
                       static_cast<double>(A.rows() + A.cols() + symbolic.rjsize + symbolic.hisize) * 10 * sizeof(Long);
    if (request.ordering != Ordering::given) result.analysed = std::move(object);
    return result;
}

template <class E>
std::unique_ptr<OrthogonalFactor<E>> factor_spqr(const Csc<E, Long>& A, std::span<const Long> permutation,
                                                 double pivot_tolerance, std::shared_ptr<void> from) {
    CholmodCommon<Long> common;
    const double relative = pivot_tolerance > 0
                                ? pivot_tolerance
                                : 20.0 * static_cast<double>(A.rows() + A.cols()) * std::numeric_limits<double>::epsilon();
    const double tolerance = std::min(relative * largest_column_norm(A), std::numeric_limits<double>::max());
    auto object = std::static_pointer_cast<SpqrObject<E>>(std::move(from));
    Csc<E, Long> ordered;
    const Csc<E, Long>* input = &A;
    if (!object) {
        ordered = permuted_columns<E>(A, permutation);
        input = &ordered;
        object = analysed(ordered, SPQR_ORDERING_FIXED, common);
    }
    cholmod_sparse S = spqr_view(*input);
    const int done = SuiteSparseQR_numeric<E>(tolerance, &S, object->get(), common.get());
    check_cholmod("qr", common->status);
    if (done == 0 || (*object)->QRnum == nullptr) throw Error("qr: SPQR's factorization failed");
    const double flops = common->SPQR_flopcount * (is_complex_v<E> ? 4 : 1);
    return std::make_unique<SpqrFactor<E>>(std::move(object), std::vector<Long>(permutation.begin(), permutation.end()),
                                           flops);
}

#define TAMIS_INSTANTIATE(E)                                                                                      \
    template QrOrdering order_spqr(const Csc<E, Long>&, const AnalysisRequest&);                                  \
    template std::unique_ptr<OrthogonalFactor<E>> factor_spqr(const Csc<E, Long>&, std::span<const Long>, double, \
                                                              std::shared_ptr<void>);
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
std::unique_ptr<OrthogonalFactor<E>> factor_spqr(const Csc<E, std::int64_t>&, std::span<const std::int64_t>, double,
                                                 std::shared_ptr<void>) {
    throw_left_out();
}

#define TAMIS_INSTANTIATE(E)                                                                                              \
    template QrOrdering order_spqr(const Csc<E, std::int64_t>&, const AnalysisRequest&);                                  \
    template std::unique_ptr<OrthogonalFactor<E>> factor_spqr(const Csc<E, std::int64_t>&, std::span<const std::int64_t>, \
                                                              double, std::shared_ptr<void>);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail

#endif
