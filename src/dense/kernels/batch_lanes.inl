// One number of several matrices side by side, for the kernels of batches; included by their sources (core/kernels/dispatch.hpp).
// A lane is a matrix: nothing is added up across lanes, so that the width of a register changes no bit of a result.
//
// Entry e of a group of matrices stands at data + e·width·(numbers a scalar): the W real parts, then for complex scalars the W
// imaginary parts.

namespace batch {  // other kernels have lanes of their own

#if TAMIS_KERNEL_LEVEL == 4
constexpr int register_bytes = 64;
#elif TAMIS_KERNEL_LEVEL == 3
constexpr int register_bytes = 32;
#else
constexpr int register_bytes = 16;
#endif

template <class R>
struct LaneTypes;
template <>
struct LaneTypes<double> {
    typedef double Register __attribute__((vector_size(register_bytes)));
};
template <>
struct LaneTypes<float> {
    typedef float Register __attribute__((vector_size(register_bytes)));
};

/// Numbers of W matrices, and what comparing them gives: all bits of a lane, or none.
template <class R>
using Register = typename LaneTypes<R>::Register;
template <class R>
using Mask = decltype(Register<R>{} < Register<R>{});

template <class R>
constexpr int width = register_bytes / static_cast<int>(sizeof(R));

template <class T>
struct ScalarParts {
    using Real = T;
    static constexpr int count = 1;
};
template <class R>
struct ScalarParts<std::complex<R>> {
    using Real = R;
    static constexpr int count = 2;
};
template <class T>
using RealOfLanes = typename ScalarParts<T>::Real;
/// Real numbers between two entries.
template <class T>
constexpr int entry = ScalarParts<T>::count * width<RealOfLanes<T>>;

template <class R>
TAMIS_INLINE Register<R> read(const R* p) {
    Register<R> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
template <class R>
TAMIS_INLINE void write(R* p, Register<R> v) {
    __builtin_memcpy(p, &v, sizeof v);
}
template <class R>
TAMIS_INLINE Register<R> all(R x) {
    return Register<R>{} + x;
}
template <class R>
TAMIS_INLINE Register<R> choose(Mask<R> m, Register<R> a, Register<R> b) {
    return reinterpret_cast<Register<R>>((m & reinterpret_cast<Mask<R>>(a)) | (~m & reinterpret_cast<Mask<R>>(b)));
}
template <class R>
TAMIS_INLINE Register<R> modulus(Register<R> a) {
    return reinterpret_cast<Register<R>>(reinterpret_cast<Mask<R>>(a) & ~reinterpret_cast<Mask<R>>(-Register<R>{}));
}
/// |a| with the sign of b.
template <class R>
TAMIS_INLINE Register<R> with_sign(Register<R> a, Register<R> b) {
    const Mask<R> sign = reinterpret_cast<Mask<R>>(-Register<R>{});
    return reinterpret_cast<Register<R>>((reinterpret_cast<Mask<R>>(a) & ~sign) | (reinterpret_cast<Mask<R>>(b) & sign));
}
template <class R>
TAMIS_INLINE Register<R> larger(Register<R> a, Register<R> b) {
    return choose<R>(a > b, a, b);
}
template <class R>
TAMIS_INLINE bool any(Mask<R> m) {
    decltype(m[0] + 0) bits = 0;
    for (int l = 0; l < width<R>; ++l) bits |= m[l];
    return bits != 0;
}
/// NaN in the lanes of m, 0 in the others: what a sum of doubts takes up and keeps.
template <class R>
TAMIS_INLINE Register<R> doubt_where(Mask<R> m) {
    return choose<R>(m, all<R>(static_cast<R>(__builtin_nan(""))), Register<R>{});
}

TAMIS_INLINE Register<double> root(Register<double> a) {
#if TAMIS_KERNEL_LEVEL == 4
    // All lanes by a mask: g++ 12 warns of the other form, of what it leaves undefined itself.
    return reinterpret_cast<Register<double>>(_mm512_maskz_sqrt_pd(0xFF, reinterpret_cast<__m512d>(a)));
#elif TAMIS_KERNEL_LEVEL == 3
    return reinterpret_cast<Register<double>>(_mm256_sqrt_pd(reinterpret_cast<__m256d>(a)));
#elif defined(__x86_64__)
    return reinterpret_cast<Register<double>>(_mm_sqrt_pd(reinterpret_cast<__m128d>(a)));
#else
    for (int l = 0; l < width<double>; ++l) a[l] = __builtin_sqrt(a[l]);
    return a;
#endif
}
TAMIS_INLINE Register<float> root(Register<float> a) {
#if TAMIS_KERNEL_LEVEL == 4
    return reinterpret_cast<Register<float>>(_mm512_maskz_sqrt_ps(0xFFFF, reinterpret_cast<__m512>(a)));
#elif TAMIS_KERNEL_LEVEL == 3
    return reinterpret_cast<Register<float>>(_mm256_sqrt_ps(reinterpret_cast<__m256>(a)));
#elif defined(__x86_64__)
    return reinterpret_cast<Register<float>>(_mm_sqrt_ps(reinterpret_cast<__m128>(a)));
#else
    for (int l = 0; l < width<float>; ++l) a[l] = __builtin_sqrtf(a[l]);
    return a;
#endif
}

/// A scalar of each matrix.
template <class T>
struct Lanes {
    Register<T> re;
};
template <class R>
struct Lanes<std::complex<R>> {
    Register<R> re;
    Register<R> im;
};

template <class T>
TAMIS_INLINE Lanes<T> get(const RealOfLanes<T>* data, std::int64_t e) {
    using R = RealOfLanes<T>;
    const R* p = data + e * entry<T>;
    if constexpr (entry<T> > width<R>) return {read<R>(p), read<R>(p + width<R>)};
    else return {read<R>(p)};
}
template <class T>
TAMIS_INLINE void put(RealOfLanes<T>* data, std::int64_t e, Lanes<T> a) {
    using R = RealOfLanes<T>;
    R* p = data + e * entry<T>;
    write<R>(p, a.re);
    if constexpr (entry<T> > width<R>) write<R>(p + width<R>, a.im);
}
template <class T>
TAMIS_INLINE Lanes<T> real_lanes(Register<RealOfLanes<T>> re) {
    Lanes<T> a{};
    a.re = re;
    return a;
}

template <class R>
TAMIS_INLINE Lanes<R> plus(Lanes<R> a, Lanes<R> b) {
    return {a.re + b.re};
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> plus(Lanes<std::complex<R>> a, Lanes<std::complex<R>> b) {
    return {a.re + b.re, a.im + b.im};
}
template <class R>
TAMIS_INLINE Lanes<R> minus(Lanes<R> a, Lanes<R> b) {
    return {a.re - b.re};
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> minus(Lanes<std::complex<R>> a, Lanes<std::complex<R>> b) {
    return {a.re - b.re, a.im - b.im};
}
template <class R>
TAMIS_INLINE Lanes<R> times(Lanes<R> a, Lanes<R> b) {
    return {a.re * b.re};
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> times(Lanes<std::complex<R>> a, Lanes<std::complex<R>> b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class R>
TAMIS_INLINE Lanes<R> scaled(Lanes<R> a, Register<R> s) {
    return {a.re * s};
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> scaled(Lanes<std::complex<R>> a, Register<R> s) {
    return {a.re * s, a.im * s};
}
template <class R>
TAMIS_INLINE Lanes<R> conjugated(Lanes<R> a) {
    return a;
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> conjugated(Lanes<std::complex<R>> a) {
    return {a.re, -a.im};
}
/// |a|², and |re| + |im|.
template <class R>
TAMIS_INLINE Register<R> square(Lanes<R> a) {
    return a.re * a.re;
}
template <class R>
TAMIS_INLINE Register<R> square(Lanes<std::complex<R>> a) {
    return a.re * a.re + a.im * a.im;
}
template <class R>
TAMIS_INLINE Register<R> size(Lanes<R> a) {
    return modulus<R>(a.re);
}
template <class R>
TAMIS_INLINE Register<R> size(Lanes<std::complex<R>> a) {
    return modulus<R>(a.re) + modulus<R>(a.im);
}
/// 1/a, scaled so that no square of it over- or underflows.
template <class R>
TAMIS_INLINE Lanes<R> reciprocal(Lanes<R> a) {
    return {R(1) / a.re};
}
template <class R>
TAMIS_INLINE Lanes<std::complex<R>> reciprocal(Lanes<std::complex<R>> a) {
    const Register<R> s = larger<R>(modulus<R>(a.re), modulus<R>(a.im));
    const Register<R> re = a.re / s, im = a.im / s;
    const Register<R> q = (re * re + im * im) * s;
    return {re / q, -im / q};
}

/// 0 where a − a is, NaN where a is not finite.
template <class R>
TAMIS_INLINE Register<R> doubt_of(Lanes<R> a) {
    return a.re - a.re;
}
template <class R>
TAMIS_INLINE Register<R> doubt_of(Lanes<std::complex<R>> a) {
    return (a.re - a.re) + (a.im - a.im);
}

/// `doubt` takes up what of n entries is not finite.
template <class T>
TAMIS_INLINE void doubt_entries(const RealOfLanes<T>* data, std::int64_t n, RealOfLanes<T>* doubt) {
    Register<RealOfLanes<T>> sum = read(doubt);
    for (std::int64_t e = 0; e < n; ++e) sum += doubt_of(get<T>(data, e));
    write(doubt, sum);
}

/// The lower, or upper, halves of a and b in turn.
template <bool Upper, class R>
TAMIS_INLINE Register<R> zip(Register<R> a, Register<R> b) {
    constexpr int o = Upper ? width<R> / 2 : 0;
    if constexpr (width<R> == 2) return __builtin_shufflevector(a, b, o, o + 2);
    else if constexpr (width<R> == 4) return __builtin_shufflevector(a, b, o, o + 4, o + 1, o + 5);
    else if constexpr (width<R> == 8)
        return __builtin_shufflevector(a, b, o, o + 8, o + 1, o + 9, o + 2, o + 10, o + 3, o + 11);
    else
        return __builtin_shufflevector(a, b, o, o + 16, o + 1, o + 17, o + 2, o + 18, o + 3, o + 19, o + 4, o + 20, o + 5,
                                       o + 21, o + 6, o + 22, o + 7, o + 23);
}

/// W registers as a W×W matrix, transposed: each round moves one bit of the row's number to the column's.
template <class R>
TAMIS_INLINE void transpose(Register<R>* r) {
    constexpr int W = width<R>;
    for (int round = 1; round < W; round *= 2) {
        Register<R> t[W];
#pragma GCC unroll 16
        for (int i = 0; i < W / 2; ++i) {
            t[2 * i] = zip<false, R>(r[i], r[i + W / 2]);
            t[2 * i + 1] = zip<true, R>(r[i], r[i + W / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i) r[i] = t[i];
    }
}

/// Brings `entries` numbers of each of `count` ≤ W matrices, `distance` apart, side by side; the last one also into the lanes
/// that are left. doubt := 0, or NaN where a matrix has an entry that is not finite.
template <class T>
void gather(const T* from, std::int64_t entries, std::int64_t distance, int count, RealOfLanes<T>* to,
            RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    constexpr int parts = ScalarParts<T>::count, W = width<R>;
    const R* lane[W];
    for (int l = 0; l < W; ++l)
        lane[l] = reinterpret_cast<const R*>(from) + (l < count ? l : count - 1) * distance * parts;
    Register<R> sum{};
    std::int64_t e = 0;
    for (; e + W <= entries * parts; e += W) {
        Register<R> block[W];
#pragma GCC unroll 16
        for (int l = 0; l < W; ++l) block[l] = read<R>(lane[l] + e);
        transpose<R>(block);
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i) {
            sum += block[i] - block[i];
            write<R>(to + (e + i) * W, block[i]);
        }
    }
    for (; e < entries * parts; ++e) {
        Register<R> v;
        for (int l = 0; l < W; ++l) v[l] = lane[l][e];
        sum += v - v;
        write<R>(to + e * W, v);
    }
    write<R>(doubt, sum);
}

/// The way back.
template <class T>
void scatter(const RealOfLanes<T>* from, std::int64_t entries, std::int64_t distance, int count, T* to) {
    using R = RealOfLanes<T>;
    constexpr int parts = ScalarParts<T>::count, W = width<R>;
    R* const lanes = reinterpret_cast<R*>(to);
    std::int64_t e = 0;
    for (; e + W <= entries * parts; e += W) {
        Register<R> block[W];
#pragma GCC unroll 16
        for (int i = 0; i < W; ++i) block[i] = read<R>(from + (e + i) * W);
        transpose<R>(block);
#pragma GCC unroll 16
        for (int l = 0; l < W; ++l)
            if (l < count) write<R>(lanes + l * distance * parts + e, block[l]);
    }
    for (; e < entries * parts; ++e)
        for (int l = 0; l < count; ++l) lanes[l * distance * parts + e] = from[e * W + l];
}

/// s: the power of two that brings the largest part of n entries into [1, 2), 1 for zeros; NaN goes into `doubt` where that is
/// no normal number. The entries are multiplied by it.
template <class T>
TAMIS_INLINE Register<RealOfLanes<T>> equilibrate(RealOfLanes<T>* data, std::int64_t n, RealOfLanes<T>* doubt) {
    using R = RealOfLanes<T>;
    Register<R> most{};
    for (std::int64_t e = 0; e < n * ScalarParts<T>::count; ++e)
        most = larger<R>(modulus<R>(read<R>(data + e * width<R>)), most);
    // The exponent's bits alone are the power of two below.
    const Register<R> infinity = all<R>(static_cast<R>(__builtin_inf()));
    const Register<R> power = reinterpret_cast<Register<R>>(reinterpret_cast<Mask<R>>(most) & reinterpret_cast<Mask<R>>(infinity));
    const Mask<R> zero = most == Register<R>{};
    const Register<R> s = choose<R>(zero, all<R>(1), R(1) / power);
    constexpr R most_scale = sizeof(R) == 8 ? static_cast<R>(0x1p1000) : static_cast<R>(0x1p120);
    write<R>(doubt, read<R>(doubt) + doubt_where<R>(~((s <= all<R>(most_scale)) & (s >= all<R>(1 / most_scale)))));
    for (std::int64_t e = 0; e < n * ScalarParts<T>::count; ++e)
        write<R>(data + e * width<R>, read<R>(data + e * width<R>) * s);
    return s;
}

}  // namespace batch
