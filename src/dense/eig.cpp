#include <tamis/dense/eig.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "core/refuse.hpp"
#include "dense/lapack_eig.hpp"
#include "dense/lapack_qz.hpp"
#include "dense/operand.hpp"
#include "dense/qz.hpp"
#include "dense/schur.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double eig_flops(std::int64_t n, double per_cube) {
    const auto order = static_cast<double>(n);
    return per_cube * order * order * order;
}

template <class T>
T times_power(const T& x, int exponent) {
    if constexpr (is_complex_v<T>) return T(std::ldexp(x.real(), exponent), std::ldexp(x.imag(), exponent));
    else return std::ldexp(x, exponent);
}

/// D⁻¹ Pᵀ A P D = 2^exponent Z S Zᴴ.
template <class T>
struct BalancedSchur {
    std::int64_t n = 0;
    int exponent = 0;
    detail::lapack::Window window;
    Array<Real<T>> scale;
    Array<T> S;
    Array<T> Z;
    Array<std::complex<Real<T>>> values;
};

/// As xGEEV: entries so large or small that their squares leave the range are first brought back by a power of two.
template <class T>
BalancedSchur<T> balanced_schur(const char* what, MatrixView<const T> A, bool vectors) {
    using R = Real<T>;
    namespace lapack = detail::lapack;
    detail::check_square_operand(what, A);
    BalancedSchur<T> parts;
    const std::int64_t n = parts.n = A.rows();
    parts.S = Array<T>(n * n, uninitialized);
    detail::copy_finite(what, A, parts.S.data(), n);
    parts.values = Array<std::complex<R>>(n, uninitialized);
    if (n == 0) return parts;
    R largest = 0;
    for (const T& x : parts.S) largest = std::max({largest, std::abs(detail::real_part(x)), std::abs(detail::imag_part(x))});
    const R small = std::sqrt(std::numeric_limits<R>::min()) / epsilon_v<T>;
    if (largest > 0 && (largest < small || largest > 1 / small)) {
        parts.exponent = std::ilogb(largest);
        for (T& x : parts.S) x = times_power(x, -parts.exponent);
    }
    parts.scale = Array<R>(n);
    Array<T> tau(n);
    std::int64_t failed = 0;
    detail::on_dense_threads(eig_flops(n, vectors ? 25 : 10) / 20, [&] {
        parts.window = lapack::gebal('B', n, parts.S.data(), n, parts.scale.data());
        lapack::gehrd(n, parts.window, parts.S.data(), n, tau.data());
        if (vectors) {
            parts.Z = parts.S;
            lapack::unghr(n, parts.window, parts.Z.data(), n, tau.data());
        }
        failed = lapack::hseqr(n, parts.window, parts.S.data(), n, parts.values.data(), vectors ? parts.Z.data() : nullptr);
    });
    if (failed != 0) detail::throw_no_convergence(what, "hseqr");
    if (parts.exponent != 0)
        for (auto& value : parts.values) value = times_power(value, parts.exponent);
    return parts;
}

/// LAPACK's real columns (real part, imaginary part of a pair) as complex ones, or complex ones, of norm 1, with a real
/// largest entry where the eigenvalue is not real.
template <class T>
Array<std::complex<Real<T>>> unit_vectors(const Array<T>& V, const Array<std::complex<Real<T>>>& values) {
    using R = Real<T>;
    using C = std::complex<R>;
    const std::int64_t n = values.size();
    Array<C> X(n * n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j) {
        C* const x = X.data() + j * n;
        const T* const v = V.data() + j * n;
        const bool pair = !is_complex_v<T> && values[j].imag() > 0 && j + 1 < n;
        R largest = 0;
        std::int64_t place = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            if constexpr (is_complex_v<T>) x[i] = v[i];
            else x[i] = C(v[i], pair ? v[n + i] : R(0));
            const R size = std::abs(x[i]);
            if (size > largest) {
                largest = size;
                place = i;
            }
        }
        R squares = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            x[i] = C(x[i].real() / largest, x[i].imag() / largest);
            squares += std::norm(x[i]);
        }
        const R norm = std::sqrt(squares);
        const C turn = pair || is_complex_v<T> ? std::conj(x[place]) / norm : C(1 / norm);
        for (std::int64_t i = 0; i < n; ++i) x[i] *= turn;
        if (pair || is_complex_v<T>) x[place] = C(x[place].real(), 0);
        if (pair) {
            for (std::int64_t i = 0; i < n; ++i) x[n + i] = std::conj(x[i]);
            ++j;
        }
    }
    return X;
}

}  // namespace

