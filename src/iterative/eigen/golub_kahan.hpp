// Private: block Golub–Kahan–Lanczos bidiagonalization with thick restarts.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// Y = A X and Y = Aᴴ X for contiguous blocks of m columns; rows ≥ cols.
template <class T>
struct TwoSidedProducts {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::function<void(const T* X, T* Y, std::int64_t m)> forward;
    std::function<void(const T* X, T* Y, std::int64_t m)> adjoint;
};

/// Orthonormal bases U (rows×size) and V (cols×size), and the next block V₊ (cols×width) orthonormal to V, with
///     A V = U B,    Aᴴ U = V Bᴴ + V₊ F,
/// where B (size×size) is what is left of block bidiagonal form after restarts (an arrow at its head) and only the newest
/// columns of F (width×size) are not zero, after a restart all. Baglama and Reichel (2005) have blocks of one; U, V, B, F
/// are their W, P, B, and the residual that they call f. Both sides are reorthogonalized: once against the neighbours that
/// the recurrence names, once against all. A column that vanishes in that is replaced by a random one with coefficients of
/// zero, on either side, so that B stays square, and zero and multiple singular values come up like others.
template <class T>
class GolubKahan {
  public:
    /// dimension + block ≤ A.cols.
    GolubKahan(const TwoSidedProducts<T>& A, std::int64_t dimension, std::int64_t block, std::uint64_t seed);

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }
    [[nodiscard]] bool full() const noexcept { return size_ + width_ > dimension_; }
    /// One block more on either side. False: a product was not finite.
    [[nodiscard]] bool expand();
    /// The singular values of B, descending, and what belongs to them. False: LAPACK did not converge.
    [[nodiscard]] bool decompose();
    [[nodiscard]] double value(std::int64_t i) const noexcept { return static_cast<double>(values_[at(i)]); }
    /// ‖Aᴴ u − s v‖ of triplet i, by the recurrence; A v − s u is zero.
    [[nodiscard]] double residual(std::int64_t i) const noexcept { return residuals_[at(i)]; }
    /// Goes on from the count triplets beginning at `first`; with fresh random vectors instead of V₊ if so said.
    void restart(std::int64_t first, std::int64_t count, bool fresh);
    /// The triplets as vectors: left rows×count, right cols×count.
    void vectors(std::int64_t first, std::int64_t count, T* left, T* right) const;

  private:
    static std::size_t at(std::int64_t i) noexcept { return static_cast<std::size_t>(i); }
    [[nodiscard]] bool extend(std::int64_t n, T* Q, std::int64_t mq, std::int64_t first, std::int64_t last, T* C, T* R);
    bool replace_dependent(std::int64_t n, T* Q, std::int64_t mq, T* C, T* R);
    void fill_random(std::int64_t n, T* Q, std::int64_t mq, std::int64_t from, std::int64_t to);

    const TwoSidedProducts<T>& A_;
    std::int64_t dimension_;
    std::int64_t width_;
    std::int64_t size_ = 0;
    std::int64_t coupled_ = 0;  ///< the first column of F that is not zero
    std::uint64_t seed_;
    double scale_ = 0;  ///< of ‖A‖, from below
    Array<T> U_, V_;
    std::vector<T> B_, F_;   ///< leading dimensions dimension_ and width_
    std::vector<T> P_, Qh_;  ///< B = P diag(values) Qh
    std::vector<Real<T>> values_;
    std::vector<double> residuals_;
};

}  // namespace tamis::detail
