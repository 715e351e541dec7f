#include <tamis/iterative/eigen/svds.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include <tamis/core/error.hpp>

#include "dense/lapack_spectral.hpp"
#include "instantiate.hpp"
#include "iterative/arguments.hpp"
#include "iterative/eigen/gram_triplets.hpp"
#include "iterative/eigen/inverse_triplets.hpp"
#include "iterative/eigen/stored_operand.hpp"
#include "iterative/eigen/triplet_search.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

void check_triplets_wanted(const char* name, std::int64_t rows, std::int64_t cols, std::int64_t k) {
    const std::int64_t most = std::min(rows, cols);
    if (k < 0 || k > most)
        throw InvalidArgument(std::string(name) + ": k must be in [0, " + std::to_string(most) +
                              "], the smaller side of the " + std::to_string(rows) + "×" + std::to_string(cols) +
                              " matrix; got " + std::to_string(k));
}

namespace {

/// By gesdd of a dense copy. Values descending; left m×k, right n×k.
template <class T>
bool dense_triplets(const EigenOperand<T>& A, std::int64_t k, bool largest, EigenMonitor<T>& monitor, Triplets<T>& found) {
    const std::int64_t m = A.rows(), n = A.cols(), least = std::min(m, n);
    std::int64_t matvecs = 0;
    Array<T> M = dense_copy(A, matvecs);
    monitor.count_products(matvecs);
    const auto fail = [&] {
        (void)monitor.step(0, std::numeric_limits<double>::quiet_NaN());
        return false;
    };
    if (!all_finite(M.size(), M.data())) return fail();
    Array<T> U(m * least, uninitialized), Vt(least * n, uninitialized);
    std::vector<Real<T>> s(static_cast<std::size_t>(least));
    if (lapack::gesdd(m, n, M.data(), m, s.data(), U.data(), Vt.data()) != 0) return fail();
    const std::int64_t first = largest ? 0 : least - k;
    monitor.raise_norm(static_cast<double>(s[0]));
    found.values.assign(s.begin() + first, s.begin() + first + k);
    found.left = Array<T>(m * k, uninitialized);
    found.right = Array<T>(n * k, uninitialized);
    vec::copy(m * k, U.data() + first * m, found.left.data());
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < n; ++i) found.right[j * n + i] = conjugate(Vt[i * least + first + j]);
    return true;
}

/// max(‖A v − s u‖, ‖Aᴴ u − s v‖) of each triplet, by products of their own.
template <class T>
std::vector<double> triplet_residuals(const OperatorRef<T>& A, const Triplets<T>& t, EigenMonitor<T>& monitor) {
    const std::int64_t m = A.rows(), n = A.cols(), k = static_cast<std::int64_t>(t.values.size());
    std::vector<double> norms(static_cast<std::size_t>(k));
    constexpr std::int64_t at_once = 8;
    const std::int64_t most = std::min(k, at_once);
    Array<T> AV(m * most, uninitialized), AU(n * most, uninitialized);
    for (std::int64_t first = 0; first < k; first += at_once) {
        const std::int64_t count = std::min(at_once, k - first);
        const T* const u = t.left.data() + first * m;
        const T* const v = t.right.data() + first * n;
        A.apply(MatrixView<const T>(v, n, count), MatrixView<T>(AV.data(), m, count));
        A.apply_adjoint(MatrixView<const T>(u, m, count), MatrixView<T>(AU.data(), n, count));
        monitor.count_products(2 * count);
        for (std::int64_t j = 0; j < count; ++j) {
            const double s = t.values[static_cast<std::size_t>(first + j)];
            const double one = vec::axpy_norm(m, Sum<T>(-s), u + j * m, AV.data() + j * m);
            const double other = vec::axpy_norm(n, Sum<T>(-s), v + j * n, AU.data() + j * n);
            norms[static_cast<std::size_t>(first + j)] = one <= other ? other : one;  // NaN stays
            if (!std::isfinite(s) || std::isnan(other)) norms[static_cast<std::size_t>(first + j)] = other + s;
        }
    }
    return norms;
}