/// S and, of a pair, P, and the unitary factor that left vectors begin with.
template <class T>
struct DenseEig<T>::Lazy {
    std::once_flag once;
    detail::lapack::Window window;
    Array<Real<T>> scale;
    Array<T> S;
    Array<T> P;
    Array<T> factor;
    Array<C> left;
};

template <class T>
void DenseEig<T>::compute(MatrixView<const T> A) {
    namespace lapack = detail::lapack;
    const detail::DenseClock clock(A.rows());
    BalancedSchur<T> parts = balanced_schur<T>("eig", A, true);
    const std::int64_t n = parts.n;
    lazy_ = std::make_shared<Lazy>();
    beta_ = Array<Real<T>>(n, uninitialized);
    std::fill(beta_.begin(), beta_.end(), Real<T>(1));
    n_ = n;
    if (n > 0) {
        Array<T> V = parts.Z;
        detail::on_dense_threads(eig_flops(n, 3), [&] {
            lapack::trevc(n, parts.S.data(), n, V.data(), 'R', true);
            lapack::gebak('B', 'R', n, parts.window, parts.scale.data(), n, V.data());
        });
        right_ = unit_vectors(V, parts.values);
    }
    alpha_ = std::move(parts.values);
    lazy_->window = parts.window;
    lazy_->scale = std::move(parts.scale);
    lazy_->S = std::move(parts.S);
    lazy_->factor = std::move(parts.Z);
    seconds_ = clock.seconds();
}

template <class T>
void DenseEig<T>::compute_pair(MatrixView<const T> A, MatrixView<const T> B) {
    const detail::DenseClock clock(A.rows());
    pair_ = true;
    detail::QzParts<T> parts = detail::qz_parts<T>("eig", A, B);
    const std::int64_t n = n_ = parts.n;
    lazy_ = std::make_shared<Lazy>();
    if (n > 0) {
        detail::on_dense_threads(eig_flops(n, 3),
                                 [&] { detail::lapack::tgevc('R', n, parts.s.data(), parts.p.data(), parts.z.data()); });
        right_ = unit_vectors(parts.z, parts.alpha);
    }
    alpha_ = std::move(parts.alpha);
    beta_ = std::move(parts.beta);
    lazy_->S = std::move(parts.s);
    lazy_->P = std::move(parts.p);
    lazy_->factor = std::move(parts.q);
    seconds_ = clock.seconds();
}

template <class T>
void DenseEig<T>::write_left(MatrixView<C> out) const {
    namespace lapack = detail::lapack;
    const std::int64_t n = n_;
    if (n == 0) return;
    Lazy& lazy = *lazy_;
    std::call_once(lazy.once, [&] {
        // In place of the factor, so that what is left afterwards is the vectors alone; a failure to allocate leaves all.
        Array<T> V = lazy.factor;
        detail::on_dense_threads(eig_flops(n, 3), [&] {
            if (pair_) {
                lapack::tgevc('L', n, lazy.S.data(), lazy.P.data(), V.data());
            } else {
                lapack::trevc(n, lazy.S.data(), n, V.data(), 'L', true);
                lapack::gebak('B', 'L', n, lazy.window, lazy.scale.data(), n, V.data());
            }
        });
        lazy.left = unit_vectors(V, alpha_);
        lazy.S = lazy.P = lazy.factor = Array<T>();
    });
    std::copy(lazy.left.begin(), lazy.left.end(), out.data());
}

template <class T>
FactorInfo DenseEig<T>::info() const {
    const std::int64_t n = n_;
    return detail::dense_info<T>(
        Method::automatic, pair_ ? "gges, tgevc" : "gehrd, hseqr, trevc3", n * n, eig_flops(n, pair_ ? 70 : 27),
        n * n * std::int64_t{sizeof(C)} + (pair_ ? 3 : 2) * n * n * std::int64_t{sizeof(T)}, seconds_);
}

namespace detail {

template <class T>
void eigenvalues_into(MatrixView<const T> A, std::complex<Real<T>>* values) {
    const auto parts = balanced_schur<T>("eigvals", A, false);
    std::copy(parts.values.begin(), parts.values.end(), values);
}

template <class T>
void eigenvalues_into(MatrixView<const T> A, MatrixView<const T> B, std::complex<Real<T>>* values) {
    const auto parts = qz_parts<T>("eigvals", A, B, false);
    write_quotients(parts.alpha, parts.beta, values);
}

}  // namespace detail

#define TAMIS_INSTANTIATE(T)                                                             \
    template class DenseEig<T>;                                                          \
    template void detail::eigenvalues_into(MatrixView<const T>, std::complex<Real<T>>*); \
    template void detail::eigenvalues_into(MatrixView<const T>, MatrixView<const T>, std::complex<Real<T>>*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis
