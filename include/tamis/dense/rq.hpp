// rq(A): the RQ factorization of a dense matrix.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// A = R·Q, m×n, with orthonormal rows of Q and an upper trapezoid R that ends in its last column: for m ≤ n an m×m triangle
/// and an m×n Q, otherwise R m×n and Q n×n. LAPACK's xGERQF. Storage: Q and R.
template <class T>
class DenseRq {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// InvalidArgument for an entry that is not finite, with the position; IndexOverflow for sizes beyond LAPACK's integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseRq(const M& A) {
        compute(detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return m_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] Matrix<T> r() const {
        return detail::allocate_matrix<T>(m_, least(), [this](auto out) { write(r_, out); });
    }
    [[nodiscard]] Matrix<T> q() const {
        return detail::allocate_matrix<T>(least(), n_, [this](auto out) { write(q_, out); });
    }

  private:
    [[nodiscard]] std::int64_t least() const noexcept { return m_ < n_ ? m_ : n_; }
    void compute(MatrixView<const T> A);
    static void write(const Array<T>& from, MatrixView<T> to) { std::copy(from.begin(), from.end(), to.data()); }

    std::int64_t m_ = 0;
    std::int64_t n_ = 0;
    Array<T> r_;
    Array<T> q_;
};

/// The RQ factorization of a dense A: see DenseRq.
template <DenseMatrix M>
[[nodiscard]] DenseRq<dense_scalar_t<M>> rq(const M& A) {
    return DenseRq<dense_scalar_t<M>>(A);
}

}  // namespace tamis