/// Whether ‖Cᴴu − s v‖ is within the target for triplets with C v = s u.
template <class T>
bool are_triplets(const TwoSidedProducts<T>& C, const Triplets<T>& t, EigenMonitor<T>& monitor) {
    const auto k = static_cast<std::int64_t>(t.values.size());
    Array<T> CU(C.cols * k, uninitialized);
    C.adjoint(t.left.data(), CU.data(), k);
    if (k > 0) monitor.raise_norm(t.values[0]);
    for (std::int64_t j = 0; j < k; ++j) {
        const double s = t.values[static_cast<std::size_t>(j)];
        if (!(vec::axpy_norm(C.cols, Sum<T>(-s), t.right.data() + j * C.cols, CU.data() + j * C.cols) <= monitor.target(0)))
            return false;
    }
    return k > 0;
}

/// ‖A‖₂ from below by a few steps of the power method: for searches at the small end.
template <class T>
double norm_from_below(const TwoSidedProducts<T>& A, std::uint64_t seed) {
    Array<T> x(A.cols, uninitialized), y(A.rows, uninitialized);
    vec::fill_random(A.cols, seed + 17, x.data());
    double largest = 0;
    for (int step = 0; step < 6; ++step) {
        const double norm = vec::norm(A.cols, x.data());
        if (!(norm > 0) || !std::isfinite(norm)) break;
        vec::scale(A.cols, Sum<T>(1 / norm), x.data());
        A.forward(x.data(), y.data(), 1);
        const double product = vec::norm(A.rows, y.data());
        if (std::isfinite(product)) largest = std::max(largest, product);
        A.adjoint(y.data(), x.data(), 1);
    }
    return largest;
}

}  // namespace

