#include "iterative/functions/small_function.hpp"

#include <cmath>
#include <cstddef>

#include "core/backend_threads.hpp"
#include "dense/lapack_schur.hpp"

namespace tamis::detail {

SmallFunction small_function(std::int64_t N, const std::vector<std::complex<double>>& H, const ScalarFunction& f,
                             double rounding) {
    using Complex = std::complex<double>;
    const auto n = static_cast<std::size_t>(N);
    SmallFunction result;
    std::vector<Complex> T = H;
    std::vector<Complex> Z(n * n);
    std::vector<Complex> w(n);
    std::int64_t info = 0;
    on_backend_threads(100.0 * static_cast<double>(n * n * n),
                       [&] { info = lapack::gees<Complex>(N, T.data(), N, w.data(), Z.data()); });
    if (info != 0) {
        result.outcome = SmallFunction::Outcome::no_schur_form;
        return result;
    }
    const ParlettFunction function = schur_parlett(N, T, Z, f, rounding);
    if (!function.finite) {
        result.outcome = SmallFunction::Outcome::not_finite;
        result.place = function.place;
        return result;
    }
    result.largest = function.largest;
    result.confluent = function.confluent;
    double squares = 0;
    for (const Complex& x : function.F) squares += std::norm(x);
    result.norm = std::sqrt(squares);
    // y = Z F Zᴴ e₁.
    const auto add_product = [](Complex& sum, const Complex& a, const Complex& b) {
        sum += Complex(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
    };
    std::vector<Complex> c(n);
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = 0; i <= j; ++i) add_product(c[i], function.F[j * n + i], std::conj(Z[j * n]));
    result.y.assign(n, Complex(0));
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = 0; i < n; ++i) add_product(result.y[i], Z[j * n + i], c[j]);
    return result;
}

}  // namespace tamis::detail
