#include "sparse/factor_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <tamis/core/array.hpp>

namespace tamis::detail {

namespace {

/// Factors of the sums over all separators, fitted to what `analyze` finds for Poisson problems (docs/decisions/0023).
constexpr double entries_a_square = 3;
constexpr double flops_a_cube = 8;

/// Σ_k 2^(k (1 − power ρ)), k = 0 … log₂ n.
double sum_of_parts(double n, double rho, double power) {
    double sum = 0;
    for (double k = 0; k <= std::log2(n); ++k) sum += std::exp2(k * (1 - power * rho));
    return sum;
}

enum class Mark : char { unseen, left_out, found, passed };

template <class I>
class Levels {
  public:
    Levels(PatternView<I> P, const PatternView<I>* transposed)
        : P_(P),
          transposed_(transposed),
          mark_(P.rows, uninitialized),
          queue_(P.rows, uninitialized),
          degree_(P.rows, uninitialized) {
        std::fill(mark_.begin(), mark_.end(), Mark::unseen);
        for (std::int64_t i = 0; i < P.rows; ++i) {
            std::int64_t degree = 0;
            for_each_neighbour(i, [&](std::int64_t) { ++degree; });
            degree_[i] = static_cast<I>(degree);
        }
    }

    FactorPrediction predict() {
        const std::int64_t n = P_.rows;
        FactorPrediction all;
        const std::int64_t dense = set_dense_aside();
        take_leaves_off();
        for (std::int64_t i = 0; i < n; ++i)
            if (mark_[i] == Mark::unseen) add_component(static_cast<I>(i), all);
        const auto count = static_cast<double>(n);
        all.nonzeros += static_cast<double>(P_.nnz()) / 2 + count + static_cast<double>(dense) * count;
        all.flops += static_cast<double>(P_.nnz()) + static_cast<double>(dense) * static_cast<double>(dense) * count;
        // No more than a full triangle.
        all.nonzeros = std::min(all.nonzeros, count * (count + 1) / 2);
        all.flops = std::min(all.flops, count * count * count / 3 + count * count);
        return all;
    }

  private:
    template <class F>
    void for_each_neighbour(std::int64_t i, const F& f) const {
        for (const I j : P_.row(i))
            if (j != i) f(static_cast<std::int64_t>(j));
        if (transposed_ == nullptr) return;
        for (const I j : transposed_->row(i))
            if (j != i) f(static_cast<std::int64_t>(j));
    }

    /// How many there are.
    std::int64_t set_dense_aside() {
        const double most = std::max(16.0, 10 * std::sqrt(static_cast<double>(P_.rows)));
        std::int64_t dense = 0;
        for (std::int64_t i = 0; i < P_.rows; ++i) {
            if (static_cast<double>(degree_[i]) <= most) continue;
            mark_[i] = Mark::left_out;
            ++dense;
            for_each_neighbour(i, [&](std::int64_t j) { --degree_[j]; });
        }
        return dense;
    }

    void take_leaves_off() {
        std::int64_t count = 0;
        const auto look_at = [&](std::int64_t i) {
            if (mark_[i] != Mark::unseen || degree_[i] > 1) return;
            mark_[i] = Mark::left_out;
            queue_[count++] = static_cast<I>(i);
        };
        for (std::int64_t i = 0; i < P_.rows; ++i) look_at(i);
        for (std::int64_t k = 0; k < count; ++k)
            for_each_neighbour(queue_[k], [&](std::int64_t j) {
                --degree_[j];
                look_at(j);
            });
    }

    /// Finds what can be reached from `start`, by levels into the queue; ends_[k] is where level k ends.
    void search(I start, Mark mark) {
        ends_.clear();
        queue_[0] = start;
        mark_[start] = mark;
        std::int64_t count = 1;
        for (std::int64_t begin = 0; begin < count;) {
            const std::int64_t end = count;
            ends_.push_back(end);
            for (; begin < end; ++begin)
                for_each_neighbour(queue_[begin], [&](std::int64_t j) {
                    if (mark_[j] == mark || mark_[j] == Mark::left_out) return;
                    mark_[j] = mark;
                    queue_[count++] = static_cast<I>(j);
                });
        }
    }

    /// The smallest of the levels that reach into the middle third of the component.
    [[nodiscard]] std::int64_t smallest_middle_level() const {
        const std::int64_t n = ends_.back();
        std::int64_t smallest = n;
        std::int64_t begin = 0;
        for (const std::int64_t end : ends_) {
            if (3 * begin < 2 * n && 3 * end > n) smallest = std::min(smallest, end - begin);
            begin = end;
        }
        return smallest;
    }

    void add_component(I start, FactorPrediction& all) {
        search(start, Mark::found);
        // The vertex of least degree in the last level is at the rim.
        const std::int64_t last = ends_.size() > 1 ? ends_[ends_.size() - 2] : 0;
        I rim = queue_[last];
        for (std::int64_t k = last; k < ends_.back(); ++k)
            if (degree_[queue_[k]] < degree_[rim]) rim = queue_[k];
        search(rim, Mark::passed);
        const std::int64_t count = ends_.back();
        if (count < 2) return;
        const auto n = static_cast<double>(count);
        const std::int64_t separator = smallest_middle_level();
        const auto s = static_cast<double>(separator);
        const double rho = std::log(s) / std::log(n);
        all.nonzeros += entries_a_square * s * s * sum_of_parts(n, rho, 2);
        all.flops += flops_a_cube * s * s * s * sum_of_parts(n, rho, 3);
        if (count <= all.component) return;
        all.component = count;
        all.separator = separator;
        all.levels = std::ssize(ends_);
    }

    PatternView<I> P_;
    const PatternView<I>* transposed_;
    Array<Mark> mark_;
    Array<I> queue_;
    Array<I> degree_;
    std::vector<std::int64_t> ends_;
};

}  // namespace

bool FactorPrediction::is_expander() const noexcept {
    return component > 1 && 8 * separator >= component &&
           static_cast<double>(levels) <= 2 * std::log2(static_cast<double>(component));
}

template <class I>
FactorPrediction predict_factor(PatternView<I> P, const PatternView<I>* transposed) {
    return Levels<I>(P, transposed).predict();
}

template FactorPrediction predict_factor(PatternView<std::int32_t>, const PatternView<std::int32_t>*);
template FactorPrediction predict_factor(PatternView<std::int64_t>, const PatternView<std::int64_t>*);

}  // namespace tamis::detail
