#include <tamis/dense/equations.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <sstream>
#include <string>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/schur.hpp"
#include "dense/threads.hpp"
#include "dense/triangle_sylvester.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// Eigenvalues count as one where they differ by less than this many units of roundoff.
constexpr double eigenvalue_rounding = 10;

void check_right_side(const char* what, const char* name, std::int64_t m, std::int64_t n, std::int64_t rows,
                      std::int64_t cols) {
    if (rows == m && cols == n) return;
    throw DimensionMismatch(std::string(what) + ": " + name + " has " + std::to_string(rows) + " rows and " +
                                std::to_string(cols) + " columns; it must have " + std::to_string(m) + " and " +
                                std::to_string(n),
                            rows != m ? m : n, rows != m ? rows : cols);
}

template <class R>
std::string printed_eigenvalue(const std::complex<R>& x) {
    std::ostringstream text;
    text.precision(6);
    text << x.real();
    if (x.imag() != R(0)) text << (x.imag() < R(0) ? " - " : " + ") << std::abs(x.imag()) << "i";
    return text.str();
}

[[noreturn]] void throw_no_unique_solution(const char* what, const std::string& pair) {
    throw SingularMatrix(std::string(what) + ": " + pair +
                             ": the equation has no unique solution; shift or scale a coefficient so that the eigenvalues "
                             "come apart",
                         -1, false);
}

/// SingularMatrix where λ + μ is zero up to rounding for a λ of the first and a μ of the second.
template <class R>
void check_apart(const char* what, const char* first, const char* second, const Array<std::complex<R>>& lambda,
                 const Array<std::complex<R>>& mu, bool conjugated) {
    for (const auto& x : lambda)
        for (const auto& y : mu)
            if (!(std::abs(x + (conjugated ? std::conj(y) : y)) >
                  R(eigenvalue_rounding) * epsilon_v<R> * (std::abs(x) + std::abs(y))))
                throw_no_unique_solution(
                    what, std::string(first) + " has the eigenvalue " + printed_eigenvalue(x) + " and " + second +
                              " the eigenvalue " + printed_eigenvalue(y) +
                              (conjugated ? ", whose sum, one of them conjugated, is zero up to rounding"
                                          : ", whose sum is zero up to rounding"));
}

double equation_flops(std::int64_t m, std::int64_t n, std::int64_t k) {
    return 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}

/// U := Zᴴ F W, or (back) Z F Wᴴ, in place; m×n.
template <class T>
void change_basis(bool back, std::int64_t m, std::int64_t n, const T* Z, const T* W, T* F) {
    Array<T> half(m * n, uninitialized);
    on_dense_threads(equation_flops(m, n, m + n), [&] {
        blas::gemm(back ? 'N' : 'C', 'N', m, n, m, T(1), Z, m, F, m, T(0), half.data(), m);
        blas::gemm('N', back ? 'C' : 'N', m, n, n, T(1), half.data(), m, W, n, T(0), F, m);
    });
}

/// Writes F, contiguous, into X; SingularMatrix where it is not finite. `hermitian`: the mean of F and its adjoint.
template <class T>
void write_solution(const char* what, const T* F, bool hermitian, MatrixView<T> X) {
    const std::int64_t m = X.rows(), n = X.cols();
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < m; ++i) {
            if (!is_finite(F[j * m + i]))
                throw SingularMatrix(std::string(what) +
                                         ": the solution overflows: the equation is singular to working precision, or its "
                                         "right side too large; scale it",
                                     -1, false);
            if (!hermitian) X(i, j) = F[j * m + i];
            else if (i <= j) {
                const T mean = F[j * m + i] / Real<T>(2) + conjugate(F[i * m + j]) / Real<T>(2);
                X(i, j) = i == j ? T(real_part(mean)) : mean;
                if (i != j) X(j, i) = conjugate(mean);
            }
        }
}

template <class T>
bool exactly_hermitian(MatrixView<const T> Q) {
    for (std::int64_t j = 0; j < Q.cols(); ++j)
        for (std::int64_t i = 0; i <= j; ++i)
            if (Q(i, j) != conjugate(Q(j, i))) return false;
    return true;
}

template <class T>
void check_equation_operands(const char* what, MatrixView<const T> A, MatrixView<const T> Q) {
    check_square_operand(what, A);
    check_right_side(what, "Q", A.rows(), A.rows(), Q.rows(), Q.cols());
    check_finite_entries(what, "A", A);
    check_finite_entries(what, "Q", Q);
}

