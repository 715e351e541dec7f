#include "iterative/eigen/slice_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/refine_pairs.hpp"
#include "iterative/eigen/thick_restart.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

template <class T>
class SliceSearch {
  public:
    SliceSearch(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                const SliceGoal<T>& goal)
        : problem_(problem),
          op_(op),
          monitor_(monitor),
          goal_(goal),
          n_(problem.n()),
          left_(goal.left),
          right_(goal.right),
          most_(std::min(goal.left + goal.right, 2 * goal.limit)),
          wanted_(std::min(goal.left + goal.right, goal.limit)),
          locked_(static_cast<std::int64_t>(goal.known.size())),
          others_(std::min<std::int64_t>(wanted_ + 16, std::max<std::int64_t>(n_ - locked_ - most_, 0))),
          b_(choose_block()),
          m_(choose_subspace()),
          basis_(problem, op, monitor, locked_ + most_ + others_, m_, b_),
          seed_(goal.seed) {}

    SliceFound<T> run() {
        for (std::int64_t j = 0; j < locked_; ++j) vec::copy(n_, goal_.known[static_cast<std::size_t>(j)], basis_.column(j));
        begin();
        std::int64_t idle = 0;
        while (!is_done()) {
            if (!fill()) break;
            basis_.prepare_residuals();
            const std::int64_t h = basis_.size();
            const auto order = wanted_positions(Which::largest_magnitude, 0, basis_.values(), h, h);
            ritz_.clear();
            for (const std::int64_t i : order)
                ritz_.push_back({basis_.values()[i], basis_.residual(i), basis_.operator_residual(i)});
            const bool exhausted = basis_.is_exhausted();
            const std::int64_t kept = std::min(h, kept_columns());
            basis_.restart(order.data(), kept);
            const std::int64_t found = lock_converged(kept);
            if (!monitor_.step(goal_.before + accepted(), largest_residual())) break;
            idle = found > 0 ? 0 : idle + 1;
            if (idle >= goal_.patience) break;
            if (exhausted || !is_promising()) begin();
        }
        return collect();
    }

  private:
    struct Ritz {
        double theta;
        double residual;
        double operator_residual;
    };

    [[nodiscard]] std::int64_t choose_block() const {
        const std::int64_t b = problem_.block_size > 0 ? problem_.block_size : wanted_ == 1 ? 2 : 4;
        return std::clamp<std::int64_t>(b, 1, std::max<std::int64_t>((n_ - locked_) / 8, 1));
    }
    [[nodiscard]] std::int64_t choose_subspace() const {
        const std::int64_t automatic = wanted_ + std::max(wanted_, 10 * b_);
        const std::int64_t m = problem_.subspace > 0 ? problem_.subspace : automatic;
        return std::max(std::min(std::max(m, wanted_ / 4 + 6 * b_), n_ - locked_ - b_), 3 * b_);
    }
    [[nodiscard]] std::int64_t accepted() const { return static_cast<std::int64_t>(columns_.size()); }
    [[nodiscard]] std::int64_t missing() const {
        return std::min(left_ + right_, std::max<std::int64_t>(most_ - accepted(), 0));
    }
    [[nodiscard]] std::int64_t kept_columns() const {
        const std::int64_t wanted = std::min({missing(), wanted_, m_ / 2});
        return std::max<std::int64_t>(wanted, std::min(wanted + std::max(b_, (m_ - wanted) * 2 / 5), m_ - 2 * b_));
    }

    void begin() {
        basis_.start(locked_, {}, std::min(b_, n_ - locked_), seed_);
        seed_ += 4096;
    }

    /// Extends the basis until it is full, or has what is wanted, and solves the projected problem.
    bool fill() {
        std::int64_t steps = 0;
        while (basis_.has_room()) {
            if (!basis_.extend()) {
                monitor_.end(Status::not_finite, "a product was not finite");
                return false;
            }
            constexpr std::int64_t check_every = 4;
            if (++steps % check_every != 0 || basis_.size() < std::min(missing(), wanted_)) continue;
            basis_.solve_projected();
            if (has_all()) return true;
        }
        basis_.solve_projected();
        return true;
    }
    /// Whether as many Ritz pairs have converged as are wanted.
    [[nodiscard]] bool has_all() {
        basis_.prepare_residuals();
        std::int64_t left = left_, right = right_;
        for (std::int64_t i = 0; i < basis_.size(); ++i) {
            const Ritz r{basis_.values()[i], basis_.residual(i), basis_.operator_residual(i)};
            if (!is_inside(r.theta) || !has_converged(r, 1)) continue;
            --(r.theta < 0 ? left : right);
        }
        return (left <= 0 && right <= 0) || left_ + right_ - left - right >= std::min(missing(), wanted_);
    }

