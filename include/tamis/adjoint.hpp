// Derivatives of factorizations, solves and matrix functions: an optional component (TAMIS_WITH_ADJOINT, on by default).
// f_vjp takes cotangents of the results to cotangents of the inputs, f_jvp tangents of the inputs to tangents of the
// results; both pair by the real inner product Re<x_bar, x_dot>.
//
// All of it is in the namespace tamis::derivatives. C++ allows no namespace beside a function of its name, and
// tamis::adjoint is the function adjoint(A); but it allows a class, so that tamis::adjoint::solve_vjp(F, x, x_bar) is a
// static member function of the class at the end of this file, which calls the function of the namespace
// (docs/decisions/0027).
#pragma once

#include <utility>

#include <tamis/adjoint/cholesky.hpp>
#include <tamis/adjoint/determinant.hpp>
#include <tamis/adjoint/eigh.hpp>
#include <tamis/adjoint/eigsh.hpp>
#include <tamis/adjoint/gauge.hpp>
#include <tamis/adjoint/inverse.hpp>
#include <tamis/adjoint/least_squares.hpp>
#include <tamis/adjoint/logdet.hpp>
#include <tamis/adjoint/lu.hpp>
#include <tamis/adjoint/matrix_functions.hpp>
#include <tamis/adjoint/matrix_input.hpp>
#include <tamis/adjoint/norm.hpp>
#include <tamis/adjoint/outer_product.hpp>
#include <tamis/adjoint/pinv.hpp>
#include <tamis/adjoint/qr.hpp>
#include <tamis/adjoint/quadratic_form.hpp>
#include <tamis/adjoint/solve.hpp>
#include <tamis/adjoint/sparse_least_squares.hpp>
#include <tamis/adjoint/svd.hpp>
#include <tamis/tamis.hpp>

namespace tamis {

/// The functions of tamis::derivatives under the name tamis::adjoint::f. Where an argument is a braced list (a cotangent
/// left out, options), the overloads that say so take it; everything else takes any arguments of the function of that name.
struct adjoint {
    adjoint() = delete;

#define TAMIS_FORWARD_DERIVATIVE(name)                         \
    template <class... Args>                                   \
    static decltype(auto) name(Args&&... args) {               \
        return derivatives::name(std::forward<Args>(args)...); \
    }
    TAMIS_FORWARD_DERIVATIVE(solve_vjp)
    TAMIS_FORWARD_DERIVATIVE(solve_vjp_into)
    TAMIS_FORWARD_DERIVATIVE(solve_jvp)
    TAMIS_FORWARD_DERIVATIVE(inv_vjp)
    TAMIS_FORWARD_DERIVATIVE(inv_jvp)
    TAMIS_FORWARD_DERIVATIVE(det_vjp)
    TAMIS_FORWARD_DERIVATIVE(det_jvp)
    TAMIS_FORWARD_DERIVATIVE(slogdet_vjp)
    TAMIS_FORWARD_DERIVATIVE(slogdet_jvp)
    TAMIS_FORWARD_DERIVATIVE(slogdet_vjp_by_solves)
    TAMIS_FORWARD_DERIVATIVE(logdet_vjp)
    TAMIS_FORWARD_DERIVATIVE(logdet_jvp)
    TAMIS_FORWARD_DERIVATIVE(quadratic_form)
    TAMIS_FORWARD_DERIVATIVE(quadratic_form_vjp)
    TAMIS_FORWARD_DERIVATIVE(quadratic_form_jvp)
    TAMIS_FORWARD_DERIVATIVE(inverse_quadratic_form)
    TAMIS_FORWARD_DERIVATIVE(inverse_quadratic_form_vjp)
    TAMIS_FORWARD_DERIVATIVE(inverse_quadratic_form_jvp)
    TAMIS_FORWARD_DERIVATIVE(cholesky_vjp)
    TAMIS_FORWARD_DERIVATIVE(cholesky_jvp)
    TAMIS_FORWARD_DERIVATIVE(qr_vjp)
    TAMIS_FORWARD_DERIVATIVE(qr_jvp)
    TAMIS_FORWARD_DERIVATIVE(eigh_vjp)
    TAMIS_FORWARD_DERIVATIVE(eigh_jvp)
    TAMIS_FORWARD_DERIVATIVE(svd_vjp)
    TAMIS_FORWARD_DERIVATIVE(svd_jvp)
    TAMIS_FORWARD_DERIVATIVE(lu_vjp)
    TAMIS_FORWARD_DERIVATIVE(lu_jvp)
    TAMIS_FORWARD_DERIVATIVE(expm_vjp)
    TAMIS_FORWARD_DERIVATIVE(expm_jvp)
    TAMIS_FORWARD_DERIVATIVE(sqrtm_vjp)
    TAMIS_FORWARD_DERIVATIVE(sqrtm_jvp)
    TAMIS_FORWARD_DERIVATIVE(logm_vjp)
    TAMIS_FORWARD_DERIVATIVE(logm_jvp)
    TAMIS_FORWARD_DERIVATIVE(norm_vjp)
    TAMIS_FORWARD_DERIVATIVE(norm_jvp)
    TAMIS_FORWARD_DERIVATIVE(pinv_vjp)
    TAMIS_FORWARD_DERIVATIVE(pinv_jvp)
    TAMIS_FORWARD_DERIVATIVE(least_squares_vjp)
    TAMIS_FORWARD_DERIVATIVE(least_squares_jvp)
    TAMIS_FORWARD_DERIVATIVE(eigsh_vjp)
    TAMIS_FORWARD_DERIVATIVE(eigsh_jvp)
#undef TAMIS_FORWARD_DERIVATIVE

