#include "dense/qz.hpp"

#include <limits>
#include <string>
#include <vector>

#include "core/blas.hpp"
#include "dense/lapack_qz.hpp"
#include "dense/operand.hpp"
#include "dense/schur.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double qz_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return 66 * order * order * order;
}

}  // namespace

namespace detail {

template <class T>
QzParts<T> qz_parts(const char* what, MatrixView<const T> A, MatrixView<const T> B, bool vectors) {
    check_square_operand(what, A);
    check_square_operand(what, B);
    const std::int64_t n = A.rows();
    if (B.rows() != n)
        throw DimensionMismatch(std::string(what) + ": A is of order " + std::to_string(n) + ", B of order " +
                                    std::to_string(B.rows()) + "; they must be the same",
                                n, B.rows());
    check_finite_entries(what, "A", A);
    check_finite_entries(what, "B", B);
    QzParts<T> parts;
    parts.n = n;
    for (Array<T>* const M : {&parts.s, &parts.p}) *M = Array<T>(n * n, uninitialized);
    for (Array<T>* const M : {&parts.q, &parts.z}) *M = Array<T>(vectors ? n * n : 0, uninitialized);
    parts.alpha = Array<std::complex<Real<T>>>(n, uninitialized);
    parts.beta = Array<Real<T>>(n, uninitialized);
    if (n == 0) return parts;
    copy_view(A, MatrixView<T>(parts.s.data(), n, n));
    copy_view(B, MatrixView<T>(parts.p.data(), n, n));
    std::int64_t failed = 0;
    on_dense_threads(qz_flops(n), [&] {
        failed = lapack::gges(n, parts.s.data(), parts.p.data(), parts.alpha.data(), parts.beta.data(), parts.q.data(),
                              parts.z.data());
    });
    if (failed != 0) throw_no_convergence(what, "gges");
    return parts;
}

template <class T>
void reorder_qz(const char* what, QzParts<T>& parts, const PencilSelection& select) {
    const std::int64_t n = parts.n;
    std::vector<lapack::Int> chosen(static_cast<std::size_t>(n));
    parts.selected = 0;
    for (std::int64_t k = 0; k < n; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const auto alpha = std::complex<double>(parts.alpha[k]);
        const auto beta = static_cast<double>(parts.beta[k]);
        chosen[at] = select(alpha, beta) ? 1 : 0;
        if (!is_complex_v<T> && alpha.imag() > 0 && k + 1 < n) {
            if (select(std::conj(alpha), beta)) chosen[at] = 1;
            chosen[at + 1] = chosen[at];
            parts.selected += 2 * chosen[at];
            ++k;
        } else {
            parts.selected += chosen[at];
        }
    }
    if (parts.selected == 0 || parts.selected == n) return;
    std::int64_t failed = 0;
    on_dense_threads(qz_flops(n) / 2, [&] {
        failed = lapack::tgsen(chosen.data(), n, parts.s.data(), parts.p.data(), parts.alpha.data(), parts.beta.data(),
                               parts.q.data(), parts.z.data());
    });
    if (failed != 0)
        throw NotConverged(std::string(what) +
                               ": two eigenvalues are too close to be swapped; select both or neither, or pass complex "
                               "matrices",
                           Status::breakdown, std::numeric_limits<double>::quiet_NaN(), 0);
    if constexpr (!is_complex_v<T>) {
        // Swaps leave negative entries on P's diagonal within blocks.
        for (std::int64_t j = 0; j < n; ++j) {
            if (!(parts.p[j * n + j] < T(0))) continue;
            for (Array<T>* const M : {&parts.s, &parts.p, &parts.z})
                for (std::int64_t i = 0; i < n; ++i) (*M)[j * n + i] = -(*M)[j * n + i];
        }
    }
}

}  // namespace detail

template <class T>
void DenseQz<T>::compute(MatrixView<const T> A, MatrixView<const T> B, const PencilSelection& select) {
    const detail::DenseClock clock(A.rows());
    parts_ = detail::qz_parts<T>("qz", A, B);
    if (select) detail::reorder_qz("qz", parts_, select);
    seconds_ = clock.seconds();
}

template <class T>
FactorInfo DenseQz<T>::info() const {
    const std::int64_t n = parts_.n;
    return detail::dense_info<T>(Method::automatic, "gges", n * (n + 1) + 2 * n * n, qz_flops(n),
                                 4 * n * n * std::int64_t{sizeof(T)}, seconds_);
}

template <class T>
void DenseQz<T>::write_products(MatrixView<T> a, MatrixView<T> b) const {
    const std::int64_t n = parts_.n;
    if (n == 0) return;
    Array<T> half(n * n, uninitialized);
    detail::on_dense_threads(qz_flops(n) / 8, [&] {
        for (const bool first : {true, false}) {
            const T* const middle = (first ? parts_.s : parts_.p).data();
            detail::blas::gemm('N', 'N', n, n, n, T(1), parts_.q.data(), n, middle, n, T(0), half.data(), n);
            detail::blas::gemm('N', 'C', n, n, n, T(1), half.data(), n, parts_.z.data(), n, T(0), (first ? a : b).data(), n);
        }
    });
}

#define TAMIS_INSTANTIATE(T)                                                                   \
    namespace detail {                                                                         \
    template QzParts<T> qz_parts(const char*, MatrixView<const T>, MatrixView<const T>, bool); \
    template void reorder_qz(const char*, QzParts<T>&, const PencilSelection&);                \
    }                                                                                          \
    template class DenseQz<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
