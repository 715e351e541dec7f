#include "dense/pade_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include <tamis/core/one_norm.hpp>

#include "core/blas.hpp"
#include "instantiate.hpp"

namespace tamis::detail {

namespace {

constexpr std::array<double, 4> pade_3{120, 60, 12, 1};
constexpr std::array<double, 6> pade_5{30240, 15120, 3360, 420, 30, 1};
constexpr std::array<double, 8> pade_7{17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};
constexpr std::array<double, 10> pade_9{17643225600., 8821612800., 2075673600., 302702400., 30270240.,
                                        2162160.,     110880.,     3960.,       90.,        1.};
constexpr std::array<double, 14> pade_13{64764752532480000.,
                                         32382376266240000.,
                                         7771770303897600.,
                                         1187353796428800.,
                                         129060195264000.,
                                         10559470521600.,
                                         670442572800.,
                                         33522128640.,
                                         1323241920.,
                                         40840800.,
                                         960960.,
                                         16380.,
                                         182.,
                                         1.};

const double* pade_coefficients(int m) {
    return m == 3   ? pade_3.data()
           : m == 5 ? pade_5.data()
           : m == 7 ? pade_7.data()
           : m == 9 ? pade_9.data()
                    : pade_13.data();
}

struct PadeLimit {
    int m;
    double theta;
};
constexpr std::array<PadeLimit, 5> pade_theta_double{
    {{3, 1.495585217958292e-2}, {5, 2.539398330063230e-1}, {7, 9.504178996162932e-1}, {9, 2.097847961257068}, {13, 4.25}}};
constexpr std::array<PadeLimit, 3> pade_theta_float{
    {{3, 4.258730016922831e-1}, {5, 1.880152677804762}, {7, 3.925724783138660}}};
// ℓ_m of the derivative; in single precision they are more than is needed.
constexpr std::array<PadeLimit, 5> theta_derivative{{{3, 1.08e-2}, {5, 2.00e-1}, {7, 7.83e-1}, {9, 1.78}, {13, 4.74}}};

/// ⌈log₂(x)⌉, at least 0.
int doublings(double x) {
    if (!(x > 1)) return 0;
    int e = 0;
    const double f = std::frexp(x, &e);
    return f == 0.5 ? e - 1 : e;
}

template <class T>
constexpr bool is_single = std::is_same_v<Real<T>, float>;

}  // namespace

template <class T>
PadeExponential<T>::PadeExponential(const MatrixAlgebra<T>& algebra, Array<T>&& A, int)
    : algebra_(algebra),
      A_(std::move(A)) {
    // Powers up to the tenth must not overflow (in single precision the eighth).
    constexpr int most = is_single<T> ? 14 : 90;
    const R norm = square_one_norm(algebra.order(), A_.data());
    if (!(norm > 0)) return;
    if (!(norm <= std::numeric_limits<R>::max())) {
        scale(algebra.order() > 1 ? std::ilogb(static_cast<R>(algebra.order())) + 2 : 2);
        const R scaled = square_one_norm(algebra.order(), A_.data());
        scale(std::max(std::ilogb(scaled) - most, 0));
    } else {
        scale(std::max(std::ilogb(norm) - most, 0));
    }
}

template <class T>
PadeExponential<T>::PadeExponential(const MatrixAlgebra<T>& algebra, Array<T>&& A)
    : PadeExponential(algebra, std::move(A), 0) {
    choose();
}

template <class T>
PadeExponential<T> PadeExponential<T>::for_derivative(const MatrixAlgebra<T>& algebra, Array<T>&& A) {
    PadeExponential result(algebra, std::move(A), 0);
    result.choose_by_norm();
    return result;
}

template <class T>
void PadeExponential<T>::scale(int s) {
    if (s == 0) return;
    s_ += s;
    const auto by = [](Array<T>& X, int exponent) {
        // In steps, since 2^exponent may be less than the smallest number.
        for (; exponent < 0; exponent += 60) {
            const R factor = std::ldexp(R(1), std::max(exponent, -60));
            for (T& x : X) x *= factor;
        }
    };
    by(A_, -s);
    for (int k = 1; k < 5; ++k) by(powers_[static_cast<std::size_t>(k)], -2 * k * s);
}

template <class T>
const T* PadeExponential<T>::power(int k) {
    Array<T>& P = powers_[static_cast<std::size_t>(k)];
    if (P.empty()) {
        P = algebra_.element();
        if (k == 1) algebra_.multiply(A_.data(), A_.data(), P.data());
        else {
            const T* const first = power(k == 4 ? 2 : 1);
            const T* const second = power(k == 4 ? 2 : k - 1);
            algebra_.multiply(first, second, P.data());
        }
    }
    return P.data();
}

/// ‖A^(2k)‖^(1/2k), exactly.
template <class T>
Real<T> PadeExponential<T>::power_norm(int k) {
    return std::pow(square_one_norm(algebra_.order(), power(k)), R(1) / static_cast<R>(2 * k));
}

/// ‖X Y‖₁, estimated.
template <class T>
Real<T> PadeExponential<T>::product_norm(const Array<T>& X, const Array<T>& Y) const {
    const std::int64_t n = algebra_.order();
    Array<T> between(n * std::max<std::int64_t>(n <= 8 ? n : 2, 2), uninitialized);
    const auto apply = [&](char op, const T* first, const T* second, MatrixView<const T> in, MatrixView<T> out) {
        blas::gemm(op, 'N', n, in.cols(), n, T(1), first, n, in.data(), n, T(0), between.data(), n);
        blas::gemm(op, 'N', n, in.cols(), n, T(1), second, n, between.data(), n, T(0), out.data(), n);
    };
    return one_norm_estimate<T>(
        n, [&](MatrixView<const T> in, MatrixView<T> out) { apply('N', Y.data(), X.data(), in, out); },
        [&](MatrixView<const T> in, MatrixView<T> out) { apply('C', X.data(), Y.data(), in, out); });
}

/// ℓ_m(2⁻ˢA): ⌈log₂(α/u) / 2m⌉, α = |c| ‖|A|^(2m+1)‖₁ / ‖A‖₁, 1/|c| = (2m over m) (2m+1)!. The norm of a power of a matrix
/// without negative entries is that of products with a vector of ones.
template <class T>
int PadeExponential<T>::extra_scaling(int m, int s) const {
    const std::int64_t n = algebra_.order();
    double log_c = -std::lgamma(2 * m + 2.0) - (std::lgamma(2 * m + 1.0) - 2 * std::lgamma(m + 1.0));
    log_c /= std::log(2.0);
    const double log_u = std::log2(static_cast<double>(epsilon_v<T>) / 2);
    const double norm = static_cast<double>(square_one_norm(n, A_.data()));
    if (!(norm > 0)) return 0;
    const auto extra = [&](double log_power) {
        const double log_alpha = log_c + log_power - std::log2(norm) - 2.0 * m * s;
        return std::max(0, static_cast<int>(std::ceil((log_alpha - log_u) / (2 * m))));
    };
    // ‖|A|^k‖ ≤ ‖A‖^k is enough for most.
    if (extra((2 * m + 1) * std::log2(norm)) == 0) return 0;
    Array<R> moduli(is_complex_v<T> ? n * n : 0, uninitialized);
    for (std::int64_t k = 0; k < moduli.size(); ++k) moduli[k] = std::abs(A_[k]);
    Array<R> v(n, uninitialized);
    Array<R> next(n, uninitialized);
    std::fill(v.begin(), v.end(), R(1));
    double log_power = 0;
    for (int k = 0; k < 2 * m + 1; ++k) {
        R largest = 0;
        for (std::int64_t j = 0; j < n; ++j) {
            R sum = 0;
            if constexpr (is_complex_v<T>) {
                const R* const a = moduli.data() + j * n;
#pragma omp simd reduction(+ : sum)
                for (std::int64_t i = 0; i < n; ++i) sum += a[i] * v[i];
            } else {
                const R* const a = A_.data() + j * n;
#pragma omp simd reduction(+ : sum)
                for (std::int64_t i = 0; i < n; ++i) sum += std::abs(a[i]) * v[i];
            }
            next[j] = sum;
            largest = std::max(largest, sum);
        }
        if (!(largest > 0)) return 0;
        log_power += std::log2(static_cast<double>(largest));
        for (std::int64_t j = 0; j < n; ++j) v[j] = next[j] / largest;
    }
    return extra(log_power);
}

template <class T>
bool PadeExponential<T>::accept(int m, R eta, R theta) {
    if (!(eta <= theta) || s_ > 0 || extra_scaling(m, 0) > 0) return false;
    m_ = m;
    return true;
}

template <class T>
void PadeExponential<T>::choose() {
    const auto& limits = []() -> const auto& {
        if constexpr (is_single<T>) return pade_theta_float;
        else return pade_theta_double;
    }
    ();
    const auto theta = [&](std::size_t k) { return static_cast<R>(limits[k].theta); };
    const R highest = theta(limits.size() - 1);
    // d_2k = ‖A^(2k)‖^(1/2k), here also by bounds that need no further product.
    const R d2 = power_norm(1);
    if (accept(3, d2, theta(0))) return;
    const R d4 = power_norm(2);
    const R bound = std::max(d4, std::pow(d2 * d2 * std::pow(d4, R(4)), R(1) / 6));
    if (accept(3, bound, theta(0)) || accept(5, bound, theta(1))) return;
    const R d6 = power_norm(3);
    const R eta_2 = std::max(d4, d6);
    if (accept(3, eta_2, theta(0)) || accept(5, eta_2, theta(1))) return;
    const R d8 = std::min(d4, std::pow(product_norm(powers_[2], powers_[2]), R(1) / 8));
    const R eta_3 = std::max(d6, d8);
    if constexpr (is_single<T>) {
        m_ = 7;
        const int s = doublings(static_cast<double>(eta_3 / highest));
        scale(s + extra_scaling(7, s));
    } else {
        if (accept(7, eta_3, theta(2)) || accept(9, eta_3, theta(3))) return;
        m_ = 13;
        const R d10 = std::pow(product_norm(powers_[2], powers_[3]), R(1) / 10);
        const R eta = std::min(eta_3, std::max(d8, d10));
        const int s = doublings(static_cast<double>(eta / highest));
        scale(s + extra_scaling(13, s));
    }
}

template <class T>
void PadeExponential<T>::choose_by_norm() {
    const double norm = static_cast<double>(square_one_norm(algebra_.order(), A_.data()));
    m_ = 13;
    for (const auto& [m, theta] : theta_derivative)
        if (norm <= theta && s_ == 0) {
            m_ = m;
            break;
        }
    if (m_ == 13) scale(doublings(norm / theta_derivative.back().theta));
    for (int k = 1; k <= (m_ == 13 ? 3 : (m_ - 1) / 2); ++k) (void)power(k);
}

/// C := Σ_{k=1}^{terms} b_k A^(2k), b_k = b[2(k − 1)].
template <class T>
void PadeExponential<T>::combine(const R* b, int terms, Array<T>& C) const {
    const std::int64_t size = algebra_.size();
    const T* const P1 = powers_[1].data();
    const T* const P2 = powers_[2].data();
    const T* const P3 = powers_[3].data();
    const T* const P4 = powers_[4].data();
    T* const c = C.data();
    if (terms == 1)
        for (std::int64_t i = 0; i < size; ++i) c[i] = b[0] * P1[i];
    else if (terms == 2)
        for (std::int64_t i = 0; i < size; ++i) c[i] = b[0] * P1[i] + b[2] * P2[i];
    else if (terms == 3)
        for (std::int64_t i = 0; i < size; ++i) c[i] = b[0] * P1[i] + b[2] * P2[i] + b[4] * P3[i];
    else
        for (std::int64_t i = 0; i < size; ++i) c[i] = b[0] * P1[i] + b[2] * P2[i] + b[4] * P3[i] + b[6] * P4[i];
}

template <class T>
void PadeExponential<T>::evaluate(bool rotate, Array<T>& U, Array<T>& V) {
    const int terms = m_ == 13 ? 3 : (m_ - 1) / 2;
    for (int k = 1; k <= terms; ++k) (void)power(k);
    if (rotate)  // (iA)^(2k) = (−1)^k A^(2k), and the i of the odd part is left out
        for (int k = 1; k <= terms; k += 2)
            for (T& x : powers_[static_cast<std::size_t>(k)]) x = -x;
    std::array<R, 14> b{};
    for (int k = 0; k <= m_; ++k)
        b[static_cast<std::size_t>(k)] = static_cast<R>(pade_coefficients(m_)[k] / pade_coefficients(m_)[0]);
    U = algebra_.element();
    V = algebra_.element();
    Array<T> W = algebra_.element();
    if (m_ < 13) {
        combine(b.data() + 3, terms, W);
        combine(b.data() + 2, terms, V);
    } else {
        const auto nested = [&](const R* low, const R* high, Array<T>& C, Array<T>& product) {
            combine(high, 3, C);
            algebra_.multiply(powers_[3].data(), C.data(), product.data());
            combine(low, 3, C);
            for (std::int64_t i = 0; i < C.size(); ++i) C[i] += product[i];
        };
        nested(b.data() + 3, b.data() + 9, W, U);
        nested(b.data() + 2, b.data() + 8, V, U);
    }
    algebra_.add_identity(b[1], W.data());
    algebra_.add_identity(b[0], V.data());
    for (auto& P : powers_) P = Array<T>();
    algebra_.multiply(A_.data(), W.data(), U.data());
}

#define TAMIS_INSTANTIATE(T) template class PadeExponential<T>;
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail
