#include <tamis/dense/eigh.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/blas.hpp"
#include "dense/eigh_part.hpp"
#include "dense/lapack_cholesky.hpp"
#include "dense/lapack_eigh.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

/// Of a reduction to tridiagonal form, by which threads are given: below order 530 one was faster than two, with vectors
/// too.
double eigh_flops(std::int64_t n) {
    const auto order = static_cast<double>(n);
    return 4.0 / 3 * order * order * order;
}

[[noreturn]] void throw_eigh_not_converged(const char* caller) {
    throw NotConverged(std::string(caller) + ": neither heevd nor heevr converged", Status::max_iterations, 0, 0);
}

/// A, by its lower triangle, and ‖A‖₁; of a pencil the matrix of the standard problem, with L of B = L Lᴴ in `L`.
template <class T>
Real<T> standard_form(const char* caller, MatrixView<const T> A, const MatrixView<const T>* B, int type, Array<T>& work,
                      Array<T>& L) {
    const std::int64_t n = A.rows();
    if (work.size() != n * n) work = Array<T>(n * n, uninitialized);
    Real<T> norm = detail::copy_hermitian(caller, A, work.data(), n);
    if (B == nullptr || n == 0) return norm;
    if (L.empty()) {
        L = Array<T>(n * n, uninitialized);
        detail::copy_hermitian((std::string(caller) + ": B").c_str(), *B, L.data(), n);
        std::int64_t failed = 0;
        detail::on_spectral_threads(eigh_flops(n) / 4, [&] { failed = detail::lapack::potrf(n, L.data(), n); });
        if (failed > 0) detail::throw_not_positive_definite((std::string(caller) + ": B").c_str(), failed - 1);
    }
    detail::on_spectral_threads(eigh_flops(n), [&] { detail::lapack::hegst(type, n, work.data(), n, L.data(), n); });
    // Bounds for what may be a part: ‖C‖₁ by the lower triangle.
    Array<Real<T>> sums(n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = j; i < n; ++i) {
            const Real<T> size = std::abs(work[j * n + i]);
            sums[j] += size;
            if (i > j) sums[i] += size;
        }
    norm = *std::max_element(sums.begin(), sums.end());
    if (!std::isfinite(norm))
        throw InvalidArgument(std::string(caller) + ": the pencil overflows; scale A or B by a power of two");
    return norm;
}

/// Whether LAPACK is asked for a part of the spectrum, rather than for all of it to take the part from: bisection and
/// inverse iteration for half of the vectors take twice as long as all by divide and conquer (n = 200, 400), for a tenth
/// about half.
template <class R>
bool worth_a_part(const detail::lapack::SpectrumPart<R>& part, std::int64_t n, bool vectors) {
    constexpr std::int64_t whole_below = 32;
    if (part.range == 'A' || n <= whole_below) return false;
    return part.range == 'V' || !vectors || part.last - part.first + 1 <= n / 5;
}

void check_pencil_sizes(const char* caller, std::int64_t n, std::int64_t rows, std::int64_t cols) {
    if (rows != n || cols != n)
        throw DimensionMismatch(std::string(caller) + ": A is of order " + std::to_string(n) + ", but B is " +
                                    std::to_string(rows) + "×" + std::to_string(cols),
                                n, rows != n ? rows : cols);
}

}  // namespace

