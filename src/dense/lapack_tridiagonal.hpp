// Private: LAPACK's eigenvalues of real symmetric tridiagonal matrices; lapack.hpp says how it is called.
#pragma once

#include <vector>

#include "dense/lapack_spectral.hpp"

extern "C" {
void sstevd_(const char* jobz, const int* n, float* d, float* e, float* z, const int* ldz, float* work, const int* lwork,
             int* iwork, const int* liwork, int* info, std::size_t);
void dstevd_(const char* jobz, const int* n, double* d, double* e, double* z, const int* ldz, double* work, const int* lwork,
             int* iwork, const int* liwork, int* info, std::size_t);
}

namespace tamis::detail::lapack {

/// T = Z diag(w) Zᵀ of the real symmetric tridiagonal T with diagonal w (n) and off-diagonal e (n − 1; destroyed): w
/// ascending in place, Z n×n contiguous. Returns 0, or k > 0: the algorithm did not converge.
template <class R>
std::int64_t stevd(std::int64_t n, R* w, R* e, R* Z) {
    const Int n_ = size("stevd", n), ldz = std::max<Int>(n_, 1), ask = -1;
    const auto routine = pick<R>(sstevd_, dstevd_, nullptr, nullptr);
    Int info = 0, integers = 0;
    R best{};
    routine("V", &n_, w, e, Z, &ldz, &best, &ask, &integers, &ask, &info, 1);
    const Int lwork = work_size(best), liwork = std::max<Int>(integers, 1);
    auto work = work_space<R>(lwork);
    auto iwork = work_space<Int>(liwork);
    routine("V", &n_, w, e, Z, &ldz, work.data(), &lwork, iwork.data(), &liwork, &info, 1);
    return checked("stevd", info);
}

}  // namespace tamis::detail::lapack
