// Private: Lanczos' process for functions of a Hermitian operator, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/workspace.hpp>

namespace tamis::detail {

/// v ← b / ‖b‖ for n contiguous numbers, whatever ‖b‖ is in size, which is returned; v is not written where that is 0 or not
/// finite.
template <class T>
double unit_vector(std::int64_t n, const T* b, T* v);

/// x ← x / norm for 0 < norm = ‖x‖, whose inverse may be out of range.
template <class T>
void divide_by_norm(std::int64_t n, double norm, T* x);

/// A V_k = V_k T_k + β_k v_{k+1} e_kᵀ with the tridiagonal T_k of diagonal α and off-diagonal β. The first `kept` vectors of
/// the basis stay in memory; combinations of more take the others' steps again, in the same order to the same bits (two
/// passes: A. Boriçi, Fast methods for computing the Neuberger operator, Lect. Notes Comput. Sci. Eng. 15, 2000; A. Frommer,
/// V. Simoncini, Matrix functions, in Model Order Reduction, 2008, §3).
///
/// Vectors are made orthogonal to all before them for small n alone, where the process may come to its end: functions of T
/// converge without that, if a little later (V. L. Druskin, L. A. Knizhnerman, Numer. Linear Algebra Appl. 2(3), 1995).
/// Holds n (kept + 3) numbers.
template <class T>
class LanczosBasis {
  public:
    enum class Outcome { done, interrupted, not_reproducible };

    /// A is n×n and must outlive this; kept ≥ 2.
    LanczosBasis(const OperatorRef<T>& A, std::int64_t kept);

    /// v_1 = b / ‖b‖ for n contiguous numbers; returns ‖b‖. Nothing else may be called where that is 0 or not finite.
    double begin(const T* b);
    /// The next α and β. False: a product was not finite. Not to be called once the basis is whole.
    [[nodiscard]] bool step();
    /// The space is invariant: V_k f(T_k) e_1 ‖b‖ is exact.
    [[nodiscard]] bool whole() const noexcept { return whole_; }
    [[nodiscard]] std::int64_t steps() const noexcept { return static_cast<std::int64_t>(alpha_.size()); }
    [[nodiscard]] std::int64_t kept() const noexcept { return kept_; }
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }
    [[nodiscard]] const std::vector<double>& alpha() const noexcept { return alpha_; }
    [[nodiscard]] const std::vector<double>& beta() const noexcept { return beta_; }

    /// X[j] ← V_k y_j for n contiguous numbers each, y_j in column j of the k×count matrix Y (contiguous), k ≤ steps(). The
    /// process cannot go on afterwards if k > kept(). `go_on` is asked before each product.
    [[nodiscard]] Outcome combine(std::int64_t k, const Sum<T>* Y, const std::vector<T*>& X,
                                  const std::function<bool()>& go_on);

  private:
    [[nodiscard]] T* at(std::int64_t k) noexcept {
        return k < kept_ ? V_.data() + k * n_ : ring_.data() + ((k - kept_) % 3) * n_;
    }
    void product(const T* x, T* y);

    const OperatorRef<T>& A_;
    std::int64_t n_;
    std::int64_t kept_;
    Array<T> V_;
    Array<T> ring_;
    std::vector<double> alpha_, beta_;
    std::int64_t matvecs_ = 0;
    double scale_ = 0;
    bool whole_ = false;
};

/// The eigenvalues of T_k, ascending, and its eigenvectors: V(i, j) at V[j k + i].
struct TridiagonalEigen {
    std::int64_t k = 0;
    std::vector<double> theta;
    std::vector<double> V;
};
/// False: LAPACK did not converge.
[[nodiscard]] bool tridiagonal_eigen(std::int64_t k, const std::vector<double>& alpha, const std::vector<double>& beta,
                                     TridiagonalEigen& eigen);

}  // namespace tamis::detail
