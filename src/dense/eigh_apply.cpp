// What a DenseEigh is used for: solving, functions of the matrix.
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <string>

#include <tamis/core/one_norm.hpp>
#include <tamis/dense/eigh.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_function.hpp"
#include "dense/spectral_threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

[[noreturn]] void throw_no_real_result(const char* caller, const char* result, double eigenvalue) {
    throw InvalidArgument(std::string(caller) + ": the eigenvalue " + std::to_string(eigenvalue) +
                          " is negative, so that a real matrix has no real " + result +
                          "; pass a complex matrix for the principal one");
}

}  // namespace

template <class T>
void DenseEigh<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseEigh<T>::check_whole(const char* caller) const {
    check_ready(caller);
    if (pencil_) throw InvalidArgument(std::string(caller) + ": a pencil was decomposed; this is for eigh of one matrix");
    if (count() != n_)
        throw InvalidArgument(std::string(caller) + ": " + std::to_string(count()) + " of " + std::to_string(rows()) +
                              " eigenvalues were computed, and this needs all");
}

template <class T>
FactorInfo DenseEigh<T>::info() const {
    const auto n = static_cast<double>(n_);
    const std::int64_t entries = vectors_.size() + values_.size();
    FactorInfo info = detail::dense_info<T>(
        Method::eigh, routine_, entries,
        count() == n_ ? 9 * n * n * n : (4.0 / 3 * n + 4 * static_cast<double>(count())) * n * n,
        vectors_.size() * std::int64_t{sizeof(T)} + values_.size() * std::int64_t{sizeof(Real<T>)}, seconds_);
    if (n_ > 0) info.fill = static_cast<double>(entries) / (n * (n + 1) / 2);
    return info;
}

template <class T>
Real<T> DenseEigh<T>::largest() const {
    return values_.empty() ? Real<T>(0) : std::max(std::abs(values_[0]), std::abs(values_[count() - 1]));
}

template <class T>
std::int64_t DenseEigh<T>::rank(double tolerance) const {
    check_whole("eigh rank");
    if (!(tolerance >= 0 && tolerance <= 1))
        throw InvalidArgument("eigh rank: the tolerance is " + std::to_string(tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    const double relative = tolerance > 0 ? tolerance : static_cast<double>(rows()) * static_cast<double>(epsilon_v<T>);
    const double threshold = relative * static_cast<double>(largest());
    return std::count_if(values_.begin(), values_.end(),
                         [&](Real<T> w) { return static_cast<double>(std::abs(w)) > threshold; });
}

/// y := V Λ⁺ Vᴴ y.
template <class T>
void DenseEigh<T>::apply_inverse(T* y, std::int64_t ldy, std::int64_t k) const {
    const std::int64_t n = n_;
    const Real<T> threshold = static_cast<Real<T>>(n) * epsilon_v<T> * largest();
    Array<T> inner(n * k, uninitialized);
    detail::on_spectral_threads(4.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k), [&] {
        detail::blas::gemm('C', 'N', n, k, n, T(1), vectors_.data(), n, y, ldy, T(0), inner.data(), n);
        for (std::int64_t i = 0; i < n; ++i) {
            const Real<T> w = values_[i];
            const Real<T> weight = std::abs(w) > threshold ? 1 / w : Real<T>(0);
            for (std::int64_t c = 0; c < k; ++c) inner[c * n + i] *= weight;
        }
        detail::blas::gemm('N', 'N', n, k, n, T(1), vectors_.data(), n, inner.data(), n, T(0), y, ldy);
    });
}

template <class T>
void DenseEigh<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_whole("eigh solve");
    const bool conjugated = is_complex_v<T> && form == detail::SolveForm::transposed;
    detail::solve_dense_columns<T>("eigh solve", n_, n_, b, x, conjugated,
                                   [this](T* y, std::int64_t ldy, std::int64_t k) { apply_inverse(y, ldy, k); });
}

template <class T>
LogDeterminant<T> DenseEigh<T>::slogdet() const {
    check_whole("eigh slogdet");
    double logabs = 0;
    bool negative = false;
    for (const Real<T> w : values_) {
        if (w == 0) return {T(0), -std::numeric_limits<Real<T>>::infinity()};
        negative ^= w < 0;
        logabs += std::log(std::abs(static_cast<double>(w)));
    }
    return {T(negative ? -1 : 1), static_cast<Real<T>>(logabs)};
}

template <class T>
Real<T> DenseEigh<T>::rcond() const {
    check_whole("eigh rcond");
    const std::int64_t n = n_;
    if (n == 0) return 1;
    if (rank() < n) return 0;
    const auto apply = [this, n](MatrixView<const T> in, MatrixView<T> out) {
        std::copy_n(in.data(), n * in.cols(), out.data());
        apply_inverse(out.data(), n, in.cols());
    };
    const Real<T> inverse = detail::one_norm_estimate<T>(n, apply, apply);
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    return std::isfinite(inverse) && inverse > 0 ? 1 / inverse / norm : Real<T>(0);
}

template <class T>
void DenseEigh<T>::write_values(Real<T>* out) const {
    check_ready("eigh eigenvalues");
    std::copy(values_.begin(), values_.end(), out);
}

template <class T>
void DenseEigh<T>::write_vectors(MatrixView<T> out) const {
    check_ready("eigh eigenvectors");
    std::copy(vectors_.begin(), vectors_.end(), out.data());
}

