#include <tamis/learn/pca.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <tamis/core/error.hpp>
#include <tamis/learn/whiten.hpp>
#include <tamis/sparse/convert.hpp>
#include <tamis/sparse/multiply.hpp>

#include "dense/operand.hpp"
#include "instantiate.hpp"
#include "learn/centering.hpp"
#include "learn/pca_search.hpp"

namespace tamis::learn {

std::string_view to_string(PcaMethod method) noexcept {
    switch (method) {
        case PcaMethod::automatic: return "automatic";
        case PcaMethod::exact: return "exact";
        case PcaMethod::lanczos: return "lanczos";
        case PcaMethod::randomized: return "randomized";
    }
    return "?";
}

namespace {

/// Entries of a sparse matrix, zeros included, up to which a dense copy is no matter.
constexpr std::int64_t small_when_dense = std::int64_t{1} << 20;

std::int64_t checked_components(const PcaOptions& options, std::int64_t n, std::int64_t p) {
    if (n < 2)
        throw InvalidArgument("Pca fit: the data have " + std::to_string(n) + (n == 1 ? " row" : " rows") +
                              "; a variance needs at least 2 samples (rows)");
    const std::int64_t most = std::min(n, p);
    if (options.components > most)
        throw InvalidArgument("Pca fit: .components is " + std::to_string(options.components) + ", but " +
                              std::to_string(n) + " samples of " + std::to_string(p) + " features have at most " +
                              std::to_string(most));
    return options.components > 0 ? options.components : most;
}

struct PcaChoice {
    PcaMethod method;
    std::string why;
};

PcaChoice choose_for_dense(const PcaOptions& options, std::int64_t least, std::int64_t k) {
    if (options.method != PcaMethod::automatic) return {options.method, "as asked for"};
    if (least <= 256) return {PcaMethod::exact, "dense data with a side of " + std::to_string(least)};
    if (8 * k > least)
        return {PcaMethod::exact, std::to_string(k) + " of " + std::to_string(least) + " components, more than an eighth"};
    return {PcaMethod::lanczos, std::to_string(k) + " of " + std::to_string(least) + " components, at most an eighth"};
}

PcaChoice choose_for_sparse(const PcaOptions& options, std::int64_t n, std::int64_t p, std::int64_t k) {
    const bool small = n == 0 || p <= small_when_dense / n;
    if (options.method == PcaMethod::automatic && small)
        return {PcaMethod::exact, "sparse data of " + std::to_string(n) + "×" + std::to_string(p) + ", small when dense"};
    const PcaMethod method = options.method == PcaMethod::automatic ? PcaMethod::lanczos : options.method;
    // svds decomposes a dense copy where its basis would be as long as the smaller side.
    const std::int64_t basis = method == PcaMethod::lanczos ? 2 * k + 64 : k;
    if (method != PcaMethod::exact && !small && basis > std::min(n, p))
        throw InvalidArgument("Pca fit: " + std::to_string(k) + " components of sparse " + std::to_string(n) + "×" +
                              std::to_string(p) + " data are too many for " + std::string(to_string(method)) +
                              ", whose basis would be as large as the dense data; name fewer .components, or .method = "
                              "PcaMethod::exact, which makes a dense copy");
    if (options.method != PcaMethod::automatic) return {method, "as asked for"};
    return {method, "sparse data of " + std::to_string(n) + "×" + std::to_string(p) + ", centred implicitly"};
}

}  // namespace

template <class T>
struct Pca<T>::Fitted {
    std::int64_t n = 0;
    std::int64_t p = 0;
    std::int64_t k = 0;
    double squares = 0;
    Array<T> mean;
    detail::PrincipalAxes<T> found;
    PcaChoice choice;
};

template <class T>
Pca<T>::Pca(const PcaOptions& options) : options_(options) {
    if (options.components < 0 || options.power_iterations < 0 || options.oversampling < 0)
        throw InvalidArgument("Pca: .components, .power_iterations and .oversampling must be at least 0");
    if (!(options.tolerance >= 0)) throw InvalidArgument("Pca: .tolerance must be at least 0");
}

template <class T>
void Pca<T>::check_fitted(const char* caller) const {
    if (!fitted_) throw Error(std::string(caller) + ": nothing was fitted yet; call fit first");
}

template <class T>
void Pca<T>::take(Fitted&& fitted) {
    detail::fix_signs(fitted.p, fitted.k, fitted.found.axes.data());
    n_ = fitted.n;
    p_ = fitted.p;
    k_ = fitted.k;
    squares_ = fitted.squares;
    mean_ = std::move(fitted.mean);
    axes_ = std::move(fitted.found.axes);
    values_ = std::move(fitted.found.values);
    method_ = fitted.choice.method;
    reason_ = std::move(fitted.choice.why);
    fitted_ = true;
}

template <class T>
void Pca<T>::fit_dense(MatrixView<const T> X) {
    Fitted f;
    f.n = X.rows();
    f.p = X.cols();
    f.k = checked_components(options_, f.n, f.p);
    tamis::detail::check_lapack_sizes("Pca fit", f.n, f.p);
    f.choice = choose_for_dense(options_, std::min(f.n, f.p), f.k);
    detail::CenteredCopy<T> data("Pca fit", X);
    f.mean = std::move(data.mean);
    f.squares = detail::sum_of_squares(f.n * f.p, data.values.data());
    if (f.choice.method == PcaMethod::exact || f.k == 0) {
        f.found = detail::exact_axes(f.n, f.p, data.values, f.k);
    } else {
        const MatrixView<const T> centered(data.values.data(), f.n, f.p);
        std::string how;
        f.found = detail::searched_axes<T>(OperatorRef<T>(centered), f.k, f.choice.method, options_, how);
        f.choice.why += "; " + how;
    }
    take(std::move(f));
}

template <class T>
template <class I>
void Pca<T>::fit_sparse(CsrView<T, I> major, bool by_rows) {
    Fitted f;
    f.n = by_rows ? major.rows() : major.cols();
    f.p = by_rows ? major.cols() : major.rows();
    f.k = checked_components(options_, f.n, f.p);
    f.choice = choose_for_sparse(options_, f.n, f.p, f.k);
    if (f.choice.method == PcaMethod::exact || f.k == 0) {
        detail::check_finite_data("Pca fit", major, by_rows);
        tamis::detail::check_lapack_sizes("Pca fit", f.n, f.p);
        Array<T> values(f.n * f.p, uninitialized);
        f.mean = Array<T>(f.p, uninitialized);
        const MatrixView<T> dense(values.data(), f.n, f.p);
        tamis::detail::expand(major, by_rows ? dense : dense.transposed());
        detail::center_columns(f.n, f.p, values.data(), f.mean.data());
        f.squares = detail::sum_of_squares(f.n * f.p, values.data());
        f.found = detail::exact_axes(f.n, f.p, values, f.k);
    } else {
        f.mean = Array<T>(f.p, uninitialized);
        f.squares = detail::sparse_moments("Pca fit", major, by_rows, f.mean.data());
        const CscView<T, I> by_columns = major.transposed_view();
        const OperatorRef<T> X = by_rows ? OperatorRef<T>(major) : OperatorRef<T>(by_columns);
        const detail::CenteredOperator<T> centered(X, f.mean.data());
        std::string how;
        f.found = detail::searched_axes<T>(OperatorRef<T>(centered), f.k, f.choice.method, options_, how);
        f.choice.why += "; " + how;
    }
    take(std::move(f));
}

/// V, or where whitened V diag(1/s) (forward) or V diag(s), s² the variances; 1/0 is 0.
template <class T>
Array<T> Pca<T>::scaled_axes(bool forward) const {
    const std::int64_t p = p_, k = k_;
    Array<T> V(axes_);
    if (!options_.whiten || k == 0) return V;
    const double rounding = static_cast<double>(std::max(samples(), features())) * static_cast<double>(epsilon_v<T>) *
                            static_cast<double>(values_[0]);
    for (std::int64_t j = 0; j < k; ++j) {
        const double s = static_cast<double>(values_[j]) / std::sqrt(static_cast<double>(n_) - 1);
        const double factor = !(static_cast<double>(values_[j]) > rounding) ? 0 : forward ? 1 / s : s;
        for (std::int64_t i = 0; i < p; ++i) V[j * p + i] *= static_cast<Real<T>>(factor);
    }
    return V;
}

template <class T>
void Pca<T>::write_transform(MatrixView<const T> X, MatrixView<T> out) const {
    check_fitted("Pca transform");
    const Array<T> V = scaled_axes(true);
    detail::affine_map<T>("Pca transform", X, mean_.data(), MatrixView<const T>(V.data(), p_, k_), nullptr, out.data());
}

template <class T>
template <class I>
void Pca<T>::write_transform(CsrView<T, I> major, bool by_rows, MatrixView<T> out) const {
    check_fitted("Pca transform");
    const std::int64_t p = by_rows ? major.cols() : major.rows();
    if (p != p_)
        throw DimensionMismatch("Pca transform: the samples are " + std::to_string(out.rows()) + "×" + std::to_string(p) +
                                    ", but " + std::to_string(features()) + " columns are needed",
                                p_, p);
    detail::check_finite_data("Pca transform", major, by_rows);
    const Array<T> V = scaled_axes(true);
    const MatrixView<const T> axes(V.data(), p_, k_);
    tamis::detail::multiply<T, I>(major, by_rows ? tamis::detail::Operation::none : tamis::detail::Operation::transposed,
                                  axes, out, T(1), T(0), "Pca transform");
    detail::subtract_mean_products(mean_.data(), axes, out);
}

template <class T>
void Pca<T>::write_inverse(MatrixView<const T> Z, MatrixView<T> out) const {
    check_fitted("Pca inverse_transform");
    const std::int64_t p = p_, k = k_;
    const Array<T> V = scaled_axes(false);
    Array<T> Vt(k * p, uninitialized);
    for (std::int64_t j = 0; j < k; ++j)
        for (std::int64_t i = 0; i < p; ++i) Vt[i * k + j] = tamis::detail::conjugate(V[j * p + i]);
    detail::affine_map<T>("Pca inverse_transform", Z, nullptr, MatrixView<const T>(Vt.data(), k, p), mean_.data(),
                          out.data());
}

template <class T>
void Pca<T>::write_components(MatrixView<T> out) const {
    check_fitted("Pca components");
    for (std::int64_t j = 0; j < k_; ++j)
        for (std::int64_t i = 0; i < p_; ++i) out(j, i) = tamis::detail::conjugate(axes_[j * p_ + i]);
}

template <class T>
void Pca<T>::write_mean(T* out) const {
    check_fitted("Pca mean");
    std::copy(mean_.begin(), mean_.end(), out);
}

template <class T>
void Pca<T>::write_values(Quantity quantity, Real<T>* out) const {
    check_fitted("Pca");
    for (std::int64_t j = 0; j < k_; ++j) {
        const auto s = static_cast<double>(values_[j]);
        double value = s;
        if (quantity == Quantity::variance) value = s * s / (static_cast<double>(n_) - 1);
        else if (quantity == Quantity::ratio) value = squares_ > 0 ? s * s / squares_ : 0;
        out[j] = static_cast<Real<T>>(value);
    }
}

template <class T>
Real<T> Pca<T>::total_variance() const {
    check_fitted("Pca total_variance");
    return static_cast<Real<T>>(squares_ / (static_cast<double>(n_) - 1));
}

#define TAMIS_INSTANTIATE(T) template class Pca<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE
#define TAMIS_INSTANTIATE(T, I)                               \
    template void Pca<T>::fit_sparse<I>(CsrView<T, I>, bool); \
    template void Pca<T>::write_transform<I>(CsrView<T, I>, bool, MatrixView<T>) const;
TAMIS_FOR_EACH_SCALAR_INDEX(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::learn
