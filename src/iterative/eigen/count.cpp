#include <tamis/iterative/eigen/count.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <tamis/core/error.hpp>
#include <tamis/iterative/eigen/eigsh.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/certify.hpp"
#include "iterative/eigen/operand_check.hpp"
#include "iterative/eigen/spectral_transform.hpp"

namespace tamis::detail {

template <class T>
BelowCount count_below(const char* name, const EigenOperand<T>& A, const EigenOperand<T>& B, double sigma,
                       const std::stop_token& stop) {
    if (std::isinf(sigma)) return {sigma > 0 ? A.rows() : 0, true, sigma, {}, 1};
    PencilOptions options;
    options.inertia = true;
    options.nudge = 1e-10;
    options.stop = stop;
    const FactoredPencil<T> factor = factor_pencil(name, A, B, sigma, options);
    return {factor.inertia->negative, factor.proved, factor.sigma, factor.how, factor.condition};
}

template <class T>
EigenvalueCount count_eigenvalues(const EigenOperand<T>& A, const EigenOperand<T>& B, double lower, double upper) {
    constexpr const char* name = "count_eigenvalues";
    check_pairs(name, A.rows(), A.cols(), 0);
    if (std::isnan(lower) || std::isnan(upper)) throw InvalidArgument("count_eigenvalues: a bound is NaN");
    if (!A.is_stored() || (B && !B.is_stored()))
        throw InvalidArgument("count_eigenvalues: an operator cannot be factored; give a sparse or dense matrix");
    check_hermitian_operand(name, "A", A);
    if (B) check_hermitian_operand(name, "B", B, A.rows());
    EigenvalueCount result;
    result.lower = lower;
    result.upper = upper;
    result.certified = true;
    if (!(lower < upper) || A.rows() == 0) {
        result.message = "the interval is empty";
        if (A.rows() == 0) result.message = "the matrix has no rows";
        return result;
    }
    const BelowCount a = count_below(name, A, B, lower), b = count_below(name, A, B, upper);
    result.count = std::max<std::int64_t>(b.count - a.count, 0);
    result.certified = a.proved && b.proved;
    result.lower = a.sigma;
    result.upper = b.sigma;
    result.message = "by the inertia of A − σB";
    const auto tell = [&](const char* which, const BelowCount& end) {
        if (end.how.empty()) return;
        result.message.append("; ").append(which).append(" bound: ").append(end.how);
        if (!end.proved) result.message.append(" (an eigenvalue lies within rounding of it)");
    };
    tell("lower", a);
    tell("upper", b);
    return result;
}

#define TAMIS_INSTANTIATE(T)                                                                                \
    template BelowCount count_below<T>(const char*, const EigenOperand<T>&, const EigenOperand<T>&, double, \
                                       const std::stop_token&);                                             \
    template EigenvalueCount count_eigenvalues<T>(const EigenOperand<T>&, const EigenOperand<T>&, double, double);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
