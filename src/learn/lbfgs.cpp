#include "learn/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <utility>

namespace tamis::learn::detail {

namespace {

using Point = std::vector<double>;

double inner(const Point& a, const Point& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

double largest(const Point& a) {
    double m = 0;
    for (const double v : a) m = std::max(m, std::abs(v));
    return m;
}

/// φ(α) = f(x + α p) with its derivative and the gradient there.
struct Trial {
    double alpha = 0;
    double value = 0;
    double slope = 0;
    Point x, g;
};

/// Minimizer of the cubic through (a, φ, φ') and (b, φ, φ'), Nocedal and Wright eq. 3.59; the middle where that is none or
/// lies within a tenth of the ends.
double cubic_step(const Trial& a, const Trial& b) {
    const double middle = (a.alpha + b.alpha) / 2;
    const double width = b.alpha - a.alpha;
    const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.alpha - b.alpha);
    const double root = d1 * d1 - a.slope * b.slope;
    if (!(root >= 0)) return middle;
    const double d2 = std::copysign(std::sqrt(root), width);
    const double alpha = b.alpha - width * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    const double low = std::min(a.alpha, b.alpha) + 0.1 * std::abs(width);
    const double high = std::max(a.alpha, b.alpha) - 0.1 * std::abs(width);
    return alpha >= low && alpha <= high ? alpha : middle;
}

class Search {
  public:
    Search(const SmoothFunction& f, const LbfgsOptions& options) : f_(f), options_(options) {}

    [[nodiscard]] double lower(std::size_t i) const { return options_.lower.empty() ? -infinity : options_.lower[i]; }
    [[nodiscard]] double upper(std::size_t i) const { return options_.upper.empty() ? infinity : options_.upper[i]; }

    Trial evaluate(Point x) {
        Trial t;
        t.g.assign(x.size(), 0.0);
        t.x = std::move(x);
        t.value = f_(t.x, t.g);
        if (!std::all_of(t.g.begin(), t.g.end(), [](double v) { return std::isfinite(v); })) t.value = infinity;
        if (std::isnan(t.value)) t.value = infinity;
        ++evaluations;
        return t;
    }
    /// At α along p from `start`; the variable that reaches its bound there lies on it exactly.
    Trial evaluate(const Trial& start, const Point& p, double alpha) {
        Point x = start.x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = std::clamp(x[i] + alpha * p[i], lower(i), upper(i));
            const double reach = p[i] > 0   ? (upper(i) - start.x[i]) / p[i]
                                 : p[i] < 0 ? (lower(i) - start.x[i]) / p[i]
                                            : infinity;
            if (alpha >= reach) x[i] = p[i] > 0 ? upper(i) : lower(i);
        }
        Trial t = evaluate(std::move(x));
        t.alpha = alpha;
        t.slope = inner(t.g, p);
        return t;
    }

    /// Algorithm 3.5. True with a point that decreases f, by the strong Wolfe conditions wherever they can be met.
    bool line(const Trial& start, const Point& p, double first, double most, Trial& result) {
        Trial previous = start;
        previous.alpha = 0;
        previous.slope = inner(start.g, p);
        const double slope0 = previous.slope;
        double alpha = std::min(first, most);
        for (int i = 0; i < 30; ++i) {
            Trial t = evaluate(start, p, alpha);
            if (!(t.value <= start.value + c1 * alpha * slope0) || (i > 0 && t.value >= previous.value))
                return zoom(start, p, slope0, std::move(previous), std::move(t), result);
            if (std::abs(t.slope) <= -c2 * slope0 || alpha >= most) {
                result = std::move(t);
                return true;
            }
            if (t.slope >= 0) return zoom(start, p, slope0, std::move(t), std::move(previous), result);
            previous = std::move(t);
            alpha = std::min(2.5 * alpha, most);
        }
        result = std::move(previous);
        return result.alpha > 0;
    }

    std::int64_t evaluations = 0;

  private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr double c1 = 1e-4;
    static constexpr double c2 = 0.9;

    /// Algorithm 3.6.
    bool zoom(const Trial& start, const Point& p, double slope0, Trial low, Trial high, Trial& result) {
        for (int j = 0; j < 40; ++j) {
            const bool known = std::isfinite(high.value);
            const double alpha = known ? cubic_step(low, high) : low.alpha + 0.1 * (high.alpha - low.alpha);
            if (alpha == low.alpha || alpha == high.alpha) break;
            Trial t = evaluate(start, p, alpha);
            if (!(t.value <= start.value + c1 * alpha * slope0) || t.value >= low.value) {
                high = std::move(t);
            } else {
                if (std::abs(t.slope) <= -c2 * slope0) {
                    result = std::move(t);
                    return true;
                }
                if (t.slope * (high.alpha - low.alpha) >= 0) high = low;
                low = std::move(t);
            }
        }
        result = std::move(low);
        return result.alpha > 0 && result.value < start.value;
    }

