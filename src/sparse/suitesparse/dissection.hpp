// Private: whether nested dissection is worth a try once AMD's prediction is known.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/backend_threads.hpp"

namespace tamis::detail {

/// AMD costs little, METIS some 6 µs a row (5.9 for a 3-D mesh of 40³, 6.9 for 64³, 4.5 for a 2-D mesh of 1000², 5.8 for
/// elasticity of 30³: its graph is compressed first, so that entries do not count). It leaves 0.25 to 0.5 of AMD's
/// operations on 3-D meshes and 0.7 on 2-D ones. The numeric phase takes about 25 ns an entry of the factor and the
/// operations at `flops_a_second` a thread. What METIS can save is taken to be 0.45 of that. Measured on two cores at 3 GHz.
inline bool dissection_may_pay(std::int64_t rows, double factor_nonzeros, double flops, double flops_a_second) {
    const double numeric = 25e-9 * factor_nonzeros + flops / (flops_a_second * std::min(backend_threads(flops), 8));
    return 0.45 * numeric > 6e-6 * static_cast<double>(rows);
}

}  // namespace tamis::detail
