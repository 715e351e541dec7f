#include <tamis/iterative/precond/ic0.hpp>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/ldu.hpp"
#include "iterative/precond/shift.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// L D Lᴴ = A + α diag(A) on the pattern of `a`, row after row: u_ik = a_ik − Σ_{j<k} u_ij conj(l_kj), l_ik = u_ik / d_k,
/// d_i = (1 + α) a_ii − Σ u_ij conj(l_ij). False if a pivot is lost.
template <class E, class I>
bool factor_rows(const FactorInput<E, I>& a, double alpha, LduRows<E, I>& f, Array<E>& u) {
    const I* const offsets = a.offsets.data();
    const I* const indices = a.indices.data();
    E* const l = f.values.data();
    for (std::int64_t i = 0; i < a.n; ++i) {
        const auto begin = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t diagonal = static_cast<std::int64_t>(offsets[i + 1]) - 1;
        // u holds the row by columns and is zero elsewhere, so that sums need not ask which entries are stored.
        for (std::int64_t q = begin; q < diagonal; ++q) u[static_cast<std::int64_t>(indices[q])] = a.values[q];
        double d = real_part(a.values[diagonal]) * (1 + alpha);
        for (std::int64_t q = begin; q < diagonal; ++q) {
            const auto k = static_cast<std::int64_t>(indices[q]);
            E sum = u[k];
            for (auto p = static_cast<std::int64_t>(offsets[k]); p < static_cast<std::int64_t>(offsets[k + 1]) - 1; ++p)
                sum -= times(u[static_cast<std::int64_t>(indices[p])], conjugate(l[p]));
            u[k] = sum;
            l[q] = sum / real_part(f.pivots[k]);
            d -= real_part(times(sum, conjugate(l[q])));
        }
        for (std::int64_t q = begin; q < diagonal; ++q) u[static_cast<std::int64_t>(indices[q])] = E(0);
        if (is_lost(d, real_part(a.values[diagonal]))) return false;
        f.pivots[i] = d;
    }
    return true;
}

template <class E, class I>
double factor(FactorInput<E, I>&& a, LduRows<E, I>& f) {
    f.n = a.n;
    f.hermitian = true;
    f.values = Array<E>(a.values.size(), uninitialized);
    f.pivots = Array<E>(a.n, uninitialized);
    Array<E> u(a.n);
    const double shift = first_shift([&](double alpha) { return factor_rows(a, alpha, f, u); });
    f.lower_end = Array<I>(a.n, uninitialized);
    f.upper_begin = Array<I>(a.n, uninitialized);
    for (std::int64_t i = 0; i < a.n; ++i) {
        f.lower_end[i] = static_cast<I>(a.offsets[i + 1] - 1);
        f.upper_begin[i] = a.offsets[i + 1];
    }
    f.offsets = std::move(a.offsets);
    f.indices = std::move(a.indices);
    return shift;
}

}  // namespace

template <class T, class I>
Shifted<T> make_ic0(CsrView<T, I> major, bool row_major) {
    check_hermitian_preconditioned("Ic0", major, row_major, "Ilu0");
    LduRows<compute_t<T>, I> f;
    const double shift = factor(input_lower_rows(major, row_major), f);
    return {std::make_shared<LduState<T, I>>("Ic0", f, "scale the matrix"), shift};
}

#define TAMIS_INSTANTIATE(T, I) template Shifted<T> make_ic0(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
