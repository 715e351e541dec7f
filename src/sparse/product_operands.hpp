// Private: what x and y of a product have to be.
#pragma once

#include <cstdint>

#include <tamis/core/view.hpp>

namespace tamis::detail {

/// Throws DimensionMismatch unless Y = A X is possible for a rows×cols matrix A, InvalidArgument if X and Y share memory.
/// `name` is the public function.
template <class T>
void check_product_operands(const char* name, std::int64_t rows, std::int64_t cols, MatrixView<const T> X, MatrixView<T> Y);

}  // namespace tamis::detail
