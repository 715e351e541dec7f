// Private: dense matrices to work in, and the few products and quotients that the derivatives of dense functions are made
// of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/view.hpp>

namespace tamis::derivatives::detail {

/// A dense matrix, column-major and contiguous.
template <class T>
class Block {
  public:
    Block() noexcept = default;
    /// All zero.
    Block(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols), numbers_(rows * cols) {}
    Block(std::int64_t rows, std::int64_t cols, Uninitialized tag) : rows_(rows), cols_(cols), numbers_(rows * cols, tag) {}

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] bool empty() const noexcept { return numbers_.empty(); }
    [[nodiscard]] T* data() noexcept { return numbers_.data(); }
    [[nodiscard]] const T* data() const noexcept { return numbers_.data(); }
    [[nodiscard]] T& operator()(std::int64_t i, std::int64_t j) noexcept { return numbers_[j * rows_ + i]; }
    [[nodiscard]] const T& operator()(std::int64_t i, std::int64_t j) const noexcept { return numbers_[j * rows_ + i]; }
    [[nodiscard]] std::span<const T> numbers() const noexcept { return numbers_.span(); }
    operator MatrixView<const T>() const noexcept { return {data(), rows_, cols_}; }
    operator MatrixView<T>() noexcept { return {data(), rows_, cols_}; }

  private:
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    Array<T> numbers_;
};

/// The rows×cols part of a view with its first entry at (i, j).
template <class T>
MatrixView<T> part(MatrixView<T> A, std::int64_t i, std::int64_t j, std::int64_t rows, std::int64_t cols) {
    return {A.data() + i * A.row_stride() + j * A.col_stride(), rows, cols, A.row_stride(), A.col_stride()};
}

/// A copy of an argument of that shape; DimensionMismatch, and InvalidArgument with the position of what is not finite.
template <class T>
Block<T> argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t rows, std::int64_t cols);
/// The same for one that may be left out: a view without entries gives an empty Block.
template <class T>
Block<T> optional_argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t rows, std::int64_t cols);
/// Its Hermitian part, (A + Aᴴ) / 2; n×n.
template <class T>
Block<T> hermitian_argument(const char* what, const char* which, MatrixView<const T> A, std::int64_t n);

// Below, views have contiguous columns; op is 'N' or 'C' (the adjoint). T is to be named: product<T>('C', V, 'N', M).
/// C += α op(A) op(B).
template <class T>
void add_product(T alpha, char op_a, MatrixView<const T> A, char op_b, MatrixView<const T> B, MatrixView<T> C);
/// op(A) op(B).
template <class T>
Block<T> product(char op_a, MatrixView<const T> A, char op_b, MatrixView<const T> B);
/// B := op(R)⁻¹ B (side 'L') or B op(R)⁻¹ ('R') with the triangle R, uplo 'L' or 'U', `unit` for ones on the diagonal.
template <class T>
void divide(char side, char uplo, char op, bool unit, MatrixView<const T> R, MatrixView<T> B);
/// B := op(R) B or B op(R).
template <class T>
void multiply(char side, char uplo, char op, bool unit, MatrixView<const T> R, MatrixView<T> B);
/// V N Vᴴ with a Hermitian N, exactly Hermitian: of the second product the lower half is computed.
template <class T>
void hermitian_product(MatrixView<const T> V, MatrixView<const T> N, MatrixView<T> A);
/// ‖A‖_F, scaled.
template <class T>
Real<T> frobenius(MatrixView<const T> A);
/// Re tr(AᴴB), in double precision.
template <class T>
double real_inner_product(MatrixView<const T> A, MatrixView<const T> B);

}  // namespace tamis::derivatives::detail
