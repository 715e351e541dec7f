#include "iterative/eigen/optimal_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "instantiate.hpp"
#include "iterative/eigen/missed_copies.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr double search_unknown = std::numeric_limits<double>::quiet_NaN();

std::size_t search_index(std::int64_t j) {
    return static_cast<std::size_t>(j);
}

}  // namespace

template <class T>
OptimalSearch<T>::OptimalSearch(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, const SearchSizes& sizes)
    : problem_(problem),
      monitor_(monitor),
      sizes_(sizes),
      basis_(problem, monitor, sizes.capacity),
      n_(problem.n()),
      wanted_(std::min(problem.k, basis_.dimension())),
      kept_(std::clamp(sizes.kept, wanted_, basis_.capacity())),
      guards_(std::min<std::int64_t>(problem.which == Which::both_ends ? 2 : 1, kept_ - wanted_)),
      flagged_(search_index(kept_), search_unknown),
      residual_(search_index(kept_), search_unknown),
      R_(n_ * sizes.block, uninitialized) {}

template <class T>
bool OptimalSearch<T>::start() {
    const auto append = [&](std::int64_t m) {
        const std::int64_t added = basis_.append(m);
        if (added < 0) (void)monitor_.step(0, search_unknown);
        return added >= 0;
    };
    const std::int64_t given = std::min(problem_.initial.cols(), basis_.capacity());
    for (std::int64_t j = 0; j < given; ++j) vec::copy(problem_.initial.col(j), basis_.next() + j * n_);
    if (given > 0 && !append(given)) return false;
    generic_ = given == 0;
    for (int attempt = 0; attempt < 4 && basis_.size() < kept_; ++attempt) {
        const std::int64_t missing = kept_ - basis_.size();
        const std::uint64_t seed = problem_.seed * 1000003 + 101 * static_cast<std::uint64_t>(attempt) + 1;
        for (std::int64_t first = 0; first < missing; first += sizes_.block) {
            const std::int64_t m = std::min(sizes_.block, missing - first);
            T* const W = basis_.next() + first * n_;
            // Preconditioned at once: a step of the iteration saved. The random vectors themselves take part, since the
            // preconditioner may be singular (multigrid of a singular A), and would leave out its null space from
            // beginning to end. Not again, if nothing usable came of it.
            if (problem_.preconditioner && attempt == 0) {
                vec::fill_random(n_ * m, seed + static_cast<std::uint64_t>(first), R_.data());
                monitor_.precondition(R_.data(), W, m);
                for (std::int64_t j = 0; j < m; ++j) {
                    const double share = vec::norm(n_, W + j * n_) / vec::norm(n_, R_.data() + j * n_);
                    vec::axpy(n_, Sum<T>(share), R_.data() + j * n_, W + j * n_);
                }
            } else {
                vec::fill_random(n_ * m, seed + static_cast<std::uint64_t>(first), W);
            }
        }
        if (!append(missing)) return false;
    }
    return true;
}

template <class T>
bool OptimalSearch<T>::is_flagged(std::int64_t j) const {
    return !std::isnan(flagged_[search_index(j)]);
}

template <class T>
bool OptimalSearch<T>::extract() {
    if (!basis_.extract()) {
        (void)monitor_.step(0, search_unknown);
        return false;
    }
    const std::int64_t m = basis_.size();
    const Array<std::int64_t> order = wanted_positions(problem_.which, problem_.sigma, basis_.values(), m, m);
    order_.assign(order.data(), order.data() + m);
    if (!problem_.generalized() && m > 0)
        monitor_.raise_norm(std::max(std::abs(basis_.values()[0]), std::abs(basis_.values()[m - 1])));
    for (std::int64_t j = 0; j < kept_; ++j) {
        residual_[search_index(j)] = search_unknown;
        // Another pair has come in its place.
        double& flag = flagged_[search_index(j)];
        if (j >= m || !(std::abs(theta(j) - flag) <= monitor_.target(theta(j)))) flag = search_unknown;
    }
    return true;
}

