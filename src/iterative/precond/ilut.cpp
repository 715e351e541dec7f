#include <tamis/iterative/precond/ilut.hpp>

#include <functional>
#include <numeric>
#include <queue>

#include "instantiate.hpp"
#include "iterative/precond/dropping.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "sparse/offsets.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

constexpr const char* ilut_advice = "use a smaller .drop_tolerance, a larger .fill_factor, or a .pivot_tolerance";

/// Saad's Algorithm 10.6, with columns exchanged as in §10.4.4. Row i of A becomes row i of L and U; column_at[k] is the
/// column that stands at position k, and final for k < i when row i is worked on.
template <class E, class I>
class Elimination {
  public:
    Elimination(const FactorInput<E, I>& a, const IlutOptions& options)
        : a_(a),
          options_(options),
          most_(most_entries(options.fill_factor, static_cast<double>(a.indices.size()) / 2, a.n)),
          w_(a.n),
          row_with_(static_cast<std::size_t>(a.n), -1),
          column_at_(static_cast<std::size_t>(a.n)),
          position_(static_cast<std::size_t>(a.n)),
          reciprocals_(a.n, uninitialized) {
        std::iota(column_at_.begin(), column_at_.end(), std::int64_t{0});
        position_ = column_at_;
        f_.n = a.n;
        f_.lower_end = Array<I>(a.n, uninitialized);
        f_.upper_begin = Array<I>(a.n, uninitialized);
        f_.pivots = Array<E>(a.n, uninitialized);
        f_.offsets = Array<I>(a.n + 1);
        indices_.reserve(static_cast<std::size_t>(2 * a.indices.size()));
        values_.reserve(static_cast<std::size_t>(2 * a.indices.size()));
    }

    LduRows<E, I> run() && {
        for (std::int64_t i = 0; i < a_.n; ++i) {
            const double tau = options_.drop_tolerance * load(i);
            eliminate(i, tau);
            const E pivot = choose_pivot(i);
            std::erase_if(upper_, [&](const auto& u) { return std::abs(u.value) <= tau; });
            keep_largest(lower_, most_);
            keep_largest(upper_, most_);
            store(i, pivot);
        }
        f_.indices = to_array(indices_);
        f_.values = to_array(values_);
        for (std::int64_t i = 0; i < a_.n; ++i)
            for (std::int64_t q = f_.upper_begin[i]; q < static_cast<std::int64_t>(f_.offsets[i + 1]); ++q)
                f_.indices[q] = static_cast<I>(position_[static_cast<std::size_t>(f_.indices[q])]);
        if (exchanged_) {
            f_.col_of = Array<I>(a_.n, uninitialized);
            std::transform(column_at_.begin(), column_at_.end(), f_.col_of.begin(),
                           [](std::int64_t j) { return static_cast<I>(j); });
        }
        return std::move(f_);
    }

