// Runs of rows whose patterns agree relative to the diagonal, as stencils on grids have them:
//
//     row i      . a . b c . . .        shifts −2, 0, 1
//     row i + 1  . . d . e f . .        the same shifts
//     row i + 2  . . . g . h i .        the same shifts
//
// A run stores its shifts once, and its values eight rows side by side: a d g … | b e h … | c f i …, the rows that are left
// over behind them, one by one; values that are the same in all of its rows, only once. Products read x contiguously and no
// indices at all. The diagonal storage of sparse iterative codes (Saad, Iterative Methods for Sparse Linear Systems, 2nd
// ed., 3.4) bound to rows: no zeros are filled in, and the rest of a matrix may be anything.
#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "sparse/kernels/runs.hpp"
#include "sparse/parts.hpp"
#include "sparse/tuned/layout.hpp"
#include "sparse/tuned/stored.hpp"
#include "sparse/tuned/tiles.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t most_of_a_row = 1024;
constexpr std::int64_t longest_run = 512 * run_block;  // longer ones are cut, so that threads can share them

struct Run {
    std::int64_t row;  // the first
    std::int64_t rows;
    std::int64_t length;  // entries a row
    std::int64_t shifts;  // where they begin
    std::int64_t values;
    std::int64_t work;  // rows and entries before this run
    bool constant;
};

template <class T>
bool same_bits(const T* a, const T* b, std::int64_t n) {
    return n == 0 || std::memcmp(a, b, static_cast<std::size_t>(n) * sizeof(T)) == 0;
}

/// The runs of a matrix, and how much they cover.
template <class T, class I>
class RunFinder {
  public:
    explicit RunFinder(const CsrView<T, I>& A)
        : offsets_(A.row_offsets().data()),
          indices_(A.col_indices().data()),
          values_(A.values().data()),
          rows_(A.rows()) {}

    /// False where a row is too long or there are too many patterns: another layout is better.
    bool find(std::vector<Run>& runs, std::vector<std::int64_t>& shifts) {
        std::map<std::vector<std::int64_t>, std::int64_t> known;
        std::int64_t work = 0;
        std::int64_t covered = 0;
        std::int64_t seen = 0;
        for (std::int64_t i = 0; i < rows_;) {
            const std::int64_t length = length_of(i);
            if (length > most_of_a_row) return false;
            std::int64_t end = i + 1;
            while (end < rows_ && end - i < longest_run && continues(end)) ++end;
            const bool constant = end - i >= run_block && is_constant(i, end);
            if (end - i >= run_block) covered += (end - i) * length;
            seen += (end - i) * length;
            if (seen > 10000 && 10 * covered < 5 * seen) return false;
            pattern_.clear();
            for (std::int64_t k = at(i); k < at(i + 1); ++k) pattern_.push_back(static_cast<std::int64_t>(indices_[k]) - i);
            const auto [place, is_new] = known.try_emplace(pattern_, static_cast<std::int64_t>(shifts.size()));
            if (is_new) shifts.insert(shifts.end(), pattern_.begin(), pattern_.end());
            if (known.size() > 4096) return false;
            runs.push_back({i, end - i, length, place->second, 0, work, constant});
            work += (end - i) * (length + 1);
            i = end;
        }
        return 10 * covered >= 9 * at(rows_);
    }

    std::int64_t at(std::int64_t i) const { return static_cast<std::int64_t>(offsets_[i]); }

  private:
    std::int64_t length_of(std::int64_t i) const { return at(i + 1) - at(i); }
    /// Whether row i has the shifts of row i − 1.
    bool continues(std::int64_t i) const {
        const std::int64_t length = length_of(i);
        if (length != length_of(i - 1)) return false;
        const I* before = indices_ + at(i - 1);
        const I* here = indices_ + at(i);
        std::int64_t different = 0;
        for (std::int64_t l = 0; l < length; ++l) different += here[l] - before[l] != 1;
        return different == 0;
    }
    bool is_constant(std::int64_t begin, std::int64_t end) const {
        const std::int64_t length = length_of(begin);
        for (std::int64_t i = begin + 1; i < end; ++i)
            if (!same_bits(values_ + at(begin), values_ + at(i), length)) return false;
        return true;
    }

    const I* offsets_;
    const I* indices_;
    const T* values_;
    std::int64_t rows_;
    std::vector<std::int64_t> pattern_;
};

