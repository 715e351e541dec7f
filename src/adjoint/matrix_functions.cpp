#include <tamis/adjoint/matrix_functions.hpp>

#include <cmath>
#include <complex>
#include <string>
#include <utility>

#include "adjoint/dense_block.hpp"
#include "adjoint/logarithm.hpp"
#include "adjoint/root_equation.hpp"
#include "dense/exponentiate.hpp"
#include "dense/function_by_schur.hpp"
#include "dense/triangle_functions.hpp"
#include "instantiate.hpp"

namespace tamis::derivatives::detail {

namespace {

const char* name_of(FunctionDerivative which) {
    switch (which.function) {
        case MatrixFunction::exponential: return which.adjoint ? "expm_vjp" : "expm_jvp";
        case MatrixFunction::root: return which.adjoint ? "sqrtm_vjp" : "sqrtm_jvp";
        default: return which.adjoint ? "logm_vjp" : "logm_jvp";
    }
}

const char* name_of_direction(FunctionDerivative which) {
    return which.adjoint ? "the cotangent of X" : "the tangent of A";
}

/// Of a root or logarithm: eigenvalues of zero, on the negative real axis of real matrices, on the cut of complex ones.
template <class T>
void check_eigenvalue(FunctionDerivative which, const std::complex<Real<T>>& x, Real<T> noise) {
    if (which.function == MatrixFunction::exponential) return;
    const char* const what = name_of(which);
    if (!(std::abs(x) > noise))
        throw SingularMatrix(
            std::string(what) + ": the matrix is singular to working precision, where its " +
                (which.function == MatrixFunction::root ? "root has no derivative" : "logarithm does not exist"),
            -1, false);
    if (!(x.real() < 0 && std::abs(x.imag()) <= noise)) return;
    if (!is_complex_v<T> && x.imag() == 0) tamis::detail::throw_not_real(what, static_cast<double>(x.real()));
    throw InvalidArgument(std::string(what) + ": the matrix has the eigenvalue " +
                          std::to_string(static_cast<double>(x.real())) +
                          " on the negative real axis, where the principal value jumps and has no derivative");
}

template <class T>
void check_result(FunctionDerivative which, MatrixView<const T> L) {
    for (std::int64_t j = 0; j < L.cols(); ++j)
        for (std::int64_t i = 0; i < L.rows(); ++i)
            if (!tamis::detail::is_finite(L(i, j)))
                throw InvalidArgument(std::string(name_of(which)) + ": the function or its derivative overflows " +
                                      std::string(scalar_name<T>()) + "; scale the matrix or the direction");
}

/// (f(y) − f(x)) / (y − x) for x ≤ y, without cancellation.
template <class R>
R divided_difference(MatrixFunction function, R x, R y) {
    const R d = y - x;
    switch (function) {
        case MatrixFunction::exponential:
            if (d == 0) return std::exp(x);
            return d < 1 ? std::exp(x) * (std::expm1(d) / d) : (std::exp(y) - std::exp(x)) / d;
        case MatrixFunction::root: return 1 / (std::sqrt(x) + std::sqrt(y));
        default:
            if (d == 0) return 1 / x;
            return d < x ? std::log1p(d / x) / d : (std::log(y) - std::log(x)) / d;
    }
}

/// M := Zᴴ M Z.
template <class T>
Block<T> to_basis(MatrixView<const T> Z, MatrixView<const T> M) {
    const Block<T> half = product<T>('C', Z, 'N', M);
    return product<T>('N', half, 'N', Z);
}
/// L := Z M Zᴴ.
template <class T>
void from_basis(MatrixView<const T> Z, MatrixView<const T> M, MatrixView<T> L) {
    const Block<T> half = product<T>('N', Z, 'N', M);
    const Block<T> whole = product<T>('N', half, 'C', Z);
    tamis::detail::copy_view<T>(whole, L);
}

template <class T>
Block<T> adjoint_of(const Block<T>& M) {
    Block<T> A(M.cols(), M.rows(), uninitialized);
    for (std::int64_t j = 0; j < M.cols(); ++j)
        for (std::int64_t i = 0; i < M.rows(); ++i) A(j, i) = tamis::detail::conjugate(M(i, j));
    return A;
}

template <class T>
Array<T> contiguous(MatrixView<const T> A) {
    Array<T> copy(A.rows() * A.cols(), uninitialized);
    tamis::detail::copy_view<T>(A, MatrixView<T>(copy.data(), A.rows(), A.cols()));
    return copy;
}

/// L(t, E) in place of E for an upper (quasi-)triangle t.
template <class T>
void derive_triangle(FunctionDerivative which, MatrixView<const T> t, Real<T> noise, Block<T>& E) {
    const std::int64_t n = t.rows();
    const char* const what = name_of(which);
    Array<T> root = contiguous(t);
    for (const auto& x : tamis::detail::triangle_eigenvalues(n, root.data())) check_eigenvalue<T>(which, x, noise);
    if (which.function == MatrixFunction::exponential) {
        const auto algebra = tamis::detail::MatrixAlgebra<T>::dual(n);
        Array<T> pair = algebra.element();
        std::copy(root.begin(), root.end(), pair.begin());
        std::ranges::copy(E.numbers(), pair.data() + n * n);
        pair = tamis::detail::exponentiate(algebra, std::move(pair));
        check_result<T>(which, MatrixView<const T>(pair.data(), n, n));
        std::copy_n(pair.data() + n * n, n * n, E.data());
    } else if (which.function == MatrixFunction::root) {
        tamis::detail::triangle_square_root(what, n, root.data(), Real<T>(0));
        solve_root_equation(what, n, root.data(), E.data());
    } else if constexpr (is_complex_v<T>) {
        logarithm_derivative(what, n, std::move(root), E);
    } else {
        // The complex form of the triangle alone: root = Z t Zᴴ with the rotations of the pairs in Z.
        using C = std::complex<T>;
        tamis::detail::SchurParts<T> parts;
        parts.n = n;
        parts.eigenvalues = tamis::detail::triangle_eigenvalues(n, root.data());
        parts.t = std::move(root);
        parts.z = Array<T>(n * n);
        for (std::int64_t i = 0; i < n; ++i) parts.z[i * n + i] = T(1);
        auto wide = tamis::detail::complex_schur(parts);
        Block<C> direction(n, n, uninitialized);
        for (std::int64_t i = 0; i < n * n; ++i) direction.data()[i] = E.data()[i];
        const MatrixView<const C> Z(wide.z.data(), n, n);
        direction = to_basis<C>(Z, direction);
        logarithm_derivative(what, n, std::move(wide.t), direction);
        Block<C> L(n, n, uninitialized);
        from_basis<C>(Z, direction, L);
        for (std::int64_t i = 0; i < n * n; ++i) E.data()[i] = L.data()[i].real();
    }
}

}  // namespace

void check_whole_decomposition(FunctionDerivative which, bool whole) {
    if (!whole)
        throw InvalidArgument(std::string(name_of(which)) +
                              ": a function of a matrix needs all eigenvalues and eigenvectors of one matrix; this is a "
                              "part of them, or of a pencil");
}

template <class T>
void function_derivative_by_eigh(FunctionDerivative which, MatrixView<const Real<T>> values, MatrixView<const T> V,
                                 MatrixView<const T> E, MatrixView<T> L) {
    using R = Real<T>;
    const std::int64_t n = V.rows();
    const Block<T> direction = argument<T>(name_of(which), name_of_direction(which), E, n, n);
    if (n == 0) return;
    const R largest = std::max(std::abs(values(0, 0)), std::abs(values(n - 1, 0)));
    const R noise = static_cast<R>(n) * epsilon_v<T> * largest;
    for (std::int64_t i = 0; i < n; ++i) check_eigenvalue<T>(which, values(i, 0), noise);
    // The differences are real and symmetric: the derivative is its own adjoint.
    tamis::detail::on_function_threads(n, [&] {
        Block<T> S = to_basis<T>(V, direction);
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i)
                S(i, j) *= divided_difference(which.function, values(std::min(i, j), 0), values(std::max(i, j), 0));
        from_basis<T>(V, S, L);
    });
    check_result<T>(which, L);
}