    const SmoothFunction& f_;
    const LbfgsOptions& options_;
};

/// A step and the change of the gradient along it.
struct Pair {
    Point s, y;
};

/// Algorithm 7.4 in the free variables: H g.
Point two_loops(const std::deque<Pair>& pairs, const Point& g, const std::vector<bool>& held) {
    const auto free_inner = [&](const Point& a, const Point& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (!held[i]) sum += a[i] * b[i];
        return sum;
    };
    Point q = g;
    for (std::size_t i = 0; i < q.size(); ++i)
        if (held[i]) q[i] = 0;
    std::vector<double> alphas(pairs.size(), 0.0);
    double gamma = 0;
    const auto usable = [&](const Pair& pair, double& sy) {
        sy = free_inner(pair.s, pair.y);
        return sy > 2.2e-16 * free_inner(pair.y, pair.y);
    };
    double sy = 0;
    for (std::size_t k = pairs.size(); k-- > 0;) {
        if (!usable(pairs[k], sy)) continue;
        if (gamma == 0) gamma = sy / free_inner(pairs[k].y, pairs[k].y);
        alphas[k] = free_inner(pairs[k].s, q) / sy;
        for (std::size_t i = 0; i < q.size(); ++i)
            if (!held[i]) q[i] -= alphas[k] * pairs[k].y[i];
    }
    if (gamma == 0) gamma = 1 / std::max(1.0, largest(q));  // a first step of at most 1
    for (double& v : q) v *= gamma;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        if (!usable(pairs[k], sy)) continue;
        const double beta = free_inner(pairs[k].y, q) / sy;
        for (std::size_t i = 0; i < q.size(); ++i)
            if (!held[i]) q[i] += (alphas[k] - beta) * pairs[k].s[i];
    }
    return q;
}

std::string sentence(const LbfgsResult& result, const char* why) {
    char numbers[160];
    std::snprintf(numbers, sizeof numbers, " after %lld iterations and %lld evaluations: f = %.10g, projected gradient %.3g",
                  static_cast<long long>(result.iterations), static_cast<long long>(result.evaluations), result.value,
                  result.gradient_norm);
    return std::string(why) + numbers;
}

}  // namespace

LbfgsResult minimize(const SmoothFunction& f, std::vector<double> x, const LbfgsOptions& options) {
    LbfgsResult result;
    Search search(f, options);
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) x[i] = std::clamp(x[i], search.lower(i), search.upper(i));
    Trial current = search.evaluate(std::move(x));
    std::deque<Pair> pairs;
    std::vector<bool> held(n);
    const auto finish = [&](Status status, const char* why) {
        result.x = current.x;
        result.value = current.value;
        result.status = status;
        result.evaluations = search.evaluations;
        result.message = sentence(result, why);
        return result;
    };
    if (!std::isfinite(current.value)) return finish(Status::not_finite, "the function has no finite value at the start");
    bool small_decrease = false;
    for (;;) {
        // The projected gradient: variables at a bound that −g points out of are held.
        result.gradient_norm = 0;
        for (std::size_t i = 0; i < n; ++i) {
            held[i] = (current.x[i] <= search.lower(i) && current.g[i] >= 0) ||
                      (current.x[i] >= search.upper(i) && current.g[i] <= 0);
            if (!held[i]) result.gradient_norm = std::max(result.gradient_norm, std::abs(current.g[i]));
        }
        const double scale = std::max(1.0, std::abs(current.value));
        if (result.gradient_norm <= options.gradient_tolerance * scale) return finish(Status::converged, "converged");
        if (small_decrease) return finish(Status::converged, "converged (the value no longer decreases)");
        if (options.callback && result.iterations > 0 &&
            !options.callback(result.iterations, current.value, result.gradient_norm))
            return finish(Status::cancelled, "stopped by the callback");
        if (options.stop.stop_requested()) return finish(Status::cancelled, "stopped");
        if (std::chrono::steady_clock::now() >= options.deadline) return finish(Status::time_limit, "out of time");
        if (result.iterations >= options.max_iterations) return finish(Status::max_iterations, "out of iterations");

        Point p = two_loops(pairs, current.g, held);
        double most = std::numeric_limits<double>::infinity();
        const auto aim = [&] {
            most = std::numeric_limits<double>::infinity();
            for (std::size_t i = 0; i < n; ++i) {
                p[i] = -p[i];
                const bool leaves =
                    (p[i] > 0 && current.x[i] >= search.upper(i)) || (p[i] < 0 && current.x[i] <= search.lower(i));
                if (held[i] || leaves) p[i] = 0;
                if (p[i] > 0) most = std::min(most, (search.upper(i) - current.x[i]) / p[i]);
                if (p[i] < 0) most = std::min(most, (search.lower(i) - current.x[i]) / p[i]);
            }
        };
        aim();
        if (!(inner(p, current.g) < 0)) {
            pairs.clear();
            p = two_loops(pairs, current.g, held);
            aim();
        }
        Trial next;
        bool found = search.line(current, p, 1, most, next);
        if (!found && !pairs.empty()) {
            pairs.clear();
            p = two_loops(pairs, current.g, held);
            aim();
            found = search.line(current, p, 1, most, next);
        }
        if (!found)
            return finish(Status::stagnated,
                          "the line search finds no lower value, as rounding allows none or the gradient is wrong,");
        Pair pair;
        for (std::size_t i = 0; i < n; ++i) {
            pair.s.push_back(next.x[i] - current.x[i]);
            pair.y.push_back(next.g[i] - current.g[i]);
        }
        pairs.push_back(std::move(pair));
        if (static_cast<std::int64_t>(pairs.size()) > options.memory) pairs.pop_front();
        // A step that ended at a bound says nothing of those to come.
        small_decrease = !(current.value - next.value > options.value_tolerance * scale) && next.alpha < most;
        current = std::move(next);
        ++result.iterations;
    }
}

}  // namespace tamis::learn::detail
