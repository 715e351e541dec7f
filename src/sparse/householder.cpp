#include "sparse/householder.hpp"

#include <algorithm>

#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

template <class E>
Csc<E, std::int64_t> copy_of(const Csc<E, std::int64_t>& A) {
    return {
        unchecked,           A.rows(), A.cols(), Array<std::int64_t>(A.col_offsets()), Array<std::int64_t>(A.row_indices()),
        Array<E>(A.values())};
}

}  // namespace

// y ← (I − τ v vᴴ) y.
template <class E>
void HouseholderFactor<E>::reflect(std::int64_t k, const E& tau, E* y) const {
    if (tau == E(0)) return;
    const auto first = F_.h.col_offsets()[static_cast<std::size_t>(k)];
    const auto last = F_.h.col_offsets()[static_cast<std::size_t>(k) + 1];
    const auto* rows = F_.h.row_indices().data();
    const auto* v = F_.h.values().data();
    E dot = 0;
    for (auto q = first; q < last; ++q) dot += times(conjugate(v[q]), y[rows[q]]);
    dot = times(dot, tau);
    for (auto q = first; q < last; ++q) y[rows[q]] -= times(dot, v[q]);
}

template <class E>
void HouseholderFactor<E>::apply_q_adjoint(const E* x, E* y) const {
    for (std::int64_t i = 0; i < rows(); ++i) y[F_.row_position[static_cast<std::size_t>(i)]] = x[i];
    for (std::int64_t k = 0; k < F_.h.cols(); ++k) reflect(k, conjugate(F_.tau[k]), y);
}

template <class E>
void HouseholderFactor<E>::apply_q(E* y, E* x) const {
    for (std::int64_t k = F_.h.cols() - 1; k >= 0; --k) reflect(k, F_.tau[k], y);
    for (std::int64_t i = 0; i < rows(); ++i) x[i] = y[F_.row_position[static_cast<std::size_t>(i)]];
}

// The diagonal is the last entry of each of the first `rank` columns.
template <class E>
void HouseholderFactor<E>::solve_r(E* c) const {
    const auto* offsets = F_.r.col_offsets().data();
    const auto* rows = F_.r.row_indices().data();
    const auto* r = F_.r.values().data();
    for (std::int64_t k = F_.rank - 1; k >= 0; --k) {
        const auto last = offsets[k + 1] - 1;
        c[k] /= r[last];
        for (auto q = offsets[k]; q < last; ++q) c[rows[q]] -= times(r[q], c[k]);
    }
}

template <class E>
void HouseholderFactor<E>::solve_r_adjoint(E* c) const {
    const auto* offsets = F_.r.col_offsets().data();
    const auto* rows = F_.r.row_indices().data();
    const auto* r = F_.r.values().data();
    for (std::int64_t k = 0; k < F_.rank; ++k) {
        const auto last = offsets[k + 1] - 1;
        for (auto q = offsets[k]; q < last; ++q) c[k] -= times(conjugate(r[q]), c[rows[q]]);
        c[k] /= conjugate(r[last]);
    }
}

template <class E>
Csc<E, std::int64_t> HouseholderFactor<E>::matrix_r() const {
    return copy_of(F_.r);
}

template <class E>
HouseholderParts<E> HouseholderFactor<E>::parts() const {
    return {F_.rank, F_.tolerance, copy_of(F_.r), copy_of(F_.h), F_.tau, F_.row_position, F_.permutation, F_.flops};
}

template <class E>
FactorSize HouseholderFactor<E>::size() const {
    const auto nonzeros = static_cast<double>(F_.r.nnz() + F_.h.nnz());
    const auto vectors = static_cast<double>(rows() + cols());
    return {nonzeros, F_.flops, nonzeros * (sizeof(E) + sizeof(std::int64_t)) + vectors * 6 * sizeof(std::int64_t)};
}

template class HouseholderFactor<double>;
template class HouseholderFactor<std::complex<double>>;

}  // namespace tamis::detail
