#include "dense/hermitian_function.hpp"

#include <algorithm>
#include <string>

#include "core/blas.hpp"
#include "dense/lapack_spectral.hpp"
#include "dense/operand.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
HermitianForm<T> hermitian_form(const char* what, MatrixView<const T> A) {
    const std::int64_t n = A.rows();
    HermitianForm<T> form{Array<Real<T>>(n, uninitialized), Array<T>(n * n, uninitialized)};
    copy_hermitian(what, A, form.vectors.data(), n);
    const std::int64_t failed = lapack::heevd(n, form.vectors.data(), n, form.values.data());
    if (failed != 0) throw Error(std::string(what) + ": the eigenvalues did not converge (LAPACK's heevd)");
    return form;
}

template <class T>
void assemble_hermitian(HermitianForm<T>& form, const Real<T>* f, T* X) {
    const std::int64_t n = form.values.size();
    Array<T> scaled(n * n, uninitialized);
    T* const V = form.vectors.data();
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) scaled[j * n + i] = V[j * n + i] * f[j];
    constexpr std::int64_t width = 128;
    for (std::int64_t j = 0; j < n; j += width)
        blas::gemm('N', 'C', n - j, std::min(width, n - j), n, T(1), scaled.data() + j, n, V + j, n, T(0), X + j * n + j, n);
    for (std::int64_t j = 0; j < n; ++j) {
        X[j * n + j] = real_part(X[j * n + j]);
        for (std::int64_t i = 0; i < j; ++i) X[j * n + i] = conjugate(X[i * n + j]);
    }
}

template <class T>
void assemble_normal(HermitianForm<T>& form, const T* f, T* X) {
    const std::int64_t n = form.values.size();
    if (std::all_of(f, f + n, [](const T& x) { return imag_part(x) == 0; })) {
        Array<Real<T>> parts(n, uninitialized);
        for (std::int64_t j = 0; j < n; ++j) parts[j] = real_part(f[j]);
        assemble_hermitian(form, parts.data(), X);
        return;
    }
    Array<T> scaled(n * n, uninitialized);
    T* const V = form.vectors.data();
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) scaled[j * n + i] = V[j * n + i] * f[j];
    blas::gemm('N', 'C', n, n, n, T(1), scaled.data(), n, V, n, T(0), X, n);
}

#define TAMIS_INSTANTIATE(T)                                                    \
    template HermitianForm<T> hermitian_form(const char*, MatrixView<const T>); \
    template void assemble_hermitian(HermitianForm<T>&, const Real<T>*, T*);    \
    template void assemble_normal(HermitianForm<T>&, const T*, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
