// Exponentials and distances, once a target (core/kernels/dispatch.hpp). An entry is a lane; sums across lanes have 16 parts
// whatever the width of a register is: the same bits from every target.

#include "dense/kernels/batch_lanes.inl"

namespace entrywise {

using batch::all;
using batch::any;
using batch::choose;
using batch::Mask;
using batch::read;
using batch::Register;
using batch::width;
using batch::write;

template <class R>
struct ExponentialConstants;
/// ln 2 = ln2_high + ln2_low, where k·ln2_high is exact for every k that occurs (fdlibm, e_exp.c). Adding `magic` rounds to an
/// integer, which is then in the lowest bits.
template <>
struct ExponentialConstants<double> {
    typedef std::uint64_t Bits __attribute__((vector_size(batch::register_bytes)));
    static constexpr double magic = 0x1.8p52;
    static constexpr double log2_e = 0x1.71547652b82fep0;
    static constexpr double ln2_high = 6.93147180369123816490e-01;
    static constexpr double ln2_low = 1.90821492927058770002e-10;
    static constexpr double least = -745.2;  ///< exp rounds to 0 there
    static constexpr std::uint64_t bias = 1023;
    static constexpr int mantissa = 52;
    static constexpr std::uint64_t reserve = 54;
    static constexpr double reserve_factor = 0x1p-54;
};
template <>
struct ExponentialConstants<float> {
    typedef std::uint32_t Bits __attribute__((vector_size(batch::register_bytes)));
    static constexpr float magic = 0x1.8p23F;
    static constexpr float log2_e = 0x1.715476p0F;
    static constexpr float ln2_high = 0.693359375F;
    static constexpr float ln2_low = -2.12194440e-4F;
    static constexpr float least = -104;
    static constexpr std::uint32_t bias = 127;
    static constexpr int mantissa = 23;
    static constexpr std::uint32_t reserve = 25;
    static constexpr float reserve_factor = 0x1p-25F;
};

/// (exp(r) − 1 − r) / r² for |r| ≤ ln 2 / 2: the polynomial that interpolates it at the Chebyshev nodes, times r² within 2⁻⁶¹ of
/// exp(r) (found with 60 digits). Evaluated by halves (Estrin), which is what the latency of a long chain asks for.
TAMIS_INLINE Register<double> series(Register<double> r, Register<double> r2) {
    const Register<double> r4 = r2 * r2;
    const Register<double> c01 = r * 0x1.5555555555557p-3 + 0.5;
    const Register<double> c23 = r * 0x1.11111111100dcp-7 + 0x1.5555555555556p-5;
    const Register<double> c45 = r * 0x1.a01a01abe7fe1p-13 + 0x1.6c16c16c162d4p-10;
    const Register<double> c67 = r * 0x1.71de0231960ebp-19 + 0x1.a01a01a6d889cp-16;
    const Register<double> c89 = r * 0x1.af4de97ca4194p-26 + 0x1.27e4db646b17ep-22;
    const Register<double> lower = c01 + r2 * c23;
    const Register<double> middle = c45 + r2 * c67;
    const Register<double> upper = c89 + r2 * 0x1.1f730349868cep-29;
    return lower + r4 * (middle + r4 * upper);
}
/// Within 2⁻³².
TAMIS_INLINE Register<float> series(Register<float> r, Register<float> r2) {
    const Register<float> c01 = r * 0x1.5555555a78ed4p-3F + 0.5F;
    const Register<float> c23 = r * 0x1.1110e0f238322p-7F + 0x1.5554e9063586ep-5F;
    const Register<float> c45 = r * 0x1.a124f19fe89acp-13F + 0x1.6d43246b523b4p-10F;
    return c01 + r2 * (c23 + r2 * c45);
}

/// The larger of x and `least`; x where it is NaN.
TAMIS_INLINE Register<double> at_least(Register<double> x, double least) {
#if TAMIS_KERNEL_LEVEL == 3
    return reinterpret_cast<Register<double>>(_mm256_max_pd(_mm256_set1_pd(least), reinterpret_cast<__m256d>(x)));
#elif TAMIS_KERNEL_LEVEL == 1 && defined(__x86_64__)
    return reinterpret_cast<Register<double>>(_mm_max_pd(_mm_set1_pd(least), reinterpret_cast<__m128d>(x)));
#else
    return choose<double>(x < all<double>(least), all<double>(least), x);
#endif
}
TAMIS_INLINE Register<float> at_least(Register<float> x, float least) {
#if TAMIS_KERNEL_LEVEL == 3
    return reinterpret_cast<Register<float>>(_mm256_max_ps(_mm256_set1_ps(least), reinterpret_cast<__m256>(x)));
#elif TAMIS_KERNEL_LEVEL == 1 && defined(__x86_64__)
    return reinterpret_cast<Register<float>>(_mm_max_ps(_mm_set1_ps(least), reinterpret_cast<__m128>(x)));
#else
    return choose<float>(x < all<float>(least), all<float>(least), x);
#endif
}

/// exp(x) for x ≤ 0.
template <class R>
TAMIS_INLINE Register<R> exponential_of(Register<R> x) {
    using C = ExponentialConstants<R>;
    x = at_least(x, C::least);
    const Register<R> t = x * C::log2_e + C::magic;
    const Register<R> k = t - C::magic;
    const Register<R> r = (x - k * C::ln2_high) - k * C::ln2_low;
    const Register<R> r2 = r * r;
    const Register<R> p = R(1) + (r + r2 * series(r, r2));
    // 2^k in two steps, the first one never subnormal: what is subnormal is rounded once.
    const auto bits = (reinterpret_cast<typename C::Bits>(t) + (C::bias + C::reserve)) << C::mantissa;
    return (p * reinterpret_cast<Register<R>>(bits)) * C::reserve_factor;
}

struct Exponential {
    template <class R>
    TAMIS_INLINE static Register<R> of(Register<R> x, R) {
        return exponential_of<R>(x);
    }
};
struct Gaussian {
    template <class R>
    TAMIS_INLINE static Register<R> of(Register<R> d, R gamma) {
        return exponential_of<R>(-(d * gamma));
    }
};
struct Root {
    template <class R>
    TAMIS_INLINE static Register<R> of(Register<R> d, R) {
        return batch::root(d);
    }
};

/// The first `count` < width numbers at p, zeros behind.
template <class R>
TAMIS_INLINE Register<R> read_some(const R* p, std::int64_t count) {
    Register<R> v{};
    for (int l = 0; l < width<R>; ++l)
        if (l < count) v[l] = p[l];
    return v;
}
template <class R>
TAMIS_INLINE void write_some(R* p, Register<R> v, std::int64_t count) {
    for (int l = 0; l < width<R>; ++l)
        if (l < count) p[l] = v[l];
}

template <class F, class R>
TAMIS_INLINE void map(std::int64_t n, const R* x, R parameter, R* out) {
    constexpr int W = width<R>;
    std::int64_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
        const Register<R> a = F::template of<R>(read<R>(x + i), parameter);
        const Register<R> b = F::template of<R>(read<R>(x + i + W), parameter);
        write<R>(out + i, a);
        write<R>(out + i + W, b);
    }
    for (; i < n; i += W) {
        const std::int64_t count = n - i < W ? n - i : W;
        write_some<R>(out + i, F::template of<R>(read_some<R>(x + i, count), parameter), count);
    }
}

