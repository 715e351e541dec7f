// Block rows of dense B×B blocks, once a target (dispatch.hpp). One index serves B² entries, and the B rows of a block are
// summed side by side. The order of each row's sum is that of csr.inl: the same bits.

/// B sums side by side. Real ones in a register of four (or eight), whose lanes beyond B hold what happens to follow; complex
/// ones in an array of the compiler's choice.
template <class T, int B>
struct Rows {
    T v[B];
    TAMIS_INLINE void clear() {
        for (int r = 0; r < B; ++r) v[r] = 0;
    }
    template <class V>
    TAMIS_INLINE void add(const V* column, const T* x) {
        for (int r = 0; r < B; ++r) v[r] += static_cast<T>(column[r]) * *x;
    }
    TAMIS_INLINE void join(const Rows& s1, const Rows& s2, const Rows& s3) {
        for (int r = 0; r < B; ++r) v[r] = (v[r] + s1.v[r]) + (s2.v[r] + s3.v[r]);
    }
    TAMIS_INLINE void put(T* sums) const {
        for (int r = 0; r < B; ++r) sums[r] = v[r];
    }
};
template <class R, int B>
struct Rows<std::complex<R>, B> {
    ComplexNumber<R> v[B];
    TAMIS_INLINE void clear() {
        for (int r = 0; r < B; ++r) v[r] = {};
    }
    template <class V>
    TAMIS_INLINE void add(const std::complex<V>* column, const std::complex<R>* x) {
        for (int r = 0; r < B; ++r) v[r] = plus(v[r], times<false>(widened<R>(load(column + r)), load(x)));
    }
    TAMIS_INLINE void join(const Rows& s1, const Rows& s2, const Rows& s3) {
        for (int r = 0; r < B; ++r) v[r] = plus(plus(v[r], s1.v[r]), plus(s2.v[r], s3.v[r]));
    }
    TAMIS_INLINE void put(std::complex<R>* sums) const {
        for (int r = 0; r < B; ++r) store(sums + r, v[r]);
    }
};
template <class R>
struct FourRows {
    typedef R Register __attribute__((vector_size(4 * sizeof(R))));
    Register v;
    TAMIS_INLINE void clear() { v = Register{}; }
    template <class V>
    TAMIS_INLINE void add(const V* column, const R* x) {
        typename FourRows<V>::Register c;
        __builtin_memcpy(&c, column, sizeof c);
        v += __builtin_convertvector(c, Register) * *x;
    }
    TAMIS_INLINE void join(const FourRows& s1, const FourRows& s2, const FourRows& s3) { v = (v + s1.v) + (s2.v + s3.v); }
};
template <>
struct Rows<double, 3> : FourRows<double> {
    TAMIS_INLINE void put(double* sums) const {
        for (int r = 0; r < 3; ++r) sums[r] = v[r];
    }
};
template <>
struct Rows<double, 4> : FourRows<double> {
    TAMIS_INLINE void put(double* sums) const {
        for (int r = 0; r < 4; ++r) sums[r] = v[r];
    }
};
template <>
struct Rows<float, 3> : FourRows<float> {
    TAMIS_INLINE void put(float* sums) const {
        for (int r = 0; r < 3; ++r) sums[r] = v[r];
    }
};
template <>
struct Rows<float, 4> : FourRows<float> {
    TAMIS_INLINE void put(float* sums) const {
        for (int r = 0; r < 4; ++r) sums[r] = v[r];
    }
};

template <int B, class T, class V>
TAMIS_INLINE void block_row(const std::int32_t* columns, const V* values, const T* x, std::int64_t blocks, T* sums) {
    const std::int64_t length = blocks * B;
    Rows<T, B> s[4];
    for (int u = 0; u < 4; ++u) s[u].clear();
    std::int64_t e = 0;  // entries of each row that are done
    if (length >= four_sums) {
        const std::int64_t four = 4 + (length - 4) / 8 * 8;
        for (; e + 4 * B <= four; e += 4 * B) {
            TAMIS_PREFETCH(columns, 1024);
#pragma GCC unroll 4
            for (int b = 0; b < 4; ++b) {
                const T* xb = x + static_cast<std::int64_t>(columns[b]) * B;
                for (int l = 0; l < B * B * static_cast<int>(sizeof(V)); l += 64)
                    TAMIS_PREFETCH(values + b * B * B, 6144 + static_cast<std::uintptr_t>(l));
#pragma GCC unroll 6
                for (int c = 0; c < B; ++c) s[(b * B + c) % 4].add(values + (b * B + c) * B, xb + c);
            }
            columns += 4;
            values += 4 * B * B;
        }
        // A copy, so that indices that are known at run time leave the sums above in registers.
        Rows<T, B> t[4] = {s[0], s[1], s[2], s[3]};
        const std::int64_t rest = four - e;
        for (std::int64_t q = 0; q < rest; ++q)
            t[q % 4].add(values + q * B, x + static_cast<std::int64_t>(columns[q / B]) * B + q % B);
        s[0] = t[0];
        s[0].join(t[1], t[2], t[3]);
        for (std::int64_t q = rest; e + q < length; ++q)
            s[0].add(values + q * B, x + static_cast<std::int64_t>(columns[q / B]) * B + q % B);
    } else {
        for (; e < length; ++e) s[0].add(values + e * B, x + static_cast<std::int64_t>(columns[e / B]) * B + e % B);
    }
    s[0].put(sums);
}

template <int B, class T, class V>
void block_rows(const std::int64_t* offsets, const std::int32_t* columns, const V* values, const T* x, std::int64_t begin,
                std::int64_t end, T* sums) {
    for (std::int64_t i = begin; i < end; ++i, sums += B) {
        const std::int64_t k = offsets[i];
        block_row<B>(columns + k, values + k * B * B, x, offsets[i + 1] - k, sums);
    }
}

template <class T, class V>
constexpr BlockKernels<T, V> block_kernels = {{nullptr, nullptr, &block_rows<2, T, V>, &block_rows<3, T, V>,
                                               &block_rows<4, T, V>, &block_rows<5, T, V>, &block_rows<6, T, V>}};
