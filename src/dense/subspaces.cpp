#include <tamis/dense/subspaces.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

double gemm_flops(std::int64_t m, std::int64_t n, std::int64_t k) {
    return 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

template <class T>
Array<Real<T>> descending_values(const Array<T>& A, std::int64_t m, std::int64_t n) {
    Array<Real<T>> s(std::min(m, n), uninitialized);
    singular_values<T>("subspace_angles", MatrixView<const T>(A.data(), m, n), SvdDriver::automatic, s.data());
    return s;
}

}  // namespace

template <class T>
std::int64_t matrix_rank(MatrixView<const T> A, const RankOptions& options) {
    check_rank_options("matrix_rank", options);
    Array<Real<T>> s(std::min(A.rows(), A.cols()), uninitialized);
    singular_values<T>("matrix_rank", A, SvdDriver::automatic, s.data());
    return rank_of_values(s.data(), A.rows(), A.cols(), options);
}

template <class T>
Array<Real<T>> subspace_angles(MatrixView<const T> A, MatrixView<const T> B) {
    using R = Real<T>;
    const char* const caller = "subspace_angles";
    const std::int64_t m = A.rows();
    if (B.rows() != m)
        throw DimensionMismatch(std::string(caller) + ": A has " + std::to_string(m) + " rows and B " +
                                    std::to_string(B.rows()) + "; both span subspaces of one space",
                                m, B.rows());
    check_lapack_sizes(caller, m, std::max(A.cols(), B.cols()));
    const ThinSvd<T> first(caller, A), second(caller, B);
    const std::int64_t first_rank = rank_of_values(first.s.data(), m, A.cols(), {});
    const std::int64_t second_rank = rank_of_values(second.s.data(), m, B.cols(), {});
    // Orthonormal bases F, p columns, of the larger subspace and G, q columns, of the smaller one.
    const bool swapped = first_rank < second_rank;
    const T* const F = swapped ? second.U.data() : first.U.data();
    const T* const G = swapped ? first.U.data() : second.U.data();
    const std::int64_t p = std::max(first_rank, second_rank), q = std::min(first_rank, second_rank);
    if (q == 0) return {};
    Array<T> C(p * q, uninitialized);                                    // FᴴG, whose singular values are the cosines
    Array<T> S(std::span<const T>(G, static_cast<std::size_t>(m * q)));  // G − F C, whose are the sines
    on_spectral_threads(2 * gemm_flops(m, p, q), [&] {
        blas::gemm('C', 'N', p, q, m, T(1), F, m, G, m, T(0), C.data(), p);
        blas::gemm('N', 'N', m, q, p, T(-1), F, m, C.data(), p, T(1), S.data(), m);
    });
    const Array<R> cosines = descending_values(C, p, q);
    const Array<R> sines = descending_values(S, m, q);
    Array<R> angles(q, uninitialized);
    for (std::int64_t k = 0; k < q; ++k) {
        const R cosine = cosines[q - 1 - k];
        angles[k] = cosine * cosine >= R(0.5) ? std::asin(std::min(sines[k], R(1))) : std::acos(std::min(cosine, R(1)));
    }
    return angles;
}

template <class T>
Real<T> orthogonal_procrustes(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> R) {
    const char* const caller = "orthogonal_procrustes";
    const std::int64_t m = A.rows(), n = A.cols();
    if (B.rows() != m || B.cols() != n)
        throw DimensionMismatch(std::string(caller) + ": A is " + std::to_string(m) + "×" + std::to_string(n) + " and B " +
                                    std::to_string(B.rows()) + "×" + std::to_string(B.cols()),
                                B.rows() != m ? m : n, B.rows() != m ? B.rows() : B.cols());
    check_lapack_sizes(caller, m, n);
    if (n == 0) return 0;
    Array<T> a(m * n, uninitialized), b(m * n, uninitialized), C(n * n);
    copy_finite((std::string(caller) + ": A").c_str(), A, a.data(), m);
    copy_finite((std::string(caller) + ": B").c_str(), B, b.data(), m);
    if (m > 0)
        on_spectral_threads(gemm_flops(m, n, n),
                            [&] { blas::gemm('C', 'N', n, n, m, T(1), a.data(), m, b.data(), m, T(0), C.data(), n); });
    const ThinSvd<T> parts(caller, MatrixView<const T>(C.data(), n, n));
    on_spectral_threads(gemm_flops(n, n, n), [&] {
        blas::gemm('N', 'N', n, n, n, T(1), parts.U.data(), n, parts.Vt.data(), n, T(0), R.data(), n);
    });
    double scale = 0;
    for (const Real<T> s : parts.s) scale += static_cast<double>(s);
    return static_cast<Real<T>>(scale);
}

#define TAMIS_INSTANTIATE(T)                                                           \
    template std::int64_t matrix_rank(MatrixView<const T>, const RankOptions&);        \
    template Array<Real<T>> subspace_angles(MatrixView<const T>, MatrixView<const T>); \
    template Real<T> orthogonal_procrustes(MatrixView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
