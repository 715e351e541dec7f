#include "iterative/precond/ldu.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/parallel.hpp"
#include "instantiate.hpp"
#include "iterative/precond/input.hpp"
#include "iterative/precond/meeting_point.hpp"
#include "sparse/partition.hpp"
#include "sparse/product.hpp"

namespace tamis::detail {

namespace {

/// Entries and rows of a level from which on several threads gain more than they lose by waiting for each other.
constexpr std::int64_t wide_level = 12288;

/// Tells the level of each row: one more than that of any row which comes before it in L or, backward, behind it in U.
template <class E, class I>
Array<I> levels_of(const LduRows<E, I>& factor, std::int64_t& count) {
    Array<I> level(factor.n);
    I last = -1;
    for (std::int64_t i = 0; i < factor.n; ++i) {
        I own = level[i];
        for (std::int64_t q = factor.offsets[i]; q < static_cast<std::int64_t>(factor.lower_end[i]); ++q)
            own = std::max(own, static_cast<I>(level[static_cast<std::int64_t>(factor.indices[q])] + 1));
        level[i] = own;
        last = std::max(last, own);
        for (std::int64_t q = factor.upper_begin[i]; q < static_cast<std::int64_t>(factor.offsets[i + 1]); ++q) {
            I& later = level[static_cast<std::int64_t>(factor.indices[q])];
            later = std::max(later, static_cast<I>(own + 1));
        }
    }
    count = static_cast<std::int64_t>(last) + 1;
    return level;
}

}  // namespace

template <class T, class I>
template <class E>
LduSolver<T, I>::LduSolver(const char* name, const LduRows<E, I>& factor, const char* advice)
    : n_(factor.n),
      inverse_(factor.n, uninitialized),
      row_of_(factor.n, uninitialized),
      hermitian_(factor.hermitian) {
    std::int64_t levels = 0;
    const Array<I> level = levels_of(factor, levels);
    level_begin_.assign(static_cast<std::size_t>(levels) + 1, 0);
    for (const I l : level) ++level_begin_[static_cast<std::size_t>(l) + 1];
    for (std::size_t l = 1; l < level_begin_.size(); ++l) level_begin_[l] += level_begin_[l - 1];

    // at[i] is the new position of i, original[k] what stood there.
    Array<I> at(n_, uninitialized);
    Array<I> original(n_, uninitialized);
    {
        std::vector<std::int64_t> next(level_begin_.begin(), level_begin_.end() - 1);
        for (std::int64_t i = 0; i < n_; ++i) {
            const std::int64_t k = next[static_cast<std::size_t>(level[i])]++;
            at[i] = static_cast<I>(k);
            original[k] = static_cast<I>(i);
        }
    }
    const auto caller = [](const Array<I>& of, I i) { return of.empty() ? i : of[static_cast<std::int64_t>(i)]; };
    if (!factor.col_of.empty()) col_of_ = Array<I>(n_, uninitialized);
    L_.offsets = Array<I>(n_ + 1);
    U_.offsets = Array<I>(n_ + 1);
    for (std::int64_t k = 0; k < n_; ++k) {
        const auto i = static_cast<std::int64_t>(original[k]);
        row_of_[k] = caller(factor.row_of, original[k]);
        if (!col_of_.empty()) col_of_[k] = factor.col_of[i];
        L_.offsets[k + 1] = static_cast<I>(L_.offsets[k] + (factor.lower_end[i] - factor.offsets[i]));
        U_.offsets[k + 1] = static_cast<I>(U_.offsets[k] + (factor.offsets[i + 1] - factor.upper_begin[i]));
        inverse_[k] = static_cast<T>(E(1) / factor.pivots[i]);
        if (factor.pivots[i] == E(0) || !is_finite(factor.pivots[i]) || !is_finite(inverse_[k]))
            throw_lost_pivot(name, static_cast<std::int64_t>(row_of_[k]), advice);
    }
    for (Rows* rows : {&L_, &U_}) {
        rows->indices = Array<I>(static_cast<std::int64_t>(rows->offsets[n_]), uninitialized);
        rows->values = Array<T>(static_cast<std::int64_t>(rows->offsets[n_]), uninitialized);
    }
    std::int64_t l = 0;
    std::int64_t u = 0;
    bool finite = true;
    for (std::int64_t k = 0; k < n_; ++k) {
        const auto i = static_cast<std::int64_t>(original[k]);
        for (std::int64_t q = factor.offsets[i]; q < static_cast<std::int64_t>(factor.lower_end[i]); ++q, ++l) {
            L_.indices[l] = at[static_cast<std::int64_t>(factor.indices[q])];
            L_.values[l] = static_cast<T>(factor.values[q]);
            finite = finite && is_finite(L_.values[l]);
        }
        const E inverse = E(1) / factor.pivots[i];
        for (std::int64_t q = factor.upper_begin[i]; q < static_cast<std::int64_t>(factor.offsets[i + 1]); ++q, ++u) {
            U_.indices[u] = at[static_cast<std::int64_t>(factor.indices[q])];
            U_.values[u] = static_cast<T>(times(inverse, factor.values[q]));
            finite = finite && is_finite(U_.values[u]);
        }
        if (!finite) throw_lost_pivot(name, static_cast<std::int64_t>(row_of_[k]), advice);
    }
    if (hermitian_) U_ = adjoint_of(L_, n_);
    find_segments();
}

template <class T, class I>
void LduSolver<T, I>::find_segments() {
    for (std::size_t l = 0; l + 1 < level_begin_.size(); ++l) {
        const std::int64_t begin = level_begin_[l];
        const std::int64_t end = level_begin_[l + 1];
        const std::int64_t work =
            (end - begin) + std::min<std::int64_t>(L_.offsets[end] - L_.offsets[begin], U_.offsets[end] - U_.offsets[begin]);
        const bool wide = work >= wide_level;
        if (wide) wide_work_ += work;
        if (wide || segments_.empty() || segments_.back().wide) segments_.push_back({begin, end, wide});
        else segments_.back().end = end;
    }
}

template <class T, class I>
typename LduSolver<T, I>::Rows LduSolver<T, I>::adjoint_of(const Rows& A, std::int64_t n) {
    Rows B{Array<I>(n + 1), Array<I>(A.indices.size(), uninitialized), Array<T>(A.values.size(), uninitialized)};
    for (const I j : A.indices) ++B.offsets[static_cast<std::int64_t>(j) + 1];
    for (std::int64_t i = 0; i < n; ++i) B.offsets[i + 1] = static_cast<I>(B.offsets[i] + B.offsets[i + 1]);
    Array<I> next(std::span<const I>(B.offsets.data(), static_cast<std::size_t>(n)));
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t q = A.offsets[i]; q < static_cast<std::int64_t>(A.offsets[i + 1]); ++q) {
            const auto to = static_cast<std::int64_t>(next[static_cast<std::int64_t>(A.indices[q])]++);
            B.indices[to] = static_cast<I>(i);
            B.values[to] = conjugate(A.values[q]);
        }
    }
    return B;
}

