// Rows of a CSR matrix times W columns, once a target (dispatch.hpp): the sums of a row stay in registers, each as wide as the
// target has them, and every entry of A is used for all columns at once. Sums go from left to right, long rows chunk by chunk
// (row_cuts.hpp). Nothing is asked for ahead: X and Y are most of the traffic, and their streams only lost by it. Complex
// numbers lie side by side, (re, im, re, im, …): a·x is re(a) (x_re, x_im) + im(a) (−x_im, x_re).

constexpr int register_bytes = TAMIS_KERNEL_LEVEL == 1 ? 16 : TAMIS_KERNEL_LEVEL == 3 ? 32 : 64;

template <class T>
struct RealOf {
    using R = T;
    static constexpr int parts = 1;
};
template <class Real>
struct RealOf<std::complex<Real>> {
    using R = Real;
    static constexpr int parts = 2;
};

/// W numbers of type T in registers.
template <class T, int W>
struct Lanes {
    using R = typename RealOf<T>::R;
    static constexpr int parts = RealOf<T>::parts;
    static constexpr int all = W * parts * static_cast<int>(sizeof(R));
    static constexpr int bytes = all < register_bytes ? all : register_bytes;
    static constexpr int count = all / bytes;
    static constexpr int lanes = bytes / static_cast<int>(sizeof(R));
    typedef R Vector __attribute__((vector_size(bytes)));
    typedef R Unaligned __attribute__((vector_size(bytes), aligned(alignof(R)), may_alias));
    Vector v[count];
};

