// A temperature field from a few noisy thermometers: a Gaussian Markov field as the prior (a sparse precision, of which the
// covariance would be dense), conditioned on observations. What a person would check: does the posterior say how wrong it
// is, and does it agree with the dense formulas where those can be computed?
#include <tamis/learn.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <numbers>
#include <random>
#include <vector>

namespace {

/// (κ² − Δ)² on a grid, scaled so that variances are about 1: the precision of a smooth field with a correlation length of
/// about √8/κ cells (Lindgren, Rue, Lindström, J. R. Stat. Soc. B 73, 2011).
tamis::Csr<double> smooth_precision(std::int64_t nx, std::int64_t ny, double kappa) {
    const auto K = tamis::poisson_2d<double>(nx, ny) + kappa * kappa * tamis::identity<double>(nx * ny);
    const double variance = 1 / (4 * std::numbers::pi * kappa * kappa);
    return variance * (K * K);
}

double percent(const tamis::Vector<double>& z, double limit) {
    return 100.0 * static_cast<double>((z.array().abs() <= limit).count()) / static_cast<double>(z.size());
}

}  // namespace

int main() {
    const std::int64_t nx = 200, ny = 150, n = nx * ny;
    const tamis::learn::GaussianMarkovField prior(smooth_precision(nx, ny, 0.25));

    // The field that we pretend not to know, and 600 thermometers that each read the mean of two neighbouring cells with an
    // error of deviation 0.1.
    const tamis::Vector<double> truth = prior.sample(1, 3).row(0).transpose();
    const std::int64_t m = 600;
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal;
    tamis::Coo<double> place(m, n);
    for (std::int64_t k = 0; k < m; ++k) {
        const auto cell = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n - 1));
        place.add(k, cell, 0.5);
        place.add(k, cell + 1, 0.5);
    }
    const auto B = tamis::to_csr(place);
    tamis::Vector<double> y = B * truth;
    for (std::int64_t k = 0; k < m; ++k) y[k] += 0.1 * normal(random);

    const auto posterior = prior.given(B, y, 0.01);
    const tamis::Vector<double> before = prior.marginal_variances().cwiseSqrt();
    const tamis::Vector<double> after = posterior.marginal_variances().cwiseSqrt();
    const tamis::Vector<double> error = truth - posterior.mean();
    const tamis::Vector<double> z = error.cwiseQuotient(after);
    const double within_one = percent(z, 1), within_two = percent(z, 2);
    std::cout << n << " cells, " << prior.precision().nnz() << " entries in the precision, "
              << posterior.factorization().info().factor_nonzeros << " in the posterior's factor\n"
              << "standard deviation of a cell: " << before.mean() << " before, " << after.mean() << " after " << m
              << " observations\n"
              << "error of the posterior mean: " << std::sqrt(error.squaredNorm() / static_cast<double>(n))
              << "; within one standard deviation: " << within_one << " %, within two: " << within_two << " %\n"
              << "log density of the truth: prior " << prior.log_density(truth) << ", posterior "
              << posterior.log_density(truth) << "\n";

    // The same on a grid so small that the covariance can be written down.
    const tamis::learn::GaussianMarkovField small(smooth_precision(12, 10, 0.25));
    const tamis::Matrix<double> sigma = tamis::inv(tamis::to_dense(small.precision()));
    const double difference =
        (small.marginal_variances() - sigma.diagonal()).cwiseAbs().maxCoeff() / sigma.diagonal().maxCoeff();
    double slope = 0;
    const auto gradient = small.logdet_gradient();
    for (std::int64_t i = 0; i < small.size(); ++i)
        for (const auto& [j, g] : gradient.row(i))
            slope = std::max(slope, std::abs(g - sigma(i, j)) / sigma.diagonal().maxCoeff());
    std::cout << "against the dense inverse: variances " << difference << ", gradient of log det " << slope << "\n";

    const bool good = after.mean() < 0.7 * before.mean() && within_one > 60 && within_one < 76 && within_two > 92 &&
                      posterior.log_density(truth) > prior.log_density(truth) && difference < 1e-10 && slope < 1e-10;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
