// Private: products of an iteration that turns out to be long.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/rows_to_tune.hpp>
#include <tamis/sparse/tune.hpp>

#include "iterative/monitor.hpp"

namespace tamis::detail {

/// The operator of a solve. Where that has taken a while and is expected to go on, a sparse matrix is laid out
/// anew by the rules of tune, which changes no bit of its products (docs/decisions/0025). When it is tried depends on
/// iterations and residual norms only, not on time.
template <class T>
class LongRun {
  public:
    /// `rows`: A once more, or none where no copy may be made.
    LongRun(const OperatorRef<T>& A, const RowsToTune<T>& rows)
        : products_(A),
          rows_(rows),
          next_look_(rows ? first_look : never) {}
    LongRun(const LongRun&) = delete;
    LongRun& operator=(const LongRun&) = delete;

    /// For the monitor, which refers to it.
    [[nodiscard]] const OperatorRef<T>& products() const noexcept { return products_; }

    /// Before the product of each iteration.
    void look_ahead(const Monitor<T>& monitor) {
        if (monitor.iterations() == 0) start_norm_ = monitor.residual_norm();
        if (monitor.iterations() < next_look_) return;
        next_look_ *= 2;
        const std::int64_t left = iterations_left(monitor);
        if (left < least_left) return;
        next_look_ = never;
        tuned_ = rows_.faster_copy(left);
        if (tuned_) products_ = OperatorRef<T>(*tuned_);
    }

  private:
    /// A search costs the time of ten to forty products, and may find nothing.
    static constexpr std::int64_t first_look = 32;
    static constexpr std::int64_t least_left = 96;
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    /// If the residual norm goes on falling by as much an iteration as it has so far.
    [[nodiscard]] std::int64_t iterations_left(const Monitor<T>& monitor) const {
        const std::int64_t most = monitor.max_iterations() - monitor.iterations();
        const double fallen = std::log(start_norm_ / monitor.residual_norm());
        const double to_fall = std::log(monitor.residual_norm() / monitor.target());
        const double left = to_fall / fallen * static_cast<double>(monitor.iterations());
        if (!(fallen > 0) || !(left < static_cast<double>(most))) return most;
        return static_cast<std::int64_t>(left);
    }

    OperatorRef<T> products_;
    RowsToTune<T> rows_;
    std::shared_ptr<const TunedMatrix<T>> tuned_;
    std::int64_t next_look_;
    double start_norm_ = 0;
};

}  // namespace tamis::detail
