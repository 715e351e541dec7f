#include <tamis/sparse/matmul.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product_rows.hpp"
#include "sparse/repeated_rows.hpp"
#include "sparse/row_chunks.hpp"

// Two phases: count the entries of each row of C = A B, then compute them.
namespace tamis::detail {

void throw_inner_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows, std::int64_t b_cols) {
    throw DimensionMismatch("A * B: the first matrix is " + std::to_string(a_rows) + "×" + std::to_string(a_cols) +
                                ", the second " + std::to_string(b_rows) + "×" + std::to_string(b_cols) +
                                "; the second must have " + std::to_string(a_cols) + " rows",
                            a_cols, b_rows);
}

namespace {

/// Asks for rows of B some entries of A before row i needs them, where they come from far away; their values as well if
/// asked.
template <class T, class I>
class Prefetch {
  public:
    Prefetch(const CsrView<T, I>& A, const CsrView<T, I>& B, bool scattered) noexcept
        : A_(A),
          B_(B),
          worthwhile_(scattered && B.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) > far_bytes) {}

    void before_row(std::int64_t i, bool values) const noexcept {
        if (!worthwhile_) return;
        const I* offsets = A_.row_offsets().data();
        const I* columns = A_.col_indices().data();
        // A long row asks for nothing of its own: its rows of B are under way together.
        const std::int64_t begin = std::max<std::int64_t>(offsets[i] + ahead, offsets[i + 1]);
        const std::int64_t end = std::min<std::int64_t>(offsets[i + 1] + ahead, A_.nnz());
        for (std::int64_t k = begin; k < end; ++k) {
            const I l = B_.row_offsets().data()[columns[k]];
            __builtin_prefetch(B_.col_indices().data() + l);
            if (values) __builtin_prefetch(B_.values().data() + l);
        }
    }

  private:
    static constexpr std::int64_t far_bytes = 1 << 20;
    static constexpr std::int64_t ahead = 16;
    CsrView<T, I> A_;
    CsrView<T, I> B_;
    bool worthwhile_;
};

template <class T, class I>
Csr<T, I> multiply_rows(const CsrView<T, I>& A, const CsrView<T, I>& B) {
    const std::int64_t m = A.rows();
    const std::int64_t n = B.cols();
    Array<I> offsets(m + 1);
    I* const counts = offsets.data() + 1;
    ProductSurvey survey = survey_product(A, B, counts);
    const int threads = threads_for(static_cast<std::int64_t>(std::min(survey.products, 1e15)));
    const std::vector<RowChunk> chunks = cut_by_work(counts, m, survey.products, threads);
    const RowBounds bounds{n, survey.longest, survey.most};
    const PatternRows<I> b_pattern = pattern_of(B);
    std::vector<RowColumns<I>> scratch;
    scratch.reserve(static_cast<std::size_t>(threads));
    for (int t = 0; t < threads; ++t) scratch.emplace_back(bounds);
    const Prefetch<T, I> prefetch(A, B, survey.scattered);
    for_each_chunk(std::ssize(chunks), 1, threads, [&](std::int64_t c, std::int64_t, int thread) {
        const RowChunk& chunk = chunks[static_cast<std::size_t>(c)];
        auto& own = scratch[static_cast<std::size_t>(thread)];
        for (std::int64_t i = chunk.begin; i < chunk.end; ++i) {
            const RowView<T, I> a = row_view(A, i);
            prefetch.before_row(i, false);
            // The second pass obeys what is decided here; it has the same chunks.
            survey.repeats[i] = i == chunk.begin ? Repeat::none : repeat_of_product(survey, a.columns, a.count, i);
            counts[i] = survey.repeats[i] != Repeat::none
                            ? counts[i - 1]
                            : static_cast<I>(own.count_row(a.columns, a.count, b_pattern, static_cast<I>(i)));
        }
    });
    const std::int64_t nnz = accumulate_offsets(offsets, "A * B");

    Array<I> columns(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    std::vector<RowProduct<T, I>> products;
    products.reserve(static_cast<std::size_t>(threads));
    for (int t = 0; t < threads; ++t) products.emplace_back(bounds);
    // The marks of this pass lie below −1, where none of the first pass are.
    const auto mark = [](std::int64_t row) { return static_cast<I>(-2 - row); };
    for_each_chunk(std::ssize(chunks), 1, threads, [&](std::int64_t c, std::int64_t, int thread) {
        const RowChunk& chunk = chunks[static_cast<std::size_t>(c)];
        auto& own_columns = scratch[static_cast<std::size_t>(thread)];
        auto& own = products[static_cast<std::size_t>(thread)];
        for (std::int64_t i = chunk.begin; i < chunk.end; ++i) {
            const RowView<T, I> a = row_view(A, i);
            I* row_columns = columns.data() + offsets[i];
            T* row_values = values.data() + offsets[i];
            if (survey.repeats[i] == Repeat::none) {
                prefetch.before_row(i, true);
                own.compute(a, B, own_columns, mark(i), row_columns, row_values);
                continue;
            }
            const std::int64_t count = offsets[i + 1] - offsets[i];
            const I step = survey.repeats[i] == Repeat::moved;
            for (std::int64_t q = 0; q < count; ++q) row_columns[q] = static_cast<I>(row_columns[q - count] + step);
            own.compute_values(a, B, own_columns.hash, row_columns, count, row_values);
        }
    });
    return {unchecked, m, n, std::move(offsets), std::move(columns), std::move(values)};
}

/// The same where most rows of A are empty: they are left out and put back into the offsets of the result, so that nothing
/// else goes over all of them.
template <class T, class I>
Csr<T, I> multiply_few_rows(const CsrView<T, I>& A, const CsrView<T, I>& B) {
    const std::int64_t m = A.rows();
    const I* a_offsets = A.row_offsets().data();
    Array<I> rows(A.nnz(), uninitialized);
    Array<I> kept(A.nnz() + 1, uninitialized);
    std::int64_t count = 0;
    kept[0] = 0;
    for (std::int64_t i = 0; i < m; ++i) {
        if (a_offsets[i + 1] == a_offsets[i]) continue;
        rows[count++] = static_cast<I>(i);
        kept[count] = a_offsets[i + 1];
    }
    const std::span<const I> kept_offsets(kept.data(), static_cast<std::size_t>(count) + 1);
    auto product =
        multiply_rows(CsrView<T, I>(unchecked, count, A.cols(), kept_offsets, A.col_indices(), A.values()), B).release();
    Array<I> offsets(m + 1, uninitialized);
    std::int64_t next = 0;
    for (std::int64_t r = 0; r <= count; ++r) {
        // From the row behind kept row r − 1 to kept row r.
        const std::int64_t last = r < count ? static_cast<std::int64_t>(rows[r]) : m;
        std::fill(offsets.data() + next, offsets.data() + last + 1, product.offsets[r]);
        next = last + 1;
    }
    return {unchecked, m, B.cols(), std::move(offsets), std::move(product.indices), std::move(product.values)};
}

}  // namespace

template <class T, class I>
Csr<T, I> matmul(CsrView<T, I> A, CsrView<T, I> B) {
    if (A.nnz() == 0 || B.nnz() == 0) return {unchecked, A.rows(), B.cols(), Array<I>(A.rows() + 1), Array<I>(), Array<T>()};
    constexpr std::int64_t few = 8;
    return A.nnz() < A.rows() / few ? multiply_few_rows(A, B) : multiply_rows(A, B);
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> matmul<T, I>(CsrView<T, I>, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
