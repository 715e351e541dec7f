#include "solve/dense_plan.hpp"

#include <complex>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// From here on a band of at most an eighth of the diagonals is solved as one.
constexpr std::int64_t smallest_band_order = 64;

void plan_dense_named(const DenseStructure& s, const Request& request, DensePlan& plan) {
    const std::string who(request.who);
    plan.reasons.emplace_back("The method " + std::string(to_string(request.method)) + " was asked for.");
    plan.as_sparse = request.method == Method::diagonal || request.method == Method::banded || iterative(request.method);
    if (request.method == Method::triangular && s.lower_bandwidth > 0 && s.upper_bandwidth > 0)
        throw InvalidArgument(who +
                              ": the method triangular was asked for, but A has nonzeros on both sides of its diagonal");
    plan.lower = s.upper_bandwidth == 0;
    plan.methods = {request.method};
}

}  // namespace

std::string shape_words(std::int64_t rows, std::int64_t cols) {
    return std::to_string(rows) + "×" + std::to_string(cols);
}

template <class T>
DensePlan plan_dense(std::int64_t n, const DenseStructure& s, const Request& request) {
    DensePlan plan;
    const std::string is = "A is stored in full and is ";
    const char* const hermitian = is_complex_v<T> ? "Hermitian" : "symmetric";
    const std::int64_t diagonals = s.lower_bandwidth + s.upper_bandwidth + 1;
    if (request.method != Method::automatic) {
        plan_dense_named(s, request, plan);
    } else if (diagonals == 1 || (n >= smallest_band_order && diagonals <= n / 8)) {
        plan.as_sparse = true;
        plan.methods = {diagonals == 1 ? Method::diagonal : Method::banded, Method::lu};
        plan.reasons.emplace_back("A is stored in full, but has nonzeros on " + std::to_string(diagonals) +
                                  (diagonals == 1 ? " diagonal" : " diagonals") + " only: taken as a sparse matrix.");
    } else if (s.upper_bandwidth == 0 || s.lower_bandwidth == 0) {
        plan.lower = s.upper_bandwidth == 0;
        plan.methods = {Method::triangular};
        plan.reasons.emplace_back(plan.lower ? "A is lower triangular: forward substitution, no factorization."
                                             : "A is upper triangular: backward substitution, no factorization.");
    } else if (s.hermitian && s.positive_diagonal) {
        plan.methods = {Method::cholesky, Method::ldlt, Method::lu};
        plan.reasons.emplace_back(is + hermitian);
        plan.reasons.back() +=
            " with a positive diagonal: Cholesky, and LDLᴴ or LU should a pivot show that it is not definite.";
    } else if (s.hermitian) {
        plan.methods = {Method::ldlt, Method::lu};
        plan.reasons.emplace_back(is + hermitian);
        plan.reasons.back() += ", but its diagonal is not positive throughout: LDLᴴ.";
    } else {
        plan.methods = {Method::lu};
        plan.reasons.emplace_back(is_complex_v<T> ? "A is stored in full and is not Hermitian: LU."
                                                  : "A is stored in full and is unsymmetric: LU.");
    }
    return plan;
}

#define TAMIS_INSTANTIATE(T) template DensePlan plan_dense<T>(std::int64_t, const DenseStructure&, const Request&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
