// The block triangular form.
//
// A. L. Dulmage and N. S. Mendelsohn, "Coverings of bipartite graphs", Canad. J. Math. 10 (1958): the coarse decomposition.
// R. E. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972): strongly connected components.
// I. S. Duff, "On algorithms for obtaining a maximum transversal", ACM TOMS 7 (1981), and A. Pothen and C.-J. Fan,
// "Computing the block triangular form of a sparse matrix", ACM TOMS 16 (1990): how the two make a block triangular form.
#include <tamis/sparse/block_triangular.hpp>

#include <algorithm>
#include <numeric>

#include "instantiate.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

namespace {

/// Where a row or column lies in the coarse decomposition.
enum Part : signed char { square, horizontal, vertical };

template <class I>
class BlockTriangularBuilder {
  public:
    BlockTriangularBuilder(PatternView<I> P, const std::vector<I>& col_of_row)
        : P_(P),
          col_of_row_(col_of_row),
          row_of_col_(P.cols, uninitialized),
          row_part_(P.rows),
          col_part_(P.cols) {
        std::fill(row_of_col_.begin(), row_of_col_.end(), I(-1));
        for (std::int64_t i = 0; i < P.rows; ++i) {
            if (col_of(i) >= 0) row_of_col_[col_of(i)] = static_cast<I>(i);
        }
    }

    BlockTriangularForm<I> build() {
        form_.structural_rank = matching_size(col_of_row_);
        form_.row_permutation.resize(static_cast<std::size_t>(P_.rows));
        form_.col_permutation.resize(static_cast<std::size_t>(P_.cols));
        if (P_.rows == 0 || P_.cols == 0) {
            std::iota(form_.row_permutation.begin(), form_.row_permutation.end(), I(0));
            std::iota(form_.col_permutation.begin(), form_.col_permutation.end(), I(0));
            return std::move(form_);
        }
        if (form_.structural_rank < P_.rows) mark_vertical();
        if (form_.structural_rank < P_.cols) mark_horizontal();
        place_horizontal();
        place_square();
        place_vertical();
        return std::move(form_);
    }

  private:
    [[nodiscard]] I col_of(std::int64_t i) const { return col_of_row_[static_cast<std::size_t>(i)]; }

    /// Rows and columns that alternating paths reach from the unmatched rows. Every column found is matched, for otherwise
    /// the path would augment the matching.
    void mark_vertical() {
        std::vector<I> reached;
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            if (col_of(i) >= 0) continue;
            row_part_[i] = vertical;
            reached.push_back(static_cast<I>(i));
        }
        for (std::size_t head = 0; head < reached.size(); ++head) {
            for (const I j : P_.row(reached[head])) {
                if (col_part_[j] == vertical) continue;
                col_part_[j] = vertical;
                const I k = row_of_col_[j];
                if (row_part_[k] == vertical) continue;
                row_part_[k] = vertical;
                reached.push_back(k);
            }
        }
    }
    /// The same from the unmatched columns, over the transpose.
    void mark_horizontal() {
        const TransposedPattern<I> transposed(P_);
        const PatternView<I> Pt = transposed.view();
        std::vector<I> reached;
        for (std::int64_t j = 0; j < P_.cols; ++j) {
            if (row_of_col_[j] >= 0) continue;
            col_part_[j] = horizontal;
            reached.push_back(static_cast<I>(j));
        }
        for (std::size_t head = 0; head < reached.size(); ++head) {
            for (const I i : Pt.row(reached[head])) {
                if (row_part_[i] == horizontal) continue;
                row_part_[i] = horizontal;
                const I k = col_of(i);
                if (col_part_[k] == horizontal) continue;
                col_part_[k] = horizontal;
                reached.push_back(k);
            }
        }
    }

    void place(std::int64_t row_position, I i, std::int64_t col_position, I j) {
        form_.row_permutation[static_cast<std::size_t>(row_position)] = i;
        form_.col_permutation[static_cast<std::size_t>(col_position)] = j;
    }

