#include <tamis/sparse/matmul.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "instantiate.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product_rows.hpp"
#include "sparse/repeated_rows.hpp"

// Two phases: count the entries of each row of C = A B, then compute them.
namespace tamis::detail {

void throw_inner_mismatch(std::int64_t a_rows, std::int64_t a_cols, std::int64_t b_rows, std::int64_t b_cols) {
    throw DimensionMismatch("A * B: the first matrix is " + std::to_string(a_rows) + "×" + std::to_string(a_cols) +
                                ", the second " + std::to_string(b_rows) + "×" + std::to_string(b_cols) +
                                "; the second must have " + std::to_string(a_cols) + " rows",
                            a_cols, b_rows);
}

template <class T, class I>
Csr<T, I> matmul(CsrView<T, I> A, CsrView<T, I> B) {
    const std::int64_t m = A.rows();
    const std::int64_t n = B.cols();
    Array<I> offsets(m + 1);
    if (A.nnz() == 0 || B.nnz() == 0) return {unchecked, m, n, std::move(offsets), Array<I>(), Array<T>()};

    ProductSurvey survey = survey_product(A, B);
    const int threads = threads_for(static_cast<std::int64_t>(std::min(survey.products, 1e15)));
    // Chunks that are small against the whole, so that dense rows spread, and large against the cost of taking one.
    const std::int64_t chunk = std::clamp<std::int64_t>(m / (std::int64_t{64} * threads), 1, 4096);

    std::vector<ColumnMarks<I>> marks;
    for (int t = 0; t < threads; ++t) marks.emplace_back(n);
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        auto& own = marks[static_cast<std::size_t>(thread)];
        own.clear();
        for (std::int64_t i = begin; i < end; ++i) {
            const RowView<T, I> a = row_view(A, i);
            // The second pass obeys what is decided here; it has the same chunks.
            survey.repeats[i] = i == begin ? Repeat::none : repeat_of_product(survey, a.columns, a.count, i);
            offsets[i + 1] = survey.repeats[i] != Repeat::none
                                 ? offsets[i]
                                 : static_cast<I>(count_row(a.columns, a.count, B, own, static_cast<I>(i)));
        }
    });
    const std::int64_t nnz = accumulate_offsets(offsets, "A * B");

    Array<I> columns(nnz, uninitialized);
    Array<T> values(nnz, uninitialized);
    std::vector<RowProduct<T, I>> products;
    for (int t = 0; t < threads; ++t) products.emplace_back(n, survey.longest);
    for_each_chunk(m, chunk, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        auto& own_marks = marks[static_cast<std::size_t>(thread)];
        auto& own = products[static_cast<std::size_t>(thread)];
        own_marks.clear();
        own.clear();
        for (std::int64_t i = begin; i < end; ++i) {
            const RowView<T, I> a = row_view(A, i);
            I* row_columns = columns.data() + offsets[i];
            T* row_values = values.data() + offsets[i];
            if (survey.repeats[i] == Repeat::none) {
                // Below −1, where no mark of the first pass is.
                own.compute(a, B, own_marks, static_cast<I>(-2 - i), row_columns, row_values);
                continue;
            }
            const std::int64_t count = offsets[i + 1] - offsets[i];
            const I step = survey.repeats[i] == Repeat::moved;
            for (std::int64_t q = 0; q < count; ++q) row_columns[q] = static_cast<I>(row_columns[q - count] + step);
            own.compute_values(a, B, row_columns, count, row_values);
        }
    });
    return {unchecked, m, n, std::move(offsets), std::move(columns), std::move(values)};
}

#define TAMIS_INSTANTIATE(T, I) template Csr<T, I> matmul<T, I>(CsrView<T, I>, CsrView<T, I>);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