template <class T>
EigenReport svds(const EigenOperand<T>& A, std::int64_t k, const SvdsOptions<T>& options, VectorView<Real<T>> values,
                 MatrixView<T> u, MatrixView<T> vt) {
    const std::int64_t rows = A.rows(), cols = A.cols(), least = std::min(rows, cols);
    if (options.which != Which::largest_magnitude && options.which != Which::smallest_magnitude)
        throw InvalidArgument("svds: which must be largest_magnitude or smallest_magnitude, got " +
                              std::string(to_string(options.which)));
    if (!(options.tolerance >= 0))
        throw InvalidArgument("svds: tolerance must be at least 0, got " + std::to_string(options.tolerance));
    if (options.max_iterations < 0 || options.subspace < 0 || options.block_size < 0)
        throw InvalidArgument("svds: max_iterations, subspace and block_size must be at least 0");
    if (!A.ref().has_adjoint()) throw Unsupported(std::string("svds") + no_adjoint);
    check_stored_finite("svds", A);

    HermitianProblem<T> frame;  // what the monitor needs of it
    frame.name = "svds";
    frame.k = k;
    frame.tolerance = options.tolerance;
    frame.max_iterations = options.max_iterations > 0 ? options.max_iterations : std::max<std::int64_t>(20000, 20 * k);
    frame.time_limit = options.time_limit.count();
    frame.callback = &options.callback;
    frame.stop = options.stop;
    EigenMonitor<T> monitor(frame);
    if (k == 0) {
        EigenReport empty;
        empty.message = "svds: none were asked for";
        return empty;
    }

    const bool adjoint = cols > rows, largest = options.which == Which::largest_magnitude;
    TwoSidedProducts<T> products{std::max(rows, cols), least, {}, {}};
    const OperatorRef<T>& op = A.ref();
    const auto plain = [&](const T* X, T* Y, std::int64_t m) {
        op.apply(MatrixView<const T>(X, cols, m), MatrixView<T>(Y, rows, m));
        monitor.count_products(m);
    };
    const auto adjoint_product = [&](const T* X, T* Y, std::int64_t m) {
        op.apply_adjoint(MatrixView<const T>(X, rows, m), MatrixView<T>(Y, cols, m));
        monitor.count_products(m);
    };
    if (adjoint) {
        products.forward = adjoint_product;
        products.adjoint = plain;
    } else {
        products.forward = plain;
        products.adjoint = adjoint_product;
    }

    TripletSearch<T> search;
    search.k = k;
    search.largest = largest;
    // Half of what is asked for: restarts and the search for missed copies drop residuals of that size.
    search.tolerance = 0.5 * options.tolerance;
    search.block = triplet_block(options.block_size);
    search.subspace = triplet_subspace(k, search.block, options.subspace);
    search.seed = options.seed;

    Triplets<T> found;
    std::string how;
    constexpr std::int64_t small = 48;
    const bool stored_dense = std::holds_alternative<MatrixView<const T>>(A.stored());
    if (search.subspace + search.block > least || least <= small || (!largest && stored_dense)) {
        how = "dense decomposition, as k or the subspace is near the smaller side, or the matrix small";
        (void)dense_triplets(A, k, largest, monitor, found);
    } else {
        if (!largest) monitor.raise_norm(norm_from_below(products, options.seed));
        PseudoInverse<T> inverse;
        if (!largest && A.is_stored()) try {
                inverse = pseudo_inverse(A, adjoint, options.stop);
            } catch (const Unsupported& e) {
                how = std::string("no factorization (") + e.what() + "), so ";
            } catch (const Cancelled&) {
                monitor.end(Status::cancelled, "a stop was requested");
            }
        if (monitor.has_ended()) {
            how = "factorization";
        } else if (inverse.forward) {
            search.subspace = options.subspace;
            inverse_triplets(products, inverse, search, monitor, found);
            how = std::string("Golub-Kahan-Lanczos with the ") + inverse.how;
        } else {
            const bool by_gram = largest && gram_triplets(A, products, options, k, monitor, found, how);
            // The last word on what came through CᴴC has C.
            const bool good = by_gram && (monitor.has_ended() || are_triplets(products, found, monitor));
            if (!good) {
                (void)search_triplets(products, search, monitor, found);
                how = std::string(by_gram ? "after AᴴA in vain, " : how) +
                      "Golub-Kahan-Lanczos with thick restarts, blocks of " + std::to_string(search.block) + ", subspace " +
                      std::to_string(search.subspace);
            }
        }
        if (adjoint) std::swap(found.left, found.right);
    }
    if (found.values.empty()) {  // a product was not finite, or nothing could be said before the end
        found.values.assign(static_cast<std::size_t>(k), std::numeric_limits<double>::quiet_NaN());
        found.left = Array<T>(rows * k);
        found.right = Array<T>(cols * k);
        found.residuals.assign(static_cast<std::size_t>(k), std::numeric_limits<double>::quiet_NaN());
    } else {
        found.residuals = triplet_residuals(op, found, monitor);
    }

    EigenReport report;
    report.residual_norms = found.residuals;
    if (found.values[0] >= 0) monitor.raise_norm(found.values[0]);
    double worst = 0;
    for (std::int64_t j = 0; j < k; ++j) {
        const double residual = found.residuals[static_cast<std::size_t>(j)];
        if (residual <= monitor.target(0)) ++report.converged_pairs;
        worst = residual <= worst ? worst : residual;
        values[j] = static_cast<Real<T>>(found.values[static_cast<std::size_t>(j)]);
        if (u.cols() == 0) continue;
        vec::copy(found.left.data() + j * rows, u.col(j));
        for (std::int64_t i = 0; i < cols; ++i) vt(j, i) = conjugate(found.right[j * cols + i]);
    }
    if (!monitor.has_ended() && report.converged_pairs < k)
        monitor.end(Status::stagnated, "residuals computed afresh are larger than the method's own");
    report.status = monitor.has_ended() ? monitor.status() : Status::converged;
    report.iterations = monitor.iterations();
    report.matvecs = monitor.matvecs();
    report.scale = monitor.norm();
    report.seconds = monitor.seconds();
    char numbers[200];
    std::snprintf(numbers, sizeof numbers, "%lld of %lld triplets after %lld products, residuals up to %.1e",
                  static_cast<long long>(report.converged_pairs), static_cast<long long>(k),
                  static_cast<long long>(report.matvecs), worst);
    report.message = "svds: " + how + "; " + numbers;
    if (monitor.has_ended()) report.message += "; " + monitor.why();
    return report;
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template EigenReport svds<T>(const EigenOperand<T>&, std::int64_t, const SvdsOptions<T>&, VectorView<Real<T>>, \
                                 MatrixView<T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
