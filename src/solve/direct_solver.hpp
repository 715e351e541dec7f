// Private: what solve needs of a method, whatever its class: solve with A, solve with Aᴴ, and what it says of itself.
#pragma once

#include <memory>
#include <utility>

#include <tamis/core/factorization.hpp>
#include <tamis/core/view.hpp>

namespace tamis::detail {

template <class T>
class DirectSolver {
  public:
    DirectSolver() = default;
    DirectSolver(const DirectSolver&) = delete;
    DirectSolver& operator=(const DirectSolver&) = delete;
    virtual ~DirectSolver() = default;
    /// x := A⁻¹ b for every column; x may be b.
    virtual void solve(MatrixView<const T> b, MatrixView<T> x) const = 0;
    /// x := A⁻ᴴ b for every column; x may be b.
    virtual void solve_adjoint(MatrixView<const T> b, MatrixView<T> x) const = 0;
    [[nodiscard]] virtual FactorInfo info() const = 0;
};

/// A factorization of sign·A as a solver with A.
template <class T, class F>
class FactorizationSolver final : public DirectSolver<T> {
  public:
    FactorizationSolver(F factor, bool negated) : factor_(std::move(factor)), negated_(negated) {}
    void solve(MatrixView<const T> b, MatrixView<T> x) const override {
        factor_.solve_into(b, x);
        flip(x);
    }
    void solve_adjoint(MatrixView<const T> b, MatrixView<T> x) const override {
        factor_.solve_adjoint_into(b, x);
        flip(x);
    }
    [[nodiscard]] FactorInfo info() const override { return factor_.info(); }

  private:
    void flip(MatrixView<T> x) const {
        if (!negated_) return;
        for (std::int64_t j = 0; j < x.cols(); ++j)
            for (std::int64_t i = 0; i < x.rows(); ++i) x(i, j) = -x(i, j);
    }
    F factor_;
    bool negated_;
};

}  // namespace tamis::detail
