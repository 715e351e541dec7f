#include <tamis/dense/riccati.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <tamis/dense/equations.hpp>
#include <tamis/dense/lu.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/qz.hpp"
#include "dense/riccati_pencil.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

const char* riccati_name(RiccatiTime time) {
    return time == RiccatiTime::continuous ? "solve_riccati" : "solve_discrete_riccati";
}

constexpr const char* stable_region(RiccatiTime time) {
    return time == RiccatiTime::continuous ? "in the open left half plane" : "inside the unit circle";
}
constexpr const char* stability_boundary(RiccatiTime time) {
    return time == RiccatiTime::continuous ? "the imaginary axis" : "the unit circle";
}

[[noreturn]] void throw_no_stabilizing_solution(RiccatiTime time, const std::string& reason) {
    throw InvalidArgument(std::string(riccati_name(time)) + ": there is no stabilizing solution: " + reason);
}
[[noreturn]] void throw_boundary(RiccatiTime time) {
    throw_no_stabilizing_solution(
        time, std::string("eigenvalues of its pencil lie on ") + stability_boundary(time) +
                  " up to rounding; make sure that the modes of A there are weighted by Q (add a small multiple of the "
                  "identity to Q) and that R is definite");
}

template <class T>
Panel<T> riccati_operand(const char* what, const char* name, MatrixView<const T> M) {
    check_finite_entries(what, name, M);
    Panel<T> copy(M.rows(), M.cols());
    copy_view(M, copy.view());
    return copy;
}

/// The Hermitian part; InvalidArgument where the rest is more than rounding of the largest entry.
template <class T>
void take_hermitian_part(const char* what, const char* name, Panel<T>& M) {
    Real<T> largest = 0;
    for (const T& x : M.values) largest = std::max(largest, std::abs(x));
    for (std::int64_t j = 0; j < M.cols; ++j)
        for (std::int64_t i = 0; i <= j; ++i) {
            const T a = M(i, j), b = conjugate(M(j, i));
            if (!(std::abs(a / Real<T>(2) - b / Real<T>(2)) <= 50 * epsilon_v<T> * largest))
                throw_not_hermitian((std::string(what) + " (" + name + ")").c_str(), j, i);
            M(i, j) = i == j ? T(real_part(a)) : a / Real<T>(2) + b / Real<T>(2);
            M(j, i) = conjugate(M(i, j));
        }
}

/// C = α op(A) B + β C.
template <class T>
void panel_product(char op, T alpha, const Panel<T>& A, const Panel<T>& B, T beta, Panel<T>& C) {
    if (C.rows == 0 || C.cols == 0) return;
    const std::int64_t inner = B.rows;
    const double flops = 2.0 * static_cast<double>(C.rows) * static_cast<double>(C.cols) * static_cast<double>(inner);
    on_dense_threads(flops, [&] {
        blas::gemm(op, 'N', C.rows, C.cols, inner, alpha, A.values.data(), std::max<std::int64_t>(A.rows, 1),
                   B.values.data(), std::max<std::int64_t>(B.rows, 1), beta, C.values.data(), C.rows);
    });
}
template <class T>
Panel<T> panel_product(char op, const Panel<T>& A, const Panel<T>& B) {
    Panel<T> C(op == 'N' ? A.rows : A.cols, B.cols);
    if (B.rows > 0) panel_product(op, T(1), A, B, T(0), C);
    return C;
}
template <class T>
double panel_norm(const Panel<T>& M) {
    double norm = 0;
    for (const T& x : M.values) norm = std::hypot(norm, static_cast<double>(std::abs(x)));
    return norm;
}

/// A solution with what belongs to it.
template <class T>
struct RiccatiState {
    Panel<T> X;
    Panel<T> gain;
    Panel<T> residual;
    double relative = std::numeric_limits<double>::infinity();
};

template <class T>
Panel<T> solve_weight(RiccatiTime time, const Panel<T>& W, const Panel<T>& right) {
    Panel<T> K(right.rows, right.cols);
    if (W.rows == 0) return K;
    bool regular = false;
    try {
        const DenseLu<T> F(W.view());
        regular = F.rcond() > epsilon_v<T>;
        if (regular) F.solve_into(right.view(), K.view());
    } catch (const SingularMatrix&) {  // told below in the words of the equation
    }
    if (!regular)
        throw SingularMatrix(std::string(riccati_name(time)) + ": " + (time == RiccatiTime::continuous ? "R" : "R + BᴴXB") +
                                 " is singular to working precision; every control needs a cost, so add one to R",
                             -1, false);
    return K;
}

