#include "sparse/graph/weights.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/asymmetry.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

namespace {

template <class T>
std::string weight_text(const T& v) {
    std::ostringstream out;
    out << v;
    return out.str();
}

template <class T>
bool weight_allowed(const T& v, Weights allowed, bool loop) noexcept {
    // False for NaN in every line.
    if (!is_finite(v)) return false;
    if (allowed == Weights::any || loop) return true;
    if (!(imag_part(v) == Real<T>(0))) return false;
    return allowed == Weights::real || real_part(v) >= Real<T>(0);
}

template <class T>
[[noreturn]] void throw_weight(const char* name, std::int64_t i, std::int64_t j, const T& v, Weights allowed) {
    const char* wanted = allowed == Weights::any    ? "finite"
                         : allowed == Weights::real ? "finite and real"
                                                    : "finite, real and not negative";
    throw InvalidArgument(std::string(name) + ": the weight of the edge (" + std::to_string(i) + ", " + std::to_string(j) +
                          ") is " + weight_text(v) + "; weights have to be " + wanted);
}

}  // namespace

void check_graph(const char* name, std::int64_t rows, std::int64_t cols) {
    if (rows == cols) return;
    throw DimensionMismatch(std::string(name) + ": the adjacency matrix of a graph is square, but this one has " +
                                std::to_string(rows) + " rows and " + std::to_string(cols) + " columns",
                            rows, cols);
}

void check_vertex(const char* name, const char* role, std::int64_t vertex, std::int64_t n) {
    if (vertex >= 0 && vertex < n) return;
    throw InvalidArgument(
        std::string(name) + ": " + role + " is " + std::to_string(vertex) +
        (n == 0 ? ", but the graph has no vertices" : ", but the vertices are 0 to " + std::to_string(n - 1)));
}

template <class T, class I>
void check_weights(const char* name, CsrView<T, I> A, Weights allowed) {
    const I* offsets = A.row_offsets().data();
    const I* indices = A.col_indices().data();
    const T* values = A.values().data();
    const int parts = threads_for(A.nnz());
    struct Position {
        std::int64_t row = -1;
        std::int64_t entry = 0;
    };
    std::vector<Position> first(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        const std::int64_t end = first_row(A, part + 1, parts);
        for (std::int64_t i = first_row(A, part, parts); i < end; ++i) {
            for (std::int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
                if (weight_allowed(values[k], allowed, indices[k] == i)) continue;
                first[static_cast<std::size_t>(part)] = {i, k};
                return;
            }
        }
    });
    for (const Position& p : first)
        if (p.row >= 0) throw_weight(name, p.row, indices[p.entry], values[p.entry], allowed);
}

template <class T, class I>
void check_undirected(const char* name, CsrView<T, I> A) {
    const auto position = first_asymmetry(A, Agreement::rounded);
    if (!position) return;
    const auto [i, j] = *position;
    throw InvalidArgument(std::string(name) + ": an undirected graph has a symmetric adjacency matrix, but entry (" +
                          std::to_string(i) + ", " + std::to_string(j) + ") is " + weight_text(A.coeff(i, j)) + " and (" +
                          std::to_string(j) + ", " + std::to_string(i) + ") is " + weight_text(A.coeff(j, i)) +
                          "; A + transpose(A) is symmetric");
}

#define TAMIS_INSTANTIATE(T, I)                                             \
    template void check_weights<T, I>(const char*, CsrView<T, I>, Weights); \
    template void check_undirected<T, I>(const char*, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
