// Rows of a Hermitian matrix of which one half is stored, once a target (dispatch.hpp). An entry left of the diagonal adds to
// its own row and, conjugated, to that of its mirror image, which lies before and belongs to the same part. A row's own sum
// is put into y before any later row adds to it, so that beta y needs no pass of its own.

template <class R>
TAMIS_INLINE bool is_zero(RealNumber<R> a) {
    return a.re == R(0);
}
template <class R>
TAMIS_INLINE bool is_zero(ComplexNumber<R> a) {
    return a.re == R(0) && a.im == R(0);
}

template <bool Contiguous, class T, class V>
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
    for (std::int64_t i = rows.begin; i < rows.end; ++i) {
        const std::int64_t halves = counts[0];
        const std::int64_t fulls = counts[1];
        counts += 2;
        const T* xi = x + i;
        T* yi = y + (Contiguous ? i : i * stride);
        const auto scaled = plain ? load(xi) : times<false>(a, load(xi));
        decltype(load(x)) s = {};
        if (rows.diagonal != nullptr) s = times<false>(widened<Real<T>>(load(rows.diagonal + (i - rows.begin))), load(xi));
        for (std::int64_t k = 0; k < halves; ++k) {
            if (k % 8 == 0) {
                TAMIS_PREFETCH(values + k, 6144);
                TAMIS_PREFETCH(distances + k, 2048);
            }
            const auto v = widened<Real<T>>(load(values + k));
            const std::int64_t distance = distances[k];
            s = plus(s, times<false>(v, load(xi - distance)));
            T* yj = yi - (Contiguous ? distance : distance * stride);
            store(yj, plus(load(yj), times<true>(v, scaled)));
        }
        values += halves;
        distances += halves;
        for (std::int64_t k = 0; k < fulls; ++k)
            s = plus(s, times<false>(widened<Real<T>>(load(values + k)), load(x + columns[k])));
        values += fulls;
        columns += fulls;
        if (!plain) s = times<false>(a, s);
        if (!overwrite) s = plus(s, add ? load(yi) : times<false>(b, load(yi)));
        store(yi, s);
    }
}

template <class T, class V>
constexpr HalfKernels<T, V> half_kernels = {{&half_rows<false, T, V>, &half_rows<true, T, V>}};
