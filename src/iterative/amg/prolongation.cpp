#include "iterative/amg/prolongation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/sparse/measure.hpp>

#include "instantiate.hpp"
#include "iterative/amg/spectral_radius.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// The unknowns of each aggregate: those of aggregate a are unknowns[first[a]], …
template <class I>
struct Members {
    Array<I> first;
    Array<I> unknowns;
};

template <class I>
Members<I> members_of(const Nodes<I>& nodes, const Aggregates<I>& aggregates) {
    Members<I> members{Array<I>(aggregates.count + 1), {}};
    Array<I>& first = members.first;
    const auto size = [&](std::int64_t k) { return nodes.first[k + 1] - nodes.first[k]; };
    for (std::int64_t k = 0; k < nodes.count(); ++k)
        if (aggregates.of_node[k] >= 0) first[aggregates.of_node[k] + 1] += size(k);
    for (std::int64_t a = 0; a < aggregates.count; ++a) first[a + 1] += first[a];
    members.unknowns = Array<I>(first[aggregates.count], uninitialized);
    for (std::int64_t k = 0; k < nodes.count(); ++k) {
        if (aggregates.of_node[k] < 0) continue;
        I& next = first[aggregates.of_node[k]];
        for (I i = nodes.first[k]; i < nodes.first[k + 1]; ++i) members.unknowns[next++] = i;
    }
    for (std::int64_t a = aggregates.count; a > 0; --a) first[a] = first[a - 1];
    first[0] = 0;
    return members;
}

/// Modified Gram–Schmidt, twice, on the columns of the r×m block q, in place; upper is m×m, both by columns. Columns that
/// keep less than √ε of their norm are dropped: the kept ones move to the front. Returns how many are kept.
template <class T>
std::int64_t orthonormalize_node(std::int64_t r, std::int64_t m, T* q, T* upper) {
    using R = Real<T>;
    const R least = std::sqrt(std::numeric_limits<R>::epsilon());
    const auto norm = [r](const T* v) {
        R sum = 0;
        for (std::int64_t i = 0; i < r; ++i) sum += std::norm(v[i]);
        return std::sqrt(sum);
    };
    std::int64_t kept = 0;
    std::fill(upper, upper + m * m, T(0));
    for (std::int64_t j = 0; j < m; ++j) {
        T* v = q + kept * r;
        std::copy(q + j * r, q + (j + 1) * r, v);
        const R before = norm(v);
        for (int pass = 0; pass < 2; ++pass) {
            for (std::int64_t c = 0; c < kept; ++c) {
                const T* u = q + c * r;
                T product = 0;
                for (std::int64_t i = 0; i < r; ++i) product += times(conjugate(u[i]), v[i]);
                for (std::int64_t i = 0; i < r; ++i) v[i] -= times(product, u[i]);
                upper[c + j * m] += product;
            }
        }
        const R after = norm(v);
        if (!(after > least * before)) continue;
        for (std::int64_t i = 0; i < r; ++i) v[i] /= after;
        upper[kept + j * m] = T(after);
        ++kept;
    }
    return kept;
}

}  // namespace

