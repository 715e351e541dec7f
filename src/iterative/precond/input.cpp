#include "iterative/precond/input.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "instantiate.hpp"
#include "sparse/asymmetry.hpp"

namespace tamis::detail {

namespace {

/// Position of the diagonal entry of line i (or of the first behind it), and whether it is stored.
template <class T, class I>
std::pair<std::size_t, bool> diagonal_of(const CsrView<T, I>& major, std::int64_t i) {
    const auto indices = major.col_indices();
    const auto first = indices.begin() + static_cast<std::ptrdiff_t>(major.row_offsets()[static_cast<std::size_t>(i)]);
    const auto last = indices.begin() + static_cast<std::ptrdiff_t>(major.row_offsets()[static_cast<std::size_t>(i) + 1]);
    const auto found = std::lower_bound(first, last, static_cast<I>(i));
    return {static_cast<std::size_t>(found - indices.begin()), found != last && *found == static_cast<I>(i)};
}

}  // namespace

template <class T, class I>
void check_preconditioned(const char* name, CsrView<T, I> major, bool row_major, Diagonal diagonal) {
    check_square<T, I>(name, major, row_major);
    check_finite<T, I>(name, major, row_major);
    if (diagonal == Diagonal::any) return;
    for (std::int64_t i = 0; i < major.rows(); ++i) {
        const auto [k, stored] = diagonal_of(major, i);
        const T d = stored ? major.values()[k] : T(0);
        if (d == T(0))
            throw SingularMatrix(std::string(name) + ": the diagonal entry of row " + std::to_string(i) + " is " +
                                     (stored ? "zero" : "not stored") +
                                     "; permute the rows so that the diagonal is free of zeros (maximum_matching), or take "
                                     "Ilut with a .pivot_tolerance",
                                 i, !stored);
        if (diagonal == Diagonal::positive && !(real_part(d) > 0))
            throw NotPositiveDefinite(std::string(name) + ": the diagonal entry of row " + std::to_string(i) +
                                          " is not positive, so the matrix is not positive definite; use Ilu0 or Ilut",
                                      i);
    }
}

template <class T, class I>
void check_hermitian_preconditioned(const char* name, CsrView<T, I> major, bool row_major, const char* instead) {
    check_preconditioned<T, I>(name, major, row_major, Diagonal::nonzero);
    if (auto found = first_asymmetry(major, Agreement::rounded)) {
        const std::string i = std::to_string(row_major ? found->first : found->second);
        const std::string j = std::to_string(row_major ? found->second : found->first);
        throw InvalidArgument(std::string(name) + ": the matrix is not Hermitian: the entries (" + i + ", " + j + ") and (" +
                              j + ", " + i + ") are not conjugate to each other; use " + instead);
    }
    check_preconditioned<T, I>(name, major, row_major, Diagonal::positive);
}

template <class T, class I>
FactorInput<compute_t<T>, I> input_rows(CsrView<T, I> major, bool row_major) {
    // Rows of A are columns of its transpose.
    auto columns = all_columns<T, I>("", major, !row_major, 0);
    return {columns.pattern.cols, std::move(columns.pattern.offsets), std::move(columns.pattern.indices),
            std::move(columns.values)};
}

template <class T, class I>
FactorInput<compute_t<T>, I> input_lower_rows(CsrView<T, I> major, bool row_major) {
    using E = compute_t<T>;
    FactorInput<E, I> lower;
    const std::int64_t n = lower.n = major.rows();
    lower.offsets = Array<I>(n + 1);
    const I* const offsets = major.row_offsets().data();
    for (std::int64_t i = 0; i < n; ++i)
        lower.offsets[i + 1] =
            static_cast<I>(lower.offsets[i] + static_cast<I>(diagonal_of(major, i).first + 1) - offsets[i]);
    lower.indices = Array<I>(static_cast<std::int64_t>(lower.offsets[n]), uninitialized);
    lower.values = Array<E>(static_cast<std::int64_t>(lower.offsets[n]), uninitialized);
    for (std::int64_t i = 0; i < n; ++i) {
        std::int64_t q = lower.offsets[i];
        for (auto k = static_cast<std::size_t>(offsets[i]); q < static_cast<std::int64_t>(lower.offsets[i + 1]); ++k, ++q) {
            lower.indices[q] = major.col_indices()[k];
            // A line of a Hermitian matrix by columns is the conjugate of its row.
            lower.values[q] = E(row_major ? major.values()[k] : conjugate(major.values()[k]));
        }
    }
    return lower;
}

void throw_lost_pivot(const char* name, std::int64_t row, const char* advice) {
    throw SingularMatrix(std::string(name) + ": the pivot of row " + std::to_string(row) +
                             " became zero or overflowed in the incomplete factorization, so there is no preconditioner; " +
                             advice,
                         row, false);
}

#define TAMIS_INSTANTIATE(T, I)                                                                  \
    template void check_preconditioned(const char*, CsrView<T, I>, bool, Diagonal);              \
    template void check_hermitian_preconditioned(const char*, CsrView<T, I>, bool, const char*); \
    template FactorInput<compute_t<T>, I> input_rows(CsrView<T, I>, bool);                       \
    template FactorInput<compute_t<T>, I> input_lower_rows(CsrView<T, I>, bool);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
