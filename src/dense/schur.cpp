#include "dense/schur.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/blas.hpp"
#include "dense/lapack_schur.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double schur_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return 25 * order * order * order;
}

}  // namespace

namespace detail {

void throw_no_convergence(const char* what, const char* routine) {
    throw NotConverged(std::string(what) + ": LAPACK's " + routine +
                           " did not converge; the matrix is finite, so scaling or balancing it may help",
                       Status::stagnated, std::numeric_limits<double>::quiet_NaN(), 0);
}

template <class T>
SchurParts<T> schur_parts(const char* what, MatrixView<const T> A) {
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    SchurParts<T> parts;
    parts.t = Array<T>(n * n, uninitialized);
    copy_finite(what, A, parts.t.data(), n);
    parts.z = Array<T>(n * n, uninitialized);
    parts.eigenvalues = Array<std::complex<Real<T>>>(n, uninitialized);
    parts.n = n;
    std::int64_t failed = 0;
    if (n > 0)
        on_dense_threads(schur_flops(n) / 20,  // two threads are slower at order 200 and gain from about 512 on
                         [&] { failed = lapack::gees(n, parts.t.data(), n, parts.eigenvalues.data(), parts.z.data()); });
    if (failed != 0) throw_no_convergence(what, "gees");
    return parts;
}

template <class R>
SchurParts<std::complex<R>> complex_schur(const SchurParts<R>& real) {
    using C = std::complex<R>;
    const std::int64_t n = real.n;
    SchurParts<C> parts;
    parts.n = n;
    parts.t = Array<C>(n * n, uninitialized);
    parts.z = Array<C>(n * n, uninitialized);
    std::copy(real.t.begin(), real.t.end(), parts.t.begin());
    std::copy(real.z.begin(), real.z.end(), parts.z.begin());
    parts.eigenvalues = real.eigenvalues;
    parts.selected = real.selected;
    for (std::int64_t k = 0; k + 1 < n; ++k) {
        const R c = real.t[k * n + k + 1];
        if (c == R(0)) continue;
        // The block [a b; c a] with b c < 0 has the eigenvector (i w, c) for a + i w, w = √(−b c): U = [i w, c; c, i w] / r.
        const R w = real.eigenvalues[k].imag();
        const R r = std::hypot(w, c);
        const C s(0, w / r);
        const R d = c / r;
        const auto rotate_columns = [&](C* x, C* y, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) {
                const C xi = x[i];
                const C yi = y[i];
                x[i] = C(d * yi.real() - s.imag() * xi.imag(), d * yi.imag() + s.imag() * xi.real());
                y[i] = C(d * xi.real() - s.imag() * yi.imag(), d * xi.imag() + s.imag() * yi.real());
            }
        };
        rotate_columns(parts.t.data() + k * n, parts.t.data() + (k + 1) * n, k + 2);
        rotate_columns(parts.z.data() + k * n, parts.z.data() + (k + 1) * n, n);
        for (std::int64_t j = k; j < n; ++j) {
            C& x = parts.t[j * n + k];
            C& y = parts.t[j * n + k + 1];
            const C xi = x;
            const C yi = y;
            x = C(d * yi.real() + s.imag() * xi.imag(), d * yi.imag() - s.imag() * xi.real());
            y = C(d * xi.real() + s.imag() * yi.imag(), d * xi.imag() - s.imag() * yi.real());
        }
        parts.t[k * n + k] = real.eigenvalues[k];
        parts.t[(k + 1) * n + k + 1] = real.eigenvalues[k + 1];
        parts.t[k * n + k + 1] = C(0);
        ++k;
    }
    return parts;
}

template <class T>
void reorder_schur(const char* what, SchurParts<T>& parts, const EigenvalueSelection& select) {
    const std::int64_t n = parts.n;
    std::vector<lapack::Int> chosen(static_cast<std::size_t>(n));
    parts.selected = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const auto value = std::complex<double>(parts.eigenvalues[k]);
        chosen[at] = select(value) ? 1 : 0;
        if (!is_complex_v<T> && value.imag() > 0 && k + 1 < n) {
            if (select(std::conj(value))) chosen[at] = 1;
            chosen[at + 1] = chosen[at];
            parts.selected += 2 * chosen[at];
            ++k;
        } else {
            parts.selected += chosen[at];
        }
    }
    if (parts.selected == 0 || parts.selected == n) return;
    std::int64_t failed = 0;
    on_dense_threads(schur_flops(n) / 2, [&] {
        failed = lapack::trsen(chosen.data(), n, parts.t.data(), n, parts.z.data(), n, parts.eigenvalues.data());
    });
    if (failed != 0)
        throw NotConverged(std::string(what) +
                               ": two blocks of the real form are too close to be swapped; ask for .form = "
                               "SchurForm::complex, or select both or neither",
                           Status::breakdown, std::numeric_limits<double>::quiet_NaN(), 0);
}

template <class T>
void transform_by_schur(const SchurParts<T>& parts, bool adjoint, T* M) {
    const std::int64_t n = parts.n;
    if (n == 0) return;
    Array<T> half(n * n, uninitialized);
    on_dense_threads(schur_flops(n) / 6, [&] {
        const T* const Z = parts.z.data();
        blas::gemm(adjoint ? 'C' : 'N', 'N', n, n, n, T(1), Z, n, M, n, T(0), half.data(), n);
        blas::gemm('N', adjoint ? 'N' : 'C', n, n, n, T(1), half.data(), n, Z, n, T(0), M, n);
    });
}

}  // namespace detail

template <class T>
void DenseSchur<T>::compute(const char* caller, MatrixView<const T> A) {
    const detail::DenseClock clock(A.rows());
    parts_ = detail::schur_parts<T>(caller, A);
    if (select_) detail::reorder_schur(caller, parts_, select_);
    seconds_ = clock.seconds();
}

template <class T>
void DenseSchur<T>::compute_from_real(const char* caller, MatrixView<const Real<T>> A) {
    if constexpr (is_complex_v<T>) {
        const detail::DenseClock clock(A.rows());
        parts_ = detail::complex_schur(detail::schur_parts<Real<T>>(caller, A));
        if (select_) detail::reorder_schur(caller, parts_, select_);
        seconds_ = clock.seconds();
    } else {
        compute(caller, A);
    }
}

template <class T>
FactorInfo DenseSchur<T>::info() const {
    const std::int64_t n = parts_.n;
    return detail::dense_info<T>(Method::automatic, "gees", n * (n + 1) / 2 + n * n, schur_flops(n),
                                 2 * n * n * std::int64_t{sizeof(T)}, seconds_);
}

template <class T>
void DenseSchur<T>::write_product(MatrixView<T> out) const {
    std::copy(parts_.t.begin(), parts_.t.end(), out.data());
    detail::transform_by_schur(parts_, false, out.data());
}

#define TAMIS_INSTANTIATE(T)                                                              \
    namespace detail {                                                                    \
    template SchurParts<T> schur_parts(const char*, MatrixView<const T>);                 \
    template void reorder_schur(const char*, SchurParts<T>&, const EigenvalueSelection&); \
    template void transform_by_schur(const SchurParts<T>&, bool, T*);                     \
    }                                                                                     \
    template class DenseSchur<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

namespace detail {
template SchurParts<std::complex<float>> complex_schur(const SchurParts<float>&);
template SchurParts<std::complex<double>> complex_schur(const SchurParts<double>&);
}  // namespace detail

}  // namespace tamis