template <class T, class I>
Tentative<T, I> tentative_prolongator(const Nodes<I>& nodes, const Aggregates<I>& aggregates, const Array<T>& candidates,
                                      std::int64_t m) {
    const Members<I> members = members_of(nodes, aggregates);
    const std::int64_t n = nodes.first[nodes.count()];
    const std::int64_t count = aggregates.count;
    Array<T> q(members.unknowns.size() * m, uninitialized);  // the block of each aggregate, one after another
    Array<T> upper(count * m * m, uninitialized);
    Nodes<I> coarse{Array<I>(count + 1, uninitialized)};
    coarse.first[0] = 0;
    for_each_row(count, members.unknowns.size() * m, [&](std::int64_t a) {
        const std::int64_t begin = members.first[a];
        const std::int64_t r = members.first[a + 1] - begin;
        T* block = q.data() + begin * m;
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t i = 0; i < r; ++i) block[i + j * r] = candidates[members.unknowns[begin + i] + j * n];
        coarse.first[a + 1] = static_cast<I>(orthonormalize_node(r, m, block, upper.data() + a * m * m));
    });
    for (std::int64_t a = 0; a < count; ++a) coarse.first[a + 1] += coarse.first[a];
    const std::int64_t columns = coarse.first[count];

    Array<I> offsets(n + 1);
    for (std::int64_t k = 0; k < nodes.count(); ++k) {
        const I a = aggregates.of_node[k];
        const I entries = a < 0 ? I(0) : coarse.first[a + 1] - coarse.first[a];
        for (I i = nodes.first[k]; i < nodes.first[k + 1]; ++i) offsets[i + 1] = entries;
    }
    for (std::int64_t i = 0; i < n; ++i) offsets[i + 1] += offsets[i];
    Array<I> indices(offsets[n], uninitialized);
    Array<T> values(offsets[n], uninitialized);
    Array<T> coarse_candidates(columns * m, uninitialized);
    for_each_row(count, members.unknowns.size() * m, [&](std::int64_t a) {
        const std::int64_t begin = members.first[a];
        const std::int64_t r = members.first[a + 1] - begin;
        const I first = coarse.first[a];
        const std::int64_t kept = coarse.first[a + 1] - first;
        for (std::int64_t i = 0; i < r; ++i) {
            std::int64_t p = offsets[members.unknowns[begin + i]];
            for (std::int64_t c = 0; c < kept; ++c, ++p) {
                indices[p] = static_cast<I>(first + c);
                values[p] = q[begin * m + i + c * r];
            }
        }
        for (std::int64_t j = 0; j < m; ++j)
            for (std::int64_t c = 0; c < kept; ++c)
                coarse_candidates[first + c + j * columns] = upper[a * m * m + c + j * m];
    });
    return {Csr<T, I>(unchecked, n, columns, std::move(offsets), std::move(indices), std::move(values)),
            std::move(coarse_candidates), std::move(coarse)};
}

namespace {

/// A_F by rows: walks along A and the graph, whose columns are both sorted.
template <class T, class I>
class Filtered {
  public:
    using R = Real<T>;
    Filtered(const Csr<T, I>& A, const Nodes<I>& nodes, const NodeGraph<R, I>& graph, const T* candidate)
        : offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          first_(nodes.first.data()),
          graph_(graph),
          candidate_(candidate) {}
    /// take(j, a_ij, node of j, whether it stays) for each entry of row i, which belongs to `node`.
    template <class F>
    void walk(std::int64_t node, std::int64_t i, F&& take) const {
        std::int64_t e = graph_.offsets[static_cast<std::size_t>(node)];
        for (std::int64_t k = offsets_[i]; k < offsets_[i + 1]; ++k) {
            while (first_[graph_.neighbours[static_cast<std::size_t>(e)] + 1] <= indices_[k]) ++e;
            const I other = graph_.neighbours[static_cast<std::size_t>(e)];
            take(indices_[k], values_[k], other, graph_.strong[e] != 0 || other == node);
        }
    }
    /// Row i of D⁻¹ with a step length: the row's own entry in A_F, and the ω/d that it is smoothed with. `largest`: |λ(D⁻¹
    /// A)|.
    struct Step {
        T diagonal;
        T length;
    };
    [[nodiscard]] Step step(std::int64_t node, std::int64_t i, R largest) const {
        T own = 0;
        T weak = 0;
        R strong = 0;
        bool whole = true;
        walk(node, i, [&](I j, const T& a, I, bool stays) {
            if (j == i) {
                own = a;
            } else if (stays) {
                strong += std::abs(a);
            } else {
                weak += candidate_ == nullptr || candidate_[i] == T(0) ? a : a * (candidate_[j] / candidate_[i]);
                whole = false;
            }
        });
        if (whole) return {own, T(R(4) / R(3) / largest) / own};
        const T diagonal = own + weak;
        const R bound = std::abs(diagonal) + strong;
        return {diagonal, bound > 0 ? T(R(4) / R(3) / bound) * (std::abs(own) / own) : T(0)};
    }

  private:
    const I* offsets_;
    const I* indices_;
    const T* values_;
    const I* first_;
    const NodeGraph<R, I>& graph_;
    const T* candidate_;
};

}  // namespace

