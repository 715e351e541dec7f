#include "sparse/householder.hpp"

#include <algorithm>

namespace tamis::detail {

namespace {

// y ← (I − τ v vᴴ) y.
template <class E>
void reflect(const HouseholderParts<E>& F, std::int64_t k, const E& tau, E* y) {
    if (tau == E(0)) return;
    const auto first = F.h.col_offsets()[static_cast<std::size_t>(k)];
    const auto last = F.h.col_offsets()[static_cast<std::size_t>(k) + 1];
    const auto* rows = F.h.row_indices().data();
    const auto* v = F.h.values().data();
    E dot = 0;
    for (auto q = first; q < last; ++q) dot += conjugate(v[q]) * y[rows[q]];
    dot *= tau;
    for (auto q = first; q < last; ++q) y[rows[q]] -= dot * v[q];
}

}  // namespace

template <class E>
void apply_q_adjoint(const HouseholderParts<E>& F, const E* x, E* y) {
    const auto m = F.h.rows();
    for (std::int64_t i = 0; i < m; ++i) y[F.row_position[static_cast<std::size_t>(i)]] = x[i];
    for (std::int64_t k = 0; k < F.h.cols(); ++k) reflect(F, k, conjugate(F.tau[k]), y);
}

template <class E>
void apply_q(const HouseholderParts<E>& F, E* y, E* x) {
    const auto m = F.h.rows();
    for (std::int64_t k = F.h.cols() - 1; k >= 0; --k) reflect(F, k, F.tau[k], y);
    for (std::int64_t i = 0; i < m; ++i) x[i] = y[F.row_position[static_cast<std::size_t>(i)]];
}

// The diagonal is the last entry of each of the first `rank` columns.
template <class E>
void solve_r(const HouseholderParts<E>& F, E* c) {
    const auto* offsets = F.r.col_offsets().data();
    const auto* rows = F.r.row_indices().data();
    const auto* r = F.r.values().data();
    for (std::int64_t k = F.rank - 1; k >= 0; --k) {
        const auto last = offsets[k + 1] - 1;
        c[k] /= r[last];
        for (auto q = offsets[k]; q < last; ++q) c[rows[q]] -= r[q] * c[k];
    }
}

template <class E>
void solve_r_adjoint(const HouseholderParts<E>& F, E* c) {
    const auto* offsets = F.r.col_offsets().data();
    const auto* rows = F.r.row_indices().data();
    const auto* r = F.r.values().data();
    for (std::int64_t k = 0; k < F.rank; ++k) {
        const auto last = offsets[k + 1] - 1;
        for (auto q = offsets[k]; q < last; ++q) c[k] -= conjugate(r[q]) * c[rows[q]];
        c[k] /= conjugate(r[last]);
    }
}

#define TAMIS_INSTANTIATE(E)                                                 \
    template void apply_q_adjoint(const HouseholderParts<E>&, const E*, E*); \
    template void apply_q(const HouseholderParts<E>&, E*, E*);               \
    template void solve_r(const HouseholderParts<E>&, E*);                   \
    template void solve_r_adjoint(const HouseholderParts<E>&, E*);
TAMIS_INSTANTIATE(double)
TAMIS_INSTANTIATE(std::complex<double>)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
