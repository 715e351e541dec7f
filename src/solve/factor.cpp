#include <tamis/factor.hpp>

#include <string>

#include <tamis/core/error.hpp>
#include <tamis/sparse/structure.hpp>

#include "instantiate.hpp"
#include "solve/choose.hpp"
#include "solve/input.hpp"
#include "solve/policy.hpp"
#include "solve/shifted.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

void throw_unsupported_verb(Method method, const char* verb, const char* instead) {
    throw Unsupported(std::string(verb) + ": a factorization of the kind " + std::string(to_string(method)) +
                      " does not have it; " + instead);
}

void throw_other_index(Method method) {
    throw InvalidArgument(std::string(to_string(method)) +
                          " refactor: the matrix has another index type than the one that was factored; cast it with "
                          "cast<U, J>, or factor anew");
}

void throw_other_storage(Method method, bool dense) {
    throw InvalidArgument(std::string(to_string(method)) + " refactor: a " + (dense ? "dense" : "sparse") +
                          " matrix was factored; give another one, by " + (dense ? "to_dense" : "to_csr") +
                          ", or factor anew");
}

void throw_no_factorization(const char* verb) {
    throw Error(std::string(verb) + ": this AnyFactorization holds nothing, since it was moved from");
}

template <class T, class I>
AnyFactorization<T> factor(CsrView<T, I> A, Method method, const FactorOptions& options) {
    check_factor_options("factor", options);
    if (iterative(method))
        throw InvalidArgument(
            "factor: " + std::string(to_string(method)) +
            " is an iterative method and factors nothing; the direct ones are diagonal, triangular, banded, "
            "cholesky, ldlt, lu and qr");
    check_stop("factor", "analysis", options.stop);
    const Request request{"factor", method, options.ordering};
    Plan plan;
    if (method == Method::cholesky || method == Method::ldlt || method == Method::lu || method == Method::qr) {
        // Nothing to choose: the class looks at the matrix itself.
        plan.steps = {{method}};
        plan.reasons.emplace_back("The method " + std::string(to_string(method)) + " was asked for.");
    } else if (A.rows() != A.cols()) {
        check_finite<T, I>("factor", A);
        plan = plan_solve<T, I>(A, Structure{}, request);
    } else {
        check_finite<T, I>("factor", A);
        const ShiftedRows<T, I> shifted(A, options.shift);  // what is factored is what is measured
        const Structure s = structure(shifted.view());
        plan = plan_solve<T, I>(shifted.view(), s, request);
        if (plan.structurally_singular) refuse_structurally_singular<T, I>("factor", shifted.view(), s.structural_rank);
    }
    std::vector<std::string> reasons = plan.reasons;
    Chooser<T, I> chooser(A, plan, options);
    auto F = chooser.next(reasons);
    F.set_reasons(std::move(reasons));
    return F;
}

#define TAMIS_INSTANTIATE(T, I) template AnyFactorization<T> factor(CsrView<T, I>, Method, const FactorOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