    // The same with arguments that may be {}.
    template <class T, DenseMatrix M = MatrixView<const T>, DenseArgument S = VectorView<const Real<T>>,
              DenseMatrix N = MatrixView<const T>>
    [[nodiscard]] static Matrix<T> svd_vjp(const DenseSvd<T>& F, const M& u_bar, const S& s_bar, const N& vt_bar,
                                           const derivatives::GaugeOptions& options = {}) {
        return derivatives::svd_vjp(F, u_bar, s_bar, vt_bar, options);
    }
    template <class T, DenseMatrix M>
    [[nodiscard]] static auto svd_jvp(const DenseSvd<T>& F, const M& A_dot, const derivatives::GaugeOptions& options) {
        return derivatives::svd_jvp(F, A_dot, options);
    }
    template <class T, DenseArgument S = VectorView<const Real<T>>, DenseMatrix M = MatrixView<const T>>
    [[nodiscard]] static Matrix<T> eigh_vjp(const DenseEigh<T>& E, const S& values_bar, const M& vectors_bar,
                                            const derivatives::GaugeOptions& options = {}) {
        return derivatives::eigh_vjp(E, values_bar, vectors_bar, options);
    }
    template <class T, DenseMatrix M>
    [[nodiscard]] static auto eigh_jvp(const DenseEigh<T>& E, const M& A_dot, const derivatives::GaugeOptions& options) {
        return derivatives::eigh_jvp(E, A_dot, options);
    }
    template <class T, DenseMatrix M = MatrixView<const T>, DenseMatrix N = MatrixView<const T>>
    [[nodiscard]] static Matrix<T> qr_vjp(const DenseQr<T>& F, const M& q_bar, const N& r_bar) {
        return derivatives::qr_vjp(F, q_bar, r_bar);
    }
    template <class T, DenseMatrix M = MatrixView<const T>, DenseMatrix N = MatrixView<const T>>
    [[nodiscard]] static Matrix<T> lu_vjp(const DenseLu<T>& F, const M& l_bar, const N& u_bar) {
        return derivatives::lu_vjp(F, l_bar, u_bar);
    }
    template <SparseMatrix M, DenseArgument L = VectorView<const Real<scalar_t<M>>>,
              DenseArgument G = MatrixView<const scalar_t<M>>>
    [[nodiscard]] static auto eigsh_vjp(const M& A, const EigenResult<scalar_t<M>>& result, const L& values_bar,
                                        const G& vectors_bar,
                                        const derivatives::EigshDerivativeOptions<scalar_t<M>>& options = {}) {
        return derivatives::eigsh_vjp(A, result, values_bar, vectors_bar, options);
    }
};

}  // namespace tamis
