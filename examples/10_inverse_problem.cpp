// An inverse problem: the conductivity a(x) of −∇·(a ∇u) = f from noisy measurements of u, on 200×200 points.
//
// The unknown is m = log a on the cells of the grid. The loss is the misfit of four experiments (four sources f, one factor)
// and a penalty on differences of m between neighbours; its gradient comes from one adjoint solve by the factor at hand:
// derivatives::solve_vjp_into gives the cotangent of the matrix on its own pattern, from which that of each edge's
// conductivity is read off. Every step factors new values on the pattern that was analysed once.
#include <tamis/adjoint.hpp>

#include <cmath>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <random>
#include <vector>

namespace {

using tamis::Matrix;
using tamis::Vector;

constexpr std::int64_t n = 200;        // points in a direction, the boundary (u = 0) not counted
constexpr std::int64_t cells = n + 1;  // in a direction
constexpr double h = 1.0 / (n + 1);
constexpr int experiments = 4;
constexpr double noise = 0.01;  // relative to the root mean square of u

std::int64_t cell(std::int64_t i, std::int64_t j) {
    return i * cells + j;
}

// An edge between two points (or a point and the boundary) conducts the mean of the cells at its sides.
struct Edge {
    std::int64_t side[2];
    std::int64_t diagonal[2];      // where a_pp and a_qq stand among the values of A; −1: on the boundary
    std::int64_t off_diagonal[2];  // a_pq and a_qp
};

class Problem {
  public:
    Problem() : A_(tamis::poisson_2d<double>(n, n)), A_bar_(A_) {
        const auto place = [&](std::int64_t p, std::int64_t q) {
            auto k = static_cast<std::int64_t>(A_.row_offsets()[static_cast<std::size_t>(p)]);
            while (A_.col_indices()[static_cast<std::size_t>(k)] != q) ++k;
            return k;
        };
        const auto add = [&](bool p_inside, std::int64_t p, bool q_inside, std::int64_t q, std::int64_t c, std::int64_t d) {
            Edge e{{c, d}, {-1, -1}, {-1, -1}};
            if (p_inside) e.diagonal[0] = place(p, p);
            if (q_inside) e.diagonal[1] = place(q, q);
            if (p_inside && q_inside) {
                e.off_diagonal[0] = place(p, q);
                e.off_diagonal[1] = place(q, p);
            }
            edges_.push_back(e);
        };
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = 0; j <= n; ++j) {  // to the point before, along each direction
                add(j > 0, i * n + j - 1, j < n, i * n + j, cell(i, j), cell(i + 1, j));
                add(j > 0, (j - 1) * n + i, j < n, j * n + i, cell(j, i), cell(j, i + 1));
            }
        }
        // Sources: four wide bumps, one in each quarter. Measurements: every second point in both directions.
        f_ = Matrix<double>(n * n, experiments);
        measured_ = Vector<double>::Zero(n * n);
        for (std::int64_t i = 0; i < n; ++i) {
            for (std::int64_t j = 0; j < n; ++j) {
                const double x = h * static_cast<double>(i + 1);
                const double y = h * static_cast<double>(j + 1);
                for (int s = 0; s < experiments; ++s) {
                    const double dx = x - (s % 2 == 0 ? 0.3 : 0.7);
                    const double dy = y - (s / 2 == 0 ? 0.3 : 0.7);
                    f_(i * n + j, s) = h * h * std::exp(-(dx * dx + dy * dy) / 0.04);
                }
                if (i % 2 == 1 && j % 2 == 1) measured_[i * n + j] = 1;
            }
        }
        F_.emplace_back(tamis::cholesky(assemble(Vector<double>::Zero(cells * cells))));
    }

    // The penalty's matrix: differences of neighbouring cells.
    static tamis::Csr<double> smoothness() {
        tamis::Coo<double> L(cells * cells, cells * cells);
        const auto couple = [&](std::int64_t a, std::int64_t b) {
            L.add(a, a, 1.0);
            L.add(b, b, 1.0);
            L.add(a, b, -1.0);
            L.add(b, a, -1.0);
        };
        for (std::int64_t i = 0; i < cells; ++i)
            for (std::int64_t j = 0; j < cells; ++j) {
                if (i + 1 < cells) couple(cell(i, j), cell(i + 1, j));
                if (j + 1 < cells) couple(cell(i, j), cell(i, j + 1));
            }
        return tamis::to_csr(L);
    }

    void solve(const Vector<double>& m) {
        F_.front().refactor(assemble(m));
        u_ = F_.front().solve(f_);
    }
    void measure(const Vector<double>& truth) {
        std::mt19937 generator(1);
        std::normal_distribution<double> normal;
        solve(truth);
        sigma_ = noise * u_.norm() / std::sqrt(static_cast<double>(u_.size()));
        data_ = u_;
        for (auto& v : data_.reshaped()) v += sigma_ * normal(generator);
    }
    /// ½ ‖(u − data)/σ‖² over the measured points; 1/2 of their number is as good as it gets.
    [[nodiscard]] double misfit() const {
        return 0.5 * (measured_.asDiagonal() * (u_ - data_)).squaredNorm() / (sigma_ * sigma_);
    }
    [[nodiscard]] double measurements() const { return measured_.sum() * experiments; }

    /// The gradient of the misfit by m, after solve(m).
    Vector<double> gradient(const Vector<double>& m) {
        Matrix<double> u_bar = measured_.asDiagonal() * (u_ - data_) / (sigma_ * sigma_);
        tamis::derivatives::solve_vjp_into(F_.front(), A_, u_, u_bar, A_bar_.values(), u_bar);
        const auto bar = [&](std::int64_t k) { return k < 0 ? 0.0 : A_bar_.values()[static_cast<std::size_t>(k)]; };
        Vector<double> g = Vector<double>::Zero(m.size());
        for (const Edge& e : edges_) {
            const double edge_bar =
                bar(e.diagonal[0]) + bar(e.diagonal[1]) - bar(e.off_diagonal[0]) - bar(e.off_diagonal[1]);
            for (const auto c : e.side) g[c] += 0.5 * edge_bar * std::exp(m[c]);
        }
        return g;
    }

  private:
    const tamis::Csr<double>& assemble(const Vector<double>& m) {
        const auto a = A_.values();
        std::fill(a.begin(), a.end(), 0.0);
        for (const Edge& e : edges_) {
            const double conductivity = 0.5 * (std::exp(m[e.side[0]]) + std::exp(m[e.side[1]]));
            for (const auto k : e.diagonal)
                if (k >= 0) a[static_cast<std::size_t>(k)] += conductivity;
            for (const auto k : e.off_diagonal)
                if (k >= 0) a[static_cast<std::size_t>(k)] -= conductivity;
        }
        return A_;
    }

    tamis::Csr<double> A_;
    tamis::Csr<double> A_bar_;
    std::vector<Edge> edges_;
    Matrix<double> f_;
    Matrix<double> u_;
    Matrix<double> data_;
    Vector<double> measured_;
    double sigma_ = 1;
    std::vector<tamis::SparseCholesky<double>> F_;
};

