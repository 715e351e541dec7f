// LU by MUMPS. Amestoy, Duff, L'Excellent, Koster: A fully asynchronous multifrontal solver using distributed dynamic
// scheduling, SIAM J. Matrix Anal. Appl. 23 (2001).
#include "sparse/suitesparse/backend.hpp"

#include "tamis_backends.hpp"

#if TAMIS_WITH_MUMPS

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include <tamis/core/error.hpp>

#include "sparse/mumps/mumps.hpp"
#include "sparse/suitesparse/dissection.hpp"
#include "sparse/suitesparse/pattern_shape.hpp"

namespace tamis::detail {

namespace {

const char* const verb_lu = "lu";

template <class E, class I>
class MumpsLuSymbolic;

template <class E, class I>
class MumpsLuFactor final : public LuFactor<E> {
  public:
    MumpsLuFactor(std::shared_ptr<const MumpsLuSymbolic<E, I>> symbolic, std::unique_ptr<MumpsInstance<E>> instance,
                  std::span<const E> values, double pivot_tolerance)
        : symbolic_(std::move(symbolic)),
          instance_(std::move(instance)),
          pivot_tolerance_(pivot_tolerance) {
        compute(values);
    }

    void refactor(std::span<const E> values) override { compute(values); }

    void solve(Transpose form, const E* b, E* x, std::int64_t k) const override {
        const auto count = symbolic_->positions_.n * k;
        // Aᴴx = b is Aᵀ conj(x) = conj(b).
        const auto copy = [form](const E& v) { return form == Transpose::adjoint ? conjugate(v) : v; };
        std::transform(b, b + count, x, copy);
        instance_->solve(x, k, form != Transpose::none);
        std::transform(x, x + count, x, copy);
    }

    LuParts<E> parts() const override { return exported().parts(); }
    std::vector<std::int64_t> row_permutation() const override { return exported().row_permutation(); }
    std::vector<std::int64_t> col_permutation() const override { return exported().col_permutation(); }
    std::vector<double> row_scaling() const override { return exported().row_scaling(); }
    std::vector<E> diagonal_u() const override { return exported().diagonal_u(); }
    std::optional<LogDeterminant<E>> determinant() const override { return instance_->determinant(); }
    FactorSize size() const override {
        auto size = instance_->size();
        size.flops *= is_complex_v<E> ? 4 : 1;
        return size;
    }

  private:
    void compute(std::span<const E> values) {
        exported_.reset();
        values_ = Array<E>(values);
        if (!instance_->factor(symbolic_->positions_, values, pivot_tolerance_) ||
            !is_finite(instance_->determinant().logabs))
            throw PivotZero{-1};
    }

    // MUMPS keeps its factors to itself: who asks for parts gets those of the other backend, made when first asked for.
    const LuFactor<E>& exported() const {
        const std::lock_guard lock(mutex_);
        const auto values = std::as_const(values_).span();
        if (!exported_) exported_ = symbolic_->other(values)->factor(values, pivot_tolerance_);
        return *exported_;
    }

    std::shared_ptr<const MumpsLuSymbolic<E, I>> symbolic_;
    std::unique_ptr<MumpsInstance<E>> instance_;
    double pivot_tolerance_;
    Array<E> values_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<LuFactor<E>> exported_;
};

template <class E, class I>
class MumpsLuSymbolic final : public LuSymbolic<E> {
  public:
    explicit MumpsLuSymbolic(ColumnPattern<I>&& pattern) : pattern_(std::move(pattern)) {
        positions_.n = pattern_.cols;
        positions_.rows = never_null<MUMPS_INT>(pattern_.nnz());
        positions_.cols = never_null<MUMPS_INT>(pattern_.nnz());
        for (std::int64_t j = 0; j < pattern_.cols; ++j) {
            for (auto k = static_cast<std::int64_t>(pattern_.offsets[j]);
                 k < static_cast<std::int64_t>(pattern_.offsets[j + 1]); ++k) {
                positions_.rows[k] = static_cast<MUMPS_INT>(pattern_.indices[k] + 1);
                positions_.cols[k] = static_cast<MUMPS_INT>(j + 1);
            }
        }
    }

