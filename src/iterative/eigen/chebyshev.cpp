#include "iterative/eigen/chebyshev.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/error.hpp>

#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/eigen/missed_copies.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/eigen/ritz_basis.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// Chebyshev-filtered subspace iteration: Y. Zhou, Y. Saad, M. L. Tiago, J. R. Chelikowsky, Self-consistent-field
/// calculations using Chebyshev-filtered subspace iteration, J. Comput. Phys. 219 (2006), algorithms 4.2 (the subspace
/// iteration), 4.3 (the filter, scaled) and 4.4 (the upper bound by k-step Lanczos). It works on s A with s = 1 for the
/// smallest, −1 for the largest eigenvalues, so that the wanted ones are below a0 and the rest within [a0, b].
template <class T>
class ChebyshevIteration {
  public:
    ChebyshevIteration(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor)
        : problem_(problem),
          monitor_(monitor),
          n_(problem.n()),
          sign_(problem.which == Which::largest_algebraic ? -1 : 1),
          basis_(problem, monitor, block_for(problem) + problem.initial.cols()),
          wanted_(std::min(problem.k, basis_.dimension())),
          kept_(std::min(block_for(problem), basis_.dimension())),
          active_(kept_ * n_, uninitialized),
          other_(kept_ * n_, uninitialized) {}

    void run();
    [[nodiscard]] EigenPairs<T> pairs() const;
    [[nodiscard]] std::int64_t block() const noexcept { return kept_; }
    [[nodiscard]] std::int64_t highest_degree() const noexcept { return highest_degree_; }

  private:
    /// The wanted pairs and guards; all, where that is half of them.
    static std::int64_t block_for(const HermitianProblem<T>& problem) {
        const std::int64_t block = std::max(problem.k + std::max<std::int64_t>(5, problem.k / 5), problem.block_size);
        return 2 * block >= problem.n() ? problem.n() : block;
    }
    bool start();
    /// b, an upper bound of the spectrum of s A.
    bool bound();
    bool extract();
    void filter(std::int64_t m, int degree, double a, double b, double a0);
    [[nodiscard]] int degree(double a, double b, double a0, double theta, double reduction) const;
    [[nodiscard]] double theta(std::int64_t j) const { return sign_ * basis_.values()[order_[static_cast<std::size_t>(j)]]; }
    bool finished();
    bool not_finite() {
        (void)monitor_.step(0, std::numeric_limits<double>::quiet_NaN());
        return false;
    }

    const HermitianProblem<T>& problem_;
    EigenMonitor<T>& monitor_;
    std::int64_t n_;
    double sign_;
    RitzBasis<T> basis_;
    std::int64_t wanted_;
    std::int64_t kept_;
    Array<T> active_, other_;
    std::vector<std::int64_t> order_;
    std::vector<double> residual_;
    double upper_ = 0;
    bool generic_ = false;
    std::int64_t highest_degree_ = 0;
    std::int64_t cycles_ = 0;
};

template <class T>
bool ChebyshevIteration<T>::bound() {
    // Lanczos from a random vector; b = the largest Ritz value + ‖f‖, which in exact arithmetic can fail only for a
    // vector that lacks the top of the spectrum: hence the few steps more than the paper's, and a margin.
    constexpr std::int64_t most = 12;
    const std::int64_t steps = std::min(most, n_);
    Array<T> v(n_, uninitialized), w(n_, uninitialized), last(n_);
    vec::fill_random(n_, problem_.seed + 77, v.data());
    vec::scale(n_, Sum<T>(1 / vec::norm(n_, v.data())), v.data());
    std::vector<double> alpha, beta;
    for (std::int64_t k = 0; k < steps; ++k) {
        monitor_.apply(v.data(), w.data(), 1);
        if (k > 0) vec::axpy(n_, Sum<T>(-beta.back()), last.data(), w.data());
        alpha.push_back(sign_ * static_cast<double>(std::real(vec::dot(n_, v.data(), w.data()))));
        vec::axpy(n_, Sum<T>(-sign_ * alpha.back()), v.data(), w.data());
        beta.push_back(vec::norm(n_, w.data()));
        if (!std::isfinite(alpha.back()) || !std::isfinite(beta.back())) return not_finite();
        if (!(beta.back() > 1e-12 * std::abs(alpha.back()))) break;
        std::swap(last, v);
        vec::scaled(n_, Sum<T>(1 / beta.back()), w.data(), v.data());
    }
    const std::int64_t m = std::ssize(alpha);
    std::vector<double> H(static_cast<std::size_t>(m * m)), ritz(static_cast<std::size_t>(m));
    for (std::int64_t k = 0; k < m; ++k) {
        H[static_cast<std::size_t>(k * (m + 1))] = alpha[static_cast<std::size_t>(k)];
        // s A has the same off-diagonal entries but for signs, which do not matter.
        if (k + 1 < m) H[static_cast<std::size_t>(k * (m + 1) + 1)] = beta[static_cast<std::size_t>(k)];
    }
    if (lapack::heevd(m, H.data(), m, ritz.data(), false) != 0) return not_finite();
    monitor_.raise_norm(std::max(std::abs(ritz.front()), std::abs(ritz.back())));
    upper_ = ritz.back() + beta.back() + 1e-3 * (ritz.back() - ritz.front());
    return true;
}

