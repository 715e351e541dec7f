#include "iterative/eigen/interval_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/eigen/spectral_transform.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

template <class T>
constexpr double eps = std::numeric_limits<Real<T>>::epsilon();

/// Makes the vectors, ascending by value, B-orthonormal: what two vectors of different slices have in common is their
/// residuals over the distance of their values, and taking it off changes neither residual by more. False where they depend
/// on each other.
template <class T>
bool orthonormalize_slices(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, EigenPairs<T>& pairs) {
    constexpr std::int64_t at_once = 32;
    const std::int64_t n = problem.n(), k = pairs.values.size();
    const bool mass = problem.generalized();
    Array<T> BX(mass ? n * std::min(at_once, k) : 0, uninitialized);
    std::vector<T> C;
    for (std::int64_t first = 0; first < k; first += at_once) {
        const std::int64_t m = std::min(at_once, k - first);
        T* const V = pairs.vectors.data();
        T* const X = V + first * n;
        if (mass) monitor.apply_mass(X, BX.data(), m);
        double largest = first > 0 ? 1 : 0;
        for (int pass = 0; pass < 3 && largest > 1e-3; ++pass) {
            C.resize(static_cast<std::size_t>(first * m));
            tall::gram(n, V, first, mass ? BX.data() : X, m, C.data(), first);
            tall::multiply(n, T(-1), V, first, C.data(), first, m, T(1), X);
            if (mass) monitor.apply_mass(X, BX.data(), m);
            largest = 0;
            for (const T& c : C) largest = std::max<double>(largest, std::abs(c));
        }
        if (orthonormalize<T>(n, nullptr, nullptr, 0, X, mass ? BX.data() : nullptr, m, problem.B) < m) return false;
    }
    return true;
}

}  // namespace

template <class T>
IntervalSearch<T>::IntervalSearch(const EigenOperand<T>& A, HermitianProblem<T>& problem,
                                  const EigshIntervalOptions<T>& options)
    : A_(A),
      problem_(problem),
      options_(options),
      monitor_(problem),
      n_(A.rows()) {}

/// In single precision a bound is off an eigenvalue only where values, rounded to that, are on their side of it.
template <class T>
SliceBound IntervalSearch<T>::counted(double at) {
    const double step = 200 * eps<T> * std::max(gershgorin(A_).norm, std::numeric_limits<double>::min());
    SliceBound bound;
    for (const double nudge : {0.0, -1.0, -2.3, -5.9}) {
        BelowCount c = count_below(problem_.name, A_, options_.mass, at + nudge * step, options_.stop);
        bound = {c.sigma, c.count, c.proved, !c.proved || c.condition <= 64 * eps<T>, std::move(c.how)};
        if (nudge != 0) {
            char text[120];
            std::snprintf(text, sizeof text, ", the bound moved from %.6g by %.2g, off an eigenvalue", at, nudge * step);
            bound.how += text;
        }
        if (!bound.near || std::same_as<Real<T>, double> || !monitor_.may_go_on()) break;
    }
    return bound;
}

template <class T>
SliceBound IntervalSearch<T>::place(double bound, bool is_lower) {
    if (options_.mass) return place_far_out(bound, is_lower);
    // Outside of Gershgorin's discs nothing has to be factored.
    const SpectrumBounds discs = gershgorin(A_);
    const double norm = discs.norm > 0 ? discs.norm : 1.0;
    const double slack = 1e-12 * norm, beside = 1e-3 * norm;
    if (bound < discs.lower - slack) return {is_lower ? std::max(bound, discs.lower - beside) : bound, 0, true, false, {}};
    if (bound > discs.upper + slack) return {is_lower ? bound : std::min(bound, discs.upper + beside), n_, true, false, {}};
    return counted(bound);
}

