#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "instantiate.hpp"
#include "iterative/functions/function_run.hpp"
#include "iterative/functions/lanczos_basis.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

/// y = f(T_k) e₁, its largest |f| and the distance to another y.
template <class T>
struct LanczosCoefficients {
    std::vector<Sum<T>> y;
    double largest = 0;

    /// False: the run was told why not.
    [[nodiscard]] bool compute(std::int64_t k, const LanczosBasis<T>& basis, const ScalarFunction& f, FunctionRun<T>& run) {
        TridiagonalEigen eigen;
        if (!tridiagonal_eigen(k, basis.alpha(), basis.beta(), eigen))
            return run.end(Status::breakdown, "the eigenvalues of the tridiagonal matrix were not found");
        const double scale = std::max(std::abs(eigen.theta.front()), std::abs(eigen.theta.back()));
        y.assign(static_cast<std::size_t>(k), Sum<T>(0));
        largest = 0;
        for (std::int64_t j = 0; j < k; ++j) {
            const double theta = eigen.theta[static_cast<std::size_t>(j)];
            const std::complex<double> value = value_at(f, theta, static_cast<double>(epsilon_v<T>) * scale);
            if (!std::isfinite(value.real()) || !std::isfinite(value.imag())) return run.end_not_finite(theta);
            const double* const v = eigen.V.data() + j * k;
            if constexpr (is_complex_v<T>) {
                for (std::int64_t i = 0; i < k; ++i) y[static_cast<std::size_t>(i)] += value * (v[0] * v[i]);
            } else {
                if (!(std::abs(value.imag()) <= 1e-12 * std::abs(value))) return run.end_not_real();
                for (std::int64_t i = 0; i < k; ++i) y[static_cast<std::size_t>(i)] += value.real() * (v[0] * v[i]);
            }
            largest = std::max(largest, std::abs(value));
        }
        return true;
    }
};

template <class S>
double norm_of_difference(const std::vector<S>& a, const std::vector<S>& b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) squares += std::norm(a[i] - (i < b.size() ? b[i] : S(0)));
    return std::sqrt(squares);
}

}  // namespace

template <class T>
FunctionCost lanczos_function(const OperatorRef<T>& A, const T* b, const ScalarFunction& f, std::int64_t subspace,
                              std::int64_t max_steps, FunctionRun<T>& run, T* x) {
    const std::int64_t n = A.rows();
    LanczosBasis<T> basis(A, std::min(subspace, max_steps));
    (void)basis.begin(b);
    LanczosCoefficients<T> now, before;
    std::int64_t next = 1;
    const auto step = [&] {
        if (!run.may_go_on()) return false;
        return basis.step() || run.end(Status::not_finite, "a product with A is not finite");
    };
    while (step()) {
        const std::int64_t k = basis.steps();
        if (k != next && !basis.whole() && k < max_steps) continue;
        next = next_look(k);
        before = std::move(now);
        if (!now.compute(k, basis, f, run)) {
            now = std::move(before);
            break;
        }
        const double size = norm_of_difference(now.y, {});
        const double rounding = 4 * static_cast<double>(epsilon_v<T>) * now.largest;
        if (!run.look(k, size, norm_of_difference(now.y, before.y), rounding, basis.whole())) break;
        if (k >= max_steps) run.end(Status::max_iterations, "the most steps were done");
        if (run.ended()) break;
    }
    const auto k = static_cast<std::int64_t>(now.y.size());
    const std::vector<T*> out{x};
    vec::zero(n, x);
    if (k == 0) return {basis.steps(), basis.matvecs()};
    const auto outcome = basis.combine(k, now.y.data(), out, [&run] { return run.may_finish(); });
    if (outcome != LanczosBasis<T>::Outcome::done) {
        if (outcome == LanczosBasis<T>::Outcome::not_reproducible)
            run.overrule(Status::breakdown, "A does not give the same products a second time");
        LanczosCoefficients<T> fewer;
        if (fewer.compute(basis.kept(), basis, f, run)) {
            run.add_error(norm_of_difference(now.y, fewer.y));
            (void)basis.combine(basis.kept(), fewer.y.data(), out, [] { return false; });
        }
    }
    return {basis.steps(), basis.matvecs()};
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template FunctionCost lanczos_function<T>(const OperatorRef<T>&, const T*, const ScalarFunction&, std::int64_t, \
                                              std::int64_t, FunctionRun<T>&, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
