// Many small matrices of one size in one call: BatchView, batch::solve, inv, det, cholesky, qr, eigh, svd, expm.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/core/error.hpp>
#include <tamis/core/scalar.hpp>
#include <tamis/core/view.hpp>

namespace tamis {

/// What became of one matrix of a batch.
enum class BatchStatus {
    ok,
    singular,
    not_positive_definite,
    not_finite,      ///< an entry of the matrix (or of its right-hand sides) is not finite, or the result overflows
    no_convergence,  ///< of an iteration for eigenvalues or singular values
};

/// "ok", "singular", "not positive definite", "not finite", "no convergence".
[[nodiscard]] const char* to_string(BatchStatus status) noexcept;

namespace detail {
void check_batch_sizes(std::int64_t count, std::int64_t rows, std::int64_t cols);
}

/// `count` matrices of one size in the caller's memory, each column-major, one behind the other. T may be const. Never owns,
/// never copies.
template <class T>
class BatchView {
  public:
    using tamis_batch = void;
    using scalar_type = std::remove_cv_t<T>;

    BatchView() noexcept = default;
    /// InvalidArgument for a negative size.
    BatchView(T* data, std::int64_t count, std::int64_t rows, std::int64_t cols)
        : data_(data),
          count_(count),
          rows_(rows),
          cols_(cols) {
        detail::check_batch_sizes(count, rows, cols);
    }
    template <class U>
        requires(std::is_const_v<T>&& std::same_as<U, std::remove_const_t<T>>)
    BatchView(const BatchView<U>& other)
    noexcept : data_(other.data()), count_(other.count()), rows_(other.rows()), cols_(other.cols()) {}

    [[nodiscard]] T* data() const noexcept { return data_; }
    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t size() const noexcept { return count_; }
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    /// Matrix k.
    [[nodiscard]] MatrixView<T> operator[](std::int64_t k) const noexcept {
        return {data_ + k * rows_ * cols_, rows_, cols_};
    }

  private:
    T* data_ = nullptr;
    std::int64_t count_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
};

/// Matrices of one size that own their memory, laid out as BatchView has them.
template <class T>
class Batch {
  public:
    using tamis_batch = void;
    using scalar_type = T;

    Batch() noexcept = default;
    /// Numbers that are not set. InvalidArgument for a negative size.
    Batch(std::int64_t count, std::int64_t rows, std::int64_t cols)
        : count_((detail::check_batch_sizes(count, rows, cols), count)),
          rows_(rows),
          cols_(cols),
          data_(count * rows * cols, uninitialized) {}

    [[nodiscard]] T* data() noexcept { return data_.data(); }
    [[nodiscard]] const T* data() const noexcept { return data_.data(); }
    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t size() const noexcept { return count_; }
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    [[nodiscard]] MatrixView<T> operator[](std::int64_t k) noexcept { return BatchView<T>(*this)[k]; }
    [[nodiscard]] MatrixView<const T> operator[](std::int64_t k) const noexcept { return BatchView<const T>(*this)[k]; }
    operator BatchView<T>() noexcept { return {data(), count_, rows_, cols_}; }
    operator BatchView<const T>() const noexcept { return {data(), count_, rows_, cols_}; }

