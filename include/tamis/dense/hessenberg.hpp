// hessenberg(A) and balance(A): what prepares a dense matrix for its eigenvalues.
#pragma once

#include <algorithm>
#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// A = Q·H·Qᴴ with a unitary Q and H zero below its first subdiagonal: LAPACK's xGEHRD (Quintana-Ortí, van de Geijn, ACM
/// Trans. Math. Softw. 32, 2006). Storage: 2 n² numbers. Cost: 14/3 n³ flops. All members are const and may be called from
/// several threads at once.
template <class T>
class DenseHessenberg {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, with the position of the first,
    /// column by column; IndexOverflow for sizes beyond LAPACK's integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseHessenberg(const M& A) {
        compute(detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] Matrix<T> h() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { std::copy(h_.begin(), h_.end(), out.data()); });
    }
    [[nodiscard]] Matrix<T> q() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { std::copy(q_.begin(), q_.end(), out.data()); });
    }
    /// Q·H·Qᴴ.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }

  private:
    void compute(MatrixView<const T> A);
    void write_product(MatrixView<T> out) const;

    detail::Handed<std::int64_t> n_;
    Array<T> h_;
    Array<T> q_;
};

/// The Hessenberg form of a square dense A: see DenseHessenberg.
template <DenseMatrix M>
[[nodiscard]] DenseHessenberg<dense_scalar_t<M>> hessenberg(const M& A) {
    return DenseHessenberg<dense_scalar_t<M>>(A);
}

struct BalanceOptions {
    /// Permute rows and columns so that isolated eigenvalues stand at the ends of a triangle.
    bool permute = true;
    /// Scale by powers of two, so that the norms of each row and of its column come together.
    bool scale = true;
};

/// A·transform = transform·balanced; transform is a permutation times a diagonal of powers of two.
template <class T>
struct BalancedMatrix {
    Matrix<T> balanced;
    Matrix<T> transform;
};

namespace detail {
template <class T>
void balance_into(MatrixView<const T> A, BalanceOptions options, MatrixView<T> balanced, MatrixView<T> transform);
}  // namespace detail

/// Brings a square A closer to normal without rounding: transform⁻¹·A·transform has the same eigenvalues, which are found
/// more accurately where the entries of A differ by orders of magnitude (Parlett, Reinsch, Numer. Math. 13, 1969; James,
/// Langou, Lowery, arXiv:1401.5766: LAPACK's xGEBAL). `eig` does so by itself. DimensionMismatch for a rectangle;
/// InvalidArgument for an entry that is not finite. O(n²) a sweep, a few sweeps.
template <DenseMatrix M>
[[nodiscard]] BalancedMatrix<dense_scalar_t<M>> balance(const M& A, const BalanceOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> input(A);
    const std::int64_t rows = input.view().rows();
    const std::int64_t cols = input.view().cols();
    BalancedMatrix<T> result{Matrix<T>(rows, cols), Matrix<T>(rows, cols)};
    detail::balance_into<T>(input.view(), options, MatrixView<T>(result.balanced), MatrixView<T>(result.transform));
    return result;
}

}  // namespace tamis