// A X Bᴴ − X + F = 0 with upper triangles A, m×m, and B, n×n; X in place of F. A block of columns of X depends on those to
// its right, a block of rows on those below.
template <class C>
class SteinSolver {
  public:
    explicit SteinSolver(std::int64_t room) : work_(room, uninitialized) {}

    void solve(std::int64_t m, std::int64_t n, const C* A, std::int64_t lda, const C* B, std::int64_t ldb, C* F,
               std::int64_t ldf) {
        if (m <= leaf && n <= leaf) {
            substitute(m, n, A, lda, B, ldb, F, ldf);
        } else if (n >= m) {
            const std::int64_t k = n / 2;
            C* const right = F + k * ldf;
            solve(m, n - k, A, lda, B + k * ldb + k, ldb, right, ldf);
            // F₁ += A X₂ B₁₂ᴴ
            blas::gemm('N', 'C', m, k, n - k, C(1), right, ldf, B + k * ldb, ldb, C(0), work_.data(), m);
            blas::trmm('L', 'U', 'N', 'N', m, k, C(1), A, lda, work_.data(), m);
            add(m, k, F, ldf);
            solve(m, k, A, lda, B, ldb, F, ldf);
        } else {
            const std::int64_t k = m / 2;
            C* const low = F + k;
            solve(m - k, n, A + k * lda + k, lda, B, ldb, low, ldf);
            // F₁ += A₁₂ X₂ Bᴴ
            blas::gemm('N', 'N', k, n, m - k, C(1), A + k * lda, lda, low, ldf, C(0), work_.data(), k);
            blas::trmm('R', 'U', 'C', 'N', k, n, C(1), B, ldb, work_.data(), k);
            add(k, n, F, ldf);
            solve(k, n, A, lda, B, ldb, F, ldf);
        }
    }

  private:
    static constexpr std::int64_t leaf = 32;

    void add(std::int64_t m, std::int64_t n, C* F, std::int64_t ldf) const {
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < m; ++i) F[j * ldf + i] += work_[j * m + i];
    }
    static C times(const C& x, const C& y) {
        return {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
    }
    /// Column by column from the right: (I − conj(b_jj) A) x_j = f_j + A w, w = Σ_{k > j} conj(b_jk) x_k.
    void substitute(std::int64_t m, std::int64_t n, const C* A, std::int64_t lda, const C* B, std::int64_t ldb, C* F,
                    std::int64_t ldf) {
        std::array<C, leaf> w;
        for (std::int64_t j = n - 1; j >= 0; --j) {
            C* const x = F + j * ldf;
            std::fill_n(w.data(), m, C(0));
            for (std::int64_t k = j + 1; k < n; ++k) {
                const C factor = std::conj(B[k * ldb + j]);
                for (std::int64_t i = 0; i < m; ++i) w[static_cast<std::size_t>(i)] += times(factor, F[k * ldf + i]);
            }
            const C b = std::conj(B[j * ldb + j]);
            for (std::int64_t i = m - 1; i >= 0; --i) {
                const C a = A[i * lda + i];
                x[i] = (x[i] + times(a, w[static_cast<std::size_t>(i)])) / (C(1) - times(a, b));
                // Column i of A times w_i + b x_i, for the rows above.
                const C factor = w[static_cast<std::size_t>(i)] + times(b, x[i]);
                for (std::int64_t l = 0; l < i; ++l) x[l] += times(A[i * lda + l], factor);
            }
        }
    }

    Array<C> work_;
};

}  // namespace

template <class T>
void sylvester_into(MatrixView<const T> A, MatrixView<const T> B, MatrixView<const T> C, MatrixView<T> X) {
    const char* const what = "solve_sylvester";
    check_square_operand(what, A);
    check_square_operand(what, B);
    const std::int64_t m = A.rows(), n = B.rows();
    check_right_side(what, "C", m, n, C.rows(), C.cols());
    check_finite_entries(what, "A", A);
    check_finite_entries(what, "B", B);
    check_finite_entries(what, "C", C);
    if (m == 0 || n == 0) return;
    const SchurParts<T> U = schur_parts(what, A);
    const SchurParts<T> V = schur_parts(what, B);
    check_apart(what, "A", "B", U.eigenvalues, V.eigenvalues, false);
    Array<T> F(m * n, uninitialized);
    copy_view(C, MatrixView<T>(F.data(), m, n));
    change_basis(false, m, n, U.z.data(), V.z.data(), F.data());
    bool apart = false;
    on_dense_threads(equation_flops(m, n, m + n) / 2,
                     [&] { apart = solve_triangle_sylvester(m, n, U.t.data(), m, V.t.data(), n, 1, F.data(), m); });
    if (!apart) throw_no_unique_solution(what, "eigenvalues of A and −B are the same up to rounding");
    change_basis(true, m, n, U.z.data(), V.z.data(), F.data());
    write_solution(what, F.data(), false, X);
}

