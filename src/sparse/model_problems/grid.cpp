// Finite differences on boxes: Poisson and convection–diffusion.
#include <tamis/sparse/model_problems.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/exact_sum.hpp"
#include "instantiate.hpp"
#include "sparse/model_problems/assemble.hpp"

namespace tamis::detail {

namespace {

/// The coefficients of a point and its neighbours, in the order of their rows: below, south, west, centre, east, north,
/// above.
template <class R>
using Stencil = std::array<R, 7>;

struct Grid {
    std::int64_t nx;
    std::int64_t ny;
    std::int64_t nz;
    struct Point {
        std::int64_t x;
        std::int64_t y;
        std::int64_t z;
    };
    [[nodiscard]] Point point(std::int64_t i) const noexcept { return {i % nx, i / nx % ny, i / nx / ny}; }
};

/// A row has an entry for its point and two for each direction, less one on each of the two faces across that direction.
template <class I>
void check_entries(const char* function, Grid g, std::int64_t n) {
    if (n == 0) return;
    constexpr std::int64_t most = std::numeric_limits<I>::max();
    std::int64_t room = most - n;
    for (const std::int64_t size : {g.nx, g.ny, g.nz}) {
        const std::int64_t pairs = n - n / size;  // of neighbours in this direction
        if (pairs > room / 2) throw_too_many<I>(function, "the entries of " + std::to_string(n) + " rows");
        room -= 2 * pairs;
    }
}

/// stencil(x, y, z) at every point; neighbours beyond the boundary are left out.
template <class T, class I, class MakeStencil>
Csr<T, I> assemble_stencil(const char* function, Grid g, MakeStencil&& stencil) {
    const std::int64_t n = checked_product<I>(function, "unknowns", {g.nx, g.ny, g.nz});
    check_entries<I>(function, g, n);
    const auto count = [g](std::int64_t i) {
        const auto [x, y, z] = g.point(i);
        return 1 + (z > 0) + (y > 0) + (x > 0) + (x + 1 < g.nx) + (y + 1 < g.ny) + (z + 1 < g.nz);
    };
    const auto fill = [g, &stencil](std::int64_t i, std::int64_t k, I* indices, T* values) {
        const auto [x, y, z] = g.point(i);
        const auto s = stencil(x, y, z);
        const auto put = [&](bool there, std::int64_t j, std::size_t which) {
            if (!there) return;
            indices[k] = static_cast<I>(j);
            values[k++] = T(s[which]);
        };
        put(z > 0, i - g.nx * g.ny, 0);
        put(y > 0, i - g.nx, 1);
        put(x > 0, i - 1, 2);
        put(true, i, 3);
        put(x + 1 < g.nx, i + 1, 4);
        put(y + 1 < g.ny, i + g.nx, 5);
        put(z + 1 < g.nz, i + g.nx * g.ny, 6);
    };
    return assemble_rows<T, I>(n, 1, n, count, fill);
}

/// The wind at a point whose coordinates within the unit box are p.
std::array<double, 3> wind_at(const std::array<double, 3>& p, int dimensions, const ConvectionDiffusionOptions& options) {
    if (options.wind == Wind::constant) {
        std::array<double, 3> w{};
        for (std::size_t d = 0; d < static_cast<std::size_t>(dimensions); ++d) w[d] = options.speed * options.direction[d];
        return w;
    }
    const double xi = 2 * p[0] - 1;
    const double eta = 2 * p[1] - 1;
    const double zeta = dimensions == 3 ? 2 * p[2] - 1 : 0;
    const double strength = options.speed * (1 - zeta * zeta);
    return {strength * eta * (1 - xi * xi), -strength * xi * (1 - eta * eta), 0};
}

void check(const char* function, int dimensions, const ConvectionDiffusionOptions& options) {
    if (!(options.diffusion > 0) || !is_finite(options.diffusion))
        throw InvalidArgument(std::string(function) + ": diffusion is " + std::to_string(options.diffusion) +
                              "; it has to be positive and finite");
    bool finite = is_finite(options.speed);
    if (options.wind == Wind::constant) {
        for (int d = 0; d < dimensions; ++d)
            finite = finite && is_finite(options.speed * options.direction[static_cast<std::size_t>(d)]);
    }
    if (!finite)
        throw InvalidArgument(std::string(function) + ": the wind is not finite; give a finite speed and direction");
}

}  // namespace

template <class T, class I>
Csr<T, I> poisson(std::int64_t nx, std::int64_t ny, std::int64_t nz, int dimensions) {
    const char* function = dimensions == 1 ? "poisson_1d" : dimensions == 2 ? "poisson_2d" : "poisson_3d";
    using R = Real<T>;
    Stencil<R> s;
    s.fill(R(-1));
    s[3] = static_cast<R>(2 * dimensions);
    return assemble_stencil<T, I>(function, {nx, ny, nz}, [s](std::int64_t, std::int64_t, std::int64_t) { return s; });
}

template <class T, class I>
Csr<T, I> convection_diffusion(std::int64_t nx, std::int64_t ny, std::int64_t nz, int dimensions,
                               const ConvectionDiffusionOptions& options) {
    const char* function = dimensions == 2 ? "convection_diffusion_2d" : "convection_diffusion_3d";
    check(function, dimensions, options);
    using R = Real<T>;
    const std::array<double, 3> cells{static_cast<double>(nx) + 1, static_cast<double>(ny) + 1, static_cast<double>(nz) + 1};
    const double h = 1 / *std::max_element(cells.begin(), cells.begin() + dimensions);

    // Along one direction: -ε (u₋ - 2 u + u₊) / h² + w (u - u₋) / h for w > 0, w (u₊ - u) / h for w < 0, all times h². The
    // centre is minus the sum of the six, rounded up, so that every row is weakly dominant to the last bit.
    const auto stencil = [=](std::int64_t x, std::int64_t y, std::int64_t z) {
        const auto w = wind_at({static_cast<double>(x + 1) / cells[0], static_cast<double>(y + 1) / cells[1],
                                static_cast<double>(z + 1) / cells[2]},
                               dimensions, options);
        Stencil<R> s{};
        ExactSum sum;
        for (std::size_t d = 0; d < static_cast<std::size_t>(dimensions); ++d) {
            const auto upstream = static_cast<R>(options.diffusion + h * std::max(w[d], 0.0));
            const auto downstream = static_cast<R>(options.diffusion + h * std::max(-w[d], 0.0));
            s[2 - d] = -upstream;
            s[4 + d] = -downstream;
            sum.add(static_cast<double>(upstream));
            sum.add(static_cast<double>(downstream));
        }
        s[3] = static_cast<R>(sum.value());
        while (!sum.at_most(static_cast<double>(s[3])) && s[3] < std::numeric_limits<R>::max())
            s[3] = std::nextafter(s[3], std::numeric_limits<R>::max());
        return s;
    };
    return assemble_stencil<T, I>(function, {nx, ny, nz}, stencil);
}

#define TAMIS_INSTANTIATE(T, I)                                                                  \
    template Csr<T, I> poisson<T, I>(std::int64_t, std::int64_t, std::int64_t, int);             \
    template Csr<T, I> convection_diffusion<T, I>(std::int64_t, std::int64_t, std::int64_t, int, \
                                                  const ConvectionDiffusionOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
