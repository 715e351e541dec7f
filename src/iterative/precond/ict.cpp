#include <tamis/iterative/precond/ict.hpp>

#include "instantiate.hpp"
#include "iterative/precond/dropping.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "iterative/precond/shift.hpp"
#include "sparse/offsets.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// L D Lᴴ ≈ S A S + α I with S = diag(A)^(−1/2), column after column, each by the columns before that have an entry in its
/// row (Lin and Moré, Algorithm 2.1).
template <class E, class I>
class ThresholdFactor {
  public:
    /// The lower triangle of A by rows, the diagonal last.
    ThresholdFactor(FactorInput<E, I>&& lower, const IctOptions& options)
        : a_(std::move(lower)),
          tolerance_(options.drop_tolerance),
          most_(most_entries(options.fill_factor, static_cast<double>(a_.indices.size() - a_.n), a_.n)),
          w_(a_.n),
          column_with_(static_cast<std::size_t>(a_.n)),
          next_entry_(static_cast<std::size_t>(a_.n)),
          next_column_(static_cast<std::size_t>(a_.n)),
          first_column_(static_cast<std::size_t>(a_.n)),
          norms_(static_cast<std::size_t>(a_.n)),
          scale_(static_cast<std::size_t>(a_.n)),
          starts_(static_cast<std::size_t>(a_.n) + 1),
          d_(static_cast<std::size_t>(a_.n)) {
        for (std::int64_t i = 0; i < a_.n; ++i)
            scale_[at(i)] = 1 / std::sqrt(real_part(a_.values[static_cast<std::int64_t>(a_.offsets[i + 1]) - 1]));
        by_columns();
    }

    double run() {
        return first_shift([&](double alpha) { return factor(alpha); });
    }

    /// The factor of A: L and D of the scaled matrix, with the scale taken back.
    LduRows<E, I> rows() const {
        const std::int64_t n = a_.n;
        LduRows<E, I> f;
        f.n = n;
        f.hermitian = true;
        f.offsets = Array<I>(n + 1);
        f.lower_end = Array<I>(n, uninitialized);
        f.upper_begin = Array<I>(n, uninitialized);
        f.pivots = Array<E>(n, uninitialized);
        f.indices = Array<I>(std::ssize(rows_), uninitialized);
        f.values = Array<E>(std::ssize(rows_), uninitialized);
        for (const I i : rows_) ++f.offsets[static_cast<std::int64_t>(i) + 1];
        for (std::int64_t i = 0; i < n; ++i) f.offsets[i + 1] = static_cast<I>(f.offsets[i] + f.offsets[i + 1]);
        std::vector<I> next(f.offsets.begin(), f.offsets.begin() + n);
        for (std::int64_t j = 0; j < n; ++j) {
            f.pivots[j] = d_[at(j)] / (scale_[at(j)] * scale_[at(j)]);
            for (auto q = starts_[at(j)]; q < starts_[at(j) + 1]; ++q) {
                const auto i = static_cast<std::int64_t>(rows_[at(q)]);
                const auto to = static_cast<std::int64_t>(next[at(i)]++);
                f.indices[to] = static_cast<I>(j);
                f.values[to] = values_[at(q)] * (scale_[at(j)] / scale_[at(i)]);
            }
        }
        for (std::int64_t i = 0; i < n; ++i) f.lower_end[i] = f.upper_begin[i] = f.offsets[i + 1];
        return f;
    }

  private:
    static std::size_t at(std::int64_t k) noexcept { return static_cast<std::size_t>(k); }

