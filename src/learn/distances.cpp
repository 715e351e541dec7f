#include <tamis/learn/distances.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <type_traits>
#include <utility>

#include "core/blas.hpp"
#include "core/huge_pages.hpp"
#include "instantiate.hpp"
#include "learn/distance_rule.hpp"
#include "learn/samples.hpp"

namespace tamis::learn::detail {

void check_gamma(double gamma) {
    if (!(gamma > 0) || !std::isfinite(gamma))
        throw InvalidArgument("rbf_kernel: gamma is " + std::to_string(gamma) + "; it must be positive and finite");
}

double gamma_of(double length_scale) {
    if (!(length_scale > 0) || !std::isfinite(length_scale))
        throw InvalidArgument("rbf_kernel: .length_scale is " + std::to_string(length_scale) +
                              "; it must be positive and finite");
    const double gamma = 0.5 / length_scale / length_scale;
    if (!(gamma > 0) || !std::isfinite(gamma))
        throw InvalidArgument("rbf_kernel: .length_scale is " + std::to_string(length_scale) +
                              ", of which 1 / (2 l^2) is out of range");
    return gamma;
}

namespace {

/// Up to so many features the plain formula is faster than BLAS, and has nothing to cancel.
constexpr std::int64_t few_features = 16;
/// A tile of the result, which stays in the second-level cache. BLAS packs the rows anew for each tile, which takes it
/// longer than the columns.
constexpr std::int64_t tile_cols = 256;
constexpr std::int64_t many_features = 64;
/// For many features the product takes longer than what follows, and is the faster the larger a tile is.
std::int64_t tile_rows(std::int64_t features) {
    return features < many_features ? 128 : 256;
}
/// The side of a tile of the symmetric form; small where there would be few tiles for threads. It does not depend on how
/// many there are: neither do the results.
std::int64_t tile_side(std::int64_t features, std::int64_t n) {
    return features < many_features || n < 2048 ? 128 : 256;
}

/// X and Y (which may be the same) as the tiles need them.
template <class R>
class DensePairs {
  public:
    DensePairs(const char* what, MatrixView<const R> X, MatrixView<const R> Y, bool same, Finish<R> finish)
        : features_(X.cols()),
          finish_(finish) {
        x_ = read_samples<R>(what, "X", X, largest_);
        if (!same) y_ = read_samples<R>(what, "Y", Y, largest_);
        const R* y = same ? x_.data : y_.data;
        const std::int64_t y_stride = same ? x_.stride : y_.stride;
        xs_ = {x_.data, x_.stride};
        ys_ = {y, y_stride};
        if (largest_ > largest_modulus<R>) {
            way_ = Way::careful;
        } else if (features_ <= few_features) {
            way_ = Way::plain;
            by_feature_ = copy_features<R>(X, EntrywiseKernels<R>::lanes);
        } else {
            way_ = Way::expanded;
            xm_ = xs_;
            ym_ = ys_;
            centre(X.rows(), Y.rows(), same);
            x_norms_ = norms(X.rows(), xm_);
            if (!same) y_norms_ = norms(Y.rows(), ym_);
        }
        same_ = same;
    }

    /// Operations an entry, about.
    [[nodiscard]] std::int64_t work() const noexcept { return 2 * features_ + 16; }

    /// D(i, j) for i0 ≤ i < i1, j0 ≤ j < j1 at D + (j − j0)·ldd + i − i0.
    void tile(std::int64_t i0, std::int64_t i1, std::int64_t j0, std::int64_t j1, R* D, std::int64_t ldd) const {
        const std::int64_t rows = i1 - i0, cols = j1 - j0;
        if (way_ == Way::careful) {
            for (std::int64_t j = 0; j < cols; ++j)
                for (std::int64_t i = 0; i < rows; ++i) {
                    const auto parts = careful_distance(features_, x(i0 + i), y(j0 + j));
                    D[j * ldd + i] = finish_.careful(parts.first, parts.second);
                }
            return;
        }
        const R* const a = way_ == Way::plain ? nullptr : x_norms_.data() + i0;
        const R* const b = way_ == Way::plain ? nullptr : (same_ ? x_norms_ : y_norms_).data() + j0;
        if (way_ == Way::plain) {
            kernels_.distance_tile(rows, cols, features_, by_feature_.data + i0, by_feature_.stride, y(j0), ys_.stride, D,
                                   ldd);
        } else {
            for (std::int64_t j = 0; j < cols; ++j) kernels_.add(rows, a, b[j], D + j * ldd);
            tamis::detail::blas::gemm('T', 'N', rows, cols, features_, R(-2), xm_.data + i0 * xm_.stride, xm_.stride,
                                      ym_.data + j0 * ym_.stride, ym_.stride, R(1), D, ldd);
        }
        for (std::int64_t j = 0; j < cols; ++j) {
            R* const d = D + j * ldd;
            const R norm = way_ == Way::plain ? R(0) : b[j];
            const bool doubtful = way_ == Way::plain
                                      ? kernels_.any_below(rows, d, tiny_square<R>)
                                      : kernels_.any_cancelled(rows, a, norm, trusted_share<R>, tiny_square<R>, d);
            settle(
                rows, a, norm, doubtful, d, finish_,
                [&](std::int64_t i) { return kernels_.squared_distance(features_, x(i0 + i), y(j0 + j)); },
                [&](std::int64_t i) { return careful_distance(features_, x(i0 + i), y(j0 + j)); });
        }
    }

