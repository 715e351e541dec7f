// eigh(A) and eigh(A, B) of dense Hermitian matrices: eigenvalues and eigenvectors as an object; eigvalsh,
// eigh_tridiagonal, eigh_banded.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Options of `eigh`, `eigvalsh`, `eigh_tridiagonal` and `eigh_banded`: all eigenvalues, those with the zero-based indices
/// first, …, first + count − 1 in ascending order, or those in (lower, upper].
struct DenseEighOptions {
    std::int64_t first = 0;
    std::int64_t count = -1;  ///< −1: all from the first one on
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    /// Of a pencil: A x = λ B x (1), A B x = λ x (2), B A x = λ x (3).
    int type = 1;
};

template <class T>
class DenseEigh;

/// The eigenvalues and eigenvectors of the real symmetric tridiagonal matrix with this diagonal, n numbers, and
/// off-diagonal, n − 1: by divide and conquer (LAPACK's xSTEVD), a part of them by relatively robust representations
/// (Dhillon, Parlett, Vömel, ACM TOMS 32, 2006). DimensionMismatch; InvalidArgument for what is not finite; NotConverged.
/// O(n²) to O(n³), for k pairs O(n k).
template <VectorArgument D, VectorArgument E>
[[nodiscard]] DenseEigh<dense_scalar_t<D>> eigh_tridiagonal(const D& diagonal, const E& off_diagonal,
                                                            const DenseEighOptions& options = {});

/// The eigenvalues and eigenvectors of a Hermitian band matrix by its upper diagonals, bands(u + i − j, j) = a_ij for i ≤ j,
/// u + 1 rows and a column for each of A (SciPy's upper form); the corner outside of A is not read. Reduced to tridiagonal
/// form by xHBTRD. InvalidArgument for what is not finite, and for a diagonal that is not real; NotConverged. O(n² u) for
/// the reduction, O(n³) for vectors.
template <DenseMatrix M>
[[nodiscard]] DenseEigh<dense_scalar_t<M>> eigh_banded(const M& bands, const DenseEighOptions& options = {});

namespace detail {
/// The eigenvalues that the options ask for, ascending; B is null for the standard problem.
template <class T>
Array<Real<T>> hermitian_eigenvalues(MatrixView<const T> A, const MatrixView<const T>* B, const DenseEighOptions& options);
}  // namespace detail

