#include <tamis/iterative/eigen/result.hpp>

namespace tamis {

std::string_view to_string(Which which) noexcept {
    switch (which) {
        case Which::largest_magnitude: return "largest_magnitude";
        case Which::smallest_magnitude: return "smallest_magnitude";
        case Which::largest_algebraic: return "largest_algebraic";
        case Which::smallest_algebraic: return "smallest_algebraic";
        case Which::both_ends: return "both_ends";
        case Which::nearest: return "nearest";
        case Which::largest_real: return "largest_real";
        case Which::smallest_real: return "smallest_real";
        case Which::largest_imaginary: return "largest_imaginary";
    }
    return "unknown";
}

}  // namespace tamis
