#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <tamis/core/error.hpp>

#include "core/refuse.hpp"
#include "dense/matrix_algebra.hpp"
#include "dense/triangle_functions.hpp"
#include "dense/triangle_sylvester.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

void throw_not_real(const char* what, double eigenvalue) {
    throw InvalidArgument(std::string(what) + ": the matrix has the negative real eigenvalue " + std::to_string(eigenvalue) +
                          ", so the principal value is not real; pass a complex matrix (A.cast<std::complex<double>>())");
}

void throw_no_function_of_singular(const char* what, std::int64_t row) {
    throw SingularMatrix(std::string(what) + ": the matrix is singular to working precision, and has no such function", row,
                         false);
}

template <class T>
Array<std::complex<Real<T>>> triangle_eigenvalues(std::int64_t n, const T* A) {
    Array<std::complex<Real<T>>> values(n, uninitialized);
    for (std::int64_t i = 0; i < n; ++i) {
        values[i] = A[i * n + i];
        if (is_complex_v<T> || i + 1 == n || A[i * n + i + 1] == T(0)) continue;
        const Real<T> below = std::abs(A[i * n + i + 1]), above = std::abs(A[(i + 1) * n + i]);
        values[i] = {real_part(A[i * n + i]), std::sqrt(below) * std::sqrt(above)};
        values[i + 1] = std::conj(values[i]);
        ++i;
    }
    return values;
}

namespace {

template <class T>
class TriangleRoot {
    using R = Real<T>;

  public:
    TriangleRoot(const char* what, std::int64_t n, T* A, R noise) : what_(what), n_(n), A_(A), noise_(noise) {
        std::int64_t zeros = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            T& a = A[i * n + i];
            const bool alone = (i == 0 || A[(i - 1) * n + i] == T(0)) && (i + 1 == n || A[i * n + i + 1] == T(0));
            if constexpr (!is_complex_v<T>) {
                if (alone && a < 0 && a >= -noise) a = 0;
                if (alone && a < 0) throw_not_real(what, static_cast<double>(a));
            } else if (a.imag() == 0) {
                a = T(a.real(), 0);  // the principal value, whatever the sign of the zero
            }
            if (alone && a == T(0)) ++zeros;
        }
        several_zeros_ = zeros > 1;
        if (several_zeros_) size_ = square_one_norm(n, A);
    }
    void run(std::int64_t begin, std::int64_t end) {
        const std::int64_t count = end - begin;
        if (count == 0) return;
        T* const a = A_ + begin * n_ + begin;
        if (count == 1) {
            *a = std::sqrt(*a);
            return;
        }
        if constexpr (!is_complex_v<T>) {
            if (count == 2 && a[1] != T(0)) {
                root_of_pair(a);
                return;
            }
        }
        std::int64_t half = begin + count / 2;
        if (A_[(half - 1) * n_ + half] != T(0)) ++half;
        run(begin, half);
        run(half, end);
        couple(begin, half, end);
    }

  private:
    /// [a b; c a] with the eigenvalues a ± iμ, μ = √(−bc): α I + (A − aI)/2α, α the real part of √(a + iμ).
    void root_of_pair(R* a) const {
        R& b = a[n_];
        R& c = a[1];
        const R mu = std::sqrt(std::abs(b)) * std::sqrt(std::abs(c));
        const R modulus = std::hypot(*a, mu);
        const R alpha = *a > 0 ? std::sqrt(modulus / 2 + *a / 2) : mu / (2 * std::sqrt(modulus / 2 - *a / 2));
        b /= 2 * alpha;
        c /= 2 * alpha;
        *a = a[n_ + 1] = alpha;
    }
    /// R₁₁ X + X R₂₂ = A₁₂.
    void couple(std::int64_t begin, std::int64_t half, std::int64_t end) {
        T* const X = A_ + half * n_ + begin;
        const T* const first = A_ + begin * n_ + begin;
        const T* const second = A_ + half * n_ + half;
        if (!several_zeros_) {
            solve_triangle_sylvester(half - begin, end - half, first, n_, second, n_, 1, X, n_);
            return;
        }
        couple_pairs(begin, half, half, end);
    }
    /// The same by pairs of diagonal blocks, where both may be zero.
    void couple_pairs(std::int64_t i0, std::int64_t i1, std::int64_t j0, std::int64_t j1) {
        const auto block_end = [this](std::int64_t k) { return k + 1 < n_ && A_[k * n_ + k + 1] != T(0) ? k + 2 : k + 1; };
        const auto block_begin = [this](std::int64_t k) { return k > 0 && A_[(k - 1) * n_ + k] != T(0) ? k - 1 : k; };
        for (std::int64_t j = j0; j < j1; j = block_end(j))
            for (std::int64_t i = block_begin(i1 - 1);; i = block_begin(i - 1)) {
                const std::int64_t height = block_end(i) - i, width = block_end(j) - j;
                T* const X = A_ + j * n_ + i;
                for (std::int64_t c = 0; c < width; ++c)
                    for (std::int64_t r = 0; r < height; ++r) {
                        T sum{};
                        for (std::int64_t k = i + height; k < i1; ++k) sum += A_[k * n_ + i + r] * A_[(j + c) * n_ + k];
                        for (std::int64_t k = j0; k < j; ++k) sum += A_[k * n_ + i + r] * A_[(j + c) * n_ + k];
                        X[c * n_ + r] -= sum;
                    }
                if (height == 1 && width == 1 && A_[i * n_ + i] == T(0) && A_[j * n_ + j] == T(0)) {
                    const R limit = std::max(noise_, static_cast<R>(n_) * epsilon_v<T> * size_);
                    if (!(std::abs(*X) <= limit)) throw_no_function_of_singular(what_, -1);
                    *X = T(0);
                } else {
                    solve_triangle_sylvester(height, width, A_ + i * n_ + i, n_, A_ + j * n_ + j, n_, 1, X, n_);
                }
                if (i == i0) break;
            }
    }

    const char* what_;
    std::int64_t n_;
    T* A_;
    R noise_;
    bool several_zeros_ = false;
    R size_ = 0;
};

}  // namespace

template <class T>
void triangle_square_root(const char* what, std::int64_t n, T* A, Real<T> noise) {
    TriangleRoot<T>(what, n, A, noise).run(0, n);
}

#define TAMIS_INSTANTIATE(T)                                                            \
    template Array<std::complex<Real<T>>> triangle_eigenvalues(std::int64_t, const T*); \
    template void triangle_square_root(const char*, std::int64_t, T*, Real<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
