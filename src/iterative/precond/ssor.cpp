#include <tamis/iterative/precond/ssor.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// The rows ordered by colours, each the first that no neighbour in A + Aᵀ among the rows before has.
template <class E, class I>
std::vector<I> order_by_colours(const FactorInput<E, I>& rows, const FactorInput<E, I>& columns) {
    const auto n = static_cast<std::size_t>(rows.n);
    constexpr I none = -1;
    std::vector<I> colour(n, none);
    std::vector<I> seen_by;  // of each colour, the last row with such a neighbour
    for (std::int64_t i = 0; i < rows.n; ++i) {
        for (const auto* half : {&rows, &columns}) {
            for (std::int64_t q = half->offsets[i]; q < static_cast<std::int64_t>(half->offsets[i + 1]); ++q) {
                const I c = colour[static_cast<std::size_t>(half->indices[q])];
                if (c != none) seen_by[static_cast<std::size_t>(c)] = static_cast<I>(i);
            }
        }
        const auto free = std::find_if(seen_by.begin(), seen_by.end(), [&](I row) { return row != static_cast<I>(i); });
        colour[static_cast<std::size_t>(i)] = static_cast<I>(free - seen_by.begin());
        if (free == seen_by.end()) seen_by.push_back(none);
    }
    std::vector<I> order(n);
    std::iota(order.begin(), order.end(), I{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](I a, I b) { return colour[static_cast<std::size_t>(a)] < colour[static_cast<std::size_t>(b)]; });
    return order;
}

/// M⁻¹ = (I + ωLD⁻¹) D / (ω(2 − ω)) (I + ωD⁻¹U), the rows of A taken in an order (empty: as they are).
template <class E, class I>
LduRows<E, I> sweeps(const FactorInput<E, I>& a, const std::vector<I>& order, double omega, bool hermitian) {
    const std::int64_t n = a.n;
    LduRows<E, I> f;
    f.n = n;
    f.hermitian = hermitian;
    f.offsets = Array<I>(n + 1);
    f.lower_end = Array<I>(n, uninitialized);
    f.upper_begin = Array<I>(n, uninitialized);
    f.pivots = Array<E>(n, uninitialized);
    f.indices = Array<I>(a.indices.size(), uninitialized);
    f.values = Array<E>(a.values.size(), uninitialized);
    Array<I> at(n, uninitialized);
    for (std::int64_t k = 0; k < n; ++k)
        at[order.empty() ? k : static_cast<std::int64_t>(order[static_cast<std::size_t>(k)])] = static_cast<I>(k);
    if (!order.empty()) f.row_of = Array<I>(std::span<const I>(order));
    Array<E> diagonal(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t q = a.offsets[i]; q < static_cast<std::int64_t>(a.offsets[i + 1]); ++q)
            if (static_cast<std::int64_t>(a.indices[q]) == i) diagonal[i] = a.values[q];
    std::int64_t to = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        const std::int64_t i = order.empty() ? k : static_cast<std::int64_t>(order[static_cast<std::size_t>(k)]);
        const auto begin = static_cast<std::int64_t>(a.offsets[i]);
        const auto end = static_cast<std::int64_t>(a.offsets[i + 1]);
        for (std::int64_t q = begin; q < end; ++q) {
            const auto j = static_cast<std::int64_t>(a.indices[q]);
            if (at[j] >= static_cast<I>(k)) continue;
            f.indices[to] = at[j];
            f.values[to++] = omega * a.values[q] / diagonal[j];
        }
        f.lower_end[k] = f.upper_begin[k] = static_cast<I>(to);
        f.pivots[k] = diagonal[i] / (omega * (2 - omega));
        for (std::int64_t q = begin; q < end && !hermitian; ++q) {
            const auto j = static_cast<std::int64_t>(a.indices[q]);
            if (at[j] <= static_cast<I>(k)) continue;
            f.indices[to] = at[j];
            f.values[to++] = a.values[q] / (2 - omega);
        }
        f.offsets[k + 1] = static_cast<I>(to);
    }
    return f;
}

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ssor(CsrView<T, I> major, bool row_major, const SsorOptions& options) {
    if (!(options.omega > 0 && options.omega < 2))
        throw InvalidArgument("Ssor: .omega is " + std::to_string(options.omega) + "; it must lie between 0 and 2");
    check_preconditioned("Ssor", major, row_major, Diagonal::nonzero);
    const auto rows = input_rows(major, row_major);
    std::vector<I> order;
    if (options.multicolour) order = order_by_colours(rows, input_rows(major, !row_major));
    const bool hermitian = !first_asymmetry(major, Agreement::exact);
    return std::make_shared<LduState<T, I>>("Ssor", sweeps(rows, order, options.omega, hermitian), "scale the matrix");
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::shared_ptr<const PreconditionerState<T>> make_ssor(CsrView<T, I>, bool, const SsorOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
