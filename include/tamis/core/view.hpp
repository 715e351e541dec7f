// VectorView and MatrixView: the caller's dense memory as pointer, sizes and strides, built without a copy.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/scalar.hpp>

namespace tamis {

namespace detail {

/// False for Eigen expressions that have a data() which does not compile, such as the transpose of a sum (0x40 is
/// Eigen::DirectAccessBit; this header does without Eigen).
template <class E>
inline constexpr bool has_direct_access_v = [] {
    if constexpr (requires { E::Flags; }) return (static_cast<unsigned>(E::Flags) & 0x40U) != 0;
    else return true;
}();

/// An Eigen object (or anything shaped like one) whose entries lie in memory: Matrix, Map, Ref, Block, Transpose…
template <class E>
concept EigenStorage = has_direct_access_v<E> && requires(const E& e) {
    {e.data()};
    { e.rows() } -> std::convertible_to<std::ptrdiff_t>;
    { e.cols() } -> std::convertible_to<std::ptrdiff_t>;
    { e.innerStride() } -> std::convertible_to<std::ptrdiff_t>;
    { e.outerStride() } -> std::convertible_to<std::ptrdiff_t>;
    {std::bool_constant<(E::IsRowMajor != 0)>{}};
};

/// An Eigen object that owns its entries, so that a view of a temporary one would dangle.
template <class E>
concept EigenOwner = EigenStorage<E> && std::same_as<typename E::PlainObject, E>;

/// std::vector, std::span, std::array and other contiguous ranges that are not Eigen objects.
template <class R>
concept ContiguousStorage =
    !EigenStorage<std::remove_cvref_t<R>> && std::ranges::contiguous_range<R> && std::ranges::sized_range<R> && !requires {
    typename std::remove_cvref_t<R>::tamis_view;
};

/// True where an argument of type E (deduced as for a forwarding reference) may be viewed: lvalues, and temporaries that
/// do not own their memory.
template <class E>
inline constexpr bool may_view_v = [] {
    using D = std::remove_cvref_t<E>;
    if constexpr (std::is_lvalue_reference_v<E>) return true;
    else if constexpr (EigenStorage<D>) return !EigenOwner<D>;
    else return std::ranges::borrowed_range<D>;
}();

template <class Pointer, class T>
concept PointsTo =
    std::convertible_to<Pointer, T*> && std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, std::remove_cv_t<T>>;

}  // namespace detail

/// A vector in the caller's memory: pointer, size, stride. T may be const. Never owns, never copies; cheap to pass by value.
/// Built implicitly from Eigen vectors, blocks, maps, rows and columns (strides honoured), std::vector and std::span. A view
/// of a temporary that owns its memory does not compile.
template <class T>
class VectorView {
  public:
    using tamis_view = void;
    using scalar_type = std::remove_cv_t<T>;
    using value_type = scalar_type;

    VectorView() noexcept = default;
    VectorView(T* data, std::int64_t size, std::int64_t stride = 1) noexcept : data_(data), size_(size), stride_(stride) {}
    /// From a view with write access to one without.
    template <class U>
        requires(std::is_const_v<T>&& std::same_as<U, std::remove_const_t<T>>)
    VectorView(const VectorView<U>& other)
    noexcept : data_(other.data()), size_(other.size()), stride_(other.stride()) {}

    template <class E>
        requires detail::EigenStorage<std::remove_cvref_t<E>> &&
            detail::PointsTo<decltype(std::declval<std::remove_reference_t<E>&>().data()), T>
            VectorView(E&& e) : data_(e.data()) {
            static_assert(detail::may_view_v<E>, "tamis: a view of a temporary would dangle; keep the object in a variable");
            using D = std::remove_cvref_t<E>;
            const std::int64_t along_rows = D::IsRowMajor ? e.outerStride() : e.innerStride();
            const std::int64_t along_cols = D::IsRowMajor ? e.innerStride() : e.outerStride();
            if (e.cols() == 1) {
                size_ = e.rows();
                stride_ = along_rows;
            } else if (e.rows() == 1) {
                size_ = e.cols();
                stride_ = along_cols;
            } else if (e.rows() == 0 || e.cols() == 0) {
                size_ = 0;
            } else {
                throw DimensionMismatch("tamis: a vector was expected, but the matrix given has " +
                                            std::to_string(e.rows()) + " rows and " + std::to_string(e.cols()) + " columns",
                                        1, e.cols());
            }
        }
        template <class R>
            requires detail::ContiguousStorage<R> && detail::PointsTo<decltype(std::ranges::data(std::declval<R&>())), T>
            VectorView(R&& r) : data_(std::ranges::data(r)),
                                size_(static_cast<std::int64_t>(std::ranges::size(r))) {
                static_assert(detail::may_view_v<R>,
                              "tamis: a view of a temporary would dangle; keep the object in a variable");
            }

