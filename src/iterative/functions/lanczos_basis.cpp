#include "iterative/functions/lanczos_basis.hpp"

#include <algorithm>
#include <cmath>

#include "core/backend_threads.hpp"
#include "dense/lapack_tridiagonal.hpp"
#include "instantiate.hpp"
#include "iterative/vector_ops.hpp"

namespace tamis::detail {

namespace {
/// Up to so many rows the process is worth being kept orthogonal.
constexpr std::int64_t orthogonal_rows = 2000;
}  // namespace

template <class T>
LanczosBasis<T>::LanczosBasis(const OperatorRef<T>& A, std::int64_t kept)
    : A_(A),
      n_(A.rows()),
      kept_(std::max<std::int64_t>(2, std::min(kept, n_))),
      V_(n_ * kept_, uninitialized),
      ring_(n_ * 3, uninitialized) {}

template <class T>
double unit_vector(std::int64_t n, const T* b, T* v) {
    const double norm = vec::norm<T>(n, b);
    if (!(norm > 0) || !std::isfinite(norm)) return norm;
    vec::copy<T>(n, b, v);
    divide_by_norm<T>(n, norm, v);
    return norm;
}

template <class T>
void divide_by_norm(std::int64_t n, double norm, T* x) {
    // By factors in the range of T, as 1/‖x‖ need not be.
    constexpr double most = 0x1p100;
    for (double left = norm;;) {
        const double factor = std::clamp(1 / left, 1 / most, most);
        vec::scale<T>(n, Sum<T>(factor), x);
        if (factor == 1 / left) return;
        left = vec::norm<T>(n, x);
        if (!(left > 0)) return;
    }
}

template <class T>
double LanczosBasis<T>::begin(const T* b) {
    alpha_.clear();
    beta_.clear();
    scale_ = 0;
    whole_ = false;
    return unit_vector<T>(n_, b, at(0));
}

template <class T>
void LanczosBasis<T>::product(const T* x, T* y) {
    A_.apply(VectorView<const T>(x, n_), VectorView<T>(y, n_));
    ++matvecs_;
}

template <class T>
bool LanczosBasis<T>::step() {
    const std::int64_t k = steps();
    T* const v = at(k);
    T* const w = at(k + 1);
    product(v, w);
    if (k > 0) vec::axpy<T>(n_, Sum<T>(-beta_.back()), at(k - 1), w);
    const double alpha = static_cast<double>(real_part(vec::dot<T>(n_, v, w)));
    double beta = vec::axpy_norm<T>(n_, Sum<T>(-alpha), v, w);
    if (!std::isfinite(alpha) || !std::isfinite(beta)) return false;
    if (n_ <= orthogonal_rows && k + 1 < kept_) {
        for (int twice = 0; twice < 2; ++twice)
            for (std::int64_t i = 0; i <= k; ++i) vec::axpy<T>(n_, -vec::dot<T>(n_, at(i), w), at(i), w);
        beta = vec::norm<T>(n_, w);
    }
    alpha_.push_back(alpha);
    beta_.push_back(beta);
    scale_ = std::max(scale_, std::abs(alpha) + beta);
    whole_ =
        !(beta > 10 * static_cast<double>(epsilon_v<T>) * scale_) || (k + 1 == n_ && n_ <= orthogonal_rows && n_ <= kept_);
    if (!whole_) divide_by_norm<T>(n_, beta, w);
    return true;
}

template <class T>
auto LanczosBasis<T>::combine(std::int64_t k, const Sum<T>* Y, const std::vector<T*>& X, const std::function<bool()>& go_on)
    -> Outcome {
    const std::int64_t known = std::min(k, kept_);
    for (std::size_t j = 0; j < X.size(); ++j) {
        vec::zero(n_, X[j]);
        vec::add_combination<T>(n_, {V_.data(), n_}, known, Y + static_cast<std::int64_t>(j) * k, X[j]);
    }
    for (std::int64_t i = known; i < k; ++i) {
        if (!go_on()) return Outcome::interrupted;
        const auto before = static_cast<std::size_t>(i - 1);
        T* const v = at(i - 1);
        T* const w = at(i);
        product(v, w);
        vec::axpy<T>(n_, Sum<T>(-beta_[before - 1]), at(i - 2), w);
        const double beta = vec::axpy_norm<T>(n_, Sum<T>(-alpha_[before]), v, w);
        if (!(std::abs(beta - beta_[before]) <= std::sqrt(static_cast<double>(epsilon_v<T>)) * scale_))
            return Outcome::not_reproducible;
        divide_by_norm<T>(n_, beta_[before], w);
        for (std::size_t j = 0; j < X.size(); ++j) vec::axpy<T>(n_, Y[static_cast<std::int64_t>(j) * k + i], w, X[j]);
    }
    return Outcome::done;
}

bool tridiagonal_eigen(std::int64_t k, const std::vector<double>& alpha, const std::vector<double>& beta,
                       TridiagonalEigen& eigen) {
    eigen.k = k;
    eigen.theta.assign(alpha.begin(), alpha.begin() + k);
    eigen.V.resize(static_cast<std::size_t>(k * k));
    std::vector<double> off(beta.begin(), beta.begin() + k);
    std::int64_t info = 0;
    const auto size = static_cast<double>(k);
    on_backend_threads(4 * size * size * size,
                       [&] { info = lapack::stevd<double>(k, eigen.theta.data(), off.data(), eigen.V.data()); });
    return info == 0;
}

#define TAMIS_INSTANTIATE(T)                                    \
    template double unit_vector<T>(std::int64_t, const T*, T*); \
    template void divide_by_norm<T>(std::int64_t, double, T*);  \
    template class LanczosBasis<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
