// Private: which symmetry and field the values have, before they are written.
#pragma once

#include <tamis/core/view.hpp>
#include <tamis/sparse/matrix_market.hpp>
#include <tamis/sparse/view.hpp>

namespace tamis::detail::matrix_market {

/// The symmetry to write: what the options ask for, checked against the values (InvalidArgument naming the first entry
/// that contradicts), or what the values have where they ask to detect it.
template <class T, class I>
MatrixMarketSymmetry symmetry_to_write(CsrView<T, I> A, const MatrixMarketWriteOptions& options);
template <class T>
MatrixMarketSymmetry symmetry_to_write(MatrixView<const T> A, const MatrixMarketWriteOptions& options);

/// The field to write, checked against the values likewise.
template <class T, class I>
MatrixMarketField field_to_write(CsrView<T, I> A, const MatrixMarketWriteOptions& options);
template <class T>
MatrixMarketField field_to_write(MatrixView<const T> A, const MatrixMarketWriteOptions& options);

}  // namespace tamis::detail::matrix_market
