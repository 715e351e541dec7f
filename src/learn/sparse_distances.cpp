#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <tamis/learn/distances.hpp>

#include "core/huge_pages.hpp"
#include "core/refuse.hpp"
#include "learn/distance_rule.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

namespace {

/// The rows of a sparse matrix as samples, checked, with their squared norms.
template <class T, class I>
class SparseSamples {
  public:
    SparseSamples(const char* what, const char* which, CsrView<T, I> X) : X_(X), norms_(X.rows(), uninitialized) {
        for (std::int64_t i = 0; i < X.rows(); ++i) {
            T square = 0;
            for (std::int64_t e = begin(i); e < end(i); ++e) {
                if (!tamis::detail::is_finite(value(e))) tamis::detail::throw_not_finite(what, which, i, column(e));
                square += value(e) * value(e);
                largest_ = std::max(largest_, std::abs(value(e)));
            }
            norms_[i] = square;
        }
    }
    [[nodiscard]] std::int64_t rows() const noexcept { return X_.rows(); }
    [[nodiscard]] std::int64_t begin(std::int64_t i) const noexcept {
        return static_cast<std::int64_t>(X_.row_offsets()[static_cast<std::size_t>(i)]);
    }
    [[nodiscard]] std::int64_t end(std::int64_t i) const noexcept { return begin(i + 1); }
    [[nodiscard]] std::int64_t column(std::int64_t e) const noexcept {
        return static_cast<std::int64_t>(X_.col_indices()[static_cast<std::size_t>(e)]);
    }
    [[nodiscard]] T value(std::int64_t e) const noexcept { return X_.values()[static_cast<std::size_t>(e)]; }
    [[nodiscard]] const Array<T>& norms() const noexcept { return norms_; }
    [[nodiscard]] T largest() const noexcept { return largest_; }

    /// f(x_k, y_k) for each k where row i of this or row j of the other has an entry.
    template <class F>
    void pairs(std::int64_t i, const SparseSamples& other, std::int64_t j, const F& f) const {
        std::int64_t a = begin(i), b = other.begin(j);
        const std::int64_t a_end = end(i), b_end = other.end(j);
        while (a < a_end && b < b_end) {
            const std::int64_t k = column(a), l = other.column(b);
            if (k == l) f(value(a++), other.value(b++));
            else if (k < l) f(value(a++), T(0));
            else f(T(0), other.value(b++));
        }
        for (; a < a_end; ++a) f(value(a), T(0));
        for (; b < b_end; ++b) f(T(0), other.value(b));
    }

  private:
    CsrView<T, I> X_;
    Array<T> norms_;
    T largest_ = 0;
};

/// The same of a sparse row and a dense sample.
template <class T, class I>
struct MixedPairs {
    const SparseSamples<T, I>& X;
    std::int64_t i;
    const T* y;
    std::int64_t features;
    template <class F>
    void operator()(const F& f) const {
        std::int64_t e = X.begin(i);
        const std::int64_t last = X.end(i);
        for (std::int64_t k = 0; k < features; ++k) {
            const bool here = e < last && X.column(e) == k;
            f(here ? X.value(e++) : T(0), y[k]);
        }
    }
};

template <class T, class Pairs>
T square_of_pairs(const Pairs& pairs) {
    T square = 0;
    pairs([&](T x, T y) { square += (x - y) * (x - y); });
    return square;
}

/// As careful_distance.
template <class T, class Pairs>
std::pair<T, T> careful_pairs(const Pairs& pairs) {
    T half = 0;
    pairs([&](T x, T y) { half = std::max(half, std::abs(x / 2 - y / 2)); });
    const T factor = half > std::numeric_limits<T>::max() / 4 ? T(0.5) : T(1);
    T s = 0;
    pairs([&](T x, T y) { s = std::max(s, std::abs(factor * x - factor * y)); });
    if (s == 0) return {T(0), T(0)};
    T square = 0;
    pairs([&](T x, T y) {
        const T r = (factor * x - factor * y) / s;
        square += r * r;
    });
    return {s, square / (factor * factor)};
}

/// n squared distances become measures; `pairs(i)` walks along the differences of entry i.
template <class T, class Pairs>
void measure_column(std::int64_t n, const T* a, T b, T largest, T* d, const Finish<T>& finish, const Pairs& pairs) {
    if (largest > largest_modulus<T>) {
        for (std::int64_t i = 0; i < n; ++i) {
            const auto parts = careful_pairs<T>(pairs(i));
            d[i] = finish.careful(parts.first, parts.second);
        }
        return;
    }
    const bool doubtful = entrywise<T>().any_cancelled(n, a, b, trusted_share<T>, tiny_square<T>, d);
    settle(
        n, a, b, doubtful, d, finish, [&](std::int64_t i) { return square_of_pairs<T>(pairs(i)); },
        [&](std::int64_t i) { return careful_pairs<T>(pairs(i)); });
}

/// Columns of a result that a thread takes at a time.
constexpr std::int64_t columns_at_once = 8;

/// Columns first … of D by y = row j of Y and the columns of X (Xt: rows of Xᵀ); rows from `first(j)` on.
template <class T, class I, class First>
void measure_rows(const SparseSamples<T, I>& X, CsrView<T, I> Xt, const SparseSamples<T, I>& Y, const Finish<T>& finish,
                  MatrixView<T> D, const First& first) {
    const std::int64_t n = X.rows(), m = Y.rows();
    const T largest = std::max(X.largest(), Y.largest());
    const auto* const offsets = Xt.row_offsets().data();
    const auto* const indices = Xt.col_indices().data();
    const T* const values = Xt.values().data();
    const std::int64_t work = n * m * 8;
    tamis::detail::prefer_huge_pages(D.data(), n * m * static_cast<std::int64_t>(sizeof(T)));
    for_each_piece(m, columns_at_once, work, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            const std::int64_t from = first(j);
            T* const d = D.data() + j * D.col_stride();
            entrywise<T>().add(n - from, X.norms().data() + from, Y.norms()[j], d + from);
            for (std::int64_t e = Y.begin(j); e < Y.end(j); ++e) {
                const T y = -2 * Y.value(e);
                const std::int64_t k = Y.column(e);
                std::int64_t f = static_cast<std::int64_t>(offsets[k]);
                const auto last = static_cast<std::int64_t>(offsets[k + 1]);
                if (from > 0) f = std::lower_bound(indices + f, indices + last, static_cast<I>(from)) - indices;
                for (; f < last; ++f) d[indices[f]] += y * values[f];
            }
            measure_column(n - from, X.norms().data() + from, Y.norms()[j], largest, d + from, finish, [&](std::int64_t i) {
                return [&X, &Y, i = i + from, j](const auto& f) { X.pairs(i, Y, j, f); };
            });
        }
    });
}

}  // namespace

