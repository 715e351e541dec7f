// Private: the orthonormal basis of a Rayleigh–Ritz method, its products with A and B, and the small problem.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

#include "iterative/eigen/hermitian_problem.hpp"

namespace tamis::detail {

/// Q, n×m and B-orthonormal, A Q, B Q and H = QᴴAQ. The constraints of the problem lie before Q in memory, so that new
/// vectors are made orthogonal to both at once. Holds 2 (3 with a mass matrix) n-vectors a column, and those of the
/// constraints.
template <class T>
class RitzBasis {
  public:
    RitzBasis(const HermitianProblem<T>& problem, EigenMonitor<T>& monitor, std::int64_t capacity);

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }
    [[nodiscard]] std::int64_t capacity() const noexcept { return capacity_; }
    /// Of the space orthogonal to the constraints.
    [[nodiscard]] std::int64_t dimension() const noexcept { return n_ - constraints_; }
    [[nodiscard]] bool is_whole_space() const noexcept { return size_ >= dimension(); }

    /// Where up to capacity − size new vectors are to be written.
    [[nodiscard]] T* next() noexcept { return Q_.data() + (constraints_ + size_) * n_; }
    /// Takes in the m vectors there: orthonormalizes them, multiplies them, extends H. Returns how many were independent;
    /// −1, with the basis as it was, if a product was not finite.
    std::int64_t append(std::int64_t m);
    /// The Ritz values and the coefficients of the Ritz vectors; false if LAPACK fails.
    bool extract();

    /// All Ritz values, ascending; after a restart those of its first columns.
    [[nodiscard]] const double* values() const noexcept { return values_.data(); }
    /// The coefficients of one Ritz vector in Q, size() of them.
    void coefficients(std::int64_t position, T* c) const;
    /// The Ritz vectors at these positions, into X.
    void vectors(const std::int64_t* positions, std::int64_t count, T* X) const;
    /// R_j = A v_j − θ_j B v_j, ‖R_j‖₂ and ‖v_j‖₂ of those Ritz vectors.
    void residuals(const std::int64_t* positions, std::int64_t count, T* R, double* norms, double* vector_norms);
    /// Q ← Q C with orthonormal C, size()×p, of which the first `ritz` columns are the coefficients of Ritz vectors, whose
    /// values are given: these are now the Ritz vectors that are known.
    void restart(const T* C, std::int64_t p, const double* ritz_values, std::int64_t ritz);
    /// A Q, B Q and H by fresh products; false if not finite.
    bool refresh();

  private:
    [[nodiscard]] const T* q() const noexcept { return Q_.data() + constraints_ * n_; }
    [[nodiscard]] const T* bq() const noexcept { return generalized_ ? BQ_.data() + constraints_ * n_ : q(); }
    /// H of the columns from `first` on; false if not finite.
    bool extend(std::int64_t first, std::int64_t m);

    const HermitianProblem<T>& problem_;
    EigenMonitor<T>& monitor_;
    std::int64_t n_;
    bool generalized_;
    std::int64_t constraints_ = 0;
    std::int64_t capacity_ = 0;
    std::int64_t size_ = 0;
    std::int64_t known_ = 0;  ///< > 0: the first columns are the Ritz vectors themselves
    Array<T> Q_, AQ_, BQ_;
    Array<T> X_;        ///< Ritz vectors, for their norms
    std::vector<T> H_;  ///< capacity×capacity
    std::vector<T> C_;  ///< size×size
    std::vector<double> values_;
};

}  // namespace tamis::detail
