// refused with: static assertion|static_assert failed
#include <tamis/tamis.hpp>

tamis::Csr<double> use() {
#ifdef OFFENDING_LINE
    const tamis::Csr<int> bad(1, 1);
#endif
    return tamis::Csr<double>(1, 1);
}