/// The feedback and the residual of X.
template <class T>
void evaluate_riccati(RiccatiTime time, const RiccatiCoefficients<T>& c, RiccatiState<T>& state) {
    const Panel<T>& X = state.X;
    const bool continuous = time == RiccatiTime::continuous;
    double terms = panel_norm(c.Q);
    Panel<T> E = c.Q;
    const auto subtract_product = [&](const Panel<T>& left) {
        // − (X B) K or − (AᴴXB) K, with left = BᴴX or BᴴXA.
        if (left.rows == 0) return;
        const Panel<T> product = panel_product('C', left, state.gain);
        terms += panel_norm(product);
        for (std::int64_t i = 0; i < E.values.size(); ++i) E.values[i] -= product.values[i];
    };
    if (continuous) {
        const Panel<T> BX = panel_product('C', c.B, X);
        state.gain = solve_weight(time, c.R, BX);
        const Panel<T> XA = panel_product('N', X, c.A);
        terms += 2 * panel_norm(XA);
        for (std::int64_t j = 0; j < E.cols; ++j)
            for (std::int64_t i = 0; i < E.rows; ++i) E(i, j) += XA(i, j) + conjugate(XA(j, i));
        subtract_product(BX);
    } else {
        const Panel<T> XA = panel_product('N', X, c.A);
        const Panel<T> BXA = panel_product('C', c.B, XA);
        Panel<T> W = c.R;
        panel_product('C', T(1), c.B, panel_product('N', X, c.B), T(1), W);
        state.gain = solve_weight(time, W, BXA);
        const Panel<T> AXA = panel_product('C', c.A, XA);
        terms += panel_norm(AXA) + panel_norm(X);
        for (std::int64_t i = 0; i < E.values.size(); ++i) E.values[i] += AXA.values[i] - X.values[i];
        subtract_product(BXA);
    }
    for (std::int64_t j = 0; j < E.cols; ++j)
        for (std::int64_t i = 0; i <= j; ++i) {
            const T mean = (E(i, j) + conjugate(E(j, i))) / Real<T>(2);
            E(i, j) = mean;
            E(j, i) = conjugate(mean);
        }
    const double size = panel_norm(E);
    state.relative = size == 0 ? 0 : size / terms;
    state.residual = std::move(E);
}

/// X + D by Newton's method: Lᴴ D + D L = −residual, or Lᴴ D L − D + residual = 0, L = A − B K.
template <class T>
RiccatiState<T> newton_step(RiccatiTime time, const RiccatiCoefficients<T>& c, const RiccatiState<T>& state) {
    const std::int64_t n = c.A.rows;
    Panel<T> L = c.A;
    if (c.R.rows > 0) panel_product('N', T(-1), c.B, state.gain, T(1), L);
    Panel<T> adjoint(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) adjoint(i, j) = conjugate(L(j, i));
    Panel<T> right = state.residual;
    RiccatiState<T> next;
    next.X = Panel<T>(n, n);
    const char* const what = riccati_name(time);
    if (time == RiccatiTime::continuous) {
        for (T& x : right.values) x = -x;
        lyapunov_into<T>(what, std::as_const(adjoint).view(), std::as_const(right).view(), next.X.view());
    } else {
        discrete_lyapunov_into<T>(what, std::as_const(adjoint).view(), std::as_const(right).view(), next.X.view());
    }
    for (std::int64_t i = 0; i < n * n; ++i) next.X.values[i] += state.X.values[i];
    evaluate_riccati(time, c, next);
    return next;
}

/// Orders the stable eigenvalues of the pencil first.
template <class T>
QzParts<T> stable_subspace(RiccatiTime time, const RiccatiPencil<T>& pencil) {
    const char* const what = riccati_name(time);
    const std::int64_t n = pencil.D.size();
    QzParts<T> parts = qz_parts<T>(what, pencil.H.view(), pencil.J.view());
    const bool continuous = time == RiccatiTime::continuous;
    try {
        reorder_qz(what, parts, PencilSelection([continuous](std::complex<double> alpha, double beta) {
                       return continuous ? beta > 0 && alpha.real() < 0 : std::abs(alpha) < beta;
                   }));
    } catch (const NotConverged&) {  // a stable and an unstable one that cannot be told apart
        throw_boundary(time);
    }
    if (parts.selected != n)
        throw_no_stabilizing_solution(
            time, "of the " + std::to_string(2 * n) + " eigenvalues of its pencil " + std::to_string(parts.selected) +
                      " lie " + stable_region(time) + ", " + std::to_string(n) +
                      " are needed; (A, B) must be stabilizable, Q and R Hermitian with R definite, and the modes of A on " +
                      stability_boundary(time) + " weighted by Q (add a small multiple of the identity to Q)");
    return parts;
}

