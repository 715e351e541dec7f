#include <tamis/iterative/precond/block_jacobi.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/state.hpp"
#include "sparse/partition.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// Where blocks begin, and the number of rows at the end.
using Starts = std::vector<std::int64_t>;

template <class T>
class BlockJacobiState final : public PreconditionerState<T> {
  public:
    /// The inverses by columns, one block after another.
    BlockJacobiState(Starts starts, std::vector<std::int64_t> places, Array<T> inverses)
        : PreconditionerState<T>("BlockJacobi", starts.back()),
          starts_(std::move(starts)),
          places_(std::move(places)),
          inverses_(std::move(inverses)) {}
    [[nodiscard]] std::int64_t nonzeros() const noexcept override { return inverses_.size(); }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return inverses_.size() * static_cast<std::int64_t>(sizeof(T)) +
               static_cast<std::int64_t>((starts_.size() + places_.size()) * sizeof(std::int64_t));
    }
    void apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const override {
        const auto blocks = static_cast<std::int64_t>(places_.size());
        const int parts = threads_for(inverses_.size());
        for_each_part(parts, [&](int part) {
            for (std::int64_t j = 0; j < X.cols(); ++j) {
                for (std::int64_t b = even_cut(blocks, part, parts); b < even_cut(blocks, part + 1, parts); ++b) {
                    if (adjoint) apply_adjoint(b, X.col(j), Y.col(j));
                    else apply(b, X.col(j), Y.col(j));
                }
            }
        });
    }

  private:
    static constexpr std::int64_t together = 32;  // rows whose sums are kept at hand

    void apply(std::int64_t block, VectorView<const T> x, VectorView<T> y) const noexcept {
        const std::int64_t begin = starts_[static_cast<std::size_t>(block)];
        const std::int64_t b = starts_[static_cast<std::size_t>(block) + 1] - begin;
        const T* const inverse = inverses_.data() + places_[static_cast<std::size_t>(block)];
        for (std::int64_t first = 0; first < b; first += together) {
            const std::int64_t rows = std::min(together, b - first);
            T sum[together] = {};
            for (std::int64_t c = 0; c < b; ++c) {
                const T* const column = inverse + c * b + first;
                const T v = x[begin + c];
                for (std::int64_t r = 0; r < rows; ++r) sum[r] += times(column[r], v);
            }
            for (std::int64_t r = 0; r < rows; ++r) y[begin + first + r] = sum[r];
        }
    }
    void apply_adjoint(std::int64_t block, VectorView<const T> x, VectorView<T> y) const noexcept {
        const std::int64_t begin = starts_[static_cast<std::size_t>(block)];
        const std::int64_t b = starts_[static_cast<std::size_t>(block) + 1] - begin;
        const T* const inverse = inverses_.data() + places_[static_cast<std::size_t>(block)];
        for (std::int64_t c = 0; c < b; ++c) {
            T sum(0);
            for (std::int64_t r = 0; r < b; ++r) sum += times(conjugate(inverse[c * b + r]), x[begin + r]);
            y[begin + c] = sum;
        }
    }

    Starts starts_;
    std::vector<std::int64_t> places_;
    Array<T> inverses_;
};

Starts given_blocks(const BlockJacobiOptions& options, std::int64_t n) {
    Starts starts = options.block_offsets;
    if (starts.empty()) {
        for (std::int64_t i = 0; i < n; i += options.block_size) starts.push_back(i);
    } else {
        for (std::size_t k = 0; k < starts.size(); ++k)
            if (k == 0 ? starts[k] != 0 : starts[k] <= starts[k - 1] || starts[k] > n)
                throw InvalidArgument("BlockJacobi: .block_offsets must begin with 0 and ascend up to at most " +
                                      std::to_string(n) + ", but entry " + std::to_string(k) + " is " +
                                      std::to_string(starts[k]));
        if (starts.back() == n) starts.pop_back();
    }
    starts.push_back(n);
    return starts;
}

/// Rows in succession with one pattern, joined while they do not exceed `largest`.
template <class T, class I>
Starts found_blocks(const CsrView<T, I>& A, std::int64_t largest) {
    const I* const offsets = A.row_offsets().data();
    const I* const indices = A.col_indices().data();
    Starts starts;
    std::int64_t group = 0;
    for (std::int64_t i = 1; i <= A.rows(); ++i) {
        if (i < A.rows() &&
            std::equal(indices + offsets[i - 1], indices + offsets[i], indices + offsets[i], indices + offsets[i + 1]))
            continue;
        // The rows [group, i) share a pattern.
        if (starts.empty() || i - starts.back() > largest) starts.push_back(group);
        group = i;
    }
    starts.push_back(A.rows());
    return starts;
}

