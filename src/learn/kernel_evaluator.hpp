// Private: a kernel between blocks of points, and its derivatives, tile by tile.
#pragma once

#include <cstdint>
#include <vector>

#include <tamis/core/array.hpp>
#include <tamis/learn/kernel.hpp>

namespace tamis::learn::detail {

/// Samples as kernels read them: for each way to scale features a copy by features and one by points.
template <class T>
struct KernelPoints {
    std::int64_t count = 0;
    Array<T>
        coordinates;    // feature d of point i under scaling s: [(s·features + d)·count + i], and what kernels read beyond
    Array<T> by_point;  // the same: [(s·count + i)·features + d]; not there for gathered points
};

/// The pairs (row_begin + i, col_begin + j), i < rows, j < cols; rows · cols ≤ tile_entries. Results are column-major and
/// contiguous. Two points are one sample where their names are equal, which are their positions if there are no others.
struct KernelTile {
    std::int64_t row_begin = 0;
    std::int64_t rows = 0;
    std::int64_t col_begin = 0;
    std::int64_t cols = 0;
    bool one_set = false;                     // rows and columns are of one set of samples
    const std::int64_t* row_names = nullptr;  // of all points
    std::int64_t col_name = 0;                // of the only column, where there are row names

    static constexpr std::int64_t max_rows = 128;
    static constexpr std::int64_t max_cols = 16;
    static constexpr std::int64_t entries = max_rows * max_cols;
};

/// A kernel made ready for points of a number of features. All members may be called from several threads at once, with a
/// scratch for each.
template <class T>
class KernelEvaluator {
  public:
    /// What a thread needs besides; a tile for every step and what else comes up.
    class Scratch {
        friend class KernelEvaluator;
        Array<T> memory_;
    };

    /// DimensionMismatch unless each step has one parameter for all features or one for each.
    KernelEvaluator(const char* what, const Kernel& kernel, std::int64_t features);

    [[nodiscard]] std::int64_t features() const noexcept { return features_; }
    [[nodiscard]] std::int64_t parameters() const noexcept { return parameters_; }
    [[nodiscard]] KernelPoints<T> points(MatrixView<const T> X) const;
    /// Some of the points, in the given order, into memory that is used again: for the rows of tiles.
    void gather(const KernelPoints<T>& from, const std::int64_t* which, std::int64_t count, KernelPoints<T>& to) const;
    [[nodiscard]] Scratch scratch() const;

    /// The values of a tile; they lie in the scratch until its next use.
    const T* values(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile, Scratch& scratch) const;
    /// gradient[p] += Σ weights ∘ ∂k/∂log θ_p over a tile.
    void add_gradient(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile, const T* weights,
                      double* gradient, Scratch& scratch) const;
    /// ∂k/∂log θ_p of a tile.
    const T* derivative(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile, std::int64_t p,
                        Scratch& scratch) const;
    /// k(x_i, x_i) of all points.
    void diagonal(const KernelPoints<T>& X, T* out, Scratch& scratch) const;
    /// Whether k is 0 wherever |x_d − y_d| ≥ w_d for some feature d; w is written then.
    bool support(const Kernel& kernel, std::vector<double>& w) const;

  private:
    struct Step {
        KernelKind kind{};
        std::int64_t metric = 0;     // which distance or product it reads
        std::int64_t scaling = 0;    // of its coordinates
        bool each = false;           // a parameter for each feature
        std::int64_t parameter = 0;  // the first
        std::int64_t count = 0;
        T scale = 1;              // 1/ℓ² where one ℓ holds for all features, and the value of constant and white
        int left = 0, right = 0;  // steps that are joined
        int exponent = 0;         // j of Wendland's polynomials
    };
    struct Metric {
        std::int64_t scaling;
        bool product;
    };
    struct Pointers;

    std::int64_t scaling_of(const std::vector<T>& inverse_lengths);
    std::int64_t metric_of(std::int64_t scaling, bool product);
    void measure(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile, const Pointers& at) const;
    void run(const KernelPoints<T>& X, const KernelTile& tile, const Pointers& at, bool on_diagonal) const;
    void reverse(const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile, const T* weights,
                 double* gradient, std::int64_t wanted, T* elementwise, const Pointers& at) const;
    void derive(const Step& step, const KernelPoints<T>& X, const KernelPoints<T>& Y, const KernelTile& tile,
                const T* adjoint, double* gradient, std::int64_t wanted, T* elementwise, const Pointers& at) const;

    std::int64_t features_;
    std::int64_t parameters_;
    std::vector<Step> steps_;
    std::vector<std::vector<T>> scalings_;  // 1/ℓ_d; empty: as they are
    std::vector<Metric> metrics_;
};

}  // namespace tamis::learn::detail
