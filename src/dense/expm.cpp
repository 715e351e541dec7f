#include <tamis/dense/expm.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/array.hpp>

#include "core/random.hpp"
#include "dense/exponentiate.hpp"
#include "dense/hermitian_function.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

template <class T>
void check_exponential(const char* what, MatrixView<const T> X) {
    for (std::int64_t j = 0; j < X.cols(); ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i)
            if (!is_finite(X(i, j)))
                throw InvalidArgument(
                    std::string(what) + ": the exponential overflows " + std::string(scalar_name<T>()) +
                    "; scale the matrix, or subtract a multiple of the identity and keep its factor apart");
}

/// ‖X‖_F of n numbers, scaled by the largest.
template <class T>
Real<T> frobenius(const T* X, std::int64_t n) {
    Real<T> largest = 0;
    for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(X[i]));
    if (!(largest > 0)) return largest;
    Real<T> sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const Real<T> x = std::abs(X[i]) / largest;
        sum += x * x;
    }
    return largest * std::sqrt(sum);
}

/// {e^A, L(A, E)} for contiguous A and E.
template <class T>
Array<T> dual_exponential(std::int64_t n, const T* A, const T* E) {
    const auto algebra = MatrixAlgebra<T>::dual(n);
    Array<T> pair = algebra.element();
    std::copy_n(A, n * n, pair.data());
    std::copy_n(E, n * n, pair.data() + n * n);
    return exponentiate(algebra, std::move(pair));
}

}  // namespace

template <class T>
void exponential(MatrixView<const T> A, MatrixView<T> X) {
    const char* const what = "expm";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const DenseStructure s = dense_structure(what, A);
    if (n == 0) return;
    if (s.lower_bandwidth == 0 && s.upper_bandwidth == 0) {
        std::fill_n(X.data(), n * n, T(0));
        for (std::int64_t i = 0; i < n; ++i) X(i, i) = std::exp(A(i, i));
    } else {
        on_function_threads(n, [&] {
            if (s.hermitian) {
                auto form = hermitian_form(what, A);
                Array<Real<T>> f(n, uninitialized);
                for (std::int64_t i = 0; i < n; ++i) f[i] = std::exp(form.values[i]);
                assemble_hermitian(form, f.data(), X.data());
                return;
            }
            // A lower triangle as the upper one of its transpose.
            const bool lower = s.upper_bandwidth == 0;
            Array<T> copy(n * n, uninitialized);
            copy_finite(what, lower ? A.transposed() : A, copy.data(), n);
            const auto algebra =
                lower || s.lower_bandwidth == 0 ? MatrixAlgebra<T>::triangular(n, copy.data()) : MatrixAlgebra<T>::full(n);
            const Array<T> value = exponentiate(algebra, std::move(copy));
            const MatrixView<const T> view(value.data(), n, n);
            copy_view(lower ? view.transposed() : view, X);
        });
    }
    check_exponential<T>(what, X);
}

template <class T>
void exponential_derivative(MatrixView<const T> A, MatrixView<const T> E, MatrixView<T> X, MatrixView<T> L) {
    const char* const what = "expm_frechet";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    if (E.rows() != n || E.cols() != n)
        throw DimensionMismatch("expm_frechet: the direction has " + std::to_string(E.rows()) + " rows and " +
                                    std::to_string(E.cols()) + " columns, the matrix " + std::to_string(n),
                                n, E.rows() != n ? E.rows() : E.cols());
    if (n == 0) return;
    Array<T> a(n * n, uninitialized);
    Array<T> e(n * n, uninitialized);
    copy_finite(what, A, a.data(), n);
    check_finite_entries(what, "the direction", E);
    copy_finite(what, E, e.data(), n);
    on_function_threads(n, [&] {
        const Array<T> pair = dual_exponential(n, a.data(), e.data());
        std::copy_n(pair.data(), n * n, X.data());
        std::copy_n(pair.data() + n * n, n * n, L.data());
    });
    check_exponential<T>(what, X);
    check_exponential<T>(what, L);
}

template <class T>
Real<T> exponential_condition(MatrixView<const T> A) {
    using R = Real<T>;
    const char* const what = "expm_condition";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const std::int64_t size = n * n;
    Array<T> a(size, uninitialized);
    copy_finite(what, A, a.data(), n);
    const R norm = frobenius(a.data(), size);
    if (!(norm > 0)) return 0;
    Array<T> adjoint(size, uninitialized);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) adjoint[j * n + i] = conjugate(a[i * n + j]);
    Array<T> E(size, uninitialized);
    for (std::int64_t i = 0; i < size; ++i) E[i] = uniform<T>(1, static_cast<std::uint64_t>(i));
    R derivative = 0, value = 0;
    on_function_threads(n, [&] {
        constexpr int most = 20;
        for (int k = 0; k < most; ++k) {
            const R old = derivative;
            const auto divide_by = [&](R by) {
                for (T& x : E) x /= by;
            };
            divide_by(frobenius(E.data(), size));
            const Array<T> forth = dual_exponential(n, a.data(), E.data());
            check_exponential<T>(what, MatrixView<const T>(forth.data(), n, 2 * n));
            value = frobenius(forth.data(), size);
            derivative = frobenius(forth.data() + size, size);
            if (!(derivative > 0) || (k > 1 && derivative - old <= R(0.003) * derivative)) break;
            std::copy_n(forth.data() + size, size, E.data());
            divide_by(derivative);
            const Array<T> back = dual_exponential(n, adjoint.data(), E.data());
            std::copy_n(back.data() + size, size, E.data());
        }
    });
    if (!(derivative > 0)) return 0;  // e^A underflows, and its derivative
    return derivative / value * norm;
}

#define TAMIS_INSTANTIATE(T)                                                                                      \
    template void exponential(MatrixView<const T>, MatrixView<T>);                                                \
    template void exponential_derivative(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, MatrixView<T>); \
    template Real<T> exponential_condition(MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