    /// Whether it is worth more than so many flops. MUMPS' own AMD is the fastest there is, so that nested dissection can be
    /// tried after it. METIS comes through CHOLMOD: Debian's MUMPS has none, and SCOTCH's order is another in every run.
    [[nodiscard]] bool run(std::span<const E> values, const AnalysisRequest& request, double least_flops) {
        auto& prediction = this->prediction_;
        prediction.ordering = Ordering::amd;
        spare_ = start(values);
        const double nonzeros = spare_->predicted_nonzeros();
        const double flops = spare_->predicted_flops();
        if (!(flops > least_flops)) return false;
        if (request.ordering == Ordering::nested_dissection) {
            dissect(std::numeric_limits<double>::infinity(), request.stop);
            if (given_.empty()) return false;
            spare_ = start(values);
        } else {
            // Rows without a diagonal entry want partners, which MUMPS' AMD finds and an order for the fill alone does not.
            if (has_full_diagonal(pattern_) && dissection_may_pay(pattern_.cols, nonzeros, flops, 30e9) &&
                !request.stop.stop_requested()) {
                dissect(flops, request.stop);
                if (!given_.empty()) spare_ = start(values);
            }
        }
        prediction.backend = mumps_name("unsymmetric");
        prediction.factor_nonzeros = spare_->predicted_nonzeros();
        prediction.flops = spare_->predicted_flops() * (is_complex_v<E> ? 4 : 1);
        prediction.bytes = spare_->predicted_bytes() + static_cast<double>(values.size()) * sizeof(E);
        permutation_ = spare_->permutation();
        return true;
    }
    // Only before the object is shared.
    ColumnPattern<I> release_pattern() { return std::move(pattern_); }

    std::vector<std::int64_t> permutation() const override { return permutation_; }
    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(pattern_, offsets, indices);
    }
    ColumnPattern<std::int64_t> pattern() const override { return pattern_as<std::int64_t>(ColumnPattern<I>(pattern_)); }
    void subtract_product(Transpose form, const E* values, const E* x, E* r) const override {
        detail::subtract_product(pattern_, form, values, x, r);
    }
    std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const override {
        // As for the symmetric factorization: the analysed instance goes to the first factor.
        std::unique_ptr<MumpsInstance<E>> instance;
        {
            const std::lock_guard lock(mutex_);
            instance = std::move(spare_);
        }
        if (!instance) instance = start(values);
        return std::make_unique<MumpsLuFactor<E, I>>(
            std::static_pointer_cast<const MumpsLuSymbolic<E, I>>(this->shared_from_this()), std::move(instance), values,
            pivot_tolerance);
    }

  private:
    friend class MumpsLuFactor<E, I>;

    /// The order of A + Aᵀ by METIS, if it takes fewer flops than these.
    void dissect(double flops, const std::stop_token& stop) {
        try {
            const auto symmetric =
                analyze_cholmod<double>(lower_of_symmetrized(pattern_), {Ordering::nested_dissection, {}, stop});
            if (!(2 * symmetric->prediction().flops < flops)) return;  // half of LU's
            given_ = symmetric->permutation();
            this->prediction_.ordering = Ordering::nested_dissection;
        } catch (const Error&) {
            // METIS is left out of some builds of CHOLMOD.
        }
    }

    [[nodiscard]] std::unique_ptr<MumpsInstance<E>> start(std::span<const E> values) const {
        auto instance = std::make_unique<MumpsInstance<E>>(verb_lu, MumpsSymmetry::none);
        instance->analyze(positions_, values, given_);
        return instance;
    }
    /// The analysis of the backend that gives parts, made when first asked for.
    const std::shared_ptr<const LuSymbolic<E>>& other(std::span<const E> values) const {
        const std::lock_guard lock(mutex_);
        if (!other_) other_ = analyze_lu_in_parts<E>(ColumnPattern<I>(pattern_), values, {});
        return other_;
    }

    ColumnPattern<I> pattern_;
    std::vector<std::int64_t> given_;  // empty: MUMPS' AMD
    MumpsPositions positions_;
    std::vector<std::int64_t> permutation_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<MumpsInstance<E>> spare_;
    mutable std::shared_ptr<const LuSymbolic<E>> other_;
};

}  // namespace

template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> analyze_mumps_lu(ColumnPattern<I>&& pattern, std::span<const E> values,
                                                      const AnalysisRequest& request, double least_flops) {
    auto symbolic = std::make_shared<MumpsLuSymbolic<E, I>>(std::move(pattern));
    try {
        if (symbolic->run(values, request, least_flops)) return symbolic;
    } catch (const Error&) {
        // The other backends say what is wrong.
    }
    pattern = symbolic->release_pattern();
    return nullptr;
}

#define TAMIS_INSTANTIATE(E, I)                                                                            \
    template std::shared_ptr<const LuSymbolic<E>> analyze_mumps_lu(ColumnPattern<I>&&, std::span<const E>, \
                                                                   const AnalysisRequest&, double);
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(double, std::int64_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int32_t)
TAMIS_INSTANTIATE(std::complex<double>, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail

#endif
