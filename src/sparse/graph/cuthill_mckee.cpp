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
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class I>
class CuthillMcKee {
  public:
    explicit CuthillMcKee(PatternView<I> P)
        : P_(P),
          degree_(P.rows, uninitialized),
          seen_(P.rows),
          order_(P.rows, uninitialized),
          list_(P.rows, uninitialized) {
        for_each_row(P.rows, P.rows,
                     [this](std::int64_t v) { degree_[v] = static_cast<I>(P_.offsets[v + 1] - P_.offsets[v]); });
    }

    std::vector<I> run() {
        std::int64_t placed = 0;
        for (std::int64_t v = 0; v < P_.rows; ++v) {
            if (seen_[v] != 0) continue;
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

    /// Breadth-first from r. Leaves no trace in seen_.
    Levels levels_from(I r) noexcept {
        Levels levels;
        std::int64_t tail = 0;
        list_[tail++] = r;
        seen_[r] = 1;
        std::int64_t begin = 0;
        while (begin < tail) {
            const std::int64_t end = tail;
            ++levels.length;
            levels.width = std::max(levels.width, end - begin);
            for (std::int64_t k = begin; k < end; ++k) {
                for (const I w : P_.row(list_[k])) {
                    if (seen_[w] != 0) continue;
                    seen_[w] = 1;
                    list_[tail++] = w;
                }
            }
            if (tail == end) {
                levels.last = *std::min_element(list_.data() + begin, list_.data() + end,
                                                [this](I a, I b) { return degree_[a] < degree_[b]; });
            }
            begin = end;
        }
        for (std::int64_t k = 0; k < tail; ++k) seen_[list_[k]] = 0;
        return levels;
    }

    /// A vertex from which the levels are many and narrow. Steps 1 to 4 of George and Liu; each round but the last finds
    /// more levels, three rounds nearly always suffice, and a bound keeps the cost linear.
    I peripheral_vertex(I r) noexcept {
        constexpr int most_rounds = 10;
        Levels of_r = levels_from(r);
        for (int round = 1; round < most_rounds; ++round) {
            const I x = of_r.last;
            if (x == r) break;
            const Levels of_x = levels_from(x);
            if (of_x.length <= of_r.length) return of_x.length == of_r.length && of_x.width <= of_r.width ? x : r;
            r = x;
            of_r = of_x;
        }
        return r;
    }

    /// Cuthill and McKee's order of r's component, from place `placed` on; returns the place behind it.
    std::int64_t number_component(I r, std::int64_t placed) noexcept {
        std::int64_t tail = placed;
        order_[tail++] = r;
        seen_[r] = 1;
        for (std::int64_t head = placed; head < tail; ++head) {
            const std::int64_t first = tail;
            for (const I w : P_.row(order_[head])) {
                if (seen_[w] != 0) continue;
                seen_[w] = 1;
                order_[tail++] = w;
            }
            if (tail - first > 1)
                std::sort(order_.data() + first, order_.data() + tail,
                          [this](I a, I b) { return degree_[a] != degree_[b] ? degree_[a] < degree_[b] : a < b; });
        }
        return tail;
    }

    PatternView<I> P_;
    Array<I> degree_;
    Array<signed char> seen_;
    Array<I> order_;
    Array<I> list_;
};

/// max |place[i] − place[j]| over the entries; a symmetric pattern is told by what lies before its diagonal.
template <class I, class Place>
std::int64_t bandwidth_of(PatternView<I> P, const Place& place) {
    std::int64_t bandwidth = 0;
    for (std::int64_t i = 0; i < P.rows; ++i) {
        const std::int64_t at = place(i);
        for (const I j : P.row(i)) {
            if (j >= i) break;
            const std::int64_t distance = at - place(j);
            bandwidth = std::max(bandwidth, distance < 0 ? -distance : distance);
        }
    }
    return bandwidth;
}

template <class I>
std::vector<I> reverse_cuthill_mckee(PatternView<I> P) {
    std::vector<I> p = CuthillMcKee<I>(P).run();
    Array<I> place(P.rows, uninitialized);
    for (std::size_t k = 0; k < p.size(); ++k) place[p[k]] = static_cast<I>(k);
    const auto given = bandwidth_of(P, [](std::int64_t i) { return i; });
    const auto found = bandwidth_of(P, [&](std::int64_t i) { return std::int64_t{place[i]}; });
    if (found > given) std::iota(p.begin(), p.end(), I(0));
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
