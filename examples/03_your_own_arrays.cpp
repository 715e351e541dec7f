// Arrays that a simulation already holds: views instead of copies, and what happens when an argument is wrong.
#include <tamis/tamis.hpp>

#include <cstdlib>
#include <iostream>
#include <vector>

int main() {
    // 4 equations in 2 unknowns: a straight line through 4 points.
    const std::vector<std::int32_t> row_offsets{0, 2, 4, 6, 8};
    const std::vector<std::int32_t> col_indices{0, 1, 0, 1, 0, 1, 0, 1};
    const std::vector<double> values{1, 0, 1, 1, 1, 2, 1, 3};
    const std::vector<double> measured{1.1, 2.9, 5.1, 6.9};

    const tamis::CsrView<double> A(4, 2, row_offsets, col_indices, values);  // checked once, nothing is copied
    tamis::Vector<double> line;
    try {
        line = tamis::least_squares(A, measured);
    } catch (const tamis::Unsupported& e) {  // a build without sparse QR
        std::cout << e.what() << "\n";
        return EXIT_SUCCESS;
    }
    std::cout << "y = " << line[0] << " + " << line[1] << " x\n";

    try {
        const std::vector<double> too_short{1, 2, 3};
        (void)tamis::least_squares(A, too_short);
    } catch (const tamis::DimensionMismatch& e) {
        std::cout << "refused: " << e.what() << "\n";
    }
    return std::abs(line[0] - 1.06) < 1e-12 && std::abs(line[1] - 1.96) < 1e-12 ? EXIT_SUCCESS : EXIT_FAILURE;
}
