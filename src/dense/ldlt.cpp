#include <tamis/dense/ldlt.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <utility>

#include "core/blas.hpp"
#include "dense/lapack_ldlt.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double ldlt_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return order * order * order / 3;
}

/// The eigenvalues of the Hermitian block [a conj(e); e b], in double: smaller and larger.
std::pair<double, double> block_eigenvalues(double a, double b, double e) {
    const double middle = a / 2 + b / 2;
    const double radius = std::hypot(a / 2 - b / 2, e);
    // The one of larger modulus without cancellation, the other by the determinant.
    const double size = std::max({std::abs(a), std::abs(b), e});
    if (!(size > 0)) return {0, 0};
    const double far = middle >= 0 ? middle + radius : middle - radius;
    const double near = far == 0 ? 0 : ((a / size) * b - (e / size) * e) * (size / far);
    return std::minmax(far, near);
}

}  // namespace

template <class T>
void DenseLdlt<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

/// single(k) for each block of order 1, pair(k) for each of order 2 at k and k + 1.
template <class T>
template <class Single, class Pair>
void DenseLdlt<T>::for_each_block(const Single& single, const Pair& pair) const {
    for (std::int64_t k = 0; k < n_;) {
        if (pivots_[k] > 0) {
            single(k);
            k += 1;
        } else {
            pair(k);
            k += 2;
        }
    }
}

template <class T>
void DenseLdlt<T>::compute(const char* caller, MatrixView<const T> A) {
    detail::check_square_operand(caller, A);
    detail::check_shift(caller, options_.shift);
    const std::int64_t n = A.rows();
    const detail::DenseClock clock(n);
    ready_ = false;
    if (factor_.size() != n * n) factor_ = Array<T>(n * n, uninitialized);
    if (pivots_.size() != n) {
        pivots_ = Array<int>(n, uninitialized);
        below_ = Array<T>(n, uninitialized);
    }
    n_ = n;
    one_norm_ = detail::copy_hermitian(caller, A, factor_.data(), n);
    one_norm_ = detail::add_shift(factor_.data(), n, n, options_.shift, one_norm_, true);
    zero_pivot_ = -1;
    if (n > 0) {
        std::int64_t failed = 0;
        detail::on_dense_threads(
            ldlt_flops(n), [&] { failed = detail::lapack::hetrf_rk(n, factor_.data(), n, below_.data(), pivots_.data()); });
        zero_pivot_ = failed - 1;
        if constexpr (is_complex_v<T>)  // a Hermitian diagonal is real
            for (std::int64_t k = 0; k < n; ++k) factor_[k * n + k] = T(factor_[k * n + k].real());
    }
    seconds_ = clock.seconds();
    ready_ = true;
}

template <class T>
void DenseLdlt<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != n_ || A.cols() != n_)
        throw DimensionMismatch("ldlt refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the factored one " + std::to_string(rows()),
                                n_, A.rows() != n_ ? A.rows() : A.cols());
    compute("ldlt refactor", A);
}

template <class T>
FactorInfo DenseLdlt<T>::info() const {
    return detail::dense_info<T>(Method::ldlt, "hetrf_rk", n_ * (n_ + 1) / 2, ldlt_flops(n_),
                                 (n_ * n_ + n_) * std::int64_t{sizeof(T)} + n_ * std::int64_t{sizeof(int)}, seconds_);
}

template <class T>
std::vector<std::int64_t> DenseLdlt<T>::permutation() const {
    check_ready("ldlt permutation");
    auto p = detail::identity_permutation(n_);
    for (std::int64_t k = 0; k < n_; ++k)
        std::swap(p[static_cast<std::size_t>(k)], p[static_cast<std::size_t>(std::abs(pivots_[k]) - 1)]);
    return p;
}

template <class T>
void DenseLdlt<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_ready("ldlt solve");
    if (zero_pivot_ >= 0) detail::throw_singular("ldlt solve", permutation()[static_cast<std::size_t>(zero_pivot_)], false);
    const std::int64_t n = n_;
    const bool conjugated = is_complex_v<T> && form == detail::SolveForm::transposed;
    detail::solve_dense_columns<T>("ldlt solve", n, n, b, x, conjugated, [&](T* y, std::int64_t ldy, std::int64_t k) {
        const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k);
        detail::on_dense_threads(
            flops, [&] { detail::lapack::hetrs_3(n, k, factor_.data(), n, below_.data(), pivots_.data(), y, ldy); });
    });
}