namespace detail {

template <class T>
Array<Real<T>> hermitian_eigenvalues(MatrixView<const T> A, const MatrixView<const T>* B, const DenseEighOptions& options) {
    using R = Real<T>;
    const char* const caller = "eigvalsh";
    check_square_operand(caller, A);
    const std::int64_t n = A.rows();
    if (B != nullptr) check_pencil_sizes(caller, n, B->rows(), B->cols());
    auto part = spectrum_part<R>(caller, options, n, B != nullptr);
    Array<T> work, L;
    const R norm = standard_form<T>(caller, A, B, options.type, work, L);
    if (n == 0 || is_empty_part(part)) return {};
    Array<R> w(n, uninitialized);
    std::int64_t count = 0, failed = 0;
    if (worth_a_part(part, n, false)) {
        const auto bounded = with_finite_bounds(part, norm);
        if (is_empty_part(bounded)) return {};
        on_spectral_threads(eigh_flops(n),
                            [&] { failed = lapack::heevr<T>(n, work.data(), n, bounded, count, w.data(), nullptr); });
        w.shrink(count);
        if (failed == 0) return w;
        w = Array<R>(n, uninitialized);
        standard_form<T>(caller, A, B, options.type, work, L);
    }
    on_spectral_threads(eigh_flops(n), [&] { failed = lapack::heevd(n, work.data(), n, w.data(), false); });
    if (failed != 0) throw_eigh_not_converged(caller);
    const auto [first, last] = positions_of(part, w.data(), n);
    std::copy(w.data() + first, w.data() + last, w.data());
    w.shrink(last - first);
    return w;
}

}  // namespace detail

template <class T>
void DenseEigh<T>::compute(const char* caller, MatrixView<const T> A, const MatrixView<const T>* B) {
    using R = Real<T>;
    ready_ = false;
    detail::check_square_operand(caller, A);
    const std::int64_t n = A.rows();
    if (B != nullptr) check_pencil_sizes(caller, n, B->rows(), B->cols());
    const auto part = detail::spectrum_part<R>(caller, options_, n, B != nullptr);
    const detail::DenseClock clock(n);
    n_ = n;
    Array<T> work = std::move(vectors_), L;
    one_norm_ = standard_form<T>(caller, A, B, options_.type, work, L);
    const auto bounded = detail::with_finite_bounds(part, one_norm_);
    std::int64_t count = 0, failed = 0;
    values_ = Array<R>(n, uninitialized);
    if (n == 0 || detail::is_empty_part(part) || (part.range == 'V' && detail::is_empty_part(bounded))) {
        values_ = Array<R>();
        vectors_ = Array<T>();
    } else {
        bool done = false;
        if (worth_a_part(part, n, true)) {
            const std::int64_t room = part.range == 'I' ? part.last - part.first + 1 : n;
            vectors_ = Array<T>(n * room, uninitialized);
            routine_ = "heevr";
            detail::on_spectral_threads(eigh_flops(n), [&] {
                failed = detail::lapack::heevr(n, work.data(), n, bounded, count, values_.data(), vectors_.data());
            });
            done = failed == 0 && (part.range == 'V' || count == room);
            if (!done) standard_form<T>(caller, A, B, options_.type, work, L);
        }
        if (!done) {
            routine_ = "heevd";
            detail::on_spectral_threads(eigh_flops(n),
                                        [&] { failed = detail::lapack::heevd(n, work.data(), n, values_.data()); });
            if (failed != 0) {
                routine_ = "heevr";
                standard_form<T>(caller, A, B, options_.type, work, L);
                vectors_ = Array<T>(n * n, uninitialized);
                detail::on_spectral_threads(eigh_flops(n), [&] {
                    failed = detail::lapack::heevr(n, work.data(), n, detail::lapack::SpectrumPart<R>{}, count,
                                                   values_.data(), vectors_.data());
                });
                if (failed != 0 || count != n) throw_eigh_not_converged(caller);
                work = std::move(vectors_);
            }
            const auto [first, last] = detail::positions_of(part, values_.data(), n);
            std::copy(values_.data() + first, values_.data() + last, values_.data());
            if (first > 0) std::copy(work.data() + first * n, work.data() + last * n, work.data());
            count = last - first;
            vectors_ = std::move(work);
        }
        values_.shrink(count);
        vectors_.shrink(n * count);
        if (B != nullptr && count > 0) {
            detail::on_spectral_threads(eigh_flops(n), [&] {
                if (options_.type == 3)
                    detail::blas::trmm('L', 'L', 'N', 'N', n, count, T(1), L.data(), n, vectors_.data(), n);
                else detail::blas::trsm('L', 'L', 'C', 'N', n, count, T(1), L.data(), n, vectors_.data(), n);
            });
        }
    }
    seconds_ = clock.seconds();
    ready_ = true;
}