    /// Whether λ lies in the interval, on a side where some are missing.
    [[nodiscard]] bool is_inside(double theta) const {
        if (theta < 0) return left_ > 0 && -theta * (op_.sigma - goal_.lower + goal_.lower_margin) >= 1;
        return right_ > 0 && theta * (goal_.upper + goal_.upper_margin - op_.sigma) >= 1;
    }
    [[nodiscard]] bool may_be_inside(const Ritz& r) const {
        return is_inside(r.theta - r.operator_residual) || is_inside(r.theta + r.operator_residual) || is_inside(r.theta);
    }
    [[nodiscard]] bool has_converged(const Ritz& r, double norm_v) const {
        constexpr double eps = std::numeric_limits<Real<T>>::epsilon();
        constexpr double near = std::same_as<Real<T>, float> ? 1e-3 : 1e-8;
        return r.residual <= 0.5 * monitor_.target(op_.value(r.theta), norm_v) &&
               r.operator_residual <= std::max(near * std::abs(r.theta), 50 * eps * largest_theta_);
    }

    /// Locks what has converged among the kept vectors; returns how many of them are wanted.
    std::int64_t lock_converged(std::int64_t kept) {
        for (const Ritz& r : ritz_) largest_theta_ = std::max(largest_theta_, std::abs(r.theta));
        std::int64_t found = 0;
        for (std::size_t i = 0; static_cast<std::int64_t>(i) < kept;) {
            const double norm_v = problem_.generalized() ? vec::norm(n_, basis_.active(static_cast<std::int64_t>(i))) : 1.0;
            const Ritz r = ritz_[i];
            const bool inside = is_inside(r.theta) && accepted() < most_;
            if (!has_converged(r, norm_v) || (!inside && (others_ == 0 || !is_in_the_way(r)))) {
                ++i;
                continue;
            }
            basis_.lock_next(static_cast<std::int64_t>(i));
            std::swap(ritz_[0], ritz_[i]);
            ritz_.erase(ritz_.begin());
            --kept;
            if (inside) {
                columns_.push_back(locked_);
                thetas_.push_back(r.theta);
                --(r.theta < 0 ? left_ : right_);
                ++found;
            } else {
                --others_;
            }
            ++locked_;
        }
        return found;
    }
    /// A value that is not wanted, but comes before some that are.
    [[nodiscard]] bool is_in_the_way(const Ritz& r) const {
        return std::any_of(ritz_.begin(), ritz_.end(), [&](const Ritz& other) {
            return std::abs(other.theta) < std::abs(r.theta) && may_be_inside(other);
        });
    }
    /// Whether any vector at hand may become one that is missing.
    [[nodiscard]] bool is_promising() const {
        return std::any_of(ritz_.begin(), ritz_.end(), [&](const Ritz& r) { return may_be_inside(r); });
    }
    [[nodiscard]] double largest_residual() const {
        double largest = 0;
        std::int64_t seen = 0;
        for (const Ritz& r : ritz_) {
            if (std::isnan(r.residual)) return r.residual;
            if (is_inside(r.theta) && ++seen <= missing()) largest = std::max(largest, r.residual);
        }
        return largest;
    }

    [[nodiscard]] bool is_done() const {
        if (left_ + right_ == 0 || accepted() >= most_) return true;
        if (accepted() < wanted_) return false;
        // Enough; but a cluster is taken as a whole.
        double least = std::numeric_limits<double>::infinity();
        for (const double theta : thetas_) least = std::min(least, std::abs(theta));
        return std::none_of(ritz_.begin(), ritz_.end(), [&](const Ritz& r) {
            return is_inside(r.theta) && std::abs(r.theta) + r.operator_residual >= 0.99 * least;
        });
    }