template <class T, class I>
void sparse_distances(const char* what, CsrView<T, I> X, CsrView<T, I> Y, Measure measure, double gamma, MatrixView<T> D) {
    check_features(what, X.rows(), X.cols(), Y.rows(), Y.cols());
    const SparseSamples<T, I> x(what, "X", X), y(what, "Y", Y);
    const Csr<T, I> Xt = tamis::detail::transpose(X);
    measure_rows(x, Xt.view(), y, Finish<T>(measure, gamma), D, [](std::int64_t) { return std::int64_t{0}; });
}

template <class T, class I>
void sparse_self_distances(const char* what, CsrView<T, I> X, Measure measure, double gamma, MatrixView<T> D) {
    const SparseSamples<T, I> x(what, "X", X);
    const Csr<T, I> Xt = tamis::detail::transpose(X);
    measure_rows(x, Xt.view(), x, Finish<T>(measure, gamma), D, [](std::int64_t j) { return j; });
    const std::int64_t n = X.rows(), ldd = D.col_stride();
    for_each_piece(n, 64, n * n, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            D(j, j) = measure == Measure::gaussian ? T(1) : T(0);
            for (std::int64_t i = j + 1; i < end; ++i) D(j, i) = D(i, j);
        }
        if (end < n)
            entrywise<T>().transpose(n - end, end - begin, D.data() + begin * ldd + end, ldd, D.data() + end * ldd + begin,
                                     ldd);
    });
}

template <class T, class I>
void mixed_distances(const char* what, CsrView<T, I> X, MatrixView<const T> Y, bool transposed, Measure measure,
                     double gamma, MatrixView<T> D) {
    if (transposed) check_features(what, Y.rows(), Y.cols(), X.rows(), X.cols());
    else check_features(what, X.rows(), X.cols(), Y.rows(), Y.cols());
    const SparseSamples<T, I> x(what, transposed ? "Y" : "X", X);
    T largest = x.largest();
    const Samples<T> y = read_samples<T>(what, transposed ? "X" : "Y", Y, largest);
    const Finish<T> finish(measure, gamma);
    const std::int64_t n = X.rows(), m = Y.rows(), p = X.cols();
    for_each_piece(m, columns_at_once, m * (X.nnz() + 8 * n), [&](std::int64_t begin, std::int64_t end) {
        Array<T> own(transposed ? n * (end - begin) : 0, uninitialized);
        T* const out = transposed ? own.data() : D.data() + begin * D.col_stride();
        const std::int64_t ldo = transposed ? n : D.col_stride();
        Array<T> norms(end - begin, uninitialized);
        for (std::int64_t j = begin; j < end; ++j) norms[j - begin] = entrywise<T>().squared_norm(p, y.data + j * y.stride);
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = begin; j < end; ++j) {
                const T* const sample = y.data + j * y.stride;
                T dot = 0;
                for (std::int64_t e = x.begin(i); e < x.end(i); ++e) dot += x.value(e) * sample[x.column(e)];
                out[(j - begin) * ldo + i] = (x.norms()[i] + norms[j - begin]) - 2 * dot;
            }
        for (std::int64_t j = begin; j < end; ++j) {
            const T* const sample = y.data + j * y.stride;
            measure_column(n, x.norms().data(), norms[j - begin], largest, out + (j - begin) * ldo, finish,
                           [&](std::int64_t i) {
                               return MixedPairs<T, I>{x, i, sample, p};
                           });
        }
        if (transposed)
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t j = begin; j < end; ++j) D(j, i) = out[(j - begin) * ldo + i];
    });
}

#define TAMIS_INSTANTIATE(T, I)                                                                                      \
    template void sparse_distances<T, I>(const char*, CsrView<T, I>, CsrView<T, I>, Measure, double, MatrixView<T>); \
    template void sparse_self_distances<T, I>(const char*, CsrView<T, I>, Measure, double, MatrixView<T>);           \
    template void mixed_distances<T, I>(const char*, CsrView<T, I>, MatrixView<const T>, bool, Measure, double,      \
                                        MatrixView<T>);
TAMIS_INSTANTIATE(float, std::int32_t)
TAMIS_INSTANTIATE(double, std::int32_t)
TAMIS_INSTANTIATE(float, std::int64_t)
TAMIS_INSTANTIATE(double, std::int64_t)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
