// FactorizationCache: the factorization of the last matrix, made anew only as far as the matrix has changed.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

#include <tamis/core/array.hpp>
#include <tamis/core/dense_types.hpp>
#include <tamis/factor.hpp>
#include <tamis/sparse/convert.hpp>

namespace tamis {

/// What a FactorizationCache takes: the arguments of `factor`.
struct FactorizationCacheOptions {
    Method method = Method::automatic;
    FactorOptions factor{};
};

/// What a FactorizationCache has done so far.
struct FactorizationCacheStatistics {
    std::int64_t analyses = 0;        ///< times that a method was chosen and a pattern analysed
    std::int64_t factorizations = 0;  ///< numeric factorizations that were kept
    std::int64_t solves = 0;          ///< calls of solve that gave an answer
};

/// Keeps the factorization of the last matrix. For loops that solve with a matrix which now and then changes, by somebody
/// who need not know when:
///
///     FactorizationCache<double> cache;
///     for (…) x = cache.solve(A, b);
///
/// A is compared with a copy of the last one: its pattern and the bits of its values, never its address, so that an edit in
/// place is noticed and an equal matrix elsewhere is not factored again. The same values: nothing but the solve. Other
/// values on the same pattern: `refactor`, which keeps ordering and analysis. Another pattern or size, or values that the
/// method at hand refuses (no longer definite, no longer Hermitian, out of the triangle or the band): chosen and factored
/// anew, as `factor` does. A method that was named in the options is kept: what it refuses is thrown.
///
/// After an exception the cache is empty and usable: the next call factors anew. Bits are compared, so 0 and −0 differ (a
/// refactor, never a stale answer), and a NaN is refused again at every call. Storage: the factor and a copy of A. A
/// comparison costs one pass over A.
///
/// A call may change the object even where it only solves, so one thread at a time; for several, factor once and share the
/// const factorization.
template <class T, class I = std::int32_t>
class FactorizationCache {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    explicit FactorizationCache(FactorizationCacheOptions options = {}) : options_(std::move(options)) {}

    /// x with A x = b (least squares for a rectangle). Throws what `factor` and its solve throw.
    template <SparseMatrix M, DenseArgument B>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    [[nodiscard]] DenseResult<T, B> solve(const M& A, const B& b) {
        auto x = factorization(A).solve(b);
        ++statistics_.solves;
        return x;
    }

    /// The factorization of A, made if need be. The reference holds until the next call that changes the cache.
    template <SparseMatrix M>
        requires std::same_as<scalar_t<M>, T> && std::same_as<index_t<M>, I>
    const AnyFactorization<T>& factorization(const M& A) {
        update(detail::major_view(A), std::remove_cvref_t<M>::is_row_major);
        return *factorization_;
    }
    /// The one that is kept; throws Error if there is none.
    [[nodiscard]] const AnyFactorization<T>& factorization() const {
        if (!factorization_) detail::throw_no_factorization("FactorizationCache");
        return *factorization_;
    }

    [[nodiscard]] bool empty() const noexcept { return !factorization_.has_value(); }
    [[nodiscard]] const FactorizationCacheStatistics& statistics() const noexcept { return statistics_; }
    [[nodiscard]] const FactorizationCacheOptions& options() const noexcept { return options_; }
    /// Forgets the factorization and frees its memory; the statistics stay.
    void clear() noexcept;

  private:
    /// Makes factorization_ that of the matrix whose stored lines are `major`.
    void update(CsrView<T, I> major, bool row_major);

    FactorizationCacheOptions options_;
    FactorizationCacheStatistics statistics_;
    std::optional<AnyFactorization<T>> factorization_;
    Csr<T, I> lines_;  // of the matrix that is factored: its rows, or its columns
    bool row_major_ = true;
};

}  // namespace tamis