  private:
    std::int64_t count_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    Array<T> data_;
};

/// One of the vectors of a VectorBatch: a matrix of one column that can also be indexed as a vector.
template <class T>
class BatchVector : public MatrixView<T> {
  public:
    using MatrixView<T>::MatrixView;
    [[nodiscard]] std::int64_t size() const noexcept { return this->rows(); }
    [[nodiscard]] T& operator[](std::int64_t i) const noexcept { return this->data()[i]; }
    operator VectorView<T>() const noexcept { return this->col(0); }
};

/// Vectors of one length, one behind the other: a batch of matrices of one column.
template <class T>
class VectorBatch : public Batch<T> {
  public:
    VectorBatch() noexcept = default;
    VectorBatch(std::int64_t count, std::int64_t size) : Batch<T>(count, size, 1) {}
    [[nodiscard]] BatchVector<T> operator[](std::int64_t k) noexcept {
        return {this->data() + k * this->rows(), this->rows(), 1};
    }
    [[nodiscard]] BatchVector<const T> operator[](std::int64_t k) const noexcept {
        return {this->data() + k * this->rows(), this->rows(), 1};
    }
};

/// What the batched functions take: a BatchView or a Batch.
template <class B>
concept BatchArgument = requires(const B& b) {
    typename B::tamis_batch;
    requires Scalar<typename B::scalar_type>;
    b.data();
    b.count();
};

/// A matrix for each item, and how it went.
template <class T>
struct BatchResult {
    Batch<T> values;
    std::vector<BatchStatus> status;
};
template <class T>
struct BatchNumbers {
    std::vector<T> values;
    std::vector<BatchStatus> status;
};
/// A = V diag(w) Vᴴ, w ascending.
template <class T>
struct BatchEigh {
    VectorBatch<Real<T>> eigenvalues;
    Batch<T> eigenvectors;
    std::vector<BatchStatus> status;
};
/// A = U diag(s) Vᴴ, s descending, thin.
template <class T>
struct BatchSvd {
    Batch<T> u;
    VectorBatch<Real<T>> singular_values;
    Batch<T> vt;
    std::vector<BatchStatus> status;
};
/// A = Q R, thin.
template <class T>
struct BatchQr {
    Batch<T> q;
    Batch<T> r;
    std::vector<BatchStatus> status;
};

namespace detail {
template <class T>
void batch_solve(BatchView<const T> A, BatchView<const T> B, T* X, BatchStatus* status);
template <class T>
void batch_inverse(BatchView<const T> A, T* X, BatchStatus* status);
template <class T>
void batch_determinant(BatchView<const T> A, T* values, BatchStatus* status);
template <class T>
void batch_cholesky(BatchView<const T> A, T* L, BatchStatus* status);
template <class T>
void batch_exponential(BatchView<const T> A, T* X, BatchStatus* status);
template <class T>
void batch_eigh(BatchView<const T> A, Real<T>* w, T* V, BatchStatus* status);
template <class T>
void batch_svd(BatchView<const T> A, T* U, Real<T>* s, T* Vt, BatchStatus* status);
template <class T>
void batch_qr(BatchView<const T> A, T* Q, T* R, BatchStatus* status);

template <BatchArgument B>
BatchView<const typename B::scalar_type> batch_view(const B& b) {
    return {b.data(), b.count(), b.rows(), b.cols()};
}
inline std::vector<BatchStatus> batch_status(std::int64_t count) {
    return std::vector<BatchStatus>(static_cast<std::size_t>(count));
}
template <class T, class Compute>
BatchResult<T> batch_result(std::int64_t count, std::int64_t rows, std::int64_t cols, const Compute& compute) {
    BatchResult<T> result{Batch<T>(count, rows, cols), batch_status(count)};
    compute(result.values.data(), result.status.data());
    return result;
}
}  // namespace detail

/// One call for many matrices of one size. What goes wrong with one of them is said in its `status`, and its results are
/// NaN; it is no exception, and no other item notices. Exceptions are for the call: DimensionMismatch for sizes that do not
/// fit, std::bad_alloc. Up to order 32 several matrices are computed side by side, a matrix a lane of a register (results do
/// not depend on the register's width, nor on the neighbours), beyond by LAPACK, one by one; in both cases on all threads.
namespace batch {

/// X_k with A_k X_k = B_k by LU with partial pivoting: A count × n × n, B count × n × m. `singular`: a pivot is exactly
/// zero. Unlike tamis::solve it neither refines nor estimates condition numbers. 2/3 n³ + 2 n² m flops an item.
template <BatchArgument A, BatchArgument B>
[[nodiscard]] auto solve(const A& a, const B& b) {
    using T = typename A::scalar_type;
    static_assert(std::same_as<T, typename B::scalar_type>, "tamis: matrices and right-hand sides need one scalar type");
    return detail::batch_result<T>(b.count(), a.cols(), b.cols(), [&](T* X, BatchStatus* status) {
        detail::batch_solve<T>(detail::batch_view(a), detail::batch_view(b), X, status);
    });
}

/// A_k⁻¹ by LU with partial pivoting. 2 n³ flops an item.
template <BatchArgument A>
[[nodiscard]] auto inv(const A& a) {
    using T = typename A::scalar_type;
    return detail::batch_result<T>(a.count(), a.rows(), a.cols(), [&](T* X, BatchStatus* status) {
        detail::batch_inverse<T>(detail::batch_view(a), X, status);
    });
}

/// det A_k, which over- or underflows only if it has to; 0, and `ok`, for a singular matrix. 2/3 n³ flops an item.
template <BatchArgument A>
[[nodiscard]] auto det(const A& a) {
    using T = typename A::scalar_type;
    BatchNumbers<T> result{std::vector<T>(static_cast<std::size_t>(a.count())), detail::batch_status(a.count())};
    detail::batch_determinant<T>(detail::batch_view(a), result.values.data(), result.status.data());
    return result;
}

/// L_k with A_k = L_k L_kᴴ, zeros above the diagonal. Only the lower triangles are read. n³/3 flops an item.
template <BatchArgument A>
[[nodiscard]] auto cholesky(const A& a) {
    using T = typename A::scalar_type;
    return detail::batch_result<T>(a.count(), a.rows(), a.cols(), [&](T* L, BatchStatus* status) {
        detail::batch_cholesky<T>(detail::batch_view(a), L, status);
    });
}

/// exp(A_k) by scaling and squaring (Higham, SIAM J. Matrix Anal. Appl. 26, 2005). About 20 n³ flops an item and more for
/// large norms.
template <BatchArgument A>
[[nodiscard]] auto expm(const A& a) {
    using T = typename A::scalar_type;
    return detail::batch_result<T>(a.count(), a.rows(), a.cols(), [&](T* X, BatchStatus* status) {
        detail::batch_exponential<T>(detail::batch_view(a), X, status);
    });
}

/// Eigenvalues, ascending, and eigenvectors of Hermitian matrices, of which only the lower triangles are read. Order ≤ 32:
/// Householder reduction and implicit QL. About 12 n³ flops an item.
template <BatchArgument A>
[[nodiscard]] auto eigh(const A& a) {
    using T = typename A::scalar_type;
    BatchEigh<T> result{VectorBatch<Real<T>>(a.count(), a.rows()), Batch<T>(a.count(), a.rows(), a.cols()),
                        detail::batch_status(a.count())};
    detail::batch_eigh<T>(detail::batch_view(a), result.eigenvalues.data(), result.eigenvectors.data(),
                          result.status.data());
    return result;
}

/// The thin singular value decomposition of matrices of any shape, values descending. Both sizes ≤ 32: Golub and Reinsch's
/// bidiagonalization and implicit QR. About 20 n³ flops an item.
template <BatchArgument A>
[[nodiscard]] auto svd(const A& a) {
    using T = typename A::scalar_type;
    const std::int64_t least = a.rows() < a.cols() ? a.rows() : a.cols();
    BatchSvd<T> result{Batch<T>(a.count(), a.rows(), least), VectorBatch<Real<T>>(a.count(), least),
                       Batch<T>(a.count(), least, a.cols()), detail::batch_status(a.count())};
    detail::batch_svd<T>(detail::batch_view(a), result.u.data(), result.singular_values.data(), result.vt.data(),
                         result.status.data());
    return result;
}

/// The thin QR factorization of matrices of any shape, with the signs of `qr`: r = min(rows, cols), q count × rows × r. 4/3
/// n³ flops an item, and as many for q.
template <BatchArgument A>
[[nodiscard]] auto qr(const A& a) {
    using T = typename A::scalar_type;
    const std::int64_t least = a.rows() < a.cols() ? a.rows() : a.cols();
    BatchQr<T> result{Batch<T>(a.count(), a.rows(), least), Batch<T>(a.count(), least, a.cols()),
                      detail::batch_status(a.count())};
    detail::batch_qr<T>(detail::batch_view(a), result.q.data(), result.r.data(), result.status.data());
    return result;
}

}  // namespace batch

}  // namespace tamis
