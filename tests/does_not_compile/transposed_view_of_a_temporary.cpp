// refused with: (use of|call to|invokes a) deleted|deleted function
#include <tamis/tamis.hpp>

tamis::CscView<double> use(const tamis::Csr<double>& A) {
    tamis::CscView<double> view = A.transposed_view();
#ifdef OFFENDING_LINE
    view = tamis::Csr<double>(3, 3).transposed_view();
#endif
    return view;
}
