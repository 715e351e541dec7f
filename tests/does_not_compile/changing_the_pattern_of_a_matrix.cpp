// refused with: read-only|cannot assign to|not assignable
#include <tamis/tamis.hpp>

void use(tamis::Csr<double>& A) {
    A.values()[0] = 2;
#ifdef OFFENDING_LINE
    A.col_indices()[0] = 2;
#endif
}
