// Iterative methods behind one signature, so that the laws of tests/iterative/conformance_test.cpp are compiled once a
// scalar and not once a method. A method joins with one entry in iterative_methods.hpp.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <tamis/iterative/operator.hpp>
#include <tamis/iterative/options.hpp>
#include <tamis/iterative/result.hpp>

#include "support/assertions.hpp"
#include "support/problems.hpp"

namespace tamis::test {

/// The words that all option structs have.
template <class T>
struct CommonWords {
    double tolerance = default_tolerance<T>;
    double absolute_tolerance = 0;
    std::int64_t max_iterations = 0;
    std::chrono::duration<double> time_limit{0};
    Operator<T> preconditioner{};
    VectorHandle<T> initial_guess{};
    bool record_history = true;
    IterationCallback callback{};
    std::stop_token stop{};
};

/// Kinds of systems; a method says which it solves. On the others it has to fail honestly.
enum Kind : unsigned {
    definite = 1,                ///< Hermitian positive definite
    indefinite = 2,              ///< Hermitian
    unsymmetric = 4,             ///< diagonally dominant
    singular = 8,                ///< Hermitian positive semidefinite, consistent
    inconsistent_singular = 16,  ///< the same with b outside the range: no square method converges
    unsymmetric_singular = 32,   ///< inconsistent too
    hard = 64  ///< Hermitian definite with a condition number of 1e10 (single: 1e5): may or may not converge
};

template <class T>
struct IterativeUnderTest {
    using A = const OperatorRef<T>&;
    using B = VectorView<const T>;
    using Into = std::function<IterationReport(A, B, VectorView<T>, const CommonWords<T>&)>;