template <class R>
void exponential(std::int64_t n, const R* x, R* out) {
    map<Exponential, R>(n, x, R(0), out);
}
template <class R>
void gaussian(std::int64_t n, const R* d, R gamma, R* out) {
    map<Gaussian, R>(n, d, gamma, out);
}
template <class R>
void root(std::int64_t n, const R* d, R* out) {
    map<Root, R>(n, d, R(0), out);
}

template <class R>
void shifted_exponential(std::int64_t n, const R* x, const R* shift, R* out, R* sum) {
    constexpr int W = width<R>;
    std::int64_t i = 0;
    for (; i + W <= n; i += W) {
        const Register<R> e = exponential_of<R>(read<R>(x + i) - read<R>(shift + i));
        write<R>(out + i, e);
        write<R>(sum + i, read<R>(sum + i) + e);
    }
    if (i < n) {
        const Register<R> e = exponential_of<R>(read_some<R>(x + i, n - i) - read_some<R>(shift + i, n - i));
        write_some<R>(out + i, e, n - i);
        write_some<R>(sum + i, read_some<R>(sum + i, n - i) + e, n - i);
    }
}

template <class R>
void raise(std::int64_t n, const R* x, R* largest) {
    constexpr int W = width<R>;
    std::int64_t i = 0;
    for (; i + W <= n; i += W) write<R>(largest + i, batch::larger<R>(read<R>(x + i), read<R>(largest + i)));
    for (; i < n; ++i)
        if (x[i] > largest[i]) largest[i] = x[i];
}

template <class R>
void add(std::int64_t n, const R* a, R b, R* out) {
    constexpr int W = width<R>;
    std::int64_t i = 0;
    for (; i + W <= n; i += W) write<R>(out + i, read<R>(a + i) + b);
    for (; i < n; ++i) out[i] = a[i] + b;
}

template <class R>
bool any_cancelled(std::int64_t n, const R* a, R b, R share, R tiny, const R* d) {
    constexpr int W = width<R>;
    Mask<R> doubtful{};
    std::int64_t i = 0;
    for (; i + W <= n; i += W) {
        const Register<R> v = read<R>(d + i);
        doubtful |= ~((v >= (read<R>(a + i) + b) * share) & (v >= all<R>(tiny)));
    }
    bool found = any<R>(doubtful);
    for (; i < n; ++i) found |= !(d[i] >= (a[i] + b) * share && d[i] >= tiny);
    return found;
}

template <class R>
bool any_below(std::int64_t n, const R* d, R tiny) {
    constexpr int W = width<R>;
    Mask<R> doubtful{};
    std::int64_t i = 0;
    for (; i + W <= n; i += W) doubtful |= ~(read<R>(d + i) >= all<R>(tiny));
    bool found = any<R>(doubtful);
    for (; i < n; ++i) found |= !(d[i] >= tiny);
    return found;
}

