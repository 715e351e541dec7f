// Private: parsed entries to the formats that callers want.
#pragma once

#include <string>
#include <vector>

#include <tamis/core/view.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csr.hpp>

#include "sparse/matrix_market/pieces.hpp"

namespace tamis::detail::matrix_market {

/// Both triangles as Csr, duplicates summed in file order. IndexOverflow where the mirror images outgrow I.
template <class T, class I, class V>
Csr<T, I> assemble_csr(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name);

/// Triplets in file order, each followed by its mirror image.
template <class T, class I, class V>
Coo<T, I> assemble_coo(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name);

/// Fills a dense matrix of the right size.
template <class T, class V>
void assemble_dense(const Head& head, const std::vector<Piece<V, std::int64_t>>& pieces, MatrixView<T> out);

/// An array file as pieces of a coordinate file, zeros left out. ParseError where a hermitian diagonal is not real.
template <class V, class I>
std::vector<Piece<V, I>> array_to_coordinate(const Head& head, std::vector<Piece<V, I>> pieces, const std::string& name);

/// ParseError where the diagonal of a hermitian array is not real.
template <class V, class I>
void check_array_diagonal(const Head& head, const std::vector<Piece<V, I>>& pieces, const std::string& name);

/// The value at (j, i) that follows from the one at (i, j).
template <class T>
T mirrored(T value, MatrixMarketSymmetry symmetry) noexcept {
    if (symmetry == MatrixMarketSymmetry::hermitian) return conjugate(value);
    return symmetry == MatrixMarketSymmetry::skew_symmetric ? -value : value;
}

/// Walks the places of an array file: down the columns, of half-stored ones only the lower triangle.
class ArrayPlace {
  public:
    explicit ArrayPlace(const MatrixMarketInfo& info)
        : rows_(info.rows),
          first_(is_half(info.symmetry) ? (info.symmetry == MatrixMarketSymmetry::skew_symmetric ? 1 : 0) : -1) {
        start_column();
    }
    [[nodiscard]] std::int64_t row() const { return i_; }
    [[nodiscard]] std::int64_t col() const { return j_; }
    void advance() {
        if (++i_ < rows_) return;
        ++j_;
        start_column();
    }

  private:
    void start_column() { i_ = first_ < 0 ? 0 : j_ + first_; }
    std::int64_t rows_;
    std::int64_t first_;
    std::int64_t i_ = 0;
    std::int64_t j_ = 0;
};

}  // namespace tamis::detail::matrix_market