  private:
    enum class Way { plain, expanded, careful };
    struct Rows {
        const R* data = nullptr;
        std::int64_t stride = 1;
    };

    [[nodiscard]] const R* x(std::int64_t i) const noexcept { return xs_.data + i * xs_.stride; }
    [[nodiscard]] const R* y(std::int64_t j) const noexcept { return ys_.data + j * ys_.stride; }

    [[nodiscard]] Array<R> norms(std::int64_t n, Rows rows) const {
        Array<R> a(n, uninitialized);
        for (std::int64_t i = 0; i < n; ++i) a[i] = kernels_.squared_norm(features_, rows.data + i * rows.stride);
        return a;
    }

    /// Takes the mean of some samples off copies of all where its square is a quarter of their mean square at least:
    /// distances do not change, and less cancels.
    void centre(std::int64_t n, std::int64_t m, bool same) {
        const std::int64_t p = features_;
        constexpr std::int64_t looked_at = 256;
        Array<R> mean(p);
        double squares = 0;
        std::int64_t count = 0;
        const auto add = [&](std::int64_t rows, Rows from) {
            const std::int64_t some = std::min(rows, looked_at);
            for (std::int64_t q = 0; q < some; ++q) {
                const R* const z = from.data + q * rows / some * from.stride;
                squares += static_cast<double>(kernels_.squared_norm(p, z));
                for (std::int64_t k = 0; k < p; ++k) mean[k] += z[k];
            }
            count += some;
        };
        add(n, xs_);
        if (!same) add(m, ys_);
        if (count == 0) return;
        for (R& v : mean) v /= static_cast<R>(count);
        const auto part = static_cast<double>(kernels_.squared_norm(p, mean.data())) * static_cast<double>(count);
        if (!(part >= squares / 4) || squares == 0) return;
        const auto shift = [&](std::int64_t rows, Rows from, Array<R>& to) {
            to = Array<R>(rows * p, uninitialized);
            for_each_piece(rows, 64, rows * p, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) {
                    const R* const z = from.data + i * from.stride;
                    const R* const mu = mean.data();
                    R* const out = to.data() + i * p;
#pragma omp simd
                    for (std::int64_t k = 0; k < p; ++k) out[k] = z[k] - mu[k];
                }
            });
            return Rows{to.data(), p};
        };
        xm_ = shift(n, xs_, x_centred_);
        ym_ = same ? xm_ : shift(m, ys_, y_centred_);
    }

    const EntrywiseKernels<R>& kernels_ = entrywise<R>();
    std::int64_t features_;
    Finish<R> finish_;
    Way way_ = Way::plain;
    bool same_ = false;
    R largest_ = 0;
    Samples<R> x_, y_, by_feature_;
    Array<R> x_centred_, y_centred_, x_norms_, y_norms_;
    Rows xs_, ys_, xm_, ym_;  ///< as they were given; as they are multiplied
};

/// Complex samples as real ones of twice as many features.
template <class R>
Array<R> as_real(MatrixView<const std::complex<R>> X) {
    const std::int64_t n = X.rows(), p = X.cols();
    Array<R> out(2 * n * p, uninitialized);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < p; ++k) {
            out[2 * (i * p + k)] = X(i, k).real();
            out[2 * (i * p + k) + 1] = X(i, k).imag();
        }
    return out;
}

}  // namespace