template <class T>
bool ChebyshevIteration<T>::start() {
    const std::int64_t given = std::min(problem_.initial.cols(), basis_.capacity());
    for (std::int64_t j = 0; j < given; ++j) vec::copy(problem_.initial.col(j), basis_.next() + j * n_);
    if (given > 0 && basis_.append(given) < 0) return not_finite();
    generic_ = given == 0;
    for (int attempt = 0; attempt < 4 && basis_.size() < kept_; ++attempt) {
        const std::int64_t m = kept_ - basis_.size();
        vec::fill_random(n_ * m, problem_.seed * 1000003 + 101 * static_cast<std::uint64_t>(attempt) + 1, basis_.next());
        if (basis_.append(m) < 0) return not_finite();
    }
    return extract();
}

template <class T>
bool ChebyshevIteration<T>::extract() {
    if (!basis_.extract()) return not_finite();
    const std::int64_t m = basis_.size(), kept = std::min(kept_, m);
    if (m == 0) return not_finite();
    const Array<std::int64_t> order =
        wanted_positions(sign_ > 0 ? Which::smallest_algebraic : Which::largest_algebraic, 0, basis_.values(), m, kept);
    // Rotated to the Ritz vectors, most wanted first.
    std::vector<T> C(static_cast<std::size_t>(m * kept));
    std::vector<double> values(static_cast<std::size_t>(kept));
    for (std::int64_t j = 0; j < kept; ++j) {
        basis_.coefficients(order[j], C.data() + j * m);
        values[static_cast<std::size_t>(j)] = basis_.values()[order[j]];
        monitor_.raise_norm(std::abs(values[static_cast<std::size_t>(j)]));
    }
    // The bound was too low where a Ritz value is above it.
    for (std::int64_t j = 0; j < m; ++j)
        if (const double value = sign_ * basis_.values()[j]; value > upper_) upper_ = value + 0.01 * std::abs(value);
    basis_.restart(C.data(), kept, values.data(), kept);
    order_.resize(static_cast<std::size_t>(kept));
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    residual_.assign(static_cast<std::size_t>(kept), 0.0);
    std::vector<double> vector_norms(static_cast<std::size_t>(kept));
    basis_.residuals(order_.data(), kept, other_.data(), residual_.data(), vector_norms.data());
    return true;
}

/// active_ ← p(A) active_ with the Chebyshev polynomial that is small on [a, b] and 1 at a0 (algorithm 4.3).
template <class T>
void ChebyshevIteration<T>::filter(std::int64_t m, int degree, double a, double b, double a0) {
    const double e = (b - a) / 2, c = (b + a) / 2;
    double sigma = e / (a0 - c);
    const double tau = 2 / sigma;
    const std::int64_t size = n_ * m;
    Array<T> next(size, uninitialized);
    // Y = (s A − c) X σ / e
    monitor_.apply(active_.data(), other_.data(), m);
    vec::axpby(size, Sum<T>(-c * sigma / e), active_.data(), Sum<T>(sign_ * sigma / e), other_.data());
    for (int i = 2; i <= degree; ++i) {
        const double following = 1 / (tau - sigma);
        // X ← 2 (σ' / e) (s A − c) Y − σ σ' X
        monitor_.apply(other_.data(), next.data(), m);
        vec::scale(size, Sum<T>(-sigma * following), active_.data());
        vec::axpy2(size, Sum<T>(2 * following * sign_ / e), next.data(), Sum<T>(-2 * following * c / e), other_.data(),
                   active_.data());
        std::swap(active_, other_);
        sigma = following;
    }
    std::swap(active_, other_);
}

