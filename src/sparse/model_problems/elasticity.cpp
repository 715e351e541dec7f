// Linear elasticity on a box of cubes (T. J. R. Hughes, "The Finite Element Method", chapters 2 and 3).
#include <tamis/sparse/model_problems.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "instantiate.hpp"
#include "sparse/model_problems/assemble.hpp"

namespace tamis::detail {

namespace {

/// The 24×24 stiffness matrix of a unit cube, as 3×3 blocks of its 8 corners; corner a lies at the bits of a, x lowest.
/// K_ab[c][d] = ∫ λ ∂_c N_a ∂_d N_b + μ ∂_d N_a ∂_c N_b + μ δ_cd ∇N_a·∇N_b. On a cube each integral is a product of three
/// integrals along the axes, so that it is exact, and symmetric to the last bit.
class ElementStiffness {
  public:
    ElementStiffness(double young_modulus, double poisson_ratio) {
        const double lambda = young_modulus * poisson_ratio / ((1 + poisson_ratio) * (1 - 2 * poisson_ratio));
        const double mu = young_modulus / (2 * (1 + poisson_ratio));
        for (unsigned a = 0; a < 8; ++a) {
            for (unsigned b = 0; b < 8; ++b) {
                const double laplacian = integral(a, b, 0, 0) + integral(a, b, 1, 1) + integral(a, b, 2, 2);
                for (unsigned c = 0; c < 3; ++c) {
                    for (unsigned d = 0; d < 3; ++d) {
                        k_[a][b][3 * c + d] =
                            lambda * integral(a, b, c, d) + mu * integral(a, b, d, c) + (c == d ? mu * laplacian : 0.0);
                    }
                }
            }
        }
    }
    /// The 3×3 block of corners a and b, row by row.
    [[nodiscard]] const std::array<double, 9>& block(unsigned a, unsigned b) const noexcept { return k_[a][b]; }

