#include "sparse/tuned/stored.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <tamis/core/scalar.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

FloatFit fit(double v) {
    if (v == 0 || std::isinf(v)) return FloatFit::exact;
    if (std::isnan(v)) return FloatFit::rounded;  // what a NaN carries may get lost
    if (!(std::abs(v) >= std::numeric_limits<float>::min() && std::abs(v) <= std::numeric_limits<float>::max()))
        return FloatFit::none;
    return static_cast<double>(static_cast<float>(v)) == v ? FloatFit::exact : FloatFit::rounded;
}

}  // namespace

template <class T>
FloatFit float_fit(std::span<const T> values, FloatFit worst_wanted) {
    if constexpr (std::is_same_v<Real<T>, float>) {
        return FloatFit::exact;
    } else {
        // Most matrices are decided by their first values.
        auto worst = FloatFit::exact;
        for (const T& v : values) {
            worst = std::max({worst, fit(real_part(v)), fit(imag_part(v))});
            if (worst > worst_wanted) break;
        }
        return worst;
    }
}

#define TAMIS_INSTANTIATE(T) template FloatFit float_fit(std::span<const T>, FloatFit);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