/// A = V diag(λ) Vᴴ of a Hermitian dense matrix, λ ascending, VᴴV = I; or a part of it; or of a pencil with a Hermitian
/// positive definite B: type 1 A x = λ B x and 2 A B x = λ x with VᴴBV = I, type 3 B A x = λ x with VᴴB⁻¹V = I.
///
/// Functions of A come from the decomposition: `apply(f)` is V diag(f(λ)) Vᴴ. `solve(b)` is the least-squares solution of
/// minimum norm, Σ (vᵢᴴb / λᵢ) vᵢ over the |λᵢ| > n ε max |λ|. Functions, solving and reconstruction need all eigenvalues of
/// a standard problem, and are refused otherwise.
///
/// Computed by LAPACK in the scalar of the matrix: xHEEVD (Gu, Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995) for all, and
/// xHEEVR for a part and where the former does not converge; a pencil through Cholesky of B and xHEGST, as xHEGVD. The
/// caller's matrix is not referred to after construction. All const members may be called from several threads at once.
/// Storage: n (k + 1) numbers for k eigenvalues. Cost: about 9 n³ flops for all, 4/3 n³ + O(n² k) for k.
template <class T>
class DenseEigh : public detail::SolveVerbs<DenseEigh<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// Both triangles of A are read. DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, for
    /// a matrix that is not Hermitian beyond rounding, |a_ij − conj(a_ji)| > 8ε·max(|a_ij|, |a_ji|), with the position, and
    /// for options that do not fit; NotConverged; IndexOverflow for sizes beyond LAPACK's 32-bit integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseEigh(const M& A, const DenseEighOptions& options = {}) : options_(options) {
        compute("eigh", detail::ShapedInput<M>(A).view(), nullptr);
    }
    /// The pencil (A, B). Also NotPositiveDefinite with the column of B.
    template <detail::DenseMatrixOf<T> M, detail::DenseMatrixOf<T> N>
    DenseEigh(const M& A, const N& B, const DenseEighOptions& options = {}) : options_(options),
                                                                              pencil_(true) {
        const detail::ShapedInput<N> b(B);
        const MatrixView<const T> view = b.view();
        compute("eigh", detail::ShapedInput<M>(A).view(), &view);
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return n_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    /// seconds.factor stays 0 below order 64, where a clock would cost more than the work.
    [[nodiscard]] FactorInfo info() const;

    /// Decomposes another matrix of the same order, with the same options. DimensionMismatch leaves the object as it was;
    /// after any other failure solving throws until the next success. InvalidArgument for a pencil.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        recompute(detail::ShapedInput<M>(A).view(), nullptr);
    }
    /// The same for a pencil.
    template <detail::DenseMatrixOf<T> M, detail::DenseMatrixOf<T> N>
    void refactor(const M& A, const N& B) {
        const detail::ShapedInput<N> b(B);
        const MatrixView<const T> view = b.view();
        recompute(detail::ShapedInput<M>(A).view(), &view);
    }

    /// How many eigenvalues were computed.
    [[nodiscard]] std::int64_t count() const noexcept { return values_.size(); }
    /// Whether it is the decomposition of a pencil (A, B).
    [[nodiscard]] bool is_pencil() const noexcept { return pencil_; }
    /// λ, count() numbers, ascending.
    [[nodiscard]] Vector<Real<T>> eigenvalues() const {
        Vector<Real<T>> w(count());
        write_values(w.data());
        return w;
    }
    /// V, n × count().
    [[nodiscard]] Matrix<T> eigenvectors() const {
        return detail::allocate_matrix<T>(n_, count(), [this](auto out) { write_vectors(out); });
    }

    /// f(A) = V diag(f(λ)) Vᴴ for a function of a real number: Matrix<T>, or a complex matrix where f is complex. 2 n³
    /// flops.
    template <class F>
    [[nodiscard]] auto apply(const F& f) const {
        using R = Real<T>;
        using Value = std::remove_cvref_t<std::invoke_result_t<const F&, R>>;
        const Vector<R> w = eigenvalues();
        if constexpr (std::is_convertible_v<Value, R>) {
            Vector<R> values(w.size());
            for (Eigen::Index i = 0; i < w.size(); ++i) values[i] = static_cast<R>(f(w[i]));
            return function_of(values);
        } else {
            Vector<R> re(w.size()), im(w.size());
            for (Eigen::Index i = 0; i < w.size(); ++i) {
                const std::complex<R> value(f(w[i]));
                re[i] = value.real();
                im[i] = value.imag();
            }
            const Matrix<T> P = function_of(re);
            const Matrix<T> Q = function_of(im);
            Matrix<std::complex<R>> result(P.rows(), P.cols());
            for (Eigen::Index k = 0; k < P.size(); ++k)
                result.data()[k] = std::complex<R>(P.data()[k]) + std::complex<R>(0, 1) * Q.data()[k];
            return result;
        }
    }
    /// e^A.
    [[nodiscard]] Matrix<T> exp() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_exp(out); });
    }
    /// The principal square root. A real A with a negative eigenvalue beyond rounding (−n ε max |λ|; less counts as 0) has
    /// no real one: InvalidArgument with the advice to pass a complex matrix, which has.
    [[nodiscard]] Matrix<T> sqrt() const { return power(0.5); }
    /// The principal logarithm. SingularMatrix for an eigenvalue of 0 (−n ε max |λ| ≤ λ ≤ 0); a real A with a negative one
    /// has no real logarithm: InvalidArgument as above.
    [[nodiscard]] Matrix<T> log() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_log(out); });
    }
    /// The principal power A^p for any real p. SingularMatrix for p < 0 and an eigenvalue of 0; where p is no integer,
    /// negative eigenvalues are those of sqrt().
    [[nodiscard]] Matrix<T> power(double p) const {
        return detail::allocate_matrix<T>(n_, n_, [&](auto out) { write_power(p, out); });
    }

    /// How many |λ| exceed tolerance · max |λ|; 0: n ε.
    [[nodiscard]] std::int64_t rank(double tolerance = 0) const;
    /// {sign, log |det A|}; {0, −∞} where a λ is 0. O(n).
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) from a few solves (Higham and Tisseur); 0 where the rank is deficient.
    [[nodiscard]] Real<T> rcond() const;
    /// A up to rounding.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(n_, n_, [this](auto out) { write_product(out); });
    }

  private:
    friend class detail::SolveVerbs<DenseEigh<T>, T>;
    friend class detail::HeldFactorization<T, DenseEigh>;
    template <VectorArgument D, VectorArgument E>
    friend DenseEigh<dense_scalar_t<D>> eigh_tridiagonal(const D&, const E&, const DenseEighOptions&);
    template <DenseMatrix M>
    friend DenseEigh<dense_scalar_t<M>> eigh_banded(const M&, const DenseEighOptions&);

    struct Unset {};
    DenseEigh(Unset, const DenseEighOptions& options) : options_(options) {}

    [[nodiscard]] Matrix<T> function_of(const Vector<Real<T>>& values) const {
        return detail::allocate_matrix<T>(n_, n_, [&](auto out) { write_function("eigh apply", values.data(), out); });
    }
    void compute(const char* caller, MatrixView<const T> A, const MatrixView<const T>* B);
    void recompute(MatrixView<const T> A, const MatrixView<const T>* B);
    void compute_tridiagonal(VectorView<const T> diagonal, VectorView<const T> off_diagonal);
    void compute_banded(MatrixView<const T> bands);
    /// Of the tridiagonal matrix with diagonal d and off-diagonal e, turned by Q (null: the identity).
    void take_tridiagonal(const char* caller, std::int64_t n, Array<Real<T>> d, Array<Real<T>> e, const T* Q);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void apply_inverse(T* y, std::int64_t ldy, std::int64_t k) const;
    void write_values(Real<T>* out) const;
    void write_vectors(MatrixView<T> out) const;
    void write_function(const char* caller, const Real<T>* values, MatrixView<T> out) const;
    void write_complex_function(const char* caller, const std::complex<Real<T>>* values, MatrixView<T> out) const;
    void write_exp(MatrixView<T> out) const;
    void write_log(MatrixView<T> out) const;
    void write_power(double p, MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    [[nodiscard]] Real<T> largest() const;
    void check_ready(const char* caller) const;
    void check_whole(const char* caller) const;

    DenseEighOptions options_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    bool pencil_ = false;
    const char* routine_ = "heevd";
    Array<Real<T>> values_;
    Array<T> vectors_;
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
};

