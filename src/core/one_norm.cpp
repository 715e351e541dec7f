#include <tamis/core/one_norm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <tamis/core/array.hpp>

#include "core/random.hpp"
#include "instantiate.hpp"

// Letters and step numbers are those of Higham & Tisseur's Algorithm 2.4; X, Y, S, Z hold t columns one after another.
namespace tamis::detail {

namespace {

constexpr std::int64_t t = 2;
constexpr int itmax = 5;
constexpr std::int64_t exact_cols = 8;

template <class T>
Real<T> column_norm(const T* y, std::int64_t n) {
    Real<T> sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::abs(y[i]);
    return sum;
}

/// The largest column norm of Y and its column; NaN wins over everything.
template <class T>
std::pair<Real<T>, std::int64_t> largest_column(const T* Y, std::int64_t rows, std::int64_t cols) {
    std::pair<Real<T>, std::int64_t> best{0, 0};
    for (std::int64_t j = 0; j < cols; ++j) {
        const Real<T> norm = column_norm(Y + j * rows, rows);
        if (std::isnan(norm)) return {norm, j};
        if (norm > best.first) best = {norm, j};
    }
    return best;
}

/// sign(y) = y/|y|, and 1 for 0.
template <class T>
T sign(const T& y) {
    if constexpr (is_complex_v<T>) {
        const Real<T> modulus = std::abs(y);
        // The two divisions in turn keep a tiny y from overflowing 1/|y|.
        return modulus > 0 ? T(y.real() / modulus, y.imag() / modulus) : T(1);
    } else {
        return y < 0 ? T(-1) : T(1);
    }
}

/// Whether two columns of ±1 are parallel; never for complex signs, whose test is not worth its cost (section 5 there).
template <class T>
bool parallel(const T* a, const T* b, std::int64_t n) {
    if constexpr (is_complex_v<T>) {
        return false;
    } else {
        if (n == 0) return true;
        const T factor = a[0] * b[0];
        for (std::int64_t i = 1; i < n; ++i)
            if (a[i] * b[i] != factor) return false;
        return true;
    }
}

template <class T>
void random_signs(T* s, std::int64_t n, T size, std::uint64_t& stream) {
    ++stream;
    for (std::int64_t i = 0; i < n; ++i)
        s[i] = (random_bits(stream, static_cast<std::uint64_t>(i)) >> 63) != 0 ? -size : size;
}

template <class T>
Real<T> exact_one_norm(std::int64_t rows, std::int64_t cols, const BlockApply<T>& apply) {
    Array<T> X(cols * cols);
    Array<T> Y(rows * cols);
    for (std::int64_t j = 0; j < cols; ++j) X[j * cols + j] = T(1);
    apply(MatrixView<const T>(X.data(), cols, cols), MatrixView<T>(Y.data(), rows, cols));
    return largest_column(Y.data(), rows, cols).first;
}

}  // namespace

template <class T>
Real<T> one_norm_estimate(std::int64_t rows, std::int64_t cols, BlockApply<T> apply, BlockApply<T> apply_adjoint) {
    if (rows <= 0 || cols <= 0) return 0;
    if (cols <= exact_cols) return exact_one_norm(rows, cols, apply);

    Array<T> X(cols * t);  // holds Z after step 3
    Array<T> S(rows * t);  // Y until step 2
    Array<T> S_old(rows * t);
    const MatrixView<T> X_view(X.data(), cols, t);
    std::uint64_t stream = 0;
    std::fill_n(X.data(), cols, T(1) / static_cast<Real<T>>(cols));
    for (std::int64_t j = 1; j < t; ++j) random_signs(X.data() + j * cols, cols, T(1) / static_cast<Real<T>>(cols), stream);

    Real<T> est_old = 0;
    std::array<std::int64_t, t> ind{};
    std::int64_t ind_best = -1;
    std::vector<std::int64_t> ind_hist;
    const auto seen = [&](std::int64_t i) { return std::find(ind_hist.begin(), ind_hist.end(), i) != ind_hist.end(); };

    for (int k = 1;; ++k) {
        // (1)
        apply(X_view, MatrixView<T>(S.data(), rows, t));
        const auto [est, j_best] = largest_column(S.data(), rows, t);
        if (!(est <= std::numeric_limits<Real<T>>::max())) return est;
        if (est > est_old || k == 2) ind_best = k == 1 ? -1 : ind[static_cast<std::size_t>(j_best)];
        if (k >= 2 && est <= est_old) return est_old;
        est_old = est;
        if (k > itmax) return est;
        // (2)
        for (std::int64_t i = 0; i < rows * t; ++i) S[i] = sign(S[i]);
        bool all_parallel = k >= 2 && !is_complex_v<T>;
        for (std::int64_t j = 0; j < t && all_parallel; ++j) {
            bool found = false;
            for (std::int64_t l = 0; l < t && !found; ++l)
                found = parallel(S.data() + j * rows, S_old.data() + l * rows, rows);
            all_parallel = found;
        }
        if (all_parallel) return est;
        for (std::int64_t j = 0; j < t; ++j) {
            T* column = S.data() + j * rows;
            // Few rows have few directions: give up on a new one after some tries.
            for (int tries = 0; tries < 4; ++tries) {
                bool repeated = false;
                for (std::int64_t l = 0; l < j && !repeated; ++l) repeated = parallel(column, S.data() + l * rows, rows);
                for (std::int64_t l = 0; l < t && k >= 2 && !repeated; ++l)
                    repeated = parallel(column, S_old.data() + l * rows, rows);
                if (!repeated) break;
                random_signs(column, rows, T(1), stream);
            }
        }
        // (3)
        apply_adjoint(MatrixView<const T>(S.data(), rows, t), X_view);
        S.swap(S_old);
        // (4)
        const auto h = [&](std::int64_t i) {
            Real<T> largest = 0;
            for (std::int64_t j = 0; j < t; ++j) {
                const Real<T> z = std::abs(X[j * cols + i]);
                if (std::isnan(z)) return z;
                largest = std::max(largest, z);
            }
            return largest;
        };
        std::array<std::int64_t, t> top{-1, -1};    // the t largest h
        std::array<std::int64_t, t> fresh{-1, -1};  // the t largest h among indices not yet used
        const auto insert = [&](std::array<std::int64_t, t>& list, std::int64_t i) {
            if (list[0] < 0 || h(i) > h(list[0])) {
                list[1] = list[0];
                list[0] = i;
            } else if (list[1] < 0 || h(i) > h(list[1])) {
                list[1] = i;
            }
        };
        for (std::int64_t i = 0; i < cols; ++i) {
            const Real<T> hi = h(i);
            if (std::isnan(hi)) return hi;
            insert(top, i);
            if (!seen(i)) insert(fresh, i);
        }
        if (k >= 2 && ind_best >= 0 && h(top[0]) == h(ind_best)) return est;
        // (5)
        if (seen(top[0]) && seen(top[1])) return est;
        for (std::size_t j = 0; j < t; ++j) ind[j] = fresh[j] >= 0 ? fresh[j] : fresh[0];
        std::fill_n(X.data(), cols * t, T(0));
        for (std::int64_t j = 0; j < t; ++j) {
            const std::int64_t i = ind[static_cast<std::size_t>(j)];
            X[j * cols + i] = T(1);
            ind_hist.push_back(i);
        }
    }
}

#define TAMIS_INSTANTIATE(T) template Real<T> one_norm_estimate<T>(std::int64_t, std::int64_t, BlockApply<T>, BlockApply<T>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
