// refused with: a view of a temporary would dangle
#include <tamis/tamis.hpp>

tamis::MatrixView<const double> use(const tamis::Matrix<double>& m) {
    tamis::MatrixView<const double> view(m);
#ifdef OFFENDING_LINE
    view = tamis::MatrixView<const double>(tamis::Matrix<double>(3, 3));
#endif
    return view;
}
