// What Amg tells of itself, and the modes of elastic bodies.
#include <cmath>
#include <cstdio>
#include <ostream>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/amg/amg.hpp>

namespace tamis {

std::ostream& operator<<(std::ostream& out, const AmgHierarchy& hierarchy) {
    char line[160];
    std::snprintf(line, sizeof line, "%5s %14s %16s %12s\n", "level", "unknowns", "entries", "a row");
    out << line;
    for (std::size_t l = 0; l < hierarchy.levels.size(); ++l) {
        const AmgHierarchy::Level& level = hierarchy.levels[l];
        std::snprintf(line, sizeof line, "%5zu %14lld %16lld %12.1f\n", l, static_cast<long long>(level.rows),
                      static_cast<long long>(level.nnz),
                      level.rows == 0 ? 0.0 : static_cast<double>(level.nnz) / static_cast<double>(level.rows));
        out << line;
    }
    std::snprintf(line, sizeof line, "grid complexity %.2f, operator complexity %.2f, convergence factor %.2f\n",
                  hierarchy.grid_complexity, hierarchy.operator_complexity, hierarchy.convergence_factor);
    return out << line;
}

namespace detail {

std::int64_t rigid_body_mode_count(std::int64_t dimensions) {
    if (dimensions < 1 || dimensions > 3)
        throw InvalidArgument("rigid_body_modes: coordinates need 1, 2 or 3 columns, got " + std::to_string(dimensions));
    return dimensions * (dimensions + 1) / 2;
}

void rigid_body_modes(MatrixView<const double> coordinates, MatrixView<double> modes) {
    const std::int64_t nodes = coordinates.rows();
    const std::int64_t d = coordinates.cols();
    double centre[3] = {};
    double scale = 0;
    for (std::int64_t c = 0; c < d; ++c) {
        for (std::int64_t k = 0; k < nodes; ++k) {
            if (!std::isfinite(coordinates(k, c)))
                throw InvalidArgument("rigid_body_modes: the coordinate (" + std::to_string(k) + ", " + std::to_string(c) +
                                      ") is not finite");
            centre[c] += coordinates(k, c) / static_cast<double>(nodes);
        }
    }
    for (std::int64_t c = 0; c < d; ++c)
        for (std::int64_t k = 0; k < nodes; ++k) scale = std::max(scale, std::abs(coordinates(k, c) - centre[c]));
    if (!(scale > 0)) scale = 1;
    for (std::int64_t j = 0; j < modes.cols(); ++j)
        for (std::int64_t i = 0; i < modes.rows(); ++i) modes(i, j) = 0;
    for (std::int64_t k = 0; k < nodes; ++k) {
        double x[3] = {};
        for (std::int64_t c = 0; c < d; ++c) {
            x[c] = (coordinates(k, c) - centre[c]) / scale;
            modes(k * d + c, c) = 1;
        }
        if (d == 2) {
            modes(2 * k, 2) = -x[1];
            modes(2 * k + 1, 2) = x[0];
        } else if (d == 3) {
            // e × x for the three axes e.
            modes(3 * k + 1, 3) = -x[2];
            modes(3 * k + 2, 3) = x[1];
            modes(3 * k, 4) = x[2];
            modes(3 * k + 2, 4) = -x[0];
            modes(3 * k, 5) = -x[1];
            modes(3 * k + 1, 5) = x[0];
        }
    }
}

}  // namespace detail

}  // namespace tamis
