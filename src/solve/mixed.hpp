// Private: a dense factorization in single precision, for solving in double with refinement.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/cholesky.hpp>
#include <tamis/dense/lu.hpp>
#include <tamis/factor.hpp>

#include "core/columns.hpp"

namespace tamis::detail {

/// float for double, complex<float> for complex<double>.
template <class T>
using LowPrecision = std::conditional_t<is_complex_v<T>, std::complex<float>, float>;

/// A factored in single precision, scaled by a power of two to ‖A‖ near 1 so that nothing overflows; right-hand sides are
/// scaled likewise. What it solves to some seven digits less κ, refinement completes (Langou et al., Exploiting the
/// performance of 32 bit floating point arithmetic, SC 2006; Higham and Mary, Mixed precision algorithms, Acta Numerica 31,
/// 2022, section 5).
template <class T>
class MixedFactorization : public SolveVerbs<MixedFactorization<T>, T> {
    using Low = LowPrecision<T>;

  public:
    using scalar_type = T;

    /// `definite`: by Cholesky. `norm`: some norm of A. Throws what the factorization throws.
    MixedFactorization(MatrixView<const T> A, bool definite, double norm)
        : exponent_(norm > 0 ? std::ilogb(norm) : 0),
          factor_(factored(A, definite, exponent_)) {}

    [[nodiscard]] std::int64_t rows() const { return factor_.rows(); }
    [[nodiscard]] std::int64_t cols() const { return factor_.cols(); }
    [[nodiscard]] FactorInfo info() const { return factor_.info(); }
    /// Of A rounded to single precision.
    [[nodiscard]] Real<T> rcond() const { return static_cast<Real<T>>(factor_.rcond()); }

  private:
    friend class SolveVerbs<MixedFactorization<T>, T>;

    static Low rounded(const T& v) {
        if constexpr (is_complex_v<T>) return {static_cast<float>(v.real()), static_cast<float>(v.imag())};
        else return static_cast<float>(v);
    }
    static AnyFactorization<Low> factored(MatrixView<const T> A, bool definite, int exponent) {
        const std::int64_t n = A.rows();
        Array<Low> low(n * n, uninitialized);
        // In two steps, since 2^−e of the largest numbers is subnormal.
        const Real<T> half = std::ldexp(Real<T>(1), -(exponent / 2));
        const Real<T> rest = std::ldexp(Real<T>(1), -(exponent - exponent / 2));
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) low[j * n + i] = rounded(A(i, j) * half * rest);
        const MatrixView<const Low> view(low.data(), n, n);
        if (definite) return DenseCholesky<Low>(view);
        return DenseLu<Low>(view);
    }
    void solve_form(SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
        const std::int64_t n = rows();
        solve_columns<T>("solve", n, b, x, false, [&](T* y, std::int64_t k) {
            Array<Low> low(n * k, uninitialized);
            Array<int> exponents(k, uninitialized);
            for (std::int64_t c = 0; c < k; ++c) {
                Real<T> largest = 0;
                for (std::int64_t i = 0; i < n; ++i)
                    largest = std::max({largest, std::abs(real_part(y[c * n + i])), std::abs(imag_part(y[c * n + i]))});
                exponents[c] = largest > 0 ? std::ilogb(largest) : 0;
                const Real<T> half = std::ldexp(Real<T>(1), -(exponents[c] / 2));
                const Real<T> rest = std::ldexp(Real<T>(1), -(exponents[c] - exponents[c] / 2));
                for (std::int64_t i = 0; i < n; ++i) low[c * n + i] = rounded(y[c * n + i] * half * rest);
            }
            const MatrixView<Low> block(low.data(), n, k);
            if (form == SolveForm::plain) factor_.solve_into(MatrixView<const Low>(block), block);
            else if (form == SolveForm::transposed) factor_.solve_transposed_into(MatrixView<const Low>(block), block);
            else factor_.solve_adjoint_into(MatrixView<const Low>(block), block);
            for (std::int64_t c = 0; c < k; ++c) {
                const int e = exponents[c] - exponent_;
                const Real<T> half = std::ldexp(Real<T>(1), e / 2);
                const Real<T> rest = std::ldexp(Real<T>(1), e - e / 2);
                for (std::int64_t i = 0; i < n; ++i) y[c * n + i] = T(low[c * n + i]) * half * rest;
            }
        });
    }

    int exponent_;
    AnyFactorization<Low> factor_;
};

}  // namespace tamis::detail
