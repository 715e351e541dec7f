// solve_triangular, and the triangle as a factorization of itself.
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Which triangle of a matrix.
enum class Triangle { lower, upper };

struct TriangularOptions {
    Triangle triangle = Triangle::lower;
    bool unit_diagonal = false;  ///< the diagonal is taken for ones and not read
};

/// A triangular matrix, kept for any number of solves: nothing is factored, its triangle is copied. All const members may be
/// called from several threads at once. Storage: n² numbers. A solve costs n² flops a column.
template <class T>
class DenseTriangle : public detail::SolveVerbs<DenseTriangle<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Only the named triangle is read. DimensionMismatch for a rectangle; InvalidArgument for an entry of the triangle that
    /// is not finite, with its position; SingularMatrix, with the row, for a zero on the diagonal; IndexOverflow beyond
    /// LAPACK's integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseTriangle(const M& A, const TriangularOptions& options = {}) : options_(options) {
        compute("triangular", detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] FactorInfo info() const;
    /// Another triangle of the same kind and order.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        recompute(detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) by xTRCON, O(n²).
    [[nodiscard]] Real<T> rcond() const;
    /// The triangle.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }

  private:
    friend class detail::SolveVerbs<DenseTriangle<T>, T>;
    friend class detail::HeldFactorization<T, DenseTriangle>;

    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void write_product(MatrixView<T> out) const;
    void check_ready(const char* caller) const;

    TriangularOptions options_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    Array<T> triangle_;  // the other one holds zeros
};

static_assert(Factorization<DenseTriangle<double>> && HasDeterminant<DenseTriangle<double>> &&
              ReportsCondition<DenseTriangle<double>> && Refactorable<DenseTriangle<double>, Matrix<double>>);

namespace detail {
template <class T>
void solve_triangular(MatrixView<const T> A, const TriangularOptions& options, MatrixView<const T> b, MatrixView<T> x);
}

/// x with A x = b for the lower (or upper) triangle of a square A, which alone is read, by substitution (BLAS xTRSM).
/// Column- and row-major matrices are solved with where they lie. A vector or a matrix of right-hand sides.
/// DimensionMismatch, InvalidArgument (an entry of the triangle or of b that is not finite, with its position),
/// SingularMatrix (a zero on the diagonal, with its row). n² flops a column.
template <DenseMatrix M, DenseArgument B>
[[nodiscard]] auto solve_triangular(const M& A, const B& b, const TriangularOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    return detail::allocate_and_apply<T>(a.view().cols(), b, [&](MatrixView<const T> in, MatrixView<T> out) {
        detail::solve_triangular<T>(a.view(), options, in, out);
    });
}

}  // namespace tamis
