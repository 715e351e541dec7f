#include <tamis/dense/matrix_power.hpp>

#include <algorithm>
#include <utility>

#include <tamis/core/array.hpp>
#include <tamis/dense/functions.hpp>

#include "dense/matrix_algebra.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

template <class T>
void integer_power(MatrixView<const T> A, std::int64_t exponent, MatrixView<T> X) {
    const char* const what = "matrix_power";
    check_square_operand(what, A);
    const std::int64_t n = A.rows();
    Array<T> Z(n * n, uninitialized);  // A^(2^k)
    copy_finite(what, A, Z.data(), n);
    if (n == 0) return;
    const MatrixView<T> power(Z.data(), n, n);
    if (exponent < 0) inverse<T>(A, power);
    std::uint64_t left = exponent < 0 ? 0 - static_cast<std::uint64_t>(exponent) : static_cast<std::uint64_t>(exponent);
    if (left <= 1) {
        for (std::int64_t i = 0; i < n * n; ++i) X.data()[i] = left == 1 ? Z[i] : T(i % (n + 1) == 0 ? 1 : 0);
        return;
    }
    on_function_threads(n, [&] {
        const auto algebra = MatrixAlgebra<T>::full(n);
        Array<T> scratch = algebra.element();
        Array<T> product;
        for (;; left >>= 1) {
            if ((left & 1) != 0) {
                if (product.empty()) {
                    product = Z;
                } else {
                    algebra.multiply(product.data(), Z.data(), scratch.data());
                    product.swap(scratch);
                }
            }
            if (left == 1) break;
            algebra.multiply(Z.data(), Z.data(), scratch.data());
            Z.swap(scratch);
        }
        std::copy(product.begin(), product.end(), X.data());
    });
}

#define TAMIS_INSTANTIATE(T) template void integer_power(MatrixView<const T>, std::int64_t, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
