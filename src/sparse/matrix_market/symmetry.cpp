#include "sparse/matrix_market/symmetry.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include <tamis/core/error.hpp>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/matrix_market/assemble.hpp"

namespace tamis::detail::matrix_market {

namespace {

constexpr std::int64_t nowhere = std::numeric_limits<std::int64_t>::max();

template <class T>
bool same(const T& a, const T& b) {
    if constexpr (is_complex_v<T>) return same(a.real(), b.real()) && same(a.imag(), b.imag());
    else return a == b || (std::isnan(a) && std::isnan(b));
}

template <class T>
std::string text(const T& value) {
    std::ostringstream out;
    out.precision(std::numeric_limits<Real<T>>::max_digits10);
    out << value;
    return out.str();
}

struct Place {
    std::int64_t row;
    std::int64_t col;
};

/// The first row that has an entry for which wrong(i, k) holds, and its first such entry; rows in parallel.
template <class Wrong>
std::int64_t first_row(std::int64_t rows, std::int64_t work, Wrong wrong) {
    std::atomic<std::int64_t> first{nowhere};
#pragma omp parallel for schedule(dynamic, 1024) num_threads(threads_for(work))
    for (std::int64_t i = 0; i < rows; ++i) {
        if (i > first.load(std::memory_order_relaxed) || !wrong(i)) continue;
        auto seen = first.load();
        while (i < seen && !first.compare_exchange_weak(seen, i)) {
        }
    }
    (void)work;
    return first.load();
}

/// The value at (i, j), or nothing.
template <class T, class I>
const T* find(CsrView<T, I> A, std::int64_t i, std::int64_t j) {
    const auto* const begin = A.col_indices().data() + A.row_offsets()[static_cast<std::size_t>(i)];
    const auto* const end = A.col_indices().data() + A.row_offsets()[static_cast<std::size_t>(i) + 1];
    const auto* const at = std::lower_bound(begin, end, static_cast<I>(j));
    return at == end || *at != static_cast<I>(j) ? nullptr : A.values().data() + (at - A.col_indices().data());
}

/// The first entry, by rows, whose mirror image differs; `stored` also asks that the mirror image be stored.
template <class T, class I>
std::optional<Place> contradiction(CsrView<T, I> A, MatrixMarketSymmetry symmetry, bool stored) {
    const auto offsets = A.row_offsets();
    const auto cols = A.col_indices();
    const auto values = A.values();
    const auto wrong_at = [&](std::int64_t i) -> std::int64_t {
        for (auto k = static_cast<std::size_t>(offsets[static_cast<std::size_t>(i)]);
             k < static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1]); ++k) {
            const auto j = static_cast<std::int64_t>(cols[k]);
            if (stored && i == j && symmetry == MatrixMarketSymmetry::skew_symmetric) return j;
            const T* const mirror = find(A, j, i);
            if (mirror == nullptr && (stored || !same(values[k], T(0)))) return j;
            if (mirror != nullptr && !same(values[k], mirrored(*mirror, symmetry))) return j;
        }
        return -1;
    };
    const auto i = first_row(A.rows(), A.nnz(), [&](std::int64_t row) { return wrong_at(row) >= 0; });
    if (i == nowhere) return std::nullopt;
    return Place{i, wrong_at(i)};
}

template <class T>
std::optional<Place> contradiction(MatrixView<const T> A, MatrixMarketSymmetry symmetry, bool /*stored*/) {
    const auto wrong_at = [&](std::int64_t i) -> std::int64_t {
        for (std::int64_t j = 0; j <= i; ++j)
            if (!same(A(i, j), mirrored(A(j, i), symmetry))) return j;
        return -1;
    };
    const auto i = first_row(A.rows(), A.rows() * A.cols(), [&](std::int64_t row) { return wrong_at(row) >= 0; });
    if (i == nowhere) return std::nullopt;
    return Place{i, wrong_at(i)};
}

template <class T, class I>
T value_at(CsrView<T, I> A, std::int64_t i, std::int64_t j) {
    const T* const value = find(A, i, j);
    return value == nullptr ? T(0) : *value;
}
template <class T>
T value_at(MatrixView<const T> A, std::int64_t i, std::int64_t j) {
    return A(i, j);
}