/// As high as the first active pair, theta, needs to converge, if the filter does what it should: within [a, b] it is at
/// most 1 / T_m(x), x being where theta lies outside [−1, 1]. Not so high that columns become dependent, and that what
/// rounding leaves of the locked pairs, down to a0, outgrows the active ones; and low in the first cycles, while a is a
/// guess.
template <class T>
int ChebyshevIteration<T>::degree(double a, double b, double a0, double theta, double reduction) const {
    const double eps = std::numeric_limits<Real<T>>::epsilon();
    const auto growth = [&](double value) {
        return std::acosh(std::max(std::abs((value - (a + b) / 2) / ((b - a) / 2)), 1 + 1e-10));
    };
    const double active = growth(theta), locked = growth(a0) - active;
    double steps = std::log(4 * std::clamp(reduction, 10.0, std::min(1e4, 0.1 / std::sqrt(eps)))) / active;
    if (locked > 0) steps = std::min(steps, std::log(0.01 / eps) / locked);
    const double most = std::min(300.0, 20 * std::exp2(static_cast<double>(cycles_)));
    return static_cast<int>(std::clamp(std::ceil(steps), 4.0, most));
}

template <class T>
bool ChebyshevIteration<T>::finished() {
    const EigenPairs<T> found = pairs();
    if (!generic_ && !basis_.is_whole_space()) {
        HermitianProblem<T> rest = problem_;
        rest.preconditioner = {};
        const EigenPairs<T> missed = find_missed_copies(rest, monitor_, found);
        if (monitor_.has_ended()) return true;
        if (missed.values.size() > 0) {
            // In the place of guards, as the basis may be full.
            std::vector<T> C(static_cast<std::size_t>(basis_.size() * wanted_), T(0));
            for (std::int64_t j = 0; j < wanted_; ++j) C[static_cast<std::size_t>(j * (basis_.size() + 1))] = T(1);
            std::vector<double> values(basis_.values(), basis_.values() + wanted_);
            basis_.restart(C.data(), wanted_, values.data(), wanted_);
            const std::int64_t m = std::min(missed.values.size(), basis_.capacity() - basis_.size());
            vec::copy(n_ * m, missed.vectors.data(), basis_.next());
            if (basis_.append(m) < 0 || !extract()) {
                (void)not_finite();
                return true;
            }
            return false;
        }
    }
    (void)monitor_.step(problem_.k, 0);
    return true;
}

template <class T>
void ChebyshevIteration<T>::run() {
    if (!bound() || !start()) return;
    std::int64_t since_refresh = 0, since_best = 0, best_converged = -1;
    double best = std::numeric_limits<double>::infinity(), largest_before = best, margin = 0.1;
    std::int64_t before = 0;
    for (;;) {
        const std::int64_t kept = basis_.size();
        // Pairs are locked from the front, as the filter needs what is left to be what is next.
        std::int64_t locked = 0;
        const auto good = [&](std::int64_t j) {
            return residual_[static_cast<std::size_t>(j)] <= monitor_.target(theta(j));
        };
        while (locked < std::min(wanted_, kept) && good(locked)) ++locked;
        if (locked == wanted_) {
            const bool settled =
                basis_.is_whole_space() || (kept > wanted_ && settled_outside(theta(wanted_) - theta(wanted_ - 1),
                                                                              residual_[static_cast<std::size_t>(wanted_)],
                                                                              monitor_.target(theta(wanted_))));
            if (settled) {
                if (finished()) return;
                continue;
            }
        }
        double largest = 0;
        for (std::int64_t j = std::min(locked, wanted_ - 1); j < std::min(wanted_, kept); ++j)
            largest = std::max(largest, residual_[static_cast<std::size_t>(j)]);
        if (locked == wanted_ && kept > wanted_) largest = residual_[static_cast<std::size_t>(wanted_)];
        const std::int64_t converged = std::min(locked, wanted_ - 1);
        if (!monitor_.step(converged, largest)) return;
        if (converged > best_converged || largest < best) {
            best_converged = converged;
            best = largest;
            since_best = 0;
        }
        constexpr std::int64_t patience = 100;
        if (++since_best > patience || basis_.is_whole_space()) {
            monitor_.end(Status::stagnated, "filtering brought no smaller residual");
            return;
        }

        // a: above all that is kept. Where the last of these is one of several copies, the others are right beyond it:
        // farther away, as long as that helps.
        const double a0 = theta(0), last = theta(kept - 1);
        const double width = std::max(upper_ - a0, std::numeric_limits<double>::min());
        margin = locked > before || largest < 0.3 * largest_before ? 0.1 : std::min(2 * margin, 20.0);
        before = locked;
        largest_before = largest;
        const double a = std::min(last + margin * (last - a0) + 1e-4 * width, upper_ - 0.05 * width);
        const std::int64_t m = kept - locked;
        const std::int64_t first = std::min(locked, kept - 1);
        const int order = degree(a, upper_, a0, theta(first),
                                 residual_[static_cast<std::size_t>(first)] / (0.3 * monitor_.target(theta(first))));
        ++cycles_;
        highest_degree_ = std::max<std::int64_t>(highest_degree_, order);
        basis_.vectors(order_.data() + locked, m, active_.data());
        if (m > 0) filter(m, order, a, upper_, a0);
        // The locked pairs stay in front; the others are made orthogonal to them.
        std::vector<T> C(static_cast<std::size_t>(kept * std::max<std::int64_t>(locked, 1)), T(0));
        for (std::int64_t j = 0; j < locked; ++j) C[static_cast<std::size_t>(j * (kept + 1))] = T(1);
        std::vector<double> values(basis_.values(), basis_.values() + locked);
        basis_.restart(C.data(), locked, values.data(), locked);
        vec::copy(n_ * m, active_.data(), basis_.next());
        std::int64_t added = basis_.append(m);
        if (added < 0) {
            (void)not_finite();
            return;
        }
        // What became dependent is replaced.
        if (basis_.size() < kept_) {
            const std::int64_t missing = kept_ - basis_.size();
            vec::fill_random(n_ * missing, problem_.seed + 13 * static_cast<std::uint64_t>(monitor_.matvecs()),
                             basis_.next());
            added = basis_.append(missing);
            if (added < 0) {
                (void)not_finite();
                return;
            }
        }
        constexpr std::int64_t most_cycles = 30;  // after which locked pairs are made anew to working precision
        if (++since_refresh >= most_cycles) {
            since_refresh = 0;
            if (!basis_.refresh()) {
                (void)not_finite();
                return;
            }
        }
        if (!extract()) return;
    }
}

