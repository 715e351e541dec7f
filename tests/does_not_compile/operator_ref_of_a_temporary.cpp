// refused with: OperatorRef of a temporary would dangle
#include <tamis/tamis.hpp>

std::int64_t use() {
    const tamis::Csr<double> A = tamis::poisson_1d<double>(3);
    const tamis::OperatorRef<double> good(A);
    const tamis::OperatorRef<double> of_a_view(A.view());
    const tamis::Operator<double> owns(tamis::poisson_1d<double>(3));
#ifdef OFFENDING_LINE
    const tamis::OperatorRef<double> bad(tamis::poisson_1d<double>(3));
#endif
    return good.rows() + of_a_view.rows() + owns.rows();
}
