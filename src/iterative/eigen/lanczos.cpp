#include "iterative/eigen/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "instantiate.hpp"
#include "iterative/eigen/refine_pairs.hpp"
#include "iterative/eigen/thick_restart.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// One end of the wanted set: so many θ of largest key.
struct LanczosEnd {
    Which order;
    std::int64_t count;
};

std::vector<LanczosEnd> lanczos_ends(Which order, std::int64_t k) {
    if (order != Which::both_ends) return {{order, k}};
    std::vector<LanczosEnd> ends{{Which::largest_algebraic, (k + 1) / 2}};
    if (k > 1) ends.push_back({Which::smallest_algebraic, k / 2});
    return ends;
}

/// How much a θ is wanted.
double lanczos_key(Which order, double sigma, double theta) noexcept {
    switch (order) {
        case Which::largest_magnitude: return std::abs(theta);
        case Which::smallest_magnitude: return -std::abs(theta);
        case Which::smallest_algebraic: return -theta;
        case Which::nearest: return -std::abs(theta - sigma);
        default: return theta;
    }
}

template <class T>
class LanczosSearch {
  public:
    LanczosSearch(const HermitianProblem<T>& problem, const SpectralOperator<T>& op)
        : problem_(problem),
          op_(op),
          monitor_(problem),
          n_(problem.n()),
          k_(problem.k),
          given_(std::min(problem.initial.cols(), 2 * problem.k + 2)),
          b_(choose_block()),
          m_(choose_subspace()),
          basis_(problem, op, monitor_, k_, m_, b_),
          theta_(static_cast<std::size_t>(k_), std::numeric_limits<double>::quiet_NaN()) {
        if (problem.max_iterations == 0) monitor_.set_max_iterations(std::max<std::int64_t>(1000, 20 * n_ / m_));
    }

    EigenReport run(EigenPairs<T>& pairs) {
        if (op_.inverts() || problem_.generalized()) monitor_.estimate_norms();
        basis_.start(0, problem_.initial, b_, problem_.seed);
        std::string how = "block Lanczos with thick restarts on " + op_.how + " (blocks of " + std::to_string(b_) +
                          ", up to " + std::to_string(m_) + " vectors)";
        if (find_pairs()) {
            const std::int64_t copies = largest_cluster();
            if (copies < b_ - given_ && problem_.tolerance <= 1e-4) {
                how += "; values have up to " + std::to_string(copies) + " copies, fewer than a block finds";
            } else if (verify()) {
                how += "; a search among vectors orthogonal to these pairs found " +
                       (exchanged_ > 0 ? std::to_string(exchanged_) + " better ones, which were taken" : "none better");
            }
        }
        extract(pairs);
        return monitor_.finish(pairs, how);
    }

  private:
    [[nodiscard]] std::int64_t choose_block() const {
        const std::int64_t automatic = given_ > 0 ? given_ + 2 : k_ == 1 ? 2 : 4;
        const std::int64_t b = problem_.block_size > 0 ? std::max(problem_.block_size, given_) : automatic;
        return std::clamp<std::int64_t>(b, 1, std::max<std::int64_t>((n_ - k_) / 4, 1));
    }
    [[nodiscard]] std::int64_t choose_subspace() const {
        const std::int64_t least = k_ + 3 * b_;
        const std::int64_t automatic = op_.inverts() ? k_ + std::max(2 * k_, 10 * b_) : k_ + std::max(k_, 10 * b_ + 10);
        const std::int64_t m = problem_.subspace > 0 ? problem_.subspace : automatic;
        return std::min(std::max(m, least), n_ - b_);
    }
    [[nodiscard]] double key(const LanczosEnd& end, double theta) const {
        return lanczos_key(end.order, problem_.sigma, op_.rank(theta));
    }
    /// The positions of the `count` Ritz values that are wanted most.
    [[nodiscard]] Array<std::int64_t> most_wanted(std::int64_t count) const {
        const std::int64_t h = basis_.size();
        if (op_.moved == 0) return wanted_positions(op_.order, problem_.sigma, basis_.values(), h, count);
        std::vector<double> ranks(static_cast<std::size_t>(h));
        std::transform(basis_.values(), basis_.values() + h, ranks.begin(), [&](double theta) { return op_.rank(theta); });
        return wanted_positions(op_.order, problem_.sigma, ranks.data(), h, count);
    }
    [[nodiscard]] double target(double theta, double norm_v) const {
        // Half of it: what is rounded off or left out on the way to the final residual has room.
        return 0.5 * monitor_.target(op_.value(theta), norm_v);
    }
    [[nodiscard]] double norm_of(std::int64_t column) {
        return problem_.generalized() ? vec::norm(n_, basis_.active(column)) : 1.0;
    }
    void project() {
        basis_.solve_projected();
        basis_.prepare_residuals();
        const std::int64_t h = basis_.size();
        if (op_.inverts() || problem_.generalized() || h == 0) return;
        monitor_.raise_norm(std::max(std::abs(basis_.values()[0]), std::abs(basis_.values()[h - 1])));
    }
    [[nodiscard]] std::int64_t kept(std::int64_t wanted) const {
        return std::max<std::int64_t>(wanted, std::min(wanted + std::max(b_, (m_ - wanted) * 2 / 5), m_ - 2 * b_));
    }
    bool extend() {
        if (basis_.extend()) return true;
        monitor_.end(Status::not_finite, "a product was not finite");
        return false;
    }

