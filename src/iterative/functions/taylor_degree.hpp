// Private: degree and number of steps of a Taylor series for exp(tA)b.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include <tamis/core/scalar.hpp>
#include <tamis/iterative/eigen/operand.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

inline constexpr int most_taylor_terms = 55;

/// θ_m for m = 1 … 55: as long as ‖X‖ ≤ θ_m, the Taylor polynomial T_m(X) is exp(X + E) with ‖E‖ ≤ u‖X‖. It is the root of
/// Σ_{k>m} |c_k| θ^(k−1) = u for log(e^(−x) T_m(x)) = Σ c_k x^k, as (log(e^(−x) T_m))′ = −(x^m/m!)/T_m; here to four digits,
/// rounded to nearest, u = 2⁻⁵³ and 2⁻²⁴. (Al-Mohy and Higham 2011, (3.4)–(3.6) and Table 3.1.)
inline constexpr std::array<double, most_taylor_terms> theta_double{
    2.220e-16, 2.581e-08, 1.386e-05, 3.397e-04, 2.401e-03, 9.066e-03, 2.384e-02, 4.991e-02, 8.958e-02, 1.442e-01, 2.142e-01,
    2.996e-01, 3.998e-01, 5.139e-01, 6.411e-01, 7.803e-01, 9.305e-01, 1.091e+00, 1.260e+00, 1.438e+00, 1.624e+00, 1.816e+00,
    2.015e+00, 2.219e+00, 2.429e+00, 2.643e+00, 2.861e+00, 3.084e+00, 3.310e+00, 3.540e+00, 3.772e+00, 4.008e+00, 4.245e+00,
    4.486e+00, 4.728e+00, 4.973e+00, 5.219e+00, 5.468e+00, 5.717e+00, 5.969e+00, 6.222e+00, 6.476e+00, 6.731e+00, 6.988e+00,
    7.245e+00, 7.504e+00, 7.763e+00, 8.024e+00, 8.285e+00, 8.547e+00, 8.810e+00, 9.073e+00, 9.337e+00, 9.602e+00, 9.867e+00};
inline constexpr std::array<double, most_taylor_terms> theta_single{
    1.192e-07, 5.979e-04, 1.123e-02, 5.117e-02, 1.308e-01, 2.495e-01, 4.015e-01, 5.801e-01, 7.795e-01, 9.952e-01, 1.223e+00,
    1.462e+00, 1.708e+00, 1.960e+00, 2.217e+00, 2.478e+00, 2.743e+00, 3.010e+00, 3.280e+00, 3.551e+00, 3.824e+00, 4.098e+00,
    4.373e+00, 4.650e+00, 4.927e+00, 5.205e+00, 5.483e+00, 5.762e+00, 6.041e+00, 6.321e+00, 6.601e+00, 6.881e+00, 7.162e+00,
    7.443e+00, 7.724e+00, 8.005e+00, 8.286e+00, 8.568e+00, 8.849e+00, 9.131e+00, 9.412e+00, 9.694e+00, 9.976e+00, 1.026e+01,
    1.054e+01, 1.082e+01, 1.110e+01, 1.139e+01, 1.167e+01, 1.195e+01, 1.223e+01, 1.251e+01, 1.279e+01, 1.308e+01, 1.336e+01};

template <class T>
constexpr const std::array<double, most_taylor_terms>& taylor_theta() noexcept {
    if constexpr (std::same_as<Real<T>, float>) return theta_single;
    else return theta_double;
}

/// Throws InvalidArgument, naming the place, unless every entry is finite that is stored.
template <class T>
void check_stored_entries(const EigenOperand<T>& A);

struct TaylorPlan {
    std::int64_t m = 0;  ///< degree
    std::int64_t s = 1;  ///< steps
};

/// Norms of powers of A − μI, each estimated when it is first asked for.
template <class T>
class PowerNorms {
  public:
    /// μ = trace(A)/n and the exact 1-norm of A − μI where A is stored; μ = 0 and an estimate for an operator. A is kept by
    /// reference. Throws InvalidArgument where a norm is not finite, and Unsupported for an operator without adjoint.
    explicit PowerNorms(const EigenOperand<T>& A);

    [[nodiscard]] Sum<T> shift() const noexcept { return mu_; }
    /// The cheapest (m, s) for exp(t(A − μI)) times n0 columns: code fragment (3.1) of Al-Mohy and Higham with m_max = 55,
    /// p_max = 8, ℓ = 2.
    [[nodiscard]] TaylorPlan plan(double t_modulus, std::int64_t n0);
    [[nodiscard]] double one_norm() const noexcept { return one_norm_; }

  private:
    static constexpr int most_powers = 8;  // p_max
    /// ‖(A − μI)^p‖₁^(1/p).
    [[nodiscard]] double d(int p);
    void apply_power(int p, MatrixView<const T> X, MatrixView<T> Y, bool adjoint) const;

    const EigenOperand<T>& A_;
    Sum<T> mu_{};
    double one_norm_ = 0;
    std::array<double, most_powers + 2> d_{};
};

}  // namespace tamis::detail
