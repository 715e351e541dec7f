// A solve that says how far to trust it: Hilbert's matrix, whose condition number grows by 30 with each order, and what a
// change of the data in the last digits does to the solution.
#include <tamis/tamis.hpp>

#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>

using tamis::Vector;

int main() {
    std::cout << "order  condition  backward error  digits lost  by the estimate  when perturbed  verdict\n";
    bool good = true;
    for (int n = 2; n <= 16; n += 2) {
        const tamis::Matrix<double> H = tamis::hilbert<double>(n);
        const Vector<double> x = Vector<double>::Ones(n);
        const Vector<double> b = H * x;
        std::cout << std::setw(5) << n << std::setprecision(2);
        try {
            const auto [solution, report] = tamis::solve_with_report(H, b);
            // Digits lost: of 16, those by which the solution differs from the one that b was made of.
            const double eps = 0x1p-52;
            const double lost = std::log10(std::max((solution - x).lpNorm<Eigen::Infinity>(), eps) / eps);
            const double predicted = std::log10(report.condition_estimate);
            // The same system with each entry of b moved by at most one unit in the last place.
            Vector<double> moved = b;
            for (int i = 0; i < n; ++i) moved[i] *= 1 + (i % 2 == 0 ? eps : -eps);
            const double shift = (tamis::solve(H, moved) - solution).lpNorm<Eigen::Infinity>();
            std::cout << std::setw(11) << report.condition_estimate << std::setw(16) << report.backward_error
                      << std::setw(13) << lost << std::setw(17) << predicted << std::setw(16)
                      << std::log10(std::max(shift, eps) / eps) << "  "
                      << (report.warnings.empty() ? "fine" : report.warnings.front()) << "\n";
            // A small residual in any case; the loss of digits is that of the problem, which the estimate foretells; and a
            // warning where nothing is left.
            good = good && report.backward_error < 1e-13 && lost < predicted + 1.5;
            good = good && (report.condition_estimate < 1e15 || !report.warnings.empty());
        } catch (const tamis::Error& e) {
            // Rather no answer than a wrong one.
            std::cout << "  " << e.what() << "\n";
            good = good && n >= 12;
        }
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