template <class T>
void lyapunov_into(const char* what, MatrixView<const T> A, MatrixView<const T> Q, MatrixView<T> X) {
    check_equation_operands(what, A, Q);
    const std::int64_t n = A.rows();
    if (n == 0) return;
    const SchurParts<T> U = schur_parts(what, A);
    check_apart(what, "A", "also", U.eigenvalues, U.eigenvalues, true);
    // S Y + Y Sᴴ = F is S (Y J) + (Y J) (J Sᴴ J) = F J with the reversal J, which makes an upper triangle of Sᴴ.
    Array<T> reversed(n * n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) reversed[j * n + i] = conjugate(U.t[(n - 1 - i) * n + n - 1 - j]);
    Array<T> F(n * n, uninitialized);
    copy_view(Q, MatrixView<T>(F.data(), n, n));
    const auto reverse_columns = [&] {
        for (std::int64_t j = 0; j < n / 2; ++j)
            std::swap_ranges(F.data() + j * n, F.data() + (j + 1) * n, F.data() + (n - 1 - j) * n);
    };
    change_basis(false, n, n, U.z.data(), U.z.data(), F.data());
    reverse_columns();
    bool apart = false;
    on_dense_threads(equation_flops(n, n, n),
                     [&] { apart = solve_triangle_sylvester(n, n, U.t.data(), n, reversed.data(), n, 1, F.data(), n); });
    if (!apart) throw_no_unique_solution(what, "eigenvalues of A and −Aᴴ are the same up to rounding");
    reverse_columns();
    change_basis(true, n, n, U.z.data(), U.z.data(), F.data());
    write_solution(what, F.data(), exactly_hermitian(Q), X);
}

template <class T>
void discrete_lyapunov_into(const char* what, MatrixView<const T> A, MatrixView<const T> Q, MatrixView<T> X) {
    using C = std::complex<Real<T>>;
    check_equation_operands(what, A, Q);
    const std::int64_t n = A.rows();
    if (n == 0) return;
    SchurParts<C> U;
    if constexpr (is_complex_v<T>) U = schur_parts(what, A);
    else U = complex_schur(schur_parts(what, A));
    for (const C& x : U.eigenvalues)
        for (const C& y : U.eigenvalues) {
            const C product = x * std::conj(y);
            const Real<T> limit = Real<T>(eigenvalue_rounding) * epsilon_v<T>;
            if (!(std::abs(product - C(1)) > limit * std::max(Real<T>(1), std::abs(product))))
                throw_no_unique_solution(what, "A has the eigenvalues " + printed_eigenvalue(x) + " and " +
                                                   printed_eigenvalue(y) +
                                                   ", whose product, one of them conjugated, is 1 up to rounding");
        }
    Array<C> F(n * n, uninitialized);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) F[j * n + i] = Q(i, j);
    change_basis(false, n, n, U.z.data(), U.z.data(), F.data());
    SteinSolver<C> solver(n * n);
    on_dense_threads(4 * equation_flops(n, n, n), [&] { solver.solve(n, n, U.t.data(), n, U.t.data(), n, F.data(), n); });
    change_basis(true, n, n, U.z.data(), U.z.data(), F.data());
    const bool hermitian = exactly_hermitian(Q);
    if constexpr (is_complex_v<T>) {
        write_solution(what, F.data(), hermitian, X);
    } else {
        Array<T> real(n * n, uninitialized);
        for (std::int64_t i = 0; i < n * n; ++i) real[i] = F[i].real();
        write_solution(what, real.data(), hermitian, X);
    }
}

#define TAMIS_INSTANTIATE(T)                                                                                    \
    template void sylvester_into(MatrixView<const T>, MatrixView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void lyapunov_into(const char*, MatrixView<const T>, MatrixView<const T>, MatrixView<T>);          \
    template void discrete_lyapunov_into(const char*, MatrixView<const T>, MatrixView<const T>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
