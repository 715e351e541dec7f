#include <tamis/dense/functions.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/cholesky.hpp>
#include <tamis/dense/lu.hpp>

#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/operand.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

double cube(std::int64_t n) {
    return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
}

/// The LU factorization, or nothing for a singular A.
template <class T>
std::optional<DenseLu<T>> lu_unless_singular(MatrixView<const T> A) {
    try {
        return DenseLu<T>(A);
    } catch (const SingularMatrix&) {  // here a value, no failure
        return std::nullopt;
    }
}

/// A⁻¹ in X by Cholesky; false where A turns out not to be definite.
template <class T>
bool invert_definite(MatrixView<const T> A, T* X) {
    const std::int64_t n = A.rows();
    copy_hermitian("inv", A, X, n);
    bool definite = false;
    on_dense_threads(cube(n), [&] {
        definite = lapack::potrf(n, X, n) == 0;
        if (definite) lapack::potri(n, X, n);
    });
    for (std::int64_t j = 0; j < n && definite; ++j)
        for (std::int64_t i = 0; i < j; ++i) X[j * n + i] = conjugate(X[i * n + j]);
    return definite;
}

}  // namespace

template <class T>
void inverse(MatrixView<const T> A, MatrixView<T> X) {
    check_square_operand("inv", A);
    const std::int64_t n = A.rows();
    if (n == 0) return;
    const DenseStructure s = dense_structure("inv", A);
    if (s.hermitian && s.positive_diagonal && invert_definite(A, X.data())) return;
    copy_finite("inv", A, X.data(), n);
    Array<int> pivots(n, uninitialized);
    std::int64_t failed = 0;
    on_dense_threads(2 * cube(n), [&] {
        failed = lapack::getrf(n, X.data(), n, pivots.data());
        if (failed == 0) lapack::getri(n, X.data(), n, pivots.data());
    });
    if (failed > 0) {
        auto row = identity_permutation(n);
        for (std::int64_t k = 0; k < n; ++k)
            std::swap(row[static_cast<std::size_t>(k)], row[static_cast<std::size_t>(pivots[k] - 1)]);
        throw_singular("inv", row[static_cast<std::size_t>(failed - 1)], false);
    }
}

template <class T>
T determinant(MatrixView<const T> A) {
    check_square_operand("det", A);
    const std::int64_t n = A.rows();
    Array<T> F(n * n, uninitialized);
    copy_finite("det", A, F.data(), n);
    Array<int> pivots(n, uninitialized);
    if (n > 0) on_dense_threads(2 * cube(n) / 3, [&] { lapack::getrf(n, F.data(), n, pivots.data()); });
    // The product as mantissa · 2^exponent.
    T mantissa(1);
    std::int64_t exponent = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        T factor = F[k * n + k];
        const Real<T> size = std::max(std::abs(real_part(factor)), std::abs(imag_part(factor)));
        if (!(size > 0)) return T(0);
        const int e = std::ilogb(size);
        // In two steps, since 2^−e of the largest numbers is subnormal.
        factor *= std::ldexp(Real<T>(1), -(e / 2));
        factor *= std::ldexp(Real<T>(1), -(e - e / 2));
        mantissa *= pivots[k] == k + 1 ? factor : -factor;
        const int shift = std::ilogb(std::max(std::abs(real_part(mantissa)), std::abs(imag_part(mantissa))));
        mantissa *= std::ldexp(Real<T>(1), -shift);
        exponent += e + shift;
    }
    const int clamped = static_cast<int>(std::clamp<std::int64_t>(exponent, -100000, 100000));
    if constexpr (is_complex_v<T>) return T(std::ldexp(mantissa.real(), clamped), std::ldexp(mantissa.imag(), clamped));
    else return std::ldexp(mantissa, clamped);
}

template <class T>
LogDeterminant<T> log_determinant(MatrixView<const T> A) {
    check_square_operand("slogdet", A);
    const auto F = lu_unless_singular(A);
    return F ? F->slogdet() : LogDeterminant<T>{T(0), -std::numeric_limits<Real<T>>::infinity()};
}

template <class T>
Real<T> reciprocal_condition(MatrixView<const T> A) {
    check_square_operand("rcond", A);
    const auto F = lu_unless_singular(A);
    return F ? F->rcond() : Real<T>(0);
}

#define TAMIS_INSTANTIATE(T)                                         \
    template void inverse(MatrixView<const T>, MatrixView<T>);       \
    template T determinant(MatrixView<const T>);                     \
    template LogDeterminant<T> log_determinant(MatrixView<const T>); \
    template Real<T> reciprocal_condition(MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
