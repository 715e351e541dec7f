#include "sparse/save/stored.hpp"

namespace tamis::detail {

namespace {

template <class E, class I>
class StoredCholeskySymbolic final : public StoredSymbolic<CholeskySymbolic<E>, I> {
  public:
    using StoredSymbolic<CholeskySymbolic<E>, I>::StoredSymbolic;
    std::unique_ptr<CholeskyFactor<E>> factor(Array<E>&& values, double shift) const override {
        return this
            ->in_saved_order([](ColumnPattern<I>&& lower, const AnalysisRequest& request) {
                return analyze_cholmod<E>(std::move(lower), request);
            })
            .factor(std::move(values), shift);
    }
};

// The order alone would not do: KLU's goes with blocks, UMFPACK's with a strategy.
template <class E, class I>
class StoredLuSymbolic final : public StoredSymbolic<LuSymbolic<E>, I> {
  public:
    using StoredSymbolic<LuSymbolic<E>, I>::StoredSymbolic;
    std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const override {
        return this
            ->as_requested([values](ColumnPattern<I>&& pattern, const AnalysisRequest& request) {
                return analyze_lu<E>(std::move(pattern), values, request);
            })
            .factor(values, pivot_tolerance);
    }
    void subtract_product(Transpose form, const E* values, const E* x, E* r) const override {
        detail::subtract_product(this->saved_pattern(), form, values, x, r);
    }
};

template <class E, class I>
class StoredLdltSymbolic final : public StoredSymbolic<LdltSymbolic<E>, I> {
  public:
    using StoredSymbolic<LdltSymbolic<E>, I>::StoredSymbolic;
    std::unique_ptr<LdltFactor<E>> factor(const HermitianValues<E>& A) const override { return real().factor(A); }
    std::shared_ptr<const LdltSymbolic<E>> with_chosen_pivots(const HermitianValues<E>& A,
                                                              const AnalysisRequest& request) const override {
        return real().with_chosen_pivots(A, request);
    }
    void subtract_product(const HermitianValues<E>& A, const E* x, E* r) const override {
        subtract_hermitian_product(this->saved_pattern(), A, x, r);
    }

  private:
    const LdltSymbolic<E>& real() const {
        return this->in_saved_order([](ColumnPattern<I>&& lower, const AnalysisRequest& request) {
            return analyze_cholmod_ldlt<E>(std::move(lower), request);
        });
    }
};

}  // namespace

template <class E, class I>
std::shared_ptr<const CholeskySymbolic<E>> stored_cholesky_symbolic(SavedAnalysis<I>&& saved) {
    return std::make_shared<const StoredCholeskySymbolic<E, I>>(std::move(saved));
}
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> stored_lu_symbolic(SavedAnalysis<I>&& saved) {
    return std::make_shared<const StoredLuSymbolic<E, I>>(std::move(saved));
}
template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> stored_ldlt_symbolic(SavedAnalysis<I>&& saved) {
    return std::make_shared<const StoredLdltSymbolic<E, I>>(std::move(saved));
}

#define TAMIS_INSTANTIATE(E, I)                                                                           \
    template std::shared_ptr<const CholeskySymbolic<E>> stored_cholesky_symbolic<E>(SavedAnalysis<I> &&); \
    template std::shared_ptr<const LuSymbolic<E>> stored_lu_symbolic<E>(SavedAnalysis<I> &&);             \
    template std::shared_ptr<const LdltSymbolic<E>> stored_ldlt_symbolic<E>(SavedAnalysis<I> &&);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
