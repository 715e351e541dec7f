// Minimum spanning trees: V. Osipov, P. Sanders and J. Singler, "The Filter-Kruskal minimum spanning tree algorithm", ALENEX
// 2009. Kruskal's algorithm with a quicksort that, before it sorts the heavier half, throws out the edges whose ends the
// lighter half has joined already. The pivot is the exact median (introselect), so that no input is quadratic.
#include <tamis/sparse/graph/spanning_tree.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <tamis/sparse/convert.hpp>

#include "instantiate.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class R, class I>
struct TreeEdge {
    R weight;
    I u;  // < v
    I v;
    friend bool operator<(const TreeEdge& a, const TreeEdge& b) noexcept {
        if (a.weight != b.weight) return a.weight < b.weight;
        return a.u != b.u ? a.u < b.u : a.v < b.v;
    }
};

template <class R, class I>
class FilterKruskal {
  public:
    FilterKruskal(std::int64_t n, Array<TreeEdge<R, I>>& edges) : edges_(edges), parent_(n, uninitialized) {
        for (std::int64_t v = 0; v < n; ++v) parent_[v] = static_cast<I>(v);
        trees_ = n;
    }

    std::vector<TreeEdge<R, I>> run() {
        // Ranges still to do, the lightest last; each is lighter than the one before it.
        std::vector<std::pair<std::int64_t, std::int64_t>> ranges{{0, edges_.size()}};
        bool joined = false;
        while (!ranges.empty() && trees_ > 1) {
            auto [begin, end] = ranges.back();
            ranges.pop_back();
            if (joined) end = filter(begin, end);
            if (end - begin <= std::max<std::int64_t>(1024, trees_ / 2)) {
                kruskal(begin, end);
                joined = true;
                continue;
            }
            const std::int64_t middle = begin + (end - begin) / 2;
            std::nth_element(edges_.data() + begin, edges_.data() + middle, edges_.data() + end);
            ranges.emplace_back(middle, end);
            ranges.emplace_back(begin, middle);
            joined = false;  // nothing has been joined since these were filtered
        }
        return std::move(tree_);
    }

  private:
    I find(I v) noexcept {
        while (parent_[v] != v) {
            parent_[v] = parent_[parent_[v]];
            v = parent_[v];
        }
        return v;
    }
    /// Drops the edges within a tree; returns the new end.
    std::int64_t filter(std::int64_t begin, std::int64_t end) noexcept {
        const auto last = std::remove_if(edges_.data() + begin, edges_.data() + end,
                                         [this](const TreeEdge<R, I>& e) { return find(e.u) == find(e.v); });
        return last - edges_.data();
    }
    void kruskal(std::int64_t begin, std::int64_t end) {
        std::sort(edges_.data() + begin, edges_.data() + end);
        for (std::int64_t k = begin; k < end && trees_ > 1; ++k) {
            I a = find(edges_[k].u);
            I b = find(edges_[k].v);
            if (a == b) continue;
            // Any linking gives O(log n) amortised with halving; by number it needs no ranks.
            if (a < b) std::swap(a, b);
            parent_[a] = b;
            --trees_;
            tree_.push_back(edges_[k]);
        }
    }

    Array<TreeEdge<R, I>>& edges_;
    Array<I> parent_;
    std::int64_t trees_ = 0;
    std::vector<TreeEdge<R, I>> tree_;
};

template <class T, class I>
Array<TreeEdge<Real<T>, I>> upper_edges(const CsrView<T, I>& A) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const int parts = threads_for(A.nnz());
    const auto is_edge = [&](std::int64_t i, std::int64_t k) { return indices[k] > i && values[k] != T(0); };
    Cuts at(parts);
    for_each_part(parts, [&](int part) {
        std::int64_t count = 0;
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i)
            for (std::int64_t k = offsets[i]; k < static_cast<std::int64_t>(offsets[i + 1]); ++k) count += is_edge(i, k);
        at[part + 1] = count;
    });
    for (int part = 0; part < parts; ++part) at[part + 1] += at[part];
    Array<TreeEdge<Real<T>, I>> edges(at[parts], uninitialized);
    for_each_part(parts, [&](int part) {
        std::int64_t e = at[part];
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i)
            for (std::int64_t k = offsets[i]; k < static_cast<std::int64_t>(offsets[i + 1]); ++k)
                if (is_edge(i, k)) edges[e++] = {real_part(values[k]), static_cast<I>(i), indices[k]};
    });
    return edges;
}

}  // namespace

template <class T, class I>
Csr<T, I> minimum_spanning_tree(CsrView<T, I> A) {
    constexpr const char* name = "minimum_spanning_tree";
    check_graph(name, A.rows(), A.cols());
    check_weights(name, A, Weights::real);
    check_undirected(name, A);
    std::vector<TreeEdge<Real<T>, I>> tree;
    {
        auto edges = upper_edges(A);
        tree = FilterKruskal<Real<T>, I>(A.rows(), edges).run();
    }
    std::vector<typename Coo<T, I>::Entry> entries;
    entries.reserve(2 * tree.size());
    for (const auto& e : tree) {
        entries.push_back({e.u, e.v, T(e.weight)});
        entries.push_back({e.v, e.u, T(e.weight)});
    }
    return compress(Coo<T, I>(unchecked, A.rows(), A.cols(), std::move(entries)), Major::rows);
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> minimum_spanning_tree<T, I>(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
