// The factor of A ± W·Wᴴ from the factor of A, along the paths of the elimination tree that W touches. Symbolically as Davis
// and Hager, Multiple-rank modifications of a sparse Cholesky factorization (SIAM J. Matrix Anal. Appl. 22, 2001); patterns
// grow and never shrink. Numerically a plane rotation for each column of L and of W; for a downdate the hyperbolic one in
// its mixed form (Bojanczyk, Brent, van Dooren, de Hoog, A note on downdating the Cholesky factorization, SIAM J. Sci. Stat.
// Comput. 8, 1987), which is as stable as the problem allows.
#include "sparse/updated_factor.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/core/one_norm.hpp>

#include "core/memory.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {
std::size_t place_at(std::int64_t i) noexcept {
    return static_cast<std::size_t>(i);
}
}  // namespace

template <class E>
UpdatedFactor<E>::UpdatedFactor(Csc<E, std::int64_t>&& L, std::vector<std::int64_t> permutation, double flops)
    : n_(L.cols()),
      permutation_(std::move(permutation)),
      flops_(flops),
      starts_(L.col_offsets().begin(), L.col_offsets().end() - 1),
      counts_(place_at(n_)),
      rows_(L.row_indices().begin(), L.row_indices().end()),
      values_(L.values().begin(), L.values().end()),
      nonzeros_(L.nnz()),
      place_(place_at(n_), -1) {
    for (std::int64_t j = 0; j < n_; ++j)
        counts_[place_at(j)] = L.col_offsets()[place_at(j) + 1] - L.col_offsets()[place_at(j)];
}

template <class E>
ColumnsOfL<E, std::int64_t> UpdatedFactor<E>::columns() const noexcept {
    return {n_, starts_.data(), counts_.data(), rows_.data(), values_.data()};
}

template <class E>
void UpdatedFactor<E>::update(const char* what, const UpdateColumns<E>& W, double sign, std::int64_t memory_limit) {
    if (rows_.size() > 2 * place_at(nonzeros_)) pack();
    const auto used = rows_.size();
    try {
        const Path path = grow(what, W, memory_limit);
        rotate(path, W, sign);
        commit(path);
    } catch (...) {  // whatever it was, the factor stays as it was
        rows_.resize(used);
        values_.resize(used);
        throw;
    }
}

// The pattern of column j of the new factor is that of the old one joined with every set that arrives at j: columns of W
// that begin at j, and new columns of L (less their diagonal) whose parent j is.
template <class E>
auto UpdatedFactor<E>::grow(const char* what, const UpdateColumns<E>& W, std::int64_t memory_limit) -> Path {
    Path path;
    using Arrival = std::pair<std::int64_t, std::int64_t>;  // column; W's column c as −1 − c, or the path's k-th column
    std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> arrivals;
    for (std::int64_t c = 0; c < std::ssize(W); ++c)
        if (!W[place_at(c)].empty()) arrivals.emplace(W[place_at(c)].front().first, -1 - c);

    std::vector<std::int64_t> merged;
    std::vector<std::int64_t> joined;
    const auto join = [&](auto first, auto last) {
        joined.clear();
        std::set_union(merged.begin(), merged.end(), first, last, std::back_inserter(joined));
        merged.swap(joined);
    };
    std::vector<std::int64_t> rows_of_w;
    while (!arrivals.empty()) {
        const auto j = arrivals.top().first;
        const auto old = rows_.begin() + static_cast<std::ptrdiff_t>(starts_[place_at(j)]);
        merged.assign(old, old + static_cast<std::ptrdiff_t>(counts_[place_at(j)]));
        for (; !arrivals.empty() && arrivals.top().first == j; arrivals.pop()) {
            const auto from = arrivals.top().second;
            if (from < 0) {
                rows_of_w.clear();
                for (const auto& w : W[place_at(-1 - from)]) rows_of_w.push_back(w.first);
                join(rows_of_w.begin(), rows_of_w.end());
            } else {
                const auto& piece = path.pieces[place_at(from)];
                const auto child = rows_.begin() + static_cast<std::ptrdiff_t>(piece.start);
                join(child + 1, child + static_cast<std::ptrdiff_t>(piece.count));
            }
        }
        const auto count = std::ssize(merged);
        // A W that is not sparse may fill the factor: looked at whenever the pool is about to move.
        const auto size = rows_.size() + place_at(count);
        if (memory_limit > 0 || size > rows_.capacity())
            require_memory(what, static_cast<double>(size) * (sizeof(E) + sizeof(std::int64_t)), memory_limit);
        path.columns.push_back(j);
        path.pieces.push_back({std::ssize(rows_), count});
        rows_.insert(rows_.end(), merged.begin(), merged.end());
        if (count > 1) arrivals.emplace(merged[1], std::ssize(path.columns) - 1);
    }
    // The old values in the new pieces, zero where the pattern has grown.
    values_.resize(rows_.size(), E(0));
    for (std::size_t k = 0; k < path.columns.size(); ++k) {
        const auto j = place_at(path.columns[k]);
        auto to = path.pieces[k].start;
        for (auto q = starts_[j]; q < starts_[j] + counts_[j]; ++q, ++to) {
            while (rows_[place_at(to)] != rows_[place_at(q)]) ++to;
            values_[place_at(to)] = values_[place_at(q)];
        }
    }
    return path;
}

