#include "dense/schur_functions.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "core/blas.hpp"
#include "dense/exponentiate.hpp"
#include "dense/function_by_schur.hpp"
#include "dense/schur.hpp"
#include "dense/schur_parlett.hpp"
#include "dense/triangle_functions.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

std::string number_text(const std::complex<double>& x) {
    return std::to_string(x.real()) + (x.imag() < 0 ? " - " : " + ") + std::to_string(std::abs(x.imag())) + "i";
}

/// Values at conjugate eigenvalues have to be conjugate to a few digits less than the values have.
void check_real_function(const char* what, const ScalarFunction& f, const std::complex<double>& x, double noise) {
    const auto above = value_at(f, x, noise), below = value_at(f, std::conj(x), noise);
    const double size = std::max(std::abs(above), std::abs(below));
    if (std::abs(above - std::conj(below)) > 1e-10 * size)
        throw InvalidArgument(std::string(what) + ": the matrix is real, but its function is not: f(" + number_text(x) +
                              ") = " + number_text(above) + " and f(" + number_text(std::conj(x)) +
                              ") = " + number_text(below) + "; pass a complex matrix (A.cast<std::complex<double>>())");
}

}  // namespace

template <class T>
void schur_general_function(const char* what, const SchurParts<T>& parts, const ScalarFunction& f, MatrixView<T> X) {
    using C = std::complex<double>;
    const std::int64_t n = parts.n;
    if (n == 0) return;
    const double rounding = static_cast<double>(n) * static_cast<double>(epsilon_v<T>);
    std::vector<C> t(static_cast<std::size_t>(n * n)), z(static_cast<std::size_t>(n * n));
    if constexpr (is_complex_v<T>) {
        std::copy(parts.t.begin(), parts.t.end(), t.begin());
        std::copy(parts.z.begin(), parts.z.end(), z.begin());
    } else {
        double largest = 0;
        for (const auto& x : parts.eigenvalues) largest = std::max(largest, static_cast<double>(std::abs(x)));
        for (const auto& x : parts.eigenvalues)
            if (x.imag() >= 0) check_real_function(what, f, C(x), rounding * largest);
        const auto wide = complex_schur(parts);
        std::copy(wide.t.begin(), wide.t.end(), t.begin());
        std::copy(wide.z.begin(), wide.z.end(), z.begin());
    }
    const ParlettFunction function = schur_parlett(n, t, z, f, rounding);
    if (!function.finite)
        throw InvalidArgument(std::string(what) + ": the function is not finite at the eigenvalue " +
                              number_text(function.place));
    // t := Z F, then X := t Zᴴ by columns, of which a real X takes the real parts.
    blas::gemm('N', 'N', n, n, n, C(1), z.data(), n, function.F.data(), n, C(0), t.data(), n);
    std::vector<C> product(static_cast<std::size_t>(n * n));
    blas::gemm('N', 'C', n, n, n, C(1), t.data(), n, z.data(), n, C(0), product.data(), n);
    for (std::int64_t k = 0; k < n * n; ++k) {
        if constexpr (is_complex_v<T>) X.data()[k] = T(product[static_cast<std::size_t>(k)]);
        else X.data()[k] = static_cast<T>(product[static_cast<std::size_t>(k)].real());
    }
}

template <class T>
void general_function(MatrixView<const T> A, const ScalarFunction& f, MatrixView<T> X) {
    using C = std::complex<double>;
    using R = Real<T>;
    const char* const what = "funm";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const DenseStructure s = dense_structure(what, A);
    if (n == 0) return;
    const bool diagonal = s.lower_bandwidth == 0 && s.upper_bandwidth == 0;
    if (!diagonal && !s.hermitian) {
        schur_general_function(what, schur_parts(what, A), f, X);
        return;
    }
    const auto value = [&](const C& x, double noise) {
        if (!is_complex_v<T>) check_real_function(what, f, x, noise);
        const C y = value_at(f, x, noise);
        if (!is_finite(y))
            throw InvalidArgument(std::string(what) + ": the function is not finite at the eigenvalue " + number_text(x));
        if constexpr (is_complex_v<T>) return T(y);
        else return static_cast<T>(y.real());
    };
    if (diagonal) {
        std::fill_n(X.data(), n * n, T(0));
        for (std::int64_t i = 0; i < n; ++i) X(i, i) = value(C(A(i, i)), 0);
        return;
    }
    auto form = hermitian_form(what, A);
    R largest = 0;
    for (const R x : form.values) largest = std::max(largest, std::abs(x));
    const double noise = static_cast<double>(n) * static_cast<double>(epsilon_v<T> * largest);
    Array<T> values(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) values[i] = value(C(static_cast<double>(form.values[i])), noise);
    assemble_normal(form, values.data(), X.data());
}

template <class T>
void schur_function(const SchurParts<T>& parts, SchurFunction which, MatrixView<T> X) {
    const std::int64_t n = parts.n;
    if (n == 0) return;
    const Real<T> noise = spectral_noise(n, parts.t.data());
    on_function_threads(n, [&] {
        Array<T> F = parts.t;
        if (which == SchurFunction::exponential)
            F = exponentiate(MatrixAlgebra<T>::triangular(n, parts.t.data()), std::move(F));
        else if (which == SchurFunction::root) triangle_square_root("sqrtm", n, F.data(), noise);
        else F = triangle_logarithm("logm", n, parts.t, noise);
        std::copy(F.begin(), F.end(), X.data());
        transform_by_schur(parts, false, X.data());
    });
    for (std::int64_t k = 0; k < n * n; ++k)
        if (!is_finite(X.data()[k])) throw InvalidArgument("schur: the function of the matrix overflows");
}

#define TAMIS_INSTANTIATE(T)                                                                                       \
    template void schur_general_function(const char*, const SchurParts<T>&, const ScalarFunction&, MatrixView<T>); \
    template void general_function(MatrixView<const T>, const ScalarFunction&, MatrixView<T>);                     \
    template void schur_function(const SchurParts<T>&, SchurFunction, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
