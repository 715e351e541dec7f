// Connected components.
//
// Weak: disjoint sets as trees in which every parent is smaller than its children, so that a root is the smallest vertex of
// its set; any thread may hang a root under a smaller one by compare-and-swap. S. V. Jayanti and R. E. Tarjan, "Concurrent
// disjoint set union", Distributed Computing 34 (2021), with their "splitting by halves" and vertices ordered by number.
// Edges are taken in rounds, a few of each vertex first, after which most vertices lie right under their root: M. Sutton,
// T. Ben-Nun and A. Barak, "Optimizing parallel graph connectivity computation via subgraph sampling" (Afforest), IPDPS
// 2018. Strong: R. E. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972).
#include <tamis/sparse/graph/components.hpp>

#include <atomic>
#include <numeric>
#include <utility>

#include "instantiate.hpp"
#include "sparse/graph/weak_components.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/parts.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

namespace {

template <class I>
class ConcurrentSets {
  public:
    explicit ConcurrentSets(std::int64_t n) : parent_(n, uninitialized) {
        for_each_row(n, n, [this](std::int64_t v) { parent_[v] = static_cast<I>(v); });
    }

    /// A parent once written is an ancestor for ever, so that halving may overwrite what another thread has halved.
    I find(I v) noexcept {
        for (;;) {
            const I p = load(v);
            if (p == v) return v;
            const I above = load(p);
            if (above == p) return p;
            std::atomic_ref<I>(parent_[v]).store(above, std::memory_order_relaxed);
            v = above;
        }
    }
    void unite(I a, I b) noexcept {
        for (;;) {
            a = find(a);
            b = find(b);
            if (a == b) return;
            if (a < b) std::swap(a, b);
            I expected = a;
            if (std::atomic_ref<I>(parent_[a]).compare_exchange_strong(expected, b, std::memory_order_relaxed)) return;
        }
    }
    /// True where both were seen to hang under one vertex: no need to look further.
    bool siblings(I a, I b) noexcept { return load(a) == load(b); }

  private:
    I load(I v) noexcept { return std::atomic_ref<I>(parent_[v]).load(std::memory_order_relaxed); }

    Array<I> parent_;
};

/// The blocks of the block triangular form where each row is matched with the column of its own number.
template <class I>
ConnectedComponents<I> strong_components(PatternView<I> P) {
    std::vector<I> own(static_cast<std::size_t>(P.rows));
    std::iota(own.begin(), own.end(), I(0));
    const BlockTriangularForm<I> form = block_triangular_form(P, own);
    ConnectedComponents<I> result{form.count(), std::vector<I>(own.size())};
    for (std::size_t b = 0; b + 1 < form.block_offsets.size(); ++b)
        for (auto k = static_cast<std::size_t>(form.block_offsets[b]);
             k < static_cast<std::size_t>(form.block_offsets[b + 1]); ++k)
            result.labels[static_cast<std::size_t>(form.row_permutation[k])] = static_cast<I>(b);
    return result;
}

}  // namespace

template <class I>
ConnectedComponents<I> weak_components(PatternView<I> P) {
    const std::int64_t n = P.rows;
    ConcurrentSets<I> sets(n);
    constexpr std::int64_t sampled = 2;
    const std::int64_t work = n + P.nnz();
    for (std::int64_t round = 0; round < sampled; ++round) {
        for_each_row(n, work, [&](std::int64_t i) {
            const std::int64_t k = P.offsets[i] + round;
            if (k < static_cast<std::int64_t>(P.offsets[i + 1])) sets.unite(static_cast<I>(i), P.indices[k]);
        });
    }
    for_each_row(n, work, [&](std::int64_t i) { sets.find(static_cast<I>(i)); });
    for_each_chunk(n, 1024, threads_for(work), [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t i = begin; i < end; ++i)
            for (std::int64_t k = P.offsets[i] + sampled; k < static_cast<std::int64_t>(P.offsets[i + 1]); ++k)
                if (!sets.siblings(static_cast<I>(i), P.indices[k])) sets.unite(static_cast<I>(i), P.indices[k]);
    });
    ConnectedComponents<I> result{0, std::vector<I>(static_cast<std::size_t>(n))};
    auto& labels = result.labels;
    for (std::int64_t i = 0; i < n; ++i) {
        // A root comes before the rest of its set.
        const I root = sets.find(static_cast<I>(i));
        labels[static_cast<std::size_t>(i)] =
            root == i ? static_cast<I>(result.count++) : labels[static_cast<std::size_t>(root)];
    }
    return result;
}

template <class T, class I>
ConnectedComponents<I> connected_components(CsrView<T, I> A, const ComponentsOptions& options) {
    check_graph("connected_components", A.rows(), A.cols());
    const NonzeroPattern<I> nonzeros(A);
    return options.strong ? strong_components(nonzeros.view()) : weak_components(nonzeros.view());
}

template ConnectedComponents<std::int32_t> weak_components(PatternView<std::int32_t>);
template ConnectedComponents<std::int64_t> weak_components(PatternView<std::int64_t>);
#define TAMIS_INSTANTIATE(T, I) \
    template ConnectedComponents<I> connected_components<T, I>(CsrView<T, I>, const ComponentsOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
