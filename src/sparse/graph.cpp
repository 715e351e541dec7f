// Maximum matchings of rows and columns.
//
// R. M. Karp and M. Sipser, "Maximum matchings in sparse random graphs", FOCS 1981: match vertices of degree one first,
// which is never wrong, and any edge when there is none. J. E. Hopcroft and R. M. Karp, "An n^{5/2} algorithm for maximum
// matchings in bipartite graphs", SIAM J. Comput. 2 (1973): augment along a maximal set of disjoint shortest paths a phase;
// O(√n) phases. Both are compared with the method of Duff (1981) in Duff, Kaya and Uçar, ACM TOMS 38(2), 2011.
#include <tamis/sparse/graph.hpp>

#include <numeric>
#include <utility>

#include "instantiate.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

namespace {

/// The matching under construction: both directions, -1 for none.
template <class I>
struct Matching {
    std::vector<I> col_of_row;
    std::vector<I> row_of_col;
    Matching(std::int64_t rows, std::int64_t cols)
        : col_of_row(static_cast<std::size_t>(rows), I(-1)),
          row_of_col(static_cast<std::size_t>(cols), I(-1)) {}
    void match(I i, I j) {
        col_of_row[static_cast<std::size_t>(i)] = j;
        row_of_col[static_cast<std::size_t>(j)] = i;
    }
    [[nodiscard]] bool row_free(I i) const { return col_of_row[static_cast<std::size_t>(i)] < 0; }
    [[nodiscard]] bool col_free(I j) const { return row_of_col[static_cast<std::size_t>(j)] < 0; }
};

/// Karp and Sipser: degrees count the free neighbours; whoever falls to degree one is matched next.
template <class I>
class KarpSipser {
  public:
    KarpSipser(PatternView<I> P, PatternView<I> Pt, Matching<I>& matching)
        : P_(P),
          Pt_(Pt),
          m_(matching),
          row_degree_(P.rows, uninitialized),
          col_degree_(P.cols, uninitialized) {
        for (std::int64_t i = 0; i < P.rows; ++i) set_degree(row_degree_, i, P.row(i).size(), i);
        for (std::int64_t j = 0; j < P.cols; ++j) set_degree(col_degree_, j, Pt.row(j).size(), P.rows + j);
    }

    void run() {
        drain();
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            const I row = static_cast<I>(i);
            if (!m_.row_free(row)) continue;
            const I j = first_free(P_.row(i), m_.row_of_col);
            if (j < 0) continue;
            take(row, j);
            drain();
        }
    }

  private:
    void set_degree(Array<I>& degree, std::int64_t v, std::size_t d, std::int64_t vertex) {
        degree[v] = static_cast<I>(d);
        if (d == 1) single_.push_back(vertex);
    }
    static I first_free(std::span<const I> neighbours, const std::vector<I>& partner) {
        for (const I v : neighbours) {
            if (partner[static_cast<std::size_t>(v)] < 0) return v;
        }
        return -1;
    }
    /// Matches the vertices of degree one (rows are 0 … rows - 1, columns follow) until there is none. Each enters the list
    /// at most once, when its degree becomes one, and looks at its neighbours once.
    void drain() {
        while (!single_.empty()) {
            const std::int64_t vertex = single_.back();
            single_.pop_back();
            if (vertex < P_.rows) {
                const I i = static_cast<I>(vertex);
                if (!m_.row_free(i)) continue;
                const I j = first_free(P_.row(i), m_.row_of_col);
                if (j >= 0) take(i, j);
            } else {
                const I j = static_cast<I>(vertex - P_.rows);
                if (!m_.col_free(j)) continue;
                const I i = first_free(Pt_.row(j), m_.col_of_row);
                if (i >= 0) take(i, j);
            }
        }
    }
    void take(I i, I j) {
        m_.match(i, j);
        for (const I k : P_.row(i)) {
            if (m_.col_free(k) && --col_degree_[k] == 1) single_.push_back(P_.rows + k);
        }
        for (const I k : Pt_.row(j)) {
            if (m_.row_free(k) && --row_degree_[k] == 1) single_.push_back(k);
        }
    }

    PatternView<I> P_;
    PatternView<I> Pt_;
    Matching<I>& m_;
    Array<I> row_degree_;
    Array<I> col_degree_;
    std::vector<std::int64_t> single_;
};

/// Hopcroft and Karp: phases of breadth-first layering and depth-first augmentation, without recursion.
template <class I>
class HopcroftKarp {
  public:
    HopcroftKarp(PatternView<I> P, Matching<I>& matching)
        : P_(P),
          m_(matching),
          layer_(P.rows, uninitialized),
          next_(P.rows, uninitialized),
          list_(P.rows, uninitialized) {}

