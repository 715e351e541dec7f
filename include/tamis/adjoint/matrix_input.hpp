// A cotangent or tangent as a matrix of given scalars, in its own shape.
#pragma once

#include <concepts>
#include <type_traits>

#include <tamis/core/dense_types.hpp>

namespace tamis::derivatives::detail {

/// A dense matrix as scalars of type T to read, in its own shape (a row vector is a matrix of one row): a view where the
/// memory already is one, otherwise an evaluated copy (of an expression, or of real numbers where T is complex). Lives as
/// long as the call that made it.
template <class T, DenseArgument B>
class MatrixInput {
    using D = std::remove_cvref_t<B>;
    static constexpr bool same_scalar = std::same_as<dense_scalar_t<D>, T>;
    static constexpr bool direct = same_scalar && (tamis::detail::EigenStorage<D> || !tamis::detail::EigenDense<D>);
    static_assert(same_scalar || is_complex_v<T> || !is_complex_v<dense_scalar_t<D>>,
                  "tamis: a complex cotangent or tangent was given where the matrix is real");
    struct Nothing {};

  public:
    explicit MatrixInput(const B& b) {
        if constexpr (direct) {
            if constexpr (tamis::detail::TamisVectorView<D>) view_ = MatrixView<const T>(VectorView<const T>(b));
            else view_ = MatrixView<const T>(b);
        } else {
            if constexpr (tamis::detail::EigenDense<D>) copy_ = b.template cast<T>();
            else copy_ = MatrixView<const dense_scalar_t<D>>(b).eigen().template cast<T>();
            view_ = MatrixView<const T>(copy_);
        }
    }
    MatrixInput(const MatrixInput&) = delete;
    MatrixInput& operator=(const MatrixInput&) = delete;
    [[nodiscard]] MatrixView<const T> matrix() const noexcept { return view_; }

  private:
    MatrixView<const T> view_;
    std::conditional_t<direct, Nothing, Matrix<T>> copy_;
};

}  // namespace tamis::derivatives::detail
