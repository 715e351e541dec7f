#include <tamis/dense/trigonometric.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <utility>

#include <tamis/core/array.hpp>

#include "core/refuse.hpp"
#include "dense/hermitian_function.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/pade_exponential.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

const char* function_name(TrigonometricFunction which) {
    switch (which) {
        case TrigonometricFunction::cosine: return "cosm";
        case TrigonometricFunction::sine: return "sinm";
        case TrigonometricFunction::tangent: return "tanm";
        case TrigonometricFunction::hyperbolic_cosine: return "coshm";
        case TrigonometricFunction::hyperbolic_sine: return "sinhm";
        case TrigonometricFunction::hyperbolic_tangent: break;
    }
    return "tanhm";
}

template <class T>
T trigonometric_value(TrigonometricFunction which, const T& x) {
    switch (which) {
        case TrigonometricFunction::cosine: return std::cos(x);
        case TrigonometricFunction::sine: return std::sin(x);
        case TrigonometricFunction::tangent: return std::tan(x);
        case TrigonometricFunction::hyperbolic_cosine: return std::cosh(x);
        case TrigonometricFunction::hyperbolic_sine: return std::sinh(x);
        case TrigonometricFunction::hyperbolic_tangent: break;
    }
    return std::tanh(x);
}

/// Y := (C − cS)⁻¹ S: e^(cA) = (C + cS)/(C − cS) = I + 2cY, without cancellation where A is small.
template <class T>
Array<T> half_of_exponential(const MatrixAlgebra<T>& algebra, const Array<T>& C, const Array<T>& S, const T& c) {
    Array<T> Q = algebra.element();
    Array<T> Y = S;
    for (std::int64_t k = 0; k < Q.size(); ++k) Q[k] = C[k] - c * S[k];
    algebra.divide(Q.data(), Y.data());
    return Y;
}

/// Of a real matrix, c = i.
template <class T>
Array<std::complex<T>> half_of_rotation(const MatrixAlgebra<T>& algebra, const Array<T>& C, const Array<T>& S) {
    using Z = std::complex<T>;
    const std::int64_t n = algebra.order();
    Array<Z> Q(n * n, uninitialized);
    Array<Z> Y(n * n, uninitialized);
    for (std::int64_t k = 0; k < n * n; ++k) {
        Q[k] = Z(C[k], -S[k]);
        Y[k] = S[k];
    }
    const auto wide = algebra.is_triangular() ? MatrixAlgebra<Z>::triangular(n, Q.data()) : MatrixAlgebra<Z>::full(n);
    wide.divide(Q.data(), Y.data());
    return Y;
}

/// cos A and sin A (`rotate`), or cosh A and sinh A; of the second nothing unless `odd`.
template <class T>
std::pair<Array<T>, Array<T>> even_and_odd(const MatrixAlgebra<T>& algebra, Array<T>&& A, bool rotate, bool odd) {
    Array<T> S, C;
    int s = 0;
    {
        PadeExponential<T> pade(algebra, std::move(A));
        s = pade.scaling();
        pade.evaluate(rotate, S, C);
    }
    // With Y± for ±c: cosh(cA) = I + c(Y₊ − Y₋), sinh(cA)/c = Y₊ + Y₋; c = i gives the other two.
    const auto from_halves = [&](const Array<T>& plus, const Array<T>& minus, const T& c) {
        for (std::int64_t k = 0; k < C.size(); ++k) {
            C[k] = c * (plus[k] - minus[k]);
            S[k] = plus[k] + minus[k];
        }
    };
    if (rotate && !is_complex_v<T>) {
        if constexpr (!is_complex_v<T>) {
            const auto Y = half_of_rotation(algebra, C, S);
            for (std::int64_t k = 0; k < C.size(); ++k) {
                C[k] = -2 * Y[k].imag();
                S[k] = 2 * Y[k].real();
            }
        }
    } else {
        T c(1);
        if constexpr (is_complex_v<T>) c = rotate ? T(0, 1) : c;
        const Array<T> plus = half_of_exponential(algebra, C, S, c);
        const Array<T> minus = half_of_exponential(algebra, C, S, T(-c));
        from_halves(plus, minus, c);
    }
    algebra.add_identity(Real<T>(1), C.data());
    // Where powers of A are small against those of ‖A‖, C² and S² are large and nearly cancel: 2C² − I loses nothing there.
    Array<T> next = algebra.element();
    for (; s > 0; --s) {
        if (odd) {
            algebra.multiply(S.data(), C.data(), next.data());
            for (std::int64_t k = 0; k < next.size(); ++k) S[k] = next[k] + next[k];
        }
        algebra.multiply(C.data(), C.data(), next.data());
        for (std::int64_t k = 0; k < next.size(); ++k) C[k] = next[k] + next[k];
        algebra.add_identity(Real<T>(-1), C.data());
    }
    return {std::move(C), std::move(S)};
}

}  // namespace

template <class T>
void trigonometric(TrigonometricFunction which, MatrixView<const T> A, MatrixView<T> X) {
    using R = Real<T>;
    using enum TrigonometricFunction;
    const char* const what = function_name(which);
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const DenseStructure s = dense_structure(what, A);
    if (n == 0) return;
    if (s.lower_bandwidth == 0 && s.upper_bandwidth == 0) {
        std::fill_n(X.data(), n * n, T(0));
        for (std::int64_t i = 0; i < n; ++i) X(i, i) = trigonometric_value(which, A(i, i));
    } else {
        on_function_threads(n, [&] {
            if (s.hermitian) {
                auto form = hermitian_form(what, A);
                Array<R> f(n, uninitialized);
                for (std::int64_t i = 0; i < n; ++i) f[i] = trigonometric_value(which, form.values[i]);
                assemble_hermitian(form, f.data(), X.data());
                return;
            }
            const bool lower = s.upper_bandwidth == 0;
            Array<T> copy(n * n, uninitialized);
            copy_finite(what, lower ? A.transposed() : A, copy.data(), n);
            const auto algebra =
                lower || s.lower_bandwidth == 0 ? MatrixAlgebra<T>::triangular(n, copy.data()) : MatrixAlgebra<T>::full(n);
            const bool even = which == cosine || which == hyperbolic_cosine;
            auto [C, S] =
                even_and_odd(algebra, std::move(copy), which == cosine || which == sine || which == tangent, !even);
            if (which == tangent || which == hyperbolic_tangent) {
                if (algebra.divide(C.data(), S.data()) != 0) throw_singular(what, -1, false);
            }
            const MatrixView<const T> view(even ? C.data() : S.data(), n, n);
            copy_view(lower ? view.transposed() : view, X);
        });
    }
    for (std::int64_t k = 0; k < n * n; ++k)
        if (!is_finite(X.data()[k]))
            throw InvalidArgument(std::string(what) + ": the result overflows " + std::string(scalar_name<T>()));
}

#define TAMIS_INSTANTIATE(T) template void trigonometric(TrigonometricFunction, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
