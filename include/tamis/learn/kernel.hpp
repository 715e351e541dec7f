// Kernel: covariance functions, how they combine, and their derivatives by the logarithms of their parameters.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tamis/core/shaped_input.hpp>

namespace tamis::learn {

class Kernel;

namespace detail {

enum class KernelKind : std::uint8_t {
    rbf,
    matern12,
    matern32,
    matern52,
    wendland_c2,
    wendland_c4,
    linear,
    constant,
    white,
    sum,
    product
};

/// A step of the expression in postfix order: a leaf with so many parameters, or what joins the two before it.
struct KernelStep {
    KernelKind kind;
    std::int64_t parameters;
};

/// The scalar of samples.
template <class X>
struct SampleScalar {
    using type = dense_scalar_t<X>;
    static_assert(std::floating_point<type>, "tamis: samples are of float or double");
};

// T is float or double. Shapes and entries are checked.
template <class T>
void kernel_matrix(const Kernel& kernel, MatrixView<const T> X, MatrixView<T> out);
template <class T>
void kernel_matrix(const Kernel& kernel, MatrixView<const T> X, MatrixView<const T> Y, MatrixView<T> out);
template <class T>
void kernel_diagonal(const Kernel& kernel, MatrixView<const T> X, VectorView<T> out);
template <class T>
void kernel_derivative(const Kernel& kernel, MatrixView<const T> X, std::int64_t parameter, MatrixView<T> out);
template <class T>
void kernel_gradient(const Kernel& kernel, MatrixView<const T> X, MatrixView<const T> weights, VectorView<double> out);

}  // namespace detail

/// One length scale for all features, or one for each: `1.0`, `{1.0, 0.5}`, a vector.
class LengthScales {
  public:
    LengthScales(double all) : values_{all} {}
    LengthScales(std::initializer_list<double> each) : values_(each) {}
    template <VectorArgument V>
        requires std::floating_point<dense_scalar_t<V>> LengthScales(const V& each) {
            const tamis::detail::DenseInput<double, V> input(each);
            for (std::int64_t k = 0; k < input.vector().size(); ++k) values_.push_back(input.vector()[k]);
        }
    [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }

  private:
    std::vector<double> values_;
};

/// A covariance function k(x, y), made of the functions of namespace `kernel` by sums, products and positive multiples:
/// `2.0 * kernel::rbf({1.0, 0.3}) + kernel::white(0.1)`. A value, never changed: copies are cheap, and all members may be
/// called from several threads at once.
///
/// Each length scale, variance and multiple is a parameter θ. `parameters()` and `with_parameters()` speak of log θ, since
/// all are positive and that is what optimizers like; their order is that of the expression from left to right. Matrices
/// hold samples in rows, and are of float or double; a vector is samples of one feature. For all of them: DimensionMismatch
/// where the features do not fit to each other or to a kernel with a length scale for each, InvalidArgument for entries that
/// are not finite, with the position.
///
/// Distances are sums of squared differences, so that close points keep all their digits. Rasmussen, Williams, "Gaussian
/// Processes for Machine Learning", MIT Press 2006, chapter 4.
class Kernel {
  public:
    [[nodiscard]] std::int64_t parameter_count() const noexcept { return static_cast<std::int64_t>(logs_.size()); }
    /// The logarithms of the parameters.
    [[nodiscard]] Vector<double> parameters() const {
        Vector<double> theta(parameter_count());
        for (std::int64_t p = 0; p < theta.size(); ++p) theta[p] = logs_[static_cast<std::size_t>(p)];
        return theta;
    }
    /// The same expression with other parameters, given as logarithms. DimensionMismatch; InvalidArgument for one that is
    /// not finite or whose exponential is none that double holds.
    template <VectorArgument V>
    [[nodiscard]] Kernel with_parameters(const V& logarithms) const {
        const tamis::detail::DenseInput<double, V> input(logarithms);
        return replaced(input.vector());
    }
    /// "rbf.length_scale", "rbf.length_scale[1]", "constant.value"…, one a parameter.
    [[nodiscard]] std::vector<std::string> parameter_names() const;
    /// "2 * rbf(1, 0.3) + white(0.1)".
    [[nodiscard]] std::string to_string() const;
    /// Whether k(x, y) is 0 wherever x and y are far from each other: then sparse matrices hold the covariance.
    [[nodiscard]] bool compactly_supported() const;

