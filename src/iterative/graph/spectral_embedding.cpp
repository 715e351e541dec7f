// Small eigenvalues of graph Laplacians. F. R. K. Chung, Spectral Graph Theory, AMS 1997: a zero for each component, and its
// vector; U. von Luxburg, A tutorial on spectral clustering, Stat. Comput. 17 (2007): the three Laplacians, and how their
// eigenvectors belong to each other; M. Fiedler, Algebraic connectivity of graphs, Czech. Math. J. 23 (1973).
#include <tamis/iterative/graph/spectral_embedding.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/graph/laplacian_spectrum.hpp"

namespace tamis::detail {

namespace {

using EmbeddingClock = std::chrono::steady_clock;

double seconds_of_embedding(EmbeddingClock::time_point start) {
    return std::chrono::duration<double>(EmbeddingClock::now() - start).count();
}

/// The first entry beyond three tenths of the largest modulus is made positive: moduli that are equal but for rounding, as
/// symmetric graphs have them, decide nothing.
void fix_sign(std::int64_t n, double* v) {
    double largest = 0;
    for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(v[i]));
    const double* const first = std::find_if(v, v + n, [&](double x) { return std::abs(x) > 0.3 * largest; });
    if (first != v + n && *first < 0) std::transform(v, v + n, v, [](double x) { return -x; });
}

/// Entries over the vertices with edges, as those of all vertices.
template <class R, class I>
void scatter_vector(const Adjacency<I>& graph, const double* v, VectorView<R> all) {
    for (std::int64_t i = 0; i < graph.n; ++i) all[i] = 0;
    for (std::size_t k = 0; k < graph.vertices.size(); ++k) all[graph.vertices[k]] = static_cast<R>(v[k]);
}

/// The null vector of component c: its vertices' share of D^(1/2) or of a constant.
template <class R, class I>
double put_null_vector(const Adjacency<I>& graph, const LaplacianSpectrum<I>& spectrum, std::int64_t c, VectorView<R> all) {
    const auto& labels = graph.components.labels;
    const auto m = std::ssize(graph.vertices);
    Array<double> v(m);
    bool has_edges = false;
    for (std::int64_t k = 0; k < m; ++k) {
        if (labels[static_cast<std::size_t>(graph.vertices[static_cast<std::size_t>(k)])] != c) continue;
        v[k] = spectrum.null_space().entry(k);
        has_edges = true;
    }
    if (has_edges) {
        const double residual = spectrum.turn(0, v.data());
        scatter_vector(graph, v.data(), all);
        return residual;
    }
    for (std::int64_t i = 0; i < graph.n; ++i) all[i] = labels[static_cast<std::size_t>(i)] == c ? R(1) : R(0);
    return 0;
}

/// p positive pairs, turned and spread, from position `first` on.
template <class R, class I>
EigenReport put_positive_pairs(const Adjacency<I>& graph, LaplacianSpectrum<I>& spectrum, std::int64_t p, std::int64_t first,
                               VectorView<R> values, MatrixView<R> vectors) {
    EigenPairs<double> pairs;
    EigenReport report = spectrum.find(p, pairs);
    const std::int64_t m = std::ssize(graph.vertices);
    for (std::int64_t j = 0; j < p; ++j) {
        double* const v = pairs.vectors.data() + j * m;
        report.residual_norms[static_cast<std::size_t>(j)] = spectrum.turn(pairs.values[j], v);
        fix_sign(m, v);
        values[first + j] = static_cast<R>(pairs.values[j]);
        scatter_vector(graph, v, vectors.col(first + j));
    }
    return report;
}

std::string counted(std::int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

template <class T, class I>
EigenReport spectral_embedding(CsrView<T, I> A, std::int64_t k, const SpectralEmbeddingOptions& options,
                               VectorView<Real<T>> values, MatrixView<Real<T>> vectors, ConnectedComponents<I>& components,
                               std::int64_t& zeros) {
    constexpr const char* name = "spectral_embedding";
    const auto start = EmbeddingClock::now();
    const SpectrumRequest request = spectrum_request(name, options);
    check_spectrum_request(request);
    Adjacency<I> graph = adjacency(name, A);
    const std::int64_t n = graph.n, count = graph.components.count;
    zeros = options.drop_first ? 0 : std::min(k, count);
    const std::int64_t p = k - zeros;
    if (p > n - count)
        throw InvalidArgument(std::string(name) + ": " + std::to_string(k) +
                              " eigenvalues above 0 are wanted of a graph of " + std::to_string(n) + " vertices in " +
                              counted(count, "component") + ", whose Laplacian has no more than " +
                              std::to_string(n - count));
    EigenReport report;
    report.message = std::string(name) + ": no eigenvalue above 0 was asked for";
    LaplacianSpectrum<I> spectrum(graph, request);
    if (p > 0) report = put_positive_pairs(graph, spectrum, p, zeros, values, vectors);
    std::vector<double> residuals;
    for (std::int64_t c = 0; c < zeros; ++c) {
        values[c] = 0;
        residuals.push_back(put_null_vector(graph, spectrum, c, vectors.col(c)));
    }
    report.residual_norms.insert(report.residual_norms.begin(), residuals.begin(), residuals.end());
    report.converged_pairs += zeros;
    report.message += "; " + counted(count, "component") + ", so that so many eigenvalues are 0";
    report.seconds = seconds_of_embedding(start);
    components = std::move(graph.components);
    return report;
}

namespace {

/// t_i = √degree or 1, sum of squares on the largest component s, on the rest r: r t_i there and −s t_i on the rest is
/// orthogonal to t, and in the null space.
template <class R, class I>
double put_separating_vector(const Adjacency<I>& graph, const LaplacianSpectrum<I>& spectrum, LaplacianKind kind,
                             VectorView<R> all) {
    const auto& labels = graph.components.labels;
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(graph.components.count));
    for (const I label : labels) ++sizes[static_cast<std::size_t>(label)];
    const auto largest = static_cast<I>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
    Array<double> t(graph.n);
    for (double& x : t) x = 1;
    if (kind != LaplacianKind::combinatorial)
        for (std::size_t k = 0; k < graph.vertices.size(); ++k)
            t[graph.vertices[k]] = std::sqrt(graph.degrees[static_cast<std::int64_t>(k)]);
    double s = 0, r = 0;
    const auto inside = [&](std::int64_t i) { return labels[static_cast<std::size_t>(i)] == largest; };
    for (std::int64_t i = 0; i < graph.n; ++i) (inside(i) ? s : r) += t[i] * t[i];
    const auto m = std::ssize(graph.vertices);
    Array<double> v(m);
    for (std::int64_t i = 0; i < graph.n; ++i) t[i] *= inside(i) ? r : -s;
    const bool turned = kind == LaplacianKind::random_walk;
    if (turned)
        for (std::size_t k = 0; k < graph.vertices.size(); ++k)
            t[graph.vertices[k]] /= std::sqrt(graph.degrees[static_cast<std::int64_t>(k)]);
    double square = 0;
    for (const double x : t) square += x * x;
    for (std::int64_t i = 0; i < graph.n; ++i) {
        t[i] /= std::sqrt(square);
        all[i] = static_cast<R>(t[i]);
    }
    for (std::int64_t k = 0; k < m; ++k) {
        v[k] = t[graph.vertices[static_cast<std::size_t>(k)]];
        if (turned) v[k] *= std::sqrt(graph.degrees[k]);
    }
    return m == 0 ? 0.0 : spectrum.turn(0, v.data());
}

}  // namespace

template <class T, class I>
EigenReport fiedler_vector(CsrView<T, I> A, const FiedlerOptions& options, Real<T>& value, VectorView<Real<T>> vector,
                           ConnectedComponents<I>& components) {
    constexpr const char* name = "fiedler_vector";
    const auto start = EmbeddingClock::now();
    const SpectrumRequest request = spectrum_request(name, options);
    check_spectrum_request(request);
    Adjacency<I> graph = adjacency(name, A);
    if (graph.n < 2)
        throw InvalidArgument(std::string(name) + ": the graph has " + std::to_string(graph.n) +
                              " vertices; a second eigenvalue takes two at least");
    LaplacianSpectrum<I> spectrum(graph, request);
    EigenReport report;
    if (graph.components.count > 1) {
        value = 0;
        report.residual_norms = {put_separating_vector(graph, spectrum, request.kind, vector)};
        report.converged_pairs = 1;
        report.message = std::string(name) + ": the graph has " + std::to_string(graph.components.count) +
                         " components, so that the second eigenvalue is 0; its vector sets the largest against the others";
    } else {
        report = put_positive_pairs(graph, spectrum, 1, 0, VectorView<Real<T>>(&value, 1), MatrixView<Real<T>>(vector));
    }
    report.seconds = seconds_of_embedding(start);
    components = std::move(graph.components);
    return report;
}

#define TAMIS_INSTANTIATE(T, I)                                                                                      \
    template EigenReport spectral_embedding<T, I>(CsrView<T, I>, std::int64_t, const SpectralEmbeddingOptions&,      \
                                                  VectorView<Real<T>>, MatrixView<Real<T>>, ConnectedComponents<I>&, \
                                                  std::int64_t&);                                                    \
    template EigenReport fiedler_vector<T, I>(CsrView<T, I>, const FiedlerOptions&, Real<T>&, VectorView<Real<T>>,   \
                                              ConnectedComponents<I>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