/// 16 sums side by side.
template <class R>
struct Sums {
    static constexpr int count = 16 / width<R>;
    Register<R> part[count];

    TAMIS_INLINE void clear() {
        for (int q = 0; q < count; ++q) part[q] = Register<R>{};
    }
    TAMIS_INLINE R total() const {
        R lane[16];
        __builtin_memcpy(lane, part, sizeof lane);
        for (int half = 8; half > 0; half /= 2)
            for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
        return lane[0];
    }
};

template <bool Norm, class R>
TAMIS_INLINE R sum_of_squares(std::int64_t n, const R* x, const R* y) {
    constexpr int W = width<R>;
    Sums<R> sums;
    sums.clear();
    std::int64_t k = 0;
    for (; k + 16 <= n; k += 16)
        for (int q = 0; q < Sums<R>::count; ++q) {
            Register<R> d = read<R>(x + k + q * W);
            if constexpr (!Norm) d -= read<R>(y + k + q * W);
            sums.part[q] += d * d;
        }
    R sum = sums.total();
    for (; k < n; ++k) {
        R d = x[k];
        if constexpr (!Norm) d -= y[k];
        sum += d * d;
    }
    return sum;
}
template <class R>
R squared_distance(std::int64_t n, const R* x, const R* y) {
    return sum_of_squares<false, R>(n, x, y);
}
template <class R>
R squared_norm(std::int64_t n, const R* x) {
    return sum_of_squares<true, R>(n, x, x);
}

/// 2 registers of rows by Cols columns.
template <int Cols, class R>
TAMIS_INLINE void distance_block(std::int64_t rows, std::int64_t features, const R* X, std::int64_t ldx, const R* Y,
                                 std::int64_t ldy, R* D, std::int64_t ldd) {
    constexpr int W = width<R>;
    Register<R> lower[Cols], upper[Cols];
#pragma GCC unroll 4
    for (int j = 0; j < Cols; ++j) lower[j] = upper[j] = Register<R>{};
    for (std::int64_t k = 0; k < features; ++k) {
        const Register<R> x = read<R>(X + k * ldx);
        const Register<R> z = read<R>(X + k * ldx + W);
#pragma GCC unroll 4
        for (int j = 0; j < Cols; ++j) {
            const Register<R> y = all<R>(Y[j * ldy + k]);
            const Register<R> a = x - y, b = z - y;
            lower[j] += a * a;
            upper[j] += b * b;
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < Cols; ++j) {
        if (rows >= 2 * W) {
            write<R>(D + j * ldd, lower[j]);
            write<R>(D + j * ldd + W, upper[j]);
        } else {
            write_some<R>(D + j * ldd, lower[j], rows);
            if (rows > W) write_some<R>(D + j * ldd + W, upper[j], rows - W);
        }
    }
}

template <class R>
void distance_tile(std::int64_t rows, std::int64_t cols, std::int64_t features, const R* X, std::int64_t ldx, const R* Y,
                   std::int64_t ldy, R* D, std::int64_t ldd) {
    constexpr std::int64_t step = 2 * width<R>;
    for (std::int64_t i = 0; i < rows; i += step) {
        std::int64_t j = 0;
        for (; j + 4 <= cols; j += 4)
            distance_block<4, R>(rows - i, features, X + i, ldx, Y + j * ldy, ldy, D + j * ldd + i, ldd);
        for (; j < cols; ++j)
            distance_block<1, R>(rows - i, features, X + i, ldx, Y + j * ldy, ldy, D + j * ldd + i, ldd);
    }
}

template <class R>
void transpose(std::int64_t rows, std::int64_t cols, const R* A, std::int64_t lda, R* B, std::int64_t ldb) {
    constexpr int W = width<R>;
    std::int64_t j = 0;
    for (; j + W <= cols; j += W) {
        std::int64_t i = 0;
        for (; i + W <= rows; i += W) {
            Register<R> block[W];
#pragma GCC unroll 16
            for (int l = 0; l < W; ++l) block[l] = read<R>(A + (j + l) * lda + i);
            batch::transpose<R>(block);
#pragma GCC unroll 16
            for (int l = 0; l < W; ++l) write<R>(B + (i + l) * ldb + j, block[l]);
        }
        for (; i < rows; ++i)
            for (int l = 0; l < W; ++l) B[i * ldb + j + l] = A[(j + l) * lda + i];
    }
    for (; j < cols; ++j)
        for (std::int64_t i = 0; i < rows; ++i) B[i * ldb + j] = A[j * lda + i];
}

}  // namespace entrywise

template <class R>
constexpr EntrywiseKernels<R> entrywise_kernels = {
    entrywise::exponential<R>,         entrywise::gaussian<R>,      entrywise::root<R>,
    entrywise::shifted_exponential<R>, entrywise::raise<R>,         entrywise::add<R>, entrywise::any_cancelled<R>,
    entrywise::any_below<R>,           entrywise::squared_distance<R>, entrywise::squared_norm<R>,
    entrywise::distance_tile<R>,       entrywise::transpose<R>};
