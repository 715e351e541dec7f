#include "iterative/eigen/operand_check.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <limits>
#include <string>
#include <variant>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/eigen/block.hpp"
#include "iterative/vector_ops.hpp"
#include "sparse/factor_input.hpp"

namespace tamis::detail {

namespace {

template <class T>
void check_dense_hermitian(const std::string& what, MatrixView<const T> A) {
    const std::int64_t n = A.rows();
    double largest = 0;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < n; ++i) {
            const double modulus = std::abs(A(i, j));
            if (!std::isfinite(modulus))
                throw InvalidArgument(what + " has an entry that is not finite at (" + std::to_string(i) + ", " +
                                      std::to_string(j) + ")");
            largest = std::max(largest, modulus);
        }
    const double slack = 100 * static_cast<double>(std::numeric_limits<Real<T>>::epsilon()) * largest;
    for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i <= j; ++i)
            if (!(std::abs(A(i, j) - conjugate(A(j, i))) <= slack))
                throw InvalidArgument(what + " is not Hermitian: entries (" + std::to_string(i) + ", " + std::to_string(j) +
                                      ") and (" + std::to_string(j) + ", " + std::to_string(i) + ") differ");
}

}  // namespace

template <class T>
void check_hermitian_operand(const char* who, const char* what, const EigenOperand<T>& A, std::int64_t n) {
    const std::string name = std::string(who) + ": " + what;
    if (!A) throw InvalidArgument(name + " is empty");
    if (n < 0) n = A.rows();
    if (A.rows() != n || A.cols() != n)
        throw DimensionMismatch(name + " has " + std::to_string(A.rows()) + " rows and " + std::to_string(A.cols()) +
                                    " columns, but " + std::to_string(n) + " of each are needed",
                                n, A.rows() != n ? A.rows() : A.cols());
    std::visit(
        [&]<class S>(const S& stored) {
            if constexpr (std::same_as<S, MatrixView<const T>>) {
                check_dense_hermitian<T>(name, stored);
            } else if constexpr (!std::same_as<S, std::monostate>) {
                check_finite(name.c_str(), stored, true);
                check_hermitian(name.c_str(), stored);
            }
        },
        A.stored());
}

template <class T>
std::int64_t check_hermitian_products(const char* who, const char* what, const EigenOperand<T>& A) {
    const std::int64_t n = A.rows();
    if (A.is_stored() || n < 2) return 0;
    constexpr std::int64_t m = 2;
    constexpr double allowed = std::same_as<Real<T>, float> ? 3e-5 : 1e-6;
    Array<T> X(n * m, uninitialized), Y(n * m, uninitialized);
    for (std::int64_t j = 0; j < m; ++j) vec::fill_random(n, 0x5eed + static_cast<std::uint64_t>(j), X.data() + j * n);
    A.ref().apply(MatrixView<const T>(X.data(), n, m), MatrixView<T>(Y.data(), n, m));
    T G[m * m];
    double norm_x[m], norm_y[m];
    tall::gram(n, X.data(), m, Y.data(), m, G, m);
    tall::norms(n, m, X.data(), norm_x);
    tall::norms(n, m, Y.data(), norm_y);
    const double difference = std::abs(std::complex<double>(G[1]) - std::conj(std::complex<double>(G[2])));
    const double scale = std::max(norm_x[0] * norm_y[1], norm_x[1] * norm_y[0]);
    if (std::isfinite(difference) && difference > allowed * scale) {
        char numbers[80];
        std::snprintf(numbers, sizeof numbers, "%.2g of ‖A x‖ ‖y‖", difference / scale);
        throw InvalidArgument(std::string(who) + ": " + what +
                              " is not Hermitian: for random vectors, yᴴAx and the conjugate of xᴴAy differ by " + numbers);
    }
    return m;
}

template <class T>
void check_eigen_preconditioner(const char* who, const OperatorRef<T>& M, std::int64_t n) {
    if (!M || (M.rows() == n && M.cols() == n)) return;
    throw DimensionMismatch(std::string(who) + ": the preconditioner has " + std::to_string(M.rows()) + " rows and " +
                                std::to_string(M.cols()) + " columns, but A has " + std::to_string(n),
                            n, M.rows());
}

#define TAMIS_INSTANTIATE(T)                                                                                  \
    template void check_hermitian_operand<T>(const char*, const char*, const EigenOperand<T>&, std::int64_t); \
    template std::int64_t check_hermitian_products<T>(const char*, const char*, const EigenOperand<T>&);      \
    template void check_eigen_preconditioner<T>(const char*, const OperatorRef<T>&, std::int64_t);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