Vector<double> true_field() {
    Vector<double> m(cells * cells);
    for (std::int64_t i = 0; i < cells; ++i) {
        for (std::int64_t j = 0; j < cells; ++j) {
            const double x = h * (static_cast<double>(i) + 0.5);
            const double y = h * (static_cast<double>(j) + 0.5);
            const double bump = std::exp(-(std::pow(x - 0.35, 2) + std::pow(y - 0.4, 2)) / 0.02);
            const double valley = std::exp(-(std::pow(x - 0.7, 2) + std::pow(y - 0.65, 2)) / 0.015);
            m[cell(i, j)] = 1.2 * bump - 1.0 * valley;
        }
    }
    return m;
}

}  // namespace

int main() {
    Problem problem;
    const auto truth = true_field();
    problem.measure(truth);
    const auto L = Problem::smoothness();
    const double beta = 30;
    // L-BFGS starts each step from the inverse of the penalty's Hessian, which takes the grid out of the count of steps.
    const auto start_hessian = tamis::cholesky(beta * L + (beta * 1e-3) * tamis::identity<double>(L.rows()));

    Vector<double> m = Vector<double>::Zero(cells * cells);
    const auto loss = [&](const Vector<double>& at) {
        problem.solve(at);
        return problem.misfit() + 0.5 * beta * at.dot(L * at);
    };
    double value = loss(m);
    Vector<double> g = problem.gradient(m) + beta * (L * m);

    // What one should look at first: the derivative along some direction against differences.
    Vector<double> direction(m.size());
    for (std::int64_t i = 0; i < m.size(); ++i) direction[i] = std::sin(0.01 * static_cast<double>(i)) + truth[i];
    double best_check = 1;
    std::cout << "derivative along a direction " << g.dot(direction) << "; central differences are off by";
    for (const double step : {1e-2, 1e-3, 1e-4}) {
        const double difference = (loss(m + step * direction) - loss(m - step * direction)) / (2 * step);
        const double off = std::abs(difference / g.dot(direction) - 1);
        best_check = std::min(best_check, off);
        std::cout << " " << off << " (step " << step << ")";
    }
    std::cout << "\n";

    const double half = 0.5 * problem.measurements();
    const auto error = [&] { return (m - truth).norm() / truth.norm(); };
    problem.solve(m);
    const double misfit_before = problem.misfit() / half;
    const double error_before = error();

    std::deque<std::pair<Vector<double>, Vector<double>>> pairs;  // steps and changes of the gradient
    double scale = 1;
    int steps = 0;
    for (; steps < 25; ++steps) {
        // Two-loop recursion (Nocedal, Wright: Numerical Optimization, 2nd ed., Algorithm 7.4).
        Vector<double> d = -g;
        std::vector<double> alpha(pairs.size());
        for (std::size_t k = pairs.size(); k-- > 0;) {
            alpha[k] = pairs[k].first.dot(d) / pairs[k].first.dot(pairs[k].second);
            d -= alpha[k] * pairs[k].second;
        }
        d = scale * start_hessian.solve(d);
        for (std::size_t k = 0; k < pairs.size(); ++k)
            d += (alpha[k] - pairs[k].second.dot(d) / pairs[k].first.dot(pairs[k].second)) * pairs[k].first;

        double t = std::min(1.0, 0.5 / d.lpNorm<Eigen::Infinity>());  // no conductivity changes by more than a factor √e
        double next = loss(m + t * d);
        while (!(next <= value + 1e-4 * t * g.dot(d)) && t > 1e-8) {
            t /= 2;
            next = loss(m + t * d);
        }
        const bool done = !(next < value * (1 - 1e-4));
        const Vector<double> moved = m + t * d;
        const Vector<double> slope = problem.gradient(moved) + beta * (L * moved);
        if ((moved - m).dot(slope - g) > 0) {
            pairs.emplace_back(moved - m, slope - g);
            scale = (moved - m).dot(slope - g) / (slope - g).dot(start_hessian.solve(slope - g));
        }
        if (pairs.size() > 10) pairs.pop_front();
        m = moved;
        g = slope;
        value = next;
        if (done) break;
    }
    problem.solve(m);
    const double misfit_after = problem.misfit() / half;
    std::cout << steps << " steps: data misfit " << misfit_before << " → " << misfit_after
              << " (1: the noise), error of log a " << error_before << " → " << error() << "\n";
    return best_check < 1e-6 && misfit_after < 1.2 && error() < 0.25 * error_before ? EXIT_SUCCESS : EXIT_FAILURE;
}
