// Private: a function of a matrix by what its structure offers: the diagonal, eigenvectors, the triangle, the Schur form.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <tamis/core/array.hpp>

#include "dense/hermitian_function.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/schur.hpp"
#include "dense/structure.hpp"
#include "dense/threads.hpp"

namespace tamis::detail {

/// What eigenvalues from a Schur form or an eigendecomposition of A are uncertain by.
template <class T>
Real<T> spectral_noise(std::int64_t n, const T* A) {
    return 4 * epsilon_v<T> * square_one_norm(n, A);
}

/// X := f(A), A square and finite (refused otherwise), X contiguous. `number(λ, noise)` is f of an eigenvalue of a Hermitian
/// or diagonal A, `triangle(n, T, noise)` f of a (quasi-)triangle, an Array; both may throw. The noise is 0 where
/// eigenvalues are entries of A.
template <class T, class Number, class Triangle>
void function_by_schur(const char* what, MatrixView<const T> A, MatrixView<T> X, const Number& number,
                       const Triangle& triangle) {
    using R = Real<T>;
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const DenseStructure s = dense_structure(what, A);
    if (n == 0) return;
    const bool upper = s.lower_bandwidth == 0, lower = s.upper_bandwidth == 0;
    if (upper && lower) {
        std::fill_n(X.data(), n * n, T(0));
        for (std::int64_t i = 0; i < n; ++i) X(i, i) = number(A(i, i), R(0));
        return;
    }
    on_function_threads(n, [&] {
        if (s.hermitian) {
            auto form = hermitian_form(what, A);
            R largest = 0;
            for (const R x : form.values) largest = std::max(largest, std::abs(x));
            Array<T> f(n, uninitialized);
            for (std::int64_t i = 0; i < n; ++i)
                f[i] = number(T(form.values[i]), static_cast<R>(n) * epsilon_v<T> * largest);
            assemble_normal(form, f.data(), X.data());
        } else if (upper || lower) {
            Array<T> copy(n * n, uninitialized);
            copy_finite(what, upper ? A : A.transposed(), copy.data(), n);
            const Array<T> F = triangle(n, std::move(copy), R(0));
            const MatrixView<const T> view(F.data(), n, n);
            copy_view(upper ? view : view.transposed(), X);
        } else {
            SchurParts<T> parts = schur_parts(what, A);
            const R noise = spectral_noise(n, parts.t.data());
            const Array<T> F = triangle(n, std::move(parts.t), noise);
            std::copy(F.begin(), F.end(), X.data());
            transform_by_schur(parts, false, X.data());
        }
    });
}

}  // namespace tamis::detail
