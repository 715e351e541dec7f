// Eigen as tests compile it: products of matrices whose sizes are known at run time only are sums of products, entry by
// entry, instead of packed and blocked kernels, which took longer to compile than the tests took to run. The library's
// compiled sources have no Eigen; what its headers do with Eigen stays under test, its results are those of the plain
// definition. CMake includes this file first everywhere in tests/ (with EIGEN_DONT_VECTORIZE), so that all of a program
// agrees on it.
#pragma once

#include <Eigen/Core>

namespace Eigen::internal {

/// By default Large, which selects gemm and gemv (Eigen/src/Core/GeneralProduct.h, as of Eigen 3.4).
template <int MaxSize>
struct product_size_category<Dynamic, MaxSize> {
    enum { is_large = 0, value = Small };
};

}  // namespace Eigen::internal
