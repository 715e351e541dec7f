// Slices of eight rows of one length, once a target (dispatch.hpp). Eight sums run side by side, whose entries are read
// contiguously; there is one loop a slice instead of one a row, and its length changes only between groups of slices.
// x is loaded number by number and put together in pairs: on Zen 5 that takes half the time of a gather instruction.

#include "sparse/kernels/lanes.inl"

template <class R, class C>
TAMIS_INLINE R at(const R* x, const C* columns, int r) {
    return x[static_cast<std::int64_t>(columns[r])];
}

/// s += a x[columns], eight values by eight.
template <class R, class V, class C>
TAMIS_INLINE void add_gathered(Lanes<R>& s, const V* a, const C* columns, const R* x) {
    typename Lanes<R>::Register av;
    read(av, a);
    const typename Lanes<R>::Register xv = {at(x, columns, 0), at(x, columns, 1), at(x, columns, 2), at(x, columns, 3),
                                            at(x, columns, 4), at(x, columns, 5), at(x, columns, 6), at(x, columns, 7)};
    s.v += av * xv;
}
template <class R, class V, class C>
TAMIS_INLINE void add_gathered(Lanes<std::complex<R>>& s, const std::complex<V>* a, const C* columns,
                               const std::complex<R>* x) {
    for (int r = 0; r < lanes; ++r)
        s.v[r] = plus(s.v[r], times<false>(widened<R>(load(a + r)), load(x + static_cast<std::int64_t>(columns[r]))));
}

/// One slice.
template <class T, class V, class C>
TAMIS_INLINE void slice_sums(std::int64_t length, const V* values, const C* columns, const T* x, T* sums) {
    Lanes<T> s0{};
    std::int64_t l = 0;
    if (const std::int64_t four = interleaved(length); four > 0) {
        Lanes<T> s1{};
        Lanes<T> s2{};
        Lanes<T> s3{};
        for (; l < four; l += 4) {
            add_gathered(s0, values + l * lanes, columns + l * lanes, x);
            add_gathered(s1, values + (l + 1) * lanes, columns + (l + 1) * lanes, x);
            add_gathered(s2, values + (l + 2) * lanes, columns + (l + 2) * lanes, x);
            add_gathered(s3, values + (l + 3) * lanes, columns + (l + 3) * lanes, x);
        }
        join(s0, s1, s2, s3);
    }
    for (; l < length; ++l) add_gathered(s0, values + l * lanes, columns + l * lanes, x);
    put(sums, s0);
}

/// Asks for what comes some slices later.
template <class V, class C>
TAMIS_INLINE void prefetch_slice(std::int64_t length, const V* values, const C* columns) {
    for (std::int64_t b = 0; b < length * lanes * static_cast<std::int64_t>(sizeof(V)); b += 64)
        TAMIS_PREFETCH(values, 4096 + static_cast<std::uintptr_t>(b));
    for (std::int64_t b = 0; b < length * lanes * static_cast<std::int64_t>(sizeof(C)); b += 64)
        TAMIS_PREFETCH(columns, 4096 / sizeof(V) * sizeof(C) + static_cast<std::uintptr_t>(b));
}

template <class T, class V>
void narrow_slices(std::int64_t length, std::int64_t slices, const V* values, const std::uint16_t* columns,
                   const std::int32_t* bases, const T* x, T* sums) {
    for (std::int64_t q = 0; q < slices; ++q) {
        prefetch_slice(length, values, columns);
        slice_sums(length, values, columns, x + bases[q], sums + q * lanes);
        values += length * lanes;
        columns += length * lanes;
    }
}

template <class T, class V>
void wide_slices(std::int64_t length, std::int64_t slices, const V* values, const std::int32_t* columns, const T* x,
                 T* sums) {
    for (std::int64_t q = 0; q < slices; ++q) {
        prefetch_slice(length, values, columns);
        slice_sums(length, values, columns, x, sums + q * lanes);
        values += length * lanes;
        columns += length * lanes;
    }
}

template <class T, class V>
TAMIS_INLINE auto entry(const std::int32_t* columns, const V* values, const T* x, std::int64_t k) {
    return times<false>(widened<Real<T>>(load(values + k)), load(x + columns[k]));
}

template <class T, class V>
void rows_left_over(const std::int32_t* offsets, const std::int32_t* columns, const V* values, const T* x, std::int64_t rows,
                    T* sums) {
    for (std::int64_t i = 0; i < rows; ++i) {
        std::int64_t k = offsets[i];
        const std::int64_t stop = offsets[i + 1];
        prefetch(columns, values, k);
        decltype(load(x)) s0 = {};
        if (stop - k >= four_sums) {
            decltype(load(x)) s1 = {};
            decltype(load(x)) s2 = {};
            decltype(load(x)) s3 = {};
            for (const std::int64_t four = k + interleaved(stop - k); k < four; k += 4) {
                prefetch(columns, values, k);
                s0 = plus(s0, entry(columns, values, x, k));
                s1 = plus(s1, entry(columns, values, x, k + 1));
                s2 = plus(s2, entry(columns, values, x, k + 2));
                s3 = plus(s3, entry(columns, values, x, k + 3));
            }
            s0 = plus(plus(s0, s1), plus(s2, s3));
        }
        for (; k < stop; ++k) s0 = plus(s0, entry(columns, values, x, k));
        store(sums + i, s0);
    }
}

template <class T, class V>
constexpr SliceKernels<T, V> slice_kernels = {&narrow_slices<T, V>, &wide_slices<T, V>, &rows_left_over<T, V>};
