#include <tamis/iterative/precond/ilu0.hpp>

#include <algorithm>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

constexpr const char* ilu0_advice = "use Ilut with a .pivot_tolerance, or reorder or shift the matrix";

/// The combined rows of L − I and U in place of A (Saad's Algorithm 10.4).
template <class E, class I>
LduRows<E, I> factor_in_place(FactorInput<E, I>&& a) {
    const std::int64_t n = a.n;
    LduRows<E, I> f;
    f.n = n;
    f.lower_end = Array<I>(n, uninitialized);
    f.upper_begin = Array<I>(n, uninitialized);
    f.pivots = Array<E>(n, uninitialized);
    const I* const offsets = a.offsets.data();
    const I* const indices = a.indices.data();
    E* const values = a.values.data();
    Array<E> reciprocals(n, uninitialized);
    Array<I> where(n);  // of column j in the current row; positions before the row belong to earlier ones
    for (std::int64_t i = 0; i < n; ++i) {
        const auto begin = static_cast<std::int64_t>(offsets[i]);
        const auto end = static_cast<std::int64_t>(offsets[i + 1]);
        for (std::int64_t q = begin; q < end; ++q) where[static_cast<std::int64_t>(indices[q])] = static_cast<I>(q);
        std::int64_t q = begin;
        for (std::int64_t k; (k = static_cast<std::int64_t>(indices[q])) < i; ++q) {
            const E factor = values[q] = times(values[q], reciprocals[k]);
            for (std::int64_t p = f.upper_begin[k]; p < static_cast<std::int64_t>(offsets[k + 1]); ++p) {
                const auto to = static_cast<std::int64_t>(where[static_cast<std::int64_t>(indices[p])]);
                if (to >= begin) values[to] -= times(factor, values[p]);
            }
        }
        f.lower_end[i] = static_cast<I>(q);
        f.upper_begin[i] = static_cast<I>(q + 1);
        f.pivots[i] = values[q];
        reciprocals[i] = E(1) / values[q];
        if (values[q] == E(0) || !is_finite(reciprocals[i])) throw_lost_pivot("Ilu0", i, ilu0_advice);
    }
    f.offsets = std::move(a.offsets);
    f.indices = std::move(a.indices);
    f.values = std::move(a.values);
    return f;
}

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ilu0(CsrView<T, I> major, bool row_major) {
    check_preconditioned("Ilu0", major, row_major, Diagonal::nonzero);
    return std::make_shared<LduState<T, I>>("Ilu0", factor_in_place(input_rows(major, row_major)), ilu0_advice);
}

#define TAMIS_INSTANTIATE(T, I) template std::shared_ptr<const PreconditionerState<T>> make_ilu0(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
