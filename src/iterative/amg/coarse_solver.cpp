#include "iterative/amg/coarse_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <tamis/sparse/add.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/transpose.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

template <class T, class I>
CoarseSolver<T, I>::CoarseSolver(const Csr<T, I>& A, bool hermitian, Real<T> noise) {
    using R = Real<T>;
    constexpr int smoothing_degree = 8;
    const R size = norm(A, Norm::one);
    if (A.rows() == 0 || !(size > noise)) return;
    if (A.rows() > largest) {
        factor_.template emplace<Smoother<T, I>>(A.view(), hermitian, AmgSmoother::chebyshev, smoothing_degree);
        return;
    }
    const R relative = std::max(noise / size, static_cast<R>(A.rows()) * std::numeric_limits<R>::epsilon());
    // A product Pᴴ A P is Hermitian up to the rounding of its sums only.
    const Csr<T, I> symmetrized = hermitian ? R(0.5) * (A + to_csr(adjoint(A))) : A;
    if (hermitian) {
        try {
            auto& factor = factor_.template emplace<SparseCholesky<T, I>>(symmetrized);
            if (factor.rcond() > relative) return;
        } catch (const NotPositiveDefinite&) {
        }
    }
    try {
        auto& factor = factor_.template emplace<SparseLu<T, I>>(symmetrized);
        if (factor.rcond() > relative) return;
    } catch (const SingularMatrix&) {
    }
    try {
        factor_.template emplace<SparseQr<T, I>>(symmetrized,
                                                 FactorOptions{.pivot_tolerance = static_cast<double>(relative)});
    } catch (const Unsupported&) {
        // A build without SPQR: a shift that changes only what is nearly 0.
        const double shift = std::sqrt(static_cast<double>(std::numeric_limits<R>::epsilon())) * static_cast<double>(size);
        factor_.template emplace<SparseLu<T, I>>(symmetrized, FactorOptions{.shift = shift});
    }
}

template <class T, class I>
void CoarseSolver<T, I>::solve(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const {
    const std::int64_t n = A.rows();
    const VectorView<const T> in(b, n);
    const VectorView<T> out(x, n);
    switch (factor_.index()) {
        case 0: std::fill(x, x + n, T(0)); return;
        case 1: std::get<1>(factor_).solve_into(in, out); return;
        case 2: std::get<2>(factor_).solve_into(in, out); return;
        case 3: std::get<3>(factor_).solve_into(in, out); return;
        default: std::get<4>(factor_).before(A, b, x, r, scratch);
    }
}

template <class T, class I>
std::int64_t CoarseSolver<T, I>::bytes() const noexcept {
    switch (factor_.index()) {
        case 1: return std::get<1>(factor_).info().bytes;
        case 2: return std::get<2>(factor_).info().bytes;
        case 3: return std::get<3>(factor_).info().bytes;
        case 4: return std::get<4>(factor_).bytes();
        default: return 0;
    }
}

#define TAMIS_INSTANTIATE(T, I) template class CoarseSolver<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