template <class T, class M>
MatrixMarketSymmetry symmetry_of(M A, const MatrixMarketWriteOptions& options) {
    using S = MatrixMarketSymmetry;
    auto asked = options.symmetry;
    if (asked == S::general) return asked;
    // A real Hermitian matrix is called symmetric in these files.
    const bool real_field = options.field ? *options.field != MatrixMarketField::complex : !is_complex_v<T>;
    if (asked == S::hermitian && real_field) asked = S::symmetric;
    if (asked == S::detect) {
        if (A.rows() != A.cols()) return S::general;
        if (!real_field && !contradiction(A, S::hermitian, true)) return S::hermitian;
        if (!contradiction(A, S::symmetric, true)) return S::symmetric;
        const bool pattern = options.field == MatrixMarketField::pattern;
        return !pattern && !contradiction(A, S::skew_symmetric, true) ? S::skew_symmetric : S::general;
    }
    const std::string name(to_string(asked));
    if (A.rows() != A.cols())
        throw InvalidArgument("write_matrix_market: a " + name + " matrix is square, this one has " +
                              std::to_string(A.rows()) + " rows and " + std::to_string(A.cols()) + " columns");
    if (const auto place = contradiction(A, asked, false)) {
        const auto [i, j] = *place;
        throw InvalidArgument("write_matrix_market: the matrix is not " + name + ": A(" + std::to_string(i) + ", " +
                              std::to_string(j) + ") = " + text(value_at(A, i, j)) + ", but A(" + std::to_string(j) + ", " +
                              std::to_string(i) + ") = " + text(value_at(A, j, i)) +
                              "; write it with the symmetry general or detect");
    }
    return asked;
}

template <class T>
bool fits_field(const T& value, MatrixMarketField field) {
    if constexpr (is_complex_v<T>) return value.imag() == 0 && fits_field(value.real(), field);
    else return field != MatrixMarketField::integer || (std::isfinite(value) && value == std::trunc(value));
}

template <class T>
[[noreturn]] void throw_field(std::int64_t i, std::int64_t j, const T& value, MatrixMarketField field) {
    throw InvalidArgument("write_matrix_market: A(" + std::to_string(i) + ", " + std::to_string(j) + ") = " + text(value) +
                          " is no value of the field " + std::string(to_string(field)));
}

template <class T>
MatrixMarketField default_field(const MatrixMarketWriteOptions& options) {
    return options.field.value_or(is_complex_v<T> ? MatrixMarketField::complex : MatrixMarketField::real);
}

/// Fields that every value of type T belongs to.
template <class T>
bool takes_all(MatrixMarketField field) {
    return field == MatrixMarketField::complex || field == MatrixMarketField::pattern ||
           (field == MatrixMarketField::real && !is_complex_v<T>);
}

}  // namespace

template <class T, class I>
MatrixMarketSymmetry symmetry_to_write(CsrView<T, I> A, const MatrixMarketWriteOptions& options) {
    return symmetry_of<T>(A, options);
}

template <class T>
MatrixMarketSymmetry symmetry_to_write(MatrixView<const T> A, const MatrixMarketWriteOptions& options) {
    return symmetry_of<T>(A, options);
}

template <class T, class I>
MatrixMarketField field_to_write(CsrView<T, I> A, const MatrixMarketWriteOptions& options) {
    const auto field = default_field<T>(options);
    if (takes_all<T>(field)) return field;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto [j, value] : A.row(i))
            if (!fits_field(value, field)) throw_field(i, static_cast<std::int64_t>(j), value, field);
    return field;
}

template <class T>
MatrixMarketField field_to_write(MatrixView<const T> A, const MatrixMarketWriteOptions& options) {
    const auto field = default_field<T>(options);
    if (field == MatrixMarketField::pattern)
        throw InvalidArgument("write_matrix_market: a dense matrix has no pattern; write a sparse one, or another field");
    if (takes_all<T>(field)) return field;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (!fits_field(A(i, j), field)) throw_field(i, j, A(i, j), field);
    return field;
}

#define TAMIS_INSTANTIATE(T, I)                                                                      \
    template MatrixMarketSymmetry symmetry_to_write(CsrView<T, I>, const MatrixMarketWriteOptions&); \
    template MatrixMarketField field_to_write(CsrView<T, I>, const MatrixMarketWriteOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE_DENSE(T)                                                                         \
    template MatrixMarketSymmetry symmetry_to_write(MatrixView<const T>, const MatrixMarketWriteOptions&); \
    template MatrixMarketField field_to_write(MatrixView<const T>, const MatrixMarketWriteOptions&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE_DENSE)
#undef TAMIS_INSTANTIATE_DENSE

}  // namespace tamis::detail::matrix_market
