// Cycles through the levels: V and W (any textbook; W. Briggs, V. E. Henson, S. McCormick, A Multigrid Tutorial, 2nd ed.),
// and K: Y. Notay, P. Vassilevski, Recursive Krylov-based multigrid cycles, Numer. Linear Algebra Appl. 15, 2008,
// Algorithm 3.1.
#include <algorithm>
#include <cmath>
#include <complex>

#include "instantiate.hpp"
#include "iterative/amg/levels.hpp"
#include "iterative/amg/product.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

/// Memory of one apply: `smoothing` for whichever level smooths at the moment, and on each level below the first vectors of
/// its length that live while deeper levels work.
template <class T, class I>
struct AmgLevels<T, I>::Work {
    T* r;        // a residual
    T* scratch;  // of smoothers
    T* own;      // of the levels, one after another
    const AmgLevels& levels;

    static constexpr std::int64_t linear_vectors = 2;  // right-hand side, solution
    static constexpr std::int64_t w_vectors = 4;       // and those of the second visit
    static constexpr std::int64_t k_vectors = 7;       // and c, v, r̃, d, w
    static std::int64_t vectors(AmgCycle cycle) noexcept {
        switch (cycle) {
            case AmgCycle::v: return linear_vectors;
            case AmgCycle::w: return w_vectors;
            case AmgCycle::k: return k_vectors;
        }
        return k_vectors;
    }
    /// Vector k of a level below the first.
    [[nodiscard]] T* vector(std::size_t level, std::int64_t k) const noexcept {
        std::int64_t before = 0;
        for (std::size_t l = 1; l < level; ++l) before += levels.levels_[l].A.rows();
        return own + before * vectors(levels.parameters_.cycle) + k * levels.levels_[level].A.rows();
    }
};

template <class T, class I>
std::int64_t AmgLevels<T, I>::work_size() const noexcept {
    std::int64_t size = rows() * (1 + Smoother<T, I>::scratch_vectors + 2);
    for (std::size_t l = 1; l < levels_.size(); ++l) size += levels_[l].A.rows() * Work::vectors(parameters_.cycle);
    return size;
}

template <class T, class I>
AmgLevels<T, I>::Application::Application(const AmgLevels& levels)
    : levels_(levels),
      lease_(levels.pool_, levels.work_size()),
      b_(lease_.data() + levels.work_size() - 2 * levels.rows()) {}

template <class T, class I>
void AmgLevels<T, I>::Application::run() {
    const std::int64_t n = levels_.rows();
    T* work = lease_.data();
    levels_.cycle(0, b(), x(), Work{work, work + n, work + n * (1 + Smoother<T, I>::scratch_vectors), levels_});
}

/// x ← one cycle for A x = b from level `level` down, from x = 0.
template <class T, class I>
void AmgLevels<T, I>::cycle(std::size_t level, const T* b, T* x, const Work& work) const {
    const AmgLevel<T, I>& here = levels_[level];
    if (level + 1 == levels_.size()) return coarse_.solve(here.A.view(), b, x, work.r, work.scratch);
    T* coarse_b = work.vector(level + 1, 0);
    T* coarse_x = work.vector(level + 1, 1);
    here.smoother.before(here.A.view(), b, x, work.r, work.scratch);
    here.transfer.restrict_to(coarse_b, work.r);
    const bool last = level + 2 == levels_.size();  // solved exactly: one visit is enough
    if (last || parameters_.cycle == AmgCycle::v) cycle(level + 1, coarse_b, coarse_x, work);
    else if (parameters_.cycle == AmgCycle::w) twice(level + 1, coarse_b, coarse_x, work);
    else krylov(level + 1, coarse_b, coarse_x, work);
    here.transfer.add_to(x, coarse_x);
    here.smoother.after(here.A.view(), b, x, work.r, work.scratch);
}

template <class T, class I>
void AmgLevels<T, I>::twice(std::size_t level, const T* b, T* x, const Work& work) const {
    const CsrView<T, I> A = levels_[level].A.view();
    T* r = work.vector(level, 2);
    T* d = work.vector(level, 3);
    cycle(level, b, x, work);
    std::copy(b, b + A.rows(), r);
    product<T, I>(A, x, r, T(-1), T(1));
    cycle(level, r, d, work);
    vec::axpy<T>(A.rows(), 1, d, x);
}

/// Algorithm 3.1, with t = 0.25: flexible conjugate gradients where A is Hermitian, GCR elsewhere.
template <class T, class I>
void AmgLevels<T, I>::krylov(std::size_t level, const T* b, T* x, const Work& work) const {
    using S = Sum<T>;
    const CsrView<T, I> A = levels_[level].A.view();
    const std::int64_t n = A.rows();
    T* c = work.vector(level, 2);
    T* v = work.vector(level, 3);
    T* r = work.vector(level, 4);
    T* d = work.vector(level, 5);
    T* w = work.vector(level, 6);
    constexpr double t = 0.25;
    cycle(level, b, c, work);
    product<T, I>(A, c, v);
    const T* c_test = hermitian_ ? c : v;  // what residuals are made orthogonal to
    const S rho1 = vec::dot(n, c_test, v);
    const S alpha1 = vec::dot(n, c_test, b);
    if (!(std::abs(rho1) > 0)) return vec::copy(n, c, x);
    vec::copy(n, b, r);
    const double left = vec::axpy_norm(n, -alpha1 / rho1, v, r);
    if (left <= t * vec::norm(n, b)) return vec::scaled(n, alpha1 / rho1, c, x);
    cycle(level, r, d, work);
    product<T, I>(A, d, w);
    const T* d_test = hermitian_ ? d : w;
    const S gamma = vec::dot(n, c_test, w);
    const S beta = vec::dot(n, d_test, w);
    const S alpha2 = vec::dot(n, d_test, r);
    const S rho2 = beta - gamma * vec::dot(n, d_test, v) / rho1;
    vec::scaled(n, alpha1 / rho1, c, x);
    if (!(std::abs(rho2) > 0)) return;
    vec::axpy(n, -gamma * alpha2 / (rho1 * rho2), c, x);
    vec::axpy(n, alpha2 / rho2, d, x);
}

#define TAMIS_INSTANTIATE(T, I)                                                        \
    template AmgLevels<T, I>::Application::Application(const AmgLevels<T, I>& levels); \
    template void AmgLevels<T, I>::Application::run();
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
