// A first system: assemble triplets, solve, and read the evidence.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    // A rod of n cells between two walls: −u'' = 1, u = 0 at both ends.
    const int n = 1000;
    const double h = 1.0 / (n + 1);
    tamis::Coo<double> triplets(n, n);
    for (int i = 0; i < n; ++i) {
        triplets.add(i, i, 2 / (h * h));
        if (i > 0) triplets.add(i, i - 1, -1 / (h * h));
        if (i + 1 < n) triplets.add(i, i + 1, -1 / (h * h));
    }
    const auto A = tamis::to_csr(triplets);
    const tamis::Vector<double> b = tamis::Vector<double>::Ones(n);

    const auto [u, report] = tamis::solve_with_report(A, b);

    for (const auto& reason : report.reasons) std::cout << reason << "\n";
    std::cout << "backward error " << report.backward_error << ", condition about " << report.condition_estimate << "\n";
    for (const auto& warning : report.warnings) std::cout << "warning: " << warning << "\n";

    // The exact solution at the nodes is x (1 − x) / 2.
    double error = 0;
    for (int i = 0; i < n; ++i) {
        const double x = (i + 1) * h;
        error = std::max(error, std::abs(u[i] - x * (1 - x) / 2));
    }
    std::cout << "largest error " << error << "\n";
    return error < 1e-9 ? EXIT_SUCCESS : EXIT_FAILURE;
}
