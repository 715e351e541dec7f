#include "iterative/eigen/stored_operand.hpp"

#include <algorithm>
#include <string>

#include <tamis/core/error.hpp>

#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {

[[noreturn]] void throw_stored_not_finite(const char* name, std::int64_t i, std::int64_t j) {
    throw InvalidArgument(std::string(name) + ": entry (" + std::to_string(i) + ", " + std::to_string(j) +
                          ") is not finite");
}

template <class T, class I>
void check_entries(const char* name, CsrView<T, I> A) {
    if (all_finite(A.nnz(), A.values().data())) return;
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (const auto entry : A.row(i))
            if (!is_finite(entry.value)) throw_stored_not_finite(name, i, static_cast<std::int64_t>(entry.index));
}
template <class T>
void check_entries(const char* name, MatrixView<const T> A) {
    for (std::int64_t j = 0; j < A.cols(); ++j)
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (!is_finite(A(i, j))) throw_stored_not_finite(name, i, j);
}

}  // namespace

template <class T>
bool all_finite(std::int64_t n, const T* x) noexcept {
    T sum = 0;  // x − x is NaN where x is not finite: no branch an entry
    for (std::int64_t i = 0; i < n; ++i) sum += x[i] - x[i];
    return sum == T(0);
}

template <class T>
void check_stored_finite(const char* name, const EigenOperand<T>& A) {
    std::visit(
        [&](const auto& stored) {
            if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(stored)>, std::monostate>)
                check_entries(name, stored);
        },
        A.stored());
}

template <class T>
Array<T> dense_copy(const EigenOperand<T>& A, std::int64_t& matvecs) {
    const std::int64_t rows = A.rows(), cols = A.cols();
    Array<T> M(rows * cols, uninitialized);
    const MatrixView<T> view(M.data(), rows, cols);
    std::visit(
        [&](const auto& stored) {
            using S = std::remove_cvref_t<decltype(stored)>;
            if constexpr (std::is_same_v<S, MatrixView<const T>>) {
                for (std::int64_t j = 0; j < cols; ++j)
                    for (std::int64_t i = 0; i < rows; ++i) M[j * rows + i] = stored(i, j);
            } else if constexpr (std::is_same_v<S, std::monostate>) {
                constexpr std::int64_t at_once = 16;
                for (std::int64_t first = 0; first < cols; first += at_once) {
                    const std::int64_t m = std::min(at_once, cols - first);
                    Array<T> E(cols * m);
                    for (std::int64_t j = 0; j < m; ++j) E[j * cols + first + j] = T(1);
                    A.ref().apply(MatrixView<const T>(E.data(), cols, m), MatrixView<T>(M.data() + first * rows, rows, m));
                    matvecs += m;
                }
            } else {
                expand(stored, view);
            }
        },
        A.stored());
    return M;
}

#define TAMIS_INSTANTIATE(T)                                                   \
    template void check_stored_finite<T>(const char*, const EigenOperand<T>&); \
    template Array<T> dense_copy<T>(const EigenOperand<T>&, std::int64_t&);    \
    template bool all_finite<T>(std::int64_t, const T*) noexcept;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