template <class T>
Inertia DenseLdlt<T>::inertia() const {
    check_ready("ldlt inertia");
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(n_));
    const auto diagonal = [this](std::int64_t k) { return static_cast<double>(detail::real_part(factor_[k * n_ + k])); };
    for_each_block([&](std::int64_t k) { values.push_back(diagonal(k)); },
                   [&](std::int64_t k) {
                       const auto [low, high] =
                           block_eigenvalues(diagonal(k), diagonal(k + 1), std::abs(std::complex<double>(below_[k])));
                       values.push_back(low);
                       values.push_back(high);
                   });
    double largest = 0;
    for (const double v : values) largest = std::max(largest, std::abs(v));
    const double zero = static_cast<double>(n_) * static_cast<double>(epsilon_v<T>) * largest;
    Inertia inertia;
    for (const double v : values) {
        if (std::abs(v) <= zero) ++inertia.zero;
        else if (v > 0) ++inertia.positive;
        else ++inertia.negative;
    }
    return inertia;
}

template <class T>
LogDeterminant<T> DenseLdlt<T>::slogdet() const {
    check_ready("ldlt slogdet");
    if (zero_pivot_ >= 0) return {T(0), -std::numeric_limits<Real<T>>::infinity()};
    double logabs = 0;
    double sign = 1;
    const auto take = [&](double v) {
        logabs += std::log(std::abs(v));
        if (v < 0) sign = -sign;
    };
    const auto diagonal = [this](std::int64_t k) { return static_cast<double>(detail::real_part(factor_[k * n_ + k])); };
    for_each_block([&](std::int64_t k) { take(diagonal(k)); },
                   [&](std::int64_t k) {
                       // (ab/e − e) e, since ab − e² may overflow
                       const double e = std::abs(std::complex<double>(below_[k]));
                       take(diagonal(k) / e * diagonal(k + 1) - e);
                       take(e);
                   });
    return {T(static_cast<Real<T>>(sign)), static_cast<Real<T>>(logabs)};
}

template <class T>
Real<T> DenseLdlt<T>::rcond() const {
    check_ready("ldlt rcond");
    if (n_ == 0) return 1;
    if (zero_pivot_ >= 0) return 0;
    // Where ‖A‖₁ overflows, the largest number in its place gives a bound from above.
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    Real<T> estimate = 0;
    const double flops = 20.0 * static_cast<double>(n_) * static_cast<double>(n_);
    detail::on_dense_threads(
        flops, [&] { estimate = detail::lapack::hecon_3(n_, factor_.data(), n_, below_.data(), pivots_.data(), norm); });
    return estimate;
}

template <class T>
void DenseLdlt<T>::write_l(MatrixView<T> out) const {
    check_ready("ldlt matrix_l");
    for (std::int64_t j = 0; j < n_; ++j) {
        for (std::int64_t i = 0; i < j; ++i) out(i, j) = T(0);
        out(j, j) = T(1);
        for (std::int64_t i = j + 1; i < n_; ++i) out(i, j) = factor_[j * n_ + i];
    }
}

template <class T>
void DenseLdlt<T>::write_d(MatrixView<T> out) const {
    check_ready("ldlt matrix_d");
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < n_; ++i) out(i, j) = i == j ? factor_[j * n_ + j] : T(0);
    for_each_block([](std::int64_t) {},
                   [&](std::int64_t k) {
                       out(k + 1, k) = below_[k];
                       out(k, k + 1) = detail::conjugate(below_[k]);
                   });
}

template <class T>
void DenseLdlt<T>::write_product(MatrixView<T> out) const {
    check_ready("ldlt reconstruct");
    if (n_ == 0) return;
    const std::int64_t n = n_;
    write_d(out);
    detail::on_dense_threads(2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n), [&] {
        detail::blas::trmm('L', 'L', 'N', 'U', n, n, T(1), factor_.data(), n, out.data(), n);
        detail::blas::trmm('R', 'L', 'C', 'U', n, n, T(1), factor_.data(), n, out.data(), n);
    });
    for (std::int64_t k = n - 1; k >= 0; --k)
        if (const std::int64_t other = std::abs(pivots_[k]) - 1; other != k) {
            for (std::int64_t j = 0; j < n; ++j) std::swap(out(k, j), out(other, j));
            for (std::int64_t i = 0; i < n; ++i) std::swap(out(i, k), out(i, other));
        }
}

template <class T>
void DenseLdlt<T>::write_inverse(MatrixView<T> out) const {
    check_ready("ldlt inverse");
    if (zero_pivot_ >= 0)
        detail::throw_singular("ldlt inverse", permutation()[static_cast<std::size_t>(zero_pivot_)], false);
    if (n_ == 0) return;
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < n_; ++i) out(i, j) = i >= j ? factor_[j * n_ + i] : T(0);
    detail::on_dense_threads(2 * ldlt_flops(n_),
                             [&] { detail::lapack::hetri_3(n_, out.data(), n_, below_.data(), pivots_.data()); });
    for (std::int64_t j = 0; j < n_; ++j)
        for (std::int64_t i = 0; i < j; ++i) out(i, j) = detail::conjugate(out(j, i));
}

#define TAMIS_INSTANTIATE(T) template class DenseLdlt<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
