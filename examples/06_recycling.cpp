// A sequence of systems: what one solve has learnt about slow directions serves the next, although the matrix changes.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>

int main() {
    const auto diffusion = tamis::poisson_2d<double>(60, 60);
    const auto one = tamis::identity<double>(diffusion.rows());
    tamis::RecycleSpace<double> space;  // empty at first
    std::int64_t with = 0;
    std::int64_t without = 0;
    bool converged = true;
    for (int step = 0; step < 6; ++step) {
        // Slightly another matrix and another right-hand side in each step.
        const auto A = diffusion + (0.001 * step) * one;
        const tamis::Vector<double> b = tamis::Vector<double>::LinSpaced(diffusion.rows(), 0, 1).array().sin() + 0.1 * step;
        const auto recycled = tamis::gcrodr(A, b, {.restart = 30, .recycle = 10, .space = &space});
        const auto alone = tamis::gmres(A, b, {.restart = 30});
        std::cout << "step " << step << ": " << recycled.matvecs << " products, " << alone.matvecs << " by gmres\n";
        with += recycled.matvecs;
        without += alone.matvecs;
        converged = converged && recycled.converged() && alone.converged();
    }
    std::cout << with << " against " << without << "\n";
    return converged && with < without ? EXIT_SUCCESS : EXIT_FAILURE;
}
