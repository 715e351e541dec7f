#include "iterative/eigen/certify.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

struct SetCount {
    std::int64_t count = 0;
    bool proved = false;
};

enum class Verdict { complete, incomplete, open };

/// `measure` of the set's values, ascending: the smaller, the more wanted. `count(c)` is the number of all eigenvalues of
/// measure below c. A cut behind the last value proves everything; where that counts more, because a cluster goes on beyond
/// the set, a cut in the last gap within the set proves what lies before it.
Verdict judge_set(std::vector<double> measure, double width, const std::function<SetCount(double)>& count) {
    std::sort(measure.begin(), measure.end());
    auto inside = static_cast<std::int64_t>(measure.size());
    const SetCount behind = count(measure.back() + width);
    if (behind.count == inside) return behind.proved ? Verdict::complete : Verdict::open;
    if (behind.count < inside) return Verdict::open;
    while (inside > 1 &&
           measure[static_cast<std::size_t>(inside - 1)] - measure[static_cast<std::size_t>(inside - 2)] <= 4 * width)
        --inside;
    const SetCount before = count(measure[static_cast<std::size_t>(inside - 1)] - width);
    if (!before.proved) return Verdict::open;
    return before.count == inside - 1 ? Verdict::complete : Verdict::incomplete;
}

}  // namespace

template <class T>
void certify(const EigenOperand<T>& A, const EigenOperand<T>& B, const HermitianProblem<T>& problem,
             const EigenPairs<T>& pairs, EigenReport& report) {
    const std::int64_t n = A.rows(), k = pairs.values.size();
    if (!A.is_stored() || (B && !B.is_stored())) {
        report.message += "; not certified, since an operator cannot be factored";
        return;
    }
    double largest = 0, residual = 0;
    for (std::int64_t i = 0; i < k; ++i) largest = std::max(largest, std::abs(pairs.values[i]));
    for (const double r : report.residual_norms) residual = std::max(residual, r);
    // What the residuals leave open, of eigenvalues of the size of the values (with a mass matrix in its norm, roughly).
    const double scale = B ? largest : std::max(report.scale, largest);
    const double width = std::max(10 * residual * (report.scale > 0 ? scale / report.scale : 1.0), 1e-8 * scale);
    const auto below = [&](double sigma) {
        const BelowCount c = count_below("eigsh", A, B, sigma);
        return SetCount{c.count, c.proved};
    };
    const auto above = [&](double sigma) {
        const SetCount c = below(sigma);
        return SetCount{n - c.count, c.proved};
    };
    const auto around = [&](double center, double radius) {
        if (!(radius > 0)) return SetCount{0, true};
        const SetCount a = below(center - radius), b = below(center + radius);
        return SetCount{b.count - a.count, a.proved && b.proved};
    };
    const auto measures = [&](std::int64_t first, std::int64_t last, const auto& measure) {
        std::vector<double> m;
        for (std::int64_t i = first; i < last; ++i) m.push_back(measure(pairs.values[i]));
        return m;
    };
    const auto from_left = [&](std::int64_t first, std::int64_t last) {
        return judge_set(measures(first, last, [](double v) { return v; }), width, below);
    };
    const auto from_right = [&](std::int64_t first, std::int64_t last) {
        return judge_set(measures(first, last, [](double v) { return -v; }), width, [&](double c) { return above(-c); });
    };
    Verdict verdict = Verdict::open;
    try {
        switch (problem.which) {
            case Which::smallest_algebraic: verdict = from_left(0, k); break;
            case Which::both_ends: {
                const Verdict right = from_right(k / 2, k), left = k > 1 ? from_left(0, k / 2) : Verdict::complete;
                verdict = right == Verdict::incomplete ? right : left == Verdict::complete ? right : left;
                break;
            }
            case Which::largest_magnitude:
                verdict = judge_set(measures(0, k, [](double v) { return -std::abs(v); }), width, [&](double c) {
                    const SetCount inside = around(0, -c);
                    return SetCount{n - inside.count, inside.proved};
                });
                break;
            case Which::smallest_magnitude:
            case Which::nearest: {
                const double center = problem.which == Which::nearest ? problem.sigma : 0.0;
                verdict = judge_set(measures(0, k, [center](double v) { return std::abs(v - center); }), width,
                                    [&](double c) { return around(center, c); });
                break;
            }
            default: verdict = from_right(0, k); break;
        }
    } catch (const MemoryLimitExceeded& failed) {
        report.message += std::string("; not certified: ") + failed.what();
        return;
    } catch (const Unsupported& failed) {
        report.message += std::string("; not certified: ") + failed.what();
        return;
    } catch (const SingularMatrix& failed) {
        report.message += std::string("; not certified: ") + failed.what();
        return;
    }
    report.certified = verdict == Verdict::complete;
    if (report.certified) {
        report.message += "; certified by inertia: none is missing";
    } else if (verdict == Verdict::open) {
        report.message += "; the inertia was too close to call, so that nothing is certified";
    } else {
        report.status = Status::stagnated;
        report.message += "; but the inertia counts more eigenvalues: some are missing";
    }
}

#define TAMIS_INSTANTIATE(T)                                                                             \
    template void certify<T>(const EigenOperand<T>&, const EigenOperand<T>&, const HermitianProblem<T>&, \
                             const EigenPairs<T>&, EigenReport&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
