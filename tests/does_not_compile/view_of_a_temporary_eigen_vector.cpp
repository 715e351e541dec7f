// refused with: a view of a temporary would dangle
#include <tamis/tamis.hpp>

tamis::VectorView<const double> use(const tamis::Vector<double>& v) {
    tamis::VectorView<const double> view(v);
    view = tamis::VectorView<const double>(v.head(1));  // a block owns nothing
#ifdef OFFENDING_LINE
    view = tamis::VectorView<const double>((v + v).eval());
#endif
    return view;
}