    /// Until k pairs have converged; they are the first k columns of the basis then.
    bool find_pairs() {
        const bool plain = !op_.inverts() && !problem_.generalized();
        for (;;) {
            std::int64_t steps = 0;
            while (basis_.has_room()) {
                if (!extend()) return false;
                constexpr std::int64_t check_every = 4;
                if (plain && ++steps % check_every == 0 && basis_.size() >= k_ && all_converged()) break;
            }
            project();
            const std::int64_t h = basis_.size();
            const auto wanted = most_wanted(std::min(kept(k_), h));
            const std::int64_t have = std::min(k_, h);
            std::vector<double> residual(static_cast<std::size_t>(have));
            for (std::int64_t j = 0; j < have; ++j) {
                residual[static_cast<std::size_t>(j)] = basis_.residual(wanted[j]);
                theta_[static_cast<std::size_t>(j)] = basis_.values()[wanted[j]];
            }
            basis_.restart(wanted.data(), wanted.size());
            std::int64_t converged = 0;
            double largest = 0;
            for (std::int64_t j = 0; j < have; ++j) {
                const double r = residual[static_cast<std::size_t>(j)];
                if (r <= target(theta_[static_cast<std::size_t>(j)], norm_of(j))) ++converged;
                else largest = r <= largest ? largest : r;
            }
            if (!monitor_.step(converged, largest)) return false;
            if (converged == k_) return true;
            if (basis_.is_exhausted()) {
                monitor_.end(Status::breakdown,
                             "the operator has no more than " + std::to_string(h) + " independent directions to look in");
                return false;
            }
        }
    }

    [[nodiscard]] bool all_converged() {
        project();
        const auto wanted = most_wanted(k_);
        return std::all_of(wanted.begin(), wanted.end(),
                           [&](std::int64_t i) { return basis_.residual(i) <= target(basis_.values()[i], 1); });
    }

    /// The most wanted values that lie together.
    [[nodiscard]] std::int64_t largest_cluster() const {
        std::vector<double> sorted(theta_);
        std::sort(sorted.begin(), sorted.end());
        const double near = 1e-6 * std::max(std::abs(sorted.front()), std::abs(sorted.back()));
        std::int64_t largest = 1, size = 1;
        for (std::size_t i = 1; i < sorted.size(); ++i) {
            size = sorted[i] - sorted[i - 1] <= near ? size + 1 : 1;
            largest = std::max(largest, size);
        }
        return largest;
    }

