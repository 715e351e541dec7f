#include "iterative/vector_ops.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "core/random.hpp"
#include "instantiate.hpp"
#include "iterative/chunks.hpp"
#include "iterative/dots.hpp"
#include "sparse/product.hpp"

namespace tamis::detail::vec {

namespace {

template <class T>
T narrow(const Sum<T>& a) noexcept {
    if constexpr (is_complex_v<T>) return T(static_cast<Real<T>>(a.real()), static_cast<Real<T>>(a.imag()));
    else return static_cast<T>(a);
}

/// ‖x‖₂ where the sum of squares is no use: x scaled by its largest number.
template <class T, class At>
double scaled_norm(std::int64_t n, const At& at) noexcept {
    double largest = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const double m =
            std::max(std::abs(static_cast<double>(real_part(at(i)))), std::abs(static_cast<double>(imag_part(at(i)))));
        if (!is_finite(at(i))) return at(i) != at(i) ? std::nan("") : HUGE_VAL;
        largest = std::max(largest, m);
    }
    if (largest == 0) return 0;
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const double re = static_cast<double>(real_part(at(i))) / largest;
        const double im = static_cast<double>(imag_part(at(i))) / largest;
        sum += re * re + im * im;
    }
    return largest * std::sqrt(sum);
}

template <class T>
double norm_of(double sum, std::int64_t n, const T* x) noexcept {
    if (sum > 1e-280 && sum < 1e300) return std::sqrt(sum);
    if (sum != sum) return sum;
    return scaled_norm<T>(n, [x](std::int64_t i) { return x[i]; });
}

}  // namespace

template <class T>
void zero(std::int64_t n, T* x) {
    for_parts(n, [=](std::int64_t i, std::int64_t e) { std::fill(x + i, x + e, T(0)); });
}

template <class T>
void copy(std::int64_t n, const T* x, T* y) {
    for_parts(n, [=](std::int64_t i, std::int64_t e) { std::copy(x + i, x + e, y + i); });
}

template <class T>
void copy(VectorView<const T> x, T* y) {
    if (x.stride() == 1) return copy(x.size(), x.data(), y);
    for (std::int64_t i = 0; i < x.size(); ++i) y[i] = x[i];
}

template <class T>
void copy(const T* x, VectorView<T> y) {
    if (y.stride() == 1) return copy(y.size(), x, y.data());
    for (std::int64_t i = 0; i < y.size(); ++i) y[i] = x[i];
}

template <class T>
void scale(std::int64_t n, Sum<T> a_, T* x) {
    const T a = narrow<T>(a_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) x[i] = times(a, x[i]);
    });
}

template <class T>
void scaled(std::int64_t n, Sum<T> a_, const T* x, T* y) {
    const T a = narrow<T>(a_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) y[i] = times(a, x[i]);
    });
}

template <class T>
void axpy(std::int64_t n, Sum<T> a_, const T* x, T* y) {
    const T a = narrow<T>(a_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) y[i] += times(a, x[i]);
    });
}

template <class T>
void xpby(std::int64_t n, const T* x, Sum<T> b_, T* y) {
    const T b = narrow<T>(b_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) y[i] = x[i] + times(b, y[i]);
    });
}

template <class T>
void axpby(std::int64_t n, Sum<T> a_, const T* x, Sum<T> b_, T* y) {
    const T a = narrow<T>(a_);
    const T b = narrow<T>(b_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) y[i] = times(a, x[i]) + times(b, y[i]);
    });
}

template <class T>
void axpy_xpby(std::int64_t n, Sum<T> a_, T* p, T* x, const T* z, Sum<T> b_) {
    const T a = narrow<T>(a_);
    const T b = narrow<T>(b_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) {
            const T old = p[i];
            x[i] += times(a, old);
            p[i] = z[i] + times(b, old);
        }
    });
}

template <class T>
void axpy_xpby(std::int64_t n, Sum<T> a_, T* p, T* x, const T* d, const T* r, Sum<T> b_) {
    const T a = narrow<T>(a_);
    const T b = narrow<T>(b_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) {
            const T old = p[i];
            x[i] += times(a, old);
            p[i] = times(d[i], r[i]) + times(b, old);
        }
    });
}

template <class T>
void axpy2(std::int64_t n, Sum<T> a_, const T* x, Sum<T> b_, const T* y, T* z) {
    const T a = narrow<T>(a_);
    const T b = narrow<T>(b_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) z[i] += times(a, x[i]) + times(b, y[i]);
    });
}

template <class T>
void reflect(std::int64_t n, double c_, double s_, T* x, T* y) {
    const auto c = static_cast<Real<T>>(c_);
    const auto s = static_cast<Real<T>>(s_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) {
            const T old = x[i];
            x[i] = c * old + s * y[i];
            y[i] = s * old - c * y[i];
        }
    });
}

