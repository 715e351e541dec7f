// Spectral bisection. A. Pothen, H. D. Simon, K.-P. Liou, Partitioning sparse matrices with eigenvectors of graphs, SIAM J.
// Matrix Anal. Appl. 11 (1990): halves by the median of the Fiedler vector.
#include <tamis/iterative/graph/spectral_bisection.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/graph/laplacian_spectrum.hpp"

namespace tamis::detail {

namespace {

/// Which components go to which side whole, and the one that does not; -1: none.
struct WholeComponents {
    std::vector<signed char> side;  ///< of each component
    std::array<std::int64_t, 2> sizes{0, 0};
    std::int64_t divided = -1;
};

/// The largest first, to the side with more room. One at most fits on neither: if a later one, of size t, did not fit
/// either, the rooms together would be smaller than 2t, though they hold both of them, and the first is not smaller.
template <class I>
WholeComponents distribute(const ConnectedComponents<I>& components, std::int64_t most) {
    const auto count = static_cast<std::size_t>(components.count);
    std::vector<std::int64_t> size(count), order(count);
    for (const I label : components.labels) ++size[static_cast<std::size_t>(label)];
    std::iota(order.begin(), order.end(), std::int64_t{0});
    const auto size_of = [&](std::int64_t c) { return size[static_cast<std::size_t>(c)]; };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return size_of(a) > size_of(b); });
    WholeComponents whole{std::vector<signed char>(count), {0, 0}, -1};
    for (const std::int64_t c : order) {
        const int side = whole.sizes[0] <= whole.sizes[1] ? 0 : 1;
        auto& filled = whole.sizes[static_cast<std::size_t>(side)];
        if (filled + size_of(c) > most) {
            whole.divided = c;
            continue;
        }
        filled += size_of(c);
        whole.side[static_cast<std::size_t>(c)] = static_cast<signed char>(side);
    }
    return whole;
}

struct Cut {
    double weight = std::numeric_limits<double>::infinity();
    std::int64_t first = 0;  ///< so many vertices of the order go to side 0
    bool reversed = false;
    std::int64_t imbalance = 0;
};

/// The best place to cut the vertices in `order`, with between `low` and `high` of them on side 0.
template <class I>
void find_cut(const Csr<double, I>& W, const std::vector<std::int64_t>& order, std::int64_t low, std::int64_t high,
              std::int64_t side0, std::int64_t side1, bool reversed, Cut& best) {
    const auto n = std::ssize(order);
    std::vector<bool> taken(order.size());
    double weight = 0;
    for (std::int64_t q = 0; q <= high; ++q) {
        const std::int64_t imbalance = std::abs((side0 + q) - (side1 + n - q));
        if (q >= low && (weight < best.weight || (weight == best.weight && imbalance < best.imbalance)))
            best = {weight, q, reversed, imbalance};
        if (q == high) break;
        const std::int64_t v = order[static_cast<std::size_t>(reversed ? n - 1 - q : q)];
        for (const auto [j, w] : W.row(v)) weight += taken[static_cast<std::size_t>(j)] ? -w : w;
        taken[static_cast<std::size_t>(v)] = true;
    }
}

}  // namespace

template <class T, class I>
Bisection<I> spectral_bisection(CsrView<T, I> A, const SpectralBisectionOptions& options) {
    constexpr const char* name = "spectral_bisection";
    const auto start = std::chrono::steady_clock::now();
    const SpectrumRequest request = spectrum_request(name, options);
    check_spectrum_request(request);
    if (!(options.imbalance >= 0))
        throw InvalidArgument(std::string(name) + ": .imbalance is " + std::to_string(options.imbalance) +
                              ", but has to be at least 0");
    const Adjacency<I> graph = adjacency(name, A);
    const std::int64_t n = graph.n;
    const double allowed = std::min((1 + options.imbalance) * static_cast<double>(n) / 2, static_cast<double>(n));
    const std::int64_t most = std::max((n + 1) / 2, static_cast<std::int64_t>(allowed));
    const WholeComponents whole = distribute(graph.components, most);
    Bisection<I> result;
    result.sizes = whole.sizes;
    result.labels.resize(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < result.labels.size(); ++i)
        result.labels[i] = static_cast<I>(whole.side[static_cast<std::size_t>(graph.components.labels[i])]);
    result.message = std::string(name) + ": whole components make both sides";
    if (whole.divided >= 0) {
        std::vector<std::int64_t> members;  // of the component, among the vertices with edges
        I label = 0;
        for (std::size_t k = 0; k < graph.vertices.size(); ++k) {
            if (graph.components.labels[static_cast<std::size_t>(graph.vertices[k])] != whole.divided) continue;
            members.push_back(graph.vertices[k]);
            label = graph.labels[k];
        }
        const Adjacency<I> part = component_of(graph, label);
        LaplacianSpectrum<I> spectrum(part, request);
        EigenPairs<double> pairs;
        const EigenReport report = spectrum.find(1, pairs);
        (void)spectrum.turn(pairs.values[0], pairs.vectors.data());
        const std::int64_t m = part.n;
        std::vector<std::int64_t> order(static_cast<std::size_t>(m));
        std::iota(order.begin(), order.end(), std::int64_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::int64_t a, std::int64_t b) { return pairs.vectors[a] < pairs.vectors[b]; });
        const std::int64_t low = std::max<std::int64_t>(0, whole.sizes[1] + m - most);
        const std::int64_t high = std::min(m, most - whole.sizes[0]);
        Cut cut;
        for (const bool reversed : {false, true})
            find_cut(part.weights, order, low, high, whole.sizes[0], whole.sizes[1], reversed, cut);
        for (std::int64_t q = 0; q < m; ++q) {
            const std::int64_t v = order[static_cast<std::size_t>(cut.reversed ? m - 1 - q : q)];
            result.labels[static_cast<std::size_t>(members[static_cast<std::size_t>(v)])] = q < cut.first ? I(0) : I(1);
        }
        result.sizes[0] += cut.first;
        result.sizes[1] += m - cut.first;
        result.cut = cut.weight * graph.unit;
        result.value = pairs.values[0];
        result.status = report.status;
        result.matvecs = report.matvecs;
        result.message = report.message;
    }
    if (n > 0 && result.labels[0] != 0) {
        for (I& label : result.labels) label = static_cast<I>(1 - label);
        std::swap(result.sizes[0], result.sizes[1]);
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

#define TAMIS_INSTANTIATE(T, I) \
    template Bisection<I> spectral_bisection<T, I>(CsrView<T, I>, const SpectralBisectionOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