    void place_horizontal() {
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            if (row_part_[i] != horizontal) continue;
            place(rows_placed_++, static_cast<I>(i), cols_placed_++, col_of(i));
        }
        for (std::int64_t j = 0; j < P_.cols; ++j) {
            if (row_of_col_[j] < 0) form_.col_permutation[static_cast<std::size_t>(cols_placed_++)] = static_cast<I>(j);
        }
        form_.underdetermined = cols_placed_ > 0;
        if (form_.underdetermined) end_block(rows_placed_, cols_placed_);
    }
    void place_vertical() {
        const std::int64_t first = rows_placed_;
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            if (row_part_[i] != vertical || col_of(i) < 0) continue;
            place(rows_placed_++, static_cast<I>(i), cols_placed_++, col_of(i));
        }
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            if (col_of(i) < 0) form_.row_permutation[static_cast<std::size_t>(rows_placed_++)] = static_cast<I>(i);
        }
        form_.overdetermined = rows_placed_ > first;
        if (form_.overdetermined) end_block(rows_placed_, cols_placed_);
    }
    void end_block(std::int64_t row_end, std::int64_t col_end) {
        form_.block_offsets.push_back(static_cast<I>(row_end));
        form_.col_block_offsets.push_back(static_cast<I>(col_end));
    }

    /// Tarjan's algorithm on the square part. Vertices are rows; row i leads to the row matched with each of its columns.
    /// Components are complete only after all that they lead to, so they are placed from the last block to the first; roots
    /// are taken in descending order, so that an upper triangular matrix stays as it is.
    void place_square() {
        std::int64_t size = 0;
        for (std::int64_t i = 0; i < P_.rows; ++i) size += row_part_[i] == square;
        position_ = size;
        std::vector<std::int64_t> ends;  // of the blocks within the square part, from the last to the first

        number_ = Array<I>(P_.rows);
        low_ = Array<I>(P_.rows, uninitialized);
        next_ = Array<I>(P_.rows, uninitialized);
        path_ = Array<I>(size, uninitialized);
        stack_ = Array<I>(size, uninitialized);
        for (std::int64_t root = P_.rows - 1; root >= 0; --root) {
            if (row_part_[root] != square || number_[root] != unvisited) continue;
            std::int64_t depth = 0;
            visit(static_cast<I>(root));
            path_[0] = static_cast<I>(root);
            while (depth >= 0) {
                const I v = path_[depth];
                const I w = step(v);
                if (w >= 0) {
                    visit(w);
                    path_[++depth] = w;
                    continue;
                }
                if (--depth >= 0) low_[path_[depth]] = std::min(low_[path_[depth]], low_[v]);
                if (low_[v] == number_[v]) {
                    ends.push_back(position_);
                    complete_component(v);
                }
            }
        }
        std::for_each(ends.rbegin(), ends.rend(),
                      [this](std::int64_t end) { end_block(rows_placed_ + end, cols_placed_ + end); });
        rows_placed_ += size;
        cols_placed_ += size;
    }
    void visit(I v) {
        number_[v] = low_[v] = static_cast<I>(++visited_);
        next_[v] = P_.offsets[v];
        stack_[stack_size_++] = v;
    }
    /// Goes on along the edges of v: the next vertex to visit, or -1 when all edges are done.
    I step(I v) {
        while (next_[v] < P_.offsets[static_cast<std::int64_t>(v) + 1]) {
            const I j = P_.indices[next_[v]++];
            if (col_part_[j] != square) continue;
            const I w = row_of_col_[j];
            if (number_[w] == unvisited) return w;
            if (number_[w] != complete) low_[v] = std::min(low_[v], number_[w]);
        }
        return -1;
    }
    /// v is the root of a component: it and what lies above it on the stack.
    void complete_component(I v) {
        I w;
        do {
            w = stack_[--stack_size_];
            number_[w] = complete;
            --position_;
            place(rows_placed_ + position_, w, cols_placed_ + position_, col_of(w));
        } while (w != v);
    }

    static constexpr I unvisited = 0;
    static constexpr I complete = -1;

    PatternView<I> P_;
    const std::vector<I>& col_of_row_;
    Array<I> row_of_col_;
    Array<signed char> row_part_;
    Array<signed char> col_part_;
    BlockTriangularForm<I> form_;
    std::int64_t rows_placed_ = 0;
    std::int64_t cols_placed_ = 0;

    Array<I> number_;  // order of the visit from 1, or unvisited, or complete
    Array<I> low_;     // Tarjan's LOWLINK
    Array<I> next_;    // the edge of each vertex to look at next
    Array<I> path_;    // from the root to the vertex at work
    Array<I> stack_;   // visited, component not complete
    std::int64_t visited_ = 0;
    std::int64_t stack_size_ = 0;
    std::int64_t position_ = 0;
};

}  // namespace

template <class I>
BlockTriangularForm<I> block_triangular_form(PatternView<I> P, const std::vector<I>& col_of_row) {
    return BlockTriangularBuilder<I>(P, col_of_row).build();
}
template BlockTriangularForm<std::int32_t> block_triangular_form(PatternView<std::int32_t>,
                                                                 const std::vector<std::int32_t>&);
template BlockTriangularForm<std::int64_t> block_triangular_form(PatternView<std::int64_t>,
                                                                 const std::vector<std::int64_t>&);

template <class T, class I>
BlockTriangularForm<I> block_triangular_form(CsrView<T, I> A) {
    const NonzeroPattern<I> nonzeros(A);
    return block_triangular_form(nonzeros.view(), maximum_matching(nonzeros.view()));
}

#define TAMIS_INSTANTIATE(T, I) template BlockTriangularForm<I> block_triangular_form(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
