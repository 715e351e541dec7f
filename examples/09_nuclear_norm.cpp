// A matrix of rank 3 from half of its entries: proximal gradient steps on f(X) + λ‖X‖_*, f(X) = ½‖P(X − M)‖²_F with P
// keeping the entries that are known. The nuclear norm's gradient, from the decomposition at hand, says how good the result
// is.
#include <tamis/adjoint.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>

using Matrix = tamis::Matrix<double>;

int main() {
    const int m = 60, n = 40, rank = 3;
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal;
    std::bernoulli_distribution coin;
    const auto sample = [&](int rows, int cols) {
        return Matrix(Matrix::NullaryExpr(rows, cols, [&] { return normal(random); }));
    };
    const Matrix M = sample(m, rank) * sample(rank, n);
    const Matrix known = Matrix::NullaryExpr(m, n, [&] { return coin(random) ? 1.0 : 0.0; });
    const double lambda = 0.5;

    // X ← prox(X − ∇f(X)): the singular values shrink by λ (Cai, Candès, Shen, SIAM J. Optim. 20, 2010), with Nesterov's
    // momentum (Beck, Teboulle, SIAM J. Imaging Sci. 2, 2009), begun anew where it points uphill.
    const auto gradient_of_f = [&](const Matrix& X) { return Matrix(known.cwiseProduct(X - M)); };
    Matrix X = Matrix::Zero(m, n), Y = X;
    double t = 1, change = 1;
    int steps = 0;
    for (; steps < 3000 && change > 1e-11; ++steps) {
        const auto S = tamis::svd(Matrix(Y - gradient_of_f(Y)));
        const tamis::Vector<double> shrunk = (S.singular_values().array() - lambda).max(0);
        const Matrix next = S.u() * shrunk.asDiagonal() * S.vt();
        const Matrix step = next - X;
        const double faster = (1 + std::sqrt(1 + 4 * t * t)) / 2;
        const bool uphill = (Y - next).cwiseProduct(step).sum() > 0;
        Y = next + (uphill ? 0 : (t - 1) / faster) * step;
        t = uphill ? 1 : faster;
        change = step.norm() / next.norm();
        X = next;
    }

    // At the minimum −∇f/λ is a subgradient of the norm: U_r V_rᴴ, which norm_vjp gives, plus a W with U_rᴴW = 0, W V_r = 0
    // and ‖W‖₂ ≤ 1.
    const auto S = tamis::svd(X, {.rank_tolerance = 1e-8});
    const Matrix W = -gradient_of_f(X) / lambda - tamis::derivatives::norm_vjp(S, tamis::Norm::nuclear, 1);
    const double along = (S.range().transpose() * W).norm() + (W * S.vt().topRows(S.rank()).transpose()).norm();
    const double size = tamis::norm(W, tamis::Norm::two);
    const double error = (X - M).norm() / M.norm();
    std::cout << steps << " steps, rank " << S.rank() << " from " << known.sum() << " of " << m * n << " entries\n"
              << "relative error, entries that were not known among them: " << error << "\n"
              << "subgradient along the singular vectors: " << along << ", beside them: " << size << " (at most 1)\n";
    return S.rank() == rank && error < 0.05 && along < 1e-6 && size < 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