template <class T>
void DenseEigh<T>::recompute(MatrixView<const T> A, const MatrixView<const T>* B) {
    if (A.rows() != n_ || A.cols() != n_)
        throw DimensionMismatch("eigh refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the decomposed one is of order " +
                                    std::to_string(rows()),
                                n_, A.rows() != n_ ? A.rows() : A.cols());
    if (B != nullptr) check_pencil_sizes("eigh refactor", n_, B->rows(), B->cols());
    if (pencil_ != (B != nullptr))
        throw InvalidArgument(pencil_ ? "eigh refactor: a pencil was decomposed; give both of its matrices"
                                      : "eigh refactor: one matrix was decomposed; give one");
    compute("eigh refactor", A, B);
}

template <class T>
void DenseEigh<T>::take_tridiagonal(const char* caller, std::int64_t n, Array<Real<T>> d, Array<Real<T>> e, const T* Q) {
    using R = Real<T>;
    const auto part = detail::spectrum_part<R>(caller, options_, n, false);
    Array<R> Z;
    R norm = 0;
    for (std::int64_t i = 0; i < n; ++i)
        norm = std::max(norm, std::abs(d[i]) + (i > 0 ? std::abs(e[i - 1]) : 0) + (i + 1 < n ? std::abs(e[i]) : 0));
    one_norm_ = norm;
    const auto bounded = detail::with_finite_bounds(part, norm);
    values_ = Array<R>(n, uninitialized);
    std::int64_t count = 0;
    bool done = n == 0 || detail::is_empty_part(part) || (part.range == 'V' && detail::is_empty_part(bounded));
    if (!done && worth_a_part(part, n, false)) {
        const std::int64_t room = part.range == 'I' ? part.last - part.first + 1 : n;
        Array<R> d_copy = d, e_copy = e;
        Z = Array<R>(n * room, uninitialized);
        routine_ = "stemr";
        done = detail::lapack::stemr(n, d_copy.data(), e_copy.data(), bounded, count, values_.data(), Z.data(), room) == 0 &&
               (part.range == 'V' || count == room);
    }
    if (!done) {
        routine_ = "stevd";
        Z = Array<R>(n * n, uninitialized);
        std::copy(d.begin(), d.end(), values_.begin());
        std::int64_t failed = 0;
        detail::on_spectral_threads(eigh_flops(n),
                                    [&] { failed = detail::lapack::stevd(n, values_.data(), e.data(), Z.data()); });
        if (failed != 0) throw NotConverged(std::string(caller) + ": stevd did not converge", Status::max_iterations, 0, 0);
        const auto [first, last] = detail::positions_of(part, values_.data(), n);
        count = last - first;
        std::copy(values_.data() + first, values_.data() + last, values_.data());
        if (first > 0) std::copy(Z.data() + first * n, Z.data() + last * n, Z.data());
    }
    values_.shrink(count);
    Z.shrink(n * count);
    vectors_ = Array<T>(n * count, uninitialized);
    for (std::int64_t i = 0; i < n * count; ++i) vectors_[i] = T(Z[i]);
    if (Q != nullptr && count > 0) {
        const Array<T> inner = std::move(vectors_);
        vectors_ = Array<T>(n * count, uninitialized);
        detail::on_spectral_threads(eigh_flops(n), [&] {
            detail::blas::gemm('N', 'N', n, count, n, T(1), Q, n, inner.data(), n, T(0), vectors_.data(), n);
        });
    }
    n_ = n;
    ready_ = true;
}