template <class T>
void OptimalSearch<T>::restart() {
    const std::int64_t m = basis_.size(), kept = std::min(kept_, m);
    std::vector<T> C(search_index(m * (kept + previous_count_)));
    std::vector<double> values(search_index(kept));
    for (std::int64_t j = 0; j < kept; ++j) {
        basis_.coefficients(order_[search_index(j)], C.data() + j * m);
        values[search_index(j)] = theta(j);
    }
    for (std::int64_t j = 0; j < previous_count_; ++j)
        std::copy_n(previous_.data() + j * previous_rows_, previous_rows_, C.data() + (kept + j) * m);
    std::int64_t p = std::min(previous_count_, m - kept);
    p = orthonormalize<T>(m, C.data(), nullptr, kept, C.data() + kept * m, nullptr, p);
    basis_.restart(C.data(), kept + p, values.data(), kept);
    order_.resize(search_index(kept));
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    previous_count_ = 0;
    ++restarts_;
}

template <class T>
bool OptimalSearch<T>::make_room() {
    if (basis_.size() + sizes_.block <= basis_.capacity() || basis_.capacity() == basis_.dimension()) return true;
    restart();
    // Each restart loses a few units of rounding of orthonormality, and of A Q.
    constexpr std::int64_t most = 32;
    if (restarts_ < most) return true;
    restarts_ = 0;
    if (basis_.refresh()) return extract();
    (void)monitor_.step(0, search_unknown);
    return false;
}

template <class T>
bool OptimalSearch<T>::take_residuals(const std::vector<std::int64_t>& which) {
    std::vector<std::int64_t> positions;
    for (const std::int64_t j : which) positions.push_back(order_[search_index(j)]);
    std::vector<double> norms(which.size()), vector_norms(which.size());
    basis_.residuals(positions.data(), std::ssize(positions), R_.data(), norms.data(), vector_norms.data());
    bool all = true;
    for (std::size_t i = 0; i < which.size(); ++i) {
        const std::int64_t j = which[i];
        residual_[search_index(j)] = norms[i];
        const bool good = norms[i] <= monitor_.target(theta(j), vector_norms[i]);
        flagged_[search_index(j)] = good ? theta(j) : search_unknown;
        all = all && good;
    }
    return all;
}

template <class T>
void OptimalSearch<T>::look() {
    const std::int64_t visible = std::min(kept_, basis_.size());
    for (;;) {
        std::vector<std::int64_t> chosen;
        for (std::int64_t j = 0; j < visible && std::ssize(chosen) < sizes_.block; ++j)
            if (!is_flagged(j)) chosen.push_back(j);
        targets_.clear();
        if (chosen.empty()) return;
        const bool all = take_residuals(chosen);
        if (all) continue;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            if (is_flagged(chosen[i])) continue;
            const auto to = std::ssize(targets_), from = static_cast<std::ptrdiff_t>(i);
            if (to != from) vec::copy(n_, R_.data() + from * n_, R_.data() + to * n_);
            targets_.push_back(chosen[i]);
        }
        // Where the last wanted pairs have just converged, the guards are to be seen as well.
        if (!all_flagged() || targets_.front() >= wanted_) return;
    }
}

template <class T>
bool OptimalSearch<T>::all_flagged() const {
    if (basis_.size() < wanted_) return false;
    for (std::int64_t j = 0; j < wanted_; ++j)
        if (!is_flagged(j)) return false;
    return true;
}

template <class T>
bool OptimalSearch<T>::guards_settled() const {
    if (basis_.is_whole_space()) return true;
    for (std::int64_t j = wanted_; j < wanted_ + guards_; ++j) {
        if (j >= basis_.size()) return false;
        if (is_flagged(j)) continue;
        const bool both = problem_.which == Which::both_ends;
        if (both && j < 2) continue;
        const Which side = !both ? problem_.which : (j % 2 == 0 ? Which::largest_algebraic : Which::smallest_algebraic);
        const double last = theta(both ? j - 2 : wanted_ - 1);
        if (!settled_outside(distance_outside(side, theta(j), last), residual_[search_index(j)], monitor_.target(theta(j))))
            return false;
    }
    return true;
}