/// The eigenvalues and eigenvectors of a dense Hermitian A, all or a part of them: see DenseEigh.
template <DenseMatrix M>
[[nodiscard]] DenseEigh<dense_scalar_t<M>> eigh(const M& A, const DenseEighOptions& options = {}) {
    return DenseEigh<dense_scalar_t<M>>(A, options);
}

/// Those of a pencil, A x = λ B x, A B x = λ x or B A x = λ x (`.type` 1, 2, 3), B positive definite: see DenseEigh.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] DenseEigh<dense_scalar_t<M>> eigh(const M& A, const N& B, const DenseEighOptions& options = {}) {
    return DenseEigh<dense_scalar_t<M>>(A, B, options);
}

/// The eigenvalues of a dense Hermitian A, ascending, without vectors: 4/3 n³ flops. Throws what DenseEigh throws.
template <DenseMatrix M>
[[nodiscard]] auto eigvalsh(const M& A, const DenseEighOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const Array<Real<T>> w = detail::hermitian_eigenvalues<T>(detail::ShapedInput<M>(A).view(), nullptr, options);
    return Vector<Real<T>>(Eigen::Map<const Vector<Real<T>>>(w.data(), w.size()));
}

/// The eigenvalues of a pencil.
template <DenseMatrix M, DenseMatrix N>
[[nodiscard]] auto eigvalsh(const M& A, const N& B, const DenseEighOptions& options = {}) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<N> b(B);
    const MatrixView<const T> view = b.view();
    const Array<Real<T>> w = detail::hermitian_eigenvalues<T>(detail::ShapedInput<M>(A).view(), &view, options);
    return Vector<Real<T>>(Eigen::Map<const Vector<Real<T>>>(w.data(), w.size()));
}

template <VectorArgument D, VectorArgument E>
DenseEigh<dense_scalar_t<D>> eigh_tridiagonal(const D& diagonal, const E& off_diagonal, const DenseEighOptions& options) {
    using T = dense_scalar_t<D>;
    static_assert(!is_complex_v<T>, "tamis: eigh_tridiagonal is for real matrices; complex ones are bands of eigh_banded");
    const detail::DenseInput<T, D> d(diagonal);
    const detail::DenseInput<T, E> e(off_diagonal);
    DenseEigh<T> result(typename DenseEigh<T>::Unset{}, options);
    result.compute_tridiagonal(d.vector(), e.vector());
    return result;
}

template <DenseMatrix M>
DenseEigh<dense_scalar_t<M>> eigh_banded(const M& bands, const DenseEighOptions& options) {
    using T = dense_scalar_t<M>;
    DenseEigh<T> result(typename DenseEigh<T>::Unset{}, options);
    result.compute_banded(detail::ShapedInput<M>(bands).view());
    return result;
}

static_assert(Factorization<DenseEigh<double>> && HasDeterminant<DenseEigh<double>> && ReportsCondition<DenseEigh<double>> &&
              RankRevealing<DenseEigh<double>> && Refactorable<DenseEigh<double>, Matrix<double>>);

}  // namespace tamis
