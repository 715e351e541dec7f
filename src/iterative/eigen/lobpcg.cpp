#include "iterative/eigen/lobpcg.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/lobpcg.hpp>

#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/eigen/optimal_search.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

constexpr std::int64_t lobpcg_steps = 5000;

void check_lobpcg_which(const char* who, Which which) {
    if (which == Which::smallest_algebraic || which == Which::largest_algebraic) return;
    throw InvalidArgument(std::string(who) + ": lobpcg finds smallest_algebraic and largest_algebraic eigenvalues, not " +
                          std::string(to_string(which)) +
                          "; eigsh has methods for those, and davidson takes both ends at once");
}

void check_lobpcg_option(const char* what, double value) {
    if (value >= 0) return;
    throw InvalidArgument(std::string("lobpcg: .") + what + " is " + std::to_string(value) + ", but has to be at least 0");
}

}  // namespace

template <class T>
EigenReport lobpcg(const HermitianProblem<T>& problem, EigenPairs<T>& pairs) {
    check_lobpcg_which(problem.name, problem.which);
    EigenMonitor<T> monitor(problem);
    if (problem.max_iterations <= 0) monitor.set_max_iterations(lobpcg_steps);
    const std::int64_t k = problem.k;
    SearchSizes sizes;
    sizes.kept = std::max(k + std::max<std::int64_t>(3, k / 8), problem.block_size);
    sizes.block = sizes.kept;
    sizes.capacity = std::max(3 * sizes.kept, problem.subspace);
    monitor.estimate_norms();
    OptimalSearch<T> search(problem, monitor, sizes);
    search.run();
    pairs = search.pairs();
    return monitor.finish(pairs, "lobpcg, locally optimal block steps with " + std::to_string(sizes.kept) + " vectors" +
                                     (problem.preconditioner ? ", preconditioned" : ""));
}

template <class T>
EigenReport lobpcg(const EigenOperand<T>& A, MatrixView<const T> X0, const LobpcgOptions<T>& options,
                   VectorView<Real<T>> values, MatrixView<T> vectors) {
    constexpr const char* name = "lobpcg";
    check_lobpcg_which(name, options.which);
    check_lobpcg_option("tolerance", options.tolerance);
    check_lobpcg_option("max_iterations", static_cast<double>(options.max_iterations));
    check_lobpcg_option("time_limit", options.time_limit.count());
    check_hermitian_operand(name, "A", A);
    const std::int64_t n = A.rows(), k = X0.cols();
    if (X0.rows() != n)
        throw DimensionMismatch("lobpcg: X0 has " + std::to_string(X0.rows()) + " rows, but A has " + std::to_string(n), n,
                                X0.rows());
    if (options.mass) check_hermitian_operand(name, ".mass", options.mass, n);
    check_eigen_preconditioner(name, options.preconditioner.ref(), n);
    HermitianProblem<T> problem;
    if (options.constraints) {
        problem.constraints = options.constraints.view();
        if (problem.constraints.rows() != n)
            throw DimensionMismatch("lobpcg: .constraints has " + std::to_string(problem.constraints.rows()) +
                                        " rows, but A has " + std::to_string(n),
                                    n, problem.constraints.rows());
    }
    if (k + problem.constraints.cols() > n)
        throw InvalidArgument("lobpcg: X0 has " + std::to_string(k) + " columns and .constraints " +
                              std::to_string(problem.constraints.cols()) + ", together more than the " + std::to_string(n) +
                              " rows of A");
    if (k == 0) {
        EigenReport report;
        report.message = "lobpcg: no pairs were asked for";
        return report;
    }
    problem.name = name;
    problem.A = A.ref();
    problem.B = options.mass.ref();
    problem.preconditioner = options.preconditioner.ref();
    problem.k = k;
    problem.which = options.which;
    problem.tolerance = options.tolerance;
    problem.max_iterations = options.max_iterations;
    problem.initial = X0;
    problem.time_limit = options.time_limit.count();
    problem.callback = &options.callback;
    problem.stop = options.stop;
    problem.seed = options.seed;
    EigenPairs<T> pairs;
    const std::int64_t products = check_hermitian_products(name, "A", A);
    if (options.mass) (void)check_hermitian_products(name, ".mass", options.mass);
    EigenReport report = lobpcg(problem, pairs);
    report.matvecs += products;
    for (std::int64_t j = 0; j < k; ++j) {
        values[j] = static_cast<Real<T>>(pairs.values[j]);
        vec::copy(pairs.vectors.data() + j * n, vectors.col(j));
    }
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                             \
    template EigenReport lobpcg<T>(const HermitianProblem<T>&, EigenPairs<T>&);                          \
    template EigenReport lobpcg<T>(const EigenOperand<T>&, MatrixView<const T>, const LobpcgOptions<T>&, \
                                   VectorView<Real<T>>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
