#include "iterative/eigen/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/polynomial_filter.hpp"
#include "iterative/eigen/refine_pairs.hpp"
#include "iterative/eigen/thick_restart.hpp"
#include "iterative/eigen/wanted_ends.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

template <class T>
class LanczosSearch {
  public:
    LanczosSearch(const HermitianProblem<T>& problem, const SpectralOperator<T>& op)
        : problem_(problem),
          op_(op),
          monitor_(problem),
          n_(problem.n()),
          k_(problem.k),
          order_(op.order),
          filters_(plain() && static_cast<bool>(problem.tuned)),
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
            std::vector<double> values(theta_);
            if (filter_) std::transform(values.begin(), values.end(), values.begin(), [&](double t) { return value(t); });
            const std::int64_t copies = largest_cluster(std::move(values));
            if (copies < b_ - given_ && problem_.tolerance <= 1e-4) {
                how += "; values have up to " + std::to_string(copies) + " copies, fewer than a block finds";
            } else if (verify()) {
                how += "; a search among vectors orthogonal to these pairs found " +
                       (exchanged_ > 0 ? std::to_string(exchanged_) + " better ones, which were taken" : "none better");
            }
        }
        extract(pairs);
        if (highest_degree_ > 0)
            how += "; polynomials of A up to degree " + std::to_string(highest_degree_) + " took its place";
        return monitor_.finish(pairs, how);
    }

  private:
    /// A itself is what the iteration multiplies with.
    [[nodiscard]] bool plain() const { return !op_.inverts() && !problem_.generalized(); }
    /// The λ of θ; where θ is what values are compared by, θ.
    [[nodiscard]] double value(double theta) const { return filter_ ? filter_->value(theta) : op_.value(theta); }
    [[nodiscard]] std::int64_t choose_block() const {
        const std::int64_t automatic = given_ > 0 ? given_ + 2 : k_ == 1 ? 2 : 4;
        const std::int64_t b = problem_.block_size > 0 ? std::max(problem_.block_size, given_) : automatic;
        return std::clamp<std::int64_t>(b, 1, std::max<std::int64_t>((n_ - k_) / 4, 1));
    }
    [[nodiscard]] std::int64_t choose_subspace() const {
        const std::int64_t least = k_ + 3 * b_;
        const std::int64_t automatic = op_.inverts() ? k_ + std::max(2 * k_, 10 * b_) : k_ + std::max<std::int64_t>(k_, 50);
        const std::int64_t m = problem_.subspace > 0 ? problem_.subspace : automatic;
        return std::min(std::max(m, least), n_ - b_);
    }
    [[nodiscard]] double key(const LanczosEnd& end, double theta) const {
        return lanczos_key(end.order, problem_.sigma, op_.rank(theta));
    }
    /// The positions of the `count` Ritz values that are wanted most.
    [[nodiscard]] Array<std::int64_t> most_wanted(std::int64_t count) const {
        const std::int64_t h = basis_.size();
        if (op_.moved == 0) return wanted_positions(order_, problem_.sigma, basis_.values(), h, count);
        std::vector<double> ranks(static_cast<std::size_t>(h));
        std::transform(basis_.values(), basis_.values() + h, ranks.begin(), [&](double theta) { return op_.rank(theta); });
        return wanted_positions(order_, problem_.sigma, ranks.data(), h, count);
    }
    [[nodiscard]] double target(double theta, double norm_v) const {
        // Half of it: what is rounded off or left out on the way to the final residual has room.
        return 0.5 * monitor_.target(value(theta), norm_v);
    }
    [[nodiscard]] double norm_of(std::int64_t column) {
        return problem_.generalized() ? vec::norm(n_, basis_.active(column)) : 1.0;
    }
    void project() {
        basis_.solve_projected();
        basis_.prepare_residuals();
        const std::int64_t h = basis_.size();
        if (op_.inverts() || problem_.generalized() || h == 0) return;
        for (const double theta : {basis_.values()[0], basis_.values()[h - 1]})
            if (!filter_ || std::abs(theta) > 1) monitor_.raise_norm(std::abs(value(theta)));
    }
    /// The position of the value at which a filter's interval begins.
    [[nodiscard]] std::int64_t cut() const { return k_ + std::max<std::int64_t>(5, k_ / 2); }
    /// Of Ritz pair i; with a filter by what it was against its bound before.
    [[nodiscard]] double residual(std::int64_t i) const { return basis_.residual(i) * (filter_ ? looseness_ : 1.0); }
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
        for (;;) {
            std::optional<ChosenFilter> next;
            for (std::int64_t steps = 1; basis_.has_room() && !next; ++steps) {
                if (!extend()) return false;
                constexpr std::int64_t check_every = 4;
                if (!plain() || steps % check_every != 0 || basis_.size() < k_) continue;
                project();
                if (all_converged()) break;
                if (basis_.size() >= 2 * cut()) next = better_filter(2);
            }
            project();
            const std::int64_t h = basis_.size();
            const auto wanted = most_wanted(std::min(kept(k_), h));
            if (!next) next = better_filter(1.5);
            const std::int64_t have = std::min(k_, h);
            std::vector<double> residual(static_cast<std::size_t>(have));
            for (std::int64_t j = 0; j < have; ++j) {
                residual[static_cast<std::size_t>(j)] = this->residual(wanted[j]);
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
            if (order_ != op_.order && !stays_on_one_side(h)) {
                begin_with(std::nullopt, std::min(cut(), std::ssize(wanted)));
                continue;
            }
            if (converged == k_ && (!filter_ || residuals_are_small(residual))) return true;
            if (basis_.is_exhausted()) {
                monitor_.end(Status::breakdown,
                             "the operator has no more than " + std::to_string(h) + " independent directions to look in");
                return false;
            }
            if (next && converged < k_) begin_with(next, std::min(cut(), std::ssize(wanted)));
        }
    }

    /// A filter of at least `gain` times the degree, for the Ritz values at hand; none where little is left to do, since
    /// another filter begins anew.
    [[nodiscard]] std::optional<ChosenFilter> better_filter(double gain) const {
        const std::int64_t h = basis_.size();
        if (!filters_) return std::nullopt;
        double largest = 0;
        for (const std::int64_t i : most_wanted(k_)) largest = std::max(largest, residual(i));
        if (largest * largest <= monitor_.norm() * monitor_.target(0)) return std::nullopt;
        std::vector<double> ritz(static_cast<std::size_t>(h));
        for (std::int64_t i = 0; i < h; ++i) ritz[static_cast<std::size_t>(i)] = value(basis_.values()[i]);
        const double margin = 1e-3 * (ritz.back() - ritz.front());
        FilterChoice choice;
        choice.which = op_.order;
        choice.ritz = ritz.data();
        choice.count = h;
        choice.k = k_;
        choice.beyond = cut();
        choice.lower = ritz.front() - margin;
        choice.upper = ritz.back() + margin;
        if (filter_) {
            choice.lower = std::min(choice.lower, filter_->low());
            choice.upper = std::max(choice.upper, filter_->high());
        } else {
            choice.lower -= basis_.residual(0);
            choice.upper += basis_.residual(h - 1);
        }
        // What rounding leaves of the first vectors in the others, times ρ, has to stay below the tolerance.
        const double eps = std::numeric_limits<Real<T>>::epsilon();
        choice.spread = std::clamp(1e-3 * problem_.tolerance / eps, 1.0, 1e6);
        constexpr int first_degree = 15, growth = 4;  // as far as early Ritz values can be trusted
        choice.highest_degree = filter_ ? growth * filter_->degree() : first_degree;
        auto next = choose_filter(choice);
        if (next && filter_ && next->filter.degree() < gain * filter_->degree()) next.reset();
        return next;
    }

    /// Begins anew, with ρ(A) or without, from random combinations of the first `count` vectors.
    void begin_with(const std::optional<ChosenFilter>& next, std::int64_t count) {
        filter_.reset();
        order_ = op_.order;
        filters_ = next.has_value();
        if (next) {
            monitor_.expect_many_products();
            filter_ = next->filter;
            order_ = next->order;
            highest_degree_ = std::max(highest_degree_, filter_->degree());
            looseness_ = 0.4;
        }
        basis_.set_filter(filter_ ? &*filter_ : nullptr);
        const std::int64_t b = std::min(b_, count);
        Array<double> random(count * b, uninitialized);
        vec::fill_random(count * b, problem_.seed + 31 * static_cast<std::uint64_t>(monitor_.matvecs()), random.data());
        Array<T> C(count * b, uninitialized), X(n_ * b, uninitialized);
        for (std::int64_t i = 0; i < count * b; ++i) C[i] = static_cast<Real<T>>(random[i]);
        tall::multiply(n_, T(1), basis_.active(0), count, C.data(), count, b, T(0), X.data());
        basis_.start(0, MatrixView<const T>(X.data(), n_, b), b_, problem_.seed + 0x100);
    }

    /// A filter for the largest magnitudes took them to be of one sign: whether that still looks right.
    [[nodiscard]] bool stays_on_one_side(std::int64_t h) const {
        const double left = value(basis_.values()[0]), right = value(basis_.values()[h - 1]);
        return order_ == Which::largest_algebraic ? left > -std::abs(right) : right < std::abs(left);
    }

    /// The residuals of the first k columns with A itself; what they are of the estimates is learnt.
    [[nodiscard]] bool residuals_are_small(const std::vector<double>& estimates) {
        Array<T> y(n_, uninitialized);
        bool small = true;
        double loosest = 0;
        for (std::int64_t j = 0; j < k_; ++j) {
            monitor_.apply(basis_.active(j), y.data(), 1);
            const double lambda = std::real(vec::dot(n_, basis_.active(j), y.data()));
            const double norm = vec::axpy_norm(n_, Sum<T>(-lambda), basis_.active(j), y.data());
            if (norm <= 0.5 * monitor_.target(lambda)) continue;
            small = false;
            loosest = std::max(loosest, norm / estimates[static_cast<std::size_t>(j)]);
        }
        if (!small) looseness_ *= std::clamp(loosest, 1.1, 4.0);
        return small;
    }

    /// For a basis that is projected.
    [[nodiscard]] bool all_converged() const {
        const auto wanted = most_wanted(k_);
        return std::all_of(wanted.begin(), wanted.end(),
                           [&](std::int64_t i) { return residual(i) <= target(basis_.values()[i], 1); });
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
        if (residual <= 1e-5 * width && this->residual(best) <= target(theta[best], 1) &&
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
        const auto ends = lanczos_ends(order_, k_);
        for (std::uint64_t round = 1;; ++round) {
            const std::int64_t b = std::min(b_, n_ - k_);
            basis_.start(k_, {}, b, problem_.seed + 0x1000 * round);
            std::int64_t steps = 0;
            std::vector<double> found;
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
                const auto wanted = most_wanted(std::min(kept(std::min(k_, m_ / 3)), h));
                std::vector<double> theta, residual;
                for (const std::int64_t i : wanted) {
                    theta.push_back(basis_.values()[i]);
                    residual.push_back(this->residual(i));
                }
                const bool exhausted = basis_.is_exhausted();
                basis_.restart(wanted.data(), wanted.size());
                exchange(ends, theta, residual, found);
                if (!monitor_.step(k_ - 1, residual.empty() ? 0 : residual.front())) return false;
                if (exhausted) break;
            }
            // Fewer copies of every value than such a block finds: there are no more.
            if (found.empty() || largest_cluster(found) < b) return true;
        }
    }

    /// Exchanges converged pairs that are better than locked ones; their values are added to `found`.
    void exchange(const std::vector<LanczosEnd>& ends, std::vector<double>& theta, std::vector<double>& residual,
                  std::vector<double>& found) {
        double largest = 0;
        for (const double t : theta_) largest = std::max(largest, std::abs(t));
        for (std::size_t j = 0; j < theta.size();) {
            bool taken = false;
            const double norm_v = norm_of(static_cast<std::int64_t>(j));
            if (residual[j] <= target(theta[j], norm_v)) {
                for (const auto& end : ends) {
                    // In the measure of θ, what the residual leaves open, and rounding.
                    const double open =
                        filter_ ? residual[j] / filter_->residual_factor(theta[j]) / looseness_
                                : residual[j] / op_.residual_factor(theta[j]) / monitor_.norm() * std::abs(theta[j]);
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
            found.push_back(value(theta[j]));
            theta.erase(theta.begin() + static_cast<std::ptrdiff_t>(j));
            residual.erase(residual.begin() + static_cast<std::ptrdiff_t>(j));
            ++exchanged_;
        }
    }

    void extract(EigenPairs<T>& pairs) {
        pairs.values = Array<double>(k_, uninitialized);
        pairs.vectors = Array<T>(n_ * k_, uninitialized);
        std::int64_t have = 0;
        for (std::int64_t j = 0; j < k_; ++j) {
            const double theta = theta_[static_cast<std::size_t>(j)];
            pairs.values[j] = std::isnan(theta) ? theta : value(theta);
            if (std::isnan(theta)) vec::zero(n_, pairs.vectors.data() + j * n_);
            else vec::copy(n_, basis_.column(j), pairs.vectors.data() + j * n_);
            if (!std::isnan(theta)) have = j + 1;
        }
        if ((op_.inverts() || filter_) && have > 0) refine_pairs(problem_, op_, monitor_, pairs, have);
    }

    const HermitianProblem<T>& problem_;
    const SpectralOperator<T>& op_;
    EigenMonitor<T> monitor_;
    std::int64_t n_;
    std::int64_t k_;
    Which order_;         ///< of the θ that are wanted
    bool filters_;        ///< polynomials of A may take its place
    std::int64_t given_;  ///< start vectors
    std::int64_t b_;
    std::int64_t m_;
    ThickRestart<T> basis_;
    std::vector<double> theta_;  ///< of the first k columns
    std::int64_t exchanged_ = 0;
    std::optional<PolynomialFilter> filter_;
    double looseness_ = 1;  ///< of residuals with a filter against their bounds
    int highest_degree_ = 0;
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
