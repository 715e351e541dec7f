// refused with: static assertion|static_assert failed
#include <tamis/tamis.hpp>

#include <cstdint>

tamis::Csr<double> use() {
#ifdef OFFENDING_LINE
    const tamis::Csr<double, std::int16_t> bad(1, 1);
#endif
    return tamis::Csr<double>(1, 1);
}