template <class E>
void UpdatedFactor<E>::rotate(const Path& path, const UpdateColumns<E>& W, double sign) {
    // All rows that are touched lie on the path, so W is a block of the path's height; row by row, since columns of L meet
    // all of its columns at once. Blocks of columns bound the memory.
    constexpr std::int64_t widest = 32;
    const auto height = std::ssize(path.columns);
    const auto total = std::ssize(W);
    std::vector<E> w(place_at(height * std::min(total, widest)));
    struct Places {
        std::vector<std::int64_t>& place;
        const std::vector<std::int64_t>& columns;
        ~Places() {
            for (const auto j : columns) place[place_at(j)] = -1;
        }
    } const places{place_, path.columns};
    for (std::int64_t k = 0; k < height; ++k) place_[place_at(path.columns[place_at(k)])] = k;

    for (std::int64_t first = 0; first < total; first += widest) {
        const auto width = std::min(widest, total - first);
        std::fill(w.begin(), w.end(), E(0));
        for (std::int64_t r = 0; r < width; ++r)
            for (const auto& [row, value] : W[place_at(first + r)]) w[place_at(place_[place_at(row)] * width + r)] = value;
        for (std::int64_t k = 0; k < height; ++k) {
            const auto& piece = path.pieces[place_at(k)];
            const std::int64_t* const rows = rows_.data() + piece.start;
            E* const l = values_.data() + piece.start;
            for (std::int64_t r = 0; r < width; ++r) {
                const E wj = w[place_at(k * width + r)];
                if (wj == E(0)) continue;
                // (d, wj) becomes (new_d, 0).
                const double d = real_part(l[0]);
                const double modulus = std::abs(wj);
                double new_d = 0;
                if (sign > 0) {
                    new_d = std::hypot(d, modulus);
                } else {
                    // What is left of a pivot that was cancelled to rounding has no meaning.
                    const double left = (1 - modulus / d) * (1 + modulus / d);
                    if (left > 8 * epsilon_v<double>) new_d = d * std::sqrt(left);
                }
                if (!(new_d > 0) || !is_finite(new_d))
                    throw PivotNotPositive{permutation_[place_at(path.columns[place_at(k)])]};
                const double c = d / new_d;
                const E s = wj / new_d;
                const E s_conjugate = sign * conjugate(s);
                l[0] = E(new_d);
                E* const wr = w.data() + r;
                if (sign > 0) {
                    for (std::int64_t q = 1; q < piece.count; ++q) {
                        E& wi = wr[place_[place_at(rows[q])] * width];
                        const E li = l[q];
                        l[q] = c * li + times(s_conjugate, wi);
                        wi = c * wi - times(s, li);
                    }
                } else {
                    const double h = new_d / d;
                    const E g = wj / d;
                    for (std::int64_t q = 1; q < piece.count; ++q) {
                        E& wi = wr[place_[place_at(rows[q])] * width];
                        l[q] = c * l[q] + times(s_conjugate, wi);
                        wi = h * wi - times(g, l[q]);
                    }
                }
            }
        }
    }
    // Overflow below the diagonal must not pass either: it would meet a later pivot only if that is on the path, as it is.
    for (std::int64_t k = 0; k < height; ++k)
        for (auto q = path.pieces[place_at(k)].start; q < path.pieces[place_at(k)].start + path.pieces[place_at(k)].count;
             ++q)
            if (!is_finite(values_[place_at(q)])) throw PivotNotPositive{permutation_[place_at(path.columns[place_at(k)])]};
}

template <class E>
void UpdatedFactor<E>::commit(const Path& path) noexcept {
    for (std::size_t k = 0; k < path.columns.size(); ++k) {
        const auto j = place_at(path.columns[k]);
        nonzeros_ += path.pieces[k].count - counts_[j];
        starts_[j] = path.pieces[k].start;
        counts_[j] = path.pieces[k].count;
    }
}

template <class E>
void UpdatedFactor<E>::pack() {
    std::vector<std::int64_t> rows;
    std::vector<E> values;
    rows.reserve(place_at(nonzeros_));
    values.reserve(place_at(nonzeros_));
    for (std::size_t j = 0; j < starts_.size(); ++j) {
        const auto first = static_cast<std::ptrdiff_t>(starts_[j]);
        const auto last = first + static_cast<std::ptrdiff_t>(counts_[j]);
        starts_[j] = std::ssize(rows);  // reserved: nothing can throw from here on
        rows.insert(rows.end(), rows_.begin() + first, rows_.begin() + last);
        values.insert(values.end(), values_.begin() + first, values_.begin() + last);
    }
    rows_ = std::move(rows);
    values_ = std::move(values);
}

