// refused with: (use of|call to|invokes a) deleted|deleted function
#include <tamis/tamis.hpp>

tamis::CsrView<double> use(const tamis::Csr<double>& A) {
    tamis::CsrView<double> view = A;
#ifdef OFFENDING_LINE
    view = tamis::Csr<double>(3, 3);
#endif
    return view;
}