template <class T, class I>
Csr<T, I> smoothed_prolongator(const Csr<T, I>& A, const Nodes<I>& nodes, const NodeGraph<Real<T>, I>& graph,
                               const Aggregates<I>& aggregates, const Tentative<T, I>& tentative, const Array<T>& candidates,
                               bool hermitian, Real<T> largest) {
    if (!(largest > 0)) {
        Array<T> inverse(A.rows(), uninitialized);
        diagonal(A.view(), VectorView<T>(inverse.data(), inverse.size()));
        for (T& d : inverse) d = T(1) / d;
        largest = spectral_radius<T, I>(A.view(), hermitian, inverse.data());
    }
    const std::int64_t n = A.rows();
    const Filtered<T, I> filtered(A, nodes, graph, candidates.size() == A.rows() ? candidates.data() : nullptr);

    // The aggregates that each node's rows reach, sorted: not more than the node has edges, and stored where its edges are.
    const I* coarse = tentative.coarse_nodes.first.data();
    const int parts = threads_for(A.nnz());
    Array<I> reached(graph.norms.size(), uninitialized);
    Array<I> reach(nodes.count(), uninitialized);  // how many
    std::vector<Array<I>> places;                  // where an aggregate's columns are in the row at hand
    for (int part = 0; part < parts; ++part)
        std::fill_n(places.emplace_back(aggregates.count, uninitialized).data(), aggregates.count, I(-1));
    Array<I> offsets(n + 1);
    const auto for_each_node = [&](auto&& f) {
        for_each_part(parts, [&](int part) {
            const std::int64_t end = even_cut(nodes.count(), part + 1, parts);
            I* place = places[static_cast<std::size_t>(part)].data();
            for (std::int64_t node = even_cut(nodes.count(), part, parts); node < end; ++node)
                f(node, reached.data() + graph.offsets[static_cast<std::size_t>(node)], place);
        });
    };
    for_each_node([&](std::int64_t node, I* list, I* place) {
        I count = 0;
        I length = 0;
        const std::int64_t stop = graph.offsets[static_cast<std::size_t>(node) + 1];
        for (std::int64_t e = graph.offsets[static_cast<std::size_t>(node)]; e < stop; ++e) {
            const I other = graph.neighbours[static_cast<std::size_t>(e)];
            if (graph.strong[e] == 0 && other != node) continue;
            const I a = aggregates.of_node[other];
            if (a < 0 || place[a] >= 0) continue;
            place[a] = 0;
            list[count++] = a;
            length = static_cast<I>(length + coarse[a + 1] - coarse[a]);
        }
        std::sort(list, list + count);
        for (const I* a = list; a < list + count; ++a) place[*a] = -1;
        reach[node] = count;
        for (I i = nodes.first[node]; i < nodes.first[node + 1]; ++i) offsets[i + 1] = length;
    });
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        total += offsets[i + 1];
        if (total > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
            throw IndexOverflow("Amg: an interpolation has more entries than its index type counts; use std::int64_t");
        offsets[i + 1] = static_cast<I>(total);
    }
    Array<I> indices(total, uninitialized);
    Array<T> values(total, uninitialized);
    const I* t_offsets = tentative.P.row_offsets().data();
    const T* t_values = tentative.P.values().data();
    for_each_node([&](std::int64_t node, const I* begin, I* place) {
        const I* end = begin + reach[node];
        I length = 0;
        for (const I* a = begin; a < end; ++a) {
            place[*a] = length;
            length = static_cast<I>(length + coarse[*a + 1] - coarse[*a]);
        }
        for (I i = nodes.first[node]; i < nodes.first[node + 1]; ++i) {
            I* columns = indices.data() + offsets[i];
            T* row = values.data() + offsets[i];
            for (const I* a = begin; a < end; ++a)
                for (I c = coarse[*a]; c < coarse[*a + 1]; ++c) *columns++ = c;
            std::fill(row, row + length, T(0));
            const auto add = [&](const T& factor, std::int64_t j, I aggregate) {
                if (aggregate < 0) return;
                T* to = row + place[aggregate];
                for (std::int64_t q = t_offsets[j]; q < t_offsets[j + 1]; ++q) *to++ += times(factor, t_values[q]);
            };
            const auto step = filtered.step(node, i, largest);
            add(T(1) - times(step.length, step.diagonal), i, aggregates.of_node[node]);
            filtered.walk(node, i, [&](I j, const T& a, I other, bool stays) {
                if (stays && j != i) add(-times(step.length, a), j, aggregates.of_node[other]);
            });
        }
        for (const I* a = begin; a < end; ++a) place[*a] = -1;
    });
    return {unchecked, n, tentative.P.cols(), std::move(offsets), std::move(indices), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I)                                                                                           \
    template Tentative<T, I> tentative_prolongator(const Nodes<I>&, const Aggregates<I>&, const Array<T>&, std::int64_t); \
    template Csr<T, I> smoothed_prolongator(const Csr<T, I>&, const Nodes<I>&, const NodeGraph<Real<T>, I>&,              \
                                            const Aggregates<I>&, const Tentative<T, I>&, const Array<T>&, bool, Real<T>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
