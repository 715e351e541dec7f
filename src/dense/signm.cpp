#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/trigonometric.hpp>

#include "core/refuse.hpp"
#include "dense/hermitian_function.hpp"
#include "dense/lapack_lu.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

[[noreturn]] void throw_imaginary_eigenvalue() {
    throw InvalidArgument(
        "signm: the matrix has an eigenvalue on the imaginary axis, or so near that rounding decides its "
        "side, and so no sign; shift it by a multiple of the identity");
}

/// ‖A‖_∞.
template <class T>
Real<T> square_inf_norm(std::int64_t n, const T* A, Array<Real<T>>& sums) {
    std::fill(sums.begin(), sums.end(), Real<T>(0));
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) sums[i] += std::abs(A[j * n + i]);
    return *std::max_element(sums.begin(), sums.end());
}

/// Newton's iteration with norm scaling; X is A before and its sign after.
template <class T>
void newton_sign(std::int64_t n, Array<T>& X) {
    using R = Real<T>;
    // Beside the imaginary axis the distance from it doubles in a step: so many steps mean that it was rounding's to begin
    // with.
    constexpr int most = std::max(16, std::numeric_limits<R>::digits - 12);
    Array<T> Y(n * n, uninitialized);
    Array<int> pivots(n, uninitialized);
    Array<R> sums(n, uninitialized);
    bool scaled = true, converged = false;
    R before = 0;
    for (int k = 0; k < most && !converged; ++k) {
        std::copy(X.begin(), X.end(), Y.begin());
        if (lapack::getrf(n, Y.data(), n, pivots.data()) != 0) {
            if (k == 0) throw_singular("signm", -1, false);
            throw_imaginary_eigenvalue();
        }
        lapack::getri(n, Y.data(), n, pivots.data());
        const R inverse_norm = square_one_norm(n, Y.data());
        R mu = 1;
        if (scaled) {
            const R root = std::sqrt(inverse_norm / square_one_norm(n, X.data()));
            mu = std::sqrt(root * std::sqrt(square_inf_norm(n, Y.data(), sums) / square_inf_norm(n, X.data(), sums)));
        }
        if (!(mu > 0) || !is_finite(mu)) throw_imaginary_eigenvalue();
        for (std::int64_t i = 0; i < n * n; ++i) {
            const T next = (X[i] * mu + Y[i] / mu) / R(2);
            Y[i] = next - X[i];
            X[i] = next;
        }
        const R size = square_one_norm(n, X.data());
        const R change = square_one_norm(n, Y.data());
        if (!is_finite(size)) throw_imaginary_eigenvalue();
        // Convergence is quadratic: what is left is ‖X⁻¹‖ change² / 2 (Higham 2008, (5.44)), or rounding where it no longer
        // shrinks.
        if (!scaled && (change * change <= static_cast<R>(n) * epsilon_v<T> * size / inverse_norm || change >= before / 2))
            converged = change <= R(0.01) * size;
        if (change <= R(0.01) * size) scaled = false;
        before = change;
    }
    if (!converged) throw_imaginary_eigenvalue();
}

/// A sign to less than half the digits is a matter of rounding.
template <class T>
void check_involution(std::int64_t n, const Array<T>& S) {
    const auto algebra = MatrixAlgebra<T>::full(n);
    Array<T> square = algebra.element();
    algebra.multiply(S.data(), S.data(), square.data());
    algebra.add_identity(Real<T>(-1), square.data());
    if (!(square_one_norm(n, square.data()) <= std::sqrt(epsilon_v<T>) * square_one_norm(n, S.data())))
        throw_imaginary_eigenvalue();
}

}  // namespace

template <class T>
void matrix_sign(MatrixView<const T> A, MatrixView<T> X) {
    using R = Real<T>;
    const char* const what = "signm";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const DenseStructure s = dense_structure(what, A);
    if (n == 0) return;
    const auto sign = [](const R& x, R noise) {
        if (!(std::abs(x) > noise)) throw_imaginary_eigenvalue();
        return x > 0 ? R(1) : R(-1);
    };
    if (s.lower_bandwidth == 0 && s.upper_bandwidth == 0) {
        std::fill_n(X.data(), n * n, T(0));
        for (std::int64_t i = 0; i < n; ++i) {
            if (A(i, i) == T(0)) throw_singular(what, i, false);
            X(i, i) = sign(real_part(A(i, i)), R(0));
        }
        return;
    }
    on_function_threads(n, [&] {
        if (s.hermitian) {
            auto form = hermitian_form(what, A);
            R largest = 0;
            for (const R x : form.values) largest = std::max(largest, std::abs(x));
            const R noise = static_cast<R>(n) * epsilon_v<T> * largest;
            Array<R> f(n, uninitialized);
            for (std::int64_t i = 0; i < n; ++i) {
                if (!(std::abs(form.values[i]) > noise)) throw_singular(what, -1, false);
                f[i] = sign(form.values[i], noise);
            }
            assemble_hermitian(form, f.data(), X.data());
            return;
        }
        Array<T> S(n * n, uninitialized);
        copy_finite(what, A, S.data(), n);
        newton_sign(n, S);
        check_involution(n, S);
        std::copy(S.begin(), S.end(), X.data());
    });
}

#define TAMIS_INSTANTIATE(T) template void matrix_sign(MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
