// Block rows of a Hermitian matrix of which one half is stored, once a target (dispatch.hpp). A block left of the diagonal
// adds to its own rows and, conjugated and transposed, to those of its mirror image, which lie before and belong to the same
// part. The rows' own sums are put into y before any later row adds to it, so that beta y needs no pass of its own. Blocks
// are small enough for registers, where each of their entries is used twice.

template <class R>
TAMIS_INLINE bool is_zero(RealNumber<R> a) {
    return a.re == R(0);
}
template <class R>
TAMIS_INLINE bool is_zero(ComplexNumber<R> a) {
    return a.re == R(0) && a.im == R(0);
}

/// s += A x for the block at `values`, row by row.
template <int B, class N, class T, class V>
TAMIS_INLINE void add_block(N* s, const V* values, const T* x) {
#pragma GCC unroll 3
    for (int r = 0; r < B; ++r)
#pragma GCC unroll 3
        for (int c = 0; c < B; ++c)
            s[r] = plus(s[r], times<false>(widened<Real<T>>(load(values + r * B + c)), load(x + c)));
}

/// y += Aᴴ x for the same.
template <int B, class N, class T, class V>
TAMIS_INLINE void add_mirror_image(T* y, std::int64_t stride, const V* values, const N* x) {
#pragma GCC unroll 3
    for (int c = 0; c < B; ++c) {
        auto sum = load(y + c * stride);
#pragma GCC unroll 3
        for (int r = 0; r < B; ++r) sum = plus(sum, times<true>(widened<Real<T>>(load(values + r * B + c)), x[r]));
        store(y + c * stride, sum);
    }
}

template <int B, class T, class V>
void half_rows(const HalfRows<V>& rows, const T* x, T* y, std::int64_t stride, const T& alpha, const T& beta) {
    const auto a = load(&alpha);
    const auto b = load(&beta);
    const bool plain = is_one(a);
    const bool overwrite = is_zero(b);
    const bool add = is_one(b);
    const std::uint16_t* counts = rows.counts;
    const std::uint16_t* distances = rows.distances;
    const std::int32_t* columns = rows.columns;
    const V* values = rows.values;
    const V* diagonal = rows.diagonal;
    for (std::int64_t i = rows.begin; i < rows.end; ++i) {
        const std::int64_t halves = counts[0];
        const std::int64_t fulls = counts[1];
        counts += 2;
        const T* xi = x + i * B;
        T* yi = y + i * B * stride;
        decltype(load(x)) scaled[B];
        decltype(load(x)) s[B] = {};
        for (int r = 0; r < B; ++r) scaled[r] = plain ? load(xi + r) : times<false>(a, load(xi + r));
        if (diagonal != nullptr) {
            add_block<B>(s, diagonal, xi);
            diagonal += B * B;
        }
        for (std::int64_t k = 0; k < halves; ++k) {
            if (k % 8 == 0) TAMIS_PREFETCH(distances, 1024);
            if (B > 1 || k % 8 == 0) TAMIS_PREFETCH(values, 6144);
            const std::int64_t distance = *distances++;
            add_block<B>(s, values, xi - distance * B);
            add_mirror_image<B>(yi - distance * B * stride, stride, values, scaled);
            values += B * B;
        }
        for (std::int64_t k = 0; k < fulls; ++k) {
            add_block<B>(s, values, x + static_cast<std::int64_t>(*columns++) * B);
            values += B * B;
        }
        for (int r = 0; r < B; ++r) {
            auto sum = plain ? s[r] : times<false>(a, s[r]);
            T* to = yi + r * stride;
            if (!overwrite) sum = plus(sum, add ? load(to) : times<false>(b, load(to)));
            store(to, sum);
        }
    }
}

template <class T, class V>
constexpr HalfKernels<T, V> half_kernels = {{nullptr, &half_rows<1, T, V>, &half_rows<2, T, V>, &half_rows<3, T, V>}};
