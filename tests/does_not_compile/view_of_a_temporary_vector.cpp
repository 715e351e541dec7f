// refused with: a view of a temporary would dangle
#include <tamis/tamis.hpp>

#include <vector>

double first(tamis::VectorView<const double> v) {
    return v[0];
}

double use() {
    const std::vector<double> kept{1, 2};
    const tamis::VectorView<const double> good(kept);
#ifdef OFFENDING_LINE
    const tamis::VectorView<const double> bad(std::vector<double>{1, 2});
#endif
    return first(good);
}
