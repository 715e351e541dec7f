#include <tamis/dense/svd.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/one_norm.hpp>
#include <tamis/dense/lu.hpp>

#include "core/blas.hpp"
#include "dense/lapack_qr.hpp"
#include "dense/lapack_svd.hpp"
#include "dense/operand.hpp"
#include "dense/spectral_threads.hpp"
#include "dense/svd_drivers.hpp"
#include "instantiate.hpp"

namespace tamis {

namespace {

double svd_flops(std::int64_t m, std::int64_t n, bool vectors) {
    const auto most = static_cast<double>(std::max(m, n));
    const auto least = static_cast<double>(std::min(m, n));
    return vectors ? 4 * most * least * least + 22 * least * least * least : 4 * least * least * (most - least / 3);
}

/// Of a reduction to bidiagonal form, by which threads are given: below order 530 one was faster than two.
double bidiagonal_flops(std::int64_t m, std::int64_t n) {
    const auto least = static_cast<double>(std::min(m, n));
    return 4.0 / 3 * static_cast<double>(std::max(m, n)) * least * least;
}

double svd_product_flops(std::int64_t m, std::int64_t n, std::int64_t k) {
    return 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

/// gejsv for any shape: of Aᴴ where A is wide.
template <class T>
bool jacobi_svd(std::int64_t m, std::int64_t n, T* A, Real<T>* s, T* U, T* Vt, bool full) {
    const bool wide = m < n;
    const std::int64_t rows = std::max(m, n), cols = std::min(m, n);
    Array<T> left, right;
    if (U != nullptr) {
        left = Array<T>(rows * (full ? rows : cols), uninitialized);
        right = Array<T>(cols * cols, uninitialized);
    }
    Array<T> turned;
    if (wide) {
        turned = Array<T>(m * n, uninitialized);
        detail::adjoint_into(m, n, A, turned.data());
    }
    if (detail::lapack::gejsv(rows, cols, wide ? turned.data() : A, rows, s, left.data(), right.data(), full) != 0)
        return false;
    if (U == nullptr) return true;
    if (wide) {
        std::copy(right.begin(), right.end(), U);
        detail::adjoint_into(n, full ? n : m, left.data(), Vt);
    } else {
        std::copy(left.begin(), left.end(), U);
        detail::adjoint_into(n, n, right.data(), Vt);
    }
    return true;
}

/// The identity, n×n.
template <class T>
void set_identity(std::int64_t n, T* out) {
    std::fill_n(out, n * n, T(0));
    for (std::int64_t i = 0; i < n; ++i) out[i * n + i] = T(1);
}

}  // namespace

namespace detail {

template <class T>
SvdDriver svd_into(const char* caller, MatrixView<const T> A, SvdDriver asked, bool full, Real<T>* s, T* U, T* Vt,
                   Real<T>& norm) {
    const std::int64_t m = A.rows(), n = A.cols();
    Array<T> work(m * n, uninitialized);
    bool fresh = true;
    norm = copy_finite(caller, A, work.data(), m);
    return first_converged(caller, asked, [&](SvdDriver driver) {
        if (!fresh) copy_finite(caller, A, work.data(), m);
        fresh = false;
        bool converged = false;
        on_spectral_threads(bidiagonal_flops(m, n), [&] {
            if (driver == SvdDriver::jacobi) converged = jacobi_svd(m, n, work.data(), s, U, Vt, full);
            else if (driver == SvdDriver::qr_iteration) converged = lapack::gesvd(m, n, work.data(), m, s, U, Vt, full) == 0;
            else converged = lapack::gesdd(m, n, work.data(), m, s, U, Vt, full) == 0;
        });
        return converged;
    });
}

void check_rank_options(const char* caller, const RankOptions& options) {
    const auto check = [caller](const char* name, double value) {
        if (!(value >= 0 && value <= std::numeric_limits<double>::max()))
            throw InvalidArgument(std::string(caller) + ": ." + name + " is " + std::to_string(value) +
                                  "; it must be at least 0 and finite (0: the default)");
    };
    check("relative", options.relative);
    check("absolute", options.absolute);
}

template <class R>
std::int64_t rank_of_values(const R* s, std::int64_t m, std::int64_t n, const RankOptions& options) {
    const std::int64_t least = std::min(m, n);
    if (least == 0) return 0;
    const bool standard = options.relative == 0 && options.absolute == 0;
    const double relative =
        standard ? static_cast<double>(std::max(m, n)) * static_cast<double>(epsilon_v<R>) : options.relative;
    const double threshold = std::max(options.absolute, relative * static_cast<double>(s[0]));
    std::int64_t rank = 0;
    while (rank<least&& static_cast<double>(s[rank])> threshold) ++rank;
    return rank;
}

template <class T>
void singular_values(const char* caller, MatrixView<const T> A, SvdDriver driver, Real<T>* s) {
    check_lapack_sizes(caller, A.rows(), A.cols());
    if (A.rows() == 0 || A.cols() == 0) return;
    Real<T> norm{};
    svd_into<T>(caller, A, driver, false, s, nullptr, nullptr, norm);
}

}  // namespace detail

template <class T>
void DenseSvd<T>::check_ready(const char* caller) const {
    if (!ready_) detail::throw_not_ready(caller);
}

template <class T>
void DenseSvd<T>::check_vectors(const char* caller) const {
    check_ready(caller);
    if (options_.vectors == Vectors::none)
        throw InvalidArgument(std::string(caller) +
                              ": the singular vectors were not asked for; give .vectors = Vectors::thin or full");
}

template <class T>
void DenseSvd<T>::check_square(const char* caller) const {
    check_ready(caller);
    if (m_ != n_) detail::throw_not_square(caller, m_, n_);
}

template <class T>
void DenseSvd<T>::compute(const char* caller, MatrixView<const T> A) {
    const std::int64_t m = A.rows(), n = A.cols(), k = std::min(m, n);
    detail::check_lapack_sizes(caller, m, n);
    if (!(options_.rank_tolerance >= 0 && options_.rank_tolerance <= 1))
        throw InvalidArgument(std::string(caller) + ": .rank_tolerance is " + std::to_string(options_.rank_tolerance) +
                              "; it must be in (0, 1], or 0 for the default");
    const detail::DenseClock clock(std::max(m, n));
    const bool vectors = options_.vectors != Vectors::none, full = options_.vectors == Vectors::full;
    ready_ = false;
    const auto fit = [](auto& array, std::int64_t size) {
        if (array.size() != size) array = std::remove_reference_t<decltype(array)>(size, uninitialized);
    };
    fit(s_, k);
    fit(inverse_, vectors ? k : 0);
    fit(u_, !vectors ? 0 : m * (full ? m : k));
    fit(vt_, !vectors ? 0 : n * (full ? n : k));
    m_ = m;
    n_ = n;
    if (k > 0) {
        driver_ = detail::svd_into<T>(caller, A, options_.driver, full, s_.data(), vectors ? u_.data() : nullptr,
                                      vectors ? vt_.data() : nullptr, one_norm_);
    } else {
        driver_ = options_.driver == SvdDriver::automatic ? SvdDriver::divide_and_conquer : options_.driver;
        one_norm_ = 0;
        if (full) {
            set_identity(m, u_.data());
            set_identity(n, vt_.data());
        }
    }
    if (vectors) {
        const std::int64_t r = detail::rank_of_values(s_.data(), m, n, {.relative = options_.rank_tolerance});
        for (std::int64_t i = 0; i < k; ++i) inverse_[i] = i < r ? 1 / s_[i] : Real<T>(0);
    }
    seconds_ = clock.seconds();
    ready_ = true;
}

template <class T>
void DenseSvd<T>::recompute(MatrixView<const T> A) {
    if (A.rows() != m_ || A.cols() != n_)
        throw DimensionMismatch("svd refactor: the matrix has " + std::to_string(A.rows()) + " rows and " +
                                    std::to_string(A.cols()) + " columns, the decomposed one " + std::to_string(rows()) +
                                    " and " + std::to_string(cols()),
                                A.rows() != m_ ? m_ : n_, A.rows() != m_ ? A.rows() : A.cols());
    compute("svd refactor", A);
}

template <class T>
FactorInfo DenseSvd<T>::info() const {
    const std::int64_t entries = u_.size() + s_.size() + vt_.size();
    FactorInfo info = detail::dense_info<T>(
        Method::svd, detail::routine_of(driver_), entries, svd_flops(m_, n_, options_.vectors != Vectors::none),
        (u_.size() + vt_.size()) * std::int64_t{sizeof(T)} + (s_.size() + inverse_.size()) * std::int64_t{sizeof(Real<T>)},
        seconds_);
    if (m_ > 0 && n_ > 0) info.fill = static_cast<double>(entries) / (static_cast<double>(m_) * static_cast<double>(n_));
    return info;
}

template <class T>
std::int64_t DenseSvd<T>::rank(const RankOptions& options) const {
    check_ready("svd rank");
    detail::check_rank_options("svd rank", options);
    return detail::rank_of_values(s_.data(), m_, n_, options);
}

template <class T>
Real<T> DenseSvd<T>::condition() const {
    check_ready("svd condition");
    const std::int64_t k = least();
    if (k == 0) return 1;
    return s_[k - 1] > 0 ? s_[0] / s_[k - 1] : std::numeric_limits<Real<T>>::infinity();
}

/// y (m rows in, n out) := V diag(weights) Uᴴ y with the first r vectors, or (n rows in, m out) U diag(weights) Vᴴ y.
template <class T>
void DenseSvd<T>::apply_inverse(bool adjoint, std::int64_t r, const Real<T>* weights, T* y, std::int64_t ldy,
                                std::int64_t k) const {
    const std::int64_t m = m_, n = n_, ldv = std::max<std::int64_t>(ldvt(), 1);
    const std::int64_t n_out = adjoint ? m : n;
    if (r == 0) {
        for (std::int64_t c = 0; c < k; ++c) std::fill_n(y + c * ldy, n_out, T(0));
        return;
    }
    Array<T> inner(r * k, uninitialized);
    detail::on_spectral_threads(svd_product_flops(m + n, k, r), [&] {
        if (adjoint) detail::blas::gemm('N', 'N', r, k, n, T(1), vt_.data(), ldv, y, ldy, T(0), inner.data(), r);
        else detail::blas::gemm('C', 'N', r, k, m, T(1), u_.data(), m, y, ldy, T(0), inner.data(), r);
        for (std::int64_t c = 0; c < k; ++c)
            for (std::int64_t i = 0; i < r; ++i) inner[c * r + i] *= weights[i];
        if (adjoint) detail::blas::gemm('N', 'N', m, k, r, T(1), u_.data(), m, inner.data(), r, T(0), y, ldy);
        else detail::blas::gemm('C', 'N', n, k, r, T(1), vt_.data(), ldv, inner.data(), r, T(0), y, ldy);
    });
}

template <class T>
void DenseSvd<T>::solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const {
    check_vectors("svd solve");
    const bool adjoint = form != detail::SolveForm::plain;
    const bool conjugated = is_complex_v<T> && form == detail::SolveForm::transposed;
    const std::int64_t r = rank();
    detail::solve_dense_columns<T>(
        "svd solve", adjoint ? n_ : m_, adjoint ? m_ : n_, b, x, conjugated,
        [&](T* y, std::int64_t ldy, std::int64_t k) { apply_inverse(adjoint, r, inverse_.data(), y, ldy, k); });
}

template <class T>
void DenseSvd<T>::apply_damped(double damping, MatrixView<const T> b, MatrixView<T> x) const {
    check_vectors("svd solve_damped");
    if (!(damping >= 0 && damping <= std::numeric_limits<double>::max()))
        throw InvalidArgument("svd solve_damped: the damping is " + std::to_string(damping) +
                              "; it must be at least 0 and finite");
    if (damping == 0) {
        solve_form(detail::SolveForm::plain, b, x);
        return;
    }
    const std::int64_t k = least();
    Array<Real<T>> weights(k, uninitialized);
    for (std::int64_t i = 0; i < k; ++i) {
        // σ / (σ² + δ²), by the larger of both: neither is squared where that may overflow.
        const double s = static_cast<double>(s_[i]);
        const double ratio = s > damping ? damping / s : s / damping;
        weights[i] =
            static_cast<Real<T>>(s > damping ? 1 / (s * (1 + ratio * ratio)) : ratio / (damping * (1 + ratio * ratio)));
    }
    detail::solve_dense_columns<T>("svd solve_damped", m_, n_, b, x, false, [&](T* y, std::int64_t ldy, std::int64_t c) {
        apply_inverse(false, k, weights.data(), y, ldy, c);
    });
}

template <class T>
void DenseSvd<T>::write_values(Real<T>* out) const {
    check_ready("svd singular_values");
    std::copy(s_.begin(), s_.end(), out);
}

/// The first columns of U.
template <class T>
void DenseSvd<T>::write_u(MatrixView<T> out) const {
    check_vectors("svd u");
    std::copy_n(u_.data(), out.rows() * out.cols(), out.data());
}

template <class T>
void DenseSvd<T>::write_vt(MatrixView<T> out) const {
    check_vectors("svd vt");
    std::copy(vt_.begin(), vt_.end(), out.data());
}

template <class T>
void DenseSvd<T>::write_pinv(const RankOptions& options, MatrixView<T> out) const {
    check_vectors("svd pinv");
    const std::int64_t m = m_, n = n_, r = rank(options);
    if (m == 0 || n == 0) return;
    Array<T> scaled(m * r, uninitialized);
    for (std::int64_t j = 0; j < r; ++j)
        for (std::int64_t i = 0; i < m; ++i) scaled[j * m + i] = u_[j * m + i] / s_[j];
    if (r == 0) {
        std::fill_n(out.data(), m * n, T(0));
        return;
    }
    detail::on_spectral_threads(svd_product_flops(m, n, r), [&] {
        detail::blas::gemm('C', 'C', n, m, r, T(1), vt_.data(), ldvt(), scaled.data(), m, T(0), out.data(), n);
    });
}

/// The last out.cols() columns of V.
template <class T>
void DenseSvd<T>::write_null_space(MatrixView<T> out) const {
    check_vectors("svd null_space");
    const std::int64_t n = n_, known = ldvt(), first = n - out.cols();
    if (out.cols() == 0) return;
    for (std::int64_t j = first; j < known; ++j)
        for (std::int64_t i = 0; i < n; ++i) out(i, j - first) = detail::conjugate(vt_[i * known + j]);
    if (known == n) return;
    // The known columns have an orthogonal complement in the last columns of their Q.
    Array<T> Q(n * n, uninitialized);
    Array<T> tau(std::max<std::int64_t>(known, 1), uninitialized);
    detail::adjoint_into(known, n, vt_.data(), Q.data());
    detail::on_spectral_threads(svd_product_flops(n, n, known), [&] {
        if (known > 0) detail::lapack::geqrf(n, known, Q.data(), n, tau.data());
        detail::lapack::ungqr(n, n, known, Q.data(), n, tau.data());
    });
    for (std::int64_t j = std::max(first, known); j < n; ++j) std::copy_n(Q.data() + j * n, n, &out(0, j - first));
}

template <class T>
void DenseSvd<T>::write_product(MatrixView<T> out) const {
    check_vectors("svd reconstruct");
    const std::int64_t m = m_, n = n_, k = least();
    if (k == 0) return;
    Array<T> scaled(m * k, uninitialized);
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < m; ++i) scaled[j * m + i] = u_[j * m + i] * s_[j];
    detail::on_spectral_threads(svd_product_flops(m, n, k), [&] {
        detail::blas::gemm('N', 'N', m, n, k, T(1), scaled.data(), m, vt_.data(), ldvt(), T(0), out.data(), m);
    });
}

template <class T>
LogDeterminant<T> DenseSvd<T>::slogdet() const {
    check_square("svd slogdet");
    const std::int64_t n = n_;
    double logabs = 0;
    for (const Real<T> s : s_) {
        if (!(s > 0)) return {T(0), -std::numeric_limits<Real<T>>::infinity()};
        logabs += std::log(static_cast<double>(s));
    }
    check_vectors("svd slogdet");
    // Unitary matrices have determinants of modulus 1.
    const T sign = DenseLu<T>(MatrixView<const T>(u_.data(), n, n)).slogdet().sign *
                   DenseLu<T>(MatrixView<const T>(vt_.data(), n, n)).slogdet().sign;
    return {sign / std::abs(sign), static_cast<Real<T>>(logabs)};
}

template <class T>
Real<T> DenseSvd<T>::rcond() const {
    check_square("svd rcond");
    if (n_ == 0) return 1;
    if (rank() < n_) return 0;
    check_vectors("svd rcond");
    const auto apply = [this](bool adjoint) {
        return [this, adjoint](MatrixView<const T> in, MatrixView<T> out) {
            std::copy_n(in.data(), n_ * in.cols(), out.data());
            apply_inverse(adjoint, n_, inverse_.data(), out.data(), n_, in.cols());
        };
    };
    const Real<T> inverse = detail::one_norm_estimate<T>(n_, apply(false), apply(true));
    const Real<T> norm = std::min(one_norm_, std::numeric_limits<Real<T>>::max());
    return std::isfinite(inverse) && inverse > 0 ? 1 / inverse / norm : Real<T>(0);
}

#define TAMIS_INSTANTIATE(T)                                                                      \
    template class DenseSvd<T>;                                                                   \
    template void detail::singular_values(const char*, MatrixView<const T>, SvdDriver, Real<T>*); \
    template SvdDriver detail::svd_into(const char*, MatrixView<const T>, SvdDriver, bool, Real<T>*, T*, T*, Real<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
template std::int64_t detail::rank_of_values(const float*, std::int64_t, std::int64_t, const RankOptions&);
template std::int64_t detail::rank_of_values(const double*, std::int64_t, std::int64_t, const RankOptions&);

}  // namespace tamis