    SliceFound<T> collect() {
        SliceFound<T> result;
        const std::int64_t k = accepted();
        result.pairs.values = Array<double>(k, uninitialized);
        result.pairs.vectors = Array<T>(n_ * k, uninitialized);
        // Nothing nearer than the nearest that is not done; all up to the farthest that is.
        double open_left = 0, open_right = 0;
        for (const Ritz& r : ritz_)
            if (is_inside(r.theta)) {
                double& open = r.theta < 0 ? open_left : open_right;
                open = std::max(open, std::abs(r.theta));
            }
        for (std::int64_t j = 0; j < k; ++j) {
            const double theta = thetas_[static_cast<std::size_t>(j)];
            result.pairs.values[j] = op_.value(theta);
            vec::copy(n_, basis_.column(columns_[static_cast<std::size_t>(j)]), result.pairs.vectors.data() + j * n_);
            double& reach = theta < 0 ? result.reach_left : result.reach_right;
            if (std::abs(theta) >= (theta < 0 ? open_left : open_right)) reach = std::max(reach, 1 / std::abs(theta));
        }
        if (k > 0) {
            refine_pairs(problem_, op_, monitor_, result.pairs, k);
            drop_inexact(result.pairs);
        }
        return result;
    }
    /// Residuals by fresh products: where σ lies next to an eigenvalue, rounding may have hidden what they are.
    void drop_inexact(EigenPairs<T>& pairs) {
        const std::int64_t k = pairs.values.size();
        constexpr std::int64_t at_once = 8;
        Array<T> AV(n_ * std::min(k, at_once), uninitialized), BV(problem_.generalized() ? AV.size() : 0, uninitialized);
        std::int64_t kept = 0;
        for (std::int64_t first = 0; first < k; first += at_once) {
            const std::int64_t m = std::min(at_once, k - first);
            const T* const V = pairs.vectors.data() + first * n_;
            monitor_.apply(V, AV.data(), m);
            if (problem_.generalized()) monitor_.apply_mass(V, BV.data(), m);
            double norms[at_once];
            tall::residuals(n_, m, AV.data(), problem_.generalized() ? BV.data() : V, pairs.values.data() + first, AV.data(),
                            norms);
            for (std::int64_t j = 0; j < m; ++j) {
                const double value = pairs.values[first + j];
                const double norm_v = problem_.generalized() ? vec::norm(n_, V + j * n_) : 1.0;
                constexpr double room = 4;  // of the ten times that the final test allows
                if (!(norms[j] <= room * monitor_.target(value, norm_v))) continue;
                pairs.values[kept] = value;
                if (kept != first + j) vec::copy(n_, V + j * n_, pairs.vectors.data() + kept * n_);
                ++kept;
            }
        }
        pairs.values = Array<double>(std::span<const double>(pairs.values.data(), static_cast<std::size_t>(kept)));
    }

    const HermitianProblem<T>& problem_;
    const SpectralOperator<T>& op_;
    EigenMonitor<T>& monitor_;
    const SliceGoal<T>& goal_;
    std::int64_t n_;
    std::int64_t left_;  ///< still missing
    std::int64_t right_;
    std::int64_t most_;    ///< pairs for which there is room
    std::int64_t wanted_;  ///< pairs that are enough
    std::int64_t locked_;
    std::int64_t others_;  ///< room for locked pairs that are not wanted
    std::int64_t b_;
    std::int64_t m_;
    ThickRestart<T> basis_;
    std::uint64_t seed_;
    std::vector<Ritz> ritz_;  ///< not locked, nearest to σ first
    std::vector<std::int64_t> columns_;
    std::vector<double> thetas_;
    double largest_theta_ = 0;
};

}  // namespace

template <class T>
SliceFound<T> search_slice(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenMonitor<T>& monitor,
                           const SliceGoal<T>& goal) {
    return SliceSearch<T>(problem, op, monitor, goal).run();
}

#define TAMIS_INSTANTIATE(T)                                                                                         \
    template SliceFound<T> search_slice<T>(const HermitianProblem<T>&, const SpectralOperator<T>&, EigenMonitor<T>&, \
                                           const SliceGoal<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
