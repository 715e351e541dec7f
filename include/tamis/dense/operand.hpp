// Dense operands of factorizations and functions, and the options that the factorizations share.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <tamis/core/dense_types.hpp>
#include <tamis/core/shaped_input.hpp>
#include <tamis/core/solve_verbs.hpp>

namespace tamis {

/// What the dense functions take for a matrix: any Eigen object or expression (a vector is a matrix of one row or column),
/// and MatrixView. Row-major, strided and mapped memory is read where it lies; an expression without memory is evaluated
/// once.
template <class M>
concept DenseMatrix = DenseArgument<M> &&
    (detail::EigenDense<std::remove_cvref_t<M>> || detail::TamisMatrixView<std::remove_cvref_t<M>>);

/// Options of `lu`, `cholesky` and `ldlt` of dense matrices.
struct DenseFactorOptions {
    /// s: A + s·I is factored. Must be finite.
    double shift = 0;
};

namespace detail {

template <class T, class F>
class HeldFactorization;  // of tamis/factor.hpp, which asks for products without Eigen objects

/// A dense matrix with the scalars T.
template <class M, class T>
concept DenseMatrixOf = DenseMatrix<M> && std::same_as<dense_scalar_t<M>, T>;

/// A value that is V{} again in an object that was moved from.
template <class V>
class Handed {
  public:
    Handed() noexcept = default;
    Handed(V value) noexcept : value_(value) {}
    Handed(const Handed&) noexcept = default;
    Handed(Handed&& other) noexcept : value_(std::exchange(other.value_, V{})) {}
    Handed& operator=(const Handed&) noexcept = default;
    Handed& operator=(Handed&& other) noexcept {
        value_ = std::exchange(other.value_, V{});
        return *this;
    }
    ~Handed() = default;
    operator V() const noexcept { return value_; }

  private:
    V value_{};
};

/// What `write` fills, a rows×cols matrix, allocated in the caller's translation unit.
template <class T, class Write>
Matrix<T> allocate_matrix(std::int64_t rows, std::int64_t cols, const Write& write) {
    Matrix<T> M(rows, cols);
    write(MatrixView<T>(M));
    return M;
}

}  // namespace detail

}  // namespace tamis
