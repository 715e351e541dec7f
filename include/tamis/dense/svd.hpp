// svd(A) of a dense matrix: the singular value decomposition as an object; svdvals(A).
#pragma once

#include <cstdint>

#include <tamis/core/array.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

/// Which singular vectors: the first min(rows, cols), all, or none.
enum class Vectors { thin, full, none };

/// How LAPACK computes an SVD: divide and conquer (xGESDD), QR iteration (xGESVD), one-sided Jacobi rotations (xGEJSV).
/// `automatic` is the first, and the next where one does not converge.
enum class SvdDriver { automatic, divide_and_conquer, qr_iteration, jacobi };

/// Options of `svd` of dense matrices.
struct DenseSvdOptions {
    Vectors vectors = Vectors::thin;
    /// Singular values of at most rank_tolerance · σ₁ count as zero. In [0, 1]; 0: max(rows, cols) ε.
    double rank_tolerance = 0;
    /// A driver that is named is obeyed or throws NotConverged. `jacobi` finds the small singular values of A = D₁ C D₂ with
    /// diagonal D₁, D₂ and a well-conditioned C to relative accuracy, where the others find them up to ε σ₁; it takes
    /// longer.
    SvdDriver driver = SvdDriver::automatic;
};

/// What counts as a singular value of zero: at most max(absolute, relative · σ₁); max(rows, cols) ε σ₁ if both are 0.
struct RankOptions {
    double relative = 0;
    double absolute = 0;
};

namespace detail {
/// InvalidArgument unless both are finite and at least 0.
void check_rank_options(const char* caller, const RankOptions& options);
/// How many of the singular values of an m×n matrix, descending, are above the threshold of the options.
template <class R>
std::int64_t rank_of_values(const R* s, std::int64_t m, std::int64_t n, const RankOptions& options);
/// The min(m, n) singular values of A, descending.
template <class T>
void singular_values(const char* caller, MatrixView<const T> A, SvdDriver driver, Real<T>* s);
}  // namespace detail

/// A = U diag(σ) Vᴴ of a dense matrix of any shape, kept for any number of solves; σ descends.
///
/// `solve(b)` is the least-squares solution of minimum norm, Σ (uᵢᴴb / σᵢ) vᵢ over the first rank() terms (Golub, Van Loan:
/// Matrix Computations, 4th ed., §5.5.1); the rank counts the σ above rank_tolerance · σ₁. `solve_adjoint` and
/// `solve_transposed` are the same for Aᴴ and Aᵀ.
///
/// Computed by LAPACK in the scalar of the matrix: divide and conquer (Gu, Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995),
/// QR iteration (Demmel, Kahan, SIAM J. Sci. Stat. Comput. 11, 1990) should that not converge, and Jacobi rotations (Drmač,
/// Veselić, SIAM J. Matrix Anal. Appl. 29, 2008) should neither; info().backend says which. The caller's matrix is not
/// referred to after construction. All const members may be called from several threads at once. Storage with k = min(m, n):
/// k (m + n + 1) numbers, full m² + n² + k, without vectors k. Cost: about 4 m n² + 22 n³ flops for m ≥ n (without vectors 4
/// m n² − 4/3 n³), a solve 2 k (m + n) a column.
template <class T>
class DenseSvd : public detail::SolveVerbs<DenseSvd<T>, T> {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// InvalidArgument for an entry that is not finite, with the position of the first, column by column, and for a
    /// tolerance outside of [0, 1]; NotConverged; IndexOverflow for sizes beyond LAPACK's 32-bit integers.
    template <detail::DenseMatrixOf<T> M>
    explicit DenseSvd(const M& A, const DenseSvdOptions& options = {}) : options_(options) {
        compute("svd", detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return m_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return n_; }
    /// backend names the driver that was used. seconds.factor stays 0 where both sizes are below 64, where a clock would
    /// cost more than the work.
    [[nodiscard]] FactorInfo info() const;
    /// The driver that was used.
    [[nodiscard]] SvdDriver driver() const noexcept { return driver_; }

    /// Decomposes another matrix of the same shape in the same memory. DimensionMismatch leaves the object as it was; after
    /// any other failure solving throws until the next success.
    template <detail::DenseMatrixOf<T> M>
    void refactor(const M& A) {
        recompute(detail::ShapedInput<M>(A).view());
    }

    /// U, rows × min(rows, cols), or square with Vectors::full. InvalidArgument without vectors.
    [[nodiscard]] Matrix<T> u() const {
        return detail::allocate_matrix<T>(m_, options_.vectors == Vectors::full ? rows() : least(),
                                          [this](auto out) { write_u(out); });
    }
    /// σ, min(rows, cols) numbers, descending.
    [[nodiscard]] Vector<Real<T>> singular_values() const {
        Vector<Real<T>> s(least());
        write_values(s.data());
        return s;
    }
    /// Vᴴ, min(rows, cols) × cols, or square with Vectors::full. InvalidArgument without vectors.
    [[nodiscard]] Matrix<T> vt() const {
        return detail::allocate_matrix<T>(options_.vectors == Vectors::full ? cols() : least(), n_,
                                          [this](auto out) { write_vt(out); });
    }

    /// How many σ exceed rank_tolerance · σ₁, with the tolerance of the options.
    [[nodiscard]] std::int64_t rank() const { return rank(options_.rank_tolerance); }
    /// How many σ exceed tolerance · σ₁; 0: max(rows, cols) ε.
    [[nodiscard]] std::int64_t rank(double tolerance) const { return rank(RankOptions{.relative = tolerance}); }
    [[nodiscard]] std::int64_t rank(const RankOptions& options) const;
    /// σ₁ / σ_min, the condition number in the 2-norm; infinity where σ_min is 0, 1 for an empty matrix.
    [[nodiscard]] Real<T> condition() const;
    /// The Moore–Penrose inverse, cols × rows, of the σ above the tolerance of the options. O(m n k).
    [[nodiscard]] Matrix<T> pinv() const { return pinv({.relative = options_.rank_tolerance}); }
    [[nodiscard]] Matrix<T> pinv(const RankOptions& options) const {
        return detail::allocate_matrix<T>(n_, m_, [&](auto out) { write_pinv(options, out); });
    }
    /// An orthonormal basis, cols × (cols − rank), of the x with A x = 0. Right singular vectors; those that a thin
    /// decomposition of a wide matrix lacks by a QR factorization of the others.
    [[nodiscard]] Matrix<T> null_space() const { return null_space({.relative = options_.rank_tolerance}); }
    [[nodiscard]] Matrix<T> null_space(const RankOptions& options) const {
        return detail::allocate_matrix<T>(n_, n_ - rank(options), [this](auto out) { write_null_space(out); });
    }
    /// An orthonormal basis, rows × rank, of all A x: left singular vectors.
    [[nodiscard]] Matrix<T> range() const { return range({.relative = options_.rank_tolerance}); }
    [[nodiscard]] Matrix<T> range(const RankOptions& options) const {
        return detail::allocate_matrix<T>(m_, rank(options), [this](auto out) { write_u(out); });
    }

    /// The x that minimises ‖b − A x‖₂² + damping² ‖x‖₂² (Tikhonov, ridge regression): Σ σᵢ / (σᵢ² + damping²) uᵢᴴb vᵢ over
    /// all σᵢ > 0, without squaring A. damping = 0 is solve(b). For one decomposition and any number of dampings. O(k (m +
    /// n)) a column. InvalidArgument for a damping that is negative or not finite.
    template <DenseArgument B>
    [[nodiscard]] DenseResult<T, B> solve_damped(const B& b, double damping) const {
        return detail::allocate_and_apply<T>(n_, b, [&](auto in, auto out) { apply_damped(damping, in, out); });
    }

    /// {sign, log |det A|} of a square A; {0, −∞} where a σ is 0. The sign takes O(n³). DimensionMismatch for a rectangle.
    [[nodiscard]] LogDeterminant<T> slogdet() const;
    /// Estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁) of a square A from a few solves (Higham and Tisseur); 0 where the rank is deficient.
    /// DimensionMismatch for a rectangle. 1 / condition() is the same in the 2-norm.
    [[nodiscard]] Real<T> rcond() const;
    /// A up to rounding.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(m_, n_, [this](auto out) { write_product(out); });
    }

