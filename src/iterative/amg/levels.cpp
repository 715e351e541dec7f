#include "iterative/amg/levels.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/transpose.hpp>
#include <tamis/sparse/triple_product.hpp>

#include "instantiate.hpp"
#include "iterative/amg/classical_coarsening.hpp"
#include "iterative/amg/galerkin.hpp"
#include "iterative/amg/prolongation.hpp"

namespace tamis::detail {

namespace {

/// Where little becomes coarser, the work of a level is not worth what it brings.
template <class T, class I>
bool too_many(const AmgLevel<T, I>& level) {
    return level.aggregates.count == 0 || 10 * level.aggregates.count > 9 * level.nodes.count();
}

/// Whether there is one candidate for each unknown of a node, 1 in that unknown.
template <class T>
bool is_constant(const Array<T>& candidates, std::int64_t n, std::int64_t block_size) {
    if (candidates.size() != n * block_size) return false;
    for (std::int64_t c = 0; c < block_size; ++c)
        for (std::int64_t i = 0; i < n; ++i)
            if (candidates[i + c * n] != T(i % block_size == c ? 1 : 0)) return false;
    return true;
}

}  // namespace

template <class T, class I>
AmgLevels<T, I>::AmgLevels(Csr<T, I> A, bool hermitian, Array<T> candidates, const AmgParameters& parameters,
                           const AmgLevels* earlier)
    : parameters_(parameters),
      hermitian_(hermitian),
      candidates_(std::move(candidates)) {
    const std::int64_t n = A.rows();
    const std::int64_t m = n == 0 ? 0 : candidates_.size() / n;
    const std::size_t most = parameters_.max_levels == 0 ? 20 : static_cast<std::size_t>(parameters_.max_levels);
    double strength = parameters_.strength;
    Array<T> near_null = candidates_;
    levels_.push_back({std::move(A), {}, {}, {}, equal_nodes<I>(n, parameters_.block_size), {}});
    while (levels_.size() < most && !is_coarsest(parameters_, levels_.back().A.rows(), levels_.back().A.nnz())) {
        AmgLevel<T, I>& fine = levels_.back();
        const bool known = earlier != nullptr && levels_.size() < earlier->levels_.size();
        if (parameters_.coarsening == AmgCoarsening::classical) {
            if (known) fine.aggregates = earlier->aggregates(levels_.size() - 1);
            const Csr<T, I> P =
                classical_coarsening(fine.A.view(), hermitian_, std::ssize(levels_) - 1, parameters_, fine.aggregates);
            if (too_many(fine)) break;
            fine.smoother = Smoother<T, I>(fine.A.view(), hermitian_, parameters_.smoother, parameters_.sweeps);
            if (!add_level(P, equal_nodes<I>(P.cols(), 1))) break;
            continue;
        }
        const NodeGraph<Real<T>, I> graph = node_graph(fine.A.view(), fine.nodes, strength);
        fine.aggregates = known ? earlier->aggregates(levels_.size() - 1) : aggregate(graph);
        if (too_many(fine)) break;
        Tentative<T, I> tentative = tentative_prolongator(fine.nodes, fine.aggregates, near_null, m);
        if (tentative.P.cols() == 0 || tentative.P.cols() >= fine.A.rows()) break;
        fine.smoother = Smoother<T, I>(fine.A.view(), hermitian_, parameters_.smoother, parameters_.sweeps);
        Csr<T, I> P = parameters_.coarsening == AmgCoarsening::plain_aggregation
                          ? std::move(tentative.P)
                          : smoothed_prolongator(fine.A, fine.nodes, graph, fine.aggregates, tentative, near_null,
                                                 hermitian_, fine.smoother.largest());
        near_null = std::move(tentative.candidates);
        strength /= 2;
        if (!add_level(P, std::move(tentative.coarse_nodes))) break;
    }
    levels_.back().aggregates = {};
    coarse_ = CoarseSolver<T, I>(levels_.back().A, hermitian_, diagonal_noise());
    // What only building needs, or what is as soon made again as kept.
    for (AmgLevel<T, I>& level : levels_) {
        level.nodes = {};
        level.kept = KeptAggregates<I>(std::exchange(level.aggregates, {}), level.transfer);
    }
    if (is_constant(candidates_, n, parameters_.block_size)) candidates_ = {};
}

/// The level after the last one, whose P is known; whether it can be smoothed.
template <class T, class I>
bool AmgLevels<T, I>::add_level(const Csr<T, I>& P, Nodes<I> nodes) {
    AmgLevel<T, I>& fine = levels_.back();
    Csr<T, I> R = transpose(P.view());
    conjugate_values(R);
    Csr<T, I> coarse = galerkin_product(R, fine.A, P, nodes);
    fine.transfer = Transfer<T, I>(std::move(R));
    // A row of the coarse matrix that vanished (a candidate that A maps to 0 exactly, seen from one aggregate) has nothing
    // to smooth: such a level is the last.
    Array<T> diagonal(coarse.rows(), uninitialized);
    detail::diagonal(coarse.view(), VectorView<T>(diagonal.data(), diagonal.size()));
    const bool smoothable = std::none_of(diagonal.begin(), diagonal.end(), [](const T& d) { return d == T(0); });
    levels_.push_back({std::move(coarse), {}, {}, {}, std::move(nodes), {}});
    return smoothable;
}

/// How large the diagonal entries of the last level may be from rounding alone: ε times what they are sums of. Empty where
/// that is the matrix itself.
template <class T, class I>
Array<Real<T>> AmgLevels<T, I>::diagonal_noise() const {
    using R = Real<T>;
    if (levels_.size() == 1) return {};
    const Csr<T, I>& A = levels_.front().A;
    Array<T> d(A.rows(), uninitialized);
    diagonal(A.view(), VectorView<T>(d.data(), d.size()));
    Array<R> sizes(A.rows(), uninitialized);
    for (std::int64_t i = 0; i < A.rows(); ++i) sizes[i] = 8 * std::numeric_limits<R>::epsilon() * std::abs(d[i]);
    for (std::size_t l = 0; l + 1 < levels_.size(); ++l) {
        const Transfer<T, I>& transfer = levels_[l].transfer;
        Array<R> next(transfer.rows());
        transfer.for_each_entry([&](std::int64_t J, std::int64_t i, const T& r) { next[J] += std::norm(r) * sizes[i]; });
        sizes = std::move(next);
    }
    return sizes;
}

template <class T, class I>
std::int64_t AmgLevels<T, I>::bytes() const noexcept {
    const auto of = [](const Csr<T, I>& A) {
        return A.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
               (A.rows() + 1) * static_cast<std::int64_t>(sizeof(I));
    };
    std::int64_t total = coarse_.bytes() + candidates_.size() * static_cast<std::int64_t>(sizeof(T));
    for (const AmgLevel<T, I>& level : levels_)
        total += of(level.A) + level.transfer.bytes() + level.smoother.bytes() + level.kept.bytes();
    return total;
}

#define TAMIS_INSTANTIATE(T, I) template class AmgLevels<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
