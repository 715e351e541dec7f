// Factor once, solve often: implicit time steps of the heat equation, then the same with another step size.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    const auto laplacian = tamis::poisson_2d<double>(60, 60);
    const auto one = tamis::identity<double>(laplacian.rows());
    const auto implicit_step = [&](double dt) { return one + dt * laplacian; };

    auto F = tamis::cholesky(implicit_step(0.1));
    std::cout << F.info().backend << ", " << F.info().factor_nonzeros << " entries in the factor\n";

    tamis::Vector<double> u = tamis::Vector<double>::Ones(laplacian.rows());
    const double start = u.sum();
    for (int step = 0; step < 50; ++step) u = F.solve(u);
    const double middle = u.sum();

    F.refactor(implicit_step(0.5));  // same pattern: the ordering and the symbolic analysis are kept
    for (int step = 0; step < 50; ++step) F.solve_into(u, u);
    std::cout << "heat: " << start << " → " << middle << " → " << u.sum() << "\n";
    return u.sum() < middle && middle < start && u.minCoeff() > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