/// X = D V U⁻¹ D for the basis [U; V] of the stable subspace; the reciprocal condition of U.
template <class T>
double quotient_of_subspace(RiccatiTime time, const RiccatiPencil<T>& pencil, const QzParts<T>& parts, Panel<T>& X) {
    const std::int64_t n = pencil.D.size();
    Panel<T> U(n, n), V(n, n), adjoint_u(n, n), adjoint_v(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            U(i, j) = parts.z[j * 2 * n + i];
            V(i, j) = parts.z[j * 2 * n + n + i];
            adjoint_u(j, i) = conjugate(U(i, j));
            adjoint_v(j, i) = conjugate(V(i, j));
        }
    // UᴴV is Hermitian where the subspace is that of the stable eigenvalues alone.
    const Panel<T> S = panel_product('C', U, V);
    Panel<T> skew = S;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) skew(i, j) -= conjugate(S(j, i));
    if (!(panel_norm(skew) <= std::max(1000.0 * static_cast<double>(epsilon_v<T>), 0.1 * panel_norm(S))))
        throw_boundary(time);
    double condition = 0;
    Panel<T> quotient(n, n);
    try {
        const DenseLu<T> F(std::as_const(adjoint_u).view());
        condition = static_cast<double>(F.rcond());
        if (condition > static_cast<double>(epsilon_v<T>)) F.solve_into(std::as_const(adjoint_v).view(), quotient.view());
    } catch (const SingularMatrix&) {  // as a condition of zero
        condition = 0;
    }
    if (!(condition > static_cast<double>(epsilon_v<T>)))
        throw_no_stabilizing_solution(time,
                                      "(A, B) is not stabilizable to working precision: a mode of A that has to be moved is "
                                      "out of reach of B; give it an input, or leave it out");
    X = Panel<T>(n, n);
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= j; ++i) {
            const T mean = (conjugate(quotient(j, i)) + quotient(i, j)) / Real<T>(2) * (pencil.D[i] * pencil.D[j]);
            X(i, j) = i == j ? T(real_part(mean)) : mean;
            X(j, i) = conjugate(X(i, j));
        }
    return condition;
}

}  // namespace

template <class T>
void check_riccati_shapes(RiccatiTime time, const RiccatiInput<T>& input) {
    const char* const what = riccati_name(time);
    check_square_operand(what, input.A);
    check_square_operand(what, input.Q);
    check_square_operand(what, input.R);
    const std::int64_t n = input.A.rows(), m = input.R.rows();
    const auto fits = [&](const char* name, const char* side, std::int64_t expected, std::int64_t got) {
        if (expected != got)
            throw DimensionMismatch(std::string(what) + ": " + name + " has " + std::to_string(got) + " " + side +
                                        "; it must have " + std::to_string(expected) + " for an A of order " +
                                        std::to_string(n) + " and an R of order " + std::to_string(m),
                                    expected, got);
    };
    fits("Q", "rows", n, input.Q.rows());
    fits("B", "rows", n, input.B.rows());
    fits("B", "columns", m, input.B.cols());
    check_lapack_sizes(what, 2 * n + m, 2 * n + m);
}

template <class T>
void riccati_into(RiccatiTime time, const RiccatiInput<T>& input, RiccatiOutput<T>& output) {
    const char* const what = riccati_name(time);
    const std::int64_t n = input.A.rows();
    RiccatiCoefficients<T> c{riccati_operand(what, "A", input.A), riccati_operand(what, "B", input.B),
                             riccati_operand(what, "Q", input.Q), riccati_operand(what, "R", input.R)};
    take_hermitian_part(what, "Q", c.Q);
    take_hermitian_part(what, "R", c.R);
    if (n == 0) {
        output.rcond = 1;
        return;
    }
    // A singular R is told before what it would do to the pencil.
    if (time == RiccatiTime::continuous) (void)solve_weight(time, c.R, Panel<T>(c.R.rows, 1));
    const RiccatiPencil<T> pencil = riccati_pencil(time, c);
    const QzParts<T> parts = stable_subspace(time, pencil);
    RiccatiState<T> state;
    output.rcond = quotient_of_subspace(time, pencil, parts, state.X);
    evaluate_riccati(time, c, state);
    const double rounding = 10 * static_cast<double>(epsilon_v<T>);
    for (int step = 0; step < 2 && state.relative > rounding; ++step) {
        try {
            RiccatiState<T> next = newton_step(time, c, state);
            if (!(next.relative < state.relative / 2)) break;
            state = std::move(next);
        } catch (const Error&) {  // a correction that cannot be computed: X stays as it is, and is judged as it is
            break;
        }
    }
    output.relative_residual = state.relative;
    if (!(state.relative <= std::sqrt(static_cast<double>(epsilon_v<T>))))
        throw NotConverged(std::string(what) + ": the relative residual of the solution is " +
                               std::to_string(state.relative) +
                               "; the problem is too ill-conditioned for its scalars: scale the states, or use double",
                           Status::stagnated, state.relative, 0);
    copy_view(std::as_const(state.X).view(), output.x);
    copy_view(std::as_const(state.gain).view(), output.gain);
    std::copy_n(parts.alpha.data(), n, output.closed_loop_eigenvalues);
    for (std::int64_t i = 0; i < n; ++i) output.closed_loop_eigenvalues[i] /= parts.beta[i];
}

#define TAMIS_INSTANTIATE(T)                                                 \
    template void check_riccati_shapes(RiccatiTime, const RiccatiInput<T>&); \
    template void riccati_into(RiccatiTime, const RiccatiInput<T>&, RiccatiOutput<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