            [[nodiscard]] T* data() const noexcept {
                return data_;
            }
            [[nodiscard]] std::int64_t size() const noexcept {
                return size_;
            }
            [[nodiscard]] std::int64_t stride() const noexcept {
                return stride_;
            }
            [[nodiscard]] T& operator[](std::int64_t i) const noexcept {
                return data_[i * stride_];
            }
            /// The same memory as an Eigen::Map (needs tamis/core/dense_types.hpp, which tamis.hpp includes).
            template <class = void>
            [[nodiscard]] auto eigen() const;

          private:
            T* data_ = nullptr;
            std::int64_t size_ = 0;
            std::int64_t stride_ = 1;
};

/// A matrix in the caller's memory: pointer, sizes, a stride down the rows and one along the columns. T may be const.
/// Built implicitly from Eigen matrices of either order, blocks and maps; a contiguous vector is a matrix of one column.
template <class T>
class MatrixView {
  public:
    using tamis_view = void;
    using scalar_type = std::remove_cv_t<T>;
    using value_type = scalar_type;

    MatrixView() noexcept = default;
    /// Entry (i, j) is data[i * row_stride + j * col_stride].
    MatrixView(T* data, std::int64_t rows, std::int64_t cols, std::int64_t row_stride, std::int64_t col_stride) noexcept
        : data_(data),
          rows_(rows),
          cols_(cols),
          row_stride_(row_stride),
          col_stride_(col_stride) {}
    /// Column-major and contiguous.
    MatrixView(T* data, std::int64_t rows, std::int64_t cols) noexcept : MatrixView(data, rows, cols, 1, rows) {}
    template <class U>
        requires(std::is_const_v<T>&& std::same_as<U, std::remove_const_t<T>>)
    MatrixView(const MatrixView<U>& other)
    noexcept : MatrixView(other.data(), other.rows(), other.cols(), other.row_stride(), other.col_stride()) {}
    /// A vector as a matrix of one column.
    template <class U>
        requires detail::PointsTo<U*, T>
    explicit MatrixView(const VectorView<U>& v) noexcept : MatrixView(v.data(), v.size(), 1, v.stride(), v.size()) {}

    template <class E>
        requires detail::EigenStorage<std::remove_cvref_t<E>> &&
            detail::PointsTo<decltype(std::declval<std::remove_reference_t<E>&>().data()), T>
            MatrixView(E&& e) : data_(e.data()),
                                rows_(e.rows()),
                                cols_(e.cols()) {
            static_assert(detail::may_view_v<E>, "tamis: a view of a temporary would dangle; keep the object in a variable");
            using D = std::remove_cvref_t<E>;
            row_stride_ = D::IsRowMajor ? e.outerStride() : e.innerStride();
            col_stride_ = D::IsRowMajor ? e.innerStride() : e.outerStride();
        }
        template <class R>
            requires detail::ContiguousStorage<R> && detail::PointsTo<decltype(std::ranges::data(std::declval<R&>())), T>
            MatrixView(R&& r) : MatrixView(std::ranges::data(r), static_cast<std::int64_t>(std::ranges::size(r)), 1) {
                static_assert(detail::may_view_v<R>,
                              "tamis: a view of a temporary would dangle; keep the object in a variable");
            }

            [[nodiscard]] T* data() const noexcept {
                return data_;
            }
            [[nodiscard]] std::int64_t rows() const noexcept {
                return rows_;
            }
            [[nodiscard]] std::int64_t cols() const noexcept {
                return cols_;
            }
            [[nodiscard]] std::int64_t row_stride() const noexcept {
                return row_stride_;
            }
            [[nodiscard]] std::int64_t col_stride() const noexcept {
                return col_stride_;
            }
            [[nodiscard]] T& operator()(std::int64_t i, std::int64_t j) const noexcept {
                return data_[i * row_stride_ + j * col_stride_];
            }
            [[nodiscard]] VectorView<T> col(std::int64_t j) const noexcept {
                return {data_ + j * col_stride_, rows_, row_stride_};
            }
            [[nodiscard]] VectorView<T> row(std::int64_t i) const noexcept {
                return {data_ + i * row_stride_, cols_, col_stride_};
            }
            [[nodiscard]] MatrixView transposed() const noexcept {
                return {data_, cols_, rows_, col_stride_, row_stride_};
            }
            template <class = void>
            [[nodiscard]] auto eigen() const;

          private:
            T* data_ = nullptr;
            std::int64_t rows_ = 0;
            std::int64_t cols_ = 0;
            std::int64_t row_stride_ = 1;
            std::int64_t col_stride_ = 0;
};

}  // namespace tamis
