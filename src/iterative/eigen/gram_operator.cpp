#include "iterative/eigen/gram_operator.hpp"

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include <tamis/sparse/transpose.hpp>

#include "instantiate.hpp"
#include "sparse/gram_product.hpp"

namespace tamis::detail {

template <class T>
GramOperator<T>::GramOperator(const EigenOperand<T>& A)
    : A_(A.ref()),
      adjoint_(A.cols() > A.rows()),
      n_(std::min(A.rows(), A.cols())) {
    std::visit(
        [&]<class S>(const S& stored) {
            if constexpr (SparseMatrix<S>) {
                if (adjoint_) C_ = EigenOperand<T>(tamis::to_csr(tamis::adjoint(stored)));
                else C_ = EigenOperand<T>(stored);
            }
        },
        A.stored());
}

template <class T>
void GramOperator<T>::apply(MatrixView<const T> X, MatrixView<T> Y) const {
    products_ += 2 * X.cols();
    std::visit(
        [&]<class S>(const S& stored) {
            if constexpr (SparseMatrix<S>) {
                gram_product<T, index_t<S>>(stored, X, Y);
            } else {
                const std::int64_t tall = adjoint_ ? A_.cols() : A_.rows();
                Array<T> scratch(tall * X.cols(), uninitialized);
                const MatrixView<T> between(scratch.data(), tall, X.cols());
                if (adjoint_) {
                    A_.apply_adjoint(X, between);
                    A_.apply(MatrixView<const T>(between), Y);
                } else {
                    A_.apply(X, between);
                    A_.apply_adjoint(MatrixView<const T>(between), Y);
                }
            }
        },
        C_.stored());
}

#define TAMIS_INSTANTIATE(T) template class GramOperator<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
