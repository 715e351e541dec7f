#include "iterative/amg/prolongation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <tamis/sparse/matmul.hpp>

#include "instantiate.hpp"
#include "iterative/amg/spectral_radius.hpp"
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
std::int64_t orthonormalize(std::int64_t r, std::int64_t m, T* q, T* upper) {
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
        coarse.first[a + 1] = static_cast<I>(orthonormalize(r, m, block, upper.data() + a * m * m));
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

/// D⁻¹ A_F: rows that their weak entries would leave without a diagonal keep that of A.
template <class T, class I>
Csr<T, I> scaled_filtered(const Csr<T, I>& A, const Nodes<I>& nodes, const NodeGraph<Real<T>, I>& graph) {
    const std::int64_t n = A.rows();
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const I* edges = graph.norms.row_offsets().data();
    const I* neighbours = graph.norms.col_indices().data();
    const I* first = nodes.first.data();
    // Both lists of columns are sorted, so one walk along both tells for each entry whether it stays.
    const auto walk = [&](std::int64_t node, std::int64_t i, auto&& take) {
        std::int64_t e = edges[node];
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            while (first[neighbours[e] + 1] <= indices[k]) ++e;
            take(k, graph.strong[e] != 0 || neighbours[e] == node);
        }
    };
    Array<I> filtered(n + 1);
    for_each_row(nodes.count(), A.nnz(), [&](std::int64_t node) {
        for (std::int64_t i = first[node]; i < first[node + 1]; ++i) {
            I kept = 0;
            walk(node, i, [&](std::int64_t, bool stays) { kept += stays; });
            filtered[i + 1] = kept;
        }
    });
    for (std::int64_t i = 0; i < n; ++i) filtered[i + 1] += filtered[i];
    Array<I> columns(filtered[n], uninitialized);
    Array<T> entries(filtered[n], uninitialized);
    for_each_row(nodes.count(), A.nnz(), [&](std::int64_t node) {
        for (std::int64_t i = first[node]; i < first[node + 1]; ++i) {
            T diagonal = 0;
            T lumped = 0;
            walk(node, i, [&](std::int64_t k, bool stays) {
                if (indices[k] == i) diagonal = values[k];
                else if (!stays) lumped += values[k];
            });
            if (std::abs(diagonal + lumped) < Real<T>(0.1) * std::abs(diagonal)) lumped = 0;
            const T inverse = T(1) / (diagonal + lumped);
            std::int64_t p = filtered[i];
            walk(node, i, [&](std::int64_t k, bool stays) {
                if (!stays) return;
                columns[p] = indices[k];
                entries[p++] = indices[k] == i ? T(1) : times(inverse, values[k]);
            });
        }
    });
    return {unchecked, n, n, std::move(filtered), std::move(columns), std::move(entries)};
}

}  // namespace

template <class T, class I>
Csr<T, I> smoothed_prolongator(const Csr<T, I>& A, const Nodes<I>& nodes, const NodeGraph<Real<T>, I>& graph,
                               const Csr<T, I>& tentative) {
    using R = Real<T>;
    Csr<T, I> S = scaled_filtered(A, nodes, graph);
    const R omega = R(4) / R(3) / spectral_radius<T, I>(S.view(), nullptr);
    const I* offsets = S.row_offsets().data();
    const I* indices = S.col_indices().data();
    T* values = S.values().data();
    for_each_row(S.rows(), S.nnz(), [&](std::int64_t i) {
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
            values[k] = (indices[k] == i ? T(1) : T(0)) - omega * values[k];
    });
    return S * tentative;
}

#define TAMIS_INSTANTIATE(T, I)                                                                                           \
    template Tentative<T, I> tentative_prolongator(const Nodes<I>&, const Aggregates<I>&, const Array<T>&, std::int64_t); \
    template Csr<T, I> smoothed_prolongator(const Csr<T, I>&, const Nodes<I>&, const NodeGraph<Real<T>, I>&,              \
                                            const Csr<T, I>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