template <class T>
void distances(const char* what, MatrixView<const T> X, MatrixView<const T> Y, Measure measure, double gamma,
               MatrixView<Real<T>> D) {
    using R = Real<T>;
    check_features(what, X.rows(), X.cols(), Y.rows(), Y.cols());
    if constexpr (is_complex_v<T>) {
        const std::int64_t p = X.cols();
        const Array<R> x = as_real<R>(X), y = as_real<R>(Y);
        distances<R>(what, MatrixView<const R>(x.data(), X.rows(), 2 * p, 2 * p, 1),
                     MatrixView<const R>(y.data(), Y.rows(), 2 * p, 2 * p, 1), measure, gamma, D);
    } else {
        const DensePairs<R> pairs(what, X, Y, false, Finish<R>(measure, gamma));
        const std::int64_t n = X.rows(), m = Y.rows();
        tamis::detail::prefer_huge_pages(D.data(), n * m * static_cast<std::int64_t>(sizeof(R)));
        const std::int64_t tall = tile_rows(X.cols());
        const std::int64_t down = (n + tall - 1) / tall, along = (m + tile_cols - 1) / tile_cols;
        for_each_piece(down * along, 1, n * m * pairs.work(), [&](std::int64_t begin, std::int64_t) {
            const std::int64_t i = begin % down * tall, j = begin / down * tile_cols;
            pairs.tile(i, std::min(n, i + tall), j, std::min(m, j + tile_cols), D.data() + j * D.col_stride() + i,
                       D.col_stride());
        });
    }
}

template <class T>
void self_distances(const char* what, MatrixView<const T> X, Measure measure, double gamma, MatrixView<Real<T>> D) {
    using R = Real<T>;
    if constexpr (is_complex_v<T>) {
        const Array<R> x = as_real<R>(X);
        self_distances<R>(what, MatrixView<const R>(x.data(), X.rows(), 2 * X.cols(), 2 * X.cols(), 1), measure, gamma, D);
    } else {
        const DensePairs<R> pairs(what, X, X, true, Finish<R>(measure, gamma));
        const std::int64_t n = X.rows(), ldd = D.col_stride();
        tamis::detail::prefer_huge_pages(D.data(), n * n * static_cast<std::int64_t>(sizeof(R)));
        const R diagonal = measure == Measure::gaussian ? R(1) : R(0);
        // Columns of tiles; tile (q, r) of the triangle below has q ≥ r. A tile lies in memory of its own until it is copied
        // to both of its places.
        const std::int64_t side = tile_side(X.cols(), n);
        const std::int64_t blocks = (n + side - 1) / side;
        for_each_piece(blocks * (blocks + 1) / 2, 1, n * n / 2 * pairs.work(), [&](std::int64_t begin, std::int64_t) {
            std::int64_t r = 0, q = begin;
            while (q >= blocks - r) q -= blocks - r++;
            const std::int64_t i0 = (q + r) * side, i1 = std::min(n, i0 + side), j0 = r * side, j1 = std::min(n, j0 + side);
            const std::int64_t ldb = side + 64 / static_cast<std::int64_t>(sizeof(R));
            thread_local Array<R> kept;
            if (kept.size() < ldb * side) kept = Array<R>(ldb * side, uninitialized);
            R* const B = kept.data();
            pairs.tile(i0, i1, j0, j1, B, ldb);
            for (std::int64_t j = j0; j < j1; ++j) {
                const std::int64_t first = std::max(i0, j);
                std::copy(B + (j - j0) * ldb + first - i0, B + (j - j0) * ldb + i1 - i0, D.data() + j * ldd + first);
                if (i0 == j0) {
                    D(j, j) = diagonal;
                    for (std::int64_t i = j + 1; i < i1; ++i) D(j, i) = B[(j - j0) * ldb + i - i0];
                }
            }
            if (i0 != j0) entrywise<R>().transpose(i1 - i0, j1 - j0, B, ldb, D.data() + i0 * ldd + j0, ldd);
        });
    }
}

#define TAMIS_INSTANTIATE(T)                                                                           \
    template void distances<T>(const char*, MatrixView<const T>, MatrixView<const T>, Measure, double, \
                               MatrixView<Real<T>>);                                                   \
    template void self_distances<T>(const char*, MatrixView<const T>, Measure, double, MatrixView<Real<T>>);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn::detail
