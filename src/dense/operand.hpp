// Private: dense matrices in and out: one pass that copies, checks and measures.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>
#include <tamis/core/factorization.hpp>
#include <tamis/core/view.hpp>

#include "core/refuse.hpp"

namespace tamis::detail {

/// IndexOverflow for sizes that LAPACK's integers cannot hold, before anything is allocated.
void check_lapack_sizes(const char* what, std::int64_t rows, std::int64_t cols);

/// DimensionMismatch for a rectangle, IndexOverflow as above.
template <class T>
void check_square_operand(const char* what, MatrixView<const T> A) {
    if (A.rows() != A.cols()) throw_not_square(what, A.rows(), A.cols());
    check_lapack_sizes(what, A.rows(), A.cols());
}

/// InvalidArgument with the position of the first entry that is not finite, column by column; `which` is what holds it.
template <class T>
void check_finite_entries(const char* what, const char* which, MatrixView<const T> A);

/// Copies A into `out`, column-major with leading dimension ld ≥ rows, refuses what is not finite, and returns ‖A‖₁
/// (infinity where that overflows). Memory is read and written once.
template <class T>
Real<T> copy_finite(const char* what, MatrixView<const T> A, T* out, std::int64_t ld);

/// The same for a Hermitian A: both triangles are read and compared (InvalidArgument with the position), the lower one is
/// written.
template <class T>
Real<T> copy_hermitian(const char* what, MatrixView<const T> A, T* out, std::int64_t ld);

/// A := A + shift·I for an n×n A, of which ‖A‖₁ = norm; the norm of the sum. `hermitian`: only the lower triangle is there.
template <class T>
Real<T> add_shift(T* A, std::int64_t n, std::int64_t ld, double shift, Real<T> norm, bool hermitian);

/// InvalidArgument unless the shift is finite.
void check_shift(const char* what, double shift);

/// Copies between views of one shape.
template <class T>
void copy_view(MatrixView<const T> from, MatrixView<T> to) {
    for (std::int64_t j = 0; j < from.cols(); ++j)
        for (std::int64_t i = 0; i < from.rows(); ++i) to(i, j) = from(i, j);
}

/// 0, 1, …, n − 1.
inline std::vector<std::int64_t> identity_permutation(std::int64_t n) {
    std::vector<std::int64_t> p(static_cast<std::size_t>(n));
    std::iota(p.begin(), p.end(), std::int64_t{0});
    return p;
}

/// Seconds of a factorization of order n, but 0 where a clock would cost more than the work.
class DenseClock {
  public:
    explicit DenseClock(std::int64_t n) : on_(n >= 64) {
        if (on_) start_ = std::chrono::steady_clock::now();
    }
    [[nodiscard]] double seconds() const {
        return on_ ? std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() : 0;
    }

  private:
    bool on_;
    std::chrono::steady_clock::time_point start_;
};

/// What a dense factorization says of itself. `entries`: those of the factors, and of A where the method reads as many.
template <class T>
FactorInfo dense_info(Method method, const char* routine, std::int64_t entries, double flops, std::int64_t bytes,
                      double seconds) {
    FactorInfo info;
    info.method = method;
    info.backend = std::string("LAPACK (") + routine + ")";
    info.ordering = Ordering::natural;
    info.factor_nonzeros = entries;
    info.fill = entries > 0 ? 1 : 0;
    info.flops = flops * (is_complex_v<T> ? 4 : 1);
    info.bytes = bytes;
    info.seconds.factor = seconds;
    info.precision = scalar_name<T>();
    return info;
}

/// Brings b into x (each n_in×k, n_out×k; the longer of both has to hold the shorter), calls solve(T* y, ldy, k) on
/// column-major memory that holds b in its first rows and is to hold the solution there, and conjugates b and the solution
/// where asked: Aᵀ x = b is Aᴴ conj(x) = conj(b). x is worked in directly where its columns are contiguous. b and x may be
/// the same memory. Refuses sizes that do not fit and entries that are not finite.
template <class T, class Solve>
void solve_dense_columns(const char* what, std::int64_t n_in, std::int64_t n_out, MatrixView<const T> b, MatrixView<T> x,
                         bool conjugated, const Solve& solve);

}  // namespace tamis::detail

#include "dense/operand_solve.hpp"
