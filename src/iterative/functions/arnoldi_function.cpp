// M. Afanasjew, M. Eiermann, O. G. Ernst, S. Güttel, Implementation of a restarted Krylov subspace method for the evaluation
// of matrix functions, Linear Algebra Appl. 429 (2008), Algorithm 2, with its letters.
#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include <tamis/core/array.hpp>

#include "instantiate.hpp"
#include "iterative/functions/function_run.hpp"
#include "iterative/functions/lanczos_basis.hpp"
#include "iterative/process/arnoldi.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

using Complex = std::complex<double>;

/// The Hessenberg matrix of all cycles: their own on the diagonal, η_{m+1,m} of each below its last column.
struct LongHessenberg {
    std::vector<std::vector<Complex>> columns;  ///< whole ones, down to the subdiagonal

    [[nodiscard]] std::vector<Complex> square() const {
        const std::size_t N = columns.size();
        std::vector<Complex> H(N * N);
        for (std::size_t j = 0; j < N; ++j)
            std::copy_n(columns[j].begin(), std::min(columns[j].size(), N), H.begin() + static_cast<std::ptrdiff_t>(j * N));
        return H;
    }
};

double norm_of_coefficients(const std::vector<Complex>& a) {
    double squares = 0;
    for (const Complex& z : a) squares += std::norm(z);
    return std::sqrt(squares);
}

}  // namespace

template <class T>
FunctionCost arnoldi_function(const OperatorRef<T>& A, const T* b, const ScalarFunction& f, std::int64_t subspace,
                              std::int64_t max_steps, FunctionRun<T>& run, T* x, std::int64_t& confluent) {
    const std::int64_t n = A.rows();
    const std::int64_t m = std::max<std::int64_t>(1, std::min({subspace, max_steps, n}));
    const double eps = static_cast<double>(epsilon_v<T>);
    Array<T> memory(n * (m + 1), uninitialized);
    const VectorBlock<T> V{memory.data(), n};
    std::vector<Sum<T>> h(static_cast<std::size_t>(m + 1));
    LongHessenberg hessenberg;
    FunctionCost cost;
    vec::zero(n, x);
    (void)unit_vector<T>(n, b, V[0]);
    double size_before = 0;  // squares of the corrections of earlier cycles
    for (std::int64_t cycle = 0; !run.ended(); ++cycle) {
        std::vector<Complex> correction;
        std::int64_t j = 0, next = 1;
        bool whole = false;
        for (; j < m && !whole && !run.ended();) {
            if (!run.may_go_on()) break;
            A.apply(VectorView<const T>(V[j], n), VectorView<T>(V[j + 1], n));
            ++cost.matvecs;
            const auto w = orthogonalize<T>(n, V, j + 1, V[j + 1], h.data());
            if (!std::isfinite(w.norm) || !std::isfinite(w.before)) {
                run.end(Status::not_finite, "a product with A is not finite");
                break;
            }
            ++j;
            ++cost.steps;
            // Columns of the first cycle may fill all of the space.
            whole = !(w.norm > 10 * eps * w.before) || (cycle == 0 && j == n);
            std::vector<Complex> column(static_cast<std::size_t>(cycle * m + j + 1));
            for (std::int64_t i = 0; i < j; ++i)
                column[static_cast<std::size_t>(cycle * m + i)] = h[static_cast<std::size_t>(i)];
            column.back() = w.norm;
            hessenberg.columns.push_back(std::move(column));
            if (!whole) divide_by_norm<T>(n, w.norm, V[j]);
            const bool last = whole || j == m || cost.steps >= max_steps;
            // Later cycles are looked at as a whole: the first steps of one tell nothing of the error.
            if (!last && (cycle > 0 || j != next)) continue;
            next = next_look(j);
            const SmallFunction F = small_function(cost.steps, hessenberg.square(), f, eps);
            if (F.outcome == SmallFunction::Outcome::not_finite) {
                run.end_not_finite(F.place);
                break;
            }
            if (F.outcome == SmallFunction::Outcome::no_schur_form) {
                run.end(Status::breakdown, "the Schur form of the Hessenberg matrix was not found");
                break;
            }
            const std::vector<Complex> now(F.y.end() - j, F.y.end());
            std::vector<Complex> change = now;
            for (std::size_t i = 0; i < correction.size(); ++i) change[i] -= correction[i];
            correction = now;
            const double size = std::sqrt(size_before + std::norm(norm_of_coefficients(now)));
            double rounding = 4 * eps * F.largest + 0x1p-52 * F.norm;
            if (F.confluent > 0) rounding += std::sqrt(0x1p-52) * F.norm;
            if constexpr (!is_complex_v<T>) {
                double imaginary = 0;
                for (const Complex& z : now) imaginary = std::max(imaginary, std::abs(z.imag()));
                if (!(imaginary <= 1e-6 * size + 10 * rounding)) {
                    run.end_not_real();
                    break;
                }
            }
            if (last) confluent += F.confluent;
            if (!run.look(cost.steps, size, norm_of_coefficients(change), rounding, whole)) break;
            if (cost.steps >= max_steps) run.end(Status::max_iterations, "the most steps were done");
        }
        std::vector<Sum<T>> y(correction.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
            if constexpr (is_complex_v<T>) y[i] = correction[i];
            else y[i] = correction[i].real();
        }
        vec::add_combination<T>(n, V, static_cast<std::int64_t>(y.size()), y.data(), x);
        size_before += std::norm(norm_of_coefficients(correction));
        if (!run.ended()) vec::copy<T>(n, V[m], V[0]);
    }
    return cost;
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template FunctionCost arnoldi_function<T>(const OperatorRef<T>&, const T*, const ScalarFunction&, std::int64_t, \
                                              std::int64_t, FunctionRun<T>&, T*, std::int64_t&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
