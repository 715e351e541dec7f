#include "iterative/eigen/gram_triplets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/eigen/gram_operator.hpp"
#include "iterative/eigen/lanczos.hpp"
#include "iterative/eigen/orthonormalize.hpp"
#include "iterative/eigen/rotate_triplets.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

const char* why_ended(Status status) noexcept {
    switch (status) {
        case Status::cancelled: return "it was told to stop";
        case Status::time_limit: return "the time limit was reached";
        case Status::max_iterations: return "the most iterations were done";
        default: return "a product was not finite";
    }
}

}  // namespace

template <class T>
bool gram_triplets(const EigenOperand<T>& A, const TwoSidedProducts<T>& C, const SvdsOptions<T>& options, std::int64_t k,
                   EigenMonitor<T>& monitor, Triplets<T>& found, std::string& how) {
    const double eps = std::numeric_limits<Real<T>>::epsilon();
    // What rounding in products and in the basis comes to, in ε‖CᴴC‖, with room.
    constexpr double rounding = 100;
    const double least_share = rounding * eps / std::max(options.tolerance, 10 * eps);
    if (!(least_share < 0.1)) return false;

    const GramOperator<T> gram(A);
    HermitianProblem<T> problem;
    problem.name = "svds";
    problem.A = OperatorRef<T>(gram);
    problem.singular = true;
    problem.k = k;
    problem.which = Which::largest_algebraic;
    problem.tolerance = options.tolerance;
    problem.max_iterations = options.max_iterations;
    problem.subspace = options.subspace;
    problem.block_size = options.block_size;
    problem.time_limit = options.time_limit.count();
    problem.callback = &options.callback;
    problem.stop = options.stop;
    problem.seed = options.seed;
    SpectralOperator<T> op;
    op.order = Which::largest_algebraic;
    op.how = A.cols() > A.rows() ? "A Aᴴ" : "AᴴA";
    EigenPairs<T> pairs;
    const EigenReport report = lanczos(problem, op, pairs);
    monitor.count_products(gram.products());
    monitor.count_iterations(report.iterations);
    // The limit of its own is where to try Golub–Kahan instead; only the caller's is an end.
    const bool interrupted = report.status == Status::cancelled || report.status == Status::time_limit ||
                             report.status == Status::not_finite ||
                             (report.status == Status::max_iterations && options.max_iterations > 0);
    if (interrupted) monitor.end(report.status, why_ended(report.status));
    if (report.status == Status::not_finite) return true;
    const double least = pairs.values[0], most = pairs.values[k - 1];  // ascending
    if (most > 0) monitor.raise_norm(std::sqrt(most));
    if (!interrupted && !(report.converged() && least > least_share * least_share * most)) return false;

    // C V = U (UᴴC V), and the triplets of what stands in brackets.
    const std::int64_t m = C.rows;
    Array<T> CV(m * k, uninitialized);
    C.forward(pairs.vectors.data(), CV.data(), k);
    Array<T> U(CV);
    std::vector<T> B(static_cast<std::size_t>(k * k));
    if (orthonormalize<T>(m, nullptr, nullptr, 0, U.data(), nullptr, k) < k) return interrupted;
    tall::gram(m, U.data(), k, CV.data(), k, B.data(), k);
    std::vector<double> values(static_cast<std::size_t>(k));
    if (!rotate_to_triplets(m, C.cols, k, B, U.data(), pairs.vectors.data(), values.data())) return interrupted;
    found.values = std::move(values);
    found.left = std::move(U);
    found.right = std::move(pairs.vectors);
    how = "Rayleigh-Ritz with A after " + report.message.substr(report.message.find(": ") + 2);
    how = how.substr(0, how.find(';'));
    return true;
}

#define TAMIS_INSTANTIATE(T)                                                                                                \
    template bool gram_triplets<T>(const EigenOperand<T>&, const TwoSidedProducts<T>&, const SvdsOptions<T>&, std::int64_t, \
                                   EigenMonitor<T>&, Triplets<T>&, std::string&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
