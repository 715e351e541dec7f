#include <tamis/sparse/assembler.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "sparse/compressed.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/triplet_sort.hpp"

namespace tamis {

namespace {

/// A place that carries its position in the list of places.
template <class I>
struct Place {
    I row;
    I col;
    I value;
};

template <class X>
bool same(std::span<const X> a, std::span<const X> b) {
    if (a.size() != b.size()) return false;
    const std::int64_t n = std::ssize(a);
    const int parts = detail::threads_for(n / 4);
    std::vector<char> equal(static_cast<std::size_t>(parts));
    detail::for_each_part(parts, [&](int part) {
        const std::int64_t first = detail::even_cut(n, part, parts);
        const std::int64_t last = detail::even_cut(n, part + 1, parts);
        equal[static_cast<std::size_t>(part)] = std::equal(a.data() + first, a.data() + last, b.data() + first);
    });
    return std::ranges::all_of(equal, [](char e) { return e != 0; });
}

}  // namespace

template <class T, class I>
Assembler<T, I>::Assembler(std::int64_t rows, std::int64_t cols, std::span<const I> row_indices,
                           std::span<const I> col_indices)
    : rows_(rows),
      cols_(cols) {
    detail::check_sizes<I>("Assembler", rows, cols);
    if (row_indices.size() != col_indices.size())
        throw InvalidArgument("Assembler: " + std::to_string(row_indices.size()) + " row indices and " +
                              std::to_string(col_indices.size()) + " column indices; there must be the same number of each");
    const std::int64_t n = std::ssize(row_indices);
    detail::check_count<I>("Assembler", n);
    const I* const row = row_indices.data();
    const I* const col = col_indices.data();
    build(n, [row, col](std::int64_t k) { return Place<I>{row[k], col[k], static_cast<I>(k)}; });
}

template <class T, class I>
Assembler<T, I>::Assembler(const Coo<T, I>& triplets) : rows_(triplets.rows()),
                                                        cols_(triplets.cols()) {
    detail::check_count<I>("Assembler", triplets.nnz());
    const auto* const entry = triplets.entries().data();
    build(triplets.nnz(), [entry](std::int64_t k) { return Place<I>{entry[k].row, entry[k].col, static_cast<I>(k)}; });
}

template <class T, class I>
template <class PlaceOf>
void Assembler<T, I>::build(std::int64_t n, const PlaceOf& place_of) {
    Array<Place<I>> places(n, uninitialized);
    const int parts = detail::threads_for(n / 2);
    std::vector<std::int64_t> outside(static_cast<std::size_t>(parts), n);
    detail::for_each_part(parts, [&](int part) {
        for (std::int64_t k = detail::even_cut(n, part + 1, parts) - 1; k >= detail::even_cut(n, part, parts); --k) {
            const Place<I> p = places[k] = place_of(k);
            if (p.row < 0 || p.row >= rows_ || p.col < 0 || p.col >= cols_) outside[static_cast<std::size_t>(part)] = k;
        }
    });
    if (const std::int64_t k = *std::ranges::min_element(outside); k < n)
        detail::throw_outside("Assembler", places[k].row, places[k].col, rows_, cols_);

    auto sorted =
        detail::TripletSort<detail::Major::rows, Place<I>>(rows_, cols_, {places.data(), static_cast<std::size_t>(n)})
            .order();
    places = {};
    sources_ = std::move(sorted.values);

    // The places of a row with equal columns, which lie beside each other, are one entry.
    std::int64_t nnz = 0;
    for (std::int64_t i = 0; i < rows_; ++i)
        for (std::int64_t k = sorted.offsets[i]; k < sorted.offsets[i + 1]; ++k)
            nnz += k == sorted.offsets[i] || sorted.indices[k] != sorted.indices[k - 1];
    offsets_ = Array<I>(rows_ + 1, uninitialized);
    indices_ = Array<I>(nnz, uninitialized);
    starts_ = Array<I>(nnz + 1, uninitialized);
    std::int64_t to = 0;
    for (std::int64_t i = 0; i < rows_; ++i) {
        offsets_[i] = static_cast<I>(to);
        for (std::int64_t k = sorted.offsets[i]; k < sorted.offsets[i + 1]; ++k) {
            if (k > sorted.offsets[i] && sorted.indices[k] == sorted.indices[k - 1]) continue;
            indices_[to] = sorted.indices[k];
            starts_[to++] = static_cast<I>(k);
        }
    }
    offsets_[rows_] = static_cast<I>(nnz);
    starts_[nnz] = static_cast<I>(n);
}

template <class T, class I>
Csr<T, I> Assembler<T, I>::matrix() const {
    return {unchecked, rows_, cols_, offsets_, indices_, Array<T>(nnz())};
}

template <class T, class I>
Csr<T, I> Assembler<T, I>::assemble(VectorView<const T> values) const {
    check_values(values);
    Csr<T, I> A(unchecked, rows_, cols_, offsets_, indices_, Array<T>(nnz(), uninitialized));
    sum(values, A.values());
    return A;
}

template <class T, class I>
void Assembler<T, I>::assemble(VectorView<const T> values, Csr<T, I>& A) const {
    check_values(values);
    if (A.rows() != rows_ || A.cols() != cols_ || A.nnz() != nnz())
        throw PatternMismatch("Assembler::assemble: the matrix given is " + std::to_string(A.rows()) + "×" +
                              std::to_string(A.cols()) + " with " + std::to_string(A.nnz()) +
                              " entries, the assembled one is " + std::to_string(rows_) + "×" + std::to_string(cols_) +
                              " with " + std::to_string(nnz()) + "; take it from matrix() or assemble(values)");
    if (!same<I>(A.row_offsets(), offsets_.span()) || !same<I>(A.col_indices(), indices_.span()))
        throw PatternMismatch(
            "Assembler::assemble: the entries of the matrix given are in other places than those of the assembled one; take "
            "it "
            "from matrix() or assemble(values)");
    sum(values, A.values());
}

template <class T, class I>
void Assembler<T, I>::check_values(VectorView<const T> values) const {
    if (values.size() != places())
        throw DimensionMismatch("Assembler::assemble: " + std::to_string(values.size()) + " values for " +
                                    std::to_string(places()) + " places; give one for each, in their order",
                                places(), values.size());
}

template <class T, class I>
void Assembler<T, I>::sum(VectorView<const T> values, std::span<T> sums) const {
    const int parts = detail::threads_for(places());
    const detail::Cuts cuts = detail::balanced_cuts<I>(starts_.span(), parts);
    const I* const start = starts_.data();
    const I* const source = sources_.data();
    T* const out = sums.data();
    const auto run = [&](auto value) {
        detail::for_each_part(parts, [&](int part) {
            for (std::int64_t e = cuts[part]; e < cuts[part + 1]; ++e) {
                T sum = value(source[start[e]]);
                for (std::int64_t k = start[e] + std::int64_t{1}; k < start[e + 1]; ++k) sum += value(source[k]);
                out[e] = sum;
            }
        });
    };
    if (values.stride() == 1) run([v = values.data()](I k) { return v[k]; });
    else run([values](I k) { return values[k]; });
}

#define TAMIS_ASSEMBLER(T, I) template class Assembler<T, I>;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_ASSEMBLER)

}  // namespace tamis
