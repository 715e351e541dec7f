#include <tamis/dense/products.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <tamis/core/array.hpp>

#include "core/blas.hpp"
#include "dense/operand.hpp"
#include "dense/threads.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

/// The matrix chain: cut[i·k + j] is where the product of the factors i … j is split.
std::vector<std::size_t> best_cuts(const std::vector<double>& sizes) {
    const std::size_t k = sizes.size() - 1;
    std::vector<double> cost(k * k, 0);
    std::vector<std::size_t> cut(k * k, 0);
    for (std::size_t length = 1; length < k; ++length)
        for (std::size_t i = 0; i + length < k; ++i) {
            const std::size_t j = i + length;
            double best = std::numeric_limits<double>::infinity();
            for (std::size_t s = i; s < j; ++s) {
                const double flops = cost[i * k + s] + cost[(s + 1) * k + j] + sizes[i] * sizes[s + 1] * sizes[j + 1];
                if (flops < best) {
                    best = flops;
                    cut[i * k + j] = s;
                }
            }
            cost[i * k + j] = best;
        }
    return cut;
}

/// A column-major operand: the caller's memory where it is that, else a copy.
template <class T>
struct ChainFactor {
    Array<T> own;
    const T* data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t ld = 1;
};

template <class T>
class Chain {
  public:
    Chain(std::span<const MatrixView<const T>> factors, std::vector<std::size_t> cut)
        : factors_(factors),
          cut_(std::move(cut)) {}

    /// The product of the factors i … j, into `out` if there is one (contiguous).
    ChainFactor<T> product(std::size_t i, std::size_t j, T* out) const {
        if (i == j && out == nullptr) return leaf(factors_[i]);
        ChainFactor<T> result;
        if (i == j) {
            result = leaf(factors_[i]);
            for (std::int64_t c = 0; c < result.cols; ++c)
                std::copy_n(result.data + c * result.ld, result.rows, out + c * result.rows);
            return result;
        }
        const std::size_t s = cut_[i * factors_.size() + j];
        const ChainFactor<T> A = product(i, s, nullptr);
        const ChainFactor<T> B = product(s + 1, j, nullptr);
        result.rows = A.rows;
        result.cols = B.cols;
        result.ld = std::max<std::int64_t>(A.rows, 1);
        if (out == nullptr) {
            result.own = Array<T>(A.rows * B.cols, uninitialized);
            out = result.own.data();
        }
        result.data = out;
        if (A.cols == 0) std::fill_n(out, A.rows * B.cols, T(0));
        else if (A.rows > 0 && B.cols > 0)
            on_dense_threads(
                2.0 * static_cast<double>(A.rows) * static_cast<double>(A.cols) * static_cast<double>(B.cols), [&] {
                    blas::gemm('N', 'N', A.rows, B.cols, A.cols, T(1), A.data, A.ld, B.data, B.ld, T(0), out, result.ld);
                });
        return result;
    }

  private:
    static ChainFactor<T> leaf(MatrixView<const T> A) {
        ChainFactor<T> factor;
        factor.rows = A.rows();
        factor.cols = A.cols();
        const std::int64_t least = std::max<std::int64_t>(A.rows(), 1);
        if (A.row_stride() == 1 && (A.col_stride() >= least || A.cols() <= 1)) {
            factor.data = A.data();
            factor.ld = std::max(A.col_stride(), least);
            return factor;
        }
        factor.own = Array<T>(A.rows() * A.cols(), uninitialized);
        copy_view<T>(A, MatrixView<T>(factor.own.data(), A.rows(), A.cols()));
        factor.data = factor.own.data();
        factor.ld = least;
        return factor;
    }

    std::span<const MatrixView<const T>> factors_;
    std::vector<std::size_t> cut_;
};

}  // namespace

void check_chain(std::span<const std::int64_t> rows, std::span<const std::int64_t> cols) {
    if (rows.empty()) throw InvalidArgument("multi_dot: there is nothing to multiply");
    for (std::size_t k = 0; k + 1 < rows.size(); ++k)
        if (cols[k] != rows[k + 1])
            throw DimensionMismatch("multi_dot: factor " + std::to_string(k) + " has " + std::to_string(cols[k]) +
                                        " columns, but factor " + std::to_string(k + 1) + " has " +
                                        std::to_string(rows[k + 1]) + " rows",
                                    cols[k], rows[k + 1]);
}

template <class T>
void multiply_chain(std::span<const MatrixView<const T>> factors, MatrixView<T> product) {
    std::vector<double> sizes{static_cast<double>(factors.front().rows())};
    for (const auto& A : factors) {
        check_lapack_sizes("multi_dot", A.rows(), A.cols());
        sizes.push_back(static_cast<double>(A.cols()));
    }
    Chain<T>(factors, best_cuts(sizes)).product(0, factors.size() - 1, product.data());
}

#define TAMIS_INSTANTIATE(T) template void multiply_chain(std::span<const MatrixView<const T>>, MatrixView<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
