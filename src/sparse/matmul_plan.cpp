#include <tamis/sparse/matmul_plan.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product_rows.hpp"

namespace tamis::detail {

namespace {

// A bijection that spreads every bit (the finalizer of splitmix64: Steele, Lea & Flood, OOPSLA 2014).
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

// A sum over the places, so that threads may share the work and the result is the same for any number of them.
template <class I>
std::uint64_t digest(std::span<const I> numbers, std::uint64_t seed) {
    const std::int64_t n = std::ssize(numbers);
    const int parts = threads_for(n);
    std::vector<std::uint64_t> sums(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        std::uint64_t sum = 0;
        for (std::int64_t k = even_cut(n, part, parts), end = even_cut(n, part + 1, parts); k < end; ++k) {
            const auto place = seed + static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15U;
            sum += mix(place ^ mix(static_cast<std::uint64_t>(numbers[static_cast<std::size_t>(k)]) + seed));
        }
        sums[static_cast<std::size_t>(part)] = sum;
    });
    std::uint64_t sum = 0;
    for (const std::uint64_t s : sums) sum += s;
    return sum;
}

template <class T, class I>
std::uint64_t pattern_digest(const CsrView<T, I>& A) {
    return digest(A.row_offsets(), 1) ^ mix(digest(A.col_indices(), 2));
}

template <class T, class I>
void check_operand(const char* which, const CsrView<T, I>& A, std::int64_t rows, std::int64_t cols, std::uint64_t expected) {
    if (A.rows() == rows && A.cols() == cols && pattern_digest(A) == expected) return;
    throw PatternMismatch(std::string("MatmulPlan::multiply: ") + which +
                          " does not have the pattern that was planned with; plan anew with multiply_pattern");
}

}  // namespace

template <class T, class I>
PlannedPattern<I> plan_matmul(CsrView<T, I> A, CsrView<T, I> B) {
    // The values go; computing them along costs less than a pass of its own would.
    auto product = matmul<T, I>(A, B).release();
    return {A.rows(),
            A.cols(),
            B.cols(),
            pattern_digest(A),
            pattern_digest(B),
            std::move(product.offsets),
            std::move(product.indices)};
}

template <class T, class I>
void planned_matmul(const PlannedPattern<I>& plan, CsrView<T, I> A, CsrView<T, I> B, T* values) {
    check_operand("a factor", A, plan.rows, plan.inner, plan.a_digest);
    check_operand("a factor", B, plan.inner, plan.cols, plan.b_digest);
    const std::int64_t nnz = plan.columns.size();
    if (nnz == 0) return;
    // Multiplications are at least as many as entries of the result.
    const int threads = threads_for(nnz + A.nnz());
    const std::int64_t m = plan.rows;
    const std::int64_t chunk = std::clamp<std::int64_t>(m / (std::int64_t{64} * threads), 1, 4096);
    RowBounds bounds;
    bounds.columns = plan.cols;
    for (std::int64_t i = 0; i < m; ++i)
        bounds.most = std::max<std::int64_t>(bounds.most, plan.offsets[i + 1] - plan.offsets[i]);
    std::vector<RowProduct<T, I>> products;
    std::vector<ColumnHash<I>> hashes;
    for (int t = 0; t < threads; ++t) {
        products.emplace_back(bounds);
        hashes.emplace_back(bounds.hashed_columns());
    }
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        auto& own = products[static_cast<std::size_t>(thread)];
        auto& hash = hashes[static_cast<std::size_t>(thread)];
        for (std::int64_t i = begin; i < end; ++i)
            own.compute_values(row_view(A, i), B, hash, plan.columns.data() + plan.offsets[i],
                               plan.offsets[i + 1] - plan.offsets[i], values + plan.offsets[i]);
    });
}

template <class I>
void check_planned_result(const PlannedPattern<I>& plan, std::int64_t rows, std::int64_t cols, std::span<const I> offsets,
                          std::span<const I> columns) {
    if (rows == plan.rows && cols == plan.cols && std::ranges::equal(offsets, plan.offsets.span()) &&
        std::ranges::equal(columns, plan.columns.span()))
        return;
    throw PatternMismatch(
        "MatmulPlan::multiply: the result does not have the pattern of the product; use an earlier result, "
        "or the overload that returns a new one");
}

#define TAMIS_INSTANTIATE(T, I)                                                 \
    template PlannedPattern<I> plan_matmul<T, I>(CsrView<T, I>, CsrView<T, I>); \
    template void planned_matmul<T, I>(const PlannedPattern<I>&, CsrView<T, I>, CsrView<T, I>, T*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
template void check_planned_result(const PlannedPattern<std::int32_t>&, std::int64_t, std::int64_t,
                                   std::span<const std::int32_t>, std::span<const std::int32_t>);
template void check_planned_result(const PlannedPattern<std::int64_t>&, std::int64_t, std::int64_t,
                                   std::span<const std::int64_t>, std::span<const std::int64_t>);

}  // namespace tamis::detail
