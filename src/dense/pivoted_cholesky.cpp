#include <tamis/dense/pivoted_cholesky.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/blas.hpp"
#include "core/random.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

template <class T>
void PivotedCholesky<T>::compute(MatrixView<const T> A, const PivotedCholeskyOptions& options) {
    using R = Real<T>;
    const char* const caller = "pivoted_cholesky";
    detail::check_square_operand(caller, A);
    if (!(options.tolerance >= 0 && options.tolerance <= 1))
        throw InvalidArgument("pivoted_cholesky: .tolerance is " + std::to_string(options.tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    const std::int64_t n = n_ = A.rows();
    Array<T> L(n * n, uninitialized);
    const R norm = detail::copy_hermitian(caller, A, L.data(), n);
    R largest = 0;
    for (std::int64_t k = 0; k < n; ++k) largest = std::max(largest, detail::real_part(A(k, k)));
    const R fraction = options.tolerance > 0 ? static_cast<R>(options.tolerance) : static_cast<R>(n) * epsilon_v<T>;
    Array<int> pivots(n, uninitialized);
    permutation_ = detail::identity_permutation(n);
    // Without a positive diagonal entry there is nothing to factor, and xPSTRF leaves no permutation.
    if (largest > 0) {
        const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 3;
        detail::on_dense_threads(flops,
                                 [&] { detail::lapack::pstrf(n, L.data(), n, pivots.data(), rank_, fraction * largest); });
        for (std::int64_t k = 0; k < n; ++k) permutation_[static_cast<std::size_t>(k)] = pivots[k] - 1;
    }
    factor_ = Array<T>(n * rank_, uninitialized);
    for (std::int64_t j = 0; j < rank_; ++j)
        for (std::int64_t i = 0; i < n; ++i) factor_[j * n + i] = i >= j ? L[j * n + i] : T(0);

    // What is left: S = A(p, p) − L Lᴴ.
    const R rounding = R(10) * static_cast<R>(n + 1) * epsilon_v<T> * std::max(norm, largest);
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t row = permutation_[static_cast<std::size_t>(i)];
        R left = detail::real_part(A(row, row));
        for (std::int64_t j = 0; j < std::min(rank_, i + 1); ++j) left -= std::norm(factor_[j * n + i]);
        if (left < -rounding) detail::throw_not_positive_definite(caller, row);
        remainder_ += std::max(left, R(0));
    }
    if (rank_ == n) return;
    // ‖S v‖ ≤ ‖S‖₂ ‖v‖ ≤ trace(S) ‖v‖ for a semidefinite S.
    Array<T> v(n, uninitialized);
    Array<T> s(n);
    Array<T> w(rank_);
    R size = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        v[i] = detail::uniform<T>(0x7065'7263, static_cast<std::uint64_t>(i));
        size += std::norm(v[i]);
    }
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i)
            s[i] += A(permutation_[static_cast<std::size_t>(i)], permutation_[static_cast<std::size_t>(j)]) * v[j];
    for (std::int64_t j = 0; j < rank_; ++j) {
        for (std::int64_t i = j; i < n; ++i) w[j] += detail::conjugate(factor_[j * n + i]) * v[i];
        for (std::int64_t i = j; i < n; ++i) s[i] -= factor_[j * n + i] * w[j];
    }
    R product = 0;
    for (const T& entry : s) product = std::hypot(product, std::abs(entry));
    if (product > (remainder_ + rounding) * std::sqrt(size) * R(1.01))
        throw NotPositiveDefinite("pivoted_cholesky: the matrix is not positive semidefinite: what is left after " +
                                      std::to_string(rank_) +
                                      " columns has a diagonal too small for its other entries; use ldlt or eigh",
                                  -1);
}

template <class T>
void PivotedCholesky<T>::write_l(MatrixView<T> out) const {
    for (std::int64_t j = 0; j < rank_; ++j)
        for (std::int64_t i = 0; i < n_; ++i) out(i, j) = factor_[j * n_ + i];
}

template <class T>
void PivotedCholesky<T>::write_product(MatrixView<T> out) const {
    Array<T> product(n_ * n_);
    if (rank_ > 0) {
        const double flops = 2.0 * static_cast<double>(n_) * static_cast<double>(n_) * static_cast<double>(rank_);
        detail::on_dense_threads(flops, [&] {
            detail::blas::gemm('N', 'C', n_, n_, rank_, T(1), factor_.data(), n_, factor_.data(), n_, T(0), product.data(),
                               n_);
        });
    }
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < n_; ++i)
            out(permutation_[static_cast<std::size_t>(i)], permutation_[static_cast<std::size_t>(j)]) = product[j * n_ + i];
}

#define TAMIS_INSTANTIATE(T) template class PivotedCholesky<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