template <class T>
void DenseEigh<T>::compute_tridiagonal(VectorView<const T> diagonal, VectorView<const T> off_diagonal) {
    const char* const caller = "eigh_tridiagonal";
    const std::int64_t n = diagonal.size(), off = std::max<std::int64_t>(n - 1, 0);
    if (off_diagonal.size() != off)
        throw DimensionMismatch(std::string(caller) + ": the off-diagonal has " + std::to_string(off_diagonal.size()) +
                                    " entries where " + std::to_string(off) + " are needed",
                                off, off_diagonal.size());
    detail::check_lapack_sizes(caller, n, n);
    detail::check_finite_entries(caller, "the diagonal", MatrixView<const T>(diagonal));
    detail::check_finite_entries(caller, "the off-diagonal", MatrixView<const T>(off_diagonal));
    const detail::DenseClock clock(n);
    Array<Real<T>> d(n), e(n);
    for (std::int64_t i = 0; i < n; ++i) d[i] = detail::real_part(diagonal[i]);
    for (std::int64_t i = 0; i < off; ++i) e[i] = detail::real_part(off_diagonal[i]);
    take_tridiagonal(caller, n, std::move(d), std::move(e), nullptr);
    seconds_ = clock.seconds();
}

template <class T>
void DenseEigh<T>::compute_banded(MatrixView<const T> bands) {
    using R = Real<T>;
    const char* const caller = "eigh_banded";
    if (bands.rows() == 0) throw DimensionMismatch("eigh_banded: bands has no rows; the last one is the diagonal", 1, 0);
    const std::int64_t n = bands.cols(), upper = bands.rows() - 1;
    detail::check_lapack_sizes(caller, bands.rows(), n);
    const detail::DenseClock clock(n);
    Array<T> ab((upper + 1) * n);
    R largest = 0;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t r = std::max<std::int64_t>(0, upper - j); r <= upper; ++r) {
            const T v = bands(r, j);
            if (!detail::is_finite(v)) detail::throw_not_finite(caller, "bands", r, j);
            if (r == upper && detail::imag_part(v) != R(0)) detail::throw_not_hermitian(caller, j, j);
            ab[j * (upper + 1) + r] = v;
            largest = std::max({largest, std::abs(detail::real_part(v)), std::abs(detail::imag_part(v))});
        }
    // xHBTRD squares: towards the ends of the range it gets the matrix scaled by a power of two.
    constexpr int reach = std::numeric_limits<R>::max_exponent / 4;
    int exponent = largest > 0 ? std::ilogb(largest) : 0;
    if (std::abs(exponent) < reach) exponent = 0;
    if (exponent != 0)
        for (T& v : ab) v = T(v * std::ldexp(R(1), -exponent / 2)) * std::ldexp(R(1), -exponent + exponent / 2);
    Array<R> d(n), e(std::max<std::int64_t>(n, 1));
    Array<T> Q(n * n, uninitialized);
    if (n > 0)
        detail::on_spectral_threads(eigh_flops(n),
                                    [&] { detail::lapack::hbtrd(n, upper, ab.data(), d.data(), e.data(), Q.data()); });
    DenseEighOptions asked = options_;
    options_.lower = std::ldexp(options_.lower, -exponent);
    options_.upper = std::ldexp(options_.upper, -exponent);
    take_tridiagonal(caller, n, std::move(d), std::move(e), Q.data());
    options_ = asked;
    for (R& w : values_) w = std::ldexp(w, exponent);
    one_norm_ = std::ldexp(one_norm_, exponent);
    seconds_ = clock.seconds();
}

#define TAMIS_INSTANTIATE(T)                                                                                           \
    template Array<Real<T>> detail::hermitian_eigenvalues(MatrixView<const T>, const MatrixView<const T>*,             \
                                                          const DenseEighOptions&);                                    \
    template void DenseEigh<T>::compute(const char*, MatrixView<const T>, const MatrixView<const T>*);                 \
    template void DenseEigh<T>::recompute(MatrixView<const T>, const MatrixView<const T>*);                            \
    template void DenseEigh<T>::take_tridiagonal(const char*, std::int64_t, Array<Real<T>>, Array<Real<T>>, const T*); \
    template void DenseEigh<T>::compute_tridiagonal(VectorView<const T>, VectorView<const T>);                         \
    template void DenseEigh<T>::compute_banded(MatrixView<const T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
