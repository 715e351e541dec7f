// refused with: (use of|call to|invokes a) deleted|deleted function
#include <tamis/tamis.hpp>

tamis::CscView<double> use(const tamis::Csc<double>& A) {
    tamis::CscView<double> view = A;
#ifdef OFFENDING_LINE
    view = tamis::Csc<double>(3, 3);
#endif
    return view;
}
