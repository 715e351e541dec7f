// tune(A): a matrix laid out for many products with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include <tamis/core/dense_types.hpp>
#include <tamis/sparse/operand.hpp>

namespace tamis {

struct TuneOptions {
    /// How many products will follow. Fewer than about twenty pay no search: the plain layout is kept. A trial that other
    /// work disturbs is repeated for as long as a quarter of them takes.
    std::int64_t expected_products = 1000;
    /// Products use at most so many threads, and the trial as many as they; 0: as many as the library uses.
    int threads = 0;
    /// A is Hermitian (symmetric for real scalars), and only one half of it may be kept: half the bytes, where most entries
    /// lie near the diagonal. Sums are then rounded in another order, the same for any number of threads. InvalidArgument if
    /// an entry is not the conjugate of its mirror image.
    bool symmetric = false;
    /// Values may be stored as float, to be widened again for sums in the precision of the matrix: a half to two thirds of
    /// the bytes. The product is then that of a matrix whose entries differ from A's by 6e-8 of each. Not done where a value
    /// lies beyond float's normal numbers (1.2e-38 to 3.4e38); no effect on float matrices. Values that all are float
    /// numbers, such as integers below 2²⁴, are stored so in any case, as that changes nothing.
    bool allow_float_values = false;
};

template <class T>
class TunedMatrix;

namespace detail {
template <class T>
struct TunedData;
template <class T, class I>
TunedMatrix<T> tune(CsrView<T, I> A, const TuneOptions& options);
template <class T>
void apply(const TunedData<T>& A, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, const char* name);
/// A in a layout whose products are faster and have the same bits, for so many products; null where there is none, where A
/// is small enough to stay in caches, or where memory is short. For iterative methods.
template <class T, class I>
std::shared_ptr<const TunedMatrix<T>> faster_copy(CsrView<T, I> A, std::int64_t expected_products);
}  // namespace detail

/// A sparse matrix of its own in the layout that tune found. Products with a vector give the bits of the plain product,
/// whatever the layout and the number of threads, unless an option allowed otherwise. Copies share the arrays; const use
/// from several threads is fine.
template <class T>
class TunedMatrix {
    static_assert(Scalar<T>);

  public:
    using scalar_type = T;

    /// The empty 0×0 matrix.
    TunedMatrix();

    [[nodiscard]] std::int64_t rows() const noexcept;
    [[nodiscard]] std::int64_t cols() const noexcept;
    [[nodiscard]] std::int64_t nnz() const noexcept;

    /// y = alpha A x + beta y, or the same of a block, as multiply(A, x, y, alpha, beta) in everything but speed: sizes,
    /// errors, beta = 0. Nothing is allocated unless the columns of x are strided, which are copied then. A block is taken
    /// column by column, which for blocks of contiguous columns is faster than a plain product of them; row-major blocks of
    /// four and more columns are multiplied faster by multiply(A, X, Y), unless the layout is that of plain rows, where it
    /// is the same.
    template <DenseArgument X, DenseArgument Y>
    void apply(const X& x, Y&& y, std::type_identity_t<T> alpha = T(1), std::type_identity_t<T> beta = T(0)) const {
        static_assert(std::same_as<dense_scalar_t<Y>, T>, "tamis: y must have the scalar of the matrix");
        const detail::DenseInput<T, X> in(x);
        detail::apply<T>(*data_, in.matrix(), detail::dense_output<T>(y), alpha, beta, "TunedMatrix::apply");
    }

    /// The layout in words, e.g. "dense blocks of 3×3".
    [[nodiscard]] std::string description() const;
    /// Bytes of A that one product reads, by entry; 12 (double, int32) and a share of the offsets for plain rows.
    [[nodiscard]] double bytes_per_nonzero() const noexcept;
    /// Bytes held.
    [[nodiscard]] std::int64_t bytes() const noexcept;
    /// How many products the inspection cost, by the time that each saves: infinite where the plain layout was kept,
    /// or where the trial found less to read but no time saved.
    [[nodiscard]] double payback_products() const noexcept;

    /// Takes what tune made.
    explicit TunedMatrix(std::shared_ptr<const detail::TunedData<T>> data) noexcept : data_(std::move(data)) {}
    /// For the library's own use.
    [[nodiscard]] const detail::TunedData<T>& data() const noexcept { return *data_; }

  private:
    std::shared_ptr<const detail::TunedData<T>> data_;
};

/// Inspects the pattern and the values of A and lays them out for products, where that is faster: runs of rows with one
/// pattern relative to the diagonal (stencils; constant coefficients are stored once), dense B×B blocks with 2 ≤ B ≤ 6
/// (several unknowns a node), slices of eight rows of one length whose columns often fit into 16 bits (short rows of
/// changing lengths), or plain compressed rows. A layout that fits is tried for a few products against the plain one, and
/// the fastest is kept, or the one with fewer bytes of those that the trial cannot tell apart. For iterative methods, and
/// for what else multiplies a matrix that stays as it is. For products with Aᴴ tune adjoint(A).
///
/// A is copied (or compressed) and not referred to. The order of each sum stays, so no choice changes the result, but for
/// those that an option allows: with such, the trial may lead to other roundings from run to run. InvalidArgument for
/// negative options, and for a matrix that is not Hermitian as .symmetric says. Cost: O(nnz), the time of some ten to a
/// hundred products; payback_products() says after how many it is earned.
template <SparseMatrix M>
[[nodiscard]] TunedMatrix<scalar_t<M>> tune(const M& A, const TuneOptions& options = {}) {
    using T = scalar_t<M>;
    const detail::MajorInput<T, true, M> in(A);
    return detail::tune<T, index_t<M>>(in.view(), options);
}

/// A x as a Vector<T>, A X as a Matrix<T>. Throws DimensionMismatch.
template <class T, DenseArgument X>
[[nodiscard]] auto operator*(const TunedMatrix<T>& A, const X& x) {
    const detail::DenseInput<T, X> in(x);
    DenseResult<T, X> y(A.rows(), in.matrix().cols());
    detail::apply<T>(A.data(), in.matrix(), MatrixView<T>(y), T(1), T(0), "A * x");
    return y;
}

}  // namespace tamis
