#include <tamis/iterative/precond/fsai.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <tamis/sparse/multiply.hpp>
#include <tamis/sparse/transpose.hpp>

#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/state.hpp"
#include "iterative/scratch_pool.hpp"
#include "sparse/offsets.hpp"
#include "sparse/parts.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

template <class T, class I>
class FsaiState final : public PreconditionerState<T> {
  public:
    explicit FsaiState(Csr<T, I> G)
        : PreconditionerState<T>("Fsai", G.rows()),
          G_(std::move(G)),
          adjoint_(conjugated(transpose(G_.view()))) {}
    [[nodiscard]] std::int64_t nonzeros() const noexcept override { return 2 * G_.nnz(); }
    [[nodiscard]] std::int64_t bytes() const noexcept override {
        return 2 * (G_.nnz() * static_cast<std::int64_t>(sizeof(T) + sizeof(I)) +
                    (G_.rows() + 1) * static_cast<std::int64_t>(sizeof(I)));
    }
    void apply(bool, MatrixView<const T> X, MatrixView<T> Y) const override {
        const std::int64_t n = G_.rows();
        typename ScratchPool<T>::Lease scratch(pool_, n * X.cols());
        const MatrixView<T> W(scratch.data(), n, X.cols());
        multiply<T, I>(G_.view(), Operation::none, X, W, T(1), T(0), "Fsai::apply");
        multiply<T, I>(adjoint_.view(), Operation::none, MatrixView<const T>(W), Y, T(1), T(0), "Fsai::apply");
    }

  private:
    static Csr<T, I> conjugated(Csr<T, I> A) {
        for (T& v : A.values()) v = conjugate(v);
        return A;
    }
    Csr<T, I> G_;
    Csr<T, I> adjoint_;
    mutable ScratchPool<T> pool_;
};

/// The columns up to the diagonal that row i of A^power may have, by walks of that length.
template <class I>
class LowerPattern {
  public:
    template <class T>
    LowerPattern(const CsrView<T, I>& A, int power) : offsets(A.rows() + 1) {
        std::vector<std::int64_t> seen(static_cast<std::size_t>(A.rows()), -1);
        std::vector<I> row;
        for (std::int64_t i = 0; i < A.rows(); ++i) {
            row.assign(1, static_cast<I>(i));
            seen[static_cast<std::size_t>(i)] = i;
            std::size_t begin = 0;
            for (int step = 0; step < power; ++step) {
                const std::size_t end = row.size();
                for (; begin < end; ++begin) {
                    const auto j = static_cast<std::size_t>(row[begin]);
                    for (auto q = A.row_offsets()[j]; q < A.row_offsets()[j + 1]; ++q) {
                        const I k = A.col_indices()[static_cast<std::size_t>(q)];
                        if (seen[static_cast<std::size_t>(k)] == i) continue;
                        seen[static_cast<std::size_t>(k)] = i;
                        row.push_back(k);
                    }
                }
            }
            std::erase_if(row, [i](I k) { return static_cast<std::int64_t>(k) > i; });
            std::sort(row.begin(), row.end());
            indices.insert(indices.end(), row.begin(), row.end());
            check_result_count<I>(std::ssize(indices), "Fsai", "entries");
            offsets[i + 1] = static_cast<I>(indices.size());
        }
    }
    Array<I> offsets;
    std::vector<I> indices;
};

/// The last row of the inverse Cholesky factor of a dense Hermitian m×m matrix, of which the lower triangle is given by
/// columns; that is g with g A g ᴴ = 1 and (g A)_j = 0 before the last. False if the matrix is not positive definite.
template <class E>
bool last_row(E* a, std::int64_t m, E* g) {
    const auto at = [&](std::int64_t i, std::int64_t j) -> E& { return a[j * m + i]; };
    for (std::int64_t k = 0; k < m; ++k) {
        const double diagonal = real_part(at(k, k));
        if (!(diagonal > 0 && std::isfinite(diagonal))) return false;
        const double l = std::sqrt(diagonal);
        at(k, k) = l;
        for (std::int64_t i = k + 1; i < m; ++i) at(i, k) /= l;
        for (std::int64_t j = k + 1; j < m; ++j) {
            const E factor = conjugate(at(j, k));
            for (std::int64_t i = j; i < m; ++i) at(i, j) -= times(at(i, k), factor);
        }
    }
    // g L = e_mᵀ, from the back.
    for (std::int64_t j = m - 1; j >= 0; --j) {
        E sum(j == m - 1 ? 1.0 : 0.0);
        for (std::int64_t i = j + 1; i < m; ++i) sum -= times(g[i], at(i, j));
        g[j] = sum / real_part(at(j, j));
    }
    return true;
}