    void run() {
        while (find_layers()) {
            for (std::int64_t i = 0; i < P_.rows; ++i) next_[i] = P_.offsets[i];
            for (std::int64_t i = 0; i < P_.rows; ++i) {
                if (layer_[i] == 0) augment_from(static_cast<I>(i));
            }
        }
    }

  private:
    static constexpr I outside = -1;

    /// Step 1: layers of rows by alternating paths from the free rows, up to the first layer that sees a free column. False
    /// if none does: the matching is maximum (Berge).
    bool find_layers() {
        std::int64_t tail = 0;
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            const bool start = m_.row_free(static_cast<I>(i)) && !P_.row(i).empty();
            layer_[i] = start ? I(0) : outside;
            if (start) list_[tail++] = static_cast<I>(i);
        }
        last_layer_ = -1;
        for (std::int64_t head = 0; head < tail; ++head) {
            const I i = list_[head];
            if (last_layer_ >= 0 && layer_[i] > last_layer_) break;
            for (const I j : P_.row(i)) {
                const I k = m_.row_of_col[static_cast<std::size_t>(j)];
                if (k < 0) {
                    last_layer_ = layer_[i];
                    break;
                }
                if (layer_[k] == outside) {
                    layer_[k] = static_cast<I>(layer_[i] + 1);
                    list_[tail++] = k;
                }
            }
        }
        return last_layer_ >= 0;
    }

    /// Step 2: one augmenting path from the free row `start` down the layers, if there is one left. A row whose edges are
    /// spent is on no further path of this phase, since next_ never goes back.
    void augment_from(I start) {
        std::int64_t depth = 0;
        list_[0] = start;  // the path's rows; the column behind row i is indices[next_[i] - 1]
        while (depth >= 0) {
            const I i = list_[depth];
            bool deeper = false;
            while (next_[i] < P_.offsets[static_cast<std::int64_t>(i) + 1]) {
                const I j = P_.indices[next_[i]++];
                const I k = m_.row_of_col[static_cast<std::size_t>(j)];
                if (k < 0) {
                    flip(depth);
                    return;
                }
                if (layer_[i] < last_layer_ && layer_[k] == layer_[i] + 1) {
                    list_[++depth] = k;
                    deeper = true;
                    break;
                }
            }
            if (!deeper) --depth;
        }
    }
    /// Matches every row of the path with the column behind it, and takes the rows out of the layers.
    void flip(std::int64_t depth) {
        for (; depth >= 0; --depth) {
            const I i = list_[depth];
            m_.match(i, P_.indices[next_[i] - 1]);
            layer_[i] = outside;
        }
    }

    PatternView<I> P_;
    Matching<I>& m_;
    Array<I> layer_;
    Array<I> next_;
    Array<I> list_;
    I last_layer_ = -1;
};

}  // namespace

template <class I>
std::vector<I> maximum_matching(PatternView<I> P) {
    if (has_diagonal(P)) {
        std::vector<I> identity(static_cast<std::size_t>(P.rows));
        std::iota(identity.begin(), identity.end(), I(0));
        return identity;
    }
    Matching<I> matching(P.rows, P.cols);
    {
        const TransposedPattern<I> transposed(P);
        KarpSipser<I>(P, transposed.view(), matching).run();
    }
    HopcroftKarp<I>(P, matching).run();
    return std::move(matching.col_of_row);
}
template std::vector<std::int32_t> maximum_matching(PatternView<std::int32_t>);
template std::vector<std::int64_t> maximum_matching(PatternView<std::int64_t>);

template <class T, class I>
std::vector<I> maximum_matching(CsrView<T, I> A) {
    const NonzeroPattern<I> nonzeros(A);
    return maximum_matching(nonzeros.view());
}

template <class T, class I>
std::int64_t structural_rank(CsrView<T, I> A) {
    return matching_size(maximum_matching(A));
}

template <class T, class I>
std::vector<I> structurally_dependent_rows(CsrView<T, I> A) {
    const std::vector<I> matching = maximum_matching(A);
    std::vector<I> rows;
    for (std::size_t i = 0; i < matching.size(); ++i) {
        if (matching[i] < 0) rows.push_back(static_cast<I>(i));
    }
    return rows;
}

#define TAMIS_INSTANTIATE(T, I)                              \
    template std::vector<I> maximum_matching(CsrView<T, I>); \
    template std::int64_t structural_rank(CsrView<T, I>);    \
    template std::vector<I> structurally_dependent_rows(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
