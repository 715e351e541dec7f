// Private: rows of a product whose pattern follows from the row above, which needs no look at B.
//
// A row of A with the columns of the row above combines the same rows of B (several unknowns a node). A row of A with the
// columns of the row above plus 1 combines other rows of B; if each of these is in turn the one above it moved by 1, then so
// is the row of the product (stencils on a grid, bands). Both are found exactly, in O(nnz(A) + nnz(B)).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <tamis/sparse/view.hpp>

#include "sparse/partition.hpp"
#include "sparse/parts.hpp"

namespace tamis::detail {

enum class Repeat : std::uint8_t { none, same, moved };

/// How the columns of row i follow from those of row i − 1.
template <class I>
Repeat repeat_of_row(const I* offsets, const I* columns, std::int64_t i) noexcept {
    const I begin = offsets[i];
    const I count = offsets[i + 1] - begin;
    if (count == 0 || begin - offsets[i - 1] != count) return Repeat::none;
    const I step = columns[begin] - columns[begin - count];
    if (step != 0 && step != 1) return Repeat::none;
    const I* row = columns + begin;
    I different = 0;
    for (I k = 0; k < count; ++k) different |= static_cast<I>(row[k] - row[k - count] - step);
    if (different != 0) return Repeat::none;
    return step == 0 ? Repeat::same : Repeat::moved;
}

/// What one pass over A tells about A B.
struct ProductSurvey {
    double products = 0;       ///< multiplications
    std::int64_t longest = 0;  ///< entries of the longest row of A
    std::int64_t most = 0;     ///< multiplications of a row, at most
    bool scattered = false;    ///< whether most rows of B are far from the one that is needed before
    Array<Repeat> repeats;     ///< of A's rows: a candidate where moved
    Array<Repeat> b_repeats;   ///< of B's rows; empty where they do not matter
};

template <class T, class I>
Array<Repeat> repeats_of_rows(const CsrView<T, I>& A) {
    Array<Repeat> repeats(A.rows());
    const int parts = threads_for(A.nnz());
    for_each_part(parts, [&](int part) {
        for (std::int64_t i = std::max<std::int64_t>(1, first_row(A, part, parts)); i < first_row(A, part + 1, parts); ++i)
            repeats[i] = repeat_of_row(A.row_offsets().data(), A.col_indices().data(), i);
    });
    return repeats;
}

/// work[i] is set to the multiplications of row i, or to the most that I counts.
template <class T, class I>
ProductSurvey survey_product(const CsrView<T, I>& A, const CsrView<T, I>& B, I* work) {
    struct Part {
        double products = 0;
        std::int64_t longest = 0;
        std::int64_t most = 0;
        std::int64_t moved = 0;
        std::int64_t jumps = 0;
    };
    constexpr I near = 1024;  // entries: what processors fetch ahead for themselves
    ProductSurvey survey;
    survey.repeats = repeats_of_rows(A);
    const I* offsets = A.row_offsets().data();
    const I* columns = A.col_indices().data();
    const I* b_offsets = B.row_offsets().data();
    const int parts = threads_for(A.nnz());
    std::vector<Part> found(static_cast<std::size_t>(parts));
    for_each_part(parts, [&](int part) {
        Part own;
        I last = 0;
        for (std::int64_t i = first_row(A, part, parts), end = first_row(A, part + 1, parts); i < end; ++i) {
            std::int64_t products = 0;
            for (I k = offsets[i]; k < offsets[i + 1]; ++k) {
                const I begin = b_offsets[columns[k]];
                products += b_offsets[columns[k] + 1] - begin;
                own.jumps += begin - last > near || last - begin > near;
                last = begin;
            }
            own.products += static_cast<double>(products);
            own.most = std::max(own.most, products);
            work[i] = static_cast<I>(std::min<std::int64_t>(products, std::numeric_limits<I>::max()));
            own.longest = std::max<std::int64_t>(own.longest, offsets[i + 1] - offsets[i]);
            own.moved += survey.repeats[i] == Repeat::moved && offsets[i + 1] - offsets[i] > 1;
        }
        found[static_cast<std::size_t>(part)] = own;
    });
    std::int64_t moved = 0;
    std::int64_t jumps = 0;
    for (const Part& part : found) {
        survey.products += part.products;
        survey.longest = std::max(survey.longest, part.longest);
        survey.most = std::max(survey.most, part.most);
        moved += part.moved;
        jumps += part.jumps;
    }
    survey.scattered = jumps > A.nnz() / 2;
    if (moved > A.rows() / 4 && survey.products > static_cast<double>(B.nnz())) survey.b_repeats = repeats_of_rows(B);
    return survey;
}

/// How row i of A B follows from the row above.
template <class I>
Repeat repeat_of_product(const ProductSurvey& survey, const I* columns, std::int64_t count, std::int64_t i) noexcept {
    if (survey.repeats[i] != Repeat::moved) return survey.repeats[i];
    if (survey.b_repeats.empty()) return Repeat::none;
    bool all = true;
    for (std::int64_t k = 0; k < count; ++k) {
        const auto j = static_cast<std::int64_t>(columns[k]);
        // An empty row of B that follows an empty one repeats it as well, but that is not worth finding.
        all &= survey.b_repeats[j] == Repeat::moved;
    }
    return all ? Repeat::moved : Repeat::none;
}

}  // namespace tamis::detail