/// With a mass matrix, a bound that is far out is exchanged for one with the same count nearer by.
template <class T>
SliceBound IntervalSearch<T>::place_far_out(double bound, bool is_lower) {
    const double norm = gershgorin(A_).norm, mass = gershgorin(options_.mass).norm;
    const double scale = norm > 0 && mass > 0 ? norm / mass : 1.0;
    constexpr double far = 1e3;
    if (std::abs(bound) <= far * scale || is_lower != (bound < 0)) {
        if (std::isfinite(bound)) return counted(bound);
        return {bound, is_lower ? n_ : 0, true, false, {}};  // nothing is in the interval
    }
    const double side = is_lower ? -1 : 1;
    for (double out = 1e-2; out < 1e14; out *= 32) {
        if (out * scale >= std::abs(bound)) break;
        try {
            SliceBound nearer = counted(side * out * scale);
            if (nearer.below == (is_lower ? 0 : n_)) return nearer;
        } catch (const SingularMatrix&) {  // A is nothing beside σB there
            break;
        }
    }
    if (std::isfinite(bound)) return counted(bound);
    throw InvalidArgument(
        std::string(problem_.name) +
        ": the bound is infinite, and so are eigenvalues, or nearly: the mass matrix is singular or as good "
        "as that; give a finite bound");
}

template <class T>
std::int64_t IntervalSearch<T>::count(double lower, double upper) {
    try {
        lower_ = place(lower, true);
        if (monitor_.may_go_on()) upper_ = place(upper, false);
    } catch (const Cancelled&) {
        monitor_.end(Status::cancelled, "a stop was requested");
    }
    if (monitor_.has_ended()) {
        proved_ = false;
        return 0;
    }
    proved_ = lower_.proved && upper_.proved && !lower_.near && !upper_.near;
    return std::max<std::int64_t>(upper_.below - lower_.below, 0);
}

template <class T>
std::size_t IntervalSearch<T>::first_known(double value) const {
    return static_cast<std::size_t>(
        std::lower_bound(known_.begin(), known_.end(), value, [](const Known& k, double v) { return k.value < v; }) -
        known_.begin());
}

template <class T>
std::int64_t IntervalSearch<T>::known_between(double a, double b) const {
    // What lies beyond a bound of the whole interval does so by rounding.
    const std::size_t first = a == lower_.at ? 0 : first_known(a), last = b == upper_.at ? known_.size() : first_known(b);
    return static_cast<std::int64_t>(last) - static_cast<std::int64_t>(first);
}

template <class T>
double IntervalSearch<T>::margin(const SliceBound& bound) const {
    if (!bound.near) return 0;
    return 64 * eps<T> * (monitor_.norm() + std::abs(bound.at) * monitor_.mass_norm()) / monitor_.mass_norm();
}

template <class T>
bool IntervalSearch<T>::factor_inside(const Slice& slice, SpectralOperator<T>& op, SliceBound& middle) {
    const double a = slice.a.at, b = slice.b.at;
    double left = std::max(a, a + slice.a.reach_right), right = std::min(b, b - slice.b.reach_left);
    if (slice.barren > 0 || !(right - left > 1e-3 * (b - a))) {
        // All of it was reached, and yet some are missing: where known values are farthest apart.
        std::vector<double> points{a};
        for (std::size_t i = first_known(a); i < known_.size() && known_[i].value < b; ++i)
            points.push_back(known_[i].value);
        points.push_back(b);
        std::size_t widest = 1;
        for (std::size_t i = 1; i < points.size(); ++i)
            if (points[i] - points[i - 1] > points[widest] - points[widest - 1]) widest = i;
        left = points[widest - 1];
        right = points[widest];
    }
    PencilOptions how;
    how.inertia = true;
    how.nudge = 0;
    how.stop = options_.stop;
    // Apart from eigenvalues, if possible: by more than rounding in the vectors' precision, and by so much that the others'
    // θ keep most of their digits beside the largest.
    const double norm = monitor_.norm() / monitor_.mass_norm() + std::max(std::abs(a), std::abs(b));
    const double apart = std::max(20 * eps<T>, std::same_as<Real<T>, float> ? 0.0 : 1e-5 * (b - a) / norm);
    double best = -1;
    for (const double fraction : {0.4871, 0.5517, 0.4213, 0.6391, 0.3307}) {
        const double at = left + fraction * (right - left);
        if (!(a < at && at < b) || !monitor_.may_go_on()) break;
        try {
            FactoredPencil<T> factor = factor_pencil(problem_.name, A_, options_.mass, at, how);
            ++shifts_;
            const std::int64_t below = factor.inertia->negative;
            const bool plausible = slice.a.below <= below && below <= slice.b.below;
            const double merit = factor.proved ? 1 + factor.condition : factor.condition;
            if (!plausible || merit <= best) continue;
            best = merit;
            middle = {at, below, factor.proved, false, factor.how};
            op.inverse = std::move(factor.inverse);
            if (middle.proved && factor.condition > apart) break;
        } catch (const SingularMatrix&) {  // beside it, then
        }
    }
    if (best < 0) return false;
    op.kind = SpectralTransform::shift_invert;
    op.sigma = middle.at;
    op.order = Which::largest_magnitude;
    return true;
}

