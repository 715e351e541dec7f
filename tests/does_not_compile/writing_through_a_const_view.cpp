// refused with: read-only|cannot assign to|not assignable
#include <tamis/tamis.hpp>

void use(const tamis::Vector<double>& fixed, tamis::Vector<double>& open) {
    const tamis::VectorView<double> writable(open);
    writable[0] = 1;
    const tamis::VectorView<const double> readable(fixed);
#ifdef OFFENDING_LINE
    readable[0] = 1;
#endif
    (void)readable;
}
