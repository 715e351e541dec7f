// schur(A): the Schur form of a dense matrix, real or complex, its eigenvalues in any order.
#pragma once

#include <algorithm>
#include <complex>
#include <cstdint>
#include <functional>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/funm.hpp>
#include <tamis/dense/operand.hpp>

namespace tamis {

namespace detail {
struct RealSchurForm {};
/// Without a default, so that options without a form are those of the real one.
struct ComplexSchurForm {
    explicit constexpr ComplexSchurForm(int) noexcept {}
};

/// A = Z T Zᴴ, column-major and contiguous.
template <class T>
struct SchurParts {
    Handed<std::int64_t> n;
    Array<T> t;  // zero below the triangle, or below the blocks of the real form
    Array<T> z;
    Array<std::complex<Real<T>>> eigenvalues;  // in the order of T's diagonal
    std::int64_t selected = 0;                 // of them, the first so many were asked for
};

enum class SchurFunction { exponential, root, logarithm };
template <class T>
void schur_function(const SchurParts<T>& parts, SchurFunction which, MatrixView<T> X);
template <class T>
void schur_general_function(const char* what, const SchurParts<T>& parts, const ScalarFunction& f, MatrixView<T> X);
}  // namespace detail

/// The form of T in A = Z·T·Zᴴ. It decides the scalars of the result, so each is a constant of a type of its own.
struct SchurForm {
    /// In the scalars of A. For real ones a quasi-triangle: blocks of order 1 for real eigenvalues, of order 2, with equal
    /// diagonal entries and off-diagonal ones of opposite signs, for conjugate pairs. For complex A the triangle.
    static constexpr detail::RealSchurForm real{};
    /// A complex triangle, for real A too.
    static constexpr detail::ComplexSchurForm complex{0};
};

/// Which eigenvalues come first: a function of each of them. In the real form a conjugate pair is selected if either is.
using EigenvalueSelection = std::function<bool(std::complex<double>)>;

struct SchurOptions {
    detail::RealSchurForm form = SchurForm::real;
    EigenvalueSelection select = {};
};
/// Chosen by `.form = SchurForm::complex`.
struct ComplexSchurOptions {
    detail::ComplexSchurForm form;
    EigenvalueSelection select = {};
};

/// A = Z·T·Zᴴ with a unitary Z and a triangle T (a quasi-triangle where T is real: see SchurForm), of any square dense
/// matrix: LAPACK's xGEES, the QR algorithm with aggressive early deflation (Braman, Byers, Mathias, SIAM J. Matrix Anal.
/// Appl. 23, 2002); reordered, where asked, by unitary swaps (Bai, Demmel, Linear Algebra Appl. 186, 1993: xTRSEN). The
/// complex form of a real matrix is its real form with rotations for the pairs, a quarter of the complex algorithm's cost.
///
/// The caller's matrix is not referred to after construction. All const members may be called from several threads at once.
/// Storage: 2 n² numbers. Cost: about 25 n³ flops.
template <class T>
class DenseSchur {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// DimensionMismatch for a rectangle; InvalidArgument for an entry that is not finite, with the position of the first,
    /// column by column; IndexOverflow for sizes beyond LAPACK's integers; NotConverged where the QR algorithm fails (none
    /// is known), or where two real blocks to be swapped are too close to be told apart (the complex form never does).
    template <detail::DenseMatrixOf<T> M>
    explicit DenseSchur(const M& A, EigenvalueSelection select = {}) : select_(std::move(select)) {
        compute("schur", detail::ShapedInput<M>(A).view());
    }
    /// The complex form of a real A.
    template <detail::DenseMatrixOf<Real<T>> M>
        requires is_complex_v<T>
    explicit DenseSchur(const M& A, EigenvalueSelection select = {}) : select_(std::move(select)) {
        compute_from_real("schur", detail::ShapedInput<M>(A).view());
    }