    /// The strict lower triangle of S A S by columns, and the norms of the columns of all of it.
    void by_columns() {
        const std::int64_t n = a_.n;
        below_.offsets = Array<I>(n + 1);
        below_.indices = Array<I>(a_.indices.size() - n, uninitialized);
        below_.values = Array<E>(a_.indices.size() - n, uninitialized);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t q = a_.offsets[i]; q < static_cast<std::int64_t>(a_.offsets[i + 1]) - 1; ++q)
                ++below_.offsets[static_cast<std::int64_t>(a_.indices[q]) + 1];
        for (std::int64_t j = 0; j < n; ++j)
            below_.offsets[j + 1] = static_cast<I>(below_.offsets[j] + below_.offsets[j + 1]);
        std::vector<I> next(below_.offsets.begin(), below_.offsets.begin() + n);
        std::fill(norms_.begin(), norms_.end(), 1.0);
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t q = a_.offsets[i]; q < static_cast<std::int64_t>(a_.offsets[i + 1]) - 1; ++q) {
                const auto j = static_cast<std::int64_t>(a_.indices[q]);
                const auto to = static_cast<std::int64_t>(next[at(j)]++);
                const E v = a_.values[q] * (scale_[at(i)] * scale_[at(j)]);
                below_.indices[to] = static_cast<I>(i);
                below_.values[to] = v;
                norms_[at(i)] += std::norm(v);
                norms_[at(j)] += std::norm(v);
            }
        }
        for (double& norm : norms_) norm = std::sqrt(norm);
    }

    /// Column k waits in the list of the row of its next entry.
    void enqueue(std::int64_t k) {
        if (next_entry_[at(k)] == starts_[at(k) + 1]) return;
        const auto row = static_cast<std::int64_t>(rows_[at(next_entry_[at(k)])]);
        next_column_[at(k)] = first_column_[at(row)];
        first_column_[at(row)] = k;
    }

    bool factor(double alpha) {
        rows_.clear();
        values_.clear();
        std::fill(first_column_.begin(), first_column_.end(), none);
        std::fill(column_with_.begin(), column_with_.end(), none);
        for (std::int64_t j = 0; j < a_.n; ++j) {
            double d = 1 + alpha;
            column_.clear();
            for (std::int64_t q = below_.offsets[j]; q < static_cast<std::int64_t>(below_.offsets[j + 1]); ++q)
                add(j, static_cast<std::int64_t>(below_.indices[q]), below_.values[q]);
            for (std::int64_t k = first_column_[at(j)]; k != none;) {
                const std::int64_t following = next_column_[at(k)];
                const std::int64_t here = next_entry_[at(k)]++;
                const E u = conjugate(values_[at(here)]) * d_[at(k)];
                d -= real_part(times(values_[at(here)], u));
                for (auto q = here + 1; q < starts_[at(k) + 1]; ++q)
                    add(j, static_cast<std::int64_t>(rows_[at(q)]), -times(values_[at(q)], u));
                enqueue(k);
                k = following;
            }
            if (is_lost(d, 1)) return false;
            d_[at(j)] = d;
            for (auto& c : column_) c.value = w_[c.index];
            const double tau = tolerance_ * norms_[at(j)];
            std::erase_if(column_, [&](const auto& c) { return std::abs(c.value) <= tau; });
            keep_largest(column_, most_);
            starts_[at(j)] = next_entry_[at(j)] = std::ssize(rows_);
            for (const auto& [i, value] : column_) {
                rows_.push_back(static_cast<I>(i));
                values_.push_back(value / d);
            }
            check_result_count<I>(std::ssize(rows_), "Ict", "entries");
            starts_[at(j) + 1] = std::ssize(rows_);
            enqueue(j);
        }
        return true;
    }
    /// w_i += v in column j.
    void add(std::int64_t j, std::int64_t i, const E& v) {
        if (column_with_[at(i)] == j) {
            w_[i] += v;
            return;
        }
        column_with_[at(i)] = j;
        w_[i] = v;
        column_.push_back({i, E(0)});
    }

    static constexpr std::int64_t none = -1;
    FactorInput<E, I> a_;
    double tolerance_;
    std::int64_t most_;
    FactorInput<E, I> below_;
    Array<E> w_;
    std::vector<std::int64_t> column_with_;  // the last column that had an entry in a row
    std::vector<Candidate<E>> column_;
    std::vector<std::int64_t> next_entry_;    // of a column: the first in the current row or below
    std::vector<std::int64_t> next_column_;   // in the list of the same row
    std::vector<std::int64_t> first_column_;  // in the list of a row
    std::vector<double> norms_;
    std::vector<double> scale_;
    std::vector<std::int64_t> starts_;
    std::vector<I> rows_;
    std::vector<E> values_;
    std::vector<double> d_;
};

}  // namespace

template <class T, class I>
Shifted<T> make_ict(CsrView<T, I> major, bool row_major, const IctOptions& options) {
    check_dropping("Ict", options.drop_tolerance, options.fill_factor);
    check_hermitian_preconditioned("Ict", major, row_major, "Ilut");
    ThresholdFactor<compute_t<T>, I> factor(input_lower_rows(major, row_major), options);
    const double shift = factor.run();
    return {std::make_shared<LduState<T, I>>("Ict", factor.rows(), "scale the matrix"), shift};
}

#define TAMIS_INSTANTIATE(T, I) template Shifted<T> make_ict(CsrView<T, I>, bool, const IctOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