template <class T>
void IntervalSearch<T>::divide(Slice&& slice) {
    constexpr int most_barren = 10;
    const double a = slice.a.at, b = slice.b.at;
    if (slice.b.below - slice.a.below <= known_between(a, b)) return;
    SpectralOperator<T> op;
    SliceBound middle;
    const bool narrow = b - a <= 16 * std::numeric_limits<double>::epsilon() * std::max(std::abs(a), std::abs(b));
    if (slice.barren > most_barren || narrow || !factor_inside(slice, op, middle)) {
        given_up_ = true;
        return;
    }
    proved_ = proved_ && middle.proved;
    factors_.push_back(middle.how);

    SliceGoal<T> goal;
    const double sigma = middle.at;
    goal.lower = a;
    goal.upper = b;
    goal.lower_margin = margin(slice.a);
    goal.upper_margin = margin(slice.b);
    goal.left = std::max<std::int64_t>(middle.below - slice.a.below - known_between(a, sigma), 0);
    goal.right = std::max<std::int64_t>(slice.b.below - middle.below - known_between(sigma, b), 0);
    goal.limit = limit_;
    goal.before = static_cast<std::int64_t>(known_.size());
    goal.patience = std::int64_t{3} << std::min(slice.barren, 4);
    goal.seed = problem_.seed + 1000003 * static_cast<std::uint64_t>(shifts_);
    // Those in the slice, and the nearest beside it.
    const double radius = 1.25 * std::max(sigma - a, b - sigma);
    std::int64_t beside = 0;
    for (std::size_t i = first_known(sigma); i < known_.size(); ++i) {
        if (known_[i].value >= b && (known_[i].value - sigma > radius || ++beside > 2 * limit_)) break;
        goal.known.push_back(known_[i].vector);
    }
    beside = 0;
    for (std::size_t i = first_known(sigma); i-- > 0;) {
        if (known_[i].value < a && (sigma - known_[i].value > radius || ++beside > 2 * limit_)) break;
        goal.known.push_back(known_[i].vector);
    }
    SliceFound<T> found = search_slice(problem_, op, monitor_, goal);

    // The refined values decide on which side they lie; one that lies in another slice is found again there.
    std::int64_t taken = 0;
    for (std::int64_t j = 0; j < found.pairs.values.size(); ++j) {
        const double value = found.pairs.values[j];
        if (!(value >= a - goal.lower_margin && value < b + goal.upper_margin)) continue;
        known_.push_back({value, found.pairs.vectors.data() + j * n_});
        ++taken;
    }
    vectors_.push_back(std::move(found.pairs.vectors));
    std::sort(known_.begin(), known_.end(), [](const Known& x, const Known& y) { return x.value < y.value; });
    middle.reach_left = std::min(found.reach_left, sigma - a);
    middle.reach_right = std::min(found.reach_right, b - sigma);
    const int barren = taken > 0 ? 0 : slice.barren + 1;
    work_.push_back({middle, std::move(slice.b), barren});
    work_.push_back({std::move(slice.a), std::move(middle), barren});
}