template <class E>
void UpdatedFactor<E>::solve(System system, const E* b, E* x, std::int64_t k) const {
    // Right-hand sides side by side: each entry of L is read once for all of them.
    Array<E> y(n_ * k, uninitialized);
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t c = 0; c < k; ++c)
            y[j * k + c] = b[c * n_ + (system == System::solve_lt ? j : permutation_[place_at(j)])];
    if (system != System::solve_lt) {
        for (std::int64_t j = 0; j < n_; ++j) {
            const auto first = starts_[place_at(j)];
            const double pivot = real_part(values_[place_at(first)]);
            E* const yj = y.data() + j * k;
            for (std::int64_t c = 0; c < k; ++c) yj[c] /= pivot;
            for (auto q = first + 1; q < first + counts_[place_at(j)]; ++q) {
                E* const yi = y.data() + rows_[place_at(q)] * k;
                for (std::int64_t c = 0; c < k; ++c) yi[c] -= times(values_[place_at(q)], yj[c]);
            }
        }
    }
    if (system != System::solve_l) {
        for (std::int64_t j = n_ - 1; j >= 0; --j) {
            const auto first = starts_[place_at(j)];
            const double pivot = real_part(values_[place_at(first)]);
            E* const yj = y.data() + j * k;
            for (auto q = first + 1; q < first + counts_[place_at(j)]; ++q) {
                const E* const yi = y.data() + rows_[place_at(q)] * k;
                for (std::int64_t c = 0; c < k; ++c) yj[c] -= times(conjugate(values_[place_at(q)]), yi[c]);
            }
            for (std::int64_t c = 0; c < k; ++c) yj[c] /= pivot;
        }
    }
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t c = 0; c < k; ++c)
            x[c * n_ + (system == System::solve_l ? j : permutation_[place_at(j)])] = y[j * k + c];
}

template <class E>
void UpdatedFactor<E>::multiply(const E* z, E* y, std::int64_t k) const {
    multiply_l(columns(), permutation_.data(), z, y, k);
}

template <class E>
Csc<E, std::int64_t> UpdatedFactor<E>::matrix_l() const {
    Array<std::int64_t> offsets(n_ + 1);
    Array<std::int64_t> rows(nonzeros_, uninitialized);
    Array<E> values(nonzeros_, uninitialized);
    for (std::int64_t j = 0; j < n_; ++j) {
        std::copy_n(rows_.begin() + static_cast<std::ptrdiff_t>(starts_[place_at(j)]), counts_[place_at(j)],
                    rows.begin() + offsets[j]);
        std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(starts_[place_at(j)]), counts_[place_at(j)],
                    values.begin() + offsets[j]);
        offsets[j + 1] = offsets[j] + counts_[place_at(j)];
    }
    return {unchecked, n_, n_, std::move(offsets), std::move(rows), std::move(values)};
}

template <class E>
Supernodes<E> UpdatedFactor<E>::supernodes() const {
    return copy_supernodes(columns());
}

template <class E>
Array<double> UpdatedFactor<E>::diagonal() const {
    Array<double> d(n_, uninitialized);
    for (std::int64_t j = 0; j < n_; ++j) d[j] = real_part(values_[place_at(starts_[place_at(j)])]);
    return d;
}

template <class E>
double UpdatedFactor<E>::logdet() const {
    double sum = 0;
    for (const auto start : starts_) sum += 2 * std::log(real_part(values_[place_at(start)]));
    return sum;
}

template <class E>
FactorSize UpdatedFactor<E>::size() const {
    const double bytes = static_cast<double>(rows_.capacity() + 4 * starts_.size()) * sizeof(std::int64_t) +
                         static_cast<double>(values_.capacity()) * sizeof(E);
    return {static_cast<double>(nonzeros_), flops_, bytes};
}

template <class E>
double UpdatedFactor<E>::norm_estimate() const {
    // A x = Pᵀ L (Lᴴ P x); the order does not change the norm, so P is left out.
    const auto apply = [this](MatrixView<const E> X, MatrixView<E> Y) {
        std::vector<E> z(place_at(n_));
        for (std::int64_t c = 0; c < X.cols(); ++c) {
            for (std::int64_t j = 0; j < n_; ++j) {
                E sum = 0;
                for (auto q = starts_[place_at(j)]; q < starts_[place_at(j)] + counts_[place_at(j)]; ++q)
                    sum += times(conjugate(values_[place_at(q)]), X(rows_[place_at(q)], c));
                z[place_at(j)] = sum;
            }
            for (std::int64_t i = 0; i < n_; ++i) Y(i, c) = E(0);
            for (std::int64_t j = 0; j < n_; ++j)
                for (auto q = starts_[place_at(j)]; q < starts_[place_at(j)] + counts_[place_at(j)]; ++q)
                    Y(rows_[place_at(q)], c) += times(values_[place_at(q)], z[place_at(j)]);
        }
    };
    return one_norm_estimate<E>(n_, apply, apply);
}

template class UpdatedFactor<double>;
template class UpdatedFactor<std::complex<double>>;

}  // namespace tamis::detail