    [[nodiscard]] std::int64_t rows() const noexcept { return parts_.n; }
    [[nodiscard]] std::int64_t cols() const noexcept { return parts_.n; }
    /// `.method` is automatic, which no dense decomposition has a name in; seconds.factor stays 0 below order 64.
    [[nodiscard]] FactorInfo info() const;

    [[nodiscard]] Matrix<T> t() const {
        return detail::allocate_matrix<T>(rows(), rows(), [this](auto out) { write(parts_.t, out); });
    }
    [[nodiscard]] Matrix<T> z() const {
        return detail::allocate_matrix<T>(rows(), rows(), [this](auto out) { write(parts_.z, out); });
    }
    /// In the order of T's diagonal; of a conjugate pair of a real T first the one in the upper half plane.
    [[nodiscard]] Vector<std::complex<Real<T>>> eigenvalues() const {
        Vector<std::complex<Real<T>>> values(rows());
        std::copy(parts_.eigenvalues.begin(), parts_.eigenvalues.end(), values.data());
        return values;
    }
    /// So many eigenvalues were selected; they come first, and the first so many columns of Z span their invariant subspace.
    [[nodiscard]] std::int64_t selected() const noexcept { return parts_.selected; }
    /// Z·T·Zᴴ.
    [[nodiscard]] Matrix<T> reconstruct() const {
        return detail::allocate_matrix<T>(rows(), rows(), [this](auto out) { write_product(out); });
    }

    /// e^A, from the cached form: see expm; 2 to 6 n³ flops beyond it. InvalidArgument where it overflows.
    [[nodiscard]] Matrix<T> exp() const { return function(detail::SchurFunction::exponential); }
    /// The principal square root: see sqrtm, also for what it refuses.
    [[nodiscard]] Matrix<T> sqrtm() const { return function(detail::SchurFunction::root); }
    /// The principal logarithm: see logm, also for what it refuses.
    [[nodiscard]] Matrix<T> logm() const { return function(detail::SchurFunction::logarithm); }
    /// f(A) for f on complex numbers: see funm, also for what it refuses.
    template <class F>
    [[nodiscard]] Matrix<T> apply(F&& f) const {
        const detail::ScalarFunction function = detail::as_scalar_function(std::forward<F>(f));
        return detail::allocate_matrix<T>(rows(), rows(), [&](MatrixView<T> out) {
            detail::schur_general_function<T>("schur apply", parts_, function, out);
        });
    }

  private:
    [[nodiscard]] Matrix<T> function(detail::SchurFunction which) const {
        return detail::allocate_matrix<T>(rows(), rows(),
                                          [&](MatrixView<T> out) { detail::schur_function<T>(parts_, which, out); });
    }
    void compute(const char* caller, MatrixView<const T> A);
    void compute_from_real(const char* caller, MatrixView<const Real<T>> A);
    void write_product(MatrixView<T> out) const;
    static void write(const Array<T>& from, MatrixView<T> to) { std::copy(from.begin(), from.end(), to.data()); }

    EigenvalueSelection select_;
    detail::SchurParts<T> parts_;
    double seconds_ = 0;
};

/// The Schur form of a square dense A, in its own scalars: see DenseSchur. `schur(A, {.select = [](std::complex<double> x) {
/// return x.real() < 0; }})` brings the stable eigenvalues to the front.
template <DenseMatrix M>
[[nodiscard]] DenseSchur<dense_scalar_t<M>> schur(const M& A, const SchurOptions& options = {}) {
    return DenseSchur<dense_scalar_t<M>>(A, options.select);
}
/// The complex form, for real A too: `schur(A, {.form = SchurForm::complex})`.
template <DenseMatrix M>
[[nodiscard]] DenseSchur<std::complex<Real<dense_scalar_t<M>>>> schur(const M& A, const ComplexSchurOptions& options) {
    return DenseSchur<std::complex<Real<dense_scalar_t<M>>>>(A, options.select);
}

}  // namespace tamis
