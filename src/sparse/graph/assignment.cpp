#include "sparse/graph/assignment.hpp"

#include <algorithm>
#include <limits>

namespace tamis::detail {

template <class I>
Assignment<I>::Assignment(PatternView<I> P, const double* costs)
    : P_(P),
      costs_(costs),
      u_(P.rows),
      v_(P.cols),
      entry_of_row_(P.rows, uninitialized),
      row_of_col_(P.cols, uninitialized),
      d_(P.cols, uninitialized),
      reached_by_(P.cols, uninitialized),
      reached_from_(P.cols, uninitialized),
      reached_at_(P.cols),
      settled_at_(P.cols),
      heap_(P.cols) {
    std::fill(entry_of_row_.begin(), entry_of_row_.end(), none);
    std::fill(row_of_col_.begin(), row_of_col_.end(), none);
}

template <class I>
void Assignment<I>::run() {
    initial_duals();
    match_tight_entries();
    for (std::int64_t i = 0; i < P_.rows; ++i)
        if (entry_of_row_[i] == none) augment_from(i);
    // Sums along paths have rounded; the matched entries are to be tight to the last bit or two.
    for (std::int64_t i = 0; i < P_.rows; ++i) u_[i] = costs_[entry_of_row_[i]] - v_[P_.indices[entry_of_row_[i]]];
}

template <class I>
void Assignment<I>::initial_duals() {
    for (std::int64_t i = 0; i < P_.rows; ++i) {
        const double* const begin = costs_ + P_.offsets[i];
        u_[i] = *std::min_element(begin, costs_ + P_.offsets[i + 1]);
    }
    if (P_.rows != P_.cols) return;
    std::fill(v_.begin(), v_.end(), std::numeric_limits<double>::infinity());
    for (std::int64_t i = 0; i < P_.rows; ++i)
        for (I k = P_.offsets[i]; k < P_.offsets[i + 1]; ++k)
            v_[P_.indices[k]] = std::min(v_[P_.indices[k]], costs_[k] - u_[i]);
}

template <class I>
void Assignment<I>::match_tight_entries() {
    for (std::int64_t i = 0; i < P_.rows; ++i) {
        for (I k = P_.offsets[i]; k < P_.offsets[i + 1]; ++k) {
            if (row_of_col_[P_.indices[k]] != none || reduced(i, k) > 0) continue;
            match(i, k);
            break;
        }
    }
    for (std::int64_t i = 0; i < P_.rows; ++i)
        if (entry_of_row_[i] == none) (void)match_by_moving_one(i);
}

template <class I>
bool Assignment<I>::match_by_moving_one(std::int64_t i) {
    for (I k = P_.offsets[i]; k < P_.offsets[i + 1]; ++k) {
        if (reduced(i, k) > 0) continue;
        const I other = row_of_col_[P_.indices[k]];
        for (I m = P_.offsets[other]; m < P_.offsets[std::int64_t{other} + 1]; ++m) {
            if (row_of_col_[P_.indices[m]] != none || reduced(other, m) > 0) continue;
            match(other, m);
            match(i, k);
            return true;
        }
    }
    return false;
}

template <class I>
void Assignment<I>::augment_from(std::int64_t i0) {
    ++search_;
    heap_.clear();
    settled_.clear();
    at_lsp_.clear();
    double lsp = 0, lsap = std::numeric_limits<double>::infinity();
    I last = none;  // the free column at the end of the path
    for (std::int64_t i = i0;;) {
        for (I k = P_.offsets[i]; k < P_.offsets[i + 1]; ++k) {
            const I j = P_.indices[k];
            if (settled_at_[j] == search_) continue;
            const double d = lsp + reduced(i, k);
            if (!(d < lsap) || (reached_at_[j] == search_ && !(d < d_[j]))) continue;
            reached_at_[j] = search_;
            reached_by_[j] = k;
            reached_from_[j] = static_cast<I>(i);
            d_[j] = d;
            if (row_of_col_[j] == none) {
                lsap = d;
                last = j;
            } else if (d <= lsp) {
                at_lsp_.push_back(j);
            } else {
                heap_.put(j, d);
            }
        }
        // The nearest column that is not settled. One may be in both places: it came into the heap at a larger distance.
        I next = none;
        while (next == none) {
            if (!at_lsp_.empty()) {
                next = at_lsp_.back();
                at_lsp_.pop_back();
            } else if (!heap_.empty() && heap_.least() < lsap) {
                next = heap_.pop();
            } else {
                break;
            }
            if (settled_at_[next] == search_) next = none;
        }
        if (next == none || !(d_[next] < lsap)) break;
        settled_at_[next] = search_;
        settled_.push_back(next);
        lsp = d_[next];
        i = row_of_col_[next];
    }
    for (const I j : settled_) {
        u_[row_of_col_[j]] += lsap - d_[j];
        v_[j] -= lsap - d_[j];
    }
    u_[i0] += lsap;
    for (I j = last; j != none;) {
        const I k = reached_by_[j];
        const I i = reached_from_[j];
        const I before = entry_of_row_[i];
        match(i, k);
        j = i == i0 ? none : P_.indices[before];
    }
}

template class Assignment<std::int32_t>;
template class Assignment<std::int64_t>;

}  // namespace tamis::detail
