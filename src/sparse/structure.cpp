// structure(A): one parallel pass over the rows for what a row shows, one that looks for each entry across the diagonal,
// then a maximum matching and the block triangular form where they are not known already.
#include <tamis/sparse/structure.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <optional>
#include <vector>

#include "core/exact_sum.hpp"
#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/graph/weak_components.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/pattern.hpp"

namespace tamis::detail {

namespace {

template <class T>
double entry_modulus(const T& x) {
    if constexpr (is_complex_v<T>) return std::hypot(static_cast<double>(x.real()), static_cast<double>(x.imag()));
    else return std::abs(static_cast<double>(x));
}

/// What rows show, one at a time.
struct RowFacts {
    std::int64_t lower = 0, upper = 0, empty = 0;
    bool positive = true, zero_free = true, dominant = true, finite = true;

    void join(const RowFacts& other) noexcept {
        lower = std::max(lower, other.lower);
        upper = std::max(upper, other.upper);
        empty += other.empty;
        positive = positive && other.positive;
        zero_free = zero_free && other.zero_free;
        dominant = dominant && other.dominant;
        finite = finite && other.finite;
    }
};

template <class T, class I>
RowFacts facts_of_rows(CsrView<T, I> A, std::int64_t begin, std::int64_t end) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const std::int64_t diagonal_size = std::min(A.rows(), A.cols());
    RowFacts facts;
    for (std::int64_t i = begin; i < end; ++i) {
        bool row_empty = true;
        T diagonal(0);
        ExactSum off_diagonal;
        for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
            const std::int64_t j = indices[k];
            const T v = values[k];
            if (v == T(0)) continue;
            row_empty = false;
            facts.finite = facts.finite && is_finite(v);
            if (j == i) {
                diagonal = v;
            } else {
                facts.lower = std::max(facts.lower, i - j);
                facts.upper = std::max(facts.upper, j - i);
                off_diagonal.add(entry_modulus(v));
            }
        }
        facts.empty += row_empty;
        facts.dominant = facts.dominant && off_diagonal.at_most(entry_modulus(diagonal));
        if (i < diagonal_size) {
            facts.positive = facts.positive && real_part(diagonal) > 0 && imag_part(diagonal) == 0;
            facts.zero_free = facts.zero_free && diagonal != T(0);
        }
    }
    return facts;
}

template <class T, class I>
void measure_rows(CsrView<T, I> A, Structure& s) {
    const std::int64_t rows = A.rows();
    const int parts = threads_for(A.nnz() + rows);
    std::vector<RowFacts> found(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        found[static_cast<std::size_t>(part)] =
            facts_of_rows(A, even_cut(rows, part, parts), even_cut(rows, part + 1, parts));
    });
    RowFacts facts;
    for (const RowFacts& part : found) facts.join(part);
    const bool is_square = rows == A.cols();
    s.positive_diagonal = is_square && facts.positive;
    s.zero_free_diagonal = is_square && facts.zero_free;
    s.lower_triangular = facts.upper == 0;
    s.upper_triangular = facts.lower == 0;
    s.diagonal = facts.lower == 0 && facts.upper == 0;
    s.lower_bandwidth = facts.lower;
    s.upper_bandwidth = facts.upper;
    s.diagonally_dominant = facts.dominant;
    s.empty_rows = facts.empty;
    s.finite = facts.finite;
}

/// The symmetries that no entry has contradicted so far.
struct Symmetries {
    bool pattern = true;
    bool symmetric = true;
    bool hermitian = true;
    bool skew = true;
    [[nodiscard]] bool none() const { return !pattern && !symmetric && !hermitian && !skew; }
    void join(const Symmetries& other) noexcept {
        pattern = pattern && other.pattern;
        symmetric = symmetric && other.symmetric;
        hermitian = hermitian && other.hermitian;
        skew = skew && other.skew;
    }

    /// a = A(i, j) and b = A(j, i). Every comparison fails on NaN.
    template <class T>
    void compare(const T& a, const T& b) {
        symmetric = symmetric && a == b;
        hermitian = hermitian && a == conjugate(b);
        skew = skew && a == -b;
    }
    /// a has no partner in the pattern.
    template <class T>
    void unpaired(const T& a) {
        pattern = false;
        compare(a, T(0));
    }
};

/// What some rows say of the entries below the diagonal, each of which is looked for across it.
struct PairedRows {
    Symmetries found;
    std::int64_t below = 0;
    std::int64_t above = 0;
};

/// Stops where an entry has no partner, and sets `unpaired`, or finds it set.
template <class T, class I>
PairedRows pair_rows(CsrView<T, I> A, std::int64_t begin, std::int64_t end, std::atomic<bool>& unpaired) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    PairedRows rows;
    Array<I> next(A.rows());  // one beyond the partner that was last found in row j; 0 where none was
    for (std::int64_t i = begin; i < end && !unpaired.load(std::memory_order_relaxed); ++i) {
        std::int64_t k = offsets[i];
        const std::int64_t stop = offsets[i + 1];
        for (; k < stop && indices[k] < i; ++k) {
            const std::int64_t j = indices[k];
            const I last = offsets[j + 1];
            I c = next[j];
            if (c == 0) c = static_cast<I>(std::lower_bound(indices + offsets[j], indices + last, i) - indices);
            if (c == last || indices[c] != i) {
                unpaired.store(true, std::memory_order_relaxed);
                return rows;
            }
            rows.found.compare(values[k], values[c]);
            next[j] = c + 1;
            ++rows.below;
        }
        if (k < stop && indices[k] == i) {
            rows.found.compare(values[k], values[k]);
            ++k;
        }
        rows.above += stop - k;
    }
    return rows;
}