template <class T, class I>
const LduSolver<T, I>& LduSolver<T, I>::mirror() const {
    // (L D U)ᴴ = Uᴴ D̄ Lᴴ: factors of the same kind, with the same levels.
    const std::lock_guard lock(mirror_mutex_);
    if (!mirror_) {
        std::unique_ptr<LduSolver> m(new LduSolver(n_));
        m->L_ = adjoint_of(U_, n_);
        m->U_ = adjoint_of(L_, n_);
        m->inverse_ = Array<T>(n_, uninitialized);
        std::transform(inverse_.begin(), inverse_.end(), m->inverse_.begin(), [](const T& d) { return conjugate(d); });
        m->row_of_ = col_of_.empty() ? row_of_ : col_of_;
        if (!col_of_.empty()) m->col_of_ = row_of_;
        m->level_begin_ = level_begin_;
        m->find_segments();
        mirror_ = std::move(m);
    }
    return *mirror_;
}

template <class T, class I>
std::int64_t LduSolver<T, I>::bytes() const noexcept {
    const auto one = [](const auto& a) { return a.size() * static_cast<std::int64_t>(sizeof(a[0])); };
    std::int64_t sum = one(inverse_) + one(row_of_) + one(col_of_);
    for (const Rows* rows : {&L_, &U_}) sum += one(rows->offsets) + one(rows->indices) + one(rows->values);
    return sum + static_cast<std::int64_t>(level_begin_.size() * sizeof(std::int64_t) + segments_.size() * sizeof(Segment));
}

template <class T, class I>
template <int K>
void LduSolver<T, I>::forward(std::int64_t begin, std::int64_t end, MatrixView<const T> X, T* w) const noexcept {
    const I* const offsets = L_.offsets.data();
    const I* const indices = L_.indices.data();
    const T* const values = L_.values.data();
    const I* const from = row_of_.data();
    const T* const x = X.data();
    const std::int64_t stride = X.row_stride();
    auto q = static_cast<std::int64_t>(offsets[begin]);
    for (std::int64_t k = begin; k < end; ++k) {
        // x is read in an order that the processor does not foresee.
        __builtin_prefetch(x + static_cast<std::int64_t>(from[std::min(k + 48, end - 1)]) * stride);
        T sum[K];
        for (int c = 0; c < K; ++c) sum[c] = x[static_cast<std::int64_t>(from[k]) * stride + c * X.col_stride()];
        for (const auto last = static_cast<std::int64_t>(offsets[k + 1]); q < last; ++q) {
            const T* const known = w + static_cast<std::int64_t>(indices[q]) * K;
            for (int c = 0; c < K; ++c) sum[c] -= times(values[q], known[c]);
        }
        for (int c = 0; c < K; ++c) w[k * K + c] = sum[c];
    }
}

