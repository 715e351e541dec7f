#include "iterative/functions/stored_hermitian.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <variant>

#include "instantiate.hpp"
#include "sparse/asymmetry.hpp"

namespace tamis::detail {

namespace {

template <class T>
bool is_dense_hermitian(MatrixView<const T> A) {
    double largest = 0;
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            const double modulus = std::abs(A(i, j));
            if (!std::isfinite(modulus)) return false;
            largest = std::max(largest, modulus);
        }
    const double slack = 100 * static_cast<double>(epsilon_v<T>) * largest;  // as for eigsh
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i <= j; ++i)
            if (!(std::abs(A(i, j) - conjugate(A(j, i))) <= slack)) return false;
    return true;
}

}  // namespace

template <class T>
bool is_stored_hermitian(const EigenOperand<T>& A) {
    if (A.rows() != A.cols()) return false;
    return std::visit(
        []<class S>(const S& stored) {
            if constexpr (std::same_as<S, MatrixView<const T>>) return is_dense_hermitian<T>(stored);
            else if constexpr (std::same_as<S, std::monostate>) return false;
            else return !first_asymmetry(stored, Agreement::rounded);
        },
        A.stored());
}

#define TAMIS_INSTANTIATE(T) template bool is_stored_hermitian<T>(const EigenOperand<T>&);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
