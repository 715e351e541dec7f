#include "iterative/eigen/triplet_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tamis::detail {

std::int64_t triplet_block(std::int64_t given) noexcept {
    return given > 0 ? given : 4;
}

std::int64_t triplet_subspace(std::int64_t k, std::int64_t block, std::int64_t given) noexcept {
    const std::int64_t least = k + 3 * block;
    return std::max(given > 0 ? given : std::max<std::int64_t>(2 * k + 6 * block, 32), least);
}

namespace {

/// What was found and what has to be looked at, by the positions in GolubKahan's descending values.
template <class T>
struct TripletState {
    const GolubKahan<T>& gk;
    const TripletSearch<T>& search;

    [[nodiscard]] std::int64_t first() const { return search.largest ? 0 : gk.size() - search.k; }
    /// The least wanted of the wanted, and the most wanted of the others.
    [[nodiscard]] std::int64_t last_wanted() const { return search.largest ? search.k - 1 : first(); }
    [[nodiscard]] std::int64_t next() const { return search.largest ? search.k : first() - 1; }
    [[nodiscard]] double target(std::int64_t i) const {
        const double eps = static_cast<double>(epsilon_v<T>);
        if (search.relative) return std::max(search.tolerance * gk.value(i), 20 * eps * gk.value(0));
        return std::max(search.tolerance, 5 * eps) * gk.value(0);
    }
    /// Whether some wanted value has as many copies as a block finds at once.
    [[nodiscard]] bool has_cluster() const {
        const double same = std::sqrt(search.tolerance) * gk.value(0);
        std::int64_t run = 1;
        for (std::int64_t i = first(); i < first() + search.k; ++i) {
            run = i > first() && gk.value(i - 1) - gk.value(i) <= same ? run + 1 : 1;
            if (run >= search.block) return true;
        }
        return false;
    }
    [[nodiscard]] bool nothing_missed() const {
        const std::int64_t i = next();
        if (i < 0 || i >= gk.size()) return false;
        const double bound = gk.value(last_wanted());
        if (gk.residual(i) <= target(i)) return true;
        return search.largest ? gk.value(i) + gk.residual(i) < bound : gk.value(i) - gk.residual(i) > bound;
    }
};

}  // namespace

template <class T>
bool search_triplets(const TwoSidedProducts<T>& A, const TripletSearch<T>& search, EigenMonitor<T>& monitor,
                     Triplets<T>& found) {
    const std::int64_t k = search.k, b = search.block;
    GolubKahan<T> gk(A, search.subspace, b, search.seed);
    const TripletState<T> state{gk, search};
    const auto not_finite = [&] {
        (void)monitor.step(0, std::numeric_limits<double>::quiet_NaN());
        return false;
    };
    constexpr int quick_check = 2;  // block steps
    bool checking = false;
    int checked = 0;
    std::int64_t tested = 0;  // the size when the values were looked at last
    for (;;) {
        if (!gk.expand()) return not_finite();
        // The decomposition is not to cost more than the products since the last one.
        const std::int64_t size = gk.size();
        const bool worthwhile = 20 * size * size * size <= 8 * (A.rows + A.cols) * size * (size - tested);
        if (size < k || !(gk.full() || worthwhile)) continue;
        if (!gk.decompose()) return not_finite();
        tested = size;
        double worst = 0;
        std::int64_t converged = 0;
        for (std::int64_t i = state.first(); i < state.first() + k; ++i) {
            if (gk.residual(i) <= state.target(i)) ++converged;
            else worst = std::max(worst, gk.residual(i));
        }
        if (!search.relative) monitor.raise_norm(gk.value(0));
        checked = checking ? checked + 1 : 0;
        checking = checking && converged == k;
        const bool done = checking && (state.nothing_missed() || (checked >= quick_check && !state.has_cluster()));
        // All have converged only when none is missing.
        const bool go_on = monitor.step(search.found_before + (done ? k : std::min(converged, k - 1)), worst);
        if (done || !go_on) break;
        if (converged == k && !checking) {
            checking = true;
            gk.restart(state.first(), k, true);
            tested = gk.size();
        } else if (gk.full()) {
            const std::int64_t keep = std::clamp(k + std::max(b, (search.subspace - k) / 3), k, size - b);
            gk.restart(search.largest ? 0 : size - keep, keep, false);
            tested = gk.size();
        }
    }
    found.left = Array<T>(A.rows * k, uninitialized);
    found.right = Array<T>(A.cols * k, uninitialized);
    found.values.resize(static_cast<std::size_t>(k));
    found.residuals.resize(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i) {
        found.values[static_cast<std::size_t>(i)] = gk.value(state.first() + i);
        found.residuals[static_cast<std::size_t>(i)] = gk.residual(state.first() + i);
    }
    gk.vectors(state.first(), k, found.left.data(), found.right.data());
    return true;
}

#define TAMIS_INSTANTIATE(T) \
    template bool search_triplets<T>(const TwoSidedProducts<T>&, const TripletSearch<T>&, EigenMonitor<T>&, Triplets<T>&);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<float>)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
