// Private: from a plan to a factorization. One path for factor, solve, least_squares and FactorizationCache.
#pragma once

#include <string>
#include <vector>

#include <tamis/factor.hpp>

#include "solve/policy.hpp"

namespace tamis::detail {

/// The factorization of A (+ shift·I) that a step of the plan says; throws what its class throws.
template <class T, class I>
AnyFactorization<T> take_step(CsrView<T, I> A, const Plan& plan, const Step& step, const FactorOptions& options);

/// Takes the steps of a plan in order.
template <class T, class I>
class Chooser {
  public:
    Chooser(CsrView<T, I> A, const Plan& plan, const FactorOptions& options) : A_(A), plan_(plan), options_(options) {}

    [[nodiscard]] bool more() const noexcept { return next_ < plan_.steps.size(); }
    /// The factorization of the next step whose matrix turns out to be of its kind. A sentence is added to `reasons` for
    /// each that was not, and for what the backend decided. Throws what the last step throws.
    AnyFactorization<T> next(std::vector<std::string>& reasons);

  private:
    CsrView<T, I> A_;
    const Plan& plan_;
    FactorOptions options_;
    std::size_t next_ = 0;
};

/// Who factored, and in which order.
std::string backend_sentence(const FactorInfo& info);

}  // namespace tamis::detail
