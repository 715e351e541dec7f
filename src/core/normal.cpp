#include "core/normal.hpp"

#include <complex>

#include "core/parallel.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Σ c[k] xᵏ by Horner's rule.
double polynomial_of(const double (&c)[8], double x) noexcept {
    double sum = c[7];
    for (int k = 6; k >= 0; --k) sum = sum * x + c[k];
    return sum;
}

/// log p for 0 < p < 1/8 from operations that IEEE 754 rounds correctly: the standard library's may differ in the last bit.
/// p = 2^e m with √½ ≤ m < √2 and log m = 2 artanh((m − 1)/(m + 1)).
double logarithm_of(double p) noexcept {
    int e = 0;
    double m = std::frexp(p, &e);
    if (m < std::numbers::sqrt2 / 2) {
        m *= 2;
        --e;
    }
    const double s = (m - 1) / (m + 1), square = s * s;
    double sum = 0;
    for (int k = 23; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
    return e * std::numbers::ln2 + 2 * s * sum;
}

// Wichura's letters: the middle (a, b), the tails (c, d), the far tails (e, f).
constexpr double wichura_a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                 1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                 3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double wichura_b[8] = {1.0,
                                 4.2313330701600911252e+1,
                                 6.8718700749205790830e+2,
                                 5.3941960214247511077e+3,
                                 2.1213794301586595867e+4,
                                 3.9307895800092710610e+4,
                                 2.8729085735721942674e+4,
                                 5.2264952788528545610e+3};
constexpr double wichura_c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double wichura_d[8] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
constexpr double wichura_e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double wichura_f[8] = {1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};

}  // namespace

double normal_quantile(std::uint64_t bits) noexcept {
    const bool upper = (bits >> 63) != 0;
    // p in (0, ½), the probability beyond |x|, with a full significand however small it is.
    const std::uint64_t tail = upper ? ~bits : bits;
    const double p = (static_cast<double>(tail) + 0.5) * 0x1p-64;
    const double q = 0.5 - p;
    double x = 0;
    if (q <= 0.425) {
        const double r = 0.180625 - q * q;
        x = q * polynomial_of(wichura_a, r) / polynomial_of(wichura_b, r);
    } else {
        const double r = std::sqrt(-logarithm_of(p));
        x = r <= 5 ? polynomial_of(wichura_c, r - 1.6) / polynomial_of(wichura_d, r - 1.6)
                   : polynomial_of(wichura_e, r - 5) / polynomial_of(wichura_f, r - 5);
    }
    return upper ? x : -x;
}

template <class T>
void fill_normal(std::int64_t n, std::uint64_t seed, std::uint64_t first, T* x) {
    // A number takes as long as some thirty operations.
    [[maybe_unused]] const int team = threads_for(n < parallel_grain ? n : 30 * n);
#pragma omp parallel for num_threads(team) if (team > 1) schedule(static)
    for (std::int64_t i = 0; i < n; ++i) x[i] = normal<T>(seed, first + static_cast<std::uint64_t>(i));
}

#define TAMIS_INSTANTIATE(T) template void fill_normal<T>(std::int64_t, std::uint64_t, std::uint64_t, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
