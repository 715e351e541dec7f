// Assembler<T, I>: one pattern, assembled again and again with new values.
#pragma once

#include <cstdint>
#include <span>

#include <tamis/core/array.hpp>
#include <tamis/core/view.hpp>
#include <tamis/sparse/coo.hpp>
#include <tamis/sparse/csr.hpp>

namespace tamis {

/// The pattern of a list of places (i, j), and for each entry of the matrix the positions in that list that add up to it:
/// the sort of an assembly, done once, after which assemble(values) only reads the values and writes sums. For finite
/// elements give the places element by element, the entries of each element matrix in a fixed order, and compute the values
/// in that order:
///
///     Assembler<double> assembler(n, n, row_indices, col_indices);   // element e, local (a, b) → (dof(e, a), dof(e, b))
///     Csr<double> K = assembler.matrix();
///     for (…) { compute(values); assembler.assemble(values, K); F.refactor(K); }
///
/// Values of one place are summed in the order of the list, so that the result has the same bits for any number of threads,
/// and those of to_csr of the same triplets. (F. Cuvelier, C. Japhet and G. Scarella, "An efficient way to
/// assemble finite element matrices in vector languages", BIT 56 (2016) 833-864, give the places in this form; PETSc's
/// MatSetPreallocationCOO is the same idea.)
///
/// Storage: (nnz + rows + 1) + (nnz + 1) + places indices. Const members may be called from many threads at once.
template <class T, class I = std::int32_t>
class Assembler {
    static_assert(Scalar<T> && Index<I>);

  public:
    using scalar_type = T;
    using index_type = I;

    /// The empty 0×0 matrix of no places.
    Assembler() : Assembler(0, 0, {}, {}) {}
    /// Place k is (row_indices[k], col_indices[k]). InvalidArgument for negative sizes, lengths that differ and indices
    /// outside; IndexOverflow for sizes or numbers of places beyond I. O(rows + places), and memory for two copies of the
    /// places as triplets.
    Assembler(std::int64_t rows, std::int64_t cols, std::span<const I> row_indices, std::span<const I> col_indices);
    /// The places of the triplets; their values do not matter.
    explicit Assembler(const Coo<T, I>& triplets);

    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::int64_t cols() const noexcept { return cols_; }
    /// The number of entries of the matrix.
    [[nodiscard]] std::int64_t nnz() const noexcept { return indices_.size(); }
    /// The number of places given, which is the number of values that assemble takes.
    [[nodiscard]] std::int64_t places() const noexcept { return sources_.size(); }
    [[nodiscard]] std::span<const I> row_offsets() const noexcept { return offsets_.span(); }
    [[nodiscard]] std::span<const I> col_indices() const noexcept { return indices_.span(); }

    /// The pattern with explicit zeros.
    [[nodiscard]] Csr<T, I> matrix() const;
    /// The matrix of these values, one for each place in the order given. DimensionMismatch for another number of them.
    [[nodiscard]] Csr<T, I> assemble(VectorView<const T> values) const;
    /// The same into a matrix that has this pattern, such as one from matrix(); its old values are overwritten and nothing
    /// is allocated. PatternMismatch if it has another pattern; A is then left as it was. One pass over the values, the
    /// positions and the pattern of A, on all threads.
    void assemble(VectorView<const T> values, Csr<T, I>& A) const;

  private:
    template <class PlaceOf>
    void build(std::int64_t n, const PlaceOf& place_of);
    void check_values(VectorView<const T> values) const;
    void sum(VectorView<const T> values, std::span<T> sums) const;

    std::int64_t rows_ = 0;
    std::int64_t cols_ = 0;
    Array<I> offsets_;
    Array<I> indices_;
    Array<I> starts_;   // of the positions of each entry in sources_
    Array<I> sources_;  // positions of places, entry by entry
};

}  // namespace tamis