/// The symmetries of a matrix of symmetric pattern, on several threads; nothing for others: where all entries below the
/// diagonal have partners, and there are as many above, none is left over there.
template <class T, class I>
std::optional<Symmetries> symmetries_of_pairs(CsrView<T, I> A, int parts) {
    std::vector<PairedRows> rows(static_cast<std::size_t>(parts));
    std::atomic<bool> unpaired = false;
    const Cuts cuts = balanced_cuts(A.row_offsets(), parts);
    for_each_part(parts, [&](int part) {
        try {
            rows[static_cast<std::size_t>(part)] = pair_rows(A, cuts[part], cuts[part + 1], unpaired);
        } catch (const std::bad_alloc&) {
            unpaired = true;  // a single thread needs less
        }
    });
    if (unpaired) return std::nullopt;
    PairedRows all;
    for (const PairedRows& part : rows) {
        all.found.join(part.found);
        all.below += part.below;
        all.above += part.above;
    }
    if (all.below != all.above) return std::nullopt;
    return all.found;
}

/// Pairs every entry (i, j) below the diagonal with (j, i): as i ascends, the partners within each row j come in ascending
/// order too, so that one cursor a row finds them all in O(rows + nnz).
template <class T, class I>
Symmetries symmetries(CsrView<T, I> A) {
    const std::int64_t n = A.rows();
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();

    Symmetries found;
    Array<I> cursor(n, uninitialized);  // the first entry of row j above the diagonal that is not yet paired
    for (std::int64_t i = 0; i < n && !found.none(); ++i) {
        std::int64_t k = offsets[i];
        const std::int64_t end = offsets[i + 1];
        for (; k < end && indices[k] < i; ++k) {
            const std::int64_t j = indices[k];
            std::int64_t c = cursor[j];
            while (c < offsets[j + 1] && indices[c] < i) found.unpaired(values[c++]);
            if (c < offsets[j + 1] && indices[c] == i) found.compare(values[k], values[c++]);
            else found.unpaired(values[k]);
            cursor[j] = static_cast<I>(c);
        }
        if (k < end && indices[k] == i) {
            found.compare(values[k], values[k]);
            ++k;
        }
        cursor[i] = static_cast<I>(k);
    }
    if (!found.none()) {
        for (std::int64_t j = 0; j < n; ++j) {
            for (std::int64_t c = cursor[j]; c < offsets[j + 1]; ++c) found.unpaired(values[c]);
        }
    }
    return found;
}

template <class T, class I>
void measure_symmetry(CsrView<T, I> A, Structure& s) {
    if (A.rows() != A.cols()) return;
    std::optional<Symmetries> paired;
    if (const int parts = threads_for(A.nnz() + A.rows()); parts > 1) paired = symmetries_of_pairs(A, parts);
    const Symmetries found = paired ? *paired : symmetries(A);
    s.pattern_symmetric = found.pattern;
    s.symmetric = found.symmetric;
    s.hermitian = found.hermitian;
    s.skew = found.skew;
}

template <class I>
std::int64_t count_empty_columns(PatternView<I> P) {
    Array<char> seen(P.cols);
    const std::int64_t nnz = P.nnz();
    for (std::int64_t k = 0; k < nnz; ++k) seen[P.indices[k]] = 1;
    return P.cols - std::count(seen.begin(), seen.end(), char(1));
}

template <class T, class I>
void measure_blocks(CsrView<T, I> A, Structure& s) {
    if (s.zero_free_diagonal && (s.lower_triangular || s.upper_triangular)) {
        s.structural_rank = s.block_count = A.rows();
        s.permuted_triangular = true;
        return;  // and no column is empty
    }
    const NonzeroPattern<I> nonzeros(A);
    const PatternView<I> P = nonzeros.view();
    if (s.zero_free_diagonal && (s.symmetric || s.hermitian || s.skew)) {
        // Rows match columns of their own number, and what is connected one way is so the other way.
        s.structural_rank = A.rows();
        s.block_count = weak_components(P).count;
        s.permuted_triangular = s.block_count == A.rows();
        return;
    }
    if (!s.zero_free_diagonal) s.empty_cols = count_empty_columns(P);
    const auto form = block_triangular_form(P, maximum_matching(P));
    s.structural_rank = form.structural_rank;
    s.block_count = form.count();
    s.permuted_triangular = A.rows() == A.cols() && s.structural_rank == A.rows() && s.block_count == A.rows();
}

}  // namespace

template <class T, class I>
Structure structure(CsrView<T, I> A) {
    Structure s;
    measure_rows(A, s);
    measure_symmetry(A, s);
    measure_blocks(A, s);
    return s;
}

#define TAMIS_INSTANTIATE(T, I) template Structure structure(CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