  private:
    friend class detail::SolveVerbs<DenseSvd<T>, T>;
    friend class detail::HeldFactorization<T, DenseSvd>;

    [[nodiscard]] std::int64_t least() const noexcept { return m_ < n_ ? m_ : n_; }
    /// Leading dimension of vt_.
    [[nodiscard]] std::int64_t ldvt() const noexcept { return options_.vectors == Vectors::full ? cols() : least(); }
    void compute(const char* caller, MatrixView<const T> A);
    void recompute(MatrixView<const T> A);
    void solve_form(detail::SolveForm form, MatrixView<const T> b, MatrixView<T> x) const;
    void apply_inverse(bool adjoint, std::int64_t rank, const Real<T>* weights, T* y, std::int64_t ldy,
                       std::int64_t k) const;
    void apply_damped(double damping, MatrixView<const T> b, MatrixView<T> x) const;
    void write_values(Real<T>* out) const;
    void write_u(MatrixView<T> out) const;
    void write_vt(MatrixView<T> out) const;
    void write_pinv(const RankOptions& options, MatrixView<T> out) const;
    void write_null_space(MatrixView<T> out) const;
    void write_product(MatrixView<T> out) const;
    void check_ready(const char* caller) const;
    void check_vectors(const char* caller) const;
    void check_square(const char* caller) const;

    DenseSvdOptions options_;
    detail::Handed<std::int64_t> m_;
    detail::Handed<std::int64_t> n_;
    detail::Handed<bool> ready_;
    SvdDriver driver_ = SvdDriver::automatic;
    Array<T> u_;
    Array<Real<T>> s_;
    Array<T> vt_;
    Array<Real<T>> inverse_;  // 1 / σ of the first rank() ones
    Real<T> one_norm_ = 0;
    double seconds_ = 0;
};

/// The singular value decomposition of a dense A of any shape: see DenseSvd.
template <DenseMatrix M>
[[nodiscard]] DenseSvd<dense_scalar_t<M>> svd(const M& A, const DenseSvdOptions& options = {}) {
    return DenseSvd<dense_scalar_t<M>>(A, options);
}

/// The singular values of A, min(rows, cols) numbers, descending, without vectors: 4 m n² − 4/3 n³ flops for m ≥ n. Throws
/// what DenseSvd throws.
template <DenseMatrix M>
[[nodiscard]] auto svdvals(const M& A, SvdDriver driver = SvdDriver::automatic) {
    using T = dense_scalar_t<M>;
    const detail::ShapedInput<M> a(A);
    Vector<Real<T>> s(a.view().rows() < a.view().cols() ? a.view().rows() : a.view().cols());
    detail::singular_values<T>("svdvals", a.view(), driver, s.data());
    return s;
}

static_assert(Factorization<DenseSvd<double>> && HasDeterminant<DenseSvd<double>> && ReportsCondition<DenseSvd<double>> &&
              RankRevealing<DenseSvd<double>> && Refactorable<DenseSvd<double>, Matrix<double>>);

}  // namespace tamis
