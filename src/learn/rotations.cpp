#include <tamis/learn/rotations.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>

#include "core/normal.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"

namespace tamis::learn::detail {

template <class R>
void rotation_2d(R angle, R& cosine, R& sine) {
    if (!tamis::detail::is_finite(angle))
        throw InvalidArgument("rotation_2d: the angle is " + std::to_string(angle) + "; it must be a finite number");
    cosine = std::cos(angle);
    sine = std::sin(angle);
}

void check_order(const char* caller, std::int64_t n) {
    if (n < 0) throw InvalidArgument(std::string(caller) + ": n is " + std::to_string(n) + "; it must be at least 0");
    tamis::detail::check_lapack_sizes(caller, n, n);
}

template <class T>
void random_unitary(std::int64_t n, std::uint64_t seed, bool special, T* Q) {
    using Wide = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
    if (n == 0) return;
    if (n == 1 && special) {
        Q[0] = T(1);
        return;
    }
    tamis::detail::fill_normal<T>(n * n, tamis::detail::random_stream(seed, 0x68616172), 0, Q);
    Array<T> tau(n, uninitialized), phases(n, uninitialized);
    const double flops = 4.0 / 3 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
    tamis::detail::on_spectral_threads(flops, [&] { tamis::detail::lapack::geqrf(n, n, Q, n, tau.data()); });
    Wide determinant = 1;
    for (std::int64_t j = 0; j < n; ++j) {
        const T r = Q[j * n + j];
        const Real<T> modulus = std::abs(r);
        phases[j] = modulus > 0 ? r / modulus : T(1);
        determinant *= Wide(phases[j]);
        // det(I − τ v vᴴ) = 1 − τ vᴴv = −τ/τ̄, since a unitary H has |τ|² vᴴv = 2 Re τ.
        const Wide t(tau[j]);
        if (t != Wide(0)) determinant *= -t / tamis::detail::conjugate(t);
    }
    tamis::detail::on_spectral_threads(flops, [&] { tamis::detail::lapack::ungqr(n, n, n, Q, n, tau.data()); });
    if (special) phases[0] *= T(tamis::detail::conjugate(determinant) / std::abs(determinant));
    for (std::int64_t j = 0; j < n; ++j)
        if (phases[j] != T(1))
            for (std::int64_t i = 0; i < n; ++i) Q[j * n + i] *= phases[j];
}

template void rotation_2d<float>(float, float&, float&);
template void rotation_2d<double>(double, double&, double&);
#define TAMIS_INSTANTIATE(T) template void random_unitary<T>(std::int64_t, std::uint64_t, bool, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