template <class T>
void direction(std::int64_t n, const T* r, Sum<T> beta_, Sum<T> omega_, const T* v, T* p) {
    const T beta = narrow<T>(beta_);
    const T omega = narrow<T>(omega_);
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) p[i] = r[i] + times(beta, p[i] - times(omega, v[i]));
    });
}

template <class T>
void fill_random(std::int64_t n, std::uint64_t seed, T* x) {
    for_parts(n, [=](std::int64_t i, std::int64_t e) {
        for (; i < e; ++i) x[i] = uniform<T>(seed, static_cast<std::uint64_t>(i));
    });
}

template <class T>
Sum<T> dot(std::int64_t n, const T* x, const T* y) {
    const auto sums = sum_parts<2>(n, [=](std::int64_t i, std::int64_t e) {
        const double re = dot_of_reals(reals(x + i), reals(y + i), width<T> * (e - i));
        double im = 0;
        if constexpr (is_complex_v<T>) im = imaginary_dot(reals(x + i), reals(y + i), e - i);
        return Sums<2>{re, im};
    });
    return to_sum<T>(sums[0], sums[1]);
}

template <class T>
DotAndSquare<T> dot_and_square(std::int64_t n, const T* x, const T* y) {
    const auto sums = sum_parts<3>(n, [=](std::int64_t begin, std::int64_t end) {
        Sums<3> s{};
        add_dot_and_square(s, x, y, begin, end);
        return s;
    });
    return {to_sum<T>(sums[0], sums[1]), sums[2]};
}

template <class T>
double norm(std::int64_t n, const T* x) {
    const auto sums = sum_parts<1>(n, [=](std::int64_t i, std::int64_t e) { return Sums<1>{square(x, i, e)}; });
    return norm_of(sums[0], n, x);
}

template <class T>
double norm(VectorView<const T> x) {
    if (x.stride() == 1) return norm(x.size(), x.data());
    return scaled_norm<T>(x.size(), [&](std::int64_t i) { return x[i]; });
}

template <class T>
double axpy_norm(std::int64_t n, Sum<T> a_, const T* x, T* y) {
    const T a = narrow<T>(a_);
    const auto sums = sum_parts<1>(n, [=](std::int64_t begin, std::int64_t end) {
        double s = 0;
        for (std::int64_t i = begin; i < end; i += piece) {
            const std::int64_t e = std::min(end, i + piece);
            for (std::int64_t k = i; k < e; ++k) y[k] += times(a, x[k]);
            s += square(y, i, e);
        }
        return Sums<1>{s};
    });
    return norm_of(sums[0], n, y);
}

namespace {

/// y ← y + a x; adds Re yᴴ D y, Im yᴴ D y and yᴴ y.
template <class T>
void add_norm_and_dot(Sums<3>& s, T a, const T* x, T* y, const T* d, std::int64_t begin, std::int64_t end) noexcept {
    constexpr int width_of_block = lanes / static_cast<int>(width<T>);
    double dot[lanes] = {};
    double square[lanes] = {};
    double imaginary = 0;
    const auto add = [&](std::int64_t i, int count) {
        // Through numbers of its own, which cannot be any of the others: the compiler then takes several at a time.
        T next[width_of_block];
        T scaled[width_of_block];
        for (int k = 0; k < count; ++k) next[k] = y[i + k] + times(a, x[i + k]);
        for (int k = 0; k < count; ++k) y[i + k] = next[k];
        for (int k = 0; k < count; ++k) scaled[k] = times(d[i + k], next[k]);
        const Real<T>* const v = reals(&next[0]);
        const Real<T>* const w = reals(&scaled[0]);
        for (int k = 0; k < static_cast<int>(width<T>) * count; ++k) {
            dot[k] += static_cast<double>(v[k]) * static_cast<double>(w[k]);
            square[k] += static_cast<double>(v[k]) * static_cast<double>(v[k]);
        }
        if constexpr (is_complex_v<T>) imaginary += imaginary_dot(v, w, count);
    };
    std::int64_t i = begin;
    for (; i + width_of_block <= end; i += width_of_block) {
        ask_ahead(x + i);
        ask_ahead(y + i);
        ask_ahead(d + i);
        add(i, width_of_block);
    }
    if (i < end) add(i, static_cast<int>(end - i));
    s[0] += sum_of(dot);
    s[1] += imaginary;
    s[2] += sum_of(square);
}

}  // namespace

template <class T>
NormAndDot<T> axpy_norm_and_dot(std::int64_t n, Sum<T> a_, const T* x, T* y, const T* d) {
    const T a = narrow<T>(a_);
    const auto sums = sum_parts<3>(n, [=](std::int64_t begin, std::int64_t end) {
        Sums<3> s{};
        add_norm_and_dot(s, a, x, y, d, begin, end);
        return s;
    });
    return {norm_of(sums[2], n, y), to_sum<T>(sums[0], sums[1])};
}