template <class T>
bool OptimalSearch<T>::verify() {
    // What recurrences have lost to rounding shows where a tolerance is near it.
    if (problem_.tolerance < 2e3 * std::numeric_limits<Real<T>>::epsilon() && most_refreshes_-- > 0) {
        restart();
        restarts_ = 0;
        if (!basis_.refresh()) {
            (void)monitor_.step(0, search_unknown);
            return false;
        }
        if (!extract()) return false;
    }
    bool all = basis_.size() >= wanted_;
    for (std::int64_t first = 0; all && first < wanted_; first += sizes_.block) {
        std::vector<std::int64_t> part;
        for (std::int64_t j = first; j < std::min(wanted_, first + sizes_.block); ++j) part.push_back(j);
        all = take_residuals(part);
    }
    if (!all) look();
    return all;
}

template <class T>
bool OptimalSearch<T>::complete() {
    if (generic_ || basis_.is_whole_space()) return true;
    const EigenPairs<T> missed = find_missed_copies(problem_, monitor_, pairs());
    if (monitor_.has_ended()) return false;
    if (missed.values.size() == 0) return true;
    restart();
    const std::int64_t m = std::min(missed.values.size(), basis_.capacity() - basis_.size());
    vec::copy(n_ * m, missed.vectors.data(), basis_.next());
    (void)basis_.append(m);
    return false;
}

template <class T>
bool OptimalSearch<T>::expand() {
    const std::int64_t room = basis_.capacity() - basis_.size();
    const std::int64_t count = std::min(std::ssize(targets_), room);
    previous_rows_ = basis_.size();
    previous_count_ = std::ssize(targets_);
    previous_.assign(search_index(previous_rows_ * previous_count_), T(0));
    for (std::int64_t j = 0; j < previous_count_; ++j)
        basis_.coefficients(order_[search_index(targets_[search_index(j)])], previous_.data() + j * previous_rows_);

    std::int64_t added = 0;
    if (count > 0) {
        // An indefinite preconditioner may map residuals to directions that gain nothing.
        const bool plain = since_best_ > 20 && monitor_.iterations() % 2 == 0;
        if (plain) vec::copy(n_ * count, R_.data(), basis_.next());
        else monitor_.precondition(R_.data(), basis_.next(), count);
        added = basis_.append(count);
        if (added == 0 && problem_.preconditioner) {  // it may be singular, or not finite
            vec::copy(n_ * count, R_.data(), basis_.next());
            added = basis_.append(count);
        }
    }
    if (added == 0 && room > 0) {
        const std::int64_t m = std::min(sizes_.block, room);
        vec::fill_random(n_ * m, problem_.seed + 31 * static_cast<std::uint64_t>(monitor_.matvecs()) + 7, basis_.next());
        added = basis_.append(m);
    }
    if (added < 0) (void)monitor_.step(0, search_unknown);
    if (added == 0) monitor_.end(Status::stagnated, "no direction was left that would have helped");
    return added > 0;
}

template <class T>
bool OptimalSearch<T>::stagnates(std::int64_t converged, double largest) {
    constexpr std::int64_t most = 500;
    if (converged > best_converged_ || (converged == best_converged_ && largest < best_residual_)) {
        best_converged_ = converged;
        best_residual_ = largest;
        since_best_ = 0;
    }
    if (++since_best_ <= most) return false;
    monitor_.end(Status::stagnated, "500 steps brought no smaller residual");
    return true;
}

