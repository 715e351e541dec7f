// The verbs of solving, once for all factorizations.
#pragma once

#include <cstdint>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/factorization.hpp>

namespace tamis::detail {

/// Which system a factorization solves: A x = b, Aᵀ x = b or Aᴴ x = b.
enum class SolveForm { plain, transposed, adjoint };

[[noreturn]] void throw_solve_size(const char* what, const char* side, std::int64_t expected, std::int64_t got);
[[noreturn]] void throw_solve_columns(const char* what, std::int64_t expected, std::int64_t got);

/// The solving verbs of a factorization, once for all classes: Derived has rows(), cols() and
/// solve_form(SolveForm, MatrixView<const T> b, MatrixView<T> x) const, which checks the sizes.
template <class Derived, class T>
class SolveVerbs {
  public:
    /// x with A x = b: Vector<T> for a vector b, Matrix<T> for a matrix of right-hand sides. b may be any Eigen object or
    /// expression, std::vector or span; it is not written to. DimensionMismatch, with both sizes, if b does not fit.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve(const B& b) const {
        return allocate_and_solve(SolveForm::plain, b);
    }
    /// x with Aᵀ x = b.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_transposed(const B& b) const {
        return allocate_and_solve(SolveForm::transposed, b);
    }
    /// x with Aᴴ x = b.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_adjoint(const B& b) const {
        return allocate_and_solve(SolveForm::adjoint, b);
    }
    /// Writes x with A x = b into the caller's memory. x may be b itself; strides are honoured and nothing else is touched.
    template <DenseArgument B, class X>
    void solve_into(const B& b, X&& x) const {
        into(SolveForm::plain, b, x);
    }
    template <DenseArgument B, class X>
    void solve_transposed_into(const B& b, X&& x) const {
        into(SolveForm::transposed, b, x);
    }
    template <DenseArgument B, class X>
    void solve_adjoint_into(const B& b, X&& x) const {
        into(SolveForm::adjoint, b, x);
    }

  protected:
    SolveVerbs() = default;

  private:
    [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

    template <class B>
    DenseResult<T, B> allocate_and_solve(SolveForm form, const B& b) const {
        const DenseInput<T, B> rhs(b);
        DenseResult<T, B> x;
        x.resize(form == SolveForm::plain ? self().cols() : self().rows(), rhs.matrix().cols());
        self().solve_form(form, rhs.matrix(), MatrixView<T>(x));
        return x;
    }
    template <class B, class X>
    void into(SolveForm form, const B& b, X& x) const {
        const DenseInput<T, B> rhs(b);
        self().solve_form(form, rhs.matrix(), dense_output<T>(x));
    }
};

/// The verbs of solving with a part of a factor, allocated in the caller's translation unit.
template <class T, class B, class Apply>
DenseResult<T, B> allocate_and_apply(std::int64_t rows, const B& b, const Apply& apply) {
    const DenseInput<T, B> input(b);
    DenseResult<T, B> y;
    y.resize(rows, input.matrix().cols());
    apply(input.matrix(), MatrixView<T>(y));
    return y;
}

}  // namespace tamis::detail
