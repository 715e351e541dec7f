// Private: the small dense matrices of recycling: columns one after another.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <tamis/core/scalar.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

template <class S>
struct SmallMatrix {
    S* data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    S& operator()(std::int64_t i, std::int64_t j) const noexcept { return data[j * rows + i]; }
    void clear() const noexcept { std::fill_n(data, rows * cols, S(0)); }
};

/// A = Q R by modified Gram–Schmidt, twice; Q takes A's place. False if the columns are dependent (or not finite).
template <class S>
bool small_qr(SmallMatrix<S> A, SmallMatrix<S> R) noexcept {
    R.clear();
    for (std::int64_t j = 0; j < A.cols; ++j) {
        double before = 0;
        for (std::int64_t i = 0; i < A.rows; ++i) before += std::norm(A(i, j));
        for (int twice = 0; twice < 2; ++twice) {
            for (std::int64_t k = 0; k < j; ++k) {
                S projection = 0;
                for (std::int64_t i = 0; i < A.rows; ++i) projection += conjugate(A(i, k)) * A(i, j);
                for (std::int64_t i = 0; i < A.rows; ++i) A(i, j) -= projection * A(i, k);
                R(k, j) += projection;
            }
        }
        double square = 0;
        for (std::int64_t i = 0; i < A.rows; ++i) square += std::norm(A(i, j));
        if (!(square > 1e-28 * before) || !std::isfinite(square)) return false;
        R(j, j) = std::sqrt(square);
        for (std::int64_t i = 0; i < A.rows; ++i) A(i, j) /= std::sqrt(square);
    }
    return true;
}

/// B ← R⁻¹ B for an upper triangular R.
template <class S>
void solve_upper(SmallMatrix<S> R, SmallMatrix<S> B) noexcept {
    for (std::int64_t j = 0; j < B.cols; ++j) {
        for (std::int64_t i = R.cols - 1; i >= 0; --i) {
            S sum = B(i, j);
            for (std::int64_t k = i + 1; k < R.cols; ++k) sum -= R(i, k) * B(k, j);
            B(i, j) = sum / R(i, i);
        }
    }
}
/// B ← B R⁻¹.
template <class S>
void solve_upper_from_right(SmallMatrix<S> R, SmallMatrix<S> B) noexcept {
    for (std::int64_t j = 0; j < B.cols; ++j) {
        for (std::int64_t k = 0; k < j; ++k)
            for (std::int64_t i = 0; i < B.rows; ++i) B(i, j) -= R(k, j) * B(i, k);
        for (std::int64_t i = 0; i < B.rows; ++i) B(i, j) /= R(j, j);
    }
}

/// C = A B, or Aᴴ B.
template <bool Adjoint, class S>
void small_product(SmallMatrix<S> A, SmallMatrix<S> B, SmallMatrix<S> C) noexcept {
    for (std::int64_t j = 0; j < C.cols; ++j) {
        for (std::int64_t i = 0; i < C.rows; ++i) {
            S sum = 0;
            for (std::int64_t k = 0; k < B.rows; ++k) sum += (Adjoint ? conjugate(A(k, i)) : A(i, k)) * B(k, j);
            C(i, j) = sum;
        }
    }
}

}  // namespace tamis::detail
