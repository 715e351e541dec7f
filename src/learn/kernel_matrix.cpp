#include <string>

#include <tamis/core/error.hpp>
#include <tamis/learn/kernel.hpp>

#include "dense/operand.hpp"
#include "learn/kernel_tiles.hpp"

namespace tamis::learn::detail {

namespace {

template <class T>
void fill_symmetric(const KernelEvaluator<T>& evaluator, const KernelPoints<T>& X, MatrixView<T> out, std::int64_t p) {
    for_each_tile(evaluator, X.count, X.count, true, true, [&](const KernelTile& tile, auto& scratch, std::int64_t) {
        const T* const values = p < 0 ? evaluator.values(X, X, tile, scratch) : evaluator.derivative(X, X, tile, p, scratch);
        for (std::int64_t j = 0; j < tile.cols; ++j) {
            const std::int64_t col = tile.col_begin + j;
            for (std::int64_t i = std::max<std::int64_t>(0, col - tile.row_begin); i < tile.rows; ++i)
                out(tile.row_begin + i, col) = out(col, tile.row_begin + i) = values[j * tile.rows + i];
        }
    });
}

}  // namespace

template <class T>
void kernel_matrix(const Kernel& kernel, MatrixView<const T> X, MatrixView<T> out) {
    tamis::detail::check_finite_entries("Kernel matrix", "the matrix of samples", X);
    const KernelEvaluator<T> evaluator("Kernel matrix", kernel, X.cols());
    fill_symmetric(evaluator, evaluator.points(X), out, -1);
}

template <class T>
void kernel_matrix(const Kernel& kernel, MatrixView<const T> X, MatrixView<const T> Y, MatrixView<T> out) {
    if (X.cols() != Y.cols())
        throw DimensionMismatch("Kernel matrix: the first samples have " + std::to_string(X.cols()) +
                                    " features, the second " + std::to_string(Y.cols()),
                                X.cols(), Y.cols());
    tamis::detail::check_finite_entries("Kernel matrix", "the first matrix of samples", X);
    tamis::detail::check_finite_entries("Kernel matrix", "the second matrix of samples", Y);
    const KernelEvaluator<T> evaluator("Kernel matrix", kernel, X.cols());
    if (X.rows() > 0)
        cross_kernel_matrix(evaluator, evaluator.points(X), evaluator.points(Y), 0, Y.rows(), out.data(), X.rows());
}

template <class T>
void kernel_diagonal(const Kernel& kernel, MatrixView<const T> X, VectorView<T> out) {
    tamis::detail::check_finite_entries("Kernel diagonal", "the matrix of samples", X);
    const KernelEvaluator<T> evaluator("Kernel diagonal", kernel, X.cols());
    auto scratch = evaluator.scratch();
    evaluator.diagonal(evaluator.points(X), out.data(), scratch);
}

template <class T>
void kernel_derivative(const Kernel& kernel, MatrixView<const T> X, std::int64_t parameter, MatrixView<T> out) {
    if (parameter < 0 || parameter >= kernel.parameter_count())
        throw InvalidArgument("Kernel derivative: there is no parameter " + std::to_string(parameter) + "; the kernel has " +
                              std::to_string(kernel.parameter_count()));
    tamis::detail::check_finite_entries("Kernel derivative", "the matrix of samples", X);
    const KernelEvaluator<T> evaluator("Kernel derivative", kernel, X.cols());
    fill_symmetric(evaluator, evaluator.points(X), out, parameter);
}

template <class T>
void kernel_gradient(const Kernel& kernel, MatrixView<const T> X, MatrixView<const T> weights, VectorView<double> out) {
    if (weights.rows() != X.rows() || weights.cols() != X.rows())
        throw DimensionMismatch("Kernel gradient: the weights are " + std::to_string(weights.rows()) + "x" +
                                    std::to_string(weights.cols()) + " where " + std::to_string(X.rows()) +
                                    " samples need " + std::to_string(X.rows()) + "x" + std::to_string(X.rows()),
                                X.rows(), weights.rows() != X.rows() ? weights.rows() : weights.cols());
    tamis::detail::check_finite_entries("Kernel gradient", "the matrix of samples", X);
    tamis::detail::check_finite_entries("Kernel gradient", "the matrix of weights", weights);
    const KernelEvaluator<T> evaluator("Kernel gradient", kernel, X.cols());
    symmetric_gradient(evaluator, evaluator.points(X), out.data(), [&](std::int64_t i, std::int64_t j, T pair) {
        return pair == T(1) ? weights(i, j) : weights(i, j) + weights(j, i);
    });
}

#define TAMIS_INSTANTIATE(T)                                                                             \
    template void kernel_matrix(const Kernel&, MatrixView<const T>, MatrixView<T>);                      \
    template void kernel_matrix(const Kernel&, MatrixView<const T>, MatrixView<const T>, MatrixView<T>); \
    template void kernel_diagonal(const Kernel&, MatrixView<const T>, VectorView<T>);                    \
    template void kernel_derivative(const Kernel&, MatrixView<const T>, std::int64_t, MatrixView<T>);    \
    template void kernel_gradient(const Kernel&, MatrixView<const T>, MatrixView<const T>, VectorView<double>);
TAMIS_INSTANTIATE(float)
TAMIS_INSTANTIATE(double)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
