// Private: the products and quotients that polynomials and rational functions of a matrix are made of.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis::detail {

/// 0 = b₀ < … < b_k = n: blocks of about `width` rows of an upper (quasi-)triangular matrix, column-major and contiguous; no
/// 2×2 block of its diagonal is divided.
template <class T>
std::vector<std::int64_t> triangle_blocks(std::int64_t n, const T* A, std::int64_t width);

/// ‖A‖₁ of a contiguous n×n matrix; NaN where A has one.
template <class T>
Real<T> square_one_norm(std::int64_t n, const T* A);

/// Products and quotients of n×n matrices of one kind, contiguous and column-major:
///   full        2 n³ flops a product, 8/3 n³ a quotient
///   triangular  upper, or quasi-triangular with the 2×2 blocks of one pattern: n³/3 each
///   dual        pairs (X, L) with (X, L)(Y, M) = (XY, XM + LY), X before L in memory: what is computed with them has the
///               Fréchet derivative in the direction of the first L as its second part
template <class T>
class MatrixAlgebra {
  public:
    static MatrixAlgebra full(std::int64_t n) { return MatrixAlgebra(n, false); }
    static MatrixAlgebra dual(std::int64_t n) { return MatrixAlgebra(n, true); }
    /// With the diagonal blocks of A.
    static MatrixAlgebra triangular(std::int64_t n, const T* A);

    [[nodiscard]] std::int64_t order() const noexcept { return n_; }
    [[nodiscard]] bool is_triangular() const noexcept { return !bounds_.empty(); }
    /// Numbers in memory of one element.
    [[nodiscard]] std::int64_t size() const noexcept { return dual_ ? 2 * n_ * n_ : n_ * n_; }
    /// Memory for one element; zero where the kind has zeros.
    [[nodiscard]] Array<T> element() const { return is_triangular() ? Array<T>(size()) : Array<T>(size(), uninitialized); }

    /// C := A B; C is neither A nor B.
    void multiply(const T* A, const T* B, T* C) const;
    /// P := Q⁻¹ P; Q is overwritten by factors. Returns 0, or k > 0: pivot k of Q (of a diagonal block) is exactly zero.
    std::int64_t divide(T* Q, T* P) const;
    /// A := A + α I.
    void add_identity(Real<T> alpha, T* A) const;

  private:
    MatrixAlgebra(std::int64_t n, bool dual) : n_(n), dual_(dual) {}
    std::int64_t divide_triangles(T* Q, T* P) const;

    std::int64_t n_;
    bool dual_;
    std::vector<std::int64_t> bounds_;
};

}  // namespace tamis::detail
