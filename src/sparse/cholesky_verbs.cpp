#include "sparse/cholesky_verbs.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>

#include "core/memory.hpp"
#include "instantiate.hpp"
#include "sparse/factor_input.hpp"
#include "sparse/selected_inverse.hpp"

namespace tamis::detail {

namespace {

template <class E>
Supernodes<E> inverted(const char* what, const CholeskyFactor<E>& factor, double result_bytes, std::int64_t memory_limit) {
    const FactorSize size = factor.size();
    require_memory(what, size.bytes + result_bytes, memory_limit);
    auto Z = factor.supernodes();
    require_memory(what, inversion_bytes(Z) + result_bytes + (memory_limit > 0 ? size.bytes : 0), memory_limit);
    invert_selected(Z);
    return Z;
}

template <class E>
void drop_empty(UpdateColumns<E>& W) {
    W.erase(std::remove_if(W.begin(), W.end(), [](const auto& column) { return column.empty(); }), W.end());
}

void check_height(const char* what, std::int64_t rows, std::int64_t n) {
    if (rows != n)
        throw DimensionMismatch(
            std::string(what) + ": W has " + std::to_string(rows) + " rows, the matrix " + std::to_string(n), n, rows);
}

}  // namespace

template <class T, class I>
Csr<T, I> selected_inverse_of(const char* what, const CholeskyFactor<compute_t<T>>& factor,
                              const std::vector<std::int64_t>& permutation, std::int64_t memory_limit) {
    const double result = 2 * factor.size().nonzeros * (sizeof(T) + sizeof(I));
    return full_hermitian<T, I>(what, inverted(what, factor, result, memory_limit), permutation);
}

template <class E>
Array<double> inverse_diagonal_of(const char* what, const CholeskyFactor<E>& factor,
                                  const std::vector<std::int64_t>& permutation, std::int64_t memory_limit) {
    return diagonal_of(inverted(what, factor, 0, memory_limit), permutation);
}

template <class T, class I>
UpdateColumns<compute_t<T>> update_columns(const char* what, CsrView<T, I> major, bool row_major,
                                           const std::vector<std::int64_t>& permutation) {
    using E = compute_t<T>;
    const auto n = std::ssize(permutation);
    check_height(what, row_major ? major.rows() : major.cols(), n);
    check_finite(what, major, row_major);
    UpdateColumns<E> W(static_cast<std::size_t>(row_major ? major.cols() : major.rows()));
    if (row_major) {
        for (std::int64_t j = 0; j < n; ++j)
            for (const auto entry : major.row(permutation[static_cast<std::size_t>(j)]))
                if (entry.value != T(0)) W[static_cast<std::size_t>(entry.index)].emplace_back(j, E(entry.value));
    } else {
        std::vector<std::int64_t> position(permutation.size());
        for (std::int64_t j = 0; j < n; ++j)
            position[static_cast<std::size_t>(permutation[static_cast<std::size_t>(j)])] = j;
        for (std::int64_t c = 0; c < major.rows(); ++c) {
            auto& column = W[static_cast<std::size_t>(c)];
            for (const auto entry : major.row(c))
                if (entry.value != T(0))
                    column.emplace_back(position[static_cast<std::size_t>(entry.index)], E(entry.value));
            std::sort(column.begin(), column.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        }
    }
    drop_empty(W);
    return W;
}

template <class T>
UpdateColumns<compute_t<T>> update_columns(const char* what, MatrixView<const T> dense,
                                           const std::vector<std::int64_t>& permutation) {
    using E = compute_t<T>;
    const auto n = std::ssize(permutation);
    check_height(what, dense.rows(), n);
    UpdateColumns<E> W(static_cast<std::size_t>(dense.cols()));
    for (std::int64_t c = 0; c < dense.cols(); ++c) {
        for (std::int64_t i = 0; i < n; ++i)
            if (!is_finite(dense(i, c))) throw_not_finite(what, "W", i, c);
        for (std::int64_t j = 0; j < n; ++j) {
            const T value = dense(permutation[static_cast<std::size_t>(j)], c);
            if (value != T(0)) W[static_cast<std::size_t>(c)].emplace_back(j, E(value));
        }
    }
    drop_empty(W);
    return W;
}

template <class E>
void update_factor(const char* what, std::unique_ptr<CholeskyFactor<E>>& factor, const UpdateColumns<E>& W, double sign,
                   const std::vector<std::int64_t>& permutation, std::int64_t memory_limit) {
    if (W.empty()) return;
    if (auto* grown = dynamic_cast<UpdatedFactor<E>*>(factor.get())) {
        grown->update(what, W, sign, memory_limit);
        return;
    }
    const FactorSize size = factor->size();
    require_memory(what, 2 * size.nonzeros * (sizeof(E) + sizeof(std::int64_t)), memory_limit);
    auto grown = std::make_unique<UpdatedFactor<E>>(factor->matrix_l(), permutation, size.flops);
    grown->update(what, W, sign, memory_limit);
    factor = std::move(grown);
}

#define TAMIS_INSTANTIATE_COMPUTE(E)                                                                                    \
    template Array<double> inverse_diagonal_of(const char*, const CholeskyFactor<E>&, const std::vector<std::int64_t>&, \
                                               std::int64_t);                                                           \
    template void update_factor(const char*, std::unique_ptr<CholeskyFactor<E>>&, const UpdateColumns<E>&, double,      \
                                const std::vector<std::int64_t>&, std::int64_t);
TAMIS_INSTANTIATE_COMPUTE(double)
TAMIS_INSTANTIATE_COMPUTE(std::complex<double>)
#undef TAMIS_INSTANTIATE_COMPUTE

#define TAMIS_INSTANTIATE_SCALAR(T)                                                          \
    template UpdateColumns<compute_t<T>> update_columns<T>(const char*, MatrixView<const T>, \
                                                           const std::vector<std::int64_t>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_SCALAR)
#undef TAMIS_INSTANTIATE_SCALAR

#define TAMIS_INSTANTIATE(T, I)                                                                    \
    template Csr<T, I> selected_inverse_of<T, I>(const char*, const CholeskyFactor<compute_t<T>>&, \
                                                 const std::vector<std::int64_t>&, std::int64_t);  \
    template UpdateColumns<compute_t<T>> update_columns<T, I>(const char*, CsrView<T, I>, bool,    \
                                                              const std::vector<std::int64_t>&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