  private:
    /// ∫ ∂_c N_a ∂_d N_b over the unit cube.
    static double integral(unsigned a, unsigned b, unsigned c, unsigned d) noexcept {
        double product = 1;
        for (unsigned axis = 0; axis < 3; ++axis) {
            const unsigned s = a >> axis & 1u;
            const unsigned t = b >> axis & 1u;
            const double slope_s = s ? 1 : -1;
            const double slope_t = t ? 1 : -1;
            if (axis == c && axis == d) product *= slope_s * slope_t;  // ∫ N_s′ N_t′
            else if (axis == c) product *= slope_s / 2;                // ∫ N_s′ N_t
            else if (axis == d) product *= slope_t / 2;                // ∫ N_s N_t′
            else product *= s == t ? 1.0 / 3 : 1.0 / 6;                // ∫ N_s N_t
        }
        return product;
    }
    std::array<std::array<std::array<double, 9>, 8>, 8> k_{};
};

/// The nodes that carry unknowns. Along x they begin at `first`: 1 where the face x = 0 is held.
struct NodeGrid {
    std::array<std::int64_t, 3> elements;
    std::int64_t first;
    std::array<std::int64_t, 3> nodes{};
    NodeGrid(std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped)
        : elements{nx, ny, nz},
          first(clamped ? 1 : 0) {
        if (nx > 0 && ny > 0 && nz > 0) nodes = {nx + 1 - first, ny + 1, nz + 1};
    }
    [[nodiscard]] std::int64_t count() const noexcept { return nodes[0] * nodes[1] * nodes[2]; }
    [[nodiscard]] std::array<std::int64_t, 3> node(std::int64_t k) const noexcept {
        return {k % nodes[0] + first, k / nodes[0] % nodes[1], k / nodes[0] / nodes[1]};
    }
    /// Neighbours of position p along an axis, itself included: from low(p) to high(p).
    [[nodiscard]] std::int64_t low(std::size_t axis, std::int64_t p) const noexcept {
        return std::max(p - 1, axis == 0 ? first : 0);
    }
    [[nodiscard]] std::int64_t high(std::size_t axis, std::int64_t p) const noexcept {
        return std::min(p + 1, elements[axis]);
    }
};

NodeGrid checked_grid(const char* function, std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped) {
    checked_product<std::int64_t>(function, "elements", {nx, ny, nz});
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 9;
    if (std::max({nx, ny, nz}) > most)
        throw_too_many<std::int64_t>(function, std::to_string(std::max({nx, ny, nz})) + " elements in one direction");
    const NodeGrid grid(nx, ny, nz, clamped);
    checked_product<std::int64_t>(function, "nodes", {grid.nodes[0], grid.nodes[1], grid.nodes[2]});
    return grid;
}

/// The sum of the blocks (p, q) over the elements that have both nodes, always in the same order, so that the block (q, p)
/// comes out as its exact transpose.
std::array<double, 9> assembled_block(const ElementStiffness& stiffness, const NodeGrid& grid,
                                      const std::array<std::int64_t, 3>& p, const std::array<std::int64_t, 3>& q) {
    std::array<std::int64_t, 3> from{};
    std::array<std::int64_t, 3> to{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        from[axis] = std::max<std::int64_t>(std::max(p[axis], q[axis]) - 1, 0);
        to[axis] = std::min(std::min(p[axis], q[axis]), grid.elements[axis] - 1);
    }
    std::array<double, 9> sum{};
    for (std::int64_t z = from[2]; z <= to[2]; ++z) {
        for (std::int64_t y = from[1]; y <= to[1]; ++y) {
            for (std::int64_t x = from[0]; x <= to[0]; ++x) {
                const auto a = static_cast<unsigned>((p[0] - x) + 2 * (p[1] - y) + 4 * (p[2] - z));
                const auto b = static_cast<unsigned>((q[0] - x) + 2 * (q[1] - y) + 4 * (q[2] - z));
                const auto& block = stiffness.block(a, b);
                for (std::size_t e = 0; e < 9; ++e) sum[e] += block[e];
            }
        }
    }
    return sum;
}

}  // namespace

template <class T, class I>
Csr<T, I> elasticity_3d(std::int64_t nx, std::int64_t ny, std::int64_t nz, const Elasticity3dOptions& options) {
    const char* function = "elasticity_3d";
    if (!(options.young_modulus > 0) || !is_finite(options.young_modulus))
        throw InvalidArgument("elasticity_3d: young_modulus is " + std::to_string(options.young_modulus) +
                              "; it has to be positive and finite");
    if (!(options.poisson_ratio > -1 && options.poisson_ratio < 0.5))
        throw InvalidArgument("elasticity_3d: poisson_ratio is " + std::to_string(options.poisson_ratio) +
                              "; it has to be above -1 and below 1/2");
    const NodeGrid grid = checked_grid(function, nx, ny, nz, options.clamped);
    const auto& n = grid.nodes;
    checked_product<I>(function, "unknowns", {n[0], n[1], n[2], 3});
    if (grid.count() > 0) checked_product<I>(function, "entries", {3 * n[0] - 2, 3 * n[1] - 2, 3 * n[2] - 2, 9});

    const ElementStiffness stiffness(options.young_modulus, options.poisson_ratio);
    const auto row_length = [&grid](std::int64_t k) {
        const auto p = grid.node(k);
        std::int64_t neighbours = 1;
        for (std::size_t axis = 0; axis < 3; ++axis) neighbours *= grid.high(axis, p[axis]) - grid.low(axis, p[axis]) + 1;
        return 3 * neighbours;
    };
    const auto fill = [&](std::int64_t k, std::int64_t start, I* indices, T* values) {
        const auto p = grid.node(k);
        const std::int64_t length = row_length(k);
        std::array<std::int64_t, 3> q{};
        for (q[2] = grid.low(2, p[2]); q[2] <= grid.high(2, p[2]); ++q[2]) {
            for (q[1] = grid.low(1, p[1]); q[1] <= grid.high(1, p[1]); ++q[1]) {
                for (q[0] = grid.low(0, p[0]); q[0] <= grid.high(0, p[0]); ++q[0]) {
                    const auto block = assembled_block(stiffness, grid, p, q);
                    const std::int64_t col = 3 * (q[0] - grid.first + n[0] * (q[1] + n[1] * q[2]));
                    for (std::int64_t c = 0; c < 3; ++c) {
                        for (std::int64_t d = 0; d < 3; ++d) {
                            indices[start + c * length + d] = static_cast<I>(col + d);
                            values[start + c * length + d] =
                                T(static_cast<Real<T>>(block[static_cast<std::size_t>(3 * c + d)]));
                        }
                    }
                    start += 3;
                }
            }
        }
    };
    return assemble_rows<T, I>(grid.count(), 3, 3 * grid.count(), row_length, fill);
}

std::int64_t elasticity_3d_nodes(std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped) {
    return checked_grid("elasticity_3d_coordinates", nx, ny, nz, clamped).count();
}

template <class R>
void elasticity_3d_coordinates(std::int64_t nx, std::int64_t ny, std::int64_t nz, bool clamped, MatrixView<R> coordinates) {
    const NodeGrid grid(nx, ny, nz, clamped);
    for (std::int64_t k = 0; k < grid.count(); ++k) {
        const auto p = grid.node(k);
        for (std::size_t axis = 0; axis < 3; ++axis)
            coordinates(k, static_cast<std::int64_t>(axis)) = static_cast<R>(p[axis]);
    }
}
template void elasticity_3d_coordinates(std::int64_t, std::int64_t, std::int64_t, bool, MatrixView<float>);
template void elasticity_3d_coordinates(std::int64_t, std::int64_t, std::int64_t, bool, MatrixView<double>);

#define TAMIS_INSTANTIATE(T, I) \
    template Csr<T, I> elasticity_3d<T, I>(std::int64_t, std::int64_t, std::int64_t, const Elasticity3dOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
