// Private: the preconditioned search for extreme eigenpairs behind lobpcg, davidson and the check for missed copies.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>

#include "iterative/eigen/hermitian_problem.hpp"
#include "iterative/eigen/ritz_basis.hpp"

namespace tamis::detail {

/// How the search spends memory. wanted ≤ kept ≤ capacity ≥ kept + 2 block.
struct SearchSizes {
    std::int64_t kept = 0;      ///< Ritz vectors that survive a restart: the wanted ones and guards
    std::int64_t block = 0;     ///< new directions in a step, at most
    std::int64_t capacity = 0;  ///< columns of the basis
};

/// Why a search for a value that comes before a threshold ended.
enum class SearchEnd { converged, none_before, stopped };

/// Block Davidson with a locally optimal restart. The basis holds Ritz vectors X, what was used of previous steps, and
/// preconditioned residuals W of those that have not converged; Rayleigh–Ritz on all of it; where it is full it is restarted
/// with X and with the part P of the previous Ritz vectors that is orthogonal to them, both as combinations that are
/// orthonormal by construction. With room for three blocks that is LOBPCG with the basis [X, P, W] of Hetmaniuk and
/// Lehoucq; with more room, GD+k. Pairs that have converged stay in the basis and get no new directions (soft locking).
///
/// J. Duersch, M. Shao, C. Yang, M. Gu, A robust and efficient implementation of LOBPCG, SIAM J. Sci. Comput. 40 (2018);
/// U. Hetmaniuk, R. Lehoucq, Basis selection in LOBPCG, J. Comput. Phys. 218 (2006); A. Stathopoulos, Nearly optimal
/// preconditioned methods for Hermitian eigenproblems under limited memory, part I, SIAM J. Sci. Comput. 29 (2007).
///
/// Convergence is claimed when the residuals of all wanted pairs are small and the first pair beyond them (a guard) has
/// settled outside the wanted part of the spectrum: `settled_outside`. Guards are evidence if the search began with random
/// vectors only; otherwise `find_missed_copies` looks with fresh ones.
template <class T>
class OptimalSearch {
  public:
    OptimalSearch(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, const SearchSizes& sizes);

    /// True: converged. False: monitor says why not.
    bool run();
    /// Instead of run, for k = 1: stops as soon as no value is likely to come before `threshold`, or when one that does has
    /// converged. `converged_outside` is the number of pairs that the callback is told.
    SearchEnd run_before(double threshold, std::int64_t pairs_elsewhere);
    /// The wanted pairs, or the best there are.
    [[nodiscard]] EigenPairs<T> pairs() const;
    /// The Ritz pairs kept that come before a value.
    [[nodiscard]] EigenPairs<T> pairs_before(double threshold) const;

  private:
    bool start();
    bool extract();
    void restart();
    /// Restarts where the next step would not fit; false if a product was not finite.
    bool make_room();
    /// The positions among `order_` that are to be worked on, with their residuals in R_; those that have converged are
    /// flagged, and left out.
    void look();
    bool take_residuals(const std::vector<std::int64_t>& which);
    bool expand();
    [[nodiscard]] bool all_flagged() const;
    [[nodiscard]] bool guards_settled() const;
    bool verify();
    /// Whether it is done; if not, copies that were missed are in the basis.
    bool complete();
    [[nodiscard]] double theta(std::int64_t j) const { return basis_.values()[order_[static_cast<std::size_t>(j)]]; }
    [[nodiscard]] bool is_flagged(std::int64_t j) const;
    void remember_targets();
    bool stagnates(std::int64_t converged, double largest);

    const HermitianProblem<T>& problem_;
    EigenMonitor<T>& monitor_;
    SearchSizes sizes_;
    RitzBasis<T> basis_;
    std::int64_t n_;
    std::int64_t wanted_;
    std::int64_t kept_;
    std::int64_t guards_;   ///< pairs beyond the wanted ones that have to settle
    bool generic_ = false;  ///< the start was random
    std::int64_t most_refreshes_ = 3;
    std::int64_t restarts_ = 0;        ///< since products were fresh
    std::vector<std::int64_t> order_;  ///< positions of Ritz pairs, most wanted first
    std::vector<double> flagged_;      ///< the value of each pair when it converged; NaN: it has not
    std::vector<double> residual_;     ///< as last seen, of each pair; NaN: not seen at its present value
    std::vector<std::int64_t> targets_;
    Array<T> R_;
    std::vector<T> previous_;  ///< coefficients of the targets of the last step, previous_rows_ each
    std::int64_t previous_rows_ = 0, previous_count_ = 0;
    double best_residual_ = 0;
    std::int64_t best_converged_ = -1, since_best_ = 0;
};

}  // namespace tamis::detail