    /// k(x_i, x_j) of n samples, n×n: exactly symmetric. `white` counts here, on the diagonal. O(n² (features + steps)).
    template <DenseArgument X>
    [[nodiscard]] Matrix<dense_scalar_t<X>> matrix(const X& x) const {
        using T = checked_scalar<X>;
        const tamis::detail::ShapedInput<X> input(x);
        Matrix<T> K(input.view().rows(), input.view().rows());
        detail::kernel_matrix<T>(*this, input.view(), MatrixView<T>(K));
        return K;
    }
    /// k(x_i, y_j) of m and n samples, m×n. `white` is 0 here: the samples are others, even where they lie at one point.
    template <DenseArgument X, DenseArgument Y>
    [[nodiscard]] Matrix<dense_scalar_t<X>> matrix(const X& x, const Y& y) const {
        using T = checked_scalar<X>;
        static_assert(std::same_as<dense_scalar_t<Y>, T>, "tamis: both sets of samples must have the same scalars");
        const tamis::detail::ShapedInput<X> rows(x);
        const tamis::detail::ShapedInput<Y> cols(y);
        Matrix<T> K(rows.view().rows(), cols.view().rows());
        detail::kernel_matrix<T>(*this, rows.view(), cols.view(), MatrixView<T>(K));
        return K;
    }
    /// k(x_i, x_i), `white` included: the diagonal of matrix(x), in O(n).
    template <DenseArgument X>
    [[nodiscard]] Vector<dense_scalar_t<X>> diagonal(const X& x) const {
        using T = checked_scalar<X>;
        const tamis::detail::ShapedInput<X> input(x);
        Vector<T> d(input.view().rows());
        detail::kernel_diagonal<T>(*this, input.view(), VectorView<T>(d));
        return d;
    }
    /// ∂ matrix(x) / ∂ log θ_p, n×n and exactly symmetric. InvalidArgument for a p that is none.
    template <DenseArgument X>
    [[nodiscard]] Matrix<dense_scalar_t<X>> derivative(const X& x, std::int64_t p) const {
        using T = checked_scalar<X>;
        const tamis::detail::ShapedInput<X> input(x);
        Matrix<T> D(input.view().rows(), input.view().rows());
        detail::kernel_derivative<T>(*this, input.view(), p, MatrixView<T>(D));
        return D;
    }
    /// Σ_ij w_ij ∂k(x_i, x_j) / ∂ log θ_p for every p at once: the gradient of ⟨W, matrix(x)⟩, by reverse differentiation
    /// block by block: no matrix of derivatives is stored, and the cost is a few times that of matrix(x), whatever the
    /// number of parameters (a length scale for each feature adds O(n²) each). Sums are in double. W is n×n, symmetric or
    /// not.
    template <DenseArgument X, DenseArgument W>
    [[nodiscard]] Vector<double> gradient(const X& x, const W& weights) const {
        using T = checked_scalar<X>;
        static_assert(std::same_as<dense_scalar_t<W>, T>, "tamis: the weights must have the scalars of the samples");
        const tamis::detail::ShapedInput<X> input(x);
        const tamis::detail::ShapedInput<W> w(weights);
        Vector<double> g(parameter_count());
        detail::kernel_gradient<T>(*this, input.view(), w.view(), VectorView<double>(g));
        return g;
    }

    friend Kernel operator+(const Kernel& a, const Kernel& b) { return joined(a, b, detail::KernelKind::sum); }
    friend Kernel operator*(const Kernel& a, const Kernel& b) { return joined(a, b, detail::KernelKind::product); }
    /// constant(factor) * k: the factor is a parameter.
    friend Kernel operator*(double factor, const Kernel& k) {
        return Kernel(detail::KernelKind::constant, {factor}, "a multiple of a kernel") * k;
    }
    friend Kernel operator*(const Kernel& k, double factor) { return factor * k; }

