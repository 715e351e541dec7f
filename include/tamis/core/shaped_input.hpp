// A dense argument as a view in its own shape, for functions that read a matrix where it lies.
#pragma once

#include <type_traits>

#include <tamis/core/dense_types.hpp>

namespace tamis::detail {

/// A dense argument in its own shape (a row vector is a matrix of one row): a view where the memory already is one,
/// otherwise evaluated. Lives as long as the call that made it.
template <DenseArgument B>
class ShapedInput {
    using T = dense_scalar_t<B>;
    static_assert(Scalar<T>, "tamis: scalars are float, double, std::complex<float> and std::complex<double>");
    static constexpr bool direct = EigenStorage<B> || !EigenDense<B>;
    struct Nothing {};

  public:
    explicit ShapedInput(const B& b) {
        if constexpr (TamisVectorView<B>) {
            view_ = MatrixView<const T>(VectorView<const T>(b));
        } else if constexpr (direct) {
            view_ = MatrixView<const T>(b);
        } else {
            copy_ = b;
            view_ = MatrixView<const T>(copy_);
        }
    }
    ShapedInput(const ShapedInput&) = delete;
    ShapedInput& operator=(const ShapedInput&) = delete;
    [[nodiscard]] MatrixView<const T> view() const noexcept { return view_; }

  private:
    MatrixView<const T> view_;
    std::conditional_t<direct, Nothing, Matrix<T>> copy_;
};

}  // namespace tamis::detail
