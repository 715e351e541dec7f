// The reverse Cuthill–McKee order. E. Cuthill and J. McKee, "Reducing the bandwidth of sparse symmetric matrices", ACM
// National Conference 1969; A. George, Stanford 1971: reversed, it never has a larger envelope (J. W. H. Liu and A. H.
// Sherman, SIAM J. Numer. Anal. 13 (1976)). A. George and J. W. H. Liu, "An implementation of a pseudoperipheral node
// finder", ACM TOMS 5 (1979): where to start.
#include <tamis/sparse/graph/ordering.hpp>

#include <algorithm>
#include <numeric>

#include "instantiate.hpp"
#include "sparse/graph/undirected_pattern.hpp"
#include "sparse/graph/weights.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class I>
class CuthillMcKee {
  public:
    explicit CuthillMcKee(PatternView<I> P)
        : P_(P),
          degree_(P.rows, uninitialized),
          mark_(P.rows),
          order_(P.rows, uninitialized),
          list_(P.rows, uninitialized) {
        for_each_row(P.rows, P.rows,
                     [this](std::int64_t v) { degree_[v] = static_cast<I>(P_.offsets[v + 1] - P_.offsets[v]); });
    }

    std::vector<I> run() {
        std::int64_t placed = 0;
        for (std::int64_t v = 0; v < P_.rows; ++v) {
            if (mark_[v] != 0) continue;
            const I root = P_.row(v).empty() ? static_cast<I>(v) : peripheral_vertex(static_cast<I>(v));
            placed = number_component(root, placed);
        }
        return {std::reverse_iterator(order_.end()), std::reverse_iterator(order_.begin())};
    }

  private:
    /// A rooted level structure (George and Liu's L(r)), as far as it matters here.
    struct Levels {
        std::int64_t length = 0;  // number of levels
        std::int64_t width = 0;   // vertices of the largest one
        I last = 0;               // a vertex of the last level that has the least degree there
    };

    /// Breadth-first from r. Every search passes through the whole component and marks it with the number of the search,
    /// so that none has to clear what the one before it left.
    Levels levels_from(I r, signed char search) noexcept {
        Levels levels;
        std::int64_t tail = 0;
        list_[tail++] = r;
        mark_[r] = search;
        std::int64_t begin = 0;
        while (begin < tail) {
            const std::int64_t end = tail;
            ++levels.length;
            levels.width = std::max(levels.width, end - begin);
            for (std::int64_t k = begin; k < end; ++k) {
                for (const I w : P_.row(list_[k])) {
                    if (mark_[w] == search) continue;
                    mark_[w] = search;
                    list_[tail++] = w;
                }
            }
            if (tail == end) {
                levels.last = *std::min_element(list_.data() + begin, list_.data() + end,
                                                [this](I a, I b) { return degree_[a] < degree_[b]; });
            }
            begin = end;
        }
        return levels;
    }

    /// A vertex from which the levels are many and narrow. Steps 1 to 4 of George and Liu; each round but the last finds
    /// more levels, three rounds nearly always suffice, and a bound keeps the cost linear.
    I peripheral_vertex(I r) noexcept {
        constexpr signed char most_searches = 10;
        static_assert(most_searches < numbered);
        Levels of_r = levels_from(r, 1);
        for (signed char search = 2; search <= most_searches; ++search) {
            const I x = of_r.last;
            if (x == r) break;
            const Levels of_x = levels_from(x, search);
            if (of_x.length <= of_r.length) return of_x.length == of_r.length && of_x.width <= of_r.width ? x : r;
            r = x;
            of_r = of_x;
        }
        return r;
    }

    void sort_by_degree(I* begin, I* end) noexcept {
        const auto before = [this](I a, I b) { return degree_[a] != degree_[b] ? degree_[a] < degree_[b] : a < b; };
        // Most lists are of a few vertices that come sorted by number.
        if (end - begin > 16) return std::sort(begin, end, before);
        for (I* k = begin + 1; k < end; ++k) {
            const I v = *k;
            I* hole = k;
            for (; hole > begin && before(v, hole[-1]); --hole) *hole = hole[-1];
            *hole = v;
        }
    }

    /// Cuthill and McKee's order of r's component, from place `placed` on; returns the place behind it.
    std::int64_t number_component(I r, std::int64_t placed) noexcept {
        std::int64_t tail = placed;
        order_[tail++] = r;
        mark_[r] = numbered;
        for (std::int64_t head = placed; head < tail; ++head) {
            const std::int64_t first = tail;
            for (const I w : P_.row(order_[head])) {
                if (mark_[w] == numbered) continue;
                mark_[w] = numbered;
                order_[tail++] = w;
            }
            sort_by_degree(order_.data() + first, order_.data() + tail);
        }
        return tail;
    }

    static constexpr signed char numbered = 100;  // more than there are searches

    PatternView<I> P_;
    Array<I> degree_;
    Array<signed char> mark_;  // 0: not met; the last search; numbered
    Array<I> order_;
    Array<I> list_;
};

/// Bandwidths of a symmetric pattern, which are told by what lies before its diagonal.
struct Bandwidths {
    std::int64_t given = 0;
    std::int64_t found = 0;  // with i at place[i]
};
template <class I>
Bandwidths bandwidths_of(PatternView<I> P, const Array<I>& place) {
    const int parts = threads_for(P.nnz());
    std::vector<Bandwidths> of_part(static_cast<std::size_t>(parts));
    const Cuts cuts = balanced_cuts<I>({P.offsets, static_cast<std::size_t>(P.rows) + 1}, parts);
    for_each_part(parts, [&](int part) {
        Bandwidths b;
        for (std::int64_t i = cuts[part]; i < cuts[part + 1]; ++i) {
            const auto row = P.row(i);
            if (!row.empty()) b.given = std::max(b.given, i - row.front());
            const std::int64_t at = place[i];
            for (const I j : row) {
                if (j >= i) break;
                b.found = std::max(b.found, at < place[j] ? place[j] - at : at - place[j]);
            }
        }
        of_part[static_cast<std::size_t>(part)] = b;
    });
    Bandwidths all;
    for (const Bandwidths& b : of_part) all = {std::max(all.given, b.given), std::max(all.found, b.found)};
    return all;
}

template <class I>
std::vector<I> reverse_cuthill_mckee(PatternView<I> P) {
    if (P.rows == 0) return {};
    std::vector<I> p = CuthillMcKee<I>(P).run();
    Array<I> place(P.rows, uninitialized);
    for (std::size_t k = 0; k < p.size(); ++k) place[p[k]] = static_cast<I>(k);
    const Bandwidths bandwidths = bandwidths_of(P, place);
    if (bandwidths.found > bandwidths.given) std::iota(p.begin(), p.end(), I(0));
    return p;
}

}  // namespace

template <class T, class I>
std::vector<I> reverse_cuthill_mckee(CsrView<T, I> A) {
    constexpr const char* name = "reverse_cuthill_mckee";
    check_graph(name, A.rows(), A.cols());
    const UndirectedPattern<I> undirected(
        name, PatternView<I>{A.rows(), A.cols(), A.row_offsets().data(), A.col_indices().data()});
    return reverse_cuthill_mckee(undirected.view());
}

#define TAMIS_INSTANTIATE(T, I) template std::vector<I> reverse_cuthill_mckee<T, I>(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
