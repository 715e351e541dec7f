// R-MAT graphs (D. Chakrabarti, Y. Zhan and C. Faloutsos, SDM 2004).
#include <tamis/sparse/model_problems.hpp>

#include <algorithm>
#include <string>

#include "instantiate.hpp"
#include "sparse/model_problems/assemble.hpp"

namespace tamis::detail {

namespace {

/// The finalizer of splitmix64 (Steele, Lea & Flood, OOPSLA 2014): numbers by position, so that any thread can make any
/// edge.
std::uint64_t mix_bits(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void check(const RmatOptions& o) {
    const auto probability = [](double p) { return p >= 0 && p <= 1; };
    if (!probability(o.top_left) || !probability(o.top_right) || !probability(o.bottom_left) ||
        !(o.top_left + o.top_right + o.bottom_left <= 1 + 1e-12))
        throw InvalidArgument("rmat: the probabilities are " + std::to_string(o.top_left) + ", " +
                              std::to_string(o.top_right) + ", " + std::to_string(o.bottom_left) +
                              "; each has to lie in [0, 1], and their sum too");
}

template <class I>
struct Edge {
    I from;
    I to;
};

template <class I>
Edge<I> make_edge(std::int64_t e, std::int64_t scale, std::uint64_t seed, const RmatOptions& o) noexcept {
    std::uint64_t state = mix_bits(seed + mix_bits(static_cast<std::uint64_t>(e) + 1));
    std::int64_t from = 0;
    std::int64_t to = 0;
    for (std::int64_t level = 0; level < scale; ++level) {
        state += 0x9e3779b97f4a7c15u;
        const double u = static_cast<double>(mix_bits(state) >> 11) * 0x1p-53;
        const bool right =
            u >= o.top_left && (u < o.top_left + o.top_right || u >= o.top_left + o.top_right + o.bottom_left);
        const bool down = u >= o.top_left + o.top_right;
        from = 2 * from + down;
        to = 2 * to + right;
    }
    return {static_cast<I>(from), static_cast<I>(to)};
}

/// Offsets from counts that stand one place too far on: counts[v + 1] entries for v.
void accumulate(Array<std::int64_t>& counts) noexcept {
    for (std::int64_t v = 1; v < counts.size(); ++v) counts[v] += counts[v - 1];
}

/// Both directions of all edges, grouped by their end; each group lists where its edges come from.
template <class I>
Array<I> gather_neighbours(const Array<Edge<I>>& edges, Array<std::int64_t>& offsets) {
    for (const auto& [from, to] : edges) {
        if (from == to) continue;
        ++offsets[static_cast<std::int64_t>(from) + 1];
        ++offsets[static_cast<std::int64_t>(to) + 1];
    }
    accumulate(offsets);
    Array<I> neighbours(offsets[offsets.size() - 1], uninitialized);
    Array<std::int64_t> next(offsets);
    for (const auto& [from, to] : edges) {
        if (from == to) continue;
        neighbours[next[from]++] = to;
        neighbours[next[to]++] = from;
    }
    return neighbours;
}

}  // namespace

template <class T, class I>
Csr<T, I> rmat(std::int64_t scale, std::int64_t edges_per_vertex, std::uint64_t seed, const RmatOptions& options) {
    check(options);
    if (scale < 0 || scale > 62)
        throw InvalidArgument("rmat: scale is " + std::to_string(scale) + "; it has to be between 0 and 62");
    const std::int64_t n = checked_product<I>("rmat", "vertices", {std::int64_t(1) << scale});
    const std::int64_t count = checked_product<std::int64_t>("rmat", "edges", {n, edges_per_vertex});

    Array<std::int64_t> offsets(n + 1);
    Array<I> neighbours;
    {
        Array<Edge<I>> edges(count, uninitialized);
#pragma omp parallel for num_threads(threads_for(count)) schedule(static)
        for (std::int64_t e = 0; e < count; ++e) edges[e] = make_edge<I>(e, scale, seed, options);
        neighbours = gather_neighbours(edges, offsets);
    }
    // The lists are symmetric, so that their transpose is the same graph with each list sorted.
    Array<I> sorted(neighbours.size(), uninitialized);
    Array<std::int64_t> next(offsets);
    for (std::int64_t v = 0; v < n; ++v) {
        for (std::int64_t k = offsets[v]; k < offsets[v + 1]; ++k) sorted[next[neighbours[k]]++] = static_cast<I>(v);
    }
    neighbours = Array<I>();

    // Repeated edges now stand side by side.
    std::int64_t kept = 0;
    std::int64_t start = 0;
    for (std::int64_t v = 0; v < n; ++v) {
        const std::int64_t end = offsets[v + 1];
        const std::int64_t first = kept;
        for (std::int64_t k = start; k < end; ++k) {
            if (kept == first || sorted[kept - 1] != sorted[k]) sorted[kept++] = sorted[k];
        }
        start = end;
        offsets[v + 1] = kept;
    }
    checked_product<I>("rmat", "entries", {kept});
    Array<I> row_offsets(n + 1, uninitialized);
    std::transform(offsets.begin(), offsets.end(), row_offsets.begin(), [](std::int64_t k) { return static_cast<I>(k); });
    Array<T> values(kept, uninitialized);
    std::fill(values.begin(), values.end(), T(1));
    return {unchecked,
            n,
            n,
            std::move(row_offsets),
            Array<I>(std::span<const I>(sorted.data(), static_cast<std::size_t>(kept))),
            std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> rmat<T, I>(std::int64_t, std::int64_t, std::uint64_t, const RmatOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