template <class T>
EigenPairs<T> ChebyshevIteration<T>::pairs() const {
    const std::int64_t k = problem_.k, have = std::min(k, std::ssize(order_));
    EigenPairs<T> pairs{Array<double>(k, uninitialized), Array<T>(n_ * k, uninitialized)};
    basis_.vectors(order_.data(), have, pairs.vectors.data());
    for (std::int64_t j = 0; j < have; ++j) pairs.values[j] = basis_.values()[order_[static_cast<std::size_t>(j)]];
    for (std::int64_t j = have; j < k; ++j) {
        T* const v = pairs.vectors.data() + j * n_;
        vec::fill_random(n_, problem_.seed + static_cast<std::uint64_t>(j) + 1, v);
        vec::scale(n_, Sum<T>(1 / vec::norm(n_, v)), v);
        pairs.values[j] = std::numeric_limits<double>::quiet_NaN();
    }
    return pairs;
}

}  // namespace

template <class T>
EigenReport chebyshev(const HermitianProblem<T>& given, EigenPairs<T>& pairs) {
    HermitianProblem<T> problem = given;
    const bool by_magnitude = problem.which == Which::smallest_magnitude;
    if (by_magnitude) problem.which = Which::smallest_algebraic;
    if (problem.which != Which::smallest_algebraic && problem.which != Which::largest_algebraic)
        throw InvalidArgument(std::string(problem.name) + ": chebyshev finds one end of the spectrum, not " +
                              std::string(to_string(problem.which)) + "; the methods davidson and lanczos take others");
    if (problem.generalized())
        throw InvalidArgument(std::string(problem.name) +
                              ": chebyshev takes no mass matrix, as polynomials of A alone filter nothing then; take "
                              "another method");
    EigenMonitor<T> monitor(problem);
    if (problem.max_iterations <= 0) monitor.set_max_iterations(2000);
    ChebyshevIteration<T> iteration(problem, monitor);
    iteration.run();
    pairs = iteration.pairs();
    if (by_magnitude && !monitor.has_ended()) {
        const double least = *std::min_element(pairs.values.data(), pairs.values.data() + problem.k);
        if (least < -monitor.target(least))
            monitor.end(Status::inconsistent,
                        "A is indefinite, and eigenvalues of smallest magnitude lie inside its spectrum: take the method "
                        "lanczos, which inverts");
    }
    return monitor.finish(pairs, "chebyshev-filtered subspace iteration with " + std::to_string(iteration.block()) +
                                     " vectors and polynomials of degree up to " +
                                     std::to_string(iteration.highest_degree()));
}

#define TAMIS_INSTANTIATE(T) template EigenReport chebyshev<T>(const HermitianProblem<T>&, EigenPairs<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
