// Multigrid: half a million unknowns of a Poisson problem, and an elastic beam that tells its rigid body modes.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    // Iterations do not grow with the grid.
    bool good = true;
    for (const std::int64_t n : {20, 40, 80}) {
        const auto A = tamis::poisson_3d<double>(n, n, n);
        const tamis::Vector<double> b = tamis::Vector<double>::Ones(A.rows());
        const auto result = tamis::cg(A, b, {.preconditioner = tamis::Amg(A)});
        std::cout << A.rows() << " unknowns: " << result.message << "\n";
        good = good && result.converged() && result.iterations <= 20;
    }

    // Built once, looked at, used for several right-hand sides; new values on the same pattern keep the aggregates.
    auto A = tamis::elasticity_3d<double>(24, 8, 8);
    const auto modes = tamis::rigid_body_modes(tamis::elasticity_3d_coordinates(24, 8, 8));
    tamis::Amg M(A, {.near_null_space = modes});
    std::cout << "\nan elastic beam\n" << M.hierarchy();
    const tamis::Vector<double> load = tamis::Vector<double>::Ones(A.rows());
    const auto soft = tamis::cg(A, load, {.preconditioner = M});
    std::cout << soft.message << "\n";
    for (double& value : A.values()) value *= 1000;  // another material
    M.refactor(A);
    const auto stiff = tamis::cg(A, load, {.preconditioner = M});
    std::cout << stiff.message << "\n";
    good = good && soft.converged() && stiff.converged() && (1000 * stiff.x - soft.x).norm() < 1e-6 * soft.x.norm();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