template <class T>
void function_derivative_by_schur(FunctionDerivative which, MatrixView<const T> t, MatrixView<const T> z,
                                  MatrixView<const T> E, MatrixView<T> L) {
    const std::int64_t n = t.rows();
    const Block<T> direction = argument<T>(name_of(which), name_of_direction(which), E, n, n);
    if (n == 0) return;
    const auto noise = tamis::detail::spectral_noise(n, contiguous(t).data());
    tamis::detail::on_function_threads(n, [&] {
        // L(Aᴴ, E) = L(A, Eᴴ)ᴴ, as f(Aᴴ) = f(A)ᴴ.
        Block<T> S = to_basis<T>(z, which.adjoint ? adjoint_of(direction) : direction);
        derive_triangle<T>(which, t, noise, S);
        from_basis<T>(z, which.adjoint ? adjoint_of(S) : S, L);
    });
    check_result<T>(which, L);
}

template <class T>
void function_derivative(FunctionDerivative which, MatrixView<const T> A, MatrixView<const T> E, MatrixView<T> L) {
    const char* const what = name_of(which);
    tamis::detail::check_square_operand(what, A);
    const std::int64_t n = A.rows();
    const auto structure = tamis::detail::dense_structure(what, A);
    const Block<T> direction = argument<T>(what, name_of_direction(which), E, n, n);
    if (n == 0) return;
    const bool upper = structure.lower_bandwidth == 0, lower = structure.upper_bandwidth == 0;
    if (structure.hermitian && !(upper && lower)) {
        tamis::detail::HermitianForm<T> form;
        tamis::detail::on_function_threads(n, [&] { form = tamis::detail::hermitian_form(what, A); });
        function_derivative_by_eigh<T>(which, MatrixView<const Real<T>>(form.values.data(), n, 1),
                                       MatrixView<const T>(form.vectors.data(), n, n), direction, L);
    } else if (upper || lower) {
        // A lower triangle as the upper one of its transpose.
        const auto turned = [&](const Block<T>& M) {
            Block<T> B(n, n, uninitialized);
            tamis::detail::copy_view<T>(upper ? MatrixView<const T>(M) : MatrixView<const T>(M).transposed(), B);
            return B;
        };
        tamis::detail::on_function_threads(n, [&] {
            Block<T> S = turned(which.adjoint ? adjoint_of(direction) : direction);
            derive_triangle<T>(which, upper ? A : A.transposed(), Real<T>(0), S);
            const Block<T> result = turned(which.adjoint ? adjoint_of(S) : S);
            tamis::detail::copy_view<T>(result, L);
        });
        check_result<T>(which, L);
    } else if (which.function == MatrixFunction::exponential) {
        tamis::detail::on_function_threads(n, [&] {
            Block<T> S = which.adjoint ? adjoint_of(direction) : direction;
            derive_triangle<T>(which, A, Real<T>(0), S);
            tamis::detail::copy_view<T>(which.adjoint ? adjoint_of(S) : S, L);
        });
        check_result<T>(which, L);
    } else {
        const auto parts = tamis::detail::schur_parts(what, A);
        function_derivative_by_schur<T>(which, MatrixView<const T>(parts.t.data(), n, n),
                                        MatrixView<const T>(parts.z.data(), n, n), direction, L);
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                        \
    template void function_derivative(FunctionDerivative, MatrixView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void function_derivative_by_eigh(FunctionDerivative, MatrixView<const Real<T>>, MatrixView<const T>,   \
                                              MatrixView<const T>, MatrixView<T>);                                  \
    template void function_derivative_by_schur(FunctionDerivative, MatrixView<const T>, MatrixView<const T>,        \
                                               MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::derivatives::detail
