// Private: singular value decompositions that fall back on each other.
#pragma once

#include <string>

#include <tamis/core/error.hpp>
#include <tamis/dense/svd.hpp>

namespace tamis::detail {

/// What LAPACK calls a driver.
constexpr const char* routine_of(SvdDriver driver) noexcept {
    switch (driver) {
        case SvdDriver::qr_iteration: return "gesvd";
        case SvdDriver::jacobi: return "gejsv";
        default: return "gesdd";
    }
}

/// The first driver for which run(driver) is true, it converged: the one that was asked for, or all in turn. NotConverged
/// if none does.
template <class Run>
SvdDriver first_converged(const char* caller, SvdDriver asked, const Run& run) {
    if (asked == SvdDriver::automatic) {
        for (const auto driver : {SvdDriver::divide_and_conquer, SvdDriver::qr_iteration, SvdDriver::jacobi})
            if (run(driver)) return driver;
        throw NotConverged(std::string(caller) + ": neither gesdd nor gesvd nor gejsv converged", Status::max_iterations, 0,
                           0);
    }
    if (run(asked)) return asked;
    throw NotConverged(std::string(caller) + ": " + routine_of(asked) +
                           ", the driver that was asked for, did not converge; automatic tries the others",
                       Status::max_iterations, 0, 0);
}

/// A = U diag(s) Vᴴ by the first driver that converges, thin or full, contiguous; without U and Vt (null) s alone. `norm`:
/// ‖A‖₁. Refuses what is not finite.
template <class T>
SvdDriver svd_into(const char* caller, MatrixView<const T> A, SvdDriver asked, bool full, Real<T>* s, T* U, T* Vt,
                   Real<T>& norm);

/// out = Xᴴ, X m×n contiguous.
template <class T>
void adjoint_into(std::int64_t m, std::int64_t n, const T* X, T* out) {
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < m; ++i) out[i * n + j] = conjugate(X[j * m + i]);
}

/// The thin A = U diag(s) Vᴴ, k = min(m, n).
template <class T>
struct ThinSvd {
    ThinSvd(const char* caller, MatrixView<const T> A)
        : k(A.rows() < A.cols() ? A.rows() : A.cols()),
          s(k, uninitialized),
          U(A.rows() * k, uninitialized),
          Vt(k * A.cols(), uninitialized) {
        Real<T> norm{};
        if (k > 0) svd_into<T>(caller, A, SvdDriver::automatic, false, s.data(), U.data(), Vt.data(), norm);
    }
    std::int64_t k;
    Array<Real<T>> s;
    Array<T> U;   // m×k
    Array<T> Vt;  // k×n
};

}  // namespace tamis::detail