template <class T>
Sum<T> axpy_dot(std::int64_t n, Sum<T> a_, const T* x, T* y, const T* z) {
    const T a = narrow<T>(a_);
    const auto sums = sum_parts<2>(n, [=](std::int64_t begin, std::int64_t end) {
        Sums<2> s{};
        for (std::int64_t i = begin; i < end; i += piece) {
            const std::int64_t e = std::min(end, i + piece);
            for (std::int64_t k = i; k < e; ++k) y[k] += times(a, x[k]);
            s[0] += dot_of_reals(reals(z + i), reals(y + i), width<T> * (e - i));
            if constexpr (is_complex_v<T>) s[1] += imaginary_dot(reals(z + i), reals(y + i), e - i);
        }
        return s;
    });
    return to_sum<T>(sums[0], sums[1]);
}

template <class T>
void add_combination(std::int64_t n, VectorBlock<T> v, std::int64_t count, const Sum<T>* a, T* y) {
    std::int64_t k = 0;
    for (; k + 4 <= count; k += 4) {
        const T a0 = narrow<T>(a[k]);
        const T a1 = narrow<T>(a[k + 1]);
        const T a2 = narrow<T>(a[k + 2]);
        const T a3 = narrow<T>(a[k + 3]);
        const T* const v0 = v[k];
        const T* const v1 = v[k + 1];
        const T* const v2 = v[k + 2];
        const T* const v3 = v[k + 3];
        for_parts(n, [=](std::int64_t i, std::int64_t e) {
            for (; i < e; ++i) y[i] += (times(a0, v0[i]) + times(a1, v1[i])) + (times(a2, v2[i]) + times(a3, v3[i]));
        });
    }
    for (; k < count; ++k) axpy(n, a[k], v[k], y);
}

template <class T>
double residual(double a_, VectorView<const T> b, T* r) {
    const auto a = static_cast<Real<T>>(a_);
    for_parts(b.size(), [=](std::int64_t i, std::int64_t e) {
        if (b.stride() == 1) {
            for (; i < e; ++i) r[i] = a * b.data()[i] - r[i];
        } else {
            for (; i < e; ++i) r[i] = a * b[i] - r[i];
        }
    });
    return norm(b.size(), r);
}

#define TAMIS_INSTANTIATE(T)                                                                         \
    template void zero<T>(std::int64_t, T*);                                                         \
    template void copy<T>(std::int64_t, const T*, T*);                                               \
    template void copy<T>(VectorView<const T>, T*);                                                  \
    template void copy<T>(const T*, VectorView<T>);                                                  \
    template void scale<T>(std::int64_t, Sum<T>, T*);                                                \
    template void scaled<T>(std::int64_t, Sum<T>, const T*, T*);                                     \
    template void axpy<T>(std::int64_t, Sum<T>, const T*, T*);                                       \
    template void xpby<T>(std::int64_t, const T*, Sum<T>, T*);                                       \
    template void axpby<T>(std::int64_t, Sum<T>, const T*, Sum<T>, T*);                              \
    template void axpy_xpby<T>(std::int64_t, Sum<T>, T*, T*, const T*, Sum<T>);                      \
    template void axpy_xpby<T>(std::int64_t, Sum<T>, T*, T*, const T*, const T*, Sum<T>);            \
    template void axpy2<T>(std::int64_t, Sum<T>, const T*, Sum<T>, const T*, T*);                    \
    template void reflect<T>(std::int64_t, double, double, T*, T*);                                  \
    template void direction<T>(std::int64_t, const T*, Sum<T>, Sum<T>, const T*, T*);                \
    template void fill_random<T>(std::int64_t, std::uint64_t, T*);                                   \
    template Sum<T> dot<T>(std::int64_t, const T*, const T*);                                        \
    template DotAndSquare<T> dot_and_square<T>(std::int64_t, const T*, const T*);                    \
    template double norm<T>(std::int64_t, const T*);                                                 \
    template double norm<T>(VectorView<const T>);                                                    \
    template double axpy_norm<T>(std::int64_t, Sum<T>, const T*, T*);                                \
    template NormAndDot<T> axpy_norm_and_dot<T>(std::int64_t, Sum<T>, const T*, T*, const T*);       \
    template Sum<T> axpy_dot<T>(std::int64_t, Sum<T>, const T*, T*, const T*);                       \
    template void add_combination<T>(std::int64_t, VectorBlock<T>, std::int64_t, const Sum<T>*, T*); \
    template double residual<T>(double, VectorView<const T>, T*);
TAMIS_FOR_EACH_SCALAR(TAMIS_INSTANTIATE)
#undef TAMIS_INSTANTIATE

}  // namespace tamis::detail::vec
