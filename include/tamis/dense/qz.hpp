// qz(A, B): the generalized Schur form of a pair of dense matrices, its eigenvalues in any order.
#pragma once

#include <algorithm>
#include <complex>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Which eigenvalues α/β of a pair come first: a function of α and of β ≥ 0, or of the quotient (infinity + 0i where β is 0,
/// NaN where both are).
class PencilSelection {
  public:
    PencilSelection() = default;
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, PencilSelection>)
    &&std::predicate<F&, std::complex<double>, double> PencilSelection(F select) : select_(std::move(select)) {}
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, PencilSelection>)
    &&(!std::predicate<F&, std::complex<double>, double>)&&std::predicate<F&, std::complex<double>> PencilSelection(F select)
        : select_([select = std::move(select)](std::complex<double> alpha, double beta) mutable {
              return bool(select(quotient(alpha, beta)));
          }) {}
    [[nodiscard]] explicit operator bool() const noexcept { return bool(select_); }
    [[nodiscard]] bool operator()(std::complex<double> alpha, double beta) const { return select_(alpha, beta); }

    /// α/β.
    [[nodiscard]] static std::complex<double> quotient(std::complex<double> alpha, double beta) {
        if (beta != 0) return alpha / beta;
        const double none = std::numeric_limits<double>::quiet_NaN();
        return alpha == 0.0 ? std::complex<double>(none, none)
                            : std::complex<double>(std::numeric_limits<double>::infinity(), 0);
    }

  private:
    std::function<bool(std::complex<double>, double)> select_;
};

struct QzOptions {
    /// In the form of a real pair, of two conjugate eigenvalues both are selected if either is.
    PencilSelection select = {};
};

namespace detail {
/// A = Q S Zᴴ, B = Q P Zᴴ, column-major and contiguous.
template <class T>
struct QzParts {
    Handed<std::int64_t> n;
    Array<T> s;
    Array<T> p;
    Array<T> q;
    Array<T> z;
    Array<std::complex<Real<T>>> alpha;
    Array<Real<T>> beta;
    std::int64_t selected = 0;
};
/// α/β, infinity where β is 0, NaN where both are.
template <class R>
void write_quotients(const Array<std::complex<R>>& alpha, const Array<R>& beta, std::complex<R>* values) {
    for (std::int64_t i = 0; i < alpha.size(); ++i)
        values[i] = beta[i] != 0 ? alpha[i] / beta[i]
                                 : std::complex<R>(PencilSelection::quotient(std::complex<double>(alpha[i]), 0));
}
}  // namespace detail

/// Two matrices.
template <class T>
struct MatrixPair {
    Matrix<T> a;
    Matrix<T> b;
};

/// A = Q·S·Zᴴ and B = Q·T·Zᴴ with unitary Q and Z, a triangle T with a real diagonal ≥ 0, and a triangle S (for real
/// matrices a quasi-triangle: blocks of order 2 for conjugate pairs, where T's block is diagonal and positive). The
/// eigenvalues of A x = λ B x are α_i/β_i, for triangles the quotients of the diagonals; infinite where β is 0. LAPACK's
/// xGGES, the QZ algorithm (Moler, Stewart, SIAM J. Numer. Anal. 10, 1973), reordered, where asked, by unitary swaps
/// (Kågström, Poromaa, Numer. Algorithms 12, 1996: xTGSEN). Storage: 4 n² numbers. Cost: about 66 n³ flops. All members are
/// const and may be called from several threads at once.
template <class T>
class DenseQz {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// DimensionMismatch for a rectangle and for different orders; InvalidArgument for an entry that is not finite;
    /// IndexOverflow for sizes beyond LAPACK's integers; NotConverged where the QZ algorithm fails, or where two real blocks
    /// to be swapped are too close to be told apart.
    template <detail::DenseMatrixOf<T> M, detail::DenseMatrixOf<T> N>
    DenseQz(const M& A, const N& B, const QzOptions& options = {}) {
        compute(detail::ShapedInput<M>(A).view(), detail::ShapedInput<N>(B).view(), options.select);
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return parts_.n; }
    [[nodiscard]] std::int64_t cols() const noexcept { return parts_.n; }
    [[nodiscard]] FactorInfo info() const;

    [[nodiscard]] Matrix<T> q() const { return copy(parts_.q); }
    [[nodiscard]] Matrix<T> z() const { return copy(parts_.z); }
    [[nodiscard]] Matrix<T> s() const { return copy(parts_.s); }
    [[nodiscard]] Matrix<T> t() const { return copy(parts_.p); }
    [[nodiscard]] Vector<std::complex<Real<T>>> alpha() const {
        Vector<std::complex<Real<T>>> a(rows());
        std::copy(parts_.alpha.begin(), parts_.alpha.end(), a.data());
        return a;
    }
    [[nodiscard]] Vector<Real<T>> beta() const {
        Vector<Real<T>> b(rows());
        std::copy(parts_.beta.begin(), parts_.beta.end(), b.data());
        return b;
    }
    /// α/β in the order of the diagonals: infinity + 0i where β is 0, NaN where both are (a singular pencil).
    [[nodiscard]] Vector<std::complex<Real<T>>> eigenvalues() const {
        Vector<std::complex<Real<T>>> values(rows());
        detail::write_quotients(parts_.alpha, parts_.beta, values.data());
        return values;
    }
    /// So many eigenvalues were selected; they come first, and the first so many columns of Z and Q span their deflating
    /// subspaces.
    [[nodiscard]] std::int64_t selected() const noexcept { return parts_.selected; }
    /// {Q·S·Zᴴ, Q·T·Zᴴ}.
    [[nodiscard]] MatrixPair<T> reconstruct() const {
        MatrixPair<T> pair{Matrix<T>(rows(), rows()), Matrix<T>(rows(), rows())};
        write_products(MatrixView<T>(pair.a), MatrixView<T>(pair.b));
        return pair;
    }

  private:
    void compute(MatrixView<const T> A, MatrixView<const T> B, const PencilSelection& select);
    void write_products(MatrixView<T> a, MatrixView<T> b) const;
    [[nodiscard]] Matrix<T> copy(const Array<T>& from) const {
        return detail::allocate_matrix<T>(rows(), rows(),
                                          [&](auto out) { std::copy(from.begin(), from.end(), out.data()); });
    }

    detail::QzParts<T> parts_;
    double seconds_ = 0;
};

/// The generalized Schur form of two square dense matrices: see DenseQz.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] DenseQz<dense_scalar_t<M>> qz(const M& A, const N& B, const QzOptions& options = {}) {
    static_assert(std::same_as<dense_scalar_t<M>, dense_scalar_t<N>>, "tamis: A and B must have the same scalars");
    return DenseQz<dense_scalar_t<M>>(A, B, options);
}

}  // namespace tamis
