#include "iterative/eigen/davidson.hpp"

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/optimal_search.hpp"

namespace tamis::detail {

template <class T>
EigenReport davidson(const HermitianProblem<T>& given, EigenPairs<T>& pairs) {
    HermitianProblem<T> problem = given;
    const bool by_magnitude = problem.which == Which::smallest_magnitude;
    if (by_magnitude) problem.which = Which::smallest_algebraic;
    if (problem.which == Which::nearest || problem.which == Which::largest_real || problem.which == Which::smallest_real ||
        problem.which == Which::largest_imaginary)
        throw InvalidArgument(std::string(problem.name) + ": davidson finds eigenvalues at the ends of the spectrum, not " +
                              std::string(to_string(problem.which)) + "; the method lanczos has shift-invert for those");
    EigenMonitor<T> monitor(problem);
    if (problem.max_iterations <= 0) monitor.set_max_iterations(100000);
    const std::int64_t k = problem.k;
    SearchSizes sizes;
    sizes.kept = k + std::max<std::int64_t>(3, k / 8);
    sizes.block = problem.block_size > 0 ? problem.block_size : std::min<std::int64_t>(sizes.kept, 4);
    // A long basis saves products where no preconditioner does.
    const std::int64_t length =
        problem.preconditioner ? 4 * sizes.block : std::max<std::int64_t>(sizes.kept, 6 * sizes.block);
    sizes.capacity = std::max(sizes.kept + sizes.block + length, problem.subspace);
    monitor.estimate_norms();
    OptimalSearch<T> search(problem, monitor, sizes);
    search.run();
    pairs = search.pairs();
    if (by_magnitude && !monitor.has_ended()) {
        const double least = *std::min_element(pairs.values.data(), pairs.values.data() + k);
        if (least < -monitor.target(least))
            monitor.end(Status::inconsistent,
                        "A is indefinite, and eigenvalues of smallest magnitude lie inside its spectrum: take the method "
                        "lanczos, which inverts");
    }
    return monitor.finish(pairs, "davidson with thick restart, " + std::to_string(sizes.block) + " directions a step and " +
                                     std::to_string(sizes.capacity) + " basis vectors" +
                                     (problem.preconditioner ? ", preconditioned" : ""));
}

#define TAMIS_INSTANTIATE(T) template EigenReport davidson<T>(const HermitianProblem<T>&, EigenPairs<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
