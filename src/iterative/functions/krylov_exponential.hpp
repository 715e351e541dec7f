// Private: exp(t A) b from Krylov spaces, in steps where one space of bounded size does not reach that far.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/workspace.hpp>

#include "iterative/functions/lanczos_basis.hpp"

namespace tamis::detail {

/// One Krylov space and what it says of exp(τ A) v, ‖v‖ = 1.
template <class T>
class ExponentialSpace {
  public:
    virtual ~ExponentialSpace() = default;
    ExponentialSpace(const ExponentialSpace&) = delete;
    ExponentialSpace& operator=(const ExponentialSpace&) = delete;

    /// The space of v, large enough for this τ or as large as it may be; returns ‖v‖. Nothing is built where that is 0 or
    /// not finite.
    virtual double build(const T* v, Sum<T> tau) = 0;
    /// Whether the error at τ is that of rounding, ε (1 + |τ| ‖A‖).
    [[nodiscard]] virtual bool reaches(Sum<T> tau) = 0;
    /// X[j] ← exp(tau[j] A) v / ‖v‖ · norm. The space is used up.
    virtual void combine(const std::vector<Sum<T>>& tau, double norm, const std::vector<T*>& X) = 0;
    [[nodiscard]] std::int64_t matvecs() const noexcept { return matvecs_; }

  protected:
    ExponentialSpace(const OperatorRef<T>& A, const std::stop_token& stop) : A_(A), n_(A.rows()), stop_(stop) {}
    void check_stop() const;

    const OperatorRef<T>& A_;
    std::int64_t n_;
    std::stop_token stop_;
    std::int64_t matvecs_ = 0;
};

/// By Lanczos' process: M. Hochbruck, C. Lubich, On Krylov subspace approximations to the matrix exponential operator, SIAM
/// J. Numer. Anal. 34(5), 1997. Up to 1000 vectors, of which `kept` are in memory.
template <class T>
std::unique_ptr<ExponentialSpace<T>> lanczos_exponential_space(const OperatorRef<T>& A, std::int64_t kept,
                                                               const std::stop_token& stop);
/// By Arnoldi's process of at most m vectors: R. B. Sidje, Expokit: a software package for computing matrix exponentials,
/// ACM Trans. Math. Softw. 24(1), 1998; the error by Y. Saad, Analysis of some Krylov subspace approximations to the matrix
/// exponential operator, SIAM J. Numer. Anal. 29(1), 1992, estimate err₁.
template <class T>
std::unique_ptr<ExponentialSpace<T>> arnoldi_exponential_space(const OperatorRef<T>& A, std::int64_t m,
                                                               const std::stop_token& stop);

/// X[k] ← exp(t[k] A) b for n contiguous numbers each; t lies on one ray from 0, ascending by modulus. Returns the steps.
template <class T>
std::int64_t exponential_along(ExponentialSpace<T>& space, std::int64_t n, const T* b, const std::vector<Sum<T>>& t,
                               const std::vector<T*>& X);

}  // namespace tamis::detail
