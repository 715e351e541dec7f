// Private: what iterative methods are given, checked.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/core/view.hpp>

namespace tamis::detail {

/// `.max_iterations` where that is 0.
inline std::int64_t automatic_iterations(std::int64_t n) noexcept {
    constexpr std::int64_t most = 100000;
    return n > most ? most : std::clamp<std::int64_t>(10 * n, 1000, most);
}

inline constexpr const char* no_adjoint =
    ": A has no adjoint; give make_operator a second function, or the class an apply_adjoint";

inline void check_size(const char* method, const char* what, std::int64_t expected, std::int64_t got) {
    if (expected == got) return;
    throw DimensionMismatch(std::string(method) + ": " + what + " has " + std::to_string(got) + " entries, but " +
                                std::to_string(expected) + " are needed",
                            expected, got);
}

template <class T>
bool overlap(VectorView<const T> a, VectorView<const T> b) {
    if (a.size() == 0 || b.size() == 0) return false;
    const auto ends = [](const VectorView<const T>& v) {
        const T* first = v.data();
        const T* last = v.data() + (v.size() - 1) * v.stride();
        return std::pair(std::min(first, last), std::max(first, last));
    };
    const auto [a0, a1] = ends(a);
    const auto [b0, b1] = ends(b);
    return a0 <= b1 && b0 <= a1;
}

/// 2^−exponent of ‖b‖ where that is far from 1, for sums of squares that neither overflow nor vanish.
template <class T>
double scale_for(double norm) {
    const double range = std::is_same_v<Real<T>, float> ? 1e15 : 1e90;
    if (norm < range && norm > 1 / range) return 1;
    // Within the numbers of Real<T>, as vectors are multiplied by it and by its inverse.
    const int exponent = std::clamp(std::ilogb(norm), std::numeric_limits<Real<T>>::min_exponent + 2,
                                    std::numeric_limits<Real<T>>::max_exponent - 2);
    return std::ldexp(1.0, -exponent);
}

}  // namespace tamis::detail
