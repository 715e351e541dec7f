// LU by MUMPS, for large matrices of nearly symmetric pattern whose frontal matrices it factors faster than UMFPACK does.
#include "sparse/suitesparse/backend.hpp"

#if TAMIS_WITH_MUMPS

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include <tamis/core/error.hpp>

#include "sparse/mumps/mumps.hpp"

namespace tamis::detail {

namespace {

const char* const what = "lu";

template <class E>
class MumpsLuSymbolic;

template <class E>
class MumpsLuFactor final : public LuFactor<E> {
  public:
    MumpsLuFactor(std::shared_ptr<const MumpsLuSymbolic<E>> symbolic, std::unique_ptr<MumpsInstance<E>> instance,
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
        if (!exported_) exported_ = symbolic_->other_->factor(std::as_const(values_).span(), pivot_tolerance_);
        return *exported_;
    }

    std::shared_ptr<const MumpsLuSymbolic<E>> symbolic_;
    std::unique_ptr<MumpsInstance<E>> instance_;
    double pivot_tolerance_;
    Array<E> values_;
    mutable std::mutex mutex_;
    mutable std::unique_ptr<LuFactor<E>> exported_;
};

template <class E>
class MumpsLuSymbolic final : public LuSymbolic<E> {
  public:
    explicit MumpsLuSymbolic(std::shared_ptr<const LuSymbolic<E>> other) : other_(std::move(other)) {
        const auto pattern = other_->pattern();
        positions_.n = pattern.cols;
        positions_.rows = never_null<MUMPS_INT>(pattern.nnz());
        positions_.cols = never_null<MUMPS_INT>(pattern.nnz());
        for (std::int64_t j = 0; j < pattern.cols; ++j) {
            for (auto k = pattern.offsets[j]; k < pattern.offsets[j + 1]; ++k) {
                positions_.rows[k] = static_cast<MUMPS_INT>(pattern.indices[k] + 1);
                positions_.cols[k] = static_cast<MUMPS_INT>(j + 1);
            }
        }
    }

    void run(std::span<const E> values, bool in_the_same_order) {
        if (in_the_same_order) given_ = other_->permutation();
        spare_ = start(values);
        auto& prediction = this->prediction_;
        prediction.backend = mumps_name("unsymmetric");
        prediction.ordering = in_the_same_order ? other_->prediction().ordering : Ordering::amd;
        prediction.factor_nonzeros = spare_->predicted_nonzeros();
        prediction.flops = spare_->predicted_flops() * (is_complex_v<E> ? 4 : 1);
        prediction.bytes = spare_->predicted_bytes() + static_cast<double>(values.size()) * sizeof(E);
        permutation_ = spare_->permutation();
    }

    std::vector<std::int64_t> permutation() const override { return permutation_; }
    bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return other_->matches(offsets, indices);
    }
    bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return other_->matches(offsets, indices);
    }
    ColumnPattern<std::int64_t> pattern() const override { return other_->pattern(); }
    void subtract_product(Transpose form, const E* values, const E* x, E* r) const override {
        other_->subtract_product(form, values, x, r);
    }
    std::unique_ptr<LuFactor<E>> factor(std::span<const E> values, double pivot_tolerance) const override {
        // As for the symmetric factorization: the analysed instance goes to the first factor.
        std::unique_ptr<MumpsInstance<E>> instance;
        {
            const std::lock_guard lock(spare_mutex_);
            instance = std::move(spare_);
        }
        if (!instance) instance = start(values);
        return std::make_unique<MumpsLuFactor<E>>(
            std::static_pointer_cast<const MumpsLuSymbolic<E>>(this->shared_from_this()), std::move(instance), values,
            pivot_tolerance);
    }

  private:
    friend class MumpsLuFactor<E>;

    [[nodiscard]] std::unique_ptr<MumpsInstance<E>> start(std::span<const E> values) const {
        auto instance = std::make_unique<MumpsInstance<E>>(what, MumpsSymmetry::none);
        instance->analyze(positions_, values, given_);
        return instance;
    }

    std::shared_ptr<const LuSymbolic<E>> other_;
    MumpsPositions positions_;
    std::vector<std::int64_t> given_;  // empty: MUMPS' AMD
    std::vector<std::int64_t> permutation_;
    mutable std::mutex spare_mutex_;
    mutable std::unique_ptr<MumpsInstance<E>> spare_;
};

}  // namespace

template <class E>
std::shared_ptr<const LuSymbolic<E>> mumps_if_faster(std::shared_ptr<const LuSymbolic<E>> other, std::span<const E> values,
                                                     double other_rate, bool in_the_same_order, double least_flops) {
    constexpr double rate = 50e9;
    const auto& prediction = other->prediction();
    if (!(prediction.flops > least_flops)) return other;
    try {
        auto symbolic = std::make_shared<MumpsLuSymbolic<E>>(other);
        symbolic->run(values, in_the_same_order);
        if (symbolic->prediction().flops / rate < prediction.flops / other_rate) return symbolic;
    } catch (const Error&) {
        // What it cannot analyse, structurally singular matrices among others, stays with the other backend.
    }
    return other;
}

template std::shared_ptr<const LuSymbolic<double>> mumps_if_faster(std::shared_ptr<const LuSymbolic<double>>,
                                                                   std::span<const double>, double, bool, double);
template std::shared_ptr<const LuSymbolic<std::complex<double>>> mumps_if_faster(
    std::shared_ptr<const LuSymbolic<std::complex<double>>>, std::span<const std::complex<double>>, double, bool, double);

}  // namespace tamis::detail

#endif
