#include "iterative/amg/coarse_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <tamis/sparse/add.hpp>
#include <tamis/sparse/measure.hpp>
#include <tamis/sparse/transpose.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// A ← D^(−1/2) A D^(−1/2) for D = |diag(A)|, and scale ← D^(−1/2); or neither, where an entry of D may be nothing but
/// rounding.
template <class T, class I>
bool unit_diagonal(Csr<T, I>& A, const Array<Real<T>>& noise, Array<Real<T>>& scale) {
    const std::int64_t n = A.rows();
    Array<T> d(n, uninitialized);
    diagonal(A.view(), VectorView<T>(d.data(), n));
    for (std::int64_t i = 0; i < n; ++i)
        if (!(std::abs(d[i]) > (noise.size() == n ? noise[i] : Real<T>(0)))) return false;
    scale = Array<Real<T>>(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) scale[i] = 1 / std::sqrt(std::abs(d[i]));
    for (std::int64_t i = 0; i < n; ++i)
        for (auto k = static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(A.row_offsets()[static_cast<std::size_t>(i) + 1]); ++k)
            A.values()[k] *= scale[i] * scale[static_cast<std::int64_t>(A.col_indices()[k])];
    return true;
}

}  // namespace

template <class T, class I>
CoarseSolver<T, I>::CoarseSolver(const Csr<T, I>& A, bool hermitian, const Array<Real<T>>& noise) {
    using R = Real<T>;
    constexpr int smoothing_degree = 8;
    const R size = norm(A, Norm::one);
    const R largest_noise = noise.size() == 0 ? R(0) : *std::max_element(noise.begin(), noise.end());
    if (A.rows() == 0 || !(size > largest_noise)) return;
    if (A.rows() > largest) {
        factor_.template emplace<Smoother<T, I>>(A.view(), hermitian, AmgSmoother::chebyshev, smoothing_degree);
        return;
    }
    R relative = std::max(largest_noise / size, static_cast<R>(A.rows()) * std::numeric_limits<R>::epsilon());
    // A product Pᴴ A P is Hermitian up to the rounding of its sums only.
    Csr<T, I> symmetrized = hermitian ? R(0.5) * (A + to_csr(adjoint(A))) : A;
    // Scaled to a unit diagonal, a matrix of jumping coefficients is not taken for a singular one.
    if (unit_diagonal(symmetrized, noise, scale_)) relative = 8 * std::numeric_limits<R>::epsilon();
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
        const double shift = std::sqrt(static_cast<double>(std::numeric_limits<R>::epsilon())) *
                             static_cast<double>(norm(symmetrized, Norm::one));
        factor_.template emplace<SparseLu<T, I>>(symmetrized, FactorOptions{.shift = shift});
    }
}

template <class T, class I>
void CoarseSolver<T, I>::solve(CsrView<T, I> A, const T* b, T* x, T* r, T* scratch) const {
    const std::int64_t n = A.rows();
    if (factor_.index() == 0) return void(std::fill(x, x + n, T(0)));
    if (factor_.index() == 4) return std::get<4>(factor_).before(A, b, x, r, scratch);
    const bool scaled = scale_.size() == n;
    if (scaled)
        for (std::int64_t i = 0; i < n; ++i) r[i] = scale_[i] * b[i];
    const VectorView<const T> in(scaled ? r : b, n);
    const VectorView<T> out(x, n);
    switch (factor_.index()) {
        case 1: std::get<1>(factor_).solve_into(in, out); break;
        case 2: std::get<2>(factor_).solve_into(in, out); break;
        default: std::get<3>(factor_).solve_into(in, out);
    }
    if (scaled)
        for (std::int64_t i = 0; i < n; ++i) x[i] *= scale_[i];
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
