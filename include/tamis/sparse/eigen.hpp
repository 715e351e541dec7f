// Eigen's sparse matrices: in, out, and viewed without a copy. Row-major ones are Csr, column-major ones Csc.
#pragma once

#include <Eigen/SparseCore>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <tamis/sparse/convert.hpp>

namespace tamis {

namespace detail {

/// The index of tamis for a StorageIndex of Eigen: int32 for types up to its size, int64 for wider ones.
template <class StorageIndex>
using index_for_t = std::conditional_t<(sizeof(StorageIndex) <= sizeof(std::int32_t)), std::int32_t, std::int64_t>;

template <class S>
concept EigenSparse = std::derived_from<S, Eigen::SparseMatrixBase<S>>;

template <class S>
inline constexpr bool owns_sparse_v = false;
template <class T, int Options, class StorageIndex>
inline constexpr bool owns_sparse_v<Eigen::SparseMatrix<T, Options, StorageIndex>> = true;

/// An Eigen sparse object whose arrays lie in memory.
template <class S>
concept EigenCompressed =
    EigenSparse<S> && std::derived_from<S, Eigen::SparseCompressedBase<S>> && !S::IsVectorAtCompileTime;

template <class S>
using from_eigen_t = std::conditional_t<S::IsRowMajor, Csr<typename S::Scalar, index_for_t<typename S::StorageIndex>>,
                                        Csc<typename S::Scalar, index_for_t<typename S::StorageIndex>>>;
template <class S>
using view_eigen_t = std::conditional_t<S::IsRowMajor, CsrView<typename S::Scalar, index_for_t<typename S::StorageIndex>>,
                                        CscView<typename S::Scalar, index_for_t<typename S::StorageIndex>>>;

/// Where an inner vector of S ends: uncompressed matrices leave room behind it.
template <EigenCompressed S>
std::int64_t inner_end(const S& A, std::int64_t outer) {
    const auto* const count = A.innerNonZeroPtr();
    return count ? std::int64_t{A.outerIndexPtr()[outer]} + count[outer] : std::int64_t{A.outerIndexPtr()[outer + 1]};
}

template <class StorageIndex>
constexpr void check_storage_index() {
    static_assert(std::is_integral_v<StorageIndex> && std::is_signed_v<StorageIndex> && sizeof(StorageIndex) <= 8,
                  "tamis: the StorageIndex of an Eigen sparse matrix must be a signed integer");
}
template <class T>
constexpr void check_eigen_scalar() {
    static_assert(Scalar<T>,
                  "tamis: scalars are float, double, std::complex<float> and std::complex<double>; "
                  "use S.cast<…>() of Eigen first");
}

}  // namespace detail

/// A copy of an Eigen sparse matrix or expression, compressed or not; unsorted entries are sorted, repeated ones summed.
/// Row-major gives Csr, column-major Csc. StorageIndex int gives int32, wider ones int64.
template <detail::EigenSparse S>
[[nodiscard]] auto from_eigen(const S& A) {
    using T = typename S::Scalar;
    using StorageIndex = typename S::StorageIndex;
    using I = detail::index_for_t<StorageIndex>;
    detail::check_eigen_scalar<T>();
    detail::check_storage_index<StorageIndex>();
    if constexpr (detail::EigenCompressed<S>) {
        const std::int64_t outer = A.outerSize();
        std::int64_t nnz = 0;
        for (std::int64_t j = 0; j < outer; ++j) nnz += detail::inner_end(A, j) - A.outerIndexPtr()[j];
        detail::check_fits<I>("from_eigen", A.rows(), A.cols(), nnz);
        std::vector<I> offsets;
        std::vector<I> indices;
        std::vector<T> values;
        offsets.reserve(static_cast<std::size_t>(outer) + 1);
        indices.reserve(static_cast<std::size_t>(nnz));
        values.reserve(static_cast<std::size_t>(nnz));
        offsets.push_back(0);
        for (std::int64_t j = 0; j < outer; ++j) {
            const std::int64_t first = A.outerIndexPtr()[j];
            const std::int64_t last = detail::inner_end(A, j);
            indices.insert(indices.end(), A.innerIndexPtr() + first, A.innerIndexPtr() + last);
            values.insert(values.end(), A.valuePtr() + first, A.valuePtr() + last);
            offsets.push_back(static_cast<I>(indices.size()));
        }
        return detail::from_eigen_t<S>::from_arrays(A.rows(), A.cols(), std::move(offsets), std::move(indices),
                                                    std::move(values));
    } else {
        const Eigen::SparseMatrix<T, S::IsRowMajor ? Eigen::RowMajor : Eigen::ColMajor, StorageIndex> evaluated = A;
        return from_eigen(evaluated);
    }
}

/// A copy as Eigen::SparseMatrix<T, RowMajor, I> of a Csr, ColMajor of a Csc; compressed. Explicit zeros are kept.
template <SparseMatrix M>
[[nodiscard]] auto to_eigen(const M& A) {
    using I = index_t<M>;
    Eigen::SparseMatrix<scalar_t<M>, M::is_row_major ? Eigen::RowMajor : Eigen::ColMajor, I> S(A.rows(), A.cols());
    const auto V = detail::major_view(A);
    S.resizeNonZeros(V.nnz());
    std::copy(V.row_offsets().begin(), V.row_offsets().end(), S.outerIndexPtr());
    std::copy(V.col_indices().begin(), V.col_indices().end(), S.innerIndexPtr());
    std::copy(V.values().begin(), V.values().end(), S.valuePtr());
    return S;
}

/// The arrays of an Eigen sparse matrix (or Map, Ref) as a view, without a copy; it lives no longer than the matrix and its
/// pattern. Row-major gives CsrView, column-major CscView. Checked once, in O(nnz): InvalidArgument for an uncompressed
/// matrix (makeCompressed() first, or from_eigen, which copies) and for unsorted or repeated entries. A temporary does not
/// compile.
template <detail::EigenCompressed S>
[[nodiscard]] auto view_eigen(const S& A) {
    using T = typename S::Scalar;
    using StorageIndex = typename S::StorageIndex;
    using I = detail::index_for_t<StorageIndex>;
    using View = detail::view_eigen_t<S>;
    detail::check_eigen_scalar<T>();
    detail::check_storage_index<StorageIndex>();
    static_assert(sizeof(StorageIndex) == sizeof(I),
                  "tamis: StorageIndex must have 32 or 64 bits to be viewed; use from_eigen");
    if (!A.isCompressed())
        throw InvalidArgument(
            "view_eigen: the matrix is not compressed; call makeCompressed() first, or from_eigen, which copies");
    // long and long long are different types of one representation where both have 64 bits.
    const auto as_indices = [](const StorageIndex* p, std::int64_t n) {
        return std::span<const I>(reinterpret_cast<const I*>(p), static_cast<std::size_t>(n));
    };
    const std::int64_t nnz = A.nonZeros();
    const auto offsets = as_indices(A.outerIndexPtr(), A.outerSize() + 1);
    const auto indices = as_indices(A.innerIndexPtr(), nnz);
    const std::span<const T> values(A.valuePtr(), static_cast<std::size_t>(nnz));
    detail::check_compressed<I>("view_eigen", S::IsRowMajor ? "row" : "column", A.outerSize(), A.innerSize(), offsets,
                                indices, nnz);
    return View(unchecked, A.rows(), A.cols(), offsets, indices, values);
}
template <class S>
    requires detail::owns_sparse_v<S>
auto view_eigen(const S&& A) = delete;

template <detail::EigenSparse S>
[[nodiscard]] auto to_csr(const S& A) {
    return to_csr(from_eigen(A));
}
template <detail::EigenSparse S>
[[nodiscard]] auto to_csc(const S& A) {
    return to_csc(from_eigen(A));
}
template <detail::EigenSparse S>
[[nodiscard]] auto to_coo(const S& A) {
    return to_coo(from_eigen(A));
}
template <detail::EigenSparse S>
[[nodiscard]] auto to_dense(const S& A) {
    return to_dense(from_eigen(A));
}

}  // namespace tamis
