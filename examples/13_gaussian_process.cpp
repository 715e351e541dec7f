// Train a Gaussian process by gradients: draw a function from a known one, forget its hyperparameters, and recover them by
// maximizing the log marginal likelihood. Then ask what a person would check: is the error on data that was held out as
// large as the process says it is?
#include <tamis/learn.hpp>

#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <random>

namespace kernel = tamis::learn::kernel;

namespace {

tamis::Vector<double> white(std::int64_t n, std::mt19937_64& random) {
    std::normal_distribution<double> normal;
    tamis::Vector<double> z(n);
    for (std::int64_t i = 0; i < n; ++i) z[i] = normal(random);
    return z;
}

/// The gradient of the log marginal likelihood by central differences, to see that the analytic one is right.
double largest_difference(const tamis::learn::GaussianProcess<double>& process, const tamis::Matrix<double>& X,
                          const tamis::Vector<double>& y) {
    const auto gradient = process.log_marginal_likelihood_gradient();
    double worst = 0;
    for (std::int64_t p = 0; p < process.kernel().parameter_count(); ++p) {
        const double h = 1e-4;
        double values[2];
        for (int side = 0; side < 2; ++side) {
            auto theta = process.kernel().parameters();
            theta[p] += side == 0 ? h : -h;
            tamis::learn::GaussianProcess<double> moved(process.kernel().with_parameters(theta), process.noise_variance());
            values[side] = moved.fit(X, y).log_marginal_likelihood();
        }
        worst = std::max(worst, std::abs((values[0] - values[1]) / (2 * h) - gradient[p]) / (1 + std::abs(gradient[p])));
    }
    return worst;
}

}  // namespace

int main() {
    const std::int64_t n = 400, held_out = 400;
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> uniform(-3, 3);

    // A function of three features, of which the third does not matter, seen with noise of variance 0.04.
    const tamis::learn::Kernel truth = 2.0 * kernel::rbf({0.8, 2.0, 50.0});
    const double true_noise = 0.04;
    tamis::Matrix<double> X(n + held_out, 3);
    for (std::int64_t j = 0; j < 3; ++j)
        for (std::int64_t i = 0; i < X.rows(); ++i) X(i, j) = uniform(random);
    const auto L = tamis::cholesky(truth.matrix(X), {.shift = 1e-8});
    const tamis::Vector<double> f = L.multiply_l(white(X.rows(), random));
    const tamis::Vector<double> y = f + std::sqrt(true_noise) * white(X.rows(), random);
    const tamis::Matrix<double> X_train = X.topRows(n), X_test = X.bottomRows(held_out);
    const tamis::Vector<double> y_train = y.head(n), y_test = y.tail(held_out);

    // Start from a guess that knows nothing: all length scales alike, much noise.
    tamis::learn::GaussianProcess<double> process(1.0 * kernel::rbf({1.0, 1.0, 1.0}), 0.5);
    process.fit(X_train, y_train);
    const double gradient_error = largest_difference(process, X_train, y_train);
    const auto start = process.kernel().parameters();
    const auto result = process.optimize({.restarts = 2, .seed = 1});
    tamis::learn::GaussianProcess<double> ideal(truth, true_noise);
    ideal.fit(X_train, y_train);

    std::cout << std::fixed << std::setprecision(4) << "gradient against differences: " << std::scientific
              << std::setprecision(1) << gradient_error << std::fixed << std::setprecision(4) << "\n\n"
              << std::left << std::setw(26) << "parameter" << std::right << std::setw(12) << "true" << std::setw(12)
              << "start" << std::setw(12) << "recovered"
              << "\n";
    const auto names = truth.parameter_names();
    for (std::int64_t p = 0; p < truth.parameter_count(); ++p)
        std::cout << std::left << std::setw(26) << names[static_cast<std::size_t>(p)] << std::right << std::setw(12)
                  << std::exp(truth.parameters()[p]) << std::setw(12) << std::exp(start[p]) << std::setw(12)
                  << std::exp(process.kernel().parameters()[p]) << "\n";
    std::cout << std::left << std::setw(26) << "noise variance" << std::right << std::setw(12) << true_noise << std::setw(12)
              << 0.5 << std::setw(12) << process.noise_variance() << "\n\n"
              << "log marginal likelihood: " << result.initial << " -> " << result.log_marginal_likelihood
              << " (of the truth: " << ideal.log_marginal_likelihood() << "), " << tamis::to_string(result.status)
              << " after " << result.iterations << " iterations, " << result.evaluations << " evaluations, "
              << result.seconds << " s\n";

    // Held-out data: the error against what the truth's own hyperparameters reach, and how many observations lie within one
    // and two of the predicted standard deviations (68.3 % and 95.4 % where the process knows what it does not know).
    const auto p = process.predict(X_test, {.include_noise = true});
    const auto q = ideal.predict(X_test);
    const double error = std::sqrt((p.mean - y_test).squaredNorm() / static_cast<double>(held_out));
    const double best = std::sqrt((q.mean - y_test).squaredNorm() / static_cast<double>(held_out));
    const tamis::Vector<double> z = (y_test - p.mean).cwiseQuotient(p.standard_deviation);
    const double within_one = 100.0 * static_cast<double>((z.array().abs() <= 1).count()) / static_cast<double>(held_out);
    const double within_two = 100.0 * static_cast<double>((z.array().abs() <= 2).count()) / static_cast<double>(held_out);
    std::cout << "held-out error: " << error << " (with the true hyperparameters: " << best
              << ", noise alone: " << std::sqrt(true_noise) << ")\n"
              << "within one standard deviation: " << std::setprecision(1) << within_one << " %, within two: " << within_two
              << " %\n";

    const auto relevant = process.kernel().parameters();
    const bool good = gradient_error < 1e-5 && result.converged() &&
                      result.log_marginal_likelihood >= ideal.log_marginal_likelihood() &&
                      std::abs(std::exp(relevant[1]) / 0.8 - 1) < 0.3 && std::abs(std::exp(relevant[2]) / 2.0 - 1) < 0.3 &&
                      std::exp(relevant[3]) > 10 && std::abs(process.noise_variance() / true_noise - 1) < 0.4 &&
                      error < 1.1 * best && within_one > 60 && within_one < 76 && within_two > 92;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