template <class T, class I>
template <int K>
void LduSolver<T, I>::backward(std::int64_t begin, std::int64_t end, MatrixView<T> Y, T* w) const noexcept {
    const I* const offsets = U_.offsets.data();
    const I* const indices = U_.indices.data();
    const T* const values = U_.values.data();
    const T* const inverse = inverse_.data();
    const I* const to = col_of();
    T* const y = Y.data();
    const std::int64_t stride = Y.row_stride();
    for (std::int64_t k = end - 1; k >= begin; --k) {
        T sum[K];
        for (int c = 0; c < K; ++c) sum[c] = times(inverse[k], w[k * K + c]);
        for (auto q = static_cast<std::int64_t>(offsets[k]); q < static_cast<std::int64_t>(offsets[k + 1]); ++q) {
            const T* const known = w + static_cast<std::int64_t>(indices[q]) * K;
            for (int c = 0; c < K; ++c) sum[c] -= times(values[q], known[c]);
        }
        for (int c = 0; c < K; ++c) {
            w[k * K + c] = sum[c];
            y[static_cast<std::int64_t>(to[k]) * stride + c * Y.col_stride()] = sum[c];
        }
    }
}

template <class T, class I>
template <int K>
void LduSolver<T, I>::apply_block(MatrixView<const T> X, MatrixView<T> Y, T* w) const {
#ifdef _OPENMP
    if (const int threads = std::min(threads_for(wide_work_ * K), MeetingPoint::most_threads); threads > 1) {
        MeetingPoint meeting;
#pragma omp parallel num_threads(threads)
        {
            const int me = thread_index();
            const int team = team_size();
#pragma omp single
            meeting.expect(team);
            // The part of a segment that is this thread's: the cut changes nothing of any sum.
            const auto run_mine = [&](const Segment& s, const auto& run) {
                if (s.wide) {
                    const std::int64_t rows = s.end - s.begin;
                    run(s.begin + even_cut(rows, me, team), s.begin + even_cut(rows, me + 1, team));
                } else if (me == 0) {
                    run(s.begin, s.end);
                }
                meeting.meet(me);
            };
            for (const Segment& s : segments_)
                run_mine(s, [&](std::int64_t begin, std::int64_t end) { forward<K>(begin, end, X, w); });
            for (std::size_t k = segments_.size(); k-- > 0;)
                run_mine(segments_[k], [&](std::int64_t begin, std::int64_t end) { backward<K>(begin, end, Y, w); });
        }
        return;
    }
#endif
    forward<K>(0, n_, X, w);
    backward<K>(0, n_, Y, w);
}

template <class T, class I>
void LduSolver<T, I>::apply(bool adjoint, MatrixView<const T> X, MatrixView<T> Y) const {
    if (n_ == 0) return;
    if (adjoint && !hermitian_) return mirror().apply(false, X, Y);
    const auto columns = [](const auto& V, std::int64_t first) {
        auto part = V;
        return decltype(part)(V.data() + first * V.col_stride(), V.rows(), block, V.row_stride(), V.col_stride());
    };
    typename ScratchPool<T>::Lease w(scratch_, n_ * (X.cols() >= block ? block : 1));
    std::int64_t j = 0;
    for (; j + block <= X.cols(); j += block) apply_block<block>(columns(X, j), columns(Y, j), w.data());
    for (; j < X.cols(); ++j) apply_block<1>(MatrixView<const T>(X.col(j)), MatrixView<T>(Y.col(j)), w.data());
}

template <class T, class I>
void LduSolver<T, I>::apply_here(const T* x, T* y, T* w) const {
    if (n_ == 0) return;
    forward<1>(0, n_, MatrixView<const T>(x, n_, 1), w);
    backward<1>(0, n_, MatrixView<T>(y, n_, 1), w);
}

#define TAMIS_INSTANTIATE(T, I)     \
    template class LduSolver<T, I>; \
    template LduSolver<T, I>::LduSolver(const char*, const LduRows<compute_t<T>, I>&, const char*);
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