    /// The least wanted of the locked pairs at this end.
    [[nodiscard]] std::int64_t worst(const LanczosEnd& end) const {
        std::vector<std::int64_t> order(static_cast<std::size_t>(k_));
        for (std::int64_t i = 0; i < k_; ++i) order[static_cast<std::size_t>(i)] = i;
        std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
            return key(end, theta_[static_cast<std::size_t>(a)]) > key(end, theta_[static_cast<std::size_t>(b)]);
        });
        return order[static_cast<std::size_t>(end.count - 1)];
    }
    [[nodiscard]] double worst_key(const LanczosEnd& end) const {
        return key(end, theta_[static_cast<std::size_t>(worst(end))]);
    }

    /// Whether what the basis has seen after so many steps leaves no room for a better pair at this end.
    [[nodiscard]] bool is_settled(const LanczosEnd& end, std::int64_t steps) const {
        const std::int64_t h = basis_.size();
        const double* const theta = basis_.values();
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < h; ++i)
            if (key(end, theta[i]) > key(end, theta[best])) best = i;
        const double residual = basis_.operator_residual(best);
        const double width = std::max({theta[h - 1] - theta[0], std::abs(theta[0]), std::abs(theta[h - 1])});
        const double distance = worst_key(end) - key(end, theta[best]);
        const double rounding = 100.0 * std::numeric_limits<Real<T>>::epsilon();
        // It has converged, and is no better.
        if (residual <= 1e-5 * width && basis_.residual(best) <= target(theta[best], 1) &&
            distance >= -2 * residual - rounding * width)
            return true;
        if (!(distance > 10 * residual)) return false;
        // Within so many steps the Chebyshev polynomial of what is left of the spectrum has lifted any eigenvector outside
        // of it, of which a random vector holds 1/√n, as a rule, by 200√n.
        const double gap = (distance - residual) / std::max(width, std::numeric_limits<double>::min());
        return static_cast<double>(steps) >= std::log(200 * std::sqrt(static_cast<double>(n_))) / std::acosh(1 + 2 * gap);
    }

    /// Searches orthogonally to the k locked pairs, from fresh random vectors, for better ones.
    bool verify() {
        const auto ends = lanczos_ends(op_.order, k_);
        for (std::uint64_t round = 1;; ++round) {
            const std::int64_t b = std::min(b_, n_ - k_);
            basis_.start(k_, {}, b, problem_.seed + 0x1000 * round);
            std::int64_t steps = 0, found = 0;
            for (bool settled = false; !settled;) {
                while (basis_.has_room() && !settled) {
                    if (!extend()) return false;
                    constexpr std::int64_t check_every = 3;
                    if (++steps % check_every != 0) continue;
                    project();
                    settled = std::all_of(ends.begin(), ends.end(), [&](const auto& end) { return is_settled(end, steps); });
                }
                if (settled || basis_.size() == 0) break;
                project();
                const std::int64_t h = basis_.size();
                auto wanted = most_wanted(std::min(kept(std::min(k_, m_ / 3)), h));
                std::vector<double> theta, residual;
                for (const std::int64_t i : wanted) {
                    theta.push_back(basis_.values()[i]);
                    residual.push_back(basis_.residual(i));
                }
                const bool exhausted = basis_.is_exhausted();
                basis_.restart(wanted.data(), wanted.size());
                found += exchange(ends, theta, residual);
                if (!monitor_.step(k_ - 1, residual.empty() ? 0 : residual.front())) return false;
                if (exhausted) break;
            }
            if (found < b) return true;
        }
    }

    /// Exchanges converged pairs that are better than locked ones; returns how many.
    std::int64_t exchange(const std::vector<LanczosEnd>& ends, std::vector<double>& theta, std::vector<double>& residual) {
        std::int64_t found = 0;
        double largest = 0;
        for (const double t : theta_) largest = std::max(largest, std::abs(t));
        for (std::size_t j = 0; j < theta.size();) {
            bool taken = false;
            const double norm_v = norm_of(static_cast<std::int64_t>(j));
            if (residual[j] <= target(theta[j], norm_v)) {
                for (const auto& end : ends) {
                    // In the measure of θ, what the residual leaves open, and rounding.
                    const double open = residual[j] / op_.residual_factor(theta[j]) / monitor_.norm() * std::abs(theta[j]);
                    const double tie = 2 * open + 100.0 * std::numeric_limits<Real<T>>::epsilon() * largest;
                    if (!(key(end, theta[j]) > worst_key(end) + tie)) continue;
                    const std::int64_t to = worst(end);
                    basis_.lock(static_cast<std::int64_t>(j), to);
                    theta_[static_cast<std::size_t>(to)] = theta[j];
                    taken = true;
                    break;
                }
            }
            if (!taken) {
                ++j;
                continue;
            }
            theta.erase(theta.begin() + static_cast<std::ptrdiff_t>(j));
            residual.erase(residual.begin() + static_cast<std::ptrdiff_t>(j));
            ++found;
        }
        exchanged_ += found;
        return found;
    }

    void extract(EigenPairs<T>& pairs) {
        pairs.values = Array<double>(k_, uninitialized);
        pairs.vectors = Array<T>(n_ * k_, uninitialized);
        std::int64_t have = 0;
        for (std::int64_t j = 0; j < k_; ++j) {
            const double theta = theta_[static_cast<std::size_t>(j)];
            pairs.values[j] = std::isnan(theta) ? theta : op_.value(theta);
            if (std::isnan(theta)) vec::zero(n_, pairs.vectors.data() + j * n_);
            else vec::copy(n_, basis_.column(j), pairs.vectors.data() + j * n_);
            if (!std::isnan(theta)) have = j + 1;
        }
        if (op_.inverts() && have > 0) refine_pairs(problem_, op_, monitor_, pairs, have);
    }

    const HermitianProblem<T>& problem_;
    const SpectralOperator<T>& op_;
    EigenMonitor<T> monitor_;
    std::int64_t n_;
    std::int64_t k_;
    std::int64_t given_;  ///< start vectors
    std::int64_t b_;
    std::int64_t m_;
    ThickRestart<T> basis_;
    std::vector<double> theta_;  ///< of the first k columns
    std::int64_t exchanged_ = 0;
};

}  // namespace

template <class T>
EigenReport lanczos(const HermitianProblem<T>& problem, const SpectralOperator<T>& op, EigenPairs<T>& pairs) {
    return LanczosSearch<T>(problem, op).run(pairs);
}

#define TAMIS_INSTANTIATE(T) \
    template EigenReport lanczos<T>(const HermitianProblem<T>&, const SpectralOperator<T>&, EigenPairs<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
