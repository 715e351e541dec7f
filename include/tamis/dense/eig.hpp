// eig(A), eig(A, B), eigvals: eigenvalues and eigenvectors of any square dense matrix, and of pairs.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <memory>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>
#include <tamis/dense/qz.hpp>

namespace tamis {

/// A v = λ v and uᴴ A = λ uᴴ, or for a pair A v = λ B v and uᴴ A = λ uᴴ B, with eigenvectors of 2-norm 1 whose largest entry
/// is real where λ is not. Eigenvalues are complex, for real matrices in conjugate pairs with the one of the upper half
/// plane first. A defective matrix has fewer eigenvectors than order, so that some of the columns are parallel up to
/// rounding.
///
/// A single matrix goes LAPACK's way of xGEEV: balanced (permuted and scaled by powers of two), brought to Hessenberg form,
/// the QR algorithm with aggressive early deflation (Braman, Byers, Mathias, SIAM J. Matrix Anal. Appl. 23, 2002), and
/// blocked substitution; a pair by its generalized Schur form (DenseQz). Left vectors are computed when first asked for and
/// then kept. The caller's matrices are not referred to after construction. All members are const and may be called from
/// several threads at once. Storage: n² complex numbers, and 2 n² (a pair: 3 n²) in the scalars of the matrix. Cost: about
/// 27 n³ flops, a pair 70 n³.
template <class T>
class DenseEig {
    static_assert(Scalar<T>);
    using C = std::complex<Real<T>>;

  public:
    using scalar_type = T;

    /// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, with the position of the first,
    /// column by column; IndexOverflow for sizes beyond LAPACK's integers; NotConverged where the algorithm fails.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseEig(const M& A) {
        compute(detail::ShapedInput<M>(A).view());
    }
    /// The same for A v = λ B v; DimensionMismatch also for different orders.
    template <detail::DenseMatrixOf<T> M, detail::DenseMatrixOf<T> N>
    DenseEig(const M& A, const N& B) {
        compute_pair(detail::ShapedInput<M>(A).view(), detail::ShapedInput<N>(B).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    [[nodiscard]] FactorInfo info() const;

    /// λ = α/β; of a pair with a singular B infinity + 0i for each β that is 0, NaN where α is 0 too (a singular pencil).
    [[nodiscard]] Vector<C> eigenvalues() const {
        Vector<C> values(rows());
        detail::write_quotients(alpha_, beta_, values.data());
        return values;
    }
    /// The homogeneous form of the eigenvalues, which neither overflows nor divides: β ≥ 0, and 1 for a single matrix.
    [[nodiscard]] Vector<C> alpha() const {
        Vector<C> a(rows());
        std::copy(alpha_.begin(), alpha_.end(), a.data());
        return a;
    }
    [[nodiscard]] Vector<Real<T>> beta() const {
        Vector<Real<T>> b(rows());
        std::copy(beta_.begin(), beta_.end(), b.data());
        return b;
    }
    /// Column i belongs to eigenvalue i.
    [[nodiscard]] Matrix<C> right_vectors() const {
        return detail::allocate_matrix<C>(n_, n_, [this](auto out) { std::copy(right_.begin(), right_.end(), out.data()); });
    }
    [[nodiscard]] Matrix<C> left_vectors() const {
        return detail::allocate_matrix<C>(n_, n_, [this](auto out) { write_left(out); });
    }

  private:
    struct Lazy;

    void compute(MatrixView<const T> A);
    void compute_pair(MatrixView<const T> A, MatrixView<const T> B);
    void write_left(MatrixView<C> out) const;

    detail::Handed<std::int64_t> n_;
    Array<C> alpha_;
    Array<Real<T>> beta_;
    Array<C> right_;
    bool pair_ = false;
    double seconds_ = 0;
    std::shared_ptr<Lazy> lazy_;  // what left vectors are made of; shared by copies
};

namespace detail {
template <class T>
void eigenvalues_into(MatrixView<const T> A, std::complex<Real<T>>* values);
template <class T>
void eigenvalues_into(MatrixView<const T> A, MatrixView<const T> B, std::complex<Real<T>>* values);
}  // namespace detail

/// Eigenvalues and eigenvectors of a square dense A: see DenseEig.
template <DenseMatrix M>
[[nodiscard]] DenseEig<dense_scalar_t<M>> eig(const M& A) {
    return DenseEig<dense_scalar_t<M>>(A);
}
/// Those of A v = λ B v.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] DenseEig<dense_scalar_t<M>> eig(const M& A, const N& B) {
    static_assert(std::same_as<dense_scalar_t<M>, dense_scalar_t<N>>, "tamis: A and B must have the same scalars");
    return DenseEig<dense_scalar_t<M>>(A, B);
}

/// The eigenvalues alone, about 10 n³ flops; errors as those of `eig`.
template <DenseMatrix M>
[[nodiscard]] Vector<std::complex<Real<dense_scalar_t<M>>>> eigvals(const M& A) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    Vector<std::complex<Real<T>>> values(a.view().rows());
    detail::eigenvalues_into<T>(a.view(), values.data());
    return values;
}
/// Those of A v = λ B v, infinite ones included: see DenseEig::eigenvalues.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] Vector<std::complex<Real<dense_scalar_t<M>>>> eigvals(const M& A, const N& B) {
    using T = dense_scalar_t<M>;
    static_assert(std::same_as<T, dense_scalar_t<N>>, "tamis: A and B must have the same scalars");
    const detail::ShapedInput<M> a(A);
    const detail::ShapedInput<N> b(B);
    Vector<std::complex<Real<T>>> values(a.view().rows());
    detail::eigenvalues_into<T>(a.view(), b.view(), values.data());
    return values;
}

}  // namespace tamis