template <class T>
void DenseEigh<T>::write_function(const char* caller, const Real<T>* values, MatrixView<T> out) const {
    check_whole(caller);
    detail::spectral_function(n_, n_, vectors_.data(), n_, values, out.data());
}

/// V diag(values) Vᴴ by two Hermitian matrices, P + i Q; of a real T, by P.
template <class T>
void DenseEigh<T>::write_complex_function(const char* caller, const std::complex<Real<T>>* values, MatrixView<T> out) const {
    const std::int64_t n = n_;
    Array<Real<T>> part(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) part[i] = values[i].real();
    write_function(caller, part.data(), out);
    if constexpr (is_complex_v<T>) {
        bool real = true;
        for (std::int64_t i = 0; i < n; ++i) {
            part[i] = values[i].imag();
            real = real && part[i] == 0;
        }
        if (real) return;
        Array<T> Q(n * n, uninitialized);
        write_function(caller, part.data(), MatrixView<T>(Q.data(), n, n));
        for (std::int64_t k = 0; k < n * n; ++k) out.data()[k] += T(0, 1) * Q[k];
    }
}

template <class T>
void DenseEigh<T>::write_exp(MatrixView<T> out) const {
    Array<Real<T>> f(count(), uninitialized);
    std::transform(values_.begin(), values_.end(), f.begin(), [](Real<T> w) { return std::exp(w); });
    write_function("eigh exp", f.data(), out);
}

template <class T>
void DenseEigh<T>::write_log(MatrixView<T> out) const {
    using R = Real<T>;
    check_whole("eigh log");
    const R rounding = static_cast<R>(rows()) * epsilon_v<T> * largest();
    Array<std::complex<R>> f(count(), uninitialized);
    for (std::int64_t i = 0; i < count(); ++i) {
        const R w = values_[i];
        if (w <= 0 && w >= -rounding)
            throw SingularMatrix(
                "eigh log: the eigenvalue " + std::to_string(w) + " is zero to rounding, and zero has no logarithm", -1,
                false);
        if (!is_complex_v<T> && w < 0) throw_no_real_result("eigh log", "logarithm", w);
        f[i] = {std::log(std::abs(w)), w < 0 ? std::numbers::pi_v<R> : R(0)};
    }
    write_complex_function("eigh log", f.data(), out);
}

template <class T>
void DenseEigh<T>::write_power(double p, MatrixView<T> out) const {
    using R = Real<T>;
    check_whole("eigh power");
    if (!std::isfinite(p)) throw InvalidArgument("eigh power: the exponent is not a finite number");
    const bool integer = p == std::nearbyint(p);
    const R rounding = static_cast<R>(rows()) * epsilon_v<T> * largest();
    Array<std::complex<R>> f(count(), uninitialized);
    for (std::int64_t i = 0; i < count(); ++i) {
        R w = values_[i];
        if (!integer && w < 0 && w >= -rounding) w = 0;
        if (w == 0 && p < 0)
            throw SingularMatrix("eigh power: an eigenvalue is zero, and the exponent " + std::to_string(p) + " negative",
                                 -1, false);
        if (integer || w >= 0) {
            f[i] = static_cast<R>(std::pow(static_cast<double>(w), p));
            continue;
        }
        if (!is_complex_v<T>) throw_no_real_result("eigh power", "power", w);
        // |w|^p e^{iπp}; exactly imaginary for a square root.
        const R modulus = static_cast<R>(std::pow(std::abs(static_cast<double>(w)), p));
        const double turns = p / 2 - std::floor(p / 2);  // of e^{2πi turns}
        if (turns == 0.25 || turns == 0.75) f[i] = {R(0), turns < 0.5 ? modulus : -modulus};
        else f[i] = std::polar(modulus, static_cast<R>(2 * std::numbers::pi * turns));
    }
    write_complex_function("eigh power", f.data(), out);
}

template <class T>
void DenseEigh<T>::write_product(MatrixView<T> out) const {
    write_function("eigh reconstruct", values_.data(), out);
}

// The rest of its members are in eigh.cpp.
#define TAMIS_INSTANTIATE(T)                                                                                            \
    template void DenseEigh<T>::check_ready(const char*) const;                                                         \
    template void DenseEigh<T>::check_whole(const char*) const;                                                         \
    template FactorInfo DenseEigh<T>::info() const;                                                                     \
    template Real<T> DenseEigh<T>::largest() const;                                                                     \
    template std::int64_t DenseEigh<T>::rank(double) const;                                                             \
    template void DenseEigh<T>::apply_inverse(T*, std::int64_t, std::int64_t) const;                                    \
    template void DenseEigh<T>::solve_form(detail::SolveForm, MatrixView<const T>, MatrixView<T>) const;                \
    template LogDeterminant<T> DenseEigh<T>::slogdet() const;                                                           \
    template Real<T> DenseEigh<T>::rcond() const;                                                                       \
    template void DenseEigh<T>::write_values(Real<T>*) const;                                                           \
    template void DenseEigh<T>::write_vectors(MatrixView<T>) const;                                                     \
    template void DenseEigh<T>::write_function(const char*, const Real<T>*, MatrixView<T>) const;                       \
    template void DenseEigh<T>::write_complex_function(const char*, const std::complex<Real<T>>*, MatrixView<T>) const; \
    template void DenseEigh<T>::write_exp(MatrixView<T>) const;                                                         \
    template void DenseEigh<T>::write_log(MatrixView<T>) const;                                                         \
    template void DenseEigh<T>::write_power(double, MatrixView<T>) const;                                               \
    template void DenseEigh<T>::write_product(MatrixView<T>) const;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
