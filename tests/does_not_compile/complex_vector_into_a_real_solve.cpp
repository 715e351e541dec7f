// refused with: a complex vector was given where the matrix is real
#include <tamis/tamis.hpp>

tamis::Vector<double> use(const tamis::Csr<double>& A, const tamis::Vector<std::complex<double>>& b) {
#ifdef OFFENDING_LINE
    return tamis::solve(A, b);
#else
    return tamis::solve(A, b.real().eval());
#endif
}
