#include "iterative/amg/classical_interpolation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/sparse/measure.hpp>

#include "instantiate.hpp"
#include "iterative/amg/out_of_memory.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
class Interpolation {
    using R = Real<T>;

  public:
    Interpolation(CsrView<T, I> A, bool hermitian, const StrongGraph<I>& graph, const Aggregates<I>& splitting,
                  const AmgClassicalOptions& options)
        : A_(A),
          hermitian_(hermitian),
          offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          strong_(graph.of_entry.data()),
          number_(splitting.of_node.data()),
          coarse_(splitting.count),
          extended_(options.interpolation == AmgInterpolation::extended),
          most_(options.max_entries),
          drop_(static_cast<R>(options.truncation)),
          diagonal_(A.rows(), uninitialized) {
        detail::diagonal(A, VectorView<T>(diagonal_.data(), diagonal_.size()));
        if (extended_) collect_coarse_entries();
    }

    Csr<T, I> compute() {
        const std::int64_t n = A_.rows();
        const int parts = threads_for(A_.nnz());
        const Cuts cuts = balanced_cuts(A_.row_offsets(), parts);
        std::vector<Part> shares(static_cast<std::size_t>(parts));
        Array<I> lengths(n, uninitialized);
        OutOfMemory out_of_memory;
        for_each_part(parts, [&](int part) {
            out_of_memory.guard([&] {
                Part& share = shares[static_cast<std::size_t>(part)];
                share.rows(*this, cuts[part], cuts[part + 1], lengths.data());
            });
        });
        out_of_memory.rethrow();
        Array<I> offsets(n + 1, uninitialized);
        std::int64_t total = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            offsets[i] = static_cast<I>(total);
            total += lengths[i];
            if (total > static_cast<std::int64_t>(std::numeric_limits<I>::max()))
                throw IndexOverflow("Amg: an interpolation has more entries than its index type counts; use std::int64_t");
        }
        offsets[n] = static_cast<I>(total);
        Array<I> columns(total, uninitialized);
        Array<T> values(total, uninitialized);
        for_each_part(parts, [&](int part) {
            const Part& share = shares[static_cast<std::size_t>(part)];
            const std::int64_t at = offsets[cuts[part]];
            std::copy(share.columns.data(), share.columns.data() + share.size, columns.data() + at);
            std::copy(share.values.data(), share.values.data() + share.size, values.data() + at);
        });
        return {unchecked, n, coarse_, std::move(offsets), std::move(columns), std::move(values)};
    }

  private:
    struct Weight {
        I column;
        T value;
        R modulus;
    };
    struct Term {
        I at;
        T value;
    };

    /// Consecutive rows of P, and what a thread needs for them.
    struct Part {
        Array<I> columns;
        Array<T> values;
        std::int64_t size = 0;
        Array<I> place;         // of a column among the weights of the row at hand; −1: nowhere
        Array<Weight> weights;  // of that row
        Array<Term> terms;      // of a neighbour's row

        void rows(const Interpolation& of, std::int64_t begin, std::int64_t end, I* lengths) {
            const std::int64_t expected = (end - begin) * std::min<std::int64_t>(of.most_, 5);
            columns = Array<I>(expected, uninitialized);
            values = Array<T>(expected, uninitialized);
            if (of.extended_) {
                place = Array<I>(of.coarse_, uninitialized);
                std::fill(place.begin(), place.end(), I(-1));
            }
            for (std::int64_t i = begin; i < end; ++i) {
                const std::int64_t before = size;
                of.row(i, *this);
                lengths[i] = static_cast<I>(size - before);
            }
        }
        /// Room for so many entries more.
        void reserve(std::int64_t more) {
            if (size + more <= columns.size()) return;
            const std::int64_t room = std::max(size + more, 2 * columns.size());
            Array<I> more_columns(room, uninitialized);
            Array<T> more_values(room, uninitialized);
            std::copy(columns.data(), columns.data() + size, more_columns.data());
            std::copy(values.data(), values.data() + size, more_values.data());
            columns = std::move(more_columns);
            values = std::move(more_values);
        }
        void add(I column, const T& value) noexcept {
            columns[size] = column;
            values[size++] = value;
        }
    };

    template <class E>
    static void make_room(Array<E>& room, std::int64_t size) {
        if (room.size() < size) room = Array<E>(2 * size, uninitialized);
    }
    [[nodiscard]] bool strong(std::int64_t k) const noexcept { return (strong_[k] & depends_on) != 0; }
    /// What a_ij counts in a sum that stands for a_ii = d: entries of the wrong sign nothing.
    static T counted(const T& a, const T& d) noexcept {
        if constexpr (is_complex_v<T>) return d * (-std::abs(a) / std::abs(d));
        else return (a < 0) == (d < 0) ? T(0) : a;
    }
    /// What is added to a_ii = d in place of an entry a that interpolation leaves out.
    static T lumped(const T& a, const T& d) noexcept {
        if constexpr (is_complex_v<T>) return counted(a, d);
        else return a;
    }

    void row(std::int64_t i, Part& part) const {
        if (number_[i] >= 0) {
            part.reserve(1);
            part.add(number_[i], T(1));
            return;
        }
        const std::int64_t count = extended_ ? extended(i, part) : direct(i, part);
        if (count > 0) store(part, count);
    }

    /// The weights of row i; how many.
    std::int64_t direct(std::int64_t i, Part& part) const {
        make_room(part.weights, offsets_[i + 1] - offsets_[i]);
        T diagonal = diagonal_[i];
        T all = 0;
        T kept = 0;
        std::int64_t count = 0;
        for (std::int64_t k = offsets_[i]; k < offsets_[i + 1]; ++k) {
            const I j = indices_[k];
            if (j == i) continue;
            const T a = values_[k];
            const T c = counted(a, diagonal_[i]);
            if (c == T(0)) diagonal += a;
            all += c;
            if (!strong(k) || number_[j] < 0) continue;
            kept += c;
            part.weights[count++] = {number_[j], a, R(0)};
        }
        if (count == 0) return 0;
        const T factor = -all / kept / diagonal;
        for (std::int64_t c = 0; c < count; ++c) part.weights[c].value = times(part.weights[c].value, factor);
        return count;
    }
    /// Of the rows of F points, the entries whose column is a C point: what rows of neighbours are read for. Those that the
    /// F point depends on come first.
    struct CoarseEntries {
        Array<I> first;    // of row i; one more than there are rows
        Array<I> strong;   // where those end that i depends on
        Array<I> columns;  // numbers of C points
        Array<T> values;
    };
    void collect_coarse_entries() {
        const std::int64_t n = A_.rows();
        CoarseEntries& c = coarse_entries_;
        c.first = Array<I>(n + 1, uninitialized);
        c.strong = Array<I>(n, uninitialized);
        for_each_row(n, A_.nnz(), [&](std::int64_t i) {
            I all = 0;
            I strong_ones = 0;
            if (number_[i] < 0)
                for (std::int64_t k = offsets_[i]; k < offsets_[i + 1]; ++k) {
                    if (number_[indices_[k]] < 0) continue;
                    ++all;
                    strong_ones = static_cast<I>(strong_ones + strong(k));
                }
            c.first[i + 1] = all;
            c.strong[i] = strong_ones;
        });
        c.first[0] = 0;
        for (std::int64_t i = 0; i < n; ++i) c.first[i + 1] = static_cast<I>(c.first[i + 1] + c.first[i]);
        c.columns = Array<I>(c.first[n], uninitialized);
        c.values = Array<T>(c.first[n], uninitialized);
        for_each_row(n, A_.nnz(), [&](std::int64_t i) {
            if (number_[i] >= 0) return;
            std::int64_t next_strong = c.first[i];
            std::int64_t next_weak = next_strong + c.strong[i];
            c.strong[i] = static_cast<I>(next_weak);
            for (std::int64_t k = offsets_[i]; k < offsets_[i + 1]; ++k) {
                if (number_[indices_[k]] < 0) continue;
                const std::int64_t at = strong(k) ? next_strong++ : next_weak++;
                c.columns[at] = number_[indices_[k]];
                c.values[at] = values_[k];
            }
        });
    }
    /// a_ji, given a_ij.
    [[nodiscard]] T reverse(std::int64_t i, I j, const T& a) const noexcept {
        if (hermitian_) return conjugate(a);
        const I* begin = indices_ + offsets_[j];
        const I* end = indices_ + offsets_[j + 1];
        const I* found = std::lower_bound(begin, end, static_cast<I>(i));
        return found != end && *found == i ? values_[found - indices_] : T(0);
    }
    std::int64_t extended(std::int64_t i, Part& part) const {
        const CoarseEntries& c = coarse_entries_;
        const std::int64_t begin = offsets_[i];
        const std::int64_t end = offsets_[i + 1];
        std::int64_t most = c.strong[i] - c.first[i];
        std::int64_t longest = 0;
        for (std::int64_t k = begin; k < end; ++k) {
            const I j = indices_[k];
            if (!strong(k) || number_[j] >= 0) continue;
            most += c.strong[j] - c.first[j];
            longest = std::max<std::int64_t>(longest, c.first[j + 1] - c.first[j]);
        }
        if (most == 0) return 0;
        make_room(part.weights, most);
        make_room(part.terms, longest);
        I* place = part.place.data();
        Weight* weights = part.weights.data();
        Term* terms = part.terms.data();
        std::int64_t count = 0;
        const auto take = [&](std::int64_t j) {
            for (std::int64_t q = c.first[j]; q < c.strong[j]; ++q) {
                const I l = c.columns[q];
                if (place[l] >= 0) continue;
                place[l] = static_cast<I>(count);
                weights[count++] = {l, T(0), R(0)};
            }
        };
        take(i);
        for (std::int64_t k = begin; k < end; ++k)
            if (strong(k) && number_[indices_[k]] < 0) take(indices_[k]);

        T diagonal = diagonal_[i];
        for (std::int64_t q = c.first[i]; q < c.first[i + 1]; ++q) {
            const I at = place[c.columns[q]];
            if (at >= 0) weights[at].value += c.values[q];
            else diagonal += lumped(c.values[q], diagonal_[i]);
        }
        for (std::int64_t k = begin; k < end; ++k) {
            const I j = indices_[k];
            const T a = values_[k];
            if (j == i || number_[j] >= 0) continue;
            if (!strong(k)) {
                diagonal += lumped(a, diagonal_[i]);
                continue;
            }
            const T d = diagonal_[j];
            const T back = reverse(i, j, a);
            const T own = counted(back, d);
            T sum = own;
            std::int64_t found = 0;
            for (std::int64_t q = c.first[j]; q < c.first[j + 1]; ++q) {
                const I at = place[c.columns[q]];
                if (at < 0) continue;
                const T counts = counted(c.values[q], d);
                if (counts == T(0)) continue;
                sum += counts;
                terms[found++] = {at, c.values[q]};
            }
            if (sum == T(0)) {
                diagonal += lumped(a, diagonal_[i]);
                continue;
            }
            const T share = a / sum;
            if (own != T(0)) diagonal += times(share, back);
            for (std::int64_t t = 0; t < found; ++t) weights[terms[t].at].value += times(share, terms[t].value);
        }
        for (std::int64_t w = 0; w < count; ++w) place[weights[w].column] = -1;
        // Entries of the wrong sign can take the whole diagonal away: then it is worth more as it was.
        constexpr R least = R(0.01);
        if (!(std::abs(diagonal) > least * std::abs(diagonal_[i]))) diagonal = diagonal_[i];
        const T factor = T(-1) / diagonal;
        for (std::int64_t w = 0; w < count; ++w) weights[w].value = times(weights[w].value, factor);
        return count;
    }

    /// The row's entry in P: truncated and sorted.
    void store(Part& part, std::int64_t count) const {
        Weight* weights = part.weights.data();
        const auto size_of = [](const Weight& w) {
            if constexpr (is_complex_v<T>) return w.modulus;
            else return w.value;
        };
        R all = 0;
        R largest = 0;
        for (std::int64_t c = 0; c < count; ++c) {
            weights[c].modulus = std::abs(weights[c].value);
            all += size_of(weights[c]);
            largest = std::max(largest, weights[c].modulus);
        }
        const R least = drop_ * largest;
        std::int64_t kept = 0;
        for (std::int64_t c = 0; c < count; ++c)
            if (weights[c].modulus > 0 && weights[c].modulus >= least) weights[kept++] = weights[c];
        if (kept > most_) {
            std::nth_element(weights, weights + most_, weights + kept, [](const Weight& a, const Weight& b) {
                return a.modulus != b.modulus ? a.modulus > b.modulus : a.column < b.column;
            });
            kept = most_;
        }
        std::sort(weights, weights + kept, [](const Weight& a, const Weight& b) { return a.column < b.column; });
        R sum = 0;
        for (std::int64_t c = 0; c < kept; ++c) sum += size_of(weights[c]);
        // (A sum of weights of both signs may be next to nothing.)
        R moduli = 0;
        for (std::int64_t c = 0; c < kept; ++c) moduli += weights[c].modulus;
        constexpr R least_sum = R(0.1);
        const R factor = kept < count && std::abs(sum) > least_sum * moduli ? all / sum : R(1);
        part.reserve(kept);
        for (std::int64_t c = 0; c < kept; ++c) part.add(weights[c].column, weights[c].value * factor);
    }

    CsrView<T, I> A_;
    bool hermitian_;
    const I* offsets_;
    const I* indices_;
    const T* values_;
    const std::uint8_t* strong_;
    const I* number_;
    std::int64_t coarse_;
    bool extended_;
    std::int64_t most_;
    R drop_;
    Array<T> diagonal_;
    CoarseEntries coarse_entries_;
};

}  // namespace

template <class T, class I>
Csr<T, I> classical_prolongator(CsrView<T, I> A, bool hermitian, const StrongGraph<I>& graph, const Aggregates<I>& splitting,
                                const AmgClassicalOptions& options) {
    return Interpolation<T, I>(A, hermitian, graph, splitting, options).compute();
}

#define TAMIS_INSTANTIATE(T, I)                                                                                \
    template Csr<T, I> classical_prolongator(CsrView<T, I>, bool, const StrongGraph<I>&, const Aggregates<I>&, \
                                             const AmgClassicalOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
