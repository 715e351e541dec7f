#include <tamis/sparse/multiply.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

#include "instantiate.hpp"
#include "sparse/gather.hpp"
#include "sparse/product_operands.hpp"
#include "sparse/scatter.hpp"
#include "sparse/update.hpp"

namespace tamis::detail {

template <class T, class I>
void multiply(CsrView<T, I> A, Operation op, MatrixView<const T> X, MatrixView<T> Y, T alpha, T beta, const char* name) {
    const bool by_rows = op == Operation::none || op == Operation::conjugated;
    const std::int64_t rows = by_rows ? A.rows() : A.cols();
    const std::int64_t cols = by_rows ? A.cols() : A.rows();
    check_product_operands<T>(name, rows, cols, X, Y);
    if (Y.rows() == 0 || Y.cols() == 0) return;
    if (alpha == T(0) || A.nnz() == 0) {
        for (std::int64_t j = 0; j < Y.cols(); ++j)
            for (std::int64_t i = 0; i < Y.rows(); ++i) scale(Y(i, j), beta);
        return;
    }
    switch (op) {
        case Operation::none: return gather<false>(A, X, Y, alpha, beta);
        case Operation::conjugated: return gather<is_complex_v<T>>(A, X, Y, alpha, beta);
        case Operation::transposed: return scatter<false>(A, X, Y, alpha, beta);
        case Operation::adjoint: return scatter<is_complex_v<T>>(A, X, Y, alpha, beta);
    }
}

#define TAMIS_INSTANTIATE(T, I) \
    template void multiply<T, I>(CsrView<T, I>, Operation, MatrixView<const T>, MatrixView<T>, T, T, const char*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
