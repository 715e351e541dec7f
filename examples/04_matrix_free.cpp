// Without a matrix: conjugate gradients for the Laplacian on a grid, given as a function, with a preconditioner of your own.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    const std::int64_t nx = 200;
    const std::int64_t n = nx * nx;
    // −u″ − v″ plus a coefficient that varies over the grid, u = 0 on the border.
    const auto coefficient = [=](std::int64_t i) { return static_cast<double>(i % nx) / 50; };
    const auto A = tamis::make_operator<double>(n, n, [=](auto x, auto y) {
        for (std::int64_t i = 0; i < n; ++i) {
            double sum = (4 + coefficient(i)) * x[i];
            if (i % nx > 0) sum -= x[i - 1];
            if (i % nx < nx - 1) sum -= x[i + 1];
            if (i >= nx) sum -= x[i - nx];
            if (i + nx < n) sum -= x[i + nx];
            y[i] = sum;
        }
    });
    // The inverse of the diagonal; any operator will do, also a factorization of a nearby matrix.
    const auto jacobi = tamis::make_operator<double>(n, n, [=](auto r, auto z) {
        for (std::int64_t i = 0; i < n; ++i) z[i] = r[i] / (4 + coefficient(i));
    });

    const tamis::Vector<double> b = tamis::Vector<double>::Ones(n);
    const auto result = tamis::cg(A, b, {.tolerance = 1e-10, .preconditioner = jacobi});
    std::cout << result.message << "\n" << result.matvecs << " products\n";

    // Many right-hand sides with the same memory: nothing is allocated in the loop.
    tamis::CgWorkspace<double> work(n);
    tamis::Vector<double> x(n);
    tamis::CgOptions<double> options{.tolerance = 1e-6, .record_history = false};
    for (int step = 0; step < 3; ++step) {
        const auto report = tamis::cg(A, b * (1 + 0.1 * step), x, work, options);
        options.initial_guess = x;  // the next one starts from here
        std::cout << "step " << step << ": " << report.iterations << " iterations\n";
    }
    const double residual = (b - A * result.x).norm();
    return result.converged() && residual <= 1.01e-10 * b.norm() ? EXIT_SUCCESS : EXIT_FAILURE;
}
