// Private: what a loaded factorization solves with, and the analysis behind it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "sparse/suitesparse/backend.hpp"
#include "sparse/suitesparse/ldlt_backend.hpp"

namespace tamis::detail {

/// What a file holds of an analysis.
template <class I>
struct SavedAnalysis {
    ColumnPattern<I> pattern;
    std::vector<std::int64_t> permutation;
    Prediction prediction;
    // What was asked for, for analyses that depend on the values.
    Ordering requested = Ordering::automatic;
    std::vector<std::int64_t> requested_permutation{};
};

/// An analysis that says at once what was saved, and is made again when a matrix is to be factored by it. Base:
/// CholeskySymbolic, LuSymbolic or LdltSymbolic.
template <class Base, class I>
class StoredSymbolic : public Base {
  public:
    explicit StoredSymbolic(SavedAnalysis<I>&& saved) : saved_(std::move(saved)) { this->prediction_ = saved_.prediction; }

    [[nodiscard]] const Prediction& prediction() const noexcept override {
        const auto* renewed = renewed_.load(std::memory_order_acquire);
        return renewed != nullptr ? *renewed : this->prediction_;
    }
    [[nodiscard]] std::vector<std::int64_t> permutation() const override { return saved_.permutation; }
    [[nodiscard]] ColumnPattern<std::int64_t> pattern() const override {
        return pattern_as<std::int64_t>(ColumnPattern<I>(saved_.pattern));
    }
    [[nodiscard]] bool matches(std::span<const std::int32_t> offsets, std::span<const std::int32_t> indices) const override {
        return same_pattern(saved_.pattern, offsets, indices);
    }
    [[nodiscard]] bool matches(std::span<const std::int64_t> offsets, std::span<const std::int64_t> indices) const override {
        return same_pattern(saved_.pattern, offsets, indices);
    }

  protected:
    [[nodiscard]] const ColumnPattern<I>& saved_pattern() const noexcept { return saved_.pattern; }
    /// The analysis in the order that was saved, which this build may make with another version of its library.
    template <class Analyze>
    const Base& in_saved_order(const Analyze& analyze) const {
        return renew(Ordering::given, saved_.permutation, saved_.prediction.ordering, analyze);
    }
    /// The analysis that was asked for.
    template <class Analyze>
    const Base& as_requested(const Analyze& analyze) const {
        return renew(saved_.requested, saved_.requested_permutation, Ordering::automatic, analyze);
    }

  private:
    template <class Analyze>
    const Base& renew(Ordering ordering, const std::vector<std::int64_t>& order, Ordering name,
                      const Analyze& analyze) const {
        std::call_once(once_, [&] {
            auto real = analyze(ColumnPattern<I>{saved_.pattern.rows, saved_.pattern.cols, copy(saved_.pattern.offsets),
                                                 copy(saved_.pattern.indices)},
                                AnalysisRequest{ordering, order});
            prediction_of_real_ = real->prediction();
            if (name != Ordering::automatic) prediction_of_real_.ordering = name;
            real_ = std::move(real);
            renewed_.store(&prediction_of_real_, std::memory_order_release);
        });
        return *real_;
    }
    static Array<I> copy(const Array<I>& from) {
        auto to = never_null<I>(from.size());
        std::copy(from.begin(), from.end(), to.begin());
        return to;
    }

    SavedAnalysis<I> saved_;
    mutable std::once_flag once_;
    mutable std::shared_ptr<const Base> real_;
    mutable Prediction prediction_of_real_;
    mutable std::atomic<const Prediction*> renewed_ = nullptr;
};

template <class E, class I>
std::shared_ptr<const CholeskySymbolic<E>> stored_cholesky_symbolic(SavedAnalysis<I>&& saved);
template <class E, class I>
std::shared_ptr<const LuSymbolic<E>> stored_lu_symbolic(SavedAnalysis<I>&& saved);
template <class E, class I>
std::shared_ptr<const LdltSymbolic<E>> stored_ldlt_symbolic(SavedAnalysis<I>&& saved);

/// (R·A)(p, q) = L·U.
template <class E>
struct StoredLuParts {
    LuParts<E> parts;  ///< l begins each column with 1, u ends each with a pivot
    std::vector<std::int64_t> p;
    std::vector<std::int64_t> q;
    std::vector<double> r;
    double flops = 0;
};
template <class E>
std::unique_ptr<LuFactor<E>> stored_lu_factor(StoredLuParts<E>&& parts);

/// A(p, p) = L·D·Lᴴ with a diagonal D.
template <class E>
struct StoredLdltParts {
    LdltParts<E> parts;
    std::vector<std::int64_t> p;
    Inertia inertia;
    std::int64_t null_row = -1;
    double flops = 0;
};
template <class E>
std::unique_ptr<LdltFactor<E>> stored_ldlt_factor(StoredLdltParts<E>&& parts);

}  // namespace tamis::detail