/// (−x_im, x_re) without the sign.
template <int lanes, class V>
TAMIS_INLINE V swap_parts(V x) {
    if constexpr (lanes == 2) return __builtin_shufflevector(x, x, 1, 0);
    else if constexpr (lanes == 4) return __builtin_shufflevector(x, x, 1, 0, 3, 2);
    else if constexpr (lanes == 8) return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
    else return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

template <int W, bool Conjugate, class T, class I>
TAMIS_INLINE void add_term(Lanes<T, W>& sums, const I* indices, const T* values, const T* X, std::int64_t x_stride,
                           std::int64_t k) {
    using L = Lanes<T, W>;
    using R = typename L::R;
    using V = typename L::Vector;
    const auto a = load(values + k);
    const R* x = reinterpret_cast<const R*>(X + static_cast<std::int64_t>(indices[k]) * x_stride);
    if constexpr (L::parts == 1) {
#pragma GCC unroll 16
        for (int u = 0; u < L::count; ++u)
            sums.v[u] += *reinterpret_cast<const typename L::Unaligned*>(x + u * L::lanes) * a.re;
    } else {
        const R im = Conjugate ? -a.im : a.im;
        V signed_im;
#pragma GCC unroll 16
        for (int u = 0; u < L::lanes; ++u) signed_im[u] = u % 2 == 0 ? -im : im;
#pragma GCC unroll 16
        for (int u = 0; u < L::count; ++u) {
            const V xu = *reinterpret_cast<const typename L::Unaligned*>(x + u * L::lanes);
            sums.v[u] += xu * a.re + swap_parts<L::lanes>(xu) * signed_im;
        }
    }
}

template <int W, bool Conjugate, class T, class I>
TAMIS_INLINE Lanes<T, W> block_sum(const I* indices, const T* values, const T* X, std::int64_t x_stride, std::int64_t k,
                                   std::int64_t stop) {
    Lanes<T, W> sums = {};
    for (; k + 4 <= stop; k += 4) {
#pragma GCC unroll 4
        for (int u = 0; u < 4; ++u) add_term<W, Conjugate>(sums, indices, values, X, x_stride, k + u);
    }
    for (; k < stop; ++k) add_term<W, Conjugate>(sums, indices, values, X, x_stride, k);
    return sums;
}

template <class T, int W>
TAMIS_INLINE void store_block(T* y, const Lanes<T, W>& sums) {
    using L = Lanes<T, W>;
    typename L::R* q = reinterpret_cast<typename L::R*>(y);
#pragma GCC unroll 16
    for (int u = 0; u < L::count; ++u) *reinterpret_cast<typename L::Unaligned*>(q + u * L::lanes) = sums.v[u];
}

template <int W, bool Conjugate, class T, class I>
void block_row_sums(const I* offsets, const I* indices, const T* values, const T* X, std::int64_t x_stride,
                    std::int64_t begin, std::int64_t end, T* sums, std::int64_t sums_stride) {
    for (std::int64_t i = begin; i < end; ++i, sums += sums_stride) {
        const std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        const std::int64_t length = stop - k;
        if (length < long_row) {
            store_block(sums, block_sum<W, Conjugate>(indices, values, X, x_stride, k, stop));
            continue;
        }
        Lanes<T, W> total = {};
        for (int c = 0; c < row_chunks; ++c) {
            const auto part = block_sum<W, Conjugate>(
                indices, values, X, x_stride, k + length / row_chunks * c + length % row_chunks * c / row_chunks,
                k + length / row_chunks * (c + 1) + length % row_chunks * (c + 1) / row_chunks);
            for (int u = 0; u < Lanes<T, W>::count; ++u) total.v[u] += part.v[u];
        }
        store_block(sums, total);
    }
}

template <int W, bool Conjugate, class T, class I>
void block_range_sum(const I* indices, const T* values, const T* X, std::int64_t x_stride, std::int64_t begin,
                     std::int64_t end, T* sums) {
    store_block(sums, block_sum<W, Conjugate>(indices, values, X, x_stride, begin, end));
}

/// y ← y + conj(a) t.
template <int W, class T>
TAMIS_INLINE void add_adjoint_term(const T* a, const Lanes<T, W>& t, T* y) {
    using L = Lanes<T, W>;
    using R = typename L::R;
    using V = typename L::Vector;
    const auto number = load(a);
    R* to = reinterpret_cast<R*>(y);
    V signed_im = {};
    if constexpr (L::parts == 2) {
#pragma GCC unroll 16
        for (int u = 0; u < L::lanes; ++u) signed_im[u] = u % 2 == 0 ? number.im : -number.im;
    }
#pragma GCC unroll 16
    for (int u = 0; u < L::count; ++u) {
        auto* const place = reinterpret_cast<typename L::Unaligned*>(to + u * L::lanes);
        if constexpr (L::parts == 1) *place += t.v[u] * number.re;
        else *place += t.v[u] * number.re + swap_parts<L::lanes>(t.v[u]) * signed_im;
    }
}

template <int W, class T, class I>
void block_gram_rows(const I* offsets, const I* indices, const T* values, const T* X, std::int64_t begin, std::int64_t end,
                     T* Y) {
    for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t k = static_cast<std::int64_t>(offsets[i]);
        const std::int64_t stop = static_cast<std::int64_t>(offsets[i + 1]);
        const Lanes<T, W> t = block_sum<W, false>(indices, values, X, W, k, stop);
        for (std::int64_t l = k; l < stop; ++l)
            add_adjoint_term<W>(values + l, t, Y + W * static_cast<std::int64_t>(indices[l]));
    }
}

template <class T, class I>
constexpr CsrBlockKernels<T, I> csr_block_kernels = {
    {{&block_row_sums<2, false, T, I>, &block_row_sums<2, is_complex_v<T>, T, I>},
     {&block_row_sums<4, false, T, I>, &block_row_sums<4, is_complex_v<T>, T, I>},
     {&block_row_sums<8, false, T, I>, &block_row_sums<8, is_complex_v<T>, T, I>}},
    {{&block_range_sum<2, false, T, I>, &block_range_sum<2, is_complex_v<T>, T, I>},
     {&block_range_sum<4, false, T, I>, &block_range_sum<4, is_complex_v<T>, T, I>},
     {&block_range_sum<8, false, T, I>, &block_range_sum<8, is_complex_v<T>, T, I>}},
    &block_gram_rows<4, T, I>,
};
