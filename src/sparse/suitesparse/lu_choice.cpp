// Which backend factors a square matrix: KLU for the patterns of circuits and graphs, MUMPS for nearly symmetric ones that
// take a while, UMFPACK for the others.
#include <limits>
#include <utility>

#include "sparse/suitesparse/backend.hpp"
#include "sparse/suitesparse/pattern_shape.hpp"
#include "tamis_backends.hpp"

namespace tamis::detail {

#if TAMIS_WITH_MUMPS
namespace {

// MUMPS' analysis where it will be faster than the others, which was measured for every nearly symmetric pattern from here
// on: 1.0 to 1.7 times on meshes of two and three dimensions, twice on saddle points. Below, its fixed costs show, and its
// calls take turns, which many small factorizations in many threads would feel.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> mumps_if_faster(ColumnPattern<I>& pattern, std::span<const E> values,
                                                     const AnalysisRequest& request) {
    constexpr double least_flops = 3e7;
    constexpr double least_symmetry = TAMIS_WITH_GPL ? 0.9 : 0;  // the other is KLU, without dense kernels
    if (request.ordering != Ordering::automatic && request.ordering != Ordering::nested_dissection) return nullptr;
    // Less work even if it fills up entirely: not worth an instance of MUMPS.
    const auto n = static_cast<double>(pattern.cols);
    if (2.0 / 3.0 * n * n * n <= least_flops) return nullptr;
    if (pattern.cols > std::numeric_limits<std::int32_t>::max() || pattern_symmetry(pattern) < least_symmetry)
        return nullptr;
    return analyze_mumps_lu<E>(std::move(pattern), values, request, least_flops);
}

}  // namespace
#endif

namespace {

// KLU is looked at where rows are as short as in circuits and graphs; its analysis would cost on a mesh what it cannot save.
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> klu_if_suited(ColumnPattern<I>& pattern, const AnalysisRequest& request) {
    const bool any_order =
        request.ordering == Ordering::automatic || request.ordering == Ordering::amd || request.ordering == Ordering::colamd;
    if (!any_order || pattern.nnz() > 12 * pattern.cols || mesh_like(pattern)) return nullptr;
    return analyze_klu<E>(std::move(pattern), request, true);
}

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> otherwise(ColumnPattern<I>&& pattern, std::span<const E> values,
                                               const AnalysisRequest& request) {
#if TAMIS_WITH_GPL
    return analyze_umfpack<E>(std::move(pattern), values, request);
#else
    (void)values;
    return analyze_klu<E>(std::move(pattern), request, false);
#endif
}

}  // namespace

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_lu_in_parts(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                         const AnalysisRequest& request) {
    if (auto symbolic = klu_if_suited<E>(pattern, request)) return symbolic;
    return otherwise<E>(std::move(pattern), values, request);
}

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_lu(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                const AnalysisRequest& request) {
    if (auto symbolic = klu_if_suited<E>(pattern, request)) return symbolic;
#if TAMIS_WITH_MUMPS
    if (auto symbolic = mumps_if_faster<E>(pattern, values, request)) return symbolic;
#endif
    return otherwise<E>(std::move(pattern), values, request);
}

#define TAMIS_INSTANTIATE(E, I)                                                                               \
    template std::shared_ptr<const LuSymbolic<E>> analyze_lu_in_parts(ColumnPattern<I>&&, std::span<const E>, \
                                                                      const AnalysisRequest&);                \
    template std::shared_ptr<const LuSymbolic<E>> analyze_lu(ColumnPattern<I>&&, std::span<const E>, const AnalysisRequest&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