    /// Private: a leaf; see namespace kernel. InvalidArgument unless all parameters are positive and finite.
    Kernel(detail::KernelKind kind, const std::vector<double>& parameters, const char* what);
    /// Private: the expression in postfix order.
    [[nodiscard]] std::span<const detail::KernelStep> steps() const noexcept { return steps_; }
    /// Private: the logarithms of the parameters where they lie.
    [[nodiscard]] std::span<const double> logarithms() const noexcept { return logs_; }

  private:
    Kernel(std::vector<detail::KernelStep> steps, std::vector<double> logs) noexcept
        : steps_(std::move(steps)),
          logs_(std::move(logs)) {}
    static Kernel joined(const Kernel& a, const Kernel& b, detail::KernelKind kind);
    [[nodiscard]] Kernel replaced(VectorView<const double> logarithms) const;
    template <class X>
    using checked_scalar = typename detail::SampleScalar<X>::type;

    std::vector<detail::KernelStep> steps_;
    std::vector<double> logs_;
};

/// The kernels. r² = Σ_d (x_d − y_d)² / ℓ_d² with one length scale ℓ for all features or one for each (automatic relevance
/// determination: features that do not matter get long ones). Parameters must be positive and finite (InvalidArgument).
namespace kernel {

/// exp(−r²/2): functions with all derivatives. The matrices are close to singular for many close points.
[[nodiscard]] inline Kernel rbf(const LengthScales& length_scale = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::rbf, length_scale.values(), "kernel::rbf");
}
/// exp(−r): continuous functions without a derivative (the Ornstein–Uhlenbeck process).
[[nodiscard]] inline Kernel matern12(const LengthScales& length_scale = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::matern12, length_scale.values(), "kernel::matern12");
}
/// (1 + √3 r) exp(−√3 r): functions with one derivative.
[[nodiscard]] inline Kernel matern32(const LengthScales& length_scale = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::matern32, length_scale.values(), "kernel::matern32");
}
/// (1 + √5 r + 5/3 r²) exp(−√5 r): functions with two derivatives; a good first choice.
[[nodiscard]] inline Kernel matern52(const LengthScales& length_scale = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::matern52, length_scale.values(), "kernel::matern52");
}
/// Zero for r ≥ 1, with one derivative: (1 − r)^(j+1) ((j+1) r + 1), j = ⌊features/2⌋ + 2, the polynomial that is positive
/// definite for points of so many features. Wendland, Adv. Comput. Math. 4 (1995); Rasmussen and Williams, eq. 4.21. Its
/// matrices are sparse, which GaussianProcess makes use of.
[[nodiscard]] inline Kernel wendland_c2(const LengthScales& radius = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::wendland_c2, radius.values(), "kernel::wendland_c2");
}
/// Zero for r ≥ 1, with two derivatives: (1 − r)^(j+2) ((j² + 4j + 3) r² + (3j + 6) r + 3) / 3, j = ⌊features/2⌋ + 3.
[[nodiscard]] inline Kernel wendland_c4(const LengthScales& radius = 1.0) {
    return Kernel(tamis::learn::detail::KernelKind::wendland_c4, radius.values(), "kernel::wendland_c4");
}
/// xᵀy, without a parameter: linear functions through 0. `a * linear() + constant(b)` is Bayesian linear regression.
[[nodiscard]] inline Kernel linear() {
    return Kernel(tamis::learn::detail::KernelKind::linear, {}, "kernel::linear");
}
/// Σ_d x_d y_d / ℓ_d².
[[nodiscard]] inline Kernel linear(const LengthScales& length_scale) {
    return Kernel(tamis::learn::detail::KernelKind::linear, length_scale.values(), "kernel::linear");
}
/// The same number for all pairs: an unknown level.
[[nodiscard]] inline Kernel constant(double value = 1) {
    return Kernel(tamis::learn::detail::KernelKind::constant, {value}, "kernel::constant");
}
/// Noise: the variance for a sample with itself, 0 for any two samples.
[[nodiscard]] inline Kernel white(double variance = 1) {
    return Kernel(tamis::learn::detail::KernelKind::white, {variance}, "kernel::white");
}

}  // namespace kernel

}  // namespace tamis::learn
