#include "solve/choose.hpp"

#include <algorithm>

#include <tamis/core/error.hpp>
#include <tamis/sparse/block_triangular.hpp>
#include <tamis/sparse/cholesky.hpp>
#include <tamis/sparse/ldlt.hpp>
#include <tamis/sparse/lu.hpp>
#include <tamis/sparse/qr.hpp>

#include "instantiate.hpp"
#include "solve/banded.hpp"
#include "solve/negated_cholesky.hpp"
#include "solve/shifted.hpp"
#include "solve/substitution.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
Substitution<T, I> triangular(CsrView<T, I> A, const Plan& plan, Method method, const FactorOptions& options) {
    std::vector<I> rows(static_cast<std::size_t>(A.rows()));
    std::vector<I> cols(rows.size());
    if (plan.permuted) {
        const auto form = block_triangular_form(ShiftedRows<T, I>(A, options.shift).view());
        // The form is block upper triangular: its last block is solved first.
        std::reverse_copy(form.row_permutation.begin(), form.row_permutation.end(), rows.begin());
        std::reverse_copy(form.col_permutation.begin(), form.col_permutation.end(), cols.begin());
    } else {
        for (std::size_t k = 0; k < rows.size(); ++k)
            rows[k] = cols[k] = static_cast<I>(plan.upper ? rows.size() - 1 - k : k);
    }
    return Substitution<T, I>(A, std::move(rows), std::move(cols), method, options);
}

}  // namespace

template <class T, class I>
AnyFactorization<T> take_step(CsrView<T, I> A, const Plan& plan, const Step& step, const FactorOptions& options) {
    switch (step.method) {
        case Method::diagonal:
        case Method::triangular: return triangular<T, I>(A, plan, step.method, options);
        case Method::banded: return BandedFactorization<T, I>(A, step.definite, options);
        case Method::cholesky:
            if (step.negated) return NegatedCholesky<T, I>(A, options);
            return cholesky(A, options);
        case Method::ldlt: return ldlt(A, options);
        case Method::qr: return qr(A, options);
        default: return lu(A, options);
    }
}

template <class T, class I>
AnyFactorization<T> Chooser<T, I>::next(std::vector<std::string>& reasons) {
    for (;;) {
        const Step& step = plan_.steps[next_++];
        try {
            auto F = take_step<T, I>(A_, plan_, step, options_);
            auto sentence = backend_sentence(F.info());
            if (!sentence.empty()) reasons.push_back(std::move(sentence));
            return F;
        } catch (const NotPositiveDefinite& error) {
            if (!more()) throw;
            reasons.emplace_back("Cholesky met a pivot that is not positive in column " + std::to_string(error.column()) +
                                 ": A is not definite.");
        } catch (const Unsupported& error) {
            if (!more()) throw;
            reasons.emplace_back(std::string("Refused: ") + error.what() + ".");
        }
    }
}

std::string backend_sentence(const FactorInfo& info) {
    if (info.backend.empty() || info.factor_nonzeros == 0) return {};
    if (info.method == Method::diagonal || info.method == Method::triangular) return {};
    std::string text = "Factored by " + info.backend;
    if (info.method != Method::banded) text += ", ordering " + std::string(to_string(info.ordering));
    return text + ", in " + info.precision + ".";
}

#define TAMIS_INSTANTIATE(T, I)                                                                            \
    template AnyFactorization<T> take_step(CsrView<T, I>, const Plan&, const Step&, const FactorOptions&); \
    template class Chooser<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