/// Replaces the b×b block (by columns) by its inverse; false if it is singular, with the row that is left in `row`.
template <class E>
bool invert(E* a, std::int64_t b, std::vector<std::int64_t>& order, std::int64_t& row) {
    order.resize(static_cast<std::size_t>(b));
    const auto at = [&](std::int64_t i, std::int64_t j) -> E& { return a[j * b + i]; };
    for (std::int64_t k = 0; k < b; ++k) {
        std::int64_t pivot = k;
        for (std::int64_t i = k + 1; i < b; ++i)
            if (std::abs(at(i, k)) > std::abs(at(pivot, k))) pivot = i;
        order[static_cast<std::size_t>(k)] = pivot;
        const E inverse = E(1) / at(pivot, k);
        row = k;
        if (at(pivot, k) == E(0) || !is_finite(inverse)) return false;
        if (pivot != k)
            for (std::int64_t j = 0; j < b; ++j) std::swap(at(k, j), at(pivot, j));
        at(k, k) = E(1);
        for (std::int64_t j = 0; j < b; ++j) at(k, j) = times(at(k, j), inverse);
        for (std::int64_t i = 0; i < b; ++i) {
            if (i == k) continue;
            const E factor = at(i, k);
            at(i, k) = E(0);
            for (std::int64_t j = 0; j < b; ++j) at(i, j) -= times(factor, at(k, j));
        }
    }
    // Rows were exchanged before; of the inverse it is the columns, in the opposite order.
    for (std::int64_t k = b; k-- > 0;)
        if (const std::int64_t pivot = order[static_cast<std::size_t>(k)]; pivot != k)
            for (std::int64_t i = 0; i < b; ++i) std::swap(at(i, k), at(i, pivot));
    return true;
}

[[noreturn]] void throw_singular_block(std::int64_t block, std::int64_t row) {
    throw SingularMatrix("BlockJacobi: the diagonal block " + std::to_string(block) + " is singular at row " +
                             std::to_string(row) + "; give other blocks, or use Jacobi",
                         row, false);
}

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_block_jacobi(CsrView<T, I> major, bool row_major,
                                                                const BlockJacobiOptions& options) {
    using E = compute_t<T>;
    for (const auto& [name, value] :
         {std::pair(".block_size", options.block_size), {".largest_found", options.largest_found}})
        if (value < 0)
            throw InvalidArgument(std::string("BlockJacobi: ") + name + " is " + std::to_string(value) +
                                  "; it must be at least 0");
    check_preconditioned("BlockJacobi", major, row_major, Diagonal::nonzero);
    const std::int64_t n = major.rows();
    Starts starts;
    if (n == 0) starts = {0};
    else if (options.block_size > 0 || !options.block_offsets.empty()) starts = given_blocks(options, n);
    else starts = found_blocks(major, options.largest_found);

    std::vector<std::int64_t> places;
    std::int64_t size = 0;
    for (std::size_t k = 0; k + 1 < starts.size(); ++k) {
        const std::int64_t b = starts[k + 1] - starts[k];
        places.push_back(size);
        size += b * b;
    }
    Array<T> inverses(size, uninitialized);
    std::vector<E> block;
    std::vector<std::int64_t> order;
    for (std::size_t k = 0; k < places.size(); ++k) {
        const std::int64_t begin = starts[k];
        const std::int64_t b = starts[k + 1] - begin;
        block.assign(static_cast<std::size_t>(b * b), E(0));
        for (std::int64_t i = 0; i < b; ++i) {
            for (const auto [index, v] : major.row(begin + i)) {
                const std::int64_t j = static_cast<std::int64_t>(index) - begin;
                if (j >= 0 && j < b) block[static_cast<std::size_t>(row_major ? j * b + i : i * b + j)] = E(v);
            }
        }
        std::int64_t row = 0;
        const bool regular = invert(block.data(), b, order, row);
        for (std::int64_t i = 0; i < b * b; ++i) {
            T& v = inverses[places[k] + i] = static_cast<T>(block[static_cast<std::size_t>(i)]);
            if (!regular || !is_finite(v)) throw_singular_block(static_cast<std::int64_t>(k), begin + row);
        }
    }
    return std::make_shared<BlockJacobiState<T>>(std::move(starts), std::move(places), std::move(inverses));
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::shared_ptr<const PreconditionerState<T>> make_block_jacobi(CsrView<T, I>, bool, const BlockJacobiOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
