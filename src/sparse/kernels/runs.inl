// Runs of rows with one pattern of shifts, once a target (dispatch.hpp). x is read contiguously, eight rows at a time, so that
// there are no indices to load and nothing to gather. The order of each row's sum is that of csr.inl: the same bits.

#include "sparse/kernels/lanes.inl"

template <bool Constant, class T, class V>
TAMIS_INLINE void step(Lanes<T>& s, const std::int64_t* shifts, const V* values, const T* x, std::int64_t l) {
    if constexpr (Constant) add_multiple(s, values + l, x + shifts[l]);
    else add_product(s, values + l * lanes, x + shifts[l]);
}

/// Eight rows.
template <bool Constant, class T, class V>
TAMIS_INLINE void block_sums(const std::int64_t* shifts, std::int64_t length, const V* values, const T* x, T* sums) {
    Lanes<T> s0{};
    std::int64_t l = 0;
    if (const std::int64_t four = interleaved(length); four > 0) {
        Lanes<T> s1{};
        Lanes<T> s2{};
        Lanes<T> s3{};
        for (; l < four; l += 4) {
            step<Constant>(s0, shifts, values, x, l);
            step<Constant>(s1, shifts, values, x, l + 1);
            step<Constant>(s2, shifts, values, x, l + 2);
            step<Constant>(s3, shifts, values, x, l + 3);
        }
        join(s0, s1, s2, s3);
    }
    for (; l < length; ++l) step<Constant>(s0, shifts, values, x, l);
    put(sums, s0);
}

/// One row, whose values are contiguous.
template <class T, class V>
TAMIS_INLINE void row_sum(const std::int64_t* shifts, std::int64_t length, const V* values, const T* x, T* result) {
    decltype(load(x)) s[4] = {};
    std::int64_t l = 0;
    if (const std::int64_t four = interleaved(length); four > 0) {
        for (; l < four; l += 4)
            for (int u = 0; u < 4; ++u)
                s[u] = plus(s[u], times<false>(widened<Real<T>>(load(values + l + u)), load(x + shifts[l + u])));
        s[0] = plus(plus(s[0], s[1]), plus(s[2], s[3]));
    }
    for (; l < length; ++l) s[0] = plus(s[0], times<false>(widened<Real<T>>(load(values + l)), load(x + shifts[l])));
    store(result, s[0]);
}

template <bool Constant, class T, class V>
void run_sums(const std::int64_t* shifts, std::int64_t length, const V* values, const T* x, std::int64_t rows, T* sums) {
    std::int64_t r = 0;
    for (; r + lanes <= rows; r += lanes) {
        if constexpr (!Constant) {
            for (std::int64_t b = 0; b < length * lanes * static_cast<std::int64_t>(sizeof(V)); b += 64)
                TAMIS_PREFETCH(values, 4096 + static_cast<std::uintptr_t>(b));
        }
        block_sums<Constant>(shifts, length, values, x + r, sums + r);
        if constexpr (!Constant) values += length * lanes;
    }
    for (; r < rows; ++r) {
        row_sum(shifts, length, values, x + r, sums + r);
        if constexpr (!Constant) values += length;
    }
}

template <class T, class V>
constexpr RunKernels<T, V> run_kernels = {&run_sums<false, T, V>, &run_sums<true, T, V>};