template <class T, class V>
class RunLayout final : public TunedLayout<T> {
  public:
    template <class I>
    static std::unique_ptr<TunedLayout<T>> make(CsrView<T, I> A) {
        auto layout = std::make_unique<RunLayout>();
        RunFinder<T, I> finder(A);
        if (!finder.find(layout->runs_, layout->shifts_)) return nullptr;
        layout->take_values(A, finder);
        return layout;
    }

    void apply(const T* x, T* y, std::int64_t y_stride, T alpha, T beta, int threads) const override {
        const Update<T> update(alpha, beta);
        const int parts = static_cast<int>(std::min<std::int64_t>(threads, std::ssize(runs_)));
        for_each_part(parts, [&](int part) {
            const auto begin = cut(part, parts);
            const auto end = cut(part + 1, parts);
            for (auto r = begin; r < end; ++r) apply_run(runs_[static_cast<std::size_t>(r)], x, y, y_stride, update);
        });
    }

    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return values_.size() * static_cast<std::int64_t>(sizeof(V)) +
               std::ssize(runs_) * static_cast<std::int64_t>(sizeof(Run)) + std::ssize(shifts_) * 8;
    }
    [[nodiscard]] std::string description() const override {
        std::string text = "runs of rows with one pattern (" + std::to_string(runs_.size()) + " runs";
        const auto constant = std::count_if(runs_.begin(), runs_.end(), [](const Run& run) { return run.constant; });
        if (constant > 0) text += ", " + std::to_string(constant) + " of them with constant values";
        return text + ")" + stored_in_words<T, V>();
    }

  private:
    template <class I>
    void take_values(const CsrView<T, I>& A, const RunFinder<T, I>& finder) {
        std::int64_t size = 0;
        for (auto& run : runs_) {
            run.values = size;
            size += run.constant ? run.length : run.length * run.rows;
        }
        values_ = Array<V>(size, uninitialized);
        for_each_row(std::ssize(runs_), A.nnz(), [&](std::int64_t r) {
            const Run& run = runs_[static_cast<std::size_t>(r)];
            const T* from = A.values().data() + finder.at(run.row);
            V* to = values_.data() + run.values;
            const std::int64_t blocked = run.constant ? 0 : run.rows / run_block * run_block;
            for (std::int64_t b = 0; b < blocked; b += run_block, to += run_block * run.length)
                for (std::int64_t q = 0; q < run_block; ++q)
                    for (std::int64_t l = 0; l < run.length; ++l)
                        to[l * run_block + q] = static_cast<V>(from[(b + q) * run.length + l]);
            std::transform(from + blocked * run.length, from + (run.constant ? run.length : run.rows * run.length), to,
                           [](const T& v) { return static_cast<V>(v); });
        });
    }

    /// The first run of a part.
    std::int64_t cut(int part, int parts) const noexcept {
        if (part == 0) return 0;
        if (part == parts) return std::ssize(runs_);
        const std::int64_t total = runs_.back().work + runs_.back().rows * (runs_.back().length + 1);
        const std::int64_t target = total / parts * part;
        return std::partition_point(runs_.begin(), runs_.end(), [&](const Run& run) { return run.work < target; }) -
               runs_.begin();
    }

    void apply_run(const Run& run, const T* x, T* y, std::int64_t stride, const Update<T>& update) const noexcept {
        const auto& family = kernels<RunKernels<T, V>>();
        put_rows(run.row, run.row + run.rows, y, stride, update, [&](std::int64_t begin, std::int64_t end, T* sums) {
            const std::int64_t* shifts = shifts_.data() + run.shifts;
            const V* values = values_.data() + run.values;
            if (run.constant) family.constant(shifts, run.length, values, x + begin, end - begin, sums);
            else family.varying(shifts, run.length, values + (begin - run.row) * run.length, x + begin, end - begin, sums);
        });
    }

    std::vector<Run> runs_;
    std::vector<std::int64_t> shifts_;
    Array<V> values_;
};

}  // namespace

template <class T, class I>
std::unique_ptr<TunedLayout<T>> run_layout(CsrView<T, I> A, bool in_float) {
    return in_float ? RunLayout<T, InFloat<T>>::make(A) : RunLayout<T, T>::make(A);
}

#define TAMIS_INSTANTIATE(T, I) template std::unique_ptr<TunedLayout<T>> run_layout(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