template <class T>
bool OptimalSearch<T>::run() {
    if (!start()) return false;
    for (;;) {
        if (!extract()) return false;
        if (!make_room()) return false;
        look();
        if (all_flagged() && guards_settled() && verify()) {
            if (complete()) return monitor_.step(problem_.k, 0);
            if (monitor_.has_ended()) return false;
            continue;  // with the copies that were missed
        }
        if (monitor_.has_ended()) return false;
        std::int64_t converged = 0;
        double largest = 0;
        for (std::int64_t j = 0; j < wanted_; ++j) converged += is_flagged(j) ? 1 : 0;
        for (const std::int64_t j : targets_)
            if (j < wanted_ || targets_.front() >= wanted_) largest = std::max(largest, residual_[search_index(j)]);
        // While the guards have not settled, the last pair has not either.
        converged = std::min(converged, wanted_ - 1);
        if (!monitor_.step(converged, largest) || stagnates(converged, largest) || !expand()) return false;
    }
}

template <class T>
SearchEnd OptimalSearch<T>::run_before(double threshold, std::int64_t pairs_elsewhere) {
    if (!start()) return SearchEnd::stopped;
    for (int step = 0;; ++step) {
        if (!extract()) return SearchEnd::stopped;
        if (!make_room()) return SearchEnd::stopped;
        look();
        if (basis_.size() == 0) return SearchEnd::none_before;
        const double target = monitor_.target(theta(0));
        const double distance = distance_outside(problem_.which, theta(0), threshold);
        // Values that differ by less than what residuals allow are the same.
        const bool before = distance < -2 * target;
        if (before && is_flagged(0)) return SearchEnd::converged;
        // Ritz values of a few steps say little yet.
        const bool seen = step >= 3 || is_flagged(0) || basis_.is_whole_space();
        if (!before && seen && settled_outside(distance, residual_[0], target)) return SearchEnd::none_before;
        const double largest = residual_[0];
        if (!monitor_.step(pairs_elsewhere - 1, largest) || stagnates(0, largest) || !expand()) return SearchEnd::stopped;
    }
}

template <class T>
EigenPairs<T> OptimalSearch<T>::pairs() const {
    const std::int64_t k = problem_.k, have = std::min(k, std::ssize(order_));
    EigenPairs<T> pairs{Array<double>(k, uninitialized), Array<T>(n_ * k, uninitialized)};
    basis_.vectors(order_.data(), have, pairs.vectors.data());
    for (std::int64_t j = 0; j < have; ++j) pairs.values[j] = theta(j);
    if (restarts_ > 0) {
        Array<T> BX(problem_.generalized() ? n_ * have : 0, uninitialized);
        if (problem_.generalized()) monitor_.apply_mass(pairs.vectors.data(), BX.data(), have);
        (void)orthonormalize<T>(n_, nullptr, nullptr, 0, pairs.vectors.data(), problem_.generalized() ? BX.data() : nullptr,
                                have, problem_.B);
    }
    // Nothing is known of the others: a product was not finite before there was a Ritz value.
    for (std::int64_t j = have; j < k; ++j) {
        T* const v = pairs.vectors.data() + j * n_;
        vec::fill_random(n_, problem_.seed + static_cast<std::uint64_t>(j) + 1, v);
        vec::scale(n_, Sum<T>(1 / vec::norm(n_, v)), v);
        pairs.values[j] = search_unknown;
    }
    return pairs;
}

template <class T>
EigenPairs<T> OptimalSearch<T>::pairs_before(double threshold) const {
    std::int64_t count = 0;
    const std::int64_t most = std::min(kept_, std::ssize(order_));
    while (count < most && distance_outside(problem_.which, theta(count), threshold) < -2 * monitor_.target(theta(count)))
        ++count;
    EigenPairs<T> pairs{Array<double>(count, uninitialized), Array<T>(n_ * count, uninitialized)};
    basis_.vectors(order_.data(), count, pairs.vectors.data());
    for (std::int64_t j = 0; j < count; ++j) pairs.values[j] = theta(j);
    return pairs;
}

#define TAMIS_INSTANTIATE(T) template class OptimalSearch<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