  private:
    /// Scatters row i of A; returns its 2-norm.
    double load(std::int64_t i) {
        upper_.clear();
        lower_.clear();
        double square = 0;
        for (std::int64_t q = a_.offsets[i]; q < static_cast<std::int64_t>(a_.offsets[i + 1]); ++q) {
            add(i, static_cast<std::int64_t>(a_.indices[q]), a_.values[q]);
            square += std::norm(a_.values[q]);
        }
        return std::sqrt(square);
    }
    /// w_j += v.
    void add(std::int64_t i, std::int64_t j, const E& v) {
        if (row_with_[static_cast<std::size_t>(j)] == i) {
            w_[j] += v;
            return;
        }
        row_with_[static_cast<std::size_t>(j)] = i;
        w_[j] = v;
        const std::int64_t k = position_[static_cast<std::size_t>(j)];
        if (k < i) pending_.push(k);
        else upper_.push_back({j, E(0)});
    }
    void eliminate(std::int64_t i, double tau) {
        while (!pending_.empty()) {
            const std::int64_t k = pending_.top();
            pending_.pop();
            const E w = w_[column_at_[static_cast<std::size_t>(k)]];
            if (std::abs(w) <= tau) continue;
            const E l = times(w, reciprocals_[k]);
            lower_.push_back({k, l});
            for (std::int64_t q = f_.upper_begin[k]; q < static_cast<std::int64_t>(f_.offsets[k + 1]); ++q)
                add(i, static_cast<std::int64_t>(indices_[static_cast<std::size_t>(q)]),
                    -times(l, values_[static_cast<std::size_t>(q)]));
        }
        for (auto& u : upper_) u.value = w_[u.index];
    }
    /// Brings the pivot to position i and takes it out of the row.
    E choose_pivot(std::int64_t i) {
        const std::int64_t diagonal = column_at_[static_cast<std::size_t>(i)];
        auto at_diagonal = upper_.end();
        auto largest = upper_.end();
        for (auto u = upper_.begin(); u != upper_.end(); ++u) {
            if (u->index == diagonal) at_diagonal = u;
            if (largest == upper_.end() || std::abs(u->value) > std::abs(largest->value)) largest = u;
        }
        auto pivot = at_diagonal;
        if (options_.pivot_tolerance > 0 && largest != upper_.end() &&
            (pivot == upper_.end() || std::abs(pivot->value) < options_.pivot_tolerance * std::abs(largest->value)))
            pivot = largest;
        if (pivot == upper_.end() || pivot->value == E(0)) throw_lost_pivot("Ilut", i, ilut_advice);
        if (pivot->index != diagonal) {
            exchanged_ = true;
            const std::int64_t k = position_[static_cast<std::size_t>(pivot->index)];
            std::swap(column_at_[static_cast<std::size_t>(i)], column_at_[static_cast<std::size_t>(k)]);
            position_[static_cast<std::size_t>(pivot->index)] = i;
            position_[static_cast<std::size_t>(diagonal)] = k;
        }
        const E value = pivot->value;
        upper_.erase(pivot);
        return value;
    }
    void store(std::int64_t i, const E& pivot) {
        const auto append = [this](const std::vector<Candidate<E>>& row) {
            for (const auto& [index, value] : row) {
                indices_.push_back(static_cast<I>(index));
                values_.push_back(value);
            }
        };
        append(lower_);
        f_.lower_end[i] = f_.upper_begin[i] = static_cast<I>(indices_.size());
        append(upper_);
        check_result_count<I>(std::ssize(indices_), "Ilut", "entries");
        f_.offsets[i + 1] = static_cast<I>(indices_.size());
        f_.pivots[i] = pivot;
        reciprocals_[i] = E(1) / pivot;
        if (!is_finite(reciprocals_[i])) throw_lost_pivot("Ilut", i, ilut_advice);
    }

    const FactorInput<E, I>& a_;
    const IlutOptions& options_;
    std::int64_t most_;
    Array<E> w_;                          // the row in the making, by columns of A
    std::vector<std::int64_t> row_with_;  // the last row that had an entry in a column
    std::vector<std::int64_t> column_at_;
    std::vector<std::int64_t> position_;                                                    // of a column
    std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> pending_;  // positions to eliminate
    std::vector<Candidate<E>> lower_;                                                       // by positions
    std::vector<Candidate<E>> upper_;                                                       // by columns of A
    Array<E> reciprocals_;
    std::vector<I> indices_;
    std::vector<E> values_;
    LduRows<E, I> f_;
    bool exchanged_ = false;
};

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_ilut(CsrView<T, I> major, bool row_major, const IlutOptions& options) {
    check_dropping("Ilut", options.drop_tolerance, options.fill_factor);
    if (!(options.pivot_tolerance >= 0 && options.pivot_tolerance <= 1))
        throw InvalidArgument("Ilut: .pivot_tolerance is " + std::to_string(options.pivot_tolerance) +
                              "; it must be in [0, 1]");
    check_preconditioned("Ilut", major, row_major, options.pivot_tolerance > 0 ? Diagonal::any : Diagonal::nonzero);
    const auto rows = input_rows(major, row_major);
    return std::make_shared<LduState<T, I>>("Ilut", Elimination<compute_t<T>, I>(rows, options).run(), ilut_advice);
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::shared_ptr<const PreconditionerState<T>> make_ilut(CsrView<T, I>, bool, const IlutOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
