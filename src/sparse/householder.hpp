// Private: Q kept as sparse Householder vectors and R as a sparse upper trapezoid, in plain arrays.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sparse/suitesparse/backend.hpp"

namespace tamis::detail {

template <class E>
class HouseholderFactor final : public OrthogonalFactor<E> {
  public:
    explicit HouseholderFactor(HouseholderParts<E>&& parts) : F_(std::move(parts)) {}

    [[nodiscard]] std::int64_t rows() const noexcept override { return F_.h.rows(); }
    [[nodiscard]] std::int64_t cols() const noexcept override { return F_.r.cols(); }
    [[nodiscard]] std::int64_t rank() const noexcept override { return F_.rank; }
    [[nodiscard]] const std::vector<std::int64_t>& permutation() const noexcept override { return F_.permutation; }
    void apply_q_adjoint(const E* x, E* y) const override;
    void apply_q(E* y, E* x) const override;
    void solve_r(E* c) const override;
    void solve_r_adjoint(E* c) const override;
    [[nodiscard]] Csc<E, std::int64_t> matrix_r() const override;
    [[nodiscard]] HouseholderParts<E> parts() const override;
    [[nodiscard]] FactorSize size() const override;

  private:
    void reflect(std::int64_t k, const E& tau, E* y) const;

    HouseholderParts<E> F_;
};

}  // namespace tamis::detail