template <class T>
void IntervalSearch<T>::gather(EigenPairs<T>& pairs) {
    const auto k = static_cast<std::int64_t>(known_.size());
    pairs.values = Array<double>(k, uninitialized);
    pairs.vectors = Array<T>(n_ * k, uninitialized);
    for (std::int64_t j = 0; j < k; ++j) {
        pairs.values[j] = known_[static_cast<std::size_t>(j)].value;
        vec::copy(n_, known_[static_cast<std::size_t>(j)].vector, pairs.vectors.data() + j * n_);
    }
    known_.clear();
    vectors_.clear();
    if (shifts_ < 2) return;  // one search leaves them orthonormal
    Array<T> before(pairs.vectors);
    if (!orthonormalize_slices(problem_, monitor_, pairs)) {
        pairs.vectors = std::move(before);
        given_up_ = true;
    }
}

template <class T>
EigenReport IntervalSearch<T>::find(EigenPairs<T>& pairs) {
    const std::int64_t k = problem_.k;
    limit_ = options_.pairs_per_shift;
    if (limit_ == 0) {
        // A factor takes F operations, finding p pairs 20 n p²: p of them for each factor cost least where both are equal.
        const double flops = predict_pencil(A_, options_.mass).flops;
        limit_ = static_cast<std::int64_t>(std::clamp(std::sqrt(flops / (20.0 * static_cast<double>(n_))), 40.0, 200.0));
    }
    if (problem_.max_iterations > 0) monitor_.set_max_iterations(problem_.max_iterations);
    // What is lost when vectors of different slices are made orthogonal has room.
    problem_.tolerance = 0.1 * options_.tolerance;
    monitor_.estimate_norms();
    work_.push_back({lower_, upper_, 0});
    while (!work_.empty() && monitor_.may_go_on()) {
        Slice slice = std::move(work_.back());
        work_.pop_back();
        try {
            divide(std::move(slice));
        } catch (const Cancelled&) {
            monitor_.end(Status::cancelled, "a stop was requested");
        }
    }
    problem_.tolerance = options_.tolerance;
    gather(pairs);
    const std::int64_t found = pairs.values.size();
    std::string how = "spectrum slicing: " + std::to_string(found) + " of " + std::to_string(k) + " counted, by " +
                      std::to_string(shifts_) + (shifts_ == 1 ? " shift" : " shifts") + " inside the interval";
    std::sort(factors_.begin(), factors_.end());
    factors_.erase(std::unique(factors_.begin(), factors_.end()), factors_.end());
    for (std::size_t i = 0; i < factors_.size(); ++i) how.append(i == 0 ? " (" : ", ").append(factors_[i]);
    if (!factors_.empty()) how += ")";
    EigenReport report = monitor_.finish(pairs, how);
    if (found < k && report.status == Status::converged) {
        report.status = Status::stagnated;
        report.message += "; not all that were counted were found";
    } else if (found > k || given_up_) {
        proved_ = false;
        if (report.status == Status::converged && found > k) report.status = Status::stagnated;
    }
    proved_ = proved_ && report.converged();
    report.certified = proved_;
    report.message += verdict();
    return report;
}

template <class T>
std::string IntervalSearch<T>::verdict() const {
    std::string text;
    const auto tell = [&](const char* which, const SliceBound& bound) {
        if (bound.how.empty()) return;
        text.append("; ").append(which).append(" bound: ").append(bound.how);
        if (bound.near) text += " (an eigenvalue lies within rounding of it)";
    };
    tell("lower", lower_);
    tell("upper", upper_);
    return text + (proved_ ? "; certified by inertia: none is missing" : "; not certified");
}

template <class T>
EigenReport IntervalSearch<T>::find_nothing() {
    EigenPairs<T> none;
    EigenReport report = monitor_.finish(none, "spectrum slicing: no eigenvalue is counted");
    if (!monitor_.has_ended()) report.message = std::string(problem_.name) + ": the interval has no eigenvalues";
    report.certified = report.converged() && proved_;
    report.message += verdict();
    return report;
}

#define TAMIS_INSTANTIATE(T) template class IntervalSearch<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
