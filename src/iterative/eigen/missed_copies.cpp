#include "iterative/eigen/missed_copies.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "instantiate.hpp"
#include "iterative/eigen/optimal_search.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

double distance_outside(Which which, double value, double last) noexcept {
    switch (which) {
        case Which::smallest_algebraic: return value - last;
        case Which::largest_magnitude: return std::abs(last) - std::abs(value);
        default: return last - value;
    }
}

bool settled_outside(double distance, double residual_norm, double target) noexcept {
    return residual_norm <= std::max(0.1 * distance, 10 * target);
}

template <class T>
EigenPairs<T> find_missed_copies(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, const EigenPairs<T>& found) {
    const std::int64_t n = problem.n(), k = found.values.size(), given = problem.constraints.cols();
    EigenPairs<T> missed;
    if (given + k >= n || k == 0) return missed;
    Array<T> beside(n * (given + k), uninitialized);
    for (std::int64_t j = 0; j < given; ++j) vec::copy(problem.constraints.col(j), beside.data() + j * n);
    vec::copy(n * k, found.vectors.data(), beside.data() + given * n);

    HermitianProblem<T> rest = problem;
    rest.constraints = MatrixView<const T>(beside.data(), n, given + k);
    rest.initial = MatrixView<const T>();
    rest.k = 1;
    rest.seed = problem.seed + 7919 * static_cast<std::uint64_t>(monitor.matvecs() + 1);
    const std::int64_t left = n - given - k;
    SearchSizes sizes;
    sizes.kept = std::min<std::int64_t>(3, left);
    sizes.block = sizes.kept;
    // Without a preconditioner the basis is a Krylov space, which wants length.
    sizes.capacity = problem.preconditioner ? 15 : 45;

    const auto look = [&](Which which, double last) {
        rest.which = which;
        OptimalSearch<T> search(rest, monitor, sizes);
        if (search.run_before(last, k) != SearchEnd::converged) return;
        EigenPairs<T> before = search.pairs_before(last);
        const std::int64_t had = missed.values.size(), more = before.values.size();
        EigenPairs<T> all{Array<double>(had + more, uninitialized), Array<T>(n * (had + more), uninitialized)};
        std::copy_n(missed.values.data(), had, all.values.data());
        std::copy_n(before.values.data(), more, all.values.data() + had);
        vec::copy(n * had, missed.vectors.data(), all.vectors.data());
        vec::copy(n * more, before.vectors.data(), all.vectors.data() + n * had);
        missed = std::move(all);
    };
    std::vector<double> values(found.values.data(), found.values.data() + k);
    std::sort(values.begin(), values.end());
    if (problem.which == Which::both_ends) {
        const std::int64_t low = k / 2;  // the odd one is from the right
        look(Which::largest_algebraic, values[static_cast<std::size_t>(low)]);
        if (low > 0) look(Which::smallest_algebraic, values[static_cast<std::size_t>(low - 1)]);
    } else if (problem.which == Which::largest_magnitude) {
        double last = std::abs(values.front());
        for (const double value : values) last = std::min(last, std::abs(value));
        look(Which::largest_algebraic, last);
        look(Which::smallest_algebraic, -last);
    } else {
        look(problem.which, problem.which == Which::smallest_algebraic ? values.back() : values.front());
    }
    return missed;
}

#define TAMIS_INSTANTIATE(T) \
    template EigenPairs<T> find_missed_copies<T>(const HermitianProblem<T>&, EigenMonitor<T>&, const EigenPairs<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