    std::string name;
    unsigned solves;       ///< kinds
    std::int64_t vectors;  ///< n-vectors in its workspace
    std::function<IterativeResult<T>(A, B, const CommonWords<T>&)> solve;
    std::function<Into(std::int64_t n)> prepare;  ///< allocates a workspace and solves with it
    std::function<std::int64_t(std::int64_t n)> workspace_bytes;
};

/// `call(A, b, options)` and `call(A, b, x, work, options)` are the method; `workspace(n)` its memory; `adjust` sets options
/// of the method's own.
template <class T, class Options, class Call, class MakeWorkspace, class Adjust = void (*)(Options&)>
IterativeUnderTest<T> iterative_method(
    std::string name, unsigned solves, std::int64_t vectors, Call call, MakeWorkspace workspace,
    Adjust adjust = [](Options&) {}) {
    static_assert(IterativeOptions<Options, T>);
    const auto fill = [adjust](const CommonWords<T>& w) {
        Options o{.tolerance = w.tolerance,
                  .absolute_tolerance = w.absolute_tolerance,
                  .max_iterations = w.max_iterations,
                  .time_limit = w.time_limit,
                  .preconditioner = w.preconditioner,
                  .initial_guess = w.initial_guess,
                  .record_history = w.record_history,
                  .callback = w.callback,
                  .stop = w.stop};
        adjust(o);
        return o;
    };
    using Work = decltype(workspace(std::int64_t{0}));
    IterativeUnderTest<T> m;
    m.name = std::move(name);
    m.solves = solves;
    m.vectors = vectors;
    m.solve = [=](const OperatorRef<T>& A, VectorView<const T> b, const CommonWords<T>& w) { return call(A, b, fill(w)); };
    m.prepare = [=](std::int64_t n) -> typename IterativeUnderTest<T>::Into {
        const auto work = std::make_shared<Work>(workspace(n));
        return [=](const OperatorRef<T>& A, VectorView<const T> b, VectorView<T> x, const CommonWords<T>& w) {
            return call(A, b, x, *work, fill(w));
        };
    };
    m.workspace_bytes = [=](std::int64_t n) { return workspace(n).bytes(); };
    return m;
}

/// A system of a kind.
template <class T>
struct KindOfProblem {
    Kind kind;
    Problem<T> p;
};
template <class T>
std::vector<KindOfProblem<T>> problems_of_all_kinds(std::int64_t n = 40) {
    std::vector<KindOfProblem<T>> all;
    all.push_back({definite, hermitian_definite<T>(n)});
    all.push_back({definite, grid_laplacian<T>(6, 7)});
    all.push_back({indefinite, hermitian_indefinite<T>(n)});
    all.push_back({indefinite, indefinite_with_positive_diagonal<T>(n)});
    all.push_back({indefinite, saddle_point<T>(25, 10)});
    all.push_back({unsymmetric, diagonally_dominant<T>(n)});
    all.push_back({singular, singular_consistent<T>(n)});
    all.push_back({inconsistent_singular, singular_inconsistent<T>(n)});
    all.push_back({unsymmetric_singular, square_inconsistent<T>(n)});
    all.push_back({hard, graded<T>(n, std::same_as<Real<T>, float> ? 5 : 10)});
    return all;
}

/// |a_ii|⁻¹ as an operator (1 where the diagonal is 0): Hermitian positive definite.
template <class T>
Operator<T> diagonal_preconditioner(const Csr<T>& A) {
    const Matrix<T> D = dense(A);
    Vector<T> d(A.rows());
    for (std::int64_t i = 0; i < d.size(); ++i) d[i] = D(i, i) == T(0) ? T(1) : T(1 / std::abs(D(i, i)));
    const auto apply = [d](VectorView<const T> x, VectorView<T> y) {
        for (std::int64_t i = 0; i < y.size(); ++i) y[i] = d[i] * x[i];
    };
    return make_operator<T>(A.rows(), A.cols(), apply, apply);
}

template <class A, class T>
double true_residual(const A& a, const Vector<T>& x, const Vector<T>& b) {
    return static_cast<double>(wide_residual(a, x, b).norm());
}

/// What a result may never get wrong: the residual that it reports, whether it converged, the message, require(). A method
/// for least squares may also claim that ‖Aᴴr‖ ≤ gradient ‖A‖‖r‖.
template <class T>
::testing::AssertionResult honest(const Problem<T>& p, const IterativeResult<T>& r, double target, double gradient = 0) {
    const auto failure = [&](const std::string& text) { return ::testing::AssertionFailure() << text << "; " << r.message; };
    if (r.x.size() != p.A.cols()) return failure("x has the wrong size");
    const double residual = true_residual(p.A, r.x, p.b);
    const double rounding = 4 * std::sqrt(static_cast<double>(p.A.rows() + 1)) * static_cast<double>(epsilon_v<T>) *
                            (norm_inf(p.A) * static_cast<double>(r.x.norm()) + static_cast<double>(p.b.norm()));
    if (!(std::abs(r.residual_norm - residual) <= rounding))
        return failure("the residual is " + std::to_string(residual) + ", reported " + std::to_string(r.residual_norm));
    if (r.converged() && !(residual <= target + rounding)) {
        // The Frobenius norm is at most √n times what the method divides by.
        const double n = static_cast<double>(p.A.cols());
        if (!(gradient > 0 && normal_equations_residual(p.A, r.x, p.b) <= gradient + n * static_cast<double>(epsilon_v<T>)))
            return failure("a false claim of convergence");
    }
    if (!r.converged() && r.residual_norm <= target) return failure("converged, but not said so");
    if (!(residual <= static_cast<double>(p.b.norm()) * (1 + 1e-6) + rounding)) return failure("worse than x = 0");
    if (r.message.find('=') == std::string::npos) return failure("the message has no numbers");
    try {
        if (&r.require() != &r || !r.converged()) return failure("require let it pass");
    } catch (const NotConverged& e) {
        if (r.converged() || e.status() != r.status || e.iterations() != r.iterations ||
            e.residual_norm() != r.residual_norm)
            return failure("require is wrong");
    }
    return ::testing::AssertionSuccess();
}

}  // namespace tamis::test
