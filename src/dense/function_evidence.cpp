// How far a root or a logarithm is from what it has to satisfy, and how sensitive it is.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/expm.hpp>
#include <tamis/dense/sqrtm.hpp>

#include "core/random.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/schur.hpp"
#include "dense/threads.hpp"
#include "dense/triangle_sylvester.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// In double precision, whose range the squares of single precision stay within.
template <class T>
double frobenius_size(const Array<T>& X) {
    double largest = 0;
    for (const T& x : X) largest = std::max(largest, static_cast<double>(std::abs(x)));
    if (!(largest > 0)) return 0;
    double sum = 0;
    for (const T& x : X) {
        const double part = static_cast<double>(std::abs(x)) / largest;
        sum += part * part;
    }
    return largest * std::sqrt(sum);
}

template <class T>
void divide_all(Array<T>& X, double by) {
    for (T& x : X) x = static_cast<T>(x / static_cast<Real<T>>(by));
}

template <class T>
void adjoin(std::int64_t n, Array<T>& X) {
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= j; ++i) {
            const T x = conjugate(X[j * n + i]);
            X[j * n + i] = conjugate(X[i * n + j]);
            X[i * n + j] = x;
        }
}

/// max ‖L(E)‖/‖E‖ in Frobenius' norm, from below, for a derivative L(A, ·) of a primary function with L(Aᴴ, E) =
/// L(A, Eᴴ)ᴴ, by the power method on L and its adjoint (N. J. Higham, Functions of Matrices, 2008, Algorithm 3.20). `L`
/// works in place; false: infinite.
template <class T, class F>
double derivative_size(std::int64_t n, const F& L) {
    Array<T> E(n * n, uninitialized);
    for (std::int64_t i = 0; i < n * n; ++i) E[i] = uniform<T>(1, static_cast<std::uint64_t>(i));
    double found = 0;
    constexpr int most = 10;
    for (int k = 0; k < most; ++k) {
        divide_all(E, frobenius_size(E));
        if (!L(E)) return std::numeric_limits<double>::infinity();
        const double now = frobenius_size(E);
        if (!(now > 0)) break;
        const bool settled = k > 1 && now - found <= 0.01 * now;
        found = std::max(found, now);
        if (settled || !(now < std::numeric_limits<double>::infinity())) break;
        divide_all(E, now);
        adjoin(n, E);
        if (!L(E)) return std::numeric_limits<double>::infinity();
        adjoin(n, E);
        if (!(frobenius_size(E) > 0)) break;
    }
    return found;
}

/// ‖X − A‖₁/‖A‖₁; X is overwritten.
template <class T>
double relative_difference(std::int64_t n, Array<T>& X, const Array<T>& A) {
    for (std::int64_t k = 0; k < n * n; ++k) X[k] -= A[k];
    const auto size = static_cast<double>(square_one_norm(n, A.data()));
    return size > 0 ? static_cast<double>(square_one_norm(n, X.data())) / size : 0;
}

template <class T>
Array<T> contiguous(MatrixView<const T> A) {
    Array<T> a(A.rows() * A.cols(), uninitialized);
    copy_view(A, MatrixView<T>(a.data(), A.rows(), A.cols()));
    return a;
}

}  // namespace

template <class T>
FunctionEvidence root_evidence(MatrixView<const T> A, MatrixView<const T> X) {
    const std::int64_t n = A.rows();
    FunctionEvidence found;
    if (n == 0) return found;
    on_function_threads(n, [&] {
        const Array<T> a = contiguous(A), x = contiguous(X);
        Array<T> square(n * n, uninitialized);
        MatrixAlgebra<T>::full(n).multiply(x.data(), x.data(), square.data());
        found.residual = relative_difference(n, square, a);
        const SchurParts<T> parts = schur_parts("sqrtm_with_report", X);
        const double size = frobenius_size(x);
        if (!(size > 0)) return;
        // X L + L X = E, in the coordinates of the Schur vectors.
        const double derivative = derivative_size<T>(n, [&](Array<T>& E) {
            return solve_triangle_sylvester(n, n, parts.t.data(), n, parts.t.data(), n, 1, E.data(), n);
        });
        found.condition_estimate = derivative * (frobenius_size(a) / size);
    });
    return found;
}

template <class T>
FunctionEvidence logarithm_evidence(MatrixView<const T> A, MatrixView<const T> X) {
    const std::int64_t n = A.rows();
    FunctionEvidence found;
    if (n == 0) return found;
    const Array<T> a = contiguous(A);
    Array<T> back(n * n, uninitialized);
    exponential<T>(X, MatrixView<T>(back.data(), n, n));
    found.residual = relative_difference(n, back, a);
    const Array<T> x = contiguous(X);
    const double size = frobenius_size(x);
    const double size_of_a = frobenius_size(a);
    // log [A E; 0 A] = [log A L; 0 log A] (Higham 2008, Theorem 3.6), E as large as A.
    const std::int64_t m = 2 * n;
    Array<T> twice(m * m), logarithm(m * m, uninitialized);
    const double derivative = derivative_size<T>(n, [&](Array<T>& E) {
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) {
                twice[j * m + i] = twice[(n + j) * m + n + i] = a[j * n + i];
                twice[(n + j) * m + i] = static_cast<T>(E[j * n + i] * static_cast<Real<T>>(size_of_a));
            }
        principal_logarithm<T>(MatrixView<const T>(twice.data(), m, m), MatrixView<T>(logarithm.data(), m, m));
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i) E[j * n + i] = logarithm[(n + j) * m + i];
        return true;
    });
    if (size > 0) found.condition_estimate = derivative / size;
    else if (derivative > 0) found.condition_estimate = std::numeric_limits<double>::infinity();
    return found;
}

#define TAMIS_INSTANTIATE(T)                                                           \
    template FunctionEvidence root_evidence(MatrixView<const T>, MatrixView<const T>); \
    template FunctionEvidence logarithm_evidence(MatrixView<const T>, MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