/// A(J, J) for ascending J, the lower triangle by columns, 0 where nothing is stored.
template <class E, class T, class I>
void gather_rows(const CsrView<T, I>& A, bool row_major, const I* J, std::int64_t m, E* a) {
    std::fill_n(a, m * m, E(0));
    for (std::int64_t r = 0; r < m; ++r) {
        const auto i = static_cast<std::size_t>(J[r]);
        const I* q = A.col_indices().data() + A.row_offsets()[i];
        const I* const end = A.col_indices().data() + A.row_offsets()[i + 1];
        for (std::int64_t c = 0; c <= r && q < end;) {
            if (*q < J[c]) ++q;
            else if (*q > J[c]) ++c;
            else {
                const E v(A.values()[static_cast<std::size_t>(q - A.col_indices().data())]);
                a[c * m + r] = row_major ? v : conjugate(v);
                ++q;
                ++c;
            }
        }
    }
}

}  // namespace

template <class T, class I>
std::shared_ptr<const PreconditionerState<T>> make_fsai(CsrView<T, I> major, bool row_major, const FsaiOptions& options) {
    using E = compute_t<T>;
    if (options.power < 1)
        throw InvalidArgument("Fsai: .power is " + std::to_string(options.power) + "; it must be at least 1");
    check_hermitian_preconditioned("Fsai", major, row_major, "Ilu0");
    const std::int64_t n = major.rows();
    LowerPattern<I> pattern(major, options.power);
    std::int64_t longest = 0;
    for (std::int64_t i = 0; i < n; ++i)
        longest = std::max<std::int64_t>(longest, pattern.offsets[i + 1] - pattern.offsets[i]);
    const auto entries = std::ssize(pattern.indices);
    Array<T> values(entries, uninitialized);
    std::atomic<std::int64_t> failed{n};
    const int threads = threads_for(entries * (longest + 1));
    Array<E> memory(threads * longest * (longest + 1), uninitialized);
    for_each_chunk(n, 256, threads, [&](std::int64_t begin, std::int64_t end, int thread) {
        E* const a = memory.data() + thread * longest * (longest + 1);
        E* const g = a + longest * longest;
        for (std::int64_t i = begin; i < end; ++i) {
            const auto first = static_cast<std::int64_t>(pattern.offsets[i]);
            const std::int64_t m = static_cast<std::int64_t>(pattern.offsets[i + 1]) - first;
            gather_rows(major, row_major, pattern.indices.data() + first, m, a);
            bool regular = last_row(a, m, g);
            for (std::int64_t k = 0; k < m && regular; ++k) {
                values[first + k] = static_cast<T>(g[k]);
                regular = is_finite(values[first + k]);
            }
            if (regular) continue;
            for (std::int64_t known = failed.load(); i < known && !failed.compare_exchange_weak(known, i);) {
            }
        }
    });
    if (failed < n)
        throw NotPositiveDefinite("Fsai: the matrix is not positive definite: the submatrix of the entries of row " +
                                      std::to_string(failed) + " is not; use Ilu0 or Ilut",
                                  failed);
    return std::make_shared<FsaiState<T, I>>(
        Csr<T, I>(unchecked, n, n, std::move(pattern.offsets), Array<I>(std::move(pattern.indices)), std::move(values)));
}

#define TAMIS_INSTANTIATE(T, I) \
    template std::shared_ptr<const PreconditionerState<T>> make_fsai(CsrView<T, I>, bool, const FsaiOptions&);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
