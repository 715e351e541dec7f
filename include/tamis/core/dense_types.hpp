// Vector<T>, Matrix<T> (Eigen's dynamic types) and the way from any dense argument to a view.
//
// No Eigen object crosses the compiled boundary: its allocator depends on each translation unit's flags. The inline
// functions here and in the other public headers allocate Eigen results in the caller's translation unit; compiled code
// fills views.
#pragma once

#include <Eigen/Core>

#include <tamis/core/view.hpp>

namespace tamis {

/// A dense vector: Eigen's dynamic column vector.
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// A dense matrix: Eigen's dynamic column-major matrix.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
template <class>
auto VectorView<T>::eigen() const {
    using V = std::conditional_t<std::is_const_v<T>, const Vector<scalar_type>, Vector<scalar_type>>;
    return Eigen::Map<V, Eigen::Unaligned, Eigen::InnerStride<>>(data_, size_, Eigen::InnerStride<>(stride_));
}

template <class T>
template <class>
auto MatrixView<T>::eigen() const {
    using M = std::conditional_t<std::is_const_v<T>, const Matrix<scalar_type>, Matrix<scalar_type>>;
    using S = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    return Eigen::Map<M, Eigen::Unaligned, S>(data_, rows_, cols_, S(col_stride_, row_stride_));
}

namespace detail {

template <class D>
void accept_eigen_dense(const Eigen::DenseBase<D>&);
/// An Eigen expression; some (VectorBlock) derive from the DenseBase of their base class.
template <class B>
concept EigenDense = requires(const B& b) {
    accept_eigen_dense(b);
};

template <class B>
concept TamisVectorView = requires {
    typename B::tamis_view;
}
&&requires(const B& b) {
    b.stride();
};
template <class B>
concept TamisMatrixView = requires {
    typename B::tamis_view;
}
&&requires(const B& b) {
    b.row_stride();
};

/// Scalar type of a dense argument.
template <class B>
struct DenseScalar;
template <class B>
    requires EigenDense<B>
struct DenseScalar<B> {
    using type = typename B::Scalar;
};
template <class B>
    requires(!EigenDense<B>)
&&requires {
    typename B::tamis_view;
}
struct DenseScalar<B> {
    using type = typename B::scalar_type;
};
template <class B>
    requires(!EigenDense<B>)
&&ContiguousStorage<const B&>&& Scalar<std::ranges::range_value_t<const B&>> struct DenseScalar<B> {
    using type = std::ranges::range_value_t<const B&>;
};

}  // namespace detail

/// Anything that tamis reads as a dense vector or matrix: Eigen objects and expressions, std::vector, std::span, views.
template <class B>
concept DenseArgument = requires {
    typename detail::DenseScalar<std::remove_cvref_t<B>>::type;
};

template <DenseArgument B>
using dense_scalar_t = typename detail::DenseScalar<std::remove_cvref_t<B>>::type;

namespace detail {
// A function rather than a lambda in the concept, whose value clang 14 gets wrong.
template <class D>
consteval bool is_vector_by_type() {
    if constexpr (EigenDense<D>) return bool(D::IsVectorAtCompileTime);
    else return !TamisMatrixView<D>;
}
}  // namespace detail

/// A dense argument that is a vector by its type (an Eigen::MatrixXd of one column is a matrix).
template <class B>
concept VectorArgument = DenseArgument<B> && detail::is_vector_by_type<std::remove_cvref_t<B>>();

template <class B>
concept MatrixArgument = DenseArgument<B> && !VectorArgument<B>;

/// Vector<T> for a vector argument, Matrix<T> for a matrix argument: what `solve(b)` returns.
template <class T, class B>
using DenseResult = std::conditional_t<VectorArgument<B>, Vector<T>, Matrix<T>>;

namespace detail {

/// A dense argument as scalars of type T to read: a view where the memory already is one, otherwise an evaluated copy (an
/// expression such as `A * x`, or real numbers where T is complex). Lives as long as the call that made it.
template <class T, DenseArgument B>
class DenseInput {
    using D = std::remove_cvref_t<B>;
    static constexpr bool same_scalar = std::same_as<dense_scalar_t<D>, T>;
    static constexpr bool direct = same_scalar && (EigenStorage<D> || !EigenDense<D>);
    static_assert(same_scalar || (is_complex_v<T> && !is_complex_v<dense_scalar_t<D>>) ||
                      (is_complex_v<T> == is_complex_v<dense_scalar_t<D>>),
                  "tamis: a complex vector was given where the matrix is real; cast the matrix with cast<std::complex<…>>");
    struct Nothing {};

  public:
    explicit DenseInput(const B& b) {
        if constexpr (direct) {
            view_ = make_view(b);
        } else {
            if constexpr (EigenDense<D>) copy_ = b.template cast<T>();
            else copy_ = MatrixView<const dense_scalar_t<D>>(as_matrix(b)).eigen().template cast<T>();
            if constexpr (VectorArgument<D>) {
                if (copy_.rows() == 1) copy_.transposeInPlace();
            }
            view_ = MatrixView<const T>(copy_);
        }
    }
    DenseInput(const DenseInput&) = delete;
    DenseInput& operator=(const DenseInput&) = delete;
    [[nodiscard]] MatrixView<const T> matrix() const noexcept { return view_; }
    [[nodiscard]] VectorView<const T> vector() const noexcept { return view_.col(0); }

  private:
    static auto as_matrix(const B& b) {
        using S = dense_scalar_t<D>;
        if constexpr (TamisVectorView<D>) return MatrixView<const S>(VectorView<const S>(b));
        else return MatrixView<const S>(b);
    }
    static MatrixView<const T> make_view(const B& b) {
        if constexpr (VectorArgument<D>) return MatrixView<const T>(VectorView<const T>(b));
        else return MatrixView<const T>(b);
    }
    MatrixView<const T> view_;
    std::conditional_t<direct, Nothing, Matrix<T>> copy_;
};

/// A dense argument to write into, as a matrix view; its scalars must be T already.
template <class T, class Y>
MatrixView<T> dense_output(Y& y) {
    if constexpr (VectorArgument<Y>) return MatrixView<T>(VectorView<T>(y));
    else return MatrixView<T>(y);
}

}  // namespace detail

}  // namespace tamis
